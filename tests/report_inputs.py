"""A small made-up territory whose every figure is known by rule."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.report import ActivityInputs, OpeningTables, ShopTables, WeatherInputs

ZONE = "Europe/Paris"
#: Sensor, place, size.
SENSORS = (
    ("a1", "Rue des Febvres", 10.0),
    ("a2", "Rue des Febvres", 4.0),
    ("b1", "Place Saint-Martin", 1.0),
    ("c1", "Passage du Four", 0.05),
)


def counts(index: pd.DatetimeIndex, size: float) -> np.ndarray:
    """Passages: size x weekday x hour; 5 % more from 2025 on, nothing random."""
    local = index.tz_convert(ZONE)
    hour = np.array([0] * 6 + [2, 6, 12, 15, 20, 30, 40, 35, 30, 32, 38, 45, 40, 20, 10, 6, 4, 2])
    day = np.array([10, 10, 11, 10, 12, 16, 5])
    growth = np.where(local.year <= 2024, 1.0, 1.05)
    return np.round(size * hour[local.hour] * day[local.day_of_week] / 10 * growth)


def cube_of(
    start: str = "2024-01-01",
    end: str = "2025-11-05 06:00",
    sensors: tuple[tuple[str, str, float], ...] = SENSORS,
    *,
    events: list[dict[str, Any]] | None = None,
    **attrs: Any,
) -> xr.Dataset:
    """Return a cube of the territory; `end` is exclusive."""
    index = pd.date_range(start, end, freq="1h", tz=ZONE, inclusive="left").tz_convert("UTC")
    values = pd.DataFrame({s: counts(index, size) for s, _, size in sensors}, index=index)
    table = pd.DataFrame(
        {
            "name": [f"Compteur {s}" for s, _, _ in sensors],
            "place": [p for _, p, _ in sensors],
            "latitude": [47.51 + 0.002 * k for k in range(len(sensors))],
            "longitude": [6.80 + 0.001 * k for k in range(len(sensors))],
        },
        index=[s for s, _, _ in sensors],
    )
    repairs = pd.DataFrame({"exact_duplicate": 3}, index=[sensors[0][0]])
    known = {"territory": "essai", "language": "fr", "events": json.dumps(events or [])}
    return cubes.build(
        values,
        timezone=ZONE,
        step="1h",
        sensors=table,
        repairs=repairs,
        attrs={**known, **attrs},
    )


def silence(cube: xr.Dataset, sensor: str, first: str, last: str) -> xr.Dataset:
    """Return the cube with a sensor missing from `first` to `last` (local, last exclusive)."""
    out = cube.copy(deep=True)
    inside = (out["time"] >= cubes.to_utc(first, ZONE)) & (out["time"] < cubes.to_utc(last, ZONE))
    here = (out["sensor"] == sensor) & inside
    for name, value in (("value", np.nan), ("quality", 3), ("reason", 1)):
        out[name] = out[name].where(~here, value).astype(out[name].dtype)
    return out


def territory(**changes: Any) -> SimpleNamespace:
    """Return what the report asks of a territory."""
    known = {
        "name": "Pays d’essai",
        "language": "fr",
        "licence": "Licence ouverte 2.0",
        "attribution": "Ville d’essai",
        "contact": "donnees@example.org",
        "site": "",
        "simulated": False,
    }
    return SimpleNamespace(**{**known, **changes})


def forecast_of(place_cube: xr.Dataset, days: int = 14) -> xr.Dataset:
    """Return the last week repeated, with bounds at 80 % and 130 % of it."""
    last = pd.DatetimeIndex(place_cube.indexes["time"])[-1]
    times = pd.date_range(last + pd.Timedelta("1h"), periods=24 * days, freq="1h")
    week = place_cube["value"].to_numpy()[:, -168:].astype("float64")
    middle = np.tile(week, days // 7 + 1)[:, : len(times)]
    levels = np.array([0.1, 0.5, 0.9])
    values = np.stack([middle * share for share in (0.8, 1.0, 1.3)], axis=-1)
    names = place_cube["sensor"].to_numpy().astype(str)
    return xr.Dataset(
        {"value": (("sensor", "time", "quantile"), values)},
        coords={"sensor": names, "time": times.to_numpy(), "quantile": levels},
        attrs={"model": "boosting", "step_seconds": 3600},
    )


def totals_of(hours: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return days and weeks of a forecast of places, and of all places under the empty name.

    Bounds of days lie at 90 % and 120 % of the sum of the hours, those of weeks at 95 % and 110 %.
    An ordinary day has 10 % more than the expected one; holidays take away 12 % of it, the recent
    level gives 2 % back.
    """
    local = pd.DatetimeIndex(hours.indexes["time"]).tz_localize("UTC").tz_convert(ZONE)
    middle = hours["value"].sel(quantile=0.5).to_numpy()
    middle = np.vstack([middle.sum(axis=0), middle])
    names = ["", *hours["sensor"].to_numpy().astype(str)]
    day = (local.normalize().tz_localize(None) - local[0].normalize().tz_localize(None)).days
    days = _added(hours, names, middle, np.asarray(day), (0.9, 1.0, 1.2))
    total = days["value"].sel(quantile=0.5).to_numpy()
    effect = np.stack([total * share for share in (-0.12, 0.0, 0.02, 0.0, 0.0)], axis=-1)
    drivers = ["holiday", "season", "recent", "event", "other"]
    days = days.assign(
        usual=(("group", "time"), total * 1.1),
        effect=(("group", "time", "driver"), effect),
    ).assign_coords(driver=drivers)
    first = int(np.argmax(local.hour == 0))
    week = (np.asarray(day)[first:] - day[first]) // 7
    rest = hours.isel(time=slice(first, None))
    return days, _added(rest, names, middle[:, first:], week, (0.95, 1.0, 1.1))


