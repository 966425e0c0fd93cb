"""Trusted counts laid out by local day and clock hour: what weeks are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
DAY = pd.Timedelta(days=1)
WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Clock:
    """Trusted counts of sensors by local day and hour of the clock.

    Attributes
    ----------
    ids : tuple of str
        Sensors, in the order of the cube.
    days : DatetimeIndex
        Local days (naive midnights), all of them from the first to the last.
    counts : ndarray (sensor, day, slot)
        Sum of the trusted values of each slot: NaN unless every interval of it was trusted.
        A slot is an hour, or the whole day where the cube counts by day.
    exists : ndarray (day, slot) of bool
        Whether the cube covers this hour of the clock: false for the hour that spring jumps over
        and outside the data. The hour that autumn repeats holds both.
    today : Timestamp
        Local naive end of the last interval.
    timezone : str
        Time zone of the days.
    """

    ids: tuple[str, ...]
    days: pd.DatetimeIndex
    counts: FloatArray
    exists: BoolArray
    today: pd.Timestamp
    timezone: str

    @property
    def hourly(self) -> bool:
        """Whether hours of the day are known."""
        return int(self.counts.shape[2]) == 24

    def rows(self, sensors: Sequence[str]) -> npt.NDArray[np.intp]:
        """Return the positions of sensors."""
        return np.array([self.ids.index(s) for s in sensors], dtype=np.intp)

    def has_week(self, monday: pd.Timestamp) -> bool:
        """Say whether the week lies wholly within the data."""
        return bool(monday >= self.start) and bool(monday + WEEK <= self.end)

    @property
    def end(self) -> pd.Timestamp:
        """Midnight after the last whole day."""
        return self.today.normalize()

    @property
    def start(self) -> pd.Timestamp:
        """Midnight of the first whole day."""
        first = self.days[0]
        return first if self.exists[0, 0] else first + pd.Timedelta(days=1)

    def last_monday(self) -> pd.Timestamp | None:
        """Return the Monday of the last complete ISO week, or None if there is none."""
        end = self.end
        monday = end - pd.Timedelta(days=int(end.day_of_week)) - WEEK
        return monday if monday >= self.start else None

    def week(self, monday: pd.Timestamp) -> FloatArray:
        """Return the counts (sensor, 7, slot) of a week, NaN outside the data."""
        return self._take(self.counts, monday, np.nan)

    def week_exists(self, monday: pd.Timestamp) -> BoolArray:
        """Return which hours (7, slot) of a week exist; all of them for a week outside the data."""
        first = (monday - self.days[0]).days
        if first < 0 or first + 7 > len(self.days):
            return np.ones((7, self.exists.shape[1]), dtype=bool)
        return self.exists[first : first + 7]

    def shares(self, monday: pd.Timestamp) -> FloatArray:
        """Return the share of hours trusted in a week, by sensor."""
        there = self.week_exists(monday)
        trusted = ~np.isnan(self.week(monday)) & there
        share: FloatArray = trusted.sum(axis=(1, 2)) / max(int(there.sum()), 1)
        return share

    def _take(self, array: FloatArray, monday: pd.Timestamp, fill: float) -> FloatArray:
        first = (monday - self.days[0]).days
        out = np.full((array.shape[0], 7, array.shape[2]), fill)
        low, high = max(first, 0), min(first + 7, array.shape[1])
        if low < high:
            out[:, low - first : high - first] = array[:, low:high]
        return out


def clock(cube: xr.Dataset) -> Clock:
    """Lay out a cube by local day and clock hour.

    Parameters
    ----------
    cube : Dataset
        Trusted cube; sensors that do not count passages are left out by the caller.
    """
    local = cubes.local_time(cube)
    step = cubes.step_of(cube)
    naive = local.tz_localize(None)
    # A day is a step of the calendar, whatever its length.
    by_day = step >= pd.Timedelta("1D")
    last = naive[-1] + step if by_day else (local[-1] + step).tz_localize(None)
    days = pd.date_range(naive[0].normalize(), naive[-1].normalize(), freq="1D").as_unit("ns")
    slots = 24 if step <= pd.Timedelta("1h") else 1
    position = (naive.normalize() - days[0]).days.to_numpy() * slots
    if slots == 24:
        position = position + naive.hour.to_numpy()
    size = len(days) * slots
    expected = np.bincount(position, minlength=size)
    values = cubes.trusted(cube).transpose("sensor", "time").to_numpy().astype("float64")
    counts = np.full((values.shape[0], size), np.nan)
    for row, series in enumerate(values):
        good = ~np.isnan(series)
        total = np.bincount(position[good], weights=series[good], minlength=size)
        whole = (np.bincount(position[good], minlength=size) == expected) & (expected > 0)
        counts[row, whole] = total[whole]
    shape = (len(days), slots)
    return Clock(
        ids=tuple(str(s) for s in cube["sensor"].to_numpy()),
        days=days,
        counts=counts.reshape(-1, *shape),
        exists=(expected > 0).reshape(shape),
        today=pd.Timestamp(last),
        timezone=str(cube.attrs["timezone"]),
    )
