"""How well the groups of rhythms hold, and which changes are seen.

``python benchmarks/activity.py [--cube FILE] [--chinatown FOLDER] [--incidents FILE]
[--bootstraps N] [--only TABLE ...] [--json FILE] [--track]``. Two minutes of one processor.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

import _mlflow
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
    "incidents": "typical weeks and groups with the incidents of the table left out, against those "
    "with all; checks: mean and standard deviation over seeds of the draws",
}
TABLES = ("chinatown", "checks", "groups", "years", "places", "quiet", "injected", "incidents")
SEEDS = range(5)
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


def masked(cube: xr.Dataset, file: Path, bootstraps: int) -> pd.DataFrame:
    """Return what leaving incidents out does to typical weeks, groups and checks."""
    table = pd.read_csv(file, keep_default_na=False)
    shown = {"counted": table.iloc[:0], "left out": table}
    found = {
        how: [
            activity.cluster(cube, incidents=rows, bootstraps=bootstraps, seed=seed)
            for seed in SEEDS
        ]
        for how, rows in shown.items()
    }
    base = found["counted"][0]
    return pd.DataFrame(
        [{"incidents": how, **_against(base, every)} for how, every in found.items()]
    )


def _against(base: xr.Dataset, found: list[xr.Dataset]) -> dict[str, float]:
    """Return typical weeks against a base, and the checks at its number of groups, over seeds."""
    first, k = found[0], base.attrs["k"]
    away = np.sqrt(((np.sqrt(base["share"]) - np.sqrt(first["share"])) ** 2).sum("hour_of_week"))
    out = {
        "weeks_kept": float(first["valid_weeks"].mean() / base["valid_weeks"].mean()),
        "median_distance": float(away.median()),
        "worst": float(away.max()),
        "groups": first.attrs["k"],
        "ARI": adjusted_rand_score(base["label"].to_numpy(), first["label"].to_numpy()),
    }
    for name in CHECKS[:3]:
        drawn = [float(one[name].sel(k=k)) if k in one["k"] else np.nan for one in found]
        out |= {name: float(np.mean(drawn)), f"{name}_sd": float(np.std(drawn))}
    return out


def figures(made: dict[str, pd.DataFrame], groups: xr.Dataset) -> dict[str, float]:
    """Return the figures that MLflow keeps: names without blanks, one number each."""
    out = {"k": float(groups.attrs["k"]), "agreed": float(groups.attrs["agreed"])}
    for row in made.get("chinatown", pd.DataFrame()).to_dict("records"):
        part = "test" if str(row["rows"]).startswith("test") else "all"
        out[f"chinatown.{part}.{row['normalisation']}.ari"] = row["ARI"]
    if groups.attrs["k"] in groups["k"]:
        out |= {name: float(groups[name].sel(k=groups.attrs["k"])) for name in CHECKS}
    for row in made.get("years", pd.DataFrame()).to_dict("records"):
        out[f"year_rand.{row['earlier']}"] = row["year_rand"]
    for row in made.get("places", pd.DataFrame()).to_dict("records"):
        how = str(row.pop("how")).replace(" ", "_")
        out |= {f"places.{how}.{name}": value for name, value in row.items()}
    return out


def main() -> None:
    """Print protocol and figures."""
    options = _options()
    cube = cubes.read(options.cube)
    began = time.process_time()
    default = activity.cluster(cube, bootstraps=options.bootstraps)
    seconds = time.process_time() - began
    makers = _makers(options, cube, default)
    made = {name: make() for name, make in makers.items() if name in options.only}
    print(f"{cube.attrs.get('title', '')}: {default.attrs['statement']} ({seconds:.1f} CPU s)")
    for name, table in made.items():
        print(f"\n{name}. {PROTOCOL.get(name, '')}\n{table.round(3).to_string(index=False)}")
    if options.json:
        tables = {k: json.loads(t.to_json(orient="records")) for k, t in made.items()}
        page = {"protocol": PROTOCOL, "statement": default.attrs["statement"], **tables}
        options.json.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.track:
        params = {
            "territory": str(cube.attrs.get("territory", "")),
            "bootstraps": str(options.bootstraps),
        }
        _mlflow.log("activity", figures(made, default), params)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cube", type=Path, default=ROOT / "data/cube/auckland.nc")
    parser.add_argument("--chinatown", type=Path, default=ROOT.parent / "shared/data/ucr_chinatown")
    parser.add_argument("--incidents", type=Path, help="incidents.csv of the same territory")
    parser.add_argument("--bootstraps", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES, metavar="TABLE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all tables")
    parser.add_argument("--track", action="store_true", help="record the figures in MLflow")
    return parser.parse_args()


def _makers(
    options: argparse.Namespace, cube: xr.Dataset, groups: xr.Dataset
) -> dict[str, Callable[[], pd.DataFrame]]:
    number = options.bootstraps

    def years() -> pd.DataFrame:
        found = activity.cluster(cube, bootstraps=1, k=groups.attrs["k"], years=6)["year_rand"]
        return found.to_dataframe().reset_index()

    out: dict[str, Callable[[], pd.DataFrame]] = {
        "chinatown": lambda: chinatown(options.chinatown),
        "checks": lambda: checks(cube, number),
        "groups": lambda: groups_of(groups),
        "years": years,
        "places": lambda: places(cube, groups, number),
        "quiet": lambda: quiet(cube, groups),
        "injected": lambda: injected(cube, groups),
    }
    if options.incidents:
        out["incidents"] = lambda: masked(cube, options.incidents, number)
    return out


if __name__ == "__main__":
    main()
