"""From a cube to weeks: an array ``(sensor, week, slot)`` of trusted local hours (or days)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import CubeError, NotEnoughDataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

HOUR = pd.Timedelta("1h")
DAY = pd.Timedelta("1D")


@dataclass(frozen=True)
class Weeks:
    """Values folded by local week.

    Attributes
    ----------
    values : ndarray (sensor, week, slot)
        Trusted values, NaN where masked or not counted.
    mondays : DatetimeIndex (week)
        Local naive midnight that starts each week.
    hour : ndarray (slot)
        Hour of the week at which the slot starts, 0 being Monday 0:00 local time:
        0, 1, ... 167, or 0, 24, ... 144 where the cube has one value a day.
    """

    values: FloatArray
    mondays: pd.DatetimeIndex
    hour: IntArray

    def window(self, weeks: int, back: int = 0) -> FloatArray | None:
        """Return `weeks` weeks that end `back` windows before the last; None where too short."""
        last = self.values.shape[1] - back * weeks
        first = max(last - weeks, 0)
        if last <= 0 or (back and last < weeks):
            return None
        return self.values[:, first:last]


def fold(cube: xr.Dataset, hidden: npt.NDArray[np.bool_] | None = None) -> Weeks:
    """Fold the trusted cells of a cube by local week.

    Parameters
    ----------
    cube : Dataset
        A cube with a step that divides one hour, of one hour, or of one day.
    hidden : ndarray of bool (sensor, time), optional
        Cells to leave out although they are trusted (holidays, incidents).

    Returns
    -------
    Weeks
        Steps shorter than an hour are aggregated as their kind asks, and only where the whole
        hour is trusted. Of the hour that happens twice in autumn the mean is kept.

    Raises
    ------
    CubeError
        If the step can be brought neither to an hour nor to a day.
    NotEnoughDataError
        If no cell is left.
    """
    values = cubes.trusted(cube).to_numpy().astype("float64")
    if hidden is not None:
        values = np.where(hidden, np.nan, values)
    if not np.isfinite(values).any():
        raise NotEnoughDataError("no trusted measure outside holidays and incidents: no rhythm")
    local = cubes.local_time(cube)
    step = cubes.step_of(cube)
    if step == DAY:
        return _by_week(values, local.tz_localize(None), slots=7)
    if step > HOUR or HOUR % step:
        msg = f"a rhythm needs a step of one hour, a part of it, or one day; found {step}"
        raise CubeError(msg)
    if step < HOUR:
        values, local = _to_hours(values, local, step, _aggregates(cube))
    return _by_week(values, local.tz_localize(None), slots=168)


def median(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the median over weeks, NaN left out, and how many weeks it rests on.

    Parameters
    ----------
    values : ndarray (sensor, week, slot)

    Returns
    -------
    median : ndarray (sensor, slot)
        NaN where no week counts.
    count : ndarray of int (sensor, slot)

    Notes
    -----
    One sort, because `numpy.nanmedian` is some fifty times slower on short axes.
    """
    ordered = np.sort(values, axis=1)  # NaN last
    count = np.isfinite(values).sum(axis=1)
    low = np.maximum((count - 1) // 2, 0)[:, None]
    high = np.minimum(count // 2, values.shape[1] - 1)[:, None]
    pair = [np.take_along_axis(ordered, at, axis=1)[:, 0] for at in (low, high)]
    return (pair[0] + pair[1]) / 2, count


def _by_week(values: FloatArray, clock: pd.DatetimeIndex, slots: int) -> Weeks:
    days = clock.normalize()
    monday = days - pd.to_timedelta(clock.day_of_week, unit="D")
    week = np.asarray((monday - monday[0]) // (7 * DAY), dtype=np.intp)
    slot = np.asarray(clock.day_of_week, dtype=np.intp)
    if slots == 168:
        slot = slot * 24 + np.asarray(clock.hour, dtype=np.intp)
    cell = week * slots + slot
    again = np.asarray(pd.Index(cell).duplicated())
    number = int(week[-1]) + 1
    out = np.full((len(values), number * slots), np.nan)
    out[:, cell[~again]] = values[:, ~again]
    # The hour that the clock repeats in autumn: the mean of both, or the one that counted.
    one, two = out[:, cell[again]], values[:, again]
    both = np.where(np.isnan(two), one, (one + two) / 2)
    out[:, cell[again]] = np.where(np.isnan(one), two, both)
    mondays = pd.DatetimeIndex([monday[0] + pd.Timedelta(days=7 * i) for i in range(number)])
    hour = np.arange(slots, dtype=np.intp) * (168 // slots)
    return Weeks(out.reshape(len(values), number, slots), mondays, hour)


def _to_hours(
    values: FloatArray, local: pd.DatetimeIndex, step: pd.Timedelta, how: list[str]
) -> tuple[FloatArray, pd.DatetimeIndex]:
    inside = pd.to_timedelta(local.minute * 60 + local.second, unit="s")
    start = local.tz_convert("UTC") - inside  # two equal clock hours stay apart
    hour = np.asarray((start - start[0]) // HOUR, dtype=np.intp)
    place = np.asarray(inside // step, dtype=np.intp)
    grid = np.full((len(values), int(hour[-1]) + 1, int(HOUR / step)), np.nan)
    grid[:, hour, place] = values
    out = np.stack([_aggregate(row, name) for row, name in zip(grid, how, strict=True)])
    hours = start[0] + pd.to_timedelta(np.arange(grid.shape[1]), unit="h")
    return out, hours.tz_convert(local.tz)


def _aggregate(parts: FloatArray, how: str) -> FloatArray:
    if how == "sum":
        out: Any = parts.sum(axis=-1)
    elif how == "energy":
        out = 10 * np.log10(np.mean(10 ** (parts / 10), axis=-1))
    elif how == "last":
        out = parts[..., -1]
    else:
        out = parts.mean(axis=-1)
    return np.asarray(out, dtype="float64")


def _aggregates(cube: xr.Dataset) -> list[str]:
    return [str(cubes.kind_of(str(kind)).aggregate) for kind in cube["kind"].to_numpy()]
