"""Changes of a table that keep all that is shown, and the cells they need hidden.

Counts move by whole numbers. The programs are linear, and in tables with one tree of totals on each
side their corners are whole (a transport problem). Where sets overlap, a corner can have halves:
then the cell and all that contains it move the same way, which hides more. Every set being the sum
of its smallest parts, such a change is a choice of parts, and its corners are whole again.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from mining.errors import ConfigError
from mining.secrecy._cells import Bools, Floats, System, whole

#: Smaller moves are rounding errors of the solver.
NOTHING = 1e-7


def closed(
    plan: System,
    sensitive: Bools,
    moves: tuple[Floats, Floats],
    hidden: Bools,
    *,
    counted: bool,
    never: Bools | None = None,
) -> Bools:
    """Return the hidden cells, grown until each sensitive one can move down and up enough.

    Parameters
    ----------
    plan : System
        The table.
    sensitive : ndarray of bool, shape (row, column)
        Cells to protect.
    moves : tuple of ndarray, shape (row, column)
        How far each must be able to move down and up; down no further than to zero.
    hidden : ndarray of bool, shape (row, column)
        Cells hidden from the start.
    counted : bool
        Whether cells move by whole numbers only.
    never : ndarray of bool, shape (row,), optional
        Rows that are never shown. Most of their cells can move within these rows and their column:
        tried first, as it hides nothing and is a problem of a hundredth of the size.

    Raises
    ------
    ConfigError
        If a cell cannot move: a relation misses its whole.
    """
    down, up = moves
    hidden = hidden.copy()
    reached = {-1: np.zeros(plan.cells.shape), 1: np.zeros(plan.cells.shape)}
    need = {-1: np.minimum(down, plan.cells), 1: up}
    order = np.argwhere(sensitive)
    order = order[np.argsort(plan.cells[sensitive], kind="stable")]
    for row, column in order.tolist():
        for way in (1, -1):
            if reached[way][row, column] >= need[way][row, column] - 1e-9:
                continue
            amount = way * need[way][row, column]
            unseen = never if never is not None and never[row] else None
            change = _found(plan, hidden, (row, column), amount, counted=counted, unseen=unseen)
            hidden |= np.abs(change) > NOTHING
            reached[1] = np.maximum(reached[1], change)
            reached[-1] = np.maximum(reached[-1], -change)
    return hidden


def _found(
    plan: System,
    hidden: Bools,
    cell: tuple[int, int],
    amount: float,
    *,
    counted: bool,
    unseen: Bools | None,
) -> Floats:
    """Return the cheapest change that moves a cell: near it, anywhere, or all one way."""
    every = np.ones(plan.cells.shape, dtype=bool)
    tries = [(every, False), (every, True)]
    if unseen is not None:
        tries.insert(0, (unseen[:, None] & plan.upwards(cell[1]), False))
    for used, one_way in tries:
        change = _change(plan, hidden, cell, amount, used, one_way=one_way)
        if change is not None and (not counted or whole(np.round(change, 7))):
            return change
    # A total that stands in the table can always move with the cell.
    raise ConfigError("no way to protect a cell: are relations missing their whole?")


def _change(
    plan: System,
    hidden: Bools,
    cell: tuple[int, int],
    amount: float,
    used: Bools,
    *,
    one_way: bool,
) -> Floats | None:
    """Return the cheapest change among the cells used, None where there is none."""
    values = plan.cells
    fixed = (values == 0) & ~hidden  # zeros are shown, and stay
    up = np.where(fixed | (one_way and amount < 0), 0.0, np.inf)
    low = np.where(fixed | (one_way and amount > 0), 0.0, -values)
    up[cell] = low[cell] = amount
    # A hidden cell moves freely; a shown one is paid for, up and down apart.
    mine, paid = np.flatnonzero(used), np.flatnonzero(used & ~hidden)
    both = sparse.hstack([plan.sums[:, mine], -plan.sums[:, paid]], format="csr")
    both = both[np.diff(both.indptr) > 0]
    free = hidden.ravel()[mine]
    cost = 1.0 + np.log1p(values.ravel())
    cost = np.concatenate([np.where(free, 0.0, cost[mine]), cost[paid]])
    first, last = low.ravel()[mine], up.ravel()[mine]
    first = np.where(free, first, np.maximum(first, 0.0))
    limits = np.column_stack(
        [
            np.concatenate([first, np.zeros(len(paid))]),
            np.concatenate([last, -np.minimum(low.ravel()[paid], 0.0)]),
        ]
    )
    zero = np.zeros(both.shape[0])
    answer = linprog(cost, A_eq=both, b_eq=zero, bounds=limits, method="highs-ds")
    if answer.x is None:
        return None
    change = np.zeros(values.size)
    change[mine] = answer.x[: len(mine)]
    change[paid] -= answer.x[len(mine) :]
    return change.reshape(values.shape)
