"""Table twins: every figure of a page as rows of text."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from mining.language import Language, Said, Span, clean_name, days, finite, implied, mark
from mining.report import _confidence as sure
from mining.report import _sentences as say
from mining.report._clock import DAY, WEEK
from mining.report._compare import year_before
from mining.report._disclosure import Cell
from mining.report._incidents import Incident
from mining.report._key import cell, changed, week_total
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._rhythms import Group, Rhythm
from mining.report._trend import Trend
from mining.report._weeks import Week


@dataclass(frozen=True)
class Table:
    """A table as it is shown: text only, the first cell of a row being its header.

    Attributes
    ----------
    caption : str
        What the table holds.
    columns : tuple of str
        Headers.
    rows : tuple of tuple of str
        Cells, as wide as `columns`.
    links : dict
        Row number to address of its first cell.
    text : frozenset of int
        Columns that hold words and not figures.
    stack : bool
        Whether rows become small cards on a phone, because they hold sentences.
    lines : bool
        Whether on a phone the first cell of a row has a line of its own, above the others.
    quiet : bool
        Whether the caption is for screen readers only, the heading above saying the same.
    wrap : bool
        Whether figures may go to the next line of their cell.
    unit : str
        What its figures count, those that do not say so themselves.
    place : int or None
        Column that names the place of a row; None where all are of the place of the page.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: dict[int, str] = field(default_factory=dict)
    text: frozenset[int] = frozenset()
    stack: bool = False
    lines: bool = False
    quiet: bool = False
    wrap: bool = False
    unit: str = ""
    place: int | None = None


def week_table(week: Week, facts: TerritoryFacts, words: Language) -> Table:
    """Return passages by hour (rows) and day (columns), then the totals of the days."""
    name = words.week(week.monday)
    totals = [_total(week, day, facts, words) for day in range(7)]
    if not week.hourly:
        return Table(
            words.text("week.caption_days", week=name),
            (words.text("week.day"), words.text("week.passages")),
            tuple((words.weekday(d).capitalize(), totals[d]) for d in range(7)),
            unit="passages",
        )
    days = tuple(words.raw("format.short_days")[d] for d in range(7))
    rows = [
        (words.hour(hour), *(_cell(week, day, hour, facts, words) for day in range(7)))
        for hour in range(24)
    ]
    key = "week.caption_typical" if week.typical else "week.caption"
    return Table(
        words.text(key, week=name),
        (words.text("week.hour"), *days),
        (*rows, (words.text("week.total"), *totals)),
        unit="passages",
    )


def _cell(week: Week, day: int, hour: int, facts: TerritoryFacts, words: Language) -> str:
    state = week.states[day, hour]
    if state == Cell.LOW:
        return words.below(facts.minimum)
    if state == Cell.WITHHELD:
        return words.text("week.withheld")
    if state == Cell.ABSENT:
        return str(words.raw("site.none"))
    return _dated(words.number(week.counts[day, hour]), week, day)


def _dated(count: str, week: Week, day: int) -> str:
    """Return a count with its day; those of a typical week have none."""
    return count if week.typical else mark(count, span=days(week.monday + pd.Timedelta(days=day)))


def _total(week: Week, day: int, facts: TerritoryFacts, words: Language) -> str:
    if week.day_states[day] == Cell.WITHHELD:
        return words.text("week.withheld")
    if week.hours[day] == 0:
        return str(words.raw("site.none"))
    if not finite(week.days[day]):
        return words.below(facts.minimum)
    expected = int(week.exists[day].sum())
    word = sure.confidence(week.counted[day] / max(expected, 1))
    if word == sure.INSUFFICIENT and not week.typical:
        counted = words.number(int(week.counted[day]))
        reason = words.text("standing.insufficient_day", n=counted, total=words.number(expected))
        why = str(words.text("annex.why.hours", share=words.share(week.counted[day] / expected)))
        return implied(reason, unit="passages", confidence=word, why=why)
    text = _dated(words.number(week.days[day]), week, day)
    text = text if week.typical else mark(text, confidence=word)
    if week.hours[day] < expected:
        counted = words.text("week.hours_counted", n=int(week.hours[day]), total=expected)
        text = text + " (" + counted + ")"
    return text


def _week(monday: pd.Timestamp | None) -> Span | None:
    return None if monday is None else days(monday, monday + WEEK - DAY)


def trend_table(trend: Trend, words: Language) -> Table:
    """Return the weekly totals of the figure, latest first."""
    rows = []
    for week in range(len(trend.mondays) - 1, -1, -1):
        monday, now, before = trend.mondays[week], trend.now[week], trend.before[week]
        change = words.percent(now / before - 1, 1, signed=True) if before > 0 else ""
        earlier = _counted(before, trend.hours_before[week], words)
        rows.append(
            (
                Said(words.date(monday, weekday=False), span=_week(monday)),
                _counted(now, trend.hours[week], words),
                mark(earlier, span=_week(year_before(monday))),
                change if finite(now) and change else str(words.raw("site.none")),
            )
        )
    columns = tuple(words.text(f"trend.col_{c}") for c in ("week", "now", "before", "change"))
    return Table(words.text("trend.caption"), columns, tuple(rows), unit="passages")


def _counted(value: float, share: float, words: Language) -> str:
    """Return a total with its word where it is not solid, or that too few hours were counted."""
    word = sure.confidence(share)
    if finite(value):
        return cell(mark(words.number(value), confidence=word), share, words)
    if not finite(share) or word != sure.INSUFFICIENT:
        return str(words.raw("site.none"))
    why = str(words.text("annex.why.hours", share=words.share(share)))
    short = words.text("standing.insufficient_week")
    return implied(short, unit="passages", confidence=word, why=why)


