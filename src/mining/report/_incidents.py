"""Facts of incidents: each of them, and those of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mining.report._door import Door

RECENT_WEEKS = 8
MOST_RECENT = 10
MOST_NOTABLE = 5
YEAR = pd.Timedelta(days=365)


@dataclass(frozen=True)
class Incident:
    """One incident, in local naive time.

    `few` says that fewer passed than may be shown, `unsaid` that the count would give back hidden
    hours: the count and the explanation that holds it are then left out.

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
    few, unsaid : bool
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
    unsaid: bool = False


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


def incidents_of(
    table: pd.DataFrame | None,
    today: pd.Timestamp,
    *,
    places: Sequence[str],
    sensors: Sequence[str],
    minimum: int,
    whole: bool = False,
    door: Door | None = None,
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
    whole : bool
        Whether the page is that of the territory, to which what touches all of it belongs.
    door : Door, optional
        What may be said of the hours it touches.
    """
    if table is None:
        return None
    here = _belong(table, {*places, *sensors}, whole=whole)
    found = latest_first(table[here], minimum, door=door)
    recent = [i for i in found if i.end > today - pd.Timedelta(weeks=RECENT_WEEKS)]
    year = [i for i in found if i.end > today - YEAR]
    rest = [i for i in year if i not in recent[:MOST_RECENT] and np.isfinite(weight(i))]
    notable = sorted(rest, key=lambda i: (-weight(i), i.start, i.sensor))[:MOST_NOTABLE]
    return Incidents(tuple(recent[:MOST_RECENT]), len(recent), tuple(notable), len(year))


def _belong(table: pd.DataFrame, here: set[str], *, whole: bool) -> list[bool]:
    """Tell which rows concern one of these places or sensors."""
    place, sensor, sensors = (
        [text_of(v) for v in table[c]] if c in table else [""] * len(table)
        for c in ("place", "sensor", "sensors")
    )
    return [
        bool(here & {where, one, *several.split(";")}) if one else whole or where in here
        for where, one, several in zip(place, sensor, sensors, strict=True)
    ]


def weight(incident: Incident) -> float:
    """Return how many passages an incident is away from the expected."""
    return abs(incident.observed - incident.expected)


def latest_first(
    table: pd.DataFrame,
    minimum: int,
    counting: frozenset[str] | None = None,
    *,
    door: Door | None = None,
) -> list[Incident]:
    """Return the incidents of a table; sensors outside `counting`, if given, count nothing."""
    found = [_behind(_incident(row, counting), minimum, door) for _, row in table.iterrows()]
    return sorted(found, key=lambda i: (i.start, i.end, i.place, i.sensor, i.id), reverse=True)


def _behind(incident: Incident, minimum: int, door: Door | None) -> Incident:
    """Return what may be said of an incident."""
    if not incident.counts:
        return incident
    sensors = incident.sensors or (() if door is None else tuple(door.clock.ids))
    start, end = incident.start, incident.end
    silent = incident.observed == 0 and incident.label == "fault"
    if door is not None and silent:
        silent = not door.counted(sensors, start, end)
    few = bool(incident.observed < minimum) and not silent
    unsaid = door is not None and not few and not silent and not door.tells(sensors, start, end)
    if door is not None and door.closed(incident.sensors):
        start, end = start.normalize(), end.ceil("D")
        incident = replace(incident, start=start, end=end, explanation="")
    if few or unsaid:
        return replace(incident, observed=0.0, explanation="", few=few, unsaid=unsaid)
    return incident


def _incident(row: pd.Series, counting: frozenset[str] | None) -> Incident:
    sensor = text_of(row.get("sensor"))
    sensors = tuple(s for s in text_of(row.get("sensors")).split(";") if s)
    counts = counting is None or not sensor or sensor in counting
    label = text_of(row.get("label")) or "unexplained"
    words = {k: text_of(row.get(k)) for k in ("id", "certainty", "decided_by", "other", "action")}
    return Incident(
        place=text_of(row.get("place")),
        sensor=sensor,
        start=naive(row["start"]),
        end=naive(row["end"]),
        label=label,
        kind=text_of(row.get("kind")),
        observed=float(row.get("observed", np.nan)),
        expected=float(row.get("expected", np.nan)),
        explanation=text_of(row.get("explanation")),
        sensors=sensors or ((sensor,) if sensor else ()),
        open=bool(row.get("open", False)),
        low=float(row.get("expected_low", np.nan)),
        high=float(row.get("expected_high", np.nan)),
        neighbours=float(row.get("neighbours", np.nan)),
        counts=counts,
        id=words["id"],
        certainty=words["certainty"],
        decided_by=words["decided_by"],
        other=words["other"],
        action=words["action"],
    )


def text_of(value: object) -> str:
    """Return a cell of text; nothing for an absent one."""
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def naive(value: object) -> pd.Timestamp:
    """Return a local time without its offset."""
    stamp = pd.Timestamp(str(value)) if isinstance(value, str) else pd.Timestamp(value)  # type: ignore[arg-type]
    return stamp.tz_localize(None) if stamp.tzinfo is not None else stamp
