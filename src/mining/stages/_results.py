"""Read back what earlier stages wrote, with the types that the library works with."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from mining.errors import NotEnoughDataError, ResultError
from mining.stages._workspace import Workspace

_log = logging.getLogger("mining.stages")

#: Columns of text of each table; all others are numbers. Ids may look like numbers and are not.
_WORDS = {
    "scores.csv": ("model", "cutoff", "sensor"),
    "summary.csv": ("panel", "model"),
    "by_day_ahead.csv": ("panel", "model"),
    "corrections_unmatched.csv": (
        *("incident", "label", "kind", "why", "by", "date", "sensor", "start", "end"),
    ),
    "coverage.csv": ("model", "by", "key"),
    "errors_by_hour.csv": ("model",),
    "examples.csv": ("model", "cutoff", "sensor", "time"),
    "incidents.csv": (
        *("id", "sensor", "place", "start", "end", "label", "kind", "explanation", "sensors"),
        *("certainty", "rule", "entry", "decided_by", "other", "action"),
    ),
    "detection.csv": ("kind",),
    "impacts.csv": ("entry", "type", "title", "start", "end", "sensors", "reason"),
    "opening_doors.csv": ("door", "place"),
    "opening_week.csv": ("door", "place"),
    "extra_hours.csv": ("door", "place", "weekday"),
    "quiet_hours.csv": ("place", "weekday"),
    "shops.csv": ("level", "place", "family"),
    "shop_names.csv": ("level", "place", "name", "character"),
    "shop_gaps.csv": ("level", "place", "family"),
    "weather_days.csv": ("day",),
    "weather_effect.csv": ("place", "condition", "reason"),
}
#: Numbers that later stages compute with.
_NUMBERS = {
    "scores.csv": (
        "day_ahead", "n", "actual", "abs_error", "squared_error", "pinball", "covered", "scale",
    ),
    "summary.csv": ("origins", "wape", "mase", "pinball", "coverage"),
    "by_day_ahead.csv": ("day_ahead", "wape", "pinball", "coverage"),
    "corrections_unmatched.csv": (),
    "coverage.csv": ("n", "coverage"),
    "errors_by_hour.csv": ("weekday", "hour", "n", "actual", "abs_error"),
    "examples.csv": ("observed", "q0.1", "q0.5", "q0.9"),
    "incidents.csv": (
        *("score", "confidence", "observed", "expected", "neighbours"),
        *("expected_low", "expected_high"),
    ),
    "detection.csv": ("n", "recall", "lucky", "net", "delay", "balance", "false", "bar"),
    "impacts.csv": (
        "observed", "expected", "effect", "low", "high", "percent", "percent_low", "percent_high",
        "before", "spill", "placebos", "counted",
    ),
    "opening_doors.csv": ("share", "low", "high", "noon", "noon_closed"),
    "opening_week.csv": ("weekday", "hour", "passages", "closed"),
    "extra_hours.csv": ("hour", "minutes", "expected", "low", "high", "days"),
    "quiet_hours.csv": ("start", "end", "expected", "low", "high"),
    "shops.csv": ("count", "share", "hill", "density"),
    "shop_names.csv": ("latitude", "longitude", "reach", "stability", "index"),
    "shop_gaps.csv": ("peers", "chance"),
    "weather_days.csv": ("rain", "tmin", "tmax", "tmean"),
    "weather_effect.csv": ("days", "share", "effect", "low", "high"),
}  # fmt: skip
#: Columns that say true or false.
_FLAGS = {
    "detection.csv": ("listed",),
    "extra_hours.csv": ("beside",),
    "quiet_hours.csv": ("best",),
    "shops.csv": ("secret",),
    "impacts.csv": ("claimed",),
    "incidents.csv": ("open",),
    "weather_effect.csv": ("told",),
}


def columns_of(name: str) -> list[str]:
    """Return the columns of a table of results: texts, then numbers, then flags."""
    return [*_WORDS[name], *_NUMBERS[name], *_FLAGS.get(name, ())]


def read_table(files: Workspace, name: str) -> pd.DataFrame:
    """Return a table of results; `cutoff`, if there is one, as local naive times.

    Raises
    ------
    ResultError
        If it is absent or damaged.
    """
    path = files.results / name
    flags = _FLAGS.get(name, ())
    words = (*_WORDS[name], *flags)
    with _read_whole(path):
        if not path.read_bytes().endswith(b"\n"):
            raise ValueError("its end is missing")
        header = list(pd.read_csv(path, nrows=0).columns)
        missing = [c for c in (*words, *_NUMBERS[name]) if c not in header]
        if missing:
            raise ValueError(f"no column {missing[0]!r}")
        numbers = [c for c in header if c not in words]
        table = pd.read_csv(
            path,
            dtype=dict.fromkeys(words, "str"),
            keep_default_na=False,
            na_values={n: [""] for n in numbers},
        )
        for column in numbers:
            table[column] = pd.to_numeric(table[column])
        for column in flags:
            table[column] = _flags(table[column])
        if "cutoff" in table:
            table["cutoff"] = pd.to_datetime(table["cutoff"])
    return table


def _flags(texts: pd.Series) -> pd.Series:
    odd = texts[~texts.isin(["true", "false"])]
    if not odd.empty:
        raise ValueError(f"column {texts.name!r}: found {odd.iloc[0]!r}, expected true or false")
    return texts == "true"


def read_incidents(files: Workspace, cube: xr.Dataset) -> pd.DataFrame:
    """Return the incidents with tz-aware local times."""
    return _in_local_time(files, "incidents.csv", cube)


def read_impacts(files: Workspace, cube: xr.Dataset) -> pd.DataFrame:
    """Return the impacts with tz-aware local times."""
    return _in_local_time(files, "impacts.csv", cube)


def _in_local_time(files: Workspace, name: str, cube: xr.Dataset) -> pd.DataFrame:
    table = read_table(files, name)
    for column in ("start", "end"):
        with _read_whole(files.results / name):
            times = pd.to_datetime(table[column], utc=True)
        table[column] = times.dt.tz_convert(str(cube.attrs["timezone"]))
    return table


def read_examples(files: Workspace, cube: xr.Dataset) -> pd.DataFrame:
    """Return the forecasts to be looked at, with naive local times as axes show them."""
    table = read_table(files, "examples.csv")
    with _read_whole(files.results / "examples.csv"):
        times = pd.to_datetime(table["time"], utc=True)
    table["time"] = times.dt.tz_convert(str(cube.attrs["timezone"])).dt.tz_localize(None)
    return table


def read_dataset(files: Workspace, name: str) -> xr.Dataset:
    """Return a forecast or an activity, of sensors or of places.

    Raises
    ------
    ResultError
        If it is absent or damaged.
    """
    path = files.results / name
    with _read_whole(path), xr.open_dataset(path, engine="h5netcdf") as handle:
        data = handle.load()
    for coordinate in data.coords:
        if data[coordinate].dtype.kind in "OUT":
            data[coordinate] = data[coordinate].astype(str)
    return data


def read_json(files: Workspace, name: str) -> dict[str, Any]:
    """Return a small file of figures.

    Raises
    ------
    ResultError
        If it is absent or damaged.
    """
    path = files.results / name
    with _read_whole(path):
        return dict(json.loads(path.read_text(encoding="utf-8")))


def of_places(
    places: xr.Dataset, sensors: xr.Dataset, make: Callable[[xr.Dataset], xr.Dataset]
) -> xr.Dataset:
    """Return an analysis of places; one without any place where none can be analysed.

    A territory has no place that counts where ``places.csv`` names none or where its sensors
    measure noise, occupancy or another state; its sensors are analysed all the same.
    """
    if not places.sizes["sensor"]:
        _log.info("  no place with sensors that count: places are left out")
        return make(sensors).isel(sensor=[])
    try:
        return make(places)
    except NotEnoughDataError as error:
        _log.info("  places are left out: %s", error)
        return make(sensors).isel(sensor=[])


@contextmanager
def _read_whole(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file causes into one sentence."""
    if not path.is_file():
        msg = f"{path}: no such file; run 'dvc repro' (or 'make repro') to make it"
        raise ResultError(msg)
    try:
        yield
    except Exception as error:  # readers answer damage with errors of many classes
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"{path}: not a readable result ({why}); delete it and run 'dvc repro' again"
        raise ResultError(msg) from error
