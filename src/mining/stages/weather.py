"""Stage weather: the weather of the days counted, and what rain, heat and frost go with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import calendars, sources, weather, writers
from mining import cube as data_model
from mining.stages._results import columns_of, read_incidents
from mining.stages._workspace import Workspace, step
from mining.territory import Territory, load_territory
from mining.weather import FloatArray

#: Years of weather before the last day counted, for what is usual in a season.
YEARS = 11


def run(root: Path, territory: str) -> None:
    """Write ``weather_days.csv``, ``weather_effect.csv`` and ``weather.json``.

    Headers only where the territory declares no source of weather.
    """
    files = Workspace(root, territory)
    described = load_territory(files.folder)
    days, effects = (
        pd.DataFrame(columns=columns_of(f"weather_{n}.csv")) for n in ("days", "effect")
    )
    notes: dict[str, object] = {"source": ""}
    if described.weather:
        cube = data_model.read(files.cube)
        name = str(described.weather["name"])
        with step(f"weather of {territory} from {name}"):
            station = _station(files, described, cube, name)
            calendar = calendars.of_cube(cube)
            counts = weather.daily(cube, calendar, read_incidents(files, cube))
            effects = weather.effects(counts, station.days)
        days = station.days.rename_axis("day").reset_index()
        days["day"] = days["day"].dt.strftime("%Y-%m-%d")
        notes = {
            "source": name,
            "station": station.number,
            "name": station.name,
            "distance": station.distance,
        }
    writers.table(files.results / "weather_days.csv", days, sort=["day"])
    order = ["place", "condition"]
    writers.table(files.results / "weather_effect.csv", effects, sort=order, decimals=4)
    writers.json_file(files.results / "weather.json", notes)


def _station(
    files: Workspace, described: Territory, cube: xr.Dataset, name: str
) -> weather.Station:
    """Return the station of a territory, up to the last day counted."""
    source = sources.weather(name)
    source.check(described)
    counted = data_model.local_time(cube).tz_localize(None).normalize().unique()
    last = counted[-1]
    since = min(counted[0], last - pd.DateOffset(years=YEARS))
    table = source.read(described, files.weather, since)
    table = table[table["day"] <= last]
    middle = _mean(cube["latitude"].to_numpy()), _mean(cube["longitude"].to_numpy())
    return weather.choose(table, middle, counted)


def _mean(degrees: FloatArray) -> float:
    known = degrees[np.isfinite(degrees)]
    return float(known.mean()) if known.size else np.nan
