"""Measure the incidents: five known events of a taxi series, and faults put into real series.

Run as ``python benchmarks/anomaly.py taxi FOLDER`` (the folder of ``nyc_taxi.csv`` and
``labels.json``) or ``python benchmarks/anomaly.py inject CUBE --seeds 0-9`` (a netCDF cube of
Auckland). ``--mode causal`` measures the nightly mode, ``--json FILE`` writes the figures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.anomaly import detect, scores
from mining.quality import clean
from mining.trials import PROTOCOL, trial, vus_pr

TAXI_PROTOCOL = """\
nab_nyc_taxi, half-hourly, one sensor, no calendar; five labelled windows; first 15 % left out. A
window is found if an incident overlaps it; incidents less than 24 h apart and outside every window
are one false alert. "budget": detect(alerts_per_month=B) as it is. "best": the score from which on
F1 is highest with at most one false alert per 30 days. VUS-PR: volume under the precision-recall
surface of the scores of all cells, buffers up to one day. Nothing is point-adjusted."""
#: Months of Auckland that are seen, and from when on they are judged.
SEEN, BEGIN = ("2023-11-01", "2025-11-30"), "2025-02-01"


def taxi(folder: Path) -> dict[str, float]:
    """Print and return what is found of the five events."""
    print(TAXI_PROTOCOL)
    table = pd.read_csv(folder / "nyc_taxi.csv", parse_dates=["timestamp"], index_col="timestamp")
    # The clock of the file is naive and regular; no clock change can be told in it.
    cube = cubes.build(table.rename(columns={"value": "taxi"}), timezone="UTC", step="30min")
    labels = json.loads((folder / "labels.json").read_text())["realKnownCause/nyc_taxi.csv"]
    windows = [(pd.Timestamp(a, tz="UTC"), pd.Timestamp(b, tz="UTC")) for a, b in labels]
    local = cubes.local_time(cube)
    first = round(0.15 * len(local))
    truth = np.logical_or.reduce([(local >= a) & (local <= b) for a, b in windows])[first:]
    figures: dict[str, float] = {}
    for mode in ("offline", "causal"):
        begun = time.process_time()
        best = _best_f1(cube, mode, windows, local[first:])
        score = scores(cube, calendar=None, mode=mode).to_numpy()[0, first:]
        volume = vus_pr(score, truth, 48)
        spent = time.process_time() - begun
        print(f"{mode:8} F1 at one false alert a month {best:.2f}, VUS-PR {volume:.3f}", end="")
        print(f", {spent:.1f} CPU s")
        figures |= {f"taxi_f1_{mode}": best, f"taxi_vus_pr_{mode}": volume}
    return figures


def _best_f1(
    cube: xr.Dataset,
    mode: str,
    windows: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    judged: pd.DatetimeIndex,
) -> float:
    days = (judged[-1] - judged[0]) / pd.Timedelta("1D")
    for budget in (0.25, 0.5, 1.0):
        frame = detect(cube, calendar=None, alerts_per_month=budget, mode=mode)
        found, false = _hits(frame[frame["end"] > judged[0]], windows)
        print(f"{mode:8} budget {budget:4} found {found} of 5, false {false}")
    frame = detect(cube, calendar=None, alerts_per_month=30, mode=mode)
    frame = frame[frame["end"] > judged[0]]
    tried = [_hits(frame[frame["score"] >= s], windows) for s in frame["score"].unique()]
    return max((_f1(*t) for t in tried if t[1] <= days / 30), default=0.0)


def _hits(
    frame: pd.DataFrame, windows: Sequence[tuple[pd.Timestamp, pd.Timestamp]]
) -> tuple[int, int]:
    """Return how many windows are found and how many alerts are false."""
    spans = sorted(zip(frame["start"], frame["end"], strict=True))
    found = sum(any(a < stop and b > start for a, b in spans) for start, stop in windows)
    false, last = 0, None
    for a, b in spans:
        if any(a < stop and b > start for start, stop in windows):
            continue
        if last is None or a - last > pd.Timedelta("24h"):
            false += 1
        last = b if last is None else max(last, b)
    return found, false


def _f1(found: int, false: int, total: int = 5) -> float:
    return 2 * found / (total + found + false) if found else 0.0


def injection(options: argparse.Namespace) -> dict[str, float]:
    """Print and return recall by kind, false alerts, delays and the balance of labels."""
    print(PROTOCOL)
    full = cubes.read(options.path)
    start, end = (cubes.to_utc(day, full.attrs["timezone"]) for day in SEEN)
    seen = full.sel(time=slice(start, end))
    low, _, high = options.seeds.partition("-")
    seeds = range(int(low), int(high or low) + 1)
    print(f"Seen {SEEN[0]} to {SEEN[1]}, judged from {BEGIN}; seeds {options.seeds}", end="")
    print(f"; B = {options.budget}; mode {options.mode}")
    measure = partial(trial, seen, begin=BEGIN, seeds=seeds, budget=options.budget, prepare=clean)
    figures: dict[str, float] = {}
    with Pool(options.jobs) as pool:
        begun = time.monotonic()
        frame = measure(mode=options.mode, over=pool.map)
        print(frame.round(3).to_string(index=False, na_rep=""))
        print(f"{time.monotonic() - begun:.0f} s with {options.jobs} processes")
        for row in frame.to_dict("records"):
            keep = ("recall", "lucky", "net", "delay", "balance", "false", "bar")
            figures |= {f"{row['kind']}_{k}": row[k] for k in keep if np.isfinite(row[k])}
    return figures


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["taxi", "inject"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--seeds", default="0-1", help="one or a range, such as 0-9")
    parser.add_argument("--budget", type=float, default=0.25)
    parser.add_argument("--mode", choices=["offline", "causal"], default="offline")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = taxi(options.path) if options.what == "taxi" else injection(options)
    if options.json:
        text = json.dumps({k: round(v, 6) for k, v in figures.items()}, indent=1, sort_keys=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
