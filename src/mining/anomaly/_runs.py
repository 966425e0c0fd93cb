"""From residuals to runs: what stands out at the scale of an hour, a few hours, a day, weeks.

A window of `n` steps scores the sum of its residuals over the usual size of such sums. Long
windows see each residual clipped, so that one wild hour does not make a week of it. What a shorter
window has explained is taken out before a longer one may speak.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mining.anomaly._grid import Array, Grid, best_segment, rolling_sum
from mining.anomaly._rhythm import usual
from mining.cube import BoolArray

#: Length of each window, and the largest residual that it believes.
SCALES = (("1h", 30.0), ("4h", 12.0), ("1D", 6.0), ("7D", 3.0), ("14D", 2.5))
#: No run below this score is an incident, whatever the budget; nor one whose window is less than
#: this many times its usual size (windows of a day or more; shorter ones, of which there are many).
FLOOR, RAW_FLOOR, RAW_FLOOR_SHORT = 3.0, 4.0, 5.0
#: The same for the territory as a whole, whose scores are not lifted.
TOWN_FLOOR = 5.0
#: Scores of different windows are made comparable: a score of `LEVELLED` is what `RATE` windows
#: per sensor and 30 days exceed by themselves. This needs `ENOUGH` sensor-months; with fewer the
#: factors are those found on 21 pedestrian counters, by longest window.
LEVELLED, RATE, ENOUGH = 4.5, 0.1, 30.0
_DEFAULT_LIFTS = (("1h", 2.4), ("4h", 1.8), ("1D", 1.1))
#: Runs of one sensor (of the territory) and one direction closer than this are one thing.
MERGE_GAP, TOWN_MERGE_GAP = "14h", "1D"
#: From this length a window is placed by whole days.
BY_DAY = "7D"
#: A short run goes on while every next step exceeds this.
_GROW = 2.0
#: Residual that a step must exceed to belong to a run, in units of usual noise, and as a share of
#: what is typical inside.
_DRIFT, _SHARE = 0.5, 0.2
_MAD = 1.4826
#: A sensor with many large sums is a noisy one: 90 % of windows should score below this.
_TAIL, _NORMAL_TAIL = 0.9, 1.645


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
    """

    row: int
    first: int
    stop: int
    sign: int
    score: float
    scale: int

    def overlap(self, other: Run) -> int:
        """Return how many steps two runs share."""
        return max(0, min(self.stop, other.stop) - max(self.first, other.first))


Lifts = dict[int, float]


def lifts(residuals: Array, grid: Grid, skip: BoolArray) -> Lifts:
    """Return the factor by which the scores of each window length are divided, at least 1.

    Single hours go wild more often than fortnights; without this they would eat the budget.

    Parameters
    ----------
    residuals : array (sensor, position)
        Standardized residuals of sensors of one arithmetic.
    grid : Grid
        The local clock.
    skip : bool array (position)
        Windows that begin here do not count (holidays).
    """
    months = float(np.isfinite(residuals).sum()) * (grid.step / np.timedelta64(30, "D"))
    windows = _windows(grid)
    if months < ENOUGH:
        return {n: _default_lift(n, grid) for n, _ in windows}
    rank = int(RATE * months)
    return {
        n: _lift(np.stack([_scores(r, n, clip, grid) for r in residuals]), n, skip, rank)
        for n, clip in windows
    }


def _default_lift(n: int, grid: Grid) -> float:
    return next((lift for size, lift in _DEFAULT_LIFTS if n <= grid.steps(size)), 1.0)


def _scores(residual: Array, n: int, clip: float, grid: Grid) -> Array:
    return _sums(residual, n, clip) / _usual_sum(residual, n, clip, grid)


def _lift(scores: Array, n: int, skip: BoolArray, rank: int) -> float:
    """Return the factor of one window length from the scores of all sensors (sensor, position)."""
    peaks: list[float] = []
    for score in scores:
        for sign in (1, -1):
            found = _peaks(sign * score, n, FLOOR)
            peaks += [peak for first, _, peak in found if not skip[first]]
    return max(1.0, sorted(peaks)[-rank - 1] / LEVELLED) if len(peaks) > rank else 1.0


def find(residual: Array, grid: Grid, *, row: int = 0, lifts: Lifts | None = None) -> list[Run]:
    """Return the runs of one sensor, sorted by start.

    Parameters
    ----------
    residual : array (position)
        Standardized residuals, NaN where nothing is known.
    grid : Grid
        The local clock.
    row : int
        Row to write into the runs.
    lifts : dict, optional
        From :func:`lifts`; without it scores are left as they are, and the floor is that of the
        territory.

    Returns
    -------
    list of Run
        Runs of one direction do not overlap and are at least `MERGE_GAP` apart.
    """
    windows = _windows(grid)
    gap = grid.steps(TOWN_MERGE_GAP if lifts is None else MERGE_GAP)
    scales = {n: _usual_sum(residual, n, clip, grid) for n, clip in windows}
    found: list[Run] = []
    for sign in (1, -1):
        left = residual.copy()
        runs: list[Run] = []
        for n, clip in windows:
            lift = 1.0 if lifts is None else lifts[n]
            raw = RAW_FLOOR if n >= grid.steps("1D") else RAW_FLOOR_SHORT
            floor = TOWN_FLOOR if lifts is None else max(FLOOR, raw / lift)
            score = sign * _sums(left, n, clip) / (scales[n] * lift)
            fresh = [
                _placed(left, Run(row, a, b, sign, peak, n), grid)
                for a, b, peak in _peaks(score, n, floor)
            ]
            runs = joined([*runs, *fresh], gap)
            for run in runs:
                left[run.first : run.stop] = np.nan
        found += runs
    return sorted(found, key=lambda run: (run.first, run.sign))


