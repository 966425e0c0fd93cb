"""Incidents: what is unusual, where, when, and the most likely why."""

from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._inject import DURATIONS, FAULTS, UNLISTED, Injection, inject
from mining.anomaly._labels import LABELS
from mining.anomaly._ranking import vus_pr
from mining.anomaly._scores import scores
from mining.anomaly._trial import PROTOCOL, trial

__all__ = [
    "COLUMNS",
    "DURATIONS",
    "FAULTS",
    "LABELS",
    "PROTOCOL",
    "UNLISTED",
    "Injection",
    "detect",
    "inject",
    "scores",
    "trial",
    "vus_pr",
]
