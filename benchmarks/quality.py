"""Inject faults into clean stretches of a cube and measure what cleaning finds.

    python benchmarks/quality.py CUBE.nc [--seeds 3] [--per-kind 3]

Protocol. The cube is cleaned once; only its last three years are kept, without what cleaning
doubts (those cells become missing). For each seed, sensor and kind of fault, `per-kind` windows
are drawn among those in which the sensor is trusted throughout, at least two days apart from any
other; the faults are written over the counts and the cube is cleaned again. A cell counts where
the fault changed its value. `cells` is the share of those cells that are suspect, `faults` the
share of faults of which at least half the cells are. A false alarm is a suspect cell more than
six hours away from any fault; the same figure without any fault is printed before.
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

Fault = Callable[[np.ndarray, int, int, np.random.Generator], np.ndarray]

#: Cells kept free around a fault, and cells that a fault may spoil around it.
APART, AROUND = 48, 6
#: Cells that a copied block needs before it.
BACK = 336


def zero(_series: np.ndarray, start: int, end: int, _rng: np.random.Generator) -> np.ndarray:
    """Count nobody."""
    return np.zeros(end - start)


def thin(series: np.ndarray, start: int, end: int, rng: np.random.Generator) -> np.ndarray:
    """See each passage with a chance of two per cent."""
    return rng.binomial(series[start:end].astype(int), 0.02).astype(float)


def stuck(series: np.ndarray, start: int, end: int, _rng: np.random.Generator) -> np.ndarray:
    """Repeat the first value."""
    return np.full(end - start, series[start])


def copy(series: np.ndarray, start: int, end: int, _rng: np.random.Generator) -> np.ndarray:
    """Repeat what was counted two weeks before."""
    return series[start - BACK : end - BACK]


def jump(series: np.ndarray, start: int, end: int, _rng: np.random.Generator) -> np.ndarray:
    """Eight times the highest value of the sensor."""
    return np.full(end - start, 8 * np.nanmax(series))


#: First local hour, length in hours, what happens.
KINDS: dict[str, tuple[int, int, Fault]] = {
    "1 h of zeros at noon": (12, 1, zero),
    "3 h of zeros by day": (13, 3, zero),
    "8 h of zeros at night": (22, 8, zero),
    "24 h of zeros": (9, 24, zero),
    "7 days of zeros": (9, 168, zero),
    "2 % of the counts, 2 days": (6, 48, thin),
    "stuck, 6 h by day": (9, 6, stuck),
    "stuck, 24 h": (9, 24, stuck),
    "copy of 2 days": (6, 48, copy),
    "impossible jump, 1 h": (15, 1, jump),
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
            starts = rng.choice(np.flatnonzero(hours == first), 30)
            start = draw(~busy[i], np.isfinite(base[i]), starts, length)
            if start is not None:
                end = start + length
                values[i, start:end] = fault(base[i], start, end, rng)
                busy[i, start - AROUND : end + AROUND] = True
                faults.append((kind, i, start, end))
    return values, busy, faults


def suspects(like: xr.Dataset, values: np.ndarray) -> np.ndarray:
    """Return the cells that cleaning doubts in a raw cube of these values."""
    frame = pd.DataFrame(values.T, index=like.indexes["time"], columns=like["sensor"].to_numpy())
    attrs = {k: v for k, v in like.attrs.items() if k in ("country", "subdivision")}
    raw = model.build(frame, timezone=like.attrs["timezone"], step="1h", attrs=attrs)
    out = quality.clean(raw, impute_max_gap=None)["quality"].to_numpy()
    return np.asarray(out == model.Quality.SUSPECT)


def run(path: Path, seeds: int, per_kind: int) -> None:
    """Print the protocol's figures for one cube."""
    cube = model.read(path)
    began = time.process_time()
    cleaned = quality.clean(cube)
    print(f"{dict(cube.sizes)}: cleaned in {time.process_time() - began:.1f} CPU seconds")
    recent = cleaned.isel(time=slice(-3 * 365 * 24, None))
    base = model.trusted(recent).to_numpy().astype(float)
    hours = model.local_time(recent).hour.to_numpy()
    known = int(np.isfinite(base).sum())
    print(f"no fault: {suspects(recent, base).sum()} suspect of {known} trusted cells")
    rows, alarms, seen = [], 0, 0
    for seed in range(seeds):
        values, busy, faults = inject(base, hours, per_kind, seed)
        found, changed = suspects(recent, values), values != base
        for kind, i, start, end in faults:
            cells = found[i, start:end][changed[i, start:end]]
            if cells.size:
                rows.append((kind, cells.size, cells.sum(), cells.mean() >= 0.5))
        alarms += int((found & ~busy).sum())
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
    parser.add_argument("--per-kind", type=int, default=3)
    arguments = parser.parse_args()
    print(__doc__)
    run(arguments.cube, arguments.seeds, arguments.per_kind)
