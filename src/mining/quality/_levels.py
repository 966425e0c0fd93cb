"""Values that are there but cannot be right: half-dead, stuck, absurd, out of all proportion."""

from __future__ import annotations

import numpy as np

from mining.stretches import Bools, Floats, Ints, paint, runs, window_sum

#: Share of the expected value under which a whole day makes a sensor half-dead.
LOW_SHARE = 0.05
#: The same where no other sensor can tell, over two days.
LOW_SHARE_ALONE = 0.02
#: Passages due in the window below which a low level cannot be told from chance.
LOW_LEAST = 100.0
#: Share of the window that must have been counted.
LOW_COVERAGE = 0.75
#: A low stretch begins and ends with a cell under this share of an expected value that is clear.
LOW_TRIM = 0.3
LOW_CLEAR = 10.0
#: Probability below which a repeated value is stuck.
STUCK_LIMIT = 1e-7
#: Smallest repeated value that can be stuck: small counts repeat by themselves.
STUCK_LEAST = 5.0
#: How many times the expected value, and the highest usual values, an impossible jump exceeds.
SPIKE_EXPECTED = 8.0
SPIKE_HIGHEST = 3.0
#: Smallest value that can be a spike, and the share of it that its neighbours in time stay under.
SPIKE_LEAST = 50.0
SPIKE_BESIDE = 0.25
#: How many times the highest count of a day a jump exceeds, which share of the days is that quiet,
#: and fewest days that tell.
JUMP_HIGHEST = 4.0
JUMP_SHARE = 0.95
JUMP_DAYS = 14
#: Decibels outside this range were not measured by a sound level meter in a street.
DECIBELS = (0.0, 150.0)


def low_level(values: Floats, expected: Floats, window: int, *, share: float = LOW_SHARE) -> Bools:
    """Return the cells of stretches of `window` steps in which a sensor counts next to nothing.

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counted (NaN: not counted) and due, the activity of the others included.
    window : int
        Length of the stretch in steps.
    share : float
        Share of the expected sum under which the stretch is too low.
    """
    known = ~(np.isnan(values) | np.isnan(expected))
    seen = window_sum(np.where(known, values, np.nan), 0, window - 1)
    due = window_sum(np.where(known, expected, np.nan), 0, window - 1)
    count = window_sum(known.astype(np.float64), 0, window - 1)
    low = (seen < share * due) & (due >= LOW_LEAST) & (count >= LOW_COVERAGE * window)
    out = np.zeros(values.shape, dtype=bool)
    for i in range(values.shape[0]):
        starts = np.flatnonzero(low[i])
        ends = np.minimum(starts + window, values.shape[1])
        out[i] = _trim(paint(values.shape[1], starts, ends), values[i], expected[i])
    return np.asarray(out & ~np.isnan(values))


def _trim(mask: Bools, values: Floats, expected: Floats) -> Bools:
    """Give back the ends of each stretch that show no fault: a fair count, or little due."""
    with np.errstate(invalid="ignore"):
        poor = (values < LOW_TRIM * expected) & (expected >= LOW_CLEAR)
    out = mask.copy()
    for start, end in zip(*runs(mask), strict=True):
        inside = np.flatnonzero(poor[start:end])
        if inside.size:
            out[start : start + inside[0]] = False
            out[start + inside[-1] + 1 : end] = False
    return out


def stuck_counts(values: Floats) -> Bools:
    r"""Return the positive counts that repeat without change for too long.

    Notes
    -----
    No value of a Poisson count, and less so of a more scattered one, is more probable than about
    :math:`1 / \sqrt{2 \pi v}` where :math:`v` is that value; :math:`n` equal values in a row have
    at most that probability to the power :math:`n - 1`. Below `STUCK_LIMIT` the run is stuck:
    8 hours at 20 passages, 6 hours at 300.
    """
    out = np.zeros(values.shape, dtype=bool)
    for i, row in enumerate(values):
        starts, ends = _equal_runs(row)
        value = row[starts].astype(np.float64)
        known = value >= STUCK_LEAST
        chance = -0.5 * np.log(2 * np.pi * np.where(known, value, 1.0))
        bad = known & ((ends - starts - 1) * chance < np.log(STUCK_LIMIT))
        out[i] = paint(row.size, starts[bad], ends[bad])
    return out


