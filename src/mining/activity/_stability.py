"""Do the groups hold? Agreement of clusterings under resampling, for each number of groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mining.activity._ward import OUTLIER, partitions

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
#: Which rows took part, and their coordinates in this draw.
Draw = tuple[IntArray, FloatArray]


def separate(labels: IntArray) -> IntArray:
    """Return labels in which every outlier has a number of its own."""
    out = labels.copy()
    alone = np.flatnonzero(labels == OUTLIER)
    out[alone] = labels.max(initial=-1) + 1 + np.arange(len(alone))
    return out


def rand_index(first: IntArray, second: IntArray) -> float:
    """Return the adjusted Rand index of two labellings: 1 the same, 0 as by chance.

    References
    ----------
    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(first, second))


def jaccard(members: npt.NDArray[np.bool_], labels: IntArray) -> tuple[float, int]:
    """Return the best Jaccard similarity of a group with the groups of `labels`, and which one.

    Examples
    --------
    >>> jaccard(np.array([True, True, False]), np.array([5, 5, 5]))
    (0.6666666666666666, 5)
    """
    best, at = 0.0, -1
    for name in np.unique(labels):
        other = labels == name
        score = float((members & other).sum() / (members | other).sum())
        if score > best:
            best, at = score, int(name)
    return best, at


@dataclass
class Agreement:
    """How clusterings of draws agree with the clustering of the whole, by number of groups.

    Attributes
    ----------
    rand : dict of int to list of float
        Adjusted Rand index of each draw, on the rows that took part.
    jaccards : dict of int to list of ndarray (group,)
        Best Jaccard similarity of each group in each draw (NaN where no member took part).
    kept : dict of int to ndarray (row,)
        Share of the draws in which a row was in the cluster that matches its group best.
    """

    rand: dict[int, list[float]] = field(default_factory=dict)
    jaccards: dict[int, list[FloatArray]] = field(default_factory=dict)
    kept: dict[int, FloatArray] = field(default_factory=dict)

    def mean_rand(self, k: int) -> float:
        """Return the mean index over draws; NaN where there was no draw."""
        return float(np.mean(self.rand[k])) if self.rand[k] else float("nan")

    def worst_rand(self, k: int) -> float:
        """Return the smallest index over draws; NaN where there was no draw."""
        return float(np.min(self.rand[k])) if self.rand[k] else float("nan")

    def stability(self, k: int, groups: int) -> FloatArray:
        """Return the mean Jaccard similarity of each group, NaN where there was no draw.

        References
        ----------
        Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational
        Statistics & Data Analysis 52, 258-271.
        """
        if not self.jaccards[k]:
            return np.full(groups, np.nan)
        table = np.stack(self.jaccards[k])
        counted = np.isfinite(table).sum(axis=0)
        total = np.nansum(table, axis=0)
        return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))


def agreement(base: Mapping[int, IntArray], draws: Iterable[Draw]) -> Agreement:
    """Cluster every draw again and compare it with the clustering of the whole.

    Parameters
    ----------
    base : mapping of int to ndarray (row,)
        Canonical labels of the whole, for each number of groups.
    draws : iterable of (rows, points)
        Resampled data; `rows` are positions in the labels of `base`.
    """
    out = Agreement({k: [] for k in base}, {k: [] for k in base})
    seen = {k: np.zeros(len(labels)) for k, labels in base.items()}
    good = {k: np.zeros(len(labels)) for k, labels in base.items()}
    for rows, points in draws:
        cuts = partitions(points, base)
        for k, labels in base.items():
            again = cuts[k]
            mine = labels[rows]
            out.rand[k].append(rand_index(separate(mine), again))
            scores, match = _match(mine, again, int(labels.max()) + 1)
            out.jaccards[k].append(scores)
            seen[k][rows] += 1
            good[k][rows] += match
    for k in base:
        out.kept[k] = np.where(seen[k] > 0, good[k] / np.maximum(seen[k], 1), np.nan)
    return out


def _match(mine: IntArray, again: IntArray, groups: int) -> tuple[FloatArray, FloatArray]:
    scores = np.full(groups, np.nan)
    match = np.zeros(len(mine))
    for group in range(groups):
        members = mine == group
        if members.any():
            scores[group], name = jaccard(members, again)
            match[members] = again[members] == name
    return scores, match


def subsamples(points: FloatArray, number: int, seed: int, keep: float = 0.8) -> Iterator[Draw]:
    """Yield `number` draws of a share of the rows, without replacement, in order."""
    rng = np.random.default_rng([seed, 2])
    size = min(max(round(keep * len(points)), 2), len(points) - 1)
    for _ in range(number):
        rows = np.sort(rng.choice(len(points), size, replace=False)).astype(np.intp)
        yield rows, points[rows]


def bootstrap_rows(points: FloatArray, number: int, seed: int) -> Iterator[Draw]:
    """Yield `number` bootstrap samples of the rows; a row drawn twice counts twice in the tree.

    The comparison is made on all drawn rows, repetitions included.
    """
    rng = np.random.default_rng([seed, 1])
    for _ in range(number):
        rows = np.sort(rng.integers(0, len(points), len(points))).astype(np.intp)
        yield rows, points[rows]


def silhouettes(points: FloatArray, labels: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the silhouette of each row and its nearest other group.

    Parameters
    ----------
    points : ndarray (row, slot)
    labels : ndarray of int (row,)
        Canonical labels. An outlier has no silhouette (NaN); its nearest group is given.

    References
    ----------
    Rousseeuw, P. (1987). Silhouettes. Journal of Computational and Applied Mathematics 20.
    """
    from scipy.spatial.distance import pdist, squareform

    groups = int(labels.max(initial=-1)) + 1
    distance = squareform(pdist(points))
    score = np.full(len(points), np.nan)
    other = np.full(len(points), -1, dtype=np.intp)
    for row, label in enumerate(labels):
        mean = np.array([_mean_to(distance[row], labels == g, row) for g in range(groups)])
        away = np.where(np.arange(groups) == label, np.inf, mean)
        if not len(away) or not np.isfinite(away).any():
            continue
        other[row] = int(np.argmin(away))
        if label >= 0:
            near, far = mean[label], away[other[row]]
            score[row] = (far - near) / max(near, far) if max(near, far) > 0 else 0.0
    return score, other


def _mean_to(distance: FloatArray, members: npt.NDArray[np.bool_], row: int) -> float:
    members = members.copy()
    members[row] = False
    return float(distance[members].mean()) if members.any() else float("inf")


def margins(checks: Mapping[str, FloatArray], limits: Mapping[str, float]) -> list[float]:
    """Return for each candidate how far its weakest check is above its limit.

    Returns
    -------
    list of float
        1 where every check is perfect, 0 where the weakest is at its limit, negative below;
        NaN where no check could be made. Checks that could not be made have no say. Rounded to
        6 decimals, so that equals are equal.
    """
    table = np.stack([checks[name] for name in limits])
    bounds = np.array(list(limits.values()))[:, None]
    above = (table - bounds) / (1 - bounds)
    weakest = np.where(np.isfinite(above), above, np.inf).min(axis=0)
    return [round(float(m), 6) if np.isfinite(m) else float("nan") for m in weakest]


def agreed(checks: Mapping[str, FloatArray], limits: Mapping[str, float]) -> list[bool]:
    """Return for each candidate whether every check that could be made reaches its limit.

    A candidate for which no check could be made does not hold.
    """
    return [margin >= 0 for margin in margins(checks, limits)]
