"""Journal entries: what happened or will happen, where, from when to when, known since when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mining.readers.fields import FieldError, check_known

#: What an entry can be; the labels of incidents are drawn from the same words.
EVENT_TYPES = ("works", "event", "market", "closure", "fault", "hardware", "other")

#: End of an entry that is still going on: later than any data.
FOREVER = pd.Timestamp("2200-01-01")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?")
_WHEN = "a date such as 2026-03-05 or a local time such as 2026-03-05 14:30"


@dataclass(frozen=True)
class Event:
    """One entry of the journal of a territory.

    Attributes
    ----------
    id : str
        Name of the entry, unique in its journal.
    type : str
        One of ``works``, ``event``, ``market``, ``closure``, ``fault``, ``hardware``, ``other``.
    title : str
        What a reader is told.
    start, end : Timestamp
        Local, naive; `end` is exclusive. An entry that is still going on ends in 2200.
    places, sensors : tuple of str
        What it concerns; both empty means the whole territory.
    known_since : Timestamp
        From when a forecast may use it, local and naive; by default its start, never earlier
        than what somebody wrote down.
    note, source : str
        Free text: remarks, and where the information comes from.

    Raises
    ------
    ConfigError
        If the type is unknown, the end is not after the start, or a time carries an offset.
    """

    id: str
    type: str
    title: str
    start: pd.Timestamp
    end: pd.Timestamp
    places: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    known_since: pd.Timestamp | None = None
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.type not in EVENT_TYPES:
            raise FieldError("type", self.type, f"one of {', '.join(EVENT_TYPES)}")
        for name in ("start", "end", "known_since"):
            stamp = getattr(self, name)
            if stamp is not None and stamp.tzinfo is not None:
                raise FieldError(name, str(stamp), "a local time without an offset")
        if self.end <= self.start:
            raise FieldError("end", str(self.end), f"a time after the start, {self.start}")
        if self.known_since is None:
            object.__setattr__(self, "known_since", self.start)

    @property
    def known_from(self) -> pd.Timestamp:
        """`known_since`, never None."""
        return self.start if self.known_since is None else self.known_since

    def concerns(self, sensors: Iterable[str] | None, places: Iterable[str] | None) -> bool:
        """Tell whether the entry touches one of the sensors or places; None, None means any."""
        if (sensors is None and places is None) or not (self.sensors or self.places):
            return True
        return bool(set(self.sensors) & set(sensors or ()) or set(self.places) & set(places or ()))

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as JSON-ready content with exact times; :func:`event_of` reads it."""
        return {
            "id": self.id,
            "type": self.type,
            "title": self.title,
            "start": self.start.isoformat(),
            "end": None if self.end == FOREVER else self.end.isoformat(),
            "places": list(self.places),
            "sensors": list(self.sensors),
            "known_since": self.known_from.isoformat(),
            "note": self.note,
            "source": self.source,
        }


#: Fields of an entry, in the order of ``journal.csv``.
EVENT_FIELDS = (
    "id",
    "type",
    "title",
    "start",
    "end",
    "places",
    "sensors",
    "known_since",
    "source",
    "note",
)


def event_of(fields: Mapping[str, Any], *, number: int = 1) -> Event:
    """Make an entry from what people write.

    Parameters
    ----------
    fields : mapping
        Fields among :data:`EVENT_FIELDS`; `start` is needed. A date alone includes that whole
        day: an entry from 3 to 5 March covers the 5th until midnight. An end with a time of day
        is exclusive. No end means that it is still going on. Lists are sequences, or text
        separated by ``;``.
    number : int
        Rank of the entry, which names it when it has no id.

    Raises
    ------
    ConfigError
        Naming the field, what was found and what was expected.
    """
    for key in fields:
        check_known(str(key), EVENT_FIELDS, where="an event")
    start = moment("start", fields.get("start"))
    if start is None:
        raise FieldError("start", fields.get("start") or "", _WHEN)
    end = moment("end", fields.get("end"), last=True)
    if end is not None and end <= start:
        raise FieldError("end", fields.get("end"), f"a time after the start, {fields['start']}")
    text = {name: _text(fields.get(name)) for name in ("id", "type", "title", "note", "source")}
    return Event(
        id=text["id"] or f"event-{number}",
        type=text["type"] or "event",
        title=text["title"],
        start=start,
        end=FOREVER if end is None else end,
        places=listed(fields.get("places")),
        sensors=listed(fields.get("sensors")),
        known_since=moment("known_since", fields.get("known_since")),
        note=text["note"],
        source=text["source"],
    )


def moment(column: str, value: Any, *, last: bool = False) -> pd.Timestamp | None:
    """Read a local date or time; a date is its first instant, or with `last` the next midnight.

    Raises
    ------
    FieldError
        If it is neither empty, nor a date or time in ISO 8601 without an offset.
    """
    if value is None or value is pd.NaT or value != value or value == "":  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, dt.datetime | pd.Timestamp):
        stamp, whole_day = pd.Timestamp(value), False
    elif isinstance(value, dt.date):
        stamp, whole_day = pd.Timestamp(value), True
    else:
        text = str(value).strip()
        whole_day = _DATE.fullmatch(text) is not None
        if not (whole_day or _TIME.fullmatch(text)):
            raise FieldError(column, value, _WHEN)
        try:
            stamp = pd.Timestamp(dt.datetime.fromisoformat(text))  # a local time has no zone
        except ValueError as error:
            raise FieldError(column, value, _WHEN) from error
    if stamp.tzinfo is not None:
        raise FieldError(column, str(value), "a local time without an offset")
    return stamp + pd.Timedelta(days=1) if whole_day and last else stamp


def listed(value: Any) -> tuple[str, ...]:
    """Return the items of a list, or of a text separated by ``;``."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is the only value unlike itself
        return ()
    items = value.split(";") if isinstance(value, str) else value
    return tuple(t for t in (str(item).strip() for item in items) if t)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN
