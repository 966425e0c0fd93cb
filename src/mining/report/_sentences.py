"""Sentences of a page: facts put into the words of a language."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mining.language import Language, clean_name, finite, joined
from mining.report import _confidence as sure
from mining.report._clock import DAY, WEEK
from mining.report._disclosure import Cell
from mining.report._incidents import Incident
from mining.report._journal import Entry
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._rhythms import Rhythm
from mining.report._trend import Trend
from mining.report._trials import ModelRow
from mining.report._weeks import Week

#: Bootstrap stability above which a group is called solid, or fair (Hennig 2007).
SOLID, FAIR = 0.85, 0.6


def passages(words: Language, value: float) -> str:
    """Return a count with its unit: "1 passage", "2 310 passages"."""
    return words.text("unit.passages", count=round(value))


def sensors(words: Language, used: int, total: int) -> str:
    """Return "3 compteurs", or "2 compteurs sur 3" where some are left out."""
    if used == total:
        return words.text("unit.sensors", count=used)
    return words.text("unit.sensors_of", count=used, total=words.number(total))


def days_period(first: pd.Timestamp, last: pd.Timestamp, words: Language) -> str:
    """Return "du 2 au 8 janvier 2026" for any run of days."""
    return words.period(first, last)


def week_reading(
    week: Week, facts: TerritoryFacts, words: Language, *, noon: bool = True
) -> list[str]:
    """Return how to read the week, and what it rests on; `noon`: with the share of midday."""
    out = [words.text("week.reading")]
    if ((week.states == Cell.LOW) | (week.states == Cell.WITHHELD)).any():
        out.append(words.text("week.reading_low", minimum=words.bound(facts.minimum)))
    if ((week.states == Cell.ABSENT) & week.exists).any():
        out.append(words.text("week.reading_absent"))
    if noon and finite(week.noon) and (week.typical or sure.told(week)):
        out.append(words.text("week.noon", share=words.percent(week.noon)))
    if week.share < 1 and not week.typical:
        out.append(words.text("week.share", share=words.share(week.share)))
    if week.clock_change:
        out.append(words.text("week.clock"))
    return out


def week_description(week: Week, words: Language) -> str:
    """Return what the heat map says, for who cannot see it."""
    day = week.busiest_day
    if week.peak is None or day is None:
        return words.text("week.figure_desc_bare")
    return words.text(
        "week.figure_desc",
        peak_day=words.weekday(week.peak[0]),
        slot=words.slot(week.peak[1]),
        passages=passages(words, week.peak[2]),
        day=words.weekday(day),
    )


def journal(place: PlaceFacts, words: Language) -> list[str]:
    """Return what the journal says of the week."""
    return [in_force(e, words) for e in place.journal]


def in_force(entry: Entry, words: Language) -> str:
    """Return the title of an entry of the journal, and when it is in force."""
    return words.text(
        "format.in_force",
        title=words.isolate(entry.title),
        period=words.text("format.since", first=words.date(entry.start, weekday=False))
        if entry.end == pd.Timestamp.max
        else span(entry.start, entry.end, words),
    )


def trend_description(trend: Trend, words: Language) -> str:
    """Return what the curve of weeks says, for who cannot see it."""
    known = np.flatnonzero(~np.isnan(trend.now))
    top = int(np.nanargmax(trend.now))
    return words.text(
        "trend.figure_desc",
        period=words.period(trend.mondays[0], trend.mondays[-1] + WEEK - DAY),
        passages=passages(words, trend.now[known[-1]]),
        top=passages(words, trend.now[top]),
        top_week=words.week(trend.mondays[top]),
    )


def trend_reading(trend: Trend, words: Language) -> list[str]:
    """Return what the curve of weeks rests on."""
    by = sensors(words, len(trend.sensors), trend.sensors_total)
    out = [words.text("trend.panel", sensors=by)]
    if (~trend.complete & ~np.isnan(trend.now)).any():
        out.append(words.text("trend.partial"))
    if np.isnan(trend.now).any() or (
        np.isnan(trend.before).any() and not np.isnan(trend.before).all()
    ):
        out.append(words.text("trend.gaps"))
    if any(trend.mondays[0] <= e.start <= trend.mondays[-1] for e in trend.hardware):
        out.append(words.text("trend.hardware"))
    if np.isnan(trend.before).all():
        out.append(words.text("trend.no_before"))
    return out


def rhythm_sentences(rhythm: Rhythm, words: Language) -> list[str]:
    """Return which group a place belongs to, and how far to trust it."""
    group = rhythm.group
    if rhythm.only_group:
        return [words.text("rhythm.single")]
    if group is None:
        return [words.text("rhythm.apart" if rhythm.apart else "rhythm.no_group")]
    out = [words.text("rhythm.group", group=words.isolate(group.name))]
    peers = [words.isolate(p) for p in group.places if p != rhythm.place]
    if peers:
        out.append(words.text("rhythm.peers", places=words.join(peers)))
    else:
        out.append(words.text("rhythm.alone"))
    if group.evidence:
        out.append(as_sentence(group.evidence, words))
    if finite(group.stability):
        out.append(stability(group.stability, words))
    if group.contrast:
        out.append(as_sentence(group.contrast, words))
    return [*out, words.text("rhythm.not")]


def stability(value: float, words: Language) -> str:
    """Return how far a group can be trusted, in words and in figures."""
    key = "stable" if value >= SOLID else "fair" if value >= FAIR else "weak"
    return words.text(f"rhythm.{key}", share=words.percent(value))


def rhythm_description(rhythm: Rhythm, words: Language) -> str:
    """Return what the curves of the usual days say, for who cannot see them."""
    peaks = [
        words.text(
            "rhythm.peak_desc",
            days=words.text(f"rhythm.{key}"),
            slot=words.slot(int(np.nanargmax(curve))),
        )
        for key, curve in zip(("working_days", "saturday", "sunday"), rhythm.curves, strict=True)
        if not np.isnan(curve).all()
    ]
    return words.text("rhythm.figure_desc", peaks=joined(" ", peaks))


def when(incident: Incident, words: Language) -> str:
    """Return the span of an incident in words."""
    return span(incident.start, incident.end, words)


def span(start: pd.Timestamp, end: pd.Timestamp, words: Language) -> str:
    """Return a span of time in words, its end exclusive."""
    whole_days = start == start.normalize() and end == end.normalize()
    if whole_days:
        last = end - pd.Timedelta(days=1)
        return words.date(start) if last <= start else words.period(start, last)
    if end <= start.normalize() + pd.Timedelta(days=1):
        midnight = end.normalize() == end
        last_hour = 24 if midnight else end.hour + end.minute / 60
        return words.text(
            "format.same_day",
            day=words.date(start),
            first=words.hour(start.hour + start.minute / 60),
            last=words.hour(last_hour),
        )
    first = words.moment(start, year=start.year != end.year)
    return words.text("format.from_to", first=first, last=words.moment(end))


def explanation(incident: Incident, minimum: int, words: Language) -> str:
    """Return the sentence of an incident, or its figures where it has none."""
    if incident.explanation:
        return as_sentence(incident.explanation, words)
    return in_brief(incident, minimum, words)


def in_brief(incident: Incident, minimum: int, words: Language) -> str:
    """Return what was counted and what was expected, in one short sentence."""
    if not (finite(incident.observed) and finite(incident.expected)):
        return words.text("incident.bare_unknown")
    expected = words.about(incident.expected, "passages")
    if incident.unsaid:
        return words.text("incident.bare_unsaid", expected=expected)
    if incident.few:
        return words.text("incident.bare_few", minimum=words.bound(minimum), expected=expected)
    if incident.observed == 0:
        return words.text("incident.bare_none", expected=expected)
    return words.text("incident.bare", count=round(incident.observed), expected=expected)


def as_sentence(text: str, words: Language) -> str:
    """Return words of an analysis as a sentence: a capital, a full stop, the right spaces."""
    clean = words.set(clean_name(text))
    full = clean if clean.endswith((".", "!", "?")) else f"{clean}."
    return words.read(full[:1].upper() + full[1:])


def limits(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> list[str]:
    """Return what the figures of a page do not say."""
    keys = ["passages", "sales", "cause", "calendar", "accuracy"]
    if place is facts.whole and len(facts.places) > 1:
        keys.insert(1, "sum")
    out = [words.text(f"limits.{k}") for k in keys]
    week = place.week
    if week is not None and not week.typical:
        if week.share < 1:
            out.append(words.text("limits.missing", share=words.share(1 - week.share)))
        left = week.sensors_total - len(week.sensors)
        if left:
            key = "limits.panel_one" if left == 1 else "limits.panel"
            if place is facts.whole and len(facts.places) > 1:
                key = f"{key}_together"
            total = words.number(week.sensors_total)
            out.append(words.text(key, n=words.number(left), total=total))
    if facts.whole.outlook or any(p.outlook for p in facts.places):
        out.append(words.text("limits.forecast"))
    return out


def verdict(models: tuple[ModelRow, ...], naive: str, words: Language) -> list[str]:
    """Return whether the chosen method beats a copy of last week, panel by panel: the first one."""
    if not models:
        return [words.text("model.none")]
    for row in models:
        rival = next((m for m in models if m.model == naive and m.panel == row.panel), None)
        if not row.chosen or rival is None or not (finite(row.wape) and finite(rival.wape)):
            continue
        key = "model.verdict_yes" if row.wape < rival.wape else "model.verdict_no"
        out = [words.text(key, wape=words.percent(row.wape, 1), naive=words.percent(rival.wape, 1))]
        if finite(row.coverage):
            out.append(words.text("model.coverage", share=words.percent(row.coverage, 1)))
        return out
    return [words.text("model.verdict_unknown")]


def model_names(models: list[str], words: Language) -> dict[str, str]:
    """Return a name in words for each model; unknown ones are numbered."""
    out, unknown = {}, 0
    for model in sorted(set(models)):
        if words.has(f"model.name.{model}"):
            out[model] = words.text(f"model.name.{model}")
        else:
            unknown += 1
            out[model] = words.text("model.name.other", number=words.number(unknown))
    return out
