"""Files of a place besides its page: two printed pages, and an e-mail that carries them."""

from __future__ import annotations

from typing import Any

from mining.language import Language
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._mail import draft
from mining.report._mail_place import letter
from mining.report._pdf import compile_pdf
from mining.report._pdf_place import content
from mining.report._render import render

PRINTED = "pdf"


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
        text=render("mail.txt", **said),
        html=render("mail.html", **said),
        pdf=pdf,
        name=f"{slug}.pdf",
        contact=facts.contact,
    )
    return {printed_address(slug): pdf, f"{words.raw('address.letters')}/{slug}.eml": mail}
