"""The days of each place that may tell what weather goes with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import Calendar

#: Labels of incidents whose days are left out. Those of weather and those without a known cause
#: stay: to leave out a day because its counts are strange would leave out what is looked for.
LEFT_OUT = ("fault", "works", "event", "calendar")
#: Types of entries of the journal that change the passages of some days.
_HAPPENED = ("works", "event", "closure", "fault", "other")
#: An entry that lasts longer is the state of the town, which a comparison within weeks allows for.
_LONGEST = pd.Timedelta("90D")
_DAY = pd.Timedelta("1D")

#: Start, end (exclusive), sensors and places; none of both means everywhere.
_Stretch = tuple[pd.Timestamp, pd.Timestamp, set[str], set[str]]


def daily(cube: xr.Dataset, calendar: Calendar, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return the passages of each whole ordinary day of each place.

    Parameters
    ----------
    cube : Dataset
        A cube of sensors.
    calendar : Calendar
        Holidays and journal.
    incidents : DataFrame
        Columns `sensor`, `sensors` (joined by ";"), `place`, `start`, `end` (tz-aware local
        times) and `label`; one without sensor and place is of the whole territory.

    Returns
    -------
    DataFrame
        Local days without gap x place, passages; NaN where a step was not counted or not to be
        trusted, on public holidays, and on days of an entry of the journal or of an incident
        with a label of :data:`LEFT_OUT`. Places that do not count have no column.
    """
    places = cubes.by_place(cube)
    local = cubes.local_time(places)
    names = places["sensor"].to_numpy().astype(str)
    values = cubes.trusted(places).to_numpy().T.astype("float64")
    counts = pd.DataFrame(values, local.tz_localize(None).normalize(), names)
    groups = counts.groupby(level=0)
    whole = groups.count().eq(_steps(cube, local), axis=0)
    out = groups.sum().where(whole).asfreq("D").rename_axis("day")
    begins = pd.DatetimeIndex(out.index)
    out[calendar.days(begins)["is_holiday"].to_numpy()] = np.nan
    members = {name: _members(cube, name) for name in names}
    for start, end, sensors, there in (*_entries(calendar), *_found(incidents)):
        inside = (begins + _DAY > start) & (begins < end)
        everywhere = not sensors and not there
        touched = [n for n in names if everywhere or n in there or members[n] & sensors]
        out.loc[inside, touched] = np.nan
    return out


def _steps(cube: xr.Dataset, local: pd.DatetimeIndex) -> pd.Series:
    """Return how many steps each local day has: days of the change of clock have others."""
    days = local.tz_localize(None).normalize().unique()
    zone, step = str(cube.attrs["timezone"]), cubes.step_of(cube)
    edges = days.append(days[-1:] + _DAY)
    moments = [cubes.to_utc(edge, zone) for edge in edges]
    return pd.Series(np.diff(pd.DatetimeIndex(moments)) / step.to_timedelta64(), days).round()


def _members(cube: xr.Dataset, place: str) -> set[str]:
    return set(cube["sensor"].to_numpy()[cube["place"].to_numpy() == place].astype(str))


def _entries(calendar: Calendar) -> Iterator[_Stretch]:
    for entry in calendar.events:
        if entry.type in _HAPPENED and entry.end - entry.start <= _LONGEST:
            yield entry.start, entry.end, set(entry.sensors), set(entry.places)


def _found(incidents: pd.DataFrame) -> Iterator[_Stretch]:
    for row in incidents[incidents["label"].isin(LEFT_OUT)].to_dict("records"):
        sensors = {str(row["sensor"]), *str(row["sensors"]).split(";")} - {""}
        start, end = (pd.Timestamp(row[c]).tz_localize(None) for c in ("start", "end"))
        yield start, end, sensors, {str(row["place"])} - {""}
