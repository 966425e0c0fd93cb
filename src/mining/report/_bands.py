"""Where one figure stands among others: a band, never a rank, and an index of an ordinary week."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from mining.calendars import Calendar
from mining.report._clock import DAY, WEEK, FloatArray
from mining.report._journal import Entry

#: With fewer figures nothing is told; with fewer than `FIVE` three bands, so that a band of five
#: holds three places at least, and none of them is singled out.
LEAST, FIVE = 3, 15
BANDS = {
    3: ("low", "middle", "high"),
    5: ("low", "rather_low", "middle", "rather_high", "high"),
}
#: Ordinary weeks whose median is 100.
REFERENCE = 8
#: Kinds of journal entries that make a week no ordinary one.
EVENTS = ("event", "works", "closure", "fault")


def band_of(value: float, others: Sequence[float]) -> str:
    """Return the band of a figure among figures, or nothing if there are too few.

    Parameters
    ----------
    value : float
        One of `others`.
    others : sequence of float
        All of them, `value` among them.

    Returns
    -------
    str
        One of :data:`BANDS`, or empty.

    Notes
    -----
    The share of figures below, those that are equal counting half, cut in equal parts: thirds, or
    fifths from fifteen figures on.

    Examples
    --------
    >>> [band_of(v, [1, 2, 3, 4]) for v in (1, 2, 3, 4)]
    ['low', 'middle', 'middle', 'high']
    """
    known = np.asarray(others, dtype="float64")
    if known.size < LEAST or not np.isfinite(value):
        return ""
    names = BANDS[5 if known.size >= FIVE else 3]
    below = (known < value).sum() + (known == value).sum() / 2
    return names[min(int(below * len(names) / known.size), len(names) - 1)]


def ordinary(
    mondays: pd.DatetimeIndex,
    totals: FloatArray,
    journal: Collection[Entry],
    calendar: Calendar,
) -> FloatArray:
    """Return the totals of the last ordinary weeks before the last one, eight at most.

    Parameters
    ----------
    mondays : DatetimeIndex (week,)
        Weeks, the last one being the one that is shown.
    totals : ndarray (week,)
        Totals that are told; NaN where none is.
    journal : collection of Entry
        What the journal says of the place.
    calendar : Calendar
        Public holidays.

    Notes
    -----
    A week is ordinary if its total is told, if no event, works, closure or fault of the journal
    touches it and if no public holiday falls in it. Weeks before new hardware do not count: the
    sensors are then not the same.
    """
    renewed = max((e.start for e in journal if e.type == "hardware"), default=pd.Timestamp.min)
    busy = [e for e in journal if e.type in EVENTS]
    days = pd.DatetimeIndex([m + k * DAY for m in mondays for k in range(7)])
    holidays = calendar.days(days)["is_holiday"].to_numpy().reshape(-1, 7)
    free = np.asarray(~holidays.any(axis=1))
    found = [
        float(total)
        for monday, total, fit in zip(mondays[:-1], totals[:-1], free[:-1], strict=True)
        if fit
        and np.isfinite(total)
        and monday >= renewed
        and not any(e.start < monday + WEEK and e.end > monday for e in busy)
    ]
    return np.array(found[-REFERENCE:])


def index_of(total: float, reference: FloatArray) -> float:
    """Return a total where 100 is the median of the ordinary weeks, NaN with too few of them."""
    if reference.size < REFERENCE or not np.isfinite(total) or np.median(reference) <= 0:
        return float("nan")
    return float(100 * total / np.median(reference))
