"""What was counted around an incident, what was expected, and what the neighbours say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.anomaly._cells import Cells, cells_of, stated
from mining.anomaly._scene import Scene
from mining.calendars import calendar_of
from mining.cube import BoolArray
from mining.errors import ConfigError
from mining.week_grid import Array, IntArray

#: Length of an incident up to which a resolution serves, and the context shown on either side.
RESOLUTIONS = (
    (pd.Timedelta("3D"), "1h", pd.Timedelta("2D")),
    (pd.Timedelta("60D"), "1D", pd.Timedelta("14D")),
    (pd.Timedelta.max, "7D", pd.Timedelta("70D")),
)
#: What stands on the time of a window.
SERIES = ("observed", "expected", "low", "high", "neighbours")
#: Share of a bin that must have been counted for its sum to be shown.
ENOUGH = 0.8
#: Values that make a band; and those that make one for each hour of the day.
_LEAST, _LEAST_OF_HOUR = 8, 30


def around(
    cube: xr.Dataset, incident: Mapping[str, Any] | pd.Series, *, calendar: object = "cube"
) -> xr.Dataset:
    """Return what was counted, expected and seen by the neighbours around an incident.

    Parameters
    ----------
    cube : Dataset
        A cube.
    incident : mapping or Series
        A row of :func:`mining.detect`: `sensor` ("" for the whole territory), `start` and `end`;
        `expected`, `kind` and `sensors` are used where they are known.
    calendar : None, mapping, Calendar or "cube"
        As in :func:`mining.detect`.

    Returns
    -------
    Dataset
        Dim ``time`` (UTC, start of each bin): hours for an incident of up to three days with two
        days on either side, days for one of up to sixty days with fourteen, weeks beyond.
        `observed`; `expected`, with `low` and `high`, the band that holds eight out of ten;
        `neighbours`, what the sensor would have counted at their level. Sums of counts, means of
        other measures; NaN where nothing is known. Attributes: `step`, `units`, `timezone`.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the cube has no such sensor, or the row no sensor, start or end.

    Notes
    -----
    The band is made of what this sensor did: the 10 % and 90 % quantiles of observed over
    expected (of their difference for levels) outside the incident, by hour of the day where
    there are enough. Within the incident the expectation is brought to the total that the
    incident states: after a level step the rhythm has already learnt the new level.
    """
    cubes.validate(cube)
    absent = [name for name in ("sensor", "start", "end") if name not in incident]
    if absent:
        raise ConfigError(f"incident: no {absent[0]!r}; expected a row of what detect returns")
    return _window(Scene(cube, calendar_of(cube, calendar)), incident)


def windows(
    cube: xr.Dataset, incidents: pd.DataFrame, *, most: int = 20, calendar: object = "cube"
) -> xr.Dataset:
    """Return :func:`around` for the incidents that a reader is shown: open ones, then the latest.

    Parameters
    ----------
    cube, calendar
        As in :func:`around`.
    incidents : DataFrame
        As :func:`mining.detect` gives them.
    most : int
        At most this many.

    Returns
    -------
    Dataset
        The windows one behind the other, as the contiguous ragged arrays of CF 1.11 (9.3.3): dim
        ``cell`` holds the variables of :func:`around` and `time`, dim ``incident`` the `id`, the
        `step` and how many cells belong to it (`cells`).
    """
    cubes.validate(cube)
    shown = incidents.assign(open=incidents.get("open", False))
    shown = shown.sort_values(["open", "end", "start", "id"], ascending=False, kind="stable")
    shown = shown.head(most)
    scene = Scene(cube, calendar_of(cube, calendar))
    found = [_window(scene, row) for _, row in shown.iterrows()]
    empty = np.array([], dtype="float64")
    times = [w["time"].to_numpy() for w in found]
    return xr.Dataset(
        {n: ("cell", np.concatenate([empty, *(w[n].to_numpy() for w in found)])) for n in SERIES},
        coords={
            "time": ("cell", np.concatenate([empty.astype("datetime64[ns]"), *times])),
            "id": ("incident", np.array(list(shown["id"]), dtype=object)),
            "step": ("incident", np.array([w.attrs["step"] for w in found], dtype=object)),
            "cells": (
                "incident",
                np.array([w.sizes["time"] for w in found], dtype="int64"),
                {"sample_dimension": "cell"},
            ),
        },
        attrs={"timezone": str(cube.attrs["timezone"])},
    )


def _window(scene: Scene, incident: Mapping[str, Any] | pd.Series) -> xr.Dataset:
    start, end = (_local(incident[k], scene) for k in ("start", "end"))
    step, margin = next((s, m) for most, s, m in RESOLUTIONS if end - start <= most)
    if scene.grid.step > pd.Timedelta(step):
        step = "7D" if scene.grid.step > pd.Timedelta("1D") else "1D"
        margin = max(margin, pd.Timedelta("14D"))
    local = scene.grid.local
    inside = np.asarray((local >= start) & (local < end))
    wall = local.tz_localize(None)  # a margin of days ends at the same clock time
    first, last = start.tz_localize(None) - margin, end.tz_localize(None) + margin
    near = np.asarray((wall >= first) & (wall < last))
    cells = stated(incident, cells_of(scene, incident, near), inside)
    bins, heads = _bins(local, step, start)
    observed, usual, neighbours = _sums(cells, bins)
    size = np.bincount(bins)
    whole = size >= ENOUGH * np.median(size)  # the data may begin or end within a day or a week
    low, high = _band(
        observed, usual, whole & ~_any(inside, bins), local[heads].hour.to_numpy(), cells
    )
    here = _any(near, bins) & whole
    values = dict(zip(SERIES, (observed, usual, low, high, neighbours), strict=True))
    times = local[heads].tz_convert("UTC").tz_localize(None).as_unit("ns")
    return xr.Dataset(
        {name: ("time", np.round(v[here], 3)) for name, v in values.items()},
        coords={"time": times[here].to_numpy()},
        attrs={"step": step, "units": cells.unit, "timezone": str(local.tz)},
    )


def _local(value: Any, scene: Scene) -> pd.Timestamp:
    stamp = pd.Timestamp(value)
    zone = scene.grid.local.tz
    if stamp.tzinfo is None:
        return stamp.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert(zone)


def _bins(local: pd.DatetimeIndex, step: str, start: pd.Timestamp) -> tuple[IntArray, IntArray]:
    """Return the bin of each time, and the first time of each bin; weeks begin on `start`'s day."""
    if step == "1h":
        key = local.tz_convert("UTC").floor("1h").asi8
    else:
        days = local.tz_localize(None).normalize()
        since = (days - start.tz_localize(None).normalize()).days.to_numpy()
        key = since // pd.Timedelta(step).days
    _, first, bins = np.unique(key, return_index=True, return_inverse=True)
    return bins.astype("int64"), first.astype("int64")


