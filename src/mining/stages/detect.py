"""Stage detect: incidents of the whole history, each with a label and a sentence."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import writers
from mining.anomaly import detect, windows
from mining.params import load_params
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``incidents.csv``, one row per incident, and the figures of those that pages show."""
    files = Workspace(root, territory)
    options = load_params(files.params).detect
    cube = data_model.read(files.cube)
    with step(f"detect incidents of {cube.sizes['sensor']} sensors"):
        incidents = detect(cube, alerts_per_month=options.alerts_per_month)
    writers.table(files.results / "incidents.csv", incidents, sort=["start", "sensor", "id"])
    shown = windows(cube, incidents)
    packed = {str(n): {"zlib": True, "complevel": 4} for n in shown.data_vars}
    writers.netcdf(files.results / "incident_windows.nc", shown, packed)
