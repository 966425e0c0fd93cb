"""What the e-mail of a place says: the content of its page, in a few lines."""

from __future__ import annotations

from typing import Any

from mining.language import FIRST_ISOLATE, POP_ISOLATE, Language, clean_name
from mining.report import _ahead as ahead
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._pdf_place import trusted
from mining.report._weeks import Week

MOST_INCIDENTS = 3


def letter(
    place: PlaceFacts,
    facts: TerritoryFacts,
    shown: dict[str, Any],
    common: dict[str, Any],
    words: Language,
) -> dict[str, Any]:
    """Return what ``mail.txt`` and ``mail.html`` show.

    Parameters
    ----------
    place, facts : PlaceFacts, TerritoryFacts
        Whom it is about.
    shown, common : dict
        What the page of the place shows, and what every page shows.
    words : Language
        Words of the page.
    """
    names: dict[str, Any] = {
        "place": words.isolate(place.name),
        "territory": words.isolate(facts.name),
    }
    parts = [
        _part("heading.keep", [trusted(s, words) for s in shown["keep"]], words),
        _week(place.week, shown, words),
        _part("reading.heading.why", _why(shown, words), words, intro=shown["why_week"]),
        _part("reading.heading.impact", _impact(shown), words),
        _part("heading.outlook", [*_outlook(place, facts, shown, words), *shown["past"]], words),
        _part("heading.options", shown["options"], words),
        _part("heading.incidents", _incidents(shown, words), words),
        _part("reading.heading.quality", [*shown["quality_said"], *shown["limits"]], words),
        _part("reading.heading.transparency", _transparency(shown), words),
        _part("reading.heading.sources", common["source_lines"], words),
    ]
    return {
        "w": words,
        "subject": words.text("mail.subject", **_plain(names)),
        "title": clean_name(place.name),
        "greeting": words.text("mail.greeting"),
        "intro": words.text("mail.intro", **names),
        "until": common["until"],
        "online": words.text("online.mail", place=names["place"]) if common["public"] else "",
        "address": common["public"],
        "simulated": words.text("site.simulated") if facts.simulated else "",
        "key": [{**k, "value": trusted(k["value"], words)} for k in shown["key_figures"]],
        "key_title": words.text("paper.key"),
        "parts": parts,
    }


def _plain(names: dict[str, Any]) -> dict[str, Any]:
    """Return names without marks of direction, which a subject line cannot use."""
    marks = dict.fromkeys(map(ord, (FIRST_ISOLATE, POP_ISOLATE)))
    return {k: v.translate(marks) for k, v in names.items()}


def _why(shown: dict[str, Any], words: Language) -> list[str]:
    return [trusted(s, words) for s in shown["why"]]


def _part(heading: str, lines: list[str], words: Language, intro: str = "") -> dict[str, Any]:
    return {"title": words.text(heading), "intro": intro, "lines": lines}


def _impact(shown: dict[str, Any]) -> list[str]:
    """Return the latest event, or why there is none."""
    events: list[str] = shown["impact_events"]
    return events[:1] or shown["impact_notes"]


def _transparency(shown: dict[str, Any]) -> list[str]:
    return [s for s in (shown["transparency_said"], shown["transparency_contact"]) if s]


def _week(week: Week | None, shown: dict[str, Any], words: Language) -> dict[str, Any]:
    """Return when most pass, and a line for each day: the last row of a table by hour, all rows of
    one by day.
    """  # noqa: D205
    table = shown["week_table"]
    title = words.text("reading.heading.when")
    if week is None or table is None:
        return {"title": title, "intro": "", "lines": [words.text("week.none")]}
    if len(table.columns) > 2:
        names = [words.weekday(d).capitalize() for d in range(7)]
        pairs = list(zip(names, table.rows[-1][1:], strict=True))
    else:
        pairs = [(row[0], row[1]) for row in table.rows]
    days = [words.text("mail.pair", name=n, value=v) for n, v in pairs]
    intro = words.text("mail.days", week=words.week(week.monday))
    if week.typical:
        intro = words.text("week.typical")
    about = [s for s in shown["week_intro"] if s != intro]
    return {"title": title, "intro": intro, "lines": [*days, *shown["when_said"], *about]}


def _outlook(
    place: PlaceFacts, facts: TerritoryFacts, shown: dict[str, Any], words: Language
) -> list[str]:
    if shown["outlook_table"] is None:
        return [words.text("outlook.none")]
    head = (shown["outlook_week"], shown["outlook_warning"], shown["outlook_simple"])
    lines = ahead.lines(place.totals, facts.minimum, words, drivers=False) or [
        words.text("mail.pair", name=row[0], value=row[1]) for row in shown["outlook_table"].rows
    ]
    return [s for s in (*head, *lines) if s]


def _incidents(shown: dict[str, Any], words: Language) -> list[str]:
    if shown["incidents"] is None:
        return [words.text("incident.unknown")]
    table = shown["recent_table"]
    if table is None:
        return [words.text("incident.none"), shown["year_count"]]
    rows = table.rows[:MOST_INCIDENTS]
    told = [words.text("mail.pair", name=row[0], value=row[-1]) for row in rows]
    if len(table.rows) > MOST_INCIDENTS or shown["more"]:
        told.append(words.text("paper.more_incidents"))
    return [*told, shown["year_count"]]
