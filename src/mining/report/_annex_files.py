"""The annex of a page as a file: CSV, and its Table Schema beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from mining.language import Language
from mining.report._annex import Cell
from mining.report._slug import slug

#: Facts of all pages, at the root.
FACTS = "faits.json"
#: What a spreadsheet takes for the beginning of a formula, plain and full width.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: Type of each column, in the order of the file.
COLUMNS = {
    "cellule": "string",
    "partie": "string",
    "ligne": "string",
    "colonne": "string",
    "valeur": "number",
    "unite": "string",
    "texte": "string",
    "lieu": "string",
    "debut": "date",
    "fin": "date",
    "confiance": "string",
    "motif": "string",
}


def path_of(page: str) -> str:
    """Return where the annex of a page stands, without the end of its name."""
    return f"annexes/{page.removesuffix('.html')}"


def book_of(territory: str) -> str:
    """Return where the workbook of a territory stands."""
    return f"annexes/{slug(territory)}.xlsx"


def links(page: str, territory: str) -> dict[str, str]:
    """Return where the data of a page stand, from the root of the report."""
    return {"csv": f"{path_of(page)}.csv", "book": book_of(territory), "facts": FACTS}


def record(cell: Cell, words: Language) -> dict[str, str | float | None]:
    """Return a cell as a row of the annex, in words of the language."""
    start, end = cell.span or (None, None)
    values = (
        cell.name, cell.part, cell.line, cell.column, cell.value,
        _word("annex.unit", cell.unit, words), cell.text, cell.place, start, end,
        _word("confidence.word", cell.confidence, words), cell.why,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


@cache
def _word(room: str, key: str, words: Language) -> str:
    """Return a key in words of the catalogue; one that it does not know as it is."""
    name = f"{room}.{key}"
    return str(words.text(name)) if key and words.has(name) else key


def csv_file(cells: Sequence[Cell], words: Language) -> str:
    """Return an annex as CSV: semicolons, a byte order mark, numbers with a point, ISO dates.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    for cell in cells:
        writer.writerow([_plain(v) for v in record(cell, words).values()])
    return "\ufeff" + target.getvalue()


def _plain(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return str(int(value)) if value == int(value) else str(value)


def schema_file(title: str, words: Language) -> str:
    """Return the Table Schema of an annex."""
    fields: list[dict[str, Any]] = []
    for name, kind in COLUMNS.items():
        rules: dict[str, Any] = {}
        if name == "cellule":
            rules = {"required": True, "unique": True, "pattern": r"(T\d+L\d+C\d+|P\d+)(-\d+)?"}
        if name == "confiance":
            keys = ("solid", "indicative", "insufficient")
            rules = {"enum": [str(words.text(f"confidence.word.{k}")) for k in keys]}
        about = str(words.text(f"annex.column.{name}"))
        fields.append({"name": name, "type": kind, "description": about, "constraints": rules})
    content = {"title": title, "fields": fields, "primaryKey": ["cellule"], "missingValues": [""]}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
