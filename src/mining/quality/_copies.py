"""Blocks that repeat, value for value, what the sensor counted before, at any lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.quality._chance import SURE, grain, grams, surprise
from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, Ints, window_sum

#: Cells of the fingerprints that are looked up: short ones for a block that somebody retouched,
#: long ones for a sensor of few passages.
GRAMS = (6, 12)
#: Odds, in nats beyond the number of cells, that make a fingerprint worth following.
SEED = 4.0
#: How many earlier cells of the same fingerprint are followed, the nearest ones.
FOLLOWED = 3
#: Cells in a row that may differ within a block: somebody retouched them, or a row was lost.
EDIT = 3
#: What a cell that differs costs, in nats.
DIFFERENT = 4.0
#: Fewest hours of a block, and fewest different positive values in it.
BLOCK_HOURS = 8.0
BLOCK_VALUES = 8


@dataclass(frozen=True)
class Block:
    """Cells from `start` to `end` (exclusive) that are those of `lag` cells before."""

    start: int
    end: int
    lag: int


def copies(values: Floats, clock: Clock, *, sounds: bool = False) -> Bools:
    r"""Return the cells of blocks that copy an earlier block of the same sensor, at any lag.

    The later block is the copy: that it is the earlier one cannot be told from the values alone.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Values, NaN where nothing was counted.
    clock : Clock
        Length of a step.
    sounds : bool
        Whether the values are levels and not counts.

    Notes
    -----
    Equal values at a lag add up their :func:`surprise`, each one that differs takes
    `DIFFERENT` away. A block counts from `SURE` nats on beyond the :math:`2 \log n` of the
    :math:`n^2` pairs of cells where it could have been. The blocks are looked up by their
    fingerprints, so that the work grows as :math:`n \log n` and not as its square.
    """
    least = clock.steps(BLOCK_HOURS, least=BLOCK_VALUES)
    out = np.zeros(values.shape, dtype=bool)
    for row, series in zip(out, values, strict=True):
        info = _level_surprise(series, clock) if sounds else surprise(series, grain(series))
        for block in repeats(series, info, least):
            row[block.start : block.end] = True
    return np.asarray(out & ~np.isnan(values))


def repeats(series: Floats, info: Floats, least: int) -> list[Block]:
    """Return the blocks of at least `least` cells of a series (time) that stand in it before.

    Parameters
    ----------
    series, info : arrays, shape (time,)
        Values, and how unlikely it is that another one is equal.
    least : int
        Fewest cells.
    """
    enough = SURE + 2 * np.log(max(series.size, 2))
    found = [_seeds(series, info, k) for k in GRAMS if series.size > k]
    if not found:
        return []
    lag, at, length = np.concatenate(found, axis=1)
    out: list[Block] = []
    for start, end, back in chains(lag, at, length, EDIT):
        block = _grown(series, Block(start, end, back))
        score = _score(series, info, block)
        various = np.unique(series[block.start : block.end])
        if (
            score >= enough
            and block.end - block.start >= least
            and (various > 0).sum() >= BLOCK_VALUES
        ):
            out.append(block)
    return out


def _seeds(series: Floats, info: Floats, length: int) -> Ints:
    """Return lag, place and length of the fingerprints that were there before, shape (3, seed)."""
    marks, known = grams(series, length)
    weight = window_sum(info, 0, length - 1)[: marks.size]
    places = np.flatnonzero(known & (weight >= np.log(max(series.size, 2)) + SEED))
    order = places[np.argsort(marks[places], kind="stable")]
    found = []
    for back in range(1, FOLLOWED + 1):
        later, earlier = order[back:], order[:-back]
        same = marks[later] == marks[earlier]
        found.append(np.stack(((later - earlier)[same], later[same])))
    lag, at = np.concatenate(found, axis=1)
    return np.stack((lag, at, np.full(at.size, length)))


def chains(group: Ints, at: Ints, length: Ints, gap: int) -> list[tuple[int, int, int]]:
    """Return start, end and group of the stretches that fingerprints of one group cover.

    Parameters
    ----------
    group, at, length : arrays of int, shape (seed,)
        Group (a lag or a pair of sensors), first cell and number of cells.
    gap : int
        Cells that may lie between two of one stretch.
    """
    if at.size == 0:
        return []
    order = np.lexsort((at, group))
    group, start, end = group[order], at[order], (at + length)[order]
    # Of the same group: how far the fingerprints so far reach.
    shift = (np.cumsum(np.diff(group, prepend=group[0]) != 0) * (int(end.max()) + gap + 1)).astype(
        np.int64
    )
    reach = np.maximum.accumulate(end + shift)
    new = np.concatenate(([True], (start + shift)[1:] > reach[:-1] + gap))
    first = np.flatnonzero(new)
    last = np.append(first[1:], at.size) - 1
    stops = (reach - shift)[last]
    return list(zip(start[first].tolist(), stops.tolist(), group[first].tolist(), strict=True))


def _grown(series: Floats, block: Block) -> Block:
    """Let a block grow at both ends as long as the cells are equal."""
    start, end, lag = block.start, block.end, block.lag
    while start - 1 >= lag and series[start - 1] == series[start - 1 - lag]:
        start -= 1
    while end < series.size and series[end] == series[end - lag]:
        end += 1
    return Block(start, end, lag)


def _score(series: Floats, info: Floats, block: Block) -> float:
    here = slice(block.start, block.end)
    there = slice(block.start - block.lag, block.end - block.lag)
    same = series[here] == series[there]
    gap = np.isnan(series[here]) | np.isnan(series[there])
    return float(info[here][same].sum() - DIFFERENT * (~same & ~gap).sum())


def _level_surprise(series: Floats, clock: Clock) -> Floats:
    """Return the same for levels: how seldom the series meets its value of an hour, day, week."""
    shares = [0.03]
    for hours in (1.0, 24.0, 168.0):
        back = clock.steps(hours)
        if series.size > back:
            pairs = ~np.isnan(series[back:]) & ~np.isnan(series[:-back])
            equal = (series[back:] == series[:-back])[pairs]
            shares.append(float(equal.mean()) if equal.size else 0.0)
    return np.where(np.isnan(series), 0.0, -np.log(max(shares)))
