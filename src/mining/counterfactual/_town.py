"""A territory prepared for questions of impact: who may be compared with whom, and which days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import week_grid
from mining.calendars import Calendar
from mining.cube import BoolArray
from mining.distances import metres
from mining.errors import ConfigError
from mining.week_grid import Array, IntArray

#: Sensors nearer than this to a touched one, in metres, may share in what happens to it.
NEAR = 300.0
#: Fewest controls before nearness is forgiven, and most that are used.
_LEAST_CONTROLS, _MOST_CONTROLS = 3, 30
#: Entries longer than this (faults apart) are a state of the town, not a thing that happened.
_LONGEST = pd.Timedelta("90D")


class Town:
    """A cube, its clock and its journal.

    Parameters
    ----------
    cube : Dataset
        A cube with steps that divide a day.
    calendar : Calendar
        Holidays and journal.

    Raises
    ------
    ConfigError
        If steps do not divide a day.
    """

    def __init__(self, cube: xr.Dataset, calendar: Calendar) -> None:
        self.cube, self.calendar = cube, calendar
        self.step = cubes.step_of(cube)
        if pd.Timedelta("1D") % self.step:
            msg = f"impact: found steps of {self.step}, expected steps that divide a day"
            raise ConfigError(msg)
        self.grid = week_grid.of_cube(cube)
        self.ids = [str(s) for s in cube["sensor"].to_numpy()]
        self.places = [str(p) for p in cube["place"].to_numpy()]
        self.kinds = [str(k) for k in cube["kind"].to_numpy()]
        self.counts = [cubes.kind_of(k).is_count for k in self.kinds]
        self.trusted = cubes.trusted(cube).to_numpy().astype("float64")

    @cached_property
    def on_clock(self) -> Array:
        """Trusted counts on the local clock (sensor, position); two hours of one time add up."""
        out = self.grid.spread(self.trusted)
        again = np.flatnonzero(np.diff(self.grid.position) == 0) + 1
        np.add.at(out.T, self.grid.position[again], np.nan_to_num(self.trusted[:, again]).T)
        return out

    @cached_property
    def monday(self) -> pd.Timestamp:
        """Local midnight of the first position."""
        return self.grid.days[0]

    @cached_property
    def clock(self) -> pd.DatetimeIndex:
        """Local naive time of each position."""
        return pd.date_range(self.monday, periods=self.grid.size, freq=self.step)

    @cached_property
    def covered(self) -> BoolArray:
        """Tell which positions lie within the data."""
        first, last = self.grid.position[0], self.grid.position[-1]
        position = np.arange(self.grid.size)
        return np.asarray((position >= first) & (position <= last))

    @property
    def begin(self) -> pd.Timestamp:
        """Local naive time of the first step of the data."""
        return self.grid.local[0].tz_localize(None)

    @property
    def end(self) -> pd.Timestamp:
        """Local naive time at which the data end."""
        return self.grid.moment(len(self.grid.local)).tz_localize(None)

    def since(self, rows: IntArray) -> pd.Timestamp:
        """Return the local naive time of the first trusted count of any of the sensors."""
        seen = np.flatnonzero(np.isfinite(self.on_clock[rows]).any(axis=0))
        return self.clock[int(seen[0])] if seen.size else pd.Timestamp.max

    @cached_property
    def holiday(self) -> BoolArray:
        """Tell which positions are on a public holiday."""
        days = self.calendar.days(self.grid.days)
        return np.repeat(days["is_holiday"].to_numpy(), self.grid.per_day)

    @cached_property
    def happened(self) -> tuple[BoolArray, BoolArray]:
        """Positions (sensor, position) in an entry of some sensors, and in one of all of them."""
        some = np.zeros(self.on_clock.shape, dtype=bool)
        whole = np.zeros(self.grid.size, dtype=bool)
        for entry in self.calendar.events:
            lasting = entry.end - entry.start > _LONGEST and entry.type != "fault"
            if entry.type == "hardware" or lasting:
                continue
            inside = self.inside(entry.start, entry.end, whole_steps=False)
            if not (entry.sensors or entry.places):
                whole |= inside
                continue
            for row, (sensor, place) in enumerate(zip(self.ids, self.places, strict=True)):
                if entry.concerns([sensor], [place]):
                    some[row] |= inside
        return some, np.broadcast_to(whole, some.shape)

    @cached_property
    def era(self) -> IntArray:
        """Number of changes of hardware so far (sensor, position): others are not comparable."""
        out = np.zeros(self.on_clock.shape, dtype="int64")
        for entry in self.calendar.events:
            if entry.type == "hardware":
                for row, (sensor, place) in enumerate(zip(self.ids, self.places, strict=True)):
                    if entry.concerns([sensor], [place]):
                        out[row] += np.asarray(self.clock >= entry.start)
        return out

    @cached_property
    def shape(self) -> Array:
        """Usual count of each step of the week (sensor, slot), to share a day among its hours."""
        some, whole = self.happened
        calm = np.where(some | whole | self.holiday, np.nan, self.on_clock)
        table = calm.reshape(len(self.ids), self.grid.weeks, self.grid.slots)
        known = np.isfinite(table).sum(axis=1)
        return np.asarray(np.maximum(np.nansum(table, axis=1) / np.maximum(known, 1), 1e-6))

    def inside(
        self, start: pd.Timestamp, end: pd.Timestamp, *, whole_steps: bool = True
    ) -> BoolArray:
        """Tell which positions lie in ``[start, end)``: by their middle, or any part of them."""
        if whole_steps:
            middle = self.clock + self.step / 2
            return np.asarray((middle >= start) & (middle < end), dtype=bool)
        return np.asarray((self.clock + self.step > start) & (self.clock < end), dtype=bool)

    def company(self, touched: IntArray) -> Company:
        """Return who may be compared with the touched sensors, and who stands too near."""
        near = self._near(touched)
        alike = [
            row
            for row in range(len(self.ids))
            if row not in touched and self.kinds[row] == self.kinds[touched[0]]
        ]
        away = [row for row in alike if not near[row]]
        beside = [row for row in alike if near[row]]
        if len(away) < _LEAST_CONTROLS:
            places = {self.places[row] for row in touched} - {""}
            away = [row for row in alike if self.places[row] not in places]
        distance = self._distance(touched)
        away.sort(key=lambda row: (np.nan_to_num(distance[row], nan=np.inf), self.ids[row]))
        chosen = np.array(away[:_MOST_CONTROLS], dtype="int64")
        return Company(chosen, np.array(beside, dtype="int64"))

    def _near(self, touched: IntArray) -> BoolArray:
        places = {self.places[row] for row in touched} - {""}
        same = np.array([place in places for place in self.places])
        return same | (self._distance(touched) < NEAR)

    def _distance(self, touched: IntArray) -> Array:
        """Return metres to the nearest touched sensor (sensor,); NaN without coordinates."""
        latitude, longitude = (self.cube[n].to_numpy() for n in ("latitude", "longitude"))
        return np.asarray(
            np.fmin.reduce(metres(latitude, longitude, touched), axis=0, initial=np.nan)
        )


@dataclass(frozen=True)
class Company:
    """Who stands where for the sensors that an event touches (rows of the cube).

    Attributes
    ----------
    controls : int array
        Untouched sensors of the same kind, the nearest first.
    beside : int array
        Sensors near enough to be touched a little.
    """

    controls: IntArray
    beside: IntArray
