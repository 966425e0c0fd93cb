"""What the page for elected members shows: five key figures, facts and a decision, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mining.language import Language, days, finite, implied, mark
from mining.report import _ahead as ahead
from mining.report import _confidence as sure
from mining.report import _elected_decided as decided
from mining.report import _elected_told as told
from mining.report import _sentences as say
from mining.report._clock import DAY, WEEK
from mining.report._compare import Comparison
from mining.report._elected import elected
from mining.report._key import changed, week_total
from mining.report._known import TerritoryFacts
from mining.report._quality import QUALITY_WEEKS
from mining.report._weeks import Week


def page_view(found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return what the page for elected members shows; its printed page shows the same.

    Parameters
    ----------
    found : TerritoryFacts
        The territory.
    words : Language
        Its language.
    """
    chosen = elected(found)
    facts = [told.fact(about, found, words) for about in chosen.told]
    return {
        "figures": figures(found, chosen.hours, words),
        "facts_title": words.text(f"elected.facts.f{len(facts)}"),
        "facts": facts,
        "absent": told.absent(chosen, found, words),
        "decision": decided.decision(chosen.decision, found, words),
        "reading": words.text("elected.reading"),
    }


def figures(found: TerritoryFacts, hours: float, words: Language) -> list[dict[str, str]]:
    """Return the five figures, always the same: label, value, confidence, and what it means.

    Parameters
    ----------
    found : TerritoryFacts
        The territory.
    hours : float
        Share of the hours of the last weeks that were counted.
    words : Language
        Words of the page.

    Notes
    -----
    One that is too unsure, or cannot be had, is replaced by its reason.
    """
    whole = found.whole
    return [
        _week(found, words),
        _change("year", whole.year, words),
        _change("last", whole.last, words),
        _ahead(found, hours, words),
        _hours(found, hours, words),
    ]


def _figure(label: str, value: str, means: str, word: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "means": means, "sure": word or sure.of(value)}


def _refused(fact: str, label: str, reason: str, words: Language) -> dict[str, str]:
    """Return a figure that is not given, and why."""
    known: dict[str, Any] = {"fact": fact, "confidence": sure.INSUFFICIENT, "why": str(reason)}
    return _figure(label, implied(words.text("confidence.none"), **known), reason)


def _few_hours(share: float, words: Language) -> str:
    return words.text("elected.why.hours", share=words.share(share))


def _week(found: TerritoryFacts, words: Language) -> dict[str, str]:
    week, fact = found.whole.week, "week_total"
    if week is None or week.typical:
        reason = _no_week(found, week, words)
        return _refused(fact, words.text("elected.label.week_bare"), reason, words)
    label = words.text("elected.label.week", week=words.week(week.monday))
    value = week_total(week, found, words)
    if sure.of(value) == sure.INSUFFICIENT:
        return _figure(label, value, _few_hours(week.share, words))
    by = say.sensors(words, len(week.sensors), week.sensors_total)
    return _figure(label, value, words.text("elected.means.week", sensors=by))


def _no_week(found: TerritoryFacts, week: Week | None, words: Language) -> str:
    monday = found.whole.last.now
    if not found.whole.sensors:
        return words.text("elected.why.no_sensor")
    if monday is None:
        return words.text("elected.why.no_week")
    shut = week is None and any(p.week is not None for p in found.places)
    return words.text(f"elected.why.{'shut' if shut else 'silent'}", week=words.week(monday))


def _change(which: str, change: Comparison, words: Language) -> dict[str, str]:
    fact = "year_change" if which == "year" else "week_change"
    label = words.text("standing.key_year" if change.naive else f"elected.label.{which}")
    if not change.possible:
        why = words.text(f"compare.{change.reason}")
        return _refused(fact, label, words.text("elected.why.compare", reason=why), words)
    value = changed(fact, change, words)
    if sure.of(value) == sure.INSUFFICIENT:
        return _figure(label, value, _few_hours(change.share, words))
    by = say.sensors(words, len(change.sensors), change.sensors_total)
    key = f"elected.means.{which}_hardware" if change.hardware else f"elected.means.{which}"
    return _figure(label, value, words.text(key, sensors=by))


def _ahead(found: TerritoryFacts, hours: float, words: Language) -> dict[str, str]:
    totals, fact = found.whole.totals, "next_week"
    label = words.text("elected.label.ahead_bare")
    if totals is None or totals.week is None:
        return _refused(fact, label, words.text("elected.why.ahead_none"), words)
    week, coming = totals.week, totals.next_week
    if week.low < found.minimum:
        return _refused(fact, label, words.text("elected.why.ahead_few"), words)
    if sure.confidence(hours) == sure.INSUFFICIENT:
        return _refused(fact, label, _few_hours(hours, words), words)
    first, last = coming[0].day, coming[-1].day
    known: dict[str, Any] = {
        "confidence": sure.expected(week, hours), "span": days(first, last), "unit": "passages",
    }  # fmt: skip
    middle, low, high = (
        mark(ahead.rounded(value, week.unit, words), fact=f"{fact}{part}", **known)
        for value, part in ((week.middle, ""), (week.low, "_low"), (week.high, "_high"))
    )
    label = words.text("elected.label.ahead", period=words.period(first, last))
    return _figure(label, middle, words.text("elected.means.ahead", low=low, high=high))


def _hours(found: TerritoryFacts, hours: float, words: Language) -> dict[str, str]:
    """Return the share of hours counted: a plain fact, whose word judges the other figures."""
    label = words.text("elected.label.hours")
    if not finite(hours):
        return _refused("hours_counted", label, words.text("elected.why.no_sensor"), words)
    last = (found.today - pd.Timedelta("1ns")).normalize()
    first = max(found.start, last + DAY - QUALITY_WEEKS * WEEK)
    word = sure.confidence(hours)
    enough = word != sure.INSUFFICIENT
    value = mark(
        words.share(hours),
        fact="hours_counted",
        span=days(first, last),
        confidence=word if enough else "",
    )
    key = "elected.means.hours" if enough else "elected.means.hours_few"
    means = words.text(key, n=words.number(len(found.whole.sensors), unit="sensors"))
    return _figure(label, value, means, word)
