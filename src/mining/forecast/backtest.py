"""Rolling-origin backtest: what each model would have said, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import compute, progress
from mining import cube as cubes
from mining.calendars import calendar_of
from mining.forecast import _batches, _origins, _tasks, models
from mining.forecast._origins import QUANTILES, Score
from mining.forecast.protocol import Model
from mining.forecast.tally import INTERVAL

Floats = npt.NDArray[np.floating[Any]]


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
    scheduler: str | None = None,
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
    workers, scheduler
        Processes, or the address of a Dask scheduler (:func:`mining.compute.map_items`); results
        do not depend on them.

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
    CubeError
        If `cube` is not a cube.
    NotEnoughDataError
        If the data are too short for one origin.
    ModelError
        If a model, a quantile or a score is not what it should be.
    ConfigError
        If a duration, a cutoff, the number of origins or the calendar is not understood.

    Notes
    -----
    More than 400 sensors are forecast in batches (:mod:`mining.forecast._batches`).
    Runs of more than five seconds tell their progress, see :mod:`mining.progress`.

    Examples
    --------
    >>> import numpy as np, pandas as pd, mining
    >>> hours = pd.date_range("2026-03-02", periods=6 * 168, freq="h", name="time")
    >>> frame = pd.DataFrame({"door": 50 + 40 * np.sin(hours.hour / 4)}, index=hours)
    >>> cube = mining.from_table(frame.round(), timezone="UTC")
    >>> scores = mining.backtest(cube, origins=2, models=["seasonal_naive"])
    >>> mining.summarize(scores).loc[0, ["origins", "n", "wape"]].astype(int).tolist()
    [2, 336, 0]
    """
    cubes.validate(cube)
    length = _origins.duration(horizon, "horizon")
    levels = _origins.check_quantiles(quantiles, always=(0.5, *INTERVAL))
    rivals = _resolve(models)
    when = (
        _origins.last_cutoffs(cube, length, origins, _origins.duration(origin_step, "origin_step"))
        if cutoffs is None
        else _origins.check_cutoffs(cube, cutoffs)
    )
    past = None if history is None else _origins.duration(history, "history")
    known = calendar_of(cube, calendar)
    slow = when[-slow_origins:] if slow_origins > 0 else []
    pairs = [(at, model) for at in when for model in rivals if not model.slow or at in slow]
    tasks = (
        _tasks.task(
            part,
            model,
            cutoff,
            spans=(length, past),
            calendar=known,
            quantiles=levels,
            score=score,
            keep=return_forecasts,
        )
        for cutoff, model in pairs
        for part in _batches.cut(cube)
    )
    told = progress.Counter("backtest", len(pairs) * _batches.count(cube))
    with progress.patience(f"backtest: {told.total} forecasts from {len(when)} origins"):
        done = compute.map_items(
            _tasks.run,
            tasks,
            workers=workers,
            scheduler=scheduler,
            after=lambda t: told(f"{t.model.name} at {t.cutoff}"),
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
