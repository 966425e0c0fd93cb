"""Distances between points, against PROJ."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from mining.distances import EARTH, metres


def test_distances_are_those_of_proj_on_a_sphere() -> None:
    latitude = np.array([47.51, 47.52, -36.85, 89.9, 0.0])
    longitude = np.array([6.80, 6.79, 174.76, -120.0, -179.9])
    sphere = pyproj.Geod(a=EARTH, b=EARTH)
    rows = [3, 0]
    found = metres(latitude, longitude, rows)
    for row, seen in zip(rows, found, strict=True):
        here = np.full(5, longitude[row]), np.full(5, latitude[row])
        assert seen == pytest.approx(sphere.inv(*here, longitude, latitude)[2], rel=1e-9, abs=1e-3)


def test_a_point_without_coordinates_is_nowhere() -> None:
    found = metres(np.array([0.0, np.nan, 0.0]), np.array([0.0, 1.0, 2.0]), [0, 1])
    assert np.isnan(found).tolist() == [[False, True, False], [True, True, True]]
    assert np.isnan(metres(np.full(2, np.nan), np.zeros(2), 0)).all()
    assert metres(np.zeros(2), np.zeros(2), []).shape == (0, 2)
