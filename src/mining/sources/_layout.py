"""Long or wide tables to plain arrays of measures, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.errors import TableError, at
from mining.sources import _localtime
from mining.sources._rows import Rows, of_frame

#: Column names that say the same thing; used only where exactly one of them is present.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "sensor": ("sensor", "sensor_id", "channel_id", "counter_id"),
    "time": ("time", "datetime", "timestamp", "start_datetime", "date"),
    "value": ("value", "count"),
}
_EMPTY = ("", "na", "n/a", "nan", "null", "none", "<na>")


@dataclass(frozen=True)
class Long:
    """Measures as arrays of equal length.

    Attributes
    ----------
    sensors : list of str
        Sensor ids, sorted.
    sensor : ndarray of int64
        Position in `sensors` of each row.
    clock : Clock
        Time of each row as written.
    value : ndarray of float64
        NaN where the cell is empty, infinite where it is not a number.
    rows : Rows
        Where each row stands.
    names : dict
        The columns found, for messages; ``value`` is absent in a wide table.
    """

    sensors: list[str]
    sensor: npt.NDArray[np.int64]
    clock: _localtime.Clock
    value: npt.NDArray[np.float64]
    rows: Rows
    names: dict[str, str]

    def only(self, keep: Sequence[str]) -> Long:
        """Return the rows of some sensors, which all get a place even if they have no row."""
        sensors = sorted(set(keep))
        place = {s: i for i, s in enumerate(sensors)}
        new = np.array([place.get(s, -1) for s in self.sensors], dtype="int64")[self.sensor]
        rows = np.flatnonzero(new >= 0)
        offset = None if self.clock.offset is None else self.clock.offset[rows]
        clock = _localtime.Clock(self.clock.wall[rows], offset)
        return Long(sensors, new[rows], clock, self.value[rows], self.rows.take(rows), self.names)

    def at(self, row: int, what: str) -> str:
        """Return one sentence about a row: its place, its sensor, its time as written."""
        stamp = pd.Timestamp(int(self.clock.wall[row]))
        sensor = self.sensors[int(self.sensor[row])]
        return f"{self.rows.where(row)}, sensor {sensor!r}, time {stamp}: {what}"


def to_long(
    frame: pd.DataFrame | pd.Series,
    *,
    layout: str | None = None,
    sensor: str | None = None,
    time: str | None = None,
    value: str | None = None,
    time_format: str | None = None,
    decimal: str = ".",
    rows: Rows | None = None,
    name: str = "table",
) -> Long:
    """Read a long (`sensor`, `time`, `value`) or wide (`time`, a column per sensor) table.

    Raises
    ------
    TableError
        If the columns are not those of a long or a wide table, or a time or sensor is unreadable.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise TableError(f"{name}: found a {type(frame).__name__}, expected a pandas DataFrame")
    if isinstance(frame.columns, pd.MultiIndex):
        raise TableError(f"{name}: columns of several levels, expected plain names")
    if len(frame) == 0:
        raise TableError(f"{name}: no row at all, expected one row or more")
    frame = _plain_index(frame, (sensor, time))
    places = of_frame(len(frame)) if rows is None else rows
    asked = {"time": time} if layout == "wide" else {"sensor": sensor, "time": time, "value": value}
    table, found = _columns(frame, asked, name)
    if layout is None:
        layout = "long" if "sensor" in found else "wide"
    needed = ("sensor", "time", "value") if layout == "long" else ("time",)
    for role in needed:
        if role not in found:
            what = [str(c) for c in frame.columns]
            raise TableError(at(name, found=what, expected=f"a column {role!r} ({layout} table)"))
    clock = _localtime.parse(
        table[found["time"]], places, column=found["time"], time_format=time_format
    )
    if layout == "long":
        return _from_long(table, found, clock, places, decimal)
    if table.shape[1] < 2:
        raise TableError(at(name, found=list(table.columns), expected="a column per sensor, too"))
    return _from_wide(table, found["time"], clock, places, decimal)


def _plain_index(frame: pd.DataFrame, asked: tuple[str | None, ...]) -> pd.DataFrame:
    """Make columns of index levels that are a sensor or a time, as after a group-by."""
    if isinstance(frame.index, pd.PeriodIndex):
        return frame.set_axis(frame.index.to_timestamp(), axis=0)
    known = {*SYNONYMS["sensor"], *SYNONYMS["time"], *(a for a in asked if a is not None)}
    told = [n for n in frame.index.names if str(n) in known and n not in frame.columns]
    plain = isinstance(frame.index, pd.DatetimeIndex) and frame.index.name not in asked
    return frame if plain or not told else frame.reset_index(level=told)


