"""Blocks that are the counts of some weeks before, times one factor."""

from __future__ import annotations

import numpy as np

from mining.quality._chance import SURE, grain, surprise
from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, paint, runs

#: Weeks back at which a copy is looked for: how people fill a hole.
LAGS = tuple(range(1, 9))
#: Hours over which the factor is reckoned; as many may lie between two pieces of a block.
FACTOR_HOURS = 10.0
#: How much the factor may vary along a block, and fewest different values in it.
FACTOR_SPREAD = 0.05
BLOCK_VALUES = 8
#: Share of the counted cells, and days, beyond which this is how the hours of a sensor are made: a
#: count by day or by week was dealt out by a fixed rhythm, and the days may be right.
MOST_SHARE = 0.1
MOST_DAYS = 28.0
#: A cell agrees within so many passages, plus this share: factors are rounded, too.
NEAR = 1.0
NEAR_SHARE = 0.001


def scaled_copies(values: Floats, clock: Clock) -> Bools:
    r"""Return the cells of blocks that are the counts of some weeks before times one factor.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.
    clock : Clock
        Length of a step.

    Notes
    -----
    The factor is the ratio of the sums over `FACTOR_HOURS` before, around or after the cell. By
    chance a cell is within :math:`d` passages of its product at most :math:`2 d + 1` times as
    often as it is equal to one count (:func:`mining.quality._chance.surprise`). A run of agreeing
    cells counts from `SURE` nats on beyond the logarithm of the places where it could have been.
    """
    span, week = clock.steps(FACTOR_HOURS, least=BLOCK_VALUES), clock.steps(168.0)
    out = np.zeros(values.shape, dtype=bool)
    for row, series in zip(out, values, strict=True):
        wide = np.log(2 * (NEAR + NEAR_SHARE * np.nan_to_num(series)) + 1)
        info = np.maximum(surprise(series, grain(series)) - wide, 0.0)
        for lag in LAGS:
            if lag * week < series.size:
                row[lag * week :] |= _in_proportion(series, info, lag * week, span)
    out &= ~np.isnan(values)
    allowed = np.maximum(MOST_SHARE * (~np.isnan(values)).sum(axis=1), clock.steps(24 * MOST_DAYS))
    return np.asarray(out & (out.sum(axis=1) <= allowed)[:, None])


def _in_proportion(series: Floats, info: Floats, back: int, span: int) -> Bools:
    now, then = series[back:], series[:-back]
    both = ~(np.isnan(now) | np.isnan(then))
    found = np.zeros(now.size, dtype=bool)
    enough = SURE + np.log(series.size * len(LAGS) * 3)
    weight = np.concatenate(([0.0], np.cumsum(info[back:])))
    above = _sums(np.where(both, now, 0.0), span)
    below = _sums(np.where(both, then, 0.0), span)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = above / below  # of the cells from t - span + 1 to t, for t up to size + span - 2
    for shift in (0, span // 2, span - 1):
        factor = ratio[shift : shift + now.size]
        with np.errstate(invalid="ignore"):
            agree = np.abs(now - factor * then) <= NEAR + NEAR_SHARE * now
        starts, ends = runs(agree)
        sure = weight[ends] - weight[starts] >= enough
        for a, b in zip(starts[sure], ends[sure], strict=True):
            steady = np.ptp(factor[a:b]) <= FACTOR_SPREAD * factor[a:b].min()
            found[a:b] |= steady and np.unique(now[a:b]).size >= BLOCK_VALUES
    starts, ends = runs(found)
    near = starts[1:] - ends[:-1] <= span
    return found | paint(now.size, ends[:-1][near], starts[1:][near])


def _sums(series: Floats, span: int) -> Floats:
    """Return the sums of `span` cells that end at each cell and beyond the last one."""
    total = np.cumsum(np.concatenate((np.zeros(span), series, np.zeros(span - 1))))
    return np.asarray(total[span:] - total[:-span])
