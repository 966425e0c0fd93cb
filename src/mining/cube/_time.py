"""Time of the cube: regular UTC labels, read in the territory's own clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import xarray as xr

from mining.cube._model import TIME
from mining.errors import ConfigError


def check_timezone(timezone: str) -> ZoneInfo:
    """Return the zone, or raise :class:`ConfigError` that names what was found."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        msg = f"unknown time zone {timezone!r}: expected an IANA name such as 'Europe/Paris'"
        raise ConfigError(msg) from error


def step_of(cube: xr.Dataset) -> pd.Timedelta:
    """Return the length of the interval."""
    return pd.Timedelta(seconds=int(cube.attrs["step_seconds"])).as_unit("ns")


def time_grid(
    first: pd.Timestamp, last: pd.Timestamp, step: pd.Timedelta, timezone: str
) -> pd.DatetimeIndex:
    """Return the regular UTC times (naive) from `first` to `last`.

    Steps shorter than a day are regular in UTC. Steps of whole days follow the local calendar:
    each label is the UTC time of the same local clock time, so that days of 23 and 25 hours are
    one step each.
    """
    if step % pd.Timedelta("1D"):
        return pd.date_range(first, last, freq=step).as_unit("ns")
    local = (
        pd.DatetimeIndex([first, last]).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    )
    days = pd.date_range(local[0], local[1], freq=f"{step // pd.Timedelta('1D')}D")
    zoned = days.tz_localize(
        timezone, ambiguous=np.ones(len(days), bool), nonexistent="shift_forward"
    )
    return zoned.tz_convert("UTC").tz_localize(None).as_unit("ns")


def future_times(
    last: pd.Timestamp, steps: int, step: pd.Timedelta, timezone: str
) -> pd.DatetimeIndex:
    """Return the `steps` UTC times (naive) that follow `last` on the grid of a cube."""
    if step % pd.Timedelta("1D"):
        return pd.date_range(last + step, periods=steps, freq=step).as_unit("ns")
    return time_grid(last, last + (steps + 1) * step, step, timezone)[1 : steps + 1]


def local_ahead(cube: xr.Dataset, steps: int) -> pd.DatetimeIndex:
    """Return the local times (tz-aware) of the `steps` intervals that follow the cube."""
    zone, last = str(cube.attrs["timezone"]), cube.indexes[TIME][-1]
    times = future_times(last, steps, step_of(cube), zone)
    return times.tz_localize("UTC").tz_convert(zone)


def local_time(cube: xr.Dataset) -> pd.DatetimeIndex:
    """Return the times of the cube in the territory's time zone (tz-aware)."""
    index = pd.DatetimeIndex(cube.indexes[TIME])
    return index.tz_localize("UTC").tz_convert(check_timezone(cube.attrs["timezone"]))


def to_utc(local: str | pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return a local time as a naive UTC timestamp, the form of the ``time`` coordinate.

    A naive time is read as local; of two equal clock times the first is taken, and a time that
    the clock jumped over moves to the first one that exists.
    """
    stamp = pd.Timestamp(local)
    if stamp.tzinfo is None:
        stamp = stamp.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert("UTC").tz_localize(None)


def duration(length: object, name: str) -> pd.Timedelta:
    """Return a duration, or raise :class:`ConfigError` that names the parameter.

    A bare number is refused: nobody who writes ``7`` means the seven nanoseconds of pandas.

    Examples
    --------
    >>> duration("36h", "horizon")
    Timedelta('1 days 12:00:00')
    """
    bare = isinstance(length, int | float | np.number) or (
        isinstance(length, str) and not any(c.isalpha() or c == ":" for c in length)
    )
    try:
        found = pd.NaT if bare else pd.Timedelta(length)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        found = pd.NaT
    if not isinstance(found, pd.Timedelta):
        msg = f"{name}: found {length!r}, expected a duration such as '7D', '36h' or '15min'"
        raise ConfigError(msg)
    return found
