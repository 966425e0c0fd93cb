"""Forage: forecasts, incidents and commercial rhythms from the counting sensors of a territory.

The public API, in the order of the work:

>>> import mining
>>> cube = mining.load("auckland")  # doctest: +SKIP
>>> forecast = mining.forecast(cube, horizon="14D")  # doctest: +SKIP

Names and rooms (``mining.cube``, ``mining.figures``, …) are imported on first use, so that
``import mining`` costs nothing. ``mining.forecast`` is a room and, called, its main function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mining import activity as activity
    from mining import anomaly as anomaly
    from mining import calendars as calendars
    from mining import counterfactual as counterfactual
    from mining import cube as cube
    from mining import errors as errors
    from mining import figures as figures
    from mining import opening as opening
    from mining import quality as quality
    from mining import secrecy as secrecy
    from mining import shops as shops
    from mining import sources as sources
    from mining import trials as trials
    from mining.activity import cluster, cluster_profiles, rhythms
    from mining.anomaly import detect
    from mining.api import from_table, load
    from mining.calendars import Calendar
    from mining.counterfactual import impact
    from mining.cube import Quality, Reason, by_place, observed, trusted
    from mining.errors import ForageError
    from mining.forecast import forecast, summarize
    from mining.forecast.backtest import backtest
    from mining.forecast.totals import totals
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
    "from_table": "mining.api",
    "impact": "mining.counterfactual",
    "load": "mining.api",
    "observed": "mining.cube",
    "rhythms": "mining.activity",
    "summarize": "mining.forecast",
    "totals": "mining.forecast",
    "trusted": "mining.cube",
}
#: Rooms that people reach as attributes; the others are for the pipeline.
_ROOMS = (
    *("activity", "anomaly", "calendars", "counterfactual", "cube", "errors", "figures"),
    *("opening", "quality", "secrecy", "shops", "sources", "trials"),
)

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
    "impact",
    "load",
    "observed",
    "rhythms",
    "summarize",
    "totals",
    "trusted",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS or name == "forecast":
        return import_module(f"mining.{name}")
    if name not in _HOME:
        msg = f"module 'mining' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS, *(name for name in globals() if name.startswith("__"))})
