"""Days unlike any other: a second opinion where there are no neighbours to ask.

The distance of a day to the few days that resemble it most, for days that begin at any step and
are compared with days that begin at the same time of day. It needs neither a profile nor a season.
A matrix profile (C. M. Yeh et al., 2016, "Matrix Profile I: All Pairs Similarity Joins for Time
Series", ICDM) of one day that compares like with like.
"""

from __future__ import annotations

import numpy as np

from mining.anomaly._sight import Sight
from mining.week_grid import Array, Grid, median

#: Resembling days whose mean distance counts.
RESEMBLING = 3
#: Days nearer than this share steps, or the same night.
_APART = 2
#: Steps of a day that must be known.
_KNOWN = 0.75
_MAD = 1.4826


def unlike(values: Array, usual: Array, grid: Grid, sight: Sight) -> Array:
    """Return how unlike all others the day is that ends with each position.

    Parameters
    ----------
    values : array (position)
        One sensor, on a scale on which its noise is even; NaN where unknown.
    usual : array (position)
        Stands in for unknown steps, on the same scale.
    grid : Grid
        The local clock.
    sight : Sight
        With causal sight a day is compared with those before.

    Returns
    -------
    array (position)
        Distance beyond the usual one, in units of its usual spread; at least 0, NaN where too
        little is known.
    """
    size = grid.per_day
    distance = np.full(grid.size, np.nan)
    if size < 2 or grid.slots % 7:
        return distance
    known = np.isfinite(values)
    filled = np.where(known, values, usual)
    for phase in range(size):
        last = (len(values) - phase) // size * size + phase
        days = filled[phase:last].reshape(-1, size)
        enough = known[phase:last].reshape(-1, size).mean(axis=1) >= _KNOWN
        enough &= np.isfinite(days).all(axis=1)
        ends = phase + size * np.arange(1, len(days) + 1) - 1
        distance[ends[enough]] = _to_others(days[enough], np.flatnonzero(enough), sight)
    return _beyond(distance, grid, sight)


def _to_others(days: Array, number: np.ndarray, sight: Sight) -> Array:
    """Return the mean distance of each day (day, step) to those that resemble it most."""
    square = (days**2).sum(axis=1)
    gap = np.maximum(square[:, None] + square[None] - 2 * days @ days.T, 0.0)
    after = number[:, None] - number[None]
    gap[(after if sight.causal else np.abs(after)) < _APART] = np.inf
    if gap.shape[1] < RESEMBLING:
        return np.full(len(days), np.nan)
    nearest = np.partition(gap, RESEMBLING - 1, axis=1)[:, :RESEMBLING].mean(axis=1)
    return np.sqrt(np.where(np.isfinite(nearest), nearest, np.nan))


def _beyond(distance: Array, grid: Grid, sight: Sight) -> Array:
    table = distance.reshape(grid.weeks, grid.slots)
    out = np.full(table.shape, np.nan)
    for weeks, teaching in sight.periods():
        known = table[teaching].reshape(-1, 1)
        middle = median(known)[0]
        spread = _MAD * median(np.abs(known - middle))[0]
        if np.isfinite(spread) and spread > 0:
            out[weeks] = np.maximum(table[weeks] - middle, 0.0) / spread
    return out.reshape(-1)
