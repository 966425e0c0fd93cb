"""Ward trees of rhythms: normalisation, cuts that keep outliers apart, canonical order.

Pure functions on arrays of profiles ``(row, slot)``: one row per sensor (or per day of a plain
table), one column per hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from mining.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Normalisation = Literal["hellinger", "log1p", "share", "z"]

#: Label of a row that stands alone: shown as what it is, never as a group.
OUTLIER = -2
#: Nearest neighbours this many times farther than usual make a row an outlier.
FAR = 4.0
#: Label of a row that has too little data to be placed.
UNUSABLE = -1


def shares(profiles: FloatArray) -> FloatArray:
    """Return each row divided by its sum; NaN where the sum is not positive.

    Examples
    --------
    >>> shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [nan, nan]]
    """
    total = profiles.sum(axis=1, keepdims=True)
    return np.asarray(profiles / np.where(total > 0, total, np.nan), dtype="float64")


def normalise(profiles: FloatArray, how: Normalisation = "hellinger") -> FloatArray:
    """Return the coordinates in which distances between profiles are taken.

    Parameters
    ----------
    profiles : ndarray (row, slot)
        Non-negative volumes.
    how : {"hellinger", "log1p", "share", "z"}
        ``hellinger``: square roots of shares; the Euclidean distance is then (up to a factor)
        the Hellinger distance, which neither volume nor one busy hour dominates. ``log1p``:
        logarithms of volumes, so that size counts too. ``share``: plain shares; ``z``: centred
        and divided by the standard deviation of the row. The last two are for comparison only.

    Notes
    -----
    Rounded to 9 decimals, so that a factor on the counts cannot turn a tie through rounding.

    References
    ----------
    Legendre, P. and Gallagher, E. (2001). Ecologically meaningful transformations for
    ordination of species data. Oecologia 129, 271-280.
    """
    out: FloatArray
    if how == "hellinger":
        out = np.sqrt(shares(profiles))
    elif how == "log1p":
        out = np.log1p(profiles)
    elif how == "share":
        out = shares(profiles)
    elif how == "z":
        centred = profiles - profiles.mean(axis=1, keepdims=True)
        spread = profiles.std(axis=1, keepdims=True)
        out = centred / np.where(spread > 0, spread, 1.0)
    else:
        msg = f"unknown normalisation {how!r}: expected 'hellinger', 'log1p', 'share' or 'z'"
        raise ConfigError(msg)
    return np.asarray(np.round(out, 9), dtype="float64")


def canonical_rows(points: FloatArray) -> IntArray:
    """Return the order of rows that depends on their content alone, not on how they came."""
    return np.asarray(np.lexsort(points.T[::-1]), dtype=np.intp)


def tree(points: FloatArray) -> FloatArray:
    """Return Ward's tree of the rows, as scipy's linkage matrix.

    References
    ----------
    Ward, J. H. (1963). Hierarchical grouping to optimize an objective function. JASA 58.
    """
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(points, "ward"), dtype="float64")


def partitions(points: FloatArray, numbers: Iterable[int]) -> dict[int, IntArray]:
    """Group rows into each of several numbers of groups.

    Parameters
    ----------
    points : ndarray (row, slot)
    numbers : iterable of int
        Numbers of groups that are wanted.

    Returns
    -------
    dict of int to ndarray of int (row,)
        Arbitrary labels: isolated rows alone, the others by a cut of Ward's tree, settled.
    """
    apart = isolated(points)
    rest = points[~apart]
    links = tree(rest) if len(rest) > 1 else np.empty((0, 4))
    out = {}
    for number in numbers:
        labels = np.empty(len(points), dtype=np.intp)
        labels[~apart] = settle(rest, cut(links, number))
        labels[apart] = len(points) + 1 + np.arange(apart.sum())
        out[number] = labels
    return out


def isolated(points: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which rows are far from every other row.

    A row is isolated if its nearest neighbour is more than :data:`FAR` times as far as that of
    the median row. Ward's tree alone does not show it: a single row is cheap to merge into a
    group it does not resemble. With fewer than five rows nothing can be said.

    Examples
    --------
    >>> isolated(np.array([[0.0], [1.0], [2.0], [3.0], [9.0]])).tolist()
    [False, False, False, False, True]
    """
    from scipy.spatial.distance import pdist, squareform

    if len(points) < 5:
        return np.zeros(len(points), dtype=bool)
    distance = squareform(pdist(points))
    np.fill_diagonal(distance, np.inf)
    nearest = distance.min(axis=1)
    usual = float(np.median(nearest))
    return np.asarray(nearest > FAR * usual) if usual > 0 else np.zeros(len(points), dtype=bool)


