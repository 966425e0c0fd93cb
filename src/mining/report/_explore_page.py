"""The exploration page: what its script draws, and the words it needs, as inert data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from markupsafe import Markup

from mining.language import Language, clean_name
from mining.report._chronicle import label
from mining.report._clock import FloatArray
from mining.report._explore_courses import Exploration
from mining.report._incidents import Incident
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._scripts import FILES, library

#: Files that only this page loads: those of the library, its licence, our script and style.
FOLDER = "scripts"
OWN = (
    "explorer-plot.js",
    "explorer-words.js",
    "explorer.css",
    "explorer.js",
    "uplot-licence.txt",
)
HOUR, DAY = pd.Timedelta("1h"), pd.Timedelta("1D")
_EPOCH = pd.Timestamp("1970-01-01")
_Range: TypeAlias = tuple[int | None, int | None, int | None]
#: Characters that could end the element the data stand in, or a line of a script.
_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def files(source: Callable[[str], str]) -> dict[str, str]:
    """Return the files that the page loads, by relative path; `source` reads a template."""
    known = {name: source(name) for name in OWN} | {name: library(name) for name in FILES}
    return {f"{FOLDER}/{name}": content for name, content in sorted(known.items())}


def page_view(
    found: TerritoryFacts, words: Language, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the template of the page shows.

    Parameters
    ----------
    found : TerritoryFacts
        What the report tells; it has an `exploration`.
    words : Language
        Language of the page.
    addresses : mapping
        Place to its page.
    """
    given = found.exploration
    if given is None:
        msg = "nothing to explore: no place counts passages"
        raise ValueError(msg)
    data = as_json(payload(found, given, words, addresses))
    minimum = words.number(found.minimum)
    notes = ["gaps", "hours" if len(given.hours) else "", "ahead", "incidents"]
    reading = [words.text(f"explore.reading_{key}") for key in notes if key]
    if found.minimum > 1:
        reading.insert(1, words.text("explore.reading_minimum", minimum=minimum))
    return {
        "data": Markup(data),  # noqa: S704 - escaped for the element it stands in
        "names": [clean_name(c.name) for c in given.courses],
        "hourly": bool(len(given.hours)),
        "since": words.text(
            "explore.since",
            day=words.date(given.days[0], weekday=False),
            count=len(given.courses),
        ),
        "reading": reading,
    }


def as_json(content: Any) -> str:
    """Return JSON that stays data wherever it stands in a page: no name in it can end it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPED)


def payload(
    found: TerritoryFacts, given: Exploration, words: Language, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return the data of the page: counts, forecasts, incidents and words.

    Days are numbered from 1970-01-01, hours of the clock likewise. A list of counts is its first
    position and its values, null where nothing is told; a forecast its first time, its lower
    bounds (null below the minimum), its middles (null where nothing is told) and upper bounds.
    """
    facts = {p.name: p for p in found.places}
    position = {c.name: k for k, c in enumerate(given.courses)}
    labels = sorted({label(i, words) for i in given.incidents})
    return {
        "day": _number(given.days[0], DAY),
        "hour": _number(given.hours[0], HOUR) if len(given.hours) else None,
        "minimum": found.minimum,
        "today": _number(found.today, HOUR),
        "places": [
            {
                "name": clean_name(c.name),
                "page": addresses.get(c.name, ""),
                "days": _trimmed(c.days),
                "hours": _trimmed(c.hours),
                "days_ahead": _days_ahead(facts[c.name], found.minimum),
                "hours_ahead": _hours_ahead(facts[c.name], found.minimum),
            }
            for c in given.courses
        ],
        "labels": labels,
        "incidents": [
            _mark(i, position, labels.index(label(i, words)))
            for i in given.incidents
            if i.place in position or not (i.place or i.sensor)
        ],
        "words": _words(words),
    }


def _words(words: Language) -> dict[str, Any]:
    script = {k: words.set(v) for k, v in words.raw("explore.script").items()}
    names = ("days", "short_days", "months", "short_months", "hour_mark", "first_of_month")
    shapes = {k: words.raw(f"format.{k}") for k in (*names, "thousands", "singular")}
    shapes["hours"] = [words.hour(hour) for hour in range(25)]
    return {"script": script, "format": shapes}


def _mark(incident: Incident, position: Mapping[str, int], kind: int) -> list[int | None]:
    """Return place (-1: all), first hour, hour after the last (none while open), and label."""
    end = None if incident.open else _number(incident.end.ceil("h"), HOUR)
    return [position.get(incident.place, -1), _number(incident.start, HOUR), end, kind]


def _number(time: pd.Timestamp, unit: pd.Timedelta) -> int:
    return int((time - _EPOCH) // unit)


def _trimmed(counts: FloatArray) -> list[Any]:
    """Return the first position told, and the values from there to the last one told."""
    there = np.flatnonzero(~np.isnan(counts))
    if not there.size:
        return [0, []]
    first, last = int(there[0]), int(there[-1]) + 1
    return [first, [None if np.isnan(v) else round(v) for v in counts[first:last].tolist()]]


def _days_ahead(place: PlaceFacts, minimum: int) -> list[Any]:
    """Return the expected whole days, in the figures of the place's own page."""
    days = place.totals.days if place.totals else ()
    return _columns(
        {
            _number(t.day, DAY): _range(t.low, t.middle, t.high, minimum, t.unit)
            for t in days
            if t.whole and t.middle >= minimum
        }
    )


def _hours_ahead(place: PlaceFacts, minimum: int) -> list[Any]:
    known = place.outlook
    if known is None or known.daily:
        return _columns({})
    once = ~known.times.duplicated(keep=False)  # the hour that autumn repeats is no single hour
    rows = zip(*(v[once] for v in (known.times, known.low, known.middle, known.high)), strict=True)
    return _columns(
        {
            _number(time, HOUR): _range(low, middle, high, minimum, 1)
            for time, low, middle, high in rows
            if middle >= minimum and np.isfinite(low) and np.isfinite(high)
        }
    )


def _columns(rows: Mapping[int, _Range]) -> list[Any]:
    """Return the first time and, from there on, three lists: lower bound, middle, upper bound."""
    first, last = min(rows, default=0), max(rows, default=-1)
    nothing: _Range = (None, None, None)
    told = [rows.get(time, nothing) for time in range(first, last + 1)]
    return [first, *([row[k] for row in told] for k in range(3))]


def _range(low: float, middle: float, high: float, minimum: int, unit: int) -> _Range:
    lower = None if low < minimum else round(low / unit) * unit
    return lower, round(middle / unit) * unit, round(high / unit) * unit
