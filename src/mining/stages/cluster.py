"""Stage cluster: weekly rhythms, groups of sensors and of places, and how far they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.activity import assign, change, cluster
from mining.params import load_params
from mining.stages._results import of_places
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``activity.nc`` (sensors) and ``activity_places.nc`` (places).

    Groups are those of the sensors; places are placed among them. Where sensors form one group
    only, places are grouped by themselves.
    """
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    bootstraps, seed = params.cluster.bootstraps, params.seed

    def grouped(what: xr.Dataset) -> xr.Dataset:
        most = params.cluster.max_groups
        return cluster(what, max_groups=most, bootstraps=bootstraps, seed=seed)

    def with_change(what: xr.Dataset, found: xr.Dataset, groups: xr.Dataset) -> xr.Dataset:
        if groups.sizes["group"] == 0:
            return found
        changed = change(what, groups, bootstraps=bootstraps, seed=seed)
        return found.merge(changed).assign_attrs(changes=changed.attrs["statement"])

    with step(f"cluster {cube.sizes['sensor']} weekly rhythms"):
        sensors = grouped(cube)
        of_sensors = with_change(cube, sensors, sensors)
    places = data_model.by_place(cube)

    def of_place(what: xr.Dataset) -> xr.Dataset:
        if sensors.attrs["k"] < 2:
            found = grouped(what)
            return with_change(what, found, found)
        placed = assign(what, sensors, bootstraps=bootstraps, seed=seed)
        return with_change(what, placed, sensors)

    with step(f"place {places.sizes['sensor']} weekly rhythms of places"):
        found = of_places(places, of_sensors, of_place)
    _write(files.results / "activity.nc", of_sensors)
    _write(files.results / "activity_places.nc", found)


def _write(path: Path, activity: xr.Dataset) -> None:
    numbers = [n for n, v in activity.data_vars.items() if v.dtype.kind == "f"]
    rounded = activity.assign({n: activity[n].round(6) + 0.0 for n in numbers})
    packed = {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4}
    writers.netcdf(path, rounded, {str(n): packed for n in numbers})
