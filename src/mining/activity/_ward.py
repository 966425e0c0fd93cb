"""Ward trees of rhythms: normalisation, cuts that keep outliers apart, canonical order.

Pure functions on arrays of profiles ``(row, slot)``: one row per sensor (or per day of a plain
table), one column per hour.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Normalisation = Literal["hellinger", "log1p", "z"]

#: Label of a row that stands alone: shown as what it is, never as a group.
OUTLIER = -2
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
    how : {"hellinger", "log1p", "z"}
        ``hellinger``: square roots of shares; the Euclidean distance is then (up to a factor)
        the Hellinger distance, which neither volume nor one busy hour dominates. ``log1p``:
        logarithms of volumes, so that size counts too. ``z``: centred and divided by the
        standard deviation of the row; for comparison only.

    Notes
    -----
    Rounded to 9 decimals, so that a factor on the counts cannot turn a tie through rounding.

    References
    ----------
    Legendre, P. and Gallagher, E. (2001). Ecologically meaningful transformations for
    ordination of species data. Oecologia 129, 271-280.
    """
    if how == "hellinger":
        out = np.sqrt(shares(profiles))
    elif how == "log1p":
        out = np.log1p(profiles)
    elif how == "z":
        centred = profiles - profiles.mean(axis=1, keepdims=True)
        spread = profiles.std(axis=1, keepdims=True)
        out = centred / np.where(spread > 0, spread, 1.0)
    else:
        msg = f"unknown normalisation {how!r}: expected 'hellinger', 'log1p' or 'z'"
        raise ValueError(msg)
    return np.round(out, 9)


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

    for pieces in range(groups, len(links) + 2 - groups + 1):
        labels = np.asarray(fcluster(links, pieces, "maxclust"), dtype=np.intp)
        if (np.bincount(labels) > 1).sum() >= groups:
            return labels
    return np.asarray(fcluster(links, groups, "maxclust"), dtype=np.intp)


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
