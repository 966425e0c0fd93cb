"""The local week: where each interval stands in it, so that like is compared with like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.stretches import Floats, Ints

_DAY = 86_400
_WEEK = 7 * _DAY


@dataclass(frozen=True)
class Clock:
    """Local week and place in the week of each time.

    Attributes
    ----------
    week : array of int64, shape (time,)
        Number of the local week, from 0, weeks beginning on Monday.
    slot : array of int64, shape (time,)
        Place in the week, from 0 (Monday 0:00) to ``slots - 1``.
    slots : int
        Steps in a week: 168 for hours, 7 for days; 1 for steps that do not divide a week.
    step : int
        Length of the interval in seconds.
    """

    week: Ints
    slot: Ints
    slots: int
    step: int

    def steps(self, hours: float, *, least: int = 1) -> int:
        """Return how many intervals make `hours`, rounded up, at least `least`."""
        return max(least, int(np.ceil(hours * 3600 / self.step)))

    def fold(self, series: Floats) -> Floats:
        """Return a series (time,) as a table (week, slot), NaN where there is no time.

        When the clock goes back, two intervals share a slot; the second one is taken.
        """
        table = np.full((int(self.week[-1]) + 1, self.slots), np.nan, dtype=np.float32)
        table[self.week, self.slot] = series
        return table


def clock_of(local: pd.DatetimeIndex, step_seconds: int) -> Clock:
    """Return the clock of local times (tz-aware or naive wall time) at a regular step."""
    wall = local.tz_localize(None) if local.tz is not None else local
    if step_seconds > _DAY or _WEEK % step_seconds:
        order = np.arange(len(wall), dtype=np.int64)
        return Clock(order, np.zeros_like(order), 1, step_seconds)
    seconds = (wall.as_unit("s").asi8 + 3 * _DAY).astype(np.int64)  # 1970-01-01 was a Thursday
    week = seconds // _WEEK
    slot = (seconds % _WEEK) // step_seconds
    return Clock(week - week[0], slot, _WEEK // step_seconds, step_seconds)
