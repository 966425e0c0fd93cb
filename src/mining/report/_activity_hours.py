"""Opening hours on the page of commercial activity: closed doors, extra hours, quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mining.language import Language, clean_name, finite
from mining.report._activity_doors import Door, Opening, Quiet, Slot
from mining.report._disclosure import Cell
from mining.report._tables import Table

#: Doors in tables, doors with a week of their own, places with quiet hours.
MOST_DOORS, MOST_WEEKS, MOST_QUIET = 15, 2, 20
_SHADES = 5


@dataclass(frozen=True)
class Heat:
    """A table of hours and days whose cells are darker where more pass."""

    table: Table
    shades: tuple[tuple[int, ...], ...]


def hours_view(opening: Opening, minimum: int, words: Language) -> dict[str, Any]:
    """Return what the part on opening hours shows."""
    doors, quiet = opening.doors, opening.quiet
    extra = [d for d in doors if d.extra][:MOST_DOORS]
    return {
        "doors": _doors(doors[:MOST_DOORS], words) if doors else None,
        "doors_left": _left(len(doors) - MOST_DOORS, words),
        "heats": [heat(d, minimum, words) for d in _one_of_each(doors)[:MOST_WEEKS]],
        "extra": _extra(extra, words) if extra else None,
        "quiet": _quiet(quiet[:MOST_QUIET], minimum, words) if quiet else None,
        "quiet_left": words.text("activity.left", count=len(quiet) - MOST_QUIET)
        if len(quiet) > MOST_QUIET
        else "",
    }


def _one_of_each(doors: Sequence[Door]) -> list[Door]:
    """Return the first door of each place: doors of a street see the same passages."""
    return list({d.place: d for d in reversed(doors)}.values())[::-1]


def _left(number: int, words: Language) -> str:
    return words.text("activity.doors.left", count=number) if number > 0 else ""


def interval(middle: str, low: str, high: str, words: Language, *, known: bool) -> str:
    """Return a figure with its interval where it has one."""
    if not known:
        return middle
    return words.text("activity.doors.range", middle=middle, low=low, high=high)


def closed_share(door: Door, words: Language) -> str:
    """Return the share of passages by a closed door, with its interval."""
    share, low, high = (
        words.percent(v) if finite(v) else "" for v in (door.share, door.low, door.high)
    )
    return interval(share, low, high, words, known=finite(door.low))


def _doors(doors: Sequence[Door], words: Language) -> Table:
    none = str(words.raw("site.none"))
    rows = tuple(
        (
            clean_name(d.name),
            closed_share(d, words),
            *(words.percent(v) if finite(v) else none for v in (d.noon, d.noon_closed)),
        )
        for d in doors
    )
    keys = ("door", "share", "noon", "noon_closed")
    columns = tuple(words.text(f"activity.doors.col_{k}") for k in keys)
    return Table(words.text("activity.doors.caption"), columns, rows, wrap=True)


def heat(door: Door, minimum: int, words: Language) -> Heat:
    """Return the week of a door: passages by the closed door, hour by hour."""
    top = float(np.nanmax(door.closed)) if np.isfinite(door.closed).any() else 1.0
    rows, shades = [], []
    for hour in range(24):
        rows.append((words.hour(hour), *(_cell(door, d, hour, minimum, words) for d in range(7))))
        level = [
            1 + int(min(v / top * _SHADES, _SHADES - 1)) if finite(v) else 0
            for v in door.closed[:, hour]
        ]
        shades.append(tuple(level))
    days = tuple(words.raw("format.short_days")[d] for d in range(7))
    caption = words.text("activity.doors.heat", door=words.isolate(door.name))
    table = Table(caption, (words.text("activity.doors.hour"), *days), tuple(rows))
    return Heat(table, tuple(shades))


def _cell(door: Door, day: int, hour: int, minimum: int, words: Language) -> str:
    if door.open[day, hour]:
        return words.text("activity.doors.open")
    state = door.states[day, hour]
    if state == Cell.LOW:
        return words.text("unit.less_than", n=words.number(minimum))
    if state == Cell.WITHHELD:
        return words.text("week.withheld")
    if state == Cell.ABSENT:
        return str(words.raw("site.none"))
    return words.about(door.closed[day, hour])


def expected(slot: Slot, minimum: int, words: Language) -> str:
    """Return the passages expected in a slot, with their interval where there is one."""
    if slot.few:
        return words.text("activity.doors.few", n=words.number(minimum))
    middle, low, high = (
        words.about(v) if finite(v) else "" for v in (slot.expected, slot.low, slot.high)
    )
    return interval(middle, low, high, words, known=finite(slot.low))


def when(slot: Slot, words: Language) -> str:
    """Return an hour of a weekday that is closed, or closed in part."""
    said: dict[str, Any] = {"day": words.weekday(slot.weekday), "slot": words.slot(slot.start)}
    if slot.minutes < 60 * (slot.end - slot.start):
        minutes = words.number(slot.minutes)
        return words.text("activity.doors.extra_when_part", minutes=minutes, **said)
    return words.text("activity.doors.extra_when", **said)


def between(slot: Slot, words: Language) -> str:
    """Return a run of hours of a weekday: "le mardi de 6 h à 8 h"."""
    return words.text(
        "activity.doors.slot",
        day=words.weekday(slot.weekday),
        first=words.hour(slot.start),
        last=words.hour(slot.end),
    )


def _extra(doors: Sequence[Door], words: Language) -> Table:
    rows = []
    for door in doors:
        slot = door.extra[0]
        met = words.text("activity.doors.extra_cell", n=expected(slot, 0, words))
        rows.append((clean_name(door.name), when(slot, words), met))
    columns = tuple(
        words.text(f"activity.doors.{k}")
        for k in ("col_door", "extra_col_when", "extra_col_expected")
    )
    caption = words.text("activity.doors.extra_caption")
    return Table(caption, columns, tuple(rows), text=frozenset({1, 2}), stack=True, quiet=True)


def _quiet(quiet: Sequence[Quiet], minimum: int, words: Language) -> Table:
    rows = tuple(
        (clean_name(q.place), *(quiet_cell(s, minimum, words) for s in (q.working, q.best)))
        for q in quiet
    )
    keys = ("activity.change.col_place", "activity.doors.quiet_col_working")
    columns = tuple(words.text(k) for k in (*keys, "activity.doors.quiet_col_best"))
    caption = words.text("activity.doors.quiet_caption")
    return Table(caption, columns, rows, text=frozenset({1, 2}), stack=True, quiet=True)


def quiet_cell(slot: Slot | None, minimum: int, words: Language) -> str:
    """Return quiet hours and how many pass in them."""
    if slot is None:
        return str(words.raw("site.none"))
    text = words.text(
        "activity.doors.quiet_cell", slot=between(slot, words), n=expected(slot, minimum, words)
    )
    return text[:1].upper() + text[1:]