def joined(runs: list[Run], gap: int) -> list[Run]:
    """Merge runs of one sensor and direction that overlap or are at most `gap` steps apart."""
    out: list[Run] = []
    for run in sorted(runs, key=lambda r: (r.first, r.stop)):
        if out and run.first - out[-1].stop <= gap:
            last = out[-1]
            best = max(last, run, key=lambda r: r.score)
            out[-1] = replace(best, first=last.first, stop=max(last.stop, run.stop))
        else:
            out.append(run)
    return out


def _windows(grid: Grid) -> list[tuple[int, float]]:
    """Return the distinct window lengths in steps, the shortest first."""
    chosen: dict[int, float] = {}
    for duration, clip in SCALES:
        chosen.setdefault(grid.steps(duration), clip)
    return [(n, clip) for n, clip in sorted(chosen.items()) if n <= grid.size // 2]


def _sums(residual: Array, n: int, clip: float) -> Array:
    """Return, at the last step of each window, the clipped sum over the root of its count.

    The unit is that of independent residuals. NaN where less than half of the window is known.
    """
    known = rolling_sum(np.isfinite(residual).astype(float), n)
    total = rolling_sum(np.clip(residual, -clip, clip), n)
    full = known >= max(1.0, n / 2)
    return np.where(full, total / np.sqrt(np.maximum(known, 1)), np.nan)


def _usual_sum(residual: Array, n: int, clip: float, grid: Grid) -> Array:
    """Return the usual size of the sums (position), never below that of independent noise.

    Windows up to a day have one for each slot of the week, and tails heavier than normal raise
    it. Longer ones have one for all: they overlap too much to measure a tail.
    """
    sums = np.abs(_sums(residual, n, clip))
    if not np.isfinite(sums).any():
        return np.ones(grid.size)
    if n >= grid.steps(BY_DAY):
        return np.full(grid.size, max(1.0, _MAD * float(np.nanmedian(sums))))
    slots = usual(sums.reshape(grid.weeks, grid.slots))
    scale = np.tile(np.maximum(1.0, _MAD * slots), grid.weeks)
    tail = float(np.nanquantile(sums / scale, _TAIL)) / _NORMAL_TAIL
    return scale * max(1.0, tail)


def _peaks(score: Array, n: int, floor: float) -> list[tuple[int, int, float]]:
    """Return disjoint windows above `floor`: the best one, then the best that is left, ..."""
    score = np.nan_to_num(score, nan=-np.inf)
    out: list[tuple[int, int, float]] = []
    order = np.flatnonzero(score > floor)
    taken = np.zeros(len(score) + 2 * n, dtype=bool)
    for end in order[np.argsort(-score[order], kind="stable")]:
        if taken[end]:
            continue
        taken[max(0, end - n + 1) : end + n] = True
        out.append((max(0, int(end) - n + 1), int(end) + 1, float(score[end])))
    return out


def _placed(residual: Array, run: Run, grid: Grid) -> Run:
    """Move the edges of a window to where the deviation really begins and ends."""
    if run.scale == 1:
        return _grown(residual, run)
    margin = run.scale // 2
    day = grid.per_day if run.scale >= grid.steps(BY_DAY) else 1
    low = max(0, (run.first - margin) // day * day)
    high = min(len(residual), -(-(run.stop + margin) // day) * day)
    gain = np.nan_to_num(run.sign * residual[low:high])
    if day > 1:
        days = gain[: len(gain) // day * day].reshape(-1, day).sum(axis=1) / np.sqrt(day)
        start, stop = best_segment(days - _DRIFT)
    else:
        typical = float(np.median(gain[run.first - low : run.stop - low]))
        start, stop = best_segment(gain - max(_DRIFT, _SHARE * typical))
    placed = replace(run, first=low + start * day, stop=low + stop * day)
    return placed if day > 1 else _grown(residual, placed)


def _grown(residual: Array, run: Run) -> Run:
    """Extend a run over the steps beside it that clearly go the same way."""
    first, stop = run.first, run.stop
    while first > 0 and run.sign * residual[first - 1] > _GROW:
        first -= 1
    while stop < len(residual) and run.sign * residual[stop] > _GROW:
        stop += 1
    return replace(run, first=first, stop=stop)
