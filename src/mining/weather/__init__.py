"""The weather of a territory's days, and what rain, heat and frost go with at a place."""

from mining.weather._days import LEFT_OUT, daily
from mining.weather._effect import (
    CONDITIONS,
    EFFECT_COLUMNS,
    REASONS,
    FloatArray,
    conditions,
    effects,
    estimate,
)
from mining.weather._station import Station, choose

__all__ = [
    "CONDITIONS",
    "EFFECT_COLUMNS",
    "LEFT_OUT",
    "REASONS",
    "FloatArray",
    "Station",
    "choose",
    "conditions",
    "daily",
    "effects",
    "estimate",
]
