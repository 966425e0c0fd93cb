"""Stage cluster: weekly rhythms, groups of sensors and how far they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mining import cube as data_model
from mining import writers
from mining.activity import cluster
from mining.params import load_params
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``activity.nc``."""
    files = Workspace(root, territory)
    params = load_params(files.params)
    cube = data_model.read(files.cube)
    with step(f"cluster {cube.sizes['sensor']} weekly rhythms"):
        activity = cluster(
            cube,
            max_groups=params.cluster.max_groups,
            bootstraps=params.cluster.bootstraps,
            seed=params.seed,
        )
    numbers = [n for n, v in activity.data_vars.items() if v.dtype.kind == "f"]
    rounded = activity.assign({n: activity[n].round(6) + 0.0 for n in numbers})
    encoding = {
        str(n): {"dtype": "float64", "_FillValue": np.nan, "zlib": True, "complevel": 4}
        for n in numbers
    }
    writers.netcdf(files.results / "activity.nc", rounded, encoding)
