"""Stage clean: from the raw files to the trusted cube and its quality tables."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import sources, writers
from mining.params import load_params
from mining.quality import clean, summary
from mining.stages._workspace import Workspace, step
from mining.territory import check_sensors, load_territory


def run(root: Path, territory: str) -> None:
    """Write ``data/cube/<territory>.nc`` and ``quality.csv``."""
    files = Workspace(root, territory)
    params = load_params(files.params)
    described = load_territory(files.folder)
    with step(f"read {territory}"):
        raw = sources.get(str(described.source["name"])).read(described, files.raw)
        check_sensors(described, raw["sensor"].to_numpy())
    with step(f"clean {raw.sizes['sensor']} sensors, {raw.sizes['time']} intervals"):
        cube = clean(raw, impute_max_gap=params.clean.impute_max_gap)
    writers.netcdf(files.cube, cube, data_model.encoding())
    table = summary(cube).rename_axis("sensor").reset_index()
    writers.table(files.results / "quality.csv", table, sort=["sensor"])