def _added(
    hours: xr.Dataset,
    names: list[str],
    middle: np.ndarray,
    period: np.ndarray,
    shares: tuple[float, float, float],
) -> xr.Dataset:
    _, first, steps = np.unique(period, return_index=True, return_counts=True)
    total = np.add.reduceat(middle, first, axis=1)
    return xr.Dataset(
        {
            "value": (
                ("group", "time", "quantile"),
                np.stack([total * share for share in shares], axis=-1),
            ),
            "expected": (("group", "time"), total),
            "steps": ("time", steps),
        },
        coords={
            "group": names,
            "time": hours["time"].to_numpy()[first],
            "quantile": [0.1, 0.5, 0.9],
        },
        attrs=dict(hours.attrs),
    )


def coverage_of(sensors: list[str]) -> pd.DataFrame:
    """Return what intervals held: 80 % in all, 65 % on special days, 95 % at the last sensor."""
    rows = [("all", "all", 960, 0.8), ("special", "ordinary", 800, 0.83)]
    rows += [("special", "special", 160, 0.65), ("day_ahead", "1", 480, 0.82)]
    rows += [("day_ahead", "2", 480, 0.78), ("hours", "09-12", 120, 0.9)]
    rows += [("sensor", s, 240, 0.95 if s == sensors[-1] else 0.75) for s in sensors]
    table = pd.DataFrame(rows, columns=["by", "key", "n", "coverage"])
    naive = table.assign(model="seasonal_naive", coverage=0.5)
    return pd.concat([table.assign(model="boosting"), naive], ignore_index=True)


def incidents_of(**first: Any) -> pd.DataFrame:
    """Return one recent incident and one of last winter."""
    rows = [
        {
            "id": "i1", "sensor": "a1", "place": "Rue des Febvres",
            "start": "2025-10-20 10:00", "end": "2025-10-20 15:00",
            "label": "works", "kind": "drop", "score": 4.0, "confidence": 0.8,
            "observed": 120.0, "expected": 900.0,
            "explanation": "Le journal signale des travaux : 120 passages au lieu de 900.",
            "neighbours": 1.02, "sensors": "a1", "open": False, "certainty": "unsure",
            "rule": "level", "entry": "", "decided_by": "machine", "expected_low": 800.0,
            "expected_high": 1000.0, "other": "", "action": "add_to_journal",
            **first,
        },
        {
            "id": "i0", "sensor": "b1", "place": "Place Saint-Martin",
            "start": "2025-01-10 00:00", "end": "2025-01-12 00:00",
            "label": "fault", "kind": "silence", "score": 9.0, "confidence": 0.9,
            "observed": 0.0, "expected": 500.0, "explanation": "",
            "neighbours": np.nan, "sensors": "b1", "open": False, "certainty": "sure",
            "rule": "coded", "entry": "", "decided_by": "machine", "expected_low": np.nan,
            "expected_high": np.nan, "other": "", "action": "check_sensor",
        },
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name]).dt.tz_localize(ZONE)
    return frame


