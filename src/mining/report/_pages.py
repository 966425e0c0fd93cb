"""Pages of a report: facts put into templates. Nothing is read or written here."""

from __future__ import annotations

from typing import Any

import xarray as xr

from mining.language import Language, clean_name, joined, language
from mining.report import _activity_page as activity
from mining.report import _ahead as ahead
from mining.report import _ahead_tables as ahead_tables
from mining.report import _elected_page as members
from mining.report import _explore_page as explore
from mining.report import _glossary as glossary
from mining.report import _incident_page as incidents
from mining.report import _manifest as manifests
from mining.report import _quality_page as quality
from mining.report import _sentences as say
from mining.report import _tables as tables
from mining.report._annexes import annexes
from mining.report._chains import chain_files
from mining.report._facts import facts
from mining.report._known import PlaceFacts, TerritoryFacts, TerritoryLike
from mining.report._paper import papers, printed_address
from mining.report._pdf_elected import content, paper
from mining.report._place_facts import NAIVE_MODEL
from mining.report._render import source
from mining.report._site import Site, address
from mining.report._transparency import sheet_views
from mining.report._views import view

STYLE = "style.css"
#: What the next edition must know of this one: it holds nothing that is not on the pages.
RECORD = "disclosure.json"


def build(
    territory: TerritoryLike,
    cube: xr.Dataset,
    place_cube: xr.Dataset,
    **results: Any,
) -> dict[str, str | bytes]:
    """Write the report of a territory: the facts of :func:`facts` as :func:`pages`.

    Parameters
    ----------
    territory, cube, place_cube
        See :func:`mining.report.facts`.
    **results
        Everything that :func:`mining.report.facts` takes by name.

    Returns
    -------
    dict of str to str or bytes
        Relative path to content, the same bytes for the same input.
    """
    return pages(facts(territory, cube, place_cube, **results))


def pages(found: TerritoryFacts) -> dict[str, str | bytes]:
    """Return every file of the report, by relative path.

    Parameters
    ----------
    found : TerritoryFacts
        What the pages say.

    Raises
    ------
    ConfigError
        If there is no catalogue of texts in the territory's language.
    """
    words = language(found.language)
    site = Site(found, words)
    out: dict[str, str | bytes] = {STYLE: source(STYLE)}
    printed: dict[str, bytes] = {}
    out |= site.page("index", **_index(site))
    for place in found.places:
        page, papers_of_it = _place(place, site)
        out |= page
        printed |= papers_of_it
    page, sheet = _elected(site)
    out |= page
    printed |= sheet
    out |= site.page("activity", v=activity.page_view(found, words, site.places))
    out |= site.page("incidents", v=incidents.page_view(found, words, site.places))
    out |= site.page("quality", **quality.page_view(found, words, site.models))
    out |= site.page("transparency", sheets=_sheets(found, words))
    if found.transparency is not None:
        out.update(chain_files(found.transparency, found.minimum, words))
    out |= site.page("editions")
    if found.exploration is not None:
        out |= site.page("explorer", v=explore.page_view(found, words, site.places))
        out |= explore.files(source)
    out |= site.page("glossary", v=glossary.page_view(found, words, out))
    out |= annexes(out, found) | printed
    out[RECORD] = found.disclosure.to_json()
    editions = address("editions", words)
    out[manifests.ADDRESS] = manifests.manifest(out, found, words, without=editions)
    return out


def _index(site: Site) -> dict[str, Any]:
    """Return what the page of the territory shows."""
    found, words = site.found, site.words
    return {
        "v": view(found.whole, found, words, site.models),
        "place_table": tables.place_table(found, words, site.places) if found.places else None,
        "place_notes": _place_notes(found, words),
        "outlook_places": ahead_tables.outlook_places(found, words, site.places),
        "outlook_notes": _outlook_notes(found, words),
        "group_table": tables.group_table(found.groups, words) if found.groups else None,
        "verdict": [
            *say.verdict(found.models, NAIVE_MODEL, words),
            *ahead.verdict_places(found, words),
            *ahead.kept(found.whole, words, "kept_places"),
        ],
    }


def _place(place: PlaceFacts, site: Site) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the page of a place, and its PDF and e-mail."""
    slug = site.slugs[place.name]
    shown = view(place, site.found, site.words, site.models)
    page = site.place_page(place.name, v=shown, printed=printed_address(slug))
    title = site.title("place", clean_name(place.name))
    common = {**site.of_places, "public": site.public(site.places[place.name])}
    files = papers(place, site.found, shown, common, site.words, slug=slug, title=title)
    return page, files


def _elected(site: Site) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the page for elected members, and its printed page."""
    found, words = site.found, site.words
    shown = members.page_view(found, words)
    printed = printed_address(address("elected", words).removesuffix(".html"))
    page = site.page("elected", v=shown, printed=printed)
    title = site.title("elected")
    common = {**site.common, "public": site.public(address("elected", words))}
    return page, {printed: paper(content(found, shown, common, words, title))}


def _place_notes(found: TerritoryFacts, words: Language) -> str:
    notes = [words.text("places.reading"), words.text("standing.trusted_note")]
    if any(p.year.naive for p in found.places):
        notes.append(words.text("standing.places_note"))
    if any(c.hardware for p in found.places for c in (p.last, p.year)):
        notes.append(words.text("places.hardware"))
    if len(found.places) == 1:
        notes.append(words.text("places.only_one"))
    return joined(" ", notes)


def _outlook_notes(found: TerritoryFacts, words: Language) -> str:
    own = any(p.totals and p.totals.week for p in found.places)
    keys = ["index_reading_own" if own else "index_reading"]
    if any(p.score for p in found.places):
        keys.append("index_reading_error")
    return joined(" ", (words.text(f"outlook.{k}") for k in keys))


def _sheets(found: TerritoryFacts, words: Language) -> Any:
    """Return the sheets of sensors and analyses; nothing where the territory states nothing."""
    stated = found.transparency
    return () if stated is None else sheet_views(stated, found.minimum, words)
