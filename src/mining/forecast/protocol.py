"""What a model is, and the base that lays the cube out by local clock for most of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.calendars import Calendar
from mining.cube import SENSOR
from mining.errors import NotEnoughDataError
from mining.forecast import _events, _grid
from mining.forecast._arrays import least_scale
from mining.forecast._grid import Grid
from mining.forecast.conformal import Situations

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Length of a class of hours, in hours.
CLASS_HOURS = 3
#: Two holidays this many days apart make the days between them special.
SPECIAL_GAP = 6


@runtime_checkable
class Model(Protocol):
    """A forecasting model: fit on a cube that ends at the origin, then predict quantiles.

    Attributes
    ----------
    name : str
        Name in tables.
    slow : bool
        Whether the backtest gives it a few origins only.
    served : tuple of str
        After :meth:`predict`: which model made the forecast of each sensor, since a sensor too
        young for a model is served by a simpler one.
    """

    name: str
    slow: bool
    served: tuple[str, ...]

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Self:
        """Learn from a cube whose last time is the last one known, and return self."""
        ...

    def predict(self, steps: int, quantiles: Sequence[float]) -> Floats:
        """Return the next `steps` steps, shape (sensor, step, quantile).

        Their local times are ``mining.cube.local_ahead(cube, steps)`` of the cube that
        :meth:`fit` was given. Every sensor with a trusted value gets a number for each step.
        """
        ...


class GridModel:
    """Base of models that think in local days and slots: subclasses fill :meth:`_quantiles`."""

    name = "grid"
    slow = False

    def __init__(self) -> None:
        self.served: tuple[str, ...] = ()

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Self:
        """Lay the cube out by local clock and learn.

        Raises
        ------
        NotEnoughDataError
            If there is no trusted value at all, or the step does not divide a day.
        """
        # Sensors in the order of their ids, so that their order in the cube changes nothing.
        order = np.argsort(cube[SENSOR].to_numpy().astype(str), kind="stable")
        cube = cube.isel({SENSOR: order})
        self._back = np.argsort(order)
        self.grid, self.journal = learnt_grid(cube, calendar)
        self.calendar = calendar
        self.ceiling = _ceilings(cube)
        if not np.isfinite(self.grid.known).any():
            msg = "no trusted value before the origin: there is nothing to forecast from"
            raise NotEnoughDataError(msg)
        self._served = tuple(
            self.name if np.isfinite(row).any() else "none" for row in self.grid.known
        )
        self._learn()
        return self

    def predict(self, steps: int, quantiles: Sequence[float]) -> Floats:
        """Return quantiles, shape (sensor, step, quantile): in order, inside the kind's bounds."""
        offsets = self.grid.offsets(steps)
        self.served = self._served
        made = self._quantiles(int(offsets.max()) + 1, tuple(quantiles))
        made = self.journal.applied(made)[:, offsets]
        bounded = np.clip(np.sort(made, axis=-1), *(b[:, None, None] for b in self.ceiling))
        self.served = tuple(self.served[k] for k in self._back)
        return np.asarray(bounded[self._back])

    def _standing_in(self, model: GridModel) -> GridModel:
        """Return a simpler model that knows what this one was fitted on."""
        model.grid, model.calendar = self.grid, self.calendar
        model.journal, model.ceiling = self.journal, self.ceiling
        return model

    def _learn(self) -> None:
        """Prepare whatever does not depend on the horizon."""

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        """Return quantiles of the next `length` positions, shape (sensor, length, quantile)."""
        raise NotImplementedError


def learnt_grid(cube: xr.Dataset, calendar: Calendar) -> tuple[Grid, _events.Journal]:
    """Lay a cube out by local clock as models learn from it, and what the journal says of it.

    What happened under an entry of the journal is not the usual: it is left out.
    """
    whole = _grid.of_cube(cube)
    journal = _events.journal(whole, calendar)
    return replace(whole, known=journal.known), journal


def _ceilings(cube: xr.Dataset) -> tuple[Floats, Floats]:
    """Return the lowest and highest possible value of each sensor.

    Counts and shares are never negative; a share that has never been above 1 stays below it;
    decibels have no bounds.
    """
    kinds = cube["kind"].to_numpy().astype(str)
    highest = np.nan_to_num(cube["value"].max("time").to_numpy(), nan=0.0)
    noise = kinds == "noise"
    share = np.isin(kinds, ["parking", "lighting", "waste", "level"]) & (highest <= 1)
    return np.where(noise, -np.inf, 0.0), np.where(share, 1.0, np.inf)


def special_days(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which days are not ordinary: holidays, bridges, days between two close holidays.

    Parameters
    ----------
    table : DataFrame
        Of :meth:`mining.calendars.Calendar.days`.
    """
    since, until = table["days_since_holiday"].to_numpy(), table["days_to_holiday"].to_numpy()
    between = (since + until <= SPECIAL_GAP) & (since > 0) & (until > 0)
    flags = table["is_holiday"].to_numpy() | table["bridge"].to_numpy() | between
    return np.asarray(flags, dtype=bool)


def day_table(grid: Grid, calendar: Calendar, beyond: int = 0) -> pd.DataFrame:
    """Return what the calendar tells at the origin of the grid's days and `beyond` positions."""
    count = -(-(grid.origin + beyond) // grid.slots)
    return calendar.days(grid.days(count), known_at=grid.moment())


def hour_class(grid: Grid, positions: Ints) -> Ints:
    """Return the class of hours of each position."""
    length = max(CLASS_HOURS * grid.slots // 24, 1)
    return np.asarray((positions % grid.slots) // length, dtype="int64")


def situations(
    grid: Grid,
    special: npt.NDArray[np.bool_],
    positions: Ints,
    lead: Ints,
    under: npt.NDArray[np.bool_] | None = None,
) -> Situations:
    """Return the situations of every sensor at `positions`, shape (sensor, position).

    Hours `under` an entry of the journal are as special as holidays.
    """
    odd = special[positions // grid.slots] | (False if under is None else under)
    shape = (len(grid.sensors), len(positions))
    return Situations(
        sensor=np.broadcast_to(np.arange(shape[0])[:, None], shape),
        hours=np.broadcast_to(hour_class(grid, positions), shape),
        lead=np.broadcast_to(lead, shape),
        special=np.broadcast_to(odd.astype("int64"), shape),
    )


def error_scale(grid: Grid, point: Floats) -> Floats:
    """Return what errors are measured in: the forecast itself for counts, a constant otherwise.

    Parameters
    ----------
    point : ndarray, shape (sensor, ...)
        Median forecasts.

    Notes
    -----
    A small floor (:func:`mining.forecast._arrays.least_scale`) keeps empty nights from dividing
    by nothing.
    Levels (decibels, shares) use the mean absolute change over one week.
    """
    values, season = grid.known, grid.season
    level = _mean(np.abs(values))
    change = (
        _mean(np.abs(values[:, season:] - values[:, :-season]))
        if (values.shape[1] > season)
        else level
    )
    constant = np.where(change > 0, change, np.where(level > 0, 0.1 * level, 1.0))
    shape = (-1,) + (1,) * (point.ndim - 1)
    relative = np.maximum(point, 0.0) + least_scale(values).reshape(shape)
    return np.where(grid.is_count.reshape(shape), relative, constant.reshape(shape))


def _mean(values: Floats) -> Floats:
    seen = np.isfinite(values)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(seen.sum(axis=1), 1))
