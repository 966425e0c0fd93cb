"""What a cell is compared with before anything is learnt: the usual, or last year's same day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mining.forecast._arrays import picked
from mining.forecast._cells import Rows
from mining.forecast._echo import echo

if TYPE_CHECKING:
    from mining.forecast._features import Bank

Floats = npt.NDArray[np.floating[Any]]

#: Days before and after a holiday that may be unusual too, and what is fully unusual for everyone.
BESIDE = 2
UNUSUAL = 0.3
#: Share of a learnt distance that is believed where last year's day is the reference: few special
#: days were ever seen.
CAUTION = 0.5


def reference(bank: Bank, rows: Rows) -> tuple[Floats, Floats]:
    """Return what each cell is compared with, and the scale of its distance.

    The clean level; on a special day last year's same day, where there is one.
    """
    base, scale = bank.clean(rows)
    share = echo_share(bank, rows)
    some = np.flatnonzero(share)
    if not len(some):
        return base, scale
    near = rows.take(some)
    past = echo(bank, near, base[some], scale[some]).both
    past = np.where(np.isfinite(past), past, base[some])
    base[some] += share[some] * (past - base[some])
    scale[some] = bank.rescaled(near, base[some], scale[some])
    return base, scale


def echo_share(bank: Bank, rows: Rows) -> Floats:
    """Return how much of last year's same day is in the reference of each cell.

    All on special days; on the days beside a holiday, as much as that day was unusual.
    """
    day = rows.position // bank.grid.slots
    nearest = bank.days[["days_to_holiday", "days_since_holiday"]].to_numpy().min(axis=1)
    then = picked(bank.net_day_ratio[:, None], bank.analogue[day], 0 * day)
    unusual = np.clip(np.abs(np.nan_to_num(then)) / UNUSUAL, 0, 1)
    return np.where(bank.special[day], 1.0, np.where(nearest[day] <= BESIDE, unusual, 0.0))


def trust(bank: Bank, rows: Rows) -> Floats:
    """Return how much of a learnt distance from the reference is believed."""
    known = bank.analogue[rows.position // bank.grid.slots] >= 0
    return np.where(known, 1 - CAUTION * echo_share(bank, rows), 1.0)
