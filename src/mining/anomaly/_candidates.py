"""Candidate incidents of a group of sensors: runs, level steps, and the territory as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mining.anomaly import _rhythm, _runs
from mining.anomaly._rhythm import Rhythm
from mining.anomaly._runs import Run
from mining.anomaly._scene import CROWD, Group, Scene
from mining.cube import BoolArray
from mining.week_grid import Grid, median

#: The median sensor must have moved by this factor for the territory to have moved.
LEAST_COMMON = 1.15
#: A run scoring this many times the territory's is told beside it.
_TELLING = 2.0
#: A sensor below this share of what was expected has a trouble of its own.
_DEAD = 0.05


def of_group(scene: Scene, group: Group) -> list[Run]:
    """Return the candidate runs of a group; row -1 is the territory, others rows of the group."""
    rhythm = group.rhythm
    if rhythm is None:
        return []
    grid = scene.grid
    runs = list(group.steps)
    for row in range(len(rhythm.residual)):
        if np.isfinite(rhythm.residual[row]).any():
            runs += _runs.find(scene.scales(group, row), grid, row=row)
    untaught = np.asarray(scene.masked[group.rows].all(axis=0))
    runs += _town_runs(rhythm, scene, untaught, counts=group.is_count)
    return _one_each(scene, group, runs)


def _town_runs(rhythm: Rhythm, scene: Scene, untaught: BoolArray, *, counts: bool) -> list[Run]:
    """Return the runs of the territory: all sensors away from normal together.

    Holidays and lockdowns (`untaught`) do not teach how far a territory goes by itself.
    """
    grid = scene.grid
    together = median(rhythm.movement, CROWD)
    if not np.isfinite(together).any():
        return []
    noise = 1.4826 * _rhythm.usual(np.abs(together).reshape(grid.weeks, grid.slots))
    spread = float(np.nanmax(np.abs(together)))
    scale = np.tile(np.maximum(noise, max(1e-9, 1e-3 * spread)), grid.weeks)
    if counts:
        # No less than the noise of counts leaves in a median of so many log-ratios.
        one = median(1 / np.sqrt(rhythm.normal + 1))
        many = np.maximum(np.isfinite(rhythm.movement).sum(axis=0), 1)
        scale = np.fmax(scale, 1.5 * one / np.sqrt(many))
    alike = together / scale
    over = _runs.scales(alike, alike, grid, scene.sight, untaught=untaught)
    return _runs.find(over, grid, row=-1)


def _one_each(scene: Scene, group: Group, runs: list[Run]) -> list[Run]:
    """Leave one run for each thing that happened."""
    by_row: dict[int, list[Run]] = {}
    for run in runs:
        by_row.setdefault(run.row, []).append(run)
    together = [r for r in by_row.pop(-1, []) if _common(group, scene.grid, r)]
    town = _one_a_holiday(scene, _with_steps(together, scene.grid))
    rest: list[Run] = []
    for row in sorted(by_row):
        mine = _with_steps(by_row[row], scene.grid)
        rest += [r for r in mine if not _explained(scene, group, r, town)]
    holidays, rest = _shared_holidays(scene, rest, town)
    return [*town, *holidays, *rest]


def _with_steps(runs: list[Run], grid: Grid) -> list[Run]:
    """Merge the level steps of a sensor with the long runs that are the same thing."""
    steps = [r for r in runs if r.scale == 0]
    out = [r for r in runs if r.scale > 0]
    day = grid.steps("1D")
    for step in steps:
        same = [
            r
            for r in out
            if r.sign == step.sign
            and r.stop - r.first >= day
            and 2 * r.overlap(step) >= r.stop - r.first
        ]
        if same:
            out = [r for r in out if r not in same]
            best = max([step, *same], key=lambda r: r.score)
            first, stop = min(r.first for r in same), max(r.stop for r in same)
            lasting = step.stays or step.stop - step.first > 21 * grid.per_day
            span = (step.first, max(stop, step.stop)) if lasting else (first, stop)
            scale = 0 if lasting else max(r.scale for r in same)
            out.append(replace(best, first=span[0], stop=span[1], scale=scale))
        else:
            out.append(step)
    return sorted(out, key=lambda r: (r.first, r.stop, r.sign))


def _common(group: Group, grid: Grid, run: Run) -> bool:
    """Tell whether most sensors moved, and not only a few very much."""
    if run.scale == 0 or not group.is_count:
        return True
    first, stop = grid.span(run.first, run.stop)
    counted, normal = group.counted[:, first:stop], group.normal[:, first:stop]
    known = np.isfinite(counted) & np.isfinite(normal)
    seen, usual = (np.where(known, x, 0).sum(axis=1) for x in (counted, normal))
    ratio = seen[usual > 0] / usual[usual > 0]
    if not len(ratio):
        return False
    lower, higher = (np.quantile(ratio, 0.5, method=m) for m in ("lower", "higher"))
    return bool(lower >= LEAST_COMMON or higher <= 1 / LEAST_COMMON)


def _one_a_holiday(scene: Scene, town: list[Run]) -> list[Run]:
    """Join what the territory did on one holiday: a loud eve and an empty day are one thing."""
    out: list[Run] = []
    for run in town:
        key = scene.holiday(run.first, run.stop)
        last = out[-1] if out else None
        close = last is not None and run.first - last.stop <= scene.grid.steps("1D")
        if last is not None and key and close and key == scene.holiday(last.first, last.stop):
            best = max(last, run, key=lambda r: r.score)
            out[-1] = replace(best, first=last.first, stop=max(last.stop, run.stop))
        else:
            out.append(run)
    return out


def _explained(scene: Scene, group: Group, run: Run, town: list[Run]) -> bool:
    """Tell whether an incident of the territory says all there is to say of a sensor's run.

    The run is what the sensor did beyond the others; far stronger than what all did it is told.
    """
    for whole in town:
        if 2 * run.overlap(whole) < run.stop - run.first:
            continue
        if run.sign == whole.sign or scene.holiday(whole.first, whole.stop):
            return run.score <= _TELLING * whole.score and not _dead(scene, group, run)
    return False


def _dead(scene: Scene, group: Group, run: Run) -> bool:
    first, stop = scene.grid.span(run.first, run.stop)
    values, expected = group.counted[run.row, first:stop], group.expected[run.row, first:stop]
    known = np.isfinite(values) & np.isfinite(expected)
    return bool(group.is_count and values[known].sum() < _DEAD * expected[known].sum())


def _shared_holidays(scene: Scene, runs: list[Run], town: list[Run]) -> tuple[list[Run], list[Run]]:
    """Make one run of the territory from those of several sensors on one holiday."""
    groups: dict[tuple[str, int], list[Run]] = {}
    rest: list[Run] = []
    for run in runs:
        key = scene.holiday(run.first, run.stop)
        if not key:
            rest.append(run)
            continue
        flags = scene.days["holiday_key"].to_numpy()[scene.day_of[run.first : run.stop]] == key
        day = int(scene.day_of[run.first : run.stop][flags][0])
        groups.setdefault((key, day), []).append(run)
    merged: list[Run] = []
    for same in groups.values():
        if len({r.row for r in same}) < CROWD:
            rest += same
            continue
        best = max(same, key=lambda r: r.score)
        sign = 1 if sum(r.sign for r in same) > 0 else -1
        first, stop = min(r.first for r in same), max(r.stop for r in same)
        merged.append(Run(-1, first, stop, sign, best.score, best.scale))
    known = [m for m in merged if not any(m.overlap(t) for t in town)]
    return known, sorted(rest, key=lambda r: (r.row, r.first, r.stop, r.sign))


def within_budget(runs: list[Run], allowed: float, week: int) -> tuple[list[Run], float]:
    """Return the runs that the budget affords, and the score that it took to be one of them.

    A run costs one alert for each week that it lasts, begun weeks included. Those with the
    highest scores come first; the first that cannot be paid ends the list.
    """
    spent, kept, bar = 0.0, [], _runs.FLOOR
    order = sorted(runs, key=lambda r: (-r.score, r.first, r.row, r.sign))
    for run in order:
        spent += -(-(run.stop - run.first) // week)
        if spent > allowed:
            break
        kept.append(run)
    if len(kept) < len(runs) and kept:
        bar = kept[-1].score
    return kept, bar
