"""One model at one origin: what it may see, what it says, and the lines of the tables."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import Calendar
from mining.errors import ModelError
from mining.forecast import _grid, _origins, scores
from mining.forecast._origins import Score
from mining.forecast.protocol import Model
from mining.forecast.tally import score_rows

Floats = npt.NDArray[np.floating[Any]]
#: Of every forecast that is handed out or scored.
DECIMALS = 3


@dataclass(frozen=True)
class Task:
    """One model at one origin: the cube on both sides of the cutoff, not yet read where it is lazy.

    The model is only shown `known`.
    """

    model: Model
    known: xr.Dataset
    ahead: xr.Dataset
    calendar: Calendar
    cutoff: pd.Timestamp
    quantiles: tuple[float, ...]
    score: Score
    keep: bool


def task(
    cube: xr.Dataset,
    model: Model,
    cutoff: pd.Timestamp,
    *,
    spans: tuple[pd.Timedelta, pd.Timedelta | None],
    calendar: Calendar,
    quantiles: tuple[float, ...],
    score: Score,
    keep: bool,
) -> Task:
    """Cut the cube at a local cutoff; `spans` are the horizon and the longest history."""
    horizon, history = spans
    known = _origins.before(cube, cutoff, history)
    times = cube.indexes[cubes.TIME]
    start = times.searchsorted(known.indexes[cubes.TIME][-1], side="right")
    end = times.searchsorted(cubes.to_utc(cutoff + horizon, cube.attrs["timezone"]))
    return Task(
        model=model,
        known=known,
        ahead=cube.isel({cubes.TIME: slice(int(start), int(end))}),
        calendar=calendar,
        cutoff=cutoff,
        quantiles=quantiles,
        score=score,
        keep=keep,
    )


def run(given: Task) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Fit, predict and score; return the lines of the scores and, if kept, of the forecasts."""
    known = given.known
    past = _origins.truth(known, given.score).to_numpy()
    truth = _origins.truth(given.ahead, given.score).to_numpy().astype("float64")
    model = copy.deepcopy(given.model).fit(known, given.calendar)
    made = predicted(model, known, truth.shape[1], given.quantiles)
    grid = _grid.of_cube(known)
    day = grid.offsets(truth.shape[1]) // grid.slots + 1
    scale = scores.seasonal_scale(past, grid.season)
    rows = score_rows(made, truth, day, given.quantiles, scale)
    head = {"model": model.name, "cutoff": given.cutoff}
    sensors = known[cubes.SENSOR].to_numpy().astype(str)
    table = pd.DataFrame({**head, "sensor": sensors[rows.pop("sensor")], **rows})
    return table, _long(given, truth, made, day, head) if given.keep else None


def predicted(model: Model, known: xr.Dataset, steps: int, quantiles: tuple[float, ...]) -> Floats:
    """Return what a fitted model says, as it is published and scored.

    Returns
    -------
    ndarray, shape (sensor, step, quantile)
        Quantiles in order, rounded to 3 decimals.

    Raises
    ------
    ModelError
        If the shape is wrong, or a sensor that has a past is given no forecast: a model that
        stays silent where it is hard would be scored on fewer cells than its rivals.
    """
    made = np.asarray(model.predict(steps, quantiles), dtype="float64")
    expected = (known.sizes[cubes.SENSOR], steps, len(quantiles))
    if made.shape != expected:
        msg = (
            f"model {model.name!r} predicted the shape {made.shape}: expected {expected} "
            "(sensor, step, quantile)"
        )
        raise ModelError(msg)
    past = np.isfinite(cubes.trusted(known).to_numpy()).any(axis=1)
    blank = past & np.isnan(made).any(axis=(1, 2))
    if blank.any():
        sensor = str(known[cubes.SENSOR].to_numpy()[int(np.argmax(blank))])
        msg = (
            f"model {model.name!r} predicted NaN for sensor {sensor!r}, which has trusted values: "
            "expected a number for each step"
        )
        raise ModelError(msg)
    return np.round(np.sort(made, axis=-1), DECIMALS) + 0.0


def _long(
    given: Task, truth: Floats, made: Floats, day: npt.NDArray[np.int64], head: dict[str, Any]
) -> pd.DataFrame:
    sensors, steps = truth.shape
    times = pd.DatetimeIndex(given.ahead.indexes[cubes.TIME])
    return pd.DataFrame(
        {
            **head,
            "sensor": np.repeat(given.ahead[cubes.SENSOR].to_numpy().astype(str), steps),
            "time": np.tile(times.to_numpy(), sensors),
            "day_ahead": np.tile(day, sensors),
            "observed": truth.ravel(),
            "quality": given.ahead["quality"].to_numpy().ravel(),
            **{f"q{level:g}": made[:, :, k].ravel() for k, level in enumerate(given.quantiles)},
        }
    )
