"""From evidence to a label: transparent rules, tried in order.

The first rule that applies decides. The order goes from what people wrote down, through what the
calendar and the whole territory explain and values that no crowd produces, to the shape of what is
left: lasting or brief, more or fewer, alone or with the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from mining.anomaly._evidence import Evidence
from mining.anomaly._verdict import Verdict

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
#: Below this share of what was expected, a counter is taken for dead, for ill, or a street shut.
NEARLY_NOTHING, VERY_LITTLE, LITTLE = 0.005, 0.1, 0.3
#: Share of cells from which on a run is one of zeros, edges aside, or of one value.
MOSTLY, REPEATED = 0.9, 0.8
#: An ill counter is told from an empty street only after this time; no street is that empty longer.
LONG_ENOUGH, SHUT_AT_MOST = pd.Timedelta("12h"), pd.Timedelta("4D")
#: At least this much must have been expected before silence means anything.
WORTH = 30.0
#: Neighbours within this share of their usual level are "normal"; above it they take part.
NORMAL, SHARED = 0.35, 0.15
#: A lone value above this many times the expected one is an error, not a crowd ...
ABSURD_TIMES = 3.0
#: ... if it also exceeds this many times the highest value of a usual week.
ABSURD_PEAK = 1.5
#: A street keeps at least this likeness to its usual day; zeros beyond chance are no street's.
KEPT_SHAPE, SPARE_ZEROS = 0.8, 0.1
#: Counts with less than this share of the noise that counting has were not counted.
TOO_SMOOTH = 0.3
#: A shift of the clock must explain the counts this many times better.
CLOCK_GAIN = 2.5
#: Other hours than ever say something of the sensor from this time on.
ODD_STAYS = pd.Timedelta("1D")
#: ... if they are less like the usual ones than this.
OWN_HOURS = 0.93
#: Counts on the far side of a drop that are this much above the near side had been sinking before;
#: a slope inside a lasting run of this much (log) is a drift.
SUNK, SLOPE = 1.18, 0.25
#: Runs longer than `BRIEF` are of days; from `LASTING` on a level has changed.
BRIEF, LASTING = pd.Timedelta("4D"), pd.Timedelta("28D")
#: A crowd is at least this many times the expected one, for at least these hours.
CROWDED, CROWD_STAYS = 1.4, pd.Timedelta("2h")
#: Around holidays a street that keeps this share, with neighbours below this level, is on holiday.
HOLIDAY_SHARE, HOLIDAY_NEIGHBOURS = 0.7, 0.9
#: Weather passes within this time.
WEATHER_STAYS = pd.Timedelta("2D")


def judge(seen: Evidence) -> Verdict:
    """Return the verdict of the first rule that applies.

    In order: the journal, the calendar, the whole territory, values that no crowd produces
    (nothing at all, stuck, too smooth, a lone absurd value, another hour), a lasting change, a
    brief one.
    """
    shape = shape_of(seen)
    if seen.entry is not None or seen.holiday:
        return _written(seen, shape)
    if seen.whole:
        return _town(seen, shape)
    if seen.together == 1 and seen.cells:
        fault = next((kind for kind, applies in FAULTS if applies(seen)), "")
        if fault:
            return Verdict("fault", fault, fault)
    if seen.scale == 0 or seen.length >= LASTING:
        return _lasting(seen)
    return _days(seen, shape) if seen.length > BRIEF else _brief(seen, shape)


def shape_of(seen: Evidence) -> str:
    """Return how an incident was detected: level, surge or drop."""
    if seen.scale == 0:
        return "level"
    return "surge" if seen.observed > seen.expected else "drop"


def _written(seen: Evidence, shape: str) -> Verdict:
    """Return what the journal says, or else the calendar."""
    if seen.entry is None:
        return Verdict("calendar", shape, "holiday")
    label = JOURNAL[seen.entry.type]
    kind = "hardware" if seen.entry.type == "hardware" else shape
    return Verdict(label, kind, f"journal_{label}")


def _town(seen: Evidence, shape: str) -> Verdict:
    """Judge a movement of the whole territory on days that no holiday explains."""
    if seen.scale == 0:
        return Verdict("unexplained", shape, "town_level")
    if seen.sign > 0 and seen.length <= BRIEF:
        return Verdict("event", shape, "town_surge")
    if seen.sign > 0 and seen.near_holiday:
        return Verdict("calendar", shape, "season")
    if seen.sign < 0 and seen.length <= WEATHER_STAYS and not seen.near_holiday:
        return Verdict("weather", shape, "town_drop")
    return Verdict("unexplained", shape, "unexplained")


def _fallen(seen: Evidence) -> bool:
    """Tell whether one counter fell while its neighbours did not; without any, nobody objects."""
    return seen.is_count and seen.sign < 0 and not abs(seen.neighbours - 1) > NORMAL


def _dead(seen: Evidence) -> bool:
    nothing = seen.observed <= NEARLY_NOTHING * seen.expected or seen.zeros >= MOSTLY
    return _fallen(seen) and nothing and seen.expected >= WORTH


def _ill(seen: Evidence) -> bool:
    """Tell whether a counter sees so little, in such a way, that no street is so empty."""
    little = seen.ratio <= VERY_LITTLE and seen.expected >= 10 * WORTH
    kept = seen.likeness >= KEPT_SHAPE and not seen.spare_zeros > SPARE_ZEROS
    odd = seen.length > SHUT_AT_MOST or not kept
    return _fallen(seen) and little and odd and seen.length >= LONG_ENOUGH


def _stuck(seen: Evidence) -> bool:
    return seen.same >= REPEATED and seen.cells >= 4 and seen.observed > 0


def _smooth(seen: Evidence) -> bool:
    return seen.rough < TOO_SMOOTH


def _absurd(seen: Evidence) -> bool:
    alone = seen.is_count and seen.sign > 0 and not abs(seen.neighbours - 1) > NORMAL
    most = max(ABSURD_TIMES * seen.expected, ABSURD_PEAK * seen.peak)
    return alone and seen.cells <= 2 and seen.observed > most


def _late(seen: Evidence) -> bool:
    return seen.gain >= CLOCK_GAIN and seen.shift != 0


def _odd(seen: Evidence) -> bool:
    """Tell whether one counter kept other hours for a day or more, its neighbours their own.

    Fewer people at the usual hours are no such thing, however far the pattern stands out.
    """
    normal = not abs(seen.neighbours - 1) > NORMAL
    other = seen.sign > 0 or seen.likeness < OWN_HOURS
    return seen.odd and normal and other and seen.length >= ODD_STAYS


#: Faults of one sensor that its values betray, in the order in which they are tried.
FAULTS: tuple[tuple[str, Callable[[Evidence], bool]], ...] = (
    ("zeros", _dead),
    ("low", _ill),
    ("stuck", _stuck),
    ("smooth", _smooth),
    ("spike", _absurd),
    ("clock", _late),
    ("pattern", _odd),
)


def _lasting(seen: Evidence) -> Verdict:
    """Judge a level that has changed for weeks.

    Streets lose or gain people for good less often than sensors are moved, turned or dirtied: one
    sensor alone, with its neighbours as ever, is most likely the sensor. Several are not.
    """
    if seen.together > 1 and seen.sign < 0:
        return Verdict("works", "level", "works_shared")
    if seen.together > 1:
        return Verdict("unexplained", "level", "level_shared")
    if abs(seen.neighbours - 1) > NORMAL:
        return Verdict("unexplained", "level", "unexplained")
    if seen.is_count and _drifted(seen):
        return Verdict("fault", "drift", "drift")
    return Verdict("fault", "level", "level")


def _days(seen: Evidence, shape: str) -> Verdict:
    """Judge a change of days to weeks that went back to normal, or will."""
    if seen.together == 1 and _drifted(seen):
        return Verdict("fault", "drift", "drift")
    if _on_holiday(seen):
        return Verdict("calendar", shape, "season")
    if seen.is_count and seen.sign < 0:
        return Verdict("works", shape, "works_shared" if seen.together > 1 else "works")
    return Verdict("unexplained", shape, "unexplained")


def _on_holiday(seen: Evidence) -> bool:
    quiet = seen.ratio >= HOLIDAY_SHARE and seen.neighbours <= HOLIDAY_NEIGHBOURS
    return seen.sign < 0 and seen.near_holiday and quiet


def _drifted(seen: Evidence) -> bool:
    jumped_back = seen.after >= SUNK if seen.sign < 0 else seen.after <= 1 / SUNK
    return jumped_back or seen.sign * seen.decline >= SLOPE


def _brief(seen: Evidence, shape: str) -> Verdict:
    """Judge a change of hours to days."""
    if not seen.is_count:
        return Verdict("unexplained", shape, "unexplained")
    if seen.sign > 0:
        shared = seen.together > 1 or seen.neighbours > 1 + SHARED
        crowded = seen.ratio >= CROWDED and seen.length >= CROWD_STAYS
        if crowded or (shared and seen.together > 1):
            return Verdict("event", shape, "surge_shared" if shared else "surge")
    elif seen.ratio <= LITTLE and seen.length >= LONG_ENOUGH and seen.likeness >= KEPT_SHAPE:
        return Verdict("works", "closure", "closure")
    return Verdict("unexplained", shape, "unexplained")
