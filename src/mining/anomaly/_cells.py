"""The cells that the window of an incident is made of: of one sensor, or of many together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mining import week_grid
from mining.anomaly._scene import Group, Scene
from mining.cube import BoolArray
from mining.errors import ConfigError
from mining.week_grid import Array

#: A stated expectation further than this from the rhythm is not that of one sensor's cells.
_FARTHEST = 5.0


@dataclass(frozen=True)
class Cells:
    """Values of one sensor, or of many together, at the times of the cube.

    Attributes
    ----------
    observed, expected, neighbours : array (time,)
        What was counted, what was expected, and what the level of the neighbours would give.
    adds : bool
        Whether they add up (counts) or average (levels).
    unit : str
        Their unit.
    """

    observed: Array
    expected: Array
    neighbours: Array
    adds: bool
    unit: str


def cells_of(scene: Scene, incident: Mapping[str, Any] | pd.Series, near: BoolArray) -> Cells:
    """Return the cells of the sensor of an incident, or of all it names; neighbours only `near`.

    Raises
    ------
    ConfigError
        If the cube has no such sensor.
    """
    sensor = str(incident["sensor"] or "")
    if sensor:
        if sensor not in scene.ids:
            msg = f"incident {incident.get('id', '')!r}: the cube has no sensor {sensor!r}"
            raise ConfigError(msg)
        return _of_some(scene, scene.ids.index(sensor), incident, near)
    named = [s for s in str(incident.get("sensors") or "").split(";") if s in scene.ids]
    group = max(scene.groups, key=lambda g: _speaking(scene, g, named))
    rows = [i for i, row in enumerate(group.rows) if not named or scene.ids[row] in named]
    seen, usual = group.counted[rows], group.normal[rows]
    known = np.isfinite(seen) & np.isfinite(usual)
    observed, normal = (_together(np.where(known, v, np.nan), group) for v in (seen, usual))
    nothing = np.full(observed.shape, np.nan)
    return Cells(observed, normal, nothing, group.is_count, group.unit)


def _speaking(scene: Scene, group: Group, named: list[str]) -> int:
    return sum(not named or scene.ids[row] in named for row in group.rows)


def _of_some(
    scene: Scene, row: int, incident: Mapping[str, Any] | pd.Series, near: BoolArray
) -> Cells:
    """Return the cells of a sensor, together with those of the others that the incident names."""
    group = next(g for g in scene.groups if row in g.rows)
    named = {scene.ids[row], *str(incident.get("sensors") or "").split(";")}
    several = [i for i, r in enumerate(group.rows) if scene.ids[r] in named]
    seen, usual = scene.observed[group.rows[several]], group.expected[several]
    level = np.full(usual.shape, np.nan)
    cells = np.flatnonzero(near)
    if group.is_count and cells.size:
        first, stop = int(cells[0]), int(cells[-1]) + 1
        for line, index in enumerate(several):
            share = _level(scene, group, index, first, stop)
            level[line, first:stop] = share * group.normal[index, first:stop]
    if len(several) == 1:
        return Cells(seen[0], usual[0], level[0], group.is_count, group.unit)
    # Where some of them counted, only those are expected; where none did, all of them.
    known = np.isfinite(seen) & np.isfinite(usual)
    used = known | ~known.any(axis=0)
    kept = ((seen, known), (usual, used), (level, used))
    observed, expected, others = (_together(np.where(k, v, np.nan), group) for v, k in kept)
    return Cells(observed, expected, others, group.is_count, group.unit)


def _together(lines: Array, group: Group) -> Array:
    """Return the sum of counts, the mean of levels, by cell; NaN where nothing is known."""
    known = np.isfinite(lines)
    count = known.sum(axis=0)
    total = np.where(known, lines, 0.0).sum(axis=0)
    share = np.ones(count.shape) if group.is_count else np.maximum(count, 1)
    return np.where(count > 0, total / share, np.nan)


def _level(scene: Scene, group: Group, index: int, first: int, stop: int) -> Array:
    """Return the median ratio of the neighbours to their usual level over the day around."""
    half = scene.grid.per_day // 2
    left, right = max(0, first - half), min(group.counted.shape[1], stop + half)
    rows = scene.neighbours(group, index)
    seen, usual = group.counted[rows, left:right], group.normal[rows, left:right]
    known = np.isfinite(seen) & np.isfinite(usual)
    kernel = np.ones(2 * half + 1)

    def over_a_day(values: Array) -> Array:
        sums = [np.convolve(row, kernel, mode="same") for row in np.where(known, values, 0.0)]
        return np.reshape(np.array(sums), known.shape)

    total, wanted = over_a_day(seen), over_a_day(usual)
    # Sums of many cells: less than this is the rounding of a sum of nothing.
    ratio = np.divide(total, wanted, out=np.full(known.shape, np.nan), where=wanted >= 5)
    if not len(rows):
        return np.full(stop - first, np.nan)
    return week_grid.median(ratio)[first - left : stop - left]


def stated(incident: Mapping[str, Any] | pd.Series, cells: Cells, inside: BoolArray) -> Cells:
    """Bring what is expected within an incident to the total that it states."""
    by = np.where(inside, _factor(incident, cells, inside), 1.0)
    return replace(cells, expected=by * cells.expected, neighbours=by * cells.neighbours)


def _factor(incident: Mapping[str, Any] | pd.Series, cells: Cells, inside: BoolArray) -> float:
    """Return what brings the expectation of the cells to the total that the incident states."""
    if incident["sensor"] and ";" in str(incident.get("sensors") or ""):
        return 1.0  # the total is over the cells of each sensor's own time
    stated = float(incident.get("expected", np.nan))
    rhythm = cells.expected[inside & np.isfinite(cells.expected)]
    known = cells.expected[inside & np.isfinite(cells.expected) & np.isfinite(cells.observed)]
    sums = [float(v.sum() if cells.adds else v.mean()) for v in (rhythm, known) if v.size]
    if not np.isfinite(stated) or not sums or min(sums) <= 0 or stated <= 0:
        return 1.0
    # The total of a coded fault is over all its cells, that of the others over measured ones.
    if any(abs(stated / s - 1) < 0.02 for s in sums):
        return 1.0
    factor = stated / sums[-1]
    return factor if 1 / _FARTHEST <= factor <= _FARTHEST else 1.0
