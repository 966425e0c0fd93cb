"""Stage forecast: the champion of the backtest forecasts every sensor and every place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.forecast import Model, champion, forecast, get
from mining.forecast.boosting import Boosting
from mining.params import Params, load_params
from mining.stages._results import of_places, read_table
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``forecast.nc``, ``forecast_places.nc`` and the fitted champion as text."""
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    model = params.forecast.model
    if model == "auto":
        model = champion(read_table(files, "scores.csv"))
    with step(f"forecast {cube.sizes['sensor']} sensors with {model}"):
        fitted = get(model)
        sensors = _forecast(cube, fitted, params)
    writers.netcdf(files.results / "forecast.nc", sensors, _encoding())
    places = data_model.by_place(cube)
    with step(f"forecast {places.sizes['sensor']} places with {model}"):
        ahead = of_places(places, sensors, lambda cube: _forecast(cube, get(model), params))
    writers.netcdf(files.results / "forecast_places.nc", ahead, _encoding())
    card = {
        "model": model,
        "cutoff": sensors.attrs["cutoff"],
        "horizon_days": params.forecast.horizon_days,
        "history": params.evaluate.history,
        "served": dict(zip(sensors["sensor"].to_numpy(), sensors["model"].to_numpy(), strict=True)),
    }

    def fill(folder: Path) -> None:
        writers.json_file(folder / "champion.json", card)
        if isinstance(fitted, Boosting) and fitted.trained is not None:
            fitted.save(folder)

    writers.directory(files.models, fill)


def _forecast(cube: xr.Dataset, model: Model, params: Params) -> xr.Dataset:
    return forecast(
        cube,
        horizon=f"{params.forecast.horizon_days}D",
        model=model,
        quantiles=params.evaluate.quantiles,
        history=params.evaluate.history,
        workers=0,
    )


def _encoding() -> dict[str, dict[str, object]]:
    return {
        "value": {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4},
        "time": {"dtype": "int64", "units": "seconds since 1970-01-01", "calendar": "standard"},
    }
