"""Two weeks compared, in words: what was aligned, what it changes, and what to beware of."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mining.language import Language, days, mark
from mining.report import _confidence as sure
from mining.report import _sentences as say
from mining.report._clock import DAY, WEEK
from mining.report._compare import Comparison
from mining.report._key import cell, changed
from mining.report._tables import Table
from mining.report._twins import BRIDGE, Twin


def compared(found: Comparison, words: Language, *, year: bool) -> list[str]:
    """Return a comparison in words, or why there is none, then what to beware of.

    Parameters
    ----------
    found : Comparison
        With the week before, or with a year earlier.
    words : Language
        Words of the page.
    year : bool
        Which of the two.
    """
    which = "year" if year else "last"
    if not found.possible or found.now is None or found.before is None:
        reason = words.text(f"compare.{found.reason}")
        return [words.text(f"compare.impossible_{which}", reason=reason)]
    if sure.confidence(found.share) == sure.INSUFFICIENT:
        key = "keep.year_unsure" if year else "standing.last_unsure"
        return [words.text(key, share=words.share(found.share))]
    out = [_year(found, found.now, words) if year else _last(found, found.before, words)]
    if year:
        by = say.sensors(words, len(found.sensors), found.sensors_total)
        out += [words.text("compare.how", sensors=by), *_aligned(found, words)]
    if found.unlike:
        out.append(words.text("standing.unlike"))
    if found.set_aside:
        out.append(words.text("compare.set_aside", count=len(found.set_aside)))
    return out + _hardware(found, words)


def _year(found: Comparison, now: pd.Timestamp, words: Language) -> str:
    before = words.number(found.passages_before, unit="passages")
    return words.text(
        "standing.year" if found.naive else "compare.year",
        count=round(found.passages),
        week=words.week(now),
        before=mark(before, span=span_before(found)),
        change=words.percent(found.change, 1, signed=True),
    )


def _last(found: Comparison, before: pd.Timestamp, words: Language) -> str:
    return words.text(
        "compare.last",
        count=round(found.passages_before),
        week=words.week(before),
        change=words.percent(found.change, 1, signed=True),
    )


def span_before(found: Comparison) -> tuple[str, str] | None:
    """Return the first and the last of the days that a week is compared with."""
    if found.before is None:
        return None
    others = [] if found.twins is None else [d for d in found.twins.others if d is not None]
    first, last = found.before, found.before + WEEK - DAY
    return days(min(others, default=first), max(others, default=last))


def _aligned(found: Comparison, words: Language) -> list[str]:
    """Return which days were moved, what the change would be without, and school holidays."""
    out: list[str] = []
    twins = found.twins
    if twins is None:
        return out
    moved = [t for t in twins.moved if t.other is not None]
    if moved:
        out.append(words.text("standing.aligned", count=len(moved)))
    left = len(twins.moved) - len(moved)
    if left:
        out.append(words.text("standing.left", count=left))
    naive = found.naive
    if naive is not None and sure.confidence(naive.share) != sure.INSUFFICIENT:
        out.append(words.text("standing.naive", change=words.percent(naive.change, 1, signed=True)))
    if twins.school != twins.school_before:
        now, before = (words.number(n, unit="days") for n in (twins.school, twins.school_before))
        out.append(words.text("standing.school", n=now, before=before))
    return out


def curve(found: Comparison, words: Language) -> list[str]:
    """Return that the curve of a year earlier aligns no holidays, where that makes a difference."""
    return [words.text("standing.curve")] if found.naive else []


def _hardware(found: Comparison, words: Language) -> list[str]:
    if not found.hardware:
        return []
    entries = [
        words.text("compare.hardware_entry", date=words.date(e.start), title=words.isolate(e.title))
        for e in found.hardware
    ]
    return [words.text("compare.hardware"), *entries]


def twins_table(found: Comparison, words: Language) -> Table | None:
    """Return the days that are compared with another one than usual, and why, or None."""
    if not found.possible or found.twins is None or not found.twins.moved:
        return None
    rows = tuple(
        (
            _capital(words.date(t.day)),
            words.date(t.other) if t.other is not None else words.text("standing.twins.left"),
            words.text(f"standing.twins.{_why(t)}"),
        )
        for t in found.twins.moved
    )
    columns = tuple(words.text(f"standing.twins.col_{c}") for c in ("day", "other", "why"))
    caption = words.text("standing.twins.caption")
    return Table(caption, columns, rows, text=frozenset(range(3)), stack=True)


def _why(twin: Twin) -> str:
    if twin.other is None:
        return "none"
    if twin.kind:
        return "bridge" if twin.kind == BRIDGE else "holiday"
    return "was_bridge" if twin.usual_kind == BRIDGE else "was_holiday"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def comparison_table(found: Sequence[tuple[str, Comparison]], words: Language) -> Table | None:
    """Return the comparisons of the week in figures, or None where none is possible.

    Parameters
    ----------
    found : sequence of (str, Comparison)
        Key of the label of each row, and the comparison.
    words : Language
        Words of the page.
    """
    rows = tuple(_row(key, one, words) for key, one in found if one.possible)
    if not rows:
        return None
    columns = ("what", "now", "before", "change")
    headers = tuple(words.text(f"compare.col_{c}") for c in columns)
    caption = words.text("compare.table" if len(rows) < 3 else "standing.table")
    return Table(caption, headers, rows, unit="passages")


def rows_of(last: Comparison, year: Comparison) -> list[tuple[str, Comparison]]:
    """Return both comparisons, and the one without regard to holidays where it is another."""
    if year.naive is None:
        return [("compare.row_last", last), ("compare.row_year", year)]
    return [
        ("compare.row_last", last),
        ("standing.row_year", year),
        ("standing.row_naive", year.naive),
    ]


def _row(key: str, found: Comparison, words: Language) -> tuple[str, ...]:
    by = say.sensors(words, len(found.sensors), found.sensors_total)
    label = words.text(key, sensors=by)
    change = cell(changed("", found, words), found.share, words)
    if sure.of(change) == sure.INSUFFICIENT:
        none = words.text("confidence.none")
        return label, none, none, change
    now = None if found.now is None else days(found.now, found.now + WEEK - DAY)
    return (
        label,
        mark(words.number(found.passages), span=now),
        mark(words.number(found.passages_before), span=span_before(found)),
        change,
    )
