"""What to remember of a page: three to five sentences, a figure in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mining import cube as cubes
from mining.language import Language, clean_name, days, figures_of, implied, mark
from mining.report import _ahead as ahead
from mining.report import _confidence as sure
from mining.report import _sentences as say
from mining.report._compare import Comparison
from mining.report._key import changed, week_total
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._outlook import Outlook
from mining.report._totals import Totals
from mining.report._weeks import Week


def keep(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> list[str]:
    """Return what to remember of a page: three to five sentences, a figure in each."""
    if not place.sensors:
        counting = sum(cubes.kind_of(r.kind).is_count for r in facts.quality)
        others = len(facts.quality) - counting
        key = "keep.no_place" if counting else "keep.no_counting"
        return [words.text(key, n=words.number(counting or others))]
    out = [_total(place, facts, words)]
    week = place.week
    known = week is not None and (week.typical or sure.of(out[0]) != sure.INSUFFICIENT)
    if place.last.possible and known and week is not None and not week.typical:
        out[0] = out[0] + _last(place.last, words)
    out.append(_year(place.year, words))
    if place is facts.whole and len(facts.places) > 1 and _busiest(facts, words):
        out.append(_busiest(facts, words))
    elif week is not None and known and _peak(week, words):
        out.append(_peak(week, words))
    out.append(_ahead(place, facts, words))
    out.append(_incidents(place, facts, words))
    return out[:5]


def _total(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    week = place.week
    if week is None:
        return _silent(place, facts, words)
    name = words.week(week.monday)
    if week.typical:
        about = words.about(week.total)
        return words.text("keep.total_typical", count=round(week.total), week=name, n=about)
    total = week_total(week, facts, words)
    if sure.of(total) == sure.INSUFFICIENT:
        said = words.text("keep.total_unsure", week=name, share=words.share(week.share))
        return implied(said, figures_of(total)[0])
    by = say.sensors(words, len(week.sensors), week.sensors_total)
    if week.total < facts.minimum:
        few = total[figures_of(total)[0].at :]
        return words.text("keep.total_few", minimum=few, week=name, sensors=by)
    return words.text("keep.total", count=round(week.total), n=total, week=name, sensors=by)


def _silent(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    monday = place.last.now
    if monday is None:
        return words.text("keep.no_week")
    shut = place is facts.whole and any(p.week for p in facts.places)
    key = "shut" if shut else "silent_one" if len(place.sensors) == 1 else "silent"
    number = words.number(len(place.sensors))
    return words.text(f"keep.{key}", n=number, week=words.week(monday))


def _last(last: Comparison, words: Language) -> str:
    change = changed("week_change", last, words)
    if sure.of(change) == sure.INSUFFICIENT:
        return ""
    if abs(last.change) < 0.005:
        return " " + words.text("keep.last_flat", change=change)
    return " " + words.text("keep.last", change=change)


def _year(year: Comparison, words: Language) -> str:
    if not year.possible:
        return words.text("keep.year_none", reason=words.text(f"compare.{year.reason}"))
    change = changed("year_change", year, words)
    if sure.of(change) == sure.INSUFFICIENT:
        said = words.text("keep.year_unsure", share=words.share(year.share))
        return implied(said, figures_of(change)[0])
    key = "standing.keep_year" if year.naive else "keep.year"
    if year.hardware:
        return words.text(f"{key}_hardware", change=change)
    if len(year.sensors) < year.sensors_total:
        by = say.sensors(words, len(year.sensors), year.sensors_total)
        return words.text(f"{key}_some", change=change, sensors=by)
    return words.text(key, change=change)


def _peak(week: Week, words: Language) -> str:
    day = week.busiest_day
    if day is None:
        return ""
    if week.peak is None:
        return words.text(
            "keep.peak_day", day=words.weekday(day), passages=say.passages(words, week.days[day])
        )
    peak_day, hour, count = week.peak
    span = None if week.typical else days(week.monday + pd.Timedelta(days=peak_day))
    passages = mark(
        say.passages(words, count),
        fact="peak_hour",
        span=span,
        confidence="" if week.typical else sure.confidence(week.share),
    )
    said: dict[str, Any] = {"slot": words.slot(hour), "passages": passages}
    if week.typical:
        return words.text("keep.peak_typical", peak_day=words.weekday(peak_day), **said)
    if peak_day == day:
        return words.text("keep.peak_same", day=words.weekday(day), **said)
    return words.text("keep.peak", day=words.weekday(day), peak_day=words.weekday(peak_day), **said)


def _busiest(facts: TerritoryFacts, words: Language) -> str:
    """Return which place is the busiest of the territory."""
    known = [
        (p.week.total, p.name, p.week.share) for p in facts.places if p.week and sure.told(p.week)
    ]
    if not known or max(known)[0] < facts.minimum:
        return ""
    total, name, share = max(known)
    place, confidence = clean_name(name), sure.confidence(share)
    return words.text(
        "keep.places",
        place=words.isolate(name),
        n=words.number(len(facts.places)),
        passages=mark(say.passages(words, total), place=place, confidence=confidence),
    )


def _ahead(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    totals = place.totals
    own = totals is not None and totals.week is not None and totals.week.low >= facts.minimum
    outlooks = [place.outlook] if place.outlook else []
    if place is facts.whole:
        outlooks = [p.outlook for p in facts.places if p.outlook]
    hours = sure.recent_hours(place, facts.quality)
    if sure.confidence(hours) == sure.INSUFFICIENT:
        said = words.text("keep.ahead_unsure", share=words.share(hours))
        why = str(words.text("annex.why.hours", share=str(words.share(hours))))
        known: dict[str, Any] = {
            "fact": "next_week",
            "unit": "passages",
            "confidence": sure.INSUFFICIENT,
        }
        return implied(said, why=why, **known)
    if not own and not any(o.next_week for o in outlooks[:1]):
        return words.text("keep.ahead_none")
    if totals is not None and own:
        return _ahead_own(totals, hours, words)
    return _ahead_sum(outlooks, hours, words)


def _ahead_own(totals: Totals, hours: float, words: Language) -> str:
    week, coming = totals.week, totals.next_week
    if week is None:  # pragma: no cover - asked for only where it is there
        return ""
    known: dict[str, Any] = {
        "confidence": sure.expected(week, hours),
        "span": days(coming[0].day, coming[-1].day),
        "unit": "passages",
    }
    middle, low, high = (
        mark(ahead.rounded(value, week.unit, words), fact=f"next_week{part}", **known)
        for value, part in ((week.middle, ""), (week.low, "_low"), (week.high, "_high"))
    )
    return words.text(
        "keep.ahead_own",
        count=round(week.middle / week.unit) * week.unit,
        n=middle,
        low=low,
        high=high,
        period=words.period(coming[0].day, coming[-1].day),
        day=words.date(max(coming, key=lambda d: d.middle).day, year=False),
    )


def _ahead_sum(outlooks: Sequence[Outlook], hours: float, words: Language) -> str:
    """Return the sum of the hours of places: an order of size, without interval."""
    coming = outlooks[0].next_week
    totals = np.sum([[d.total for d in o.next_week] for o in outlooks], axis=0)
    period = words.period(coming[0].day, coming[-1].day)
    about = mark(
        words.about(float(totals.sum())),
        fact="next_week",
        span=days(coming[0].day, coming[-1].day),
        confidence=sure.expected(None, hours),
    )
    return words.text(
        "keep.ahead",
        count=round(float(totals.sum())),
        n=about,
        period=period,
        day=words.date(coming[int(np.argmax(totals))].day, year=False),
    )


def _incidents(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    if place.incidents is None:
        return words.text("keep.incidents_unknown")
    # What was not counted may hide an incident; what was found stays found.
    solid = sure.confidence(sure.recent_hours(place, facts.quality)) == sure.SOLID
    known: dict[str, Any] = {
        "fact": "incidents_recent",
        "confidence": sure.SOLID if solid else sure.INDICATIVE,
    }
    count = place.incidents.recent_count
    if not count:
        return implied(words.text("keep.incidents_zero"), value=0.0, unit="incidents", **known)
    counted = mark(words.number(count), **known)
    return words.text("keep.incidents", count=count, n=counted)
