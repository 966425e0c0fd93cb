"""What is known in advance of a day or an hour: holidays, school holidays, journal entries.

Everything is local and naive: a day is a midnight of the territory's own clock. Public holidays
come from the package ``holidays``, French school holidays from ``vacances-scolaires-france``; both
work without a network. Each piece of knowledge has the date from which it was known, so that a
forecast made at `known_at` uses nothing that was decided later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import public_holidays
from mining.cube import BoolArray
from mining.errors import ConfigError
from mining.readers.fields import check_known
from mining.readers.rows import read_rows
from mining.territory import EVENT_TYPES, Event, event_of

__all__ = ["EVENT_TYPES", "Calendar", "Event", "as_calendar", "calendar_of", "of_cube"]

_KEYS = ("country", "subdivision", "school_zone", "language", "events")


@dataclass(frozen=True)
class Calendar:
    """Holidays of a place, and its journal.

    Attributes
    ----------
    country : str or None
        ISO 3166-1 code of two letters; None means no holidays at all.
    subdivision : str or None
        Code or name of a part of the country with holidays of its own, such as ``"AUK"``.
    school_zone : {"A", "B", "C"} or None
        Zone of French school holidays.
    language : str
        Language of the names of holidays; the country's own where there is no translation.
    events : tuple of Event
        Entries of the journal.

    Raises
    ------
    ConfigError
        If the country, the subdivision or the school zone is unknown; the message lists what is
        possible.

    Examples
    --------
    >>> import pandas as pd
    >>> calendar = Calendar("FR", school_zone="A")
    >>> days = pd.DatetimeIndex(["2026-05-14", "2026-05-15"])
    >>> calendar.days(days)[["holiday", "bridge", "school_holiday"]].values.tolist()
    [['Ascension', False, False], ['', True, False]]
    """

    country: str | None = None
    subdivision: str | None = None
    school_zone: str | None = None
    language: str = "fr"
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        country = self.country.upper() if self.country else None
        # Files and netCDF attributes say "nothing" with an empty text.
        object.__setattr__(self, "country", country)
        object.__setattr__(self, "subdivision", self.subdivision or None)
        object.__setattr__(self, "school_zone", self.school_zone or None)
        object.__setattr__(self, "events", tuple(self.events))
        public_holidays.check_region(country, self.subdivision, self.school_zone)

    def days(self, days: pd.DatetimeIndex, *, known_at: pd.Timestamp | None = None) -> pd.DataFrame:
        """Describe days.

        Parameters
        ----------
        days : DatetimeIndex
            Local days, in any order; a time of day or a time zone is dropped.
        known_at : Timestamp, optional
            Local time of the forecast; exceptional holidays announced later are left out. The
            ordinary ones are known for ever.

        Returns
        -------
        DataFrame
            Indexed by `days`: `holiday` (name, "" if none), `holiday_key` (stable name without
            language), `is_holiday`, `days_to_holiday` and `days_since_holiday` (0 on a holiday,
            at most 30), `school_holiday`, and `bridge` (a working day alone between days off,
            one of which is a holiday).

        Notes
        -----
        A day on which a holiday is observed is a holiday with a key of its own, which ends in
        ``_observed``. Where two fall on one day, the name holds both and the key the
        alphabetically first. School holidays are known from 1990 to the last year of the
        package (see :attr:`school_until`) and False outside. Saturday and Sunday are days off.
        """
        wanted = public_holidays.day_numbers(days)
        at = None if known_at is None else public_holidays.naive(known_at)
        known = public_holidays.table(self.country, self.subdivision, self.language, wanted, at)
        row_of = {int(number): row for row, number in enumerate(known.numbers)}
        rows = [row_of.get(int(number), -1) for number in wanted]
        return pd.DataFrame(
            {
                "holiday": ["" if r < 0 else known.names[r] for r in rows],
                "holiday_key": ["" if r < 0 else known.keys[r] for r in rows],
                "is_holiday": np.array(rows, dtype="int64") >= 0,
                "days_to_holiday": public_holidays.days_to(known.numbers, wanted),
                "days_since_holiday": public_holidays.days_since(known.numbers, wanted),
                "school_holiday": public_holidays.contains(
                    public_holidays.school_days(self.school_zone), wanted
                ),
                "bridge": public_holidays.bridges(known.numbers, wanted),
            },
            index=days,
        ).astype({"holiday": "str", "holiday_key": "str"})

    def active(
        self,
        times: pd.DatetimeIndex,
        *,
        sensors: Iterable[str] | None = None,
        places: Iterable[str] | None = None,
        types: Iterable[str] | None = None,
        known_at: pd.Timestamp | None = None,
    ) -> BoolArray:
        """Tell at which times an entry of the journal is going on.

        Parameters
        ----------
        times : DatetimeIndex
            Local times, naive or in the territory's zone.
        sensors, places : iterable of str, optional
            Keep entries that touch one of these sensors or one of these places, and those of the
            whole territory. Without both, every entry is kept. An entry may name a place and not
            its sensors: pass both.
        types : iterable of str, optional
            Keep these types only.
        known_at : Timestamp, optional
            Local time of the forecast; entries known later are left out.

        Returns
        -------
        array of bool
            One for each time.
        """
        local = pd.DatetimeIndex(times).tz_localize(None)
        out = np.zeros(len(local), dtype=bool)
        for event in self.entries(sensors=sensors, places=places, types=types, known_at=known_at):
            out |= np.asarray((local >= event.start) & (local < event.end), dtype=bool)
        return out

    def entries(
        self,
        *,
        sensors: Iterable[str] | None = None,
        places: Iterable[str] | None = None,
        types: Iterable[str] | None = None,
        known_at: pd.Timestamp | None = None,
    ) -> tuple[Event, ...]:
        """Return the entries that :meth:`active` would use."""
        kept_types = None if types is None else set(types)
        here, there = _names(sensors), _names(places)
        return tuple(
            event
            for event in self.events
            if (kept_types is None or event.type in kept_types)
            and (known_at is None or event.known_from <= public_holidays.naive(known_at))
            and event.concerns(here, there)
        )

    @property
    def school_until(self) -> pd.Timestamp | None:
        """Last day of the known school holidays; None without a school zone."""
        numbers = public_holidays.school_days(self.school_zone)
        return pd.Timestamp(int(numbers[-1]), unit="D") if len(numbers) else None


def as_calendar(calendar: object) -> Calendar:
    """Make a calendar of what people pass.

    Parameters
    ----------
    calendar : None, mapping, Calendar or object
        None is a calendar without any holiday or event. A mapping has keys among `country`,
        `subdivision`, `school_zone`, `language` and `events` (a list of mappings or of
        :class:`Event`, or a DataFrame with a row for each). Any other object is read by its
        attributes of these names.

    Raises
    ------
    ConfigError
        If a key or a value is unknown.
    """
    if calendar is None:
        return Calendar()
    if isinstance(calendar, Calendar):
        return calendar
    if isinstance(calendar, Mapping):
        for key in calendar:
            check_known(str(key), _KEYS, where="the calendar")
        fields = dict(calendar)
    elif hasattr(calendar, "country"):
        fields = {key: getattr(calendar, key, None) for key in _KEYS}
    else:
        msg = (
            f"calendar: found {type(calendar).__name__}, expected None, a Calendar, or a mapping "
            f"with keys among {', '.join(_KEYS)}"
        )
        raise ConfigError(msg)
    events = read_rows(
        fields.pop("events", None),
        Event,
        lambda row, number: event_of(row, number=number),
        where="events of the calendar",
        one="event {} of the calendar",
    )
    return Calendar(**{k: str(v) for k, v in fields.items() if v is not None}, events=events)


def of_cube(cube: xr.Dataset) -> Calendar:
    """Return the calendar that a cube carries in its attributes.

    Raises
    ------
    ConfigError
        If an attribute is not what :meth:`mining.territory.Territory.cube_attrs` writes.
    """
    text = {key: str(cube.attrs.get(key) or "") for key in _KEYS}
    fields: dict[str, Any] = {k: v for k, v in text.items() if v not in ("", "null")}
    try:
        fields["events"] = json.loads(fields.get("events", "[]"))
    except json.JSONDecodeError as error:
        msg = f"attribute 'events' of the cube: found {text['events'][:40]!r}, expected JSON"
        raise ConfigError(msg) from error
    return as_calendar(fields)


def calendar_of(cube: xr.Dataset, calendar: object) -> Calendar:
    """Return the calendar that a call asks for: ``"cube"`` means the one the cube carries.

    Raises
    ------
    ConfigError
        If it is another text, or nothing that :func:`as_calendar` or :func:`of_cube` can read.
    """
    if isinstance(calendar, str):
        if calendar == "cube":
            return of_cube(cube)
        msg = f"calendar: found {calendar!r}, expected 'cube', None, a mapping or a Calendar"
        raise ConfigError(msg)
    return as_calendar(calendar)


def _names(names: Iterable[str] | None) -> tuple[str, ...] | None:
    # A single name is a common slip; its letters are never meant.
    return None if names is None else (names,) if isinstance(names, str) else tuple(names)
