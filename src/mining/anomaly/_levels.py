"""Level steps: from one day on, a sensor counts lastingly more or less than before.

The surrounding weeks follow a step and call it normal; so steps are looked for on whole days,
against one fixed week, with the movement of the other sensors taken out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mining.anomaly._rhythm import LEAST_EXPECTED
from mining.anomaly._runs import Run
from mining.cube import BoolArray
from mining.week_grid import Array, Grid, IntArray, median, without_self

#: Days compared before and after, and how many of them must be known.
BEFORE, AFTER, KNOWN = 42, 21, 10
#: Smallest step worth a word (25 %).
LEAST_STEP = float(np.log(1.25))
#: Days within which the old level may come back; a level that stays is an incident for so long.
RETURN, NEW = 56, 21
#: Least score of a step.
FLOOR = 5.0
#: Days of data without which no step is looked for.
LEAST_DAYS = 120
_MAD = 1.4826
_NOISE_FLOOR = 0.03


def movements(values: Array, masked: BoolArray, grid: Grid, *, counts: bool) -> Array:
    """Return how far each day is from one fixed week (sensor, day).

    Log-ratio of counts, difference of levels; NaN where less than half of the day is known.
    """
    calm = np.where(masked, np.nan, values)
    fixed = np.stack([median(row.reshape(grid.weeks, grid.slots), 3) for row in calm])
    reference = np.tile(fixed, (1, grid.weeks))
    day = grid.per_day
    shape = (len(values), -1, day)
    known = (np.isfinite(calm) & np.isfinite(reference)).reshape(shape)
    seen = np.where(known, calm.reshape(shape), 0).sum(axis=2)
    usual = np.where(known, reference.reshape(shape), 0).sum(axis=2)
    enough = known.sum(axis=2) >= max(1, day / 2)
    if counts:
        enough &= usual >= LEAST_EXPECTED * day
        return np.where(enough, np.log((seen + 1) / (usual + 1)), np.nan)
    return np.where(enough, (seen - usual) / np.maximum(known.sum(axis=2), 1), np.nan)


def find(daily: Array, grid: Grid, *, floor: float, crowd: int = 3) -> list[Run]:
    """Return the level steps of every sensor, the movement of the others taken out.

    Parameters
    ----------
    daily : array (sensor, day)
        From :func:`movements`, of counts.
    grid : Grid
        The local clock.
    floor : float
        Least score.
    crowd : int
        From this many sensors on, steps of all together are looked for too (row -1).

    Returns
    -------
    list of Run
        With scale 0.
    """
    town, others = without_self(daily)
    own = daily - np.where(others >= 2, town, 0.0)
    runs = [run for row in range(len(own)) for run in steps(own[row], grid, row=row, floor=floor)]
    return runs + steps(median(daily, crowd), grid, row=-1, floor=floor)


def steps(own: Array, grid: Grid, *, row: int, floor: float) -> list[Run]:
    """Return the level steps of one daily series (day)."""
    if np.isfinite(own).sum() < LEAST_DAYS:
        return []
    change = _change(own)
    if not np.isfinite(change).any():
        return []
    noise = max(_NOISE_FLOOR, _MAD * float(np.nanmedian(np.abs(change))))
    score = np.nan_to_num(np.abs(change)) / noise
    score[np.nan_to_num(np.abs(change)) < LEAST_STEP] = 0
    runs: list[Run] = []
    taken = np.zeros(len(own), dtype=bool)
    for day in np.argsort(-score, kind="stable"):
        if score[day] < floor:
            break
        if taken[day]:
            continue
        taken[max(0, day - BEFORE) : day + BEFORE] = True
        start = _dated(own, int(day))
        stop, stays = _until(own, start, float(change[day]))
        sign = 1 if change[day] > 0 else -1
        span = (start * grid.per_day, stop * grid.per_day)
        runs.append(Run(row, *span, sign, float(score[day]), 0, stays))
    return _without_returns(sorted(runs, key=lambda run: run.first), 7 * grid.per_day)


def _without_returns(runs: list[Run], near: int) -> list[Run]:
    """Join overlapping steps of one direction; leave out those on the way back from the last."""
    kept: list[Run] = []
    for run in runs:
        last = kept[-1] if kept else None
        if last is None:
            kept.append(run)
        elif last.sign == run.sign and run.first <= last.stop:
            stop, score = max(last.stop, run.stop), max(last.score, run.score)
            kept[-1] = replace(last, stop=stop, score=score)
        elif last.sign == run.sign or run.first > last.stop + near:
            kept.append(run)
    return kept


def eras(runs: list[Run], rows: int, grid: Grid) -> IntArray:
    """Return numbers (row, position) that change where a new level has become normal.

    Until then the old one is what is expected. Steps of the territory (row -1) count for all rows.
    """
    breaks = np.zeros((rows, grid.size), dtype="int64")
    for run in runs:
        if run.stays and run.stop < grid.size:
            breaks[slice(None) if run.row < 0 else run.row, run.stop] = 1
    return np.asarray(np.cumsum(breaks, axis=1))


def during(runs: list[Run], rows: int, grid: Grid) -> BoolArray:
    """Tell which cells (row, position) stand on a step, and must not teach what is normal."""
    out = np.zeros((rows, grid.size), dtype=bool)
    for run in runs:
        out[slice(None) if run.row < 0 else run.row, run.first : run.stop] = True
    return out


def _change(own: Array) -> Array:
    """Return, for each day, the median of the days from it on less that of the days before."""
    padded = np.concatenate([np.full(BEFORE, np.nan), own, np.full(AFTER, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, BEFORE + AFTER)[: len(own)]
    return median(windows[:, BEFORE:].T, KNOWN) - median(windows[:, :BEFORE].T, KNOWN)


def _dated(own: Array, day: int) -> int:
    """Return the day, near `day`, that best splits the series in two levels (least squares)."""
    low, high = max(0, day - AFTER), min(len(own), day + AFTER)
    window = own[low:high]
    best, found = np.inf, day
    for split in range(max(3, day - low - 14), min(len(window) - 3, day - low + 14)):
        parts = (window[:split], window[split:])
        if any(np.isfinite(p).sum() < 3 for p in parts):
            continue
        cost = sum(float(np.nansum(np.abs(p - np.nanmedian(p)))) for p in parts)
        if cost < best - 1e-12:
            best, found = cost, low + split
    return found


def _until(own: Array, start: int, change: float) -> tuple[int, bool]:
    """Return the day on which the old level is back, or when the new one has become normal.

    The second value tells whether the new level stays.
    """
    before = own[max(0, start - BEFORE) : start]
    old = float(np.nanmedian(before)) if np.isfinite(before).any() else 0.0
    for day in range(start + 7, min(start + RETURN, len(own) - 3)):
        ahead = own[day : day + 5]
        if np.isfinite(ahead).any() and abs(np.nanmedian(ahead) - old) < abs(change) / 2:
            return day, False
    return min(start + NEW, len(own)), start + NEW < len(own)
