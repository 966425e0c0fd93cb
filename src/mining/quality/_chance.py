"""How unlikely it is that counts agree by chance, in nats (minus a natural logarithm)."""

from __future__ import annotations

import numpy as np

from mining.stretches import Bools, Floats

#: Odds, in nats, that a finding must have beyond the number of places where it was looked for:
#: one false finding in a million files.
SURE = 14.0


def surprise(values: Floats, grain: float = 1.0) -> Floats:
    r"""Return how unlikely it is at least that another count is equal to each of these.

    Parameters
    ----------
    values : array
        Counts, NaN where nothing was counted.
    grain : float
        Counts are multiples of it.

    Returns
    -------
    array of float64
        Nats; 0 for zeros, for gaps, and where the count is below the grain.

    Notes
    -----
    No value of a Poisson count, and less so of a more scattered one, is more probable than
    :math:`1 / \sqrt{2 \pi v}` where :math:`v` is that value; a grain of :math:`g` makes it
    :math:`g` times as probable.
    """
    safe = np.maximum(np.nan_to_num(values.astype(np.float64), nan=0.0), 1e-9)
    return np.asarray(np.maximum(0.5 * np.log(2 * np.pi * safe) - np.log(grain), 0.0) * (safe >= 1))


def grain(values: Floats) -> float:
    """Return the greatest number of which all the counts are multiples; 1 where they are not whole.

    Parameters
    ----------
    values : array
        Counts, NaN where nothing was counted.
    """
    known = values[np.isfinite(values) & (values > 0)]
    whole = np.round(known)
    if known.size == 0 or np.any(whole != known):
        return 1.0
    return float(np.gcd.reduce(whole.astype(np.int64)))


def grams(values: Floats, length: int) -> tuple[Floats, Bools]:
    """Return a fingerprint of the `length` cells from each cell on, along the last axis.

    Parameters
    ----------
    values : array, shape (..., time)
        Values.
    length : int
        Cells in a fingerprint.

    Returns
    -------
    marks : array of uint64, shape (..., time - length + 1)
        Equal for equal cells. Different cells share one with a chance of 1e-19.
    known : array of bool
        Whether all of the cells hold a value.
    """
    bits = (np.ascontiguousarray(values, dtype=np.float64) + 0.0).view(np.uint64)  # no -0.0
    bits = (bits ^ (bits >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    size = values.shape[-1] - length + 1
    marks = np.zeros((*values.shape[:-1], size), dtype=np.uint64)
    for k in range(length):
        marks = marks * np.uint64(0x9E3779B97F4A7C15) + (
            bits[..., k : k + size] ^ (bits[..., k : k + size] >> np.uint64(32))
        )
    gaps = np.cumsum(np.isnan(values), axis=-1)
    before = np.concatenate((np.zeros((*values.shape[:-1], 1), np.int64), gaps), axis=-1)
    return marks, np.asarray(before[..., length:] == before[..., :-length])
