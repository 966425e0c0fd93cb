"""The workbook of a territory: the annexes of its pages as sheets, for a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from mining.language import Language
from mining.report._annex import Cell
from mining.report._annex_files import COLUMNS, header, record

#: Longest name of a sheet, and what none may hold.
_LONGEST, _FORBIDDEN = 31, re.compile(r"[\[\]:*?/\\\x00-\x1f]")
#: Longest text of a cell.
_LONGEST_TEXT = 32_767
_WIDTHS = {"part": 34, "row": 28, "column": 22, "text": 60, "place": 24, "why": 40}
#: Every file says the same moment, so that equal reports are equal bytes.
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def workbook(sheets: Mapping[str, tuple[str, Sequence[Cell]]], words: Language) -> bytes:
    """Return a workbook with a sheet for each page, and a first one that says what stands where.

    Parameters
    ----------
    sheets : mapping
        Name of each page to its title and its cells. Names may hold anything; they are cut and
        made different as sheets need it.
    words : Language
        Language of the report.

    Returns
    -------
    bytes
        XLSX; the same for the same input. No cell is a formula or a link.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": _NO_TIME})
    bold = book.add_format({"bold": True})
    forms = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "bold": bold}
    names = sheet_names([str(words.text("annex.contents")), *sheets])
    first = book.add_worksheet(names[0])
    _contents(first, list(zip(names[1:], (t for t, _ in sheets.values()), strict=True)), words)
    for name, (_, cells) in zip(names[1:], sheets.values(), strict=True):
        _fill(book.add_worksheet(name), cells, words, forms)
    book.close()
    return target.getvalue()


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return names that a workbook accepts: short, without forbidden signs, all different."""
    out: list[str] = []
    taken = {"history"}  # a name that spreadsheets keep for themselves
    for name in names:
        plain = _FORBIDDEN.sub("-", name).strip("' ")[:_LONGEST].strip("' ") or "-"
        found, number = plain, 1
        while found.lower() in taken:
            number += 1
            tail = f" ({number})"
            found = plain[: _LONGEST - len(tail)] + tail
        taken.add(found.lower())
        out.append(found)
    return out


def _contents(sheet: Any, pages: Sequence[tuple[str, str]], words: Language) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    about = [(header(n, words), str(words.text(f"annex.column.{n}"))) for n in COLUMNS]
    for row, texts in enumerate([*pages, ("", ""), *about]):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)


def _fill(sheet: Any, cells: Sequence[Cell], words: Language, forms: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 13))
        sheet.write_string(0, column, header(name, words), forms["bold"])
    for row, cell in enumerate(cells, start=1):
        for column, (name, value) in enumerate(record(cell, words).items()):
            if value is None or value == "":
                continue
            if isinstance(value, float):
                sheet.write_number(row, column, value)
            elif COLUMNS[name] == "date":
                day = date.fromisoformat(str(value))
                sheet.write_datetime(row, column, day, forms["date"])
            else:
                sheet.write_string(row, column, str(value)[:_LONGEST_TEXT])
    sheet.autofilter(0, 0, max(len(cells), 1), len(COLUMNS) - 1)
