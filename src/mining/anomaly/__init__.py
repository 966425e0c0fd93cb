"""Incidents: what is unusual, where, when, and the most likely why."""

from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._impact import impact
from mining.anomaly._impact_journal import IMPACT_COLUMNS, impacts
from mining.anomaly._impact_result import REASONS, Impact
from mining.anomaly._inject import DURATIONS, FAULTS, Injection, inject
from mining.anomaly._labels import LABELS

__all__ = [
    "COLUMNS",
    "DURATIONS",
    "FAULTS",
    "IMPACT_COLUMNS",
    "LABELS",
    "REASONS",
    "Impact",
    "Injection",
    "detect",
    "impact",
    "impacts",
    "inject",
]
