"""Cubes as netCDF-4 files or Zarr folders: reading, and the encodings that write equal bytes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mining.cube._build import validate
from mining.cube._model import REPAIR, SENSOR, TEXT_COORDS, TIME
from mining.errors import ConfigError, CubeError, ForageError

#: Cells of a Zarr chunk: a megabyte of values. Few sensors and long times, because analyses take
#: some sensors, wherever they stand in the cube, over years.
CHUNK = (8, 32_768)


def read(path: Path | str, *, lazy: bool = False) -> xr.Dataset:
    """Read a cube from netCDF-4, or from a folder whose name ends in ``.zarr``.

    Parameters
    ----------
    path : Path or str
        File or folder.
    lazy : bool
        Leave the cells of a Zarr cube on disk until they are asked for, and never keep them: a
        part of such a cube is sent to another process as the name of the folder and a selection.

    Raises
    ------
    CubeError
        If the file is absent, cannot be read, or is not a cube.
    ConfigError
        If a netCDF file is to be read lazily, or Zarr is not installed.
    """
    file = Path(path)
    folder = file.suffix == ".zarr"
    if lazy and not folder:
        raise ConfigError(f"{file}: only a cube in a folder .zarr can be read lazily")
    if not (file.is_dir() if folder else file.is_file()):
        msg = f"{file}: no such cube; run 'dvc repro' (or 'make repro') to make it"
        raise CubeError(msg)
    if folder and find_spec("zarr") is None:
        raise ConfigError(f"{file}: Zarr is not installed; install mining[cluster]")
    try:
        cube = _opened_zarr(file, lazy=lazy) if folder else _loaded(file)
        for name in (*TEXT_COORDS, SENSOR, REPAIR):
            if name in cube.coords:
                cube[name] = cube[name].astype(str)
        return validate(cube)
    except ForageError as error:
        raise CubeError(f"{file}: {error}; make it again") from error
    except Exception as error:  # readers answer damage with errors of many classes
        what = "Zarr folder" if folder else "netCDF-4 file"
        msg = f"{file}: not a readable {what} ({type(error).__name__}); make it again"
        raise CubeError(msg) from error


def _loaded(file: Path) -> xr.Dataset:
    with xr.open_dataset(file, engine="h5netcdf") as handle:
        return handle.load()


def _opened_zarr(folder: Path, *, lazy: bool) -> xr.Dataset:
    # The full path: a worker has another working directory.
    cube = xr.open_dataset(
        folder.resolve(), engine="zarr", consolidated=True, chunks=None, cache=False
    )
    for name in ("quality", "reason"):  # JSON knows no arrays of small numbers
        flags = cube[name].attrs["flag_values"]
        cube[name].attrs["flag_values"] = np.array(flags, dtype="int8")
    if not lazy:
        return cube.load()
    return cube.assign_coords({name: cube[name].compute() for name in cube.coords})


def encoding() -> dict[str, dict[str, Any]]:
    """Return the explicit netCDF encoding that makes equal cubes equal bytes."""
    # A checksum for each chunk: damage inside the data is an error, not another number.
    return _encoded({"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True})


def zarr_encoding() -> dict[str, dict[str, Any]]:
    """Return the explicit Zarr encoding that makes equal cubes equal bytes."""
    import numcodecs

    return _encoded({"compressors": numcodecs.Zstd(level=3, checksum=True), "chunks": CHUNK})


def _encoded(cells: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "value": {"dtype": "float32", "_FillValue": np.float32(np.nan), **cells},
        "quality": {"dtype": "int8", **cells},
        "reason": {"dtype": "int8", **cells},
        "repairs": {"dtype": "int32"},
        TIME: {"dtype": "int64", "units": "seconds since 1970-01-01", "calendar": "standard"},
    }
