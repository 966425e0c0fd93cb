"""What a sensor should have counted, and how far from it the counts are.

Expected = weekly profile of the surrounding weeks x the movement of the town, as the *other*
sensors tell it, raised to the share of that movement which the sensor usually follows.

Notes
-----
Counts are compared on the scale ``2 sqrt(x + 3/8)`` (F. J. Anscombe, 1948, "The transformation of
Poisson, binomial and negative-binomial data", Biometrika 35), on which pure count noise has a
standard deviation of 1 whatever the level. Levels are compared as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.anomaly._grid import Array, Grid, IntArray, around, median, without_self
from mining.cube import BoolArray

#: Weeks on either side that make the profile, and how many of them must be known.
HALF_WINDOW = 5
LEAST_WEEKS = 3
#: Half-width, in weeks, of the window in which the noise is measured.
NOISE_WINDOW = 8
#: A sensor says something of the town only where it expects this many passages.
LEAST_EXPECTED = 3.0
#: Weight, in weeks, of a sensor's overall noise against the noise of one slot.
PRIOR_WEEKS = 8
_MAD = 1.4826


@dataclass(frozen=True)
class Rhythm:
    """Expected values of sensors of one arithmetic, on the local grid (sensor, position).

    Attributes
    ----------
    normal : array
        The profile alone: what the sensor counts in a week like those around it.
    expected : array
        `normal` moved with the town.
    residual : array
        Observed against expected on the comparison scale, in units of usual noise; NaN where
        the cell is not trusted or nothing can be expected.
    movement : array
        How far each sensor is from `normal`: log-ratio of counts, difference of levels.
    town : array
        Median movement of the other sensors; 0 where nobody else counts.
    """

    normal: Array
    expected: Array
    residual: Array
    movement: Array
    town: Array


def learn(
    values: Array, masked: BoolArray, grid: Grid, *, counts: bool, eras: IntArray | None = None
) -> Rhythm:
    """Learn the rhythm of sensors that share an arithmetic.

    Parameters
    ----------
    values : array (sensor, position)
        Trusted values; NaN elsewhere.
    masked : bool array (sensor, position)
        Cells that must not teach what is normal: holidays, journal entries, known incidents.
    grid : Grid
        Their local clock.
    counts : bool
        Whether the values are counts (multiplicative) or levels (additive).
    eras : int array (sensor, position), optional
        Numbers that change where the level steps: the profile of one side does not teach what is
        normal on the other, where there are weeks enough.

    Returns
    -------
    Rhythm
    """
    teaching = np.where(masked, np.nan, values)
    eras = np.zeros(values.shape, dtype="int64") if eras is None else eras
    first = _rhythm(values, teaching, teaching, grid, eras, counts=counts)
    # Second pass: profiles from values freed of the town's movements, and without the cells that
    # the first pass found far off, so that an incident is not learnt as normal.
    calm = np.where(np.abs(first.residual) > 6, np.nan, teaching)
    freed = _unmove(calm, first, counts=counts)
    return _rhythm(values, calm, freed, grid, eras, counts=counts)


def _rhythm(
    values: Array, calm: Array, freed: Array, grid: Grid, eras: IntArray, *, counts: bool
) -> Rhythm:
    normal = np.stack([profile(row, grid, era) for row, era in zip(freed, eras, strict=True)])
    movement = _movement(values, normal, counts=counts)
    town = np.nan_to_num(without_self(movement)[0])
    expected = _move(normal, _followed(movement, town, np.isfinite(calm)) * town, counts=counts)
    gap = _scale(values) - _scale(expected) if counts else values - expected
    noise = np.stack([_noise(row, ok, grid, counts=counts) for row, ok in _rows(gap, calm)])
    return Rhythm(normal, expected, gap / noise, movement, town)


def _scale(counts: Array) -> Array:
    """Return counts on the scale on which their noise is 1."""
    return np.asarray(2 * np.sqrt(counts + 0.375))


def _rows(gap: Array, calm: Array) -> zip[tuple[Array, BoolArray]]:
    return zip(gap, np.isfinite(calm), strict=True)


def profile(row: Array, grid: Grid, era: IntArray) -> Array:
    """Return the weekly profile of one sensor (position): the median of the weeks around.

    Weeks of another era count only where there are too few of the same one. Where too few of all
    are known (a sensor down for months) the median of all weeks stands in; where even that is
    unknown, NaN.
    """
    table = row.reshape(grid.weeks, grid.slots)
    local = around(table, HALF_WINDOW, LEAST_WEEKS, era.reshape(table.shape))
    if era.any():
        mixed = around(table, HALF_WINDOW, LEAST_WEEKS)
        local = np.where(np.isfinite(local), local, mixed)
    overall = median(table, LEAST_WEEKS)
    return np.where(np.isfinite(local), local, overall[None]).reshape(-1)


def _movement(values: Array, normal: Array, *, counts: bool) -> Array:
    if not counts:
        return values - normal
    moved = np.log((values + 1) / (normal + 1))
    return np.where(normal >= LEAST_EXPECTED, moved, np.nan)


def _move(normal: Array, by: Array, *, counts: bool) -> Array:
    return normal * np.exp(by) if counts else normal + by


def _unmove(values: Array, rhythm: Rhythm, *, counts: bool) -> Array:
    share = _followed(rhythm.movement, rhythm.town, np.isfinite(values))
    return _move(values, -share * rhythm.town, counts=counts)


def _followed(movement: Array, town: Array, calm: BoolArray) -> Array:
    """Return (sensor, 1) how much of the town's movement each sensor follows, between 0 and 1.2.

    A regression through zero. Where the others are few and noisy the slope is small by itself:
    the noise in `town` attenuates it by just the factor that makes the best prediction.
    """
    usable = calm & np.isfinite(movement) & (town != 0)
    x = np.clip(np.where(usable, town, 0.0), -1.5, 1.5)
    y = np.clip(np.where(usable, movement, 0.0), -1.5, 1.5)
    square = (x * x).sum(axis=1)
    slope = np.divide((x * y).sum(axis=1), square, out=np.zeros(len(x)), where=square > 0)
    return np.asarray(np.clip(slope, 0.0, 1.2)[:, None])


def _noise(gap: Array, calm: BoolArray, grid: Grid, *, counts: bool) -> Array:
    """Return the usual size of one sensor's gaps (position), by slot of the week and season."""
    known = np.where(calm, gap, np.nan)
    table = np.abs(known).reshape(grid.weeks, grid.slots)
    scale = _MAD * usual(table)
    floor = 1.0 if counts else max(1e-6, 1e-3 * float(np.nanmax(np.abs(gap), initial=0.0)))
    scale = np.maximum(scale, floor)
    weekly = _MAD * median((table / scale).T)
    noise = np.maximum(scale * _season(weekly)[:, None], floor)
    return np.asarray(noise).reshape(-1)


def usual(table: Array) -> Array:
    """Return the median by slot (slot) of `table` (week, slot), drawn to the overall median.

    With few weeks the overall median weighs most, with many the slot's own.
    """
    known = np.isfinite(table)
    if not known.any():
        return np.ones(table.shape[1], dtype=float)
    overall = float(np.median(table[known]))
    weeks = known.sum(axis=0)
    own = np.where(weeks > 0, median(table), overall)
    square = (weeks * own**2 + PRIOR_WEEKS * overall**2) / (weeks + PRIOR_WEEKS)
    return np.asarray(np.sqrt(square))


def _season(weekly: Array) -> Array:
    """Return how noisy the weeks around each week are, against usual (week); 1 if unknown."""
    around_it = around(weekly[:, None], NOISE_WINDOW, LEAST_WEEKS)[:, 0]
    return np.asarray(np.clip(np.where(np.isfinite(around_it), around_it, 1.0), 0.5, 4.0))
