"""The local clock as a table: weeks in rows, steps of the week in columns.

Rhythms live in local time. Every cell of a cube gets a position ``week * slots + slot`` on the
local clock; the hour that the clock jumps over is an empty position, and the two hours that share
a clock time in autumn share a position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.cube import BoolArray

Array = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.int64]
_Any = TypeVar("_Any", bound=np.generic)

_WEEK = pd.Timedelta("7D")


@dataclass(frozen=True)
class Grid:
    """Positions of the times of a cube on the local clock.

    Attributes
    ----------
    local : DatetimeIndex
        Local times of the cube (tz-aware).
    step : Timedelta
        Length of the interval.
    slots : int
        Steps in a week, at least 1.
    weeks : int
        Calendar weeks (from Monday) that the cube touches.
    position : int array (time,)
        Position of each time, not decreasing.
    """

    local: pd.DatetimeIndex
    step: pd.Timedelta
    slots: int
    weeks: int
    position: IntArray

    @property
    def days(self) -> pd.DatetimeIndex:
        """Local midnights (naive) of all days of the grid, from its first Monday on."""
        return pd.date_range(_monday(self.local), periods=7 * self.weeks)

    @property
    def size(self) -> int:
        """Number of positions."""
        return self.weeks * self.slots

    @property
    def per_day(self) -> int:
        """Steps in a day, at least 1."""
        return max(1, self.slots // 7)

    def steps(self, duration: str | pd.Timedelta) -> int:
        """Return a duration in steps, at least 1."""
        return max(1, round(pd.Timedelta(duration) / self.step))

    def spread(self, values: Array) -> Array:
        """Return `values` (..., time) on the grid (..., size); NaN where the cube has no cell."""
        out = np.full((*values.shape[:-1], self.size), np.nan)
        # Backwards, so that the first of two equal clock times stays.
        out[..., self.position[::-1]] = values[..., ::-1]
        return out

    def spread_flags(self, flags: BoolArray) -> BoolArray:
        """Return flags (..., time) on the grid; False where the cube has no cell."""
        out = np.zeros((*flags.shape[:-1], self.size), dtype=bool)
        out[..., self.position[::-1]] = flags[..., ::-1]
        return out

    def gather(self, table: Array) -> Array:
        """Return what stands on the grid (..., size) at the times of the cube (..., time)."""
        return table[..., self.position]

    def span(self, first: int, stop: int) -> tuple[int, int]:
        """Return the half-open range of cube indices for the positions ``first..stop-1``."""
        left = int(np.searchsorted(self.position, first, side="left"))
        return left, int(np.searchsorted(self.position, stop, side="left"))

    def moment(self, index: int) -> pd.Timestamp:
        """Return the local time of a cube index; one past the last is the end of the cube."""
        if index < len(self.local):
            return self.local[index]
        return end_of(self.local[-1], self.step)


def of_cube(cube: xr.Dataset) -> Grid:
    """Return the grid of a cube."""
    local = cubes.local_time(cube)
    step = cubes.step_of(cube)
    naive = local.tz_localize(None)
    since = (naive - _monday(local)).to_numpy("timedelta64[ns]").astype("int64")
    slots = max(1, int(_WEEK / step))
    week, inside = np.divmod(since, _WEEK.value)
    slot = np.minimum(inside // step.value, slots - 1)
    # The clock goes back once a year: the repeated hour must not make positions decrease.
    position = np.maximum.accumulate(week * slots + slot)
    return Grid(local, step, slots, int(week[-1]) + 1, position.astype("int64"))


def _monday(local: pd.DatetimeIndex) -> pd.Timestamp:
    """Return the naive local midnight that begins the first week."""
    first = local[0].tz_localize(None).normalize()
    return first - pd.Timedelta(days=first.weekday())


def end_of(start: pd.Timestamp, step: pd.Timedelta) -> pd.Timestamp:
    """Return the end of the interval that starts at local time `start`; days are local days."""
    if step % pd.Timedelta("1D"):
        return (start.tz_convert("UTC") + step).tz_convert(start.tz)
    naive = start.tz_localize(None) + step
    return naive.tz_localize(start.tz, ambiguous=True, nonexistent="shift_forward")


def around(
    table: Array, half: int, least: int, era: IntArray | None = None, *, past: bool = False
) -> Array:
    """Return the median of the surrounding weeks, the week itself left out.

    Parameters
    ----------
    table : array (week, slot)
        Values, NaN where unknown.
    half : int
        How many weeks on either side.
    least : int
        How many known values make a median; NaN otherwise.
    era : int array (week, slot), optional
        Only weeks of the same era are taken.
    past : bool
        Take twice as many weeks before instead of both sides.

    Returns
    -------
    array (week, slot)
    """
    weeks = range(-2 * half, 0) if past else range(-half, half + 1)
    lags = [k for k in weeks if k]
    stack = np.stack([_shifted(table, lag, np.nan) for lag in lags])
    if era is not None and era.any():
        same = np.stack([_shifted(era, lag, -1) == era for lag in lags])
        stack = np.where(same, stack, np.nan)
    return median(stack, least)


def _shifted(table: npt.NDArray[_Any], lag: int, beyond: float) -> npt.NDArray[_Any]:
    """Return the rows `lag` further on, `beyond` where there are none."""
    out = np.full_like(table, beyond)
    if lag < 0:
        out[-lag:] = table[:lag]
    else:
        out[: max(0, len(table) - lag)] = table[lag:]
    return out


def median(stack: Array, least: int = 1) -> Array:
    """Return the median down the first axis, NaN where fewer than `least` values are known."""
    ordered = np.sort(stack, axis=0)  # NaN last
    known = np.isfinite(stack).sum(axis=0)
    low = np.maximum((known - 1) // 2, 0)[None]
    high = np.maximum(known // 2, 0)[None]
    high = np.minimum(high, stack.shape[0] - 1)
    middle = (np.take_along_axis(ordered, low, 0) + np.take_along_axis(ordered, high, 0))[0] / 2
    return np.where(known >= max(1, least), middle, np.nan)


def without_self(stack: Array) -> tuple[Array, IntArray]:
    """Return, for every row, the median of the *other* rows, and how many of them are known.

    One sort serves all rows, so that the cost grows linearly with their number.

    Parameters
    ----------
    stack : array (row, cell)

    Returns
    -------
    median : array (row, cell)
        NaN where no other row is known.
    others : int array (row, cell)
    """
    order = np.argsort(stack, axis=0, kind="stable")  # NaN last
    ordered = np.take_along_axis(stack, order, 0)
    rank = np.argsort(order, axis=0, kind="stable")
    known = np.isfinite(stack)
    others = known.sum(axis=0)[None] - known

    def pick(index: IntArray) -> Array:
        index = np.clip(index, 0, None)
        shifted = np.where(known & (index >= rank), index + 1, index)
        clipped = np.minimum(shifted, stack.shape[0] - 1)
        return np.take_along_axis(ordered, clipped, 0)

    middle = (pick((others - 1) // 2) + pick(others // 2)) / 2
    return np.where(others > 0, middle, np.nan), others.astype("int64")
