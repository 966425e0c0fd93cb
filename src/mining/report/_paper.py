"""Files of a place besides its page: two printed pages, and an e-mail that carries them."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._language import Language
from mining.report._mail import draft
from mining.report._mail_place import letter
from mining.report._pdf import compile_pdf
from mining.report._pdf_place import content

PRINTED, LETTERS = "pdf", "courriels"


def printed_address(slug: str) -> str:
    """Return where the printed pages of a place are, from the root of the report."""
    return f"{PRINTED}/{slug}.pdf"


def papers(
    place: PlaceFacts,
    facts: TerritoryFacts,
    shown: dict[str, Any],
    common: dict[str, Any],
    words: Language,
    *,
    slug: str,
    title: str,
) -> dict[str, bytes]:
    """Return the PDF and the e-mail of a place, by relative path.

    Parameters
    ----------
    place, facts : PlaceFacts, TerritoryFacts
        Whom they are about.
    shown, common : dict
        What the page of the place shows, and what every page shows: the same is said here.
    words : Language
        Words of the page.
    slug, title : str
        File name without ending, and title of the page.
    """
    pdf = compile_pdf("place.typ", content(place, facts, shown, common, words, title=title))[0]
    said = letter(place, facts, shown, common, words)
    mail = draft(
        subject=said["subject"],
        text=_fill("mail.txt", said),
        html=_fill("mail.html", said),
        pdf=pdf,
        name=f"{slug}.pdf",
        contact=facts.contact,
    )
    return {printed_address(slug): pdf, f"{LETTERS}/{slug}.eml": mail}


@cache
def _templates() -> jinja2.Environment:
    """Return the templates of letters: names are escaped in HTML, plain text stays as it is."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("mining.report", "templates"),
        autoescape=jinja2.select_autoescape(("html",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _fill(template: str, said: dict[str, Any]) -> str:
    return _templates().get_template(template).render(**said)
