"""Facts of the calendar: public and school holidays of the weeks that a report compares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from mining.calendars import as_calendar
from mining.public_holidays import speaks
from mining.report._clock import WEEK


@dataclass(frozen=True)
class WeekDays:
    """What the calendar says of a week.

    Attributes
    ----------
    holidays : tuple of (Timestamp, str, str)
        Its public holidays: day, name in the language of the territory ("" where it has none), and
        stable key.
    school : int or None
        How many of its seven days are school holidays; None where that is not known.
    """

    holidays: tuple[tuple[pd.Timestamp, str, str], ...]
    school: int | None


def weeks_of(
    cube: xr.Dataset, mondays: Iterable[pd.Timestamp | None]
) -> dict[pd.Timestamp, WeekDays]:
    """Return what the calendar of a cube says of weeks, by their Monday.

    Parameters
    ----------
    cube : Dataset
        Its attributes name country, subdivision and school zone.
    mondays : iterable of Timestamp or None
        First days of the weeks, local and naive; None is left out.

    Returns
    -------
    dict
        Empty where the territory declares no country: then no holiday is known.
    """
    keys = ("country", "subdivision", "school_zone", "language")
    known = {k: str(cube.attrs[k]) for k in keys if cube.attrs.get(k)}
    if not known.get("country"):
        return {}
    calendar = as_calendar(known)
    last = calendar.school_until
    named = speaks(calendar.country, calendar.language)
    out = {}
    for monday in mondays:
        if monday is None:
            continue
        days = calendar.days(pd.date_range(monday, periods=7, freq="1D"))
        off = days[days["is_holiday"]]
        names = off["holiday"].astype(str) if named else [""] * len(off)
        covered = last is not None and monday + WEEK <= last
        out[monday] = WeekDays(
            holidays=tuple(zip(off.index, names, off["holiday_key"], strict=True)),
            school=int(days["school_holiday"].sum()) if covered else None,
        )
    return out
