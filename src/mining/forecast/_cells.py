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


def pairs(grid: Grid, days: int) -> tuple[Ints, Ints]:
    """Return training origins and leads: every past day once, leads in rotation.

    Returns
    -------
    origin, lead : ndarray of int
        Origins at the same time of the day as the real one, and days ahead from 0.
    """
    past = np.arange(1, max((grid.origin - grid.season) // grid.slots, 1))
    # Days run through the leads, and the leads drift against the weekdays, whatever the horizon.
    lead = (past * 5 + past // 7) % days
    keep = past > lead
    return grid.origin - past[keep] * grid.slots, lead[keep]


def cells(grid: Grid, origin: Ints, lead: Ints) -> Rows:
    """Return the cells of every sensor for some origins and days ahead."""
    position = origin[:, None] + lead[:, None] * grid.slots + np.arange(grid.slots)
    sensors = len(grid.sensors)
    return Rows(
        sensor=np.repeat(np.arange(sensors), position.size),
        position=np.tile(position.ravel(), sensors),
        origin=np.tile(np.repeat(origin, grid.slots), sensors),
    )
