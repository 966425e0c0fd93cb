"""What moves a forecast away from a normal week, beside the forecast itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mining.calendars import Calendar
from mining.cube import SENSOR, TIME
from mining.forecast._cells import rows_ahead
from mining.forecast._drivers import NAMES, Drivers
from mining.forecast._features import Bank
from mining.forecast._tasks import DECIMALS
from mining.forecast.protocol import Model, learnt_grid

Floats = npt.NDArray[np.floating[Any]]


def told(ahead: xr.Dataset, model: Model, known: xr.Dataset, calendar: Calendar) -> xr.Dataset:
    """Return a forecast with `usual` and `effect` beside its values.

    A model that cannot tell its drivers, and one that served a single sensor in place of another,
    has everything in ``other``. Rounding and bounds are put there too, so that the figures add up
    exactly.
    """
    steps = ahead.sizes[TIME]
    median = _median(ahead, model, steps)
    told_by_model = getattr(model, "drivers", None)
    shape = (ahead.sizes[SENSOR], steps)
    found = told_by_model(steps) if told_by_model else Drivers.nothing(shape)
    usual = found.usual
    if not np.isfinite(usual).all():
        usual = np.where(np.isfinite(usual), usual, _clean_level(known, calendar, steps))
    usual = np.where(np.isfinite(usual), usual, median).round(DECIMALS) + 0.0
    served = ahead["model"].to_numpy().astype(str) == model.name
    told_here = np.isfinite(found.parts).all(axis=2) & served[:, None]
    parts = np.where(told_here[..., None], found.parts, 0.0).round(DECIMALS) + 0.0
    other = NAMES.index("other")
    parts[..., other] += (median - usual - parts.sum(axis=2)).round(DECIMALS)
    units = ahead["value"].attrs.get("units", "1")
    return ahead.assign(
        usual=((SENSOR, TIME), usual, {"long_name": "normal week", "units": units}),
        effect=(
            (SENSOR, TIME, "driver"),
            parts.round(DECIMALS) + 0.0,
            {"long_name": "distance of the median from a normal week, by driver", "units": units},
        ),
    ).assign_coords(driver=list(NAMES))


def _median(ahead: xr.Dataset, model: Model, steps: int) -> Floats:
    if 0.5 in ahead["quantile"].to_numpy():
        return np.asarray(ahead["value"].sel(quantile=0.5).to_numpy())
    return np.asarray(model.predict(steps, (0.5,))[..., 0]).round(DECIMALS)


def _clean_level(known: xr.Dataset, calendar: Calendar, steps: int) -> Floats:
    """Return the usual value of each coming step, shape (sensor, step)."""
    grid, _ = learnt_grid(known, calendar)
    offsets = grid.offsets(steps)
    bank = Bank(grid, calendar, int(offsets.max()) + 1)
    base, _ = bank.clean(rows_ahead(grid, offsets))
    return base.reshape(len(grid.sensors), steps)
