"""Split-conformal quantiles from errors that past forecasts made, grouped by situation.

A forecast is moved by the empirical quantiles of the scaled errors of past forecasts in the same
situation: same sensor, same class of hours, same day ahead; special days (holidays and the days
between two close ones) apart. The smaller a group, the more a coarser one speaks for it.

References
----------
Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, *Distribution-free predictive inference for
regression*, JASA 113 (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Errors at which a group and the coarser one around it are believed alike; hours of one day err
#: together, so that this is less than it seems.
PRIOR = 300
#: Relative standard deviation assumed where no past forecast could be made at all.
ASSUMED_SPREAD = 0.4

#: From the coarsest to the finest: the columns of a situation that make a group. Each group lies
#: inside one group of the level before.
LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("special",),
    ("special", "sensor"),
    ("special", "sensor", "hours"),
    ("special", "sensor", "hours", "lead"),
)


@dataclass(frozen=True)
class Situations:
    """Where and when forecasts were made; four integer arrays of one shape.

    Attributes
    ----------
    sensor, hours, lead, special : ndarray of int
        Index of the sensor, class of hours, days ahead, 1 on a special day.
    """

    sensor: Ints
    hours: Ints
    lead: Ints
    special: Ints

    def key(self, columns: Sequence[str]) -> Ints:
        """Return one integer per cell that is equal inside a group of `columns`."""
        out = np.zeros(self.sensor.shape, dtype="int64")
        for name in columns:
            out = out * 10_007 + getattr(self, name)
        return out.ravel()

    def cells(self, which: Ints) -> Situations:
        """Return some cells, counted through the arrays in order."""
        arrays = (self.sensor, self.hours, self.lead, self.special)
        return Situations(*(a.ravel()[which] for a in arrays))


@dataclass(frozen=True)
class Calibration:
    """Quantiles of scaled errors, one table per level of grouping."""

    quantiles: tuple[float, ...]
    tables: tuple[tuple[tuple[str, ...], Ints, Floats], ...]

    def offsets(self, where: Situations) -> Floats:
        """Return the scaled offsets from the median forecast, shape (*cells, quantile)."""
        assumed = norm.ppf(self.quantiles) * ASSUMED_SPREAD
        out = np.broadcast_to(assumed, (where.sensor.size, len(self.quantiles))).copy()
        for columns, keys, table in self.tables:
            if not len(keys):
                continue
            place, hit = _find(keys, where.key(columns))
            out[hit] = table[place[hit]]
        return out.reshape(*where.sensor.shape, len(self.quantiles))


def calibrate(errors: Floats, where: Situations, quantiles: Sequence[float]) -> Calibration:
    r"""Learn the quantiles of scaled errors by situation.

    Parameters
    ----------
    errors : ndarray
        ``(observed - forecast) / scale`` of past forecasts; NaN where there is no truth.
    where : Situations
        Of the same shape.
    quantiles : sequence of float
        Levels, increasing, each between 0 and 1.

    Returns
    -------
    Calibration

    Notes
    -----
    With ``n`` errors sorted upwards, the quantile at level :math:`\tau` is the one of rank
    :math:`\lceil (n+1)\tau \rceil` above the median and :math:`\lfloor (n+1)\tau \rfloor`
    below it, which makes the interval cover at least as often as it says when past and future
    errors are exchangeable. The median forecast itself stays where it is. From the coarsest level
    to the finest, the quantile of a group is the mean of its own, with weight ``n``, and of the
    group around it, with weight :data:`PRIOR` (partial pooling).
    """
    flat = errors.ravel()
    seen = np.flatnonzero(np.isfinite(flat))
    ranked = seen[np.argsort(flat[seen], kind="stable")]
    learnt = Calibration(tuple(quantiles), ())
    for columns in LEVELS:
        keys = where.key(columns)[ranked]
        order = np.argsort(keys, kind="stable")
        groups, start, count = np.unique(keys[order], return_index=True, return_counts=True)
        own = _quantiles(flat[ranked[order]], start, count, learnt.quantiles)
        if columns and len(groups):
            share = (count / (count + PRIOR))[:, None]
            around = learnt.offsets(where.cells(ranked[order][start]))
            own = share * own + (1 - share) * around
        tables = (*learnt.tables, (columns, groups.astype("int64"), own))
        learnt = Calibration(learnt.quantiles, tables)
    return learnt


def _find(keys: Ints, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where `wanted` stand among sorted `keys`, and which of them do."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, np.asarray(keys[place] == wanted)


def _quantiles(ranked: Floats, start: Ints, count: Ints, levels: tuple[float, ...]) -> Floats:
    """Return the quantiles of runs of sorted errors, shape (run, quantile)."""
    table = np.zeros((len(count), len(levels)))
    for column, level in enumerate(levels):
        if level == 0.5:
            continue
        ideal = (count + 1) * level
        # 1e-9: (9 + 1) * 0.7 is 7.000000000000001 in binary.
        rank = np.floor(ideal + 1e-9) if level < 0.5 else np.ceil(ideal - 1e-9)
        found = ranked[start + np.clip(rank.astype("int64"), 1, count) - 1]
        table[:, column] = np.minimum(found, 0.0) if level < 0.5 else np.maximum(found, 0.0)
    return table


def spread(point: Floats, scale: Floats, offsets: Floats) -> Floats:
    """Return ``point + scale * offsets`` with quantiles in order, shape (*cells, quantile)."""
    return np.sort(point[..., None] + scale[..., None] * offsets, axis=-1)
