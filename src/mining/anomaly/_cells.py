"""The cells that the window of an incident is made of: of one sensor, or of many together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mining.anomaly import _grid
from mining.anomaly._grid import Array
from mining.anomaly._scene import Group, Scene
from mining.cube import BoolArray
from mining.errors import ConfigError

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
        return _of_one(scene, scene.ids.index(sensor), near)
    named = [s for s in str(incident.get("sensors") or "").split(";") if s in scene.ids]
    group = max(scene.groups, key=lambda g: _speaking(scene, g, named))
    rows = [i for i, row in enumerate(group.rows) if not named or scene.ids[row] in named]
    seen, usual = group.counted[rows], group.normal[rows]
    known = np.isfinite(seen) & np.isfinite(usual)
    count = known.sum(axis=0)
    share = np.maximum(count, 1) if not group.is_count else np.ones(count.shape)
    seen, usual = (np.where(known, v, 0.0).sum(axis=0) / share for v in (seen, usual))
    nothing = np.full(seen.shape, np.nan)
    some = count > 0
    return Cells(
        np.where(some, seen, nothing), np.where(some, usual, nothing), nothing, group.is_count,
        group.unit,
    )  # fmt: skip


def _speaking(scene: Scene, group: Group, named: list[str]) -> int:
    return sum(not named or scene.ids[row] in named for row in group.rows)


def _of_one(scene: Scene, row: int, near: BoolArray) -> Cells:
    group = next(g for g in scene.groups if row in g.rows)
    index = int(np.flatnonzero(group.rows == row)[0])
    level = np.full(group.expected.shape[1], np.nan)
    cells = np.flatnonzero(near)
    if group.is_count and cells.size:
        first, stop = int(cells[0]), int(cells[-1]) + 1
        level[first:stop] = _level(scene, group, index, first, stop) * group.normal[index, near]
    return Cells(scene.observed[row], group.expected[index], level, group.is_count, group.unit)


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
    return _grid.median(ratio)[first - left : stop - left]


def stated(incident: Mapping[str, Any] | pd.Series, cells: Cells, inside: BoolArray) -> Cells:
    """Bring what is expected within an incident to the total that it states."""
    by = np.where(inside, _factor(incident, cells, inside), 1.0)
    return replace(cells, expected=by * cells.expected, neighbours=by * cells.neighbours)


def _factor(incident: Mapping[str, Any] | pd.Series, cells: Cells, inside: BoolArray) -> float:
    """Return what brings the expectation of the cells to the total that the incident states."""
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
