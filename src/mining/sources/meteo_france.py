"""Daily weather from the base files of Météo-France (one per department, Licence Ouverte 2.0).

Columns are read by name, numbers of stations as text. A value whose quality code says doubtful is
missing. Days are those of climatology: rain falls from 6 h UTC of the day to 6 h UTC of the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field, field_validator

from mining import writers
from mining.errors import SourceError, at
from mining.sources._published import OneOrigin, parse, published
from mining.sources._raw import acquired
from mining.sources._weather import COLUMNS, MEASURES, Territory

__all__ = ["NAMES", "MeteoFranceOptions", "acquire", "check", "read"]

#: Columns of the file that are read, and what they are called here.
NAMES = {
    "NUM_POSTE": "station",
    "NOM_USUEL": "name",
    "LAT": "latitude",
    "LON": "longitude",
    "AAAAMMJJ": "day",
    "RR": "rain",
    "TN": "tmin",
    "TX": "tmax",
    "TM": "tmean",
}
#: Column of the quality code of each measure.
_CODES = {f"Q{column}": NAMES[column] for column in ("RR", "TN", "TX", "TM")}
_DOUBTFUL = "2"
_STATION = r"\d[\dAB]\d{6}"
_EIGHT = "a number of eight digits; a spreadsheet drops leading zeros, take the file as published"
_ROWS = 200_000
#: What a cell without a value holds.
_NOTHING = ("", "mq")


class MeteoFranceOptions(OneOrigin):
    """Options of the source ``meteo_france``."""

    name: Literal["meteo_france"] = Field("meteo_france", description="Name of the source.")
    station: str | None = Field(
        None,
        pattern=rf"^{_STATION}$",
        description="Number of the station, eight characters in quotes; without it the nearest "
        "one that measured most of the days counted.",
    )

    @field_validator("station", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        if isinstance(value, int):
            raise ValueError(f"found {value}, expected a number of eight digits in quotes")
        return value


def check(territory: Territory) -> None:
    """Refuse options that cannot be; reads nothing.

    Raises
    ------
    ConfigError
        Naming the first key that is wrong.
    """
    parse(MeteoFranceOptions, territory.weather, "weather")


def acquire(territory: Territory, raw: Path) -> None:
    """Copy or download the files, byte for byte, into the folder `raw`.

    Raises
    ------
    SourceError
        If a file is absent or the server does not give it whole.
    ConfigError
        If the options are wrong.
    """
    options = parse(MeteoFranceOptions, territory.weather, "weather")
    writers.directory(raw, lambda draft: published(options, territory.folder, draft))


def read(territory: Territory, raw: Path, since: pd.Timestamp) -> pd.DataFrame:
    """Return the days of every station, or of the one that is declared.

    Parameters
    ----------
    territory : Territory
        Its `weather` may name the station.
    raw : Path
        Folder that :func:`acquire` filled.
    since : Timestamp
        First day that is read.

    Returns
    -------
    DataFrame
        Sorted by `station` and `day`, each day once: `station` (text), `name`, `latitude`,
        `longitude` (degrees), `day` (naive), `rain` (mm), `tmin`, `tmax`, `tmean` (°C; `tmean` is
        half the sum of the others where the file has none), NaN where nothing is known. Values of
        one day that contradict each other are missing.

    Raises
    ------
    SourceError
        If a file is absent, damaged or has not the columns, a number of a station has lost its
        zero, a day or a value is none, or the station declared is in no file.
    """
    options = parse(MeteoFranceOptions, territory.weather, "weather")
    files = acquired(raw, "")
    parts: list[pd.DataFrame] = []
    known: dict[str, str] = {}
    for path in files:
        for chunk in _chunks(path):
            known |= dict(zip(chunk["station"], chunk["name"], strict=True))
            mine = options.station is None or chunk["station"] == options.station
            parts.append(_typed(chunk[mine & (chunk["day"] >= f"{since:%Y%m%d}")], path))
    if options.station is not None and options.station not in known:
        shown = ", ".join(f"{number} ({known[number]})" for number in sorted(known)[:5])
        names = ", ".join(path.name for path in files)
        msg = f"{names}: no station {options.station}, expected one of its stations such as {shown}"
        raise SourceError(msg)
    return _once(pd.concat(parts, ignore_index=True))


def _chunks(path: Path) -> Iterator[pd.DataFrame]:
    """Yield the rows of a file as text, a part at a time, indexed from 0."""
    try:
        reading: dict[str, Any] = {"sep": ";", "dtype": str, "keep_default_na": False}
        reading["encoding"] = "utf-8-sig"
        header = list(pd.read_csv(path, nrows=0, **reading).columns)
        for column in NAMES:
            if column not in header:
                found, expected = ";".join(header)[:60], f"a column {column!r}"
                raise SourceError(at(path.name, line=1, found=found, expected=expected))
        wanted = [c for c in header if c in NAMES or c in _CODES]
        with pd.read_csv(path, usecols=wanted, chunksize=_ROWS, **reading) as reader:
            for chunk in reader:
                rows = chunk.rename(columns=NAMES)
                rows["station"] = rows["station"].str.strip()
                _refuse(rows["station"], ~rows["station"].str.fullmatch(_STATION), _EIGHT, path)
                yield rows
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError, EOFError) as error:
        raise SourceError(f"{path.name}: damaged, acquire it again ({error})") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise SourceError(f"{path.name}: not a UTF-8 CSV file ({error})") from error


def _refuse(texts: pd.Series, wrong: pd.Series, expected: str, path: Path) -> None:
    """Refuse the first text of a column that is wrong."""
    if wrong.any():
        first = int(wrong.to_numpy().argmax())
        column = next(theirs for theirs, ours in NAMES.items() if ours == texts.name)
        found, line = texts.iloc[first], int(texts.index.to_numpy()[first]) + 2
        raise SourceError(at(path.name, line=line, column=column, found=found, expected=expected))


def _typed(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return rows with days and numbers; doubtful values are missing."""
    out = rows.reindex(columns=list(COLUMNS))
    out["day"] = pd.to_datetime(rows["day"], format="%Y%m%d", errors="coerce")
    _refuse(rows["day"], out["day"].isna(), "a day such as 20260131", path)
    for column in ("latitude", "longitude", *MEASURES):
        text = rows[column].str.strip()
        out[column] = pd.to_numeric(text, errors="coerce").astype("float64")
        _refuse(text, out[column].isna() & ~text.isin(_NOTHING), "a number", path)
    for code, column in _CODES.items():
        if code in rows:
            out[column] = out[column].mask(rows[code].str.strip() == _DOUBTFUL)
    out["tmean"] = out["tmean"].fillna((out["tmin"] + out["tmax"]) / 2)
    return out


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each day of a station once; values that contradict each other are missing."""
    key = ["station", "day"]
    ordered = rows.sort_values(key, kind="stable")
    again = ordered.duplicated(key, keep=False)
    if again.any():
        groups = ordered[again].groupby(key)
        agreed = groups.transform("nunique")[list(MEASURES)] <= 1
        same = groups[list(MEASURES)].transform("first").where(agreed)
        ordered.loc[again, list(MEASURES)] = same
    return ordered.drop_duplicates(key).reset_index(drop=True)
