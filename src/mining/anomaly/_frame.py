"""The table of incidents: its columns, their types, and ids that depend on nothing but content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd

TEXT = ("id", "sensor", "place")
WHEN = ("start", "end")
WHAT = ("label", "kind")
NUMBERS = ("score", "confidence", "observed", "expected", "neighbours")
FLAGS = ("open",)
BAND = ("expected_low", "expected_high")
#: Columns of the table of incidents, in order.
COLUMNS = (
    *TEXT,
    *WHEN,
    *WHAT,
    *NUMBERS,
    "explanation",
    "sensors",
    *FLAGS,
    "certainty",
    "rule",
    "entry",
    "decided_by",
    *BAND,
    "other",
    "action",
)
#: Columns of text.
WORDS = tuple(c for c in COLUMNS if c not in (*WHEN, *NUMBERS, *FLAGS, *BAND))


def table(rows: Sequence[dict[str, Any]], timezone: str) -> pd.DataFrame:
    """Return incidents as a table with the same columns and types, however many there are."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for name in WORDS:
        frame[name] = frame[name].astype("str")
    for name in FLAGS:
        frame[name] = frame[name].astype("bool")
    for name in WHEN:
        utc = pd.to_datetime(frame[name], utc=True)
        frame[name] = utc.dt.tz_convert(timezone).dt.as_unit("ns")
    for name in (*NUMBERS, *BAND):
        frame[name] = frame[name].astype("float64").round(3)
    order = frame.sort_values(["start", "sensor", "kind", "end"], kind="stable")
    return order.reset_index(drop=True)


def name_of(sensor: str, start: pd.Timestamp, kind: str, salt: str = "") -> str:
    """Return a stable, readable id: day, sensor, kind and a short hash of all that.

    Examples
    --------
    >>> name_of("107 Quay Street", pd.Timestamp("2023-01-27 09:00"), "drop")
    '20230127-107-quay-street-drop-d50e66'
    """
    content = "|".join((sensor, start.isoformat(), kind, salt))
    digest = hashlib.sha256(content.encode()).hexdigest()[:6]
    plain = unicodedata.normalize("NFKD", sensor).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "territory"
    return f"{start:%Y%m%d}-{slug}-{kind}-{digest}"
