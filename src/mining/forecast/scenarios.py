"""Joint scenarios: quantiles of single cells made into paths that move together as errors did.

A total is not the sum of bounds: bad days are bad for all sensors at once, but not entirely. Each
scenario is a whole future of all sensors. In every cell the scenarios are spread as the quantiles
of that cell say; which of them is high and which is low follows the errors of a run of past days,
so that what moved together in the past moves together in a scenario.

References
----------
Clark, Gangopadhyay, Hay, Rajagopalan and Wilby, *The Schaake shuffle*, Journal of
Hydrometeorology 5 (2004); Schefzik, Thorarinsdottir and Gneiting, *Uncertainty quantification in
complex simulation models using ensemble copula coupling*, Statistical Science 28 (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from mining.calendars import Calendar
from mining.cube import SENSOR
from mining.forecast import _grid
from mining.forecast._arrays import row_mean
from mining.forecast._cells import past_days
from mining.forecast._features import Bank
from mining.forecast.protocol import Model, learnt_grid

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


def levels(count: int) -> tuple[float, ...]:
    """Return the levels of the quantiles that `count` equally likely scenarios stand for."""
    return tuple(((np.arange(count) + 0.5) / count).tolist())


def scenarios(
    model: Model, known: xr.Dataset, calendar: Calendar, steps: int, count: int
) -> Floats:
    """Return equally likely joint futures.

    Parameters
    ----------
    model : Model
        Fitted on `known`.
    known : Dataset
        The cube before the origin.
    calendar : Calendar
        Known in advance.
    steps, count : int
        Steps ahead and number of scenarios.

    Returns
    -------
    ndarray, shape (sensor, step, scenario)
        In each cell the quantiles of `model` at :func:`levels`, in the order of past errors.
    """
    made = np.asarray(model.predict(steps, levels(count)), dtype="float64")
    grid = _grid.of_cube(known)
    errors = _errors(model, known, calendar)
    return np.take_along_axis(made, ranks(errors, grid.offsets(steps), count), axis=2)


def ranks(errors: Floats, offsets: Ints, count: int) -> Ints:
    """Return which scenario is how high in each cell.

    Parameters
    ----------
    errors : ndarray, shape (sensor, day, slot)
        Errors of past days in time order, each in units of its expected size; NaN where unknown.
    offsets : ndarray of int, shape (step,)
        Positions of the steps, counted from the origin.
    count : int
        Number of scenarios.

    Returns
    -------
    ndarray of int, shape (sensor, step, scenario)
        In each cell a permutation of the ranks from 0 to `count` - 1. Scenario `k` follows the
        errors of a run of days; runs start evenly through the past. A sensor without an error
        follows the mean of the others; without any error at all, all cells rise together.
    """
    sensors, days, slots = errors.shape
    if not days:
        return np.broadcast_to(np.arange(count), (sensors, len(offsets), count))
    start = (np.arange(count) * days) // count
    # A run that would go beyond the last day goes on with the first.
    day = (start[None, :] + (offsets // slots)[:, None]) % days
    drawn = errors[:, day, (offsets % slots)[:, None]]
    common = row_mean(drawn.reshape(sensors, -1).T).reshape(drawn.shape[1:])
    drawn = np.where(np.isfinite(drawn), drawn, np.nan_to_num(common))
    order = np.argsort(drawn, axis=2, kind="stable")
    return np.argsort(order, axis=2, kind="stable")


def _errors(model: Model, known: xr.Dataset, calendar: Calendar) -> Floats:
    """Return the errors of a model that keeps them, distances from the clean level otherwise."""
    kept = getattr(model, "past_errors", lambda: None)()
    if kept is not None:
        return np.asarray(kept.scaled)
    order = np.argsort(known[SENSOR].to_numpy().astype(str), kind="stable")
    grid, _ = learnt_grid(known.isel({SENSOR: order}), calendar)
    bank = Bank(grid, calendar, grid.season)
    past = past_days(grid, 7)
    rows = past.all_rows(len(grid.sensors))
    shape = (len(grid.sensors), len(past.back), grid.slots)
    return bank.target(rows).reshape(shape)[np.argsort(order)]
