"""Publish the report of a territory, and keep what its forecast announced. No stage of DVC."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import editions, promises, transparency
from mining.stages._results import read_dataset
from mining.stages._workspace import Workspace
from mining.territory import load_territory


def run(root: Path, territory: str, target: Path) -> tuple[editions.Published, int]:
    """Put the report in the folder `target`; return what was published and the days announced.

    Raises
    ------
    ConfigError
        If what residents are to be told of a sensor is not stated; the message names it.
    ResultError
        If the report or the forecast is absent, damaged or changed by hand; nothing is published.
    OutputError
        If `target` holds anything else, or an announcement of before would be changed.
    """
    files = Workspace(root, territory)
    reference = transparency.taxonomy(root / "data" / "reference")
    sensors = transparency.sensors_of(data_model.read(files.cube))
    transparency.check(load_territory(files.folder), sensors, reference)
    made = promises.promises(
        read_dataset(files, "totals_days.nc"), read_dataset(files, "forecast.nc")
    )
    published = editions.publish(files.reports, target)
    return published, promises.record(files.published / promises.FILE, made)
