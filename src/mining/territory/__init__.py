"""What people declare about a territory: one folder of small files, read and checked."""

from mining.territory._corrections import LABELS, Correction, correction_of, read_corrections
from mining.territory._declaration import Declaration
from mining.territory._events import EVENT_FIELDS, EVENT_TYPES, FOREVER, Event, event_of
from mining.territory._territory import Territory, check_sensors, load_territory, schema

__all__ = [
    "EVENT_FIELDS",
    "EVENT_TYPES",
    "FOREVER",
    "LABELS",
    "Correction",
    "Declaration",
    "Event",
    "Territory",
    "check_sensors",
    "correction_of",
    "event_of",
    "load_territory",
    "read_corrections",
    "schema",
]
