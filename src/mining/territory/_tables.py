"""The tables of a territory: sites, channels, places, journal, opening hours.

Sites and channels have the columns of the French national schema for counts
(etalab/schema-comptage-mobilites, version 0.2.5).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd

from mining.readers.csv_files import (
    Check,
    Column,
    between,
    check_among,
    fail,
    one_of,
    read_table,
    some_of,
)
from mining.readers.fields import FieldError
from mining.territory._events import EVENT_FIELDS, Event, event_of, moment

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: Kind of measure of each type of mobility of the national schema.
KIND_OF_MOBILITY = {
    "PEDESTRIAN": "pedestrian",
    "BIKE": "bicycle",
    "E-SCOOTER": "scooter",
    "CAR": "road",
    "BUS": "road",
    "MINIBUS": "road",
    "TRUCK": "road",
    "VAN": "road",
    "TWO WHEELS MOTORIZED": "road",
}

_MOBILITY = (*KIND_OF_MOBILITY, "HORSE-RIDER", "TRAMWAY", "CANOE", "UNDEFINED")
_DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_COUNTERS = (
    "INDUCTIVE LOOP",
    "ELECTROMAGNETIC SENSOR",
    "PASSIVE INFRARED",
    "ACTIVE INFRARED",
    "PIEZOELECTRIC SENSOR",
    "RADAR SENSOR",
    "VIDEO SENSOR",
    "PNEUMATIC TUBE SENSOR",
    "SLAB SENSOR",
    "LIGHT BEAM SENSOR",
    "MANUAL",
    "ACOUSTIC",
    "LIDAR",
    "OPTICAL FIBER SENSOR",
    "MAGNETOMETER",
    "OTHER",
)


def instant(column: str, text: str) -> pd.Timestamp:
    """Return the instant that a cell of the national schema means, in UTC."""
    expected = "a time with its offset such as 2026-03-05T14:00:00Z"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)", text):
        raise FieldError(column, text, expected)
    try:
        return pd.Timestamp(dt.datetime.fromisoformat(text)).tz_convert("UTC")
    except ValueError as error:
        raise FieldError(column, text, expected) from error


def _is_instant(column: str, text: str) -> None:
    instant(column, text)


def _is_commune(column: str, text: str) -> None:
    if not re.fullmatch(r"([013-9]\d|2[AB1-9])\d{3}", text):
        raise FieldError(column, text, "an INSEE code of five characters such as 25388")


def _is_moment(column: str, text: str) -> None:
    moment(column, text)


SITE_COLUMNS = (
    Column("site_id", required=True),
    Column("parent_site_id"),
    Column("site_name", required=True),
    Column("fr_insee_code", check=_is_commune),
    Column("xlong", required=True, check=between(-180, 180)),
    Column("ylat", required=True, check=between(-90, 90)),
    Column("external_ids"),
    Column("infrastructure_type"),
)

CHANNEL_COLUMNS = (
    Column("channel_id", required=True),
    Column("channel_provider_id"),
    Column("site_provider_id"),
    Column("site_id", required=True),
    Column("mobility_type", check=some_of(*_MOBILITY)),
    Column("comment"),
    Column("counter_transmission_type", check=one_of("REMOTE TRANSMISSION", "MANUAL")),
    Column("publication_transmission_type", check=one_of("API", "MANUAL")),
    Column("counter_type", check=some_of(*_COUNTERS)),
    Column("direction", check=one_of(*_DIRECTIONS)),
    Column("provider_direction_code"),
    Column("provider_direction_name"),
    Column("data_provider_name"),
    Column("temporality", check=one_of("TEMPORARY", "PERMANENT")),
    Column("started_at", required=True, check=_is_instant),
    Column("ended_at", check=_is_instant),
    Column("last_updated_at", check=_is_instant),
    Column("time_step", check=between(1, 31 * 86400)),
    Column("provider_portal_url"),
)


def sites(path: Path) -> pd.DataFrame:
    """Read ``sites.csv``."""
    frame = read_table(path, SITE_COLUMNS, unique=["site_id"])
    return frame.astype({"xlong": "float64", "ylat": "float64"})


def channels(path: Path, known_sites: list[str]) -> pd.DataFrame:
    """Read ``channels.csv``; each channel stands once, on a known site, and ends after its start.

    Raises
    ------
    ConfigError
        Also if two channels are the same channel of a provider at the same time.
    """
    frame = read_table(path, CHANNEL_COLUMNS, unique=["channel_id"])
    check_among(path, frame, "site_id", known_sites, "a site_id of sites.csv")
    starts = [instant("started_at", text) for text in frame["started_at"]]
    ends = [
        instant("ended_at", text) if text else pd.Timestamp("2200-01-01", tz="UTC")
        for text in frame["ended_at"]
    ]
    last: dict[tuple[str, ...], int] = {}
    same = ["channel_provider_id", "mobility_type", "direction", "provider_direction_code"]
    for row in sorted(range(len(frame)), key=lambda n: (starts[n], n)):
        line = int(frame.index[row])
        if ends[row] <= starts[row]:
            expected = f"a time after started_at, {frame['started_at'].iloc[row]}"
            fail(path, line, "ended_at", frame["ended_at"].iloc[row], expected)
        key = tuple(frame[same].iloc[row])
        if key[0] and key in last and starts[row] < ends[last[key]]:
            before = frame["channel_id"].iloc[last[key]]
            expected = f"a channel that starts after {before!r}, the same counter, has ended"
            fail(path, line, "started_at", frame["started_at"].iloc[row], expected)
        last[key] = row
    return frame


#: What makes a place sensitive: nothing finer than a day is published of it.
SENSITIVE = ("cemetery", "school", "health", "worship")


def places(path: Path, known_sensors: list[str] | None) -> pd.DataFrame:
    """Read ``places.csv``; a sensor stands in one place, and is known where channels are.

    Raises
    ------
    ConfigError
        Also if two lines of a place do not say the same of what makes it sensitive.
    """
    columns = (
        Column("place", required=True),
        Column("sensor", required=True),
        Column("sensitive", check=one_of(*SENSITIVE)),
    )
    frame = read_table(path, columns)
    _check_agree(path, frame)
    if known_sensors is not None:
        check_among(path, frame, "sensor", known_sensors, "a channel_id of channels.csv")
    first: dict[str, tuple[str, int]] = {}
    for line, place, sensor in frame[["place", "sensor"]].itertuples():
        if sensor in first:
            other, where = first[sensor]
            expected = f"a sensor in one place, not in {place!r} and {other!r} (line {where})"
            fail(path, line, "sensor", sensor, expected)
        first[sensor] = (place, line)
    return frame


def _check_agree(path: Path, frame: pd.DataFrame) -> None:
    said: dict[str, tuple[str, int]] = {}
    for line, place, word in frame[["place", "sensitive"]].itertuples():
        known, where = said.setdefault(place, (word, line))
        if word != known:
            expected = f"{known!r} as in line {where}, the same place"
            fail(path, line, "sensitive", word, expected)


def journal(
    path: Path, known_places: list[str], known_sensors: list[str] | None
) -> tuple[tuple[Event, ...], tuple[int, ...]]:
    """Read ``journal.csv``: the entries, and the line of each."""
    checks: dict[str, Check] = dict.fromkeys(("start", "end", "known_since"), _is_moment)
    needed = ("id", "type", "title", "start")
    columns = [Column(f, required=f in needed, check=checks.get(f)) for f in EVENT_FIELDS]
    frame = read_table(path, columns, unique=["id"])
    events = []
    for line, row in frame.iterrows():
        at_line = int(str(line))
        try:
            event = event_of({str(k): v for k, v in row.items()})
        except FieldError as error:
            fail(path, at_line, error.column, error.found, error.expected)
        for place in event.places:
            if place not in known_places:
                fail(path, at_line, "places", place, "a place of places.csv")
        for sensor in event.sensors:
            if known_sensors is not None and sensor not in known_sensors:
                fail(path, at_line, "sensors", sensor, "a channel_id of channels.csv")
        events.append(event)
    return tuple(events), tuple(int(line) for line in frame.index)


def opening_hours(path: Path, known_places: list[str]) -> pd.DataFrame:
    """Read ``opening_hours.csv``; the openings of a door never overlap, midnight included.

    A door is a place, or a shop of it where the column `shop` is filled.
    """
    frame = read_table(
        path,
        (
            Column("place", required=True),
            Column("weekday", required=True, check=one_of(*WEEKDAYS)),
            Column("opens", required=True, check=_is_clock),
            Column("closes", required=True, check=_is_clock),
            Column("shop"),
        ),
    )
    check_among(path, frame, "place", known_places, "a place of places.csv")
    taken: dict[tuple[str, str, int], int] = {}
    for line, place, weekday, opens, closes, shop in frame.itertuples():
        start, end = _minutes(opens), _minutes(closes)
        if start in (end, 1440):
            expected = "a closing time other than the opening time (all day is 00:00 to 24:00)"
            fail(path, line, "closes", closes, expected)
        length = end - start if end > start else end + 1440 - start
        first = WEEKDAYS.index(weekday) * 1440 + start
        for minute in range(first, first + length):
            key = (place, shop, minute % (7 * 1440))
            if key in taken:
                expected = f"hours that do not overlap those of line {taken[key]}"
                fail(path, line, "opens", f"{weekday} {opens}-{closes}", expected)
            taken[key] = line
    return frame


def _is_clock(column: str, text: str) -> None:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text):
        raise FieldError(column, text, "a time of day such as 09:30, from 00:00 to 24:00")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
