"""Stretches of consecutive cells: where a condition holds without a break along time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def runs(mask: Bools) -> tuple[Ints, Ints]:
    """Return the start and the end (exclusive) of each stretch of true cells.

    Parameters
    ----------
    mask : array of bool, shape (time,)
        A condition.

    Returns
    -------
    starts, ends : arrays of int64
        One entry per stretch, in order of time.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    (array([0, 3]), array([2, 4]))
    """
    step = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return np.flatnonzero(step == 1), np.flatnonzero(step == -1)


def paint(size: int, starts: Ints, ends: Ints) -> Bools:
    """Return the mask of shape ``(size,)`` that is true inside the given stretches."""
    marks = np.zeros(size + 1, dtype=np.int64)
    np.add.at(marks, starts, 1)
    np.add.at(marks, ends, -1)
    return np.cumsum(marks[:-1]) > 0


def long_runs(mask: Bools, length: int) -> Bools:
    """Keep of each row of a mask (sensor, time) the stretches of at least `length` cells."""
    out = np.zeros_like(mask)
    for row, one in zip(out, mask, strict=True):
        starts, ends = runs(one)
        keep = ends - starts >= length
        row[:] = paint(one.size, starts[keep], ends[keep])
    return out


def window_sum(values: Floats, before: int, after: int) -> Floats:
    """Return the sum of the cells from ``t - before`` to ``t + after`` along the last axis.

    NaN counts as nothing, and so do the cells beyond the ends.
    """
    filled = np.nan_to_num(values.astype(np.float64), nan=0.0)
    total = np.concatenate((np.zeros((*filled.shape[:-1], 1)), np.cumsum(filled, axis=-1)), axis=-1)
    size = filled.shape[-1]
    low = np.clip(np.arange(size) - before, 0, size)
    high = np.clip(np.arange(size) + after + 1, 0, size)
    return np.asarray(total[..., high] - total[..., low])


def best_segment(gain: Floats) -> tuple[int, int]:
    """Return the half-open range of largest sum (the earliest and shortest of equals)."""
    prefix = np.concatenate([[0.0], np.cumsum(gain)])
    lowest = np.minimum.accumulate(prefix[:-1])
    stop = int(np.argmax(prefix[1:] - lowest)) + 1
    # Of equal minima the last: no useless cell at the front.
    start = stop - 1 - int(np.argmin(prefix[:stop][::-1]))
    return start, stop
