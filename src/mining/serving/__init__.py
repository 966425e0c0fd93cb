"""A champion that travels: packed with the history it forecasts from, asked with plain tables.

What is packed is text, JSON and netCDF, nothing that could run: reading it back cannot do more
than fail.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import writers
from mining.cube import SENSOR, TIME
from mining.errors import ConfigError, ModelError
from mining.forecast import QUANTILES, forecast, load
from mining.serving._counts import COLUMNS, updated

__all__ = ["COLUMNS", "HISTORY", "MOST_DAYS", "Served", "example", "pack", "updated"]

#: The file of the packed history.
HISTORY = "history.nc"
#: Farthest day that may be asked for; a wrong unit is a mistake, not an hour of work.
MOST_DAYS = 60


def pack(champion: Path, cube: xr.Dataset, folder: Path) -> Path:
    """Put a champion and the part of the cube it needs into one folder.

    Parameters
    ----------
    champion : Path
        Folder written by the stage ``forecast``: ``champion.json`` and the model's own files.
    cube : Dataset
        The trusted cube it was fitted on.
    folder : Path
        Made if need be.

    Raises
    ------
    ModelError
        If the champion cannot be read.
    """
    length = cubes.duration(_card(champion)["history"], "history")
    shutil.copytree(champion, folder, dirs_exist_ok=True)
    # A day more than is needed: the exact cut is made in local time, when it forecasts.
    start = cube.indexes[TIME][-1] - length - pd.Timedelta("1D")
    recent = cube.isel({TIME: np.flatnonzero(cube.indexes[TIME] >= start)})
    writers.netcdf(folder / HISTORY, recent, cubes.encoding())
    return folder


def _card(folder: Path) -> dict[str, Any]:
    path = folder / "champion.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: card[name] for name in ("model", "history", "horizon_days")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path}: not a readable champion; run 'dvc repro' to make it again"
        raise ModelError(msg) from error


class Served:
    """A packed champion.

    Parameters
    ----------
    folder : Path
        Made by :func:`pack`.

    Raises
    ------
    ForageError
        If a file is absent or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = _card(folder)
        self.cube = cubes.read(folder / HISTORY)
        load(folder)  # damage is told at once

    def predict(
        self,
        counts: pd.DataFrame | None = None,
        *,
        horizon_days: int | None = None,
        quantiles: Sequence[float] = QUANTILES,
    ) -> pd.DataFrame:
        """Forecast every sensor from the packed history and newer counts.

        Parameters
        ----------
        counts : DataFrame, optional
            Columns ``sensor, time, value``. `time` is ISO 8601, with an offset or else by the
            local clock; it labels the start of the interval. Counts replace what the history
            says of the same cell, are cleaned with it, and set the origin: the forecast starts
            after the last one. Those before the history are left out. None or no row at all
            forecasts from the history alone.
        horizon_days : int, optional
            Days ahead; as published when omitted.
        quantiles : sequence of float
            Levels, strictly between 0 and 1.

        Returns
        -------
        DataFrame
            `sensor`, `time` (ISO 8601, local with offset) and a column per level, ``q0.1`` …

        Raises
        ------
        ForageError
            With one sentence, if a column, a sensor, a time, a day or a level is impossible.
        """
        days = self.card["horizon_days"] if horizon_days is None else horizon_days
        if isinstance(days, bool) or days != int(days) or not 1 <= days <= MOST_DAYS:
            msg = f"horizon_days: found {days!r}, expected a whole number from 1 to {MOST_DAYS}"
            raise ConfigError(msg)
        cube = self.cube if counts is None or not len(counts) else updated(self.cube, counts)
        ahead = forecast(
            cube,
            # Read anew: fitting it to these counts must not show in another answer.
            model=load(self.folder),
            horizon=f"{int(days)}D",
            quantiles=quantiles,
            history=self.card["history"],
        )
        return _long(ahead)


def _long(ahead: xr.Dataset) -> pd.DataFrame:
    sensors = ahead[SENSOR].to_numpy().astype(str)
    times = [t.isoformat() for t in cubes.local_time(ahead)]
    values = ahead["value"].transpose(SENSOR, TIME, "quantile").to_numpy()
    levels = {
        f"q{level:g}": values[:, :, k].ravel() for k, level in enumerate(ahead["quantile"].values)
    }
    head = {"sensor": np.repeat(sensors, len(times)), "time": times * len(sensors)}
    return pd.DataFrame({**head, **levels})


def example(cube: xr.Dataset) -> pd.DataFrame:
    """Return a few counts of the cube as a champion may be sent them."""
    shown = cubes.trusted(cube).isel({SENSOR: slice(2), TIME: slice(-2, None)})
    frame = shown.to_series().dropna().rename("value").reset_index()
    zone = str(cube.attrs["timezone"])
    local = pd.DatetimeIndex(frame["time"]).tz_localize("UTC").tz_convert(zone)
    text = [t.isoformat() for t in local]
    out = pd.DataFrame({"sensor": frame["sensor"], "time": text, "value": frame["value"]})
    return out.astype({"sensor": "object", "time": "object", "value": "float64"})
