"""Where establishments have no coordinates: counts by commune or IRIS from Insee's BPE."""

from __future__ import annotations

import pandas as pd

from mining.errors import ConfigError, TableError
from mining.shops._reference import Reference

_COLUMNS = ("DEPCOM", "DCIRIS", "TYPEQU", "NB_EQUIP")
_COMMUNE = r"(?:\d\d|2[AB])\d{3}"


def from_bpe(table: pd.DataFrame, tables: Reference, *, level: str = "commune") -> pd.DataFrame:
    """Count equipments by zone and family from the permanent database of equipments (BPE).

    Parameters
    ----------
    table : DataFrame
        Public file by zone: `DEPCOM`, `DCIRIS`, `TYPEQU` (text) and `NB_EQUIP`.
    tables : Reference
        From :func:`reference`.
    level : {"commune", "iris"}
        A commune that is not divided is one IRIS, with the code of the commune.

    Returns
    -------
    DataFrame
        Index zone (code, sorted), a column per family of `tables`, whole numbers.

    Raises
    ------
    TableError
        If a column is missing, a code has lost its leading zero, a number is not one, or a type of
        equipment has no family.
    ConfigError
        If `level` is neither.
    """
    if level not in ("commune", "iris"):
        raise ConfigError(f"level: found {level!r}, expected 'commune' or 'iris'")
    for name in _COLUMNS:
        if name not in table:
            raise TableError(f"BPE: no column {name!r}, expected {', '.join(_COLUMNS)}")
    _check(table["DEPCOM"], _COMMUNE, "a commune of five characters such as 01004")
    _check(table["DCIRIS"], _COMMUNE + r"(?:_?\d{4})?", "an IRIS of nine characters or a commune")
    number = pd.to_numeric(table["NB_EQUIP"], errors="coerce")
    if (number.isna() | (number < 0) | (number % 1 != 0)).any():
        raise TableError("BPE, column 'NB_EQUIP': expected whole numbers from 0 on")
    zone = table["DEPCOM" if level == "commune" else "DCIRIS"].astype(str).rename("zone")
    family = _families(table["TYPEQU"].astype(str), tables)
    long = pd.DataFrame({"zone": zone, "family": family, "number": number.astype("int64")})
    counts = long.pivot_table("number", "zone", "family", aggfunc="sum", fill_value=0)
    order = pd.Index(tables.families.index, name="family")
    return counts.reindex(columns=order, fill_value=0).astype("int64")


def _families(types: pd.Series, tables: Reference) -> pd.Series:
    """Return the family of each type: that of its longest beginning in the table."""
    rules = dict(zip(tables.bpe["type"], tables.bpe["family"], strict=True))
    found: dict[str, str] = {}
    for kind in sorted(set(types)):
        starts = [kind[:n] for n in range(len(kind), 0, -1) if kind[:n] in rules]
        if not starts:
            msg = f"BPE: no family for the type of equipment {kind!r}, add it to bpe_familles.csv"
            raise TableError(msg)
        found[kind] = rules[starts[0]]
    return types.map(found).rename("family")


def _check(codes: pd.Series, pattern: str, expected: str) -> None:
    text = codes.astype(str)
    wrong = ~text.str.fullmatch(pattern)
    if wrong.any():
        where = f"BPE, column {codes.name!r}"
        msg = f"{where}: found {text[wrong].iloc[0]!r}, expected {expected}: read codes as text"
        raise TableError(msg)
