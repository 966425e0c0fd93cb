"""Which day of last year each day of a week is compared with: holidays with holidays."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mining.calendars import Calendar
from mining.report._clock import DAY, WEEK

#: Weeks around the same ISO week in which a like day is looked for: Easter moves by five at most.
REACH = 6
#: Class of a working day alone between days off.
BRIDGE = "bridge"


@dataclass(frozen=True)
class Twin:
    """One day of a week, and the day it is compared with.

    Attributes
    ----------
    day : Timestamp
        Local day.
    other : Timestamp or None
        The day it is compared with; None where no like day is near.
    usual : Timestamp
        Same ISO week and weekday of the other year.
    kind, usual_kind : str
        Class of `day` and of `usual`: stable name of a public holiday, :data:`BRIDGE`, or empty.
    """

    day: pd.Timestamp
    other: pd.Timestamp | None
    usual: pd.Timestamp
    kind: str
    usual_kind: str

    @property
    def moved(self) -> bool:
        """Whether the day is not compared with the same day of the same ISO week."""
        return self.other != self.usual


@dataclass(frozen=True)
class Twins:
    """The seven days of a week with theirs.

    Attributes
    ----------
    week : tuple of Twin
        Monday to Sunday.
    school, school_before : int
        Days of school holidays in both weeks; they move nothing.
    """

    week: tuple[Twin, ...]
    school: int = 0
    school_before: int = 0

    @property
    def moved(self) -> tuple[Twin, ...]:
        """Days that are not compared with the same day of the same ISO week."""
        return tuple(t for t in self.week if t.moved)

    @property
    def others(self) -> tuple[pd.Timestamp | None, ...]:
        """Days of the other year, Monday to Sunday."""
        return tuple(t.other for t in self.week)


def twins_of(calendar: Calendar, monday: pd.Timestamp, before: pd.Timestamp) -> Twins:
    """Return which day of another week each day of a week is compared with.

    Parameters
    ----------
    calendar : Calendar
        Public and school holidays.
    monday, before : Timestamp
        Mondays of the week, and of the one with the same ISO number a year earlier.

    Notes
    -----
    A day is compared with the same weekday of `before` if both are of one class: the same public
    holiday, a bridge, or an ordinary day. Else with the nearest same weekday of its class, at most
    six weeks away, the earlier of two. A holiday that moves through the week (25 December) has no
    such day: it is compared with itself, on whatever weekday it was. What then has no like day is
    left out of both weeks.

    Examples
    --------
    >>> monday, before = pd.Timestamp("2025-04-21"), pd.Timestamp("2024-04-22")
    >>> easter = twins_of(Calendar("FR"), monday, before).week[0]
    >>> str(easter.other.date()), easter.moved
    ('2024-04-01', True)
    """
    around = pd.date_range(before - REACH * WEEK, before + (REACH + 1) * WEEK - DAY, freq="D")
    days = pd.date_range(monday, monday + WEEK - DAY, freq="D")
    known = calendar.days(pd.DatetimeIndex([*around, *days]))
    kinds = known["holiday_key"].where(known["is_holiday"], "")
    kinds = kinds.mask(known["bridge"] & (kinds == ""), BRIDGE)
    other = {day: str(kinds[day]) for day in around}
    week = tuple(_twin(day, str(kinds[day]), before + k * DAY, other) for k, day in enumerate(days))
    school = known["school_holiday"]
    then = pd.date_range(before, before + WEEK - DAY, freq="D")
    return Twins(week, int(school[days].sum()), int(school[then].sum()))


def _twin(
    day: pd.Timestamp, kind: str, usual: pd.Timestamp, other: dict[pd.Timestamp, str]
) -> Twin:
    alike = [d for d, k in other.items() if k == kind]
    near = [d for d in alike if d.day_of_week == day.day_of_week]
    if not near and kind not in ("", BRIDGE):
        near = alike
    nearest = min(near, key=lambda d: (abs(d - usual), d), default=None)
    return Twin(day, nearest, usual, kind, other[usual])


def unlike(calendar: Calendar, monday: pd.Timestamp, before: pd.Timestamp) -> bool:
    """Say whether a public holiday or a bridge falls in one of two weeks and not in the other."""
    known = (calendar.days(pd.date_range(m, m + WEEK - DAY, freq="D")) for m in (monday, before))
    now, then = ((k["is_holiday"] | k["bridge"]).to_numpy() for k in known)
    return bool((now != then).any())
