"""Which cells the boosting model is trained on, and which past day each day resembles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.forecast._grid import Grid, Ints

#: Days around a holiday that have last year's same day as their analogue.
NEAR = 8


@dataclass(frozen=True)
class Rows:
    """Cells to describe: three integer arrays of one length.

    Attributes
    ----------
    sensor, position, origin : ndarray of int
        Index of the sensor, position to forecast, first unknown position.
    """

    sensor: Ints
    position: Ints
    origin: Ints

    def take(self, some: Ints) -> Rows:
        """Return some of the cells, by their number."""
        return Rows(self.sensor[some], self.position[some], self.origin[some])


def rows_ahead(grid: Grid, offsets: Ints) -> Rows:
    """Return the cells of every sensor at positions counted from the origin, in that order."""
    sensors = len(grid.sensors)
    return Rows(
        np.repeat(np.arange(sensors), len(offsets)),
        np.tile(grid.origin + offsets, sensors),
        np.full(sensors * len(offsets), grid.origin),
    )


def analogue_days(days: pd.DataFrame) -> Ints:
    """Return, for each day near a holiday, the row of last year's same day; -1 elsewhere.

    Parameters
    ----------
    days : DataFrame
        Consecutive days of :meth:`mining.calendars.Calendar.days`.

    Notes
    -----
    "The same day" has the same distance to the same holiday: Easter Saturday stays Easter
    Saturday, 24 December stays the day before Christmas.
    """
    keys = days["holiday_key"].to_numpy().astype(str)
    known: dict[str, list[int]] = {}
    for row, key in enumerate(keys.tolist()):
        if key:
            known.setdefault(key, []).append(row)
    out = np.full(len(days), -1, dtype="int64")
    since = days["days_since_holiday"].to_numpy().astype("int64")
    until = days["days_to_holiday"].to_numpy().astype("int64")
    nearest = np.where(since <= until, since, -until)
    for row, distance in enumerate(nearest.tolist()):
        holiday = row - distance
        if abs(distance) > NEAR or not 0 <= holiday < len(days):
            continue
        for other in known.get(keys[holiday], []):
            if 330 <= holiday - other <= 400:
                out[row] = other + distance
    return out


@dataclass(frozen=True)
class PastDays:
    """Days of the past, each forecast once, from an origin some days before it.

    A day is the run of slots that starts at the time of day of the real origin.

    Attributes
    ----------
    back, lead : ndarray of int, shape (day,)
        How many days before the real origin each starts, in time order, and how many days ahead
        of its own origin.
    origin, slots : int
        Of the grid.
    """

    back: Ints
    lead: Ints
    origin: int
    slots: int

    @property
    def positions(self) -> Ints:
        """Return the grid positions of the days, shape (day, slot)."""
        return (self.origin - self.back * self.slots)[:, None] + np.arange(self.slots)

    def some(self, which: Ints) -> PastDays:
        """Return some of the days."""
        return PastDays(self.back[which], self.lead[which], self.origin, self.slots)

    def rows(self, cells: Ints, sensors: int) -> Rows:
        """Return cells by their index in the flattened array (sensor, day, slot)."""
        shape = (sensors, len(self.back), self.slots)
        sensor, day, slot = np.unravel_index(cells, shape)
        position = self.origin - self.back[day] * self.slots + slot
        origin = self.origin - (self.back[day] + self.lead[day]) * self.slots
        return Rows(np.asarray(sensor), np.asarray(position), np.asarray(origin))

    def all_rows(self, sensors: int) -> Rows:
        """Return every cell of the days, in the order of the array (sensor, day, slot)."""
        return self.rows(np.arange(sensors * len(self.back) * self.slots), sensors)


def past_days(grid: Grid, days: int) -> PastDays:
    """Return every past day that has a week of history before its origin, leads in rotation.

    Parameters
    ----------
    grid : Grid
        What is known.
    days : int
        Leads run from 0 to `days` - 1.
    """
    back = np.arange((grid.origin - grid.season) // grid.slots, 0, -1)
    # Leads drift against the weekdays, whatever the horizon: each meets all of them.
    lead = (back * 5 + back // 7 + back // (7 * days)) % days
    keep = grid.origin - (back + lead) * grid.slots >= grid.season
    return PastDays(back[keep], lead[keep], grid.origin, grid.slots)


def whole_weeks(past: PastDays, weeks: int) -> PastDays:
    """Return the days of some whole weeks, spread evenly; every day where that is all there are."""
    week = (past.back - 1) // 7
    held = np.unique(week)
    if len(held) <= weeks:
        return past
    chosen = held[np.linspace(0, len(held) - 1, weeks).round().astype("int64")]
    return past.some(np.flatnonzero(np.isin(week, chosen)))
