"""The page of incidents: cases with their figures, timeline, impacts, history of each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from mining.language import Language, mark
from mining.report import _chronicle as chronicle
from mining.report import _paste as paste
from mining.report import _sentences as say
from mining.report._case_figure import case_figure
from mining.report._history import MOST_CASES, MOST_DRAWN, MOST_ROWS, History
from mining.report._impact_table import MOST_IMPACTS, impact_table
from mining.report._incidents import YEAR, Incident
from mining.report._known import TerritoryFacts
from mining.report._slug import slugs
from mining.report._style import safe
from mining.report._timeline import lanes, timeline_figure


@dataclass(frozen=True)
class _Page:
    """What every part of the page needs: facts, words, names of sensors, anchors of cases."""

    facts: TerritoryFacts
    words: Language
    names: Mapping[str, str]
    anchors: Mapping[Incident, str]


def page_view(
    facts: TerritoryFacts, words: Language, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page of incidents shows.

    Parameters
    ----------
    facts : TerritoryFacts
        The territory.
    words : Language
        Its language.
    addresses : mapping
        Name of each place to the address of its page.
    """
    out: dict[str, Any] = {"history": facts.history, **_impacts(facts, words)}
    out["unmatched"] = [chronicle.unmatched(u, words) for u in facts.unmatched]
    history = facts.history
    if history is None:
        return out
    names = {r.sensor: r.name or r.sensor for r in facts.quality}
    shown = (*history.open, *history.recent)
    cases, rest = shown[:MOST_CASES], shown[MOST_CASES : MOST_CASES + MOST_ROWS]
    page = _Page(facts, words, names, _anchors(cases, words))
    made = [_case(i, page) for i in cases]
    going = len(history.open[:MOST_CASES])
    drawn = history.year[:MOST_DRAWN]
    told = {i for p in history.places for i in p.told}
    left = history.count - len({*cases, *rest, *drawn, *told})
    others = words.text("chronicle.others")
    return {
        **out,
        "keep": chronicle.keep(history, words),
        "open": made[:going],
        "ended": made[going:],
        "has_lines": any(c["line"] for c in made),
        "headers": [",".join(paste.JOURNAL), ",".join(paste.CORRECTIONS)],
        "reading": _reading(facts, words) if any(c["figure"] for c in made) else [],
        "rows": chronicle.rows_table(rest, others, names, words) if rest else None,
        "rows_left": _left("chronicle.rows_left", len(shown) - len(cases) - len(rest), words),
        **_timeline(drawn, len(history.year) - len(drawn), page),
        "places": _places(history, page, addresses),
        "places_left": _left("chronicle.places_left", history.places_left, words),
        "left": _left("chronicle.left", left, words) or words.text("chronicle.left_none"),
    }


def place_anchors(history: History, words: Language) -> dict[str, str]:
    """Return where each place stands on the page, by name."""
    place, territory = words.raw("address.place"), words.raw("address.territory")
    named = slugs([p.name for p in history.places], place)
    return {name: f"{place}-{slug}" if name else territory for name, slug in named.items()}


def _anchors(cases: Sequence[Incident], words: Language) -> dict[Incident, str]:
    """Return a different fragment of address for each case, made of its id."""
    ids = [i.id or f"{i.start:%Y%m%d%H}-{i.sensor}-{n}" for n, i in enumerate(cases)]
    found = slugs(ids, words.raw("address.place"))
    return {i: f"incident-{found[name]}" for i, name in zip(cases, ids, strict=True)}


def _places(history: History, page: _Page, addresses: Mapping[str, str]) -> list[dict[str, object]]:
    words = page.words
    anchors = place_anchors(history, words)
    return [
        {
            **chronicle.place_lines(p, page.facts, words),
            "anchor": anchors[p.name],
            "address": addresses.get(p.name, ""),
            "page": words.text("chronicle.place_page", place=words.isolate(p.name)),
        }
        for p in history.places
    ]


def _left(key: str, count: int, words: Language) -> str:
    return words.text(key, count=count) if count > 0 else ""


