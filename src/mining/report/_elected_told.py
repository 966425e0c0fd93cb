"""Facts of the page for elected members, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mining.language import Language, Span, clean_name, days, finite, joined, mark
from mining.report import _chronicle as chronicle
from mining.report import _elected as chosen
from mining.report import _sentences as say
from mining.report._activity_change import Change
from mining.report._activity_doors import Door
from mining.report._clock import DAY, WEEK
from mining.report._impact_table import signed, span
from mining.report._impacts import Impact
from mining.report._incidents import Incident
from mining.report._kept import Kept
from mining.report._known import TerritoryFacts
from mining.report._weeks import Week


def fact(about: chosen.About, found: TerritoryFacts, words: Language) -> dict[str, str]:
    """Return a fact in words: a label and a few short sentences.

    Parameters
    ----------
    about : Incident, Impact, Apart, Door, Change, Kept or Week
        What it is about.
    found : TerritoryFacts
        The territory.
    words : Language
        Words of the page.
    """
    match about:
        case Incident():
            key, said = "happened", _incident(about, found, words)
        case Impact():
            key, said = "happened", _impact(about, words)
        case chosen.Apart():
            key, said = "apart", _apart(about, words)
        case Door():
            key, said = "hours", _closed(about, words)
        case Change():
            key, said = "rhythm", _rhythm(about, words)
        case Kept():
            key, said = "kept", _kept(about, words)
        case Week():
            key, said = "peak", _peak(about, found, words)
    return {"label": words.text(f"elected.{key}.label"), "text": joined(" ", said)}


def _incident(incident: Incident, found: TerritoryFacts, words: Language) -> list[str]:
    names = {r.sensor: r.name or r.sensor for r in found.quality}
    name = chronicle.where(incident, names, words)
    what: dict[str, Any] = {"place": words.isolate(name), "label": nature(incident, words)}
    if incident.open:
        head = words.text("elected.happened.since", moment=words.moment(incident.start), **what)
    else:
        head = words.text("elected.happened.case", when=say.when(incident, words), **what)
    # More was expected at the most: the bounds of the gap are those of the band, turned round.
    gap, low, high = (
        signed(incident.observed - v, words)
        for v in (incident.expected, incident.high, incident.low)
    )
    said = [head, say.in_brief(incident, found.minimum, words)]
    said.append(words.text("elected.happened.gap", effect=gap, low=low, high=high))
    return [mark(s, place=name, span=period(incident)) for s in said]


def period(incident: Incident) -> Span:
    """Return the first and last day of an incident."""
    return days(incident.start, incident.end - pd.Timedelta("1ns"))


def nature(incident: Incident, words: Language) -> str:
    """Return what kind of thing an incident is, as far as it is known."""
    keys = (f"elected.nature.{k}" for k in (incident.kind, incident.label, "unexplained"))
    return words.text(next(k for k in keys if words.has(k)))


def named(title: str, words: Language) -> str:
    """Return the title of an entry of the journal, or a sign that it has none."""
    return words.isolate(words.set(title)) or str(words.raw("site.none"))


def _impact(impact: Impact, words: Language) -> list[str]:
    about: dict[str, Any] = {"title": named(impact.title, words), "period": span(impact, words)}
    if not impact.claimed:
        return [words.text("elected.happened.chance", **about)]
    return [words.text("elected.happened.event", **about), effect("happened", impact, words)]


def effect(key: str, impact: Impact, words: Language) -> str:
    """Return what an event brought or cost, with its interval where that is known."""
    said: dict[str, Any] = {"effect": signed(impact.effect, words), "period": span(impact, words)}
    if not (finite(impact.low) and finite(impact.high)):
        return words.text(f"elected.{key}.effect_bare", **said)
    said |= {"low": signed(impact.low, words), "high": signed(impact.high, words)}
    return words.text(f"elected.{key}.effect", **said)


def _apart(place: chosen.Apart, words: Language) -> list[str]:
    weeks = days(place.first, place.last + WEEK - DAY)
    change, others = (words.percent(v, 1, signed=True) for v in (place.change, place.others))
    head = words.text(
        "elected.apart.told",
        place=words.isolate(place.place),
        change=change,
        n=words.number(place.weeks),
    )
    return [
        mark(head, place=clean_name(place.place), span=weeks),
        mark(words.text("elected.apart.others", count=place.peers, others=others), span=weeks),
        words.text("elected.apart.side"),
    ]


def _closed(door: Door, words: Language) -> list[str]:
    said: dict[str, Any] = {"place": words.isolate(door.place), "share": words.percent(door.share)}
    out = [words.text("elected.hours.told", **said)]
    if finite(door.low) and finite(door.high):
        low, high = words.percent(door.low), words.percent(door.high)
        out.append(words.text("elected.hours.range", low=low, high=high))
    out.append(words.text("elected.hours.beware"))
    return [mark(s, place=clean_name(door.place)) for s in out]


def _rhythm(change: Change, words: Language) -> list[str]:
    said = words.text(
        "elected.rhythm.told",
        place=words.isolate(change.place),
        before=words.isolate(change.before),
        now=words.isolate(change.now),
        share=words.share(change.probability),
    )
    place = clean_name(change.place)
    return [mark(said, place=place), words.text("elected.rhythm.beware")]


def _kept(kept: Kept, words: Language) -> list[str]:
    counted = days(kept.first, kept.last)
    inside, error = words.number(kept.inside), words.percent(kept.error)
    return [
        mark(words.text("elected.kept.told", count=kept.days, inside=inside), span=counted),
        mark(words.text("elected.kept.aim", error=error), span=counted),
    ]


def _peak(week: Week, found: TerritoryFacts, words: Language) -> list[str]:
    if week.peak is None:  # pragma: no cover - chosen only where it is there
        return []
    day, hour, count = week.peak
    key = "told" if len(found.places) > 1 else "told_one"
    said = words.text(
        f"elected.peak.{key}",
        day=words.date(week.monday + day * DAY),
        slot=words.slot(hour),
        passages=say.passages(words, count),
    )
    return [said]


def absent(page: chosen.Elected, found: TerritoryFacts, words: Language) -> list[str]:
    """Return why there are fewer facts than three; nothing where there are three."""
    if len(page.told) >= chosen.MOST_FACTS:
        return []
    unknown = {
        "happened": found.history is None and found.impacts is None,
        "apart": len(chosen.comparable(found)) < 2,
        "rhythm": found.activity.changes is None,
    }
    keys = [f"{k}_unknown" if unknown.get(k) else k for k in page.absent]
    return [words.text(f"elected.absent.{k}") for k in ("intro", *keys)]
