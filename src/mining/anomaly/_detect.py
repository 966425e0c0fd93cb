"""Incidents of a cube: what happened, where, when, and the most likely why."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import calendars
from mining import cube as cubes
from mining.anomaly import _candidates, _coded, _frame, _labels
from mining.anomaly import _texts as texts
from mining.anomaly._grid import Array, end_of
from mining.anomaly._labels import Evidence, Verdict
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene, flags_of
from mining.errors import ConfigError

#: Score of incidents that exact rules found: they are not a matter of degree.
RULE_SCORE = 100.0
#: Runs of counts that change the total by less than this factor are not worth a word.
LEAST_EFFECT = 1.2


def detect(
    cube: xr.Dataset,
    *,
    calendar: object = "cube",
    alerts_per_month: float = 1.0,
    least_silence: str | pd.Timedelta = "1D",
    merge_gap: str | pd.Timedelta = "12h",
) -> pd.DataFrame:
    """Find the incidents of a cube.

    Two origins. Runs of cells that the quality rules coded (zeros in place of missing, stuck
    values, copies, ...) and long silences become faults at once. The rest is found by comparing
    counts with an expected rhythm: the weekly profile of the surrounding weeks, moved with the
    town as the other sensors tell it, at the scale of an hour, four hours, a day, one and two
    weeks, and lasting level steps. It looks at both sides of every moment: it is meant for
    history.

    Parameters
    ----------
    cube : Dataset
        A cube, cleaned or not.
    calendar : None, mapping, Calendar or "cube"
        Holidays and journal; ``"cube"`` takes those of the cube, None knows of none.
    alerts_per_month : float
        Budget of statistical incidents: on average at most this many per sensor and 30 days of
        trusted data, and as many for the territory as a whole. One that lasts costs one for each
        week begun. Those explained by a holiday cost nothing. The budget is a ceiling: nothing
        that scores below 3 is reported. 0 leaves the faults that exact rules found.
    least_silence : str or Timedelta
        Missing cells make an incident from this duration on.
    merge_gap : str or Timedelta
        Coded runs of one kind at most this far apart are one incident.

    Returns
    -------
    DataFrame
        One row per incident, sorted by start and sensor: `id`, `sensor` and `place` ("" where the
        whole territory moved), `start`, `end` (local, end exclusive), `label` (fault, works,
        event, weather, calendar, unexplained), `kind`, `score` (100 for exact rules),
        `confidence` of the label (0 to 1), `observed` and `expected` (sums of counts, means of
        levels; over the cells that have both, NaN where nothing is known), `neighbours` (median
        ratio of the neighbours to their usual level), `explanation` (one French sentence).

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the calendar or an option says something impossible.

    Notes
    -----
    With less than 27 days of data, or for a sensor with fewer than three other weeks of a slot,
    nothing can be expected: only coded incidents are found. With one sensor there are no
    neighbours: movements of the town are the sensor's own. With fewer than three there is no
    "whole territory". Level steps need 120 days. Steps of a day have no scale below the day.
    """
    cubes.validate(cube)
    if not (isinstance(alerts_per_month, int | float) and 0 <= alerts_per_month < math.inf):
        msg = f"alerts_per_month: found {alerts_per_month!r}, expected a number from 0 on"
        raise ConfigError(msg)
    known = calendars.of_cube(cube) if isinstance(calendar, str) and calendar == "cube" else None
    scene = Scene(cube, known or calendars.as_calendar(calendar))
    rows: list[dict[str, Any]] = []
    for group in scene.groups:
        coded = _coded_of(scene, group, _steps(scene, least_silence), _steps(scene, merge_gap))
        rows += [_coded_row(scene, group, run) for run in coded]
        rows += _statistical_rows(scene, group, coded, alerts_per_month)
    return _frame.table(rows, cube.attrs["timezone"])


def _steps(scene: Scene, duration: str | pd.Timedelta) -> int:
    try:
        return scene.grid.steps(duration)
    except ValueError as error:
        msg = f"not a duration: found {duration!r}, expected for instance '12h' or '1D'"
        raise ConfigError(msg) from error


def _coded_of(scene: Scene, group: Group, silence: int, gap: int) -> list[_coded.Coded]:
    quality, reason = flags_of(scene.cube)
    rows = group.rows
    return _coded.find(quality[rows], reason[rows], gap=gap, least_silence=silence)


def _coded_row(scene: Scene, group: Group, run: _coded.Coded) -> dict[str, Any]:
    row, cells = int(group.rows[run.row]), slice(run.first, run.stop)
    rule = f"coded_{run.kind}" if run.kind in ("silence", "declared") else "coded"
    seen = scene.observed[row, cells]
    expected = _total(group.expected[run.row, cells], group)
    observed = _total(seen, group)
    ratio, count = scene.neighbour_ratio(group, run.row, run.first, run.stop)
    did = texts.faulty(run.kind, observed, expected, group.unit)
    return _row(
        scene,
        group,
        row,
        cells=(run.first, run.stop),
        verdict=Verdict("fault", run.kind, rule),
        figures=(RULE_SCORE, _labels.SURE[rule], observed, expected, ratio),
        words=(did, _neighbours(group, ratio, count), _labels.why(rule)),
    )


def _statistical_rows(
    scene: Scene, group: Group, coded: list[_coded.Coded], alerts: float
) -> list[dict[str, Any]]:
    runs = _not_coded(scene, group, _candidates.of_group(scene, group), coded)
    free = [r for r in runs if scene.holiday(r.first, r.stop)]
    month = pd.Timedelta("30D") / scene.grid.step
    cells = np.isfinite(group.counted)
    week = 7 * scene.grid.per_day
    out = [] if alerts == 0 else [_statistical_row(scene, group, r, r.score / 2) for r in free]
    for town, size in ((True, cells.any(axis=0).sum()), (False, cells.sum())):
        costly = [r for r in runs if r not in free and (r.row < 0) == town]
        allowed = math.ceil(alerts * float(size) / month)
        kept, bar = _candidates.within_budget(costly, allowed, week)
        out += [_statistical_row(scene, group, r, bar) for r in kept]
    return out


def _not_coded(scene: Scene, group: Group, runs: list[Run], coded: list[_coded.Coded]) -> list[Run]:
    """Leave out runs that mostly stand on what a quality rule has named already."""
    kept = []
    for run in runs:
        first, stop = scene.grid.span(run.first, run.stop)
        mine = [c for c in coded if c.row == run.row]
        shared = sum(max(0, min(stop, c.stop) - max(first, c.first)) for c in mine)
        if stop > first and 2 * shared <= stop - first and _matters(scene, group, run):
            kept.append(run)
    return kept


def _matters(scene: Scene, group: Group, run: Run) -> bool:
    """Tell whether a run of counts moved enough people to be worth a word."""
    if not group.is_count:
        return True
    observed, expected = _sums(scene, group, run)
    more, less = max(observed, expected), min(observed, expected)
    return more >= _labels.WORTH and (run.row < 0 or more >= LEAST_EFFECT * less)


def _statistical_row(scene: Scene, group: Group, run: Run, bar: float) -> dict[str, Any]:
    first, stop = scene.grid.span(run.first, run.stop)
    sums = _sums(scene, group, run)
    if run.row < 0:
        counted = np.isfinite(group.counted[:, first:stop]).any(axis=1)
        ratio, count = float("nan"), int(counted.sum())
    else:
        ratio, count = scene.neighbour_ratio(group, run.row, first, stop)
    evidence, key = _evidence(scene, group, run, cells=(first, stop), sums=sums, ratio=ratio)
    verdict = _labels.judge(evidence)
    did = texts.measured(*sums, group.unit)
    if verdict.label == "fault" and verdict.kind in texts.SEEN and verdict.kind != "hardware":
        did = texts.faulty(verdict.kind, *sums, group.unit)
    others = texts.town(count) if run.row < 0 else _neighbours(group, ratio, count)
    sure = _labels.confidence(verdict.rule, run.score, bar)
    return _row(
        scene,
        group,
        -1 if run.row < 0 else int(group.rows[run.row]),
        cells=(first, stop),
        verdict=verdict,
        figures=(run.score, sure, *sums, ratio),
        words=(did, others, _labels.why(verdict.rule, key, evidence.entry)),
    )


def _sums(scene: Scene, group: Group, run: Run) -> tuple[float, float]:
    """Return what was observed and expected during a run, over the cells that have both."""
    first, stop = scene.grid.span(run.first, run.stop)
    rows = slice(None) if run.row < 0 else slice(run.row, run.row + 1)
    values = group.counted[rows, first:stop]
    if run.scale == 0:
        expected = _before(scene, group, run)[:, first:stop]
    else:
        expected = (group.normal if run.row < 0 else group.expected)[rows, first:stop]
    known = np.isfinite(values) & np.isfinite(expected)
    return _total(values[known], group), _total(expected[known], group)


def _before(scene: Scene, group: Group, run: Run) -> Array:
    """Return (row, time) what was normal in the last week before a level step, over and over."""
    rhythm = group.rhythm
    table = np.full(group.normal.shape, np.nan) if rhythm is None else rhythm.normal
    rows = slice(None) if run.row < 0 else slice(run.row, run.row + 1)
    week = 7 * scene.grid.per_day
    source = np.arange(scene.grid.size)
    inside = (source >= run.first) & (source < run.stop)
    weeks_back = (source - run.first) // week + 1
    back = np.where(inside, source - weeks_back * week, source)
    # A step in the first week of the data has nothing before it.
    old = np.where(back >= 0, table[rows][:, np.maximum(back, 0)], np.nan)
    return scene.grid.gather(old)


def _evidence(
    scene: Scene,
    group: Group,
    run: Run,
    *,
    cells: tuple[int, int],
    sums: tuple[float, float],
    ratio: float,
) -> tuple[Evidence, str]:
    first, stop = cells
    start, end = _moments(scene, first, stop)
    sensors = None if run.row < 0 else [scene.ids[group.rows[run.row]]]
    places = None if run.row < 0 else [scene.places[group.rows[run.row]]]
    entries = scene.calendar.entries(sensors=sensors, places=places)
    if run.row < 0:
        entries = tuple(e for e in entries if not (e.sensors or e.places))
    naive = (start.tz_localize(None), end.tz_localize(None))
    key = scene.holiday(run.first, run.stop)
    holiday = texts.holiday(key, scene.holiday_name(key)) if key else ""
    values = group.counted[run.row, first:stop] if run.row >= 0 else np.array([])
    measured = values[np.isfinite(values)]
    week = 7 * scene.grid.per_day
    usual = group.normal[max(0, run.row), max(0, first - week) : stop + week]
    evidence = Evidence(
        sign=run.sign,
        scale=run.scale,
        start=start,
        end=end,
        observed=sums[0],
        expected=sums[1],
        is_count=group.is_count,
        cells=len(measured),
        zeros=float((measured == 0).mean()) if len(measured) else 0.0,
        same=float((np.diff(measured) == 0).mean()) if len(measured) > 1 else 0.0,
        peak=float(np.nanmax(usual, initial=0.0)),
        neighbours=ratio,
        whole=run.row < 0,
        entry=_labels.covering(entries, *naive, run.sign),
        holiday=holiday,
    )
    return evidence, holiday


def _neighbours(group: Group, ratio: float, count: int) -> str:
    if group.is_count:
        return texts.neighbours(ratio, count)
    return texts.level_neighbours(count)


def _total(values: Any, group: Group) -> float:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan")
    return float(known.sum() if group.is_count else known.mean())


def _moments(scene: Scene, first: int, stop: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    return scene.grid.local[first], end_of(scene.grid.local[stop - 1], scene.grid.step)


def _row(
    scene: Scene,
    group: Group,
    row: int,
    *,
    cells: tuple[int, int],
    verdict: Verdict,
    figures: tuple[float, float, float, float, float],
    words: tuple[str, str, str],
) -> dict[str, Any]:
    start, end = _moments(scene, *cells)
    sensor = scene.ids[row] if row >= 0 else ""
    who = texts.sensor(scene.names[row]) if row >= 0 else texts.TERRITORY
    score, sure, observed, expected, ratio = figures
    return {
        "id": _frame.name_of(sensor, start, verdict.kind, group.unit),
        "sensor": sensor,
        "place": scene.places[row] if row >= 0 else "",
        "start": start,
        "end": end,
        "label": verdict.label,
        "kind": verdict.kind,
        "score": score,
        "confidence": sure,
        "observed": observed,
        "expected": expected,
        "neighbours": ratio,
        "explanation": texts.sentence(texts.period(start, end), who, *words),
    }