def incident_table(
    incidents: tuple[Incident, ...],
    caption: str,
    facts: TerritoryFacts,
    words: Language,
    *,
    whole: bool,
) -> Table:
    """Return incidents as rows of words; those of the whole territory in brief, with the place."""
    columns = ("when", "where", "label", "what") if whole else ("when", "label", "what")
    tell = say.in_brief if whole else say.explanation
    rows = []
    for incident in incidents:
        when = say.when(incident, words)
        cells = {
            "when": when[:1].upper() + when[1:],
            "where": clean_name(incident.place or incident.sensor)
            or words.text("chronicle.everywhere"),
            "label": _labelled(incident, words),
            "what": tell(incident, facts.minimum, words),
        }
        rows.append(tuple(cells[c] for c in columns))
    headers = tuple(words.text(f"incident.col_{c}") for c in columns)
    every = frozenset(range(len(columns)))
    return Table(
        caption,
        headers,
        tuple(rows),
        text=every,
        stack=True,
        quiet=True,
        place=1 if whole else None,
    )


def _labelled(incident: Incident, words: Language) -> str:
    """Return the label, and how far it can be trusted; "unexplained" says so itself."""
    label = words.text(f"incident.label.{_label(incident, words)}")
    word = sure.of_incident(incident)
    if not word or word == sure.INSUFFICIENT:
        return label
    named = words.text(f"confidence.word.{word}")
    return words.text("standing.trusted", text=label, word=named)


def _label(incident: Incident, words: Language) -> str:
    for name in (incident.kind, incident.label):
        if words.has(f"incident.label.{name}"):
            return name
    return "unexplained"


def rhythm_table(rhythm: Rhythm, facts: TerritoryFacts, words: Language) -> Table:
    """Return the usual passages by hour of a working day, a Saturday and a Sunday."""
    low = words.below(facts.minimum)
    shown = {
        Cell.LOW: low,
        Cell.WITHHELD: words.text("week.withheld"),
        Cell.ABSENT: str(words.raw("site.none")),
    }
    rows = [
        (
            words.hour(hour),
            *(
                shown.get(Cell(int(rhythm.states[row, hour])), "")
                or words.number(rhythm.curves[row, hour])
                for row in range(3)
            ),
        )
        for hour in range(24)
    ]
    columns = [words.text(f"rhythm.{c}") for c in ("working_days", "saturday", "sunday")]
    headers = (words.text("week.hour"), *columns)
    return Table(words.text("rhythm.caption"), headers, tuple(rows), unit="passages")


def group_table(groups: tuple[Group, ...], words: Language) -> Table:
    """Return the groups of places."""
    none = str(words.raw("site.none"))
    known = any(g.evidence for g in groups)
    rows = []
    for group in groups:
        sure = words.text("rhythm.stability_unknown")
        if finite(group.stability):
            sure = words.text("rhythm.stability_cell", share=words.percent(group.stability))
        evidence = (
            (say.as_sentence(group.evidence, words) if group.evidence else none,) if known else ()
        )
        places = words.join([clean_name(p) for p in group.places])
        name = clean_name(words.set(group.name)) or none
        rows.append((name[:1].upper() + name[1:], places, *evidence, sure))
    columns = ("group", "places", *(("evidence",) if known else ()), "stability")
    headers = tuple(words.text(f"rhythm.col_{c}") for c in columns)
    text = frozenset(range(len(columns)))
    return Table(
        words.text("rhythm.groups_caption"), headers, tuple(rows), text=text, stack=True, quiet=True
    )


def place_table(facts: TerritoryFacts, words: Language, pages: dict[str, str]) -> Table:
    """Return one row for each place: the week, its changes, its busiest hour."""
    columns = tuple(
        words.text(f"places.col_{c}") for c in ("place", "week", "last", "year", "peak")
    )
    monday = facts.whole.last.now
    caption = (
        words.text("places.caption_none")
        if monday is None
        else words.text("places.caption", week=words.week(monday))
    )
    ordered = sorted(facts.places, key=lambda p: (-_given(p.week), p.name))
    rows = tuple(_place_row(place, facts, words) for place in ordered)
    links = {k: pages[p.name] for k, p in enumerate(ordered)}
    return Table(caption, columns, rows, links, unit="passages", place=0, lines=True)


def _given(week: Week | None) -> float:
    """Return the total that is given of a week, -1 without one: no order tells what is not."""
    if week is None:
        return -1.0
    return week.total if week.typical or sure.told(week) else 0.0


def _place_row(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> tuple[str, ...]:
    none = str(words.raw("site.none"))
    week, total, peak = place.week, none, none
    if week is not None:
        total = cell(week_total(week, facts, words), week.share, words)
        if week.typical:
            total = words.about(week.total) + f" ({words.text('places.typical')})"
        if week.peak is not None and (week.typical or sure.told(week)):
            day = words.raw("format.short_days")[week.peak[0]]
            peak = words.text("places.peak", day=day, hour=words.hour(week.peak[1]))
    last, year = (
        cell(changed("", c, words) + ("*" if c.hardware else ""), c.share, words)
        if c.possible
        else none
        for c in (place.last, place.year)
    )
    return (clean_name(place.name), total, last, year, peak)
