"""Counts that are too small to be shown, and what must stay untold so that they stay hidden."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mining.secrecy._cells import Bools, Floats

States = npt.NDArray[np.int8]
Groups = npt.NDArray[np.intp]

#: Group of a cell that is not hidden.
ALONE = -1


class Cell(IntEnum):
    """What may be said of one count.

    ``SHOWN``: it is published. ``LOW``: it is below the minimum, and that is published.
    ``WITHHELD``: nothing is. ``ABSENT``: nothing was counted.
    """

    SHOWN = 0
    LOW = 1
    WITHHELD = 2
    ABSENT = 3


@dataclass(frozen=True)
class Hidden:
    """What may be said of the cells of a table, and of their sums.

    Attributes
    ----------
    states : ndarray of int8, shape (row, column)
        One :class:`Cell` for each.
    group : ndarray of int, shape (row, column)
        Hidden cells of the same number are told by their sum alone; :data:`ALONE` where a cell is
        shown or absent.
    told : ndarray of bool, shape (row, column)
        Cells that totals hold: those shown, and the groups whose sum gives nothing away. A total
        that is published holds all told cells of a group or none (see :func:`whole`).
    rows : ndarray of int8, shape (row,)
        What may be said of the total of each row.
    """

    states: States
    group: Groups
    told: Bools
    rows: States

    @property
    def hidden(self) -> Bools:
        """Cells that were counted and are not shown, shape (row, column)."""
        return np.isin(self.states, (Cell.LOW, Cell.WITHHELD))


def hide(counts: Floats, minimum: int, kept: Bools | None = None) -> Hidden:
    """Hide the small cells of a table of which cells and totals of rows are published.

    Parameters
    ----------
    counts : ndarray, shape (row, column)
        Counts; NaN where nothing was counted.
    minimum : int
        Smallest count that may be shown; 0 or 1 shows everything.
    kept : ndarray of bool, shape (row, column), optional
        Cells that are not to be shown whatever they hold, because they were hidden once.

    Returns
    -------
    Hidden
        The total of a row is told over its ``told`` cells.

    Notes
    -----
    A reader knows of a cell that is `LOW` that it is 0 to ``minimum - 1``, of one that is
    `WITHHELD` that it is at least `minimum`, and their sum by subtraction. The `k` low cells of a
    row, `v` together, and the withheld ones, `w` above the minimum together, leave each low cell
    all of 0 to ``minimum - 1`` exactly if ``v + w >= minimum - 1`` (each can be the largest) and if
    something is withheld or ``v <= (k - 1) (minimum - 1)`` (each can be zero). Where they do not,
    the smallest cell that makes it so is withheld, or the largest and one more. A row that has no
    cell left to withhold tells its total without its hidden cells.

    Examples
    --------
    >>> import numpy as np
    >>> done = hide(np.array([[3.0, 40.0, 25.0, 12.0]]), 11)
    >>> done.states.tolist(), bool(done.told.all())
    ([[1, 0, 2, 0]], True)
    """
    known = ~np.isnan(counts)
    states = np.where(known, Cell.SHOWN, Cell.ABSENT).astype("int8")
    if kept is not None:
        states[kept & known] = Cell.WITHHELD
    if minimum > 1:
        states[known & (counts < minimum)] = Cell.LOW
    told = known.copy()
    for row in np.flatnonzero(((states == Cell.LOW) | (states == Cell.WITHHELD)).any(axis=1)):
        told[row] &= _close(counts[row], states[row], minimum) | (states[row] == Cell.SHOWN)
    hidden = (states == Cell.LOW) | (states == Cell.WITHHELD)
    group = np.where(hidden, np.arange(len(counts))[:, None], ALONE)
    return Hidden(states, group, told, _totals(counts, states, told, minimum))


def week(
    counts: Floats, minimum: int, kept: Bools | None = None, *, by_day: bool = False
) -> Hidden:
    """Hide the small hours and days of a week whose hours, days and total are published.

    Parameters
    ----------
    counts : ndarray, shape (day, slot)
        Counts by hour, or by day with one slot; NaN where nothing was counted.
    minimum, kept
        See :func:`hide`.
    by_day : bool
        Whether the day is the finest step that may be told.

    Returns
    -------
    Hidden
        Days that are hidden make one group together.

    Notes
    -----
    The total of a day below the minimum is hidden like an hour, and so are all its hours. Of hours,
    no further day is withheld for it (its hours would give its total back): days below the minimum
    are part of the total of the week if each of them can still be 0 to ``minimum - 1`` within
    their sum, else they are left out of it. Of days alone, a further day is withheld.
    """
    if by_day or counts.shape[1] == 1:
        return _week_of_days(counts, minimum, kept)
    done = hide(counts, minimum, kept)
    known = ~np.isnan(counts)
    sums = np.where(known, counts, 0.0).sum(axis=1)
    small = np.flatnonzero(known.any(axis=1) & (sums < minimum) & (minimum > 1))
    group, told, rows = done.group.copy(), done.told.copy(), done.rows.copy()
    group[small] = np.where(done.group[small] == ALONE, ALONE, len(counts))
    free = _free(minimum, small.size, float(sums[small].sum()))
    told[small] = (group[small] != ALONE) & free
    rows[small] = Cell.LOW
    return _with_total(counts, Hidden(done.states, group, told, rows), minimum)


def whole(chosen: Bools, *tables: Hidden) -> Bools:
    """Return the cells of a total that holds of each group all told cells or none.

    Parameters
    ----------
    chosen : ndarray of bool, shape (row, column)
        Cells that a total is to hold.
    *tables : Hidden
        What may be said of them, in every table they are told in.

    Notes
    -----
    Such a total is made of cells that are shown and of sums that are known anyway: a reader learns
    nothing from it.
    """
    chosen = chosen.copy()
    for table in tables:
        chosen &= table.told
    while True:
        before = int(chosen.sum())
        for table in tables:
            for number in np.unique(table.group[table.hidden & ~chosen]):
                chosen[table.group == number] = False
        if int(chosen.sum()) == before:
            return chosen


def _week_of_days(counts: Floats, minimum: int, kept: Bools | None) -> Hidden:
    known = ~np.isnan(counts)
    days = np.where(known.any(axis=1), np.where(known, counts, 0.0).sum(axis=1), np.nan)
    held = None if kept is None else np.asarray(kept.any(axis=1))[None, :]
    done = hide(days[None, :], minimum, held)
    rows, there = done.states[0], np.asarray(done.told[0])[:, None] & known
    states = np.where(known, Cell.WITHHELD, Cell.ABSENT).astype("int8")
    if counts.shape[1] == 1:
        states = rows[:, None].copy()
    shut = (rows == Cell.LOW) | (rows == Cell.WITHHELD)
    number = np.where(shut, len(counts), np.arange(len(counts)))[:, None]
    hidden = (states == Cell.LOW) | (states == Cell.WITHHELD)
    group = np.where(hidden, number, ALONE)
    return _with_total(counts, Hidden(states, group, there, rows), minimum)


def _with_total(counts: Floats, done: Hidden, minimum: int) -> Hidden:
    """Return the same, without any total where that of all rows is below the minimum."""
    if counts[done.told].sum() >= minimum:
        return done
    told = done.told & (done.states == Cell.SHOWN)
    return Hidden(done.states, done.group, told, done.rows)


def _totals(counts: Floats, states: States, told: Bools, minimum: int) -> States:
    sums = np.where(told, counts, 0.0).sum(axis=1)
    out = np.where((sums < minimum) & (minimum > 1), Cell.LOW, Cell.SHOWN).astype("int8")
    out[(states != Cell.ABSENT).any(axis=1) & ~told.any(axis=1)] = Cell.WITHHELD
    out[(states == Cell.ABSENT).all(axis=1)] = Cell.ABSENT
    return out


def _close(values: Floats, states: States, minimum: int) -> bool:
    """Withhold cells of a row until its low ones are free; say whether that could be done."""
    low = states == Cell.LOW
    count, total = int(low.sum()), float(values[low].sum())
    while True:
        held = states == Cell.WITHHELD
        beyond = float((values[held] - minimum).sum())
        if _free(minimum, count, total, beyond, held=bool(held.any())):
            return True
        shown = np.flatnonzero(states == Cell.SHOWN)
        if not shown.size:
            return False
        shown = shown[np.argsort(values[shown], kind="stable")]
        enough = values[shown] - minimum >= minimum - 1 - total - beyond
        states[shown[int(np.argmax(enough))] if enough.any() else shown[-1]] = Cell.WITHHELD


def _free(minimum: int, low: int, total: float, beyond: float = 0.0, *, held: bool = False) -> bool:
    """Say whether each of the low cells can be 0 to ``minimum - 1`` within their sum."""
    top = minimum - 1
    if not low:
        return True
    return total + beyond >= top and (held or total <= (low - 1) * top)
