"""Faults and events of known place, time and kind, put into real series to measure detectors.

Count noise is kept: fewer passages are a binomial thinning of those that were, more are a Poisson
surplus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.anomaly._grid import Array
from mining.errors import ConfigError

#: Duration of each kind, in hours: from, to.
DURATIONS: dict[str, tuple[int, int]] = {
    "zero": (48, 168),
    "stuck": (12, 48),
    "spike": (1, 1),
    "level": (24 * 60, 24 * 60),
    "drift": (24 * 60, 24 * 60),
    "clock": (24 * 14, 24 * 14),
    "copy": (24 * 7, 24 * 7),
    "ceiling": (24 * 14, 24 * 14),
    "surge": (4, 10),
    "works": (24 * 14, 24 * 14),
    "closure": (24, 72),
}
#: The kinds that are faults of the sensor; the others really happened.
FAULTS = frozenset({"zero", "stuck", "spike", "level", "drift", "clock", "copy", "ceiling"})


@dataclass(frozen=True)
class Injection:
    """What was injected, where and when (local, end exclusive)."""

    kind: str
    sensor: str
    start: pd.Timestamp
    end: pd.Timestamp


def inject(
    cube: xr.Dataset, kind: str, sensor: str, start: pd.Timestamp | str, *, seed: int = 0
) -> tuple[xr.Dataset, Injection]:
    """Return a cube with one fault or event of known truth, and that truth.

    Parameters
    ----------
    cube : Dataset
        A cube with steps of an hour or shorter; it is not changed.
    kind : str
        One of :data:`DURATIONS`.
    sensor : str
        Where.
    start : Timestamp or str
        Local time from which on; a surge begins at this hour, whole-day kinds may begin any time.
    seed : int
        Of the random size and length.

    Returns
    -------
    cube : Dataset
        With changed values of that sensor; codes as values alone tell them.
    truth : Injection

    Raises
    ------
    ConfigError
        If the kind is unknown, or the cube has no room from `start` on.
    """
    if kind not in DURATIONS:
        msg = f"unknown injection {kind!r}: expected one of {', '.join(DURATIONS)}"
        raise ConfigError(msg)
    row = list(cube["sensor"].to_numpy()).index(sensor)
    rng = np.random.default_rng([seed, row, list(DURATIONS).index(kind)])
    per_hour = max(1, int(pd.Timedelta("1h") / cubes.step_of(cube)))
    at = cubes.to_utc(pd.Timestamp(start), cube.attrs["timezone"])
    first = int(pd.DatetimeIndex(cube.indexes["time"]).searchsorted(at))
    low, high = DURATIONS[kind]
    stop = first + per_hour * int(rng.integers(low, high + 1))
    values = cube["value"].to_numpy().astype("float64").copy()
    room = 49 * 24 * per_hour  # the longest lag of a copy
    if first < room or stop + 3 * per_hour >= len(cube.indexes["time"]):
        msg = (
            f"injection {kind!r} at {start}: found too little data, expected 49 days before "
            f"and {stop - first + 3 * per_hour} steps after"
        )
        raise ConfigError(msg)
    values[row, first:stop] = _changed(kind, values[row], slice(first, stop), per_hour, rng)
    changed = values.astype("float32")
    quality, reason = cubes.codes_from_values(changed)
    dims = ("sensor", "time")
    out = cube.assign(
        value=(dims, changed, cube["value"].attrs),
        quality=(dims, quality, cube["quality"].attrs),
        reason=(dims, reason, cube["reason"].attrs),
    )
    local = cubes.local_time(cube)
    return out, Injection(kind, sensor, local[first], local[stop])


def _changed(kind: str, row: Array, span: slice, per_hour: int, rng: np.random.Generator) -> Array:
    """Return the new values of the cells `span` of a series (time)."""
    old, first, stop = row[span], span.start, span.stop
    if kind == "zero":
        new = np.where(np.isfinite(old), 0.0, np.nan)
    elif kind == "stuck":
        new = np.full(len(old), row[first])
    elif kind == "spike":
        new = np.round(np.nanquantile(row, 0.99) * rng.uniform(2, 5) + old)
    elif kind == "clock":
        shift = per_hour * int(rng.choice([-3, -2, -1, 1, 2, 3]))
        new = row[first + shift : stop + shift]
    elif kind == "copy":
        lag = 24 * per_hour * int(rng.choice([7, 14, 20, 28, 42, 49]))
        new = row[first - lag : stop - lag]
    elif kind == "ceiling":
        new = np.minimum(old, np.floor(np.nanquantile(row, rng.uniform(0.75, 0.9))))
    else:
        new = _scaled(old, _factors(kind, len(old), rng), rng)
    return new


def _factors(kind: str, size: int, rng: np.random.Generator) -> Array:
    if kind == "surge":
        return np.full(size, 1 + rng.uniform(0.8, 3.0))
    if kind == "works":
        return np.full(size, 0.6)
    if kind == "closure":
        return np.full(size, rng.uniform(0.05, 0.15))
    if kind == "level":
        return np.full(size, float(rng.choice([0.6, 1.5])))
    return np.linspace(1.0, 0.45, size)


def _scaled(old: Array, factor: Array, rng: np.random.Generator) -> Array:
    """Return counts multiplied by `factor`, with the noise that such counts have."""
    whole = np.nan_to_num(old).round().astype("int64")
    fewer = rng.binomial(whole, np.minimum(factor, 1.0)).astype("float64")
    more = rng.poisson(whole * np.maximum(factor - 1, 0.0))
    return np.where(np.isfinite(old), fewer + more, np.nan)
