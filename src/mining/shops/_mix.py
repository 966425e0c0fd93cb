"""What stands within a walk of each place: mix, density, diversity."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from sklearn.neighbors import BallTree

from mining.errors import ConfigError, TableError
from mining.shops._prepare import EARTH
from mining.shops._reference import UNKNOWN, Reference

Floats = npt.NDArray[np.floating[Any]]


def places_of(sensors: pd.DataFrame) -> pd.DataFrame:
    """Return where the places are: the mean point of the sensors of each.

    Parameters
    ----------
    sensors : DataFrame
        `place`, `latitude`, `longitude`, a row per sensor, as ``Territory.sensor_table()`` or
        ``cube["sensor"].to_dataframe()`` give it. A sensor stands in one place: ``places.csv``
        that puts it in two is refused when the territory is loaded.

    Returns
    -------
    DataFrame
        Index `place`, sorted; `latitude`, `longitude`, NaN where no sensor has coordinates.
    """
    named = sensors[sensors["place"].astype(str) != ""]
    return named.groupby("place")[["latitude", "longitude"]].mean().sort_index()


def around(
    establishments: pd.DataFrame,
    places: pd.DataFrame,
    tables: Reference,
    *,
    radius: float = 300.0,
) -> xr.Dataset:
    """Count the establishments within a walking radius of each place, by family.

    Parameters
    ----------
    establishments : DataFrame
        From :func:`prepare`; those without a point are in no circle.
    places : DataFrame
        Index place; `latitude`, `longitude` in degrees, NaN where unknown.
    tables : Reference
        From :func:`reference`.
    radius : float
        Metres, along the great circle.

    Returns
    -------
    Dataset
        `count` (place, family); `total` (place) of the known families, `unknown` (place) beside
        it; `density` (place), establishments a hectare; `shannon` and `hill` (place), see
        :func:`shannon` and :func:`hill`. A place without coordinates is NaN throughout; one
        without an establishment counts zero, and its diversity is NaN. Exact figures: what is
        published goes through :func:`publish`.

    Raises
    ------
    ConfigError
        If the radius is not a length, or a place is there twice.
    """
    if not 0 < radius < np.inf:
        raise ConfigError(f"radius: found {radius!r}, expected metres, more than 0")
    if not places.index.is_unique:
        double = places.index[places.index.duplicated()][0]
        raise ConfigError(f"places: {double!r} is there twice")
    families = [*map(str, tables.families.index), UNKNOWN]
    found = _counts(establishments, places, radius, families)
    known = found[:, :-1]
    total = known.sum(axis=1)
    diversity = shannon(known)
    out = xr.Dataset(
        {
            "count": (("place", "family"), known),
            "total": ("place", total),
            "unknown": ("place", found[:, -1]),
            "density": ("place", total / (np.pi * radius**2 / 1e4)),
            "shannon": ("place", diversity),
            "hill": ("place", np.exp(diversity)),
        },
        coords={"place": [str(p) for p in places.index], "family": families[:-1]},
        attrs={"radius": float(radius)},
    )
    out["density"].attrs = {"long_name": "establishments within the radius", "units": "ha-1"}
    return out


def _counts(
    establishments: pd.DataFrame, places: pd.DataFrame, radius: float, families: list[str]
) -> Floats:
    """Return the establishments within the radius, shape (place, family)."""
    if "family" not in establishments:
        raise TableError("establishments: no column 'family', call mining.shops.prepare first")
    family = pd.Index(families).get_indexer(pd.Index(establishments["family"]))
    out = np.full((len(places), len(families)), np.nan)
    here = places[["latitude", "longitude"]].notna().all(axis=1).to_numpy()
    near = inside(establishments, places[here], radius).to_numpy()
    out[here] = [np.bincount(family[mine], minlength=len(families)) for mine in near.T]
    return out


def inside(establishments: pd.DataFrame, places: pd.DataFrame, radius: float) -> pd.DataFrame:
    """Return which establishments (rows) stand within the radius of which place (columns).

    Parameters
    ----------
    establishments : DataFrame
        `latitude`, `longitude`, NaN where unknown: these are within no circle.
    places : DataFrame
        Index place; `latitude`, `longitude`, none of them NaN.
    radius : float
        Metres, along the great circle.
    """
    points = establishments[["latitude", "longitude"]].to_numpy(dtype="float64")
    placed = np.flatnonzero(np.isfinite(points).all(axis=1))
    out = np.zeros((len(points), len(places)), dtype=bool)
    if len(placed) and len(places):
        tree = BallTree(np.radians(points[placed]), metric="haversine")
        spots = np.radians(places[["latitude", "longitude"]].to_numpy(dtype="float64"))
        for column, near in enumerate(tree.query_radius(spots, radius / EARTH)):
            out[placed[near], column] = True
    return pd.DataFrame(out, establishments.index, [str(p) for p in places.index])


def shannon(counts: Floats) -> Floats:
    r"""Return Shannon's index of diversity of each row, in nats.

    Parameters
    ----------
    counts : ndarray, shape (..., family)
        Establishments by family.

    Returns
    -------
    ndarray, shape (...)
        NaN where there is none.

    Notes
    -----
    .. math:: H = -\sum_f p_f \ln p_f

    References
    ----------
    Shannon, *A mathematical theory of communication*, Bell System Technical Journal 27 (1948).
    """
    counts = np.asarray(counts, dtype="float64")
    total = counts.sum(axis=-1, keepdims=True)
    share = np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
    log = np.log(share, out=np.zeros(share.shape), where=share > 0)
    return np.asarray(0.0 - (share * log).sum(axis=-1))


def hill(counts: Floats, order: float = 1.0) -> Floats:
    """Return Hill's number: how many equally common families would be as diverse.

    Parameters
    ----------
    counts : ndarray, shape (..., family)
        Establishments by family.
    order : float
        0 counts the families, 1 is the exponential of Shannon's index, 2 the inverse of Simpson's.

    References
    ----------
    Hill, *Diversity and evenness: a unifying notation and its consequences*, Ecology 54 (1973).

    Examples
    --------
    >>> hill([2.0, 2.0, 2.0, 0.0]).round(6).item()
    3.0
    """
    if order == 1:
        return np.exp(shannon(counts))
    counts = np.asarray(counts, dtype="float64")
    total = counts.sum(axis=-1, keepdims=True)
    share = np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
    powers = np.power(share, order, out=np.zeros(share.shape), where=share > 0)
    summed = np.where(total[..., 0] > 0, powers.sum(axis=-1), np.nan)
    return np.asarray(summed ** (1 / (1 - order)))
