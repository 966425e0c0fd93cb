"""Facts of incidents: those of a place, and the history of the territory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

RECENT_WEEKS = 8
MOST_RECENT = 10
MOST_NOTABLE = 5
#: What the page of incidents holds at most: cases in full, rows of other recent ones, marks on the
#: timeline, places, and incidents told of each place.
MOST_CASES, MOST_ROWS, MOST_DRAWN, MOST_PLACES, MOST_TOLD = 10, 30, 150, 40, 3
YEAR = pd.Timedelta(days=365)


@dataclass(frozen=True)
class Incident:
    """One incident, in local naive time.

    `few` says that some passed, but fewer than may be shown: the count and the explanation that
    holds it are then left out.

    Attributes
    ----------
    place, sensor : str
        Where; both empty for the whole territory.
    start, end : Timestamp
        Local; `end` is exclusive.
    label, kind : str
        What it is called, and the kind within.
    observed, expected : float
        Sums of counts, means of other measures; NaN where unknown.
    explanation : str
        One sentence.
    few : bool
        See above.
    id : str
        Its stable name.
    sensors : tuple of str
        Ids of the sensors it concerns.
    open : bool
        Whether it is still going on.
    certainty, decided_by, other, action : str
        As :func:`mining.detect` gives them; empty where they are not known.
    low, high : float
        Band of the expected total.
    neighbours : float
        Median ratio of the neighbours to their usual level.
    counts : bool
        Whether passages were counted, and not something else measured.
    """

    place: str
    sensor: str
    start: pd.Timestamp
    end: pd.Timestamp
    label: str
    kind: str
    observed: float
    expected: float
    explanation: str
    few: bool = False
    id: str = ""
    sensors: tuple[str, ...] = ()
    open: bool = False
    certainty: str = ""
    decided_by: str = ""
    other: str = ""
    action: str = ""
    low: float = np.nan
    high: float = np.nan
    neighbours: float = np.nan
    counts: bool = True


@dataclass(frozen=True)
class Incidents:
    """Incidents of a place or of the territory.

    Attributes
    ----------
    recent : tuple of Incident
        Those that touch the last eight weeks, latest first, ten at most.
    recent_count : int
        How many touch the last eight weeks.
    notable : tuple of Incident
        The five of the last year that weigh most in passages, the recent ones left out.
    year_count : int
        How many touch the last year.
    """

    recent: tuple[Incident, ...]
    recent_count: int
    notable: tuple[Incident, ...]
    year_count: int


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


def incidents_of(
    table: pd.DataFrame | None,
    today: pd.Timestamp,
    *,
    places: Sequence[str],
    sensors: Sequence[str],
    minimum: int,
) -> Incidents | None:
    """Return the incidents of places, or None where none were looked for.

    Parameters
    ----------
    table : DataFrame or None
        As :func:`mining.detect` gives it.
    today : Timestamp
        Local naive end of the data.
    places, sensors : sequence of str
        What belongs to the page.
    minimum : int
        Smallest count that may be shown.
    """
    if table is None:
        return None
    if table.empty:
        return Incidents((), 0, (), 0)
    place = table["place"] if "place" in table else pd.Series("", index=table.index)
    here = table[place.isin(list(places)) | table["sensor"].isin([*places, *sensors])]
    found = _latest_first(here, minimum)
    recent = [i for i in found if i.end > today - pd.Timedelta(weeks=RECENT_WEEKS)]
    year = [i for i in found if i.end > today - YEAR]
    rest = [i for i in year if i not in recent[:MOST_RECENT] and np.isfinite(_weight(i))]
    notable = sorted(rest, key=lambda i: (-_weight(i), i.start, i.sensor))[:MOST_NOTABLE]
    return Incidents(tuple(recent[:MOST_RECENT]), len(recent), tuple(notable), len(year))


def history_of(
    table: pd.DataFrame | None,
    today: pd.Timestamp,
    *,
    names: Mapping[str, str],
    counting: Iterable[str],
    minimum: int,
) -> History | None:
    """Return the history of the territory, or None where no incidents were looked for.

    Parameters
    ----------
    table, today, minimum
        As in :func:`incidents_of`.
    names : mapping
        Id of each sensor to its name.
    counting : iterable of str
        Sensors that count passages; only their figures pass the door as counts.
    """
    if table is None:
        return None
    found = _latest_first(table, minimum, frozenset(counting))
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
    known = [i for i in found if np.isfinite(_weight(i))]
    heavy = sorted(known, key=lambda i: (-_weight(i), i.start, i.sensor))[:MOST_TOLD]
    told = tuple(sorted(heavy, key=lambda i: (i.start, i.end, i.sensor), reverse=True))
    return PlaceHistory(name, by_year, told, len(found))


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _weight(incident: Incident) -> float:
    return abs(incident.observed - incident.expected)


def _latest_first(
    table: pd.DataFrame, minimum: int, counting: frozenset[str] | None = None
) -> list[Incident]:
    found = [_incident(row, minimum, counting) for _, row in table.iterrows()]
    return sorted(found, key=lambda i: (i.start, i.end, i.place, i.sensor, i.id), reverse=True)


def _incident(row: pd.Series, minimum: int, counting: frozenset[str] | None) -> Incident:
    observed = float(row.get("observed", np.nan))
    sensor = text_of(row.get("sensor"))
    sensors = tuple(s for s in text_of(row.get("sensors")).split(";") if s)
    counts = counting is None or not sensor or sensor in counting
    few = counts and 0 < observed < minimum
    label = text_of(row.get("label")) or "unexplained"
    words = {k: text_of(row.get(k)) for k in ("id", "certainty", "decided_by", "other", "action")}
    return Incident(
        place=text_of(row.get("place")),
        sensor=sensor,
        start=naive(row["start"]),
        end=naive(row["end"]),
        label=label,
        kind=text_of(row.get("kind")),
        observed=0.0 if few else observed,
        expected=float(row.get("expected", np.nan)),
        explanation="" if few else text_of(row.get("explanation")),
        few=few,
        sensors=sensors or ((sensor,) if sensor else ()),
        open=bool(row.get("open", False)),
        low=float(row.get("expected_low", np.nan)),
        high=float(row.get("expected_high", np.nan)),
        neighbours=float(row.get("neighbours", np.nan)),
        counts=counts,
        **words,
    )


def text_of(value: object) -> str:
    """Return a cell of text; nothing for an absent one."""
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def naive(value: object) -> pd.Timestamp:
    """Return a local time without its offset."""
    stamp = pd.Timestamp(str(value)) if isinstance(value, str) else pd.Timestamp(value)  # type: ignore[arg-type]
    return stamp.tz_localize(None) if stamp.tzinfo is not None else stamp
