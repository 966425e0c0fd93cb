"""The history and the calendar as plain tables, for tools that know nothing of cubes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining.calendars import of_cube
from mining.forecast import _grid
from mining.forecast.protocol import special_days

#: What a forecast may look back on, and how far it looks ahead.
HISTORY, HORIZON = pd.Timedelta("104W"), pd.Timedelta("7D")
CALENDAR = (
    "holiday_key",
    "is_holiday",
    "days_to_holiday",
    "days_since_holiday",
    "school_holiday",
    "bridge",
)


def values_table(cube: xr.Dataset) -> pd.DataFrame:
    """Return ``sensor, time, value`` on the local clock, 24 hours a day; NaN where untrusted."""
    grid = _grid.of_cube(cube)
    step = pd.Timedelta("1D") / grid.slots
    times = grid.first_day + np.arange(grid.origin) * step
    return pd.DataFrame(
        {
            "sensor": np.repeat(grid.sensors, grid.origin),
            "time": np.tile(times, len(grid.sensors)),
            "value": grid.known.ravel(),
        }
    )


def days_table(cube: xr.Dataset, cutoffs: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Return what the calendar told at each cutoff of the days before and after it."""
    calendar, parts = of_cube(cube), []
    for cutoff in cutoffs:
        span = pd.date_range(cutoff - HISTORY, cutoff + HORIZON, freq="D", inclusive="left")
        told = calendar.days(span, known_at=cutoff)
        table = told[list(CALENDAR)].assign(special=special_days(told))
        parts.append(table.rename_axis("day").reset_index().assign(cutoff=cutoff))
    return pd.concat(parts, ignore_index=True)


def export(cube: xr.Dataset, cutoffs: Sequence[pd.Timestamp], folder: Path) -> None:
    """Write ``values.parquet`` and ``days.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    values_table(cube).to_parquet(folder / "values.parquet", index=False)
    days_table(cube, cutoffs).to_parquet(folder / "days.parquet", index=False)
