"""What people declare about a territory: one folder of small files, read and checked."""

from mining.territory._corrections import LABELS, Correction, correction_of, read_corrections
from mining.territory._declaration import Declaration
from mining.territory._events import EVENT_FIELDS, EVENT_TYPES, FOREVER, Event, event_of
from mining.territory._territory import Territory, check_sensors, load_territory, schema
from mining.territory._transparency import (
    UNKNOWN,
    AnalysesSheet,
    DeviceKind,
    Handling,
    Organisation,
    Transparency,
    duration_parts,
    override,
)

__all__ = [
    "EVENT_FIELDS",
    "EVENT_TYPES",
    "FOREVER",
    "LABELS",
    "UNKNOWN",
    "AnalysesSheet",
    "Correction",
    "Declaration",
    "DeviceKind",
    "Event",
    "Handling",
    "Organisation",
    "Territory",
    "Transparency",
    "check_sensors",
    "correction_of",
    "duration_parts",
    "event_of",
    "load_territory",
    "override",
    "read_corrections",
    "schema",
]
