"""Do the intervals hold? Sentences and tables of the quality page."""

from __future__ import annotations

from collections.abc import Mapping

from mining.language import Language
from mining.report._tables import Table
from mining.report._trials import CoverageRow

#: What intervals promise, and the shares between which they are said to keep it: all hours
#: together, and one sensor or situation alone.
AIM = 0.8
CLOSE, FAIR = (0.78, 0.82), (0.7, 0.9)


def verdict(rows: tuple[CoverageRow, ...], names: Mapping[str, str], words: Language) -> list[str]:
    """Return whether the intervals hold, and for which sensor they hold worst."""
    overall = next((r for r in rows if r.by == "all"), None)
    if overall is None:
        return [words.text("cover.none")]
    near = "nearly_" if _within(overall.share, FAIR) else ""
    key = "yes" if _within(overall.share, CLOSE) else near + _side(overall.share)
    out = [
        words.text(
            f"cover.verdict_{key}",
            share=words.percent(overall.share, 1),
            n=words.number(overall.hours),
        )
    ]
    sensors = [r for r in rows if r.by == "sensor"]
    if len(sensors) > 1:
        worst = max(sensors, key=lambda r: (abs(r.share - AIM), r.key))
        name = words.isolate(names.get(worst.key, worst.key))
        out.append(words.text("cover.worst", sensor=name, share=words.percent(worst.share, 1)))
    return out


def _within(share: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= round(share, 3) <= bounds[1]


def _side(share: float) -> str:
    return "narrow" if share < AIM else "wide"


def tables(
    rows: tuple[CoverageRow, ...], names: Mapping[str, str], words: Language, *, hourly: bool
) -> list[Table]:
    """Return what the intervals held, by situation and by sensor."""
    out = []
    steps = "hours" if hourly else "steps"
    for kind, by in (
        ("situation", ("all", "special", "day_ahead", "hours")),
        ("sensor", ("sensor",)),
    ):
        here = [r for r in rows if r.by in by]
        if not here:
            continue
        columns = (kind, "share", steps, "verdict")
        body = tuple(
            (
                _name(r, names, words),
                words.percent(r.share, 1),
                words.number(r.hours, unit=steps),
                words.text(f"cover.{_word(r.share)}"),
            )
            for r in here
        )
        headers = tuple(words.text(f"cover.col_{c}") for c in columns)
        caption = words.text(f"cover.caption_{kind}")
        out.append(Table(caption, headers, body, text=frozenset({3})))
    return out


def _word(share: float) -> str:
    return "held" if _within(share, FAIR) else _side(share)


def _name(row: CoverageRow, names: Mapping[str, str], words: Language) -> str:
    if row.by == "sensor":
        return names.get(row.key, row.key)
    if row.by == "day_ahead":
        day = int(row.key)
        return words.text("cover.first_day" if day == 1 else "cover.nth_day", n=words.number(day))
    if row.by == "hours":
        first, last = (int(h) for h in row.key.split("-"))
        return words.text("cover.hours", first=words.hour(first), last=words.hour(last))
    return words.text(f"cover.{row.key}")
