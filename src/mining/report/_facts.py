"""Facts of a territory: everything its pages say, as figures, before any word is written."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from mining import calendars
from mining import cube as cubes
from mining.report import _confidence as sure
from mining.report._activity_facts import ActivityInputs, activity_facts
from mining.report._calendar import weeks_of
from mining.report._clock import clock
from mining.report._door import Door
from mining.report._explore_courses import exploration
from mining.report._history import history_of
from mining.report._impacts import impacts_of, unmatched_of
from mining.report._incidents import text_of
from mining.report._journal import entries
from mining.report._known import TerritoryFacts, TerritoryLike
from mining.report._place_facts import Inputs, compared, place_facts, whole_facts
from mining.report._quality import quality_rows
from mining.report._rhythms import groups
from mining.report._sensitive import without
from mining.report._trials import coverage_rows, model_rows
from mining.report._weather_facts import WeatherInputs, weather_facts
from mining.report._windows import windows_of
from mining.secrecy import Record
from mining.transparency import Sheets


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
        The cube of places, ``mining.cube.byplace_facts(cube)``.
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
    inputs = Inputs(
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
    quality = quality_rows(cube, table.last_monday())
    places = tuple(
        sure.foreseen(place_facts(inputs, name, members[name]), quality) for name in sorted(members)
    )
    whole = whole_facts(inputs, territory.name, places)
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
        quality=quality,
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
        calendar=weeks_of(cube, compared(table)),
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


def _source(cube: xr.Dataset) -> str:
    source = str(cube.attrs.get("source") or "")
    return source if " " in source else ""  # a bare key tells a reader nothing
