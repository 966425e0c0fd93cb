"""The territory as the sum of what its places tell: nothing can be had from it that they hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mining import secrecy
from mining.report._clock import BoolArray, Clock, FloatArray
from mining.report._compare import Comparison
from mining.report._disclosure import Cell, StateArray
from mining.report._door import Door, Shut
from mining.report._journal import Entry
from mining.report._known import PlaceFacts
from mining.report._trend import Trend, panel_of
from mining.report._weeks import Week, last_week, week_of
from mining.secrecy import ALONE, Hidden


def week_together(door: Door, places: Sequence[PlaceFacts], minimum: int) -> Week | None:
    """Return the last week of all places that tell each of their days by hour.

    Parameters
    ----------
    door : Door
        What may be said of each place.
    places : sequence of PlaceFacts
        The places.
    minimum : int
        Smallest count that may be shown.

    Notes
    -----
    A place with a hidden day is left out: the totals of the territory less those of the others
    would give it back. So is a sensitive place, for its hours.
    """
    if len(places) == 1:
        return places[0].week
    clock, monday = door.clock, door.clock.last_monday()
    total = sum(len(p.sensors) for p in places)
    told = [p for p in places if p.week is not None and not p.week.typical]
    if monday is None or not places:
        return None
    if not told:
        return _typical(clock, places, minimum)
    shut = [(p, door.week(p.name, monday)) for p in told]
    joined = [w for _, w in shut if _open(w)]
    if not joined:
        return None
    counts, states, inside = hours_together(joined)
    sums = np.where(inside, counts, 0.0).sum(axis=1)
    rows = np.where(inside.any(axis=1), Cell.SHOWN, Cell.ABSENT)
    rows = np.where((rows == Cell.SHOWN) & (sums < minimum), Cell.LOW, rows).astype("int8")
    hidden = Hidden(states, np.full(states.shape, ALONE), inside, rows)
    sensors = tuple(s for w in joined for s in w.sensors)
    found = Shut(sensors, counts, hidden, by_day=states.shape[1] == 1)
    return week_of(clock, monday, found, minimum, total, typical=False)


def hours_together(weeks: Sequence[Shut]) -> tuple[FloatArray, StateArray, BoolArray]:
    """Return the sums of places by hour, what may be said of each, and which totals hold.

    Parameters
    ----------
    weeks : sequence of Shut
        The same week of places that tell all their days.

    Notes
    -----
    An hour is shown where all places show theirs; totals hold of each group of hidden hours of a
    place all or none. A reader could compute all of it from the pages of the places.
    """
    counts = np.sum([w.counts for w in weeks], axis=0)
    told = secrecy.whole(~np.isnan(counts), *(w.hidden for w in weeks))
    shown = np.all([w.hidden.states == Cell.SHOWN for w in weeks], axis=0)
    states = np.where(np.isnan(counts), Cell.ABSENT, np.where(shown, Cell.SHOWN, Cell.WITHHELD))
    return counts, states.astype("int8"), told


def _open(shut: Shut) -> bool:
    """Say whether a place tells all its days, by hour where hours are known."""
    days = np.isin(shut.hidden.rows, (Cell.SHOWN, Cell.ABSENT)).all()
    return bool(days) and not (shut.by_day and shut.counts.shape[1] > 1)


def _typical(clock: Clock, places: Sequence[PlaceFacts], minimum: int) -> Week | None:
    """Return the typical week of the places that tell theirs by hour."""
    usual = [(p, p.week) for p in places if p.week is not None]
    fine = clock.counts.shape[2]
    usual = [(p, w) for p, w in usual if w.counts.shape[1] == fine and not _shut_days(w)]
    sensors = tuple(s for p, _ in usual for s in p.sensors)
    week = last_week(clock, sensors, minimum)
    if week is None:
        return None
    states = week.states.copy()
    shown = np.all([w.states == Cell.SHOWN for _, w in usual], axis=0)
    states[(states != Cell.ABSENT) & ~shown] = Cell.WITHHELD
    counts = np.where(states == Cell.SHOWN, week.counts, np.nan)
    total = sum(len(p.sensors) for p in places)
    return replace(
        week, counts=counts, states=states, sensors_total=total, noon=np.nan, evening=np.nan
    )


def _shut_days(week: Week) -> bool:
    return bool(np.isin(week.day_states, (Cell.LOW, Cell.WITHHELD)).any())


def compare_together(
    places: Sequence[PlaceFacts], comparisons: Sequence[Comparison], before: pd.Timestamp | None
) -> Comparison:
    """Return the sum of comparisons of places, those with new hardware left out if others remain.

    Parameters
    ----------
    places : sequence of PlaceFacts
        The places.
    comparisons : sequence of Comparison
        Theirs, in their order.
    before : Timestamp or None
        The other week.
    """
    total = sum(len(p.sensors) for p in places)
    possible = [c for c in comparisons if c.possible]
    if not possible:
        reasons = [c.reason for c in comparisons] or ["no_week"]
        first = comparisons[0] if comparisons else Comparison("no_week")
        reason = max(dict.fromkeys(reasons), key=reasons.count)
        return Comparison(reason, now=first.now, before=before, sensors_total=total)
    same = [c for c in possible if not c.hardware] or possible
    now, earlier = (
        float(sum(getattr(c, n) for c in same)) for n in ("passages", "passages_before")
    )
    renewed = tuple(s for c in possible if c not in same for s in c.sensors)
    return replace(
        same[0],
        passages=now,
        passages_before=earlier,
        change=now / earlier - 1,
        share=float(np.average([c.share for c in same], weights=[len(c.sensors) for c in same])),
        sensors=tuple(s for c in same for s in c.sensors),
        sensors_total=total,
        set_aside=(*(s for c in possible for s in c.set_aside), *renewed),
        hardware=_entries(c.hardware for c in same),
        twins=next((c.twins for c in same if c.twins), None),
        naive=_naive(places, same, before),
        unlike=any(c.unlike for c in same),
    )


def _naive(
    places: Sequence[PlaceFacts], same: Sequence[Comparison], before: pd.Timestamp | None
) -> Comparison | None:
    """Return the sum of what comparisons would be without regard to holidays, where all know it."""
    found = [c.naive for c in same if c.naive is not None]
    return compare_together(places, found, before) if len(found) == len(same) else None


def _entries(found: object) -> tuple[Entry, ...]:
    every = {e: None for of_place in found for e in of_place}  # type: ignore[attr-defined]
    return tuple(sorted(every, key=lambda e: (e.start, e.title)))


def trend_together(places: Sequence[PlaceFacts]) -> Trend | None:
    """Return the weekly totals of the places that together give most points to draw.

    Parameters
    ----------
    places : sequence of PlaceFacts
        The places.
    """
    known = [p.trend for p in places if p.trend is not None]
    if not known:
        return None
    total = sum(len(p.sensors) for p in places)
    now, before = (np.stack([getattr(t, n) for t in known]) for n in ("now", "before"))
    panel = panel_of(~np.isnan(now).T, ~np.isnan(before).T)
    if panel is None:
        return None
    used = [t for t, there in zip(known, panel, strict=True) if there]
    return replace(
        used[0],
        now=now[panel].sum(axis=0),
        before=before[panel].sum(axis=0),
        complete=np.all([t.complete for t in used], axis=0),
        hours=_least([t.hours for t in used]),
        hours_before=_least([t.hours_before for t in used]),
        sensors=tuple(s for t in used for s in t.sensors),
        sensors_total=total,
        hardware=_entries(t.hardware for t in used),
    )


def _least(shares: Sequence[FloatArray]) -> FloatArray:
    """Return the share of hours of sums: the least of their parts, NaN where one is not known."""
    out: FloatArray = np.min(shares, axis=0)
    return out
