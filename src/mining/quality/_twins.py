"""Sensors whose counts are those of another sensor, hour for hour."""

from __future__ import annotations

import numpy as np

from mining.quality._chance import SURE, grain, grams, surprise
from mining.quality._clock import Clock
from mining.quality._copies import BLOCK_HOURS, BLOCK_VALUES, EDIT, GRAMS, SEED, chains
from mining.quality._typical import typical
from mining.stretches import Bools, Floats, Ints, window_sum

#: How much further (in logarithms, on average) from its own rhythm a twin must be than the other
#: to be held for the copy alone.
CLEAR = 0.1
#: Share of the cells counted by both from which on two sensors are one under two names.
ALWAYS = 0.5


def twins(values: Floats, activity: Floats, clock: Clock, rank: Ints) -> Bools:
    r"""Return the cells of sensors that give exactly what another sensor gives.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.
    activity : array, shape (sensor, time)
        How busy the other sensors are against their typical value.
    clock : Clock
        Local week of the times.
    rank : array of int, shape (sensor,)
        Order of the sensors by name; it decides between two that are equal for most of their
        time, where the one that began first, or else comes first, is believed.

    Returns
    -------
    array of bool, shape (sensor, time)
        Of two twins, the one that strays further from its own rhythm outside the block; both
        where the history does not tell.

    Notes
    -----
    As for :func:`mining.quality._copies.copies`, with the same time and another sensor instead
    of another time: the sensors are sorted by fingerprint at each time, so that the work grows as
    :math:`s \log s` with their number.
    """
    out = np.zeros(values.shape, dtype=bool)
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one, other, start, end in _equal_blocks(values, clock):
        pairs.setdefault((one, other), []).append((start, end))
    for (one, other), blocks in pairs.items():
        first, last = sorted((one, other), key=lambda i: (_begin(values[i]), rank[i]))
        same = np.zeros(values.shape[1], dtype=bool)
        for start, end in blocks:
            same[start:end] = True
        common = ~np.isnan(values[first]) & ~np.isnan(values[last])
        if same.sum() > ALWAYS * common.sum():
            out[last] |= same
            continue
        usual = typical(np.where(same, np.nan, values[[first, last]]), clock)
        usual *= activity[[first, last]]
        for start, end in blocks:
            for row in _strays(values[[first, last], start:end], usual[:, start:end]):
                out[(first, last)[row], start:end] = True
    return np.asarray(out & ~np.isnan(values))


def _begin(series: Floats) -> int:
    known = ~np.isnan(series)
    return int(known.argmax()) if known.any() else series.size


def _strays(seen: Floats, usual: Floats) -> list[int]:
    """Return which of two rows, shape (2, time), is not itself: 0, 1 or both."""
    with np.errstate(invalid="ignore"):
        far = np.abs(np.log1p(seen) - np.log1p(usual))
    known = ~np.isnan(far).any(axis=0)
    if not known.any():
        return [0, 1]
    first, last = far[:, known].mean(axis=1)
    if abs(first - last) < CLEAR:
        return [0, 1]
    return [0] if first > last else [1]


def _equal_blocks(values: Floats, clock: Clock) -> list[tuple[int, int, int, int]]:
    """Return pairs of rows and the start and end of the blocks in which they are equal."""
    count, size = values.shape
    least = clock.steps(BLOCK_HOURS, least=BLOCK_VALUES)
    if count < 2 or size <= max(GRAMS):
        return []
    info = np.stack([surprise(row, grain(row)) for row in values])
    pairs, at, length = np.concatenate([_seeds(values, info, k) for k in GRAMS], axis=1)
    out = []
    for start, end, pair in chains(pairs, at, length, EDIT):
        one, other = divmod(pair, count)
        score = info[one, start:end][values[one, start:end] == values[other, start:end]].sum()
        various = np.unique(values[one, start:end])
        enough = SURE + np.log(size * count * count)
        if score >= enough and end - start >= least and (various > 0).sum() >= BLOCK_VALUES:
            out.append((one, other, *_grown(values[one] == values[other], start, end)))
    return out


def _grown(same: Bools, start: int, end: int) -> tuple[int, int]:
    while start > 0 and same[start - 1]:
        start -= 1
    while end < same.size and same[end]:
        end += 1
    return start, end


def _seeds(values: Floats, info: Floats, length: int) -> Ints:
    """Return pair of rows, place and length of equal fingerprints, shape (3, seed)."""
    marks, known = grams(values, length)
    weight = window_sum(info, 0, length - 1)[:, : marks.shape[1]]
    good = known & (weight >= np.log(len(values)) + SEED)
    order = np.argsort(marks, axis=0, kind="stable")
    ordered = np.take_along_axis(marks, order, axis=0)
    equal = (ordered[1:] == ordered[:-1]) & np.take_along_axis(good, order, axis=0)[1:]
    rank, at = np.nonzero(equal & np.take_along_axis(good, order, axis=0)[:-1])
    one, other = order[rank, at], order[rank + 1, at]
    pair = np.minimum(one, other) * len(values) + np.maximum(one, other)
    return np.stack((pair, at, np.full(at.size, length)))
