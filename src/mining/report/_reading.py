"""What the page of a place says beyond its figures: when, why, impact, quality, transparency."""

from __future__ import annotations

from typing import Any

from mining.language import Language
from mining.report import _ahead as ahead
from mining.report._impact_place import impact_lines
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._place_quality import quality_view, transparency_view
from mining.report._site import address
from mining.report._when import when
from mining.report._why import why


def reading_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return what the page, the printed pages and the e-mail of a place say in words.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        Its territory.
    words : Language
        Words of the page.

    Returns
    -------
    dict
        Sentences under `when_said`, `why` (`why_week` names the week), `impact_events`,
        `impact_notes` and `past`; see :func:`quality_view` and :func:`transparency_view`.
    """
    events, notes = impact_lines(place, found, words)
    monday = place.last.now
    week = "" if monday is None else words.text("reading.why.week", week=words.week(monday))
    return {
        "when_said": when(place, found, words),
        "why_week": week,
        "why": why(place, found, words),
        "impact_events": events,
        "impact_notes": notes,
        "impact_address": f"{address('incidents', words)}#impacts",
        "quality_address": address("quality", words),
        "past": ahead.past(place, words),
        **quality_view(place, found, words),
        **transparency_view(place, found, words),
    }
