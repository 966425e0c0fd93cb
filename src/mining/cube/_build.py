"""Make a cube from a wide table, and check that a dataset is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.cube._model import (
    LONG_NAMES,
    NUMBER_COORDS,
    REPAIR,
    SENSOR,
    TEXT_COORDS,
    TIME,
    Aggregate,
    FloatArray,
    Kind,
    Quality,
    Reason,
    kind_of,
)
from mining.cube._time import check_timezone, step_of, time_grid
from mining.errors import CubeError

#: Sensors whose cells are checked at a time.
BLOCK = 64
#: What CF calls the arithmetic of a kind.
_CELL_METHODS: dict[Aggregate, str] = {
    "sum": "time: sum",
    "mean": "time: mean",
    "energy": "time: mean (comment: of the energy)",
    "last": "time: point",
}


def build(
    values: pd.DataFrame,
    *,
    timezone: str,
    step: str | pd.Timedelta,
    sensors: pd.DataFrame | None = None,
    kind: str = "pedestrian",
    repairs: pd.DataFrame | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Make a raw cube from a wide table.

    Parameters
    ----------
    values : DataFrame
        One column per sensor, indexed by UTC time (start of the interval, tz-aware or naive UTC),
        unique; NaN where nothing was counted. Gaps in the index become missing cells.
    timezone : str
        IANA name of the territory's time zone.
    step : str or Timedelta
        Length of the interval, for instance ``"1h"``.
    sensors : DataFrame, optional
        Indexed by sensor id, columns among `TEXT_COORDS` and `NUMBER_COORDS`.
    kind : str
        Kind of every sensor for which `sensors` says nothing.
    repairs : DataFrame, optional
        Counts of rows mended or dropped, index sensor id, one column per sort of repair.
    attrs : mapping, optional
        More global attributes (title, licence, attribution, country, events, ...). Values that
        are not text or numbers are stored as JSON.

    Returns
    -------
    Dataset
        Raw cube: quality is valid, zero-valid or missing. Sensors are sorted by id.

    Raises
    ------
    CubeError
        If the index is not unique or off the grid of `step`.
    ConfigError
        If the time zone or a kind is unknown.
    """
    check_timezone(timezone)
    delta = pd.Timedelta(step)
    index = _utc_index(pd.DatetimeIndex(values.index))
    if index.has_duplicates:
        msg = f"time {index[index.duplicated()][0]} occurs twice; one value per time is expected"
        raise CubeError(msg)
    frame = values.set_axis(index, axis=0).sort_index().sort_index(axis=1)
    frame.columns = frame.columns.astype(str)
    if frame.empty or frame.shape[1] == 0:
        raise CubeError("no measure at all: a cube needs at least one sensor and one time")
    grid = time_grid(frame.index[0], frame.index[-1], delta, timezone)
    off = frame.index.difference(grid)
    if len(off):
        msg = f"time {off[0]} (UTC) is off the grid of {delta} that starts at {grid[0]}"
        raise CubeError(msg)
    array = frame.reindex(grid).to_numpy(dtype="float32").T
    ids = list(frame.columns)
    quality, reason = codes_from_values(array)
    cube = xr.Dataset(
        {
            "value": ((SENSOR, TIME), array),
            "quality": ((SENSOR, TIME), quality),
            "reason": ((SENSOR, TIME), reason),
        },
        coords={SENSOR: ids, TIME: grid.to_numpy("datetime64[ns]")},
    )
    cube = _with_sensor_coords(cube, sensors, kind)
    counts = pd.DataFrame(index=ids) if repairs is None else repairs.reindex(ids).fillna(0)
    cube = cube.assign_coords({REPAIR: np.array([str(c) for c in counts.columns], dtype=str)})
    cube["repairs"] = ((SENSOR, REPAIR), counts.to_numpy(dtype="int32").reshape(len(ids), -1))
    cube.attrs = {
        "Conventions": "CF-1.11",
        "timezone": timezone,
        "step_seconds": int(delta.total_seconds()),
        "simulated": 0,
        **{k: _attribute(v) for k, v in (attrs or {}).items()},
    }
    return _with_cf_attrs(cube)


