"""Tables of the forecast: expected days, what drives them, and the week of each place."""

from __future__ import annotations

from mining.language import Language, clean_name, finite
from mining.report import _ahead as ahead
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._outlook import OutlookDay
from mining.report._tables import Table
from mining.report._totals import Total, Totals


def interval(total: Total, minimum: int, words: Language) -> str:
    """Return an expected total with its interval, as a cell."""
    few = words.below(minimum)
    if total.middle < minimum:
        return few
    return words.text(
        "outlook.range",
        middle=ahead.rounded(total.middle, total.unit, words),
        low=few if total.low < minimum else ahead.rounded(total.low, total.unit, words),
        high=ahead.rounded(total.high, total.unit, words),
    )


def outlook_table(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> Table | None:
    """Return each forecast day with its expected total and its busiest hour."""
    outlook = place.outlook
    if outlook is None:
        return None
    totals = {t.day: t for t in place.totals.days} if place.totals else {}
    rows = []
    for position, day in enumerate(outlook.days):
        name = words.date(day.day, year=False)
        if not day.whole:
            key = "outlook.partial_end" if position else "outlook.partial"
            name = words.text(key, day=name, hour=words.hour(day.first_hour))
        cells = [name[:1].upper() + name[1:]]
        total = totals.get(day.day)
        if outlook.daily:
            cells.append(
                interval(total, facts.minimum, words)
                if total
                else _range(day, facts.minimum, words)
            )
        else:
            cells.append(interval(total, facts.minimum, words) if total else words.about(day.total))
            cells += [words.hour(day.peak_hour), _range(day, facts.minimum, words)]
        rows.append(tuple(cells))
    if outlook.daily:
        columns = ["col_day", "col_range_daily"]
    else:
        columns = ["col_day", "col_interval" if totals else "col_total", "col_peak", "col_range"]
    caption = "caption_daily" if outlook.daily else "caption_own" if totals else "caption"
    headers = tuple(words.text(f"outlook.{c}") for c in columns)
    caption = words.text(f"outlook.{caption}")
    return Table(caption, headers, tuple(rows), lines=len(columns) > 2, wrap=True, unit="passages")


def _range(day: OutlookDay, minimum: int, words: Language) -> str:
    none, few = str(words.raw("site.none")), words.text("unit.less_than", n=words.number(minimum))
    if day.peak < minimum:
        return few
    low = few if day.peak_low < minimum else words.number(day.peak_low)
    return words.text(
        "outlook.range" if finite(day.peak_high) else "outlook.range_none",
        middle=words.number(day.peak),
        low=low if finite(day.peak_low) else none,
        high=words.number(day.peak_high) if finite(day.peak_high) else none,
    )


def totals_table(totals: Totals | None, minimum: int, words: Language) -> Table | None:
    """Return expected days with their intervals, or None without any."""
    if totals is None:
        return None
    rows = []
    for total in totals.days:
        name = words.date(total.day, year=False)
        if not total.whole:
            name = words.text("outlook.not_whole", day=name)
        rows.append((name[:1].upper() + name[1:], interval(total, minimum, words)))
    headers = (words.text("outlook.col_day"), words.text("outlook.col_interval"))
    return Table(
        words.text("outlook.caption_daily"), headers, tuple(rows), wrap=True, unit="passages"
    )


def driver_table(totals: Totals | None, words: Language) -> Table | None:
    """Return what drives each whole day away from an ordinary one: each row adds up."""
    if totals is None or not totals.drivers:
        return None
    days = totals.drivers
    used = [n for k, (n, _) in enumerate(days[0].parts) if any(d.parts[k][1] for d in days)]
    rows = []
    for day in days:
        parts = dict(day.parts)
        name = words.date(day.day, year=False)
        rows.append(
            (
                name[:1].upper() + name[1:],
                words.number(day.usual),
                *(ahead.signed(parts[n], words) for n in used),
                words.number(day.expected),
            )
        )
    columns = (
        words.text("outlook.col_day"),
        words.text("driver.col_usual"),
        *(words.text(f"driver.col_{n}") for n in used),
        words.text("driver.col_expected"),
    )
    return Table(words.text("driver.caption"), columns, tuple(rows), unit="passages")


def outlook_places(facts: TerritoryFacts, words: Language, pages: dict[str, str]) -> Table | None:
    """Return the expected week of each place, or None without forecast."""
    found = [(p, p.outlook) for p in facts.places if p.outlook and p.outlook.next_week]
    if not found:
        return None
    own = any(p.totals and p.totals.week for p, _ in found)
    tried = any(p.score for p, _ in found)
    rows: list[tuple[str, ...]] = []
    links: dict[int, str] = {}
    for place, outlook in found:
        best = max(outlook.next_week, key=lambda d: d.total)
        links[len(rows)] = pages[place.name]
        total = words.text("unit.about", n=words.about(outlook.next_week_total))
        if place.totals and place.totals.week:
            total = interval(place.totals.week, facts.minimum, words)
        error = (_error(place, words),) if tried else ()
        rows.append((clean_name(place.name), total, words.date(best.day, year=False), *error))
    days = found[0][1].next_week
    period = words.period(days[0].day, days[-1].day)
    columns = ["place", "week_own" if own else "week", "best", *(["error"] if tried else [])]
    headers = tuple(words.text(f"outlook.col_{c}") for c in columns)
    caption = words.text("outlook.index_caption", period=period)
    return Table(
        caption,
        headers,
        tuple(rows),
        links,
        text=frozenset({2}),
        lines=True,
        wrap=True,
        unit="passages",
        place=0,
    )


def _error(place: PlaceFacts, words: Language) -> str:
    score, none = place.score, str(words.raw("site.none"))
    if score is None or not finite(score.wape):
        return none
    naive = words.percent(score.naive_wape, 1) if finite(score.naive_wape) else none
    return words.text("outlook.error_cell", wape=words.percent(score.wape, 1), naive=naive)