def cut(links: FloatArray, groups: int) -> IntArray:
    """Cut a tree into `groups` groups of two rows or more; rows that stand alone come on top.

    Parameters
    ----------
    links : ndarray (row - 1, 4)
        A linkage matrix.
    groups : int
        How many groups are wanted.

    Returns
    -------
    ndarray of int (row,)
        Arbitrary labels. The cut goes down until enough groups of at least two rows exist: a
        lone outlier that splits off is not counted as a group. Where that is impossible, the
        plain cut into `groups` is returned.
    """
    from scipy.cluster.hierarchy import fcluster

    if len(links) == 0:
        return np.ones(1, dtype=np.intp)
    for pieces in range(groups, len(links) + 2 - groups + 1):
        labels = np.asarray(fcluster(links, pieces, "maxclust"), dtype=np.intp)
        if (np.bincount(labels) > 1).sum() >= groups:
            return labels
    return np.asarray(fcluster(links, groups, "maxclust"), dtype=np.intp)


def settle(points: FloatArray, labels: IntArray, rounds: int = 100) -> IntArray:
    """Move rows to the nearest centre, from the cut of a tree, until nothing moves.

    Parameters
    ----------
    points : ndarray (row, slot)
    labels : ndarray of int (row,)
        A cut; rows that stand alone stay alone and draw nobody.
    rounds : int
        Most rounds of Lloyd's algorithm.

    Returns
    -------
    ndarray of int (row,)
        Labels among those given. No group shrinks to fewer than two rows: a round that would do
        so is not made.

    Notes
    -----
    A tree never takes a merge back, so a change in one cell can turn a whole branch. On the 365
    days of UCR Chinatown plain cuts range from .36 to .94 (adjusted Rand index) when two of 8,760
    cells change; settled, they are at .91 each time.

    References
    ----------
    Lloyd, S. (1982). Least squares quantization in PCM. IEEE Transactions on Information Theory
    28; started from Ward's groups as in Lebart, L. et al. (2006), Statistique exploratoire
    multidimensionnelle, "consolidation".
    """
    free = ~lone(labels)
    names = np.unique(labels[free])
    for _ in range(rounds if len(names) > 1 else 0):
        centres = np.stack([points[labels == n].mean(axis=0) for n in names])
        away = ((points[free][:, None] - centres) ** 2).sum(axis=-1)
        moved = labels.copy()
        moved[free] = names[np.argmin(np.round(away, 12), axis=1)]
        sizes = [(moved == n).sum() for n in names]
        if (moved == labels).all() or min(sizes) < 2:
            break
        labels = moved
    return labels


def lone(labels: IntArray) -> npt.NDArray[np.bool_]:
    """Return which rows are alone under their label.

    Examples
    --------
    >>> lone(np.array([3, 3, 1])).tolist()
    [False, False, True]
    """
    _, inverse, count = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(count[inverse] == 1)


def canonical(labels: IntArray, points: FloatArray) -> IntArray:
    """Return labels in canonical order, lone rows as :data:`OUTLIER`.

    Groups are numbered from 0 by size, largest first; equal sizes by their mean profile. The
    result depends neither on the order of the rows nor on the labels that came in.
    """
    single = lone(labels)
    names = np.unique(labels[~single])
    centres = {n: tuple(np.round(points[labels == n].mean(axis=0), 6)) for n in names}
    order = sorted(names, key=lambda n: (-int((labels == n).sum()), centres[n]))
    rank = {n: i for i, n in enumerate(order)}
    return np.array([rank.get(n, OUTLIER) for n in labels], dtype=np.intp)
