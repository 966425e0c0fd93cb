"""Cubes on disk: what is read is what was written, and damage is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mining import cube as cubes
from mining import writers
from mining.errors import ConfigError, CubeError


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


def places_of_data(file: Path) -> list[int]:
    """Return bytes all along the compressed values, codes and reasons of a cube on disk."""
    out: list[int] = []
    with h5py.File(file) as handle:
        for name in ("value", "quality", "reason"):
            for number in range(handle[name].id.get_num_chunks()):
                chunk = handle[name].id.get_chunk_info(number)
                step = max(chunk.size // 8, 1)
                out += range(chunk.byte_offset, chunk.byte_offset + chunk.size, step)
    return out


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_flipped_byte_of_data_is_told(tmp_path: Path) -> None:
    cube = small_cube()
    file = writers.netcdf(tmp_path / "a.nc", cube, cubes.encoding())
    whole = file.read_bytes()
    data = places_of_data(file)
    assert len(data) >= 3 * 8
    for place in (*data, *range(0, len(whole), 1009)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = cubes.read(file)
        except CubeError:
            continue
        # Names and attributes of the file have no sum of control: there the data are whole.
        assert place not in data
        for name in ("value", "quality", "reason"):
            np.testing.assert_array_equal(found[name], cube[name])


def test_an_absent_cube_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(CubeError, match="run 'dvc repro'"):
        cubes.read(tmp_path / "none.nc")


def test_zarr_round_trip_and_equal_bytes(tmp_path: Path) -> None:
    cube = small_cube()
    first = writers.zarr(tmp_path / "a.zarr", cube, cubes.zarr_encoding())
    second = writers.zarr(tmp_path / "b.zarr", cube.copy(deep=True), cubes.zarr_encoding())
    names = sorted(f.relative_to(first) for f in first.rglob("*") if f.is_file())
    assert Path(".zmetadata") in names
    assert names == sorted(f.relative_to(second) for f in second.rglob("*") if f.is_file())
    assert all((first / n).read_bytes() == (second / n).read_bytes() for n in names)
    for back in (cubes.read(first), cubes.read(str(first), lazy=True).load()):
        xr.testing.assert_identical(back, cube)
        assert str(back["quality"].attrs) == str(cube["quality"].attrs)
    # What netCDF gave is written as well, whatever its own encoding was.
    file = writers.netcdf(tmp_path / "a.nc", cube, cubes.encoding())
    third = writers.zarr(tmp_path / "a.zarr", cubes.read(file), cubes.zarr_encoding())
    assert all((third / n).read_bytes() == (second / n).read_bytes() for n in names)


def test_a_lazy_cube_travels_as_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = pd.date_range("2026-03-01", periods=2000, freq="h")
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.integers(0, 9, (2000, 60)), index=times)
    cube = cubes.build(frame, timezone="Europe/Paris", step="1h")
    monkeypatch.chdir(tmp_path)
    writers.zarr(Path("a.zarr"), cube, cubes.zarr_encoding())
    lazy = cubes.read("a.zarr", lazy=True)
    part = lazy.isel(sensor=np.arange(5, 60, 3), time=slice(100, 1900))
    sent = pickle.dumps(part)
    assert part["value"].nbytes == 19 * 1800 * 4
    assert len(sent) < part["value"].nbytes / 2
    monkeypatch.chdir("/")
    got = pickle.loads(sent)  # noqa: S301 - made above
    xr.testing.assert_identical(
        got.load(), cube.isel(sensor=np.arange(5, 60, 3), time=slice(100, 1900))
    )


def test_damage_in_a_zarr_folder_is_told(tmp_path: Path) -> None:
    folder = writers.zarr(tmp_path / "a.zarr", small_cube(), cubes.zarr_encoding())
    chunk = folder / "value" / "0.0"
    whole = chunk.read_bytes()
    for place in np.linspace(20, len(whole) - 1, 5).astype(int).tolist():
        chunk.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        for lazy in (False, True):
            with pytest.raises(CubeError, match=r"a\.zarr"):
                cubes.read(folder, lazy=lazy)
    chunk.unlink()
    with pytest.raises(CubeError, match=r"NaN if and only if .*; make it again"):
        cubes.read(folder)
    with pytest.raises(CubeError, match="run 'dvc repro'"):
        cubes.read(tmp_path / "none.zarr")
    with pytest.raises(ConfigError, match="can be read lazily"):
        cubes.read(tmp_path / "a.nc", lazy=True)
