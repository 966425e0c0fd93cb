"""What a sensor would have counted in some days, told by the days around and by other sensors.

Days are compared in logarithms, each freed of its sensor's own weekday means. A sensor follows the
median of its controls; a ridge regression, drawn to exactly that, lets it follow some of them more
than others; the days next to the window set its level.

Notes
-----
The median of the controls is a difference in differences; the ridge regression of what is left is
the regularised synthetic control of E. Ben-Michael, A. Feller and J. Rothstein (2021), "The
augmented synthetic control method", Journal of the American Statistical Association 116, here with
days on both sides of the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.cube import BoolArray
from mining.week_grid import Array, IntArray, median

#: Days learnt from on either side of the window.
REACH = 84
#: Distance, in days, over which the weight of a day for the level falls to 1/e.
NEARNESS = 7.0
#: Penalty on following the median of the controls more or less than fully, and on leaning towards
#: single ones, in units of the variance of what is left.
_FOLLOW, _LEAN = 1.0, 100.0
#: A single control differs from the median at most by this much (log).
_FURTHEST = 0.5
#: What is left is cut at this many times its usual size.
_CUT = 4.0
_MAD = 1.4826
_LEAST_VARIANCE = 1e-4
#: Days of a weekday that make its mean, and days that make a regression.
_LEAST_WEEKS, _LEAST_DAYS = 2, 14
#: Share of the days on which a control must be known.
_MOSTLY = 0.6


@dataclass(frozen=True)
class Days:
    """Logarithms of the counts of some days around a window, of all sensors.

    Attributes
    ----------
    log : array (sensor, day)
        Logarithm of the count of each day; NaN where unknown.
    moving : array (sensor, day)
        The same as a control tells it: known also on days from which nothing is learnt.
    learn : bool array (sensor, day)
        Days that may be learnt from; none inside the window.
    weekday : int array (day,)
        Day of the week, 0 to 6.
    first, stop : int
        Half-open range of the days of the window.
    """

    log: Array
    moving: Array
    learn: BoolArray
    weekday: IntArray
    first: int
    stop: int


def weekday_means(log: Array, learn: BoolArray, weekday: IntArray) -> Array:
    """Return the mean of the days learnt from by weekday (sensor, 7); NaN where too few."""
    one_of = (weekday[:, None] == np.arange(7)).astype("float64")
    days = learn.astype("float64") @ one_of
    sums = np.where(learn, log, 0.0) @ one_of
    return np.where(days >= _LEAST_WEEKS, sums / np.maximum(days, 1.0), np.nan)


def expected(days: Days, last: Days | None, targets: IntArray, controls: list[IntArray]) -> Array:
    """Return the counts that are expected in the days of the window.

    Parameters
    ----------
    days : Days
        Whole days.
    last : Days, optional
        The same days cut to the hours of the window's last day, which decide that day.
    targets : int array (target,)
        Rows of the sensors wanted.
    controls : list of int array
        Rows of the controls of each target; empty where there is none.

    Returns
    -------
    array (target, day of the window)
        NaN where nothing can be expected.
    """
    inside = np.arange(days.first, days.stop)
    out = np.full((len(targets), len(inside)), np.nan)
    for place, (row, others) in enumerate(zip(targets, controls, strict=True)):
        usual, movement = _freed(days, last, np.concatenate([[row], others]))
        moved = days.log[row] - usual
        learn = days.learn[row] & np.isfinite(moved)
        if learn.sum() < _LEAST_DAYS:
            continue
        told = followed(moved, movement[_speaking(movement, days, learn)], learn)
        level = _level(usual, told, moved, learn, days)
        out[place] = np.exp(usual + told + level)[inside]
    return out


def _freed(days: Days, last: Days | None, rows: IntArray) -> tuple[Array, Array]:
    """Return what is usual for the first of `rows` (day,), and how the others move (row, day).

    All are compared over the days that the first one may be learnt from.
    """
    means = _means(days, rows)[:, days.weekday]
    if last is not None:
        end = days.stop - 1
        means[:, end] = _means(last, rows)[:, last.weekday[end]]
    movement = days.moving[rows] - means
    if last is not None:
        movement[:, end] = last.moving[rows, end] - means[:, end]
    return means[0], movement[1:]


def _means(days: Days, rows: IntArray) -> Array:
    return weekday_means(days.log[rows], days.learn[rows] & days.learn[rows[0]], days.weekday)


def _speaking(movement: Array, days: Days, learn: BoolArray) -> BoolArray:
    """Tell which controls are known on most days of the window and of the learning."""
    known = np.isfinite(movement)
    inside = known[:, days.first : days.stop].mean(axis=1) >= _MOSTLY
    return np.asarray(inside & (known[:, learn].mean(axis=1) >= _MOSTLY))


def followed(moved: Array, controls: Array, learn: BoolArray) -> Array:
    """Return the movement of a sensor (day,) as its controls tell it.

    Parameters
    ----------
    moved : array (day,)
        Its own movement: log-ratio to its weekday means.
    controls : array (control, day)
        Theirs.
    learn : bool array (day,)
        Days that may be learnt from.

    Returns
    -------
    array (day,)
        Zeros without controls; NaN on days when no control is known.
    """
    if not len(controls):
        return np.zeros_like(moved)
    common = median(controls)
    apart = np.where(np.isfinite(controls), controls - common, 0.0)
    features = np.vstack([np.nan_to_num(common), np.clip(apart, -_FURTHEST, _FURTHEST)])
    use = learn & np.isfinite(common)
    if use.sum() < _LEAST_DAYS:
        return common
    whole = moved[use] - common[use]
    variance = _variance(whole)
    left, seen = _cut(whole, variance), features[:, use]
    penalty = variance * np.concatenate([[_FOLLOW], np.full(len(controls), _LEAN)])
    lean = np.linalg.solve(seen @ seen.T + np.diag(penalty), seen @ left)
    return np.asarray(common + lean @ features)


def _level(usual: Array, told: Array, moved: Array, learn: BoolArray, days: Days) -> float:
    """Return how far the days next to the window lie above what was told (log-ratio of sums)."""
    use = learn & np.isfinite(told)
    if not use.any():
        return float("nan")
    day = np.arange(len(usual))[use]
    far = np.maximum(days.first - day, day - days.stop + 1)
    weight = np.exp(usual[use] + told[use] - far / NEARNESS)
    left = moved[use] - told[use]
    return float(np.log(weight @ np.exp(_cut(left, _variance(left))) / weight.sum()))


def _variance(left: Array) -> float:
    return max(float((_MAD * np.median(np.abs(left))) ** 2), _LEAST_VARIANCE)


def _cut(left: Array, variance: float) -> Array:
    bound = _CUT * np.sqrt(variance)
    return np.asarray(np.clip(left, -bound, bound))
