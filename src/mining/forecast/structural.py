"""A structural time-series model per sensor (statsmodels): level, week and holidays by day."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mining.forecast import conformal
from mining.forecast._arrays import row_mean
from mining.forecast._grid import Grid, recent_weeks
from mining.forecast.protocol import (
    GridModel,
    Ints,
    day_table,
    error_scale,
    situations,
    special_days,
)
from mining.forecast.simple import WindowAverage

Floats = npt.NDArray[np.floating[Any]]

#: Whole days a sensor needs to be served by this model.
LEAST_DAYS = 42
#: Weeks behind the shape of the day.
SHAPE_WEEKS = 8
#: Past origins, a week apart, whose errors calibrate the intervals.
CALIBRATION_WEEKS = 40
#: Share of a day that must have been seen for its mean to count.
SEEN_SHARE = 0.75


@dataclass(frozen=True)
class _Days:
    """Days that end at the origin, as the daily model sees them.

    Attributes
    ----------
    logs : ndarray, shape (sensor, day)
        ``log(1 + daily mean)``, NaN where too little of the day was seen.
    weekday, holiday, special : ndarray, shape (day + days ahead,)
        Of the calendar day at the middle of each block of 24 hours; `special` without holidays.
    key : ndarray of str, shape (day + days ahead,)
        Which holiday it is, "" for none.
    """

    logs: Floats
    weekday: Ints
    holiday: npt.NDArray[np.bool_]
    special: npt.NDArray[np.bool_]
    key: npt.NDArray[np.str_]

    @property
    def count(self) -> int:
        """Return the number of past days."""
        return int(self.logs.shape[1])


class Structural(GridModel):
    """Unobserved components on the logarithm of daily means, times the usual shape of the day.

    Parameters
    ----------
    days : int
        Days behind the daily model, at most.

    Notes
    -----
    Daily log mean = weekday + holiday + which holiday + other special day (least squares on
    distances from a centred four-week mean; what sets one holiday apart is shrunk by half when it
    was seen once) + local level + AR(1) + noise, the last three by maximum likelihood
    through the Kalman filter, which takes missing days as they are (Harvey, *Forecasting,
    structural time series models and the Kalman filter*, 1989; statsmodels
    ``UnobservedComponents``). A "day" is the 24 hours that follow the time of day of the origin.
    The shape of a day is that of its weekday over the last eight weeks; holidays take Sunday's.

    Intervals: conformal, on forecasts from the filtered states of past origins. Everything that
    is estimated for these forecasts is estimated on days before the first of them.
    """

    name = "statsmodels"

    def __init__(self, days: int = 540) -> None:
        super().__init__()
        self.days = days

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        table = day_table(self.grid, self.calendar, length)
        days = _days(self.grid, table, self.days, length)
        if days.count < LEAST_DAYS:
            self.served = tuple(n if n == "none" else WindowAverage.name for n in self.served)
            return self._fallback(length, quantiles)
        weeks = min(CALIBRATION_WEEKS, max(days.count - LEAST_DAYS, 0) // 14)
        back = 7 * np.arange(weeks + 1)
        point = self._points(days, back, length)
        made = self._spread(point, back, quantiles, special_days(table))
        good = np.asarray(np.isfinite(made).all(axis=(1, 2)))
        if good.all():
            return made
        self.served = tuple(
            self.name if good[k] else (n if n == "none" else WindowAverage.name)
            for k, n in enumerate(self.served)
        )
        return np.where(good[:, None, None], made, self._fallback(length, quantiles))

    def _fallback(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        simple = self._standing_in(WindowAverage())
        return simple._quantiles(length, quantiles)

    def _points(self, days: _Days, back: Ints, length: int) -> Floats:
        """Return forecasts from origins `back` days ago, shape (sensor, origin, position)."""
        grid, ahead = self.grid, -(-length // self.grid.slots)
        levels = np.full((len(days.logs), len(back), ahead), np.nan)
        for sensor in range(len(days.logs)):
            levels[sensor] = _daily(days, sensor, back, ahead)
        shapes = np.stack([_shapes(grid, days, int(b), ahead) for b in back], axis=1)
        made = np.maximum(np.expm1(levels), 0.0)[..., None] * shapes
        return np.asarray(made.reshape(len(days.logs), len(back), -1)[:, :, :length])

    def _spread(
        self,
        point: Floats,
        back: Ints,
        quantiles: tuple[float, ...],
        special: npt.NDArray[np.bool_],
    ) -> Floats:
        grid, length = self.grid, point.shape[2]
        ahead = np.arange(length)
        past = grid.origin - back[1:] * grid.slots
        positions = (past[:, None] + ahead).ravel()
        padded = np.pad(grid.known, ((0, 0), (0, length)), constant_values=np.nan)
        guess = point[:, 1:].reshape(len(grid.sensors), -1)
        errors = (padded[:, positions] - guess) / error_scale(grid, guess)
        where = situations(grid, special, positions, np.tile(ahead // grid.slots, len(past)))
        calibration = conformal.calibrate(errors, where, quantiles)
        under = self.journal.ahead(length)
        now = situations(grid, special, grid.origin + ahead, ahead // grid.slots, under)
        best = point[:, 0]
        return conformal.spread(best, error_scale(grid, best), calibration.offsets(now))


def _days(grid: Grid, table: Any, most: int, length: int) -> _Days:
    """Cut the grid into days that end at the origin."""
    count = min(grid.origin // grid.slots, most)
    start = grid.origin - count * grid.slots
    values = grid.known[:, start:].reshape(len(grid.known), count, grid.slots)
    seen = np.isfinite(values).sum(axis=2)
    total = np.where(np.isfinite(values), values, 0.0).sum(axis=2)
    enough = seen >= SEEN_SHARE * grid.slots
    means = np.where(enough, total / np.maximum(seen, 1), np.nan)
    blocks = np.arange(count + -(-length // grid.slots))
    row = np.minimum((start + grid.slots // 2) // grid.slots + blocks, len(table) - 1)
    holiday = table["is_holiday"].to_numpy()[row]
    return _Days(
        logs=np.log1p(np.maximum(means, 0.0)),
        weekday=np.asarray(table.index.day_of_week, dtype="int64")[row],
        holiday=holiday,
        special=special_days(table)[row] & ~holiday,
        key=table["holiday_key"].to_numpy().astype(str)[row],
    )


def _shapes(grid: Grid, days: _Days, back: int, ahead: int) -> Floats:
    """Return the shapes of the days after an origin, shape (sensor, day, slot), mean 1."""
    origin = grid.origin - back * grid.slots
    week = row_mean(recent_weeks(grid.known, origin, SHAPE_WEEKS, grid.season))
    daily = week.reshape(len(week), 7, grid.slots)
    daily = np.where(np.isfinite(daily), daily, 0.0)
    mean = daily.mean(axis=2, keepdims=True)
    shape = np.where(mean > 0, daily / np.where(mean > 0, mean, 1.0), 1.0)
    first = days.count - back
    sunday = int((6 - days.weekday[first]) % 7)
    rows = [sunday if days.holiday[first + k] else k % 7 for k in range(ahead)]
    return shape[:, rows]


def _daily(days: _Days, sensor: int, back: Ints, ahead: int) -> Floats:
    """Forecast the daily logs of one sensor from several origins, shape (origin, day ahead)."""
    logs = days.logs[sensor]
    out = np.full((len(back), ahead), np.nan)
    early = np.arange(days.count) < days.count - (int(back.max()) or 0)
    if np.isfinite(logs).sum() < LEAST_DAYS or np.isfinite(logs[early]).sum() < LEAST_DAYS // 2:
        return out
    variances = None
    for rows, training in ((slice(1, None), early), (slice(0, 1), early | True)):
        origins = days.count - back[rows]
        if not len(origins):
            continue
        effects = _effects(days, logs, training)
        rest = logs - effects[: days.count]
        level, swing, fade, variances = _states(rest, int(training.sum()), variances)
        steps = np.arange(ahead)
        out[rows] = (
            effects[origins[:, None] + steps]
            + level[origins][:, None]
            + swing[origins][:, None] * fade**steps
        )
    return out


def _effects(days: _Days, logs: Floats, training: npt.NDArray[np.bool_]) -> Floats:
    """Return the effects of weekday, holiday and special day, learnt on training days."""
    flags = [days.weekday == d for d in range(7)] + [days.holiday, days.special]
    design = np.stack(flags, axis=1).astype("float64")
    usual = np.where(training & ~(days.holiday | days.special)[: days.count], logs, np.nan)
    distance = logs - _centred(usual)
    use = training & np.isfinite(distance)
    if use.sum() < 14:
        return np.zeros(len(design))
    found, *_ = np.linalg.lstsq(design[: days.count][use], distance[use], rcond=None)
    effects = np.asarray(design @ found)
    rest = np.where(use, distance - effects[: days.count], np.nan)
    for key in np.unique(days.key[days.holiday]):
        # What sets this holiday apart from the others, half believed when seen once.
        seen = rest[days.key[: days.count] == key]
        seen = seen[np.isfinite(seen)]
        effects[days.key == key] += seen.sum() / (len(seen) + 1)
    return effects


def _centred(values: Floats, half: int = 14) -> Floats:
    """Return the mean of what is known from `half` days before to `half` after."""
    seen = np.isfinite(values)
    kernel = np.ones(2 * half + 1)
    total = np.convolve(np.where(seen, values, 0.0), kernel, mode="full")[half:-half]
    count = np.convolve(seen.astype("float64"), kernel, mode="full")[half:-half]
    return np.where(count > 0.5, total / np.maximum(count, 1), np.nan)


def _states(
    rest: Floats, training: int, start: Floats | None
) -> tuple[Floats, Floats, float, Floats]:
    """Filter a local level and an AR(1); return one-day-ahead states, AR factor, parameters."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    with warnings.catch_warnings():
        # Convergence is not promised; whatever comes out is judged by the backtest.
        warnings.simplefilter("ignore")
        model = UnobservedComponents(rest[:training], "llevel", autoregressive=1)
        found = model.fit(start_params=start, disp=False, maxiter=60).params
        whole = UnobservedComponents(rest, "llevel", autoregressive=1).filter(found)
    states = whole.filter_results.predicted_state
    fade = float(whole.filter_results.transition[1, 1, 0])
    return states[0], states[1], fade, np.asarray(found)
