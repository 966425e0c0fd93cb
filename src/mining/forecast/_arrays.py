"""Small array functions that know what a missing value is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


def weighted(lags: Floats, seen: npt.NDArray[np.bool_], weights: Floats, count: int) -> Floats:
    """Return the weighted mean of the first `count` lags, where seen."""
    use = np.where(seen[:count], weights[:count], 0.0)
    total = (np.where(seen[:count], lags[:count], 0.0) * use).sum(axis=0)
    return divided(total, use.sum(axis=0))


def lagged(values: Floats, shift: int) -> Floats:
    """Return the values moved `shift` columns to the right, NaN before the first."""
    out = np.full(values.shape, np.nan)
    if shift < values.shape[1]:
        out[:, shift:] = values[:, :-shift]
    return out


def cumulated(values: Floats) -> Floats:
    """Return sums before each column, one column more than given."""
    return np.concatenate([np.zeros_like(values[:, :1]), values.cumsum(axis=1)], axis=1)


def summed(array: Floats, rows: Ints, start: Floats | None = None) -> Floats:
    """Return the sum of some rows, one after the other: no copy, and one order of additions."""
    out: Floats = np.zeros(array.shape[1:]) if start is None else start.copy()
    for row in rows.tolist():
        out += array[row]
    return out


def divided(above: Floats, below: Floats) -> Floats:
    """Return the ratio, NaN where the denominator is not positive."""
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan))


def picked(table: Floats, row: Ints, column: Ints) -> Floats:
    """Return cells of a table by row and column, NaN for rows outside of it."""
    inside = (row >= 0) & (row < len(table))
    found = table[np.clip(row, 0, max(len(table) - 1, 0)), column] if len(table) else np.nan
    return np.where(inside, found, np.nan)


def row_mean(values: Floats) -> Floats:
    """Return the mean over the second axis of what is known, NaN where nothing is."""
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def least_scale(values: Floats) -> Floats:
    """Return what the error of a count is measured in where next to nothing is expected.

    Parameters
    ----------
    values : ndarray, shape (sensor, step)
        Counts, NaN where unknown.

    Returns
    -------
    ndarray, shape (sensor,)
        A fiftieth of the mean of the sensor, but no less than the smallest count it ever gave:
        nothing is known better than by one passage. 1 where nobody ever passed.

    Notes
    -----
    Measured in less, one passage in an empty hour was a huge error, and hours where a quarter of
    a passage is expected were given the same: totals of quiet streets came out a third too high.
    """
    level = row_mean(np.abs(values))
    least = np.where(values > 0, values, np.inf).min(axis=1, initial=np.inf)
    return np.where(level > 0, np.maximum(0.02 * level, least), 1.0)
