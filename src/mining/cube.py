"""The one data model: a cube of sensors and time, with a quality code for every cell.

The cube is an :class:`xarray.Dataset` with dimensions ``(sensor, time)``:

- ``value`` float32, in the unit of the sensor's kind; NaN where nothing was counted;
- ``quality`` int8, one :class:`Quality` for each cell;
- ``reason`` int8, one :class:`Reason` for each cell that is not plainly valid;
- ``repairs`` int32 ``(sensor, repair)``: how many rows the source reader mended or dropped.

``time`` is UTC, regular, and labels the start of the interval. Days, weeks and hours of the day
are always those of the territory's time zone (attribute ``timezone``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.errors import ConfigError, CubeError

SENSOR = "sensor"
TIME = "time"
REPAIR = "repair"

#: Text coordinates on ``sensor``; absent information is an empty string.
TEXT_COORDS = ("name", "site", "place", "kind", "direction", "installed")
#: Numeric coordinates on ``sensor``; absent information is NaN.
NUMBER_COORDS = ("latitude", "longitude")

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class Quality(IntEnum):
    """What is known of one cell."""

    VALID = 0
    ZERO_VALID = 1
    SUSPECT = 2
    MISSING = 3
    IMPUTED = 4


class Reason(IntEnum):
    """Why a cell is suspect, missing or imputed; the table only grows."""

    NONE = 0
    NOT_COUNTED = 1
    NOT_INSTALLED = 2
    ZERO_RUN = 3
    ZERO_BLOCK = 4
    STUCK = 5
    SPIKE = 6
    CEILING = 7
    COPY = 8
    TWIN = 9
    CLOCK = 10
    DECLARED = 11
    NEGATIVE = 12
    ABSURD = 13
    OUTAGE_EDGE = 14
    GAP_FILLED = 15
    LOW_LEVEL = 16
    CLOCK_CHANGE = 17
    CONFLICT = 18


Aggregate = Literal["sum", "mean", "energy", "last"]


@dataclass(frozen=True)
class Kind:
    """Unit and arithmetic of one kind of measure.

    Attributes
    ----------
    unit : str
        UDUNITS-like unit of ``value``; counts are per interval.
    aggregate : {"sum", "mean", "energy", "last"}
        How values of several intervals become one: counts add up, levels average, decibels
        average as energy, a state keeps its last value.
    is_count : bool
        Whether a value is a number of passages: non-negative and additive over sensors.
    """

    unit: str
    aggregate: Aggregate
    is_count: bool


KINDS: dict[str, Kind] = {
    "pedestrian": Kind("count", "sum", True),
    "bicycle": Kind("count", "sum", True),
    "scooter": Kind("count", "sum", True),
    "road": Kind("count", "sum", True),
    "parking": Kind("1", "mean", False),
    "noise": Kind("dB", "energy", False),
    "lighting": Kind("1", "mean", False),
    "waste": Kind("1", "last", False),
    "level": Kind("1", "mean", False),
}


def check_timezone(timezone: str) -> ZoneInfo:
    """Return the zone, or raise :class:`ConfigError` that names what was found."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        msg = f"unknown time zone {timezone!r}: expected an IANA name such as 'Europe/Paris'"
        raise ConfigError(msg) from error


def kind_of(name: str) -> Kind:
    """Return the arithmetic of a kind, or raise :class:`ConfigError` that lists the known ones."""
    if name not in KINDS:
        msg = f"unknown kind {name!r}: expected one of {', '.join(KINDS)}"
        raise ConfigError(msg)
    return KINDS[name]


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
    for name in ("value", "quality", "reason"):
        if name not in cube or cube[name].dims != (SENSOR, TIME):
            msg = f"not a cube: expected the variable {name!r} with dimensions (sensor, time)"
            raise CubeError(msg)
    for attr in ("timezone", "step_seconds"):
        if attr not in cube.attrs:
            msg = f"not a cube: expected the attribute {attr!r}"
            raise CubeError(msg)
    times = pd.DatetimeIndex(cube.indexes[TIME])
    grid = time_grid(times[0], times[-1], step_of(cube), cube.attrs["timezone"])
    if not times.equals(grid):
        raise CubeError("not a cube: time is not regular")
    missing = cube["quality"].to_numpy() == Quality.MISSING
    if not (np.isnan(cube["value"].to_numpy()) == missing).all():
        raise CubeError("not a cube: a cell is NaN if and only if its quality is 'missing'")
    return cube