def _any(flags: BoolArray, bins: IntArray) -> BoolArray:
    out = np.zeros(int(bins[-1]) + 1, dtype=bool)
    out[bins[flags]] = True
    return out


def _sums(cells: Cells, bins: IntArray) -> tuple[Array, Array, Array]:
    """Return observed, expected and neighbours by bin, all three over the same cells.

    Where too little of a bin was counted nothing was observed, and all its cells are expected.
    """
    seen = np.isfinite(cells.observed)
    size = np.bincount(bins).astype("float64")
    counted = np.bincount(bins, weights=seen)
    enough = counted >= ENOUGH * size
    used = seen | ~enough[bins]
    total = np.maximum(np.bincount(bins, weights=used), 1)

    def by_bin(values: Array) -> Array:
        known = used & np.isfinite(values)
        weight = np.bincount(bins, weights=known)
        sums = np.bincount(bins, weights=np.where(known, values, 0.0))
        share = np.ones(len(weight)) if cells.adds else np.maximum(weight, 1)
        return np.where((weight > 0) & (weight >= ENOUGH * total), sums / share, np.nan)

    observed = np.where(enough, by_bin(cells.observed), np.nan)
    return observed, by_bin(cells.expected), by_bin(cells.neighbours)


def _band(
    observed: Array,
    expected: Array,
    outside: BoolArray,
    hour: npt.NDArray[np.int32],
    cells: Cells,
) -> tuple[Array, Array]:
    """Return the band that held eight out of ten of what was observed outside the incident."""
    gap = (observed + 1) / (expected + 1) if cells.adds else observed - expected
    usable = outside & np.isfinite(gap)
    if usable.sum() < _LEAST:
        nothing = np.full(expected.shape, np.nan)
        return nothing, nothing
    quantiles = np.tile(np.quantile(gap[usable], [0.1, 0.9])[:, None], len(gap))
    for each in np.unique(hour):
        same = hour == each
        if (usable & same).sum() >= _LEAST_OF_HOUR:
            quantiles[:, same] = np.quantile(gap[usable & same], [0.1, 0.9])[:, None]
    if not cells.adds:
        return expected + quantiles[0], expected + quantiles[1]
    low, high = (np.maximum((expected + 1) * q - 1, 0.0) for q in quantiles)
    return low, high
