"""Measures of long or wide files, as the options of the source describe them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mining.errors import SourceError, TableError, at
from mining.sources import _files, _layout, _localtime
from mining.sources._options import TablesOptions
from mining.sources._rows import Rows


def read(options: TablesOptions, paths: Sequence[Path]) -> _layout.Long:
    """Return the measures of long or wide files."""
    names = options.columns
    times = [names.time] if names.date is None else [n for n in (names.date, names.hour) if n]
    wanted: list[str] | None = None
    if options.format == "long":
        wanted = [names.sensor, *times, names.value, *options.where]
    elif names.sensors is not None:
        wanted = [*times, *names.sensors, *options.where]
    columns = None if wanted is None else list(dict.fromkeys(wanted))
    frame, rows = _files.read_all(
        paths, columns=columns, delimiter=options.delimiter, encoding=options.encoding
    )
    for column in (*times, *options.where):
        if column not in frame:
            found = list(frame.columns)
            raise SourceError(
                at(rows.files[0], line=1, found=found, expected=f"a column {column!r}")
            )
    for column, texts in options.where.items():
        keep = frame[column].astype("str").isin(texts).to_numpy()
        frame, rows = frame[keep].reset_index(drop=True), rows.take(np.flatnonzero(keep))
    if names.date is None:
        time, time_format = names.time, options.time_format
    else:
        time, time_format = "(date and hour)", None
        joined = _date_and_hour(frame, names.date, names.hour, options.time_format, rows)
        frame = frame.drop(columns=times).assign(**{time: joined})
    wide = options.format == "wide"
    return _layout.to_long(
        frame.drop(columns=[c for c in options.where if wide and c in frame]),
        layout=options.format if options.format != "national" else None,
        sensor=None if wide else names.sensor,
        time=time,
        value=None if wide else names.value,
        time_format=time_format,
        decimal=options.decimal,
        rows=rows,
        name=", ".join(rows.files),
    )


def _date_and_hour(
    frame: pd.DataFrame, date: str, hour: str | None, date_format: str | None, rows: Rows
) -> pd.Series:
    """Return naive clock times from a column of days and one of hours."""
    day = _localtime.parse(frame[date], rows, column=date, time_format=date_format)
    if hour is None:
        return pd.Series(day.wall.view("M8[ns]"), index=frame.index)
    timed = day.wall % (24 * 3600 * 10**9) != 0
    if timed.any():
        row = int(np.argmax(timed))
        expected = f"a day without a time, as the hour stands in {hour!r}"
        raise TableError(rows.at(row, date, str(frame[date].iloc[row]), expected))
    codes, uniques = pd.factorize(frame[hour].astype("str"))
    minutes = np.array([_minutes(str(u)) for u in uniques], dtype="int64")[codes]
    if (minutes < 0).any():
        row = int(np.argmax(minutes < 0))
        expected = "an hour from 0 to 23, or H:MM"
        raise TableError(rows.at(row, hour, str(frame[hour].iloc[row]), expected))
    return pd.Series((day.wall + minutes * 60 * 10**9).view("M8[ns]"), index=frame.index)


def _minutes(text: str) -> int:
    """Return minutes since midnight of '7', '07:30' or '7.0'; -1 for anything else."""
    match = re.fullmatch(r"\s*(\d{1,2})(?:\.0|:([0-5]\d)(?::00)?)?\s*", text)
    if match is None or int(match[1]) > 23:
        return -1
    return int(match[1]) * 60 + int(match[2] or 0)
