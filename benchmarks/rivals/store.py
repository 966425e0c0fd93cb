"""Finished forecasts on disk: one table for each model and origin, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import Calendar

LEVELS = tuple(round(k / 10, 1) for k in range(1, 10))


def table_of(folder: Path, model: str, cutoff: pd.Timestamp) -> Path:
    """Return the file of one model at one origin."""
    return folder / model / f"{cutoff:%Y-%m-%d}.parquet"


def costs(folder: Path, model: str, cutoffs: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Return what each origin of a model cost: `cpu_seconds`, `peak_mb`, `sensors`.

    A table made by hand may have no record of its cost: NaN then.
    """
    found = []
    for cutoff in cutoffs:
        path = table_of(folder, model, cutoff).with_suffix(".json")
        found.append(json.loads(path.read_text()) if path.exists() else {})
    return pd.DataFrame(found, columns=["cpu_seconds", "peak_mb", "sensors"], dtype="float64")


class Recorded:
    """A model that says what a file says, so that the backtest scores every tool alike.

    Parameters
    ----------
    name : str
        Folder of the model.
    folder : Path
        Of all models. Tables have `sensor`, one column per quantile (``q0.1`` …) and either
        `time` (UTC, naive) or `local` (the local clock, on which every day has 24 hours).
    """

    slow = False

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.served: tuple[str, ...] = ()

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Self:  # noqa: ARG002
        """Remember what is asked for; the calendar was used when the file was made."""
        self.cube = cube
        return self

    def predict(self, steps: int, quantiles: Sequence[float]) -> np.ndarray[Any, Any]:
        """Return the file's quantiles, shape (sensor, step, quantile)."""
        local = cubes.local_ahead(self.cube, steps)
        table = pd.read_parquet(table_of(self.folder, self.name, local[0]))
        key = "local" if "local" in table else "time"
        times = (local if key == "local" else local.tz_convert("UTC")).tz_localize(None)
        table[key] = pd.DatetimeIndex(table[key]).as_unit("ns")
        sensors = self.cube[cubes.SENSOR].to_numpy().astype(str)
        self.served = (self.name,) * len(sensors)
        wide = table.pivot_table([f"q{q:g}" for q in quantiles], key, "sensor")
        rows = wide.reindex(times.as_unit("ns"))
        parts = [rows[f"q{q:g}"].reindex(columns=sensors).to_numpy().T for q in quantiles]
        return np.stack(parts, axis=-1)
