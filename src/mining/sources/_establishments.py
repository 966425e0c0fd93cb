"""What every source of establishments does alike: checks, the law on diffusion, coordinates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mining.errors import SourceError, at


class Territory(Protocol):
    """What a source of establishments needs to know of a territory."""

    @property
    def folder(self) -> Path:
        """Folder of the files people write."""

    @property
    def shops(self) -> Mapping[str, Any]:
        """Options of the source."""

    def sensor_table(self) -> pd.DataFrame:
        """Return what is declared of the sensors."""


class Establishments(Protocol):
    """The interface of every source of establishments: that of measures, but a table."""

    def check(self, territory: Territory) -> None:
        """Refuse options of the source that cannot be; reads nothing."""

    def acquire(self, territory: Territory, raw: Path) -> None:
        """Put exactly the bytes of the source in the folder `raw`; may use the network."""

    def read(self, territory: Territory, raw: Path) -> pd.DataFrame:
        """Return the establishments of what lies in `raw`; pure, without network."""


#: Columns of a table of establishments, in order.
COLUMNS = (
    "id",
    "naf",
    "nomenclature",
    "naf25",
    "commune",
    "latitude",
    "longitude",
    "staff",
    "partial",
)

COMMUNE = re.compile(r"(?:[013-9]\d|2[AB1-9])\d{3}")
#: What Sirene and its search engine write instead of what the law hides.
_HIDDEN = r"\[N(?:D|ON-DIFFUSIBLE)\]"
_OPEN, _PARTIAL, _CLOSED = "O", "P", "F"


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return texts without the marks of what is hidden, absent ones as ""."""
    return frame.fillna("").astype("str").replace(_HIDDEN, "", regex=True)


def check_codes(rows: pd.DataFrame, name: str, *, first_line: int | None = None) -> None:
    """Refuse codes that are not as Sirene writes them.

    Parameters
    ----------
    rows : DataFrame
        `commune` and, where the file has one, `id`, as text.
    name : str
        The file, for the error.
    first_line : int, optional
        Line of the first row in the file.

    Raises
    ------
    SourceError
        Naming the line: a spreadsheet drops the zeros with which codes begin.
    """
    rules = {
        "id": (r"\d{14}", "a siret of 14 digits"),
        "commune": (r"\d[\dAB]\d{3}", "an INSEE code of five characters"),
    }
    for column, (pattern, what) in rules.items():
        if column not in rows:
            continue
        wrong = ~rows[column].str.fullmatch(pattern) & (rows[column] != "")
        if column == "id":
            wrong |= rows[column] == ""
        if wrong.any():
            row = int(np.flatnonzero(wrong.to_numpy())[0])
            line = None if first_line is None else first_line + row
            expected = f"{what}; a spreadsheet drops leading zeros, take the file as published"
            found = rows[column].iloc[row]
            raise SourceError(at(name, line=line, column=column, found=found, expected=expected))


def lawful(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out what must not be used, and hide the point of what is diffused in part.

    Parameters
    ----------
    rows : DataFrame
        Columns of :data:`COLUMNS` but `partial`, and `state` (A, F) and `status` (O, P, N).

    Returns
    -------
    frame : DataFrame
        Columns of :data:`COLUMNS`, sorted by id, each id once.
    left_out : dict
        `closed`, `not_diffused`, `repeated`: rows left out.

    Notes
    -----
    Status O is open, P partially diffused (articles R. 123-232 and A. 123-96 of the commercial
    code: no name, no address finer than the commune); any other status is treated as not diffused
    at all. Names are never read.
    """
    closed = rows["state"] == _CLOSED
    secret = ~rows["status"].isin([_OPEN, _PARTIAL]) & ~closed
    kept = rows[~closed & ~secret]
    partial = kept["status"] == _PARTIAL
    kept = kept.assign(partial=partial.to_numpy(dtype=bool))
    kept[["latitude", "longitude"]] = kept[["latitude", "longitude"]].mask(partial)
    once = kept.sort_values("id", kind="stable").drop_duplicates("id")
    counts = {
        "closed": int(closed.sum()),
        "not_diffused": int(secret.sum()),
        "repeated": len(kept) - len(once),
    }
    return once[list(COLUMNS)].reset_index(drop=True), counts


def numbers(texts: pd.Series) -> pd.Series:
    """Return numbers, NaN where a text is none."""
    return pd.to_numeric(texts, errors="coerce").astype("float64")