def stuck_levels(values: Floats, least: int) -> Bools:
    """Return the levels that repeat exactly for at least `least` steps and beyond chance.

    The chance of a repetition is the share of equal successive values in the sensor's own series.
    """
    out = np.zeros(values.shape, dtype=bool)
    for i, row in enumerate(values):
        pairs = ~np.isnan(row[1:]) & ~np.isnan(row[:-1])
        if not pairs.any():
            continue
        repeat = float((row[1:] == row[:-1])[pairs].mean())
        starts, ends = _equal_runs(row)
        length = ends - starts
        bad = (length >= least) & (repeat ** (length - 1.0) < STUCK_LIMIT)
        out[i] = paint(row.size, starts[bad], ends[bad])
    return out


def _equal_runs(row: Floats) -> tuple[Ints, Ints]:
    change = np.concatenate(([True], row[1:] != row[:-1], [True]))  # NaN differs from itself
    edges = np.flatnonzero(change)
    return edges[:-1], edges[1:]


def spikes(values: Floats, expected: Floats) -> Bools:
    """Return isolated cells that no crowd explains.

    A cell must exceed `SPIKE_EXPECTED` times what is due in the hours around it (`expected`
    includes how busy the others are, so a night of fireworks raises it), `SPIKE_HIGHEST` times
    the highest usual values of the sensor, and four times both cells beside it: a parade or a
    concert fills more than one interval.
    """
    size = values.shape[1]
    out = np.zeros(values.shape, dtype=bool)
    if size < 3:
        return out
    due = np.nanmax(_three(np.where(np.isnan(expected), -np.inf, expected)), axis=0)
    beside = np.delete(_three(values), 1, axis=0)
    with np.errstate(invalid="ignore"):
        alone = np.asarray((beside < SPIKE_BESIDE * values).all(axis=0))
        high = (values > SPIKE_EXPECTED * due) & np.isfinite(due) & (values >= SPIKE_LEAST)
    for i in range(values.shape[0]):
        known = np.sort(values[i][~np.isnan(values[i])])
        rank = max(3, known.size // 1000)
        if known.size > rank:
            out[i] = alone[i] & high[i] & (values[i] > SPIKE_HIGHEST * known[-1 - rank])
    return out


def _three(values: Floats) -> Floats:
    """Return the cell before, the cell itself and the cell after, NaN beyond the ends."""
    pad = np.full((values.shape[0], 1), np.nan)
    before = np.concatenate((pad, values[:, :-1]), axis=1)
    after = np.concatenate((values[:, 1:], pad), axis=1)
    return np.stack((before, values, after))


def jumps(values: Floats, expected: Floats, days: Ints) -> Bools:
    """Return the cells, one or many, that no crowd of this sensor ever came near.

    A cell must exceed `JUMP_HIGHEST` times the highest count of all but the busiest days, and
    `SPIKE_EXPECTED` times what is due there (how busy the others are included).

    Parameters
    ----------
    values, expected : arrays, shape (sensor, time)
        Counts (NaN: not counted) and due.
    days : array of int, shape (time,)
        Number of the local day, rising.
    """
    out = np.zeros(values.shape, dtype=bool)
    first = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    top = np.fmax.reduceat(values, first, axis=1)
    for row, series, due, highest in zip(out, values, expected, top, strict=True):
        known = highest[~np.isnan(highest)]
        if known.size >= JUMP_DAYS:
            least = max(SPIKE_LEAST, JUMP_HIGHEST * float(np.quantile(known, JUMP_SHARE)))
            with np.errstate(invalid="ignore"):
                row[:] = (series > least) & (series > SPIKE_EXPECTED * due)
    return out


def impossible_levels(values: Floats, *, decibels: bool) -> Bools:
    """Return the values no instrument gives: infinite ones, and decibels out of `DECIBELS`."""
    bad = np.isinf(values)
    if decibels:
        with np.errstate(invalid="ignore"):
            bad |= (values <= DECIBELS[0]) | (values > DECIBELS[1])
    return np.asarray(bad)
