"""What the parts of a page show for one place, or for the whole territory."""

from __future__ import annotations

from typing import Any

from mining.language import Language, clean_name
from mining.report import _ahead as ahead
from mining.report import _ahead_tables as ahead_tables
from mining.report import _curves as curves
from mining.report import _sentences as say
from mining.report import _tables as tables
from mining.report._activity_place import place_view
from mining.report._day_figure import day_figure
from mining.report._disclosure import Cell
from mining.report._heat import week_figure
from mining.report._incident_page import place_anchors
from mining.report._keep import keep
from mining.report._key import key_figures, sure_reading
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._options import options
from mining.report._site import address
from mining.report._style import Drawing, safe
from mining.report._totals import Totals


def view(
    place: PlaceFacts, found: TerritoryFacts, words: Language, models: dict[str, str]
) -> dict[str, Any]:
    """Return what the parts of a page show for one place, or for the whole territory."""
    whole = place is found.whole
    around = place_view(place, found, words)
    return {
        "kicker": words.text("site.name") if whole else clean_name(found.name),
        "title": clean_name(place.name),
        "keep": keep(place, found, words),
        "sure_reading": sure_reading(words) if place.sensors else "",
        "key_figures": key_figures(place, found, words),
        "options": options(place, found, words, doors=around.pop("doors")),
        "limits": say.limits(place, found, words),
        "year": say.comparison(place.year, words, year=True),
        "last": [] if place.last.possible else say.comparison(place.last, words, year=False),
        "comparison_table": tables.comparison_table(place, words),
        **_week_view(place, found, words),
        **_trend_view(place, words),
        **_outlook_view(place, found, words, models),
        **_incident_view(place, found, words, whole=whole),
        **_rhythm_view(place, found, words),
        **around,
    }


def _week_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    week = place.week
    heading = "heading.typical_week" if week and week.typical else "heading.week"
    out: dict[str, Any] = {
        "week_heading": words.text(heading),
        "week_table": None,
        "week_figure": None,
        "week_intro": [],
        "week_notes": "",
        "journal": say.journal(place, words),
    }
    if week is None:
        return out
    intro = [words.text("week.typical")] if week.typical else []
    if len(week.sensors) < week.sensors_total:
        used = say.sensors(words, len(week.sensors), week.sensors_total)
        intro.append(words.text("week.panel", sensors=used))
    if place is found.whole and len(found.places) > 1 and week.hourly:
        intro.append(words.text("week.together"))
    out["week_table"] = tables.week_table(week, found, words)
    if not week.hourly:
        why = f"sensitive.{place.sensitive}" if place.sensitive else "week.daily"
        notes = words.text("week.notes", minimum=words.number(found.minimum))
        return {**out, "week_intro": [*intro, words.text(why)], "week_notes": notes}
    drawing = week_figure(
        week,
        words,
        title=words.text("week.figure_title"),
        description=say.week_description(week, words),
    )
    return {
        **out,
        "week_intro": intro,
        "week_figure": safe(drawing),
        "week_reading": say.week_reading(week, found, words),
        "week_notes": words.text("week.notes", minimum=words.bound(found.minimum)),
    }


def _trend_view(place: PlaceFacts, words: Language) -> dict[str, Any]:
    trend = place.trend
    if trend is None or not trend.drawable:
        return {"trend_figure": None}
    drawing = curves.trend_figure(
        trend,
        words,
        title=words.text("trend.figure_title"),
        description=say.trend_description(trend, words),
    )
    return {
        "trend_figure": safe(drawing),
        "trend_reading": say.trend_reading(trend, words),
        "trend_table": tables.trend_table(trend, words),
    }


def _outlook_view(
    place: PlaceFacts, found: TerritoryFacts, words: Language, models: dict[str, str]
) -> dict[str, Any]:
    totals = place.totals
    return {
        "outlook_week": ahead.week(totals, found.minimum, words),
        "outlook_warning": "" if place is found.whole else ahead.warning(place, words),
        "outlook_simple": ahead.simple_models(place, found, words),
        "outlook_lines": ahead.lines(totals, found.minimum, words),
        "outlook_reading": ahead.reading(place, words, models),
        "outlook_table": ahead_tables.outlook_table(place, found, words),
        "outlook_figure": _hours_figure(place, words),
        "days_figure": _days_figure(totals, found, words),
        "days_table": ahead_tables.totals_table(totals, found.minimum, words),
        "driver_reading": ahead.driver_reading(totals, words),
        "driver_table": ahead_tables.driver_table(totals, words),
    }


def _hours_figure(place: PlaceFacts, words: Language) -> Drawing | None:
    if place.outlook is None or place.outlook.daily:
        return None
    return safe(
        curves.outlook_figure(
            place.outlook,
            words,
            title=words.text("outlook.figure_title"),
            description=ahead.description(place.outlook, words),
        )
    )


def _days_figure(totals: Totals | None, found: TerritoryFacts, words: Language) -> Drawing | None:
    if totals is None or len(totals.next_week) < 2:
        return None
    return safe(
        day_figure(
            totals,
            words,
            found.minimum,
            title=words.text("outlook.days_title"),
            description=ahead.days_description(totals, words),
        )
    )


def _incident_view(
    place: PlaceFacts, facts: TerritoryFacts, words: Language, *, whole: bool
) -> dict[str, Any]:
    found = place.incidents
    if found is None:
        return {"incidents": None}
    recent = words.text("incident.caption_recent")
    notable = words.text("incident.caption_notable")
    more = found.recent_count - len(found.recent)
    return {
        "incidents": found,
        "incidents_address": _address(place, facts, words),
        "recent_table": tables.incident_table(found.recent, recent, facts, words, whole=whole)
        if found.recent
        else None,
        "more": words.text("incident.more", count=more) if more else "",
        "year_count": words.text("incident.year", count=found.year_count),
        "notable_table": tables.incident_table(found.notable, notable, facts, words, whole=whole)
        if found.notable
        else None,
    }


def _address(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    """Return where the page of incidents tells of a place."""
    anchors = place_anchors(facts.history, words) if facts.history else {}
    own = "" if place is facts.whole else anchors.get(place.name, "")
    return address("incidents", words) + (f"#{own}" if own else "")


def _rhythm_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    if place.rhythm is None:
        daily = place.sensitive or not found.hourly
        key = "sensitive.rhythm" if place.sensitive else "rhythm.daily" if daily else "rhythm.none"
        return {"rhythm_table": None, "rhythm_none": words.text(key)}
    drawing = curves.rhythm_figure(
        place.rhythm,
        words,
        found.minimum,
        title=words.text("rhythm.figure_title"),
        description=say.rhythm_description(place.rhythm, words),
    )
    return {
        "rhythm": say.rhythm_sentences(place.rhythm, words),
        "rhythm_figure": safe(drawing),
        "rhythm_reading": words.text("rhythm.reading_low", minimum=words.bound(found.minimum))
        if (place.rhythm.states == Cell.LOW).any()
        else "",
        "rhythm_table": tables.rhythm_table(place.rhythm, found, words),
    }
