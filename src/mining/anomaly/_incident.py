"""An incident before it becomes a row of the table, and the figures that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene
from mining.anomaly._verdict import Verdict
from mining.territory import Correction, Event
from mining.week_grid import Array, IntArray, end_of

#: Neighbours from whom fewer counts than this were expected say nothing.
_LEAST_USUAL = 5.0


@dataclass(frozen=True)
class Incident:
    """One thing that happened, with its figures and its verdict.

    Attributes
    ----------
    id : str
        Stable name; depends on the leading sensor, its first cell and the way of detection.
    group : Group
        Sensors of its unit.
    rows : tuple of int
        Rows of the group that it concerns, the most concerned first; empty for the territory.
    first, stop : int
        Half-open range of cube times.
    score, confidence : float
        Of the detection, and of the label.
    observed, expected, low, high : float
        Sums of counts, means of levels, over the cells that have both; `low` and `high` hold
        80 % of what ordinary times give.
    neighbours : float
        Median ratio of the neighbours to their usual level, NaN if unknown.
    others : int
        How many neighbours that is; for the territory, how many sensors counted.
    verdict : Verdict
        Label, kind and rule.
    entry : Event or None
        Journal entry that covers it.
    about : str
        What the reason needs to name: a holiday, hours of a clock; "" for nothing.
    other : Incident or None
        The other half of a diversion.
    correction : Correction or None
        What a person said of it.
    """

    id: str
    group: Group
    rows: tuple[int, ...]
    first: int
    stop: int
    score: float
    confidence: float
    observed: float
    expected: float
    low: float
    high: float
    neighbours: float
    others: int
    verdict: Verdict
    entry: Event | None = None
    about: str = ""
    other: Incident | None = None
    correction: Correction | None = None

    @property
    def whole(self) -> bool:
        """Whether the whole territory moved."""
        return not self.rows

    @property
    def decided_by(self) -> str:
        """Who decided the label: machine, journal or correction."""
        if self.correction is not None:
            return "correction"
        written = self.entry is not None or self.verdict.rule == "coded_declared"
        return "journal" if written else "machine"


def moments(scene: Scene, first: int, stop: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the local start and end of a range of cube times."""
    return scene.grid.local[first], end_of(scene.grid.local[stop - 1], scene.grid.step)


def total(values: Array, group: Group) -> float:
    """Return the sum of counts or the mean of levels, NaN where nothing is known."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan")
    return float(known.sum() if group.is_count else known.mean())


def sums_of(scene: Scene, group: Group, run: Run) -> tuple[float, float]:
    """Return what was observed and expected during a run, over the cells that have both."""
    return sums_of_all(scene, group, [run])


def sums_of_all(scene: Scene, group: Group, runs: list[Run]) -> tuple[float, float]:
    """Return what was observed and expected in all runs of an incident together."""
    pairs = [_cells_of(scene, group, run) for run in runs]
    values, expected = (np.concatenate([p[k] for p in pairs]) for k in (0, 1))
    return total(values, group), total(expected, group)


def _cells_of(scene: Scene, group: Group, run: Run) -> tuple[Array, Array]:
    first, stop = scene.grid.span(run.first, run.stop)
    rows = slice(None) if run.row < 0 else slice(run.row, run.row + 1)
    values = group.counted[rows, first:stop]
    if run.scale == 0:
        expected = _before(scene, group, run)[:, first:stop]
    else:
        expected = (group.normal if run.row < 0 else group.expected)[rows, first:stop]
    known = np.isfinite(values) & np.isfinite(expected)
    return values[known], expected[known]


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


def bystanders(scene: Scene, group: Group, rows: tuple[int, ...]) -> IntArray:
    """Return the neighbours of the first of `rows` that are not among them."""
    near = scene.neighbours(group, rows[0])
    return np.asarray(near[~np.isin(near, rows)], dtype="int64")


def level_of(group: Group, rows: IntArray, first: int, stop: int) -> tuple[float, int]:
    """Return the median ratio of sensors to their usual level, and how many they are.

    Notes
    -----
    Levels such as decibels have no ratio: NaN, with the number of those that measured.
    """
    values, normal = group.counted[rows, first:stop], group.normal[rows, first:stop]
    known = np.isfinite(values) & np.isfinite(normal)
    if not group.is_count:
        return float("nan"), int(known.any(axis=1).sum())
    seen = np.where(known, values, 0).sum(axis=1)
    usual = np.where(known, normal, 0).sum(axis=1)
    speaking = known.any(axis=1) & (usual >= _LEAST_USUAL)
    if not speaking.any():
        return float("nan"), 0
    return float(np.median(seen[speaking] / usual[speaking])), int(speaking.sum())
