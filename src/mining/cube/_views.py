"""What may be taken as truth, and the same counts seen by place or by some sensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.cube._build import build, validate
from mining.cube._model import NUMBER_COORDS, SENSOR, TIME, FloatArray, Quality, kind_of
from mining.cube._time import step_of
from mining.errors import CubeError


def trusted(cube: xr.Dataset) -> xr.DataArray:
    """Return ``value`` where the cell is valid or zero-valid, NaN elsewhere: the only truth."""
    good = cube["quality"].isin([int(Quality.VALID), int(Quality.ZERO_VALID)])
    return cube["value"].where(good)


def observed(cube: xr.Dataset) -> xr.DataArray:
    """Return ``value`` where something was counted, suspect or not; NaN elsewhere."""
    seen = ~cube["quality"].isin([int(Quality.MISSING), int(Quality.IMPUTED)])
    return cube["value"].where(seen)


def by_place(cube: xr.Dataset) -> xr.Dataset:
    """Return the cube of places: the sum of the sensors of each place, all of them needed.

    Only places whose sensors all count (see :data:`KINDS`) are kept. A cell is trusted only where
    every sensor of the place is; it is missing where one is missing, suspect where one is suspect.
    A sensor that was not yet installed counts as missing. Without any such place the cube has no
    sensor at all.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    """
    validate(cube)
    places = cube["place"].to_numpy().astype(str)
    kinds = cube["kind"].to_numpy().astype(str)
    columns: dict[str, FloatArray] = {}
    worst: dict[str, npt.NDArray[np.int8]] = {}
    for place in sorted(set(places) - {""}):
        members = np.flatnonzero(places == place)
        if not all(kind_of(k).is_count for k in kinds[members]):
            continue
        columns[place] = cube["value"].to_numpy()[members].sum(axis=0)
        codes = cube["quality"].to_numpy()[members]
        worst[place] = _worst(codes)
    if not columns:
        return cube.isel({SENSOR: []})
    index = pd.DatetimeIndex(cube.indexes[TIME])
    sensors = pd.DataFrame(
        {
            "name": list(columns),
            "place": list(columns),
            "kind": [str(kinds[places == p][0]) for p in columns],
            **{
                axis: [float(cube[axis].to_numpy()[places == p].mean()) for p in columns]
                for axis in NUMBER_COORDS
            },
        },
        index=list(columns),
    )
    out = build(
        pd.DataFrame(columns, index=index),
        timezone=cube.attrs["timezone"],
        step=step_of(cube),
        sensors=sensors,
        attrs={k: v for k, v in cube.attrs.items() if k != "Conventions"},
    )
    codes = np.stack([worst[str(p)] for p in out[SENSOR].to_numpy()])
    kept = np.where(codes == Quality.VALID, out["quality"].to_numpy(), codes)
    return out.assign(quality=((SENSOR, TIME), kept, out["quality"].attrs))


def _worst(codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the worst code down the first axis: missing, suspect, imputed, valid."""
    out = np.full(codes.shape[1], Quality.VALID, dtype="int8")
    for code in (Quality.IMPUTED, Quality.SUSPECT, Quality.MISSING):
        out[(codes == code).any(axis=0)] = code
    return out


def with_sensors(cube: xr.Dataset, keep: Sequence[str]) -> xr.Dataset:
    """Return the cube of some sensors only, or raise :class:`CubeError` naming the unknown one."""
    known = set(cube[SENSOR].to_numpy().astype(str))
    for sensor in keep:
        if sensor not in known:
            msg = f"unknown sensor {sensor!r}: expected one of {', '.join(sorted(known))}"
            raise CubeError(msg)
    return cube.sel({SENSOR: list(keep)})
