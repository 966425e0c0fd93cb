"""Facts on the weather: of the week shown, of weeks to compare it with, and what it goes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mining.report._clock import DAY, WEEK
from mining.report._compare import year_before

#: Conditions in the order they are told, and what makes one; see :mod:`mining.weather`.
CONDITIONS = ("rain", "heavy_rain", "heat", "frost")
WET, SOAKED, HOT, FROZEN = 1.0, 10.0, 30.0, 0.0
#: Other years whose same weeks tell what is usual, and fewest that are needed.
YEARS, LEAST_YEARS = 10, 3


@dataclass(frozen=True)
class WeatherInputs:
    """Results of the stage ``weather``.

    Attributes
    ----------
    days : DataFrame
        Columns `day` (ISO 8601), `rain` (mm), `tmin`, `tmax`, `tmean` (°C).
    effects : DataFrame
        Columns of :data:`mining.weather.EFFECT_COLUMNS`.
    notes : mapping
        `source`, empty where none is declared; `station`, `name`, `distance` (metres).
    """

    days: pd.DataFrame
    effects: pd.DataFrame
    notes: Mapping[str, object]


@dataclass(frozen=True)
class WeatherWeek:
    """The weather of a week, or what is usual in it.

    Attributes
    ----------
    monday : Timestamp
        First day.
    wet : float
        Days of rain; NaN where a day of the week is not known.
    rain : float
        Rain of the week, mm; NaN likewise.
    warmth : float
        Mean of the maxima of its days, °C; NaN likewise.
    met : tuple of str
        Conditions that some day of it had.
    """

    monday: pd.Timestamp
    wet: float
    rain: float
    warmth: float
    met: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeatherEffect:
    """What days with a condition count at a place, as a share of days without it, less one.

    Attributes
    ----------
    condition : str
        One of :data:`CONDITIONS`.
    effect, low, high : float
        With bounds that hold it 8 times out of 10; NaN where `reason` says why.
    days : int
        Days with the condition that were used.
    share : float
        Share of the days looked at that were used.
    reason : str
        Empty, or a key of ``weather.reason``.
    """

    condition: str
    effect: float
    low: float
    high: float
    days: int
    share: float
    reason: str


@dataclass(frozen=True)
class WeatherFacts:
    """The weather of a territory.

    Attributes
    ----------
    source, station : str
        Key of the source, and name of the station as it stands there.
    distance : float
        Kilometres to the middle of the sensors; NaN where unknown.
    until : Timestamp
        Last day known.
    weeks : mapping
        Monday to its week: the one shown, the one before, and the same one a year earlier, as far
        as known.
    usual : WeatherWeek or None
        Means of the same weeks of other years; `monday` is that of the week shown.
    years : int
        How many years these are.
    effects : mapping
        Place to what weather goes with there, in the order of :data:`CONDITIONS`.
    """

    source: str
    station: str
    distance: float
    until: pd.Timestamp
    weeks: Mapping[pd.Timestamp, WeatherWeek]
    usual: WeatherWeek | None
    years: int
    effects: Mapping[str, tuple[WeatherEffect, ...]] = field(default_factory=dict)


def weather_facts(
    found: WeatherInputs | None, monday: pd.Timestamp | None, places: Sequence[str]
) -> WeatherFacts | None:
    """Return the weather of the week that begins on a Monday, or None where nothing is known.

    Parameters
    ----------
    found : WeatherInputs or None
        Results.
    monday : Timestamp or None
        First day of the week shown.
    places : sequence of str
        Places that are told of.
    """
    if found is None or not found.notes.get("source") or found.days.empty:
        return None
    days = found.days.set_index(pd.to_datetime(found.days["day"])).sort_index()
    earlier = [] if monday is None else _years(monday)
    wanted = [] if monday is None else [monday, monday - WEEK, *earlier[:1]]
    known = {m: week for m in wanted if (week := _week(days, m)) is not None}
    usual, years = (None, 0) if monday is None else _usual(days, monday, earlier)
    distance = found.notes.get("distance")
    return WeatherFacts(
        source=str(found.notes["source"]),
        station=str(found.notes.get("name", "")),
        distance=float(str(distance)) / 1000 if distance is not None else np.nan,
        until=pd.Timestamp(days.index[-1]),
        weeks=known,
        usual=usual,
        years=years,
        effects={p: _effects(found.effects, p) for p in places},
    )


def _years(monday: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the same ISO week of the years before, the nearest first."""
    out: list[pd.Timestamp] = []
    current = year_before(monday)
    while current is not None and len(out) < YEARS:
        out.append(current)
        current = year_before(current)
    return out


def _week(days: pd.DataFrame, monday: pd.Timestamp) -> WeatherWeek | None:
    """Return a week of which rain or warmth is known on every day."""
    week = days.reindex(pd.date_range(monday, monday + 6 * DAY))
    rain, warm, cold = (week[c].to_numpy("float64") for c in ("rain", "tmax", "tmin"))
    if np.isnan(rain).any() and np.isnan(warm).any():
        return None
    whole = not np.isnan(rain).any()
    with np.errstate(invalid="ignore"):
        met = {
            "rain": (rain >= WET).any(),
            "heavy_rain": (rain >= SOAKED).any(),
            "heat": (warm >= HOT).any(),
            "frost": (cold <= FROZEN).any(),
        }
    return WeatherWeek(
        monday,
        float((rain >= WET).sum()) if whole else np.nan,
        float(rain.sum()),
        float(warm.mean()),
        tuple(c for c in CONDITIONS if met[c]),
    )


def _usual(
    days: pd.DataFrame, monday: pd.Timestamp, earlier: Sequence[pd.Timestamp]
) -> tuple[WeatherWeek | None, int]:
    """Return the means of the same weeks of other years, and of how many years."""
    weeks = [week for m in earlier if (week := _week(days, m)) is not None]
    if len(weeks) < LEAST_YEARS:
        return None, 0
    table = np.array([[w.wet, w.rain, w.warmth] for w in weeks])
    enough = (~np.isnan(table)).sum(axis=0) >= LEAST_YEARS
    wet, rain, warmth = (
        float(np.nanmean(c)) if e else np.nan for c, e in zip(table.T, enough, strict=True)
    )
    return WeatherWeek(monday, wet, rain, warmth), len(weeks)


def _effects(table: pd.DataFrame, place: str) -> tuple[WeatherEffect, ...]:
    rows = table[table["place"] == place].to_dict("records")
    ordered = sorted(rows, key=lambda row: CONDITIONS.index(str(row["condition"])))
    return tuple(
        WeatherEffect(
            condition=str(row["condition"]),
            effect=float(row["effect"]),
            low=float(row["low"]),
            high=float(row["high"]),
            days=int(row["days"]),
            share=float(row["share"]),
            reason=str(row["reason"]),
        )
        for row in ordered
    )
