"""The door every count passes before it is shown: small numbers do not leave.

One rule stands here for now: an hour below the minimum count is shown as "fewer than". Where the
total of its day would give it back by subtraction, a second hour of that day is withheld.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mining.report._clock import FloatArray


class Cell(IntEnum):
    """What may be said of one count."""

    SHOWN = 0
    LOW = 1
    WITHHELD = 2
    ABSENT = 3


StateArray = npt.NDArray[np.int8]


def protect(counts: FloatArray, minimum: int) -> tuple[FloatArray, StateArray]:
    """Hide the hours of a table (day, hour) that are too small to be shown.

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

    Notes
    -----
    Rows are published with their total. If the hidden cells of a row sum to less than `minimum`,
    or if there is only one, its smallest shown cell is withheld as well.

    Examples
    --------
    >>> protect(np.array([[3.0, 40.0, 25.0]]), 11)[1].tolist()
    [[1, 0, 2]]
    """
    states = np.where(np.isnan(counts), Cell.ABSENT, Cell.SHOWN).astype("int8")
    states[counts < minimum] = Cell.LOW
    for row in range(len(counts)):
        hidden = states[row] == Cell.LOW
        if hidden.any() and (hidden.sum() == 1 or counts[row, hidden].sum() < minimum):
            shown = np.flatnonzero(states[row] == Cell.SHOWN)
            if shown.size:
                states[row, shown[np.argmin(counts[row, shown])]] = Cell.WITHHELD
    return np.where(states == Cell.SHOWN, counts, np.nan), states


def floor(values: FloatArray, minimum: int) -> FloatArray:
    """Return a curve that does not go below the smallest count that may be shown."""
    return np.where(np.isnan(values), np.nan, np.maximum(values, float(minimum)))
