"""What a report knows: of a place, and of the territory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from mining.report._activity_facts import ActivityFacts
from mining.report._calendar import WeekDays
from mining.report._compare import Comparison
from mining.report._explore_courses import Exploration
from mining.report._history import History
from mining.report._impacts import Impact, Unmatched
from mining.report._incidents import Incidents
from mining.report._journal import Entry
from mining.report._kept import Kept
from mining.report._outlook import Outlook
from mining.report._quality import SensorQuality
from mining.report._rhythms import Group, Rhythm
from mining.report._totals import Totals
from mining.report._trend import Trend
from mining.report._trials import CoverageRow, ModelRow, PlaceScore
from mining.report._weather_facts import WeatherFacts
from mining.report._weeks import Week
from mining.report._windows import Window
from mining.secrecy import Record
from mining.transparency import Sheets


class TerritoryLike(Protocol):
    """What a report needs to know of a territory."""

    name: str
    language: str
    licence: str
    attribution: str
    contact: str
    site: str
    simulated: bool


@dataclass(frozen=True)
class PlaceFacts:
    """Figures of one page: a place, or the territory as a whole (`name` is then its name).

    Attributes
    ----------
    name : str
        Name of the place.
    sensors : tuple of str
        Its sensors that count passages.
    week : Week or None
        The week at a glance.
    last, year : Comparison
        With the week before, and with the same ISO week last year.
    trend : Trend or None
        Weekly totals.
    outlook : Outlook or None
        Forecast by hour.
    totals : Totals or None
        Expected days and week, with intervals of their own.
    served : tuple of str
        The model that serves each sensor that has a forecast.
    score : PlaceScore or None
        How these models did here.
    kept : Kept or None
        How what earlier editions announced turned out.
    incidents : Incidents or None
        None where none were looked for.
    rhythm : Rhythm or None
        Usual week and group.
    journal, journal_last, journal_year : tuple of Entry
        What the journal says of the week shown, of the week before, and of the same ISO week last
        year.
    index, ordinary_weeks : float, int
        The week where 100 is the median of eight ordinary weeks, NaN where fewer are known, and
        how many of them are.
    sensitive : str
        What makes the place sensitive; nothing finer than a day is then told of it.
    """

    name: str
    sensors: tuple[str, ...]
    week: Week | None
    last: Comparison
    year: Comparison
    trend: Trend | None
    outlook: Outlook | None
    totals: Totals | None
    served: tuple[str, ...]
    score: PlaceScore | None
    kept: Kept | None
    incidents: Incidents | None
    rhythm: Rhythm | None
    journal: tuple[Entry, ...]
    index: float = float("nan")
    ordinary_weeks: int = 0
    sensitive: str = ""
    journal_last: tuple[Entry, ...] = ()
    journal_year: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class TerritoryFacts:
    """Everything the report of a territory says.

    Attributes
    ----------
    name, language, licence, attribution, contact, source : str
        From the territory.
    simulated, hourly : bool
        Whether the data are simulated; whether hours of the day are known.
    today : Timestamp
        Local naive end of the data.
    start : Timestamp
        First local day of the data.
    minimum : int
        Smallest count that may be shown.
    whole : PlaceFacts
        The territory.
    places : tuple of PlaceFacts
        Its places, by name.
    chosen : str
        The model chosen for the territory; empty without a forecast.
    groups, models, coverage, quality
        Rhythms, models tried, what their intervals held, and sensors.
    history : History or None
        Every incident; None where none were looked for.
    windows : mapping
        Curves around incidents, by id.
    impacts : tuple of Impact or None
        What journal entries brought or cost; None where it was not looked for.
    unmatched : tuple of Unmatched
        Corrections that match no incident.
    activity : ActivityFacts
        Groups, change, seasons, shops and opening hours.
    transparency : Sheets or None
        What is stated of sensors and analyses; None where the territory states nothing.
    disclosure : Record
        What this edition and those before it have hidden and told.
    calendar : mapping
        Public and school holidays of the last week, of the week before and of the same ISO week
        last year, by Monday; empty where the territory declares no country.
    exploration : Exploration or None
        Counts of every place by day and hour; None where no place counts passages.
    weather : WeatherFacts or None
        The weather, and what it goes with; None where it is not known.
    coming : tuple of Entry
        Entries of the journal that begin after the data end.
    site : str
        Address under which the report is published, without a slash at its end; empty for none.
    """

    name: str
    language: str
    licence: str
    attribution: str
    contact: str
    source: str
    simulated: bool
    hourly: bool
    today: pd.Timestamp
    start: pd.Timestamp
    minimum: int
    whole: PlaceFacts
    places: tuple[PlaceFacts, ...]
    chosen: str
    groups: tuple[Group, ...]
    models: tuple[ModelRow, ...]
    coverage: tuple[CoverageRow, ...]
    quality: tuple[SensorQuality, ...]
    history: History | None
    windows: Mapping[str, Window]
    impacts: tuple[Impact, ...] | None
    unmatched: tuple[Unmatched, ...]
    activity: ActivityFacts
    transparency: Sheets | None = None
    disclosure: Record = field(default_factory=Record)
    exploration: Exploration | None = None
    weather: WeatherFacts | None = None
    coming: tuple[Entry, ...] = ()
    site: str = ""
    calendar: Mapping[pd.Timestamp, WeekDays] = field(default_factory=dict)
