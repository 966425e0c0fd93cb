"""The page of commercial activity: what to remember, groups, map, change, shops, doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mining.language import Language, clean_name, joined
from mining.report import _activity_map as maps
from mining.report._activity_facts import ActivityFacts
from mining.report._activity_groups import Weeks
from mining.report._activity_hours import hours_view
from mining.report._activity_keep import keep
from mining.report._activity_mix import shops_view
from mining.report._activity_panels import group_cases, outside, some, title
from mining.report._activity_shops import Shops
from mining.report._activity_told import change_view, season_view
from mining.report._known import TerritoryFacts
from mining.report._rhythms import APART
from mining.report._style import safe
from mining.report._tables import Table, group_table

#: Areas drawn on the map, and rows of its table.
MOST_RINGS = 12


def page_view(
    facts: TerritoryFacts, words: Language, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page of commercial activity shows.

    Parameters
    ----------
    facts : TerritoryFacts
        The territory.
    words : Language
        Its language.
    addresses : mapping
        Name of each place to the address of its page.
    """
    found = facts.activity
    return {
        "keep": keep(facts, words),
        **_groups(facts, words),
        **_map(found, words, addresses),
        **_change(found, words),
        **_seasons(found, words),
        **_shops(found.shops, words),
        **_hours(facts, words),
        "limits": _limits(found, words),
    }


def _groups(facts: TerritoryFacts, words: Language) -> dict[str, Any]:
    weeks = facts.activity.weeks
    out: dict[str, Any] = {"groups": [], "groups_none": [], "outside": [], "groups_notes": []}
    if weeks is None or not weeks.panels:
        reason = words.text(f"activity.group.{_no_group(facts)}")
        days = facts.groups if not facts.hourly else ()
        return {
            **out,
            "groups_none": [reason],
            "day_groups": group_table(days, words) if len(days) > 1 else None,
        }
    out["outside"] = outside(weeks, words)
    if len(weeks.panels) == 1:
        out["groups_none"] = [words.text(f"activity.group.{_one_group(weeks)}")]
    out["groups"] = group_cases(weeks, words)
    out["day_groups"] = None
    hidden = any(np.isnan(p.week).any() for p in weeks.panels)
    out["groups_notes"] = [
        words.text("activity.group.intro"),
        words.text("activity.group.reading"),
        *(
            [words.text("activity.group.reading_hidden", minimum=words.number(facts.minimum))]
            if hidden
            else []
        ),
    ]
    return out


def _one_group(weeks: Weeks) -> str:
    if len(weeks.places) == 1:
        return "one_place"
    return "few" if weeks.usable < 3 else "single"


def _no_group(facts: TerritoryFacts) -> str:
    if not facts.hourly:
        return "daily"
    if len(facts.places) == 1:
        return "one_place"
    return "few" if len(facts.places) < 3 else "none"


def _map(found: ActivityFacts, words: Language, addresses: Mapping[str, str]) -> dict[str, Any]:
    without = found.without_point
    note = ""
    if without:
        places = some(without, words)
        note = words.text("activity.map.without", count=len(without), places=places)
    if not found.points:
        return {"map": None, "map_none": words.text("activity.map.none")}
    metres = maps.plane(
        np.array([p.latitude for p in found.points]), np.array([p.longitude for p in found.points])
    )
    signs, legend = _signs(found, words)
    spots = [
        maps.Spot(clean_name(p.place), float(x), float(y), signs[p.place])
        for p, (x, y) in zip(found.points, metres, strict=True)
    ]
    rings = _rings(found, metres)
    drawing, wide, narrow = maps.map_figure(
        spots, rings, legend, words,
        title=words.text("activity.map.title"), description=_described(found, metres, words),
    )  # fmt: skip
    return {
        "map": safe(drawing),
        "map_table": _positions(found, words, addresses),
        "map_notes": [words.text("activity.map.reading")]
        + ([words.text("activity.map.areas")] if rings else [])
        + ([note] if note else []),
        "map_letters": {"wide": _letters(wide, words), "narrow": _letters(narrow, words)},
    }


def _letters(places: tuple[str, ...], words: Language) -> str:
    if not places:
        return ""
    named = [
        words.text("activity.map.letter", letter=maps.letter(n), place=words.isolate(p))
        for n, p in enumerate(places)
    ]
    return words.text("activity.map.lettered", places=words.join(named))


