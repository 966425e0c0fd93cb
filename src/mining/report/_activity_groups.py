"""Facts of the groups of places: the week of each against the territory, who sits between two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from mining.report._clock import FloatArray
from mining.report._disclosure import Cell, protect
from mining.report._rhythms import APART, UNKNOWN, Group, checks_of, groups

#: Days of each curve: Monday to Friday, Saturday, Sunday.
DAYS = (slice(0, 5), slice(5, 6), slice(6, 7))
HOURS_OF_WEEK = 168


@dataclass(frozen=True)
class Panel:
    """A group and its week.

    Attributes
    ----------
    group : Group
        Name, evidence, stability, places.
    number : int
        Rank of the group, from 0: its sign on the map.
    week : ndarray (3, 24)
        Share of the week's passages in each hour of one such day; NaN where not to be shown.
    checks : tuple of float
        How often it is found again: other weeks, fewer sensors, other years; NaN if not known.
    """

    group: Group
    number: int
    week: FloatArray
    checks: tuple[float, float, float]


@dataclass(frozen=True)
class Between:
    """A place on the border of its group, the other group, and the share of each in it."""

    place: str
    group: str
    other: str
    share: float


@dataclass(frozen=True)
class Weeks:
    """Groups of places by weekly rhythm.

    Attributes
    ----------
    panels : tuple of Panel
        Groups that have places, in their canonical order.
    mean : ndarray (3, 24)
        The territory's week, as that of a panel.
    places : dict of str to int
        Position in `panels` of each place; APART or UNKNOWN where it is in none.
    between : tuple of Between
        Places between two groups, by name.
    usable : int
        Places with a usual week.
    """

    panels: tuple[Panel, ...]
    mean: FloatArray
    places: dict[str, int]
    between: tuple[Between, ...]
    usable: int

    def of(self, label: int) -> tuple[str, ...]:
        """Return the places of a panel, or those apart or unknown."""
        return tuple(p for p, found in self.places.items() if found == label)


def weeks_of(
    activity: xr.Dataset | None, of_sensors: xr.Dataset | None, minimum: int
) -> Weeks | None:
    """Return the groups of places, or None where weeks of hours are not known.

    Parameters
    ----------
    activity : Dataset or None
        Rhythms and groups of places.
    of_sensors : Dataset or None
        Rhythms and groups of sensors, from which the groups of places come: the mean that names
        and evidence speak of is theirs.
    minimum : int
        Smallest number of passages in an hour that may be shown, as a share too.
    """
    if activity is None or not {"label", "rhythm"} <= set(activity):
        return None
    if activity.sizes.get("hour_of_week") != HOURS_OF_WEEK or not activity.sizes["sensor"]:
        return None
    names = activity["sensor"].to_numpy().astype(str)
    labels = activity["label"].to_numpy().astype(int)
    rhythm = activity["rhythm"].to_numpy().astype("float64")
    usable = ~np.isnan(_shares(activity)).all(axis=1) & (labels != UNKNOWN)
    panels: list[Panel] = []
    position: dict[int, int] = {}
    for group in groups(activity):
        mine = np.isin(names, group.places)
        label = int(labels[mine][0])
        position[label] = len(panels)
        week = _hidden(_centre(activity, label, mine), rhythm[mine], minimum)
        panels.append(Panel(group, len(panels), week, checks_of(activity, label)))
    place = {
        str(n): position.get(int(label), int(label) if label == APART else UNKNOWN)
        for n, label in sorted(zip(names, labels, strict=True))
    }
    mean = _hidden(_mean(activity, of_sensors), rhythm[usable], minimum)
    return Weeks(tuple(panels), mean, place, _between(activity, labels), int(usable.sum()))


def _centre(activity: xr.Dataset, label: int, mine: np.ndarray) -> FloatArray:
    """Return the share of the week of one group."""
    if "group_share" in activity:
        return np.asarray(activity["group_share"].to_numpy()[label], dtype="float64")
    return np.asarray(np.nanmean(_shares(activity)[mine], axis=0), dtype="float64")


def _shares(activity: xr.Dataset) -> FloatArray:
    """Return the usual weeks as shares of their total."""
    rhythm = activity["rhythm"].to_numpy().astype("float64")
    total = np.nansum(rhythm, axis=1, keepdims=True)
    return np.asarray(rhythm / np.where(total > 0, total, np.nan), dtype="float64")


def _mean(activity: xr.Dataset, of_sensors: xr.Dataset | None) -> FloatArray:
    """Return the mean share of the rows in which groups were found."""
    rows = activity
    if of_sensors is not None and _names(of_sensors) == _names(activity):
        rows = of_sensors
    known = _shares(rows)[rows["label"].to_numpy() != UNKNOWN]
    if np.isnan(known).all():
        return np.full(HOURS_OF_WEEK, np.nan)
    return np.asarray(np.nanmean(known, axis=0), dtype="float64")


def _names(activity: xr.Dataset) -> list[str]:
    if "group_name" not in activity.variables:
        return []
    return [str(n) for n in activity["group_name"].to_numpy()]


def _hidden(share: FloatArray, rhythm: FloatArray, minimum: int) -> FloatArray:
    """Return mean shares by kind of day and hour, hours of too few passages taken out."""
    passages = by_days(np.nansum(rhythm, axis=0))
    _, states = protect(passages, minimum)
    return np.where(states == Cell.SHOWN, by_days(share), np.nan)


def by_days(week: FloatArray) -> FloatArray:
    """Return a week of 168 hours as the mean hours of each kind of day, (3, 24)."""
    table = week.reshape(7, 24)
    return np.stack([table[days].mean(axis=0) for days in DAYS])


def _between(activity: xr.Dataset, labels: np.ndarray) -> tuple[Between, ...]:
    if "between" not in activity or "membership" not in activity:
        return ()
    names = _names(activity)
    found = []
    for row, other in enumerate(activity["between"].to_numpy().astype(int)):
        label = int(labels[row])
        if other >= 0 and label >= 0:
            share = float(activity["membership"].to_numpy()[row, other])
            place = str(activity["sensor"].to_numpy()[row])
            found.append(Between(place, names[label], names[other], share))
    return tuple(sorted(found, key=lambda b: b.place))
