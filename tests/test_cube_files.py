"""Cubes on disk: what is read is what was written, and damage is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mining import cube as cubes
from mining import writers
from mining.errors import CubeError


def small_cube() -> xr.Dataset:
    """Return two sensors and 400 hours with a gap and a zero."""
    times = pd.date_range("2026-03-01", periods=400, freq="h")
    values = pd.DataFrame({"a": np.arange(400.0), "b": np.arange(400.0)[::-1]}, index=times)
    values.iloc[5, 0] = np.nan
    repairs = pd.DataFrame({"unsorted": [3, 0]}, index=["a", "b"])
    return cubes.build(values, timezone="Europe/Paris", step="1h", repairs=repairs)


def test_round_trip_and_equal_bytes(tmp_path: Path) -> None:
    cube = small_cube()
    first = writers.netcdf(tmp_path / "a.nc", cube, cubes.encoding())
    second = writers.netcdf(tmp_path / "b.nc", cube.copy(deep=True), cubes.encoding())
    assert first.read_bytes() == second.read_bytes()
    back = cubes.read(first)
    xr.testing.assert_equal(back, cube)
    assert back.attrs == cube.attrs
    assert back["quality"].to_numpy()[0, [0, 1, 5]].tolist() == [
        cubes.Quality.ZERO_VALID,
        cubes.Quality.VALID,
        cubes.Quality.MISSING,
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_flipped_byte_of_data_is_told(tmp_path: Path) -> None:
    file = writers.netcdf(tmp_path / "a.nc", small_cube(), cubes.encoding())
    whole = file.read_bytes()
    with xr.open_dataset(file, engine="h5netcdf") as handle:
        expected = handle["value"].to_numpy()
    told = 0
    for place in range(0, len(whole), 97):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = cubes.read(file)["value"].to_numpy()
        except CubeError:
            told += 1
        else:
            np.testing.assert_array_equal(found, expected)
    assert told > 3


def test_an_absent_cube_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(CubeError, match="run 'dvc repro'"):
        cubes.read(tmp_path / "none.nc")
