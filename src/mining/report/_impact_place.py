"""What events brought or cost at a place, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mining.language import Language, clean_name, finite, joined
from mining.report._impact_table import signed, span
from mining.report._impacts import Impact
from mining.report._known import PlaceFacts, TerritoryFacts

#: Events told on the page of a place; those of the whole territory only if they are recent.
MOST = 3
RECENT = pd.Timedelta(days=730)


def impacts_at(place: PlaceFacts, found: TerritoryFacts) -> tuple[Impact, ...]:
    """Return the measured events of a place, latest first."""
    since = found.today - RECENT
    return tuple(
        i
        for i in found.impacts or ()
        if (set(i.sensors) & set(place.sensors) if i.sensors else i.start >= since)
    )


def impact_lines(
    place: PlaceFacts, found: TerritoryFacts, words: Language
) -> tuple[list[str], list[str]]:
    """Return what the latest events of a place brought or cost, and what is left out.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        For the impacts and the smallest count that may be shown.
    words : Language
        Words of the page.

    Returns
    -------
    events : list of str
        One paragraph for each event.
    notes : list of str
        How many are left out, or why there is none.
    """
    if found.impacts is None:
        return [], [words.text("impact.none")]
    here = impacts_at(place, found)
    if not here:
        return [], [words.text("reading.impact.none")]
    events = [joined(" ", _said(i, place, found.minimum, words)) for i in here[:MOST]]
    left = len(here) - MOST
    return events, [words.text("reading.impact.more", count=left)] if left > 0 else []


def _said(impact: Impact, place: PlaceFacts, minimum: int, words: Language) -> list[str]:
    out = [_seen(impact, minimum, words)]
    figures = (impact.effect, impact.low, impact.high)
    if not all(finite(v) for v in figures):
        own = f"impact.reason.{impact.reason}"
        hidden = impact.few or impact.unsaid
        key = own if words.has(own) else "impact.reason.other"
        return out if hidden and not words.has(own) else [*out, words.text(key)]
    middle, low, high = (signed(v, words) for v in figures)
    said: dict[str, Any] = {"middle": middle, "low": low, "high": high}
    if not impact.claimed:
        out.append(_chance(impact, said, words))
    elif finite(impact.percent):
        share = words.percent(impact.percent, signed=True)
        out.append(words.text("reading.impact.effect_share", share=share, **said))
    else:
        out.append(words.text("reading.impact.effect", **said))
    return [*out, *_rank(impact, words), *_scope(impact, place, words)]


def _chance(impact: Impact, said: dict[str, Any], words: Language) -> str:
    if impact.reason == "chance":
        return words.text("reading.impact.chance", **said)
    own = f"impact.reason.{impact.reason}"
    return words.text(own if words.has(own) else "impact.reason.other")


def _seen(impact: Impact, minimum: int, words: Language) -> str:
    title = clean_name(words.set(impact.title)) or str(words.raw("site.none"))
    said: dict[str, Any] = {"title": words.isolate(title)}
    said["when"] = span(impact, words, capital=False)
    if not finite(impact.expected):
        return words.text("reading.impact.bare", **said)
    said["expected"] = words.about(impact.expected, "passages")
    if impact.unsaid:
        return words.text("reading.impact.unsaid", **said)
    if impact.few:
        return words.text("reading.impact.seen_few", minimum=words.bound(minimum), **said)
    if not finite(impact.observed):
        return words.text("reading.impact.bare", **said)
    observed = words.number(impact.observed, unit="passages")
    return words.text("reading.impact.seen", observed=observed, **said)


def _rank(impact: Impact, words: Language) -> list[str]:
    """Return how many dates without event were as far from what was expected."""
    if impact.rank < 0 or not impact.placebos:
        return []
    said: dict[str, Any] = {"placebos": words.number(impact.placebos)}
    if not impact.rank:
        return [words.text("reading.impact.rank_none", **said)]
    return [words.text("reading.impact.rank", count=impact.rank, **said)]


def _scope(impact: Impact, place: PlaceFacts, words: Language) -> list[str]:
    """Return that the figures hold more sensors than those of the place."""
    if not impact.sensors:
        return [words.text("reading.impact.scope_whole")]
    here: Sequence[str] = [s for s in impact.sensors if s in place.sensors]
    if len(here) == len(impact.sensors):
        return []
    number = words.number(len(here), unit="sensors")
    return [words.text("reading.impact.scope", count=len(impact.sensors), here=number)]
