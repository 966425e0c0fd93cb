"""Establishments from the public stock file of Sirene (Insee, Licence Ouverte 2.0).

Columns are read by name, codes as text. Closed establishments are left out, those that are
diffused in part keep their commune and activity and lose their point; names are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from mining import writers
from mining.errors import SourceError, at
from mining.sources._establishments import Territory, check_codes, lawful, numbers, tidy
from mining.sources._insee import checker, readable
from mining.sources._lambert import to_degrees
from mining.sources._published import parse, published
from mining.sources._raw import acquired
from mining.sources._shop_options import SireneOptions

__all__ = ["NAMES", "SireneOptions", "acquire", "check", "read"]

#: Columns of the stock file that are read, and what they are called here.
NAMES = {
    "siret": "id",
    "activitePrincipaleEtablissement": "naf",
    "nomenclatureActivitePrincipaleEtablissement": "nomenclature",
    "activitePrincipaleNAF25Etablissement": "naf25",
    "codeCommuneEtablissement": "commune",
    "coordonneeLambertAbscisseEtablissement": "easting",
    "coordonneeLambertOrdonneeEtablissement": "northing",
    "trancheEffectifsEtablissement": "staff",
    "etatAdministratifEtablissement": "state",
    "statutDiffusionEtablissement": "status",
}
#: Columns that older stock files do not have.
_NEW = ("activitePrincipaleNAF25Etablissement",)
_ROWS = 200_000


check = checker(SireneOptions)


def acquire(territory: Territory, raw: Path) -> None:
    """Copy or download the stock file, byte for byte, into the folder `raw`.

    Raises
    ------
    SourceError
        If a file is absent or the server does not give it whole.
    ConfigError
        If the options are wrong.
    """
    options = parse(SireneOptions, territory.shops)
    writers.directory(raw, lambda draft: published(options, territory.folder, draft))


def read(territory: Territory, raw: Path) -> pd.DataFrame:
    """Return the open establishments of the communes of a territory.

    Parameters
    ----------
    territory : Territory
        Its `shops` name the communes.
    raw : Path
        Folder that :func:`acquire` filled.

    Returns
    -------
    DataFrame
        Sorted by `id` (siret); `naf` with its `nomenclature`, `naf25` (code of NAF 2025 where the
        file has it), `commune`, `latitude` and `longitude` (WGS84; NaN where unknown, partially
        diffused or outside France), `staff` (band of Sirene), `partial`. ``attrs["left_out"]``
        counts `closed`, `not_diffused`, `repeated`; ``attrs["radius"]`` is the option.

    Raises
    ------
    SourceError
        If a file is absent, damaged, has not the columns, its codes are not text, or a commune has
        no establishment at all.
    """
    options = parse(SireneOptions, territory.shops)
    communes = options.communes
    parts = []
    for path in acquired(raw, ""):
        chunks = _parquet(path, communes) if path.suffix == ".parquet" else _csv(path, communes)
        parts += list(chunks)
    rows = pd.concat(parts, ignore_index=True)
    absent = sorted(set(communes) - set(rows["commune"]))
    if absent:
        names = ", ".join(p.name for p in acquired(raw, ""))
        msg = (
            f"{names}: no establishment at all in the commune {absent[0]}; is it the stock file of"
            " establishments, and the commune one of today?"
        )
        raise SourceError(msg)
    point = to_degrees(numbers(rows["easting"]), numbers(rows["northing"]), rows["commune"])
    frame, left_out = lawful(pd.concat([rows, point], axis=1))
    frame.attrs.update(left_out=left_out, radius=options.radius)
    return frame


def _csv(path: Path, communes: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    """Yield the rows of the communes from a CSV file, plain or compressed, a part at a time."""
    line = 2
    with readable(path):
        columns = _known(path.name, list(pd.read_csv(path, nrows=0, encoding="utf-8").columns))
        with pd.read_csv(
            path,
            usecols=columns,
            dtype=str,
            keep_default_na=False,
            chunksize=_ROWS,
            encoding="utf-8",
        ) as reader:
            for chunk in reader:
                rows = _named(chunk)
                check_codes(rows, path.name, first_line=line)
                line += len(chunk)
                yield rows[rows["commune"].isin(communes)]


def _parquet(path: Path, communes: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    """Yield the rows of the communes from a parquet file, a part at a time."""
    try:
        file = pq.ParquetFile(path)
        columns = _known(path.name, file.schema_arrow.names)
        for name in ("siret", "codeCommuneEtablissement"):
            kind = file.schema_arrow.field(name).type
            if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
                expected = "text: numbers lose the zeros with which codes begin"
                raise SourceError(at(path.name, column=name, found=str(kind), expected=expected))
        for batch in file.iter_batches(_ROWS, columns=columns):
            here = pc.is_in(batch["codeCommuneEtablissement"], value_set=pa.array(communes))
            rows = _named(batch.filter(here).to_pandas())
            check_codes(rows, path.name)
            yield rows
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{path.name}: not a parquet file, acquire it again ({error})") from error


def _known(name: str, header: list[str]) -> list[str]:
    """Return the columns to read, or say which one is missing."""
    for column in NAMES:
        if column not in header and column not in _NEW:
            found = ",".join(header)[:60]
            expected = f"a column {column!r} of the stock file of establishments"
            raise SourceError(at(name, line=1, found=found, expected=expected))
    return [column for column in NAMES if column in header]


def _named(chunk: pd.DataFrame) -> pd.DataFrame:
    """Return the rows under our names, all of them text."""
    rows = tidy(chunk.rename(columns=NAMES))
    return rows.reindex(columns=list(NAMES.values()), fill_value="")
