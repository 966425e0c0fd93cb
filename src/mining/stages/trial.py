"""Stage trial: how well incidents are found, on faults and events put into the last months."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import xarray as xr

from mining import cube as data_model
from mining import writers
from mining.compute import map_items
from mining.params import load_params
from mining.quality import clean
from mining.stages._workspace import Workspace, step
from mining.trials import COLUMNS, trial

#: What is judged, and the history before it; with less of both nothing is measured.
JUDGED, HISTORY, LEAST_HISTORY = pd.Timedelta("300D"), pd.Timedelta("455D"), pd.Timedelta("91D")


def run(root: Path, territory: str) -> None:
    """Write ``detection.csv``: recall by kind of injection, false alerts, balance of labels."""
    files = Workspace(root, territory)
    options = load_params(files.params).detect
    cube = data_model.read(files.cube)
    with step(f"put faults and events into counts, {options.trial_seeds} times, and look for them"):
        found = _measured(cube, options.trial_seeds)
    writers.table(files.results / "detection.csv", found, sort=[], decimals=6)


def _measured(cube: xr.Dataset, seeds: int) -> pd.DataFrame:
    local = data_model.local_time(cube)
    end, step = local[-1], data_model.step_of(cube)
    too_short = end - local[0] < JUDGED + LEAST_HISTORY
    if seeds == 0 or too_short or step > pd.Timedelta("1h"):
        return pd.DataFrame(columns=list(COLUMNS))
    recent = cube.isel(time=local >= end - JUDGED - HISTORY)
    spread = partial(map_items, workers=0)
    return trial(recent, begin=end - JUDGED, seeds=range(seeds), prepare=clean, over=spread)
