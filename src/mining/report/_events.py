"""Facts of incidents and of weekly rhythms, taken from the analyses as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._clock import FloatArray
from mining.report._disclosure import StateArray, protect

RECENT_WEEKS = 8
MOST_RECENT = 10
MOST_NOTABLE = 5
#: Labels of places outside every group: unlike any other, or too little known.
APART, UNKNOWN = -2, -1


@dataclass(frozen=True)
class Incident:
    """One incident, in local naive time.

    `few` says that some passed, but fewer than may be shown: the count and the explanation that
    holds it are then left out.
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
class Group:
    """Places with the same weekly rhythm.

    Attributes
    ----------
    name, evidence, contrast : str
        Its name, what sets it apart, and what it is not, in words; empty if unknown.
    stability : float
        How often the group is found again when the data are redrawn, from 0 to 1.
    places : tuple of str
        Its places.
    """

    name: str
    evidence: str
    contrast: str
    stability: float
    places: tuple[str, ...]


@dataclass(frozen=True)
class Rhythm:
    """The usual week of a place and the group it belongs to.

    Attributes
    ----------
    place : str
        Name of the place.
    group : Group or None
        None where the place is in none.
    apart : bool
        Whether it is in none because no other place is like it.
    only_group : bool
        Whether there is one group only, which then says nothing.
    curves : ndarray (3, 24)
        Usual passages by hour: Monday to Friday, Saturday, Sunday; NaN where not to be shown.
    states : ndarray (3, 24)
        One :class:`~mining.report._disclosure.Cell` for each.
    """

    place: str
    group: Group | None
    apart: bool
    only_group: bool
    curves: FloatArray
    states: StateArray


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
    found = [_incident(row, minimum) for _, row in here.iterrows()]
    found.sort(key=lambda i: (i.start, i.end, i.place, i.sensor), reverse=True)
    since = today - pd.Timedelta(weeks=RECENT_WEEKS)
    recent = [i for i in found if i.end > since]
    year = [i for i in found if i.end > today - pd.Timedelta(days=365)]
    rest = [i for i in year if i not in recent[:MOST_RECENT] and np.isfinite(_weight(i))]
    notable = sorted(rest, key=lambda i: (-_weight(i), i.start, i.sensor))[:MOST_NOTABLE]
    return Incidents(tuple(recent[:MOST_RECENT]), len(recent), tuple(notable), len(year))


def _weight(incident: Incident) -> float:
    return abs(incident.observed - incident.expected)


def _incident(row: pd.Series, minimum: int) -> Incident:
    observed = float(row.get("observed", np.nan))
    few = 0 < observed < minimum
    return Incident(
        place=_text(row.get("place")),
        sensor=_text(row.get("sensor")),
        start=_naive(row["start"]),
        end=_naive(row["end"]),
        label=_text(row.get("label")) or "unexplained",
        kind=_text(row.get("kind")),
        observed=0.0 if few else observed,
        expected=float(row.get("expected", np.nan)),
        explanation="" if few else _text(row.get("explanation")),
        few=few,
    )


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def _naive(value: object) -> pd.Timestamp:
    stamp = pd.Timestamp(str(value)) if isinstance(value, str) else pd.Timestamp(value)  # type: ignore[arg-type]
    return stamp.tz_localize(None) if stamp.tzinfo is not None else stamp


def rhythm_of(activity: xr.Dataset | None, place: str, minimum: int) -> Rhythm | None:
    """Return the rhythm of a place, or None where none was found.

    Parameters
    ----------
    activity : Dataset or None
        As :func:`mining.cluster` gives it, by place.
    place : str
        Name on its ``sensor``.
    minimum : int
        Smallest count that may be shown.
    """
    if activity is None or place not in set(activity["sensor"].to_numpy().astype(str)):
        return None
    week = activity["rhythm"].sel(sensor=place).to_numpy().astype("float64")
    if week.size != 168 or np.isnan(week).all():
        return None
    table = week.reshape(7, 24)
    curves = np.full((3, 24), np.nan)
    for row, days in enumerate((slice(0, 5), slice(5, 6), slice(6, 7))):
        known = ~np.isnan(table[days]).all(axis=0)
        curves[row, known] = np.nanmean(table[days][:, known], axis=0)
    shown, states = protect(curves, minimum)
    label = activity["label"].sel(sensor=place).item() if "label" in activity else UNKNOWN
    found = groups(activity)
    return Rhythm(
        place=place,
        group=next((g for g in found if place in g.places), None),
        apart=label == APART,
        only_group=len(found) == 1,
        curves=shown,
        states=states,
    )


def groups(activity: xr.Dataset | None) -> tuple[Group, ...]:
    """Return the groups of places in their canonical order."""
    if activity is None or "label" not in activity or "group" not in activity.dims:
        return ()
    labels = activity["label"].to_numpy()
    sensors = activity["sensor"].to_numpy().astype(str)
    out = []
    for number in range(activity.sizes["group"]):
        members = tuple(str(s) for s in sensors[labels == number])
        if members:
            words = [_of_group(activity, f"group_{k}", number) for k in ("name", "evidence", "not")]
            sure = _of_group(activity, "stability", number)
            stability = float(sure) if sure else float("nan")
            out.append(Group(words[0], words[1], words[2], stability, members))
    return tuple(out)


def _of_group(activity: xr.Dataset, key: str, number: int) -> str:
    return str(activity[key].to_numpy()[number]) if key in activity.variables else ""
