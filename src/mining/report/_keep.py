"""What to remember of a page: three to five sentences, a figure in each."""

from __future__ import annotations

from typing import Any

import numpy as np

from mining import cube as cubes
from mining.report import _ahead as ahead
from mining.report import _sentences as say
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._language import Language
from mining.report._trend import Comparison
from mining.report._weeks import Week


def keep(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> list[str]:
    """Return what to remember of a page: three to five sentences, a figure in each."""
    if not place.sensors:
        counting = sum(cubes.kind_of(r.kind).is_count for r in facts.quality)
        others = len(facts.quality) - counting
        key = "keep.no_place" if counting else "keep.no_counting"
        return [words.text(key, n=words.number(counting or others))]
    out = [_total(place, facts, words)]
    if place.last.possible and place.week and not place.week.typical:
        out[0] += f" {_last(place.last, words)}"
    out.append(_year(place.year, words))
    week = place.week
    if place is facts.whole and len(facts.places) > 1 and _busiest(facts, words):
        out.append(_busiest(facts, words))
    elif week is not None and _peak(week, words):
        out.append(_peak(week, words))
    out.append(_ahead(place, facts, words))
    out.append(_incidents(place, words))
    return out[:5]


def _total(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    week = place.week
    if week is None:
        monday = place.last.now
        if monday is None:
            return words.text("keep.no_week")
        shut = place is facts.whole and any(p.week for p in facts.places)
        key = "shut" if shut else "silent_one" if len(place.sensors) == 1 else "silent"
        return words.text(
            f"keep.{key}", n=words.number(len(place.sensors)), week=words.week(monday)
        )
    name = words.week(week.monday)
    if week.typical:
        about = words.about(week.total)
        return words.text("keep.total_typical", count=round(week.total), week=name, n=about)
    by = say.sensors(words, len(week.sensors), week.sensors_total)
    if week.total < facts.minimum:
        return words.text(
            "keep.total_few", minimum=words.number(facts.minimum), week=name, sensors=by
        )
    return words.text("keep.total", count=round(week.total), week=name, sensors=by)


def _last(last: Comparison, words: Language) -> str:
    change = words.percent(last.change, 1, signed=True)
    if abs(last.change) < 0.005:
        return words.text("keep.last_flat", change=change)
    return words.text("keep.last_up" if last.change > 0 else "keep.last_down", change=change)


def _year(year: Comparison, words: Language) -> str:
    if not year.possible:
        return words.text("keep.year_none", reason=words.text(f"compare.{year.reason}"))
    change = words.percent(year.change, 1, signed=True)
    if year.hardware:
        return words.text("keep.year_hardware", change=change)
    if len(year.sensors) < year.sensors_total:
        by = say.sensors(words, len(year.sensors), year.sensors_total)
        return words.text("keep.year_some", change=change, sensors=by)
    return words.text("keep.year", change=change)


def _peak(week: Week, words: Language) -> str:
    day = week.busiest_day
    if day is None:
        return ""
    if week.peak is None:
        return words.text(
            "keep.peak_day", day=words.weekday(day), passages=say.passages(words, week.days[day])
        )
    peak_day, hour, count = week.peak
    said: dict[str, Any] = {"slot": words.slot(hour), "passages": say.passages(words, count)}
    if week.typical:
        return words.text("keep.peak_typical", peak_day=words.weekday(peak_day), **said)
    if peak_day == day:
        return words.text("keep.peak_same", day=words.weekday(day), **said)
    return words.text("keep.peak", day=words.weekday(day), peak_day=words.weekday(peak_day), **said)


def _busiest(facts: TerritoryFacts, words: Language) -> str:
    """Return which place is the busiest of the territory."""
    known = [(p.week.total, p.name) for p in facts.places if p.week and not p.week.typical]
    if not known or max(known)[0] < facts.minimum:
        return ""
    total, name = max(known)
    return words.text(
        "keep.places",
        place=words.isolate(name),
        n=words.number(len(facts.places)),
        passages=say.passages(words, total),
    )


def _ahead(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    totals = place.totals
    if totals is not None and totals.week is not None and totals.week.low >= facts.minimum:
        week, coming = totals.week, totals.next_week
        return words.text(
            "keep.ahead_own",
            count=round(week.middle / week.unit) * week.unit,
            low=ahead.rounded(week.low, week.unit, words),
            high=ahead.rounded(week.high, week.unit, words),
            period=say.days_period(coming[0].day, coming[-1].day, words),
            day=words.date(max(coming, key=lambda d: d.middle).day, year=False),
        )
    outlooks = [place.outlook] if place.outlook else []
    if place is facts.whole:
        outlooks = [p.outlook for p in facts.places if p.outlook]
    days = next((o.next_week for o in outlooks), ())
    if not days:
        return words.text("keep.ahead_none")
    totals = np.sum([[d.total for d in o.next_week] for o in outlooks], axis=0)
    best = days[int(np.argmax(totals))].day
    return words.text(
        "keep.ahead",
        count=round(float(totals.sum())),
        n=words.about(float(totals.sum())),
        period=say.days_period(days[0].day, days[-1].day, words),
        day=words.date(best, year=False),
    )


def _incidents(place: PlaceFacts, words: Language) -> str:
    if place.incidents is None:
        return words.text("keep.incidents_unknown")
    count = place.incidents.recent_count
    return words.text("keep.incidents", count=count) if count else words.text("keep.incidents_zero")
