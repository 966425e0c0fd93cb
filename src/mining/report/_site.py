"""What every page of a report shares: addresses, menu, sources; and how one page is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from mining import cube as cubes
from mining.language import Language, clean_name
from mining.report import _sentences as say
from mining.report._known import TerritoryFacts
from mining.report._render import render
from mining.report._slug import slugs

#: Pages of the menu, in order; a page whose facts are absent is left out.
MENU = ("index", "activity", "incidents", "quality", "transparency", "explorer")


def address(page: str, words: Language) -> str:
    """Return where a page stands, from the root of the report."""
    return str(words.raw(f"page.{page}.address"))


@dataclass(frozen=True)
class Site:
    """The report of a territory in the making.

    Attributes
    ----------
    found : TerritoryFacts
        What its pages say.
    words : Language
        In which words.
    """

    found: TerritoryFacts
    words: Language

    @cached_property
    def slugs(self) -> dict[str, str]:
        """File name of each place, without ending."""
        names = [p.name for p in self.found.places]
        return slugs(names, self.words.raw("address.place"))

    @cached_property
    def places(self) -> dict[str, str]:
        """Address of each place."""
        folder = self.words.raw("page.place.folder")
        return {name: f"{folder}/{slug}.html" for name, slug in self.slugs.items()}

    @cached_property
    def models(self) -> dict[str, str]:
        """Name of each model that is told of."""
        used = [m.model for m in self.found.models]
        return say.model_names(used + [m for p in self.found.places for m in p.served], self.words)

    @cached_property
    def common(self) -> dict[str, Any]:
        """What every template is given."""
        found, words = self.found, self.words
        menu = [name for name in MENU if name != "explorer" or found.exploration is not None]
        return {
            "w": words,
            "facts": found,
            "territory": clean_name(found.name),
            "menu": [(n, address(n, words), words.text(f"page.{n}.link")) for n in menu],
            "editions": address("editions", words),
            "places": [(clean_name(name), path) for name, path in sorted(self.places.items())],
            "until": words.text("site.until", moment=words.moment(found.today)),
            "source_lines": _sources(found, words),
            "attribution": [
                words.text(f"source.{k}", **_named(k, text, words))
                for k, text in (("attribution", found.attribution), ("licence", found.licence))
                if text
            ],
        }

    def page(self, name: str, **values: Any) -> dict[str, str]:
        """Return a page of the menu by its address: its title stands in the catalogue.

        Parameters
        ----------
        name : str
            Of the page, of its template, and of its entry under ``page`` in the catalogue.
        **values
            What its template needs besides what all share.
        """
        here = address(name, self.words)
        return {here: self._render(name, here, "", values)}

    def place_page(self, place: str, **values: Any) -> dict[str, str]:
        """Return the page of a place by its address."""
        here = self.places[place]
        return {here: self._render("place", here, clean_name(place), values)}

    def title(self, page: str, place: str = "") -> str:
        """Return the title of a page."""
        names: dict[str, Any] = {"place": place} if place else {}
        return self.words.text(f"page.{page}.title", territory=clean_name(self.found.name), **names)

    def _render(self, name: str, here: str, place: str, values: dict[str, Any]) -> str:
        about = {"about": place} if place else {}
        return render(
            f"{name}.html",
            **{**self.common, **about, **values},
            title=self.title(name, place),
            page=name,
            root="../" * here.count("/"),
            here=here,
        )


def _sources(found: TerritoryFacts, words: Language) -> list[str]:
    """Return the lines on where the data come from and what they do not hold."""
    lines = {k: getattr(found, k) for k in ("source", "attribution", "licence", "contact")}
    said = [words.text(f"source.{k}", **_named(k, v, words)) for k, v in lines.items() if v]
    period = words.period(found.start, (found.today - pd.Timedelta("1ns")).normalize())
    rules = [words.text("source.span", period=period)]
    counting = any(cubes.kind_of(r.kind).is_count for r in found.quality)
    if counting:
        rules.append(words.text("source.no_personal"))
    if counting and found.minimum > 1:
        rules.insert(1, words.text("source.minimum", n=words.bound(found.minimum)))
    return said[:3] + rules + said[3:]


def _named(key: str, text: str, words: Language) -> dict[str, Any]:
    return {key: words.isolate(text)}
