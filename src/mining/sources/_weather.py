"""What every source of weather does alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd


class Territory(Protocol):
    """What a source of weather needs to know of a territory."""

    @property
    def folder(self) -> Path:
        """Folder of the files people write."""

    @property
    def weather(self) -> Mapping[str, Any]:
        """Options of the source."""


class Weather(Protocol):
    """The interface of every source of weather: that of measures, but a table of days."""

    def check(self, territory: Territory) -> None:
        """Refuse options of the source that cannot be; reads nothing."""

    def acquire(self, territory: Territory, raw: Path) -> None:
        """Put exactly the bytes of the source in the folder `raw`; may use the network."""

    def read(self, territory: Territory, raw: Path, since: pd.Timestamp) -> pd.DataFrame:
        """Return the days of every station in `raw`; pure, without network."""


#: Columns of a table of weather, in order; the last four are what was measured.
COLUMNS = ("station", "name", "latitude", "longitude", "day", "rain", "tmin", "tmax", "tmean")
MEASURES = COLUMNS[-4:]
