"""Names, codes and kinds: the vocabulary of the cube."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mining.errors import ConfigError

SENSOR = "sensor"
TIME = "time"
REPAIR = "repair"

#: Text coordinates on ``sensor``; absent information is an empty string.
TEXT_COORDS = ("name", "site", "place", "kind", "direction", "installed")
#: Numeric coordinates on ``sensor``; absent information is NaN.
NUMBER_COORDS = ("latitude", "longitude")

#: What the text coordinates hold.
LONG_NAMES = {
    SENSOR: "identifier of the sensor",
    "name": "name of the sensor",
    "site": "site of the sensor",
    "place": "street or square",
    "kind": "kind of measure",
    "direction": "direction that is counted",
    "installed": "local date of installation",
    REPAIR: "sort of repair",
}

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class Quality(IntEnum):
    """What is known of one cell."""

    VALID = 0
    ZERO_VALID = 1
    SUSPECT = 2
    MISSING = 3
    IMPUTED = 4


class Reason(IntEnum):
    """Why a cell is suspect, missing or imputed; the table only grows."""

    NONE = 0
    NOT_COUNTED = 1
    NOT_INSTALLED = 2
    ZERO_RUN = 3
    ZERO_BLOCK = 4
    STUCK = 5
    SPIKE = 6
    CEILING = 7
    COPY = 8
    TWIN = 9
    CLOCK = 10
    DECLARED = 11
    NEGATIVE = 12
    ABSURD = 13
    OUTAGE_EDGE = 14
    GAP_FILLED = 15
    LOW_LEVEL = 16
    CLOCK_CHANGE = 17
    CONFLICT = 18
    SWAP = 19
    MULTIPLE = 20
    CUMULATIVE = 21
    FILLED = 22


Aggregate = Literal["sum", "mean", "energy", "last"]


@dataclass(frozen=True)
class Kind:
    """Unit and arithmetic of one kind of measure.

    Attributes
    ----------
    unit : str
        UDUNITS-like unit of ``value``; counts are per interval.
    aggregate : {"sum", "mean", "energy", "last"}
        How values of several intervals become one: counts add up, levels average, decibels
        average as energy, a state keeps its last value.
    is_count : bool
        Whether a value is a number of passages: non-negative and additive over sensors.
    """

    unit: str
    aggregate: Aggregate
    is_count: bool


KINDS: dict[str, Kind] = {
    "pedestrian": Kind("count", "sum", True),
    "bicycle": Kind("count", "sum", True),
    "scooter": Kind("count", "sum", True),
    "road": Kind("count", "sum", True),
    "parking": Kind("1", "mean", False),
    "noise": Kind("dB", "energy", False),
    "lighting": Kind("1", "mean", False),
    "waste": Kind("1", "last", False),
    "level": Kind("1", "mean", False),
}


def kind_of(name: str) -> Kind:
    """Return the arithmetic of a kind, or raise :class:`ConfigError` that lists the known ones."""
    if name not in KINDS:
        msg = f"unknown kind {name!r}: expected one of {', '.join(KINDS)}"
        raise ConfigError(msg)
    return KINDS[name]
