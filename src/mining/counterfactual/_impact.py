"""What an event, works or a closure brought or cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import progress
from mining.calendars import calendar_of
from mining.counterfactual import _placebo
from mining.counterfactual._names import moment, touched
from mining.counterfactual._placebo import Errors, Sums
from mining.counterfactual._result import DAY_COLUMNS, SENSOR_COLUMNS, Impact
from mining.counterfactual._town import Company, Town
from mining.counterfactual._view import View
from mining.cube import BoolArray
from mining.errors import ConfigError
from mining.week_grid import Array, IntArray

#: Data needed before the window, and days in which anticipation is looked for.
_BEFORE = pd.Timedelta("56D")
_ANTICIPATION = 7
#: Share of the window that must have been counted.
_LEAST_COUNTED = 0.5
#: Share of the days before that an entry may cover (its own first step).
_BARELY = 0.05
#: Placebo dates for the effects before and beside.
_SIDE = 60


def impact(
    cube: xr.Dataset,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    *,
    sensors: str | Iterable[str] | None = None,
    calendar: object = "cube",
) -> Impact:
    """Estimate what something that happened brought or cost, in passages.

    What would have been counted is told by the days around the window, by the weekday, and by the
    sensors that nothing touched. How far such an estimate errs is measured by making it for other
    dates, with the same weekdays and hours, when nothing happened: the quantiles of those errors
    make the interval.

    Parameters
    ----------
    cube : Dataset
        A cube; only trusted counts are used.
    start, end : str or Timestamp
        Window, local (or with an offset), end exclusive. A step belongs to it by its middle. It
        should hold all that the event changed: the days next to it count as ordinary. What lies
        beyond the data is left out.
    sensors : str or iterable of str, optional
        Sensors, or places, that were touched; their counts are added up. None: every sensor that
        counts, so that no untouched one remains.
    calendar : None, mapping, Calendar or "cube"
        Holidays and journal. Nothing is learnt from other entries of the journal.

    Returns
    -------
    Impact
        With `claimed` False and a `reason` where an effect cannot be told.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If a time cannot be read, the end is not after the start, a sensor or place is unknown or
        does not count passages, or sensors of several kinds would be added up.

    Notes
    -----
    Controls are the sensors of the same kind farther than 300 m from every touched one and in other
    places; if fewer than three are left, those in other places. See
    :mod:`mining.counterfactual._expected` for the estimate and
    :mod:`mining.counterfactual._placebo` for the interval.

    Examples
    --------
    >>> import mining, numpy as np, pandas as pd
    >>> hours = pd.date_range("2026-01-05", periods=24 * 7 * 30, freq="h")
    >>> usual = 50 + 40 * np.sin(hours.hour / 24 * 2 * np.pi)
    >>> draw = np.random.default_rng(0)
    >>> streets = {name: draw.poisson(usual) for name in "abcde"}
    >>> fair = (hours >= "2026-05-09 08:00") & (hours < "2026-05-09 20:00")
    >>> streets["a"] = streets["a"] + np.where(fair, 30, 0)
    >>> table = pd.DataFrame({"time": hours, **streets})
    >>> cube = mining.from_table(table, timezone="Europe/Paris", kind="pedestrian")
    >>> found = mining.impact(cube, "2026-05-09 08:00", "2026-05-09 20:00", sensors="a")
    >>> found.claimed, bool(found.low < 360 < found.high)
    (True, True)
    """
    cubes.validate(cube)
    town = Town(cube, calendar_of(cube, calendar))
    window = (moment(town, start, "start"), moment(town, end, "end"))
    if window[1] <= window[0]:
        msg = f"impact: found the end {end}, expected a time after the start, {start}"
        raise ConfigError(msg)
    return of_window(town, *window, touched(town, sensors))


def of_window(town: Town, start: pd.Timestamp, end: pd.Timestamp, rows: IntArray) -> Impact:
    """Estimate the impact for a prepared town; `start` and `end` local and naive.

    Raises
    ------
    ConfigError
        If the window lies between the middles of two steps.
    """
    zone = str(town.cube.attrs["timezone"])
    local = [t.tz_localize(zone, ambiguous=True, nonexistent="shift_forward") for t in (start, end)]
    nothing = Impact(local[0], local[1], tuple(town.ids[row] for row in rows), "future")
    if start >= town.end:
        return nothing
    inside = np.flatnonzero(town.inside(start, end) & town.covered)
    if not inside.size and start >= town.begin:
        msg = f"impact: found no step between {start} and {end}, expected one of {town.step}"
        raise ConfigError(msg)
    if not inside.size or town.clock[inside[0]] - town.since(rows) < _BEFORE:
        return replace(nothing, reason="too_short")
    with progress.patience(f"impact: {len(rows)} sensors"):
        return _estimated(town, int(inside[0]), int(inside[-1]) + 1, rows, nothing)


def _estimated(town: Town, first: int, stop: int, rows: IntArray, nothing: Impact) -> Impact:
    company = town.company(rows)
    before, unlearnt = _before(town, first, stop, rows, company)
    view = View(town, first, stop, unlearnt)
    share = round(float(view.counted(view.day, rows)[1].mean()), 6)
    if share < _LEAST_COUNTED:
        return replace(nothing, reason="no_data", counted=share)
    controls = [company.controls] * len(rows)
    sums = _placebo.measure(view, view.day, rows, controls)
    if not sums.expected.sum() > 0:
        return replace(nothing, reason="no_history", counted=share)
    errors = _placebo.errors(view, view.day, rows, controls)
    told = replace(
        nothing,
        **_figures(sums, _pooled(view, errors.total, company)),
        counted=share,
        controls=tuple(town.ids[row] for row in company.controls),
        by_sensor=_by_sensor(nothing.sensors, sums, errors),
        daily=_daily(view, rows, sums, errors),
        **before,
        **_beside(view, company),
    )
    return replace(told, reason=_reason(told))


def _pooled(view: View, own: Array, company: Company) -> Array:
    """Return the errors of the sum, with those of other sensors where they are few."""
    if len(own) >= _placebo.FEW:
        return own
    others = _placebo.errors_of_others(view, view.day, company.controls)
    return np.concatenate([own, others])


def _reason(told: Impact) -> str:
    if told.placebos < _placebo.LEAST:
        return "few_placebos"
    if not told.claimed:
        return "chance"
    return "controls" if told.controls else "history"


def _figures(sums: Sums, errors: Array) -> dict[str, Any]:
    observed, expected = float(sums.observed.sum()), float(sums.expected.sum())
    low, high = bounds(observed, expected, errors)
    effect = observed - expected
    return {
        "observed": observed,
        "expected": expected,
        "effect": effect,
        "low": low,
        "high": high,
        "percent": 100 * effect / expected,
        # Each bound in per cent of the count that it expects: never less than -100 %.
        "percent_low": 100 * low / (observed - low),
        "percent_high": 100 * high / (observed - high),
        "claimed": _claimed(low, high),
        "placebos": int(np.isfinite(errors).sum()),
        "rank": _placebo.rank(observed, expected, errors),
    }


def _claimed(low: float, high: float) -> bool:
    return bool(low > 0 or high < 0)


def bounds(observed: float, expected: float, errors: Array) -> tuple[float, float]:
    """Return the interval of an effect, from the errors (log-ratios) of estimates like it."""
    low, high = _placebo.interval(errors)
    return observed - expected * float(np.exp(high)), observed - expected * float(np.exp(low))


def _by_sensor(names: tuple[str, ...], sums: Sums, errors: Errors) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(names):
        alone = Sums(sums.observed[[place]], sums.expected[[place]])
        known = alone.expected.sum() > 0
        figures = _figures(alone, errors.rows[:, place]) if known else {"claimed": False}
        rows.append({"sensor": name, **figures})
    return pd.DataFrame(rows).reindex(columns=list(SENSOR_COLUMNS))


def _daily(view: View, rows: IntArray, sums: Sums, errors: Errors) -> pd.DataFrame:
    """Return what was counted and expected by local day, with the interval of a single day."""
    low, high = _placebo.interval(errors.days.ravel())
    table = view.by_day(rows, sums.observed, sums.expected)
    table["low"] = table["expected"] * np.exp(low)
    table["high"] = table["expected"] * np.exp(high)
    return table[list(DAY_COLUMNS)]


def _before(
    town: Town, first: int, stop: int, rows: IntArray, company: Company
) -> tuple[dict[str, Any], BoolArray]:
    """Return the effect in the days before, and the cells that must teach nothing.

    The effect is that on the sensors without an entry in these days. If it can be told from chance
    these days were not ordinary: they must not teach what is.
    """
    moved = np.concatenate([rows, company.beside])
    unlearnt = np.zeros(town.on_clock.shape, dtype=bool)
    unlearnt[moved, first:stop] = True
    begin = first - _ANTICIPATION * town.grid.per_day
    some, whole = town.happened
    free = rows[(some | whole)[rows, max(begin, 0) : first].mean(axis=1) < _BARELY]
    if begin < 0 or not free.size:
        return {}, unlearnt
    effect = _effect("before", View(town, begin, first, unlearnt), free, company.controls)
    if effect and _claimed(effect["before_low"], effect["before_high"]):
        unlearnt[moved, begin:first] = True
    return effect, unlearnt


def _beside(view: View, company: Company) -> dict[str, Any]:
    """Return the effect on the sensors that stand too near to be controls."""
    if not company.beside.size:
        return {}
    names = tuple(sorted(view.town.ids[row] for row in company.beside))
    return {"beside": names, **_effect("spill", view, company.beside, company.controls)}


def _effect(name: str, view: View, rows: IntArray, controls: IntArray) -> dict[str, Any]:
    sums = _placebo.measure(view, view.day, rows, [controls] * len(rows))
    if not sums.expected.sum() > 0:
        return {}
    errors = _placebo.errors(view, view.day, rows, [controls] * len(rows), most=_SIDE)
    found = _figures(sums, errors.total)
    keys = {"effect": name, "low": f"{name}_low", "high": f"{name}_high"}
    return {new: found[old] for old, new in keys.items()}
