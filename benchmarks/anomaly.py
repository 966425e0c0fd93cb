"""Measure the incidents: five known events of a taxi series, and faults injected into Auckland.

Run as ``python benchmarks/anomaly.py taxi FOLDER`` (the folder of ``nyc_taxi.csv`` and
``labels.json``) or ``python benchmarks/anomaly.py inject CUBE [SEEDS [rules]]`` (a netCDF cube;
with "rules" the quality rules run first, on clean and on injected data).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.anomaly import DURATIONS, FAULTS, Injection, detect, inject
from mining.quality import clean

#: Score of incidents that exact rules found; their alerts have no budget here.
RULE_SCORE = 100.0

TAXI_PROTOCOL = """\
nab_nyc_taxi, half-hourly, one sensor, no calendar; five labelled windows. The whole series is seen
(offline). First 15 % left out. A window is found if an incident overlaps it; incidents less than
24 h apart and outside every window are one false alert. "by budget": detect(alerts_per_month=B) as
it is. "best": the score from which on F1 is highest with at most one false alert per 30 days."""

INJECT_PROTOCOL = """\
Auckland, hourly. Seen: 2023-11-01 to 2025-11-30 (offline); judged: from 2025-02-01 on. Targets: 13
sensors without a dead week; all sensors are context. 3 of each kind per seed, at least 3 days apart
on a sensor. Bar: the score that leaves B alerts per sensor and 30 days on the clean months
(calendar, territory and exact-rule incidents left out; one that lasts costs one per week). Recall:
an incident of that sensor above the bar overlaps the window. Lucky: the same on clean data. Net:
mean over kinds of (recall - lucky) / (1 - lucky). False: alerts outside every window, per sensor
and month. Label: of the strongest overlapping incident, fault against the rest, balanced."""


def taxi(folder: Path) -> None:
    """Print what is found of the five events."""
    print(TAXI_PROTOCOL)
    table = pd.read_csv(folder / "nyc_taxi.csv", parse_dates=["timestamp"], index_col="timestamp")
    # The clock of the file is naive and regular; no clock change can be told in it.
    cube = cubes.build(table.rename(columns={"value": "taxi"}), timezone="UTC", step="30min")
    labels = json.loads((folder / "labels.json").read_text())["realKnownCause/nyc_taxi.csv"]
    windows = [(pd.Timestamp(a, tz="UTC"), pd.Timestamp(b, tz="UTC")) for a, b in labels]
    local = cubes.local_time(cube)
    begin = local[round(0.15 * len(local))]
    days = (local[-1] - begin) / pd.Timedelta("1D")
    begun = time.process_time()
    everything = detect(cube, calendar=None, alerts_per_month=30)
    spent = time.process_time() - begun
    for budget in (0.25, 0.5, 1.0):
        frame = detect(cube, calendar=None, alerts_per_month=budget)
        _print_f1(f"budget {budget:4}", *_hits(frame[frame["end"] > begin], windows))
    judged = everything[everything["end"] > begin]
    tried = [_hits(judged[judged["score"] >= s], windows) for s in judged["score"].unique()]
    allowed = [t for t in tried if t[1] <= days / 30]
    _print_f1("best       ", *max(allowed, key=lambda t: _f1(*t), default=(0, 0)))
    print(f"{days:.0f} days judged, {spent:.2f} CPU s")


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


def _print_f1(name: str, found: int, false: int) -> None:
    print(f"{name}  found {found} of 5, false {false}, F1 {_f1(found, false):.2f}")


def injection(path: Path, seeds: int, *, rules: bool) -> None:
    """Print recall by kind, false alerts and the balance of labels."""
    print(INJECT_PROTOCOL)
    full = cubes.read(path)
    zone = full.attrs["timezone"]
    seen = full.sel(time=slice(cubes.to_utc("2023-11-01", zone), cubes.to_utc("2025-11-30", zone)))
    begin = pd.Timestamp("2025-02-01", tz=zone)
    targets = _targets(seen)
    prepare = clean if rules else _as_it_is
    print("quality rules first" if rules else "no quality rules, codes from values alone")
    clean_frame = _judged(detect(prepare(seen), alerts_per_month=30), begin, targets)
    months = len(targets) * (cubes.local_time(seen)[-1] - begin) / pd.Timedelta("30D")
    worlds = [_world(seen, targets, begin, seed) for seed in range(seeds)]
    frames = [_judged(detect(prepare(w), alerts_per_month=30), begin, targets) for w, _ in worlds]
    for budget in (1.0, 0.25):
        bar = _bar(clean_frame, budget * months)
        print(f"\nB = {budget}: bar {bar:.2f}")
        _print_world(clean_frame, frames, [t for _, t in worlds], bar, months)


def _as_it_is(cube: xr.Dataset) -> xr.Dataset:
    """Return the cube with the codes that values alone tell."""
    quality, reason = cubes.codes_from_values(cube["value"].to_numpy())
    dims = ("sensor", "time")
    return cube.assign(quality=(dims, quality), reason=(dims, reason))


def _targets(cube: xr.Dataset) -> list[str]:
    """Return the 13 sensors with most counts among those that never count nothing for a week."""
    values = cube["value"].to_numpy()
    weekly = np.nansum(values[:, : values.shape[1] // 168 * 168].reshape(len(values), -1, 168), 2)
    ids = cube["sensor"].to_numpy().astype(str)
    alive = [
        i for i in np.argsort(-weekly.sum(axis=1)) if weekly[i].min() > 0.2 * np.median(weekly[i])
    ]
    return sorted(ids[i] for i in alive[:13])


def _judged(frame: pd.DataFrame, begin: pd.Timestamp, targets: list[str]) -> pd.DataFrame:
    kept = frame["sensor"].isin(targets) & (frame["end"] > begin) & (frame["label"] != "calendar")
    return frame[kept].reset_index(drop=True)


def _bar(frame: pd.DataFrame, allowed: float) -> float:
    """Return the least score that the budget affords on clean data."""
    spent, bar = 0.0, float("inf")
    statistical = frame[frame["score"] != RULE_SCORE]
    for row in statistical.sort_values("score", ascending=False).itertuples():
        spent += np.ceil((row.end - row.start) / pd.Timedelta("7D"))
        if spent > allowed:
            return bar
        bar = row.score
    return 3.0


def _world(
    cube: xr.Dataset, targets: list[str], begin: pd.Timestamp, seed: int
) -> tuple[xr.Dataset, list[Injection]]:
    """Return a cube with three of each kind and what they are."""
    rng = np.random.default_rng(seed)
    truths: list[Injection] = []
    margin = pd.Timedelta("3D")
    for number in range(3):
        # The long ones first, while there is room.
        for kind in sorted(DURATIONS, key=lambda k: -DURATIONS[k][1]):
            hour = int(rng.integers(9, 18))
            for _ in range(200):
                sensor = str(rng.choice(targets))
                day = begin.tz_localize(None) + pd.Timedelta(days=int(rng.integers(5, 235)))
                start = day + pd.Timedelta(hours=hour)
                changed, truth = inject(cube, kind, sensor, start, seed=100 * seed + number)
                others = [t for t in truths if t.sensor == sensor]
                if all(
                    truth.start > t.end + margin or truth.end < t.start - margin for t in others
                ):
                    cube = changed
                    truths.append(truth)
                    break
    return cube, truths


def _first_hit(frame: pd.DataFrame, truth: Injection, bar: float) -> pd.Series | None:
    over = frame[
        (frame["sensor"] == truth.sensor)
        & (frame["score"] >= bar)
        & (frame["start"] < truth.end)
        & (frame["end"] > truth.start)
    ]
    return None if over.empty else over.loc[over["score"].idxmax()]


def _print_world(
    clean: pd.DataFrame,
    frames: list[pd.DataFrame],
    truths: list[list[Injection]],
    bar: float,
    months: float,
) -> None:
    pairs = [(frame, t) for frame, world in zip(frames, truths, strict=True) for t in world]
    nets, right = [], {True: [], False: []}
    for kind in DURATIONS:
        mine = [(f, t) for f, t in pairs if t.kind == kind]
        hits = [_first_hit(f, t, bar) for f, t in mine]
        recall = np.mean([h is not None for h in hits])
        lucky = np.mean([_first_hit(clean, t, bar) is not None for _, t in mine])
        nets.append((recall - lucky) / (1 - lucky) if lucky < 1 else 0.0)
        fault = kind in FAULTS
        right[fault] += [(h["label"] == "fault") == fault for h in hits if h is not None]
        labels = ", ".join(sorted({f"{h['label']}/{h['kind']}" for h in hits if h is not None}))
        print(f"{kind:8} n {len(mine):3}  recall {recall:.2f}  lucky {lucky:.2f}  {labels}")
    false = [_false(f, world, bar) for f, world in zip(frames, truths, strict=True)]
    print(
        f"net {np.mean(nets):.3f}, false {sum(false) / len(frames) / months:.2f} per sensor-month"
    )
    balance = np.mean([np.mean(right[True] or [0]), np.mean(right[False] or [0])])
    print(f"fault against event, on what was found: balanced accuracy {balance:.2f}")


def _false(frame: pd.DataFrame, truths: list[Injection], bar: float) -> int:
    false = 0
    for row in frame[frame["score"] >= bar].itertuples():
        false += not any(
            t.sensor == row.sensor and row.start < t.end and row.end > t.start for t in truths
        )
    return false


if __name__ == "__main__":
    if sys.argv[1] == "taxi":
        taxi(Path(sys.argv[2]))
    else:
        injection(
            Path(sys.argv[2]),
            int(sys.argv[3]) if len(sys.argv) > 3 else 2,
            rules="rules" in sys.argv[4:],
        )
