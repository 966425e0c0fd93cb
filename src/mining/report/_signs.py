"""The signs of a sheet: its purpose, who answers, the technology or the mode, and the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mining.language import Language, clean_name
from mining.report import _hexagons as draw
from mining.transparency import Link, Sheets, identifying

BLACK, WHITE = "#000000", "#ffffff"


class Sign(NamedTuple):
    """A hexagon, and what its colour says in words."""

    svg: Markup
    caption: str


def signs(
    found: Sheets, namespace: str, anchor: str, links: Sequence[Link], words: Language
) -> tuple[Sign, ...]:
    """Return the three hexagons of a sheet, `anchor` being its place on the page."""
    last = "tech" if namespace == "device" else "functional_modes"
    out = []
    for category, fill in (("purpose", BLACK), ("accountable", WHITE), (last, WHITE)):
        first = next((link for link in links if link.category == category), None)
        text = words.text("transparency.unknown") if first is None else ""
        if first is not None:
            named = found.reference.elements[namespace, category][first.element].name
            text = clean_name(dict(first.variables).get("title", words.set(named[words.code])))
        if category == last:
            fill, caption = _context(found, namespace, category, links, words)  # noqa: PLW2901
        elif first is None:
            fill, caption = "", words.text("transparency.hexagon.unknown_caption")  # noqa: PLW2901
        else:
            caption = words.text(f"transparency.hexagon.{category}_caption")
        label = words.text(f"transparency.hexagon.{category}")
        title = words.text("transparency.item", label=label, text=words.isolate(text))
        name = f"{anchor}-{category}"
        out.append(_sign(name, label, text, caption, fill=fill, title=title))
    return tuple(out)


def telephone_sign(anchor: str, address: str, words: Language) -> Markup:
    """Return the code that leads to an address."""
    svg = draw.telephone_code(
        f"{anchor}-code",
        address,
        title=words.text("transparency.code_title"),
        about=words.text("transparency.code_description", address=address),
    )
    return Markup(svg)  # noqa: S704 - we made it, and texts in it were escaped


def _context(
    found: Sheets, namespace: str, category: str, links: Sequence[Link], words: Language
) -> tuple[str, str]:
    """Return the colour of what an element is said to be, "" where it is not, and the words."""
    own = [link for link in links if link.category == category]
    told = identifying(own) if category == "tech" else own[0].context
    if not told:
        key = "tech_unknown_caption" if own else "unknown_caption"
        return "", words.text(f"transparency.hexagon.{key}")
    context = found.reference.context(namespace, category, told)
    name = words.set(context.name[words.code])
    lower = name[0].lower() + name[1:]
    return context.color, words.text(f"transparency.hexagon.color.{told}", context=lower)


def _sign(name: str, label: str, text: str, caption: str, *, fill: str, title: str) -> Sign:
    svg = draw.hexagon(
        name,
        label,
        text,
        fill=fill or WHITE,
        dashed=not fill,
        title=title,
        about=caption,
    )
    return Sign(Markup(svg), caption)  # noqa: S704 - we made it, and names in it were escaped
