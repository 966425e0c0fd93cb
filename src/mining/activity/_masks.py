"""Cells that do not belong to the ordinary week: holidays, journal entries, incidents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity._weeks import Weeks, fold
from mining.calendars import Calendar, calendar_of
from mining.errors import ConfigError

#: Entries of the journal during which a place does not live its ordinary week. Works are not
#: among them: they may last for years, and the median stands those that do not.
MASKED_TYPES = ("closure", "event", "fault")
#: Labels of incidents that are left out. Holidays have their own rule, and works are as above.
MASKED_LABELS = ("fault", "event", "weather", "unexplained")
#: A longer one takes whole weeks from a sensor and mends little: a level that is wrong for a month
#: leaves the shares of its weeks as they are. Hidden too, groups hold less (decision 8).
LONGEST = pd.Timedelta(weeks=2)


def ordinary(
    cube: xr.Dataset,
    calendar: object,
    types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> tuple[Weeks, Calendar]:
    """Return the weeks without the cells of :func:`hidden`, and the calendar that was asked for."""
    agenda = calendar_of(cube, calendar)
    return fold(cube, hidden(cube, agenda, types, incidents)), agenda


def hidden(
    cube: xr.Dataset,
    calendar: Calendar,
    types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> npt.NDArray[np.bool_]:
    """Return the cells ``(sensor, time)`` that lie in a holiday, a journal entry or an incident."""
    local = cubes.local_time(cube).tz_localize(None)
    days = local.normalize()
    alone = days.unique()
    off = calendar.days(alone)["is_holiday"].to_numpy(dtype=bool)
    holiday = off[alone.get_indexer(days)]
    sensors = cube[cubes.SENSOR].to_numpy().astype(str)
    places = cube["place"].to_numpy().astype(str)
    rows = [
        holiday | calendar.active(local, sensors=[s], places=[p] if p else [], types=types)
        for s, p in zip(sensors, places, strict=True)
    ]
    out = np.stack(rows)
    return out if incidents is None else out | of_incidents(cube, incidents)


def of_incidents(cube: xr.Dataset, incidents: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return the cells ``(sensor, time)`` that lie in an incident.

    Parameters
    ----------
    cube : Dataset
        Of sensors or of places.
    incidents : DataFrame
        Columns ``start`` and ``end`` (excluded; texts with their offset, or local times), and
        ``sensors`` (ids joined by ";") or ``sensor``; none of them named is the whole territory.
        ``place`` finds the incident again in a cube of places; without ``label``, all count.

    Raises
    ------
    ConfigError
        If a column is missing or a time cannot be read.
    """
    named = next((c for c in ("sensors", "sensor") if c in incidents), "")
    for column in ("start", "end"):
        if column not in incidents or not named:
            msg = "incidents: expected columns 'start', 'end' and 'sensor', as mining.detect gives"
            raise ConfigError(msg)
    if "label" in incidents:
        incidents = incidents[incidents["label"].isin(MASKED_LABELS)]
    clock = cube.indexes[cubes.TIME]
    zone = str(cube.attrs["timezone"])
    starts, ends = (_utc(incidents[c], zone) for c in ("start", "end"))
    places = incidents["place"] if "place" in incidents else pd.Series("", index=incidents.index)
    ids = cube[cubes.SENSOR].to_numpy().astype(str)
    out = np.zeros((len(ids), len(clock)), dtype=bool)
    names = (c.astype(object).where(c.notna(), "") for c in (incidents[named], places))
    rows = zip(*names, starts, ends, strict=True)
    for sensors, place, start, end in rows:
        if end - start <= LONGEST:
            who = [s for s in str(sensors).split(";") if s]
            mine = np.isin(ids, who) if who else np.ones(len(ids), dtype=bool)
            if not mine.any():
                mine = ids == str(place)
            first, last = clock.searchsorted([start, end])
            out[mine, first:last] = True
    return out


def _utc(times: pd.Series, zone: str) -> list[pd.Timestamp]:
    out = []
    for time in times:
        try:
            stamp = cubes.to_utc(pd.Timestamp(time), zone)
        except (ValueError, TypeError) as error:
            msg = f"incidents: each one needs a start and an end; found {time!r}"
            raise ConfigError(msg) from error
        if pd.isna(stamp):
            raise ConfigError("incidents: each one needs a start and an end; found an empty one")
        out.append(stamp)
    return out
