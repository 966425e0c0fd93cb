"""Plain tables of measures: pandas frames, CSV or parquet files, the French national schema.

Everything that is mended or dropped is counted by sensor in the variable ``repairs`` of the cube
(:data:`REPAIRS` says what each count means); what cannot be decided is an error that says where.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import writers
from mining.errors import SourceError
from mining.sources import Declared, _layout, _measures, _national, _plain, _raw
from mining.sources._assemble import cube_of, only_declared
from mining.sources._export import to_national
from mining.sources._options import Columns, TablesOptions, parse
from mining.sources._repair import REPAIRS, Duplicates

__all__ = [
    "REPAIRS",
    "Columns",
    "TablesOptions",
    "acquire",
    "check",
    "from_national",
    "from_table",
    "read",
    "to_national",
]


def from_table(
    frame: pd.DataFrame | pd.Series,
    *,
    timezone: str,
    kind: str = "pedestrian",
    step: str | pd.Timedelta | None = None,
    sensors: pd.DataFrame | None = None,
    layout: Literal["long", "wide"] | None = None,
    sensor: str | None = None,
    time: str | None = None,
    value: str | None = None,
    time_format: str | None = None,
    clock: str | None = None,
    tolerance: str | pd.Timedelta = "0s",
    duplicates: Duplicates = "missing",
    maximum: float = 1e6,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Make a raw cube from a long or wide table.

    Parameters
    ----------
    frame : DataFrame or Series
        Long (a row per sensor and time: ``sensor, time, value``) or wide (``time`` column or
        DatetimeIndex, and one column per sensor); sensor and time may be levels of the index. A
        value of 0 means that nobody passed, an empty one that nobody counted. Times label the
        start of the interval. They are tz-aware, ISO 8601 text with or without offsets, or naive
        clock times of `clock`.
    timezone : str
        IANA name of the territory's zone; days, weeks and hours are its own.
    kind : str
        Kind of every sensor for which `sensors` says nothing (see :data:`mining.cube.KINDS`).
    step : str or Timedelta, optional
        Length of the interval, such as ``"1h"`` or ``"1D"`` (days follow the local calendar).
        Inferred when None: the difference that makes up more than half of all.
    sensors : DataFrame, optional
        What is known of the sensors: index sensor id, columns among name, site, place, kind,
        direction, latitude, longitude, installed.
    layout : {"long", "wide"}, optional
        Told from the columns when None.
    sensor, time, value : str, optional
        Names of the columns. When None the usual names are taken, if only one is there.
    time_format : str, optional
        ``strptime`` format of text times; ISO 8601 when None. Day and month are never guessed.
    clock : str, optional
        Zone of times without an offset (``"UTC"`` for instance); `timezone` when None.
    tolerance : str or Timedelta
        How far a time may be from its step and still be moved to it.
    duplicates : {"missing", "error", "sum", "first"}
        What becomes of rows of one cell that contradict each other: nobody knows the truth, so
        the cell is missing (reason ``conflict``) unless told otherwise. ``"sum"`` adds up all the
        rows of a cell, equal ones too (a row per lane); it is for counts.
    maximum : float
        A value beyond it is absurd: made missing.
    attrs : mapping, optional
        More attributes of the cube: title, country, subdivision, school_zone, licence, ...

    Returns
    -------
    Dataset
        Raw cube, with the counts of :data:`REPAIRS` by sensor in ``repairs``.

    Raises
    ------
    TableError
        If something cannot be decided; the message says where.
    ConfigError
        If the time zone, the kind or the policy for duplicates is impossible.

    Notes
    -----
    The order of columns never matters. The order of rows decides one thing only, where nothing
    else can: which of two rows is the first of an autumn hour that the local clock tells twice
    (see :func:`mining.sources._localtime.resolve`). If the hour is there once, or the rows around
    it are in no order, the cells are kept but marked suspect (reason ``clock_change``). Rows in
    the spring hour that does not exist are dropped and counted.

    Steps longer than the clock change and shorter than a day are regular in UTC.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "time": ["2024-01-01 10:00", "2024-01-01 11:00", "2024-01-01 12:00"],
    ...         "door": [3, 0, 5],
    ...     }
    ... )
    >>> cube = from_table(table, timezone="Europe/Paris")
    >>> cube["value"].to_numpy().tolist()
    [[3.0, 0.0, 5.0]]
    """
    long = _layout.to_long(
        frame, layout=layout, sensor=sensor, time=time, value=value, time_format=time_format
    )
    return cube_of(
        long,
        timezone=timezone,
        kind=kind,
        step=step,
        sensors=sensors,
        clock=clock,
        tolerance=tolerance,
        duplicates=duplicates,
        maximum=maximum,
        attrs=attrs,
    )


