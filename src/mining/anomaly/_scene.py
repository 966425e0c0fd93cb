"""What an analysis of incidents knows of a cube, prepared once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import week_grid
from mining.anomaly import _levels, _rhythm, _runs, _unlike, _windows
from mining.anomaly._sight import Sight
from mining.calendars import Calendar
from mining.cube import BoolArray
from mining.distances import metres
from mining.language import Language, language_of
from mining.week_grid import Array, Grid, IntArray

#: From this many sensors on there is a "whole territory".
CROWD = 3
#: With fewer days of data than this there is no rhythm to speak of.
LEAST_DAYS = 27
#: Entries of these types, if no longer than this, must not teach what is normal.
_ODD = ("works", "event", "closure", "fault")
_LONGEST_ODD = pd.Timedelta("90D")
#: Neighbours compared when fewer than two others stand in the same place.
_NEAREST = 5
#: Others that a sensor is predicted from, the nearest first, so that cost grows linearly.
_TELLERS = 24
#: Score of a day that is one usual spread further from all others than days are.
_UNLIKE = 0.4


@dataclass(frozen=True)
class Group:
    """Sensors that share unit and arithmetic.

    Attributes
    ----------
    rows : int array
        Their rows in the cube.
    unit : str
        Unit of their values.
    is_count : bool
        Whether they add up.
    counted : array (row, time)
        Trusted values at the times of the cube.
    normal, expected : array (row, time)
        As in :class:`mining.anomaly._rhythm.Rhythm`; NaN with too little data.
    steps : tuple of Run
        Level steps, which part one era from the next.
    rhythm : Rhythm or None
        None with too little data.
    """

    rows: IntArray
    unit: str
    is_count: bool
    counted: Array
    normal: Array
    expected: Array
    steps: tuple[_runs.Run, ...]
    rhythm: _rhythm.Rhythm | None


class Scene:
    """A cube, its clock, its calendar and its rhythms.

    Parameters
    ----------
    cube : Dataset
        A cube.
    calendar : Calendar
        Holidays and journal.
    """

    def __init__(self, cube: xr.Dataset, calendar: Calendar, *, causal: bool = False) -> None:
        self.cube = cube
        self.calendar = calendar
        self.grid: Grid = week_grid.of_cube(cube)
        self.sight = Sight.of(self.grid, causal=causal)
        self.ids = [str(s) for s in cube["sensor"].to_numpy()]
        self.names = [str(n) or i for n, i in zip(cube["name"].to_numpy(), self.ids, strict=True)]
        self.places = [str(p) for p in cube["place"].to_numpy()]
        self.kinds = [cubes.kind_of(str(k)) for k in cube["kind"].to_numpy()]
        self.observed = cubes.observed(cube).to_numpy().astype("float64")
        self.trusted = cubes.trusted(cube).to_numpy().astype("float64")

    @cached_property
    def words(self) -> Language:
        """The language that the cube names."""
        return language_of(self.cube.attrs)

    @cached_property
    def days(self) -> pd.DataFrame:
        """Calendar of the days of the grid, from the first Monday on."""
        return self.calendar.days(self.grid.days)

    @cached_property
    def day_of(self) -> IntArray:
        """Row of `days` for each position of the grid."""
        position = np.arange(self.grid.size)
        week, slot = np.divmod(position, self.grid.slots)
        return np.asarray(7 * week + slot * 7 // self.grid.slots, dtype="int64")

    @cached_property
    def masked(self) -> BoolArray:
        """Cells (sensor, position) that must not teach what is normal."""
        holiday = self.days["is_holiday"].to_numpy()[self.day_of]
        out = np.tile(holiday, (len(self.ids), 1))
        short = tuple(e for e in self.calendar.events if e.end - e.start <= _LONGEST_ODD)
        journal = Calendar(events=short)
        for row, (sensor, place) in enumerate(zip(self.ids, self.places, strict=True)):
            odd = journal.active(self.grid.local, sensors=[sensor], places=[place], types=_ODD)
            out[row] |= self.grid.spread_flags(odd)
        return out

    @cached_property
    def groups(self) -> list[Group]:
        """Groups of sensors that share unit and arithmetic, by unit."""
        units = sorted({(k.unit, k.is_count) for k in self.kinds})
        return [self._group(*unit) for unit in units]

    def _group(self, unit: str, is_count: bool) -> Group:
        same = [k.unit == unit and k.is_count == is_count for k in self.kinds]
        rows = np.flatnonzero(same).astype("int64")
        values = self.trusted[rows]
        enough = len(self.grid.local) * self.grid.step >= pd.Timedelta(days=LEAST_DAYS)
        if not enough or not np.isfinite(values).any():
            nothing = np.full(values.shape, np.nan)
            return Group(rows, unit, is_count, values, nothing, nothing, (), None)
        spread = self.grid.spread(values)
        masked = self.masked[rows]
        steps: list[_runs.Run] = []
        # Whole steps in a day; and a step is dated from both sides.
        if is_count and self.grid.slots % 7 == 0 and not self.sight.causal:
            daily = _levels.movements(spread, masked, self.grid, counts=True)
            steps = _levels.find(daily, self.grid, floor=_levels.FLOOR, crowd=CROWD)
        eras = _levels.eras(steps, len(rows), self.grid)
        masked = masked | _levels.during(steps, len(rows), self.grid)
        rhythm = _rhythm.learn(
            spread,
            masked,
            self.grid,
            counts=is_count,
            near=self._near(rows),
            eras=eras,
            causal=self.sight.causal,
        )
        normal, expected = self.grid.gather(rhythm.normal), self.grid.gather(rhythm.expected)
        return Group(rows, unit, is_count, values, normal, expected, tuple(steps), rhythm)

    def scales(self, group: Group, row: int) -> list[_runs.Scale]:
        """Return what is looked at on one sensor of a group; nothing with too little data."""
        rhythm = group.rhythm
        if rhythm is None:
            return []
        residual, contrast = rhythm.residual[row], rhythm.contrast[row]
        over = _runs.scales(residual, contrast, self.grid, self.sight, odd=group.is_count)
        if len(group.rows) < CROWD and over:
            day = _windows.Window(self.grid.per_day, np.inf, 1.0, 1.0, 0.0)
            # A second opinion: it is not heard where sums say something themselves.
            alone = np.minimum(_UNLIKE * self.unlike(group, row), _windows.LEVELLED)
            over.append(_runs.Scale(day, 0, residual, over[0].sizes, alone))
        return over

    def unlike(self, group: Group, row: int) -> Array:
        """Return how unlike any other the day is that ends with each position."""
        values = self.grid.spread(group.counted[row])
        usual = values if group.rhythm is None else group.rhythm.normal[row]
        if group.is_count:
            values, usual = _rhythm.even(values), _rhythm.even(usual)
        return _unlike.unlike(values, usual, self.grid, self.sight)

    def _near(self, rows: IntArray) -> IntArray:
        """Return the sensors (row, other) that each sensor of a group is predicted from."""
        names = [self.ids[row] for row in rows]
        alphabetical = np.array(sorted(range(len(rows)), key=lambda i: names[i]), dtype="int64")
        out = []
        for index in range(len(rows)):
            far = self._distance(rows, index)[alphabetical]
            order = alphabetical[np.argsort(far, kind="stable")]  # unknown places last
            out.append(order[order != index][:_TELLERS])
        return np.array(out, dtype="int64").reshape(len(rows), -1)

    def neighbours(self, group: Group, index: int) -> IntArray:
        """Return the neighbours of a sensor, as rows of its group.

        The others in its place if there are two or more; failing that the five nearest; failing
        coordinates all others.
        """
        others = np.array([j for j in range(len(group.rows)) if j != index], dtype="int64")
        place = self.places[group.rows[index]]
        if place:
            mates = [j for j in others if self.places[group.rows[j]] == place]
            if len(mates) > 1:
                return np.array(mates, dtype="int64")
        distance = self._distance(group.rows, index)[others]
        if len(others) > _NEAREST and np.isfinite(distance).sum() >= _NEAREST:
            return np.asarray(others[np.argsort(distance, kind="stable")[:_NEAREST]])
        return others

    def _distance(self, rows: IntArray, index: int) -> Array:
        latitude, longitude = (self.cube[n].to_numpy()[rows] for n in ("latitude", "longitude"))
        return np.asarray(metres(latitude, longitude, index)[0])

    def neighbour_ratio(self, group: Group, index: int, first: int, stop: int) -> tuple[float, int]:
        """Return the median ratio of the neighbours to their usual level, and how many they are.

        Parameters
        ----------
        group : Group
            The group.
        index : int
            Row of the sensor in the group.
        first, stop : int
            Half-open range of cube times.
        """
        rows = self.neighbours(group, index)
        values, normal = group.counted[rows, first:stop], group.normal[rows, first:stop]
        known = np.isfinite(values) & np.isfinite(normal)
        seen = np.where(known, values, 0).sum(axis=1)
        usual = np.where(known, normal, 0).sum(axis=1)
        speaking = known.any(axis=1) & (usual >= 5)
        if not group.is_count:
            return float("nan"), int(known.any(axis=1).sum())
        if not speaking.any():
            return float("nan"), 0
        return float(np.median(seen[speaking] / usual[speaking])), int(speaking.sum())

    def holiday(self, first: int, stop: int) -> str:
        """Return the key of the holiday that covers grid positions ``first..stop-1``, or "".

        Half of the steps must be on public holidays, or all but a few within a day of one.
        """
        days = self.day_of[first:stop]
        table = self.days
        flags = table["is_holiday"].to_numpy()[days]
        if not flags.any():
            return ""
        near = (table["days_to_holiday"].to_numpy()[days] <= 1) | (
            table["days_since_holiday"].to_numpy()[days] <= 1
        )
        if flags.mean() < 0.5 and near.mean() < 0.6:
            return ""
        # Of several holidays the one that covers most steps, the first of equals.
        counts = pd.Series(days[flags]).value_counts(sort=False).sort_index()
        return str(table["holiday_key"].iloc[int(counts.index[int(counts.to_numpy().argmax())])])

    def holiday_name(self, key: str) -> str:
        """Return the name of a holiday in the calendar's language."""
        names = self.days.loc[self.days["holiday_key"] == key, "holiday"]
        return str(names.iloc[0]) if len(names) else key


def flags_of(cube: xr.Dataset) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Return the quality and reason of a cube as arrays (sensor, time)."""
    return cube["quality"].to_numpy(), cube["reason"].to_numpy()