def windows_of(incidents: pd.DataFrame) -> xr.Dataset:
    """Return an hour-by-hour window of 48 hours from the start of each incident.

    Expected 10, 20, ... 480 with bounds at 80 % and 120 %; half of it counted, nothing in the
    sixth hour; neighbours at 90 %.
    """
    count = len(incidents)
    start = incidents["start"].dt.tz_convert("UTC").dt.tz_localize(None)
    hours = pd.to_timedelta(np.arange(48), unit="h")
    times = [t for first in start for t in first + hours]
    expected = np.tile(10.0 * np.arange(1, 49), count)
    observed = np.where(np.tile(np.arange(48), count) == 5, np.nan, expected / 2)
    shares = {"expected": 1.0, "low": 0.8, "high": 1.2, "neighbours": 0.9}
    return xr.Dataset(
        {"observed": ("cell", observed)}
        | {name: ("cell", expected * share) for name, share in shares.items()},
        coords={
            "time": ("cell", pd.DatetimeIndex(times).as_unit("ns")),
            "id": ("incident", incidents["id"].to_numpy(dtype=object)),
            "step": ("incident", np.array(["1h"] * count, dtype=object)),
            "cells": ("incident", np.full(count, 48)),
        },
        attrs={"timezone": ZONE},
    )


def impacts_of(**first: Any) -> pd.DataFrame:
    """Return a market that brought 2 000 passages, and works of which nothing can be said."""
    rows = [
        {
            "entry": "m", "type": "market", "title": "Foire d'automne",
            "start": "2025-10-11", "end": "2025-10-12", "observed": 12000.0,
            "expected": 10000.0, "effect": 2000.0, "low": 1500.0, "high": 2500.0,
            "percent": 20.0, "percent_low": 15.0, "percent_high": 25.0, "claimed": True,
            "reason": "controls", "before": -300.0, "before_low": -500.0,
            "before_high": -100.0, "spill": 40.0, "spill_low": -90.0, "spill_high": 160.0,
            **first,
        },
        {
            "entry": "w", "type": "works", "title": "Travaux rue des Febvres",
            "start": "2025-03-03", "end": "2025-03-06", "observed": 5000.0,
            "expected": 5100.0, "effect": -100.0, "low": -900.0, "high": 700.0,
            "percent": -2.0, "percent_low": -18.0, "percent_high": 14.0, "claimed": False,
            "reason": "chance", "before": np.nan, "spill": np.nan,
        },
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name]).dt.tz_localize(ZONE)
    return frame


def unmatched_of(**changes: Any) -> pd.DataFrame:
    """Return one correction that matches no incident."""
    row = {
        "incident": "20240301-a1-zero", "label": "works", "why": "La rue était fermée",
        "by": "service voirie", **changes,
    }  # fmt: skip
    return pd.DataFrame([row])


