"""Which journal entry explains an incident."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mining.calendars import Event

#: Entries of these types lower counts, whatever their length; they explain no rise.
LOWERING = ("works", "closure")
#: An entry longer than this explains only what begins with it, within `_NEAR_START`.
_LONG, _NEAR_START = pd.Timedelta("60D"), pd.Timedelta("3D")


def covering(
    entries: tuple[Event, ...], start: pd.Timestamp, end: pd.Timestamp, sign: int
) -> Event | None:
    """Return the journal entry that best covers an incident (local naive), or None.

    It must cover half of the incident. Works and closures explain drops only. One that lasts longer
    than two months explains only what begins with it, unless it is works or a closure.
    """
    best, most = None, 0.5
    for entry in entries:
        lowering = entry.type in LOWERING
        if sign > 0 and lowering:
            continue
        shared = min(end, entry.end) - max(start, entry.start)
        share = shared / (end - start)
        long = entry.end - entry.start > _LONG
        begins = abs(start - entry.start) <= _NEAR_START
        if share >= most and (not long or begins or lowering):
            best, most = entry, max(share, np.nextafter(share, 2))
    return best


def declaring(entries: tuple[Event, ...], start: pd.Timestamp, end: pd.Timestamp) -> Event | None:
    """Return the entry of type fault that shares most of a declared fault, or None."""
    faults = [e for e in entries if e.type == "fault" and e.start < end and e.end > start]
    return max(faults, key=lambda e: (min(end, e.end) - max(start, e.start), e.id), default=None)
