"""Places of which nothing finer than a day may be told: cemetery, school, health, worship."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from mining.report._clock import FloatArray
from mining.report._disclosure import floor
from mining.report._outlook import Outlook, OutlookDay
from mining.report._rhythms import Group
from mining.report._totals import Totals


def by_day(found: Outlook | None, totals: Totals | None, minimum: int) -> Outlook | None:
    """Return the forecast of a place of which nothing finer than a day may be told.

    Parameters
    ----------
    found : Outlook or None
        Its forecast.
    totals : Totals or None
        Expected days with their intervals.
    minimum : int
        Smallest count that may be shown.
    """
    if found is None or found.daily:
        return found
    known = {t.day: t for t in totals.days} if totals is not None else {}
    days = []
    for day in found.whole_days:
        own, unknown = known.get(day.day), float("nan")
        total, least, most = (
            (own.middle, own.low, own.high) if own else (day.total, unknown, unknown)
        )
        days.append(OutlookDay(day.day, True, 0, total, 0, max(total, minimum), least, most))
    names = ("peak_low", "peak", "peak_high")
    low, middle, high = (floor(np.array([getattr(d, n) for d in days]), minimum) for n in names)
    empty: FloatArray = np.array([])
    times, past = pd.DatetimeIndex([d.day for d in days]), pd.DatetimeIndex([])
    return Outlook(times, low, middle, high, past, empty, tuple(days), daily=True)


def without(groups: tuple[Group, ...], sensitive: Collection[str]) -> tuple[Group, ...]:
    """Return groups of places without sensitive ones: what sets a group apart is told by hour."""
    left = [replace(g, places=tuple(p for p in g.places if p not in sensitive)) for g in groups]
    return tuple(g for g in left if g.places)
