"""Where the past is no guide: a level that just moved, a holiday inside an odd season.

A street reopened at twice its level stays there; a clean level over eight weeks would need a month
to notice. Its last days are compared with what the clean level said of them; a distance that is on
one side for at least three days, and far outside of what this sensor's own past has shown, moves
the reference. How far: the more improbable, the more of it is believed (a threshold without jump;
Gao, *Wavelet shrinkage denoising using the non-negative garrote*, JCGS 7, 1998). A distance of one
or two days may be anything: the median stays, the interval reaches both levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mining.forecast._cells import Rows
from mining.week_grid import median

if TYPE_CHECKING:
    from mining.forecast._features import Bank

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Days over which a move is looked for: too short to follow, and long enough.
SHORT, LONG = (1, 2), (3, 4, 5, 7)
#: Robust standard deviations that may still be chance, and days needed to know them.
CHANCE = 5.0
LEAST_DAYS = 28
#: Share of a move that every single day must show.
EVERY_DAY = 0.5
#: Least spread of a sensor's distances, relative to its level.
LEAST_SPREAD = 0.03
#: Share of the way back that the interval of a moved level still reaches.
WAY_BACK = 0.5
#: Days on each side that tell whether a holiday fell into an odd season; what is odd on one side,
#: and on both.
AROUND = 10
ODD, BOTH_ODD = (-0.5, 1.0), (-0.25, 0.35)


@dataclass(frozen=True)
class Moves:
    """Moves of the level before each past origin, shape (sensor, days back).

    Attributes
    ----------
    days : ndarray of int
        Days since the move, 0 where there is none.
    size : ndarray
        Distance from the clean level in scales.
    share : ndarray
        How much of it is believed, 0 to 1.
    """

    days: Ints
    size: Floats
    share: Floats


def moves(bank: Bank, spans: tuple[int, ...]) -> Moves:
    """Find the most improbable move of the last `spans` days before each origin."""
    grid = bank.grid
    count = grid.origin // grid.slots
    shape = (len(grid.sensors), count)
    best = Moves(np.zeros(shape, dtype="int64"), np.zeros(shape), np.zeros(shape))
    if count < LEAST_DAYS:
        return best
    rows = Rows(
        np.repeat(np.arange(shape[0]), count),
        np.full(shape[0] * count, grid.origin),
        np.tile(grid.origin - grid.slots * np.arange(count), shape[0]),
    )
    daily = bank.recent(rows, 1).reshape(shape)
    days, size, farthest = best.days, best.size, np.full(shape, CHANCE)
    for span in spans:
        mean = bank.recent(rows, span).reshape(shape)
        far = np.abs(_evened(mean, grid.is_count)) / _spread(_evened(mean, grid.is_count))
        found = (far > farthest) & _every_day(daily, mean, span)
        days, size = np.where(found, span, days), np.where(found, mean, size)
        farthest = np.where(found, far, farthest)
    return Moves(days, size, 1 - (CHANCE / farthest) ** 2)


def _evened(mean: Floats, is_count: npt.NDArray[np.bool_]) -> Floats:
    """Return distances in which half and twice the level are equally far."""
    return np.where(is_count[:, None], np.log(np.maximum(1 + mean, 0.01)), mean)


def _spread(distance: Floats) -> Floats:
    """Return the usual size of each sensor's distances, infinite where too few are known."""
    enough = np.isfinite(distance).sum(axis=1) >= LEAST_DAYS
    usual = 1.4826 * median(np.abs(distance).T)
    return np.where(enough, np.maximum(usual, LEAST_SPREAD), np.inf)[:, None]


def _every_day(daily: Floats, mean: Floats, span: int) -> npt.NDArray[np.bool_]:
    """Tell whether each of the `span` days shows a good part of the mean move."""
    beyond = np.pad(daily, ((0, 0), (0, span)), constant_values=np.nan)
    sign = np.sign(mean)
    least = EVERY_DAY * np.abs(mean)
    each = [sign * beyond[:, k : k + daily.shape[1]] >= least for k in range(span)]
    return np.asarray(np.all(each, axis=0))


