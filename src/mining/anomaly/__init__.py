"""Incidents: what is unusual, where, when, and the most likely why."""

from mining.anomaly._detect import detect
from mining.anomaly._frame import COLUMNS
from mining.anomaly._labels import LABELS

__all__ = ["COLUMNS", "LABELS", "detect"]
