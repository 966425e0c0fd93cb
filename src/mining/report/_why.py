"""What was known of the week shown: calendar, journal, weather, incidents; never a cause."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mining.language import Language, clean_name
from mining.report import _chronicle as chronicle
from mining.report import _sentences as say
from mining.report import _weather as weather
from mining.report._calendar import WeekDays
from mining.report._clock import WEEK
from mining.report._compare import Comparison
from mining.report._incidents import Incident
from mining.report._journal import Entry
from mining.report._known import PlaceFacts, TerritoryFacts

#: Lines of the journal and incidents told at most; holidays named in one sentence.
MOST, MOST_DAYS = 4, 3
#: Change from which it is worth saying that nothing known sheds light on it.
NOTABLE = 0.05


def why(place: PlaceFacts, found: TerritoryFacts, words: Language) -> list[str]:
    """Return what was known of the last week of a place, and of the weeks it is compared with.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        For the calendar.
    words : Language
        Words of the page.

    Returns
    -------
    list of str
        Sentences; the last one says that nothing is known, or that nothing is proven.

    Notes
    -----
    Facts stand beside the change; no sentence ties them to it. A comparison week is spoken of only
    where the comparison is made.
    """
    monday = place.last.now
    if monday is None:
        return [words.text("reading.why.none")]
    weeks = {"now": monday} | {
        name: compared.before
        for name, compared in (("last", place.last), ("year", place.year))
        if compared.possible and compared.before is not None
    }
    known = [
        *_journal(weeks, place, words),
        *_calendar(weeks, found, words),
        *weather.lines(place, found, words),
    ]
    incidents = _incidents(monday, place)
    told = _incident_lines(incidents, words)
    absent = {"holiday": not found.calendar, "incidents": place.incidents is None}
    unknown = [words.text(f"reading.why.{k}_unknown") for k, v in absent.items() if v]
    if known or any(i.label != "unexplained" for i in incidents):
        return [*known, *told, *unknown, words.text("reading.why.beware")]
    changed = bool(told) or any(_notable(c) for c in (place.last, place.year))
    end = ("else_" if unknown else "") + ("change" if changed else "calm")
    return [*told, *unknown, words.text(f"reading.why.nothing.{end}")]


def _notable(found: Comparison) -> bool:
    return found.possible and abs(found.change) >= NOTABLE


def _calendar(weeks: dict[str, pd.Timestamp], found: TerritoryFacts, words: Language) -> list[str]:
    known = {k: found.calendar[m] for k, m in weeks.items() if m in found.calendar}
    return [*_holidays(known, words), *_school(known, words)]


def _holidays(known: dict[str, WeekDays], words: Language) -> list[str]:
    """Return how many holidays each week had, where one of them had some."""
    if not any(week.holidays for week in known.values()):
        return []
    return [_holiday(name, week, words) for name, week in known.items()]


def _holiday(name: str, week: WeekDays, words: Language) -> str:
    count = len(week.holidays)
    if not count:
        return words.text(f"reading.why.holiday_none.{name}")
    if name != "now":
        return words.text(f"reading.why.holiday.{name}", count=count)
    days = [_named(*day, words) for day in week.holidays[:MOST_DAYS]]
    return words.text("reading.why.holiday.now", count=count, days=words.join(days))


def _named(day: pd.Timestamp, name: str, key: str, words: Language) -> str:
    """Return a holiday with its name, where it has one in the language of the page."""
    known = f"reading.holiday.{key}"
    title = clean_name(name) or (words.text(known) if words.has(known) else "")
    date = words.date(day, year=False)
    if not title:
        return words.text("reading.why.day_bare", date=date)
    return words.text("reading.why.day", date=date, name=words.set(title))


def _school(known: dict[str, WeekDays], words: Language) -> list[str]:
    days = {name: week.school for name, week in known.items() if week.school is not None}
    if "now" not in days or not any(days.values()):
        return []
    parts = [words.text("reading.why.school_now", count=days.pop("now"))]
    parts += [words.text(f"reading.why.school_{k}", n=words.number(n)) for k, n in days.items()]
    return [words.text("reading.why.school", parts=words.join(parts))]


def _journal(weeks: dict[str, pd.Timestamp], place: PlaceFacts, words: Language) -> list[str]:
    """Return the entries in force in the weeks; one that lasts is told of the last week only."""
    entries = {"now": place.journal, "last": place.journal_last, "year": place.journal_year}
    told: dict[Entry, str] = {}
    for name in weeks:
        for entry in entries[name]:
            told.setdefault(entry, name)
    lines = [_entry(entry, name, words) for entry, name in told.items()]
    left = len(lines) - MOST
    more = [words.text("reading.why.more", count=left)] if left > 0 else []
    return [*lines[:MOST], *more]


def _entry(entry: Entry, name: str, words: Language) -> str:
    kind = f"reading.why.kind.{entry.type}"
    return words.text(
        f"reading.why.entry.{name}",
        kind=words.text(kind if words.has(kind) else "reading.why.kind.other"),
        what=say.in_force(entry, words),
    )


def _incidents(monday: pd.Timestamp, place: PlaceFacts) -> list[Incident]:
    """Return the incidents of the week, those that something explains first."""
    if place.incidents is None:
        return []
    here = [i for i in place.incidents.recent if i.start < monday + WEEK and i.end > monday]
    return sorted(here, key=lambda i: i.label == "unexplained")


def _incident_lines(incidents: Sequence[Incident], words: Language) -> list[str]:
    lines = list(dict.fromkeys(_incident(i, words) for i in incidents))
    left = len(lines) - MOST
    more = [words.text("reading.why.incidents_more", count=left)] if left > 0 else []
    return [*lines[:MOST], *more]


def _incident(incident: Incident, words: Language) -> str:
    label = chronicle.label(incident, words)
    if incident.open:
        moment = words.moment(incident.start)
        return words.text("reading.why.incident_open", label=label, moment=moment)
    return words.text("reading.why.incident", label=label, when=say.when(incident, words))
