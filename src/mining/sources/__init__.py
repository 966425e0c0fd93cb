"""Where measures come from: one module per origin, the same two functions in each."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import pandas as pd
import xarray as xr

from mining.errors import ConfigError
from mining.sources._establishments import Establishments
from mining.sources._weather import Weather

__all__ = [
    "ESTABLISHMENTS",
    "KNOWN",
    "WEATHER",
    "Declared",
    "Establishments",
    "Source",
    "Weather",
    "establishments",
    "get",
    "weather",
]

#: Names that ``source.name`` of a territory may take; each is a module of this package.
KNOWN = ("auckland", "tables")
#: Names that ``shops.name`` may take.
ESTABLISHMENTS = ("sirene", "sirene_search", "bpe")
#: Names that ``weather.name`` may take.
WEATHER = ("meteo_france",)


class Declared(Protocol):
    """What a source may ask of a territory; :class:`mining.territory.Territory` offers it."""

    @property
    def folder(self) -> Path:
        """Folder of the files people write."""

    @property
    def timezone(self) -> str:
        """IANA name of the time zone of the clocks."""

    @property
    def step(self) -> str:
        """Length of the interval, such as ``"1h"``."""

    @property
    def kind(self) -> str:
        """Kind of the sensors that do not say theirs."""

    @property
    def source(self) -> Mapping[str, Any]:
        """Name of the source and its own options."""

    @property
    def declares_sensors(self) -> bool:
        """Whether `sensor_table` names every sensor, or only describes those it names."""

    def sensor_table(self) -> pd.DataFrame:
        """Return what is declared of each sensor, indexed by sensor id."""

    def cube_attrs(self) -> Mapping[str, Any]:
        """Return the global attributes of the territory's cube."""


class Source(Protocol):
    """The interface of every source of measures."""

    def check(self, territory: Declared) -> None:
        """Refuse options of the source that cannot be; reads nothing."""

    def acquire(self, territory: Declared, raw: Path) -> None:
        """Put exactly the bytes of the source in the folder `raw`; may use the network."""

    def read(self, territory: Declared, raw: Path) -> xr.Dataset:
        """Return the raw cube of what lies in `raw`; pure, without network."""


def get(name: str) -> Source:
    """Return the module of a source, imported on first use.

    Parameters
    ----------
    name : str
        One of :data:`KNOWN`.

    Raises
    ------
    ConfigError
        If there is no such source; the message lists the known ones.

    Examples
    --------
    >>> get("auckland").__name__
    'mining.sources.auckland'
    """
    if name not in KNOWN:
        msg = f"unknown source {name!r}: expected one of {', '.join(KNOWN)}"
        raise ConfigError(msg)
    return cast("Source", importlib.import_module(f"mining.sources.{name}"))


def establishments(name: str) -> Establishments:
    """Return the module of a source of establishments, imported on first use.

    Parameters
    ----------
    name : str
        One of :data:`ESTABLISHMENTS`.

    Raises
    ------
    ConfigError
        If there is no such source; the message lists the known ones.
    """
    if name not in ESTABLISHMENTS:
        msg = f"unknown source of shops {name!r}: expected one of {', '.join(ESTABLISHMENTS)}"
        raise ConfigError(msg)
    return cast("Establishments", importlib.import_module(f"mining.sources.{name}"))


def weather(name: str) -> Weather:
    """Return the module of a source of weather, imported on first use.

    Parameters
    ----------
    name : str
        One of :data:`WEATHER`.

    Raises
    ------
    ConfigError
        If there is no such source; the message lists the known ones.
    """
    if name not in WEATHER:
        msg = f"unknown source of weather {name!r}: expected one of {', '.join(WEATHER)}"
        raise ConfigError(msg)
    return cast("Weather", importlib.import_module(f"mining.sources.{name}"))
