"""Where every file of a territory lives, and one printed line per step."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger("mining.stages")


@dataclass(frozen=True)
class Workspace:
    """Paths of one territory in a workspace.

    Attributes
    ----------
    root : Path
        The folder that holds ``dvc.yaml``.
    territory : str
        Name of the territory.
    """

    root: Path
    territory: str

    @property
    def params(self) -> Path:
        """Parameters of every stage."""
        return self.root / "params.yaml"

    @property
    def folder(self) -> Path:
        """What people write about the territory."""
        return self.root / "data" / "territories" / self.territory

    @property
    def raw(self) -> Path:
        """What the source gave, byte for byte."""
        return self.root / "data" / "raw" / self.territory

    @property
    def shops(self) -> Path:
        """What the source of establishments gave, byte for byte."""
        return self.root / "data" / "shops" / self.territory

    @property
    def weather(self) -> Path:
        """What the source of weather gave, byte for byte."""
        return self.root / "data" / "weather" / self.territory

    @property
    def reference(self) -> Path:
        """Tables of the workspace: families of activity."""
        return self.root / "data" / "reference"

    @property
    def cube(self) -> Path:
        """The trusted cube."""
        return self.root / "data" / "cube" / f"{self.territory}.nc"

    @property
    def results(self) -> Path:
        """Results of the analyses."""
        return self.root / "data" / "results" / self.territory

    @property
    def models(self) -> Path:
        """The fitted champion, as text."""
        return self.root / "models" / self.territory

    @property
    def published(self) -> Path:
        """What earlier editions announced."""
        return self.root / "data" / "published" / self.territory

    @property
    def reports(self) -> Path:
        """The published pages."""
        return self.root / "reports" / self.territory


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say on standard error what is done and how long it took."""
    _log.info("  %s ...", what)
    start = time.monotonic()
    yield
    _log.info("  %s: %.1f s", what, time.monotonic() - start)
