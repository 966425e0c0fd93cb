"""What a sensor should have counted, and how far from it the counts are.

Expected = weekly profile of the surrounding weeks x the movement that the *other* sensors tell. For
windows shorter than a day the sensor's own level in the days around is taken out as well: a street
that has been a little busier all week does not alarm every evening.

Notes
-----
Counts are compared on the scale ``2 sqrt(x + 3/8)`` (F. J. Anscombe, 1948, "The transformation of
Poisson, binomial and negative-binomial data", Biometrika 35), on which pure count noise has a
standard deviation of 1 whatever the level. Levels are compared as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import convolve1d

from mining.anomaly._sight import Sight, predict
from mining.cube import BoolArray
from mining.week_grid import Array, Grid, IntArray, around, median, without_self

#: Weeks on either side that make the profile, and how many of them must be known.
HALF_WINDOW = 5
LEAST_WEEKS = 3
#: Half-width, in weeks, of the window in which the noise is measured.
NOISE_WINDOW = 8
#: A sensor says something of the town only where it expects this many passages.
LEAST_EXPECTED = 3.0
#: Weight, in weeks, of a sensor's overall noise against the noise of one slot.
PRIOR_WEEKS = 8
#: Cells further off than this in the first pass teach nothing in the second.
CALM = 6.0
#: Log-ratios are believed up to these sizes: as what another sensor tells beyond the town, as the
#: sensor's own level, and as what is to be learnt.
_TOLD, _OWN, _LEARNT = 0.3, 0.7, 1.5
#: Variance of log-ratios that does not come from counting.
_OWN_VARIANCE = 0.03
#: Ridge of the regressions, and the weeks of data that weigh as much as the doubt in another
#: sensor's word.
_RIDGE, _DOUBT = 0.1, 8.0
#: The days around: from ... to (hours), on both sides.
_AROUND = ("12h", "36h")
#: Hours of doubt in what the days around tell.
_LONE = 2.0
_MAD = 1.4826


@dataclass(frozen=True)
class Rhythm:
    """Expected values of sensors of one arithmetic, on the local grid (sensor, position).

    Attributes
    ----------
    normal : array
        The profile alone: what the sensor counts in a week like those around it.
    expected : array
        `normal` moved as the other sensors tell.
    residual : array
        Observed against expected on the comparison scale, in units of usual noise; NaN where
        the cell is not trusted or nothing can be expected.
    contrast : array
        The same against what is expected when the sensor's own level in the days around is known
        too: for what lasts less than a day.
    movement : array
        How far each sensor is from `normal`: log-ratio of counts, difference of levels.
    town : array
        Median movement of the other sensors; 0 where nobody else counts.
    """

    normal: Array
    expected: Array
    residual: Array
    contrast: Array
    movement: Array
    town: Array


def learn(
    values: Array,
    masked: BoolArray,
    grid: Grid,
    *,
    counts: bool,
    near: IntArray | None = None,
    eras: IntArray | None = None,
    causal: bool = False,
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
    near : int array (sensor, other), optional
        The other sensors that each is predicted from, besides the median of all.
    eras : int array (sensor, position), optional
        Numbers that change where the level steps: the profile of one side does not teach what is
        normal on the other, where there are weeks enough.
    causal : bool
        Whether only the past may teach.

    Returns
    -------
    Rhythm
    """
    sight = Sight.of(grid, causal=causal)
    teaching = np.where(masked, np.nan, values)
    eras = np.zeros(values.shape, dtype="int64") if eras is None else eras
    learner = _Learner(values, grid, sight, eras, counts)
    first, told = learner.rhythm(teaching, teaching, None)
    # Second pass: profiles from values freed of the town's movements, and without the cells that
    # the first pass found far off, so that an incident is not learnt as normal.
    calm = np.where(np.abs(first.residual) > CALM, np.nan, teaching)
    return learner.rhythm(calm, _move(calm, -told, counts=counts), near)[0]


