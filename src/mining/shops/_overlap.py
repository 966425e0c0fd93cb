"""Counts of circles and areas that overlap, hidden where their differences would say too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from mining import secrecy
from mining.secrecy import Relation
from mining.shops._publish import TOTAL

Bools = npt.NDArray[np.bool_]
#: Row of all establishments together.
ALL = "all"


def overlapping(
    members: pd.DataFrame,
    family: pd.Series,
    families: Sequence[str],
    *,
    holder: pd.Series | None = None,
) -> pd.DataFrame:
    """Count establishments by set and family, NaN where secrecy hides a count.

    Parameters
    ----------
    members : DataFrame of bool
        Establishments (rows) by set (columns): circles around places, areas. Sets may overlap.
    family : Series
        Family of each establishment.
    families : sequence of str
        Families to count; establishments of another one are not counted.
    holder : Series, optional
        Company of each establishment ("" where unknown): a cell of which one company has more
        than 85 % is hidden too.

    Returns
    -------
    DataFrame
        A row per set, and :data:`ALL` for all establishments; a column per family and ``"total"``.

    Notes
    -----
    Who knows two circles knows their difference. So the table is cut into atoms: establishments
    that are in exactly the same sets. A set is the sum of its atoms, all establishments are the
    sum of all atoms. Atoms are never shown, and one of one or two establishments of a family is
    protected as a cell is. No outline of an area is told: the outsider is taken to know more than
    he does.

    Sets that share no establishment, directly or through others, are protected apart, with the
    atom of those in no set beside them: a change of the table that moves only these is possible
    whatever the other sets hold. Of all establishments no count by family is told, only shares to
    one decimal of a ratio, so that a company is not looked for there.
    """
    counted = family.isin(list(families)).to_numpy()
    inside = members.to_numpy(dtype=bool)[counted]
    names = [str(name) for name in members.columns]
    rows = _Rows(family[counted], None if holder is None else holder[counted], families)
    sets = dict(zip(names, inside.T, strict=True))
    full = rows.counts({**sets, ALL: np.ones(len(inside), dtype=bool)})
    hidden = pd.DataFrame(False, full.index, full.columns)
    for masks, relations, unseen in _systems(inside, names):
        counts = rows.counts(masks)
        known = [(TOTAL, [str(f) for f in families])]
        safe = secrecy.protect(
            counts, rows=relations, columns=known, unseen=unseen, holders=rows.holders(masks)
        )
        shown = safe.hidden.drop(index=unseen)
        hidden.loc[shown.index] |= shown
    return full.astype("float64").mask(hidden)


def _systems(
    inside: Bools, names: Sequence[str]
) -> Iterator[tuple[dict[str, Bools], list[Relation], list[str]]]:
    """Yield rows, relations and rows never shown of each part that is protected apart."""
    patterns, found = np.unique(inside, axis=0, return_inverse=True)
    atom = found.ravel()
    every = [f"atom {n}" for n in range(len(patterns))]
    outside = [n for n in range(len(patterns)) if not patterns[n].any()]
    touching = sparse.csr_array(patterns.T.astype("int64") @ patterns.astype("int64"))
    _, part = connected_components(touching, directed=False)
    for number in range(part.max(initial=-1) + 1):
        mine = np.flatnonzero(part == number).tolist()
        atoms = [*np.flatnonzero(patterns[:, mine].any(axis=1)).tolist(), *outside]
        masks = {every[n]: atom == n for n in atoms}
        masks[ALL] = np.isin(atom, atoms)
        masks |= {names[s]: inside[:, s] for s in mine}
        relations: list[Relation] = [
            (names[s], [every[n] for n in atoms if patterns[n, s]]) for s in mine
        ]
        relations.append((ALL, [every[n] for n in atoms]))
        yield masks, relations, [every[n] for n in atoms]


class _Rows:
    """Counts of rows of a table, a row being some of the establishments."""

    def __init__(
        self, family: pd.Series, holder: pd.Series | None, families: Sequence[str]
    ) -> None:
        self.columns = [*(str(f) for f in families), TOTAL]
        self.code = pd.Index(self.columns).get_indexer(pd.Index(family))
        # Who is not known holds one establishment.
        known = None if holder is None else holder.where(holder != "").to_numpy()
        self.holder = None if known is None else pd.factorize(known)[0]

    def counts(self, masks: Mapping[str, Bools]) -> pd.DataFrame:
        """Return the establishments by row and family."""
        size = len(self.columns) - 1
        table = [np.bincount(self.code[m], minlength=size) for m in masks.values()]
        out = np.reshape(np.array(table, dtype="int64"), (len(masks), size))
        whole = np.column_stack([out, out.sum(axis=1)])
        return pd.DataFrame(whole, list(masks), self.columns)

    def holders(self, masks: Mapping[str, Bools]) -> pd.DataFrame | None:
        """Return the establishments of the largest company by row and family."""
        if self.holder is None:
            return None
        out = np.zeros((len(masks), len(self.columns)), dtype="int64")
        for row, (name, mask) in enumerate(masks.items()):
            known = mask & (self.holder >= 0)
            if name != ALL and known.any():
                each = pd.crosstab(self.holder[known], self.code[known])
                out[row, each.columns.to_numpy(dtype="int64")] = each.max().to_numpy()
                out[row, -1] = each.sum(axis=1).max()
        return pd.DataFrame(out, list(masks), self.columns)
