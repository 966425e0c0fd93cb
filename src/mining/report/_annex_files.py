"""Files of annexes: CSV with its Table Schema for each page, a workbook, and the facts as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from mining import writers
from mining.report._annex import Cell
from mining.report._known import TerritoryFacts
from mining.report._language import Language
from mining.report._slug import slug

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


@dataclass(frozen=True)
class Fact:
    """One fact of a territory.

    Attributes
    ----------
    id : str
        Page and name, unique in the file and the same from edition to edition.
    figure : str
        Name of the figure, for instance ``week_total``.
    value : float or None
        As it is shown; None where it is hidden.
    unit, place : str
        What it counts, and where.
    start, end : str or None
        First and last day of its period.
    confidence : str
        ``solid``, ``indicative``, ``insufficient``, or empty where it is not judged.
    why : str
        Why there is no value.
    cell : str
        File of the annex and name of the cell, joined by ``#``.
    """

    id: str
    figure: str
    value: float | None
    unit: str
    place: str
    start: str | None
    end: str | None
    confidence: str
    why: str
    cell: str


def path_of(page: str) -> str:
    """Return where the annex of a page stands, without the end of its name."""
    return f"annexes/{page.removesuffix('.html')}"


def book_of(territory: str) -> str:
    """Return where the workbook of a territory stands."""
    return f"annexes/{slug(territory)}.xlsx"


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


def facts_of(annexes: Mapping[str, Sequence[Cell]]) -> tuple[Fact, ...]:
    """Return the facts that pages state, each with the first cell that holds it.

    Parameters
    ----------
    annexes : mapping
        Path of the CSV file of each page to its cells.
    """
    out: dict[str, Fact] = {}
    for path, cells in annexes.items():
        page = path.removeprefix("annexes/").removesuffix(".csv")
        for cell in cells:
            if cell.fact:
                start, end = cell.span or (None, None)
                out.setdefault(
                    f"{page}/{cell.fact}",
                    Fact(
                        id=f"{page}/{cell.fact}",
                        figure=cell.fact,
                        value=cell.value,
                        unit=cell.unit,
                        place=cell.place,
                        start=start,
                        end=end,
                        confidence=cell.confidence,
                        why=cell.why,
                        cell=f"{path}#{cell.name}",
                    ),
                )
    return tuple(out[name] for name in sorted(out))


def facts_file(annexes: Mapping[str, Sequence[Cell]], found: TerritoryFacts) -> str:
    """Return the facts of a territory as JSON, as ``docs/facts.schema.json`` describes them."""
    content = {
        "territory": found.name,
        "language": found.language,
        "until": found.today.isoformat(),
        "simulated": found.simulated,
        "minimum": found.minimum,
        "attribution": found.attribution,
        "licence": found.licence,
        "facts": [asdict(f) for f in facts_of(annexes)],
    }
    body = json.dumps(writers.plain(content, 15), ensure_ascii=False, indent=1, sort_keys=True)
    return body + "\n"
