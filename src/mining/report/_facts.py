"""Facts of a territory: everything its pages say, as figures, before any word is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import calendars
from mining import cube as cubes
from mining.report._activity_facts import ActivityInputs, activity_facts
from mining.report._bands import index_of, ordinary
from mining.report._calendar import weeks_of
from mining.report._clock import WEEK, Clock, clock
from mining.report._compare import Comparison, compare, year_before, year_on_year
from mining.report._door import Door
from mining.report._explore_courses import exploration
from mining.report._history import history_of
from mining.report._impacts import impacts_of, unmatched_of
from mining.report._incidents import incidents_of, text_of
from mining.report._journal import Entry, during, entries
from mining.report._kept import kept_of
from mining.report._known import PlaceFacts, TerritoryFacts, TerritoryLike
from mining.report._outlook import outlook
from mining.report._quality import quality_rows
from mining.report._rhythms import groups, rhythm_of
from mining.report._sensitive import by_day, without
from mining.report._together import compare_together, trend_together, week_together
from mining.report._totals import TERRITORY, totals_of
from mining.report._trend import trend
from mining.report._trials import coverage_rows, model_rows, place_score
from mining.report._twins import Twins, twins_of, unlike
from mining.report._weather_facts import WeatherInputs, weather_facts
from mining.report._weeks import last_week
from mining.report._windows import windows_of
from mining.secrecy import Record
from mining.transparency import Sheets

NAIVE_MODEL = "seasonal_naive"


@dataclass(frozen=True)
class _Inputs:
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


def facts(
    territory: TerritoryLike,
    cube: xr.Dataset,
    place_cube: xr.Dataset,
    *,
    forecast: xr.Dataset | None = None,
    days: xr.Dataset | None = None,
    weeks: xr.Dataset | None = None,
    served: Mapping[str, str] | None = None,
    scores: pd.DataFrame | None = None,
    summary: pd.DataFrame | None = None,
    coverage: pd.DataFrame | None = None,
    announced: pd.DataFrame | None = None,
    incidents: pd.DataFrame | None = None,
    windows: xr.Dataset | None = None,
    impacts: pd.DataFrame | None = None,
    unmatched: pd.DataFrame | None = None,
    activity: xr.Dataset | None = None,
    commerce: ActivityInputs | None = None,
    weather: WeatherInputs | None = None,
    transparency: Sheets | None = None,
    minimum_count: int = 11,
    sensitive: Mapping[str, str] | None = None,
    before: Record | None = None,
) -> TerritoryFacts:
    """Draw from the analyses every figure a report shows.

    Parameters
    ----------
    territory : TerritoryLike
        Name, language, licence, attribution, contact, and whether the data are simulated.
    cube : Dataset
        Trusted cube of sensors.
    place_cube : Dataset
        The cube of places, ``mining.cube.by_place(cube)``.
    forecast : Dataset, optional
        Hourly forecast of places; None where it was not made or was refused. Its attribute
        ``model`` names the model chosen for the territory.
    days, weeks : Dataset, optional
        Totals of days and of runs of seven days with intervals, by place and, under the empty
        name, of all of them; see :func:`mining.report._totals.totals_of`.
    served : mapping, optional
        Sensor to the name of the model that serves it.
    scores, summary : DataFrame, optional
        Scores of the backtest by model, cutoff, sensor and day ahead, and their table by model.
    coverage : DataFrame, optional
        What the intervals of the backtest held: columns ``model, by, key, n, coverage``.
    announced : DataFrame, optional
        What earlier editions announced, ``promises.csv``.
    incidents : DataFrame, optional
        Incidents; None where none were looked for, empty where none were found.
    windows : Dataset, optional
        Curves around incidents, of :func:`mining.anomaly.windows`.
    impacts : DataFrame, optional
        What each journal entry brought or cost, one row each.
    unmatched : DataFrame, optional
        Corrections that match no incident.
    activity : Dataset, optional
        Rhythms and groups of places.
    commerce : ActivityInputs, optional
        Groups of sensors, seasons, shops and opening hours.
    weather : WeatherInputs, optional
        Weather of the days, and what it goes with.
    transparency : Sheets, optional
        What is stated of sensors and analyses, of :func:`mining.transparency.sheets`.
    minimum_count : int
        Hours with fewer passages are not shown.
    sensitive : mapping, optional
        Place to what makes it sensitive (see ``places.csv``): of these, nothing finer than a day.
    before : Record, optional
        What earlier editions hid and told.

    Returns
    -------
    TerritoryFacts
        Typed facts. Small counts are already hidden in them.
    """
    counting = _counting(cube)
    table = clock(counting if counting.sizes["sensor"] else cube)
    members = _members(counting)
    closed = {p: w for p, w in (sensitive or {}).items() if p in members}
    step = cubes.step_of(cube)
    door = Door(table, members, minimum_count, closed, before or Record(), step)
    inputs = _Inputs(
        clock=table,
        door=door,
        sensitive=closed,
        place_clock=clock(place_cube) if place_cube.sizes["sensor"] else None,
        journal=entries(cube),
        calendar=calendars.of_cube(cube.assign_attrs(events="")),
        forecast=forecast,
        days=days,
        weeks=weeks,
        served=dict(served or {}),
        scores=scores,
        announced=announced,
        incidents=incidents,
        activity=activity,
        minimum=minimum_count,
    )
    # Hours that are drawn limit which sums may be told: curves come first.
    drawn = windows_of(
        windows,
        _levels(incidents, counting),
        minimum_count,
        door=door,
        sensors=_concerned(incidents),
    )
    explored = exploration(door, incidents=incidents, minimum=minimum_count)
    places = tuple(_place(inputs, name, members[name]) for name in sorted(members))
    whole = _whole(inputs, territory.name, places)
    names = dict(zip(cube["sensor"].to_numpy().astype(str), cube["name"].to_numpy(), strict=True))
    chosen = "" if forecast is None else str(forecast.attrs.get("model", ""))
    return TerritoryFacts(
        name=territory.name,
        language=territory.language,
        licence=territory.licence,
        attribution=territory.attribution,
        contact=territory.contact,
        source=_source(cube),
        simulated=bool(territory.simulated) or bool(int(cube.attrs.get("simulated", 0))),
        hourly=table.hourly,
        today=table.today,
        start=table.days[0],
        minimum=minimum_count,
        whole=whole,
        places=places,
        chosen=chosen,
        groups=without(groups(activity), closed),
        models=model_rows(summary, chosen),
        coverage=coverage_rows(coverage, inputs.served, chosen),
        quality=quality_rows(cube, table.last_monday()),
        history=history_of(
            incidents,
            table.today,
            names=names,
            counting=counting["sensor"].to_numpy().astype(str),
            minimum=minimum_count,
            door=door,
        ),
        windows=drawn,
        impacts=impacts_of(impacts, minimum_count, door),
        unmatched=unmatched_of(unmatched),
        activity=activity_facts(activity, counting, commerce, minimum_count, closed),
        transparency=transparency,
        disclosure=door.record(),
        exploration=explored,
        weather=weather_facts(weather, table.last_monday(), tuple(sorted(members))),
        coming=tuple(e for e in inputs.journal if e.start >= table.today),
        site=territory.site,
        calendar=weeks_of(cube, _compared(table)),
    )


def _counting(cube: xr.Dataset) -> xr.Dataset:
    """Return the sensors that count passages; others cannot be added up."""
    kinds = cube["kind"].to_numpy().astype(str)
    return cube.isel(sensor=np.flatnonzero([cubes.kind_of(k).is_count for k in kinds]))


def _levels(incidents: pd.DataFrame | None, counting: xr.Dataset) -> set[str]:
    """Return the ids of incidents of sensors that measure something else than passages."""
    if incidents is None or "id" not in incidents:
        return set()
    counts = {"", *counting["sensor"].to_numpy().astype(str)}
    return set(incidents.loc[~incidents["sensor"].isin(counts), "id"].astype(str))


def _concerned(incidents: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """Return the sensors of each incident by its id, as far as they are told."""
    if incidents is None or "id" not in incidents:
        return {}
    out = {}
    for row in incidents.to_dict("records"):
        several = tuple(s for s in text_of(row.get("sensors")).split(";") if s)
        one = text_of(row.get("sensor"))
        out[str(row["id"])] = several or ((one,) if one else ())
    return out


def _members(cube: xr.Dataset) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for sensor, place in zip(cube["sensor"].to_numpy(), cube["place"].to_numpy(), strict=True):
        if str(place):
            out.setdefault(str(place), []).append(str(sensor))
    return {place: tuple(sensors) for place, sensors in out.items()}


def _place(inputs: _Inputs, name: str, sensors: tuple[str, ...]) -> PlaceFacts:
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


def _with_index(place: PlaceFacts, inputs: _Inputs) -> PlaceFacts:
    """Return a place with its week on a scale where an ordinary week is 100."""
    weekly = place.trend
    if weekly is None:
        return place
    journal = [e for e in inputs.journal if e.touches((place.name,), weekly.sensors)]
    usual = ordinary(weekly.mondays, weekly.now, journal, inputs.calendar)
    index = index_of(float(weekly.now[-1]), usual)
    return replace(place, index=index, ordinary_weeks=usual.size)


def _last(inputs: _Inputs, sensors: tuple[str, ...], common: Mapping[str, Any]) -> Comparison:
    """Compare the last week with the one before, and say whether a holiday fell in one alone."""
    monday = inputs.clock.last_monday()
    if monday is None:
        return compare(inputs.clock, sensors, None, **common)
    found = compare(inputs.clock, sensors, monday - WEEK, **common)
    return replace(found, unlike=unlike(inputs.calendar, monday, monday - WEEK))


def _year(inputs: _Inputs) -> tuple[pd.Timestamp | None, Twins | None]:
    """Return the Monday of the same ISO week a year earlier, and what each day stands beside."""
    monday = inputs.clock.last_monday()
    before = None if monday is None else year_before(monday)
    if monday is None or before is None:
        return None, None
    return before, twins_of(inputs.calendar, monday, before)


def _whole(inputs: _Inputs, name: str, places: tuple[PlaceFacts, ...]) -> PlaceFacts:
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
    inputs: _Inputs,
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
        **_journals(inputs.journal, _compared(table), places, sensors),
    }


def _compared(table: Clock) -> tuple[pd.Timestamp | None, ...]:
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


def _source(cube: xr.Dataset) -> str:
    source = str(cube.attrs.get("source") or "")
    return source if " " in source else ""  # a bare key tells a reader nothing
