"""Counts of establishments made fit to be published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mining import secrecy
from mining.errors import ConfigError
from mining.secrecy import Relation
from mining.shops._mix import hill

#: Name of the column of row totals, and of the row that adds all rows up.
TOTAL = "total"


def publish(
    counts: pd.DataFrame, *, within: Sequence[Relation] = (), disjoint: bool = False
) -> pd.DataFrame:
    """Return what may be said of counts by place (or area, commune, IRIS) and family.

    Parameters
    ----------
    counts : DataFrame
        Exact whole numbers; rows with holes (places without coordinates) are left out.
    within : sequence of (whole, parts)
        Rows that lie inside others: a commune and its IRIS, a circle of 500 m and the one of 300 m
        in it. See :func:`mining.secrecy.protect`.
    disjoint : bool
        Whether rows do not overlap, so that they can be added up: a row ``"total"`` is then
        published too. Circles around places may overlap.

    Returns
    -------
    DataFrame
        A row per place and family in the order given, ``"total"`` included: `place`, `family`,
        `count`, `share` of the place's total; NaN where hidden, and `secret` true. `hill` (on the
        rows of the totals) is the diversity that the published counts give, hidden ones taken
        together as one family: it says nothing more than they do.

    Raises
    ------
    ConfigError
        If a row or column is already called ``"total"``, or relations do not fit.
    """
    table = counts.dropna().astype("int64").rename(index=str, columns=str)
    if TOTAL in table.columns or TOTAL in table.index:
        raise ConfigError(f"counts: {TOTAL!r} is added here, expected a table without it")
    families = list(table.columns)
    table[TOTAL] = table.sum(axis=1)
    rows = list(within)
    if disjoint:
        inner = {str(part) for _, parts in within for part in parts}
        outer = [name for name in table.index if name not in inner]
        table.loc[TOTAL] = table.loc[outer].sum()
        rows.append((TOTAL, outer))
    safe = secrecy.protect(table, rows=rows, columns=[(TOTAL, families)]).counts
    return told(safe)


def told(safe: pd.DataFrame) -> pd.DataFrame:
    """Return a table that secrecy has passed, as :func:`publish` gives it.

    Parameters
    ----------
    safe : DataFrame
        Rows, families and ``"total"``; NaN where hidden.
    """
    names = pd.MultiIndex.from_product([safe.index, safe.columns], names=["place", "family"])
    out = names.to_frame(index=False).assign(count=safe.to_numpy().ravel())
    total = out["place"].map(safe[TOTAL]).astype("float64")
    out["share"] = out["count"] / total.where(total > 0)
    out["secret"] = out["count"].isna()
    out["hill"] = np.where(out["family"] == TOTAL, out["place"].map(diversity(safe)), np.nan)
    return out


def diversity(safe: pd.DataFrame) -> pd.Series:
    """Return the diversity of each row as far as the published counts tell it."""
    parts = safe.drop(columns=TOTAL)
    rest = safe[TOTAL] - parts.sum(axis=1)
    known = np.column_stack([parts.fillna(0.0).to_numpy(), rest.to_numpy()])
    return pd.Series(np.round(hill(known), 1), safe.index)
