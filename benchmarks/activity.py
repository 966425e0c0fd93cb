"""How well the groups of rhythms hold: Chinatown with its truth, a territory against itself.

``python benchmarks/activity.py [--cube FILE] [--chinatown FOLDER] [--bootstraps N]``
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
import xarray as xr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from mining import activity
from mining import cube as cubes

ROOT = Path(__file__).resolve().parents[1]
NORMALISATIONS = ("hellinger", "log1p", "z")


def chinatown(folder: Path) -> pd.DataFrame:
    """Return agreement with the labels weekday and weekend, by part of the file."""
    parts = [
        pd.read_csv(folder / f"Chinatown_{part}.tsv", sep="\t", header=None)
        for part in ("TRAIN", "TEST")
    ]
    rows = []
    for name, table in {"train + test": pd.concat(parts), "test": parts[1]}.items():
        truth, profiles = table[0].to_numpy(), table.iloc[:, 1:]
        for how in NORMALISATIONS:
            found = activity.cluster_profiles(profiles, 2, bootstraps=5, normalisation=how)
            label = found["label"].to_numpy()
            rows.append(
                {
                    "rows": f"{name} ({len(table)})",
                    "normalisation": how,
                    "ARI": adjusted_rand_score(truth, label),
                    "NMI": normalized_mutual_info_score(truth, label),
                }
            )
    return pd.DataFrame(rows)


def territory(cube: xr.Dataset, bootstraps: int) -> tuple[pd.DataFrame, xr.Dataset, float]:
    """Return checks by normalisation and number of groups, the default result and its time."""
    start = time.process_time()
    default = activity.cluster(cube, bootstraps=bootstraps)
    seconds = time.process_time() - start
    tables = []
    for how in NORMALISATIONS:
        found = activity.cluster(cube, bootstraps=bootstraps, normalisation=how)
        checks = [f"check_{name}" for name in ("weeks", "sensors", "years", "silhouette")]
        table = found[[*checks, "holds"]].to_dataframe().reset_index()
        tables.append(table.assign(normalisation=how))
    return pd.concat(tables).set_index(["normalisation", "k"]), default, seconds


def main() -> None:
    """Print protocol and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cube", type=Path, default=ROOT / "data/cube/auckland.nc")
    parser.add_argument("--chinatown", type=Path, default=ROOT.parent / "shared/data/ucr_chinatown")
    parser.add_argument("--bootstraps", type=int, default=100)
    options = parser.parse_args()
    print("Chinatown (UCR): days of 24 hours, 2 groups, defaults but for the normalisation.")
    print(chinatown(options.chinatown).round(3).to_string(index=False), "\n")
    cube = cubes.read(options.cube)
    checks, default, seconds = territory(cube, options.bootstraps)
    print(
        f"{cube.attrs.get('title', '')}: typical weeks of the last {default.attrs['weeks']} weeks. "
        f"weeks: mean ARI of {options.bootstraps} bootstraps over weeks; sensors: of "
        f"{options.bootstraps} draws of 4 sensors in 5; years: worst of two earlier windows. "
        f"Limits: {default.attrs['limits']}. Silhouette has no say."
    )
    print(checks.round(3).to_string())
    print(f"\nDefault: {default.attrs['statement']} ({seconds:.1f} CPU s)")
    print(f"Other years at that number: {default['year_rand'].to_numpy().round(3).tolist()}")
    columns = ["stability", "stability_sensors"]
    print(default[columns].to_dataframe().drop(columns="group_not").round(3).to_string())


if __name__ == "__main__":
    main()
