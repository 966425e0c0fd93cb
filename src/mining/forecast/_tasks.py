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
    """One model at one origin: all that a worker needs, and nothing after the cutoff to see."""

    model: Model
    known: xr.Dataset
    truth: pd.DataFrame
    quality: npt.NDArray[np.int8]
    calendar: Calendar
    cutoff: pd.Timestamp
    scale: Floats
    quantiles: tuple[float, ...]
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
    start = known.indexes[cubes.TIME][-1]
    end = cubes.to_utc(cutoff + horizon, cube.attrs["timezone"])
    times = cube.indexes[cubes.TIME]
    ahead = cube.isel({cubes.TIME: np.flatnonzero((times > start) & (times < end))})
    past = _origins.truth(known, score).to_numpy()
    season = 7 * _grid.slots_per_day(cubes.step_of(cube))
    return Task(
        model=model,
        known=known,
        truth=pd.DataFrame(
            _origins.truth(ahead, score).to_numpy(),
            index=ahead[cubes.SENSOR].to_numpy().astype(str),
            columns=pd.DatetimeIndex(ahead.indexes[cubes.TIME]),
        ),
        quality=ahead["quality"].to_numpy(),
        calendar=calendar,
        cutoff=cutoff,
        scale=scores.seasonal_scale(past, season),
        quantiles=quantiles,
        keep=keep,
    )


def run(given: Task) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Fit, predict and score; return the lines of the scores and, if kept, of the forecasts."""
    model = copy.deepcopy(given.model).fit(given.known, given.calendar)
    made = predicted(model, given.known, given.truth.shape[1], given.quantiles)
    grid = _grid.of_cube(given.known)
    day = grid.offsets(given.truth.shape[1]) // grid.slots + 1
    rows = score_rows(
        made, given.truth.to_numpy(dtype="float64"), day, given.quantiles, given.scale
    )
    head = {"model": model.name, "cutoff": given.cutoff}
    sensors = given.truth.index.to_numpy()
    table = pd.DataFrame({**head, "sensor": sensors[rows.pop("sensor")], **rows})
    return table, _long(given, made, day, head) if given.keep else None


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
    given: Task, made: Floats, day: npt.NDArray[np.int64], head: dict[str, Any]
) -> pd.DataFrame:
    sensors, steps = given.truth.shape
    return pd.DataFrame(
        {
            **head,
            "sensor": np.repeat(given.truth.index.to_numpy(), steps),
            "time": np.tile(given.truth.columns.to_numpy(), sensors),
            "day_ahead": np.tile(day, sensors),
            "observed": given.truth.to_numpy(dtype="float64").ravel(),
            "quality": given.quality.ravel(),
            **{f"q{level:g}": made[:, :, k].ravel() for k, level in enumerate(given.quantiles)},
        }
    )
