"""Stage cluster: weekly rhythms, groups of sensors and of places, and how far they hold."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mining import calendars, writers
from mining import cube as data_model
from mining.activity import UNUSABLE, assign, change, cluster, rhythms_apart
from mining.params import Params, load_params
from mining.stages._results import of_places, read_incidents
from mining.stages._workspace import Workspace, step

#: Fewer places are not grouped: a group that one place makes says nothing.
FEWEST = 3


def run(root: Path, territory: str) -> None:
    """Write ``activity.nc`` (sensors), ``activity_places.nc`` and ``seasons.nc`` (places).

    Groups are those of the sensors; places are placed among them. Where sensors form one group
    only, places are grouped by themselves; fewer than three places are not grouped at all.
    Incidents that stage detect found are left out of the typical weeks.
    """
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    places = data_model.by_place(cube)
    options = {"seed": params.seed, "incidents": read_incidents(files, cube)}
    with step(f"cluster {cube.sizes['sensor']} weekly rhythms"):
        sensors = _grouped(cube, params, options)
        of_sensors = _with_change(cube, sensors, sensors, params, options)
    with step(f"place {places.sizes['sensor']} weekly rhythms of places"):
        placed = partial(_of_places, groups=sensors, params=params, options=options)
        found = of_places(places, cube, placed)
    with step("tell seasons apart"):
        apart = of_places(places, cube, partial(_apart, options=options))
    _write(files.results / "activity.nc", of_sensors)
    _write(files.results / "activity_places.nc", found)
    _write(files.results / "seasons.nc", apart)


def _grouped(what: xr.Dataset, params: Params, options: dict[str, Any]) -> xr.Dataset:
    most, bootstraps = params.cluster.max_groups, params.cluster.bootstraps
    return cluster(what, max_groups=most, bootstraps=bootstraps, **options)


def _with_change(
    what: xr.Dataset, found: xr.Dataset, groups: xr.Dataset, params: Params, options: dict[str, Any]
) -> xr.Dataset:
    if groups.sizes["group"] == 0:
        return found
    changed = change(what, groups, bootstraps=params.cluster.bootstraps, **options)
    return found.merge(changed).assign_attrs(changes=changed.attrs["statement"])


def _of_places(
    what: xr.Dataset, groups: xr.Dataset, params: Params, options: dict[str, Any]
) -> xr.Dataset:
    if groups.attrs["k"] >= 2:
        placed = assign(what, groups, bootstraps=params.cluster.bootstraps, **options)
        if int((placed["label"] != UNUSABLE).sum()) >= FEWEST:
            return _with_change(what, placed, groups, params, options)
    found = _grouped(what, params, options)
    return _with_change(what, found, found, params, options)


def _apart(what: xr.Dataset, options: dict[str, Any]) -> xr.Dataset:
    """Return the typical weeks of seasons and, where there is a zone, of school and holidays."""
    kinds = ["season"]
    if calendars.of_cube(what).school_zone is not None:
        kinds.append("school")
    parts = [rhythms_apart(what, kind, **options) for kind in kinds]
    by = np.repeat(kinds, [part.sizes["period"] for part in parts])
    return xr.concat(parts, "period").assign_coords(by=("period", by.astype(str)))


def _write(path: Path, activity: xr.Dataset) -> None:
    numbers = [n for n, v in activity.data_vars.items() if v.dtype.kind == "f"]
    rounded = activity.assign({n: activity[n].round(6) + 0.0 for n in numbers})
    packed = {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4}
    writers.netcdf(path, rounded, {str(n): packed for n in numbers})