def _signs(
    found: ActivityFacts, words: Language
) -> tuple[dict[str, tuple[str, str]], list[tuple[tuple[str, str], str]]]:
    """Return the sign of each place, and what each sign means."""
    weeks, signs = found.weeks, {}
    named: dict[tuple[str, str], str] = {}
    for point in found.points:
        number = weeks.places.get(point.place, -1) if weeks else -1
        if weeks and number >= 0:
            sign = maps.SIGNS[number % len(maps.SIGNS)]
            name = title(weeks.panels[number], weeks, words)
        else:
            sign = maps.ALONE if number == APART else maps.NOWHERE
            name = words.text(f"activity.map.{'apart' if number == APART else 'unknown'}")
        signs[point.place] = sign
        named[sign] = name
    order = [*maps.SIGNS, maps.ALONE, maps.NOWHERE]
    return signs, [(s, named[s]) for s in order if s in named]


def _rings(found: ActivityFacts, metres: np.ndarray) -> list[maps.Ring]:
    """Return the areas near the places: far ones would shrink the map."""
    areas = found.shops.areas[:MOST_RINGS] if found.shops else ()
    if not areas:
        return []
    points = np.array([(p.latitude, p.longitude) for p in found.points])
    middle = points.mean(axis=0)
    at = maps.plane_around(
        middle, np.array([a.latitude for a in areas]), np.array([a.longitude for a in areas])
    )
    low, high = metres.min(axis=0), metres.max(axis=0)
    room = 0.25 * max((high - low).max(), 400.0)
    near = ((at > low - room) & (at < high + room)).all(axis=1)
    return [
        maps.Ring(float(x), float(y), a.reach, a.mix.key)
        for a, (x, y), inside in zip(areas, at, near, strict=True)
        if inside
    ]


def _group_of(place: str, found: ActivityFacts, words: Language) -> str:
    number = found.weeks.places.get(place, -1) if found.weeks else -1
    if found.weeks and number >= 0:
        return title(found.weeks.panels[number], found.weeks, words)
    return words.text(f"activity.map.{'apart' if number == APART else 'unknown'}")


def _described(found: ActivityFacts, metres: np.ndarray, words: Language) -> str:
    by_group: dict[str, list[str]] = {}
    for point in found.points:
        by_group.setdefault(_group_of(point.place, found, words), []).append(point.place)
    told = [
        words.text(
            "activity.map.desc_group",
            group=group[:1].upper() + group[1:],
            places=some(places, words),
        )
        for group, places in by_group.items()
    ]
    width = float(metres[:, 0].max() - metres[:, 0].min())
    return words.text(
        "activity.map.desc",
        n=words.number(len(found.points)),
        width=maps.metres(round(width, -2), words),
        groups=joined(" ", told),
    )


def _positions(found: ActivityFacts, words: Language, addresses: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            clean_name(p.place),
            _group_of(p.place, found, words),
            words.number(p.latitude, 4),
            words.number(p.longitude, 4),
        )
        for p in found.points
    )
    links = {k: addresses[p.place] for k, p in enumerate(found.points) if p.place in addresses}
    keys = ("place", "group", "latitude", "longitude")
    columns = tuple(words.text(f"activity.map.col_{k}") for k in keys)
    text = frozenset({1})
    return Table(words.text("activity.map.caption"), columns, rows, links, text=text)


def _change(found: ActivityFacts, words: Language) -> dict[str, Any]:
    if not found.changes:
        return {"change": [words.text("activity.change.unknown")], "change_table": None}
    return change_view(found.changes, words)


def _seasons(found: ActivityFacts, words: Language) -> dict[str, Any]:
    if found.seasons is None or not any(found.seasons.compared.values()):
        none = words.text("activity.season.none")
        return {"seasons": [none], "season_table": None, "season_notes": []}
    return season_view(found.seasons, found.phrases, words)


def _shops(shops: Shops | None, words: Language) -> dict[str, Any]:
    if shops is None or not shops.told:
        key = "empty" if shops is not None and shops.source else "undeclared"
        return {"shops": None, "shops_none": words.text(f"activity.shops.{key}")}
    out: dict[str, Any] = {"shops": shops_view(shops, words), "shops_none": ""}
    if not shops.places:
        zones = bool(shops.communes or shops.iris)
        out["shops_none"] = words.text(f"activity.shops.{'zones_only' if zones else 'no_places'}")
    return out


def _hours(facts: TerritoryFacts, words: Language) -> dict[str, Any]:
    opening = facts.activity.opening
    if not facts.hourly:
        return {"hours": None, "hours_none": words.text("activity.doors.daily")}
    hours = hours_view(opening, facts.minimum, words) if opening else None
    none = "" if opening and opening.doors else words.text("activity.doors.none")
    return {"hours": hours, "hours_none": none}


def _limits(found: ActivityFacts, words: Language) -> list[str]:
    keys = ["limits.passages", "activity.group.not", "activity.limit.why"]
    if found.shops and found.shops.told:
        keys += ["activity.limit.shops", "activity.limit.date"]
        keys += ["activity.limit.sum"] if found.shops.places else []
    if found.opening and found.opening.doors:
        keys.append("activity.limit.hours")
    return [words.text(k) for k in keys]
