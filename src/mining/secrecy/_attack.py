"""What an outsider can work out of a published table: bounds of each hidden cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from mining.errors import ConfigError
from mining.secrecy._cells import Bools, Floats, Relation, system

Ints = npt.NDArray[np.int64]

CONTRADICTION = "the published cells contradict each other: no table agrees with them"
#: Sums that are off by no more are rounding.
NOISE = 1e-6


def bounds(
    shown: pd.DataFrame,
    *,
    rows: Sequence[Relation] = (),
    columns: Sequence[Relation] = (),
    truth: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what a published table tells of its hidden cells.

    Parameters
    ----------
    shown : DataFrame
        Table with NaN where a cell is hidden.
    rows, columns : sequence of (whole, parts)
        What is known to add up, as given to :func:`protect`.
    truth : DataFrame, optional
        The table before anything was hidden. It serves only to tell relations whose parts make up
        the whole from those that leave a remainder; without it all are taken to be exact, which is
        the stronger attack wherever it is right.

    Returns
    -------
    DataFrame
        A row per hidden cell: `row`, `column`, `low`, `high`, the least and the greatest value
        that agree with all that is shown, cells being 0 or more.

    Raises
    ------
    ConfigError
        If what is shown contradicts itself.

    Notes
    -----
    Two linear programs per cell (HiGHS), over the hidden cells that are tied to it by a sum,
    directly or through others: no other bears on it. The bounds of whole numbers lie inside these;
    in a table of rows and columns with one tree of totals on one side they are the same, as the
    system is totally unimodular.
    """
    hidden = shown.isna().to_numpy()
    plan = system(_blank(shown) if truth is None else truth, rows, columns)
    known = np.zeros(plan.cells.shape)
    known[: shown.shape[0], : shown.shape[1]] = np.where(hidden, 0.0, shown.to_numpy())
    free = plan.remainders()
    free[: shown.shape[0], : shown.shape[1]] |= hidden
    told = np.diff(plan.sums[:, np.flatnonzero(free.ravel())].indptr) == 0
    if np.abs((plan.sums @ known.ravel())[told]).max(initial=0.0) > NOISE:
        raise ConfigError(CONTRADICTION)
    tied = _tied(plan.sums, free)
    found = []
    for row, column in np.argwhere(hidden):
        mine = tied == tied[row, column]
        low, high = interval(plan.sums, known, mine, (int(row), int(column)))
        found.append((shown.index[row], shown.columns[column], low, high))
    return pd.DataFrame(found, columns=["row", "column", "low", "high"])


def _blank(shown: pd.DataFrame) -> pd.DataFrame:
    """Return zeros: relations among them leave no remainder."""
    return pd.DataFrame(0.0, shown.index, shown.columns)


def _tied(sums: sparse.csr_array, free: Bools) -> Ints:
    """Return a number for each group of free cells that sums tie together, -1 where not free."""
    cells = np.flatnonzero(free.ravel())
    used = abs(sums[:, cells])
    _, number = connected_components(used.T @ used, directed=False)
    out = np.full(free.size, -1)
    out[cells] = number
    return out.reshape(free.shape)


def interval(
    sums: sparse.csr_array, known: Floats, free: Bools, cell: tuple[int, int]
) -> tuple[float, float]:
    """Return the least and greatest value of a cell, others being known or free.

    Parameters
    ----------
    sums : sparse array, shape (relation, cell)
        Rows that give zero with the true values.
    known : ndarray, shape (row, column)
        Values where not free.
    free : ndarray of bool, shape (row, column)
        Cells of which nothing is known but that they are 0 or more. Sums without one of them are
        left aside.
    cell : tuple of int
        Row and column; it must be free.
    """
    mine = np.flatnonzero(free.ravel())
    left = sums[:, mine]
    bearing = np.diff(left.indptr) > 0
    left = left[bearing]
    right = -(sums @ np.where(free, 0.0, known).ravel())[bearing]
    aim = np.zeros(len(mine))
    aim[np.searchsorted(mine, np.ravel_multi_index(cell, free.shape))] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        answer = linprog(sign * aim, A_eq=left, b_eq=right, bounds=(0, None), method="highs")
        if answer.status == 3:  # unbounded: nothing limits the cell
            ends.append(sign * -np.inf)
        elif answer.status != 0:
            raise ConfigError(CONTRADICTION)
        else:
            ends.append(sign * float(answer.fun))
    return ends[0] + 0.0, ends[1] + 0.0
