"""Mistakes in one field, and hints for unknown keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mining.errors import ConfigError


class FieldError(ConfigError):
    """One field says something impossible; whoever knows the file adds where.

    Attributes
    ----------
    column : str
        The field.
    found : object
        What stands there.
    expected : str
        What should stand there.
    """

    def __init__(self, column: str, found: object, expected: str) -> None:
        super().__init__(f"{column!r}: found {found!r}, expected {expected}")
        self.column = column
        self.found = found
        self.expected = expected


def check_known(key: str, known: Iterable[str], *, where: str) -> None:
    """Raise :class:`ConfigError` if a key is unknown, suggesting the nearest known one."""
    names = list(known)
    if key not in names:
        msg = f"unknown key {key!r} in {where}: expected {expected_key(key, names)}"
        raise ConfigError(msg)


def check_folder_name(name: str) -> str:
    """Return the name of a folder, or raise :class:`ConfigError` if it is a path or empty."""
    if not name.strip() or name in (".", "..") or any(mark in name for mark in "/\\\n\0"):
        msg = f"{name!r} is not the name of a territory: expected a folder of data/territories"
        raise ConfigError(msg)
    return name


def expected_key(key: str, known: Iterable[str]) -> str:
    """Return what should stand instead of an unknown key: the nearest one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(key, names, n=1)
    return f"{near[0]!r}, perhaps?" if near else f"one of {', '.join(names)}"
