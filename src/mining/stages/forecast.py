"""Stage forecast: every sensor and place ahead, by the model that the backtest chose for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.forecast import Model, forecast, get
from mining.forecast.selection import serving
from mining.params import Params, load_params
from mining.stages._results import of_places, read_table
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``forecast.nc``, ``forecast_places.nc`` and the fitted champion as text."""
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    scores = read_table(files, "scores.csv")
    fitted = serving(scores) if params.forecast.model == "auto" else get(params.forecast.model)
    model = fitted.name
    with step(f"forecast {cube.sizes['sensor']} sensors with {model}"):
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
        for name, content in getattr(getattr(fitted, "champion", fitted), "texts", dict)().items():
            writers.text(folder / name, content)

    writers.directory(files.models, fill)


def _forecast(cube: xr.Dataset, model: Model, params: Params) -> xr.Dataset:
    return forecast(
        cube,
        horizon=f"{params.forecast.horizon_days}D",
        model=model,
        quantiles=params.evaluate.quantiles,
        history=params.evaluate.history,
    )


def _encoding() -> dict[str, dict[str, object]]:
    return {
        "value": {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4},
        "time": {"dtype": "int64", "units": "seconds since 1970-01-01", "calendar": "standard"},
    }
