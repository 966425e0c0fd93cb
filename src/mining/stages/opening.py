"""Stage opening: opening hours against the passages that are forecast."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
import xarray as xr

from mining import calendars, opening, writers
from mining import cube as data_model
from mining.stages._results import columns_of, read_dataset
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory

_log = logging.getLogger("mining.stages")

TABLES = ("opening_doors.csv", "opening_week.csv", "extra_hours.csv", "quiet_hours.csv")


def run(root: Path, territory: str) -> None:
    """Write ``opening_doors.csv``, ``opening_week.csv``, ``extra_hours.csv``, ``quiet_hours.csv``.

    Public holidays of the horizon are left out of all of them: a table of weekly hours does not say
    which doors are open on a holiday, and a holiday tells nothing of an ordinary week. Where
    nothing can be told, files have their header only and one sentence says why.
    """
    files = Workspace(root, territory)
    holidays = calendars.of_cube(data_model.read(files.cube))
    ahead = ordinary_days(read_dataset(files, "scenarios_places.nc"), holidays)
    hours = load_territory(files.folder).opening_hours
    with step(f"compare {len(hours)} opening hours with passages"):
        made = tables(ahead, hours)
    for name in TABLES:
        frame = made[name] if name in made else pd.DataFrame(columns=columns_of(name))
        writers.table(files.results / name, frame[columns_of(name)], sort=(), decimals=6)


def ordinary_days(ahead: xr.Dataset, calendar: calendars.Calendar) -> xr.Dataset:
    """Return a forecast without the steps that lie on a public holiday, by the local clock."""
    local = data_model.local_time(ahead).tz_localize(None).normalize()
    return ahead.isel(time=~calendar.days(local)["is_holiday"].to_numpy(dtype=bool))


def tables(ahead: xr.Dataset, hours: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return what can be told, by name of file; say in one sentence what cannot."""
    if (reason := _nothing(ahead)) is not None:
        _log.info("  opening hours are left out: %s", reason)
        return {}
    out = {"quiet_hours.csv": opening.quiet_hours(ahead)}
    known = hours["place"].isin(ahead["place"].to_numpy().astype(str))
    if hours.empty:
        _log.info("  opening_hours.csv names no door: quiet hours alone are told")
        return out
    if not known.all():
        absent = ", ".join(sorted(set(hours.loc[~known, "place"])))
        _log.info("  opening hours without a forecast of their place are left out: %s", absent)
    told = opening.closed_doors(ahead, hours[known])
    doors = told[list(columns_of("opening_doors.csv")[2:])].to_dataframe()
    week = told[["passages", "closed"]].to_dataframe()
    return out | {
        "opening_doors.csv": doors.reset_index(),
        "opening_week.csv": week.reset_index(),
        "extra_hours.csv": opening.extra_hours(ahead, hours[known]),
    }


def _nothing(ahead: xr.Dataset) -> str | None:
    """Return why nothing can be told of opening hours, if so."""
    if not ahead.sizes["sensor"]:
        return "no place has a forecast of passages"
    if data_model.step_of(ahead) > pd.Timedelta("1h"):
        return "the steps of this territory are longer than an hour"
    if not ahead.sizes["time"]:
        return "every day that is forecast is a public holiday"
    return None
