"""Equipments by commune and IRIS from Insee's permanent database (BPE, Licence Ouverte 2.0).

For territories whose establishments have no coordinates. The file is the one by zone: a row per
commune, IRIS and type of equipment, with their number.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from mining import writers
from mining.errors import SourceError, at
from mining.sources._establishments import Territory, check_codes
from mining.sources._insee import checker, readable
from mining.sources._published import parse, published
from mining.sources._raw import acquired, found_files
from mining.sources._shop_options import BpeOptions

__all__ = ["COLUMNS", "BpeOptions", "acquire", "check", "read"]

#: Columns of the file by zone that are read.
COLUMNS = ("DEPCOM", "DCIRIS", "TYPEQU", "NB_EQUIP")
#: Folder of the table of communes in the raw folder.
_PEOPLE = "communes"


check = checker(BpeOptions)


def acquire(territory: Territory, raw: Path) -> None:
    """Copy or download the file, and copy the table of communes, byte for byte.

    Raises
    ------
    SourceError
        If a file is absent or the server does not give it whole.
    ConfigError
        If the options are wrong.
    """
    options = parse(BpeOptions, territory.shops)

    def fill(folder: Path) -> None:
        published(options, territory.folder, folder)
        if options.names is not None:
            (folder / _PEOPLE).mkdir()
            found = found_files(territory.folder, options.names)
            if len(found) > 1:
                raise SourceError(f"shops.names: {options.names!r} stands for {len(found)} files")
            shutil.copyfile(found[0], folder / _PEOPLE / found[0].name)

    writers.directory(raw, fill)


def read(territory: Territory, raw: Path) -> pd.DataFrame:
    """Return the rows of the communes of a territory.

    Parameters
    ----------
    territory : Territory
        Its `shops` name the communes.
    raw : Path
        Folder that :func:`acquire` filled.

    Returns
    -------
    DataFrame
        :data:`COLUMNS` as text, as :func:`mining.shops.from_bpe` takes them.
        ``attrs["communes"]`` has an entry per commune declared: `name` ("" where unknown) and
        `population` (None where unknown). A commune without a row has no equipment: the file
        says nothing of zeros.

    Raises
    ------
    SourceError
        If a file is absent, damaged or has not the columns, a code has lost its leading zero, none
        of the communes is in it, or the table of communes lacks one.
    """
    options = parse(BpeOptions, territory.shops)
    files = acquired(raw, "")
    rows = pd.concat([_table(path, COLUMNS) for path in files], ignore_index=True)
    mine = rows[rows["DEPCOM"].isin(options.communes)].reset_index(drop=True)
    if mine.empty:
        names = ", ".join(p.name for p in files)
        msg = f"{names}: no equipment in any of the communes, such as {options.communes[0]}"
        raise SourceError(msg)
    mine.attrs["communes"] = _communes(options, raw / _PEOPLE)
    return mine


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return columns of a CSV file as text, its codes of communes checked."""
    with readable(path):
        frame = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=_mark(path)
        )
    for column in columns:
        if column not in frame:
            found = ",".join(map(str, frame.columns))[:60]
            expected = f"a column {column!r}"
            raise SourceError(at(path.name, line=1, found=found, expected=expected))
    kept = frame[list(columns)]
    check_codes(kept.rename(columns={columns[0]: "commune"}), path.name, first_line=2)
    return kept


def _mark(path: Path) -> str:
    """Return what stands between the cells: Insee writes semicolons in some years."""
    header = pd.read_csv(path, nrows=0, encoding="utf-8-sig", sep="|").columns[0]
    return ";" if ";" in header else ","


def _communes(options: BpeOptions, folder: Path) -> dict[str, dict[str, str | int | None]]:
    """Return name and inhabitants of each commune that the territory declares."""
    if options.names is None:
        return {code: {"name": "", "population": None} for code in options.communes}
    (path,) = acquired(folder, "")
    heads = (options.columns.code, options.columns.name, options.columns.population)
    table = _table(path, heads).set_axis(["code", "name", "population"], axis=1)
    known = table.drop_duplicates("code").set_index("code")
    people = pd.to_numeric(known["population"], errors="coerce")
    out: dict[str, dict[str, str | int | None]] = {}
    for code in options.communes:
        if code not in known.index or not people[code] >= 0 or people[code] % 1:
            expected = f"a row with the name and inhabitants of the commune {code}"
            raise SourceError(at(path.name, expected=expected))
        out[code] = {"name": str(known.loc[code, "name"]), "population": int(people[code])}
    return out
