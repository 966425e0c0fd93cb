"""Rolling-origin backtest: what each model would have said, and what happened."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import compute
from mining import cube as cubes
from mining.calendars import Calendar
from mining.forecast import _grid, _origins, models, scores
from mining.forecast._origins import QUANTILES, Score
from mining.forecast.protocol import Model

Floats = npt.NDArray[np.floating[Any]]
#: Levels of the interval whose coverage is counted.
INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class _Task:
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


def backtest(
    cube: xr.Dataset,
    *,
    horizon: str | pd.Timedelta = "7D",
    origins: int = 8,
    origin_step: str | pd.Timedelta = "7D",
    models: Sequence[str | Model] | None = None,
    quantiles: Sequence[float] = QUANTILES,
    calendar: object = "cube",
    cutoffs: Sequence[str | pd.Timestamp] | None = None,
    history: str | pd.Timedelta | None = "104W",
    return_forecasts: bool = False,
    slow_origins: int = 2,
    score: Score = "trusted",
    workers: int = 1,
) -> Any:
    """Forecast the past from several origins and score what came out.

    Parameters
    ----------
    cube : Dataset
        A cube, best a cleaned one.
    horizon : str or Timedelta
        How far each forecast reaches, in local calendar time.
    origins : int
        Number of origins; the last horizon ends with the last full day of the data.
    origin_step : str or Timedelta
        Time between two origins.
    models : sequence of str or Model, optional
        Names (see :func:`mining.forecast.models.names`) or instances; all names by default.
    quantiles : sequence of float
        Levels to forecast. The median, .1 and .9 are always added for the scores.
    calendar : "cube", None, mapping or Calendar
        What is known in advance; None means no holidays and no events.
    cutoffs : sequence of str or Timestamp, optional
        Explicit origins in local time, instead of `origins` and `origin_step`.
    history : str, Timedelta or None
        At most so much data before each origin; None means all.
    return_forecasts : bool
        Return what was scored too.
    slow_origins : int
        Models that call themselves slow are run from the last `slow_origins` origins only.
    score : {"trusted", "observed"}
        Which cells count as truth: valid ones, or everything that was counted even if suspect.
        Imputed and missing cells never do.
    workers : int
        Processes; results do not depend on it.

    Returns
    -------
    DataFrame, or a pair of them with `return_forecasts`
        The scores: one row per ``model, cutoff, sensor, day_ahead`` with `n` (cells), `actual`
        (sum), `abs_error` (sum), `squared_error` (sum), `scale` (denominator of MASE),
        `pinball` (mean over cells and quantiles), `covered` (cells inside the .1-.9 interval),
        and from these `wape`, `mase`, `coverage`. `cutoff` is local and naive. Pool them with
        :func:`summarize`, never by hand across models with unequal origins.

        The forecasts, only with `return_forecasts`: ``model, cutoff, sensor, time`` (UTC,
        naive), `day_ahead`, `observed` (the truth that was scored, NaN elsewhere), `quality`, and
        one column per quantile (``q0.1`` …).

    Raises
    ------
    NotEnoughDataError
        If the data are too short for one origin.
    ModelError
        If a model, a quantile or a score is not what it should be.
    """
    length = _origins.duration(horizon, "horizon")
    levels = _origins.check_quantiles((*quantiles, 0.5, *INTERVAL))
    rivals = _resolve(models)
    when = (
        _origins.last_cutoffs(cube, length, origins, _origins.duration(origin_step, "origin_step"))
        if cutoffs is None
        else _origins.check_cutoffs(cube, cutoffs, length)
    )
    past = None if history is None else _origins.duration(history, "history")
    known = _origins.calendar_of(cube, calendar)
    slow = when[-slow_origins:] if slow_origins > 0 else []
    tasks = [
        _task(
            cube,
            model,
            cutoff,
            spans=(length, past),
            calendar=known,
            quantiles=levels,
            score=score,
            keep=return_forecasts,
        )
        for cutoff in when
        for model in rivals
        if not model.slow or cutoff in slow
    ]
    done = compute.map_items(_run, tasks, workers=workers)
    table = _ordered(pd.concat([rows for rows, _ in done], ignore_index=True), "day_ahead")
    if not return_forecasts:
        return table
    made = pd.concat([f for _, f in done if f is not None], ignore_index=True)
    return table, _ordered(made, "time")


def _resolve(wanted: Sequence[str | Model] | None) -> list[Model]:
    return models.resolve(wanted)


def _ordered(table: pd.DataFrame, last: str) -> pd.DataFrame:
    return table.sort_values(["model", "cutoff", "sensor", last], kind="stable", ignore_index=True)


def _task(
    cube: xr.Dataset,
    model: Model,
    cutoff: pd.Timestamp,
    *,
    spans: tuple[pd.Timedelta, pd.Timedelta | None],
    calendar: Calendar,
    quantiles: tuple[float, ...],
    score: Score,
    keep: bool,
) -> _Task:
    horizon, history = spans
    known = _origins.before(cube, cutoff, history)
    start = known.indexes[cubes.TIME][-1]
    end = cubes.to_utc(cutoff + horizon, cube.attrs["timezone"])
    times = cube.indexes[cubes.TIME]
    ahead = cube.isel({cubes.TIME: np.flatnonzero((times > start) & (times < end))})
    past = _origins.truth(known, score).to_numpy()
    season = 7 * _grid.slots_per_day(cubes.step_of(cube))
    return _Task(
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


def _run(task: _Task) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    model = copy.deepcopy(task.model).fit(task.known, task.calendar)
    made = np.asarray(model.predict(task.truth.shape[1], task.quantiles), dtype="float64")
    grid = _grid.of_cube(task.known)
    day = grid.offsets(task.truth.shape[1]) // grid.slots + 1
    rows = score_rows(made, task.truth.to_numpy(dtype="float64"), day, task.quantiles, task.scale)
    head = {"model": model.name, "cutoff": task.cutoff}
    sensors = task.truth.index.to_numpy()
    table = pd.DataFrame({**head, "sensor": sensors[rows.pop("sensor")], **rows})
    return table, _long(task, made, day, head) if task.keep else None


def score_rows(
    made: Floats,
    truth: Floats,
    day: npt.NDArray[np.int64],
    quantiles: tuple[float, ...],
    scale: Floats,
) -> dict[str, Any]:
    """Score quantile forecasts by sensor and day ahead.

    Parameters
    ----------
    made : ndarray, shape (sensor, step, quantile)
        Forecasts; the levels hold .1, .5 and .9.
    truth : ndarray, shape (sensor, step)
        NaN where nothing counts as truth.
    day : ndarray of int, shape (step,)
        Day ahead of each step, from 1.
    quantiles : tuple of float
        Levels of `made`.
    scale : ndarray, shape (sensor,)
        Denominators of MASE.

    Returns
    -------
    dict
        Columns of the score table; `sensor` is a position. Days without any truth have no row.
    """
    low, mid, high = (quantiles.index(level) for level in (INTERVAL[0], 0.5, INTERVAL[1]))
    gap = truth - made[:, :, mid]
    seen = np.isfinite(gap)
    levels = np.asarray(quantiles)
    each = truth[:, :, None] - made
    loss = np.maximum(levels * each, (levels - 1) * each).mean(axis=2)
    inside = (made[:, :, low] <= truth) & (truth <= made[:, :, high])
    days = np.unique(day)

    def total(cells: npt.NDArray[Any]) -> Floats:
        kept = np.where(seen, cells, 0.0)
        return np.stack([kept[:, day == d].sum(axis=1) for d in days], axis=1)

    n = total(np.ones_like(truth))
    sensor, column = np.nonzero(n)
    sums = {
        "n": n,
        "actual": total(truth),
        "abs_error": total(np.abs(gap)),
        "squared_error": total(gap**2),
        "pinball": total(loss),
        "covered": total(inside),
    }
    out: dict[str, Any] = {"sensor": sensor, "day_ahead": days[column]}
    out |= {name: cells[sensor, column] for name, cells in sums.items()}
    count = out["n"]
    out["n"], out["covered"] = count.astype("int64"), out["covered"].astype("int64")
    out["pinball"] = out["pinball"] / count
    out["scale"] = scale[sensor]
    out["wape"] = _divided(out["abs_error"], np.abs(out["actual"]))
    out["mase"] = _divided(out["abs_error"] / count, out["scale"])
    out["coverage"] = out["covered"] / count
    return out


def _divided(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan))


def _long(
    task: _Task, made: Floats, day: npt.NDArray[np.int64], head: dict[str, Any]
) -> pd.DataFrame:
    sensors, steps = task.truth.shape
    return pd.DataFrame(
        {
            **head,
            "sensor": np.repeat(task.truth.index.to_numpy(), steps),
            "time": np.tile(task.truth.columns.to_numpy(), sensors),
            "day_ahead": np.tile(day, sensors),
            "observed": task.truth.to_numpy(dtype="float64").ravel(),
            "quality": task.quality.ravel(),
            **{
                f"q{level:g}": np.round(made[:, :, k].ravel(), 3)
                for k, level in enumerate(task.quantiles)
            },
        }
    )
