"""Sensors whose clock is one to three hours off for days or weeks."""

from __future__ import annotations

import numpy as np

from mining.quality._clock import Clock
from mining.quality._days import SHARE, Days, days_of, edges, gains, masked, scatter, stretches
from mining.quality._typical import HALF_WINDOW, LEAST_WEEKS
from mining.stretches import Bools, Floats, window_sum

#: Hours by which a clock is tried: true time less time shown.
SHIFTS = (-3, -2, -1, 1, 2, 3)
#: Fewest days, and least sum of what they say (see :mod:`mining.quality._days`), against the
#: history of the weeks around.
DAYS, LEAST = 2, 24.0
#: The same against the whole history, for a clock that is wrong for longer than those weeks: its
#: seasons and slow changes are no fault.
DAYS_WHOLE, LEAST_WHOLE = 7, 50.0
#: In place of the usual share where no other sensor can tell a change of everybody's hours.
SHARE_ALONE = 0.7
#: Days of the week whose rhythm a day may have instead of its own: Wednesday, Saturday, Sunday.
OTHER_DAYS = (2, 5, 6)


def shifted_clocks(
    values: Floats,
    histories: tuple[Floats, Floats],
    activity: Floats,
    *,
    alone: Bools,
    idle: Bools,
    clock: Clock,
) -> Bools:
    """Return the cells counted while the sensor's clock was one to three hours off.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing trustworthy was counted.
    histories : two arrays, shape (sensor, time)
        Typical values of the weeks around, and of the whole series.
    activity : array, shape (sensor, time)
        How busy the other sensors are against theirs.
    alone : array of bool, shape (sensor, time)
        Where no other sensor can tell.
    idle : array of bool, shape (time,)
        Days that say nothing: public holidays.
    clock : Clock
        Local week of the times.

    Notes
    -----
    A day speaks for a shift if its counts fit the usual rhythm, moved by so many hours, better
    than the usual rhythm itself *and* than the rhythm of a Wednesday, a Saturday or a Sunday: on a
    bridge day an office street keeps the hours of a weekend. The rhythm includes how busy the
    other sensors were at the true hour. Days must reach a good share of the gain that a true
    shift of that size would bring.
    """
    days = days_of(clock)
    if days is None:
        return np.zeros(values.shape, dtype=bool)
    share = np.where(alone.mean(axis=1) > 0.5, SHARE_ALONE, SHARE)[:, None, None]
    out = np.zeros(values.shape, dtype=bool)
    for history, rolling, fewest, least in (
        (histories[0], True, DAYS, LEAST),
        (histories[1], False, DAYS_WHOLE, LEAST_WHOLE),
    ):
        usual = [_known(u, v, clock, rolling=rolling) for u, v in zip(history, values, strict=True)]
        found = [
            _gains_of_days(v, u, a, clock, days)
            for v, u, a in zip(values, usual, activity, strict=True)
        ]
        gain, hoped = (np.stack(x) for x in zip(*found, strict=True))
        silent = np.unique(days.day[idle])
        gain[:, silent] = hoped[:, silent] = 0.0
        lists = stretches(gain, hoped, least=least, days=fewest, share=share)
        for row, some in enumerate(lists):
            cells = []
            for one in some:
                steps = SHIFTS[one.state] * clock.steps(1.0)
                per_cell = _gain(values[row], usual[row] * activity[row], steps, days)
                cells.append(edges(per_cell, days, one))
            out[row] |= masked(values.shape[1], cells)
    return np.asarray(out & ~np.isnan(values))


def _gain(seen: Floats, rhythm: Floats, steps: int, days: Days) -> Floats:
    """Return the gain of each cell for a shift of so many steps against the usual rhythm."""
    plain = days.scaled(rhythm, seen)
    moved = days.scaled(moved_by(rhythm, steps), seen)
    return gains(seen, plain, moved, scatter(seen, plain))[0]


def _gains_of_days(
    seen: Floats, usual: Floats, activity: Floats, clock: Clock, days: Days
) -> tuple[Floats, Floats]:
    """Return gain and hoped gain of each day and shift, shape (day, shift)."""
    rhythm = usual * activity
    plain = days.scaled(rhythm, seen)
    c = scatter(seen, plain)
    others = [days.scaled(_of_day(usual, k, clock) * activity, seen) for k in OTHER_DAYS]
    gain, hoped = np.zeros((2, days.count, len(SHIFTS)))
    for j, hours in enumerate(SHIFTS):
        moved = days.scaled(moved_by(rhythm, hours * clock.steps(1.0)), seen)
        one, hope = gains(seen, plain, moved, c)
        by_day = days.sums(one)
        for other in others:
            by_day = np.minimum(by_day, days.sums(gains(seen, other, moved, c)[0]))
        gain[:, j], hoped[:, j] = by_day, days.sums(hope)
    return gain, hoped


def _known(usual: Floats, seen: Floats, clock: Clock, *, rolling: bool) -> Floats:
    """Return the usual values that rest on enough weeks; those borrowed from elsewhere are NaN."""
    known = (~np.isnan(clock.fold(seen))).astype(np.float64)
    side = HALF_WINDOW if rolling else len(known)
    weeks = window_sum(known.T, side, side).T
    return np.where(weeks[clock.week, clock.slot] >= LEAST_WEEKS, usual, np.nan)


def moved_by(series: Floats, steps: int) -> Floats:
    """Return the series (time,) as it stands `steps` later, NaN beyond its ends."""
    out = np.full(series.size, np.nan)
    if steps > 0:
        out[:-steps] = series[steps:]
    elif steps < 0:
        out[-steps:] = series[:steps]
    else:
        out[:] = series
    return out


def _of_day(usual: Floats, weekday: int, clock: Clock) -> Floats:
    """Return what is typical at this time of day on another day of the same week."""
    table = clock.fold(usual)
    per_day = clock.slots // 7
    return np.asarray(table[clock.week, weekday * per_day + clock.slot % per_day], dtype=np.float64)
