"""How well the groups of rhythms hold, and which changes are seen.

``python benchmarks/activity.py [--cube FILE] [--chinatown FOLDER] [--incidents FILE]
[--bootstraps N] [--json FILE]``. Two minutes of one processor.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from mining import activity
from mining import cube as cubes

ROOT = Path(__file__).resolve().parents[1]
NORMALISATIONS = ("hellinger", "log1p", "share", "z")
WEEK = pd.Timedelta(weeks=1)
PROTOCOL = {
    "chinatown": "UCR Chinatown, days of 24 hours, labels weekday and weekend; 2 groups, defaults "
    "but for the normalisation; chosen: the number of groups that the checks choose",
    "checks": "cluster with defaults. weeks: mean ARI of bootstraps over weeks; sensors: of as "
    "many draws of 4 sensors in 5; years: worst of two earlier windows; silhouette has no say; "
    "alone: sensors shown as lone outliers",
    "years": "each earlier window of 52 weeks, clustered again, against this year",
    "places": "sums of sensors: clustered by themselves, or placed among the groups of sensors; "
    "ARI of each earlier year against this one",
    "change": "quiet: sensors pointed out at the end of each earlier year, nothing injected; "
    "weekend: the last 52 weekends of one sensor in turn times a factor, counts binomially "
    "thinned or with Poisson surplus; group: one sensor in turn takes the typical week of the "
    "farthest sensor of another group for its last 52 weeks, times its own week-by-week ratios",
    "incidents": "typical weeks with the incidents of the table left out, against those without",
}
CHECKS = ["check_weeks", "check_sensors", "check_years", "check_silhouette"]


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
            free = activity.cluster_profiles(profiles, bootstraps=5, normalisation=how)
            label = found["label"].to_numpy()
            rows.append(
                {
                    "rows": f"{name} ({len(table)})",
                    "normalisation": how,
                    "ARI": adjusted_rand_score(truth, label),
                    "NMI": normalized_mutual_info_score(truth, label),
                    "chosen": free.attrs["k"],
                }
            )
    return pd.DataFrame(rows)


def checks(cube: xr.Dataset, bootstraps: int) -> pd.DataFrame:
    """Return the three checks by normalisation and number of groups."""
    tables = []
    for how in NORMALISATIONS:
        found = activity.cluster(cube, bootstraps=bootstraps, normalisation=how)
        table = found[[*CHECKS, "holds"]].to_dataframe().reset_index()
        table["alone"] = [
            int(activity.cluster(cube, k=int(k), bootstraps=1, normalisation=how)["outlier"].sum())
            for k in table["k"]
        ]
        tables.append(table.assign(normalisation=how))
    return pd.concat(tables).set_index(["normalisation", "k"]).reset_index()


def groups_of(found: xr.Dataset) -> pd.DataFrame:
    """Return names and stability of the groups."""
    words = [str(w) for w in found["group_evidence"].to_numpy()]
    return pd.DataFrame(
        {
            "name": found["group_name"].to_numpy().astype(str),
            "size": found["group_size"].to_numpy(),
            "weeks": found["stability"].to_numpy(),
            "sensors": found["stability_sensors"].to_numpy(),
            "years": found["stability_years"].to_numpy(),
            "evidence": words,
        }
    )


def places(cube: xr.Dataset, groups: xr.Dataset, bootstraps: int) -> pd.DataFrame:
    """Return how places hold, by themselves and among the groups of sensors."""
    by_place = cubes.by_place(cube)
    rows = []
    for k in (2, 3):
        own = activity.cluster(by_place, k=k, bootstraps=bootstraps)
        rand = own["year_rand"].to_numpy()
        here = own.sel(k=k)
        weeks, sensors = float(here["check_weeks"]), float(here["check_sensors"])
        rows.append({"how": f"own {k} groups", "weeks": weeks, "sensors": sensors, "ARI": rand})
    placed = activity.assign(by_place, groups, bootstraps=bootstraps)
    kept = float(placed["kept"].mean())
    rand = placed["year_rand"].to_numpy()
    rows.append({"how": "placed", "weeks": kept, "sensors": np.nan, "ARI": rand})
    table = pd.DataFrame(rows)
    years = pd.DataFrame(table.pop("ARI").tolist()).add_prefix("year_")
    return table.join(years)


def quiet(cube: xr.Dataset, groups: xr.Dataset) -> pd.DataFrame:
    """Return how many sensors are pointed out at the end of each earlier year."""
    rows = []
    end = cube.indexes["time"][-1]
    for back in range(4):
        past = cube.sel(time=slice(None, end - 52 * back * WEEK))
        found = activity.change(past, groups)
        known = int(np.isfinite(found["moved_probability"]).sum())
        moved, left = int(found["moved"].sum()), int(found["weekend_left"].sum())
        year = str(found.attrs["statement"])
        rows.append({"back": back, "sensors": known, "moved": moved, "left": left, "says": year})
    return pd.DataFrame(rows)


def injected(cube: xr.Dataset, groups: xr.Dataset) -> pd.DataFrame:
    """Return how many injected changes are seen, the last two years before this one being real."""
    end = cube.indexes["time"][-1]
    cube = cube.sel(time=slice(end - 157 * WEEK, None))
    local = cubes.local_time(cube)
    last = np.asarray(cube.indexes["time"] >= end - 52 * WEEK)
    weekend = last & np.asarray(local.day_of_week >= 5)
    slot = np.asarray(local.day_of_week * 24 + local.hour)
    rng = np.random.default_rng(0)
    rhythm, label = groups["rhythm"].to_numpy(), groups["label"].to_numpy()
    seen: dict[str, list[bool]] = {}
    for row in range(cube.sizes["sensor"]):
        for factor in (0.8, 0.9, 1.1, 1.2):
            values = _times(cube["value"].to_numpy()[row], weekend, factor, rng)
            found = activity.change(_with(cube, row, values), groups, bootstraps=50)
            name = f"weekend x {factor}"
            seen.setdefault(name, []).append(bool(found["weekend_left"][row]))
        other = _farthest(rhythm, label, row)
        ratio = rhythm[other] / rhythm[other].sum() / (rhythm[row] / rhythm[row].sum())
        values = cube["value"].to_numpy()[row].copy()
        values[last] = np.round(values[last] * np.nan_to_num(ratio, posinf=1.0)[slot[last]])
        found = activity.change(_with(cube, row, values), groups, bootstraps=50)
        seen.setdefault("group", []).append(bool(found["moved"][row]))
    return pd.DataFrame(
        [{"change": k, "sensors": len(v), "seen": float(np.mean(v))} for k, v in seen.items()]
    )


def _times(values: np.ndarray, where: np.ndarray, factor: float, rng: Any) -> np.ndarray:
    """Return counts times a factor that stay counts."""
    out = values.astype("float64").copy()
    at = np.flatnonzero(where & np.isfinite(out) & (out > 0))
    count = np.round(out[at]).astype("int64")
    if factor < 1:
        out[at] = rng.binomial(count, factor)
    else:
        out[at] = count + rng.poisson(count * (factor - 1))
    return out


def _with(cube: xr.Dataset, row: int, values: np.ndarray) -> xr.Dataset:
    out = cube.copy()
    table = cube["value"].to_numpy().copy()
    table[row] = values
    out["value"] = (cube["value"].dims, table, cube["value"].attrs)
    return out


def _farthest(rhythm: np.ndarray, label: np.ndarray, row: int) -> int:
    points = np.sqrt(rhythm / rhythm.sum(axis=1, keepdims=True))
    away = ((points - points[row]) ** 2).sum(axis=1)
    return int(np.argmax(np.where((label != label[row]) & (label >= 0), away, -1)))


def masked(cube: xr.Dataset, groups: xr.Dataset, file: Path) -> pd.DataFrame:
    """Return what leaving incidents out does to typical weeks and groups."""
    table = pd.read_csv(file, keep_default_na=False)
    with_mask = activity.cluster(cube, incidents=table)
    one, two = (np.sqrt(d["share"].to_numpy()) for d in (groups, with_mask))
    away = np.sqrt(((one - two) ** 2).sum(axis=1))
    weeks = with_mask["valid_weeks"].to_numpy().mean() / groups["valid_weeks"].to_numpy().mean()
    rand = adjusted_rand_score(groups["label"].to_numpy(), with_mask["label"].to_numpy())
    row = {"weeks_kept": weeks, "median_distance": np.median(away), "worst": away.max()}
    return pd.DataFrame([{**row, "groups": with_mask.attrs["k"], "ARI": rand}])


def main() -> None:
    """Print protocol and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cube", type=Path, default=ROOT / "data/cube/auckland.nc")
    parser.add_argument("--chinatown", type=Path, default=ROOT.parent / "shared/data/ucr_chinatown")
    parser.add_argument("--incidents", type=Path, help="incidents.csv of the same territory")
    parser.add_argument("--bootstraps", type=int, default=100)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all tables")
    options = parser.parse_args()
    cube = cubes.read(options.cube)
    began = time.process_time()
    default = activity.cluster(cube, bootstraps=options.bootstraps)
    seconds = time.process_time() - began
    further = activity.cluster(cube, bootstraps=1, k=default.attrs["k"], years=6)["year_rand"]
    made = {
        "chinatown": chinatown(options.chinatown),
        "checks": checks(cube, options.bootstraps),
        "groups": groups_of(default),
        "years": further.to_dataframe().reset_index(),
        "places": places(cube, default, options.bootstraps),
        "quiet": quiet(cube, default),
        "injected": injected(cube, default),
    }
    if options.incidents:
        made["incidents"] = masked(cube, default, options.incidents)
    print(f"{cube.attrs.get('title', '')}: {default.attrs['statement']} ({seconds:.1f} CPU s)")
    for name, table in made.items():
        print(f"\n{name}. {PROTOCOL.get(name, '')}\n{table.round(3).to_string(index=False)}")
    if options.json:
        tables = {k: json.loads(t.to_json(orient="records")) for k, t in made.items()}
        page = {"protocol": PROTOCOL, "statement": default.attrs["statement"], **tables}
        options.json.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
