"""Reading table files strictly: nothing is guessed, every fault gets one sentence."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mining.errors import SourceError, at, undecoded
from mining.sources._rows import Rows

_PARQUET = (".parquet", ".pq")
_DELIMITERS = (",", ";", "\t", "|")


def read(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> tuple[pd.DataFrame, Rows]:
    """Read a CSV (also gzipped) or parquet file.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str, optional
        Columns that must be there; only these are returned. All when None.
    delimiter, encoding : str
        Of CSV; cells stay text.

    Returns
    -------
    DataFrame, Rows
        The table and the line of each row (parquet: its number from 1).

    Raises
    ------
    SourceError
        If the file is absent, empty, truncated, in another encoding, or lacks a column.
    """
    if not path.is_file():
        raise SourceError(f"{path.name}: no such file")
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name}: the file is empty, expected a header and rows")
    if path.suffix in _PARQUET:
        return _parquet(path, columns)
    text = _text(path, encoding)
    if '"' in text:
        frame, lines = _quoted(path.name, text, delimiter, columns)
    else:
        frame, lines = _plain(path.name, text, delimiter, columns)
    if frame.empty:
        raise SourceError(f"{path.name}: only a header, expected at least one row")
    return frame, Rows(np.array(lines, dtype="int64"), (path.name,))


def read_all(
    paths: Sequence[Path],
    *,
    columns: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> tuple[pd.DataFrame, Rows]:
    """Read several files of the same columns one after the other; see :func:`read`."""
    parts = [read(p, columns=columns, delimiter=delimiter, encoding=encoding) for p in paths]
    if len(parts) == 1:
        return parts[0]
    header = list(parts[0][0].columns)
    for path, (frame, _) in zip(paths, parts, strict=True):
        if sorted(frame.columns) != sorted(header):
            raise SourceError(
                at(path.name, line=1, found=list(frame.columns), expected=f"{header} as before")
            )
    number = np.concatenate([rows.number for _, rows in parts])
    file = np.repeat(np.arange(len(parts)), [len(frame) for frame, _ in parts])
    table = pd.concat([frame for frame, _ in parts], ignore_index=True)
    return table, Rows(number, tuple(p.name for p in paths), file)


def _parquet(path: Path, columns: Sequence[str] | None) -> tuple[pd.DataFrame, Rows]:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        header = list(pq.read_schema(path).names)
        _check_header(path.name, header, columns, None)
        frame = pd.read_parquet(path, columns=None if columns is None else list(columns))
    except (pa.ArrowException, OSError) as error:
        msg = f"{path.name}: not a whole parquet file (truncated or of another format)"
        raise SourceError(msg) from error
    return frame, Rows(np.arange(1, len(frame) + 1, dtype="int64"), (path.name,))


def _text(path: Path, encoding: str) -> str:
    """Return the content of a file, decoded as declared and not otherwise."""
    content = path.read_bytes()
    if path.suffix == ".gz" or content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise SourceError(f"{path.name}: truncated or damaged gzip file") from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.lower().startswith("utf-16"):
        raise SourceError(f"{path.name}: the file is UTF-16, declare encoding: utf-16")
    try:
        text = content.decode(encoding)
    except LookupError as error:
        msg = f"unknown encoding {encoding!r}: expected a name such as utf-8 or cp1252"
        raise SourceError(msg) from error
    except UnicodeDecodeError as error:
        line, found = undecoded(error)
        msg = (
            f"{path.name}, line {line}: {found} is not {encoding}, "
            "declare the encoding of the file (files of Excel in French are often cp1252)"
        )
        raise SourceError(msg) from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        msg = f"{path.name}, line {line}: a NUL byte, expected text (truncated or binary file?)"
        raise SourceError(msg)
    if not text.strip():
        raise SourceError(f"{path.name}: the file is empty, expected a header and rows")
    return text


def _plain(
    name: str, text: str, delimiter: str, columns: Sequence[str] | None
) -> tuple[pd.DataFrame, list[int]]:
    """Read a CSV without quotes, fast."""
    everything = text.split("\n")
    lines = [i for i, line in enumerate(everything) if line.strip()]
    kept = everything if len(lines) == len(everything) else [everything[i] for i in lines]
    header = kept[0].split(delimiter)
    _check_header(name, header, columns, delimiter)
    width = len(header) - 1
    for number, line in zip(lines, kept, strict=True):
        if line.count(delimiter) != width:
            _refuse_width(name, number + 1, line.count(delimiter) + 1, len(header))
    frame = pd.read_csv(
        io.StringIO("\n".join(kept)),
        sep=delimiter,
        dtype=str,
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        usecols=None if columns is None else list(columns),
    )
    return frame, [i + 1 for i in lines[1:]]


def _quoted(
    name: str, text: str, delimiter: str, columns: Sequence[str] | None
) -> tuple[pd.DataFrame, list[int]]:
    """Read a CSV with quotes, where one row may take several lines."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if row and not header:
                header = row
                _check_header(name, header, columns, delimiter)
            elif row:
                if len(row) != len(header):
                    _refuse_width(name, line, len(row), len(header))
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        msg = f"{name}, line {line}: a quote that is not closed or misplaced (truncated file?)"
        raise SourceError(msg) from error
    wanted = header if columns is None else list(columns)
    data = {c: [row[i] for row in rows] for c, i in ((c, header.index(c)) for c in wanted)}
    return pd.DataFrame(data, dtype="str"), lines


def _refuse_width(name: str, line: int, found: int, expected: int) -> None:
    msg = f"{found} cells, expected {expected} like the header (truncated row or delimiter?)"
    raise SourceError(f"{name}, line {line}: found {msg}")


def _check_header(
    name: str, header: list[str], columns: Sequence[str] | None, delimiter: str | None
) -> None:
    """Refuse a header with a column missing or twice."""
    twice = sorted({c for c in header if header.count(c) > 1})
    if twice:
        raise SourceError(f"{name}, line 1: column {twice[0]!r} occurs twice")
    missing = [c for c in columns or () if c not in header]
    hint = ""
    if delimiter is not None and len(header) == 1:
        others = [d for d in _DELIMITERS if d != delimiter and d in header[0]]
        if others:
            hint = f" separated by {delimiter!r} (it looks separated by {others[0]!r})"
            missing = missing or ["more than one column"]
    if missing:
        expected = f"the columns {', '.join(columns)}" if columns else "more than one column"
        raise SourceError(at(name, line=1, found=header, expected=expected + hint))
