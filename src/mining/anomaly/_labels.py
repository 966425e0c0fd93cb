"""From evidence to a label: transparent rules, tried in order, each with its confidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.anomaly import _texts as texts
from mining.calendars import Event

LABELS = ("fault", "works", "event", "weather", "calendar", "unexplained")

#: Label of each type of journal entry.
JOURNAL = {
    "works": "works",
    "closure": "works",
    "event": "event",
    "market": "event",
    "other": "event",
    "fault": "fault",
    "hardware": "fault",
}
#: How sure each rule is when the score is far above the bar.
SURE = {
    "coded": 0.95,
    "coded_silence": 0.95,
    "coded_declared": 0.99,
    "zeros": 0.9,
    "low": 0.7,
    "stuck": 0.9,
    "spike": 0.6,
    "journal_works": 0.9,
    "journal_event": 0.9,
    "journal_fault": 0.9,
    "holiday": 0.9,
    "surge": 0.65,
    "surge_shared": 0.8,
    "town_surge": 0.7,
    "town_drop": 0.5,
    "level": 0.5,
    "unexplained": 0.4,
}
#: From this confidence on a label is sure.
CERTAIN = 0.6
#: What to do about an incident, by label, where neither the journal nor a person explains it.
ACTIONS = {
    "fault": "check_sensor",
    "works": "add_to_journal",
    "event": "add_to_journal",
    "weather": "confirm",
    "calendar": "none",
    "unexplained": "confirm",
}
#: Below this share of what was expected, a counter is taken for dead, or for ill.
NEARLY_NOTHING, VERY_LITTLE = 0.005, 0.1
#: Share of cells from which on a run is one of zeros, edges aside.
MOSTLY = 0.9
#: An ill counter is told from an empty street only after this time.
LONG_ENOUGH = pd.Timedelta("12h")
#: At least this much must have been expected before silence means anything.
WORTH = 30.0
#: Neighbours within this share of their usual level are "normal".
NORMAL = 0.35
#: A lone value above this many times the expected one is an error, not a crowd.
ABSURD_TIMES = 3.0
#: ... if it also exceeds this many times the highest value of a usual week.
ABSURD_PEAK = 1.5
#: A surge longer than this is not called an event.
LONGEST_EVENT = pd.Timedelta("4D")


@dataclass(frozen=True)
class Evidence:
    """What is known of one incident that statistics found.

    Attributes
    ----------
    sign : int
        +1 above the expected, -1 below.
    scale : int
        Steps of the window that found it; 0 for a level step.
    start, end : Timestamp
        Local.
    observed, expected : float
        Sums of counts, means of levels.
    is_count : bool
        Whether the sensor counts.
    cells : int
        Measured cells.
    zeros : float
        Share of measured cells that are 0.
    same : float
        Share of measured cells equal to their predecessor.
    peak : float
        Highest value that is normal for the sensor within a week.
    neighbours : float
        Median ratio of the neighbours to their usual level; NaN if there is none.
    whole : bool
        Whether the whole territory moved.
    entry : Event or None
        Journal entry that covers it.
    holiday : str
        Name of the holiday that covers it, as a text; "" if none.
    """

    sign: int
    scale: int
    start: pd.Timestamp
    end: pd.Timestamp
    observed: float
    expected: float
    is_count: bool
    cells: int
    zeros: float
    same: float
    peak: float
    neighbours: float
    whole: bool
    entry: Event | None
    holiday: str


@dataclass(frozen=True)
class Verdict:
    """Label, kind within it, and the rule that decided."""

    label: str
    kind: str
    rule: str


def judge(seen: Evidence) -> Verdict:
    """Return the verdict of the first rule that applies.

    In order: the journal, the calendar, the whole territory, values that no crowd produces
    (nothing at all, stuck, a lone absurd value), a brief surge, a lasting level, nothing.
    """
    shape = shape_of(seen)
    if seen.entry is not None:
        label = JOURNAL[seen.entry.type]
        kind = "hardware" if seen.entry.type == "hardware" else shape
        return Verdict(label, kind, f"journal_{label}")
    if seen.holiday:
        return Verdict("calendar", shape, "holiday")
    if seen.whole:
        if seen.sign > 0 and seen.scale > 0:
            return Verdict("event", shape, "town_surge")
        return Verdict("unexplained", shape, "level" if seen.scale == 0 else "town_drop")
    fault = _fault(seen)
    if fault:
        return Verdict("fault", fault, fault)
    return _crowd(seen, shape)


def shape_of(seen: Evidence) -> str:
    """Return how an incident was detected: level, surge or drop."""
    if seen.scale == 0:
        return "level"
    return "surge" if seen.observed > seen.expected else "drop"


def _fault(seen: Evidence) -> str:
    """Return the kind of fault that the values alone betray, or ""."""
    others_normal = not abs(seen.neighbours - 1) > NORMAL  # NaN: nobody says otherwise
    if not seen.cells:
        return ""
    if seen.is_count and seen.sign < 0 and others_normal:
        nothing = seen.observed <= NEARLY_NOTHING * seen.expected
        if (nothing or seen.zeros >= MOSTLY) and seen.expected >= WORTH:
            return "zeros"
        little = seen.observed <= VERY_LITTLE * seen.expected and seen.expected >= 10 * WORTH
        if little and seen.end - seen.start >= LONG_ENOUGH:
            return "low"
    if seen.same >= 0.8 and seen.cells >= 4 and seen.observed > 0:
        return "stuck"
    alone = seen.is_count and seen.sign > 0 and seen.cells <= 2 and others_normal
    absurd = seen.observed > max(ABSURD_TIMES * seen.expected, ABSURD_PEAK * seen.peak)
    if alone and absurd:
        return "spike"
    return ""


def _crowd(seen: Evidence, shape: str) -> Verdict:
    if shape == "surge" and seen.end - seen.start <= LONGEST_EVENT:
        shared = seen.neighbours > 1.15
        return Verdict("event", "surge", "surge_shared" if shared else "surge")
    return Verdict("unexplained", shape, "level" if shape == "level" else "unexplained")


def confidence(rule: str, score: float, bar: float) -> float:
    """Return how sure the label is, between 0 and 1.

    Notes
    -----
    The rule's own sureness, times 0.6 at the bar up to 1 from twice the bar.
    """
    strength = min(1.0, max(0.0, score / bar - 1)) if bar > 0 else 1.0
    return round(SURE[rule] * (0.6 + 0.4 * strength), 3)


def certainty(sure: float) -> str:
    """Return "sure" or "unsure" from a confidence."""
    return "sure" if sure >= CERTAIN else "unsure"


def action(label: str, decided_by: str) -> str:
    """Return the key of what to do: check_sensor, add_to_journal, confirm or none."""
    return ACTIONS[label] if decided_by == "machine" else "none"


def why(rule: str, seen_holiday: str = "", entry: Event | None = None) -> str:
    """Return the reason of a verdict in words."""
    title = texts.quoted(entry.title) if entry is not None else ""
    return texts.WHY[rule].format(title=title, holiday=seen_holiday)


def covering(
    entries: tuple[Event, ...], start: pd.Timestamp, end: pd.Timestamp, sign: int
) -> Event | None:
    """Return the journal entry that best covers an incident (local naive), or None.

    It must cover half of the incident. Works and closures explain drops only. One that lasts longer
    than two months explains only what begins with it, unless it is works or a closure.
    """
    best, most = None, 0.5
    for entry in entries:
        if sign > 0 and entry.type in ("works", "closure"):
            continue
        shared = min(end, entry.end) - max(start, entry.start)
        share = shared / (end - start)
        long = entry.end - entry.start > pd.Timedelta("60D")
        begins = abs(start - entry.start) <= pd.Timedelta("3D")
        lowers = sign < 0 and entry.type in ("works", "closure")
        if share >= most and (not long or begins or lowers):
            best, most = entry, max(share, np.nextafter(share, 2))
    return best
