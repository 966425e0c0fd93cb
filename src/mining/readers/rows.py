"""Rows that people pass in Python where a file would have lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from mining.errors import ConfigError

Row = TypeVar("Row")


def read_rows(
    rows: object,
    kind: type[Row],
    make: Callable[[Mapping[str, Any], int], Row],
    *,
    where: str,
    one: str,
) -> tuple[Row, ...]:
    """Make checked rows of what people pass.

    Parameters
    ----------
    rows : None, DataFrame or iterable
        A table with a row for each, whose empty cells say nothing; or mappings and objects of
        `kind`, which stay as they are. None is no row.
    kind : type
        What a row becomes.
    make : callable
        Makes one of a mapping and its number, from 1.
    where, one : str
        What errors call the whole, and a row; "{}" in `one` stands for its number.

    Raises
    ------
    ConfigError
        Naming the row, what was found and what was expected.
    """
    told = enumerate(_listed(rows, where), start=1)
    return tuple(_row(row, kind, make, one.format(number), number) for number, row in told)


def _listed(rows: object, where: str) -> list[object]:
    if rows is None:
        return []
    if isinstance(rows, pd.DataFrame):
        told = rows.to_dict("records")
        return [{k: v for k, v in r.items() if np.ndim(v) or not pd.isna(v)} for r in told]
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        found = type(rows).__name__
        msg = f"{where}: found {found}, expected a list of mappings or a DataFrame"
        raise ConfigError(msg)
    return list(rows)


def _row(
    content: object,
    kind: type[Row],
    make: Callable[[Mapping[str, Any], int], Row],
    name: str,
    number: int,
) -> Row:
    if isinstance(content, kind):
        return content
    if not isinstance(content, Mapping):
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        msg = f"{name}: found {content!r}, expected a mapping or {article} {kind.__name__}"
        raise ConfigError(msg)
    try:
        return make(content, number)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from error
