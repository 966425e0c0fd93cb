"""Read the small CSV files that people write, keeping the line of each row for the errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pandas as pd

from mining.errors import ConfigError, at
from mining.readers.fields import FieldError, expected_key
from mining.readers.yaml_files import read_text

#: A check of one cell: returns nothing, raises FieldError.
Check = Callable[[str, str], None]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Its header.
    required : bool
        Whether the column must stand in the header and each of its cells must be filled.
    check : callable, optional
        Called with the name and the text of each filled cell; raises :class:`FieldError`.
    """

    name: str
    required: bool = False
    check: Check | None = None


def read_table(
    path: Path, columns: Sequence[Column], *, unique: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a CSV file: comma, UTF-8, one header line.

    Parameters
    ----------
    path : Path
        The file; an absent one is a table without rows. Empty lines, and lines whose first cell
        starts with ``#``, are skipped.
    columns : sequence of Column
        What may stand in the header, in any order.
    unique : sequence of str
        Columns in which no text may occur twice.

    Returns
    -------
    DataFrame
        All columns as text ("" where absent), indexed by the line in the file (name ``line``).

    Raises
    ------
    ConfigError
        Naming file, line, column, what was found and what was expected.
    """
    names = [column.name for column in columns]
    if not path.exists():
        return pd.DataFrame(
            columns=names, index=pd.Index([], name="line", dtype="int64"), dtype="str"
        )
    rows = _rows(path)
    header_line, header = next(rows, (1, []))
    _check_header(path, header_line, header, columns)
    cells: dict[int, dict[str, str]] = {}
    for line, row in rows:
        if len(row) != len(header):
            found, expected = f"{len(row)} cells", f"{len(header)} cells as in the header"
            raise ConfigError(at(path, line=line, found=found, expected=expected))
        cells[line] = dict(zip(header, row, strict=True))
        _check_cells(path, line, cells[line], columns)
    frame = _frame(cells, names)
    for name in unique:
        check_unique(path, frame, name)
    return frame


def check_unique(path: Path, frame: pd.DataFrame, column: str) -> None:
    """Raise :class:`ConfigError` at the first text that occurs twice in a column."""
    first: dict[str, object] = {}
    for line, found in frame[column].items():
        if found in first:
            expected = f"each {column} once (line {first[found]} has it)"
            fail(path, int(str(line)), column, found, expected)
        first[found] = line


def check_among(
    path: Path, frame: pd.DataFrame, column: str, known: Iterable[str], what: str
) -> None:
    """Raise :class:`ConfigError` at the first text of a column that is not known."""
    among = set(known)
    for line, found in frame[column].items():
        if found not in among:
            fail(path, int(str(line)), column, found, what)


def one_of(*known: str) -> Check:
    """Return the check that a cell is one of some words."""

    def check(column: str, text: str) -> None:
        if text not in known:
            raise FieldError(column, text, f"one of {', '.join(known)}")

    return check


def some_of(*known: str) -> Check:
    """Return the check that a cell is a comma-separated list of some words."""

    def check(column: str, text: str) -> None:
        for item in text.split(","):
            one_of(*known)(column, item.strip())

    return check


def between(low: float, high: float) -> Check:
    """Return the check that a cell is a number within limits."""

    def check(column: str, text: str) -> None:
        expected = f"a number from {low:g} to {high:g}, with a point"
        try:
            number = float(text)
        except ValueError as error:
            raise FieldError(column, text, expected) from error
        if not low <= number <= high:
            raise FieldError(column, text, expected)

    return check


def fail(path: Path, line: int, column: str, found: object, expected: str) -> NoReturn:
    """Raise the :class:`ConfigError` of one cell."""
    raise ConfigError(at(path, line=line, column=column, found=found, expected=expected))


def _frame(cells: dict[int, dict[str, str]], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [row.get(name, "") for row in cells.values()] for name in names},
        index=pd.Index(list(cells), name="line", dtype="int64"),
        dtype="str",
    )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        msg = f"{at(path, line=line)}: not CSV, {error}; is a quotation mark left open?"
        raise ConfigError(msg) from error


def _check_header(path: Path, line: int, header: list[str], columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    if len(header) == 1 and names[0] != header[0]:
        for mark, word in ((";", "';'"), ("\t", "tabulations"), ("|", "'|'")):
            if mark in header[0]:
                expected = "',': save the table as CSV UTF-8 with commas"
                where = at(path, line=line)
                raise ConfigError(f"{where}: found {word} between the cells, expected {expected}")
    missing = [c.name for c in columns if c.required and c.name not in header]
    strange = [name for name in header if name not in names]
    if strange and not (missing and len(strange) == len(header)):
        expected = expected_key(strange[0], names)
        fail(path, line, strange[0], "an unknown column", expected)
    if missing:
        expected = f"a header with the column {missing[0]!r}"
        raise ConfigError(at(path, line=line, found=",".join(header), expected=expected))
    for name in header:
        if header.count(name) > 1:
            fail(path, line, name, f"{header.count(name)} columns of this name", "one")


def _check_cells(path: Path, line: int, cells: dict[str, str], columns: Sequence[Column]) -> None:
    for column in columns:
        text = cells.get(column.name, "")
        if not text and column.required:
            fail(path, line, column.name, "", "a value")
        if text and column.check is not None:
            try:
                column.check(column.name, text)
            except FieldError as error:
                fail(path, line, error.column, error.found, error.expected)
