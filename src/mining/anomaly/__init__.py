"""Incidents: what is unusual, where, when, the most likely why, and what it brought or cost."""

from mining.anomaly._around import around, windows
from mining.anomaly._corrections import unmatched
from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._inject import DURATIONS, FAULTS, UNLISTED, Injection, inject
from mining.anomaly._ranking import vus_pr
from mining.anomaly._schema import document, schema
from mining.anomaly._scores import scores
from mining.anomaly._trial import PROTOCOL, trial
from mining.territory import LABELS

__all__ = [
    "COLUMNS",
    "DURATIONS",
    "FAULTS",
    "LABELS",
    "PROTOCOL",
    "UNLISTED",
    "Injection",
    "around",
    "detect",
    "document",
    "inject",
    "schema",
    "scores",
    "trial",
    "unmatched",
    "vus_pr",
    "windows",
]
