"""Weekly totals of a year beside the year before: the same sensors in all weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import WEEK, BoolArray, Clock, FloatArray
from mining.report._compare import year_before
from mining.report._door import ENOUGH, Door
from mining.report._journal import Entry, hardware_between


@dataclass(frozen=True)
class Trend:
    """Weekly totals of the last year and of the year before, same sensors in all weeks.

    Attributes
    ----------
    mondays : DatetimeIndex (week,)
        The last 53 weeks at most.
    now, before : ndarray (week,)
        Passages of each week and of the same ISO week a year earlier; NaN where one of the
        sensors counted too few hours.
    complete : ndarray (week,) of bool
        Whether all hours of the week were counted by all sensors.
    hours, hours_before : ndarray (week,)
        Share of the hours of each week, and of the same ISO week a year earlier, that the sensor
        that counted least has counted; NaN outside the data.
    sensors, sensors_total, hardware
        As in :class:`mining.report._compare.Comparison`.
    """

    mondays: pd.DatetimeIndex
    now: FloatArray
    before: FloatArray
    complete: BoolArray
    hours: FloatArray
    hours_before: FloatArray
    sensors: tuple[str, ...]
    sensors_total: int
    hardware: tuple[Entry, ...]

    @property
    def drawable(self) -> bool:
        """Whether there are two weeks to draw a line between."""
        return bool((~np.isnan(self.now)).sum() >= 2)


def trend(
    clock: Clock,
    sensors: Sequence[str],
    *,
    journal: Sequence[Entry] = (),
    places: Sequence[str] = (),
    minimum: int = 1,
    weeks: int = 53,
    door: Door | None = None,
    place: str = "",
) -> Trend | None:
    """Return the weekly totals of the last year beside the year before, or None without a week.

    Notes
    -----
    The same sensors make up every point: those that together give most weeks in which each of
    them counted at least 80 % of the hours, this year and the year before; without a year before,
    this year.
    """
    last = clock.last_monday()
    if last is None or not sensors:
        return None
    mondays = pd.DatetimeIndex([last - k * WEEK for k in range(weeks - 1, -1, -1)])
    mondays = mondays[mondays >= clock.start]
    earlier = [year_before(m) for m in mondays]
    rows = clock.rows(sensors)
    share_now = np.stack([clock.shares(m)[rows] for m in mondays])
    share_then = np.stack(
        [np.zeros(len(rows)) if b is None else clock.shares(b)[rows] for b in earlier]
    )
    panel = panel_of(share_now >= ENOUGH, share_then >= ENOUGH)
    if panel is None:
        return None
    door = door or Door(clock, {place: tuple(sensors)}, minimum)
    used = tuple(np.array(sensors)[panel].tolist())
    start = earlier[0] if earlier[0] is not None else mondays[0] - 52 * WEEK
    return Trend(
        mondays=mondays,
        now=_totals(door, list(mondays), (place, used), minimum),
        before=_totals(door, earlier, (place, used), minimum),
        complete=(share_now[:, panel] == 1).all(axis=1),
        hours=share_now[:, panel].min(axis=1),
        hours_before=np.where(
            [b is not None and b >= clock.start for b in earlier],
            share_then[:, panel].min(axis=1),
            np.nan,
        ),
        sensors=used,
        sensors_total=len(sensors),
        hardware=hardware_between(journal, start, last + WEEK, places=places, sensors=used),
    )


def panel_of(now: BoolArray, then: BoolArray) -> BoolArray | None:
    """Return the sensors (of all: week, sensor) that give most points to draw.

    Sensors are taken from the most regular on, as long as the number of sensors times the number
    of weeks in which all of them counted grows.
    """
    for good in (now & then, now):
        order = np.argsort(-good.sum(axis=0), kind="stable")
        weeks = np.cumprod(good[:, order], axis=1).sum(axis=0)
        points = weeks * np.arange(1, len(order) + 1)
        if weeks[0] >= min(2, len(good)):
            size = int(np.flatnonzero(points == points.max())[-1]) + 1
            panel: BoolArray = np.isin(np.arange(len(order)), order[:size])
            return panel
    return None


def _totals(
    door: Door,
    mondays: Sequence[pd.Timestamp | None],
    panel: tuple[str, tuple[str, ...]],
    minimum: int,
) -> FloatArray:
    """Return the totals of weeks over what totals may hold; `panel`: a place, and its sensors."""
    place, sensors = panel
    rows = door.clock.rows(sensors)
    out = np.full(len(mondays), np.nan)
    for position, monday in enumerate(mondays):
        if monday is None or (door.clock.shares(monday)[rows] < ENOUGH).any():
            continue
        told = door.week(place, monday).hidden.told
        total = float(door.clock.week(monday)[rows][:, told].sum())
        if total >= minimum:
            name = f"week {monday:%Y-%m-%d} {';'.join(sensors)}"
            out[position] = door.total(place, name, total)[0]
    return out
