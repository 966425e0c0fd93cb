"""What is known of an incident that statistics found, gathered before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mining.anomaly import _shape
from mining.anomaly import _texts as texts
from mining.anomaly._incident import bystanders, level_of, moments, sums_of_all
from mining.anomaly._journal import covering
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene
from mining.calendars import Event
from mining.week_grid import Array


@dataclass(frozen=True)
class Evidence:
    """What is known of one incident that statistics found.

    Attributes
    ----------
    sign : int
        +1 above the expected, -1 below.
    scale : int
        Steps of the window that found it; 0 for a level step.
    start, end : Timestamp
        Local.
    observed, expected : float
        Sums of counts, means of levels.
    is_count : bool
        Whether the sensor counts.
    cells : int
        Measured cells.
    zeros, spare_zeros : float
        Share of measured cells that are 0, and how much of it thinner counts would not have.
    same : float
        Share of measured cells equal to their predecessor.
    rough : float
        Noise of the counts over that of a Poisson variable; NaN if unknown.
    likeness : float
        Correlation with the expected shape; NaN if unknown.
    shift, gain : int, float
        Hours by which the counter seems late, and how much better that explains the counts.
    after, decline : float
        Level after over level before, and slope inside (log), both freed of the neighbours'
        movement; NaN if unknown.
    peak : float
        Highest value that is normal for the sensor within a week.
    neighbours : float
        Median ratio of the neighbours to their usual level; NaN if there is none.
    others, together : int
        How many neighbours that is, and how many sensors the incident has.
    odd : bool
        Whether the pattern of hours stood out, and not the sum.
    whole : bool
        Whether the whole territory moved.
    entry : Event or None
        Journal entry that covers it.
    holiday : str
        Name of the holiday that covers it, as a text; "" if none.
    near_holiday : bool
        Whether it touches the three days around a holiday.
    """

    sign: int
    scale: int
    start: pd.Timestamp
    end: pd.Timestamp
    observed: float
    expected: float
    is_count: bool
    cells: int = 0
    zeros: float = 0.0
    spare_zeros: float = 0.0
    same: float = 0.0
    rough: float = float("nan")
    likeness: float = float("nan")
    shift: int = 0
    gain: float = 1.0
    after: float = float("nan")
    decline: float = float("nan")
    peak: float = 0.0
    neighbours: float = float("nan")
    others: int = 0
    together: int = 1
    odd: bool = False
    whole: bool = False
    entry: Event | None = None
    holiday: str = ""
    near_holiday: bool = False

    @property
    def ratio(self) -> float:
        """What was observed over what was expected; infinite where nothing was."""
        return self.observed / self.expected if self.expected > 0 else float("inf")

    @property
    def length(self) -> pd.Timedelta:
        """How long it lasted."""
        return self.end - self.start


def gather(scene: Scene, group: Group, runs: list[Run]) -> Evidence:
    """Return the evidence on the runs of one incident, the strongest first."""
    lead = runs[0]
    cells = span_of(scene, runs)
    start, end = moments(scene, *cells)
    rows = () if lead.row < 0 else tuple(r.row for r in runs)
    key = scene.holiday(lead.first, lead.stop)
    observed, expected = sums_of_all(scene, group, runs)
    known: dict[str, Any] = {
        "sign": lead.sign,
        "scale": lead.scale,
        "start": start,
        "end": end,
        "observed": observed,
        "expected": expected,
        "odd": lead.odd,
        "is_count": group.is_count,
        "entry": _entry(scene, group, rows, (start, end), lead.sign),
        "holiday": texts.holiday(key, scene.holiday_name(key), scene.words) if key else "",
        "near_holiday": _near_holiday(scene, lead),
    }
    if not rows:
        counted = np.isfinite(group.counted[:, cells[0] : cells[1]]).any(axis=1)
        return Evidence(**known, whole=True, others=int(counted.sum()))
    ratio, others = level_of(group, bystanders(scene, group, rows), *cells)
    return Evidence(
        **known,
        **_of_values(scene, group, lead),
        **_of_weeks(scene, group, lead, rows),
        neighbours=ratio,
        others=others,
        together=len(rows),
    )


def span_of(scene: Scene, runs: list[Run]) -> tuple[int, int]:
    """Return the half-open range of cube times that the runs of one incident cover."""
    spans = [scene.grid.span(r.first, r.stop) for r in runs]
    return min(a for a, _ in spans), max(b for _, b in spans)


def _entry(
    scene: Scene,
    group: Group,
    rows: tuple[int, ...],
    moments: tuple[pd.Timestamp, pd.Timestamp],
    sign: int,
) -> Event | None:
    start, end = (m.tz_localize(None) for m in moments)
    if rows:
        where = [group.rows[r] for r in rows]
        sensors, places = [scene.ids[r] for r in where], [scene.places[r] for r in where]
        entries = scene.calendar.entries(sensors=sensors, places=[p for p in places if p])
    else:
        entries = tuple(e for e in scene.calendar.events if not (e.sensors or e.places))
    return covering(entries, start, end, sign)


def _near_holiday(scene: Scene, run: Run) -> bool:
    days = scene.day_of[run.first : run.stop]
    table = scene.days[["days_to_holiday", "days_since_holiday"]].to_numpy()[days]
    return bool((table <= 3).any())


def _of_values(scene: Scene, group: Group, run: Run) -> dict[str, Any]:
    """Return what the values of the leading sensor say by themselves and against the expected."""
    first, stop = scene.grid.span(run.first, run.stop)
    values, expected = (x[run.row, first:stop] for x in (group.counted, group.expected))
    measured = values[np.isfinite(values)]
    week = 7 * scene.grid.per_day
    usual = group.normal[run.row, max(0, first - week) : stop + week]
    out: dict[str, Any] = {
        "cells": len(measured),
        "zeros": float((measured == 0).mean()) if len(measured) else 0.0,
        "same": float((np.diff(measured) == 0).mean()) if len(measured) > 1 else 0.0,
        "peak": float(np.nanmax(usual, initial=0.0)),
    }
    if group.is_count:
        hours, gain = _clock(scene, group, run.row, first, stop)
        out |= {
            "rough": _shape.roughness(values),
            "likeness": _shape.likeness(values, expected),
            "spare_zeros": _shape.spare_zeros(values, expected),
            "shift": hours,
            "gain": gain,
        }
    return out


def _clock(scene: Scene, group: Group, row: int, first: int, stop: int) -> tuple[int, float]:
    """Return the shift of a run; one shorter than a day is seen with the half days around it."""
    hour = pd.Timedelta("1h")
    per_hour = int(hour / scene.grid.step) if scene.grid.step <= hour else 0
    around = 12 * per_hour if stop - first < scene.grid.per_day else 0
    later = 0 if scene.sight.causal else around
    low, high = max(0, first - around), min(group.counted.shape[1], stop + later)
    return _shape.shift(group.counted[row, low:high], group.expected[row, low:high], per_hour)


def _of_weeks(scene: Scene, group: Group, run: Run, rows: tuple[int, ...]) -> dict[str, Any]:
    """Return how the level moved across a run of days, freed of the neighbours' movement."""
    first, stop = scene.grid.span(run.first, run.stop)
    week = 7 * scene.grid.per_day
    if not group.is_count or stop - first < 4 * scene.grid.per_day:
        return {}
    decline = _shape.decline(_daily(group, run.row, first, stop, scene))
    if scene.sight.causal:
        return {"decline": decline}
    near = bystanders(scene, group, rows)
    block = np.concatenate([[run.row], near]).astype("int64")
    change = _shape.since_before(group.counted[block], first, stop, week)
    others = change[1:][np.isfinite(change[1:])]
    after = float(change[0] / np.median(others)) if len(others) else float(change[0])
    return {"after": after, "decline": decline}


def _daily(group: Group, row: int, first: int, stop: int, scene: Scene) -> Array:
    """Return the log-ratio of each whole day of a run to what was expected (day)."""
    day = scene.grid.per_day
    stop = first + (stop - first) // day * day
    values, expected = (x[row, first:stop] for x in (group.counted, group.expected))
    known = np.isfinite(values) & np.isfinite(expected)
    seen, usual = (np.where(known, x, 0).reshape(-1, day).sum(axis=1) for x in (values, expected))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((seen > 0) & (usual > 0), np.log(seen / usual), np.nan)