@dataclass(frozen=True)
class _Learner:
    values: Array
    grid: Grid
    sight: Sight
    eras: IntArray
    counts: bool

    def rhythm(self, calm: Array, freed: Array, near: IntArray | None) -> tuple[Rhythm, Array]:
        """Return the rhythm, and the movement that the others told."""
        both = zip(freed, self.eras, strict=True)
        normal = np.stack([profile(row, self.grid, era, self.sight) for row, era in both])
        movement = _movement(self.values, normal, counts=self.counts)
        town = np.nan_to_num(without_self(movement)[0])
        known = np.isfinite(calm) & np.isfinite(movement)
        trust = self._trust(normal)
        weight = np.where(known, trust, 0.0)
        told = self._told(movement, town, trust, weight, near)
        expected = _move(normal, told, counts=self.counts)
        residual = self._residual(expected, known)
        contrast = residual
        if near is not None:
            level = self._own_level(movement - told, weight)
            contrast = self._residual(_move(expected, level, counts=self.counts), known)
        return Rhythm(normal, expected, residual, contrast, movement, town), told

    def _trust(self, normal: Array) -> Array:
        """Return how much a movement can be relied on, up to 1, for the counts behind it."""
        if not self.counts:
            return np.isfinite(normal).astype(float)
        return np.nan_to_num(normal / (1 / _OWN_VARIANCE + normal))

    def _told(
        self, movement: Array, town: Array, trust: Array, weight: Array, near: IntArray | None
    ) -> Array:
        """Return the movement of each sensor that the others tell (sensor, position)."""
        out = np.zeros_like(movement)
        goal = self._within(movement, _LEARNT)
        for row in range(len(movement)):
            others = near[row] if near is not None else np.array([], dtype="int64")
            apart = self._within(movement[others] - town[row], _TOLD) * np.sqrt(trust[others])
            regressors = np.vstack([self._within(town[row], _LEARNT), apart])
            doubt = np.full(len(regressors), _DOUBT)
            doubt[0] = 0.0
            out[row] = predict(
                goal[row], regressors, weight[row], self.sight, ridge=_RIDGE, doubt=doubt
            )
        return self._within(out, _LEARNT)

    def _within(self, movement: Array, limit: float) -> Array:
        known = np.nan_to_num(movement)
        return np.clip(known, -limit, limit) if self.counts else known

    def _own_level(self, rest: Array, weight: Array) -> Array:
        """Return what the days around tell of a sensor's own level (sensor, position)."""
        low, high = (self.grid.steps(d) for d in _AROUND)
        if self.grid.per_day < 2:
            return np.zeros_like(rest)
        offset = np.abs(np.arange(-high, high + 1))
        kernel = ((offset >= low) & (offset <= high)).astype(float)
        if self.sight.causal:
            kernel[:high] = 0  # a convolution: the second half reaches back
        rest = self._within(rest, _OWN)
        share = np.sqrt(weight)
        total = convolve1d(rest * share, kernel, axis=1, mode="constant")
        level = total / (convolve1d(share, kernel, axis=1, mode="constant") + _LONE)
        rows = zip(rest, level, weight, strict=True)
        return np.stack([predict(y, x[None], w, self.sight, ridge=_RIDGE) for y, x, w in rows])

    def _residual(self, expected: Array, known: BoolArray) -> Array:
        gap = self.values - expected
        if self.counts:
            gap = even(self.values) - even(expected)
        rows = zip(gap, known, strict=True)
        return np.stack([g / _noise(g, k, self.sight, counts=self.counts) for g, k in rows])


def even(counts: Array) -> Array:
    """Return counts on the scale on which their noise is 1."""
    return np.asarray(2 * np.sqrt(counts + 0.375))


def profile(row: Array, grid: Grid, era: IntArray, sight: Sight) -> Array:
    """Return the weekly profile of one sensor (position): the median of the weeks around.

    Weeks of another era count only where there are too few of the same one. Where too few of all
    are known (a sensor down for months) the median of all weeks stands in; where even that is
    unknown, NaN. With causal sight the weeks are those before.
    """
    table = row.reshape(grid.weeks, grid.slots)
    local = around(table, HALF_WINDOW, LEAST_WEEKS, era.reshape(table.shape), past=sight.causal)
    if era.any():
        mixed = around(table, HALF_WINDOW, LEAST_WEEKS, past=sight.causal)
        local = np.where(np.isfinite(local), local, mixed)
    overall = np.full(table.shape, np.nan)
    for weeks, teaching in sight.periods():
        overall[weeks] = median(table[teaching], LEAST_WEEKS)
    return np.where(np.isfinite(local), local, overall).reshape(-1)


def _movement(values: Array, normal: Array, *, counts: bool) -> Array:
    if not counts:
        return values - normal
    moved = np.log((values + 1) / (normal + 1))
    return np.where(normal >= LEAST_EXPECTED, moved, np.nan)


def _move(normal: Array, by: Array, *, counts: bool) -> Array:
    return normal * np.exp(by) if counts else normal + by


def _noise(gap: Array, calm: BoolArray, sight: Sight, *, counts: bool) -> Array:
    """Return the usual size of one sensor's gaps (position), by slot of the week and season."""
    table = np.abs(np.where(calm, gap, np.nan)).reshape(sight.weeks, sight.slots)
    scale, floor = (np.full(shape, np.nan) for shape in (table.shape, (sight.weeks, 1)))
    for weeks, teaching in sight.periods():
        most = float(np.nanmax(table[teaching], initial=0.0))
        floor[weeks] = 1.0 if counts else max(1e-6, 1e-3 * most)
        scale[weeks] = np.maximum(_MAD * usual(table[teaching]), floor[weeks])
    weekly = _MAD * median((table / scale).T)
    season = _season(weekly, past=sight.causal)[:, None]
    return np.asarray(np.maximum(scale * season, floor)).reshape(-1)


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


def _season(weekly: Array, *, past: bool) -> Array:
    """Return how noisy the weeks around each week are, against usual (week); 1 if unknown."""
    around_it = around(weekly[:, None], NOISE_WINDOW, LEAST_WEEKS, past=past)[:, 0]
    return np.asarray(np.clip(np.where(np.isfinite(around_it), around_it, 1.0), 0.5, 4.0))
