"""The rivals every model must beat: last week again, and the mean of the last weeks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mining.forecast import conformal
from mining.forecast._arrays import row_mean
from mining.forecast._grid import recent_weeks
from mining.forecast.protocol import (
    GridModel,
    day_table,
    error_scale,
    situations,
    special_days,
)

Floats = npt.NDArray[np.floating[Any]]

#: Past origins, a week apart, whose errors calibrate the intervals.
CALIBRATION_WEEKS = 78
#: Weeks looked at before falling back on the whole history.
NEAR_WEEKS = 12


class SimpleModel(GridModel):
    """A point forecast from past weeks, with conformal intervals.

    Notes
    -----
    The errors come from the same rule applied at past origins, one for each of the last
    `CALIBRATION_WEEKS` weeks, at the same weekday and hour as the origin itself.
    """

    def _point(self, origin: int, length: int) -> Floats:
        """Return the forecast from what was known before `origin`, shape (sensor, length)."""
        week = self._week(recent_weeks(self.grid.known, origin, NEAR_WEEKS, self.grid.season))
        if not np.isfinite(week).all():
            week = _filled(week, self.grid.known[:, :origin], origin, self.grid.slots)
        return week[:, np.arange(length) % self.grid.season]

    def _week(self, weeks: Floats) -> Floats:
        """Turn past weeks, shape (sensor, week, position), newest first, into the next one."""
        raise NotImplementedError

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        grid = self.grid
        special = special_days(day_table(grid, self.calendar, length))
        calibration = self._calibration(length, quantiles, special)
        positions = grid.origin + np.arange(length)
        point = self._point(grid.origin, length)
        lead, under = np.arange(length) // grid.slots, self.journal.ahead(length)
        where = situations(grid, special, positions, lead, under)
        return conformal.spread(point, error_scale(grid, point), calibration.offsets(where))

    def _calibration(
        self, length: int, quantiles: tuple[float, ...], special: npt.NDArray[np.bool_]
    ) -> conformal.Calibration:
        grid = self.grid
        padded = np.pad(grid.known, ((0, 0), (0, length)), constant_values=np.nan)
        errors, cells = [], []
        for weeks_ago in range(1, CALIBRATION_WEEKS + 1):
            origin = grid.origin - weeks_ago * grid.season
            if origin < grid.season:
                break
            point = self._point(origin, length)
            truth = padded[:, origin : origin + length]
            errors.append((truth - point) / error_scale(grid, point))
            cells.append(origin + np.arange(length))
        if not errors:
            empty = situations(
                grid, special, np.empty(0, dtype="int64"), np.empty(0, dtype="int64")
            )
            return conformal.calibrate(np.empty((len(grid.sensors), 0)), empty, quantiles)
        lead = np.tile(np.arange(length) // grid.slots, len(cells))
        where = situations(grid, special, np.concatenate(cells), lead)
        return conformal.calibrate(np.concatenate(errors, axis=1), where, quantiles)


class SeasonalNaive(SimpleModel):
    """Repeat last week: the value of the same local weekday and hour, older where it is missing."""

    name = "seasonal_naive"

    def _week(self, weeks: Floats) -> Floats:
        first = np.isfinite(weeks).argmax(axis=1)
        return np.take_along_axis(weeks, first[:, None], axis=1)[:, 0]


class WindowAverage(SimpleModel):
    """Average the last weeks: the mean of the same local weekday and hour.

    Parameters
    ----------
    weeks : int
        How many weeks, missing ones not replaced.
    """

    name = "window_average"

    def __init__(self, weeks: int = 4) -> None:
        super().__init__()
        self.weeks = weeks

    def _week(self, weeks: Floats) -> Floats:
        near = row_mean(weeks[:, : self.weeks])
        return np.where(np.isfinite(near), near, row_mean(weeks))


def _filled(week: Floats, history: Floats, origin: int, slots: int) -> Floats:
    """Fill what no recent week knows: mean of the hour of the week, of the day, of everything."""
    season = week.shape[1]
    older = recent_weeks(history, origin, max(-(-origin // season), 1), season)
    out = np.where(np.isfinite(week), week, row_mean(older))
    by_slot = older.reshape(len(older), -1, slots)
    daily = np.tile(row_mean(by_slot), season // slots)
    out = np.where(np.isfinite(out), out, daily)
    overall = row_mean(older.reshape(len(older), -1, 1))
    return np.where(np.isfinite(out), out, overall)
