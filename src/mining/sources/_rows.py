"""Where the rows of a table come from, so that every message says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mining.errors import at


@dataclass(frozen=True)
class Rows:
    """Names the place of each row: a file and a line, or a position in a DataFrame.

    Attributes
    ----------
    number : ndarray of int64
        For each row the line of its file (the header being line 1), or its position from 0.
    files : tuple of str
        Names of the files; empty for a DataFrame.
    file : ndarray of int64, optional
        For each row the number of its file in `files`.
    """

    number: npt.NDArray[np.int64]
    files: tuple[str, ...] = ()
    file: npt.NDArray[np.int64] | None = None

    def where(self, row: int) -> str:
        """Return the place of a row in words."""
        number = int(self.number[row])
        if not self.files:
            return f"table, row {number} (counted from 0)"
        which = 0 if self.file is None else int(self.file[row])
        return f"{self.files[which]}, line {number}"

    def at(self, row: int, column: str | None, found: Any, expected: str) -> str:
        """Return the sentence that says where, what was found and what was expected."""
        return at(self.where(row), column=column, found=found, expected=expected)

    def take(self, which: npt.NDArray[Any]) -> Rows:
        """Return the places of some rows."""
        file = None if self.file is None else self.file[which]
        return Rows(self.number[which], self.files, file)


def of_frame(length: int) -> Rows:
    """Return the places of the rows of a DataFrame."""
    return Rows(np.arange(length, dtype="int64"))
