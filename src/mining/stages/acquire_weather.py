"""Stage acquire_weather: fetch the weather of days as its source gives it, byte for byte."""

from __future__ import annotations

from pathlib import Path

from mining import sources, writers
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory


def run(root: Path, territory: str) -> None:
    """Fill ``data/weather/<territory>``; it is empty where no source is declared."""
    files = Workspace(root, territory)
    described = load_territory(files.folder)
    if not described.weather:
        writers.directory(files.weather, lambda _: None)
        return
    name = str(described.weather["name"])
    source = sources.weather(name)
    source.check(described)
    with step(f"acquire weather of {territory} from {name}"):
        writers.directory(files.weather, lambda draft: source.acquire(described, draft))