def from_national(
    sites: pd.DataFrame,
    channels: pd.DataFrame,
    measures: pd.DataFrame,
    *,
    timezone: str,
    kind: str = "pedestrian",
    step: str | pd.Timedelta | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Make a raw cube from tables of the French national schema.

    Parameters
    ----------
    sites, channels, measures : DataFrame
        Tables with the columns of the schema.
    timezone, kind, step, attrs
        As in :func:`from_table`; the step is the ``time_step`` of the channels when None.

    Returns
    -------
    Dataset
        Raw cube, a sensor per channel.

    Raises
    ------
    TableError
        If the tables do not fit together; the message names table, line and column.
    """
    parts = {"sites": sites, "channels": channels, "measures": measures}
    told = {role: _national.of_table(table, role) for role, table in parts.items()}
    for role, table in told.items():
        _national.check_columns(table, role)
    known = _national.sensors_of(told["sites"], told["channels"], kind=kind)
    delta = _national.steps_of(told["channels"]) if step is None else cubes.duration(step, "step")
    long = _measures.to_long(told["measures"], list(known.index), delta)
    return cube_of(
        long.only(list(known.index)),
        timezone=timezone,
        kind=kind,
        step=delta,
        sensors=known,
        attrs=attrs,
    )


def check(territory: Declared) -> None:
    """Refuse options that cannot be, before anything is read.

    Raises
    ------
    ConfigError
        Naming the first key that is wrong.
    """
    parse(territory.source)


def acquire(territory: Declared, raw: Path) -> None:
    """Copy the files of the source, byte for byte, into the folder `raw`.

    Files of the national schema are named after their part (``sites``, ``channels``,
    ``measures``), others keep their name.

    Raises
    ------
    SourceError
        If a file is absent or two have the same name.
    """
    files = _raw.copies(parse(territory.source), territory.folder)

    def fill(folder: Path) -> None:
        for name, path in sorted(files.items()):
            _copy(path, folder / name)

    writers.directory(raw, fill)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except PermissionError as error:
        if str(error.filename) != str(source):
            raise
        raise SourceError(f"{source}: cannot be read ({error.strerror})") from error


def read(territory: Declared, raw: Path) -> xr.Dataset:
    """Return the raw cube of a territory from the files in `raw`.

    Sensors that the territory declares in ``channels.csv`` and that have no measure are there, all
    missing. Without channels the sensors are those of the source.

    Parameters
    ----------
    territory : Declared
        Folder, zone, step, kind, options and declared sensors.
    raw : Path
        Folder filled by :func:`acquire`.

    Returns
    -------
    Dataset
        Raw cube with ``repairs``.

    Raises
    ------
    SourceError
        If a file is absent, unreadable or not what was declared.
    TableError
        If its content cannot be decided.
    """
    options = parse(territory.source)
    known = territory.sensor_table()
    declares = territory.declares_sensors
    step = cubes.duration(options.step or territory.step, "step")
    if options.format == "national":
        if not declares:
            known = known.reindex(columns=["place"])
        long, known = _measures.read(options, raw, known, territory.kind, step, every=not declares)
        declares = True
    else:
        long = _plain.read(options, _raw.acquired(raw, ""))
    return cube_of(
        only_declared(long, known, options.undeclared) if declares else long,
        timezone=territory.timezone,
        kind=territory.kind,
        step=step,
        sensors=known,
        clock=options.timezone,
        tolerance=options.tolerance,
        duplicates=options.duplicates,
        maximum=options.maximum,
        attrs=territory.cube_attrs(),
    )
