"""Stage acquire: fetch what the source gives, byte for byte."""

from __future__ import annotations

from pathlib import Path

from mining import sources, writers
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory


def run(root: Path, territory: str) -> None:
    """Fill ``data/raw/<territory>``; the only stage that may use the network."""
    files = Workspace(root, territory)
    described = load_territory(files.folder)
    source = sources.get(str(described.source["name"]))
    with step(f"acquire {territory} from {described.source['name']}"):
        writers.directory(files.raw, lambda draft: source.acquire(described, draft))
