"""The glossary: every word of the report that needs one, what it means, and where it is used.

A meaning stands once: under ``glossary.term`` of the catalogue, or where a page tells it already,
and then its text is taken from there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mining.language import Language
from mining.report._key import sure_reading
from mining.report._known import TerritoryFacts
from mining.report._slug import slug


@dataclass(frozen=True)
class _Term:
    """A word: its part of the page, where it is used, and the texts that say more of it.

    `spots` are pages, each with the id of a heading; `says` are keys of the catalogue; `needs`
    names a part of the report without which the word is not used.
    """

    key: str
    part: str
    spots: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    needs: str = ""


TERMS = (
    _Term("passage", "count", ("index#retenir", "index#limites"), ("limits.passages",)),
    _Term("sensor", "count", ("quality#compteurs",)),
    _Term("place", "count", ("index#lieux",)),
    _Term("valid", "count", ("quality#compteurs",)),
    _Term("zero", "count", ("quality#compteurs",), ("quality.zero",)),
    _Term("suspect", "count", ("quality#motifs",)),
    _Term("imputed", "count", ("quality#compteurs",), ("quality.imputed",)),
    _Term("few", "count", ("index#semaine-titre",), ("source.minimum",), "minimum"),
    _Term("signs", "count", ("index#semaine-titre",), ("week.notes",), "minimum"),
    _Term("sensitive", "count", ("index#lieux",), needs="sensitive"),
    _Term("hardware", "count", ("index#tendance-titre", "incidents#termines")),
    _Term("journal", "count", ("index#semaine-titre", "incidents#impacts")),
    _Term("week", "compare", ("index#retenir",)),
    _Term("year", "compare", ("index#retenir", "index#tendance-titre")),
    _Term("panel", "compare", ("index#tendance-titre",)),
    _Term("change", "compare", ("index#lieux", "index#tendance-titre")),
    _Term("confidence", "compare", ("index#retenir",), ("confidence.reading",)),
    _Term("peak", "compare", ("index#lieux",), needs="hourly"),
    _Term("median", "compare", ("index#semaine-titre",)),
    _Term("typical", "compare", ("index#semaine-titre",)),
    _Term("expected", "forecast", ("index#prevision-titre", "incidents#en-cours")),
    _Term("range", "forecast", ("index#prevision-titre", "quality#fourchettes")),
    _Term("ordinary", "forecast", ("index#prevision-titre",), ("driver.reading",)),
    _Term("trial", "forecast", ("quality#methodes",), ("model.how",)),
    _Term("copy", "forecast", ("index#prevision-titre", "quality#methodes")),
    _Term("simple", "forecast", ("quality#methodes",)),
    _Term("wape", "forecast", ("quality#methodes", "index#prevision-titre")),
    _Term("mase", "forecast", ("quality#methodes",)),
    _Term("pinball", "forecast", ("quality#methodes",)),
    _Term("coverage", "forecast", ("quality#methodes", "quality#fourchettes")),
    _Term("incident", "incident", ("incidents#retenir", "index#incidents-titre")),
    _Term("fault", "incident", ("incidents#en-cours",)),
    _Term("nature", "incident", ("incidents#termines", "incidents#frise")),
    _Term("unexplained", "incident", ("incidents#termines",), ("incident.reading",)),
    _Term("certainty", "incident", ("incidents#en-cours", "incidents#termines")),
    _Term("open", "incident", ("incidents#en-cours",)),
    _Term("neighbours", "incident", ("incidents#termines",)),
    _Term("effect", "incident", ("incidents#impacts",), ("impact.method",)),
    _Term("unsettled", "incident", ("incidents#impacts",)),
    _Term("rhythm", "activity", ("activity#groupes",)),
    _Term("group", "activity", ("activity#groupes", "index#groupes"), ("activity.group.not",)),
    _Term("apart", "activity", ("activity#groupes",)),
    _Term("stability", "activity", ("activity#groupes", "index#groupes")),
    _Term("family", "activity", ("activity#commerces",), needs="shops"),
    _Term("area", "activity", ("activity#secteurs",), ("activity.shops.areas_intro",), "shops"),
    _Term("secret", "activity", ("activity#commerces",), ("activity.shops.secret_word",), "shops"),
    _Term("door", "activity", ("activity#horaires",), needs="doors"),
    _Term("until", "report", ("index",)),
    _Term("edition", "report", ("editions",), ("editions.note",)),
    _Term("files", "report", ("index#sources",)),
    _Term("sheet", "report", ("transparency",), ("transparency.intro",)),
    _Term("dtpr", "report", ("transparency",)),
    _Term("unknown", "report", ("transparency",), ("transparency.unknown_word",)),
    _Term("licence", "report", ("index#sources",)),
)


def name(key: str, words: Language) -> str:
    """Return the word itself, as it stands within a sentence."""
    return str(words.set(words.raw(f"glossary.term.{key}.name")))


def anchor(key: str, words: Language) -> str:
    """Return the fragment of address under which the page tells of a word."""
    return slug(name(key, words), words.raw("address.word"))


def links(found: TerritoryFacts, words: Language) -> dict[str, tuple[str, str]]:
    """Return each word of this report and the address of its meaning, by key.

    Templates lead to it with ``m.terms("range", "ordinary")``.
    """
    page = words.raw("page.glossary.address")
    keys = (t.key for t in _used(found))
    return {k: (name(k, words), f"{page}#{anchor(k, words)}") for k in keys}


def meanings(keys: Collection[str], found: TerritoryFacts, words: Language) -> list[dict[str, Any]]:
    """Return words and what they mean, for a list on another page: ``m.meanings(...)``."""
    return [_told(t, found, words) for t in _used(found) if t.key in keys]


def page_view(found: TerritoryFacts, words: Language, pages: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of the glossary shows.

    Parameters
    ----------
    found : TerritoryFacts
        What the report tells: words of parts that it has not are left out.
    words : Language
        Language of the page.
    pages : mapping
        The pages made so far, by address: a heading is named as it stands there.
    """
    parts: dict[str, list[dict[str, Any]]] = {}
    for term in _used(found):
        parts.setdefault(term.part, []).append(
            {**_told(term, found, words), "spots": list(_spots(term, words, pages))}
        )
    return {
        "parts": [
            {"id": f"mots-{k}", "title": words.text(f"glossary.part.{k}"), "terms": terms}
            for k, terms in parts.items()
        ]
    }


