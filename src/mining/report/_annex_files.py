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

#: What a spreadsheet takes for the beginning of a formula, plain and full width.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: Type of each column, in the order of the file; its name stands in the catalogue.
COLUMNS = {
    "cell": "string",
    "part": "string",
    "row": "string",
    "column": "string",
    "value": "number",
    "unit": "string",
    "text": "string",
    "place": "string",
    "start": "date",
    "end": "date",
    "confidence": "string",
    "why": "string",
}


def path_of(page: str) -> str:
    """Return where the annex of a page stands, without the end of its name."""
    return f"annexes/{page.removesuffix('.html')}"


def book_of(territory: str, words: Language) -> str:
    """Return where the workbook of a territory stands."""
    return f"annexes/{slug(territory, words.raw('address.place'))}.xlsx"


def facts_address(words: Language) -> str:
    """Return where the facts of all pages stand."""
    return str(words.raw("address.facts"))


def links(page: str, territory: str, words: Language) -> dict[str, str]:
    """Return where the data of a page stand, from the root of the report."""
    return {
        "csv": f"{path_of(page)}.csv",
        "book": book_of(territory, words),
        "facts": facts_address(words),
    }


def header(column: str, words: Language) -> str:
    """Return the name of a column of :data:`COLUMNS` in the files of a report."""
    return str(words.raw(f"address.column.{column}"))


def record(cell: Cell, words: Language) -> dict[str, str | float | None]:
    """Return a cell as a row of the annex, by column, in words of the language."""
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
    writer.writerow(header(name, words) for name in COLUMNS)
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
        if name == "cell":
            rules = {"required": True, "unique": True, "pattern": r"(T\d+L\d+C\d+|P\d+)(-\d+)?"}
        if name == "confidence":
            keys = ("solid", "indicative", "insufficient")
            rules = {"enum": [str(words.text(f"confidence.word.{k}")) for k in keys]}
        about = str(words.text(f"annex.column.{name}"))
        named = {"name": header(name, words), "type": kind, "description": about}
        fields.append({**named, "constraints": rules})
    key = [header("cell", words)]
    content = {"title": title, "fields": fields, "primaryKey": key, "missingValues": [""]}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
