"""Totals of places and of the territory, made of one forecast of their sensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.forecast import totals

#: Name of the territory among the groups: no place has it.
TERRITORY = ""
_HOUR = 3600


def of_groups(ahead: xr.Dataset) -> dict[str, list[str]]:
    """Return the sensors of each place, and of the territory, that count and have a forecast.

    A territory has no place that counts where ``places.csv`` names none or where its sensors
    measure noise, occupancy or another state; there is no group then.
    """
    out: dict[str, list[str]] = {}
    told = (ahead[name].to_numpy().astype(str) for name in ("sensor", "place", "kind", "model"))
    for sensor, place, kind, model in zip(*told, strict=True):
        if place and cubes.kind_of(kind).is_count and model != "none":
            out.setdefault(place, []).append(sensor)
            out.setdefault(TERRITORY, []).append(sensor)
    return out


def sums_of(ahead: xr.Dataset, groups: Mapping[str, list[str]]) -> dict[str, xr.Dataset]:
    """Return the totals of groups by hour, day and week, by name of their file."""
    step = int(ahead.attrs["step_seconds"])
    by_place = {name: members for name, members in groups.items() if name != TERRITORY}
    hours = totals(ahead, by=by_place, each="hour" if step <= _HOUR else "step", scenarios=True)
    hours.attrs["step_seconds"] = max(step, _HOUR)
    places = hours.rename(group="sensor").sortby("sensor").drop_vars("steps")
    days = totals(ahead, by=groups, each="day")
    return {
        "forecast_places.nc": places.drop_vars("path"),
        "scenarios_places.nc": _joint(ahead, by_place, places),
        "totals_days.nc": days.merge(_drivers(ahead, groups, days)),
        "totals_weeks.nc": totals(_from_midnight(ahead), by=groups, each="week"),
    }


def _joint(ahead: xr.Dataset, groups: Mapping[str, list[str]], places: xr.Dataset) -> xr.Dataset:
    """Return the joint futures of places with what :mod:`mining.opening` asks of a forecast."""
    names = places["sensor"].to_numpy().astype(str)
    kinds = [str(ahead["kind"].sel(sensor=groups[name][0]).item()) for name in names]
    joint = (
        places[["path"]]
        .round(1)
        .assign_coords(
            {
                "sensor": names,
                "place": ("sensor", names),
                "kind": ("sensor", np.array(kinds, dtype=str)),
            }
        )
    )
    joint["path"].attrs = {**places["path"].attrs, "units": places["value"].attrs["units"]}
    return joint


def _from_midnight(ahead: xr.Dataset) -> xr.Dataset:
    """Return a forecast from its first local midnight on, so that weeks are whole days."""
    local = _local(ahead)
    first = np.flatnonzero(local == local.normalize())
    return ahead.isel(time=slice(int(first[0]) if first.size else 0, None))


def _drivers(ahead: xr.Dataset, groups: Mapping[str, list[str]], days: xr.Dataset) -> xr.Dataset:
    """Return what drives the total of each group and day: sums of what drives its sensors.

    What drives sensors adds up to medians, and the mean of a total lies above the sum of medians
    of skewed counts (by 3 % on Auckland), on an ordinary day as on any other: all figures of a day
    are raised by the same share, so that they add up to `expected`.
    """
    day = np.searchsorted(days["time"].to_numpy(), ahead["time"].to_numpy(), side="right") - 1
    told = ahead[["usual", "effect"]].assign_coords(day=("time", day))
    by_day = told.groupby("day").sum().rename(day="time").assign_coords(time=days["time"])
    names = [str(g) for g in days["group"].to_numpy()]
    parts = [by_day.sel(sensor=groups[name]).sum("sensor", skipna=False) for name in names]
    if not parts:
        return xr.Dataset()
    summed = xr.concat(parts, pd.Index(names, name="group"))
    medians = summed["usual"] + summed["effect"].sum("driver")
    raised = summed * (days["expected"] / medians).where(medians > 0, 1.0)
    missing = days["expected"] - raised["usual"] - raised["effect"].sum("driver")
    raised["effect"] = raised["effect"] + missing.where(raised["driver"] == "other", 0.0)
    return raised.transpose("group", "time", "driver").round(3)


def _local(ahead: xr.Dataset) -> pd.DatetimeIndex:
    utc = pd.DatetimeIndex(ahead.indexes["time"])
    return utc.tz_localize("UTC").tz_convert(str(ahead.attrs["timezone"])).tz_localize(None)
