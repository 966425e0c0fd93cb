"""Stage forecast: every sensor ahead by the model chosen for it, and the totals of places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.forecast import Model, forecast, get
from mining.forecast.boosting import Boosting
from mining.forecast.selection import Chosen, serving
from mining.params import Params, load_params
from mining.stages._results import read_table
from mining.stages._totals import of_groups, sums_of
from mining.stages._workspace import Workspace, step

#: Joint futures that the intervals of totals are read from.
SCENARIOS = 200


def run(root: Path, territory: str) -> None:
    """Write the forecast of sensors, totals by hour, day and week, and the fitted champion.

    All come from one forecast: ``forecast.nc`` (sensors, with what drives them),
    ``forecast_places.nc`` (places by hour), ``totals_days.nc`` and ``totals_weeks.nc`` (places,
    and the territory under the empty name), ``scenarios_places.nc`` (joint futures of places by
    hour).
    """
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    scores = read_table(files, "scores.csv")
    fitted = serving(scores) if params.forecast.model == "auto" else get(params.forecast.model)
    with step(f"forecast {cube.sizes['sensor']} sensors with {fitted.name}"):
        ahead = _forecast(cube, fitted, params)
    with step("add up the totals of places"):
        made = {"forecast.nc": ahead.drop_vars("path"), **sums_of(ahead, of_groups(ahead))}
    for name, table in made.items():
        writers.netcdf(files.results / name, table, _encoding(table))
    served = zip(ahead["sensor"].to_numpy(), ahead["model"].to_numpy(), strict=True)
    card = {
        "model": fitted.name,
        "cutoff": ahead.attrs["cutoff"],
        "horizon_days": params.forecast.horizon_days,
        "history": params.evaluate.history,
        "served": dict(served),
        # Only what was chosen against the champion, by sensor: a reader of the folder serves alike.
        "chosen": fitted.against if isinstance(fitted, Chosen) else {},
    }
    champion = fitted.champion if isinstance(fitted, Chosen) else fitted

    def fill(folder: Path) -> None:
        writers.json_file(folder / "champion.json", card)
        if isinstance(champion, Boosting) and champion.trained is not None:
            champion.save(folder)

    writers.directory(files.models, fill)


def _forecast(cube: xr.Dataset, model: Model, params: Params) -> xr.Dataset:
    return forecast(
        cube,
        horizon=f"{params.forecast.horizon_days}D",
        model=model,
        quantiles=params.evaluate.quantiles,
        history=params.evaluate.history,
        scenarios=SCENARIOS,
        drivers=True,
        workers=0,
    )


def _encoding(table: xr.Dataset) -> dict[str, dict[str, object]]:
    number: dict[str, object] = {
        "dtype": "float64",
        "_FillValue": np.nan,
        "zlib": True,
        "complevel": 4,
    }
    times: dict[str, object] = {
        "dtype": "int64",
        "units": "seconds since 1970-01-01",
        "calendar": "standard",
    }
    figures = [n for n in ("value", "expected", "usual", "effect") if n in table]
    out = {"time": times, **dict.fromkeys(figures, number)}
    # Tenths of a passage as whole numbers: a quarter of the bytes, and nothing that shows.
    tenths = {"dtype": "int32", "scale_factor": 0.1, "_FillValue": -1}
    return out | ({"path": {**number, **tenths, "shuffle": True}} if "path" in table else {})
