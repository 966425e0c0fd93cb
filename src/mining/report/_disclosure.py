"""Small numbers do not leave: one table, or one curve, before it is shown.

The rules stand in :mod:`mining.secrecy`; places and weeks meet them in :mod:`mining.report._door`.
"""

from __future__ import annotations

import numpy as np

from mining import secrecy
from mining.report._clock import FloatArray
from mining.secrecy import Cell, States

__all__ = ["Cell", "StateArray", "floor", "protect"]

StateArray = States


def protect(counts: FloatArray, minimum: int) -> tuple[FloatArray, StateArray]:
    """Hide the hours of a table (row, hour) that are too small to be shown.

    Parameters
    ----------
    counts : ndarray (row, column)
        Counts; NaN where nothing was counted.
    minimum : int
        Smallest count that may be shown; 0 or 1 shows everything.

    Returns
    -------
    counts : ndarray
        The same, NaN in every cell that is not shown.
    states : ndarray of int8
        One :class:`Cell` for each.

    Examples
    --------
    >>> protect(np.array([[3.0, 40.0, 25.0]]), 11)[1].tolist()
    [[1, 0, 2]]
    """
    states = secrecy.hide(counts, minimum).states
    return np.where(states == Cell.SHOWN, counts, np.nan), states


def floor(values: FloatArray, minimum: int) -> FloatArray:
    """Return a curve that does not go below the smallest count that may be shown."""
    return np.where(np.isnan(values), np.nan, np.maximum(values, float(minimum)))