def activity_of(place_cube: xr.Dataset) -> xr.Dataset:
    """Return the usual week of each place and two groups, the first place alone in the second.

    The second place is between both; the last one left its group and its weekend band.
    """
    names = place_cube["sensor"].to_numpy().astype(str)
    count = len(names)
    rhythm = place_cube["value"].to_numpy()[:, -168 - 78 : -78].astype("float64")
    labels = np.array([0 if k else 1 for k in range(count)])
    moved = np.arange(count) == count - 1
    one = np.ones(count)
    row = {
        "label": labels,
        "between": np.where(np.arange(count) == 1, 1, -1),
        "volume": rhythm.sum(axis=1),
        "moved": moved,
        "label_before": np.where(moved, 1, labels),
        "moved_probability": np.where(moved, 0.97, 0.0),
        "weekend_left": moved,
        "weekend": 0.31 * one, "weekend_low": 0.3 * one, "weekend_high": 0.325 * one,
        "weekend_usual": 0.27 * one, "usual_low": 0.25 * one, "usual_high": 0.29 * one,
        "volume_ratio": np.where(moved, 1.24, 0.99),
        "volume_low": np.where(moved, 1.1, 0.97), "volume_high": np.where(moved, 1.36, 1.01),
        "entries": np.where(moved, "w", ""),
    }  # fmt: skip
    return xr.Dataset(
        {
            "rhythm": (("sensor", "hour_of_week"), rhythm),
            "stability": ("group", [0.91, 0.65]),
            "group_name": ("group", ["commerces du samedi", "bureaux"]),
            "group_evidence": ("group", ["la part du samedi est plus forte qu'ailleurs", ""]),
            "group_not": (
                "group",
                ["part de nuit (23 h - 5 h) : 0,6 fois la moyenne seulement", ""],
            ),
            "membership": (("sensor", "group"), np.tile([0.6, 0.4], (count, 1))),
            "part_share": (("sensor", "part"), np.tile([0.05, 0.2], (count, 1))),
            "part_phrase": ("part", ["part de nuit (23 h - 5 h)", "part du soir (19 h - 23 h)"]),
            **{name: ("sensor", values) for name, values in row.items()},
        },
        coords={
            "sensor": names,
            "hour_of_week": np.arange(168),
            "group": [0, 1],
            "part": ["night", "evening"],
        },
    )


def seasons_of(place_cube: xr.Dataset) -> xr.Dataset:
    """Return one season in which the first place lives 1.5 times beyond chance, and holidays.

    In that season its evenings have 26 % of the week and not 20 %; nothing else exceeds chance.
    """
    names = place_cube["sensor"].to_numpy().astype(str)
    away = np.full((3, len(names)), 0.02)
    away[0, 0] = 0.06
    parts = np.tile([0.05, 0.2], (3, len(names), 1))
    parts[0, 0] = [0.04, 0.26]
    return xr.Dataset(
        {
            "distance": (("period", "sensor"), away),
            "distance_by_chance": (("period", "sensor"), np.full((3, len(names)), 0.04)),
            "part_share": (("period", "sensor", "part"), parts),
        },
        coords={
            "sensor": names,
            "period": ["june_august", "term", "school_holidays"],
            "by": ("period", ["season", "school", "school"]),
            "part": ["night", "evening"],
        },
    )


LABELS = {
    "retail_food": "Commerce alimentaire",
    "dining": "Cafés et restaurants",
    "leisure": "Loisirs, culture et sport",
    "offices": "Bureaux et agences",
}


def shops_of(places: list[str]) -> ShopTables:
    """Return the shops of the places: 12, 20, 0 and 28 at the last; the first is secret.

    Others have 5 food shops, a secret number of restaurants, and no leisure, as a gap tells. One
    area, one commune, one IRIS.
    """
    rows: list[tuple[str, str, str, float, float, float]] = []

    def add(level: str, place: str, numbers: list[float], hill: float, density: float) -> None:
        families = [*LABELS, "total"]
        for family, number in zip(families, numbers, strict=True):
            whole = family == "total"
            told = (hill, density) if whole else (np.nan, np.nan)
            rows.append((level, place, family, number, *told))

    for k, place in enumerate(places):
        if k == len(places) - 1:
            add("place", place, [12, 20, 0, 28, 60], 2.8, 2.1)
        elif k:
            add("place", place, [5, np.nan, 0, 10, 30], 5.2, 1.1)
        else:
            add("place", place, [np.nan, np.nan, 0, np.nan, np.nan], np.nan, np.nan)
    add("area", "1", [30, 40, 10, 0, 80], 2.9, np.nan)
    add("commune", "25388", [42, 103, 62, 300, 507], 3.1, np.nan)
    add("iris", "25388_0101", [17, 72, np.nan, 100, 200], 2.2, np.nan)
    columns = ["level", "place", "family", "count", "hill", "density"]
    counts = pd.DataFrame(rows, columns=columns)
    named = {"reach": 90.0, "stability": 0.91, "character": "dining", "index": 1.8}
    names = pd.DataFrame(
        [
            {"level": "area", "place": "1", "latitude": 47.511, "longitude": 6.8005, **named},
            {"level": "commune", "place": "25388", "name": "Montbéliard"},
        ]
    )
    gap = {"level": "place", "place": places[-1], "family": "leisure", "peers": 0.9, "chance": 0.04}
    return ShopTables(
        counts=counts.assign(share=np.nan, secret=counts["count"].isna()),
        names=names,
        gaps=pd.DataFrame([gap, {**gap, "family": "offices"}, {**gap, "chance": 0.4}]),
        notes={"source": "sirene", "radius": 300.0, "left_out": {"closed": 40, "partial": None}},
        labels=LABELS,
        street=("retail_food", "dining", "leisure"),
    )


