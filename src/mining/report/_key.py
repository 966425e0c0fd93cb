"""Key figures of a page: each with how far it can be trusted, or the reason why it is not given."""

from __future__ import annotations

from typing import Any

import numpy as np

from mining.language import Language, days, figures_of, implied, mark
from mining.report import _confidence as sure
from mining.report._clock import DAY, WEEK
from mining.report._compare import Comparison
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._weeks import Week


def key_figures(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> list[dict[str, str]]:
    """Return the week and its changes: a label and a value each; none where no week was counted."""
    if place.week is None or place.week.typical:
        return []
    label = words.text("key.week", week=words.week(place.week.monday))
    out = [{"label": label, "value": week_total(place.week, facts, words)}]
    for name, found in (("last", place.last), ("year", place.year)):
        if found.possible:
            key = "standing.key_year" if found.naive else f"key.{name}"
            key += "_hardware" if found.hardware else ""
            fact = "week_change" if name == "last" else "year_change"
            out.append({"label": words.text(key), "value": changed(fact, found, words)})
    return out


def sure_reading(words: Language) -> str:
    """Return what the words for confidence mean."""
    return words.text(
        "confidence.reading",
        hours=words.percent(sure.SOLID_HOURS),
        width=words.percent(sure.NARROW),
        least=words.percent(sure.ENOUGH_HOURS),
    )


def week_total(week: Week, facts: TerritoryFacts, words: Language) -> str:
    """Return the passages of a week, that they are few, or that too few hours were counted."""
    known = _known("week_total", week.share, words, unit="passages", span=_span(week))
    if known["confidence"] == sure.INSUFFICIENT:
        return implied(words.text("confidence.none"), **known)
    if week.total < facts.minimum:
        return mark(words.below(facts.minimum), **known)
    return mark(words.number(round(week.total)), **known)


def changed(fact: str, found: Comparison, words: Language) -> str:
    """Return the change between two weeks in percent, or that too few hours were counted."""
    span = None if found.now is None else days(found.now, found.now + WEEK - DAY)
    width = np.inf if found.hardware else 0.0  # what the new hardware changed is not known
    known = _known(fact, found.share, words, width, unit="%", span=span)
    if known["confidence"] == sure.INSUFFICIENT:
        return implied(words.text("confidence.none"), **known)
    return mark(words.percent(found.change, 1, signed=True), **known)


def cell(text: str, share: float, words: Language) -> str:
    """Return a figure as a table shows it: its word if it is not solid, or why it is not given.

    Parameters
    ----------
    text : str
        Figure with its confidence.
    share : float
        Share of its hours that were counted.
    words : Language
        Words of the page.
    """
    word = sure.of(text)
    if word == sure.INSUFFICIENT:
        reason = words.text("standing.insufficient", share=words.share(share))
        return implied(reason, figures_of(text)[0])
    if word == sure.INDICATIVE:
        named = words.text(f"confidence.word.{word}")
        return words.text("standing.trusted", text=text, word=named)
    return text


def _known(
    fact: str, hours: float, words: Language, width: float = 0.0, **known: Any
) -> dict[str, Any]:
    confidence = sure.confidence(hours, width)
    if confidence == sure.INSUFFICIENT:
        known["why"] = str(words.text("annex.why.hours", share=words.share(hours)))
    return {"fact": fact, "confidence": confidence, **known}


def _span(week: Week) -> tuple[str, str]:
    return days(week.monday, week.monday + WEEK - DAY)
