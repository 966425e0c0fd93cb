"""The French national schema of mobility counts: sites, channels and measures, both ways.

Schema "comptage des mobilités" of schema.data.gouv.fr, version 0.2.5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.errors import TableError, at
from mining.sources import _grid, _localtime
from mining.sources._rows import Rows, of_frame

#: Columns without which a file cannot be read.
NEEDED = {
    "sites": ("site_id", "site_name", "xlong", "ylat"),
    "channels": ("channel_id", "site_id", "mobility_type"),
    "measures": ("channel_id", "start_datetime", "end_datetime", "count"),
}
#: Kind of each mobility type; None where the data model has no kind of its own.
KIND_OF_MOBILITY: dict[str, str | None] = {
    "PEDESTRIAN": "pedestrian", "BIKE": "bicycle", "E-SCOOTER": "scooter", "CAR": "road",
    "BUS": "road", "MINIBUS": "road", "TRUCK": "road", "VAN": "road",
    "TWO WHEELS MOTORIZED": "road", "HORSE-RIDER": None, "TRAMWAY": None, "CANOE": None,
    "UNDEFINED": None,
}  # fmt: skip
_HOUR = 3600 * 10**9


@dataclass(frozen=True)
class Table:
    """One file of the schema: cells as text, and where each row stands."""

    frame: pd.DataFrame
    rows: Rows

    def texts(self, column: str) -> pd.Series:
        """Return a column as stripped text, empty where absent."""
        if column not in self.frame:
            return pd.Series("", index=self.frame.index, dtype="str")
        return self.frame[column].astype("str").fillna("").str.strip()

    def refuse(self, bad: pd.Series, column: str, expected: str) -> None:
        """Raise :class:`TableError` for the first row where `bad`."""
        if bad.any():
            row = int(np.argmax(bad.to_numpy(dtype=bool)))
            found = self.texts(column).iloc[row]
            raise TableError(self.rows.at(row, column, found, expected))


def of_table(frame: pd.DataFrame, name: str) -> Table:
    """Return a DataFrame as a table of the schema, named in messages."""
    rows = of_frame(len(frame))
    return Table(frame.reset_index(drop=True), Rows(rows.number + 2, (name,)))


def check_columns(table: Table, role: str) -> None:
    """Refuse a file of the schema without the columns that are needed."""
    missing = [c for c in NEEDED[role] if c not in table.frame]
    if missing:
        header = [str(c) for c in table.frame.columns]
        expected = f"the columns {', '.join(NEEDED[role])}"
        raise TableError(at(table.rows.files[0], line=1, found=header, expected=expected))


def sensors_of(sites: Table, channels: Table, *, kind: str) -> pd.DataFrame:
    """Return what the schema says of each channel, as sensor coordinates of a cube.

    Parameters
    ----------
    sites, channels : Table
        Files of the schema.
    kind : str
        Kind of channels whose mobility type is empty, mixed, or has no kind of its own.

    Raises
    ------
    TableError
        If an id is empty or repeated, a channel's site is unknown, a mobility type is not in the
        schema, or a coordinate is out of range.
    """
    places = sites.texts("site_id")
    _unique(sites, "site_id")
    longitude = _degrees(sites, "xlong", 180)
    latitude = _degrees(sites, "ylat", 90)
    ids = channels.texts("channel_id")
    _unique(channels, "channel_id")
    site = channels.texts("site_id")
    channels.refuse(~site.isin(places), "site_id", "a site_id of the sites file")
    types = channels.texts("mobility_type")
    kinds = [_kind(channels, row, text, kind) for row, text in enumerate(types)]
    which = pd.Index(places).get_indexer(site)
    site_name = sites.texts("site_name").iloc[which].to_numpy()
    label = channels.texts("provider_direction_name").to_numpy()
    direction = channels.texts("direction").to_numpy()
    code = channels.texts("provider_direction_code").to_numpy()
    return pd.DataFrame(
        {
            "name": np.where(label == "", site_name, label),
            "site": site.to_numpy(),
            "place": site_name,
            "kind": kinds,
            "direction": np.where(direction == "", code, direction),
            "latitude": latitude[which],
            "longitude": longitude[which],
            "installed": channels.texts("started_at").to_numpy(),
        },
        index=pd.Index(ids, dtype="str"),
    )


def steps_of(channels: Table) -> pd.Timedelta | None:
    """Return the time step all channels declare, or None where they do not agree on one."""
    seconds = pd.to_numeric(channels.texts("time_step"), errors="coerce").dropna().unique()
    return pd.Timedelta(seconds=float(seconds[0])) if len(seconds) == 1 else None


def check_measures(measures: Table, channels: Sequence[str], *, step: pd.Timedelta | None) -> None:
    """Refuse measures of unknown channels, of another length than the step, or that overlap.

    Two measures of exactly the same interval are duplicates, not an overlap: they are counted and
    settled with the other repairs.

    Raises
    ------
    TableError
        Naming the first line that is wrong.
    """
    ids = measures.texts("channel_id")
    measures.refuse(~ids.isin(list(channels)), "channel_id", "a channel_id of the channels file")
    start = _localtime.parse(
        measures.frame["start_datetime"], measures.rows, column="start_datetime"
    )
    ends = measures.texts("end_datetime")
    written = (ends != "").to_numpy()
    if not written.any():
        if step is None:
            msg = "no end_datetime and no time_step in the channels: declare the step"
            raise TableError(measures.rows.at(0, "end_datetime", "", msg))
        return
    where = np.flatnonzero(written)
    end = _localtime.parse(ends[written], measures.rows.take(where), column="end_datetime")
    length = end.wall - start.wall[where]
    instant = length
    if start.offset is not None and end.offset is not None:
        instant = length - end.offset + start.offset[where]
    _check_lengths(measures, where, length, instant, step)
    _check_overlaps(measures, ids, start, where, instant)


def _check_lengths(
    measures: Table,
    where: np.ndarray[tuple[int], np.dtype[np.intp]],
    length: _localtime.Ints,
    instant: _localtime.Ints,
    step: pd.Timedelta | None,
) -> None:
    """Refuse intervals that are not one step, on the clock or in real time."""
    expected = int(np.median(length)) if step is None else step.as_unit("ns").value
    bad = (np.abs(length - expected) > _spare(expected)) & (
        np.abs(instant - expected) > _spare(expected)
    )
    if bad.any():
        row = int(where[np.argmax(bad)])
        says = f"{_grid.words(expected)} after start_datetime (one step)"
        raise TableError(
            measures.rows.at(row, "end_datetime", measures.texts("end_datetime").iloc[row], says)
        )


def _spare(step: int) -> int:
    """Return by how much an interval may differ from the step: local days have 23 to 25 hours."""
    return 0 if step % (24 * _HOUR) else _HOUR


def _check_overlaps(
    measures: Table,
    ids: pd.Series,
    start: _localtime.Clock,
    where: np.ndarray[tuple[int], np.dtype[np.intp]],
    length: _localtime.Ints,
) -> None:
    """Refuse a measure that starts before the previous one of its channel has ended."""
    if start.offset is None:
        return  # a local clock goes back in autumn: the grid decides
    begin = start.wall[where] - start.offset[where]
    code, _ = pd.factorize(ids.iloc[where])
    order = np.lexsort((begin, code))
    gap = np.diff(begin[order])
    room = length[order[:-1]] - _spare(int(np.median(length)))
    overlap = (np.diff(code[order]) == 0) & (gap > 0) & (gap < room)
    if overlap.any():
        at_pair = int(np.argmax(overlap))
        before, row = (int(where[order[at_pair + i]]) for i in (0, 1))
        says = f"no overlap with {measures.rows.where(before)} of the same channel"
        found = measures.texts("start_datetime").iloc[row]
        raise TableError(measures.rows.at(row, "start_datetime", found, says))


def _unique(table: Table, column: str) -> None:
    ids = table.texts(column)
    table.refuse(ids == "", column, "an id")
    table.refuse(ids.duplicated(), column, "an id that occurs once (it stands above already)")


def _degrees(table: Table, column: str, limit: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    texts = table.texts(column)
    degrees = pd.to_numeric(texts, errors="coerce")
    bad = ~(degrees.abs() <= limit) & (texts != "")
    table.refuse(bad, column, f"decimal degrees between -{limit} and {limit}")
    return degrees.to_numpy(dtype="float64")


def _kind(channels: Table, row: int, text: str, default: str) -> str:
    """Return the kind of a channel from its comma-separated mobility types."""
    if not text:
        return default
    kinds = set()
    for part in re.split(r"\s*,\s*", text):
        if part not in KIND_OF_MOBILITY:
            expected = f"mobility types among {', '.join(KIND_OF_MOBILITY)}"
            raise TableError(channels.rows.at(row, "mobility_type", text, expected))
        kinds.add(KIND_OF_MOBILITY[part])
    kind = kinds.pop()
    return default if kinds or kind is None else kind
