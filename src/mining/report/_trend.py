"""Like-for-like comparison of two weeks, and weekly totals: same sensors on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.report._clock import WEEK, BoolArray, Clock, FloatArray
from mining.report._journal import Entry, hardware_between
from mining.report._weeks import ENOUGH


@dataclass(frozen=True)
class Comparison:
    """Two weeks at the same sensors and the same hours.

    Attributes
    ----------
    reason : str
        Empty, or why no comparison is possible: ``no_week``, ``no_week_53``, ``no_history``,
        ``no_sensor`` or ``too_few``.
    now, before : Timestamp or None
        Mondays compared.
    passages, passages_before, change : float
        Sums over the hours counted in both weeks, and the relative change.
    share : float
        Share of the hours that exist in both weeks that were counted in both.
    sensors, sensors_total : tuple of str, int
        Sensors compared, and how many there are.
    set_aside : tuple of str
        Sensors that counted both weeks, but whose hardware changed in between.
    hardware : tuple of Entry
        Changes of hardware between the two weeks at the sensors compared.
    """

    reason: str
    now: pd.Timestamp | None = None
    before: pd.Timestamp | None = None
    passages: float = np.nan
    passages_before: float = np.nan
    change: float = np.nan
    share: float = np.nan
    sensors: tuple[str, ...] = ()
    sensors_total: int = 0
    set_aside: tuple[str, ...] = ()
    hardware: tuple[Entry, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether there is a change to speak of."""
        return not self.reason


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
    sensors, sensors_total, hardware
        As in :class:`Comparison`.
    """

    mondays: pd.DatetimeIndex
    now: FloatArray
    before: FloatArray
    complete: BoolArray
    sensors: tuple[str, ...]
    sensors_total: int
    hardware: tuple[Entry, ...]

    @property
    def drawable(self) -> bool:
        """Whether there are two weeks to draw a line between."""
        return bool((~np.isnan(self.now)).sum() >= 2)


def compare(
    clock: Clock,
    sensors: Sequence[str],
    before: pd.Timestamp | None,
    *,
    journal: Sequence[Entry] = (),
    places: Sequence[str] = (),
    minimum: int = 1,
) -> Comparison:
    """Compare the last complete week with another one: same sensors, same hours.

    Parameters
    ----------
    clock : Clock
        Counts.
    sensors : sequence of str
        Sensors of the place.
    before : Timestamp or None
        Monday of the other week; None where the calendar has no such week.
    journal, places
        Journal of the territory, and the places it is read for.
    minimum : int
        Below this count in either week nothing is said.

    Notes
    -----
    A sensor is kept if at least 80 % of the hours of both weeks were counted. The passages are
    those of the hours (day of the week, hour of the day) counted in both weeks. Sensors whose
    hardware changed in between are set aside, unless none other is left.
    """
    now = clock.last_monday()
    if now is None or not sensors:
        return Comparison("no_week", sensors_total=len(sensors))
    bare: dict[str, Any] = {"now": now, "before": before, "sensors_total": len(sensors)}
    if before is None:
        return Comparison("no_week_53", **bare)
    if before < clock.start:
        return Comparison("no_history", **bare)
    rows = clock.rows(sensors)
    good = (clock.shares(now)[rows] >= ENOUGH) & (clock.shares(before)[rows] >= ENOUGH)
    if not good.any():
        return Comparison("no_sensor", **bare)
    changed = hardware_between(journal, before, now + WEEK, places=places, sensors=sensors)
    renewed = np.isin(sensors, [name for entry in changed for name in entry.sensors]) & good
    if (good & ~renewed).any():
        good = good & ~renewed
    else:
        renewed = np.zeros_like(good)
    first, second = clock.week(now)[rows[good]], clock.week(before)[rows[good]]
    both = ~np.isnan(first) & ~np.isnan(second)
    there = clock.week_exists(now) & clock.week_exists(before)
    passages, earlier = float(first[both].sum()), float(second[both].sum())
    if min(passages, earlier) < max(minimum, 1):
        return Comparison("too_few", **bare)
    used = tuple(np.array(sensors)[good].tolist())
    return Comparison(
        reason="",
        passages=passages,
        passages_before=earlier,
        change=passages / earlier - 1,
        share=float(both.sum() / max(int(there.sum()) * len(both), 1)),
        sensors=used,
        set_aside=tuple(np.array(sensors)[renewed].tolist()),
        hardware=hardware_between(journal, before, now + WEEK, places=places, sensors=used),
        **bare,
    )


def year_before(monday: pd.Timestamp) -> pd.Timestamp | None:
    """Return the Monday of the same ISO week a year earlier, or None for a week 53 without twin."""
    iso = monday.isocalendar()
    try:
        return pd.Timestamp.fromisocalendar(iso.year - 1, iso.week, 1)
    except ValueError:
        return None


def trend(
    clock: Clock,
    sensors: Sequence[str],
    *,
    journal: Sequence[Entry] = (),
    places: Sequence[str] = (),
    minimum: int = 1,
    weeks: int = 53,
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
    panel = _panel(share_now >= ENOUGH, share_then >= ENOUGH)
    if panel is None:
        return None
    used = tuple(np.array(sensors)[panel].tolist())
    start = earlier[0] if earlier[0] is not None else mondays[0] - 52 * WEEK
    return Trend(
        mondays=mondays,
        now=_totals(clock, list(mondays), rows[panel], minimum),
        before=_totals(clock, earlier, rows[panel], minimum),
        complete=(share_now[:, panel] == 1).all(axis=1),
        sensors=used,
        sensors_total=len(sensors),
        hardware=hardware_between(journal, start, last + WEEK, places=places, sensors=used),
    )


def _panel(now: BoolArray, then: BoolArray) -> BoolArray | None:
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
    clock: Clock, mondays: Sequence[pd.Timestamp | None], rows: npt.NDArray[np.intp], minimum: int
) -> FloatArray:
    out = np.full(len(mondays), np.nan)
    for position, monday in enumerate(mondays):
        if monday is None:
            continue
        if (clock.shares(monday)[rows] < ENOUGH).any():
            continue
        total = float(np.nansum(clock.week(monday)[rows]))
        out[position] = total if total >= minimum else np.nan
    return out
