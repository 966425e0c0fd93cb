"""What a sensor usually counts at this hour of the week, and how busy the others are.

Two looks at the same hour decide most of the rules. The *typical* value is the sensor's own
robust history; the *activity* is how the other sensors stand against theirs. A lockdown, a storm
or Christmas lowers the activity and so the expected value: only a sensor that falls alone is
suspect.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mining.quality._clock import Clock
from mining.stretches import Floats, Ints, window_sum
from mining.week_grid import without_self

#: Weeks looked at on each side for the typical value.
HALF_WINDOW = 6
#: Values of the same slot below which a median says nothing.
LEAST_WEEKS = 4
#: Days of the same time of day below which a median says nothing.
LEAST_DAYS = 3
#: Hours on each side over which observed and typical are compared to tell the activity: near the
#: hour, for a storm, and around the day, for a lull whose nights are emptier than its days.
ACTIVITY_HOURS = (3.0, 12.0)
#: Typical passages in that window below which a sensor has no say in the activity.
ACTIVITY_LEAST = 5.0
#: The deepest lull believed in: even in a lockdown a city is not empty for days, and a network of
#: which every sensor says nothing at all is down.
ACTIVITY_FLOOR = 0.14


def quantile(values: Floats, share: float, least: int) -> Floats:
    """Return a quantile along the last axis, NaN where fewer than `least` values are present.

    Between two values it lies on the straight line, so that share 0.5 is the usual median.
    """
    ordered = np.sort(values, axis=-1)  # NaN goes last
    count = (~np.isnan(values)).sum(axis=-1, keepdims=True)
    place = np.maximum(count - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    below = np.take_along_axis(ordered, low, axis=-1)
    above = np.take_along_axis(ordered, np.ceil(place).astype(np.int64), axis=-1)
    line = below + (place - low) * (above - below)
    return np.asarray(np.where(count >= max(least, 1), line, np.nan)[..., 0])


def typical(
    values: Floats,
    clock: Clock,
    *,
    share: float = 0.5,
    rolling: bool = True,
    weeks: int = HALF_WINDOW,
) -> Floats:
    """Return what each sensor usually counts at each time.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Values, NaN where nothing trustworthy was counted.
    clock : Clock
        Local week of the times.
    share : float
        Which quantile is the usual one; 0.5 is the median.
    rolling : bool
        Whether the history is that of the weeks around; otherwise of the whole series.
    weeks : int
        How many weeks around, on each side.

    Returns
    -------
    array of float64, shape (sensor, time)
        Quantile of the same slot of the week over the `weeks` on each side; failing
        `LEAST_WEEKS` values, over the whole series; failing that, of the same time of day over
        all days; NaN where even that rests on fewer than `LEAST_DAYS` values.
    """
    out = np.full(values.shape, np.nan, dtype=np.float64)
    for row, series in zip(out, values, strict=True):
        table = clock.fold(series)
        profile = np.broadcast_to(_whole(table, share), table.shape)
        if rolling:
            near = _around(table, share, weeks)
            profile = np.where(np.isnan(near), profile, near)
        row[:] = profile[clock.week, clock.slot]
    return out


def _around(table: Floats, share: float, weeks: int) -> Floats:
    pad = np.full((weeks, table.shape[1]), np.nan, dtype=table.dtype)
    padded = np.concatenate((pad, table, pad))
    windows = sliding_window_view(padded, 2 * weeks + 1, axis=0)
    return quantile(windows, share, LEAST_WEEKS)


def _whole(table: Floats, share: float) -> Floats:
    weekly = quantile(table.T, share, LEAST_WEEKS)
    days = 7 if table.shape[1] % 7 == 0 else 1
    daily = table.reshape(table.shape[0] * days, table.shape[1] // days)
    by_day = np.tile(quantile(daily.T, share, LEAST_DAYS), days)
    return np.where(np.isnan(weekly), by_day, weekly)


def activity(
    values: Floats, usual: Floats, clock: Clock, *, hours: float = ACTIVITY_HOURS[0]
) -> tuple[Floats, Ints]:
    """Return how busy the other sensors are against their typical value.

    Parameters
    ----------
    values, usual : arrays, shape (sensor, time)
        Observed (NaN where not trusted) and typical values.
    clock : Clock
        Local week of the times.
    hours : float
        Length of the window on each side; at a longer step each interval stands for itself.

    Returns
    -------
    level : array of float64, shape (sensor, time)
        Median over the other sensors of observed / typical, each summed over the window; 1 where
        no other sensor can tell.
    others : array of int, shape (sensor, time)
        How many other sensors could tell.
    """
    both = np.isnan(values) | np.isnan(usual)
    side = int(hours * 3600 // clock.step)
    seen = window_sum(np.where(both, np.nan, values), side, side)
    due = window_sum(np.where(both, np.nan, usual), side, side)
    enough = due >= ACTIVITY_LEAST
    ratio = np.where(enough, seen / np.where(enough, due, 1.0), np.nan)
    level, others = without_self(ratio)
    return np.where(others > 0, level, 1.0), others
