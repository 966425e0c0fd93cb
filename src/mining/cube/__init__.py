"""The one data model: a cube of sensors and time, with a quality code for every cell.

The cube is an :class:`xarray.Dataset` with dimensions ``(sensor, time)``:

- ``value`` float32, in the unit of the sensor's kind; NaN where nothing was counted;
- ``quality`` int8, one :class:`Quality` for each cell;
- ``reason`` int8, one :class:`Reason` for each cell that is not plainly valid;
- ``repairs`` int32 ``(sensor, repair)``: how many rows the source reader mended or dropped.

``time`` is UTC, regular, and labels the start of the interval. Days, weeks and hours of the day
are always those of the territory's time zone (attribute ``timezone``).
"""

from mining.cube._build import build, codes_from_values, validate
from mining.cube._files import encoding, read, zarr_encoding
from mining.cube._model import (
    KINDS,
    NUMBER_COORDS,
    REPAIR,
    SENSOR,
    TEXT_COORDS,
    TIME,
    Aggregate,
    BoolArray,
    FloatArray,
    Kind,
    Quality,
    Reason,
    kind_of,
)
from mining.cube._time import (
    check_timezone,
    duration,
    future_times,
    local_ahead,
    local_time,
    step_of,
    time_grid,
    to_utc,
)
from mining.cube._views import by_place, observed, trusted, with_sensors

__all__ = [
    "KINDS",
    "NUMBER_COORDS",
    "REPAIR",
    "SENSOR",
    "TEXT_COORDS",
    "TIME",
    "Aggregate",
    "BoolArray",
    "FloatArray",
    "Kind",
    "Quality",
    "Reason",
    "build",
    "by_place",
    "check_timezone",
    "codes_from_values",
    "duration",
    "encoding",
    "future_times",
    "kind_of",
    "local_ahead",
    "local_time",
    "observed",
    "read",
    "step_of",
    "time_grid",
    "to_utc",
    "trusted",
    "validate",
    "with_sensors",
    "zarr_encoding",
]