def _used(found: TerritoryFacts) -> Iterator[_Term]:
    there = {
        "": True,
        "minimum": found.minimum > 1,
        "hourly": found.hourly,
        "sensitive": any(p.sensitive for p in found.places),
        "shops": bool(found.activity.shops and found.activity.shops.source),
        "doors": bool(found.activity.opening and found.activity.opening.doors),
    }
    return (term for term in TERMS if there[term.needs])


def _told(term: _Term, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    word = name(term.key, words)
    return {
        "anchor": anchor(term.key, words),
        "name": word[:1].upper() + word[1:],
        "says": _says(term, found, words),
    }


def _says(term: _Term, found: TerritoryFacts, words: Language) -> list[str]:
    own = f"glossary.term.{term.key}.text"
    keys = (own, *term.says) if words.has(own) else term.says
    least = words.bound(found.minimum)
    return [
        sure_reading(words) if k == "confidence.reading" else words.text(k, n=least, minimum=least)
        for k in keys
    ]


def _spots(term: _Term, words: Language, pages: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and address of each place where a word is used, as far as it is there."""
    for spot in term.spots:
        page, _, heading = spot.partition("#")
        address, title = words.raw(f"page.{page}.address"), words.text(f"page.{page}.link")
        if address not in pages:
            continue
        there = re.search(rf'<h[1-6] id="{heading}"[^>]*>(.*?)</h', str(pages[address]), re.DOTALL)
        if heading and there:
            part = html.unescape(re.sub(r"<[^>]*>", "", there[1]))
            yield words.text("glossary.spot", page=title, part=part), f"{address}#{heading}"
        else:
            yield title, address
