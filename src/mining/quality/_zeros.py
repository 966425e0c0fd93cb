"""Zeros that are not nobody: dead sensors, partial-day blocks, and the edges of outages."""

from __future__ import annotations

import numpy as np

from mining.stretches import Bools, Floats, paint, runs, window_sum

#: Probability below which a run of zeros is not nobody.
LIMIT = 1e-6
#: The same where no other sensor can tell whether everybody stayed at home.
LIMIT_ALONE = 1e-9
#: Shape of the gamma that stands for how far a true level strays from the expected one
#: (coefficient of variation one half).
SHAPE = 4.0
#: Longest run of zeros that the cells on both sides judge, in cells; shape of the gamma and limit
#: of the probability: the level is known from an hour before and after, and so strays less.
FLANKED = 3
FLANKED_SHAPE = 20.0
FLANKED_LIMIT = 1e-8
#: Least count on both sides, and least expected value as a share of it: some streets close at noon.
FLANK_LEAST = 4.0
FLANK_SHARE = 0.2
#: Cells beside an outage are suspect below this share of the expected value.
EDGE_SHARE = 0.5
#: Expected passages below which an edge cannot be told from chance.
EDGE_LEAST = 10.0


def zero_probability(expected: Floats | float) -> Floats:
    r"""Return the probability to count nobody where `expected` passages are due.

    Notes
    -----
    Negative binomial, that is a Poisson count whose level is itself uncertain (gamma of shape
    :math:`k`): :math:`P(0) = (1 + \mu / k)^{-k}`, with :math:`\mu` summed over the whole run. The
    hours of a run share their level, so their zeros are not independent; a plain Poisson
    :math:`e^{-\mu}` would be far too sure.
    """
    return np.asarray((1.0 + np.asarray(expected, dtype=np.float64) / SHAPE) ** -SHAPE)


def improbable_zeros(values: Floats, expected: Floats, limit: Floats | float = LIMIT) -> Bools:
    """Return the zeros that stand in a run too long to be nobody.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing trustworthy was counted; a NaN ends a run.
    expected : array, shape (sensor, time)
        Passages due at each time; NaN counts as none.
    limit : float or array, shape (sensor, time)
        Probability below which a run is improbable; over a run, the strictest holds.
    """
    due = np.nan_to_num(expected.astype(np.float64), nan=0.0)
    limits = np.broadcast_to(np.asarray(limit, dtype=np.float64), values.shape)
    out = np.zeros(values.shape, dtype=bool)
    for i in range(values.shape[0]):
        starts, ends = runs(values[i] == 0)
        if starts.size == 0:
            continue
        # reduceat cuts at starts and ends; every other piece is a run. The pad allows end == size.
        cuts = np.column_stack((starts, ends)).ravel()
        total = np.add.reduceat(np.append(due[i], 0.0), cuts)[::2]
        strict = np.minimum.reduceat(np.append(limits[i], 1.0), cuts)[::2]
        bad = zero_probability(total) < strict
        out[i] = paint(values.shape[1], starts[bad], ends[bad])
    return out


def flanked_zeros(values: Floats, expected: Floats, window: int) -> Bools:
    r"""Return the short runs of zeros between counts that leave no room for nobody.

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counts (NaN: not counted) and due.
    window : int
        Steps on each side over which such runs add up: a sensor may fail every other hour.

    Notes
    -----
    Half the lesser of the counts on the two sides stands for what was due in each cell. As in
    :func:`zero_probability`, with a level that strays less.
    """
    out = np.zeros(values.shape, dtype=bool)
    for row, series, due in zip(out, values, expected, strict=True):
        starts, ends = runs(series == 0)
        inside = (starts > 0) & (ends < series.size) & (ends - starts <= FLANKED)
        starts, ends = starts[inside], ends[inside]
        with np.errstate(invalid="ignore"):
            beside = np.minimum(series[starts - 1], series[np.minimum(ends, series.size - 1)])
            usual = due[starts] >= FLANK_SHARE * beside
            fair = (beside >= FLANK_LEAST) & usual
        starts, ends = starts[fair], ends[fair]
        level = np.zeros((1, series.size))
        level[0, starts] = (ends - starts) * beside[fair] / 2
        total = window_sum(level, window, window)[0, starts]
        bad = (1.0 + total / FLANKED_SHAPE) ** -FLANKED_SHAPE < FLANKED_LIMIT
        row[:] = paint(series.size, starts[bad], ends[bad])
    return out


def outage_edges(
    values: Floats, expected: Floats, outage: Bools, *, reach: int, pause: int
) -> Bools:
    """Return the cells beside and between outages that were counted only in part.

    An outage seldom begins on the hour, and a failing sensor stutters. Suspect are cells that hold
    less than `EDGE_SHARE` of an expected value of at least `EDGE_LEAST`, where they lead without a
    break to an outage within `reach` steps, or where there is an outage within `pause` steps both
    before and after.
    """
    with np.errstate(invalid="ignore"):
        low = (values < EDGE_SHARE * expected) & (expected >= EDGE_LEAST) & ~outage
    before, after = outage.copy(), outage.copy()
    for _ in range(reach):
        before[:, :-1] |= before[:, 1:] & low[:, :-1]
        after[:, 1:] |= after[:, :-1] & low[:, 1:]
    dead = outage.astype(np.float64)
    between = (window_sum(dead, pause, 0) > 0) & (window_sum(dead, 0, pause) > 0)
    return np.asarray((before | after | (between & low)) & ~outage)
