"""Inject faults into clean stretches of a cube and measure what cleaning finds.

    python benchmarks/quality.py CUBE.nc [--seeds 3] [--first-seed 0] [--per-kind 1]

Protocol. The cube is cleaned once; only its last three years are kept, without what cleaning
doubts (those cells become missing). For each seed, sensor and kind of fault, `per-kind` windows
are drawn among those in which the sensor is trusted throughout, at least two days apart from any
other; the faults are written over the counts and the cube is cleaned again. A cell counts where
the fault changed its value. `cells` is the share of those cells that are suspect, `faults` the
share of faults of which at least half the cells are. A false alarm is a suspect cell more than
six hours away from any fault that is not suspect without any fault either; the number of those is
printed before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as model
from mining import quality

#: From all the true counts, the row, its first and last cell (exclusive) and chance, to its counts.
Fault = Callable[[np.ndarray, int, int, int, np.random.Generator], np.ndarray]

#: Cells kept free around a fault, and cells that a fault may spoil around it.
APART, AROUND = 48, 6
#: Cells that a copied block needs before it.
BACK = 1008


def zero(_base: np.ndarray, _row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Count nobody."""
    return np.zeros(end - start)


def alternate(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Count nobody every other hour."""
    return np.where(np.arange(end - start) % 2, base[row, start:end], 0.0)


def thin(base: np.ndarray, row: int, start: int, end: int, rng: np.random.Generator) -> np.ndarray:
    """See each passage with a chance of two per cent."""
    return rng.binomial(base[row, start:end].astype(int), 0.02).astype(float)


def stuck(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Repeat the first value."""
    return np.full(end - start, base[row, start])


def again(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Repeat the day before."""
    return np.resize(base[row, start - 24 : start], end - start)


def copy(lag: int, *, factor: float = 1.0, edits: int = 0) -> Fault:
    """Repeat what was counted `lag` hours before, times a factor, some cells retouched."""

    def fault(
        base: np.ndarray, row: int, start: int, end: int, rng: np.random.Generator
    ) -> np.ndarray:
        out = np.round(factor * base[row, start - lag : end - lag])
        out[rng.choice(out.size, edits, replace=False)] += 5
        return out

    return fault


def jump(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Eight times the highest value of the sensor."""
    return np.full(end - start, 8 * np.nanmax(base[row]))


def twin(base: np.ndarray, row: int, start: int, end: int, rng: np.random.Generator) -> np.ndarray:
    """Give what another sensor counts."""
    known = np.isfinite(base[:, start:end]).all(axis=1)
    known[row] = False
    return base[rng.choice(np.flatnonzero(known)), start:end]


def clock(hours: int) -> Fault:
    """Show the time so many hours off."""
    return lambda base, row, start, end, _: base[row, start + hours : end + hours]


def ceiling(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Count no more than a value that one hour in five exceeds."""
    return np.minimum(base[row, start:end], np.floor(np.nanquantile(base[row], 0.8)))


def floor(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Count no less than a value that one hour in five falls short of."""
    return np.maximum(base[row, start:end], np.ceil(np.nanquantile(base[row], 0.2)) + 5)


def double(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Count everybody twice."""
    return 2 * base[row, start:end]


def late(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Give everything in the last hour."""
    out = np.zeros(end - start)
    out[-1] = base[row, start:end].sum()
    return out


def total(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Give the sum since the first hour."""
    return np.cumsum(base[row, start:end])


def line(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Join the two ends of a hole."""
    return np.round(np.linspace(base[row, start - 1], base[row, end], end - start))


def mean_of_weeks(base: np.ndarray, row: int, start: int, end: int, _rng: object) -> np.ndarray:
    """Fill with the mean of the three weeks before."""
    return np.mean([base[row, start - w : end - w] for w in (168, 336, 504)], axis=0).round(2)


#: First local hour, length in hours, what happens.
KINDS: dict[str, tuple[int, int, Fault]] = {
    "1 h of zeros at noon": (12, 1, zero),
    "3 h of zeros by day": (13, 3, zero),
    "8 h of zeros at night": (22, 8, zero),
    "24 h of zeros": (9, 24, zero),
    "7 days of zeros": (9, 168, zero),
    "zero every other hour, 24 h": (9, 24, alternate),
    "2 % of the counts, 2 days": (6, 48, thin),
    "stuck, 6 h by day": (9, 6, stuck),
    "stuck, 24 h": (9, 24, stuck),
    "the same day four times": (6, 96, again),
    "copy of 2 days, 14 days before": (6, 48, copy(336)),
    "copy of 2 days, 42 days before": (6, 48, copy(1008)),
    "copy of 2 days, 461 h before": (6, 48, copy(461)),
    "copy of 3 days, 3 h retouched": (6, 72, copy(480, edits=3)),
    "copy of 2 days times 1.1": (6, 48, copy(168, factor=1.1)),
    "twin of another, 2 days": (6, 48, twin),
    "clock 1 h late, 7 days": (12, 168, clock(-1)),
    "clock 1 h early, 7 days": (12, 168, clock(1)),
    "clock 2 h late, 3 days": (12, 72, clock(-2)),
    "ceiling, 10 days": (6, 240, ceiling),
    "floor, 10 days": (6, 240, floor),
    "counted twice, 5 days": (6, 120, double),
    "8 h delivered in the last": (8, 8, late),
    "running total, 24 h": (5, 24, total),
    "straight line, 12 h": (8, 12, line),
    "mean of weeks, 12 h": (8, 12, mean_of_weeks),
    "impossible jump, 1 h": (15, 1, jump),
    "impossible jump, 6 h": (12, 6, jump),
}


def draw(free: np.ndarray, known: np.ndarray, starts: np.ndarray, length: int) -> int | None:
    """Return the first of some starts whose window is known and free, None where none is."""
    for start in starts:
        if start < BACK + APART or start + length + APART > known.size:
            continue
        if (
            known[start - BACK : start + length].all()
            and free[start - APART :][: length + 2 * APART].all()
        ):
            return int(start)
    return None


def inject(
    base: np.ndarray, hours: np.ndarray, per_kind: int, seed: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, int, int, int]]]:
    """Return the values with faults, the cells around them, and the list of faults."""
    rng = np.random.default_rng(seed)
    values, busy, faults = base.copy(), np.zeros(base.shape, bool), []
    for i in range(base.shape[0]):
        for kind, (first, length, fault) in list(KINDS.items()) * per_kind:
            starts = rng.choice(np.flatnonzero(hours == first), 60)
            start = draw(~busy[i], np.isfinite(base[i]), starts, length)
            if start is not None:
                end = start + length
                values[i, start:end] = fault(base, i, start, end, rng)
                busy[i, start - AROUND : end + AROUND] = True
                faults.append((kind, i, start, end))
    return values, busy, faults


def suspects(like: xr.Dataset, values: np.ndarray) -> np.ndarray:
    """Return the cells that cleaning doubts in a raw cube of these values."""
    frame = pd.DataFrame(values.T, index=like.indexes["time"], columns=like["sensor"].to_numpy())
    attrs = {k: v for k, v in like.attrs.items() if k in ("country", "subdivision")}
    sites = pd.DataFrame({"site": like["site"].to_numpy()}, index=like["sensor"].to_numpy())
    zone = like.attrs["timezone"]
    raw = model.build(frame, timezone=zone, step="1h", sensors=sites, attrs=attrs)
    out = quality.clean(raw, impute_max_gap=None)["quality"].to_numpy()
    return np.asarray(out == model.Quality.SUSPECT)


def run(path: Path, seeds: range, per_kind: int) -> None:
    """Print the protocol's figures for one cube."""
    cube = model.read(path)
    began = time.process_time()
    cleaned = quality.clean(cube)
    print(f"{dict(cube.sizes)}: cleaned in {time.process_time() - began:.1f} CPU seconds")
    recent = cleaned.isel(time=slice(-3 * 365 * 24, None))
    base = model.trusted(recent).to_numpy().astype(float)
    hours = model.local_time(recent).hour.to_numpy()
    known = int(np.isfinite(base).sum())
    quiet = suspects(recent, base)
    print(f"no fault: {quiet.sum()} suspect of {known} trusted cells")
    rows, alarms, seen = [], 0, 0
    for seed in seeds:
        values, busy, faults = inject(base, hours, per_kind, seed)
        found, changed = suspects(recent, values), values != base
        for kind, i, start, end in faults:
            cells = found[i, start:end][changed[i, start:end]]
            if cells.size:
                rows.append((kind, cells.size, cells.sum(), cells.mean() >= 0.5))
        alarms += int((found & ~busy & ~quiet).sum())
        seen += int((np.isfinite(base) & ~busy).sum())
    table = pd.DataFrame(rows, columns=["kind", "changed", "found", "hit"]).groupby("kind")
    out = table.agg(n=("hit", "size"), faults=("hit", "mean"))
    out["cells"] = table["found"].sum() / table["changed"].sum()
    print(out.loc[[k for k in KINDS if k in out.index]].round(3).to_string())
    print(f"false alarms: {alarms} of {seen} cells, {1e4 * alarms / seen:.2f} per 10 000 hours")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("cube", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--per-kind", type=int, default=1)
    arguments = parser.parse_args()
    print(__doc__)
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    run(arguments.cube, seeds, arguments.per_kind)
