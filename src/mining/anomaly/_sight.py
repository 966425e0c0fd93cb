"""What may be seen from a moment: both sides of it, or only the past.

Every quantity that is learnt (a profile, a slope, a usual size) is learnt from the cells that a
:class:`Sight` allows, so that the nightly mode is the same detector with narrower eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.week_grid import Array, Grid, IntArray

#: Weeks of a block; blocks teach each other (offline), or later ones (causal).
BLOCK = 4
#: Held-out parts in which offline predictions are made.
PARTS = 8
#: Weeks of the past that teach usual sizes, at most.
MEMORY = 104


@dataclass(frozen=True)
class Sight:
    """Which weeks may teach what is expected in which.

    Attributes
    ----------
    causal : bool
        Whether only the past may.
    weeks, slots : int
        Size of the local grid.
    """

    causal: bool
    weeks: int
    slots: int

    @classmethod
    def of(cls, grid: Grid, *, causal: bool) -> Sight:
        """Return the sight over a grid."""
        return cls(causal, grid.weeks, grid.slots)

    @property
    def block(self) -> int:
        """Weeks of a block: fewer where there is little data."""
        return BLOCK if self.causal else int(np.clip(self.weeks // PARTS, 1, BLOCK))

    @property
    def least(self) -> int:
        """Weeks without which no tail is told."""
        return 2 * BLOCK if self.causal else 1

    def folds(self) -> IntArray:
        """Return the number of the fold of each position (position)."""
        block = np.arange(self.weeks) // self.block
        return np.repeat(block if self.causal else block % PARTS, self.slots)

    def periods(self) -> list[tuple[slice, slice]]:
        """Return pairs of weeks: those to describe, and those that teach it."""
        if not self.causal:
            return [(slice(0, self.weeks), slice(0, self.weeks))]
        return [
            (slice(first, min(first + BLOCK, self.weeks)), slice(max(0, first - MEMORY), first))
            for first in range(BLOCK, self.weeks, BLOCK)
        ]


def predict(
    target: Array,
    regressors: Array,
    weight: Array,
    sight: Sight,
    *,
    ridge: float,
    doubt: Array | float = 0.0,
) -> Array:
    """Return what a weighted ridge regression without intercept makes of the regressors.

    Each fold is predicted from coefficients that were learnt on the other folds, or on the
    earlier ones: what happens in a fold is not learnt as normal.

    Parameters
    ----------
    target : array (position)
        What to predict; any number where the weight is 0.
    regressors : array (regressor, position)
        Known everywhere.
    weight : array (position)
        0 where a cell must not teach.
    sight : Sight
        Which folds may teach.
    ridge : float
        Penalty of each coefficient, as a share of the regressor's own sum of squares.
    doubt : array (regressor) or float
        Weeks of teaching that weigh as much as a further penalty of 1 on each coefficient.

    Returns
    -------
    array (position)
        0 where nothing can be learnt.
    """
    folds = sight.folds()
    goal = np.where(weight > 0, target, 0.0)
    parts = []
    for fold in range(int(folds.max()) + 1):
        cells = folds == fold
        weighted = regressors[:, cells] * weight[cells]
        square, cross = weighted @ regressors[:, cells].T, weighted @ goal[cells]
        parts.append((square, cross, np.float64((weight[cells] > 0).sum() / sight.slots)))
    squares, crosses, weeks = (_others(np.array(x), sight) for x in zip(*parts, strict=True))
    out = np.zeros(len(goal))
    for fold in range(len(parts)):
        own = np.diag(squares[fold])
        useful = own > 0
        if not useful.any():
            continue
        penalty = (ridge + doubt / max(1.0, float(weeks[fold]))) * own
        penalized = (squares[fold] + np.diag(penalty))[np.ix_(useful, useful)]
        cells = folds == fold
        slopes = np.linalg.solve(penalized, crosses[fold][useful])
        out[cells] = slopes @ regressors[np.ix_(useful, cells)]
    return out


def _others(parts: Array, sight: Sight) -> Array:
    """Return, for each fold, the sum of those that may teach it."""
    if sight.causal:
        before = np.zeros_like(parts)
        np.cumsum(parts[:-1], axis=0, out=before[1:])
        return before
    return np.asarray(parts.sum(axis=0) - parts)
