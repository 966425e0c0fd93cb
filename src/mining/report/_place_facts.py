"""Figures of a place, and of the territory as the sum of what its places tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import xarray as xr

from mining import calendars
from mining.report._bands import index_of, ordinary
from mining.report._clock import WEEK, Clock
from mining.report._compare import Comparison, compare, year_before, year_on_year
from mining.report._door import Door
from mining.report._incidents import incidents_of
from mining.report._journal import Entry, during
from mining.report._kept import kept_of
from mining.report._known import PlaceFacts
from mining.report._outlook import outlook
from mining.report._rhythms import rhythm_of
from mining.report._sensitive import by_day
from mining.report._together import compare_together, trend_together, week_together
from mining.report._totals import TERRITORY, totals_of
from mining.report._trend import trend
from mining.report._trials import place_score
from mining.report._twins import Twins, twins_of, unlike
from mining.report._weeks import last_week

NAIVE_MODEL = "seasonal_naive"


@dataclass(frozen=True)
class Inputs:
    """What facts of places are drawn from: counts at the door, and results of the analyses."""

    clock: Clock
    door: Door
    sensitive: Mapping[str, str]
    place_clock: Clock | None
    journal: tuple[Entry, ...]
    calendar: calendars.Calendar
    forecast: xr.Dataset | None
    days: xr.Dataset | None
    weeks: xr.Dataset | None
    served: Mapping[str, str]
    scores: pd.DataFrame | None
    announced: pd.DataFrame | None
    incidents: pd.DataFrame | None
    activity: xr.Dataset | None
    minimum: int


def place_facts(inputs: Inputs, name: str, sensors: tuple[str, ...]) -> PlaceFacts:
    """Return the figures of a place, what may not be told already left out.

    Parameters
    ----------
    inputs : Inputs
        Results of the analyses.
    name : str
        Name of the place.
    sensors : tuple of str
        Its sensors that count passages.
    """
    table, minimum, door = inputs.clock, inputs.minimum, inputs.door
    common: dict[str, Any] = {
        "journal": inputs.journal,
        "places": (name,),
        "minimum": minimum,
        "door": door,
        "place": name,
    }
    found = PlaceFacts(
        name=name,
        week=last_week(table, sensors, minimum, door=door, place=name),
        last=_last(inputs, sensors, common),
        year=year_on_year(table, sensors, *_year(inputs), **common),
        trend=trend(table, sensors, **common),
        rhythm=rhythm_of(inputs.activity, name, minimum),
        sensitive=inputs.sensitive.get(name, ""),
        **_shared(inputs, name, {name: sensors}),
    )
    found = _with_index(found, inputs)
    if found.sensitive:
        found = replace(found, rhythm=None)
    if found.sensitive or (NAIVE_MODEL in found.served and door.hides_lately(name)):
        # A copy of last week would tell its hidden hours.
        return replace(found, outlook=by_day(found.outlook, found.totals, minimum))
    return found


def _with_index(place: PlaceFacts, inputs: Inputs) -> PlaceFacts:
    """Return a place with its week on a scale where an ordinary week is 100."""
    weekly = place.trend
    if weekly is None:
        return place
    journal = [e for e in inputs.journal if e.touches((place.name,), weekly.sensors)]
    usual = ordinary(weekly.mondays, weekly.now, journal, inputs.calendar)
    index = index_of(float(weekly.now[-1]), usual)
    return replace(place, index=index, ordinary_weeks=usual.size)


def _last(inputs: Inputs, sensors: tuple[str, ...], common: Mapping[str, Any]) -> Comparison:
    """Compare the last week with the one before, and say whether a holiday fell in one alone."""
    monday = inputs.clock.last_monday()
    if monday is None:
        return compare(inputs.clock, sensors, None, **common)
    found = compare(inputs.clock, sensors, monday - WEEK, **common)
    return replace(found, unlike=unlike(inputs.calendar, monday, monday - WEEK))


def _year(inputs: Inputs) -> tuple[pd.Timestamp | None, Twins | None]:
    """Return the Monday of the same ISO week a year earlier, and what each day stands beside."""
    monday = inputs.clock.last_monday()
    before = None if monday is None else year_before(monday)
    if monday is None or before is None:
        return None, None
    return before, twins_of(inputs.calendar, monday, before)


def whole_facts(inputs: Inputs, name: str, places: tuple[PlaceFacts, ...]) -> PlaceFacts:
    """Return the figures of the territory: sums of what its places tell."""
    monday = inputs.clock.last_monday()
    last = None if monday is None else monday - WEEK
    year, _ = _year(inputs)
    return PlaceFacts(
        name=name,
        week=week_together(inputs.door, places, inputs.minimum),
        last=compare_together(places, [p.last for p in places], last),
        year=compare_together(places, [p.year for p in places], year),
        trend=trend_together(places),
        rhythm=rhythm_of(inputs.activity, name, inputs.minimum),
        **_shared(inputs, name, {p.name: p.sensors for p in places}, group=TERRITORY),
    )


def _shared(
    inputs: Inputs,
    name: str,
    members: Mapping[str, tuple[str, ...]],
    *,
    group: str | None = None,
) -> dict[str, Any]:
    """Return what is found in the same way for a place and for the territory."""
    table, door = inputs.clock, inputs.door
    places = tuple(members)
    sensors = tuple(s for place in places for s in members[place])
    zone: dict[str, Any] = {"timezone": table.timezone, "minimum": inputs.minimum}
    served = tuple(inputs.served[s] for s in sensors if s in inputs.served)
    return {
        "sensors": sensors,
        "outlook": outlook(inputs.forecast, name, clock=inputs.place_clock, door=door, **zone),
        "totals": totals_of(inputs.days, inputs.weeks, name if group is None else group, **zone),
        "served": tuple(m for m in served if m != "none"),
        "score": place_score(inputs.scores, inputs.served, sensors, NAIVE_MODEL),
        "kept": kept_of(inputs.announced, table, members, minimum=inputs.minimum),
        "incidents": incidents_of(
            inputs.incidents,
            table.today,
            places=places,
            sensors=sensors,
            minimum=inputs.minimum,
            whole=group is not None,
            door=door,
        ),
        **_journals(inputs.journal, compared(table), places, sensors),
    }


def compared(table: Clock) -> tuple[pd.Timestamp | None, ...]:
    """Return the Mondays of the last week, of the week before and of the same week last year."""
    monday = table.last_monday()
    return (None,) * 3 if monday is None else (monday, monday - WEEK, year_before(monday))


def _journals(
    journal: Sequence[Entry],
    mondays: Sequence[pd.Timestamp | None],
    places: Sequence[str],
    sensors: Sequence[str],
) -> dict[str, tuple[Entry, ...]]:
    names = ("journal", "journal_last", "journal_year")
    return {
        name: ()
        if monday is None
        else during(journal, monday, monday + WEEK, places=places, sensors=sensors)
        for name, monday in zip(names, mondays, strict=True)
    }
