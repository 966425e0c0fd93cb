"""Stage impact: what every entry of the journal brought or cost."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import writers
from mining.counterfactual import impacts
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``impacts.csv``, one row per entry of the journal."""
    files = Workspace(root, territory)
    cube = data_model.read(files.cube)
    with step("impact of the entries of the journal"):
        found = impacts(cube)
    writers.table(files.results / "impacts.csv", found, sort=["start", "entry"])
