"""Small cubes with a known weekly rhythm, for the tests of the forecast room."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes


def rhythm_cube(
    *,
    start: str = "2025-01-06",
    days: int = 140,
    sensors: int = 3,
    step: str = "1h",
    timezone: str = "Europe/Paris",
    noise: float = 0.1,
    seed: int = 0,
    kind: str = "pedestrian",
    country: str = "FR",
    holidays: tuple[str, ...] = (),
) -> xr.Dataset:
    """Return a cube whose values follow the local hour of the week; holidays have 40 % of it."""
    zone = pd.date_range(start, periods=days + 1, tz=timezone)
    if pd.Timedelta(step) >= pd.Timedelta("1D"):
        local = zone[:-1]
    else:
        local = pd.date_range(zone[0], zone[-1], freq=step, inclusive="left")
    hour = local.hour + local.minute / 60
    shape = 20 + 100 * np.exp(-(((hour - 14) / 4) ** 2)) * np.where(local.day_of_week < 5, 1.0, 1.6)
    off = local.tz_localize(None).normalize().isin(pd.DatetimeIndex(holidays))
    shape = np.where(off, 0.4 * shape, shape)
    draw = np.random.default_rng(seed)
    columns = {
        f"s{k}": np.round(shape * (k + 1) * np.exp(noise * draw.standard_normal(len(local))))
        for k in range(sensors)
    }
    frame = pd.DataFrame(columns, index=local.tz_convert("UTC"))
    return cubes.build(frame, timezone=timezone, step=step, kind=kind, attrs={"country": country})


def with_values(cube: xr.Dataset, values: np.ndarray) -> xr.Dataset:
    """Return the cube with other values and the quality they tell."""
    array = np.asarray(values, dtype="float32")
    quality, reason = cubes.codes_from_values(array)
    dims = (cubes.SENSOR, cubes.TIME)
    return cube.assign(
        value=(dims, array, cube["value"].attrs), quality=(dims, quality), reason=(dims, reason)
    )
