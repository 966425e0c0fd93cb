"""Sentences of the forecast: what is expected, what drives it, how far it can be trusted."""

from __future__ import annotations

from typing import Any

from mining.language import Language, clean_name, finite, joined
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._outlook import Outlook
from mining.report._totals import DayDrivers, Total, Totals

#: Share of a day's distance from which a driver is named, and how many are named at most.
MAIN = 0.2
MOST = 2


def rounded(value: float, unit: int, words: Language) -> str:
    """Return an expected figure, rounded to what is known of it."""
    return words.number(round(value / unit) * unit)


def signed(value: int, words: Language) -> str:
    """Return a figure that is added, with its sign."""
    return words.signed(words.number(value, unit="passages"))


def description(outlook: Outlook, words: Language) -> str:
    """Return what the curve of hours says, for who cannot see it."""
    days = outlook.whole_days or outlook.days
    return words.text(
        "outlook.figure_desc",
        total=words.about(sum(d.total for d in days)),
        period=words.period(days[0].day, days[-1].day),
    )


def days_description(totals: Totals, words: Language) -> str:
    """Return what the figure of days says, for who cannot see it."""
    best = max(totals.days, key=lambda d: d.middle)
    return words.text(
        "outlook.days_desc",
        period=words.period(totals.days[0].day, totals.days[-1].day),
        day=words.date(best.day, year=False),
        passages=words.text("unit.passages", count=round(best.middle / best.unit) * best.unit),
    )


def week(totals: Totals | None, minimum: int, words: Language) -> str:
    """Return the total of the next seven whole days with its interval, or nothing."""
    if totals is None or totals.week is None:
        return ""
    days = totals.next_week
    period = words.period(days[0].day, days[-1].day)
    return _expected("week", totals.week, period[:1].upper() + period[1:], minimum, words)


def lines(
    totals: Totals | None, minimum: int, words: Language, *, drivers: bool = True
) -> list[str]:
    """Return a line for each day of the next week: its total, and what drives it if it is unusual.

    Parameters
    ----------
    totals : Totals or None
        Expected totals.
    minimum : int
        Smallest count that may be shown.
    words : Language
        Words of the page.
    drivers : bool
        Whether to say what drives a day.
    """
    if totals is None:
        return []
    known = {d.day: d for d in totals.drivers if d.notable and drivers}
    out = []
    for total in totals.next_week:
        name = words.date(total.day, year=False)
        line = _expected("line", total, name[:1].upper() + name[1:], minimum, words)
        if total.day in known:
            line = line + " " + driven(known[total.day], words)
        out.append(line)
    return out


def _expected(key: str, total: Total, name: str, minimum: int, words: Language) -> str:
    if total.middle < minimum:
        return words.text(f"outlook.{key}_few", name=name, n=words.bound(minimum))
    few = total.low < minimum
    return words.text(
        f"outlook.{key}_top" if few else f"outlook.{key}",
        count=round(total.middle / total.unit) * total.unit,
        name=name,
        low=rounded(total.low, total.unit, words),
        high=rounded(total.high, total.unit, words),
    )


def driver_reading(totals: Totals | None, words: Language) -> list[str]:
    """Return how to read what drives a day, where it is told."""
    if totals is None or not totals.drivers:
        return []
    return [words.text(f"driver.{key}") for key in ("reading", "model", "share")]


def driven(day: DayDrivers, words: Language) -> str:
    """Return what a day owes to its main drivers; the table beside it has them all."""
    up = day.difference > 0
    parts = sorted(((n, v) for n, v in day.parts if v), key=lambda p: -abs(p[1]))
    main = [p for p in parts if abs(p[1]) >= MAIN * abs(day.difference) and p[0] != "other"]
    with_it = [p for p in main if (p[1] > 0) == up][:MOST] or parts[:1]
    against = [p for p in main if (p[1] > 0) != up and p not in with_it][:1]
    key = "up" if up else "down"
    return words.text(
        f"driver.{key}_against" if against else f"driver.{key}",
        n=words.number(abs(day.difference)),
        weekday=words.weekday(day.day.day_of_week),
        parts=words.join([_part(n, v, words) for n, v in with_it]),
        against=joined("", (_part(n, v, words) for n, v in against)),
    )


