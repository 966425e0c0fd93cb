"""Incidents: what is unusual, where, when, and the most likely why."""

from mining.anomaly._around import around, windows
from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._inject import DURATIONS, FAULTS, Injection, inject
from mining.anomaly._labels import LABELS

__all__ = [
    "COLUMNS",
    "DURATIONS",
    "FAULTS",
    "LABELS",
    "Injection",
    "around",
    "detect",
    "inject",
    "windows",
]
