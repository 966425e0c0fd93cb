"""Stage track: record the experiment in MLflow; the only output is its key."""

from __future__ import annotations

from pathlib import Path

from mining import tracking, writers
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Record the run once, and write ``tracked.json``: the hash of what was recorded."""
    files = Workspace(root, territory)
    with step(f"track {territory} in MLflow"):
        tracking.track(root, territory)
    key = tracking.experiment_key(root, territory)
    writers.json_file(files.results / "tracked.json", {"key": key})
