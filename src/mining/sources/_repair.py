"""From rows on a grid to one value per cell; whatever is mended or dropped is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.cube import Reason
from mining.errors import TableError
from mining.sources._grid import Grid
from mining.sources._layout import Long

Duplicates = Literal["missing", "error", "sum", "first"]

#: Everything that is counted by sensor, in the order of the ``repair`` dimension.
REPAIRS: dict[str, str] = {
    "exact_duplicate": "rows dropped because they repeat another one (or add an empty cell to it)",
    "conflicting_duplicate": "rows too many in cells whose rows contradict each other",
    "summed_duplicate": "rows too many in cells that were added up, as asked",
    "unsorted": "rows earlier than the row before them of the same sensor",
    "off_grid": "rows moved to the nearest step, within the tolerance",
    "negative": "negative counts, made missing",
    "absurd": "values beyond the maximum, made missing",
    "not_a_number": "texts that are not numbers, made missing",
    "impossible_local_time": "rows dropped because the clock jumped over their time",
    "ambiguous_local_time": "rows whose time exists twice and that nothing places, made suspect",
    "fixed_offset_day": "days written with an offset that is not the local one, date kept",
}


@dataclass(frozen=True)
class Cells:
    """The dense result, arrays of shape (time, sensor).

    Attributes
    ----------
    values : ndarray of float64
        NaN where nothing was counted or nothing is certain.
    reason : ndarray of int8
        Why a cell is missing or suspect; ``Reason.NONE`` where nothing is to be said.
    repairs : DataFrame
        Counts, index sensor id, columns `REPAIRS`.
    """

    values: npt.NDArray[np.float64]
    reason: npt.NDArray[np.int8]
    repairs: pd.DataFrame


def fill(
    long: Long,
    grid: Grid,
    *,
    is_count: npt.NDArray[np.bool_],
    duplicates: Duplicates,
    maximum: float,
) -> Cells:
    """Put one value in each cell.

    Parameters
    ----------
    long : Long
        The measures.
    grid : Grid
        Where each row falls.
    is_count : ndarray of bool
        For each sensor whether its values are counts, which cannot be negative.
    duplicates : {"missing", "error", "sum", "first"}
        What becomes of rows of one cell that contradict each other.
    maximum : float
        Values beyond it are absurd.

    Raises
    ------
    TableError
        If `duplicates` is ``"error"`` and two rows contradict each other.
    """
    shape = (len(grid.times), len(long.sensors))
    counted = ~np.isnan(long.value)
    tally = _Tally(long)
    tally.add("impossible_local_time", grid.impossible & counted)
    kept = np.flatnonzero(~grid.impossible)
    tally.add("off_grid", grid.moved)
    tally.add("fixed_offset_day", grid.fixed_offset)
    tally.add("unsorted", _unsorted(long, grid, kept))
    row, value, conflict = _one_per_cell(long, grid, kept, duplicates, tally)
    sensor, slot = long.sensor[row], grid.slot[row]
    wrong = {
        # Of contradicting rows none is the value: what the first one says is not counted.
        "negative": (value < 0) & is_count[sensor] & ~conflict,
        "absurd": (value > maximum) & np.isfinite(value) & ~conflict,
        "not_a_number": np.isinf(value) & ~conflict,
    }
    reason = np.full(shape, Reason.NONE, dtype="int8")
    for name, mask in wrong.items():
        tally.add(name, mask, sensor)
        value = np.where(mask, np.nan, value)
    for mask, why in (
        (wrong["negative"], Reason.NEGATIVE),
        (wrong["absurd"], Reason.ABSURD),
        (conflict, Reason.CONFLICT),
    ):
        reason[slot[mask], sensor[mask]] = why
    value = np.where(conflict, np.nan, value)
    values = np.full(shape, np.nan)
    values[slot, sensor] = value
    _mark_undecided(long, grid, reason, tally)
    return Cells(values, reason, tally.table())


class _Tally:
    """Counts by sensor under the names of `REPAIRS`."""

    def __init__(self, long: Long) -> None:
        self._sensor = long.sensor
        self._ids = long.sensors
        self._counts = {name: np.zeros(len(long.sensors), "int64") for name in REPAIRS}

    def add(
        self,
        name: str,
        mask: npt.NDArray[np.bool_],
        sensor: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Count the True entries of `mask`, row by row or for the sensors given."""
        which = (self._sensor if sensor is None else sensor)[mask]
        self._counts[name] += np.bincount(which, minlength=len(self._ids))

    def table(self) -> pd.DataFrame:
        """Return the counts."""
        return pd.DataFrame(self._counts, index=self._ids)


