"""Which cells to hide so that no sensitive one can be worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import LinearConstraint, linprog, milp

from mining.errors import ConfigError
from mining.secrecy._cells import (
    DOMINANCE,
    LEAST,
    Bools,
    Floats,
    Relation,
    System,
    check_table,
    system,
    whole,
)

#: Where a large table is looked through for whole numbers, cells move by that many times the need.
CLOSE = 4


@dataclass(frozen=True)
class Protected:
    """Tables that may be published.

    Attributes
    ----------
    counts : DataFrame
        Number of establishments, NaN where hidden.
    amounts : DataFrame or None
        The magnitude, hidden in the same cells.
    hidden : DataFrame of bool
        The hidden cells; which of them are hidden for their own sake is not told, for it would
        tell that one holds one or two.
    """

    counts: pd.DataFrame
    amounts: pd.DataFrame | None
    hidden: pd.DataFrame


def protect(
    counts: pd.DataFrame,
    *,
    rows: Sequence[Relation] = (),
    columns: Sequence[Relation] = (),
    amounts: pd.DataFrame | None = None,
    largest: pd.DataFrame | None = None,
    holders: pd.DataFrame | None = None,
    unseen: Sequence[str] = (),
    least: int = LEAST,
    dominance: float = DOMINANCE,
) -> Protected:
    """Hide the cells of a table that say too much of one establishment.

    Parameters
    ----------
    counts : DataFrame
        Number of establishments, totals included: rows and columns that are sums of others, or
        that contain others, stand in the table as the others do.
    rows, columns : sequence of (whole, parts)
        Which rows (columns) lie inside which: a total and all it adds up, a commune and its IRIS,
        a circle of 500 m and the one of 300 m inside it. Parts of one relation do not overlap; for
        parts that do, give a relation for each. What a whole holds beyond its parts can be had by
        subtraction, so it is protected as if it were a cell.
    amounts, largest : DataFrame, optional
        A magnitude (staff, turnover) and the share of it, in its unit, of the largest establishment
        of each cell. Given together.
    holders : DataFrame, optional
        Establishments of the largest holder in each cell, where one company has several: a cell of
        which it makes up more than `dominance` is sensitive, however many there are.
    unseen : sequence of str
        Rows that are never shown and protected all the same: what two overlapping circles have in
        common, or one has beyond the other.
    least : int
        Cells of 1 to `least` - 1 establishments are sensitive. A true zero is shown: no
        establishment is behind it, and gaps in what a street offers are made of zeros.
    dominance : float
        Cells of which one establishment makes up more than this share are sensitive.

    Returns
    -------
    Protected
        Tables with NaN in the hidden cells.

    Raises
    ------
    ConfigError
        If tables or relations do not fit together.

    Notes
    -----
    From what is shown and the relations, an outsider who knows that cells are not negative must
    find, for a sensitive count, both a smaller value and one of `least` or more; for a sensitive
    magnitude a range of at least 1 / `dominance` - 1 up and down. For each sensitive cell and
    direction, a linear program finds the cheapest change of the table that moves the cell so far
    and keeps all sums (large cells cost more, a cell already hidden nothing); the cells it moves
    are hidden. The changed table agrees with all that is shown, so the outsider cannot rule it
    out: protection holds by construction. Where a solution is not of whole numbers, the program is
    solved again over whole numbers.

    References
    ----------
    Kelly, Golden and Assad, *Cell suppression: disclosure protection for sensitive tabular data*,
    Networks 22 (1992); Fischetti and Salazar, *Solving the cell suppression problem on tabular data
    with linear constraints*, Management Science 47 (2001).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"bars": [5, 2, 7], "shops": [9, 8, 17]}, ["north", "south", "all"])
    >>> protect(table, rows=[("all", ["north", "south"])]).counts
           bars  shops
    north   NaN    9.0
    south   NaN    8.0
    all     7.0   17.0
    """
    check_table(counts, "counts")
    if not whole(counts.to_numpy(dtype="float64")):
        raise ConfigError("counts: expected whole numbers")
    if (amounts is None) != (largest is None):
        raise ConfigError("amounts and largest go together")
    plan = system(counts, rows, columns)
    few = (plan.cells > 0) & (plan.cells < least)
    top = np.maximum(plan.cells + 1, least) - plan.cells
    held = _held(plan, counts, holders, dominance)
    span = np.where(held, np.ceil(plan.cells * (1 / dominance - 1) - 1e-9), 1.0)
    start = few | held | plan.remainders()
    never = np.zeros(len(plan.cells), dtype=bool)
    never[: len(counts)] = counts.index.isin(list(unseen))
    moves = (span, np.maximum(top, span))
    start |= never[:, None]
    hidden = _closed(plan, few | held, moves, start, counted=True, never=never)
    if amounts is not None and largest is not None:
        check_table(amounts, "amounts", counts)
        check_table(largest, "largest", counts)
        sized = system(amounts, rows, columns)
        hidden = _with_amounts(sized, largest, few, hidden, dominance=dominance)
        # What the magnitude hides is hidden in the counts too, which only widens their bounds.
    mask = hidden[: plan.shape[0], : plan.shape[1]]
    shown = pd.DataFrame(mask, counts.index, counts.columns)
    return Protected(
        counts.astype("float64").mask(shown),
        None if amounts is None else amounts.astype("float64").mask(shown),
        shown,
    )


def _held(
    plan: System, counts: pd.DataFrame, holders: pd.DataFrame | None, dominance: float
) -> Bools:
    """Return the cells that one holder has almost for himself."""
    held = np.zeros(plan.cells.shape, dtype=bool)
    if holders is not None:
        check_table(holders, "holders", counts)
        shown = plan.cells[: plan.shape[0], : plan.shape[1]]
        held[: plan.shape[0], : plan.shape[1]] = holders.to_numpy() > dominance * shown
    return held


def _with_amounts(
    sized: System, largest: pd.DataFrame, few: Bools, hidden: Bools, *, dominance: float
) -> Bools:
    """Return the hidden cells once the magnitude is protected as well."""
    height, width = sized.shape
    shown = (slice(height), slice(width))
    alone = largest.to_numpy(dtype="float64") > dominance * sized.cells[shown]
    start, sensitive = sized.remainders(), np.zeros(sized.cells.shape, dtype=bool)
    start[shown] = hidden[shown] | (alone & (sized.cells[shown] > 0))
    sensitive[shown] = alone | few[shown]
    if few.shape == sensitive.shape:  # the same remainders: those of few are sensitive here too
        sensitive |= few
    span = sized.cells * (1 / dominance - 1)
    return _closed(sized, sensitive & (sized.cells > 0), (span, span), start, counted=False)


def _closed(
    plan: System,
    sensitive: Bools,
    moves: tuple[Floats, Floats],
    hidden: Bools,
    *,
    counted: bool,
    never: Bools | None = None,
) -> Bools:
    """Return the hidden cells, grown until each sensitive one can move down and up enough.

    Most cells of rows that are never shown can move within these rows and their column: tried
    first, as it hides nothing and is a problem of a hundredth of the size.
    """
    down, up = moves
    hidden = hidden.copy()
    reached = {-1: np.zeros(plan.cells.shape), 1: np.zeros(plan.cells.shape)}
    need = {-1: np.minimum(down, plan.cells), 1: up}
    order = np.argwhere(sensitive)
    order = order[np.argsort(plan.cells[sensitive], kind="stable")]
    for row, column in order:
        for way in (1, -1):
            if reached[way][row, column] >= need[way][row, column] - 1e-9:
                continue
            amount = way * need[way][row, column]
            cell = (int(row), int(column))
            change = None
            if never is not None and never[row]:
                near = never[:, None] & plan.upwards(cell[1])
                change = _cheapest(plan, hidden, cell, amount, counted=counted, among=near)
            if change is None:
                change = _cheapest(plan, hidden, cell, amount, counted=counted)
            if change is None:  # a total that stands in the table can always move with the cell
                raise ConfigError("no way to protect a cell: are relations missing their whole?")
            hidden |= np.abs(change) > 1e-7
            reached[1] = np.maximum(reached[1], change)
            reached[-1] = np.maximum(reached[-1], -change)
    return hidden


def _cheapest(
    plan: System,
    hidden: Bools,
    cell: tuple[int, int],
    amount: float,
    *,
    counted: bool,
    among: Bools | None = None,
) -> Floats | None:
    """Return the cheapest change of the table that moves one cell and keeps all sums.

    Only cells `among` move, all by default; None where there is no such change. Where counts move
    by fractions, whole numbers are looked for first in the few columns where shown cells move.
    """
    used = np.ones(plan.cells.shape, dtype=bool) if among is None else among
    change = _change(plan, hidden, cell, amount, used, counted=False)
    if change is None or not counted or whole(np.round(change, 7)):
        return change
    open_rows = ~hidden.all(axis=1)
    moving = plan.upwards(cell[1]) | (np.abs(change[open_rows]) > 1e-7).any(axis=0)
    for part in (used & moving, used):
        better = _change(plan, hidden, cell, amount, part, counted=True)
        if better is not None:
            return better
    return None


def _change(
    plan: System,
    hidden: Bools,
    cell: tuple[int, int],
    amount: float,
    used: Bools,
    *,
    counted: bool,
) -> Floats | None:
    """Return the cheapest change among the cells used, in whole numbers where counted."""
    values = plan.cells
    fixed = (values == 0) & ~hidden  # zeros are shown, and stay
    most = CLOSE * abs(amount) if counted and not used.all() else np.inf
    up = np.where(fixed, 0.0, most)
    low = -np.where(fixed, 0.0, np.minimum(values, most))
    up[cell] = low[cell] = amount
    # A hidden cell moves freely; a shown one is paid for, up and down apart.
    mine, paid = np.flatnonzero(used), np.flatnonzero(used & ~hidden)
    both = sparse.hstack([plan.sums[:, mine], -plan.sums[:, paid]], format="csr")
    both = both[np.diff(both.indptr) > 0]
    zero = np.zeros(both.shape[0])
    free = hidden.ravel()[mine]
    cost = 1.0 + np.log1p(values.ravel())
    cost = np.concatenate([np.where(free, 0.0, cost[mine]), cost[paid]])
    first = np.where(free, low.ravel()[mine], np.maximum(low.ravel()[mine], 0.0))
    last = up.ravel()[mine]
    limits = (
        np.concatenate([first, np.zeros(len(paid))]),
        np.concatenate([last, -np.minimum(low.ravel()[paid], 0.0)]),
    )
    if counted:
        rule = LinearConstraint(both, zero, zero)
        answer = milp(cost, constraints=rule, bounds=limits, integrality=np.ones(len(cost)))
    else:
        bounds = np.column_stack(limits)
        answer = linprog(cost, A_eq=both, b_eq=zero, bounds=bounds, method="highs-ds")
    if answer.x is None:
        return None
    change = np.zeros(values.size)
    change[mine] = answer.x[: len(mine)]
    change[paid] -= answer.x[len(mine) :]
    return change.reshape(values.shape)
