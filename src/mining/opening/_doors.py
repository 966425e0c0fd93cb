"""When each door is open, minute by minute of the week."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.errors import ConfigError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY, WEEK = 1440, 7 * 1440
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True)
class Door:
    """A place, or a shop of it, and its week.

    Attributes
    ----------
    name : str
        The place, or place and shop.
    place : str
        Place whose passages go by.
    minutes : ndarray of bool, shape (10080,)
        Whether the door is open, from Monday 00:00 on.
    """

    name: str
    place: str
    minutes: npt.NDArray[np.bool_]

    def share(self, start: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.float64]:
        """Return the share of intervals in which the door is open.

        Parameters
        ----------
        start : ndarray of int
            Minute of the week of each interval.
        length : int
            Minutes of an interval.
        """
        summed = np.concatenate([[0], np.cumsum(np.concatenate([self.minutes, self.minutes]))])
        return np.asarray((summed[start + length] - summed[start]) / length)


def doors(hours: pd.DataFrame) -> list[Door]:
    """Return the doors of a table of opening hours.

    Parameters
    ----------
    hours : DataFrame
        `place`, `weekday` (monday to sunday), `opens`, `closes` (HH:MM, local clock) and, where
        hours are those of a shop, `shop`: the columns of ``opening_hours.csv``.

    Returns
    -------
    list of Door
        Sorted by name.

    Raises
    ------
    ConfigError
        If a column is missing or a cell cannot be read; the message names it.

    Notes
    -----
    A door that closes at or before the time it opens closes the next morning, Sunday night running
    into Monday. Hours that overlap are taken together: a door opened twice is open once.
    ``opening_hours.csv`` refuses overlaps of one door when it is read, for there they are slips.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"place": "Halles", "weekday": "sunday", "opens": "22:00", "closes": "02:00"}
    >>> int(doors(pd.DataFrame([row]))[0].minutes[:120].sum())
    120
    """
    for name in ("place", "weekday", "opens", "closes"):
        if name not in hours:
            raise ConfigError(f"opening hours: no column {name!r}")
    shops = hours["shop"] if "shop" in hours else pd.Series("", hours.index)
    open_of: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
    rows = zip(
        *(hours["place"], shops, hours["weekday"], hours["opens"], hours["closes"]), strict=True
    )
    for place, shop, weekday, opens, closes in rows:
        key = (str(place), "" if pd.isna(shop) else str(shop))
        week = open_of.setdefault(key, np.zeros(WEEK, dtype=bool))
        week[_span(str(weekday), str(opens), str(closes))] = True
    found = [
        Door(f"{place} – {shop}" if shop else place, place, week)
        for (place, shop), week in open_of.items()
    ]
    return sorted(found, key=lambda door: door.name)


def _span(weekday: str, opens: str, closes: str) -> npt.NDArray[np.int64]:
    """Return the minutes of the week of one opening."""
    if weekday not in WEEKDAYS:
        expected = f"one of {', '.join(WEEKDAYS)}"
        raise ConfigError(f"opening hours, weekday: found {weekday!r}, expected {expected}")
    start, end = _minute("opens", opens), _minute("closes", closes)
    if start in (end, DAY):
        msg = f"opening hours: found {opens}-{closes}, expected two times (all day is 00:00-24:00)"
        raise ConfigError(msg)
    first = WEEKDAYS.index(weekday) * DAY
    last = end if end > start else end + DAY
    return np.arange(first + start, first + last) % WEEK


def _minute(name: str, clock: str) -> int:
    if not _CLOCK.fullmatch(clock):
        expected = "a time of day such as 09:30, from 00:00 to 24:00"
        raise ConfigError(f"opening hours, {name}: found {clock!r}, expected {expected}")
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
