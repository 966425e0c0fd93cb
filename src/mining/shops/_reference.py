"""The families of activity, and which code of which nomenclature belongs to which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mining.errors import ConfigError, TableError
from mining.readers.csv_files import Column, check_among, one_of, read_table

#: Family of a code that its nomenclature does not know (Sirene has 00.00Z for "not yet known").
UNKNOWN = "unknown"

_CODE = re.compile(r"(\d\d)\.?(\d\d)\.?([A-Z])")
_SHORT = re.compile(r"\d\.?\d\d\.?[A-Z]|\d{3,4}")


@dataclass(frozen=True)
class Reference:
    """Tables of ``data/reference``.

    Attributes
    ----------
    families : DataFrame
        Index `family`, in the order in which they are shown; `label` (French) and `label_en`;
        `street`: whether it lives by people who pass.
    naf : DataFrame
        `nomenclature`, `code`, `family`, `label`.
    bpe : DataFrame
        `type` (beginning of a type of equipment), `family`; the longest beginning decides.
    """

    families: pd.DataFrame
    naf: pd.DataFrame
    bpe: pd.DataFrame

    @property
    def street(self) -> tuple[str, ...]:
        """Families that live by people who pass."""
        return tuple(str(f) for f in self.families.index[self.families["street"]])

    def family_of(self, codes: pd.Series, nomenclature: pd.Series) -> pd.Series:
        """Return the family of each code, each read by its own nomenclature.

        Parameters
        ----------
        codes : Series of str
            Codes of five characters, with or without their point: ``"47.11F"``, ``"4711F"``.
        nomenclature : Series of str
            ``NAFRev2``, ``NAF2025``...; "" where there is no activity yet.

        Returns
        -------
        Series of str
            :data:`UNKNOWN` where the nomenclature has no such code.

        Raises
        ------
        TableError
            If a code has lost its leading zero, or a nomenclature has no table.
        """
        self._check_nomenclatures(nomenclature)
        tidy = codes.map({code: normal(code) for code in codes.unique()})
        key = nomenclature.astype(str) + " " + tidy.astype(str)
        table = pd.Series(
            self.naf["family"].to_numpy(), self.naf["nomenclature"] + " " + self.naf["code"]
        )
        return key.map(table).fillna(UNKNOWN).astype("str").rename("family")

    def _check_nomenclatures(self, found: pd.Series) -> None:
        known = sorted(set(self.naf["nomenclature"]))
        strange = sorted(set(found.astype(str)) - {"", *known})
        if strange:
            share = int(found.astype(str).isin(strange).sum())
            msg = (
                f"naf_familles.csv: no table for the nomenclature {strange[0]!r} of {share}"
                f" establishments, expected {' or '.join(known)}; a code means another activity in"
                " another nomenclature, so add its table"
            )
            raise TableError(msg)


def normal(code: str | float | None) -> str:
    """Return a NAF code with its point, or the text as it is where it is none.

    Raises
    ------
    TableError
        If it has lost its leading zero: read codes as text.

    Examples
    --------
    >>> normal("4711F")
    '47.11F'
    """
    text = "" if pd.isna(code) else str(code).strip().upper()
    match = _CODE.fullmatch(text)
    if match:
        return f"{match[1]}.{match[2]}{match[3]}"
    if _SHORT.fullmatch(text):
        msg = (
            f"code of activity {text!r}: expected two digits, two digits and a letter such as"
            " 01.11Z; it has lost its leading zero or its letter, read codes as text"
        )
        raise TableError(msg)
    return text


def reference(folder: Path) -> Reference:
    """Read the tables of families.

    Parameters
    ----------
    folder : Path
        ``data/reference`` of the workspace: ``familles.csv``, ``naf_familles.csv`` and
        ``bpe_familles.csv``.

    Raises
    ------
    ConfigError
        If a table is absent or wrong; the message names line and column.
    """
    families = _table(
        folder / "familles.csv", ("family", "label", "label_en", "street"), ("family",), street=True
    )
    naf = _table(folder / "naf_familles.csv", ("nomenclature", "code", "family", "label"), ())
    bpe = _table(folder / "bpe_familles.csv", ("type", "family"), ("type",))
    for name, table in (("naf_familles.csv", naf), ("bpe_familles.csv", bpe)):
        what = "a family of familles.csv"
        check_among(folder / name, table, "family", list(families["family"]), what)
    twice = naf.duplicated(["nomenclature", "code"])
    if twice.any():
        line = int(naf.index[twice][0])
        msg = f"naf_familles.csv, line {line}: the code {naf['code'][line]!r} is there twice"
        raise ConfigError(msg)
    indexed = families.assign(street=families["street"] == "yes").set_index("family")
    return Reference(indexed, naf.reset_index(drop=True), bpe.reset_index(drop=True))


def _table(
    path: Path, names: tuple[str, ...], unique: tuple[str, ...], *, street: bool = False
) -> pd.DataFrame:
    if not path.is_file():
        msg = f"{path.name}: not in the folder {path.parent.name}; it comes with the workspace"
        raise ConfigError(msg)
    columns = [
        Column(n, required=True, check=one_of("yes", "no") if street and n == "street" else None)
        for n in names
    ]
    return read_table(path, columns, unique=unique)
