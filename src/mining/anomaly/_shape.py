"""What the shape of a run says of its cause: pure functions on series of one sensor.

None of them knows a label. Each returns NaN (or 0 for a shift) where too little is known.
"""

from __future__ import annotations

import numpy as np

from mining.week_grid import Array

#: Hours by which a clock may be wrong.
SHIFTS = (-3, -2, -1, 1, 2, 3)
#: Fewer known cells than this have no shape.
LEAST_CELLS = 8
#: Below this mean count the noise of counting hides how smooth a series is.
_LEAST_MEAN = 30.0
#: Median of the absolute value of a normal variable.
_MEDIAN_NORMAL = 0.6745


def likeness(values: Array, expected: Array) -> float:
    """Return the correlation of a run (time) with what was expected, on root scale.

    The square root makes the noise of counts alike at all hours. A street that fewer people walk
    keeps its shape; a broken counter does not.
    """
    known = np.isfinite(values) & np.isfinite(expected)
    if known.sum() < LEAST_CELLS:
        return float("nan")
    seen, usual = (np.sqrt(np.maximum(x[known], 0)) for x in (values, expected))
    if seen.std() == 0 or usual.std() == 0:
        return float("nan")
    return float(np.corrcoef(seen, usual)[0, 1])


def shift(values: Array, expected: Array, per_hour: int) -> tuple[int, float]:
    """Return the hours by which a series is best explained as late, and how much better.

    Parameters
    ----------
    values, expected : array (time)
        Counts, and what was expected; as long as each other, `SHIFTS` reach outside.
    per_hour : int
        Steps in an hour; 0 if a step is longer.

    Returns
    -------
    hours : int
        Positive: the counter tells late. 0 where the series is too short.
    gain : float
        Squared error (root scale) without a shift over that of the best one; 1 for none.
    """
    margin = max(SHIFTS) * per_hour
    if not per_hour or len(values) < 2 * margin + LEAST_CELLS:
        return 0, 1.0
    errors = {}
    for hours in (0, *SHIFTS):
        moved = np.roll(expected, hours * per_hour)
        gap = np.sqrt(np.maximum(values, 0)) - np.sqrt(np.maximum(moved, 0))
        inner = gap[margin : len(gap) - margin]
        known = np.isfinite(inner)
        if known.sum() < LEAST_CELLS:
            return 0, 1.0
        errors[hours] = float((inner[known] ** 2).mean())
    best = min(errors, key=lambda h: (errors[h], abs(h), h))
    return best, errors[0] / max(errors[best], 1e-9)


def roughness(values: Array) -> float:
    """Return the noise of counts (time) from one step to the next, over what counting must have.

    Counts of people are at least as rough as a Poisson variable: about 1 or more. A straight line
    between two values, or a profile that software filled in, is far below.

    Notes
    -----
    Median of ``|v[t] - (v[t-1] + v[t+1]) / 2|`` over ``0.6745 * sqrt(1.5 * v[t])``: the variance
    of that difference is 1.5 times that of one count.
    """
    known = values[np.isfinite(values)]
    if len(known) < LEAST_CELLS or known.mean() < _LEAST_MEAN:
        return float("nan")
    bend = np.abs(known[1:-1] - (known[:-2] + known[2:]) / 2)
    return float(np.median(bend / np.sqrt(1.5 * np.maximum(known[1:-1], 1)))) / _MEDIAN_NORMAL


def spare_zeros(values: Array, expected: Array) -> float:
    """Return the share of zeros beyond what thinner counts (time) would have.

    Notes
    -----
    With `q` the ratio of the sums, a cell is 0 with probability ``exp(-q * expected)``.
    """
    known = np.isfinite(values) & np.isfinite(expected)
    if known.sum() < LEAST_CELLS or expected[known].sum() <= 0:
        return float("nan")
    ratio = values[known].sum() / expected[known].sum()
    chance = np.exp(-ratio * np.maximum(expected[known], 0)).mean()
    return float((values[known] == 0).mean() - chance)


def since_before(values: Array, first: int, stop: int, week: int, weeks: int = 2) -> Array:
    """Return the level after a run over that before it, for each row.

    Parameters
    ----------
    values : array (row, time)
        Counts.
    first, stop : int
        Half-open range of the run.
    week : int
        Steps in a week.
    weeks : int
        How many weeks are compared, slot by slot of the week.

    Returns
    -------
    array (row)
        NaN where less than half of the cells are known on both sides.
    """
    size = values.shape[-1]
    later = np.arange(stop, min(stop + weeks * week, size))
    back = -(-(stop + weeks * week - first) // week) * week
    earlier = later - back
    later, earlier = later[earlier >= 0], earlier[earlier >= 0]
    after, before = values[:, later], values[:, earlier]
    known = np.isfinite(after) & np.isfinite(before)
    top, bottom = (np.where(known, x, 0).sum(axis=-1) for x in (after, before))
    fine = (known.sum(axis=-1) >= weeks * week / 2) & (bottom > 0)
    return np.asarray(np.where(fine, top / np.where(fine, bottom, 1), np.nan))


def decline(daily: Array) -> float:
    """Return how much of a series of daily log-ratios (day) is one straight slope.

    Returns
    -------
    float
        Change from end to end of the fitted line, 0 if the line explains less than half of the
        variance, NaN with fewer than 7 days.
    """
    known = np.isfinite(daily)
    if known.sum() < 7:
        return float("nan")
    day, level = np.flatnonzero(known).astype("float64"), daily[known]
    if level.std() == 0:
        return 0.0
    slope = float(np.polyfit(day, level, 1)[0])
    explained = float(np.corrcoef(day, level)[0, 1] ** 2)
    return slope * (day[-1] - day[0]) if explained >= 0.5 else 0.0
