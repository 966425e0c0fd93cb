"""How unusual sums of residuals are: windows of several lengths, each judged by its own tail.

A window of `n` steps scores the sum of its residuals over what such sums reach by themselves. The
nights of a bar street are wilder than its mornings, so that each hour of the day has a tail of its
own, on working days and at weekends, above and below. Long windows see each residual clipped, so
that one wild hour does not make a week of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from mining.anomaly._sight import Sight
from mining.stretches import window_sum
from mining.week_grid import Array, Grid, median


@dataclass(frozen=True)
class Window:
    """One length of window.

    Attributes
    ----------
    steps : int
        Its length.
    clip : float
        The largest residual that it believes.
    up, down : float
        What is exceeded about once in ten sensor-months, in units of a normal tail; more for
        single hours and less for fortnights, which matter more. Scores of different windows are
        made comparable with it.
    least : float
        The least sum that is worth a score, in units of independent noise.
    """

    steps: int
    clip: float
    up: float
    down: float
    least: float


#: Length, clip, and the two bars, from 21 pedestrian counters over two years.
SCALES = (
    ("1h", 30.0, 9.0, 9.0),
    ("2h", 20.0, 8.0, 8.0),
    ("4h", 12.0, 5.0, 6.0),
    ("7h", 12.0, 4.0, 5.5),
    ("10h", 10.0, 3.6, 5.2),
    ("1D", 6.0, 4.0, 4.0),
    ("2D", 5.0, 3.6, 3.8),
    ("7D", 3.0, 2.4, 2.9),
    ("14D", 2.5, 2.0, 2.0),
)
#: Sums below this score nothing, however calm the sensor: in units of independent noise, for
#: windows below a day, of which there are many, and for longer ones.
LEAST_SHORT, LEAST_LONG = 6.0, 4.5
#: A score of so much is what one window length reaches about once in ten sensor-months.
LEVELLED = 4.5
#: Windows that are looked at for oddness, and their bars.
ODD_SCALES = (("1D", 7.0), ("2D", 7.0), ("7D", 6.0), ("14D", 5.0))
#: Tails are measured at this quantile; at the second one for windows longer than `BY_HOUR`, of
#: which there are too few to tell more, and which have one tail for all hours.
TAIL, LONG_TAIL, BY_HOUR = 0.99, 0.9, "2D"
#: Weight, in windows, of the common tail against the tail of one hour.
_PRIOR = 200.0
#: So many windows that share no step tell as much as a factor of 2 leaves in doubt.
_DOUBT = 4.0
#: Days further off than this, in units of usual days, do not teach tails.
_WILD = 5.0
#: Largest oddness of one cell.
_ODD = 4.0
_DAY = pd.Timedelta("1D")


def windows(grid: Grid) -> list[Window]:
    """Return the distinct window lengths of a grid, the shortest first."""
    chosen: dict[int, Window] = {}
    for duration, clip, up, down in SCALES:
        least = LEAST_SHORT if pd.Timedelta(duration) < _DAY else LEAST_LONG
        n = grid.steps(duration)
        if pd.Timedelta(duration) >= 0.75 * grid.step and n <= grid.size // 2:
            chosen.setdefault(n, Window(n, clip, up, down, least))
    return [chosen[n] for n in sorted(chosen)]


def odd_windows(grid: Grid) -> list[Window]:
    """Return the window lengths at which a pattern is looked at; none for steps of a day."""
    if grid.per_day < 8:
        return []
    sizes = [(grid.steps(duration), bar) for duration, bar in ODD_SCALES]
    return [Window(n, _ODD, bar, bar, LEAST_LONG) for n, bar in sizes if n <= grid.size // 2]


def sums(residual: Array, window: Window) -> Array:
    """Return, at the last step of each window, the clipped sum over the root of its count.

    The unit is that of independent residuals. NaN where less than half of the window is known.
    """
    n = window.steps
    known = window_sum(np.isfinite(residual), n - 1, 0)
    total = window_sum(np.clip(residual, -window.clip, window.clip), n - 1, 0)
    full = known >= max(1.0, n / 2)
    return np.where(full, total / np.sqrt(np.maximum(known, 1)), np.nan)


def calm(residual: Array, grid: Grid, sight: Sight) -> Array:
    """Return the residuals (position) without the days that are far off as a whole.

    A sensor that was dead for a week must not teach how far sums go by themselves.
    """
    size = grid.per_day
    if grid.slots % 7 or size < 2:
        return residual
    days = np.clip(residual, -_WILD, _WILD).reshape(-1, size)
    known = np.isfinite(days)
    total = np.nansum(days, axis=1) / np.sqrt(np.maximum(known.sum(axis=1), 1))
    total[~known.any(axis=1)] = np.nan
    weekly = np.abs(total).reshape(grid.weeks, 7)
    usual = np.full((grid.weeks, 1), np.nan)
    for weeks, teaching in sight.periods():
        usual[weeks] = 1.4826 * median(weekly[teaching].reshape(-1, 1))[0]
    wild = weekly > _WILD * np.maximum(usual, 1.0)
    return np.where(np.repeat(wild.reshape(-1), size), np.nan, residual)


def tails(
    residual: Array, window: Window, grid: Grid, sight: Sight, *, by_hour: bool = True
) -> tuple[Array, Array]:
    """Return the usual size of a sensor's sums, above and below (position), at least 1.

    `residual` should be calm. 1 is the size of sums of independent normal residuals. With
    `by_hour` windows up to two days have a tail for each hour.
    """
    table = sums(residual, window).reshape(grid.weeks, grid.slots)
    by_hour = by_hour and window.steps <= grid.steps(BY_HOUR) and grid.slots % 7 == 0
    quantile = TAIL if by_hour else LONG_TAIL
    up, down = (np.full(table.shape, np.nan) for _ in range(2))
    for weeks, teaching in sight.periods():
        taught = table[teaching]
        apart = np.isfinite(taught).sum() / window.steps
        # Few windows that share no step tell little of a tail.
        doubt = 1 + _DOUBT / apart if apart >= 1 and len(taught) >= sight.least else np.nan
        for sign, out in ((1, up), (-1, down)):
            size = _tail(sign * taught, quantile, grid.per_day, by_hour=by_hour)
            out[weeks] = doubt * size
    return up.reshape(-1), down.reshape(-1)


def score(residual: Array, window: Window, sizes: tuple[Array, Array]) -> Array:
    """Return the signed score of each window at its last step (position)."""
    total = sums(residual, window)
    up, down = sizes
    size = np.where(total >= 0, up * window.up, down * window.down)
    return np.where(np.abs(total) >= window.least, LEVELLED * total / size, 0 * total)


def oddness(contrast: Array, grid: Grid, sight: Sight) -> Array:
    """Return how much further off than usual each cell is, on whatever side (position).

    Summed over a day or a fortnight it tells a pattern that is not the sensor's own: a clock that
    is wrong, hours that are cut off, another sensor's counts.
    """
    size = np.minimum(np.abs(contrast), _ODD).reshape(grid.weeks, grid.slots)
    usual = np.full((grid.weeks, 1), np.nan)
    for weeks, teaching in sight.periods():
        known = size[teaching][np.isfinite(size[teaching])]
        usual[weeks] = known.mean() if len(known) else np.nan
    return np.asarray(size - usual).reshape(-1)


def _tail(table: Array, quantile: float, per_day: int, *, by_hour: bool) -> Array:
    """Return the size of the upper tail of sums (week, slot) for each slot."""
    common, _ = _upper(table.reshape(-1, 1), quantile)
    if not np.isfinite(common[0]):
        return np.full(table.shape[1], np.nan)
    if not by_hour:
        return np.full(table.shape[1], common[0])
    hours = 24 if per_day % 24 == 0 else 1
    week = table.reshape(len(table), 7, hours, per_day // hours)
    out = np.empty((7, hours, per_day // hours))
    for days in (slice(0, 5), slice(5, 7)):
        cells = np.moveaxis(week[:, days], 2, 3).reshape(-1, hours)
        own, known = _upper(cells, quantile)
        share = known / (known + _PRIOR)
        size = np.where(known > 0, own, 1.0) ** share * common[0] ** (1 - share)
        out[days] = size[None, :, None]
    return out.reshape(-1)


def _upper(cells: Array, quantile: float) -> tuple[Array, Array]:
    """Return the upper quantile of columns over that of a normal variable, at least 1.

    The second array tells how many cells of each column are known.
    """
    ordered = np.sort(cells, axis=0)  # NaN last
    known = np.isfinite(ordered).sum(axis=0)
    rank = np.maximum(0, np.ceil(quantile * known).astype("int64") - 1)
    found = np.take_along_axis(ordered, rank[None], 0)[0] / float(ndtri(quantile))
    return np.where(known > 0, np.maximum(found, 1.0), np.nan), known
