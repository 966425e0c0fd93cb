"""The printed page for elected members: the content of its page on one sheet of A4."""

from __future__ import annotations

from typing import Any

from mining.language import Language
from mining.report._known import TerritoryFacts
from mining.report._pdf import compile_pdf
from mining.report._pdf_place import online

TEMPLATE = "elected.typ"


def content(
    found: TerritoryFacts,
    shown: dict[str, Any],
    common: dict[str, Any],
    words: Language,
    title: str,
) -> dict[str, Any]:
    """Return what ``elected.typ`` shows, as JSON knows it.

    Parameters
    ----------
    found : TerritoryFacts
        The territory.
    shown, common : dict
        What the page for elected members shows, and what every page shows; `public` is the
        address at which readers find it, or empty.
    words : Language
        Words of the page.
    title : str
        Title of the document.
    """
    number = words.number(1)
    return {
        "lang": words.code,
        "title": title,
        "kicker": common["territory"] or str(words.raw("site.none")),
        "name": words.text("page.elected.link"),
        "until": common["until"],
        "online": online(common["public"], words),
        "simulated": words.text("site.simulated") if found.simulated else "",
        "heading": {
            "figures": words.text("elected.figures"),
            "facts": shown["facts_title"],
            "decision": shown["decision"]["title"],
        },
        "figures": [f | {"sure": _word(f["sure"], words)} for f in shown["figures"]],
        "reading": shown["reading"],
        "facts": shown["facts"],
        "absent": shown["absent"],
        "decision": shown["decision"],
        "sources": common["source_lines"],
        "foot": words.text("paper.foot", place=common["territory"], until=common["until"]),
        "pages": [words.text("paper.page", page=number, pages=number)],
    }


def _word(confidence: str, words: Language) -> str:
    return words.text(f"confidence.{confidence}") if confidence else ""


def paper(content: dict[str, Any]) -> bytes:
    """Return the printed page of its content."""
    return compile_pdf(TEMPLATE, content)[0]
