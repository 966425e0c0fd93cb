"""Local areas of commercial activity, from the establishments themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Proj

from mining.errors import ConfigError, TableError
from mining.shops._mix import hill
from mining.shops._reference import Reference

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: An area that holds less than this when a tenth of the establishments is taken away is not shown.
HOLDS = 0.6


@dataclass(frozen=True)
class Areas:
    """Areas found, and how well they hold.

    Attributes
    ----------
    labels : Series of int
        Area of each row of the establishments, -1 where none; index as given.
    table : DataFrame
        Index `area`; `establishments`, `latitude`, `longitude` (median point), `reach` (metres:
        nine establishments in ten are nearer to that point), `hill` (diversity of the street
        families), `character` (the family most over-represented against the territory), `index`
        (how many times the territory's share it has there), `stability` (mean Jaccard).
    counts : DataFrame
        Street families by area: exact figures, to be published by :func:`publish` only.
    jaccard : float
        Mean over all areas that were found, shown or not, and all draws; NaN without any.
    dropped : int
        Areas found that do not hold, and are not shown.
    """

    labels: pd.Series
    table: pd.DataFrame
    counts: pd.DataFrame
    jaccard: float
    dropped: int


def areas(
    establishments: pd.DataFrame,
    tables: Reference,
    *,
    families: Sequence[str] | None = None,
    minimum: int = 40,
    neighbours: int = 10,
    draws: int = 20,
    drop: float = 0.1,
    seed: int = 0,
) -> Areas:
    """Find where establishments stand densely together.

    Parameters
    ----------
    establishments : DataFrame
        From :func:`prepare`; those without a point are in no area.
    tables : Reference
        From :func:`reference`.
    families : sequence of str, optional
        Those that make an area; the street families by default.
    minimum : int
        Fewest establishments of an area.
    neighbours : int
        Density is told by the distance to that many neighbours.
    draws, drop, seed
        Stability: in each of `draws`, a share `drop` of the establishments is taken away.

    Returns
    -------
    Areas
        Largest first. With fewer than `minimum` establishments there is none.

    Raises
    ------
    ConfigError
        If a parameter makes no sense.
    TableError
        If the establishments have no family.

    Notes
    -----
    HDBSCAN (excess of mass) on metres of a local equal-area projection. When a share is taken
    away, `minimum` and `neighbours` shrink with it. Stability of an area: Jaccard with the area
    most like it in the draw, over the establishments of the draw.

    References
    ----------
    Campello, Moulavi and Sander, *Density-based clustering based on hierarchical density
    estimates*, PAKDD 2013; Hennig, *Cluster-wise assessment of cluster stability*, Computational
    Statistics & Data Analysis 52 (2007).
    """
    if not (minimum >= 5 and 1 <= neighbours <= minimum and 0 < drop < 1 and draws >= 1):
        msg = "areas: expected minimum of 5 or more, neighbours up to minimum, drop between 0 and 1"
        raise ConfigError(msg)
    if "family" not in establishments:
        raise TableError("establishments: no column 'family', call mining.shops.prepare first")
    kept = tables.street if families is None else tuple(families)
    used = establishments["family"].isin(kept) & establishments["latitude"].notna()
    chosen = establishments[used]
    if len(chosen) < minimum:
        return _none(establishments, kept)
    metres = project(
        chosen["latitude"].to_numpy("float64"), chosen["longitude"].to_numpy("float64")
    )
    found = _ordered(_fit(metres, minimum, neighbours))
    random = np.random.default_rng(seed)
    left = round((1 - drop) * len(found))
    kept_rows = [np.sort(random.choice(len(found), left, replace=False)) for _ in range(draws)]
    size = [max(2, round(n * (1 - drop))) for n in (minimum, neighbours)]
    held = _held(metres, found, size, kept_rows)
    shown = np.flatnonzero(held >= HOLDS)
    renumber = np.full(len(held) + 1, -1)  # the last entry is that of -1
    renumber[shown] = np.arange(len(shown))
    labels = pd.Series(-1, establishments.index, name="area")
    labels[used] = renumber[found]
    jaccard = float(held.mean()) if len(held) else np.nan
    table, counts = _described(chosen, labels[used], metres, kept)
    table["stability"] = held[shown]
    return Areas(labels, table, counts, jaccard, len(held) - len(shown))


def project(latitude: Floats, longitude: Floats) -> Floats:
    """Return points in metres, shape (point, 2), on an equal-area plane that touches their median.

    Distances within 30 km of it are right to a few parts in a million.
    """
    middle = f"+lat_0={np.median(latitude):.6f} +lon_0={np.median(longitude):.6f}"
    plane = Proj(f"+proj=laea +datum=WGS84 +units=m {middle}")
    east, north = plane(longitude, latitude)
    return np.round(np.column_stack([east, north]), 2)


def _fit(metres: Floats, minimum: int, neighbours: int) -> Ints:
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=minimum, min_samples=neighbours, copy=True)
    return np.asarray(model.fit(metres).labels_, dtype="int64")


def _ordered(labels: Ints) -> Ints:
    """Return labels by falling size; ties in the order of the rows, which is fixed."""
    count = np.bincount(labels[labels >= 0])
    rank = np.empty(len(count) + 1, dtype="int64")
    rank[np.argsort(-count, kind="stable")] = np.arange(len(count))
    rank[-1] = -1
    return np.asarray(rank[labels])


def _held(metres: Floats, found: Ints, size: Sequence[int], draws: Sequence[Ints]) -> Floats:
    """Return the mean Jaccard of each area over draws of the rows that are kept."""
    total = np.zeros(found.max() + 1)
    for rows in draws:
        again = _fit(metres[rows], *size)
        total += [_jaccard(found[rows] == area, again) for area in range(len(total))]
    return total / len(draws)


def _jaccard(mine: npt.NDArray[np.bool_], labels: Ints) -> float:
    """Return the Jaccard of an area with the most alike of another partition."""
    inside = labels[mine]
    both = np.bincount(inside[inside >= 0], minlength=1)
    size = np.bincount(labels[labels >= 0], minlength=len(both))[: len(both)]
    union = mine.sum() + size - both
    return float(np.max(both / np.maximum(union, 1)))


def _described(
    chosen: pd.DataFrame, labels: pd.Series, metres: Floats, kept: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return where each area lies and what it lives by."""
    order = pd.Index(kept, name="family")
    number = int(labels.max()) + 1
    crossed = pd.crosstab(labels, chosen["family"])
    counts = crossed.reindex(index=range(number), columns=order, fill_value=0).rename_axis("area")
    everywhere = chosen["family"].value_counts().reindex(order).fillna(0).to_numpy(dtype="float64")
    share = counts.to_numpy() / np.maximum(counts.to_numpy().sum(axis=1, keepdims=True), 1)
    whole = everywhere / everywhere.sum()
    index = np.divide(share, whole, out=np.zeros(share.shape), where=whole > 0)
    index[counts.to_numpy() < 3] = 0.0  # a family of one or two characterises nothing
    rows = []
    for area in range(number):
        mine = (labels == area).to_numpy()
        middle = chosen.loc[mine, ["latitude", "longitude"]].median()
        away = np.linalg.norm(metres[mine] - np.median(metres[mine], axis=0), axis=1)
        best = int(np.argmax(index[area]))
        rows.append((mine.sum(), *middle, np.quantile(away, 0.9), order[best], index[area, best]))
    names = ["establishments", "latitude", "longitude", "reach", "character", "index"]
    table = pd.DataFrame(rows, columns=names, index=pd.RangeIndex(number, name="area"))
    table.insert(4, "hill", hill(counts.to_numpy(dtype="float64")))
    return table, counts


def _none(establishments: pd.DataFrame, kept: Sequence[str]) -> Areas:
    columns = ["establishments", "latitude", "longitude", "reach"]
    columns += ["hill", "character", "index", "stability"]
    empty = pd.RangeIndex(0, name="area")
    return Areas(
        pd.Series(-1, establishments.index, name="area"),
        pd.DataFrame(columns=columns, index=empty),
        pd.DataFrame(columns=pd.Index(kept, name="family"), index=empty),
        np.nan,
        0,
    )
