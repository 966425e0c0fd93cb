"""Facts of opening hours against expected passages: small numbers are already hidden."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mining.language import finite
from mining.report._clock import FloatArray
from mining.report._disclosure import StateArray, protect

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Hours told for a door, and for each of its weekdays.
MOST_HOURS = 3


@dataclass(frozen=True)
class OpeningTables:
    """Tables of opening hours, as the stage ``opening`` writes them.

    Attributes
    ----------
    doors : DataFrame
        ``door, place, share, low, high, noon, noon_closed``.
    week : DataFrame
        ``door, place, weekday, hour, passages, closed``.
    extra : DataFrame
        See :func:`mining.opening.extra_hours`.
    quiet : DataFrame
        See :func:`mining.opening.quiet_hours`.
    """

    doors: pd.DataFrame
    week: pd.DataFrame
    extra: pd.DataFrame
    quiet: pd.DataFrame


@dataclass(frozen=True)
class Slot:
    """Hours of a weekday and the passages expected in them.

    Attributes
    ----------
    weekday, start, end : int
        Monday is 0; clock hours.
    minutes : int
        Minutes that the door is closed; those of the whole slot where no door is meant.
    expected, low, high : float
        Expected passages and 80 % interval; NaN where there is none.
    few : bool
        Whether too few pass for a figure.
    """

    weekday: int
    start: int
    end: int
    minutes: int
    expected: float
    low: float
    high: float
    few: bool


@dataclass(frozen=True)
class Door:
    """A place or a shop of it against the passages expected in front of it.

    Attributes
    ----------
    name, place : str
        Names.
    share, low, high : float
        Share of passages by closed doors, with its 80 % interval.
    noon, noon_closed : float
        Share of all passages between 12:00 and 14:00; share of those by closed doors.
    volume : float
        Passages by closed doors in a week: ranks doors, is not shown.
    closed : ndarray (7, 24)
        Passages by closed doors; NaN where not shown.
    states : ndarray (7, 24)
        What may be said of each; ABSENT where the door is open or nothing is known.
    open : ndarray (7, 24) of bool
        Whether the door is open all that hour.
    extra : tuple of Slot
        Closed hours that meet most, those beside open hours first.
    """

    name: str
    place: str
    share: float
    low: float
    high: float
    noon: float
    noon_closed: float
    volume: float
    closed: FloatArray
    states: StateArray
    open: np.ndarray
    extra: tuple[Slot, ...]


@dataclass(frozen=True)
class Quiet:
    """The quietest hours of a place, Monday to Friday and in the whole week."""

    place: str
    working: Slot | None
    best: Slot | None


@dataclass(frozen=True)
class Opening:
    """Doors, most passages by closed doors first, and the quiet hours of places by name."""

    doors: tuple[Door, ...]
    quiet: tuple[Quiet, ...]


def opening_of(tables: OpeningTables | None, minimum: int) -> Opening | None:
    """Return what the tables tell, or None where the stage has not run."""
    if tables is None:
        return None
    weeks = dict(list(tables.week.groupby("door", sort=True)))
    extra = dict(list(tables.extra.groupby("door", sort=True)))
    doors = [
        _door(row, weeks.get(row["door"]), extra.get(row["door"]), minimum)
        for row in tables.doors.to_dict("records")
        if finite(row["share"])
    ]
    quiet = [
        _quiet(str(place), mine, minimum)
        for place, mine in tables.quiet.groupby("place", sort=True)
    ]
    ordered = sorted(doors, key=lambda d: (-d.volume, d.name))
    return Opening(tuple(ordered), tuple(quiet))


def _door(
    row: Mapping[Hashable, Any],
    week: pd.DataFrame | None,
    extra: pd.DataFrame | None,
    minimum: int,
) -> Door:
    passages, closed = np.full((7, 24), np.nan), np.full((7, 24), np.nan)
    if week is not None:
        at = week["weekday"].map(_day).to_numpy(), week["hour"].astype(int).to_numpy()
        passages[at], closed[at] = week["passages"].to_numpy(), week["closed"].to_numpy()
    is_open = np.isfinite(passages) & (passages > 0) & (closed == 0)
    shown, states = protect(np.where(is_open, np.nan, closed), minimum)
    share, low, high, noon, noon_closed = (
        float(str(row[k])) for k in ("share", "low", "high", "noon", "noon_closed")
    )
    return Door(
        name=str(row["door"]),
        place=str(row["place"]),
        share=share,
        low=low,
        high=high,
        noon=noon,
        noon_closed=noon_closed,
        volume=float(np.nansum(closed)),
        closed=shown,
        states=states,
        open=is_open,
        extra=() if extra is None else _extra(extra, minimum),
    )


def _extra(table: pd.DataFrame, minimum: int) -> tuple[Slot, ...]:
    """Return the hours that would meet most, those beside open hours first."""
    ordered = table.sort_values(["beside", "expected"], ascending=False, kind="stable")
    told = ordered[np.isfinite(ordered["expected"]) & (ordered["expected"] >= minimum)]
    return tuple(
        _slot(row, int(row["hour"]), int(row["hour"]) + 1, int(row["minutes"]), minimum)
        for row in told.head(MOST_HOURS).to_dict("records")
    )


def _quiet(place: str, table: pd.DataFrame, minimum: int) -> Quiet:
    rows = [
        _slot(r, int(r["start"]), int(r["end"]), 60 * (int(r["end"]) - int(r["start"])), minimum)
        for r in table.to_dict("records")
        if finite(r["expected"])
    ]
    best = [s for s, b in zip(rows, table["best"], strict=False) if b]
    expected = {str(r["weekday"]): float(r["expected"]) for r in table.to_dict("records")}
    working = [s for s in rows if s.weekday < 5]
    least = min(working, key=lambda s: (expected[WEEKDAYS[s.weekday]], s.weekday), default=None)
    return Quiet(place, least, best[0] if best else None)


def _slot(row: Mapping[Hashable, Any], start: int, end: int, minutes: int, minimum: int) -> Slot:
    expected, low, high = (float(str(row[k])) for k in ("expected", "low", "high"))
    few = expected < minimum
    if few:
        expected = low = high = np.nan
    elif finite(low) and low < minimum:
        low = float(minimum)
    return Slot(_day(row["weekday"]), start, end, minutes, expected, low, high, few)


def _day(weekday: object) -> int:
    """Return the number of a weekday, given as such or by name."""
    name = str(weekday)
    return WEEKDAYS.index(name) if name in WEEKDAYS else int(name)
