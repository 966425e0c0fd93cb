"""The week at a glance: the last complete one, or a typical one where it was not counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining import secrecy
from mining.report._clock import WEEK, BoolArray, Clock, FloatArray
from mining.report._disclosure import Cell, StateArray
from mining.report._door import ENOUGH, Door, Shut

TYPICAL_WEEKS = 8
#: Parts of the day whose share is told.
NOON, EVENING = slice(12, 14), slice(19, 23)
#: A week is told by hour if at least this share of its hours by day may be shown.
BY_DAY, SHOWN = slice(8, 20), 0.25


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
        Counts that may be shown, and one :class:`~mining.report._disclosure.Cell` for each; one
        slot where nothing finer than a day may be told, or next to nothing could be shown.
    days, day_states : ndarray (7,)
        Total of each day over its hours that totals hold, NaN where it may not be shown, and what
        may be said of it.
    hours : ndarray (7,) of int
        Hours of each day that its total holds.
    counted : ndarray (7,) of int
        Hours of each day that were counted, hidden ones among them.
    exists : ndarray (7, slot) of bool
        False for the hour that the change to summer time jumps over.
    total, share : float
        Passages of the week, nothing where they are below the minimum, and share of its hours
        that were counted.
    peak : tuple of int, int, float or None
        Day, hour and count of the busiest hour that may be shown.
    noon : float
        Share of the week's passages between 12 and 14 h, NaN where one of these hours is not
        shown.
    evening : float
        The same between 19 and 23 h.
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
    day_states: StateArray
    hours: FloatArray
    counted: FloatArray
    exists: BoolArray
    total: float
    share: float
    peak: tuple[int, int, float] | None
    noon: float
    evening: float
    clock_change: bool

    @property
    def hourly(self) -> bool:
        """Whether it is told by hour."""
        return int(self.counts.shape[1]) == 24

    @property
    def busiest_day(self) -> int | None:
        """Day with most passages, Monday being 0, or None where no day may be shown."""
        return None if np.isnan(self.days).all() else int(np.nanargmax(self.days))


def last_week(
    clock: Clock,
    sensors: Sequence[str],
    minimum: int,
    *,
    door: Door | None = None,
    place: str = "",
) -> Week | None:
    """Return the last complete ISO week, a typical week if it was not counted, or None.

    Parameters
    ----------
    clock : Clock
        Counts.
    sensors : sequence of str
        Sensors of the place.
    minimum : int
        Smallest count that may be shown.
    door : Door, optional
        What may be said of each week; without it, of these sensors alone.
    place : str
        Name of the place at the door.
    """
    monday = clock.last_monday()
    if monday is None or not sensors:
        return None
    door = door or Door(clock, {place: tuple(sensors)}, minimum)
    panel = len(sensors)
    if (clock.shares(monday)[clock.rows(sensors)] >= ENOUGH).any():
        door.tell(place, monday, totals=True)
        return week_of(clock, monday, door.week(place, monday), minimum, panel, typical=False)
    counts = _usual(clock, monday, sensors)
    if counts is None:
        return None
    by_day = door.closed(sensors)
    hidden = secrecy.week(counts, minimum, by_day=by_day)
    shut = Shut(tuple(sensors), counts, hidden, by_day)
    return week_of(clock, monday, shut, minimum, panel, typical=True)


def _usual(clock: Clock, monday: pd.Timestamp, sensors: Sequence[str]) -> FloatArray | None:
    """Return the median of the last weeks, or None where no hour was counted often enough."""
    starts = [monday - back * WEEK for back in range(TYPICAL_WEEKS)]
    weeks = [clock.week(m)[clock.rows(sensors)].sum(axis=0) for m in starts if clock.has_week(m)]
    stack = np.stack(weeks)
    known = (~np.isnan(stack)).sum(axis=0) >= min(3, len(weeks))
    if not known.any():
        return None
    counts = np.full(known.shape, np.nan)
    counts[known] = np.nanmedian(stack[:, known], axis=0)
    return counts


def week_of(
    clock: Clock, monday: pd.Timestamp, shut: Shut, minimum: int, panel: int, *, typical: bool
) -> Week:
    """Return what is shown of a week behind the door.

    Parameters
    ----------
    clock : Clock
        For the hours that exist.
    monday : Timestamp
        Its first day.
    shut : Shut
        Its counts, and what may be said of them.
    minimum : int
        Smallest count that may be shown.
    panel : int
        How many sensors there are.
    typical : bool
        Whether it is a typical week.
    """
    found, counted = shut.hidden, ~np.isnan(shut.counts)
    inside = np.where(found.told, shut.counts, 0.0)
    days = np.where(found.rows == Cell.SHOWN, inside.sum(axis=1), np.nan)
    low = found.rows == Cell.LOW
    exists = np.ones_like(counted) if typical else clock.week_exists(monday)
    if shut.by_day or _few(found.states):
        shown, states = days[:, None], found.rows[:, None]
    else:
        states = found.states
        shown = np.where(states == Cell.SHOWN, shut.counts, np.nan)
    total = float(inside.sum())
    return Week(
        monday=monday,
        typical=typical,
        sensors=shut.sensors,
        sensors_total=panel,
        counts=shown,
        states=states,
        days=days,
        day_states=found.rows,
        hours=np.where(low, counted.sum(axis=1), found.told.sum(axis=1)),
        counted=(counted & exists).sum(axis=1),
        exists=exists,
        total=total if total >= minimum else 0.0,
        share=float((counted & exists).sum() / max(int(exists.sum()), 1)),
        peak=_peak(shown),
        noon=_share(shown, states, total, NOON),
        evening=_share(shown, states, total, EVENING),
        clock_change=not typical and _clock_changes(clock, monday),
    )


def _few(states: StateArray) -> bool:
    """Say whether next to no hour may be shown: a map of dots tells nothing, days do."""
    hours = states[:, BY_DAY]
    there = hours != Cell.ABSENT
    if states.shape[1] != 24 or not there.any():
        return False
    return bool((hours[there] == Cell.SHOWN).mean() < SHOWN)


def _peak(shown: FloatArray) -> tuple[int, int, float] | None:
    if shown.shape[1] != 24 or np.isnan(shown).all():
        return None
    day, hour = np.unravel_index(int(np.nanargmax(shown)), shown.shape)
    return int(day), int(hour), float(shown[day, hour])


def _share(shown: FloatArray, states: StateArray, total: float, part: slice) -> float:
    """Return the share of hours of the day; one with a hidden hour in it would bound that hour."""
    hours = (slice(None), part)
    open_ones = (states[hours] == Cell.SHOWN) | (states[hours] == Cell.ABSENT)
    if shown.shape[1] != 24 or not open_ones.all() or total <= 0:
        return np.nan
    return float(np.nansum(shown[hours]) / total)


def _clock_changes(clock: Clock, monday: pd.Timestamp) -> bool:
    zone = clock.timezone
    stamps = [(monday + k * WEEK).tz_localize(zone, nonexistent="shift_forward") for k in (0, 1)]
    return bool(stamps[0].utcoffset() != stamps[1].utcoffset())
