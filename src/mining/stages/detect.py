"""Stage detect: incidents of the whole history, each with a label and a sentence."""

from __future__ import annotations

import logging
from pathlib import Path

from mining import anomaly, writers
from mining import cube as data_model
from mining.params import load_params
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory

_log = logging.getLogger("mining.stages")


def run(root: Path, territory: str) -> None:
    """Write ``incidents.csv`` and ``.json``, corrections without incident, curves for pages."""
    files = Workspace(root, territory)
    options = load_params(files.params).detect
    cube = data_model.read(files.cube)
    corrections = load_territory(files.folder).corrections
    with step(f"detect incidents of {cube.sizes['sensor']} sensors"):
        found = anomaly.detect(
            cube, alerts_per_month=options.alerts_per_month, corrections=corrections
        )
    order = ["start", "sensor", "id"]
    writers.table(files.results / "incidents.csv", found, sort=order)
    told = anomaly.document(found, cube.attrs)
    writers.json_file(files.results / "incidents.json", told, digits=15)
    lost = anomaly.unmatched(corrections, found)
    writers.table(files.results / "corrections_unmatched.csv", lost, sort=["incident"])
    for incident in lost["incident"]:
        _log.warning(
            "  corrections.csv: no incident matches %r any more; give its sensor, start and end, "
            "or remove the line",
            incident,
        )
    shown = anomaly.windows(cube, found)
    packed = {str(n): {"zlib": True, "complevel": 4} for n in shown.data_vars}
    writers.netcdf(files.results / "incident_windows.nc", shown, packed)
