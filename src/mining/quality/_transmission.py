"""Counts spoilt on their way: multiplied, delivered late, added up, or made up by somebody."""

from __future__ import annotations

import numpy as np

from mining.quality._chance import SURE, grain, surprise
from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, paint, runs

#: Factors by which a count may have been multiplied, and how near (in logarithms) the level must
#: come to the usual one times the factor.
FACTORS = (2, 3)
LEVEL_NEAR = 0.35
#: Times the expected value that late counts exceed, their least number, and the share of what was
#: due since the outage began that they make up: from, to.
LATE_EXPECTED = 3.0
LATE_LEAST = 50.0
LATE_SHARE = (0.5, 1.5)
#: Fewest hours of an outage that late counts follow.
LATE_HOURS = 2.0
#: Fewest strict increases of a total, and how far the expected value must fall meanwhile.
TOTAL_STEPS = 10
TOTAL_FALL = 0.3
TOTAL_CLEAR = 20.0
#: Share of whole numbers from which on a sensor counts in whole numbers, fewest fractions that are
#: somebody's reckoning, and most cells from one to the next: some of them happen to be whole.
WHOLE_SHARE = 0.9
FRACTIONS = 4
FRACTIONS_APART = 6


def multiples(values: Floats, expected: Floats) -> Bools:
    r"""Return stretches in which all counts are multiples of two or three, and so much too high.

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counts (NaN: not counted) and what the whole history makes due.

    Notes
    -----
    A free count is a multiple of :math:`g` one time in :math:`g`, so each positive one says
    :math:`\log g` nats; a stretch is sure from `SURE` nats on beyond the logarithm of the number
    of cells. A sensor that never gives anything else, or one that merely rounds (its level does
    not change), is left alone.
    """
    out = np.zeros(values.shape, dtype=bool)
    for row, series, due in zip(out, values, expected, strict=True):
        positive = series > 0
        for factor in FACTORS if grain(series) == 1 else ():
            with np.errstate(invalid="ignore"):
                fits = ~positive | (series % factor == 0)
            count = np.concatenate(([0], np.cumsum(positive & fits)))
            starts, ends = runs(fits)
            sure = (count[ends] - count[starts]) * np.log(factor) >= _enough(series)
            for start, end in zip(starts[sure], ends[sure], strict=True):
                if _level(series[start:end], due[start:end], factor):
                    some = np.flatnonzero(positive[start:end])
                    row[start + some[0] : start + some[-1] + 1] = True
    return np.asarray(out & ~np.isnan(values))


def _enough(series: Floats) -> float:
    return float(SURE + np.log(max(series.size, 2)))


def _level(seen: Floats, due: Floats, factor: float) -> bool:
    both = ~(np.isnan(seen) | np.isnan(due))
    total = due[both].sum()
    if total <= 0 or seen[both].sum() <= 0:
        return False
    return bool(abs(np.log(seen[both].sum() / total / factor)) <= LEVEL_NEAR)


def late_counts(values: Floats, expected: Floats, outage: Bools, clock: Clock) -> Bools:
    """Return the first cell after an outage where it holds what the outage kept back.

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counts (NaN: not counted) and due.
    outage : array of bool, shape (sensor, time)
        Cells in which nothing was counted: missing ones and zeros that are not nobody.
    clock : Clock
        Length of a step.
    """
    out = np.zeros(values.shape, dtype=bool)
    least = clock.steps(LATE_HOURS, least=2)
    for row, series, due, dead in zip(out, values, expected, outage, strict=True):
        kept = np.concatenate(([0.0], np.cumsum(np.nan_to_num(due))))
        starts, ends = runs(dead)
        for start, end in zip(starts, ends, strict=True):
            if end - start < least or end + 1 >= series.size or start == 0:
                continue
            first, back = series[end], kept[end + 1] - kept[start]
            high = first >= LATE_EXPECTED * due[end] and first >= LATE_LEAST
            alone = first > 2 * series[end + 1]
            row[end] = high and alone and LATE_SHARE[0] * back <= first <= LATE_SHARE[1] * back
    return out


def running_totals(values: Floats, expected: Floats) -> Bools:
    """Return the cells that only rise while the street empties: a total in place of a count.

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counts (NaN: not counted) and due.
    """
    out = np.zeros(values.shape, dtype=bool)
    for row, series, due in zip(out, values, expected, strict=True):
        step = np.diff(series)
        with np.errstate(invalid="ignore"):
            starts, ends = runs(step >= 0)
            up = np.concatenate(([0], np.cumsum(step > 0)))
        long = up[ends] - up[starts] >= TOTAL_STEPS
        for start, end in zip(starts[long], ends[long], strict=True):
            usual = np.nan_to_num(due[start : end + 1])
            peak = int(usual.argmax())
            later = series[start + peak : end + 1]
            fell = usual[-1] <= TOTAL_FALL * usual[peak] and usual[peak] >= TOTAL_CLEAR
            row[start : end + 1] = fell and np.unique(later).size > TOTAL_STEPS // 2
    return out


def straight_lines(values: Floats) -> Bools:
    r"""Return the counts that lie on a slanting line: somebody joined the two ends of a gap.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.

    Notes
    -----
    The second difference of free counts :math:`v` has at least the variance :math:`6 v`; it is
    within one of zero with a probability of at most :math:`3 / \sqrt{12 \pi v}`.
    """
    out = np.zeros(values.shape, dtype=bool)
    for row, series in zip(out, values, strict=True):
        bend = np.abs(np.diff(series, 2))
        with np.errstate(invalid="ignore"):
            flat = np.diff(series) == 0
            straight = (bend <= 1) & ~(flat[1:] & flat[:-1])
        wide = np.log(3.0 * max(grain(series), 1.0)) - 0.5 * np.log(6.0)
        info = np.maximum(surprise(series[1:-1]) - wide, 0.0)
        weight = np.concatenate(([0.0], np.cumsum(np.where(straight, info, 0.0))))
        starts, ends = runs(straight)
        sure = weight[ends] - weight[starts] >= _enough(series)
        row[:] = paint(series.size, starts[sure], ends[sure] + 2)
    return out


def fractions(values: Floats) -> Bools:
    """Return stretches of broken numbers of sensors that count in whole ones.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.
    """
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        broken = known & (values != np.round(values))
    whole = known.sum(axis=1) - broken.sum(axis=1) >= WHOLE_SHARE * known.sum(axis=1)
    out = np.zeros(values.shape, dtype=bool)
    for row in np.flatnonzero(whole & broken.any(axis=1)):
        at = np.flatnonzero(broken[row])
        for group in np.split(at, np.flatnonzero(np.diff(at) > FRACTIONS_APART) + 1):
            out[row, group[0] : group[-1] + 1] = group.size >= FRACTIONS
    return out & known
