"""Facts of incidents: each of them, and those of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

RECENT_WEEKS = 8
MOST_RECENT = 10
MOST_NOTABLE = 5
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


def incidents_of(
    table: pd.DataFrame | None,
    today: pd.Timestamp,
    *,
    places: Sequence[str],
    sensors: Sequence[str],
    minimum: int,
    whole: bool = False,
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
    """
    if table is None:
        return None
    here = _belong(table, {*places, *sensors}, whole=whole)
    found = latest_first(table[here], minimum)
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
    table: pd.DataFrame, minimum: int, counting: frozenset[str] | None = None
) -> list[Incident]:
    """Return the incidents of a table; sensors outside `counting`, if given, count nothing."""
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
