"""Facts of commercial activity: rhythms, change, seasons, shops, opening hours, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._activity_change import Change, changes_of
from mining.report._activity_doors import Opening, OpeningTables, opening_of
from mining.report._activity_groups import Weeks, weeks_of
from mining.report._activity_seasons import Seasons, seasons_of
from mining.report._activity_shops import Shops, ShopTables, shops_of


@dataclass(frozen=True)
class Point:
    """Where a place is: the mean of its sensors, in degrees."""

    place: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class ActivityFacts:
    """What the page of commercial activity says; None for each part that was not looked at."""

    weeks: Weeks | None
    changes: tuple[Change, ...] | None
    seasons: Seasons | None
    shops: Shops | None
    opening: Opening | None
    points: tuple[Point, ...]
    without_point: tuple[str, ...]
    phrases: dict[str, str]


@dataclass(frozen=True)
class ActivityInputs:
    """What stages found of commercial activity.

    Attributes
    ----------
    of_sensors : Dataset or None
        Rhythms and groups of sensors.
    seasons : Dataset or None
        Rhythms of places by season and, where known, by school holidays (coordinate ``by``).
    shops : ShopTables or None
        Published tables of establishments.
    opening : OpeningTables or None
        Opening hours against expected passages.
    """

    of_sensors: xr.Dataset | None = None
    seasons: xr.Dataset | None = None
    shops: ShopTables | None = None
    opening: OpeningTables | None = None


def activity_facts(
    activity: xr.Dataset | None,
    counting: xr.Dataset,
    inputs: ActivityInputs | None,
    minimum: int,
) -> ActivityFacts:
    """Draw from the analyses what the page says.

    Parameters
    ----------
    activity : Dataset or None
        Rhythms and groups of places.
    counting : Dataset
        The sensors that count passages, with their places and coordinates.
    inputs : ActivityInputs or None
        The other analyses.
    minimum : int
        Smallest count that may be shown.
    """
    given = inputs or ActivityInputs()
    points, without = _points(counting)
    return ActivityFacts(
        weeks=weeks_of(activity, given.of_sensors, minimum),
        changes=changes_of(activity, counting, minimum),
        seasons=seasons_of(given.seasons, activity),
        shops=shops_of(given.shops),
        opening=opening_of(given.opening, minimum),
        points=points,
        without_point=without,
        phrases=_phrases(activity),
    )


def _points(counting: xr.Dataset) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Return the mean point of the sensors of each place, and the places without any."""
    columns = ("place", "latitude", "longitude")
    rows = pd.DataFrame({c: counting[c].to_numpy() for c in columns})
    rows["place"] = rows["place"].astype(str)
    mean = rows[rows["place"] != ""].groupby("place", sort=True).mean()
    known = np.isfinite(mean.to_numpy(dtype="float64")).all(axis=1)
    points = [Point(str(p), float(la), float(lo)) for p, la, lo in mean[known].itertuples()]
    return tuple(points), tuple(map(str, mean.index[~known]))


def _phrases(activity: xr.Dataset | None) -> dict[str, str]:
    """Return the words of the analysis for each part of the week."""
    if activity is None or "part_phrase" not in activity.variables:
        return {}
    keys, phrases = activity["part"].to_numpy(), activity["part_phrase"].to_numpy()
    return {str(k): str(p) for k, p in zip(keys, phrases, strict=True)}
