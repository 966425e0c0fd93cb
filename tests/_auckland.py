"""The territory of Auckland as its source sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

ZONE = "Pacific/Auckland"


FOLDER = Path(__file__).parents[1] / "data" / "territories" / "auckland"


@dataclass
class Territory:
    """The little that the source asks of a territory, from its own files."""

    timezone: str = ZONE
    step: str = "1h"
    kind: str = "pedestrian"
    source: Mapping[str, Any] = field(default_factory=lambda: {"name": "auckland"})
    sensors: list[str] | None = None

    def sensor_table(self) -> pd.DataFrame:
        if self.sensors is not None:
            return pd.DataFrame(index=self.sensors)
        channels = pd.read_csv(FOLDER / "channels.csv").set_index("channel_id")
        places = pd.read_csv(FOLDER / "places.csv").set_index("sensor")["place"]
        sites = pd.read_csv(FOLDER / "sites.csv").set_index("site_id")
        return pd.DataFrame(
            {
                "place": places.reindex(channels.index),
                "latitude": sites["ylat"].reindex(channels["site_id"]).to_numpy(),
            },
            index=channels.index,
        )

    def cube_attrs(self) -> dict[str, Any]:
        return {"title": "Auckland"}