def opening_of(places: list[str]) -> OpeningTables:
    """Return a door of the last place: open from 9 h to 12 h, Monday to Saturday.

    100 pass in each hour from 8 h to 20 h, 5 in the others. 40 % go by the closed door.
    """
    place, hours = places[-1], np.arange(168)
    day, hour = hours // 24, hours % 24
    passages = np.where((hour >= 8) & (hour < 20), 100.0, 5.0)
    is_open = (hour >= 9) & (hour < 12) & (day < 6)
    door = {"door": f"{place} – Halle", "place": place}
    week = {"weekday": day, "hour": hour, "passages": passages}
    told = {"days": 2, "minutes": 60, "weekday": "monday"}
    extra = [
        {**door, **told, "hour": 20, "expected": 300.0, "low": 250, "high": 360, "beside": False},
        {**door, **told, "hour": 12, "expected": 100.0, "low": 80, "high": 120, "beside": True},
        {**door, **told, "hour": 8, "expected": 90.0, "low": 7, "high": 95, "beside": True,
         "minutes": 30},
        {**door, **told, "hour": 3, "expected": 5.0, "low": 2, "high": 9, "beside": True},
    ]  # fmt: skip
    quiet = [
        {"place": place, "weekday": d, "start": 6, "end": 8, "expected": e, "low": e - 2.0,
         "high": e + 4.0, "best": d == "sunday"}
        for d, e in (("monday", 30.0), ("tuesday", 25.0), ("sunday", 6.0))
    ]  # fmt: skip
    figures = {"share": 0.4, "low": 0.38, "high": 0.43, "noon": 0.16, "noon_closed": 1.0}
    return OpeningTables(
        doors=pd.DataFrame([{**door, **figures}]),
        week=pd.DataFrame({**door, **week, "closed": np.where(is_open, 0.0, passages)}),
        extra=pd.DataFrame(extra),
        quiet=pd.DataFrame(quiet),
    )


def commerce_of(place_cube: xr.Dataset) -> ActivityInputs:
    """Return everything the page of commercial activity tells."""
    places = place_cube["sensor"].to_numpy().astype(str).tolist()
    return ActivityInputs(
        seasons=seasons_of(place_cube), shops=shops_of(places), opening=opening_of(places)
    )


def weather_of() -> WeatherInputs:
    """Return six years of weather, and its effects at three places.

    Every Tuesday and Friday has 2.4 mm of rain, every day from 5 to 14 degrees; the week of 27
    October 2025 has 12 mm on its Wednesday too, and one degree less.
    """
    days = pd.date_range("2020-01-06", "2025-11-04")
    week = days[(days >= "2025-10-27") & (days <= "2025-11-02")]
    table = pd.DataFrame({"rain": 0.0, "tmin": 5.0, "tmax": 14.0, "tmean": 9.5}, index=days)
    table.loc[days.day_of_week.isin([1, 4]), "rain"] = 2.4
    table.loc["2025-10-29", "rain"] = 12.0
    table.loc[week, "tmax"] -= 1
    told = {
        ("Rue des Febvres", "rain"): (-0.08, -0.104, -0.056, ""),
        ("Rue des Febvres", "heavy_rain"): (-0.2, -0.38, 0.03, "chance"),
        ("Rue des Febvres", "heat"): (0.1, 0.02, 0.18, ""),
        ("Rue des Febvres", "frost"): (np.nan, np.nan, np.nan, "few"),
        ("Place Saint-Martin", "rain"): (0.0102, 0.0031, 0.0173, ""),
        ("Place Saint-Martin", "heavy_rain"): (-0.3, -0.45, -0.12, ""),
        ("Passage du Four", "rain"): (np.nan, np.nan, np.nan, "small"),
    }
    names = ("effect", "low", "high", "reason")
    effects = pd.DataFrame(
        [
            {"place": place, "condition": condition, "days": 40, "share": 0.97,
             "told": not row[-1], **dict(zip(names, row, strict=True))}
            for (place, condition), row in told.items()
        ]
    )  # fmt: skip
    notes = {"source": "meteo_france", "station": "25388001", "name": "MONT", "distance": 3210.0}
    named = table.rename_axis("day").reset_index()
    return WeatherInputs(named.assign(day=days.strftime("%Y-%m-%d")), effects, notes)


