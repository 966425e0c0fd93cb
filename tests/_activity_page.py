"""The page of commercial activity alone, checked, and its parts."""

from __future__ import annotations

from typing import Any

import xarray as xr

import report_inputs as inputs
from mining import cube as cubes
from mining.language import language
from mining.report import facts
from mining.report._activity_page import page_view
from mining.report._site import Site
from test_report_pages import (
    NBSP,
    SPACE,
    SVG,
    THIN,
    check_document,
    check_figures_and_tables,
    text_of,
    tree,
    visible,
)

FOUR, MARTIN, FEBVRES = "Passage du Four", "Place Saint-Martin", "Rue des Febvres"


def page(cube: xr.Dataset, **changes: Any) -> str:
    """Return the page alone, checked: valid, no hole told as a number."""
    places = cubes.by_place(cube)
    usual = {"activity": inputs.activity_of, "commerce": inputs.commerce_of}
    given = changes | {k: make(places) for k, make in usual.items() if k not in changes}
    found = facts(inputs.territory(), cube, places, **given)
    words = language("fr")
    site = Site(found, words)
    (out,) = site.page("activity", v=page_view(found, words, site.places)).values()
    root = tree(out)
    check_document(root, "activite.html")
    check_figures_and_tables(root, "activite.html")
    for text in visible(out):
        assert not {"nan", "none"} & set(text.lower().split()), text
    return out


def section(html: str, name: str) -> str:
    """Return the words of a section."""
    for part in tree(html).iter(f"{SPACE}section"):
        if part.attrib.get("aria-labelledby") == name:
            return " ".join(text_of(part).replace(NBSP, " ").replace(THIN, " ").split())
    raise AssertionError(name)


def descriptions(html: str) -> list[str]:
    return [text_of(d).replace(NBSP, " ") for d in tree(html).iter(f"{SVG}desc")]
