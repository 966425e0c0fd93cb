"""Cubes as netCDF-4 files: reading, and the encoding that writes equal bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mining.cube._build import validate
from mining.cube._model import REPAIR, SENSOR, TEXT_COORDS, TIME
from mining.errors import CubeError, ForageError


def read(path: Path | str) -> xr.Dataset:
    """Read a cube from netCDF-4 into memory.

    Raises
    ------
    CubeError
        If the file is absent, is not netCDF, or is not a cube.
    """
    file = Path(path)
    if not file.is_file():
        msg = f"{file}: no such cube; run 'dvc repro' (or 'make repro') to make it"
        raise CubeError(msg)
    try:
        with xr.open_dataset(file, engine="h5netcdf") as handle:
            cube = handle.load()
    except Exception as error:  # h5netcdf answers damage with errors of many classes
        msg = f"{file}: not a readable netCDF-4 file ({type(error).__name__}); make it again"
        raise CubeError(msg) from error
    for name in (*TEXT_COORDS, SENSOR, REPAIR):
        if name in cube.coords:
            cube[name] = cube[name].astype(str)
    try:
        return validate(cube)
    except ForageError as error:
        raise CubeError(f"{file}: {error}; make it again") from error


def encoding() -> dict[str, dict[str, Any]]:
    """Return the explicit netCDF encoding that makes equal cubes equal bytes."""
    # A checksum for each chunk: damage inside the data is an error, not another number.
    codes = {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True}
    return {
        "value": {"dtype": "float32", "_FillValue": np.float32(np.nan), **codes},
        "quality": {"dtype": "int8", **codes},
        "reason": {"dtype": "int8", **codes},
        "repairs": {"dtype": "int32"},
        TIME: {"dtype": "int64", "units": "seconds since 1970-01-01", "calendar": "standard"},
    }
