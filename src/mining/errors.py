"""One error class per kind of mistake; every message says where, what was found, what to do."""

from __future__ import annotations

from pathlib import Path


class ForageError(Exception):
    """Base of every mistake that a user can mend; the command line prints it and exits with 2."""


class ConfigError(ForageError):
    """A file that people write (territory folder, ``params.yaml``) says something impossible."""


class SourceError(ForageError):
    """A source of data is absent, unreadable or not what it was declared to be."""


class TableError(SourceError):
    """A table of measures has a content that cannot be decided."""


class CubeError(ForageError):
    """A dataset does not follow the data model of :mod:`mining.cube`."""


class NotEnoughDataError(ForageError):
    """An analysis was asked of a cube that is too short or too empty for it."""


class ResultError(ForageError):
    """A file that an earlier stage made is absent, damaged or of another version."""


class OutputError(ForageError):
    """A file or folder cannot be written; what stood there before is as it was."""


class ModelError(ForageError):
    """A model is unknown or cannot be fitted as asked."""


class TrackingError(ForageError):
    """The experiment store cannot be reached or refused a run."""


def at(
    path: Path | str,
    *,
    line: int | None = None,
    column: str | None = None,
    found: object = None,
    expected: str | None = None,
) -> str:
    """Return the one sentence every validation error is made of.

    Parameters
    ----------
    path : Path or str
        The file, as the user knows it.
    line : int, optional
        Line number in the file, the header being line 1.
    column : str, optional
        Column or key.
    found : object, optional
        What stands there.
    expected : str, optional
        What should stand there.

    Examples
    --------
    >>> at("places.csv", line=3, column="sensor", found="q1", expected="a channel of channels.csv")
    "places.csv, line 3, column 'sensor': found 'q1', expected a channel of channels.csv"
    """
    where = str(path)
    if line is not None:
        where += f", line {line}"
    if column is not None:
        where += f", column '{column}'"
    parts = []
    if found is not None:
        parts.append(f"found {found!r}")
    if expected is not None:
        parts.append(f"expected {expected}")
    return f"{where}: {', '.join(parts)}" if parts else where


def undecoded(error: UnicodeDecodeError) -> tuple[int, str]:
    """Return the line of the byte that is no text, and what is found there."""
    content = error.object
    return content.count(b"\n", 0, error.start) + 1, f"byte 0x{content[error.start]:02x}"
