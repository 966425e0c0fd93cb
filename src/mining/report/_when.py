"""When people pass at a place: its busy and quiet hours, and those with closed doors."""

from __future__ import annotations

from typing import Any

import numpy as np

from mining.language import Language, finite
from mining.report import _sentences as say
from mining.report._activity_doors import Door
from mining.report._disclosure import Cell
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._options import OPEN
from mining.report._weeks import Week

#: Doors of a place that are told.
MOST_DOORS = 3


def when(place: PlaceFacts, found: TerritoryFacts, words: Language) -> list[str]:
    """Return when most and fewest pass in the week shown, and how many by closed doors.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        For the opening hours declared there.
    words : Language
        Words of the page.

    Returns
    -------
    list of str
        Nothing where no week is shown. Of a place that is told by day, days only.
    """
    week = place.week
    if week is None:
        return []
    if not week.hourly:
        return _days(week, words)
    return [*_hours(week, words), *_noon(week, words), *_doors(place, found, words)]


def quiet(week: Week) -> tuple[int, int, float] | None:
    """Return day, hour and count of the quietest hour of the day, from 9 h to 19 h.

    None where one of these hours is hidden: to say that another is the quietest would bound it.
    """
    states, counts = week.states[:, OPEN], week.counts[:, OPEN]
    if not np.isin(states, (Cell.SHOWN, Cell.ABSENT)).all() or np.isnan(counts).all():
        return None
    day, hour = np.unravel_index(int(np.nanargmin(counts)), counts.shape)
    return int(day), OPEN.start + int(hour), float(counts[day, hour])


def _days(week: Week, words: Language) -> list[str]:
    top = week.busiest_day
    if top is None:
        return []
    out = [_day("day", top, week, words)]
    if (week.day_states == Cell.SHOWN).all():  # a hidden day may be quieter still
        out.append(_day("day_calm", int(np.argmin(week.days)), week, words))
    return out


def _day(key: str, day: int, week: Week, words: Language) -> str:
    passages = say.passages(words, float(week.days[day]))
    return words.text(f"reading.when.{key}", day=words.weekday(day), passages=passages)


def _hours(week: Week, words: Language) -> list[str]:
    told = {"peak": week.peak, "calm": quiet(week)}
    return [
        words.text(
            f"reading.when.{key}",
            day=words.weekday(hour[0]),
            slot=words.slot(hour[1]),
            passages=say.passages(words, hour[2]),
        )
        for key, hour in told.items()
        if hour is not None
    ]


def _noon(week: Week, words: Language) -> list[str]:
    if finite(week.noon):
        return [words.text("week.noon", share=words.percent(week.noon))]
    hidden = np.isin(week.states[:, 12:14], (Cell.LOW, Cell.WITHHELD)).any()
    return [words.text("reading.when.noon_none")] if hidden and week.peak else []


def _doors(place: PlaceFacts, found: TerritoryFacts, words: Language) -> list[str]:
    opening = found.activity.opening
    doors = [d for d in opening.doors if d.place == place.name] if opening else []
    if not doors:
        return [words.text("reading.when.undeclared")]
    return [_closed(door, words) for door in doors[:MOST_DOORS]]


def _closed(door: Door, words: Language) -> str:
    said: dict[str, Any] = {"door": words.isolate(door.name), "share": words.percent(door.share)}
    if not finite(door.low):
        return words.text("activity.place.closed_bare", **said)
    low, high = words.percent(door.low), words.percent(door.high)
    return words.text("activity.place.closed", low=low, high=high, **said)
