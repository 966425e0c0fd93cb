"""Synthetic streets whose expected count of every hour is known, for the hard cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import mining
from mining.forecast.boosting import Boosting

PARIS = "Europe/Paris"


def clock(start: str, end: str, timezone: str = PARIS, step: str = "1h") -> pd.DatetimeIndex:
    """Return the steps of a local clock from one midnight to another, in the zone."""
    limits = [pd.Timestamp(day, tz=timezone) for day in (start, end)]
    return pd.date_range(*limits, freq=step, inclusive="left")


def expected(local: pd.DatetimeIndex, level: float = 100.0) -> np.ndarray:
    """Return what a street expects per hour: a steep day, half as much again at the weekend."""
    hour = np.asarray(local.hour + local.minute / 60)
    day = 0.1 + np.exp(-(((hour - 14) / 4) ** 2))
    return np.asarray(level * day * np.where(local.day_of_week < 5, 1.0, 1.5))


def counted(mean: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return counts of that mean, twice as scattered as Poisson's (variance 4 times the mean)."""
    scale = 4.0
    shape = np.maximum(mean, 1e-9) / (scale - 1)
    draw = np.random.default_rng(seed)
    return draw.poisson(draw.gamma(shape, scale - 1)).astype("float64")


def city(
    means: Mapping[str, np.ndarray],
    local: pd.DatetimeIndex,
    *,
    seed: int | None = 0,
    country: str | None = "FR",
    **options: Any,
) -> xr.Dataset:
    """Return the cube of streets that counted what was expected, NaN where that is NaN.

    With noise, or exactly what was expected where `seed` is None.
    """
    columns = {
        name: mean
        if seed is None
        else np.where(np.isfinite(mean), counted(np.nan_to_num(mean), seed + k), np.nan)
        for k, (name, mean) in enumerate(means.items())
    }
    frame = pd.DataFrame(columns, index=local.rename("time"))
    attrs = {"country": country} if country else {}
    return mining.from_table(
        frame, timezone=str(local.tz), **{"kind": "pedestrian", "attrs": attrs} | options
    )


def small(trees: int = 25, rows: int = 8000) -> Boosting:
    """Return a champion that costs little."""
    return Boosting(trees=trees, rows=rows)


def ahead(cube: xr.Dataset, model: Any = None, **options: Any) -> pd.DataFrame:
    """Forecast; a row per sensor and local time, a column per quantile."""
    made = mining.forecast(cube, model=small() if model is None else model, **options)
    frame = pd.DataFrame(
        made["value"].to_numpy().reshape(-1, made.sizes["quantile"]),
        index=pd.Index(np.repeat(made["sensor"].to_numpy(), made.sizes["time"]), name="sensor"),
        columns=made["quantile"].to_numpy(),
    )
    zone = cube.attrs["timezone"]
    local = made.indexes["time"].tz_localize("UTC").tz_convert(zone)
    return frame.assign(local=local[np.tile(np.arange(len(local)), made.sizes["sensor"])])


def holiday(local: pd.DatetimeIndex, country: str = "FR") -> np.ndarray:
    """Tell which times are on a public holiday."""
    days = local.tz_localize(None).normalize()
    known = mining.Calendar(country).days(days.unique())["is_holiday"]
    return np.asarray(known.loc[days].to_numpy())
