"""Where a row stands among groups: nearest centre, shares of each group, far from all or not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mining.activity._ward import OUTLIER

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: A row is apart if it is this many times as far from every mixture of groups as the farthest
#: member of the nearest group from its centre.
APART = 1.5
#: A row sits between two groups where the share of its own is below the first number or that of
#: another reaches the second.
OWN, ANOTHER = 0.5, 0.4
#: Weight of the condition that the shares sum to 1.
_SUM = 1e3


def centres_of(points: FloatArray, labels: IntArray, groups: int) -> FloatArray:
    """Return the mean of the members of each group, ``(group, slot)``."""
    return np.stack([points[labels == g].mean(axis=0) for g in range(groups)])


def distances(points: FloatArray, centres: FloatArray) -> FloatArray:
    """Return the distance of each row to each centre, ``(row, group)``."""
    square = ((points[:, None, :] - centres) ** 2).sum(axis=-1)
    return np.asarray(np.round(np.sqrt(square), 9), dtype="float64")


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """Return the group whose centre is nearest to each row; the first of equals."""
    return np.asarray(np.argmin(distances(points, centres), axis=1), dtype=np.intp)


def mixture(row: FloatArray, centres: FloatArray) -> FloatArray:
    """Return the shares of the centres in the mixture that comes nearest to a row.

    Parameters
    ----------
    row : ndarray (slot,)
    centres : ndarray (group, slot)

    Returns
    -------
    ndarray (group,)
        Not negative, summing to 1.

    Notes
    -----
    The point of the simplex of the centres that is nearest to the row. What the row has for
    itself, away from every centre, does not blur it, as it would blur ratios of distances.

    Examples
    --------
    >>> mixture(np.array([1.0, 5.0]), np.array([[0.0, 0.0], [4.0, 0.0]])).round(6).tolist()
    [0.75, 0.25]

    References
    ----------
    Lawson, C. and Hanson, R. (1974). Solving Least Squares Problems; the sum is held by a row
    of large weight, as there in chapter 22.
    """
    from scipy.optimize import nnls

    system = np.vstack([centres.T, np.full(len(centres), _SUM)])
    weight, _ = nnls(system, np.append(row, _SUM))
    return np.asarray(np.round(weight / weight.sum(), 6), dtype="float64")


def memberships(points: FloatArray, labels: IntArray, groups: int) -> FloatArray:
    """Return the share of each group in each row, ``(row, group)``; NaN for rows in none.

    Notes
    -----
    The centre of a row's own group is taken without it, or it would speak for itself.
    """
    out = np.full((len(points), groups), np.nan)
    centres = centres_of(points, labels, groups)
    for row in np.flatnonzero(labels >= 0):
        own = labels == labels[row]
        own[row] = False
        mine = centres.copy()
        if own.any():
            mine[labels[row]] = points[own].mean(axis=0)
        out[row] = mixture(points[row], mine)
    return out


def between(labels: IntArray, share: FloatArray) -> IntArray:
    """Return the other group that a row shares with its own, or -1.

    Examples
    --------
    >>> between(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.55, 0.45], [0.2, 0.8]])).tolist()
    [-1, 1, -1]
    """
    out = np.full(len(labels), -1, dtype=np.intp)
    for row in np.flatnonzero(labels >= 0):
        others = np.where(np.arange(share.shape[1]) == labels[row], -1.0, share[row])
        if others.size > 1 and (share[row, labels[row]] < OWN or others.max() >= ANOTHER):
            out[row] = int(np.argmax(others))
    return out


def placed(
    points: FloatArray, centres: FloatArray, radius: FloatArray, *, roots: bool = False
) -> IntArray:
    """Return the nearest group of each row, :data:`OUTLIER` where it is like none.

    A row that mixes groups, such as the sum of two unlike streets, is near their mixture.

    Parameters
    ----------
    points : ndarray (row, slot)
    centres : ndarray (group, slot)
    radius : ndarray (group,)
        Distance of the farthest member of each group.
    roots : bool
        Whether points are square roots of shares: shares mix, their roots do not.
    """
    label = nearest(points, centres)
    power = 2 if roots else 1
    weight = np.array([mixture(p, centres) for p in points]).reshape(-1, len(centres))
    mixed = (weight @ centres**power) ** (1 / power)
    away = np.sqrt(((points - mixed) ** 2).sum(axis=1))
    far = (away > APART * radius[label]) & (radius[label] > 0)
    return np.asarray(np.where(far, OUTLIER, label), dtype=np.intp)