def moved(bank: Bank, rows: Rows, base: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Return the clean level of each cell where its sensor stands now, and its scale."""
    share = _at(bank, bank.moves.share, rows)
    some = np.flatnonzero(share)
    if not len(some):
        return base, scale
    near = rows.take(some)
    days, size = _at(bank, bank.moves.days, near), _at(bank, bank.moves.size, near)
    old, unit = _before(bank, near, days)
    old = np.where(np.isfinite(old), old, base[some])
    unit = np.where(np.isfinite(unit), unit, scale[some])
    base, scale = base.copy(), scale.copy()
    base[some] += share[some] * (old + size * unit - base[some])
    scale[some] = bank.rescaled(near, base[some], scale[some])
    return base, scale


def doubt(bank: Bank, rows: Rows) -> Floats:
    """Return how far the interval must reach beyond its own: up where positive, else down.

    Towards a level seen for a day or two only, or some way back to the level before a move.
    """
    size = _at(bank, bank.moves.size * bank.moves.share, rows)
    brief = _at(bank, bank.brief.size * bank.brief.share, rows)
    _, scale = bank.clean(rows)
    # The scale of a count has moved with its level already.
    counts = bank.grid.is_count[rows.sensor]
    back = -WAY_BACK * size / np.where(counts, np.maximum(1 + size, 0.1), 1.0)
    return np.where(size != 0, back, brief) * scale


def reach(made: Floats, far: Floats, quantiles: tuple[float, ...]) -> Floats:
    """Move the outer quantiles by `far`, all of it at .9 or .1, nothing at the median."""
    level = np.clip((np.asarray(quantiles) - 0.5) / 0.4, -1, 1)
    up = np.maximum(far, 0.0)[..., None] * np.maximum(level, 0.0)
    down = np.minimum(far, 0.0)[..., None] * np.maximum(-level, 0.0)
    return np.sort(made + up + down, axis=-1)


def _at(bank: Bank, table: npt.NDArray[Any], rows: Rows) -> npt.NDArray[Any]:
    """Return what a table (sensor, days back) says at the origin of each cell; 0 before it."""
    if not table.any():
        return np.zeros(len(rows.origin), dtype=table.dtype)
    back = (bank.grid.origin - rows.origin) // bank.grid.slots
    inside = back < table.shape[1]
    return np.where(inside, table[rows.sensor, np.where(inside, back, 0)], 0)


def _before(bank: Bank, rows: Rows, days: Ints) -> tuple[Floats, Floats]:
    """Return the clean level without the last `days` days, and its scale."""
    position = bank.aligned(rows)
    inside = position - bank.season >= rows.origin - days * bank.grid.slots
    where = rows.sensor, np.where(inside, position - bank.season, position)
    return bank.base[where], bank.scale[where]


def odd_days(ratio: Floats, special: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which days stand in an odd season: ordinary days just before or after were far off.

    Parameters
    ----------
    ratio : ndarray, shape (sensor, day)
        Distance of each day from its clean level, in scales.
    special : ndarray of bool, shape (day,)
        Days that do not count.
    """
    plain = np.where(special, np.nan, ratio)
    wide = np.pad(plain, ((0, 0), (AROUND, AROUND)), constant_values=np.nan)
    count = ratio.shape[1]
    days = [wide[:, k : k + count] for k in range(2 * AROUND + 1) if k != AROUND]
    before, after = median(np.stack(days[:AROUND])), median(np.stack(days[AROUND:]))
    around = median(np.stack(days))
    alone = (np.fmin(before, after) < ODD[0]) | (np.fmax(before, after) > ODD[1])
    return np.asarray(alone | (around < BOTH_ODD[0]) | (around > BOTH_ODD[1]))
