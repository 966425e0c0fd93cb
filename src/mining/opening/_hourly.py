"""Passages of places by clock hour, from a forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import ConfigError, ModelError
from mining.opening._doors import DAY, Door

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Passages:
    """The passages of places that a forecast tells.

    Attributes
    ----------
    places : list of str
        Places, sorted.
    paths : ndarray, shape (place, step, scenario)
        Passages in each scenario; a single one, the medians, where the forecast has none.
    joint : bool
        Whether these are scenarios, from which an interval can be told.
    local : DatetimeIndex
        Local start of each step.
    minutes : int
        Length of a step.
    first : ndarray of int
        First step of each clock hour. An hour that the horizon cuts at its ends, or that autumn
        tells twice, is an hour of its own.
    """

    places: list[str]
    paths: Floats
    joint: bool
    local: pd.DatetimeIndex
    minutes: int
    first: npt.NDArray[np.int64]

    @property
    def hours(self) -> pd.DatetimeIndex:
        """Return the local start of each clock hour."""
        return self.local[self.first].floor("h")

    def of(self, place: str, share: Floats | None = None) -> Floats:
        """Return the passages of a place, or a share of those of each step, by hour and scenario.

        Raises
        ------
        ConfigError
            If the place has no forecast.
        """
        if place not in self.places:
            known = ", ".join(self.places) or "none"
            msg = f"opening hours: no forecast of passages at {place!r}, expected one of {known}"
            raise ConfigError(msg)
        paths = self.paths[self.places.index(place)]
        counted = paths if share is None else paths * share[:, None]
        return np.asarray(np.add.reduceat(counted, self.first, axis=0))

    def closed(self, door: Door, holidays: Collection[dt.date]) -> Floats:
        """Return the share of each step in which a door is closed."""
        start = self.local.day_of_week * DAY + self.local.hour * 60 + self.local.minute
        share = 1.0 - door.share(start.to_numpy(dtype="int64"), self.minutes)
        share[on(self.local, holidays)] = 1.0
        return share


def passages(ahead: xr.Dataset) -> Passages:
    """Return the passages of the places of a forecast.

    Only sensors that count are added. Without scenarios the medians are added; they tell no
    interval, and a sum of medians lies a little below what is to be expected.

    Raises
    ------
    ModelError
        If steps are longer than an hour: they tell nothing of opening hours.
    """
    length = cubes.step_of(ahead)
    if length > pd.Timedelta("1h"):
        msg = f"this forecast has steps of {length}: opening hours need an hour or less"
        raise ModelError(msg)
    joint = "path" in ahead
    cells = ahead["path"] if joint else ahead["value"].sel(quantile=[0.5])
    values = cells.transpose("sensor", "time", ...).to_numpy()
    kinds = ahead["kind"].to_numpy().astype(str)
    count = np.array([cubes.kind_of(kind).is_count for kind in kinds], dtype=bool)
    of = ahead["place"].to_numpy().astype(str)
    places = sorted(set(of[count]) - {""})
    paths = [values[(of == name) & count].sum(axis=0) for name in places]
    times = pd.DatetimeIndex(ahead.indexes[cubes.TIME])
    local = times.tz_localize("UTC").tz_convert(str(ahead.attrs["timezone"])).tz_localize(None)
    start = times - (local - local.floor("h"))
    _, first = np.unique(start.to_numpy(), return_index=True)
    return Passages(
        places,
        np.stack(paths) if paths else np.zeros((0, *values.shape[1:])),
        joint,
        local,
        int(length / pd.Timedelta("1min")),
        first.astype("int64"),
    )


def on(local: pd.DatetimeIndex, days: Collection[dt.date]) -> npt.NDArray[np.bool_]:
    """Return which local times lie on one of some days."""
    return np.asarray(local.normalize().isin(pd.DatetimeIndex(sorted(days))))
