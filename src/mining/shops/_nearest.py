"""Which establishments belong to which place, and how much ground each place has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import BallTree

from mining.shops._prepare import EARTH

Floats = npt.NDArray[np.floating[Any]]

#: Decimals of a degree: places that share a point to about a metre share their establishments.
POINT = 5
#: Corners of the polygon that stands for a circle.
CORNERS = 360


def nearest(establishments: pd.DataFrame, places: pd.DataFrame, radius: float) -> pd.DataFrame:
    """Return which establishments (rows) belong to which place (columns).

    An establishment belongs to the nearest place, where that is within the radius: places share
    none, but for those that stand at one point.

    Parameters
    ----------
    establishments : DataFrame
        `latitude`, `longitude`, NaN where unknown: these belong to no place.
    places : DataFrame
        Index place; `latitude`, `longitude`, none of them NaN.
    radius : float
        Metres, along the great circle.
    """
    points = establishments[["latitude", "longitude"]].to_numpy(dtype="float64")
    placed = np.flatnonzero(np.isfinite(points).all(axis=1))
    spots, at = _spots(places)
    mine = np.full(len(points), -1)
    if len(placed) and len(spots):
        away, which = BallTree(np.radians(spots), metric="haversine").query(
            np.radians(points[placed])
        )
        mine[placed] = np.where(away[:, 0] <= radius / EARTH, which[:, 0], -1)
    inside = mine[:, None] == at[None, :]
    return pd.DataFrame(inside, establishments.index, [str(p) for p in places.index])


def hectares(places: pd.DataFrame, radius: float) -> pd.Series:
    """Return the ground that is nearer to each place than to the others, within the radius.

    Parameters
    ----------
    places : DataFrame
        Index place; `latitude`, `longitude`, none of them NaN.
    radius : float
        Metres.

    Returns
    -------
    Series
        Hectares by place: the circle of a place that stands alone.

    Notes
    -----
    A polygon of as many hectares as the circle is cut by the bisector with each place that is near.
    """
    names = [str(p) for p in places.index]
    spots, at = _spots(places)
    angle = 2 * np.pi * np.arange(CORNERS) / CORNERS
    long = radius * np.sqrt(2 * np.pi / CORNERS / np.sin(2 * np.pi / CORNERS))
    circle = long * np.column_stack([np.cos(angle), np.sin(angle)])
    ground = []
    for spot in spots:
        left = circle
        flat = EARTH * np.array([1.0, np.cos(np.radians(spot[0]))])
        for other in np.radians(spots - spot) * flat:
            if 0 < np.hypot(*other) < 2 * radius:
                left = _cut(left, other)
        across, along = left.T
        twice = across @ np.roll(along, -1) - along @ np.roll(across, -1)
        ground.append(twice / 2 / 1e4)
    return pd.Series(np.array(ground, dtype="float64")[at], pd.Index(names))


def _spots(places: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return the points of places, each once, and at which of them each place stands."""
    points = places[["latitude", "longitude"]].to_numpy(dtype="float64")
    _, first, at = np.unique(points.round(POINT), axis=0, return_index=True, return_inverse=True)
    return points[first], at.ravel()


def _cut(corners: Floats, other: Floats) -> Floats:
    """Return what of a polygon, shape (corner, 2), is nearer to the origin than to a point."""
    beyond = corners @ other - other @ other / 2
    following, after = np.roll(corners, -1, axis=0), np.roll(beyond, -1)
    out = []
    for corner, towards, here, there in zip(corners, following, beyond, after, strict=True):
        if here <= 0:
            out.append(corner)
        if here * there < 0:
            out.append(corner + here / (here - there) * (towards - corner))
    return np.reshape(np.array(out), (-1, 2))