def _part(name: str, value: int, words: Language) -> str:
    return words.text(
        "driver.part", name=words.text(f"driver.name.{name}"), value=signed(value, words)
    )


def warning(place: PlaceFacts, words: Language) -> str:
    """Return that the forecast is no better than last week, where it is not."""
    score = place.score
    beaten = score is not None and finite(score.naive_wape) and not score.better
    return words.text("outlook.not_better") if beaten else ""


def simple_models(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> str:
    """Return how many sensors are served by a simple model, where some are."""
    simple = sum(m != facts.chosen for m in place.served)
    if simple and simple == len(place.served):
        return words.text("outlook.simple_all")
    total = words.number(len(place.served))
    return words.text("outlook.simple_some", count=simple, total=total) if simple else ""


def reading(place: PlaceFacts, words: Language, names: dict[str, str]) -> list[str]:
    """Return how to read the forecast, and its methods."""
    if place.outlook is None:
        return []
    daily = place.outlook.daily
    keys = ["reading_daily"] if daily else ["reading"]
    if not daily:
        keys.append("days" if place.totals is None else "days_own")
    out = [words.text(f"outlook.{k}") for k in keys]
    methods = [names[m] for m in dict.fromkeys(sorted(place.served, key=place.served.count)[::-1])]
    if methods:
        key = "model" if len(methods) == 1 else "models"
        out.append(words.text(f"outlook.{key}", model=words.join(methods)))
    return out


def past(place: PlaceFacts, words: Language) -> list[str]:
    """Return how the last announced days turned out; before there are any, how trials did.

    Each stands beside its simple rival, a copy of the week before.
    """
    told = kept(place, words, "kept")
    if place.kept is not None and finite(place.kept.naive):
        told.append(words.text("reading.past.naive", naive=words.percent(place.kept.naive)))
    if place.outlook is None:
        return told
    trials = _trials(place, words, daily=place.outlook.daily)
    if told or place.score is None:
        return [*told, *trials]
    return [words.text("reading.past.trials"), *trials]


def _trials(place: PlaceFacts, words: Language, *, daily: bool) -> list[str]:
    score = place.score
    if score is None:
        return [words.text("outlook.no_score")]
    key = "outlook.score_daily" if daily else "outlook.score"
    out = [words.text(key, share=words.percent(score.covered / score.hours))]
    if finite(score.wape):
        said: dict[str, Any] = {"wape": words.percent(score.wape, 1)}
        if finite(score.naive_wape):
            said["naive"] = words.percent(score.naive_wape, 1)
        out.append(
            words.text("outlook.error" if "naive" in said else "outlook.error_alone", **said)
        )
    return out


def kept(place: PlaceFacts, words: Language, key: str) -> list[str]:
    """Return how the last announced days turned out, once some of them have been counted."""
    found = place.kept
    if found is None:
        return []
    said = {"inside": words.number(found.inside), "error": words.percent(found.error)}
    return [words.text(f"outlook.{key}", count=found.days, **said)]


def verdict_places(facts: TerritoryFacts, words: Language) -> list[str]:
    """Return in how many places the forecast beats last week, and where it does not."""
    tried = [p for p in facts.places if p.score and finite(p.score.naive_wape)]
    if not tried:
        return []
    worse = [words.isolate(clean_name(p.name)) for p in tried if p.score and not p.score.better]
    total = words.number(len(tried))
    if not worse:
        return [words.text("outlook.better_all", count=len(tried))]
    return [
        words.text("outlook.better_some", count=len(worse), total=total, places=words.join(worse))
    ]


def verdict_sensors(facts: TerritoryFacts, words: Language) -> list[str]:
    """Return how many sensors are served by a simple model."""
    served = facts.whole.served
    simple = sum(m != facts.chosen for m in served)
    if not served or not simple:
        return []
    return [words.text("outlook.simple_sensors", count=simple, total=words.number(len(served)))]
