"""Split-conformal quantiles from errors that past forecasts made, grouped by situation.

A forecast is moved by the empirical quantiles of the scaled errors of past forecasts in the same
situation: same sensor, same class of hours, same day ahead; special days (holidays and the days
between two close ones) apart. Where a group is small, a coarser one speaks for it.

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

#: Errors a group needs before it speaks for itself.
ENOUGH = 60
#: Relative standard deviation assumed where no past forecast could be made at all.
ASSUMED_SPREAD = 0.4

#: From the finest to the coarsest: the columns of a situation that make a group.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("special", "sensor", "hours", "lead"),
    ("special", "sensor", "hours"),
    ("special", "hours"),
    ("special",),
    (),
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


@dataclass(frozen=True)
class Calibration:
    """Quantiles of scaled errors, one table per level of grouping."""

    quantiles: tuple[float, ...]
    tables: tuple[tuple[tuple[str, ...], Ints, Floats], ...]

    def offsets(self, where: Situations) -> Floats:
        """Return the scaled offsets from the median forecast, shape (*cells, quantile)."""
        assumed = norm.ppf(self.quantiles) * ASSUMED_SPREAD
        out = np.broadcast_to(assumed, (where.sensor.size, len(self.quantiles))).copy()
        todo = np.ones(where.sensor.size, dtype=bool)
        for columns, keys, table in self.tables:
            if not len(keys):
                continue
            wanted = where.key(columns)
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            hit = todo & (keys[place] == wanted)
            out[hit] = table[place[hit]]
            todo &= ~hit
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
    errors are exchangeable. The median forecast itself stays where it is.
    """
    flat = errors.ravel()
    seen = np.isfinite(flat)
    tables = []
    for columns in LEVELS:
        least = ENOUGH if columns else 1
        keys, table = _grouped(where.key(columns)[seen], flat[seen], tuple(quantiles), least)
        tables.append((columns, keys, table))
    return Calibration(tuple(quantiles), tuple(tables))


def _grouped(
    keys: Ints, errors: Floats, quantiles: tuple[float, ...], least: int
) -> tuple[Ints, Floats]:
    order = np.lexsort((errors, keys))
    groups, start, count = np.unique(keys[order], return_index=True, return_counts=True)
    keep = count >= least
    groups, start, count = groups[keep], start[keep], count[keep]
    ranked = errors[order]
    table = np.zeros((len(groups), len(quantiles)))
    for column, level in enumerate(quantiles):
        ideal = (count + 1) * level
        # 1e-9: (9 + 1) * 0.7 is 7.000000000000001 in binary.
        rank = np.floor(ideal + 1e-9) if level < 0.5 else np.ceil(ideal - 1e-9)
        place = start + np.clip(rank.astype("int64"), 1, count) - 1
        found = ranked[place] if len(groups) else np.empty(0)
        table[:, column] = np.minimum(found, 0.0) if level < 0.5 else np.maximum(found, 0.0)
        if level == 0.5:
            table[:, column] = 0.0
    return groups.astype("int64"), table


def spread(point: Floats, scale: Floats, offsets: Floats) -> Floats:
    """Return ``point + scale * offsets`` with quantiles in order, shape (*cells, quantile)."""
    return np.sort(point[..., None] + scale[..., None] * offsets, axis=-1)
