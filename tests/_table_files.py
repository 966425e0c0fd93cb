"""A territory whose counts are files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from mining.sources import tables


@dataclass
class Territory:
    folder: Path
    source: dict[str, Any]
    timezone: str = "Europe/Paris"
    step: str = "1h"
    kind: str = "pedestrian"
    declared: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def declares_sensors(self):
        return len(self.declared) > 0

    def sensor_table(self):
        return self.declared

    def cube_attrs(self):
        return {"title": "Essai", "country": "FR"}


def read(folder, source, **more):
    """Acquire and read with options in YAML, as a territory folder has them."""
    options = yaml.safe_load(source) if isinstance(source, str) else source
    territory = Territory(folder, {"name": "tables", **options}, **more)
    raw = folder / "raw"
    tables.acquire(territory, raw)
    return tables.read(territory, raw)


def plain(tmp_path, text, *, options="format: long", **more):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "t.csv").write_bytes(content)
    return read(tmp_path, f"files: t.csv\n{options}", **more)


def total(cube, name):
    return int(cube["repairs"].sel(repair=name).sum())


GOOD = "sensor,time,value\na,2024-01-01T00:00,1\na,2024-01-01T01:00,2\na,2024-01-01T02:00,3\n"
