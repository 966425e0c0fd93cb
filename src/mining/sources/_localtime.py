"""From clock times as written to UTC, honestly at both clock changes.

A local clock jumps over one hour in spring and tells one hour twice in autumn. A row that stands in
the hour that does not exist is dropped. Which of the two autumn hours a row belongs to is read from
the order of the rows where that order says it, and is marked as undecided where nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.errors import ConfigError, TableError
from mining.sources._rows import Rows

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_DAY = 86_400 * 10**9
_ISO_DATE = r"^\d{4}(?:-\d{2}-\d{2}|/\d{2}/\d{2}|\d{4})"
#: Years that nanoseconds can hold; a date beyond is a slip or a stand-in for "never".
_YEARS = (1700, 2200)
_NEAR = f"a time between the years {_YEARS[0]} and {_YEARS[1]}"
_NO_OFFSET = np.iinfo(np.int64).min
_OFFSET = r"[T ]\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"


@dataclass(frozen=True)
class Clock:
    """Times of rows as they were written.

    Attributes
    ----------
    wall : ndarray of int64
        Clock time as written, nanoseconds since 1970-01-01 of that clock.
    offset : ndarray of int64, optional
        Offset from UTC as written, nanoseconds; None where only a local clock was written.
    """

    wall: Ints
    offset: Ints | None


@dataclass(frozen=True)
class Resolved:
    """Times of rows in UTC (int64 nanoseconds) and what was found on the way.

    Attributes
    ----------
    utc : ndarray of int64
        UTC time; meaningless where `impossible`.
    twin : ndarray of int64
        UTC time of the other hour with the same clock time; `utc` where there is none.
    impossible : ndarray of bool
        The clock time was jumped over and does not exist.
    undecided : ndarray of bool
        The clock time exists twice and nothing says which one is meant.
    """

    utc: Ints
    twin: Ints
    impossible: Bools
    undecided: Bools


def parse(times: pd.Series, rows: Rows, *, column: str, time_format: str | None = None) -> Clock:
    """Read a column of times: datetimes, or text in ISO 8601 or in a declared format.

    Parameters
    ----------
    times : Series
        Datetimes (naive or of any zone) or text, with or without offsets.
    rows : Rows
        Where each row stands, for messages.
    column : str
        Name of the column, for messages.
    time_format : str, optional
        ``strptime`` format of text; ISO 8601 when None. Day and month are never guessed.

    Raises
    ------
    TableError
        Naming the first time that is empty, does not follow the format, or is written with an
        offset where others have none.
    """
    if isinstance(times.dtype, pd.DatetimeTZDtype) or times.dtype.kind == "M":
        _refuse(times.isna().to_numpy(), times, rows, column, "a time in every row")
        index = pd.DatetimeIndex(times)
        years = index.year.to_numpy()
        far = (years < _YEARS[0]) | (years > _YEARS[1])
        _refuse(far, times, rows, column, _NEAR)
        wall = _nanoseconds(index.tz_localize(None))
        if index.tz is None:
            return Clock(wall, None)
        return Clock(wall, wall - _nanoseconds(index.tz_convert("UTC").tz_localize(None)))
    if pd.api.types.is_numeric_dtype(times.dtype):
        found = times.iloc[0]
        raise TableError(rows.at(0, column, found, "a date and time, not a bare number"))
    codes, uniques = pd.factorize(times.astype("str"))
    texts = pd.Series(uniques, dtype="str").str.strip()
    _refuse(codes < 0, times, rows, column, "a time in every row")
    _refuse((texts == "").to_numpy()[codes], times, rows, column, "a time in every row")
    wall, offset, bad, far = _parse_texts(texts, time_format)
    expected = (
        f"a time of format {time_format!r}"
        if time_format
        else ("an ISO 8601 time such as 2024-03-31T14:00 (declare the format if it is another one)")
    )
    _refuse(bad[codes], times, rows, column, expected)
    _refuse(far[codes], times, rows, column, _NEAR)
    if offset is None:
        return Clock(wall[codes], None)
    bare = (offset == _NO_OFFSET)[codes]
    if bare.any() and not bare.all():
        odd = bare if bare.sum() * 2 <= len(bare) else ~bare
        like = "with an offset" if odd is bare else "without an offset"
        _refuse(odd, times, rows, column, f"a time {like}, like most rows of this table")
    return Clock(wall[codes], None if bare.all() else offset[codes])


def _parse_texts(
    texts: pd.Series, time_format: str | None
) -> tuple[Ints, Ints | None, Bools, Bools]:
    """Return wall time and offset (`_NO_OFFSET` where none), and what is no time or too far."""
    if time_format is None:
        good = texts.str.contains(_ISO_DATE, regex=True).to_numpy(dtype=bool)
        zoned = texts.str.contains(_OFFSET, regex=True).to_numpy(dtype=bool)
        utc = pd.to_datetime(texts.where(good), format="ISO8601", errors="coerce", utc=True)
    else:
        good = np.ones(len(texts), bool)
        zoned = np.full(len(texts), "%z" in time_format)
        try:
            utc = pd.to_datetime(texts, format=time_format, errors="coerce", utc=True)
        except ValueError as error:
            msg = f"time_format {time_format!r} is not a strptime format: {error}"
            raise ConfigError(msg) from error
    bad = utc.isna().to_numpy()
    near = utc.dt.year.between(*_YEARS).to_numpy(dtype=bool)
    plain = utc.dt.tz_localize(None).where(near, pd.Timestamp(0))
    instant = _nanoseconds(pd.DatetimeIndex(plain))
    if not zoned.any():
        return instant, None, bad, ~near & ~bad
    offset = np.full(len(texts), _NO_OFFSET)
    offset[zoned] = _written_offset(texts[zoned])
    return instant + np.where(zoned, offset, 0), offset, bad, ~near & ~bad


def _written_offset(texts: pd.Series) -> Ints:
    """Return the offset at the end of each text, in nanoseconds; ``Z`` is zero."""
    parts = texts.str.extract(r"([+-])(\d{2}):?(\d{2})?$")
    hours = pd.to_numeric(parts[1]).fillna(0) * 60 + pd.to_numeric(parts[2]).fillna(0)
    sign = np.where(parts[0] == "-", -1, 1)
    return np.asarray(sign * hours.to_numpy(dtype="int64") * 60 * 10**9, dtype="int64")


def to_local(utc: Ints, timezone: str) -> Ints:
    """Return the wall time of UTC instants in a zone, both as int64 nanoseconds."""
    index = pd.DatetimeIndex(utc.view("M8[ns]")).tz_localize("UTC").tz_convert(timezone)
    return _nanoseconds(index.tz_localize(None))


def resolve(wall: Ints, sensor: Ints, value: Floats, timezone: str) -> Resolved:
    """Find the UTC time of local clock times.

    Parameters
    ----------
    wall : ndarray of int64
        Local clock times, nanoseconds, in the order of the rows.
    sensor : ndarray of int64
        Number of the sensor of each row.
    value : ndarray of float64
        What was measured; breaks ties where the order of rows is no order of time.
    timezone : str
        IANA name of the zone of the clock.

    Notes
    -----
    Spring: a time that the clock jumped over is `impossible`, never moved to another hour.

    Autumn, for each sensor and clock change:

    1. rows in order of time (or exactly in reverse): of an hour held twice the first is daylight
       saving time and the second standard time; sub-hourly steps the same;
    2. an hour held once: nothing says which one it is, or whether it is the sum of both. It takes
       the place of the first and is `undecided`; the second stays empty;
    3. an hour held twice among shuffled rows: both are `undecided`, the larger value first, so
       that the order of rows does not change the result;
    4. an hour held more often, or twice on a day whose other hours are doubled too: the rows are
       duplicates of the first, `undecided`.
    """
    codes, uniques = pd.factorize(wall)
    index = pd.DatetimeIndex(np.asarray(uniques, dtype="int64").view("M8[ns]"))
    first = _localize(index, timezone, dst=True)
    second = _localize(index, timezone, dst=False)
    impossible = np.isnat(first)
    twice = ~impossible & (first != second)
    utc, twin = first.view("int64")[codes], second.view("int64")[codes]
    undecided = np.zeros(len(wall), bool)
    if twice.any():
        days = np.unique(uniques[twice] // _DAY)
        at_change = np.flatnonzero(np.isin(uniques // _DAY, days)[codes])
        table = pd.DataFrame(
            {
                "sensor": sensor[at_change],
                "day": wall[at_change] // _DAY,
                "wall": wall[at_change],
                "value": value[at_change],
                "twice": twice[codes[at_change]],
            }
        )
        late, unsure = _which_hour(table)
        moved = at_change[late]
        utc[moved], twin[moved] = twin[moved], utc[moved]
        undecided[at_change[unsure]] = True
    return Resolved(utc, twin, impossible[codes], undecided)


def _which_hour(table: pd.DataFrame) -> tuple[Bools, Bools]:
    """Return which rows of the days of a clock change are the second hour, and which are unsure."""
    keys = ["sensor", "day"]
    day = [table["sensor"], table["day"]]
    before = table.groupby(keys)[["wall", "twice"]].shift()
    inside = table["twice"] & (before["twice"] == True)  # noqa: E712 - the first row has no answer
    forward, step_back = _one_turn(table["wall"] < before["wall"], inside, day)
    reverse, step_on = _one_turn(table["wall"] > before["wall"], inside, day)
    reverse &= ~forward
    plain = table[~table["twice"]]
    doubled = plain.duplicated([*keys, "wall"]).reindex(table.index, fill_value=False)
    decidable = ~doubled.groupby(day).transform("any")
    # A turn inside the hour splits it into two runs, which also places times held only once.
    turn = step_back.where(forward, step_on) & (forward | reverse)
    by_run = decidable & turn.groupby(day).transform("any")
    cell = table.groupby([*keys, "wall"])["value"]
    pair = decidable & ~by_run & (cell.transform("size") == 2)
    by_rank = pair & (forward | reverse)
    second = (by_run & (turn.groupby(day).cumsum() > 0)) | (by_rank & (cell.cumcount() == 1))
    second ^= reverse & (by_run | by_rank)
    smaller = cell.rank(method="first", ascending=False, na_option="bottom") > 1
    late = table["twice"] & (second | (pair & ~by_rank & smaller))
    unsure = table["twice"] & ~by_run & ~by_rank
    return late.to_numpy(dtype=bool), unsure.to_numpy(dtype=bool)


def _one_turn(
    turn: pd.Series, inside: pd.Series, day: list[pd.Series]
) -> tuple[pd.Series, pd.Series]:
    """Return on which days time turns at most once, inside the doubled hour, and those turns."""
    turns = turn.groupby(day).transform("sum")
    allowed = turn & inside
    return (turns <= 1) & (turns == allowed.groupby(day).transform("sum")), allowed


def _localize(index: pd.DatetimeIndex, timezone: str, *, dst: bool) -> npt.NDArray[Any]:
    zoned = index.tz_localize(timezone, ambiguous=np.full(len(index), dst), nonexistent="NaT")
    return np.asarray(zoned.tz_convert("UTC").tz_localize(None).as_unit("ns").to_numpy())


def _nanoseconds(index: pd.DatetimeIndex) -> Ints:
    return np.asarray(index.as_unit("ns").to_numpy().view("int64"))


def _refuse(bad: Bools, found: pd.Series, rows: Rows, column: str, expected: str) -> None:
    """Raise for the first bad row."""
    if bad.any():
        row = int(np.argmax(bad))
        what = found.iloc[row]
        shown = "" if pd.isna(what) else str(what)
        raise TableError(rows.at(row, column, shown, expected))
