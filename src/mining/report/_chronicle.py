"""What the page of incidents says: sentences, and the tables of its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from mining.language import Language, clean_name, finite, mark
from mining.report import _confidence as sure
from mining.report import _sentences as say
from mining.report._history import History, PlaceHistory, place_of
from mining.report._impacts import Unmatched
from mining.report._incidents import Incident
from mining.report._known import TerritoryFacts
from mining.report._tables import Table
from mining.report._windows import Window

#: Neighbours within this share of their usual level are at it.
_SAME = 0.05
#: Sensors named one by one.
_MOST_NAMED = 4
_ACTIONS = {"check_sensor": "check", "add_to_journal": "journal", "confirm": "confirm"}


def keep(history: History, words: Language) -> list[str]:
    """Return what to remember: what is open, what ended, the year, what is to be done."""
    going, ended, year = history.open, history.recent, history.year
    out = [
        words.text("chronicle.open", count=len(going))
        if going
        else words.text("chronicle.open_none"),
        words.text("chronicle.ended", count=len(ended), labels=labels(ended, words))
        if ended
        else words.text("chronicle.ended_none"),
        words.text("chronicle.year", count=len(year), labels=labels(year, words))
        if year
        else words.text("chronicle.year_none"),
    ]
    wanted = Counter(_ACTIONS[i.action] for i in (*going, *ended) if i.action in _ACTIONS)
    things = [
        words.text(f"chronicle.do_{k}", count=wanted[k]) for k in _ACTIONS.values() if wanted[k]
    ]
    if things:
        out.append(words.text("chronicle.do", things=words.join(things)))
    return out


def labels(found: Iterable[Incident], words: Language) -> str:
    """Return incidents counted by label: "8 pannes et 2 inexpliqués"."""
    counts = Counter(_known(i.label, words) for i in found)
    return _counted(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])), words)


def _counted(counts: Sequence[tuple[str, int]], words: Language) -> str:
    return words.join(
        [words.text(f"incident.count.{_known(k, words)}", count=n) for k, n in counts]
    )


def _known(label: str, words: Language) -> str:
    return label if words.has(f"incident.count.{label}") else "unexplained"


def label(incident: Incident, words: Language) -> str:
    """Return the label of an incident in words; a change of hardware by its own name."""
    return labelled(incident.label, words, kind=incident.kind)


def labelled(name: str, words: Language, kind: str = "") -> str:
    """Return a label in words, or the kind where that has a name of its own."""
    for each in (kind, name):
        if words.has(f"incident.label.{each}"):
            return words.text(f"incident.label.{each}")
    return words.text("incident.label.unexplained")


def certainty(incident: Incident, words: Language) -> str:
    """Return how sure the label is, or who decided; empty if unknown."""
    if sure.of_incident(incident) == sure.INSUFFICIENT:
        return words.text("standing.cause_none")
    for room, key in (("by", incident.decided_by), ("certainty", incident.certainty)):
        if words.has(f"chronicle.{room}.{key}"):
            return words.text(f"chronicle.{room}.{key}")
    return ""


def where(incident: Incident, names: Mapping[str, str], words: Language) -> str:
    """Return the place of an incident, else its sensor, else the whole territory."""
    return clean_name(place_of(incident, names)) or words.text("chronicle.everywhere")


def when(incident: Incident, words: Language) -> str:
    """Return the span of an incident as the beginning of a sentence."""
    if incident.open:
        return words.text("chronicle.since", moment=words.moment(incident.start))
    text = say.when(incident, words)
    return text[:1].upper() + text[1:]


def told(incident: Incident, names: Mapping[str, str], minimum: int, words: Language) -> list[str]:
    """Return the sentences of a case: what happened, the band, the sensors it concerns."""
    out = [say.explanation(incident, minimum, words)]
    if incident.counts and finite(incident.low) and finite(incident.high):
        low, high = (words.about(v, "passages") for v in (incident.low, incident.high))
        out.append(words.text("chronicle.band", low=low, high=high))
    if len(incident.sensors) > 1 and incident.sensor:
        named = [_named(names.get(s, s), words) for s in incident.sensors]
        rest = len(named) - _MOST_NAMED
        if rest > 1:
            first = ", ".join(named[:_MOST_NAMED])
            many = words.number(rest)
            out.append(words.text("chronicle.sensors_many", sensors=first, n=many))
        else:
            out.append(words.text("chronicle.sensors", sensors=words.join(named)))
    return out


def _named(name: str, words: Language) -> str:
    return words.text("chronicle.named", name=words.isolate(name))


def to_do(incident: Incident, names: Mapping[str, str], words: Language) -> str:
    """Return what a reader should do; empty where nothing is known of it."""
    if incident.action == "check_sensor":
        named = [_named(names.get(s, s), words) for s in incident.sensors[:_MOST_NAMED]]
        return words.text("action.check_sensor", count=len(named), sensors=words.join(named))
    if incident.action == "add_to_journal":
        kind = incident.label if incident.label in ("works", "event") else ""
        return words.text(f"action.add_{kind}" if kind else "action.add")
    if incident.action == "none":
        own = f"action.none_{incident.decided_by}"
        return words.text(own if words.has(own) else "action.none")
    return words.text("action.confirm") if incident.action == "confirm" else ""


def unit(incident: Incident, window: Window, words: Language) -> str:
    """Return what the figure of an incident shows: "Passages par heure"."""
    return words.text(f"chronicle.{'unit' if incident.counts else 'unit_other'}.{window.step}")


def figure_description(incident: Incident, window: Window, minimum: int, words: Language) -> str:
    """Return what the figure of an incident says, for who cannot see it."""
    first, last = window.times[0].normalize(), window.times[-1].normalize()
    if window.step == "7D":
        last += pd.Timedelta(days=6)
    near = ""
    if finite(incident.neighbours):
        gap = incident.neighbours - 1
        side = "same" if abs(gap) < _SAME else "up" if gap > 0 else "down"
        near = words.text(f"chronicle.near_{side}", share=words.percent(abs(gap)))
    brief = say.in_brief(incident, minimum, words) if incident.counts else ""
    return words.text(
        "chronicle.figure_desc",
        unit=unit(incident, window, words),
        period=words.period(first, last),
        brief=brief,
        neighbours=near,
    ).strip()


def rows_table(
    found: Sequence[Incident], caption: str, names: Mapping[str, str], words: Language
) -> Table:
    """Return incidents as rows: where, when, label, how sure."""
    none = str(words.raw("site.none"))
    rows = tuple(
        (
            where(i, names, words),
            when(i, words),
            label(i, words),
            certainty(i, words) or none,
        )
        for i in found
    )
    keys = ("incident.col_where", "incident.col_when", "incident.col_label")
    columns = (*(words.text(k) for k in keys), words.text("chronicle.col_certainty"))
    return Table(caption, columns, rows, text=frozenset(range(4)), stack=True, quiet=True, place=0)


def unmatched(correction: Unmatched, words: Language) -> str:
    """Return a correction that finds no incident, in one line."""
    return words.text(
        "chronicle.unmatched_line",
        incident=words.isolate(correction.incident),
        why=words.isolate(words.set(correction.why)),
        label=labelled(correction.label, words),
        by=words.isolate(correction.by),
    )


def place_lines(place: PlaceHistory, facts: TerritoryFacts, words: Language) -> dict[str, object]:
    """Return the history of one place in brief."""
    name = clean_name(place.name) or words.text("chronicle.everywhere")
    count = words.text("chronicle.place_count", count=place.count, place=words.isolate(name))
    years = [
        words.text("chronicle.year_line", year=str(year), labels=_counted(counts, words))
        for year, counts in place.years
    ]
    told = [
        words.text(
            "chronicle.told_line",
            when=when(i, words),
            label=label(i, words),
            brief=say.in_brief(i, facts.minimum, words),
        )
        for i in place.told
        if i.counts
    ]
    return {
        "summary": mark(count, place=name),
        "years": [mark(y, place=name) for y in years],
        "told": [mark(t, place=name) for t in told],
    }
