"""What the two printed pages of a place hold: the content of its page, in a shorter form."""

from __future__ import annotations

from typing import Any

import numpy as np

from mining.language import Language, clean_name, finite
from mining.report import _ahead as ahead
from mining.report import _confidence as sure
from mining.report import _curves as curves
from mining.report import _sentences as say
from mining.report import _style as style
from mining.report._disclosure import Cell
from mining.report._hexagons import telephone_code
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._tables import Table
from mining.report._totals import Total
from mining.report._trend import Trend
from mining.report._weeks import Week

#: Longest sentence of an incident on paper.
LONGEST = 220


def content(
    place: PlaceFacts,
    facts: TerritoryFacts,
    shown: dict[str, Any],
    common: dict[str, Any],
    words: Language,
    *,
    title: str,
) -> dict[str, Any]:
    """Return what ``place.typ`` shows, as JSON knows it.

    Parameters
    ----------
    place, facts : PlaceFacts, TerritoryFacts
        For the shades of the week and the lengths of the bars, which are no text.
    shown, common : dict
        What the page of the place shows, and what every page shows.
    words : Language
        Words of the page.
    title : str
        Title of the document.
    """
    headings = ("keep", "outlook", "options", "trend", "incidents", "limits")
    own = ("when", "why", "impact", "past", "quality", "transparency", "sources")
    return {
        "lang": words.code,
        "title": title,
        "kicker": shown["kicker"],
        "name": shown["title"] or str(words.raw("site.none")),
        "until": common["until"],
        "online": online(common["public"], words),
        "simulated": words.text("site.simulated") if facts.simulated else "",
        "heading": {k: words.text(f"heading.{k}") for k in headings}
        | {k: words.text(f"reading.heading.{k}") for k in own}
        | {"key": words.text("paper.key"), "standing": words.text("standing.heading")},
        "key": [k | {"sure": trust(k["value"], words)} for k in shown["key_figures"]],
        "keep": [{"text": s, "sure": trust(s, words)} for s in shown["keep"]],
        "sure": shown["sure_reading"],
        "compared": shown["year_notes"],
        "week": _week(place.week, facts, shown, words),
        "why": {"week": shown["why_week"], "said": [trusted(s, words) for s in shown["why"]]},
        "impact": _impact(shown, words),
        "past": shown["past"],
        "trend": _trend(place.trend, shown, words),
        "outlook": _outlook(place, facts, shown, words),
        "options": shown["options"],
        "standing": shown["standing"][:1],
        "incidents": _incidents(shown, words),
        "quality": shown["quality_said"],
        "limits": shown["limits"],
        "transparency": _transparency(shown),
        "sources": common["source_lines"],
        "foot": words.text("paper.foot", place=words.isolate(place.name), until=common["until"]),
        "pages": [
            words.text("paper.page", page=words.number(k), pages=words.number(2)) for k in (1, 2)
        ],
    }


def online(address: str, words: Language) -> dict[str, Any] | None:
    """Return where the page is read online, and the code that leads there; None without one."""
    if not address:
        return None
    title = words.text("transparency.code_title")
    about = words.text("online.code", address=address)
    return {
        "text": words.text("online.paper"),
        "address": address,
        "shown": address.removeprefix("https://"),
        "svg": telephone_code("en-ligne", address, title=title, about=about),
        "alt": about,
    }


def trust(text: str, words: Language) -> str:
    """Return how far the figures of a text can be trusted, in a word; nothing if it is not told."""
    word = sure.of(text)
    return words.text(f"confidence.{word}") if word else ""


def trusted(text: str, words: Language) -> str:
    """Return a text, and in brackets how far its figures can be trusted."""
    word = trust(text, words)
    return words.text("mail.trusted", text=text, word=word) if word else text


def _table(table: Table | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {"caption": table.caption, "columns": table.columns, "rows": table.rows}


def _week(
    week: Week | None, facts: TerritoryFacts, shown: dict[str, Any], words: Language
) -> dict[str, Any]:
    table = shown["week_table"]
    said = shown["week_intro"]
    if week is None or table is None:
        return {"table": None, "intro": [words.text("week.none")], "said": [], "notes": []}
    # Signs of the figure that the printed table has not: it has the words of the table.
    signs = {
        words.text("week.reading_low", minimum=words.number(facts.minimum)),
        words.text("week.reading_absent"),
    }
    notes = [*shown.get("week_reading", ()), shown.get("week_notes", "")]
    return {
        "table": _table(table),
        "shades": _shades(week) if week.hourly else [],
        "intro": said,
        "said": shown["when_said"],
        "notes": [n for n in notes if n and n not in signs],
    }


def _impact(shown: dict[str, Any], words: Language) -> dict[str, Any]:
    """Return events, or why there is none; how many are left depends on those that fit."""
    events, notes = shown["impact_events"], shown["impact_notes"]
    return {
        "events": events,
        "none": [] if events else notes,
        "left": bool(events and notes),
        "more": words.text("reading.impact.elsewhere"),
    }


def _transparency(shown: dict[str, Any]) -> list[str]:
    """Return what is said of sensors, the names of their sheets, and whom to ask."""
    sheets = [label for label, _ in shown["transparency_sheets"]]
    said = (shown["transparency_said"], *sheets, shown["transparency_contact"])
    return [s for s in said if s]


def _shades(week: Week) -> list[list[dict[str, Any]]]:
    """Return the paper and ink of each cell of the week, by hour and day."""
    known = ~np.isnan(week.counts)
    top = float(week.counts[known].max()) if known.any() else 1.0
    out = []
    for hour in range(week.counts.shape[1]):
        row = []
        for day in range(7):
            if week.states[day, hour] != Cell.SHOWN or not known[day, hour]:
                row.append({"fill": "#ffffff", "ink": style.MUTED, "peak": False})
                continue
            fill = style.HEAT(week.counts[day, hour] / (top or 1.0))[:3]
            peak = week.peak is not None and (day, hour) == week.peak[:2]
            row.append({"fill": _hex(fill), "ink": ink_on(fill), "peak": peak})
        out.append(row)
    return out


def _hex(colour: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * c):02x}" for c in colour)


