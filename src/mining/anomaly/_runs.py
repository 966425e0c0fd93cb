"""From residuals to runs: what stands out at the scale of an hour, a few hours, a day, weeks.

The window that scores highest, of whatever length, is the first run; what it explains is taken out
before the next is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mining.anomaly import _windows
from mining.anomaly._sight import Sight
from mining.anomaly._windows import Window
from mining.cube import BoolArray
from mining.stretches import best_segment, window_sum
from mining.week_grid import Array, Grid

#: No run below this score is an incident, whatever the budget.
FLOOR = 3.0
#: The same for the territory as a whole.
TOWN_FLOOR = 4.5
#: Runs of one sensor (of the territory) and one direction closer than this are one thing.
MERGE_GAP, TOWN_MERGE_GAP = "14h", "1D"
#: From this length a window is placed by whole days.
BY_DAY = "7D"
#: Windows shorter than this are judged against the days around, too.
CONTRAST = "1D"
#: A short run goes on while every next step exceeds this.
_GROW = 2.0
#: Residual that a step must exceed to belong to a run, in units of usual noise, and as a share of
#: what is typical inside.
_DRIFT, _SHARE = 0.5, 0.2
#: Long runs of steps that are this far off have edges to the step; others are placed by days.
_PLAIN = 3.0
#: Runs whose lengths differ by more than this factor may be two things.
_ALIKE = 6
#: Share of a day that must be left for it to be judged as a whole.
_WHOLE = 0.97


@dataclass(frozen=True)
class Run:
    """Steps during which a sensor stood out.

    Attributes
    ----------
    row : int
        Row of the sensor among those examined; -1 for the whole territory.
    first, stop : int
        Half-open range of grid positions.
    sign : int
        +1 above, -1 below.
    score : float
        Largest window score inside.
    scale : int
        Steps of the window that scored it; 0 for a level step.
    stays : bool
        Whether a level step goes on after `stop`, as the new normal.
    odd : bool
        Whether it is the pattern of hours that is not the sensor's own, and not the sum.
    """

    row: int
    first: int
    stop: int
    sign: int
    score: float
    scale: int
    stays: bool = False
    odd: bool = False

    def overlap(self, other: Run) -> int:
        """Return how many steps two runs share."""
        return max(0, min(self.stop, other.stop) - max(self.first, other.first))


@dataclass(frozen=True)
class Scale:
    """One length of window on one sensor, in one direction.

    Attributes
    ----------
    window : Window
        The window.
    sign : int
        +1 above, -1 below, 0 odd: on whatever side.
    residual : array (position)
        What is summed.
    sizes : tuple of array (position)
        Tails of its sums, above and below.
    known : array (position) or None
        Scores that do not come from sums.
    """

    window: Window
    sign: int
    residual: Array
    sizes: tuple[Array, Array]
    known: Array | None = None

    def score(self, residual: Array, cells: slice = slice(None)) -> Array:
        """Return the scores of windows at their last steps; -inf where nothing is known."""
        if self.known is not None:
            # A day that something has explained in part is not unlike others for another reason.
            n = self.window.steps
            whole = window_sum(np.isfinite(residual), n - 1, 0) >= _WHOLE * n
            return np.where(whole, np.nan_to_num(self.known[cells]), -np.inf)
        up, down = self.sizes
        score = _windows.score(residual, self.window, (up[cells], down[cells]))
        return np.nan_to_num((self.sign or 1) * score, nan=-np.inf)


def scales(
    residual: Array,
    contrast: Array,
    grid: Grid,
    sight: Sight,
    *,
    odd: bool = False,
    untaught: BoolArray | None = None,
) -> list[Scale]:
    """Return what is looked at on one sensor.

    Parameters
    ----------
    residual, contrast : array (position)
        As in :class:`mining.anomaly._rhythm.Rhythm`.
    grid : Grid
        The local clock.
    sight : Sight
        Which weeks may teach the tails.
    odd : bool
        Whether the pattern of hours is looked at, too.
    untaught : bool array (position), optional
        What must not teach how far sums go by themselves.
    """
    taught = residual if untaught is None else np.where(untaught, np.nan, residual)
    wild = np.isnan(_windows.calm(taught, grid, sight))
    out = []
    for window in _windows.windows(grid):
        values = contrast if window.steps < grid.steps(CONTRAST) else residual
        sizes = _windows.tails(np.where(wild, np.nan, values), window, grid, sight)
        out += [Scale(window, sign, values, sizes) for sign in (1, -1)]
    pattern = _windows.oddness(contrast, grid, sight)
    for window in _windows.odd_windows(grid) if odd else []:
        calm = np.where(wild, np.nan, pattern)
        sizes = _windows.tails(calm, window, grid, sight, by_hour=False)
        out.append(Scale(window, 0, pattern, sizes))
    return out


def find(over: list[Scale], grid: Grid, *, row: int = 0) -> list[Run]:
    """Return the runs of one sensor, sorted by start.

    Parameters
    ----------
    over : list of Scale
        From :func:`scales`.
    grid : Grid
        The local clock.
    row : int
        Row to write into the runs; -1 is the territory.

    Returns
    -------
    list of Run
        Runs of one direction are more than `MERGE_GAP` apart, unless one is brief and strong.
    """
    gap = grid.steps(TOWN_MERGE_GAP if row < 0 else MERGE_GAP)
    runs = _pursued(over, grid, row)
    found: list[Run] = []
    for sign in (1, -1):
        for odd in (False, True):
            found += joined([r for r in runs if r.sign == sign and r.odd == odd], gap)
    return sorted(found, key=lambda run: (run.first, run.sign))


def _pursued(over: list[Scale], grid: Grid, row: int) -> list[Run]:
    """Return the best window as a run, then the best of what is left, ..."""
    left = [scale.residual.copy() for scale in over]
    scores = np.stack([s.score(s.residual) for s in over])
    longest = max(scale.window.steps for scale in over)
    runs: list[Run] = []
    while True:
        which, end = (int(i) for i in np.unravel_index(int(scores.argmax()), scores.shape))
        peak = float(scores[which, end])
        if peak <= (TOWN_FLOOR if row < 0 else FLOOR):
            return runs
        scale = over[which]
        n = scale.window.steps
        first = max(0, end - n + 1)
        away = scale.sign or (1 if np.nansum(over[0].residual[first : end + 1]) >= 0 else -1)
        placed = Run(row, first, end + 1, away, peak, n, odd=not scale.sign)
        if scale.known is None:
            sign = scale.sign or 1  # oddness is never below
            placed = replace(_placed(left[which], replace(placed, sign=sign), grid), sign=away)
        runs.append(placed)
        # The window itself as well: an edge of it must not be found again.
        out = slice(min(first, placed.first), max(end + 1, placed.stop))
        near = slice(max(0, out.start - longest), min(scores.shape[1], out.stop + longest))
        for k, other in enumerate(over):
            if other.sign * placed.sign < 0 and not placed.odd:
                continue  # a crowd in a lean fortnight is another thing
            left[k][out] = np.nan
            fresh = other.score(left[k][near], near)
            scores[k, out.start : near.stop] = fresh[out.start - near.start :]


def joined(runs: list[Run], gap: int) -> list[Run]:
    """Merge runs of one sensor and direction that overlap or are at most `gap` steps apart.

    A brief strong run beside or inside a long weak one is another thing, and stays apart.
    """
    out: list[Run] = []
    for run in sorted(runs, key=lambda r: (r.first, r.stop)):
        close = (r for r in reversed(out) if run.first - r.stop <= gap and _alike(r, run))
        last = next(close, None)
        if last is None:
            out.append(run)
            continue
        best = max(last, run, key=lambda r: r.score)
        out[out.index(last)] = replace(best, first=last.first, stop=max(last.stop, run.stop))
    return out


def _alike(one: Run, other: Run) -> bool:
    brief, long = sorted((one, other), key=lambda r: r.stop - r.first)
    lengths = (long.stop - long.first, brief.stop - brief.first)
    return long.score >= brief.score or lengths[0] <= _ALIKE * lengths[1]


def _placed(residual: Array, run: Run, grid: Grid) -> Run:
    """Move the edges of a window to where the deviation really begins and ends."""
    if run.scale == 1:
        return _grown(residual, run)
    margin = run.scale // 2
    day = grid.per_day
    low = max(0, (run.first - margin) // day * day)
    high = min(len(residual), -(-(run.stop + margin) // day) * day)
    gain = np.nan_to_num(run.sign * residual[low:high])
    inside = gain[run.first - low : run.stop - low]
    if run.scale >= grid.steps(BY_DAY) and _typical(inside) < _PLAIN:
        days = gain[: len(gain) // day * day].reshape(-1, day).sum(axis=1) / np.sqrt(day)
        start, stop = best_segment(days - max(_DRIFT, _SHARE * _typical(days)))
        return replace(run, first=low + start * day, stop=low + stop * day)
    start, stop = best_segment(gain - max(_DRIFT, _SHARE * _typical(inside)))
    return _grown(residual, replace(run, first=low + start, stop=low + stop))


def _typical(gain: Array) -> float:
    """Return the usual deviation of the steps that go the run's way."""
    along = gain[gain > _DRIFT]
    return float(np.median(along)) if len(along) else 0.0


def _grown(residual: Array, run: Run) -> Run:
    """Extend a run over the steps beside it that clearly go the same way."""
    first, stop = run.first, run.stop
    while first > 0 and run.sign * residual[first - 1] > _GROW:
        first -= 1
    while stop < len(residual) and run.sign * residual[stop] > _GROW:
        stop += 1
    return replace(run, first=first, stop=stop)
