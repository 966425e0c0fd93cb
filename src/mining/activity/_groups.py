"""Groups of profiles whose number is the one that resampling agrees on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.activity import _placing
from mining.activity import _stability as stability
from mining.activity._ward import OUTLIER, canonical, isolated, partitions
from mining.errors import ConfigError, NotEnoughDataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: A number of groups is kept only if each check reaches its limit (adjusted Rand index).
LIMITS: Mapping[str, float] = {"weeks": 0.85, "sensors": 0.70, "years": 0.60}
#: Fewest rows that can be grouped at all.
FEWEST = 3


@dataclass(frozen=True)
class Groups:
    """Result of grouping rows; every array follows the order of the rows.

    Attributes
    ----------
    labels : ndarray of int (row,)
        0 ... k - 1, or :data:`OUTLIER`.
    k : int
        Number of groups; 1 where nothing holds or nothing was asked.
    agreed : bool
        Whether all checks that could be made reach their limits at `k`.
    candidates : list of int
        Numbers of groups that were looked at.
    checks : dict of str to ndarray (candidate,)
        Adjusted Rand index by check: mean over draws of ``weeks`` and ``sensors``, smallest over
        ``years``; NaN where a check cannot be made. ``silhouette``: the mean, for information.
    holds : list of bool
        For each candidate, whether the checks agree on it.
    stability, stability_sensors, stability_years : ndarray (group,)
        Mean Jaccard similarity under the first check, under ``sensors`` and with other years.
    membership : ndarray (row, group)
        Share of each group in the row; NaN for outliers.
    kept : ndarray (row,)
        Share of the draws of the first check in which the row stayed with its group.
    silhouette : ndarray (row,)
    other : ndarray of int (row,)
        Nearest other group, -1 if there is none.
    years : list of float
        Index for each other year, at `k`.
    """

    labels: IntArray
    k: int
    agreed: bool
    candidates: list[int]
    checks: dict[str, FloatArray]
    holds: list[bool]
    stability: FloatArray
    stability_sensors: FloatArray
    stability_years: FloatArray
    membership: FloatArray
    kept: FloatArray
    silhouette: FloatArray
    other: IntArray
    years: list[float]


def find_groups(
    points: FloatArray,
    draws: Mapping[str, Iterable[stability.Draw]],
    *,
    k: int | None,
    max_groups: int,
    limits: Mapping[str, float] = LIMITS,
) -> Groups:
    """Group rows and choose the number of groups.

    Parameters
    ----------
    points : ndarray (row, slot)
        Normalised profiles in canonical order.
    draws : mapping of str to iterable of (rows, points)
        Resampled data for each check among the keys of `limits`; the first one gives the
        stability of each group. A check without any draw could not be made.
    k : int, optional
        Number of groups; by default, among those for which all checks reach their limits, the
        one whose weakest check is farthest above its limit (the larger one of equals), and one
        group where there is none. Silhouettes have no say.
    max_groups : int
        Largest number of groups that is tried.

    Raises
    ------
    ConfigError
        If `k` or `max_groups` is not positive.
    NotEnoughDataError
        If `k` groups of at least two rows cannot be made.
    """
    if (k is not None and k < 1) or max_groups < 1:
        msg = f"a number of groups must be 1 or more: found k={k}, max_groups={max_groups}"
        raise ConfigError(msg)
    if len(points) < FEWEST or k == 1:
        return _single(points)
    wanted = sorted({*range(2, max_groups + 1), *([k] if k else [])})
    cuts = partitions(points, [n for n in wanted if 2 * n <= len(points)])
    base = {n: canonical(labels, points) for n, labels in cuts.items()}
    base = {n: labels for n, labels in base.items() if labels.max() == n - 1}
    if k is not None and k not in base:
        msg = f"{k} groups of two or more cannot be made of {len(points)} usable profiles"
        raise NotEnoughDataError(msg)
    found = {name: stability.agreement(base, draws.get(name, ())) for name in limits}
    checks = _checks(base, found, points)
    candidates = list(base)
    few = [bool((base[n] == OUTLIER).sum() <= max(1, len(points) // 10)) for n in candidates]
    holds = [a and b for a, b in zip(stability.agreed(checks, limits), few, strict=True)]
    held = [n for n, good in zip(candidates, holds, strict=True) if good]
    margin = dict(zip(candidates, stability.margins(checks, limits), strict=True))
    chosen = k or max(held, key=lambda n: (margin[n], n), default=1)
    if chosen == 1:
        return _single(points, candidates, checks, holds)
    labels = base[chosen]
    score, other = stability.silhouettes(points, labels)
    first = found[next(iter(draws))]
    return Groups(
        labels=labels,
        k=chosen,
        agreed=chosen in held,
        candidates=candidates,
        checks=checks,
        holds=holds,
        stability=first.stability(chosen, chosen),
        stability_sensors=found["sensors"].stability(chosen, chosen),
        stability_years=found["years"].stability(chosen, chosen)
        if "years" in found
        else np.full(chosen, np.nan),
        membership=_placing.memberships(points, labels, chosen),
        kept=first.kept[chosen],
        silhouette=score,
        other=other,
        years=found["years"].rand[chosen] if "years" in found else [],
    )


def _checks(
    base: Mapping[int, IntArray], found: Mapping[str, stability.Agreement], points: FloatArray
) -> dict[str, FloatArray]:
    out = {
        name: np.array([(a.worst_rand(n) if name == "years" else a.mean_rand(n)) for n in base])
        for name, a in found.items()
    }
    means = [stability.silhouettes(points, labels)[0] for labels in base.values()]
    out["silhouette"] = np.array([float(np.nanmean(m)) for m in means])
    return out


def _single(
    points: FloatArray,
    candidates: list[int] | None = None,
    checks: dict[str, FloatArray] | None = None,
    holds: list[bool] | None = None,
) -> Groups:
    nothing = np.full(len(points), np.nan)
    labels = np.where(isolated(points), OUTLIER, 0).astype(np.intp)
    return Groups(
        labels=labels,
        k=1,
        agreed=False,
        candidates=candidates or [],
        checks=checks or {name: np.empty(0) for name in (*LIMITS, "silhouette")},
        holds=holds or [],
        stability=np.full(1, np.nan),
        stability_sensors=np.full(1, np.nan),
        stability_years=np.full(1, np.nan),
        membership=np.where(labels == 0, 1.0, np.nan)[:, None],
        kept=nothing,
        silhouette=nothing.copy(),
        other=np.full(len(points), -1, dtype=np.intp),
        years=[],
    )
