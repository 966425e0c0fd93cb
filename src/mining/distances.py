"""How far sensors stand from each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]

#: Mean radius of the Earth in metres (IUGG).
EARTH = 6_371_008.8


def metres(latitude: Array, longitude: Array, rows: npt.ArrayLike) -> Array:
    """Return the metres from some points to all points, along the great circle.

    Parameters
    ----------
    latitude, longitude : array, shape (point,)
        Degrees; NaN where unknown.
    rows : array of int, shape (row,)
        Which points to measure from.

    Returns
    -------
    array, shape (row, point)
        NaN where either point is unknown.

    Examples
    --------
    >>> metres(np.array([0.0, 1.0, np.nan]), np.zeros(3), [0]).round(1).tolist()
    [[0.0, 111195.1, nan]]
    """
    points = np.radians(np.column_stack((latitude, longitude)).astype("float64"))
    known = np.isfinite(points).all(axis=1)
    start = np.atleast_1d(np.asarray(rows, dtype=np.int64))
    seen = known[start]
    out = np.full((len(start), len(points)), np.nan)
    if seen.any():
        # Takes a second or two to import: only who has coordinates to compare waits for it.
        from sklearn.metrics.pairwise import haversine_distances

        out[np.ix_(seen, known)] = haversine_distances(points[start[seen]], points[known]) * EARTH
    return out
