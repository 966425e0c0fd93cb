"""Origins of a backtest: which local times, and what was known before each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import ConfigError, ModelError, NotEnoughDataError
from mining.forecast import _grid

Score = Literal["trusted", "observed"]
QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
#: What a first forecast needs before its origin.
LEAST_HISTORY = pd.Timedelta("7D")


def duration(text: str | pd.Timedelta, name: str) -> pd.Timedelta:
    """Return a positive duration, or raise :class:`ConfigError` naming the parameter."""
    length = cubes.duration(text, name)
    if length <= pd.Timedelta(0):
        msg = f"{name}: found {text!r}, expected a duration longer than zero"
        raise ConfigError(msg)
    return length


def check_quantiles(
    quantiles: Sequence[float], always: tuple[float, ...] = ()
) -> tuple[float, ...]:
    """Return the quantiles in order, or raise when one is not strictly between 0 and 1."""
    try:
        levels = tuple(sorted({round(float(q), 6) for q in (*quantiles, *always)}))
    except (TypeError, ValueError):
        levels = ()
    if not levels or not all(0 < level < 1 for level in levels):
        msg = f"quantiles: found {quantiles!r}, expected numbers strictly between 0 and 1"
        raise ModelError(msg)
    return levels


def bounds(cube: xr.Dataset) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the local start of the data and their local end (exclusive), naive."""
    times = pd.DatetimeIndex(cube.indexes[cubes.TIME])
    following = cubes.future_times(times[-1], 1, cubes.step_of(cube), cube.attrs["timezone"])
    both = pd.DatetimeIndex(times[:1].append(following))
    zoned = both.tz_localize("UTC").tz_convert(cube.attrs["timezone"])
    local = zoned.tz_localize(None)
    return local[0], local[1]


def last_cutoffs(
    cube: xr.Dataset, horizon: pd.Timedelta, count: int, spacing: pd.Timedelta
) -> list[pd.Timestamp]:
    """Return the last `count` cutoffs, `spacing` apart, the last horizon ending with the data.

    The end of the data is the last local midnight, so that days ahead are calendar days. Cutoffs
    with less than a week before them are dropped.
    """
    if not isinstance(count, int | np.integer) or count < 1:
        msg = f"origins: found {count!r}, expected a whole number from 1 on"
        raise ConfigError(msg)
    start, end = bounds(cube)
    last = end.normalize() - horizon
    wanted = [last - k * spacing for k in range(count - 1, -1, -1)]
    kept = [c for c in wanted if c - start >= LEAST_HISTORY]
    if not kept:
        need = (LEAST_HISTORY + horizon) / _grid.DAY
        held = max(np.floor((end.normalize() - start) / _grid.DAY * 10) / 10, 0.0)
        msg = (
            f"the data hold {held:.1f} days up to their last midnight: a backtest of "
            f"{horizon / _grid.DAY:g} days ahead needs at least {need:g}"
        )
        raise NotEnoughDataError(msg)
    return kept


def check_cutoffs(
    cube: xr.Dataset, cutoffs: Sequence[str | pd.Timestamp] | str | pd.Timestamp
) -> list[pd.Timestamp]:
    """Return explicit cutoffs, local and naive, sorted; raise on one the data do not reach."""
    start, end = bounds(cube)
    # One alone is a common slip; the letters of a text are never meant.
    listed = [cutoffs] if isinstance(cutoffs, str | pd.Timestamp) else cutoffs
    out = sorted({local_naive(c, cube.attrs["timezone"]) for c in listed})
    for cutoff in out:
        if cutoff - start < LEAST_HISTORY or cutoff >= end:
            msg = (
                f"cutoff {cutoff}: expected a local time from {start + LEAST_HISTORY} (a week "
                f"after the first value) to before {end} (the end of the data)"
            )
            raise NotEnoughDataError(msg)
    if not out:
        raise ModelError("cutoffs: found an empty list, expected local times")
    return out


def local_naive(moment: str | pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return a local naive time; one that carries an offset is converted."""
    try:
        stamp = None if isinstance(moment, int | float) else pd.Timestamp(moment)
    except (ValueError, TypeError):
        stamp = None
    if stamp is None or pd.isna(stamp):
        msg = f"cutoff: found {moment!r}, expected a local time such as '2026-03-02' or a Timestamp"
        raise ConfigError(msg)
    return stamp if stamp.tzinfo is None else stamp.tz_convert(timezone).tz_localize(None)


def before(cube: xr.Dataset, cutoff: pd.Timestamp, history: pd.Timedelta | None) -> xr.Dataset:
    """Return what a model may see: the cube before a local cutoff, at most `history` of it."""
    timezone = cube.attrs["timezone"]
    times = cube.indexes[cubes.TIME]
    keep = times < cubes.to_utc(cutoff, timezone)
    if history is not None:
        keep &= times >= cubes.to_utc(cutoff - history, timezone)
    if not keep.any():
        msg = f"no data before {cutoff}: expected at least a week of measures before the origin"
        raise NotEnoughDataError(msg)
    # A slice is a view, and of a cube on disk a plain range: times are in order.
    first, count = int(np.argmax(keep)), int(keep.sum())
    return cube.isel({cubes.TIME: slice(first, first + count)})


def truth(cube: xr.Dataset, score: Score) -> xr.DataArray:
    """Return the values that count as truth."""
    if score not in ("trusted", "observed"):
        msg = f"score: found {score!r}, expected 'trusted' or 'observed'"
        raise ModelError(msg)
    return cubes.trusted(cube) if score == "trusted" else cubes.observed(cube)
