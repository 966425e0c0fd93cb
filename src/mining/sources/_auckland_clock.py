"""The clock of the Auckland file: from its rows to UTC, with a count of everything mended.

The evidence for each rule stands in ``data/territories/auckland/README.md`` and is printed by
``benchmarks/auckland_clock.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.errors import SourceError, at

#: The counting day runs from 06:00 to 05:59: earlier hours belong to the next calendar day.
DAY_STARTS = 6

#: Autumns whose row 2:00 holds the first of the two hours alone; the others hold their sum.
FIRST_HOUR_ONLY = frozenset({2023})

#: Devices whose clock ran one hour behind since 2019, and the UTC hour in which it was set right.
SLOW_UNTIL = {
    "19 Shortland Street": pd.Timestamp("2020-07-16 23:00"),
    "2 High Street": pd.Timestamp("2020-07-16 23:00"),
}

#: A date may contradict the order of rows by less than this; more means that rows are lost.
_MAX_WRONG_DATE = pd.Timedelta("7D")
#: A forgotten clock change ends with the blank last hour of the month's file.
_MAX_FORGOTTEN = 24 * 31
_HOUR = pd.Timedelta("1h")

BoolArray = npt.NDArray[np.bool_]


class Mark(IntEnum):
    """What a clock change did to a cell."""

    NONE = 0
    TWO_HOURS = 1
    LOST = 2


@dataclass(frozen=True)
class Clock:
    """Counts on a UTC axis, and what it took to get there.

    Attributes
    ----------
    counts : DataFrame
        Indexed by naive UTC time, every hour, one column per sensor.
    marks : DataFrame
        One :class:`Mark` for each cell of `counts`.
    repairs : DataFrame
        Number of values concerned, index sensor, one column per repair.
    """

    counts: pd.DataFrame
    marks: pd.DataFrame
    repairs: pd.DataFrame


def by_row_order(
    dates: pd.DatetimeIndex, hours: npt.NDArray[np.int64], path: str
) -> tuple[pd.DatetimeIndex, BoolArray]:
    """Return the wall clock of each row, and which rows carry a wrong date.

    Parameters
    ----------
    dates : DatetimeIndex
        The counting day written in each row.
    hours : array of int
        The hour written in each row, 0 to 23.
    path : str
        The file, for messages; row 0 stands on line 2.

    Returns
    -------
    DatetimeIndex, array of bool
        Hours follow each other as the rows do; the flag says where the written date disagrees.

    Raises
    ------
    SourceError
        If the order of rows and the dates cannot both be nearly right.
    """
    written = dates + pd.to_timedelta(hours + 24 * (hours < DAY_STARTS), unit="h")
    steps = np.diff(hours, prepend=hours[0] - 1) % 24
    twice = np.flatnonzero(steps == 0)
    if len(twice):
        row = int(twice[0])
        expected = "an hour that follows the one of the line before"
        raise SourceError(
            at(path, line=row + 2, column="hour", found=int(hours[row]), expected=expected)
        )
    clock = pd.DatetimeIndex(written[0] + pd.to_timedelta(np.cumsum(steps) - 1, unit="h"))
    gap = np.abs(clock - written)
    far = np.flatnonzero(gap >= _MAX_WRONG_DATE)
    row = int(far[0]) if len(far) else len(clock) - 1
    if len(far) or clock[-1] != written[-1]:
        expected = f"{clock[row] - _HOUR * DAY_STARTS:%Y-%m-%d} by the order of rows"
        found = f"{dates[row]:%Y-%m-%d}"
        raise SourceError(at(path, line=row + 2, column="date", found=found, expected=expected))
    return clock, np.asarray(gap > pd.Timedelta(0))


def to_utc(
    values: pd.DataFrame, hours: npt.NDArray[np.int64], wrong: BoolArray, timezone: str, path: str
) -> Clock:
    """Put rows on the UTC axis, resolving both clock changes of each year.

    Parameters
    ----------
    values : DataFrame
        One row per row of the file, indexed by wall clock as of :func:`by_row_order`.
    hours, wrong : array
        Hour written in each row, and whether its date was wrong.
    timezone : str
        Zone of the wall clock.
    path : str
        The file, for messages.

    Returns
    -------
    Clock
        Every value of the file at one UTC time, save zeros at hours that did not exist. Of the
        two equal hours of an autumn night, the first holds what the row says.

    Raises
    ------
    SourceError
        If an hour that did not exist holds counts and nothing tells what happened after.
    """
    forgotten, dropped = _spring(values, timezone, path)
    wall = pd.DatetimeIndex(values.index)
    clock = wall.where(~forgotten, wall + _HOUR)[~dropped]
    first, second = (
        clock.tz_localize(timezone, ambiguous=np.full(len(clock), summer)).tz_convert("UTC")
        for summer in (True, False)
    )
    folded = np.asarray(first != second)
    summed = folded & ~np.isin(clock.year, list(FIRST_HOUR_ONLY))
    kept = values[~dropped].set_axis(first.tz_localize(None), axis=0)
    counts = kept.reindex(pd.date_range(kept.index[0], kept.index[-1], freq="h"))
    counted = kept.notna()
    marks = np.zeros(counts.shape, dtype="int8")
    row = counts.index.get_indexer(kept.index[summed])
    marks[row] = np.where(counted[summed], Mark.TWO_HOURS, Mark.NONE)
    row = counts.index.get_indexer(second[folded].tz_localize(None))
    marks[row] = np.where(counted[folded], Mark.LOST, Mark.NONE)
    seen = values.notna()
    repairs = pd.DataFrame(
        {
            "counting_day": seen[hours < DAY_STARTS].sum(),
            "wrong_date": seen[wrong].sum(),
            "forgotten_change": seen[forgotten].sum(),
            "impossible_hour": seen[dropped].sum(),
            "two_hours_summed": counted[summed].sum(),
            "hour_lost": counted[folded & ~summed].sum(),
        }
    )
    frame = pd.DataFrame(marks, index=counts.index, columns=counts.columns)
    return Clock(counts, frame, repairs)


def set_slow_devices(clock: Clock) -> Clock:
    """Move the counts of devices that ran one hour behind until their clock was set.

    The hour in which the clock was set began on the old time and went on, one hour further, on
    the new one: its two rows are joined, so that no passage is lost.
    """
    counts, marks = clock.counts.copy(), clock.marks.copy()
    repairs = clock.repairs.assign(device_clock=0, hours_joined=0)
    for sensor, until in SLOW_UNTIL.items():
        end = int(counts.index.get_indexer(pd.DatetimeIndex([until + _HOUR]))[0])
        if sensor not in counts or end < 1:  # not in this file, or it starts or ends elsewhere
            continue
        column, mark = counts[sensor].to_numpy().copy(), marks[sensor].to_numpy().copy()
        repairs.loc[sensor, "device_clock"] = int(np.isfinite(column[:end]).sum())
        repairs.loc[sensor, "hours_joined"] = 1
        column[end] += column[end - 1]
        column[1:end], mark[1:end] = column[: end - 1].copy(), mark[: end - 1].copy()
        column[0], mark[0] = np.nan, Mark.NONE
        counts[sensor], marks[sensor] = column, mark
    return Clock(counts, marks, repairs)


def _spring(values: pd.DataFrame, timezone: str, path: str) -> tuple[BoolArray, BoolArray]:
    """Return which rows run one hour late after a forgotten change, and which rows to drop.

    The hour that the clock jumps over is a row of zeros (dropped), is absent (nothing to do), or
    holds counts: then the rows kept the old clock until the blank row that ends the month.
    """
    array = values.to_numpy()
    wall = pd.DatetimeIndex(values.index)
    blank = np.isnan(array).all(axis=1)
    idle = (np.nan_to_num(array) == 0).all(axis=1)
    forgotten = np.zeros(len(wall), dtype=bool)
    dropped = np.zeros(len(wall), dtype=bool)
    absent = wall.tz_localize(timezone, ambiguous=np.ones(len(wall), bool), nonexistent="NaT")
    for row in np.flatnonzero(np.asarray(absent.isna())):
        if idle[row]:
            dropped[row] = True
            continue
        ends = row + np.flatnonzero(blank[row : row + _MAX_FORGOTTEN])
        if not len(ends):
            expected = "no count, since the clock jumped over this hour, or a blank row that ends"
            expected += " the rows which kept the old clock; the file is not the one known to us"
            found = f"{np.nansum(array[row]):.0f} passages"
            raise SourceError(at(path, line=int(row) + 2, found=found, expected=expected))
        forgotten[row : ends[0]] = True
        dropped[ends[0]] = True
    return forgotten, dropped
