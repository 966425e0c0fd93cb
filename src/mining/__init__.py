"""Forage: forecasts, incidents and commercial rhythms from the counting sensors of a territory.

The public API, in the order of the work:

>>> import mining
>>> cube = mining.load("auckland")  # doctest: +SKIP
>>> forecast = mining.forecast(cube, horizon="14D")  # doctest: +SKIP

Names are imported on first use, so that ``import mining`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mining.activity import cluster, cluster_profiles
    from mining.anomaly import detect
    from mining.api import from_table, load
    from mining.calendars import Calendar
    from mining.cube import Quality, Reason, by_place, observed, trusted
    from mining.errors import ForageError
    from mining.forecast import forecast, summarize
    from mining.forecast.backtest import backtest
    from mining.quality import clean

__version__ = "0.1.0"

_HOME = {
    "Calendar": "mining.calendars",
    "ForageError": "mining.errors",
    "Quality": "mining.cube",
    "Reason": "mining.cube",
    "backtest": "mining.forecast",
    "by_place": "mining.cube",
    "clean": "mining.quality",
    "cluster": "mining.activity",
    "cluster_profiles": "mining.activity",
    "detect": "mining.anomaly",
    "forecast": "mining.forecast",
    "from_table": "mining.api",
    "load": "mining.api",
    "observed": "mining.cube",
    "summarize": "mining.forecast",
    "trusted": "mining.cube",
}

__all__ = [
    "Calendar",
    "ForageError",
    "Quality",
    "Reason",
    "backtest",
    "by_place",
    "clean",
    "cluster",
    "cluster_profiles",
    "detect",
    "forecast",
    "from_table",
    "load",
    "observed",
    "summarize",
    "trusted",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        msg = f"module 'mining' has no attribute {name!r}"
        raise AttributeError(msg)
    # Not cached in globals: `forecast` is also the name of a room, which an import would put there.
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