def ink_on(colour: tuple[float, ...]) -> str:
    """Return black or white, whichever stands out more: one of them has a contrast of 4.58."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    light = float(np.dot((0.2126, 0.7152, 0.0722), parts))
    return "#000000" if (light + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _trend(trend: Trend | None, shown: dict[str, Any], words: Language) -> dict[str, Any] | None:
    if trend is None or shown["trend_figure"] is None:
        return None
    said = say.trend_description(trend, words)
    drawing = curves.trend_strip(
        trend, words, title=words.text("trend.figure_title"), description=said
    )
    return {
        # On a page the drawing takes the page's font; here it must name one.
        "svg": drawing.replace("<svg ", '<svg font-family="DejaVu Sans" ', 1),
        "title": words.text("trend.figure_title"),
        # The table twin is on the page of the place, not on paper.
        "alt": said.removesuffix(words.text("paper.twin")).rstrip(),
        "notes": shown["trend_reading"],
    }


def _outlook(
    place: PlaceFacts, facts: TerritoryFacts, shown: dict[str, Any], words: Language
) -> dict[str, Any]:
    table, outlook = shown["outlook_table"], place.outlook
    said = [shown["outlook_week"], shown["outlook_warning"], shown["outlook_simple"]]
    if table is None or outlook is None:
        return {"table": None, "said": [words.text("outlook.none")], "notes": [], "why_notes": []}
    coming = [k for k, d in enumerate(outlook.days) if d in outlook.next_week]
    days = [outlook.days[k].day for k in coming]
    totals = {t.day: t for t in place.totals.next_week} if place.totals else {}
    drivers = {d.day: d for d in place.totals.drivers if d.notable} if place.totals else {}
    bars = _bars([totals.get(d) for d in days], facts.minimum)
    why = [ahead.driven(drivers[d], words) if d in drivers else "" for d in days]
    return {
        "table": {
            "caption": words.text("paper.outlook"),
            "columns": table.columns,
            "rows": [table.rows[k] for k in coming],
        },
        "said": [s for s in said if s],
        "bars": bars,
        "bar_title": words.text("paper.shape"),
        "why": why if any(why) else [],
        "why_title": words.text("paper.why"),
        "notes": [*([words.text("paper.bars")] if bars else []), *_notes(shown, words)],
        "why_notes": shown["driver_reading"],
    }


def _notes(shown: dict[str, Any], words: Language) -> list[str]:
    """Return what made the forecast; how to read its curve of hours stays on the page."""
    curve = {words.text(f"outlook.{k}") for k in ("reading", "days_own")}
    return [s for s in shown["outlook_reading"] if s not in curve]


def _bars(totals: list[Total | None], minimum: int) -> list[list[float]]:
    """Return low, middle and high of each day as shares of the highest; nothing if one is small."""
    known = [t for t in totals if t is not None and finite(t.high)]
    if not known or len(known) < len(totals) or any(t.low < minimum for t in known):
        return []
    top = max(t.high for t in known)
    return [[round(v / top, 4) for v in (t.low, t.middle, t.high)] for t in known]


def _incidents(shown: dict[str, Any], words: Language) -> dict[str, Any]:
    if shown["incidents"] is None:
        return {"said": [words.text("incident.unknown")], "table": None}
    table = shown["recent_table"] or shown["notable_table"]
    said = [] if shown["recent_table"] else [words.text("incident.none")]
    said.append(shown["year_count"])
    if table is None:
        return {"said": said, "table": None}
    rows = [tuple(_short(c) for c in row) for row in table.rows]
    return {
        "said": said,
        "table": {"caption": table.caption, "columns": table.columns, "rows": rows},
        "more": words.text("paper.more_incidents"),
    }


def _short(text: str) -> str:
    """Cut a text that people wrote at a space, where it is too long for paper."""
    clean = clean_name(text)
    if len(clean) <= LONGEST:
        return str(text)
    return clean[:LONGEST].rsplit(" ", 1)[0] + " …"
