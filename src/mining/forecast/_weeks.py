"""What past weeks say of the same hour, a few sensors at a time.

Each statistic needs a dozen copies of the past, one for each week. Made for some sensors at a
time, they cost little beside what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mining.forecast._arrays import lagged, row_mean, weighted
from mining.week_grid import median

Floats = npt.NDArray[np.floating[Any]]

BASE_WEEKS = 8
LONG_WEEKS = 12
#: Weight of a week relative to the one after it.
FADE = 0.85
#: Sensors at a time.
BLOCK = 16


@dataclass(frozen=True)
class Weeks:
    """Statistics of the same hour of past weeks, special days left out, one row a sensor.

    Attributes
    ----------
    base : ndarray, shape (sensor, position)
        The clean level: a weighted mean, recent weeks first.
    mean4, median8, mean12 : ndarray, shape (sensor, position)
        Mean or median of so many weeks.
    change : ndarray, shape (sensor,)
        Mean size of the change from one week to the next.
    """

    base: Floats
    mean4: Floats
    median8: Floats
    mean12: Floats
    change: Floats


def past_weeks(values: Floats, masked: Floats, season: int) -> Weeks:
    """Return the statistics of past weeks at each position.

    Parameters
    ----------
    values, masked : ndarray, shape (sensor, position)
        What was counted, and the same without special days.
    season : int
        Positions of a week.
    """
    base, mean4, median8, mean12 = (np.empty(values.shape) for _ in range(4))
    change = np.empty(len(values))
    for rows in blocks(len(values)):
        part = _few(values[rows], masked[rows], season)
        base[rows], change[rows] = part.base, part.change
        mean4[rows], median8[rows], mean12[rows] = part.mean4, part.median8, part.mean12
    return Weeks(base, mean4, median8, mean12, change)


def blocks(count: int) -> Iterator[slice]:
    """Return slices of at most :data:`BLOCK` rows that cover `count` rows."""
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


def _few(values: Floats, masked: Floats, season: int) -> Weeks:
    lags = np.stack([lagged(masked, k * season) for k in range(1, LONG_WEEKS + 1)])
    seen = np.isfinite(lags)
    weights = FADE ** np.arange(LONG_WEEKS)[:, None, None]
    base = weighted(lags, seen, weights, BASE_WEEKS)
    long = weighted(lags, seen, np.ones_like(weights), LONG_WEEKS)
    raw = np.stack([lagged(values, k * season) for k in range(1, 4)])
    # A sensor all of whose recent weeks were special has its plain last weeks.
    plain = weighted(raw, np.isfinite(raw), np.ones((3, 1, 1)), 3)
    base = np.where(np.isfinite(base), base, long)
    return Weeks(
        base=np.where(np.isfinite(base), base, plain),
        mean4=weighted(lags, seen, np.ones_like(weights), 4),
        median8=median(lags[:BASE_WEEKS]),
        mean12=long,
        change=row_mean(np.abs(values - raw[0])),
    )
