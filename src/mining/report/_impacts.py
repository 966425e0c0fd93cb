"""Facts of what the events of the journal brought or cost, and of corrections without incident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._door import Door
from mining.report._incidents import naive, text_of


@dataclass(frozen=True)
class Impact:
    """What one entry of the journal brought or cost, in passages.

    Attributes
    ----------
    title, type : str
        From the journal.
    start, end : Timestamp
        Local, naive; `end` is exclusive.
    observed, expected, effect, low, high : float
        Counted, expected without the event, their difference and its 80 % interval; NaN where
        unknown.
    percent, percent_low, percent_high : float
        The effect as a share of the expected, and its interval.
    claimed : bool
        Whether the effect can be told from chance.
    reason : str
        Key of why not.
    before, spill : tuple of float
        Effect on the days before, and on the nearest other sensors, each with its interval; NaN
        where unknown.
    few, unsaid : bool
        Fewer passed than may be shown, or the count would give back hidden hours: nothing from
        which it could be had is kept.
    sensors : tuple of str
        Ids of the sensors that are added up; none for the whole territory.
    placebos, rank : int
        Dates without event that it was compared with, and how many of them are as far away from
        what was expected or farther; 0 and -1 where unknown.
    """

    title: str
    type: str
    start: pd.Timestamp
    end: pd.Timestamp
    observed: float
    expected: float
    effect: float
    low: float
    high: float
    percent: float
    percent_low: float
    percent_high: float
    claimed: bool
    reason: str
    before: tuple[float, float, float]
    spill: tuple[float, float, float]
    few: bool
    unsaid: bool = False
    sensors: tuple[str, ...] = ()
    placebos: int = 0
    rank: int = -1


@dataclass(frozen=True)
class Unmatched:
    """A correction that no incident answers to any more."""

    incident: str
    label: str
    why: str
    by: str


_NUMBERS = (
    "observed", "expected", "effect", "low", "high", "percent", "percent_low", "percent_high",
)  # fmt: skip


def impacts_of(
    table: pd.DataFrame | None, minimum: int, door: Door | None = None
) -> tuple[Impact, ...] | None:
    """Return the impact of each journal entry, latest first; None where none was looked for."""
    if table is None:
        return None
    found = [_impact(row, minimum, door) for _, row in table.iterrows()]
    return tuple(sorted(found, key=lambda i: (i.start, i.end, i.title), reverse=True))


def _impact(row: pd.Series, minimum: int, door: Door | None) -> Impact:
    numbers = {name: float(row.get(name, np.nan)) for name in _NUMBERS}
    few = bool(numbers["observed"] < minimum)
    start = naive(row["start"])
    end = naive(row["end"]) if text_of(row.get("end")) else pd.Timestamp.max
    sensors = tuple(s for s in text_of(row.get("sensors")).split(";") if s)
    unsaid = False
    if door is not None and np.isfinite(numbers["observed"]) and not few:
        unsaid = not _told(door, sensors or door.clock.ids, start, min(end, door.clock.today))
    secret = few or unsaid
    if secret:  # the expected alone may be said: every other figure would give the count back
        numbers = {n: v if n == "expected" else float("nan") for n, v in numbers.items()}
    for name in ("percent", "percent_low", "percent_high"):
        numbers[name] /= 100
    return Impact(
        title=text_of(row.get("title")),
        type=text_of(row.get("type")),
        start=start,
        end=end,
        claimed=bool(row.get("claimed", False)),
        reason=text_of(row.get("reason")),
        before=_interval(row, "before", secret=secret),
        spill=_interval(row, "spill", secret=secret),
        few=few,
        unsaid=unsaid,
        sensors=sensors,
        placebos=_whole(row.get("placebos"), 0),
        rank=_whole(row.get("rank"), -1),
        **numbers,
    )


def _told(door: Door, sensors: tuple[str, ...], start: pd.Timestamp, end: pd.Timestamp) -> bool:
    """Say whether the count of sensors may be told; by whole days only at sensitive places."""
    if door.closed(sensors) and (start != start.normalize() or end != end.normalize()):
        return False
    return door.tells(sensors, start, end)


def _whole(value: object, absent: int) -> int:
    number = float(str(value)) if value not in (None, "") else np.nan
    return int(number) if np.isfinite(number) else absent


def _interval(row: pd.Series, name: str, *, secret: bool) -> tuple[float, float, float]:
    """Return an effect with its bounds; nothing where it is secret."""
    unknown = float("nan")
    middle, low, high = (
        unknown if secret else float(row.get(key, unknown))
        for key in (name, f"{name}_low", f"{name}_high")
    )
    return middle, low, high


def unmatched_of(table: pd.DataFrame | None) -> tuple[Unmatched, ...]:
    """Return the corrections that match no incident, in their order."""
    if table is None:
        return ()
    fields = ("incident", "label", "why", "by")
    return tuple(
        Unmatched(**{f: text_of(row.get(f)) for f in fields}) for _, row in table.iterrows()
    )
