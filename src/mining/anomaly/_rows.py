"""Rows of the table of incidents: figures, evidence, verdict and sentence of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mining.anomaly import _coded, _frame, _labels
from mining.anomaly import _texts as texts
from mining.anomaly._grid import Array, end_of
from mining.anomaly._labels import Evidence, Verdict
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene

#: Score of incidents that exact rules found: they are not a matter of degree.
RULE_SCORE = 100.0


def of_coded(scene: Scene, group: Group, run: _coded.Coded) -> dict[str, Any]:
    """Return the row of a coded incident."""
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
        detection=run.kind,
        verdict=Verdict("fault", run.kind, rule),
        entry="",
        figures=(RULE_SCORE, _labels.SURE[rule], observed, expected, ratio),
        words=(did, _neighbours(group, ratio, count), _labels.why(rule)),
    )


def of_run(scene: Scene, group: Group, run: Run, bar: float) -> dict[str, Any]:
    """Return the row of an incident that statistics found; `bar` is the least score reported."""
    first, stop = scene.grid.span(run.first, run.stop)
    sums = sums_of(scene, group, run)
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
        detection=_labels.shape_of(evidence),
        verdict=verdict,
        entry=evidence.entry.id if evidence.entry is not None else "",
        figures=(run.score, sure, *sums, ratio),
        words=(did, others, _labels.why(verdict.rule, key, evidence.entry)),
    )


def sums_of(scene: Scene, group: Group, run: Run) -> tuple[float, float]:
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
    detection: str,
    verdict: Verdict,
    entry: str,
    figures: tuple[float, float, float, float, float],
    words: tuple[str, str, str],
) -> dict[str, Any]:
    start, end = _moments(scene, *cells)
    sensor = scene.ids[row] if row >= 0 else ""
    who = texts.sensor(scene.names[row]) if row >= 0 else texts.TERRITORY
    score, sure, observed, expected, ratio = figures
    decided_by = "journal" if entry else "machine"
    return {
        "id": _frame.name_of(sensor, start, detection, group.unit),
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
        "sensors": sensor or ";".join(sorted(_counting(scene, group, *cells))),
        "open": _open(scene, group, row, cells[1]),
        "certainty": _labels.certainty(sure),
        "rule": verdict.rule,
        "entry": entry,
        "decided_by": decided_by,
        "expected_low": float("nan"),
        "expected_high": float("nan"),
        "other": "",
        "action": _labels.action(verdict.label, decided_by),
    }


def _counting(scene: Scene, group: Group, first: int, stop: int) -> list[str]:
    """Return the ids of the sensors of a group that measured something in a range of cells."""
    known = np.isfinite(group.counted[:, first:stop]).any(axis=1)
    return [scene.ids[row] for row in group.rows[known]]


def _open(scene: Scene, group: Group, row: int, stop: int) -> bool:
    """Tell whether an incident lasts until the last measure of its sensors, or of the cube."""
    rows = group.rows if row < 0 else np.array([row])
    known = np.flatnonzero(np.isfinite(scene.observed[rows]).any(axis=0))
    return not len(known) or stop > int(known[-1])