def _unsorted(long: Long, grid: Grid, kept: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    order = kept[np.argsort(long.sensor[kept], kind="stable")]
    same = np.diff(long.sensor[order]) == 0
    out = np.zeros(len(long.value), bool)
    back = same & (np.diff(grid.slot[order]) < 0)
    if long.clock.offset is None:  # pairs of an hour told twice (2:00 2:00 2:30 2:30) are in order
        back &= np.diff(long.clock.wall[order]) < 0
    out[order[1:][back]] = True
    return out


def _one_per_cell(
    long: Long, grid: Grid, kept: npt.NDArray[np.int64], duplicates: Duplicates, tally: _Tally
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the first row of each cell, its value, and where the rows of it contradict."""
    key = long.sensor[kept] * len(grid.times) + grid.slot[kept]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    size = np.diff(np.r_[starts, len(ordered)])
    row = kept[order[starts]]
    value = long.value[row]
    conflict = np.zeros(len(row), bool)
    several = size > 1
    if not several.any():
        return row, value, conflict
    cell = np.repeat(np.arange(len(starts)), size)
    inside = several[cell]
    groups = pd.Series(long.value[kept[order[inside]]]).groupby(cell[inside])
    low, high = groups.min().to_numpy(), groups.max().to_numpy()
    differ = ~np.isnan(low) & (low != high)
    sensor, surplus = long.sensor[row[several]], size[several] - 1
    chosen = groups.first().to_numpy()  # the first that is not empty
    if duplicates == "sum":
        whole = groups.sum(skipna=False).to_numpy()
        chosen = np.where((low < 0) & np.isfinite(whole), low, whole)
        differ = np.zeros(len(low), bool)
        tally.add("summed_duplicate", np.repeat(~differ, surplus), np.repeat(sensor, surplus))
    else:
        tally.add("exact_duplicate", np.repeat(~differ, surplus), np.repeat(sensor, surplus))
        tally.add("conflicting_duplicate", np.repeat(differ, surplus), np.repeat(sensor, surplus))
    if duplicates == "error" and differ.any():
        _refuse_conflict(long, kept[order], starts, size, np.flatnonzero(several)[differ])
    value[several] = chosen
    conflict[several] = differ & (duplicates == "missing")
    return row, value, conflict


def _refuse_conflict(
    long: Long,
    rows: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    size: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> None:
    """Raise for the contradiction that comes first in the table."""
    cell = cells[np.argmin(rows[starts[cells]])]
    mine = rows[starts[cell] : starts[cell] + size[cell]]
    first = int(mine[0])
    other = next(int(r) for r in mine if long.value[r] != long.value[first])
    msg = (
        f"found {long.value[first]:g} here and {long.value[other]:g} at "
        f"{long.rows.where(other)} for the same time: expected one value "
        "(duplicates='missing', 'sum' or 'first' would decide)"
    )
    raise TableError(long.at(first, msg))


def _mark_undecided(
    long: Long,
    grid: Grid,
    reason: npt.NDArray[np.int8],
    tally: _Tally,
) -> None:
    """Mark cells of an hour that the clock tells twice where nothing says which one it was."""
    unsure = np.flatnonzero(grid.undecided & ~np.isnan(long.value))
    tally.add("ambiguous_local_time", np.isin(np.arange(len(long.value)), unsure))
    sensor = long.sensor[unsure]
    for slot in (grid.slot[unsure], grid.twin[unsure]):
        ok = (slot >= 0) & (slot < len(grid.times))
        free = reason[slot[ok], sensor[ok]] == Reason.NONE
        reason[slot[ok][free], sensor[ok][free]] = Reason.CLOCK_CHANGE
