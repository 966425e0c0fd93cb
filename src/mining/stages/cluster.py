"""Stage cluster: weekly rhythms, groups of sensors and of places, and how far they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.activity import cluster
from mining.params import load_params
from mining.stages._results import of_places
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``activity.nc`` (sensors) and ``activity_places.nc`` (places)."""
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)

    def groups(what: xr.Dataset) -> xr.Dataset:
        return cluster(
            what,
            max_groups=params.cluster.max_groups,
            bootstraps=params.cluster.bootstraps,
            seed=params.seed,
        )

    with step(f"cluster {cube.sizes['sensor']} weekly rhythms"):
        of_sensors = groups(cube)
    places = data_model.by_place(cube)
    with step(f"cluster {places.sizes['sensor']} weekly rhythms of places"):
        found = of_places(places, of_sensors, groups)
    _write(files.results / "activity.nc", of_sensors)
    _write(files.results / "activity_places.nc", found)


def _write(path: Path, activity: xr.Dataset) -> None:
    numbers = [n for n, v in activity.data_vars.items() if v.dtype.kind == "f"]
    rounded = activity.assign({n: activity[n].round(6) + 0.0 for n in numbers})
    packed = {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4}
    writers.netcdf(path, rounded, {str(n): packed for n in numbers})
