"""Families that are absent here and present where it is alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mining.errors import ConfigError, NotEnoughDataError

#: Fewest others to compare with.
FEWEST = 3


def gaps(
    counts: pd.DataFrame,
    *,
    size: pd.Series | None = None,
    peers: int = 10,
    common: float = 0.75,
) -> pd.DataFrame:
    """Name the families that most similar places have and a place has not.

    Parameters
    ----------
    counts : DataFrame
        Establishments by place, street or commune (rows) and family (columns); rows with a hole
        are neither judged nor compared with.
    size : Series, optional
        What makes two rows alike: inhabitants of a commune; the total of the row by default.
    peers : int
        Each row is compared with that many others, those nearest in size (ratio).
    common : float
        Share of the peers that must have the family.

    Returns
    -------
    DataFrame
        A row per gap: `place`, `family`, `have` (share of the peers that have it), `expected`
        (establishments, at the peers' number per unit of size), `chance` (that a place like these
        has none all the same, a Poisson law), sorted by place and chance. A gap is a fact on
        others, not advice: a family can be absent for good reasons.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than four rows.
    ConfigError
        If a size is missing.
    """
    table = counts.dropna()
    scale = table.sum(axis=1) if size is None else size.reindex(table.index)
    if scale.isna().any():
        raise ConfigError(f"size: none for {scale.index[scale.isna()][0]!r}")
    table, scale = table[scale > 0], scale[scale > 0].astype("float64")
    if len(table) <= FEWEST:
        msg = f"gaps: found {len(table)} places to compare, expected {FEWEST + 1} or more"
        raise NotEnoughDataError(msg)
    numbers, weight = table.to_numpy(dtype="float64"), scale.to_numpy()
    found = []
    for row, name in enumerate(table.index):
        distance = np.abs(np.log(weight / weight[row]))
        distance[row] = np.inf
        others = np.argsort(distance, kind="stable")[: min(peers, len(table) - 1)]
        have = (numbers[others] > 0).mean(axis=0)
        expected = numbers[others].sum(axis=0) / weight[others].sum() * weight[row]
        absent = np.flatnonzero((numbers[row] == 0) & (have >= common))
        found += [(name, table.columns[int(f)], have[f], expected[f]) for f in absent]
    out = pd.DataFrame(found, columns=["place", "family", "have", "expected"])
    out["chance"] = np.exp(-out["expected"].astype("float64"))
    return out.sort_values(["place", "chance", "family"], kind="stable", ignore_index=True)
