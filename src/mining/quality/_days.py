"""How well whole days fit one rhythm rather than another, and for how long they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, Ints, runs

_DAY = 86_400
#: Most that one cell may say, in nats: one crowd must not decide a day.
CELL_MOST = 4.0
#: Share of the gain to expect if the other rhythm were the true one, that a day must reach to
#: speak for it: a rhythm that merely changed, in a lockdown, looks a little like another.
SHARE = 0.4
#: Most that one day may say for or against.
DAY_MOST = 30.0
#: What it costs to begin or to end a stretch of days.
TURN = 12.0
#: Least gain, in shares of the one to expect, of a stretch; and the most, beyond which neither
#: rhythm is the right one.
FAIR = (0.45, 1.3)
#: Days in a row without a word (holidays, gaps) that end a stretch, if there are more.
SILENT = 7
#: Expected counts above which their scatter is measured, and its bounds.
CLEAR = 20.0
SCATTER = (0.005, 0.2)
#: Median of a squared normal deviate.
_MEDIAN_CHI = 0.455


@dataclass(frozen=True)
class Days:
    """Local days of the times.

    Attributes
    ----------
    day : array of int, shape (time,)
        Number of the local day, from 0.
    count : int
        Number of days.
    """

    day: Ints
    count: int

    def sums(self, series: Floats) -> Floats:
        """Return the sums by day, shape (day,); NaN counts as nothing."""
        by_day = np.bincount(self.day, weights=np.nan_to_num(series), minlength=self.count)
        return by_day.astype(np.float64)

    def scaled(self, shape: Floats, seen: Floats) -> Floats:
        """Return expected values brought to the sum of each day of what was seen."""
        both = ~(np.isnan(shape) | np.isnan(seen))
        due = self.sums(np.where(both, shape, 0.0))
        level = self.sums(np.where(both, seen, 0.0)) / np.where(due > 0, due, np.nan)
        return shape * level[self.day]


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last` (exclusive) that speak for the rhythm number `state`."""

    first: int
    last: int
    state: int


def days_of(clock: Clock) -> Days | None:
    """Return the local days of a clock; None where steps are not parts of a day."""
    if _DAY % clock.step or clock.step >= _DAY or clock.slots == 1:
        return None
    day = clock.week * 7 + clock.slot // (_DAY // clock.step)
    return Days(day - day[0], int(day[-1] - day[0]) + 1)


def scatter(seen: Floats, expected: Floats) -> float:
    r"""Return how far counts scatter beyond Poisson: :math:`c` in the variance :math:`m + c m^2`.

    Notes
    -----
    The variance of the square root is then :math:`(1 + c m) / 4`; :math:`c` is the median of what
    is beyond the quarter.
    """
    clear = (expected > CLEAR) & ~np.isnan(seen)
    if not clear.any():
        return SCATTER[1]
    mean = expected[clear]
    off = 4 * (np.sqrt(seen[clear]) - np.sqrt(mean)) ** 2
    return float(np.clip(np.median((off / _MEDIAN_CHI - 1) / mean), *SCATTER))


def gains(seen: Floats, usual: Floats, other: Floats, c: float) -> tuple[Floats, Floats]:
    r"""Return how much better one rhythm fits each cell than the usual one, and how much it would.

    Parameters
    ----------
    seen, usual, other : arrays, shape (time,)
        Counts, and the two rhythms at the level of the day.
    c : float
        Scatter of the counts.

    Returns
    -------
    gain, hoped : arrays, shape (time,)
        Logarithm of the likelihood ratio, on the scale of square roots with the variance
        :math:`(1 + c m) / 4`, at most `CELL_MOST` either way; and its mean if `other` were true.
        NaN where one of them is unknown.
    """
    twice = 0.5 * (1 + c * (usual + other) / 2)
    root, at, to = np.sqrt(seen), np.sqrt(usual), np.sqrt(other)
    gain = ((root - at) ** 2 - (root - to) ** 2) / twice
    hoped = np.where(np.isnan(seen), np.nan, (at - to) ** 2 / twice)
    return np.clip(gain, -CELL_MOST, CELL_MOST), np.minimum(hoped, CELL_MOST)


