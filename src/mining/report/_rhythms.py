"""Facts of weekly rhythms, taken from the analysis as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from mining.report._clock import FloatArray
from mining.report._disclosure import StateArray, protect

#: Labels of places outside every group: unlike any other, or too little known.
APART, UNKNOWN = -2, -1


@dataclass(frozen=True)
class Group:
    """Places with the same weekly rhythm.

    Attributes
    ----------
    name, evidence, contrast : str
        Its name, what sets it apart, and what it is not, in words; empty if unknown.
    stability : float
        How often the group is found again when the data are redrawn, from 0 to 1: the weakest
        of the checks that were made.
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
            known = [c for c in checks_of(activity, number) if np.isfinite(c)]
            weakest = min(known, default=float("nan"))
            out.append(Group(words[0], words[1], words[2], weakest, members))
    return tuple(out)


def checks_of(activity: xr.Dataset, number: int) -> tuple[float, float, float]:
    """Return how often a group is found again: other weeks, fewer sensors, other years."""
    found = [_of_group(activity, f"stability{end}", number) for end in ("", "_sensors", "_years")]
    weeks, sensors, years = (float(f) if f else float("nan") for f in found)
    return weeks, sensors, years


def _of_group(activity: xr.Dataset, key: str, number: int) -> str:
    return str(activity[key].to_numpy()[number]) if key in activity.variables else ""
