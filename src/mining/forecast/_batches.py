"""Large territories in batches: each a territory of its own, so that cost grows with their number.

The arrays behind a forecast take about two megabytes a sensor. A territory of thousands is
forecast as several of at most :data:`LARGEST` sensors, one after the other or side by side on
workers; a smaller one is not cut at all. The sensors are dealt out in turn, in the order of their
ids: neighbours in the list, often neighbours in the street, come into different batches, and each
batch sees the whole territory thinned out where features look at all sensors together.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import xarray as xr

from mining import compute
from mining.cube import SENSOR
from mining.forecast.protocol import Model

#: Sensors of one batch, at most.
LARGEST = 400

Make = Callable[[Model, xr.Dataset], xr.Dataset]


def count(cube: xr.Dataset) -> int:
    """Return the number of batches of a cube."""
    return -(-cube.sizes[SENSOR] // LARGEST)


def cut(cube: xr.Dataset) -> Iterator[xr.Dataset]:
    """Yield the batches of a cube: equal in size but for one sensor, each in the cube's order."""
    number = count(cube)
    if number == 1:
        yield cube
        return
    order = np.argsort(cube[SENSOR].to_numpy().astype(str), kind="stable")
    for k in range(number):
        yield cube.isel({SENSOR: np.sort(order[k::number])})


def forecast_each(
    make: Make, model: Model, cube: xr.Dataset, *, workers: int = 1, scheduler: str | None = None
) -> xr.Dataset:
    """Forecast each batch with a copy of a model and put the parts together.

    Parameters
    ----------
    make : callable
        Returns the forecast of a cube, one row a sensor, by a model that it fits.
    model : Model
        Not fitted. Where there is one batch only, it is fitted itself.
    cube : Dataset
        What is known before the origin.
    workers, scheduler
        See :func:`mining.compute.map_items`.

    Returns
    -------
    Dataset
        Sensors in the order of `cube`.
    """
    if count(cube) == 1:
        return make(model, cube)
    one = partial(_one, make, model)
    parts = compute.map_items(one, cut(cube), workers=workers, scheduler=scheduler)
    whole = xr.concat(
        parts,
        SENSOR,
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
        combine_attrs="override",
    )
    return whole.sel({SENSOR: cube[SENSOR].to_numpy()})


def _one(make: Make, model: Model, cube: xr.Dataset) -> xr.Dataset:
    return make(copy.deepcopy(model), cube)
