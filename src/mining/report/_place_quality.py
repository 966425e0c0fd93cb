"""How well a place was counted, and where its sensors are described."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mining.language import Language, clean_name
from mining.report._confidence import recent_hours
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._quality import SensorQuality
from mining.report._quality_tables import sensor_name
from mining.report._site import address
from mining.report._tables import Table
from mining.report._transparency import anchor_of, titles, told_apart

#: Columns of the table, and their names in the catalogue.
STATES = {"counted": "valid", "suspect": "suspect", "missing": "missing", "imputed": "imputed"}


def quality_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return how well the sensors of a place counted in the last week.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        For the states of its sensors.
    words : Language
        Words of the page.

    Returns
    -------
    dict
        `quality_said`: sentences; `quality_table`: each sensor, None where all hours were counted.
    """
    rows = [r for r in found.quality if r.sensor in place.sensors]
    steps = "" if found.hourly else "_steps"
    out: dict[str, Any] = {"quality_said": [], "quality_table": None}
    monday = place.last.now
    if monday is not None and rows and all(r.week for r in rows):
        out["quality_said"].append(_week(rows, monday, steps, words))
        if any(sum(r.week.values()) > r.week["counted"] for r in rows):
            out["quality_table"] = _table(rows, monday, steps, words)
    if rows:
        share = words.share(recent_hours(place, found.quality))
        out["quality_said"].append(words.text(f"reading.quality.recent{steps}", share=share))
    return out


def _week(rows: Sequence[SensorQuality], monday: pd.Timestamp, steps: str, words: Language) -> str:
    total, counted = (
        sum(sum(r.week.values()) for r in rows),
        sum(r.week["counted"] for r in rows),
    )
    week = words.week(monday)
    if counted == total:
        return words.text(f"reading.quality.every{steps}", count=len(rows), week=week)
    unit = "steps" if steps else "hours"
    said: dict[str, Any] = {
        "counted": words.number(counted, unit=unit),
        "total": words.number(total, unit=unit),
    }
    return words.text(f"reading.quality.some{steps}", week=week, **said)


def _table(
    rows: Sequence[SensorQuality], monday: pd.Timestamp, steps: str, words: Language
) -> Table:
    used = [s for s in STATES if s == "counted" or any(r.week[s] for r in rows)]
    columns = (
        words.text("quality.col_sensor"),
        *(words.text(f"quality.state.{STATES[s]}") for s in used),
    )
    return Table(
        words.text(f"reading.quality.caption{steps}", week=words.week(monday)),
        columns,
        tuple((_name(r, rows), *(words.number(r.week[s]) for s in used)) for r in rows),
        unit="steps" if steps else "hours",
    )


def _name(row: SensorQuality, rows: Sequence[SensorQuality]) -> str:
    """Return the name of a sensor, and its id where two of the place share it."""
    name = sensor_name(row)
    twice = sum(sensor_name(r) == name for r in rows) > 1
    return f"{name} ({clean_name(row.sensor)})" if twice else name


def transparency_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return where the sensors of a place are described, and whom to ask.

    Parameters
    ----------
    place : PlaceFacts
        Of which place.
    found : TerritoryFacts
        For the sheets of the territory and its contact.
    words : Language
        Words of the page.

    Returns
    -------
    dict
        `transparency_said`, `transparency_contact`: sentences; `transparency_sheets`: name and
        address of each sheet, from the root of the report.
    """
    contact = (
        words.text("reading.transparency.contact", contact=words.isolate(found.contact))
        if found.contact
        else words.text("reading.transparency.contact_none")
    )
    sheets = _sheets(place, found, words)
    about = (
        words.text("reading.transparency.sheet", count=len(place.sensors))
        if sheets
        else words.text("reading.transparency.none")
    )
    return {
        "transparency_said": about if place.sensors else "",
        "transparency_sheets": sheets,
        "transparency_contact": contact,
    }


def _sheets(place: PlaceFacts, found: TerritoryFacts, words: Language) -> list[tuple[str, str]]:
    if found.transparency is None:
        return []
    here, groups = address("transparency", words), found.transparency.groups
    out = []
    for number, (group, title) in enumerate(zip(groups, titles(groups, words), strict=True), 1):
        names = [words.isolate(name) for s, name in told_apart(group) if s in place.sensors]
        if names:
            label = words.text("reading.transparency.link", title=title, sensors=words.join(names))
            out.append((label, f"{here}#{anchor_of(number, words)}"))
    return out
