"""Read back what earlier stages wrote, with the types that the library works with."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from mining.stages._workspace import Workspace


def read_incidents(files: Workspace, cube: xr.Dataset) -> pd.DataFrame:
    """Return the incidents with tz-aware local times."""
    table = pd.read_csv(files.results / "incidents.csv")
    words = table.select_dtypes(exclude="number").columns
    table[words] = table[words].fillna("")  # an incident of the whole territory has no sensor
    for column in ("start", "end"):
        times = pd.to_datetime(table[column], utc=True)
        table[column] = times.dt.tz_convert(str(cube.attrs["timezone"]))
    return table


def read_activity(files: Workspace) -> xr.Dataset:
    """Return rhythms and groups."""
    return _dataset(files, "activity.nc")


def read_forecast(files: Workspace, name: str) -> xr.Dataset:
    """Return a forecast of sensors or of places."""
    return _dataset(files, name)


def _dataset(files: Workspace, name: str) -> xr.Dataset:
    with xr.open_dataset(files.results / name, engine="h5netcdf") as handle:
        data = handle.load()
    for coordinate in data.coords:
        if data[coordinate].dtype.kind in "OUT":
            data[coordinate] = data[coordinate].astype(str)
    return data
