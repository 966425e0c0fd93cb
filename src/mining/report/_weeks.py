"""The week at a glance: the last complete one, or a typical one where it was not counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import WEEK, BoolArray, Clock, FloatArray
from mining.report._disclosure import Cell, StateArray, protect

#: Share of hours a sensor must have counted in a week to be used for it.
ENOUGH = 0.8
TYPICAL_WEEKS = 8


@dataclass(frozen=True)
class Week:
    """One week of a place or of the territory, ready to be shown.

    Attributes
    ----------
    monday : Timestamp
        First day of the week, or of the last week read where it is a typical one.
    typical : bool
        Whether this is the median of the last weeks, because the last one has too few hours.
    sensors, sensors_total : tuple of str, int
        Sensors used, and how many there are.
    counts, states : ndarray (7, slot)
        Counts that may be shown, and one :class:`~mining.report._disclosure.Cell` for each.
    days : ndarray (7,)
        Total of each day over its counted hours, NaN where too small or not counted.
    hours : ndarray (7,) of int
        Counted hours of each day.
    exists : ndarray (7, slot) of bool
        False for the hour that the change to summer time jumps over.
    total, share : float
        Passages of the week, and share of its hours that were counted.
    peak : tuple of int, int, float or None
        Day, hour and count of the busiest hour that may be shown.
    noon : float
        Share of the week's passages between 12 and 14 h, NaN where hours are unknown.
    clock_change : bool
        Whether a day of the week has 23 or 25 hours.
    """

    monday: pd.Timestamp
    typical: bool
    sensors: tuple[str, ...]
    sensors_total: int
    counts: FloatArray
    states: StateArray
    days: FloatArray
    hours: FloatArray
    exists: BoolArray
    total: float
    share: float
    peak: tuple[int, int, float] | None
    noon: float
    clock_change: bool

    @property
    def busiest_day(self) -> int | None:
        """Day with most passages, Monday being 0, or None where no day may be shown."""
        return None if np.isnan(self.days).all() else int(np.nanargmax(self.days))


def last_week(clock: Clock, sensors: Sequence[str], minimum: int) -> Week | None:
    """Return the last complete ISO week, a typical week if it was not counted, or None."""
    monday = clock.last_monday()
    if monday is None or not sensors:
        return None
    rows = clock.rows(sensors)
    good = clock.shares(monday)[rows] >= ENOUGH
    if good.any():
        counts = clock.week(monday)[rows[good]].sum(axis=0)
        used = tuple(np.array(sensors)[good].tolist())
        return _week(clock, monday, counts, (used, len(sensors)), minimum, typical=False)
    weeks = []
    for back in range(TYPICAL_WEEKS):
        start = monday - back * WEEK
        if clock.has_week(start):
            weeks.append(clock.week(start)[rows].sum(axis=0))
    stack = np.stack(weeks)
    known = (~np.isnan(stack)).sum(axis=0) >= min(3, len(weeks))
    if not known.any():
        return None
    counts = np.full(known.shape, np.nan)
    counts[known] = np.nanmedian(stack[:, known], axis=0)
    return _week(clock, monday, counts, (tuple(sensors), len(sensors)), minimum, typical=True)


def _week(
    clock: Clock,
    monday: pd.Timestamp,
    counts: FloatArray,
    panel: tuple[tuple[str, ...], int],
    minimum: int,
    *,
    typical: bool,
) -> Week:
    shown, states = protect(counts, minimum)
    hours = (~np.isnan(counts)).sum(axis=1)
    days = np.where(hours > 0, np.nansum(counts, axis=1), np.nan)
    exists = np.ones_like(states, dtype=bool) if typical else clock.week_exists(monday)
    peak = None
    if (states == Cell.SHOWN).any() and clock.hourly:
        day, hour = np.unravel_index(int(np.nanargmax(shown)), shown.shape)
        peak = (int(day), int(hour), float(shown[day, hour]))
    everything = float(np.nansum(counts))
    noon = (
        float(np.nansum(counts[:, 12:14]) / everything)
        if clock.hourly and everything >= max(minimum, 1)
        else np.nan
    )
    return Week(
        monday=monday,
        typical=typical,
        sensors=panel[0],
        sensors_total=panel[1],
        counts=shown,
        states=states,
        days=np.where(days >= minimum, days, np.nan),
        hours=hours,
        exists=exists,
        total=everything,
        share=float((~np.isnan(counts) & exists).sum() / max(int(exists.sum()), 1)),
        peak=peak,
        noon=noon,
        clock_change=not typical and _clock_changes(clock, monday),
    )


def _clock_changes(clock: Clock, monday: pd.Timestamp) -> bool:
    zone = clock.timezone
    stamps = [(monday + k * WEEK).tz_localize(zone, nonexistent="shift_forward") for k in (0, 1)]
    return bool(stamps[0].utcoffset() != stamps[1].utcoffset())
