"""The table of incidents: its columns, their types, and ids that depend on nothing but content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mining.anomaly._schema import FIELDS


def _of(*types: str) -> tuple[str, ...]:
    return tuple(field.name for field in FIELDS if field.type in types)


#: Columns of the table of incidents, in order.
COLUMNS = tuple(field.name for field in FIELDS)
_TIMES, _FLAGS = _of("time"), _of("flag")
_NUMBERS, _WORDS = _of("number", "share"), _of("text", "list")


def table(rows: Sequence[dict[str, Any]], timezone: str) -> pd.DataFrame:
    """Return incidents as a table with the same columns and types, however many there are."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for name in _WORDS:
        frame[name] = frame[name].astype("str")
    for name in _FLAGS:
        frame[name] = frame[name].astype("bool")
    for name in _TIMES:
        utc = pd.to_datetime(frame[name], utc=True)
        frame[name] = utc.dt.tz_convert(timezone).dt.as_unit("ns")
    for name in _NUMBERS:
        frame[name] = frame[name].astype("float64").round(3)
    order = frame.sort_values(["start", "sensor", "id"], kind="stable")
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
