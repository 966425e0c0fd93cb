"""Facts of the page of incidents: what is open, what ended, the year, and every place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._door import Door
from mining.report._incidents import RECENT_WEEKS, YEAR, Incident, latest_first, weight

#: What the page holds at most: cases in full, rows of other recent ones, marks on the timeline,
#: places, and incidents told of each place.
MOST_CASES, MOST_ROWS, MOST_DRAWN, MOST_PLACES, MOST_TOLD = 10, 30, 150, 40, 3


@dataclass(frozen=True)
class PlaceHistory:
    """What happened at one place, in brief.

    Attributes
    ----------
    name : str
        Its name, or that of a sensor without a place; empty for the whole territory.
    years : tuple of (int, tuple of (str, int))
        Year of the start, latest first, and the incidents of that year by label.
    told : tuple of Incident
        The few that weigh most, latest first.
    count : int
        How many there are.
    """

    name: str
    years: tuple[tuple[int, tuple[tuple[str, int], ...]], ...]
    told: tuple[Incident, ...]
    count: int


@dataclass(frozen=True)
class History:
    """What the page of incidents says.

    Attributes
    ----------
    count : int
        All incidents.
    open, recent, year : tuple of Incident
        Those still going on; those over that touch the last eight weeks; those that touch the
        last 365 days. Latest first.
    places : tuple of PlaceHistory
        The whole territory first, then by name.
    places_left : int
        How many places with incidents are left out.
    """

    count: int
    open: tuple[Incident, ...]
    recent: tuple[Incident, ...]
    year: tuple[Incident, ...]
    places: tuple[PlaceHistory, ...]
    places_left: int = 0


def history_of(
    table: pd.DataFrame | None,
    today: pd.Timestamp,
    *,
    names: Mapping[str, str],
    counting: Iterable[str],
    minimum: int,
    door: Door | None = None,
) -> History | None:
    """Return the history of the territory, or None where no incidents were looked for.

    Parameters
    ----------
    table, today, minimum, door
        As in :func:`incidents_of`.
    names : mapping
        Id of each sensor to its name.
    counting : iterable of str
        Sensors that count passages; only their figures pass the door as counts.
    """
    if table is None:
        return None
    found = latest_first(table, minimum, frozenset(counting), door=door)
    going = tuple(i for i in found if i.open)
    since = today - pd.Timedelta(weeks=RECENT_WEEKS)
    recent = tuple(i for i in found if not i.open and i.end > since)
    year = tuple(i for i in found if i.open or i.end > today - YEAR)
    groups: dict[str, list[Incident]] = {}
    for incident in found:
        groups.setdefault(place_of(incident, names), []).append(incident)
    most = sorted(groups, key=lambda n: (n != "", -len(groups[n]), n))[:MOST_PLACES]
    places = tuple(_place(name, groups[name]) for name in sorted(most))
    return History(len(found), going, recent, year, places, len(groups) - len(most))


def place_of(incident: Incident, names: Mapping[str, str]) -> str:
    """Return where an incident is told: its place, else its sensor; empty for the territory."""
    return incident.place or names.get(incident.sensor, incident.sensor)


def _place(name: str, found: Sequence[Incident]) -> PlaceHistory:
    years = Counter((i.start.year, i.label) for i in found)
    by_year = tuple(
        (
            year,
            tuple(sorted(((k, n) for (y, k), n in years.items() if y == year), key=_most_first)),
        )
        for year in sorted({y for y, _ in years}, reverse=True)
    )
    known = [i for i in found if np.isfinite(weight(i))]
    heavy = sorted(known, key=lambda i: (-weight(i), i.start, i.sensor))[:MOST_TOLD]
    told = tuple(sorted(heavy, key=lambda i: (i.start, i.end, i.sensor), reverse=True))
    return PlaceHistory(name, by_year, told, len(found))


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
