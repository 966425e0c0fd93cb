"""The one decision that elected members may take: the first of a short list that has a ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.language import finite
from mining.report import _confidence as sure
from mining.report._activity_doors import Door, Slot
from mining.report._clock import DAY, WEEK
from mining.report._impacts import Impact
from mining.report._incidents import RECENT_WEEKS, Incident, weight
from mining.report._journal import Entry
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._options import APART
from mining.report._quality import QUALITY_WEEKS, SensorQuality
from mining.report._totals import Total

#: Shortest breakdown that calls for a decision, and least weight of an incident without a known
#: cause, as a share of the passages of the territory's week.
LEAST_SILENCE, LEAST_CAUSE = DAY, 0.01
#: Hours of opening that are put side by side.
MOST_SLOTS = 2


@dataclass(frozen=True)
class Repair:
    """A sensor that does not count: since when and how long, or the share of its recent hours."""

    name: str
    place: str
    since: pd.Timestamp | None
    hours: float
    share: float


@dataclass(frozen=True)
class Works:
    """Works of the journal that have not begun, and the calmest and busiest days to come."""

    entry: Entry
    place: str
    calm: Total
    busy: Total
    quiet: Slot | None


@dataclass(frozen=True)
class Decision:
    """One decision, or none.

    Attributes
    ----------
    kind : str
        ``repair``, ``works``, ``event``, ``cause``, ``hours``; empty where nothing is to decide.
    about : Repair, Works, Impact, Incident, Door or None
        What it rests on.
    """

    kind: str = ""
    about: Repair | Works | Impact | Incident | Door | None = None


def decision_of(found: TerritoryFacts) -> Decision:
    """Return the decision to take: the first that has a ground, what cannot wait before the rest.

    Parameters
    ----------
    found : TerritoryFacts
        What the report knows.

    Notes
    -----
    In this order: a sensor out of order (hours are being lost); works that are announced (their
    date can still be chosen); an event or a market of the last eight weeks with an established
    effect; an incident of these weeks that no one has explained, of at least 1 % of the
    passages of a week; an hour of opening more. There is one each week at most.
    """
    for kind, ground in _GROUNDS.items():
        about = ground(found)
        if about is not None:
            return Decision(kind, about)
    return Decision()


def repair(found: TerritoryFacts) -> Repair | None:
    """Return the sensor that has been out of order for longest, else the one that counts least."""
    rows = {r.sensor: r for r in found.quality}
    going = found.history.open if found.history else ()
    broken = [
        i for i in going
        if i.label == "fault" and i.sensor in rows and found.today - i.start >= LEAST_SILENCE
    ]  # fmt: skip
    if broken:
        worst = min(broken, key=lambda i: (i.start, i.sensor))
        hours = (found.today - worst.start) / pd.Timedelta("1h")
        row = rows[worst.sensor]
        return Repair(_name(row), row.place, worst.start, hours, np.nan)
    since = found.today - QUALITY_WEEKS * WEEK
    weak = [
        r for r in found.quality
        if r.recent < sure.ENOUGH_HOURS and (r.first is None or r.first <= since)
    ]  # fmt: skip
    if not weak or found.start > since:
        return None
    row = min(weak, key=lambda r: (r.recent, r.sensor))
    return Repair(_name(row), row.place, None, np.nan, row.recent)


def _name(row: SensorQuality) -> str:
    return row.name or row.sensor


def works(found: TerritoryFacts) -> Works | None:
    """Return the next works that are announced, with the days they could avoid or take."""
    for entry in found.coming:
        if entry.type != "works":
            continue
        own = [p for p in found.places if (p.name,) == entry.places and not p.sensitive]
        zone = own[0] if own else found.whole
        days = _days(zone, found.minimum)
        if days is not None:
            return Works(entry, own[0].name if own else "", *days, _quiet(own, found))
    return None


def _days(place: PlaceFacts, minimum: int) -> tuple[Total, Total] | None:
    """Return the calmest and the busiest day to come, or None where they are alike."""
    days = [d for d in (place.totals.next_week if place.totals else ()) if d.middle >= minimum]
    if len(days) < 2:
        return None
    calm = min(days, key=lambda d: (d.middle, d.day.value))
    busy = max(days, key=lambda d: (d.middle, -d.day.value))
    return None if busy.middle < (1 + APART) * calm.middle else (calm, busy)


def _quiet(own: list[PlaceFacts], found: TerritoryFacts) -> Slot | None:
    opening = found.activity.opening
    if not own or opening is None:
        return None
    return next((q.working for q in opening.quiet if q.place == own[0].name), None)


def event(found: TerritoryFacts) -> Impact | None:
    """Return the event or market of the last eight weeks that changed most, if that is sure."""
    since = found.today - RECENT_WEEKS * WEEK
    known = [
        i for i in found.impacts or ()
        if i.type in ("event", "market") and i.claimed and finite(i.effect) and finite(i.low)
        and since < i.end <= found.today and not (i.few or i.unsaid)
    ]  # fmt: skip
    return max(known, key=lambda i: (abs(i.effect), i.start, i.title), default=None)


def cause(found: TerritoryFacts) -> Incident | None:
    """Return the heaviest incident of the last eight weeks that nobody has explained."""
    week, history = found.whole.week, found.history
    if week is None or history is None:
        return None
    least = max(LEAST_CAUSE * week.total, found.minimum)
    known = [
        i for i in (*history.open, *history.recent)
        if i.counts and i.action == "add_to_journal" and i.label != "fault"
        and not (i.few or i.unsaid) and finite(weight(i)) and weight(i) >= least
    ]  # fmt: skip
    return max(known, key=lambda i: (weight(i), i.start, i.sensor), default=None)


def hours(found: TerritoryFacts) -> Door | None:
    """Return the place whose declared hours leave most passages out, if an hour can be named."""
    return next((d for d in places_hours(found) if d.extra), None)


def places_hours(found: TerritoryFacts) -> Iterator[Door]:
    """Yield the hours declared for places as such, most passages by closed doors first.

    Hours of a shop are left out: they would tell of one shop.
    """
    opening = found.activity.opening
    yield from (d for d in (opening.doors if opening else ()) if d.name == d.place)


_GROUNDS = {"repair": repair, "works": works, "event": event, "cause": cause, "hours": hours}