def stretches(
    gain: Floats, hoped: Floats, *, least: float, days: int, share: Floats | float = SHARE
) -> list[list[Stretch]]:
    """Return for each row the stretches of days that speak for another rhythm.

    Parameters
    ----------
    gain, hoped : arrays, shape (row, day, rhythm)
        Sums by day of :func:`gains`; a day of zeros says nothing.
    least : float
        Least sum over a stretch of what goes beyond `SHARE` of the hoped gain.
    days : int
        Fewest days.
    share : float or array, shape (row, 1, 1)
        In place of `SHARE`.

    Notes
    -----
    The path of states (one for each rhythm, and the usual one, which gains nothing) of highest sum
    by dynamic programming (Viterbi), where each change of state costs `TURN`.
    """
    score = np.clip(gain - share * hoped, -DAY_MOST, DAY_MOST)
    path = _best_path(score)
    out: list[list[Stretch]] = []
    for row in range(len(score)):
        found = []
        for state in range(score.shape[2]):
            for a, b in _telling(path[row] == state, hoped[row, :, state]):
                total, hope = gain[row, a:b, state].sum(), hoped[row, a:b, state].sum()
                fair = FAIR[0] * hope <= total <= FAIR[1] * hope
                if fair and b - a >= days and score[row, a:b, state].sum() >= least:
                    found.append(Stretch(a, b, state))
        out.append(found)
    return out


def _telling(chosen: Bools, hoped: Floats) -> list[tuple[int, int]]:
    """Return the runs of chosen days that could tell anything, cut where too many could not."""
    out: list[tuple[int, int]] = []
    for start, end in zip(*runs(chosen), strict=True):
        said = start + np.flatnonzero(hoped[start:end] > 0)
        pieces = np.split(said, np.flatnonzero(np.diff(said) > SILENT) + 1)
        out += [(int(piece[0]), int(piece[-1]) + 1) for piece in pieces if piece.size]
    return out


def _best_path(score: Floats) -> Ints:
    rows, days, states = score.shape
    best = np.concatenate((np.full((rows, states), -TURN), np.zeros((rows, 1))), axis=1)
    back = np.zeros((days, rows, states + 1), dtype=np.int8)
    here = np.arange(states + 1)
    for day in range(days):
        top = best.argmax(axis=1)[:, None]
        turned = np.take_along_axis(best, top, axis=1) - TURN
        back[day] = np.where(best >= turned, here, top)
        best = np.maximum(best, turned)
        best[:, :states] += score[:, day]
    path = np.zeros((rows, days), dtype=np.int64)
    state = best.argmax(axis=1)
    for day in range(days - 1, -1, -1):
        path[:, day] = state
        state = back[day, np.arange(rows), state].astype(np.int64)
    return path


def edges(gain: Floats, days: Days, stretch: Stretch) -> slice:
    """Return the cells of a stretch, its ends moved within a day to where they fit best.

    Parameters
    ----------
    gain : array, shape (time,)
        Gain of each cell.
    days : Days
        Local days of the times.
    stretch : Stretch
        Whole days.
    """
    near = (days.day >= stretch.first - 1) & (days.day <= stretch.last)
    cells = np.flatnonzero(near)
    total = np.concatenate(([0.0], np.cumsum(np.nan_to_num(gain[cells]))))
    day = days.day[cells]
    starts = np.flatnonzero(day <= stretch.first)
    first = starts[np.argmin(total[starts])]
    ends = np.flatnonzero(day >= stretch.last - 1) + 1
    last = ends[np.argmax(total[ends])]
    return slice(int(cells[first]), int(cells[max(last - 1, first)]) + 1)


def masked(size: int, cells: list[slice]) -> Bools:
    """Return the mask of shape ``(size,)`` that is true in the given cells."""
    out = np.zeros(size, dtype=bool)
    for one in cells:
        out[one] = True
    return out