def scores_of(cube: xr.Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return scores by sensor and their summary: the model errs by 10 %, a copy by 20 %."""
    names = cube["sensor"].to_numpy().astype(str)
    errors = {"boosting": 100.0, "seasonal_naive": 200.0}
    scores = pd.DataFrame(
        [
            {
                "model": model, "cutoff": pd.Timestamp("2025-10-01"), "sensor": name,
                "day_ahead": 1, "n": 24, "actual": 1000.0, "abs_error": error,
                "pinball": 3.0, "covered": 18,
            }
            for model, error in errors.items()
            for name in names
        ]
    )  # fmt: skip
    summary = pd.DataFrame(
        [
            {
                "panel": "all", "model": model, "wape": error / 1000, "mase": error / 200,
                "pinball": error / 30, "coverage": 0.75, "origins": 4,
            }
            for model, error in errors.items()
        ]
    )  # fmt: skip
    return scores, summary


def everything(cube: xr.Dataset | None = None) -> dict[str, Any]:
    """Return all arguments of ``mining.report.build`` for the small territory."""
    cube = cube_of() if cube is None else cube
    place_cube = cubes.by_place(cube)
    scores, summary = scores_of(cube)
    sensors = cube["sensor"].to_numpy().astype(str).tolist()
    hours = forecast_of(place_cube)
    days, weeks = totals_of(hours)
    return {
        "territory": territory(),
        "cube": cube,
        "place_cube": place_cube,
        "forecast": hours,
        "days": days,
        "weeks": weeks,
        "served": dict.fromkeys(sensors, "boosting"),
        "coverage": coverage_of(sensors),
        "scores": scores,
        "summary": summary,
        "incidents": incidents_of(),
        "windows": windows_of(incidents_of()),
        "impacts": impacts_of(),
        "unmatched": unmatched_of(),
        "activity": activity_of(place_cube),
        "commerce": commerce_of(place_cube),
        "weather": weather_of(),
    }


def in_english(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a territory whose people and analyses write English.

    Names of places stay: they are names. What analyses write is as short as in the French town.
    """
    told = given["incidents"].assign(
        explanation=["The journal tells of works: 120 passages counted for 900 expected.", ""]
    )
    groups = given["activity"].assign(
        group_name=("group", ["Saturday shops", "offices"]),
        group_evidence=("group", ["the share of Saturday is larger than elsewhere", ""]),
        group_not=("group", ["share of the night (11pm to 5am): only 0.6 times the average", ""]),
        part_phrase=("part", ["share of the night (11pm to 5am)", "share of the evening"]),
    )
    labels = {
        "retail_food": "Food shops", "dining": "Cafés and restaurants",
        "leisure": "Leisure, culture and sport", "offices": "Offices and agencies",
    }  # fmt: skip
    commerce = given["commerce"]
    seasons = commerce.seasons.assign(part_phrase=groups["part_phrase"])
    cube = given["cube"]
    named = [f"Counter {s}" for s in cube["sensor"].to_numpy().astype(str)]
    people = {
        "name": "Trial Town", "language": "en", "licence": "Open Licence 2.0",
        "attribution": "Town of Trial", "contact": "data@example.org",
    }  # fmt: skip
    return {
        **given,
        "territory": territory(**people),
        "cube": cube.assign_coords(name=("sensor", np.array(named, dtype=object))),
        "incidents": told,
        "impacts": given["impacts"].assign(title=["Autumn fair", "Works in the high street"]),
        "unmatched": unmatched_of(why="The street was closed", by="the roads team"),
        "activity": groups,
        "commerce": replace(
            commerce, seasons=seasons, shops=replace(commerce.shops, labels=labels)
        ),
    }
