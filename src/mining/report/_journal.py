"""What the territory's journal says about a period, read from the cube it travels with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr


@dataclass(frozen=True)
class Entry:
    """One entry of the journal, in local naive time; `end` is exclusive."""

    type: str
    title: str
    start: pd.Timestamp
    end: pd.Timestamp
    places: tuple[str, ...]
    sensors: tuple[str, ...]

    def touches(self, places: Sequence[str], sensors: Sequence[str]) -> bool:
        """Say whether the entry concerns one of these places or sensors."""
        if not self.places and not self.sensors:
            return True
        return bool(set(self.places) & set(places) or set(self.sensors) & set(sensors))


def entries(cube: xr.Dataset) -> tuple[Entry, ...]:
    """Return the journal of a cube, sorted by start."""
    found = json.loads(str(cube.attrs.get("events") or "[]"))
    return tuple(sorted((_entry(e) for e in found), key=lambda e: (e.start, e.title)))


def during(
    journal: Sequence[Entry],
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    places: Sequence[str],
    sensors: Sequence[str],
) -> tuple[Entry, ...]:
    """Return the entries that touch these places within ``[first, last)``.

    A change of hardware happens once: it belongs to the period in which it starts.
    """
    return tuple(
        e
        for e in journal
        if e.start < last
        and (e.start >= first if e.type == "hardware" else e.end > first)
        and e.touches(places, sensors)
    )


def hardware_between(
    journal: Sequence[Entry],
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    places: Sequence[str],
    sensors: Sequence[str],
) -> tuple[Entry, ...]:
    """Return the changes of hardware that start within ``(first, last)`` at these sensors."""
    return tuple(
        e
        for e in journal
        if e.type == "hardware" and first < e.start < last and e.touches(places, sensors)
    )


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        type=str(raw.get("type", "other")),
        title=str(raw.get("title", "")),
        start=_naive(raw.get("start"), pd.Timestamp.min),
        end=_naive(raw.get("end"), pd.Timestamp.max),
        places=_names(raw.get("places")),
        sensors=_names(raw.get("sensors")),
    )


def _naive(value: object, absent: pd.Timestamp) -> pd.Timestamp:
    stamp = pd.Timestamp(str(value)) if value else absent
    if not isinstance(stamp, pd.Timestamp):
        return absent
    return stamp if stamp.tzinfo is None else stamp.tz_localize(None)


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()
