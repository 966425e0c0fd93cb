"""What events brought or cost, in words: one row each, or why it cannot be said."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mining.language import Language, clean_name, finite, joined
from mining.report._impacts import Impact
from mining.report._known import TerritoryFacts
from mining.report._tables import Table

#: Rows of the table.
MOST_IMPACTS = 40


def impact_table(impacts: Sequence[Impact], facts: TerritoryFacts, words: Language) -> Table:
    """Return what events brought or cost, or why that cannot be said."""
    none = words.text("impact.not_told")
    rows = []
    for impact in impacts[:MOST_IMPACTS]:
        shown = impact.claimed and finite(impact.effect)
        parts = impact.percent, impact.percent_low, impact.percent_high
        rows.append(
            (
                clean_name(words.set(impact.title)) or str(words.raw("site.none")),
                span(impact, words),
                _range((impact.effect, impact.low, impact.high), words) if shown else none,
                _range(parts, words, share=True) if shown and finite(impact.percent) else none,
                joined(" ", _said(impact, facts.minimum, words, shown=shown)),
            )
        )
    keys = ("title", "when", "effect", "percent", "say")
    columns = tuple(words.text(f"impact.col_{k}") for k in keys)
    caption = words.text("impact.caption")
    every = frozenset(range(5))
    return Table(
        caption,
        columns,
        tuple(rows),
        text=every,
        stack=True,
        quiet=True,
        wrap=True,
        unit="passages",
    )


def span(impact: Impact, words: Language, *, capital: bool = True) -> str:
    """Return when an event was, as the beginning of a cell or within a sentence."""
    if impact.end >= pd.Timestamp("2200-01-01"):
        text = words.text("format.since", first=words.date(impact.start, weekday=False))
    else:
        first, last = impact.start.normalize(), (impact.end - pd.Timedelta("1ns")).normalize()
        text = words.date(first) if last <= first else words.period(first, last)
    return text[:1].upper() + text[1:] if capital else text


def _range(values: tuple[float, float, float], words: Language, *, share: bool = False) -> str:
    middle, low, high = (
        (words.percent(v, signed=True) if share else signed(v, words)) if finite(v) else ""
        for v in values
    )
    if not low or not high:
        return middle
    return words.text("impact.range", middle=middle, low=low, high=high)


def signed(value: float, words: Language) -> str:
    """Return an estimated number to three digits with its sign."""
    return words.signed(words.about(value, "passages"))


def _said(impact: Impact, minimum: int, words: Language, *, shown: bool) -> list[str]:
    out = []
    if not shown:
        own = f"impact_words.reason.{impact.reason}"
        out.append(words.text(own if words.has(own) else "impact_words.reason.other"))
    if finite(impact.expected) and (impact.few or impact.unsaid or finite(impact.observed)):
        expected = words.about(impact.expected, "passages")
        if impact.unsaid:
            out.append(words.text("incident.bare_unsaid", expected=expected))
        elif impact.few:
            least = words.bound(minimum)
            out.append(words.text("impact.seen_few", minimum=least, expected=expected))
        else:
            observed = words.number(impact.observed)
            out.append(words.text("impact.seen", observed=observed, expected=expected))
    if shown:
        out += _aside(impact, minimum, words)
        if impact.reason == "history":
            out.append(words.text("impact.alone"))
    return out


def _aside(impact: Impact, minimum: int, words: Language) -> list[str]:
    """Return what is clear of the days before and of the sensors beside, in one sentence."""
    parts = {"before": impact.before, "spill": impact.spill}
    if not any(finite(value) for value, *_ in parts.values()):
        return []
    clear = [
        words.text(f"impact.aside_{key}", n=signed(value, words))
        for key, (value, low, high) in parts.items()
        if finite(value) and (low > 0 or high < 0) and abs(value) >= max(minimum, 1)
    ]
    if not clear:
        known = [key for key, (value, *_) in parts.items() if finite(value)]
        return [words.text(f"impact.aside_none_{'both' if len(known) > 1 else known[0]}")]
    return [words.text("impact.aside", where=words.join(clear))]
