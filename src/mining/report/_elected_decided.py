"""The decision of the page for elected members, in words."""

from __future__ import annotations

from typing import Any

from mining.language import Language, clean_name, finite, mark
from mining.report import _chronicle as chronicle
from mining.report import _elected_decision as decided
from mining.report import _elected_told as told
from mining.report import _sentences as say
from mining.report._activity_doors import Door, Slot
from mining.report._activity_hours import between, when
from mining.report._ahead import rounded
from mining.report._impacts import Impact
from mining.report._incidents import Incident
from mining.report._known import TerritoryFacts


def decision(taken: decided.Decision, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return the decision in words: the question, its figures, its ground, its limits, whom to ask.

    Parameters
    ----------
    taken : Decision
        The decision, or none.
    found : TerritoryFacts
        The territory.
    words : Language
        Words of the page.
    """
    names: dict[str, Any]
    match taken.about:
        case decided.Repair():
            key, names, said = "repair", *_repair(taken.about, words)
        case decided.Works():
            key, names, said = "works", *_works(taken.about, words)
        case Impact():
            key, names = "event", {"title": told.named(taken.about.title, words)}
            said = [told.effect("event", taken.about, words), words.text("elected.event.option")]
        case Incident():
            key, names, said = "cause", *_cause(taken.about, found, words)
        case Door():
            key, names = "hours_more", {"place": words.isolate(taken.about.place)}
            said = [_slot(s, words) for s in taken.about.extra[: decided.MOST_SLOTS]]
        case None:
            return _none(found, words)
    aside = {
        k: {"label": words.text(f"elected.{k}"), "text": words.text(f"elected.{key}.{k}")}
        for k in ("rests", "silent", "whom")
    }
    return {
        "title": words.text("elected.decision"),
        "ask": words.text(f"elected.{key}.ask", **names),
        "said": said,
        "aside": list(aside.values()),
    }


#: What the question names, and what is said below it.
_Parts = tuple[dict[str, Any], list[str]]


def _repair(sensor: decided.Repair, words: Language) -> _Parts:
    place = clean_name(sensor.place)
    if sensor.since is not None:
        lost = words.about(sensor.hours)
        said = words.text("elected.repair.since", moment=words.moment(sensor.since), n=lost)
    else:
        said = words.text("elected.repair.share", share=words.share(sensor.share))
    out = [mark(said, place=place)]
    key = "place" if place else "bare"
    out.append(words.text(f"elected.repair.{key}", place=words.isolate(place)))
    return {"sensor": words.isolate(sensor.name)}, out


def _works(works: decided.Works, words: Language) -> _Parts:
    title = told.named(works.entry.title, words)
    figures: dict[str, Any] = {
        k: rounded(day.middle, day.unit, words)
        for k, day in (("few", works.calm), ("many", works.busy))
    }
    names: dict[str, Any] = {
        k: words.date(day.day, year=False)
        for k, day in (("calm", works.calm), ("busy", works.busy))
    }
    days_said = words.text("elected.works.days", **figures, **names)
    out = [
        words.text("elected.works.planned", date=words.date(works.entry.start)),
        mark(days_said, unit="passages", place=clean_name(works.place)),
        words.text("elected.works.where_place", place=words.isolate(works.place))
        if works.place
        else words.text("elected.works.where_whole"),
    ]
    if works.quiet is not None:
        out.append(words.text("elected.works.quiet", slot=between(works.quiet, words)))
    return {"title": title}, out


def _cause(incident: Incident, found: TerritoryFacts, words: Language) -> _Parts:
    names = {r.sensor: r.name or r.sensor for r in found.quality}
    name = chronicle.where(incident, names, words)
    head = words.text(
        "elected.cause.case",
        when=chronicle.when(incident, words),
        label=told.nature(incident, words),
    )
    brief = say.in_brief(incident, found.minimum, words)
    said = [head, brief, words.text("elected.cause.use")]
    return {"place": words.isolate(name)}, [
        mark(s, place=name, span=told.period(incident)) for s in said
    ]


def _slot(slot: Slot, words: Language) -> str:
    said: dict[str, Any] = {"slot": when(slot, words), "n": words.about(slot.expected)}
    if not (finite(slot.low) and finite(slot.high)):
        return words.text("elected.hours_more.slot", **said)
    low, high = words.about(slot.low), words.about(slot.high)
    return words.text("elected.hours_more.slot_range", low=low, high=high, **said)


def _none(found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return that there is nothing to decide, and what was looked at."""
    searched = found.history is not None
    keys = ["repair" if searched else "repair_unknown", "works"]
    keys += ["event"] if found.impacts is not None else []
    keys += ["cause"] if searched else []
    return {
        "title": words.text("elected.no_decision"),
        "ask": words.text("elected.none.ask"),
        "said": [words.text(f"elected.none.{k}") for k in (*keys, "hours")],
        "aside": [],
    }
