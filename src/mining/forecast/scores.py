"""Accuracy and calibration of a forecast: pure functions, ``(forecast, observed)`` first.

Cells where either side is NaN are left out. All functions return NaN when nothing is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def wape(forecast: npt.ArrayLike, observed: npt.ArrayLike) -> float:
    r"""Return the weighted absolute percentage error.

    Parameters
    ----------
    forecast, observed : array_like
        Same shape, same unit.

    Returns
    -------
    float
        Share of the observed volume, 0 is perfect; infinite when nobody was observed.

    Notes
    -----
    .. math:: \mathrm{WAPE} = \sum_t |y_t - \hat y_t| / \sum_t |y_t|

    Kolassa and Schuetz, *Advantages of the MAD/Mean ratio over the MAPE*, Foresight 6 (2007).

    Examples
    --------
    >>> wape([10, 20], [12, 18])
    0.13333333333333333
    """
    guess, truth = _pairs(forecast, observed)
    return _ratio(float(np.abs(truth - guess).sum()), float(np.abs(truth).sum()))


def rmse(forecast: npt.ArrayLike, observed: npt.ArrayLike) -> float:
    r"""Return the root mean squared error, in the unit of the measure.

    Notes
    -----
    .. math:: \mathrm{RMSE} = \sqrt{\frac1n \sum_t (y_t - \hat y_t)^2}

    Examples
    --------
    >>> rmse([0, 0], [3, 4])
    3.5355339059327378
    """
    guess, truth = _pairs(forecast, observed)
    return float(np.sqrt(np.mean((truth - guess) ** 2))) if truth.size else float("nan")


def seasonal_scale(history: npt.ArrayLike, season: int) -> Floats:
    """Return the in-sample mean absolute error of repeating the last season.

    Parameters
    ----------
    history : array_like, shape (..., time)
        Values known at the origin; NaN where nothing was counted.
    season : int
        Steps of one season, 168 for a week of hours.

    Returns
    -------
    ndarray, shape (...)
        The denominator of :func:`mase`; NaN where the history holds no pair a season apart.
    """
    values = np.asarray(history, dtype="float64")
    step = np.abs(values[..., season:] - values[..., :-season])
    seen = np.isfinite(step)
    total = np.where(seen, step, 0.0).sum(axis=-1)
    count = seen.sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def mase(forecast: npt.ArrayLike, observed: npt.ArrayLike, scale: float) -> float:
    r"""Return the mean absolute scaled error, `scale` being :func:`seasonal_scale`.

    Notes
    -----
    .. math:: \mathrm{MASE} = \frac{\frac1n\sum_t |y_t - \hat y_t|}
              {\frac1{T-m}\sum_{t>m} |y_t - y_{t-m}|}

    Hyndman and Koehler, *Another look at measures of forecast accuracy*, International Journal
    of Forecasting 22 (2006). Pooled over sensors and origins as a plain mean.

    Examples
    --------
    >>> mase([10, 20], [12, 18], scale=4.0)
    0.5
    """
    guess, truth = _pairs(forecast, observed)
    return _ratio(float(np.abs(truth - guess).sum()), truth.size * scale)


def pinball(forecast: npt.ArrayLike, observed: npt.ArrayLike, *, quantile: float) -> float:
    r"""Return the mean quantile loss.

    Notes
    -----
    .. math:: \frac1n \sum_t \max(\tau (y_t - q_t), (\tau - 1)(y_t - q_t))

    Koenker and Bassett, *Regression quantiles*, Econometrica 46 (1978). At :math:`\tau = 0.5` it
    is half of the mean absolute error.

    Examples
    --------
    >>> pinball([8.0], [10.0], quantile=0.9)
    1.8
    """
    guess, truth = _pairs(forecast, observed)
    if not truth.size:
        return float("nan")
    gap = truth - guess
    return float(np.maximum(quantile * gap, (quantile - 1) * gap).mean())


def coverage(lower: npt.ArrayLike, upper: npt.ArrayLike, observed: npt.ArrayLike) -> float:
    """Return the share of the observed values inside the closed interval.

    Examples
    --------
    >>> coverage([0, 0, 0, 0], [1, 1, 1, 1], [0.5, 1.0, 2.0, -1.0])
    0.5
    """
    low, high, truth = (np.asarray(a, dtype="float64") for a in (lower, upper, observed))
    seen = np.isfinite(low) & np.isfinite(high) & np.isfinite(truth)
    inside = (low <= truth) & (truth <= high) & seen
    return _ratio(float(inside.sum()), float(seen.sum()))


def _pairs(forecast: npt.ArrayLike, observed: npt.ArrayLike) -> tuple[Floats, Floats]:
    guess = np.asarray(forecast, dtype="float64")
    truth = np.asarray(observed, dtype="float64")
    seen = np.isfinite(guess) & np.isfinite(truth)
    return guess[seen], truth[seen]


def _ratio(above: float, below: float) -> float:
    if below > 0:
        return above / below
    return float("inf") if above > 0 else float("nan")
