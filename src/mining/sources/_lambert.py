"""From the projected coordinates of Sirene to WGS84."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

#: Legal projection of each part of France, by the beginning of the code of the commune.
PROJECTIONS = {
    "971": "EPSG:5490",
    "972": "EPSG:5490",
    "973": "EPSG:2972",
    "974": "EPSG:2975",
    "976": "EPSG:4471",
}
LAMBERT_93 = "EPSG:2154"
#: Metropolitan France and Corsica in Lambert-93, generously: easting, then northing, in metres.
_FRANCE = ((0.0, 1_320_000.0), (6_000_000.0, 7_200_000.0))


def to_degrees(easting: pd.Series, northing: pd.Series, commune: pd.Series) -> pd.DataFrame:
    """Return `latitude` and `longitude` in degrees.

    Parameters
    ----------
    easting, northing : Series of float
        Metres in the legal projection of the commune: Lambert-93 in metropolitan France, a UTM
        zone in each overseas department.
    commune : Series of str
        INSEE codes.

    Returns
    -------
    DataFrame
        NaN where a coordinate is unknown, lies outside France, or the part of France has no
        projection here.

    Notes
    -----
    RGF93 and its overseas sisters are taken to be WGS84: they differ by less than a metre.
    """
    out = pd.DataFrame(np.nan, index=commune.index, columns=["latitude", "longitude"])
    x, y = easting.to_numpy("float64"), northing.to_numpy("float64")
    known = np.isfinite(x) & np.isfinite(y)
    part = commune.str[:3]
    for projection in sorted({LAMBERT_93, *PROJECTIONS.values()}):
        if projection == LAMBERT_93:
            (west, east), (south, north) = _FRANCE
            inside = (x > west) & (x < east) & (y > south) & (y < north)
            here = inside & ~part.str.startswith(("97", "98")).to_numpy()
        else:
            codes = [code for code, name in PROJECTIONS.items() if name == projection]
            here = part.isin(codes).to_numpy()
        here = here & known
        if here.any():
            turn = Transformer.from_crs(projection, "EPSG:4326", always_xy=True)
            longitude, latitude = turn.transform(x[here], y[here])
            found = np.column_stack([latitude, longitude])
            out.loc[here] = np.where(np.isfinite(found), found, np.nan).round(6)
    return out
