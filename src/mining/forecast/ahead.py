"""The forecast that is published: the next days, by the best model there is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import progress
from mining.calendars import Calendar, calendar_of
from mining.errors import ConfigError, NotEnoughDataError
from mining.forecast import _batches, _grid, _origins, _tasks, explain, models, selection
from mining.forecast._origins import QUANTILES
from mining.forecast.backtest import backtest
from mining.forecast.protocol import Model
from mining.forecast.scenarios import scenarios as joint

#: The model taken without a backtest; it hands young sensors to simpler ones by itself.
DEFAULT = "boosting"
_PATHS = {"long_name": "equally likely joint futures"}
#: More scenarios than this tell nothing more, and fill the memory.
MOST_SCENARIOS = 10_000
#: Origins of the backtest that chooses among several models.
CHOICE_ORIGINS = 4


def forecast(
    cube: xr.Dataset,
    *,
    horizon: str | pd.Timedelta = "14D",
    model: str | Model = "auto",
    models: Sequence[str | Model] | None = None,
    scores: pd.DataFrame | None = None,
    quantiles: Sequence[float] = QUANTILES,
    calendar: object = "cube",
    cutoff: str | pd.Timestamp | None = None,
    history: str | pd.Timedelta | None = "104W",
    scenarios: int = 0,
    drivers: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
) -> xr.Dataset:
    """Forecast every sensor.

    Parameters
    ----------
    cube : Dataset
        A cube, best a cleaned one.
    horizon : str or Timedelta
        How far, in local calendar time.
    model : str or Model
        A name, an instance, or ``"auto"``: each sensor's own model (:func:`choice`) by `scores` if
        given, by a short backtest among `models` if given, and the gradient-boosting model
        otherwise.
    models : sequence of str or Model, optional
        Rivals to choose from.
    scores : DataFrame, optional
        A table of :func:`mining.forecast.backtest`.
    quantiles : sequence of float
        Levels, strictly between 0 and 1.
    calendar : "cube", None, mapping or Calendar
        What is known in advance; None means no holidays and no events.
    cutoff : str or Timestamp, optional
        Local time of the origin; the end of the data by default.
    history : str, Timedelta or None
        At most so much data before the origin.
    scenarios : int
        Number of joint futures, 0 for none; 100 are enough for totals with an 80 % interval.
    drivers : bool
        Whether to say what moves each forecast away from a normal week.
    workers, scheduler
        Processes, or the address of a Dask scheduler, for territories of more than 400 sensors,
        which are forecast in batches (:mod:`mining.forecast._batches`), and for a backtest that
        chooses the model. Results do not depend on them.

    Returns
    -------
    Dataset
        `value` (sensor, time, quantile), in the unit of the cube, quantiles in order, rounded to
        3 decimals; `time` is UTC. Coordinate `model` (sensor) says which model served a sensor:
        one where the champion does not beat a simple model, or too young for it, is served by a
        simpler one, and one without any trusted value by none (NaN). Attributes `cutoff` (local)
        and `model`, the champion.

        With `scenarios`: `path` (sensor, time, scenario), equally likely joint futures that
        have the quantiles of each cell and move together as past errors did
        (:mod:`mining.forecast.scenarios`); :func:`totals` adds them up.

        With `drivers`: `usual` (sensor, time), the same hour of a normal week, and `effect`
        (sensor, time, driver), what moves the median away from it: ``holiday``, ``season`` (with
        school terms), ``recent`` (level of the last weeks), ``event`` (announced in the journal)
        and ``other``. `usual` and the effects add up to the median
        (:mod:`mining.forecast._drivers`).

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    NotEnoughDataError
        If there is less than a week, or no trusted value at all, before the origin, or if the
        origin lies after the end of the data.
    ModelError
        If a model or a quantile is not what it should be.
    ConfigError
        If a duration, the cutoff or the calendar is not understood.

    Examples
    --------
    >>> import numpy as np, pandas as pd, mining
    >>> hours = pd.date_range("2026-03-02", periods=4 * 168, freq="h", name="time")
    >>> frame = pd.DataFrame({"door": 50 + 40 * np.sin(hours.hour / 4)}, index=hours)
    >>> cube = mining.from_table(frame.round(), timezone="Europe/Paris")
    >>> ahead = mining.forecast(cube, horizon="24h", model="window_average", quantiles=[0.5])
    >>> ahead["value"].sel(sensor="door", quantile=0.5)[:4].values.tolist()
    [50.0, 60.0, 69.0, 77.0]
    """
    cubes.validate(cube)
    length = _origins.duration(horizon, "horizon")
    past = None if history is None else _origins.duration(history, "history")
    levels = _origins.check_quantiles(quantiles)
    _check_count(scenarios)
    known_ahead = calendar_of(cube, calendar)
    start, end = _origins.bounds(cube)
    when = end if cutoff is None else _origins.local_naive(cutoff, cube.attrs["timezone"])
    if when > end:
        msg = f"cutoff {when}: expected a local time up to {end} (the end of the data)"
        raise NotEnoughDataError(msg)
    if when - start < _origins.LEAST_HISTORY:
        held = max(when - start, pd.Timedelta(0)) / _grid.DAY
        msg = f"the data hold {held:.1f} days before the origin: a forecast needs at least 7"
        raise NotEnoughDataError(msg)
    crew: dict[str, Any] = {"workers": workers, "scheduler": scheduler}
    visible = _origins.before(cube, when, None)
    chosen = _chosen(visible, model, models, scores, calendar=known_ahead, history=history, **crew)
    known = _origins.before(visible, when, past)
    steps = _grid.steps_within(known.indexes[cubes.TIME][-1], length, known)
    with progress.patience(f"forecast: {chosen.name} for {cube.sizes[cubes.SENSOR]} sensors"):
        make = partial(
            _made,
            calendar=known_ahead,
            when=when,
            steps=steps,
            levels=levels,
            scenarios=scenarios,
            drivers=drivers,
        )
        return _batches.forecast_each(make, chosen, known, **crew)


def _check_count(scenarios: int) -> None:
    whole = isinstance(scenarios, int | np.integer) and not isinstance(scenarios, bool)
    if not whole or not 0 <= scenarios <= MOST_SCENARIOS:
        msg = f"scenarios: found {scenarios!r}, expected a whole number from 0 to {MOST_SCENARIOS}"
        raise ConfigError(msg)


def _made(
    model: Model,
    known: xr.Dataset,
    *,
    calendar: Calendar,
    when: pd.Timestamp,
    steps: int,
    levels: tuple[float, ...],
    scenarios: int,
    drivers: bool,
) -> xr.Dataset:
    fitted = model.fit(known, calendar)
    made = _tasks.predicted(fitted, known, steps, levels)
    out = _dataset(known, made, levels=levels, fitted=fitted, when=when)
    if scenarios:
        paths = joint(fitted, known, calendar, steps, scenarios).round(_tasks.DECIMALS)
        out["path"] = (*out["value"].dims[:2], "scenario"), paths + 0.0, _PATHS
    return explain.told(out, fitted, known, calendar) if drivers else out


def _chosen(
    cube: xr.Dataset,
    model: str | Model,
    rivals: Sequence[str | Model] | None,
    scores: pd.DataFrame | None,
    **options: Any,
) -> Model:
    listed = None if rivals is None else models.resolve(rivals)
    if model != "auto":
        return models.get(model)
    if scores is None:
        if listed is None:
            return models.get(DEFAULT)
        if len(listed) == 1:
            return listed[0]
        # Rivals that call themselves slow get as many origins as the others: the choice is fair.
        scores = backtest(
            cube, models=listed, origins=CHOICE_ORIGINS, slow_origins=CHOICE_ORIGINS, **options
        )
    return selection.serving(scores, listed or ())


def _dataset(
    cube: xr.Dataset,
    made: npt.NDArray[np.floating[Any]],
    *,
    levels: tuple[float, ...],
    fitted: Model,
    when: pd.Timestamp,
) -> xr.Dataset:
    last = cube.indexes[cubes.TIME][-1]
    times = cubes.future_times(
        last, made.shape[1], cubes.step_of(cube), str(cube.attrs["timezone"])
    )
    dims = (cubes.SENSOR, cubes.TIME, "quantile")
    served = fitted.served or (fitted.name,) * len(made)
    carried = {
        name: cube[name].variable
        for name in (*cubes.TEXT_COORDS, *cubes.NUMBER_COORDS)
        if name in cube.coords
    }
    out = xr.Dataset(
        {"value": (dims, made)},
        coords={
            cubes.SENSOR: cube[cubes.SENSOR].to_numpy(),
            cubes.TIME: times.to_numpy(),
            "quantile": list(levels),
            "model": (cubes.SENSOR, np.array(served, dtype=str)),
            **carried,
        },
    )
    out["value"].attrs = {
        "long_name": "forecast of each interval",
        "units": cube["value"].attrs.get("units", "1"),
    }
    out[cubes.TIME].attrs = dict(cube[cubes.TIME].attrs)
    out["quantile"].attrs = {"long_name": "level of the quantile", "units": "1"}
    kept = ("Conventions", "timezone", "step_seconds", "simulated", "territory", "title")
    out.attrs = {name: cube.attrs[name] for name in kept if name in cube.attrs}
    out.attrs |= {"cutoff": when.isoformat(), "model": fitted.name}
    return out
