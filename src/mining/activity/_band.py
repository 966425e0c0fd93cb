"""The usual band of a share: what earlier years let expect of this one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.activity._windows import drift

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Half the width of the band in standard deviations: 99 % of places that only wander as usual.
WIDTH = 2.576
#: Least wander of a logit from year to year, as a standard deviation of one year. Twenty-one
#: streets of Auckland over five years: .025 once draws of weeks and the town are accounted for,
#: which is half a point of a share of 27 %.
LEAST_WANDER = 0.025
#: Shares nearer to 0 or 1 count as this near.
NEAR = 1e-3


def logit(share: FloatArray) -> FloatArray:
    """Return log-odds, in which a factor on all weekends of a town moves all places alike."""
    inside = np.clip(share, NEAR, 1 - NEAR)
    return np.asarray(np.log(inside / (1 - inside)))


def from_logit(odds: FloatArray) -> FloatArray:
    """Return shares.

    Examples
    --------
    >>> from_logit(logit(np.array([0.25, 0.5]))).round(9).tolist()
    [0.25, 0.5]
    """
    return np.asarray(1 / (1 + np.exp(-odds)))


@dataclass(frozen=True)
class Band:
    """What is usual for each row.

    Attributes
    ----------
    usual, low, high : ndarray (row,)
        NaN where no earlier year is known.
    left : ndarray of bool (row,)
        Whether this year lies outside.
    town : float
        How much all rows moved together since last year; it is part of `usual`.
    wander : float
        Standard deviation of one year against another, what all rows share left out.
    """

    usual: FloatArray
    low: FloatArray
    high: FloatArray
    left: BoolArray
    town: float
    wander: float


def usual_band(
    now: FloatArray, earlier: FloatArray, error: FloatArray, earlier_error: FloatArray
) -> Band:
    """Return the band in which this year was to be expected.

    Parameters
    ----------
    now : ndarray (row,)
        Logit of this year's share.
    earlier : ndarray (year, row)
        Those of the years before, the last one first; NaN where unknown.
    error, earlier_error : ndarray
        Standard errors of both, from draws of weeks.

    Returns
    -------
    Band

    Notes
    -----
    `usual` is the mean of the earlier years, each one moved by what the rows have in common
    since. The band is that mean, give or take :data:`WIDTH` times the root of: the variance of
    this year's draws, that of the mean's, and the wander of a place from year to year. Wander is
    pooled over places (their differences from one year to the next, by the median of absolute
    values, draws taken off), because two or three years of one place say little; a place that
    has wandered more has its own.
    """
    years = len(earlier)
    town = np.array([float(drift(now, e)) for e in earlier]).reshape(years)
    moved = earlier + town[:, None]
    known = np.isfinite(moved)
    count = known.sum(axis=0)
    n = np.maximum(count, 1)
    usual = np.where(count > 0, np.where(known, moved, 0.0).sum(axis=0) / n, np.nan)
    noise = np.where(known, earlier_error**2, 0.0).sum(axis=0) / n
    wander = max(_pooled(now, moved, error, earlier_error), LEAST_WANDER)
    square = np.where(known, moved - usual, 0.0) ** 2
    own = np.where(count > 1, square.sum(axis=0) / np.maximum(count - 1, 1) - noise, 0.0)
    variance = np.maximum(own, wander**2) * (1 + 1 / n) + error**2 + noise / n
    half = WIDTH * np.sqrt(variance)
    left = np.asarray(np.abs(now - usual) > half)
    return Band(usual, usual - half, usual + half, left, float(town[0]) if years else 0.0, wander)


def _pooled(
    now: FloatArray, moved: FloatArray, error: FloatArray, earlier_error: FloatArray
) -> float:
    """Return the wander of one year, from differences of years that follow each other."""
    values = np.vstack([now[None], moved])
    errors = np.vstack([error[None], earlier_error])
    step = np.diff(values, axis=0)
    noise = errors[1:] ** 2 + errors[:-1] ** 2
    known = np.isfinite(step) & np.isfinite(noise)
    if not known.any():
        return 0.0
    spread = (1.4826 * float(np.median(np.abs(step[known])))) ** 2
    return float(np.sqrt(max(spread - float(np.median(noise[known])), 0.0) / 2))
