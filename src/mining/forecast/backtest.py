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

from mining import compute, progress
from mining import cube as cubes
from mining.calendars import Calendar
from mining.errors import ModelError
from mining.forecast import _grid, _origins, models, scores
from mining.forecast._origins import QUANTILES, Score
from mining.forecast.protocol import Model
from mining.forecast.tally import INTERVAL, score_rows

Floats = npt.NDArray[np.floating[Any]]


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
        Number of origins; the last horizon ends with the last full day of the data. Origins
        with less than a week of data before them are left out.
    origin_step : str or Timedelta
        Time between two origins.
    models : sequence of str or Model, optional
        Names (see :func:`mining.forecast.models.names`) or instances; all names by default.
    quantiles : sequence of float
        Levels to forecast. The median, .1 and .9 are always added for the scores.
    calendar : "cube", None, mapping or Calendar
        What is known in advance; None means no holidays and no events.
    cutoffs : sequence of str or Timestamp, optional
        Explicit origins in local time (or with an offset), instead of `origins` and
        `origin_step`. Where a horizon reaches beyond the data, the days there are are scored.
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

        The forecasts that were scored, only with `return_forecasts`: ``model, cutoff, sensor,
        time`` (UTC, naive), `day_ahead`, `observed` (the truth that was scored, NaN elsewhere),
        `quality`, and one column per quantile (``q0.1`` …), rounded to 3 decimals before they
        are scored.

    Raises
    ------
    NotEnoughDataError
        If the data are too short for one origin.
    ModelError
        If a model, a quantile or a score is not what it should be.
    ConfigError
        If a duration, a cutoff, the number of origins or the calendar is not understood.

    Notes
    -----
    Runs of more than five seconds tell their progress, see :mod:`mining.progress`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, mining
    >>> hours = pd.date_range("2026-03-02", periods=6 * 168, freq="h", name="time")
    >>> frame = pd.DataFrame({"door": 50 + 40 * np.sin(hours.hour / 4)}, index=hours)
    >>> cube = mining.from_table(frame.round(), timezone="UTC")
    >>> scores = mining.backtest(cube, origins=2, models=["seasonal_naive"])
    >>> mining.summarize(scores).loc[0, ["origins", "n", "wape"]].tolist()
    [2, 336, 0.0]
    """
    length = _origins.duration(horizon, "horizon")
    levels = _origins.check_quantiles(quantiles, always=(0.5, *INTERVAL))
    rivals = _resolve(models)
    when = (
        _origins.last_cutoffs(cube, length, origins, _origins.duration(origin_step, "origin_step"))
        if cutoffs is None
        else _origins.check_cutoffs(cube, cutoffs)
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
    told = progress.Counter("backtest", len(tasks))
    with progress.patience(f"backtest: {len(tasks)} forecasts from {len(when)} origins"):
        done = compute.map_items(
            _run, tasks, workers=workers, after=lambda t: told(f"{t.model.name} at {t.cutoff}")
        )
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
    made = _predicted(model, task)
    grid = _grid.of_cube(task.known)
    day = grid.offsets(task.truth.shape[1]) // grid.slots + 1
    rows = score_rows(made, task.truth.to_numpy(dtype="float64"), day, task.quantiles, task.scale)
    head = {"model": model.name, "cutoff": task.cutoff}
    sensors = task.truth.index.to_numpy()
    table = pd.DataFrame({**head, "sensor": sensors[rows.pop("sensor")], **rows})
    return table, _long(task, made, day, head) if task.keep else None


def _predicted(model: Model, task: _Task) -> Floats:
    """Return what the model says as it would be published; refuse what cannot be scored."""
    made = np.asarray(model.predict(task.truth.shape[1], task.quantiles), dtype="float64")
    expected = (*task.truth.shape, len(task.quantiles))
    if made.shape != expected:
        msg = (
            f"model {model.name!r} predicted the shape {made.shape}: expected {expected} "
            "(sensor, step, quantile)"
        )
        raise ModelError(msg)
    return np.round(made, _origins.DECIMALS)


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
            **{f"q{level:g}": made[:, :, k].ravel() for k, level in enumerate(task.quantiles)},
        }
    )
