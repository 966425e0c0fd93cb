"""Facts of the page for elected members: three at most, of distinct subjects, by a fixed rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.language import finite
from mining.report import _confidence as sure
from mining.report._activity_change import Change
from mining.report._activity_doors import Door
from mining.report._clock import WEEK, BoolArray, FloatArray
from mining.report._elected_decision import Decision, decision_of, places_hours
from mining.report._impacts import Impact
from mining.report._incidents import RECENT_WEEKS, Incident, weight
from mining.report._kept import Kept
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._trend import Trend
from mining.report._weeks import Week

#: Facts that are told.
MOST_FACTS = 3
#: Weeks over which a place is held against the others, and how many of them must be known.
APART_WEEKS, FEWEST_WEEKS = 8, 6
#: Points of percent from which a place is said to go its own way.
LEAST_APART = 0.05
#: Subjects in the order in which they are asked for a fact.
SUBJECTS = ("happened", "apart", "hours", "rhythm", "kept", "peak")


@dataclass(frozen=True)
class Apart:
    """A place whose passages changed otherwise than those of the other places.

    Attributes
    ----------
    place : str
        Its name.
    weeks : int
        Weeks compared with the same ISO weeks a year earlier.
    first, last : Timestamp
        Mondays of the first and the last of them.
    change, others : float
        Relative change of the place and of the other places together.
    peers : int
        How many others there are.
    """

    place: str
    weeks: int
    first: pd.Timestamp
    last: pd.Timestamp
    change: float
    others: float
    peers: int

    @property
    def gap(self) -> float:
        """How far the place is from the others, as a share."""
        return self.change - self.others


#: What a fact may be about, by subject in the order of :data:`SUBJECTS`.
About = Incident | Impact | Apart | Door | Change | Kept | Week


@dataclass(frozen=True)
class Elected:
    """What the page for elected members says besides the key figures of the territory.

    Attributes
    ----------
    hours : float
        Share of the hours of the last eight weeks that the sensors counted; NaN without any.
    told : tuple
        The facts, each of another subject.
    absent : tuple of str
        Subjects that had nothing to tell and were asked before the list was full.
    decision : Decision
        The one decision to take, or why there is none.
    """

    hours: float
    told: tuple[About, ...]
    absent: tuple[str, ...]
    decision: Decision


def elected(found: TerritoryFacts) -> Elected:
    """Choose what elected members are told.

    Parameters
    ----------
    found : TerritoryFacts
        What the report knows: everything in it has passed the door.

    Notes
    -----
    Subjects are asked in the order of :data:`SUBJECTS`, and the first three that have something
    to tell are taken. No subject tells twice.
    """
    told: list[About] = []
    absent: list[str] = []
    for subject in SUBJECTS:
        if len(told) == MOST_FACTS:
            break
        about = _ASKED[subject](found)
        if about is None:
            absent.append(subject)
        else:
            told.append(about)
    hours = sure.recent_hours(found.whole, found.quality)
    return Elected(hours, tuple(told), tuple(absent), decision_of(found))


def happened(found: TerritoryFacts) -> Incident | Impact | None:
    """Return what weighs most in passages of the last eight weeks, breakdowns of sensors aside.

    Notes
    -----
    Events of the journal count where their effect is established, incidents where passages left
    the band that was expected. Where there is neither, the latest event whose effect cannot be
    told from chance is told as such.
    """
    since = found.today - RECENT_WEEKS * WEEK
    events = [i for i in found.impacts or () if i.end > since and not (i.few or i.unsaid)]
    known: list[tuple[float, bool, Incident | Impact]] = [
        (abs(i.effect), True, i) for i in events if i.claimed and finite(i.effect)
    ]
    history = found.history
    cases = (*history.open, *history.recent) if history else ()
    known += [(weight(i), False, i) for i in cases if _weighs(i)]
    if known:
        return max(known, key=lambda k: k[:2])[2]
    return next((i for i in events if i.reason == "chance"), None)


def _weighs(incident: Incident) -> bool:
    """Say whether an incident tells of passages, and of more or fewer than was to be expected."""
    if incident.label == "fault" or not incident.counts or incident.few or incident.unsaid:
        return False
    bounds = incident.low, incident.high
    if not (finite(weight(incident)) and all(map(finite, bounds))):
        return False
    return not bounds[0] <= incident.observed <= bounds[1]


def apart(found: TerritoryFacts) -> Apart | None:
    """Return the place that changed most against the others, or None if none did.

    Notes
    -----
    The last eight weeks against the same ISO weeks a year earlier, at least six of them known on
    both sides; each place against the sum of the others in the same weeks. A place is told if it is
    at least five points away, and on the same side in each of these weeks: if weeks were
    independent, chance alone would do that once in 32 times at most. Places with new hardware
    in between and sensitive places take no part.
    """
    known = comparable(found)
    gaps = []
    for place, own in known:
        rest = [t for p, t in known if p is not place]
        one = _against(place.name, own, rest) if rest else None
        if one is not None:
            gaps.append(one)
    return max(gaps, key=lambda a: (abs(a.gap), a.place), default=None)


def comparable(found: TerritoryFacts) -> list[tuple[PlaceFacts, Trend]]:
    """Return the places that can be held against each other, with their weekly totals."""
    known = [(p, p.trend) for p in found.places if p.trend is not None]
    return [(p, t) for p, t in known if _comparable(p, t)]


def _comparable(place: PlaceFacts, trend: Trend) -> bool:
    start = trend.mondays[-APART_WEEKS:][0] - 53 * WEEK
    renewed = any(e.start >= start for e in trend.hardware)
    return not (place.sensitive or renewed) and int(_known(trend).sum()) >= FEWEST_WEEKS


def _known(trend: Trend) -> BoolArray:
    """Return which of the last weeks are known in both years."""
    both: BoolArray = (_last(trend, "now") > 0) & (_last(trend, "before") > 0)
    return both


def _against(name: str, own: Trend, rest: list[Trend]) -> Apart | None:
    weeks = _known(own)
    rest = [t for t in rest if _known(t)[weeks].all()]
    if not rest:
        return None
    now, before = _last(own, "now")[weeks], _last(own, "before")[weeks]
    now_rest, before_rest = (sum(_last(t, k)[weeks] for t in rest) for k in ("now", "before"))
    steps = now / before - now_rest / before_rest
    told = Apart(
        place=name,
        weeks=int(weeks.sum()),
        first=own.mondays[-APART_WEEKS:][weeks][0],
        last=own.mondays[-APART_WEEKS:][weeks][-1],
        change=float(now.sum() / before.sum() - 1),
        others=float(np.sum(now_rest) / np.sum(before_rest) - 1),
        peers=len(rest),
    )
    same_side = bool((steps > 0).all() or (steps < 0).all())
    return told if same_side and abs(told.gap) >= LEAST_APART else None


def _last(trend: Trend, which: str) -> FloatArray:
    return np.asarray(getattr(trend, which)[-APART_WEEKS:])


def closed_doors(found: TerritoryFacts) -> Door | None:
    """Return the place with most passages outside its declared hours; shops are never told."""
    return next(places_hours(found), None)


def rhythm(found: TerritoryFacts) -> Change | None:
    """Return the place that changed its group since last year, the surest one, or None."""
    moved = [c for c in found.activity.changes or () if c.before and finite(c.probability)]
    return max(moved, key=lambda c: (c.probability, c.place), default=None)


def peak(found: TerritoryFacts) -> Week | None:
    """Return the week of the territory if it has a busiest hour that may be told."""
    week = found.whole.week
    enough = week is not None and sure.confidence(week.share) != sure.INSUFFICIENT
    return week if week and enough and not week.typical and week.peak else None


_ASKED = {
    "happened": happened,
    "apart": apart,
    "hours": closed_doors,
    "rhythm": rhythm,
    "kept": lambda found: found.whole.kept,
    "peak": peak,
}
