"""Incidents: what is unusual, where, when, and the most likely why."""

from mining.anomaly._around import around, windows
from mining.anomaly._corrections import unmatched
from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._schema import document, schema
from mining.anomaly._scores import scores
from mining.territory import LABELS

__all__ = [
    "COLUMNS",
    "LABELS",
    "around",
    "detect",
    "document",
    "schema",
    "scores",
    "unmatched",
    "windows",
]
