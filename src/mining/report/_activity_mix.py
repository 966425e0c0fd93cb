"""Shops on the page of commercial activity: mix of places, gaps, areas, communes and IRIS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mining.language import Language, clean_name, finite, joined, mark
from mining.report._activity_bars import bars_figure
from mining.report._activity_shops import Area, Mix, Shops
from mining.report._style import safe
from mining.report._tables import Table

#: Places in the figure, rows of tables shown at once and behind a click, gaps and areas told.
MOST_DRAWN, MOST_ROWS, MOST_MORE, MOST_GAPS, MOST_AREAS = 10, 12, 60, 12, 12
#: A gap is told where chance alone would make it less often than this.
TELLING = 0.1
#: Families at equal shares from which a street is called varied, or very varied.
_VARIED = ((8.0, "high"), (5.0, "middle"), (0.0, "low"))


def shops_view(shops: Shops, words: Language) -> dict[str, Any]:
    """Return what the part on shops shows."""
    out: dict[str, Any] = {"mix": None, "zones": [], "areas": None, "gaps": None, "notes": []}
    if shops.places:
        out |= _places(shops, words)
    out["zones"] = [
        _zone(level, mixes, shops, words)
        for level, mixes in (("commune", shops.communes), ("iris", shops.iris))
        if mixes
    ]
    if shops.areas:
        out["areas"] = _area_table(shops.areas[:MOST_AREAS], shops, words)
        out["areas_left"] = _left("areas_left", len(shops.areas) - MOST_AREAS, words)
    out |= _gaps(shops, words)
    out["left_out"] = left_out(shops, words)
    return out


def source_name(shops: Shops, words: Language) -> str:
    """Return the name of the source, or words for it."""
    key = f"activity.shops.source.{shops.source}"
    return words.text(key if words.has(key) else "activity.shops.source.other")


def _places(shops: Shops, words: Language) -> dict[str, Any]:
    drawn, shown = shops.places[:MOST_DRAWN], shops.places[:MOST_ROWS]
    families = _told(shops, drawn)
    drawing = bars_figure(
        drawn,
        families,
        {f: words.set(clean_name(shops.labels[f])) for f in families},
        words,
        title=words.text("activity.shops.figure_title"),
        description=_description(drawn, families, shops, words),
    )
    radius = words.number(shops.radius)
    intro = words.text("activity.shops.intro", radius=radius, source=source_name(shops, words))
    caption = words.text("activity.shops.caption", radius=radius)
    return {
        "intro": intro,
        "mix": safe(drawing),
        "bars": _bars(drawn, families, shops, words),
        "mix_table": mix_table(
            shown, families, shops.labels, words, level="place", caption=caption
        ),
        "mix_left": _left("left_places", len(shops.places) - len(shown), words),
        "notes": notes(shown, words),
    }


def _bars(
    drawn: Sequence[Mix], families: Sequence[str], shops: Shops, words: Language
) -> list[dict[str, str]]:
    """Return the shares that the figure shows, for the annex: the table has counts."""
    return [
        {
            "label": words.set(clean_name(shops.labels[family])),
            "value": mark(words.share(share), place=clean_name(mix.name)),
        }
        for family in families
        for mix in drawn
        if (share := mix.share(family)) is not None
    ]


def _told(shops: Shops, mixes: Sequence[Mix]) -> list[str]:
    """Return the street families of which something is known."""
    return [f for f in shops.labels if f in shops.street and any(f in m.counts for m in mixes)]


def _description(
    drawn: Sequence[Mix], families: Sequence[str], shops: Shops, words: Language
) -> str:
    tops = []
    for family in families:
        label = words.set(clean_name(shops.labels[family]))
        known = [(s, m) for m in drawn if (s := m.share(family)) is not None]
        if not known:
            tops.append(words.text("activity.shops.figure_top_none", family=label))
            continue
        share, mix = max(known, key=lambda pair: pair[0])
        name = words.isolate(mix.name)
        said: dict[str, Any] = {"family": label, "place": name, "share": words.share(share)}
        tops.append(words.text("activity.shops.figure_top", **said))
    return words.text(
        "activity.shops.figure_desc",
        families=words.number(len(families)),
        places=words.number(len(drawn)),
        tops=joined(" ", tops),
    )


def mix_table(
    mixes: Sequence[Mix],
    families: Sequence[str],
    labels: Mapping[str, str],
    words: Language,
    *,
    level: str,
    caption: str,
) -> Table:
    """Return establishments by family, in all, by hectare, and their variety."""
    dense = any(finite(m.density) for m in mixes)
    diverse = any(finite(m.hill) for m in mixes)
    none = str(words.raw("site.none"))
    columns = [words.text(f"activity.shops.col_{level}")]
    columns += [words.set(clean_name(labels[f])) for f in families]
    columns.append(words.text("activity.shops.col_total"))
    columns += [words.text("activity.shops.col_density")] if dense else []
    columns += [words.text("activity.shops.col_hill")] if diverse else []
    rows = []
    for mix in mixes:
        cells = [clean_name(mix.name), *(count(mix.counts.get(f), words) for f in families)]
        cells.append(count(mix.total, words))
        cells += [plain(mix.density, words)] if dense else []
        cells += [words.number(mix.hill, 1) if finite(mix.hill) else none] if diverse else []
        rows.append(tuple(cells))
    return Table(caption, tuple(columns), tuple(rows))


def count(value: float | None, words: Language) -> str:
    """Return a number of establishments, or that it is secret."""
    return words.text("activity.shops.secret") if value is None else words.number(value)


def plain(value: float, words: Language) -> str:
    """Return a density, with a decimal below ten."""
    if not finite(value):
        return str(words.raw("site.none"))
    return words.number(value, 0 if value >= 10 else 1)


def varied(mix: Mix, words: Language) -> str:
    """Return how varied a mix is, in words."""
    name = next(n for least, n in _VARIED if mix.hill >= least)
    return words.text(f"activity.shops.varied.{name}")


def notes(mixes: Sequence[Mix], words: Language) -> list[str]:
    """Return how to read a table of shops."""
    out = [words.text("activity.shops.total_word")]
    if any(m.hidden or m.total is None for m in mixes):
        out.insert(0, words.text("activity.shops.secret_word"))
    known = sorted((m for m in mixes if finite(m.hill)), key=lambda m: (-m.hill, m.name))
    if known:
        out.append(words.text("activity.shops.hill_word", n=words.number(known[0].hill, 1)))
    if len(known) > 1:
        for key, mix in (("most_varied", known[0]), ("least_varied", known[-1])):
            said: dict[str, Any] = {"place": words.isolate(mix.name), "words": varied(mix, words)}
            out.append(words.text(f"activity.shops.{key}", **said))
    return out


def left_out(shops: Shops, words: Language) -> str:
    """Return how many establishments are left out, and why; empty if none is."""
    found = []
    for reason, number in sorted(shops.left_out.items()):
        if number == 0:
            continue
        key = f"activity.shops.reasons.{reason}"
        name = words.text(key if words.has(key) else "activity.shops.reasons.other")
        few = words.text("activity.shops.few")
        many = few if number is None else words.number(number)
        found.append(words.text("activity.shops.reason", name=name, n=many))
    return words.text("activity.shops.left_out", reasons=words.join(found)) if found else ""


def _zone(level: str, mixes: Sequence[Mix], shops: Shops, words: Language) -> dict[str, Any]:
    families = _told(shops, mixes)
    caption = words.text(f"activity.shops.caption_{level}")
    most = MOST_ROWS + (MOST_MORE if level == "commune" else 0)
    again = words.text("activity.shops.caption_more", caption=caption)
    more = mixes[MOST_ROWS:most]
    return {
        "heading": words.text(f"activity.heading.{'communes' if level == 'commune' else level}"),
        "anchor": f"{words.raw('address.areas')}-{level}",
        "intro": words.text("activity.shops.intro_zone", source=source_name(shops, words)),
        "table": mix_table(
            mixes[:MOST_ROWS], families, shops.labels, words, level=level, caption=caption
        ),
        "more": mix_table(more, families, shops.labels, words, level=level, caption=again)
        if more
        else None,
        "left": _left("left_zones", len(mixes) - most, words),
        "notes": notes(mixes[:MOST_ROWS], words),
    }


def _area_table(areas: Sequence[Area], shops: Shops, words: Language) -> Table:
    none = str(words.raw("site.none"))
    rows = []
    for area in areas:
        character = none
        if area.character in shops.labels and finite(area.index) and area.index > 0:
            family = words.set(clean_name(shops.labels[area.character]))
            times = words.number(area.index, 1)
            character = words.text("activity.shops.areas_character", family=family, n=times)
        reach = words.text("activity.shops.areas_street")
        if finite(area.reach) and area.reach > 0:
            reach = words.text("activity.shops.areas_reach", n=words.number(area.reach))
        sure = none
        if finite(area.stability):
            sure = words.text("activity.shops.areas_stability", share=words.percent(area.stability))
        name = words.text("activity.shops.area", n=words.number(int(area.mix.key)))
        total = count(area.mix.total, words)
        if area.mix.total is not None:
            total = words.text("activity.shops.areas_total", count=round(area.mix.total))
        rows.append((name, total, reach, character, sure))
    keys = ("area", "total", "reach", "character", "stability")
    columns = tuple(words.text(f"activity.shops.areas_col_{k}") for k in keys)
    caption = words.text("activity.shops.areas_caption")
    return Table(caption, columns, tuple(rows), text=frozenset(range(5)), stack=True, quiet=True)


def _gaps(shops: Shops, words: Language) -> dict[str, Any]:
    telling = [g for g in shops.gaps if g.chance <= TELLING]
    if not shops.places and not shops.communes:
        return {"gaps": None, "gaps_none": ""}
    if not telling:
        return {"gaps": None, "gaps_none": words.text("activity.shops.gaps_none")}
    rows = tuple(
        (
            clean_name(g.name),
            words.set(clean_name(shops.labels[g.family])),
            words.percent(g.peers),
            words.text("activity.shops.gaps_chance", share=words.share(g.chance)),
        )
        for g in telling[:MOST_GAPS]
    )
    columns = (
        words.text("activity.shops.col_place"),
        *(words.text(f"activity.shops.gaps_col_{k}") for k in ("family", "peers", "chance")),
    )
    caption = words.text("activity.shops.gaps_caption")
    table = Table(caption, columns, rows, text=frozenset({1, 3}), stack=True, quiet=True)
    left = _left("gaps_left", len(shops.gaps) - len(rows), words)
    return {"gaps": table, "gaps_left": left, "gaps_none": ""}


def _left(key: str, number: int, words: Language) -> str:
    return words.text(f"activity.shops.{key}", count=number) if number > 0 else ""