def _columns(
    frame: pd.DataFrame, asked: dict[str, str | None], name: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table with text headers and the column of each role that is there."""
    table = frame.set_axis(frame.columns.astype(str), axis=1)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise TableError(f"{name}: column {twice[0]!r} occurs twice, expected different names")
    found: dict[str, str] = {}
    timed_index = isinstance(frame.index, pd.DatetimeIndex)
    for role, column in asked.items():
        if column is not None:
            if column not in table.columns:
                header = list(table.columns)
                raise TableError(at(name, found=header, expected=f"a column {column!r} ({role})"))
            found[role] = column
            continue
        here = [c for c in table.columns if c.lower() in SYNONYMS[role]]
        exact = [c for c in here if c == role]
        if role == "time" and timed_index and not exact:
            continue
        if len(exact or here) == 1:
            found[role] = (exact or here)[0]
        elif here:
            msg = f"{name}: columns {here} could all be the {role}: say which one ({role}=...)"
            raise TableError(msg)
    if "time" not in found and timed_index:
        label = "(index)" if "(index)" not in table else "(index of the table)"
        table = table.assign(**{label: frame.index})
        found["time"] = label
    return table, found


def _from_long(
    table: pd.DataFrame,
    found: dict[str, str],
    clock: _localtime.Clock,
    rows: Rows,
    decimal: str,
) -> Long:
    ids = table[found["sensor"]]
    codes, uniques = pd.factorize(ids)
    # Whole numbers become floats as soon as pandas sees one hole among them.
    labels = [str(int(u)) if isinstance(u, float) and u == int(u) else str(u) for u in uniques]
    empty = (codes < 0) | np.isin(codes, [i for i, s in enumerate(labels) if not s.strip()])
    if empty.any():
        first = int(np.argmax(empty))
        raise TableError(rows.at(first, found["sensor"], "", "the id of a sensor in every row"))
    sensors, place = np.unique(np.array(labels, dtype=object), return_inverse=True)
    values = numbers(table[found["value"]], decimal)
    _some_number(values, table[found["value"]], rows, found["value"])
    position = np.asarray(place, dtype="int64")[codes]
    return Long([str(s) for s in sensors], position, clock, values, rows, found)


def _from_wide(
    table: pd.DataFrame,
    time: str,
    clock: _localtime.Clock,
    rows: Rows,
    decimal: str,
) -> Long:
    sensors: Sequence[str] = sorted(c for c in table.columns if c != time)
    columns = []
    for sensor in sensors:
        values = numbers(table[sensor], decimal)
        _some_number(values, table[sensor], rows, sensor)
        columns.append(values)
    length = len(table)
    tiled = np.tile(np.arange(length), len(sensors))
    offset = None if clock.offset is None else clock.offset[tiled]
    return Long(
        list(sensors),
        np.repeat(np.arange(len(sensors), dtype="int64"), length),
        _localtime.Clock(clock.wall[tiled], offset),
        np.concatenate(columns),
        rows.take(tiled),
        {"time": time},
    )


def numbers(column: pd.Series, decimal: str = ".") -> npt.NDArray[np.float64]:
    """Return a column as float64: NaN where empty, infinite where it is not a number."""
    if column.dtype.kind in "iuf":
        plain = column.to_numpy(dtype="float64", na_value=np.nan)
        return np.where(np.isfinite(plain) | np.isnan(plain), plain, np.inf)
    texts = column.astype("str").str.strip()
    empty = (texts.isna() | texts.str.lower().isin(_EMPTY)).to_numpy(dtype=bool)
    if decimal != ".":
        texts = texts.str.replace(decimal, ".", regex=False)
    parsed: Any = pd.to_numeric(texts, errors="coerce")
    plain = parsed.to_numpy(dtype="float64", na_value=np.nan)
    return np.where(empty, np.nan, np.where(np.isfinite(plain), plain, np.inf))


def _some_number(
    values: npt.NDArray[np.float64], column: pd.Series, rows: Rows, label: str
) -> None:
    """Refuse a column of text without one number in it: it is not a column of measures."""
    text = np.isinf(values)
    if text.any() and not np.isfinite(values).any():
        first = int(np.argmax(text))
        raise TableError(
            rows.at(first, label, str(column.iloc[first]), "a number (the column has none)")
        )
