"""Templates of a report: where they are, and how they are filled."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from mining.language import Language
from mining.report import _confidence as sure
from mining.report._annex import Cell, annex
from mining.report._annex_files import links


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates: all names are escaped but in plain text."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("mining.report", "templates"),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["confidence"] = sure.of
    return made


def source(name: str) -> str:
    """Return a template as it stands."""
    loader = environment().loader
    if loader is None:  # pragma: no cover - the environment above has one
        raise RuntimeError(name)
    return loader.get_source(environment(), name)[0]


class Page(str):
    """A page of the site, and what its annex holds."""

    heading: str
    cells: tuple[Cell, ...]


class _Heard:
    """The words of a page, which hear what its template says with them."""

    def __init__(self, words: Language) -> None:
        self._words = words
        self.said: list[str] = []

    def text(self, key: str, **values: Any) -> str:
        self.said.append(self._words.text(key, **values))
        return self.said[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._words, name)


def render(template: str, **values: Any) -> str:
    """Return a filled template; empty lines are left out of pages, and kept in plain text.

    What has an address (`here`) is a :class:`Page`. Its annex is about `about`, by default the
    territory.
    """
    page = "here" in values
    words = values["w"]
    if page:
        values["annex"] = links(values["here"], values["facts"].name, words)
        values["a"] = words.raw("address.anchor")
        values["w"] = _Heard(words)
    text = environment().get_template(template).render(**values)
    if template.endswith(".txt"):
        return text
    text = "\n".join(line for line in text.splitlines() if line.strip()) + "\n"
    if not page:
        return text
    out = Page(text)
    out.heading = str(values["title"])
    values["heard"] = values["w"].said
    out.cells = annex(values, values.get("about", values["territory"]), words)
    return out
