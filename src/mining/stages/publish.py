"""Publish the report of a territory, and keep what its forecast announced. No stage of DVC."""

from __future__ import annotations

from pathlib import Path

from mining import editions, promises
from mining.stages._results import read_dataset
from mining.stages._workspace import Workspace


def run(root: Path, territory: str, target: Path) -> tuple[editions.Published, int]:
    """Put the report in the folder `target`; return what was published and the days announced.

    Raises
    ------
    ResultError
        If the report or the forecast is absent, damaged or changed by hand; nothing is published.
    OutputError
        If `target` holds anything else, or an announcement of before would be changed.
    """
    files = Workspace(root, territory)
    made = promises.promises(
        read_dataset(files, "totals_days.nc"), read_dataset(files, "forecast.nc")
    )
    published = editions.publish(files.reports, target)
    return published, promises.record(files.published / promises.FILE, made)
