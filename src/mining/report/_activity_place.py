"""Commercial activity on the page of one place: its shops, and what could be done."""

from __future__ import annotations

from typing import Any

from mining.language import Language, clean_name, finite
from mining.report._activity_doors import Door, Slot
from mining.report._activity_hours import Heat, between, heat, when
from mining.report._activity_mix import TELLING, mix_table, notes, plain, varied
from mining.report._activity_panels import anchor
from mining.report._activity_shops import Mix, Shops
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._site import address
from mining.report._tables import Table

#: Doors told on the page of a place, and families absent from it.
MOST_DOORS, MOST_GAPS = 3, 3


def place_view(place: PlaceFacts, facts: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return the part "Commerces autour" of a place, and its opening hours; empty without data."""
    found = facts.activity
    weeks, shops = found.weeks, found.shops
    several = weeks is not None and len(weeks.panels) > 1 and place is not facts.whole
    number = weeks.places.get(place.name, -1) if weeks and several else -1
    here = address("activity", words)
    out: dict[str, Any] = {
        "activity_address": here + (f"#{anchor(number, words)}" if number >= 0 else ""),
        "around": [],
        "around_table": None,
        "around_notes": [],
        "doors": [],
        "door_heats": [],
    }
    if place is facts.whole:
        return out
    mix = shops.place(place.name) if shops else None
    if shops and mix:
        out |= _around(mix, shops, words)
    return {**out, **_doors(place.name, facts, words)}


def _around(mix: Mix, shops: Shops, words: Language) -> dict[str, Any]:
    radius = words.number(shops.radius)
    told = [_total(mix, radius, words)]
    if finite(mix.hill) and mix.total:
        said: dict[str, Any] = {"words": varied(mix, words), "n": words.number(mix.hill, 1)}
        told.append(words.text("activity.place.varied", **said))
    gaps = [g for g in shops.gaps if (g.level, g.place) == ("place", mix.key)]
    gaps = [g for g in gaps if g.chance <= TELLING]
    if gaps:
        labels = [words.set(clean_name(shops.labels[g.family])) for g in gaps[:MOST_GAPS]]
        families = [words.quote(label[:1].lower() + label[1:]) for label in labels]
        told.append(words.text("activity.place.gap", families=words.set(words.join(families))))
    table = _table(mix, radius, shops, words) if mix.total != 0 else None
    return {"around": told, "around_table": table, "around_notes": notes([mix], words)[:-1]}


def _table(mix: Mix, radius: str, shops: Shops, words: Language) -> Table:
    """Return families as rows: a place has one column of numbers only."""
    families = [f for f in shops.labels if f in shops.street and f in mix.counts]
    caption = words.text("activity.shops.caption", radius=radius)
    wide = mix_table([mix], families, shops.labels, words, level="place", caption=caption)
    rows = tuple(zip(wide.columns[1:], wide.rows[0][1:], strict=True))
    return Table(caption, (words.text("activity.shops.col_family"), wide.rows[0][0]), rows)


def _total(mix: Mix, radius: str, words: Language) -> str:
    if mix.total is None:
        return words.text("activity.place.total_secret", radius=radius)
    if not mix.total:
        return words.text("activity.place.total_none", radius=radius)
    said: dict[str, Any] = {"n": words.number(mix.total), "radius": radius}
    if not finite(mix.density):
        return words.text("activity.place.total_bare", **said)
    return words.text("activity.place.total", density=plain(mix.density, words), **said)


def _doors(name: str, facts: TerritoryFacts, words: Language) -> dict[str, Any]:
    opening = facts.activity.opening
    if opening is None:
        return {}
    doors = [d for d in opening.doors if d.place == name][:MOST_DOORS]
    # The doors of a street meet the same people: more than one hour is told for the first only.
    told = [s for n, d in enumerate(doors) for s in _door(d, words)[: 2 if n else None]]
    quiet = next((q.working for q in opening.quiet if q.place == name), None)
    if quiet is not None:
        told.append(words.text("activity.place.quiet", slot=between(quiet, words)))
    heats: list[Heat] = [heat(d, facts.minimum, words) for d in doors[:1]]
    return {"doors": told, "door_heats": heats}


def _door(door: Door, words: Language) -> list[str]:
    said: dict[str, Any] = {"door": words.isolate(door.name), "share": words.percent(door.share)}
    if finite(door.low):
        low, high = words.percent(door.low), words.percent(door.high)
        out = [words.text("activity.place.closed", low=low, high=high, **said)]
    else:
        out = [words.text("activity.place.closed_bare", **said)]
    return [*out, *(_extra(slot, words) for slot in door.extra)]


def _extra(slot: Slot, words: Language) -> str:
    said: dict[str, Any] = {"when": when(slot, words), "n": words.about(slot.expected)}
    if not finite(slot.low):
        return words.text("activity.place.extra_bare", **said)
    low, high = words.about(slot.low), words.about(slot.high)
    return words.text("activity.place.extra", low=low, high=high, **said)
