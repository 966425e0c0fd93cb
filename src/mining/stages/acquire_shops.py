"""Stage acquire_shops: fetch establishments as their source gives them, byte for byte."""

from __future__ import annotations

from pathlib import Path

from mining import sources, writers
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory


def run(root: Path, territory: str) -> None:
    """Fill ``data/shops/<territory>``; it is empty where no source is declared."""
    files = Workspace(root, territory)
    described = load_territory(files.folder)
    if not described.shops:
        writers.directory(files.shops, lambda _: None)
        return
    name = str(described.shops["name"])
    source = sources.establishments(name)
    source.check(described)
    with step(f"acquire establishments of {territory} from {name}"):
        writers.directory(files.shops, lambda draft: source.acquire(described, draft))
