"""Facts of the exploration page: the counts of each place by day, and lately by hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import Clock, FloatArray
from mining.report._disclosure import protect
from mining.report._incidents import Incident, latest_first

#: Days told by hour.
HOUR_DAYS = 56
#: Cells that a page carries at most, over all places: with more places, they go back less far.
MOST_DAYS, MOST_HOURS = 90_000, 54_000


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


def exploration(
    table: Clock,
    members: Mapping[str, Sequence[str]],
    *,
    incidents: pd.DataFrame | None,
    minimum: int,
) -> Exploration | None:
    """Return what there is to explore, or None where no place counts passages.

    Parameters
    ----------
    table : Clock
        Counts of sensors.
    members : mapping
        Place to its sensors.
    incidents : DataFrame or None
        As :func:`mining.detect` gives them.
    minimum : int
        Smallest count that may be shown.
    """
    if not members:
        return None
    back = max(MOST_DAYS // len(members), 1)
    lately = min(HOUR_DAYS, max(MOST_HOURS // (24 * len(members)), 1)) if table.hourly else 0
    days, recent = table.days[-back:], table.days[len(table.days) - lately :]
    clock_hours = [d + pd.Timedelta(hours=h) for d in recent for h in range(24)]
    hours = pd.DatetimeIndex(clock_hours, dtype="datetime64[ns]")
    courses = []
    for name in sorted(members):
        by_day, by_hour = published(table, members[name], minimum, lately=len(recent))
        courses.append(Course(name, by_day[-back:], by_hour.reshape(-1)))
    found = [] if incidents is None else latest_first(incidents, minimum)
    touching = tuple(i for i in found if i.open or i.end > days[0])
    return Exploration(days, hours, tuple(courses), touching)


def published(
    table: Clock, sensors: Sequence[str], minimum: int, *, lately: int
) -> tuple[FloatArray, FloatArray]:
    """Return what may be shown of a place: the only door between counts and this page.

    Parameters
    ----------
    table : Clock
        Counts of sensors.
    sensors : sequence of str
        Those of the place: nothing is told where one of them did not count.
    minimum : int
        Smallest count that may be shown.
    lately : int
        Number of last days that are told by hour.

    Returns
    -------
    days : ndarray (day,)
        Totals of whole days, every hour of them counted; NaN elsewhere.
    hours : ndarray (last day, slot)
        Counts by hour; NaN elsewhere.

    Notes
    -----
    Days are hidden as the cells of their week, whose total stands on other pages; hours as the
    cells of their day. A day that is hidden tells none of its hours, which would add up to it.
    """
    counts: FloatArray = table.counts[table.rows(sensors)].sum(axis=0)
    inside = (table.days >= table.start) & (table.days < table.end)
    whole = inside & ~(np.isnan(counts) & table.exists).any(axis=1)
    totals = np.where(whole, np.nansum(counts, axis=1), np.nan)
    before = int(table.days[0].day_of_week)
    after = -(before + len(totals)) % 7
    weeks = np.pad(totals, (before, after), constant_values=np.nan).reshape(-1, 7)
    days = protect(weeks, minimum)[0].reshape(-1)[before : before + len(totals)]
    recent = slice(len(totals) - lately, None)
    hours = protect(counts[recent], minimum)[0]
    hours[(whole & np.isnan(days))[recent]] = np.nan
    return days, hours
