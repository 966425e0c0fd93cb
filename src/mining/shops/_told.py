"""Everything that leaves the analysis of shops, and why it gives no establishment away.

All figures are computed from tables that :mod:`mining.secrecy` has passed, never from exact
counts: who has the published counts could compute the others himself.

- Circles, areas and the territory are one table, protected with what they have in common.
- The character of an area and its index come from its published counts and those of the territory:
  a family that is hidden characterises nothing, and one that a company has for itself is hidden.
- Gaps: a family is absent where a zero is published, and nobody stands behind a zero. A hidden
  cell is known to be no zero and counts as one establishment, so that the chance that a gap is
  luck is told too high rather than too low. Places whose total is hidden are not compared.
- An area is shown by the median of its 40 points or more, to about ten metres, and by the distance
  within which nine in ten stand, to ten metres: no door is one of these. Partially diffused
  establishments have no point and make no area. Its stability tells nothing of one establishment.
- What was left out is counted, and a count of one or two is not told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mining.errors import NotEnoughDataError
from mining.secrecy import LEAST
from mining.shops._gaps import gaps
from mining.shops._publish import TOTAL

_log = logging.getLogger("mining.shops")

#: Columns of the three tables.
COUNTS = ("level", "place", "family", "count", "share", "secret", "hill", "density")
NAMES = (
    *("level", "place", "name", "latitude", "longitude"),
    *("reach", "stability", "character", "index"),
)
GAPS = ("level", "place", "family", "peers", "chance")


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True)
class Told:
    """What may be told of shops; without a source, nothing.

    Attributes
    ----------
    counts : DataFrame
        :data:`COUNTS`: establishments by place, area or zone and family, NaN where hidden.
    names : DataFrame
        :data:`NAMES`: what each is called, and where it lies.
    gaps : DataFrame
        :data:`GAPS`: families that comparable ones have (`peers`: the share of them) and this one
        has not, with the `chance`, at most, that this is luck.
    figures : dict
        See :func:`figures`.
    """

    counts: pd.DataFrame = field(default_factory=lambda: _empty(COUNTS))
    names: pd.DataFrame = field(default_factory=lambda: _empty(NAMES))
    gaps: pd.DataFrame = field(default_factory=lambda: _empty(GAPS))
    figures: dict[str, Any] = field(default_factory=lambda: figures(reason="no_source"))


def figures(
    *,
    radius: float | None = None,
    nomenclature: str = "",
    left_out: Mapping[str, int] | None = None,
    establishments: float = 0,
    areas: int = 0,
    areas_jaccard: float | None = None,
    areas_dropped: int = 0,
    hidden_cells: int = 0,
    reason: str = "",
) -> dict[str, Any]:
    """Return the figures of ``shops.json``.

    Parameters
    ----------
    radius : float, optional
        Metres around places; None where establishments have no point.
    nomenclature : str
        Of the activities.
    left_out : mapping
        Establishments left out by cause; a count of one or two is not told.
    establishments : float
        Those of a known family; NaN where it would give a hidden cell back.
    areas : int
        Areas that are told.
    areas_jaccard : float, optional
        How well areas hold, NaN or None without any.
    areas_dropped : int
        Areas that do not hold and are not told.
    hidden_cells : int
        Counts that are not told.
    reason : str
        Why nothing is told: ``no_source``, or ``no_points`` where no place has coordinates and no
        area was found.
    """
    return {
        "radius": radius,
        "nomenclature": nomenclature,
        "left_out": {k: n if n == 0 or n >= LEAST else None for k, n in (left_out or {}).items()},
        "establishments": None if pd.isna(establishments) else int(establishments),
        "areas": areas,
        "areas_jaccard": areas_jaccard,
        "areas_dropped": areas_dropped,
        "hidden_cells": hidden_cells,
        "reason": reason,
    }


def leveled(counts: pd.DataFrame, level: str, hectares: float | None = None) -> pd.DataFrame:
    """Return published counts with their level, and their density where that is known."""
    density = float("nan") if hectares is None else counts["count"] / hectares
    whole = counts["count"].astype("Int64")
    return counts.assign(level=level, density=density, count=whole)[list(COUNTS)]


def missing(safe: pd.DataFrame, level: str, size: pd.Series | None = None) -> pd.DataFrame:
    """Return the gaps of places or zones of one level, as their published counts tell them.

    Parameters
    ----------
    safe : DataFrame
        Rows, families and ``"total"``; NaN where hidden.
    level : str
        What the rows are.
    size : Series, optional
        What makes two rows alike; their total by default.
    """
    scale = safe[TOTAL] if size is None else size.reindex(safe.index)
    known = scale.dropna()
    table = safe.loc[known.index].drop(columns=TOTAL).fillna(1.0)
    try:
        found = gaps(table, size=known)
    except NotEnoughDataError as error:
        _log.info("  %s: %s", level, error)
        return _empty(GAPS)
    return found.rename(columns={"have": "peers"}).assign(level=level)[list(GAPS)]
