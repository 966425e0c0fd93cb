"""Which station tells the weather of a territory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.cube import FloatArray
from mining.distances import metres
from mining.errors import SourceError

#: Share of the days counted that a station must have measured.
ENOUGH = 0.8
#: A station further than this, in metres, tells the weather of another place.
FURTHEST = 50_000.0


@dataclass(frozen=True)
class Station:
    """A station and its days.

    Attributes
    ----------
    number, name : str
        As its source has them.
    distance : float
        Metres to the middle of the sensors; NaN where these have no coordinates.
    days : DataFrame
        Indexed by day (naive, sorted): `rain` (mm), `tmin`, `tmax`, `tmean` (°C).
    """

    number: str
    name: str
    distance: float
    days: pd.DataFrame


def choose(table: pd.DataFrame, middle: tuple[float, float], counted: pd.DatetimeIndex) -> Station:
    """Return the nearest station that measured rain and warmth on most of the days counted.

    Parameters
    ----------
    table : DataFrame
        Days of stations, as a source of weather reads them. One station alone is taken as it is.
    middle : tuple of float
        Latitude and longitude of the territory, degrees; NaN where unknown.
    counted : DatetimeIndex
        Days of the counts.

    Returns
    -------
    Station
        Where none measured the warmth of most days, the nearest that measured their rain.

    Raises
    ------
    SourceError
        If nobody knows where the sensors stand, or no station near enough has enough days.
    """
    posts = table.drop_duplicates("station", keep="last").reset_index(drop=True)
    latitude = np.append(posts["latitude"].to_numpy(), middle[0])
    longitude = np.append(posts["longitude"].to_numpy(), middle[1])
    far = metres(latitude, longitude, np.array([len(posts)]))[0, :-1]
    row = 0 if len(posts) == 1 else _nearest(table, posts, far, counted)
    number = str(posts["station"][row])
    mine = table[table["station"] == number].set_index("day")
    days = mine[["rain", "tmin", "tmax", "tmean"]].sort_index()
    return Station(number, str(posts["name"][row]), float(far[row]), days)


def _nearest(
    table: pd.DataFrame, posts: pd.DataFrame, far: FloatArray, counted: pd.DatetimeIndex
) -> int:
    if not np.isfinite(far).any():
        msg = "weather: no sensor has coordinates, name the station: 'station: \"25388001\"'"
        raise SourceError(msg)
    inside = table[table["day"].isin(counted)]
    known = inside.groupby("station")[["rain", "tmax"]].count() / max(len(counted), 1)
    enough = known.reindex(posts["station"]).fillna(0.0).to_numpy() >= ENOUGH
    near = far <= FURTHEST
    for able in (enough.all(axis=1) & near, enough[:, 0] & near):
        if able.any():
            return int(np.argmin(np.where(able, far, np.inf)))
    msg = (
        f"weather: none of {len(posts)} stations within {FURTHEST / 1000:.0f} km measured rain on "
        f"{ENOUGH:.0%} of the days counted; give the files of these years, or name a station"
    )
    raise SourceError(msg)