def step_of(cube: xr.Dataset) -> pd.Timedelta:
    """Return the length of the interval."""
    return pd.Timedelta(seconds=int(cube.attrs["step_seconds"])).as_unit("ns")


def time_grid(
    first: pd.Timestamp, last: pd.Timestamp, step: pd.Timedelta, timezone: str
) -> pd.DatetimeIndex:
    """Return the regular UTC times (naive) from `first` to `last`.

    Steps shorter than a day are regular in UTC. Steps of whole days follow the local calendar:
    each label is the UTC time of the same local clock time, so that days of 23 and 25 hours are
    one step each.
    """
    if step % pd.Timedelta("1D"):
        return pd.date_range(first, last, freq=step).as_unit("ns")
    local = (
        pd.DatetimeIndex([first, last]).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    )
    days = pd.date_range(local[0], local[1], freq=f"{step // pd.Timedelta('1D')}D")
    zoned = days.tz_localize(
        timezone, ambiguous=np.ones(len(days), bool), nonexistent="shift_forward"
    )
    return zoned.tz_convert("UTC").tz_localize(None).as_unit("ns")


def local_time(cube: xr.Dataset) -> pd.DatetimeIndex:
    """Return the times of the cube in the territory's time zone (tz-aware)."""
    index = pd.DatetimeIndex(cube.indexes[TIME])
    return index.tz_localize("UTC").tz_convert(check_timezone(cube.attrs["timezone"]))


def to_utc(local: str | pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return a local time as a naive UTC timestamp, the form of the ``time`` coordinate.

    A naive time is read as local; of two equal clock times the first is taken, and a time that
    the clock jumped over moves to the first one that exists.
    """
    stamp = pd.Timestamp(local)
    if stamp.tzinfo is None:
        stamp = stamp.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert("UTC").tz_localize(None)


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
    A sensor that was not yet installed counts as missing.
    """
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
    except (OSError, ValueError, KeyError) as error:
        msg = f"{file}: not a readable netCDF-4 file ({type(error).__name__}); make it again"
        raise CubeError(msg) from error
    for name in (*TEXT_COORDS, SENSOR, REPAIR):
        if name in cube.coords:
            cube[name] = cube[name].astype(str)
    return validate(cube)


def encoding() -> dict[str, dict[str, Any]]:
    """Return the explicit netCDF encoding that makes equal cubes equal bytes."""
    codes = {"zlib": True, "complevel": 4, "shuffle": True}
    return {
        "value": {"dtype": "float32", "_FillValue": np.float32(np.nan), **codes},
        "quality": {"dtype": "int8", **codes},
        "reason": {"dtype": "int8", **codes},
        "repairs": {"dtype": "int32"},
        TIME: {"dtype": "int64", "units": "seconds since 1970-01-01", "calendar": "standard"},
    }


def with_sensors(cube: xr.Dataset, keep: Sequence[str]) -> xr.Dataset:
    """Return the cube of some sensors only, or raise :class:`CubeError` naming the unknown one."""
    known = set(cube[SENSOR].to_numpy().astype(str))
    for sensor in keep:
        if sensor not in known:
            msg = f"unknown sensor {sensor!r}: expected one of {', '.join(sorted(known))}"
            raise CubeError(msg)
    return cube.sel({SENSOR: list(keep)})


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
    units = {kind_of(str(k)).unit for k in cube["kind"].to_numpy()}
    cube["value"].attrs = {
        "long_name": "measure of each interval",
        "units": units.pop() if len(units) == 1 else "see kind",
        "ancillary_variables": "quality reason",
    }
    for name, table in (("quality", Quality), ("reason", Reason)):
        cube[name].attrs = {
            "long_name": f"{name} of each cell",
            "standard_name": "quality_flag" if name == "quality" else "status_flag",
            "flag_values": np.array([int(c) for c in table], dtype="int8"),
            "flag_meanings": " ".join(c.name.lower() for c in table),
            "units": "1",
        }
    cube["repairs"].attrs = {"long_name": "rows mended or dropped by the reader", "units": "1"}
    cube[TIME].attrs = {
        "standard_name": "time",
        "long_name": "start of the interval, UTC",
        "axis": "T",
    }
    cube["latitude"].attrs = {"standard_name": "latitude", "units": "degrees_north"}
    cube["longitude"].attrs = {"standard_name": "longitude", "units": "degrees_east"}
    return cube
