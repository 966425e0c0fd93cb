"""Change and seasons on the page of commercial activity: sentences and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mining.language import Language, clean_name, finite
from mining.report._activity_change import Change
from mining.report._activity_seasons import Seasons
from mining.report._tables import Table

MOST_CHANGES, MOST_SHIFTS, MOST_NAMED = 15, 10, 5


def change_view(changes: Sequence[Change], words: Language) -> dict[str, Any]:
    """Return what changed, in sentences, and every comparison as a table."""
    unusual = [c for c in changes if c.unusual]
    told = [s for c in unusual for s in change_sentences(c, words)]
    if not told:
        told = [words.text("activity.change.none", n=words.number(len(changes)))]
    ordered = sorted(changes, key=lambda c: (not c.unusual, -_step(c), c.place))
    left = len(ordered) - MOST_CHANGES
    return {
        "change": [*told, *_volumes(changes, words)],
        "change_table": _table(ordered[:MOST_CHANGES], words),
        "change_left": words.text("activity.left", count=left) if left > 0 else "",
        "change_notes": [words.text(f"activity.change.{k}") for k in ("reading", "band_word")],
    }


def change_sentences(change: Change, words: Language) -> list[str]:
    """Return what is not as it was at one place, and what the journal says of it."""
    place = words.isolate(change.place)
    out = []
    if change.before:
        share = words.share(change.probability)
        groups: dict[str, Any] = {
            "before": words.isolate(change.before),
            "now": words.isolate(change.now),
        }
        out.append(words.text("activity.change.moved", place=place, share=share, **groups))
    if change.weekend_left:
        share, low, high, usual_low, usual_high = (
            words.percent(v, 1) for v in (*change.weekend, *change.usual)
        )
        band = {"usual_low": usual_low, "usual_high": usual_high}
        said: dict[str, Any] = {"place": place, "share": share, "low": low, "high": high, **band}
        out.append(words.text("activity.change.weekend", **said))
    if out and change.entries:
        entries = words.join([_entry(e, words) for e in change.entries])
        out.append(words.text("activity.change.entries", entries=entries))
    return out


def _entry(entry: tuple[Any, str], words: Language) -> str:
    start, title = entry
    date = words.date(start, weekday=False)
    return words.text("activity.change.entry", title=words.isolate(title), date=date)


def _step(change: Change) -> float:
    return abs(change.volume[0] - 1) if finite(change.volume[0]) else 0.0


def _volumes(changes: Sequence[Change], words: Language) -> list[str]:
    out = []
    for key, sign in (("up", 1), ("down", -1)):
        mine = sorted((c for c in changes if c.grown == sign), key=lambda c: (-_step(c), c.place))
        if mine:
            named = [
                words.text(
                    "activity.change.place",
                    place=words.isolate(c.place),
                    change=words.percent(c.volume[0] - 1, signed=True),
                )
                for c in mine[:MOST_NAMED]
            ]
            places = words.join(named) if len(mine) <= MOST_NAMED else ", ".join([*named, "…"])
            out.append(words.text(f"activity.change.{key}", count=len(mine), places=places))
    renewed = [words.isolate(c.place) for c in changes if c.hardware and finite(c.volume[0])]
    out = out or [words.text("activity.change.flat")]
    if renewed:
        out.append(words.text("activity.change.renewed", places=words.join(renewed)))
    return out


def _table(changes: Sequence[Change], words: Language) -> Table:
    none = str(words.raw("site.none"))
    noted = any(c.entries for c in changes)
    rows = []
    for change in changes:
        volume = none
        if finite(change.volume[0]):
            middle, low, high = (words.percent(v - 1, signed=True) for v in change.volume)
            volume = words.text("activity.change.range", middle=middle, low=low, high=high)
        weekend, usual = none, none
        if finite(change.weekend[0]):
            middle = words.percent(change.weekend[0], 1)
            low, high = (words.number(100 * v, 1) for v in change.weekend[1:])
            weekend = words.text("activity.change.range", middle=middle, low=low, high=high)
        if finite(change.usual[0]) and finite(change.usual[1]):
            low, high = words.number(100 * change.usual[0], 1), words.percent(change.usual[1], 1)
            usual = words.text("activity.change.band", low=low, high=high)
        entries = ", ".join(_entry(e, words) for e in change.entries) or none
        rows.append((clean_name(change.place), volume, weekend, usual, entries)[: 4 + noted])
    keys = ("place", "volume", "weekend", "usual", "entries")[: 4 + noted]
    columns = tuple(words.text(f"activity.change.col_{k}") for k in keys)
    text = frozenset({4}) if noted else frozenset()
    caption = words.text("activity.change.caption")
    return Table(caption, columns, tuple(rows), text=text, wrap=True)


def season_view(seasons: Seasons, phrases: dict[str, str], words: Language) -> dict[str, Any]:
    """Return how far the week moves with the year: only what exceeds chance."""
    told = []
    for by, places in sorted(seasons.compared.items(), reverse=True):
        mine = seasons.of(by)
        label = words.text(f"activity.season.by.{by}")
        said: dict[str, Any] = {"by": label, "places": words.number(places)}
        if mine:
            told.append(words.text("activity.season.exceeds", count=len(mine), **said))
        else:
            told.append(words.text("activity.season.nothing", **said))
    shown = seasons.shifts[:MOST_SHIFTS]
    left = len(seasons.shifts) - len(shown)
    rows = []
    for shift in shown:
        key = f"activity.season.period.{shift.period}"
        part = words.set(clean_name(phrases.get(shift.part, shift.part)))
        part = part[:1].upper() + part[1:]
        now, year = words.percent(shift.now, 1), words.percent(shift.year, 1)
        rows.append(
            (
                clean_name(shift.place),
                words.text(key) if words.has(key) else clean_name(shift.period),
                words.text("activity.season.times", n=words.number(shift.times, 1)),
                words.text("activity.season.part", part=part, now=now, year=year),
            )
        )
    columns = tuple(
        words.text(f"activity.season.col_{k}") for k in ("place", "period", "times", "part")
    )
    caption = words.text("activity.season.caption")
    text = frozenset({1, 2, 3})
    return {
        "seasons": told,
        "season_table": Table(caption, columns, tuple(rows), text=text, stack=True)
        if rows
        else None,
        "season_left": words.text("activity.left", count=left) if left > 0 else "",
        "season_notes": [words.text("activity.season.reading")]
        + ([] if "school" in seasons.compared else [words.text("activity.season.no_school")]),
    }
