"""The linear system of a table: which cells add up to which, and which must not be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from mining.errors import ConfigError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
#: A row (or column) and rows inside it that do not overlap: the whole is known to hold the parts.
Relation = tuple[str, Sequence[str]]

#: A cell of fewer establishments is not shown (law of 7 June 1951).
LEAST = 3
#: Nor one in which a single establishment makes up more than this share.
DOMINANCE = 0.85


@dataclass(frozen=True)
class System:
    """Cells of a table and what an outsider knows of their sums.

    Attributes
    ----------
    cells : ndarray, shape (row, column)
        The table, remainders of relations included as further rows and columns.
    sums : sparse array, shape (relation, cell)
        Every row of ``sums @ cells.ravel()`` is zero.
    shape : tuple of int
        Rows and columns that are published; what lies beyond is a remainder, never shown.
    across : sequence of (int, list of int)
        Columns that add up: the whole and its parts.
    """

    cells: Floats
    sums: sparse.csr_array
    shape: tuple[int, int]
    across: Sequence[tuple[int, list[int]]] = ()

    def upwards(self, column: int) -> Bools:
        """Return which columns change where a column changes alone: itself and its totals."""
        out = np.zeros(self.cells.shape[1], dtype=bool)
        out[column] = True
        for _ in self.across:
            for total, parts in self.across:
                out[total] |= out[parts].any()
        return out

    def remainders(self) -> Bools:
        """Return which cells are remainders, shape (row, column)."""
        out = np.ones(self.cells.shape, dtype=bool)
        out[: self.shape[0], : self.shape[1]] = False
        return out


def system(table: pd.DataFrame, rows: Sequence[Relation], columns: Sequence[Relation]) -> System:
    """Return the linear system of a table.

    A remainder (the whole less its parts) that is zero everywhere is left out: the outsider is
    taken to know that the parts make up the whole.

    Raises
    ------
    ConfigError
        If a relation names what is not in the table, or parts exceed their whole.
    """
    values = table.to_numpy(dtype="float64")
    values, down = _extended(values, [str(r) for r in table.index], rows, "row")
    turned, across = _extended(values.T, [str(c) for c in table.columns], columns, "column")
    values = turned.T
    height, width = values.shape
    position = np.arange(values.size).reshape(values.shape)
    lines = [(position[whole], position[parts]) for whole, parts in down]
    lines += [(position[:, whole], position[:, parts].T) for whole, parts in across]
    entries: list[tuple[int, int, float]] = []
    equation = 0
    for wholes, parts in lines:
        for one, others in zip(wholes, parts.T, strict=True):
            entries.append((equation, int(one), 1.0))
            entries += [(equation, int(cell), -1.0) for cell in others]
            equation += 1
    at, cell, sign = zip(*entries, strict=True) if entries else ((), (), ())
    sums = sparse.csr_array((sign, (at, cell)), shape=(equation, height * width))
    return System(values, sums, (len(table.index), len(table.columns)), across)


def _extended(
    values: Floats, names: list[str], relations: Sequence[Relation], what: str
) -> tuple[Floats, list[tuple[int, list[int]]]]:
    """Return the table with its remainders as further rows, and who adds up to whom."""
    found: list[tuple[int, list[int]]] = []
    for whole, parts in relations:
        for name in (whole, *parts):
            if name not in names:
                msg = f"relation of {whole!r}: {name!r} is not a {what} of the table"
                raise ConfigError(msg)
        members = [names.index(p) for p in parts]
        rest = values[names.index(whole)] - values[members].sum(axis=0)
        if (rest < -1e-9).any():
            msg = f"relation of {whole!r}: its parts add up to more than it holds; do they overlap?"
            raise ConfigError(msg)
        if (rest > 1e-9).any():
            members.append(len(values))
            values = np.vstack([values, np.maximum(rest, 0.0)])
        found.append((names.index(whole), members))
    return values, found


def check_table(table: pd.DataFrame, name: str, like: pd.DataFrame | None = None) -> None:
    """Refuse a table with duplicate names, holes or negative numbers, or another shape."""
    for axis, labels in (("row", table.index), ("column", table.columns)):
        if not labels.is_unique:
            double = labels[labels.duplicated()][0]
            raise ConfigError(f"{name}: the {axis} {double!r} is there twice")
    numbers = table.to_numpy(dtype="float64")
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ConfigError(f"{name}: found an empty or negative cell, expected numbers from 0 on")
    if like is not None and not (
        table.index.equals(like.index) and table.columns.equals(like.columns)
    ):
        raise ConfigError(f"{name}: expected the rows and columns of counts, in that order")


def whole(numbers: npt.NDArray[Any]) -> bool:
    """Return whether numbers are whole."""
    return bool(np.all(numbers == np.round(numbers)))
