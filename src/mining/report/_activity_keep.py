"""What to remember of commercial activity: three to five sentences, with figures."""

from __future__ import annotations

from typing import Any

from mining.language import Language, finite
from mining.report._activity_panels import level
from mining.report._activity_shops import Shops
from mining.report._known import TerritoryFacts
from mining.report._rhythms import APART

#: Names written out in a sentence.
_MOST_NAMED = 3


def keep(facts: TerritoryFacts, words: Language) -> list[str]:
    """Return what to remember: groups, change, shops, doors, seasons."""
    out = [_groups(facts, words), _change(facts, words), _shops(facts, words), _doors(facts, words)]
    return [*out, *_seasons(facts, words)]


def _groups(facts: TerritoryFacts, words: Language) -> str:
    weeks = facts.activity.weeks
    if weeks is None or not weeks.panels:
        return words.text("activity.keep.no_rhythm")
    if weeks.usable < 3:
        return words.text("activity.keep.few", count=weeks.usable)
    if len(weeks.panels) == 1:
        out = words.text("activity.keep.single", n=words.number(weeks.usable))
        apart = [words.isolate(p) for p in weeks.of(APART)]
        if apart:
            out += " " + words.text("activity.keep.apart", places=_some(apart, words))
        return out
    names = words.join([words.quote(words.isolate(words.set(p.group.name))) for p in weeks.panels])
    out = words.text(
        "activity.keep.groups",
        n=words.number(len(weeks.panels)),
        places=words.number(weeks.usable),
        names=words.set(names),
    )
    known = [p for p in weeks.panels if finite(p.group.stability)]
    if not known:
        return out
    worst = min(known, key=lambda p: (p.group.stability, p.number))
    sure = words.text(
        "activity.keep.sure",
        group=words.isolate(words.set(worst.group.name)),
        words=level(worst.group.stability, words),
        share=words.percent(worst.group.stability),
    )
    return out + " " + sure


def _change(facts: TerritoryFacts, words: Language) -> str:
    changes = facts.activity.changes
    if not changes:
        return words.text("activity.keep.change_unknown")
    unusual = [words.isolate(c.place) for c in changes if c.unusual]
    total = words.number(len(changes))
    if not unusual:
        return words.text("activity.keep.change_none", n=total)
    return words.text(
        "activity.keep.change", count=len(unusual), total=total, places=_some(unusual, words)
    )


def _some(names: list[str], words: Language) -> str:
    if len(names) <= _MOST_NAMED:
        return words.join(names)
    return ", ".join([*names[:_MOST_NAMED], "…"])


def _shops(facts: TerritoryFacts, words: Language) -> str:
    shops = facts.activity.shops
    if shops is None or not (shops.told or shops.source):
        return words.text("activity.keep.shops_undeclared")
    for key, mixes in (("shops", shops.places), ("shops_commune", shops.communes)):
        if mixes and mixes[0].total:
            return words.text(
                f"activity.keep.{key}",
                place=words.isolate(mixes[0].name),
                n=words.number(mixes[0].total),
                **_radius(shops, words),
            )
    return words.text("activity.keep.shops_none")


def _radius(shops: Shops, words: Language) -> dict[str, Any]:
    return {"radius": words.number(shops.radius)} if finite(shops.radius) else {"radius": "–"}


def _doors(facts: TerritoryFacts, words: Language) -> str:
    opening = facts.activity.opening
    if opening is None or not opening.doors:
        return words.text("activity.keep.doors_none")
    door = opening.doors[0]
    said: dict[str, Any] = {"door": words.isolate(door.name), "share": words.percent(door.share)}
    if not finite(door.low):
        return words.text("activity.keep.doors_bare", **said)
    low, high = words.percent(door.low), words.percent(door.high)
    return words.text("activity.keep.doors", low=low, high=high, **said)


def _seasons(facts: TerritoryFacts, words: Language) -> list[str]:
    seasons = facts.activity.seasons
    total = seasons.compared.get("season", 0) if seasons else 0
    if seasons is None or not total:
        return []
    count = len({s.place for s in seasons.of("season")})
    if not count:
        return [words.text("activity.keep.seasons_none", n=words.number(total))]
    return [words.text("activity.keep.seasons", count=count, total=words.number(total))]
