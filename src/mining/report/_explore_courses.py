"""Facts of the exploration page: the counts of each place by day, and lately by hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import WEEK, FloatArray
from mining.report._disclosure import Cell
from mining.report._door import Door
from mining.report._incidents import Incident, latest_first

#: Weeks that are told by day, and the last days that are told by hour as well. The record of what
#: was told (:class:`mining.secrecy.Record`) grows with them.
WEEKS, HOUR_DAYS = 26, 56


@dataclass(frozen=True)
class Course:
    """Counts of one place as they may be shown.

    Attributes
    ----------
    name : str
        Name of the place.
    days : ndarray (day,)
        Passages of each day of :attr:`Exploration.days`; NaN where nothing is told.
    hours : ndarray (hour,)
        Passages of each hour of :attr:`Exploration.hours`; NaN where nothing is told.
    """

    name: str
    days: FloatArray
    hours: FloatArray


@dataclass(frozen=True)
class Exploration:
    """What the exploration page draws, forecasts apart.

    Attributes
    ----------
    days : DatetimeIndex
        Local days (naive midnights), each after the other.
    hours : DatetimeIndex
        Hours of the clock of the last days; empty where the cube counts by day.
    courses : tuple of Course
        Places by name.
    incidents : tuple of Incident
        Those that touch these days, latest first.
    """

    days: pd.DatetimeIndex
    hours: pd.DatetimeIndex
    courses: tuple[Course, ...]
    incidents: tuple[Incident, ...]


def exploration(door: Door, *, incidents: pd.DataFrame | None, minimum: int) -> Exploration | None:
    """Return what there is to explore, or None where no place counts passages.

    Parameters
    ----------
    door : Door
        The counts of places, and what may be said of them.
    incidents : DataFrame or None
        As :func:`mining.detect` gives them.
    minimum : int
        Smallest count that may be shown.
    """
    last = door.clock.last_monday()
    if not door.members or last is None:
        return None
    mondays = [m for m in (last - k * WEEK for k in range(WEEKS)) if door.clock.has_week(m)][::-1]
    days = pd.DatetimeIndex([m + pd.Timedelta(days=d) for m in mondays for d in range(7)])
    recent = days[-HOUR_DAYS:] if door.clock.hourly else days[:0]
    clock_hours = [d + pd.Timedelta(hours=h) for d in recent for h in range(24)]
    hours = pd.DatetimeIndex(clock_hours, dtype="datetime64[ns]")
    courses = []
    for name in sorted(door.members):
        told = [_told(door, name, monday) for monday in mondays]
        by_day = np.concatenate([day for day, _ in told])
        by_hour = np.concatenate([hour for _, hour in told])[len(days) - len(recent) :]
        courses.append(Course(name, by_day, by_hour.reshape(-1) if len(recent) else np.array([])))
    found = [] if incidents is None else latest_first(incidents, minimum)
    touching = tuple(i for i in found if i.open or i.end > days[0])
    return Exploration(days, hours, tuple(courses), touching)


def _told(door: Door, place: str, monday: pd.Timestamp) -> tuple[FloatArray, FloatArray]:
    """Return what may be shown of a week of a place: days (7,) and hours (7, slot), else NaN.

    A day is shown where all its hours were counted by all sensors of the place and may be in its
    total.
    """
    shut = door.week(place, monday)
    door.tell(place, monday, totals=True)
    exists, hidden = door.clock.week_exists(monday), shut.hidden
    whole = (hidden.told | ~exists).all(axis=1) & (shut.sensors == door.members[place])
    sums = np.where(hidden.told, shut.counts, 0.0).sum(axis=1)
    days = np.where(whole & (hidden.rows == Cell.SHOWN), sums, np.nan)
    hours = np.where(hidden.states == Cell.SHOWN, shut.counts, np.nan)
    return days, np.full_like(hours, np.nan) if shut.by_day else hours
