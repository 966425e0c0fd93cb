"""The report of a territory: facts, then sentences, then pages that stand alone.

A report is made in memory: :func:`build` returns every file by relative path, and whoever calls
it decides where they go. Small counts are hidden when facts are drawn, before any word, figure or
table exists (:mod:`mining.report._door`). Texts stand in one catalogue per language.
"""

from mining.report._activity_doors import OpeningTables
from mining.report._activity_facts import ActivityInputs
from mining.report._activity_shops import ShopTables
from mining.report._facts import facts
from mining.report._known import PlaceFacts, TerritoryFacts, TerritoryLike
from mining.report._pages import RECORD, build, pages
from mining.report._weather_facts import WeatherInputs

__all__ = [
    "RECORD",
    "ActivityInputs",
    "OpeningTables",
    "PlaceFacts",
    "ShopTables",
    "TerritoryFacts",
    "TerritoryLike",
    "WeatherInputs",
    "build",
    "facts",
    "pages",
]