def codes_from_values(array: FloatArray) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Return the quality and reason that values alone tell: valid, zero-valid or missing."""
    quality = np.where(
        np.isnan(array), Quality.MISSING, np.where(array == 0, Quality.ZERO_VALID, Quality.VALID)
    ).astype("int8")
    reason = np.where(np.isnan(array), Reason.NOT_COUNTED, Reason.NONE).astype("int8")
    return quality, reason


def validate(cube: xr.Dataset) -> xr.Dataset:
    """Check that a dataset is a cube and return it unchanged.

    Raises
    ------
    CubeError
        Naming the first thing that does not follow the data model.
    """
    if not isinstance(cube, xr.Dataset):
        msg = f"not a cube: found {type(cube).__name__}, expected a Dataset of mining.from_table"
        raise CubeError(msg)
    for name in ("value", "quality", "reason"):
        if name not in cube or cube[name].dims != (SENSOR, TIME):
            msg = f"not a cube: expected the variable {name!r} with dimensions (sensor, time)"
            raise CubeError(msg)
    for name in (SENSOR, TIME, *TEXT_COORDS, *NUMBER_COORDS):
        if name not in cube.coords:
            raise CubeError(f"not a cube: expected the coordinate {name!r}")
    for attr in ("timezone", "step_seconds"):
        if attr not in cube.attrs:
            msg = f"not a cube: expected the attribute {attr!r}"
            raise CubeError(msg)
    _validate_axes(cube)
    for start in range(0, cube.sizes[SENSOR], BLOCK):  # some at a time: a cube may be on disk
        few = cube.isel({SENSOR: slice(start, start + BLOCK)})
        missing = few["quality"].to_numpy() == Quality.MISSING
        if not (np.isnan(few["value"].to_numpy()) == missing).all():
            raise CubeError("not a cube: a cell is NaN if and only if its quality is 'missing'")
    return cube


def _validate_axes(cube: xr.Dataset) -> None:
    if not isinstance(cube.indexes.get(TIME), pd.DatetimeIndex) or SENSOR not in cube.indexes:
        raise CubeError("not a cube: expected the coordinates 'sensor' and 'time'")
    if not cube.sizes[SENSOR] or not cube.sizes[TIME]:
        raise CubeError("an empty cube: expected at least one sensor and one time")
    if not cube.indexes[SENSOR].is_unique:
        twice = cube.indexes[SENSOR][cube.indexes[SENSOR].duplicated()][0]
        raise CubeError(f"not a cube: sensor {twice!r} is there twice")
    zone = cube.attrs["timezone"]
    check_timezone(zone)
    times = cube.indexes[TIME]
    if not isinstance(times, pd.DatetimeIndex):
        raise CubeError("not a cube: expected dates on the coordinate 'time'")
    if not times.equals(time_grid(times[0], times[-1], step_of(cube), zone)):
        raise CubeError("not a cube: time is not regular")


def _utc_index(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    naive = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
    return pd.DatetimeIndex(naive.as_unit("ns"))


def _attribute(value: Any) -> str | int | float:
    if isinstance(value, np.generic):  # what a netCDF file gives back for a number
        value = value.item()
    if isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _with_sensor_coords(cube: xr.Dataset, sensors: pd.DataFrame | None, kind: str) -> xr.Dataset:
    ids = [str(s) for s in cube[SENSOR].to_numpy()]
    table = (
        pd.DataFrame(index=ids)
        if sensors is None
        else sensors.set_axis(sensors.index.astype(str), axis=0).reindex(ids)
    )
    defaults = {"name": ids, "kind": kind}
    for column in TEXT_COORDS:
        fallback = pd.Series(defaults.get(column, ""), index=ids)
        text = table[column].fillna(fallback) if column in table else fallback
        cube = cube.assign_coords({column: (SENSOR, [str(t) for t in text])})
    for column in NUMBER_COORDS:
        numbers = table[column] if column in table else pd.Series(np.nan, index=ids)
        cube = cube.assign_coords({column: (SENSOR, numbers.to_numpy(dtype="float64"))})
    for name in set(cube["kind"].to_numpy()):
        kind_of(str(name))
    return cube


def _with_cf_attrs(cube: xr.Dataset) -> xr.Dataset:
    cube["value"].attrs = _value_attrs({kind_of(str(k)) for k in cube["kind"].to_numpy()})
    for name, table in (("quality", Quality), ("reason", Reason)):
        cube[name].attrs = {
            "long_name": f"{name} of each cell",
            "standard_name": "quality_flag" if name == "quality" else "status_flag",
            "flag_values": np.array([int(c) for c in table], dtype="int8"),
            "flag_meanings": " ".join(c.name.lower() for c in table),
            "units": "1",
        }
    cube["repairs"].attrs = {"long_name": "rows mended or dropped by the reader", "units": "1"}
    for name, text in LONG_NAMES.items():
        cube[name].attrs = {"long_name": text}
    cube[TIME].attrs = {
        "standard_name": "time",
        "long_name": "start of the interval, UTC",
        "axis": "T",
    }
    cube["name"].attrs["standard_name"] = "platform_name"
    cube["latitude"].attrs = {"standard_name": "latitude", "units": "degrees_north"}
    cube["longitude"].attrs = {"standard_name": "longitude", "units": "degrees_east"}
    return cube


def _value_attrs(kinds: set[Kind]) -> dict[str, str]:
    """Return unit and cell method of the measure; mixed kinds have neither in common."""
    one = next(iter(kinds)) if len({(k.unit, k.aggregate) for k in kinds}) == 1 else None
    out = {
        "long_name": "measure of each interval",
        "units": one.unit if one else "1",
        "ancillary_variables": "quality reason",
    }
    if one:
        out["cell_methods"] = _CELL_METHODS[one.aggregate]
    else:
        out["comment"] = "unit and meaning depend on the kind of the sensor"
    return out
