"""Every file that holds the figures of pages: annexes, schemas, the workbook and the facts."""

from __future__ import annotations

from collections.abc import Mapping

from mining.language import language
from mining.report._annex_files import (
    book_of,
    csv_file,
    facts_address,
    path_of,
    schema_file,
)
from mining.report._facts_file import facts_file
from mining.report._known import TerritoryFacts
from mining.report._render import Page
from mining.report._workbook import workbook


def annexes(made: Mapping[str, str | bytes], found: TerritoryFacts) -> dict[str, str | bytes]:
    """Return the files that hold the figures of a report.

    Parameters
    ----------
    made : mapping
        Files of the report by path; those that are a :class:`mining.report._render.Page` have an
        annex.
    found : TerritoryFacts
        What they say.
    """
    words = language(found.language)
    pages = {a: p for a, p in made.items() if isinstance(p, Page)}
    out: dict[str, str | bytes] = {}
    for address, page in pages.items():
        path = path_of(address)
        title = str(words.text("annex.title", page=page.heading))
        out[f"{path}.csv"] = csv_file(page.cells, words)
        out[f"{path}.schema.json"] = schema_file(title, words)
    sheets = {path_of(a).rpartition("/")[2]: (p.heading, p.cells) for a, p in pages.items()}
    out[book_of(found.name, words)] = workbook(sheets, words)
    cells = {f"{path_of(a)}.csv": p.cells for a, p in pages.items()}
    out[facts_address(words)] = facts_file(cells, found)
    return out
