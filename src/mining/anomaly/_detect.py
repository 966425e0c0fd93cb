"""Incidents of a cube: what happened, where, when, and the most likely why."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import progress
from mining.anomaly import (
    _bundles,
    _candidates,
    _clocks,
    _coded,
    _corrections,
    _diversions,
    _frame,
    _rows,
)
from mining.anomaly._incident import Incident, sums_of
from mining.anomaly._labels import WORTH
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene, flags_of
from mining.anomaly._scores import scene_of
from mining.errors import ConfigError
from mining.language import language_of

#: Runs of counts that change the total by less than this factor are not worth a word.
LEAST_EFFECT = 1.2


def detect(
    cube: xr.Dataset,
    *,
    calendar: object = "cube",
    alerts_per_month: float = 0.25,
    mode: str = "offline",
    corrections: object = None,
    least_silence: str | pd.Timedelta = "1D",
    merge_gap: str | pd.Timedelta = "12h",
) -> pd.DataFrame:
    """Find the incidents of a cube.

    Two origins. Runs of cells that the quality rules coded (zeros in place of missing, stuck
    values, copies, ...) and long silences become faults at once. The rest is found by comparing
    counts with an expected rhythm: the weekly profile of the surrounding weeks, moved with the
    town as the other sensors tell it, at the scale of an hour, four hours, a day, one and two
    weeks, and lasting level steps.

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
    mode : {"offline", "causal"}
        "offline" looks at both sides of every moment: for history. "causal" expects and judges
        from the past alone, for nightly use: a run begins to score when its first windows end.
        Level steps are then found as long runs.
    corrections : None, DataFrame or sequence, optional
        Rows of ``corrections.csv`` (or :class:`mining.territory.Correction`): what people say of
        incidents wins over the machine and the journal.
    least_silence : str or Timedelta
        Missing cells make an incident from this duration on.
    merge_gap : str or Timedelta
        Coded runs at most this far apart are one incident, of the kind of the longest.

    Returns
    -------
    DataFrame
        One row per thing that happened, sorted by start and sensor; runs of neighbouring sensors
        that are the same thing are one. Columns: :data:`mining.anomaly.COLUMNS`, each described in
        ``docs/incidents.md``; among them `sensor` ("" where the whole territory moved), `start`,
        `end` (local, end exclusive), `label` (fault, works, event, weather, calendar, unexplained)
        with its `confidence`, `observed` and `expected` (sums of counts, means of levels; over the
        cells that have both, NaN where nothing is known), `neighbours` (median ratio of the
        neighbours to their usual level) and `explanation` (a sentence or two in the language that
        the cube names, ``cube.attrs["language"]``; French where it names none).

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the calendar, a correction or an option says something impossible, or there are no
        texts in the cube's language.

    Notes
    -----
    With less than 27 days of data, or for a sensor with fewer than three other weeks of a slot,
    nothing can be expected: only coded incidents are found. With one sensor there are no
    neighbours: movements of the town are the sensor's own. Journal entries for sensors or places
    that the cube does not have explain nothing. With fewer than three there is no
    "whole territory". Level steps need 120 days of counts, and a step that divides a day. Steps
    of a day or more have no scale below the step.
    """
    language_of(cube.attrs)  # an unknown one is refused before any work
    scene = scene_of(cube, calendar, mode)
    if not (isinstance(alerts_per_month, int | float) and 0 <= alerts_per_month < math.inf):
        msg = f"alerts_per_month: found {alerts_per_month!r}, expected a number from 0 on"
        raise ConfigError(msg)
    given = _corrections.as_corrections(corrections)
    found: list[Incident] = []
    silence = _steps(scene, least_silence, "least_silence")
    gap = _steps(scene, merge_gap, "merge_gap")
    with progress.patience(f"detect: {cube.sizes[cubes.SENSOR]} sensors"):
        for group in scene.groups:
            coded = _coded_of(scene, group, silence, gap)
            names = [scene.ids[row] for row in group.rows]
            found += [_rows.of_coded(scene, group, f) for f in _bundles.of_coded(coded, names)]
            found += _statistical(scene, group, coded, alerts_per_month)
        found = _diversions.paired(scene, _clocks.joined(scene, found))
        found = _corrections.corrected(scene, found, given)
        rows = [_rows.row_of(scene, incident) for incident in found]
    return _frame.table(rows, cube.attrs["timezone"])


def _steps(scene: Scene, duration: str | pd.Timedelta, name: str) -> int:
    return scene.grid.steps(cubes.duration(duration, name))


def _coded_of(scene: Scene, group: Group, silence: int, gap: int) -> list[_coded.Coded]:
    quality, reason = flags_of(scene.cube)
    rows = group.rows
    return _coded.find(quality[rows], reason[rows], gap=gap, least_silence=silence)


def _statistical(
    scene: Scene, group: Group, coded: list[_coded.Coded], alerts: float
) -> list[Incident]:
    runs = _not_coded(scene, group, _candidates.of_group(scene, group), coded)
    free = [r for r in runs if scene.holiday(r.first, r.stop)]
    month = pd.Timedelta("30D") / scene.grid.step
    cells = np.isfinite(group.counted)
    week = 7 * scene.grid.per_day
    out = [] if alerts == 0 else [_rows.of_runs(scene, group, [r], r.score / 2) for r in free]
    for town, size in ((True, cells.any(axis=0).sum()), (False, cells.sum())):
        costly = [r for r in runs if r not in free and (r.row < 0) == town]
        allowed = math.ceil(alerts * float(size) / month)
        kept, bar = _candidates.within_budget(costly, allowed, week)
        out += [_rows.of_runs(scene, group, b, bar) for b in _bundles.of_runs(scene, group, kept)]
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
    if not group.is_count or run.odd:
        return True
    observed, expected = sums_of(scene, group, run)
    more, less = max(observed, expected), min(observed, expected)
    return more >= WORTH and (run.row < 0 or more >= LEAST_EFFECT * less)
