"""Local clock grid: the cube's values laid out by local day and slot, whatever the clock does.

Position ``p`` is ``day * slots + slot``: a day always has the same number of positions, so that
"the same hour last week" is a plain shift. The hour that does not exist in spring is NaN; the two
equal hours of autumn share one position, which holds their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.cube import future_times
from mining.errors import ConfigError, NotEnoughDataError

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

DAY = pd.Timedelta("1D")


@dataclass(frozen=True)
class Grid:
    """What a model knows at its origin, by local clock.

    Attributes
    ----------
    known : ndarray, shape (sensor, origin)
        Trusted values by position; NaN where nothing trustworthy is known.
    origin : int
        First position to forecast.
    slots : int
        Positions of one day.
    first_day : Timestamp
        Local midnight of position 0, naive.
    sensors : tuple of str
        Sensor ids, in the order of the cube.
    is_count : ndarray of bool, shape (sensor,)
        Whether the sensor counts (then scales and bounds differ from those of levels).
    last, step, timezone
        Last UTC time of the cube, its step and its zone: what future positions are made from.
    places : tuple of str
        Place of each sensor, where they are known.
    """

    known: Floats
    origin: int
    slots: int
    first_day: pd.Timestamp
    sensors: tuple[str, ...]
    is_count: npt.NDArray[np.bool_]
    last: pd.Timestamp
    step: pd.Timedelta
    timezone: str
    places: tuple[str, ...] = ()

    @property
    def season(self) -> int:
        """Return the positions of one week."""
        return 7 * self.slots

    def days(self, count: int) -> pd.DatetimeIndex:
        """Return the first `count` local midnights of the grid, naive."""
        return pd.date_range(self.first_day, periods=count, freq="D").as_unit("ns")

    def offsets(self, steps: int) -> Ints:
        """Return the positions of the next `steps` steps, counted from the origin."""
        times = future_times(self.last, steps, self.step, self.timezone)
        return _positions(times, self.first_day, self.step, self.timezone) - self.origin

    def moment(self) -> pd.Timestamp:
        """Return the local time of the origin, naive: what is known is known before it."""
        return self.first_day + self.origin * (DAY / self.slots)


def slots_per_day(step: pd.Timedelta) -> int:
    """Return how many steps a day has, or raise when the step does not divide it."""
    if step > DAY or DAY % step:
        msg = f"a step of {step} cannot be forecast: expected a day or an even part of one"
        raise NotEnoughDataError(msg)
    return int(DAY // step)


def steps_within(last: pd.Timestamp, horizon: pd.Timedelta, cube: xr.Dataset) -> int:
    """Return how many steps after `last` fit in a horizon of local calendar time."""
    timezone, step = cube.attrs["timezone"], cubes.step_of(cube)
    count = max(int(np.ceil(horizon / step)) + int(np.ceil(pd.Timedelta("2h") / step)), 1)
    times = future_times(last, count + 1, step, timezone)
    start = times[0].tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    steps = int((times < cubes.to_utc(start + horizon, timezone)).sum())
    if not steps:
        msg = f"horizon: found {horizon}, expected at least one step of the data, {step}"
        raise ConfigError(msg)
    return steps


def of_cube(cube: xr.Dataset) -> Grid:
    """Lay the trusted values of a cube out by local clock."""
    step = cubes.step_of(cube)
    slots = slots_per_day(step)
    timezone = str(cube.attrs["timezone"])
    times = pd.DatetimeIndex(cube.indexes[cubes.TIME]).as_unit("ns")
    local = times[:1].tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    first_day = local[0].normalize()
    following = future_times(times[-1], 1, step, timezone)
    where = _positions(pd.DatetimeIndex(times.append(following)), first_day, step, timezone)
    origin = int(where[-1])
    known = cubes.trusted(cube).to_numpy().astype("float64")
    kinds = [cubes.kind_of(str(k)) for k in cube["kind"].to_numpy()]
    return Grid(
        known=_laid_out(known, where[:-1], origin),
        origin=origin,
        slots=slots,
        first_day=first_day,
        sensors=tuple(str(s) for s in cube[cubes.SENSOR].to_numpy()),
        is_count=np.array([k.is_count for k in kinds], dtype=bool),
        last=times[-1],
        step=step,
        timezone=timezone,
        places=tuple(str(p) for p in cube["place"].to_numpy()) if "place" in cube.coords else (),
    )


def _laid_out(known: Floats, where: Ints, origin: int) -> Floats:
    """Put the columns of `known` at their positions; equal positions get the mean."""
    out = np.full((known.shape[0], max(origin, int(where.max()) + 1)), np.nan)
    out[:, where] = known
    unique, count = np.unique(where, return_counts=True)
    for position in unique[count > 1]:
        pair = known[:, where == position]
        seen = np.isfinite(pair)
        total = np.where(seen, pair, 0.0).sum(axis=1)
        out[:, position] = np.where(
            seen.any(axis=1), total / np.maximum(seen.sum(axis=1), 1), np.nan
        )
    # An origin inside the repeated hour of autumn forgets its first half: it is still to come.
    return out[:, :origin]


def _positions(
    times: pd.DatetimeIndex, first_day: pd.Timestamp, step: pd.Timedelta, timezone: str
) -> Ints:
    local = times.tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    days = (local.normalize() - first_day) // DAY
    slots = (local - local.normalize()) // min(step, DAY)
    return np.asarray(days * slots_per_day(step) + slots, dtype="int64")


def recent_weeks(values: Floats, origin: int, weeks: int, season: int) -> Floats:
    """Return the last `weeks` weeks before `origin`, newest first.

    Returns
    -------
    ndarray, shape (sensor, weeks, season)
        Column ``q`` is aligned with the future positions ``origin + q``, ``origin + q + season``
        and so on; NaN before the start of the data.
    """
    length = weeks * season
    start = max(origin - length, 0)
    block = np.full((values.shape[0], length), np.nan)
    block[:, length - (origin - start) :] = values[:, start:origin]
    return block.reshape(values.shape[0], weeks, season)[:, ::-1]
