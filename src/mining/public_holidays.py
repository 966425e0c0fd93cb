"""Tables of public holidays and French school holidays, and arithmetic on day numbers.

A day number counts days from 1970-01-01, a Thursday.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.cube import BoolArray
from mining.errors import ConfigError

IntArray = npt.NDArray[np.int64]

#: Zones of French school holidays.
SCHOOL_ZONES = ("A", "B", "C")

#: Cap of the distance to the next or the last holiday, in days.
FAR = 30

#: Exceptional holidays and the day they were announced; before it nobody could know them.
ANNOUNCED = {
    ("AU", "national_day_of_mourning_for_queen_elizabeth_ii"): pd.Timestamp("2022-09-11"),
    ("GB", "coronation_of_charles_iii"): pd.Timestamp("2022-11-06"),
    ("GB", "state_funeral_of_queen_elizabeth_ii"): pd.Timestamp("2022-09-10"),
    ("NZ", "queen_elizabeth_ii_memorial_day"): pd.Timestamp("2022-09-12"),
}


class Holidays(NamedTuple):
    """Days in order, with the name and the stable key of each."""

    numbers: IntArray
    names: tuple[str, ...]
    keys: tuple[str, ...]


NO_HOLIDAYS = Holidays(np.empty(0, dtype="int64"), (), ())


def check_region(country: str | None, subdivision: str | None, school_zone: str | None) -> None:
    """Raise :class:`ConfigError` listing what is possible if one of the three is unknown."""
    if subdivision and not country:
        msg = f"subdivision {subdivision!r} without a country: add country, such as FR or NZ"
        raise ConfigError(msg)
    if country:
        _check_country(country, subdivision)
    if school_zone and school_zone not in SCHOOL_ZONES:
        msg = f"unknown school_zone {school_zone!r}: expected one of {', '.join(SCHOOL_ZONES)}"
        raise ConfigError(msg)
    if school_zone and country != "FR":
        msg = (
            f"school_zone {school_zone!r} with country {country!r}: "
            "school holidays are known for the country FR only, leave school_zone empty"
        )
        raise ConfigError(msg)


@lru_cache(maxsize=64)
def _check_country(country: str, subdivision: str | None) -> None:
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        near = [code for code in sorted(known) if code[0] == country[0]]
        msg = (
            f"unknown country {country!r}: expected a code of two letters (ISO 3166-1) such as FR, "
            f"{', '.join(near) or 'CH, DE, NZ'}"
        )
        raise ConfigError(msg)
    maker = _maker(country)
    if subdivision and subdivision not in {*maker.subdivisions, *maker.subdivisions_aliases}:
        # The package also lists the French school zones, which are not parts of the country.
        codes = [code for code in maker.subdivisions if not code.startswith("Zone ")]
        msg = f"unknown subdivision {subdivision!r} of {country}: expected " + (
            f"one of {', '.join(codes)}, or nothing" if codes else "nothing, it has none"
        )
        raise ConfigError(msg)


def _maker(country: str) -> Any:
    import holidays

    return holidays.country_holidays(country)


def table(
    country: str | None,
    subdivision: str | None,
    language: str,
    around: IntArray,
    known_at: pd.Timestamp | None,
) -> Holidays:
    """Return the holidays around some days, those that were known at a time."""
    if country is None or not len(around):
        return NO_HOLIDAYS
    edges = np.array([around.min() - FAR, around.max() + FAR], dtype="datetime64[D]")
    first, last = (int(y) + 1970 for y in edges.astype("datetime64[Y]").astype("int64"))
    # Whole decades, so that the many windows of a backtest share one table.
    full = _decades(country, subdivision, language, first // 10 * 10, last // 10 * 10 + 9)
    if known_at is None:
        return full
    late = {k for (c, k), when in ANNOUNCED.items() if c == country and when > known_at}
    kept = [i for i, key in enumerate(full.keys) if key not in late]
    return Holidays(
        full.numbers[kept],
        tuple(full.names[i] for i in kept),
        tuple(full.keys[i] for i in kept),
    )


@lru_cache(maxsize=64)
def _decades(
    country: str, subdivision: str | None, language: str, first: int, last: int
) -> Holidays:
    import holidays

    supported = _maker(country).supported_languages
    default = _maker(country).default_language

    def days(tongue: str | None) -> Any:
        # Without an explicit language the package would follow the locale of the machine.
        return holidays.country_holidays(
            country, subdiv=subdivision, years=range(first, last + 1), language=tongue
        )

    named = days(_tongue(language, supported) or default)
    keyed = days(_tongue("en_US", supported) or _tongue("en", supported) or default)
    order = sorted(named)
    return Holidays(
        np.array(order, dtype="datetime64[D]").astype("int64"),
        tuple(str(named[day]) for day in order),
        tuple(holiday_key(keyed.get_list(day)) for day in order),
    )


def speaks(country: str | None, language: str) -> bool:
    """Say whether holidays of a country have names in a language; otherwise its own are given."""
    if country is None:
        return False
    return _tongue(language, _maker(country).supported_languages) is not None


def _tongue(language: str, supported: tuple[str, ...]) -> str | None:
    exact = [code for code in supported if code == language]
    return next(iter(exact + [c for c in supported if c.split("_")[0] == language]), None)


def holiday_key(names: list[str]) -> str:
    """Return the stable key of a day that has these English names: the first in the alphabet.

    Examples
    --------
    >>> holiday_key(["Labor Day", "Ascension Day"])
    'ascension_day'
    >>> holiday_key(["Queen's Birthday"]) == holiday_key(["King's Birthday"])
    True
    """
    # One holiday that changed its name with the sovereign must stay one to a model.
    same = [re.sub(r"^(King|Queen)'s Birthday", "Sovereign's Birthday", n) for n in names]
    plain = [unicodedata.normalize("NFKD", n).replace("'", "").casefold() for n in same]
    # Letters of any alphabet: countries without English names keep their own.
    return min(
        re.sub(r"[^\w]+", "_", "".join(c for c in n if not unicodedata.combining(c))).strip("_")
        for n in plain
    )


@cache
def school_days(zone: str | None) -> IntArray:
    """Return the day numbers of the school holidays of a French zone, in order."""
    if zone is None:
        return np.empty(0, dtype="int64")
    from vacances_scolaires_france import SchoolHolidayDates

    rows = SchoolHolidayDates().data.values()
    days = sorted(row["date"] for row in rows if row[f"vacances_zone_{zone.lower()}"])
    return np.array(days, dtype="datetime64[D]").astype("int64")


def contains(ordered: IntArray, wanted: IntArray) -> BoolArray:
    """Tell which of the wanted numbers stand in an ordered array."""
    return np.isin(wanted, ordered)


def days_to(ordered: IntArray, wanted: IntArray) -> IntArray:
    """Return the days until the next of the ordered numbers, 0 on one, at most `FAR`."""
    ahead = np.append(ordered, np.iinfo("int64").max // 2)
    return np.minimum(ahead[np.searchsorted(ordered, wanted)] - wanted, FAR)


def days_since(ordered: IntArray, wanted: IntArray) -> IntArray:
    """Return the days since the last of the ordered numbers, 0 on one, at most `FAR`."""
    return days_to(-ordered[::-1], -wanted)


def bridges(holidays: IntArray, wanted: IntArray) -> BoolArray:
    """Tell which days are working days alone between days off, at least one a holiday."""

    def off(days: IntArray) -> BoolArray:
        return ((days + 3) % 7 >= 5) | contains(holidays, days)

    # Two neighbours of a working day are not both of a week-end: one of them is a holiday.
    return ~off(wanted) & off(wanted - 1) & off(wanted + 1)


def day_numbers(days: pd.DatetimeIndex) -> IntArray:
    """Return the number of each local day; a time of day or a time zone is dropped."""
    local = pd.DatetimeIndex(days).tz_localize(None)
    return local.to_numpy().astype("datetime64[D]").astype("int64")


def naive(stamp: pd.Timestamp | str) -> pd.Timestamp:
    """Return a local time without its zone."""
    return pd.Timestamp(stamp).tz_localize(None)