def _case(incident: Incident, page: _Page) -> dict[str, Any]:
    words, today = page.words, page.facts.today
    name = chronicle.where(incident, page.names, words)
    place = words.isolate(name)
    line, file = "", ""
    if incident.action == "add_to_journal":
        line, file = paste.journal_line(incident, today, words), "journal"
    elif incident.action == "confirm":
        line, file = paste.correction_line(incident, today, words), "corrections"
    what = chronicle.label(incident, words)
    sure = chronicle.certainty(incident, words)
    return {
        "anchor": page.anchors[incident],
        "title": words.text("chronicle.case", place=place, label=what),
        "certainty": words.text("chronicle.cause", certainty=sure) if sure else "",
        "unsure": incident.certainty == "unsure",
        "when": chronicle.when(incident, words),
        "told": [
            mark(t, place=name)
            for t in chronicle.told(incident, page.names, page.facts.minimum, words)
        ],
        "todo": chronicle.to_do(incident, page.names, words),
        "line": line,
        "line_label": words.text(f"action.line_{file}") if file else "",
        "pair": _pair(incident, page),
        **_figure(incident, page),
    }


def _figure(incident: Incident, page: _Page) -> dict[str, Any]:
    facts, words = page.facts, page.words
    window = facts.windows.get(incident.id)
    if window is None or len(window.times) < 2:
        return {"figure": None, "description": "", "caption": ""}
    unit = chronicle.unit(incident, window, words)
    description = chronicle.figure_description(incident, window, facts.minimum, words)
    drawing = case_figure(
        incident,
        window,
        words,
        name=f"f{list(page.anchors).index(incident) + 1}",
        title=words.text("chronicle.figure_title", unit=unit),
        description=description,
    )
    caption = words.text("chronicle.caption", unit=unit)
    figure = Markup(drawing)  # noqa: S704 - made here, names escaped
    place = chronicle.where(incident, page.names, words)
    return {"figure": figure, "description": mark(description, place=place), "caption": caption}


def _pair(incident: Incident, page: _Page) -> dict[str, str] | None:
    """Return the incident to which passages went, and its place on the page if it is there."""
    history, words = page.facts.history, page.words
    if history is None or not incident.other:
        return None
    found = (*history.open, *history.recent, *history.year)
    other = next((i for i in found if i.id == incident.other), None)
    if other is None:
        return None
    place = words.isolate(chronicle.where(other, page.names, words))
    when = say.when(other, words)
    return {
        "text": words.text("chronicle.pair_name", place=place, when=when),
        "anchor": page.anchors.get(other, ""),
    }


def _reading(facts: TerritoryFacts, words: Language) -> list[str]:
    out = [words.text("chronicle.reading"), words.text("chronicle.reading_band")]
    if facts.minimum > 1:
        out.append(words.text("chronicle.reading_low", minimum=words.bound(facts.minimum)))
    return out


def _timeline(drawn: Sequence[Incident], older: int, page: _Page) -> dict[str, Any]:
    if not drawn:
        return {"timeline": None}
    words, today = page.words, page.facts.today
    last = (today - pd.Timedelta("1ns")).normalize()
    period = words.period((today - YEAR).normalize(), last)
    count = words.text(
        "chronicle.timeline_count", count=len(drawn), labels=chronicle.labels(drawn, words)
    )
    made = timeline_figure(
        lanes(drawn, page.names, words),
        today,
        words,
        title=words.text("chronicle.timeline_title"),
        description=words.text("chronicle.timeline_desc", period=period, total=count),
    )
    caption = words.text("chronicle.timeline_caption")
    return {
        "timeline": safe(made),
        "timeline_table": chronicle.rows_table(drawn, caption, page.names, words),
        "timeline_left": _left("chronicle.timeline_left", older, words),
    }


def _impacts(facts: TerritoryFacts, words: Language) -> dict[str, Any]:
    found = facts.impacts
    if not found:
        key = "impact.none" if found is None else "impact.empty"
        return {"impact_table": None, "impact_none": words.text(key)}
    older = len(found) - MOST_IMPACTS
    return {
        "impact_table": impact_table(found, facts, words),
        "impact_left": _left("impact.left", older, words),
    }
