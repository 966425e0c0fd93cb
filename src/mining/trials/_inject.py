"""Faults and events of known place, time and kind, put into real series to measure detectors.

Count noise is kept: fewer passages are a binomial thinning of those that were, more are a Poisson
surplus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import ConfigError
from mining.week_grid import Array

_DAY = 24
#: Duration of each kind, in hours: from, to.
DURATIONS: dict[str, tuple[int, int]] = {
    "zero": (48, 168),
    "stuck": (12, 48),
    "spike": (1, 1),
    "level": (_DAY * 60, _DAY * 60),
    "drift": (_DAY * 60, _DAY * 60),
    "clock": (_DAY * 14, _DAY * 14),
    "copy": (_DAY * 7, _DAY * 7),
    "ceiling": (_DAY * 14, _DAY * 14),
    "surge": (4, 10),
    "works": (_DAY * 14, _DAY * 14),
    "closure": (24, 72),
}
#: Kinds on which nothing is tuned: they tell how detectors do on faults nobody listed.
UNLISTED: dict[str, tuple[int, int]] = {
    "doubled": (_DAY * 7, _DAY * 28),
    "floor": (_DAY * 14, _DAY * 14),
    "daily_hole": (_DAY * 14, _DAY * 14),
    "swap": (_DAY * 14, _DAY * 14),
    "climb": (_DAY * 60, _DAY * 60),
    "closed_day": (_DAY, _DAY),
    "market_ends": (_DAY * 14, _DAY * 14),
    "delivery": (12, 48),
}
#: The kinds that are faults of the sensor; the others really happened.
FAULTS = frozenset(
    {"zero", "stuck", "spike", "level", "drift", "clock", "copy", "ceiling"}
    | {"doubled", "floor", "daily_hole", "swap", "climb", "delivery"}
)
#: Days before an injection that must exist: the longest lag of a copy.
_ROOM = 49


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
        One of :data:`DURATIONS` or :data:`UNLISTED`.
    sensor : str
        Where.
    start : Timestamp or str
        Local time from which on; a surge begins at this hour, whole-day kinds may begin any time.
    seed : int
        Of the random size and length.

    Returns
    -------
    cube : Dataset
        With changed values of that sensor; codes as values alone tell them. A swap changes a
        second sensor, the end of a market the weeks before.
    truth : Injection

    Raises
    ------
    ConfigError
        If the kind is unknown, or the cube has no room from `start` on.
    """
    known = DURATIONS | UNLISTED
    if kind not in known:
        msg = f"unknown injection {kind!r}: expected one of {', '.join(known)}"
        raise ConfigError(msg)
    row = list(cube["sensor"].to_numpy()).index(sensor)
    rng = np.random.default_rng([seed, row, list(known).index(kind)])
    per_hour = max(1, int(pd.Timedelta("1h") / cubes.step_of(cube)))
    at = cubes.to_utc(pd.Timestamp(start), cube.attrs["timezone"])
    first = int(pd.DatetimeIndex(cube.indexes["time"]).searchsorted(at))
    low, high = known[kind]
    stop = first + per_hour * int(rng.integers(low, high + 1))
    values = cube["value"].to_numpy().astype("float64").copy()
    if first < _ROOM * _DAY * per_hour or stop + 3 * per_hour >= len(cube.indexes["time"]):
        msg = (
            f"injection {kind!r} at {start}: found too little data, expected 49 days before "
            f"and {stop - first + 3 * per_hour} steps after"
        )
        raise ConfigError(msg)
    _CHANGES[kind](values, row, slice(first, stop), Chance(per_hour, rng))
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


@dataclass(frozen=True)
class Chance:
    """What a change may draw on: steps per hour, and a generator."""

    per_hour: int
    rng: np.random.Generator


#: Changes the cells of a row in place.
_Change = Callable[[Array, int, slice, Chance], None]


def _zero(values: Array, row: int, span: slice, _: Chance) -> None:
    values[row, span] = np.where(np.isfinite(values[row, span]), 0.0, np.nan)


def _stuck(values: Array, row: int, span: slice, _: Chance) -> None:
    values[row, span] = values[row, span.start]


def _spike(values: Array, row: int, span: slice, chance: Chance) -> None:
    surplus = np.nanquantile(values[row], 0.99) * chance.rng.uniform(2, 5)
    values[row, span] = np.round(surplus + values[row, span])


def _clock(values: Array, row: int, span: slice, chance: Chance) -> None:
    shift = chance.per_hour * int(chance.rng.choice([-3, -2, -1, 1, 2, 3]))
    values[row, span] = values[row, span.start + shift : span.stop + shift].copy()


def _copy(values: Array, row: int, span: slice, chance: Chance) -> None:
    lag = _DAY * chance.per_hour * int(chance.rng.choice([7, 14, 20, 28, 42, 49]))
    values[row, span] = values[row, span.start - lag : span.stop - lag].copy()


def _ceiling(values: Array, row: int, span: slice, chance: Chance) -> None:
    most = np.floor(np.nanquantile(values[row], chance.rng.uniform(0.75, 0.9)))
    values[row, span] = np.minimum(values[row, span], most)


def _hole(values: Array, row: int, span: slice, chance: Chance) -> None:
    """Put zeros into three hours of every day."""
    cells = np.arange(span.start, span.stop)
    hole = cells[(cells - span.start) % (_DAY * chance.per_hour) < 3 * chance.per_hour]
    values[row, hole] = np.where(np.isfinite(values[row, hole]), 0.0, np.nan)


def _floor(values: Array, row: int, span: slice, chance: Chance) -> None:
    """Count leaves, too: a tenth of the mean at any hour."""
    mean = max(1.0, 0.1 * float(np.nanmean(values[row])))
    values[row, span] += chance.rng.poisson(mean, span.stop - span.start)


def _swap(values: Array, row: int, span: slice, chance: Chance) -> None:
    other = int(chance.rng.choice([r for r in range(len(values)) if r != row] or [row]))
    values[[row, other], span] = values[[other, row], span]


def _market(values: Array, row: int, span: slice, chance: Chance) -> None:
    """Hold a market of six hours every week until now, at this hour of the week."""
    week, length = 7 * _DAY * chance.per_hour, 6 * chance.per_hour
    factor = 1 + chance.rng.uniform(1.0, 2.0)
    for first in range(span.start - week, -1, -week):
        market = slice(first, first + length)
        values[row, market] = _scaled(values[row, market], factor, chance.rng)


def _delivery(values: Array, row: int, span: slice, _: Chance) -> None:
    """Deliver nothing for hours, then all of it at once."""
    total = np.nansum(values[row, span])
    values[row, span] = np.nan
    values[row, span.stop - 1] = total


def _times(factor: Callable[[np.random.Generator, int], Array | float]) -> _Change:
    def change(values: Array, row: int, span: slice, chance: Chance) -> None:
        size = factor(chance.rng, span.stop - span.start)
        values[row, span] = _scaled(values[row, span], size, chance.rng)

    return change


def _double(values: Array, row: int, span: slice, _: Chance) -> None:
    values[row, span] *= 2  # exactly: no noise is added


_CHANGES: dict[str, _Change] = {
    "zero": _zero,
    "stuck": _stuck,
    "spike": _spike,
    "level": _times(lambda rng, _: float(rng.choice([0.6, 1.5]))),
    "drift": _times(lambda _, n: np.linspace(1.0, 0.45, n)),
    "clock": _clock,
    "copy": _copy,
    "ceiling": _ceiling,
    "surge": _times(lambda rng, _: 1 + rng.uniform(0.8, 3.0)),
    "works": _times(lambda _rng, _n: 0.6),
    "closure": _times(lambda rng, _: rng.uniform(0.05, 0.15)),
    "doubled": _double,
    "floor": _floor,
    "daily_hole": _hole,
    "swap": _swap,
    "climb": _times(lambda _, n: np.linspace(1.0, 1.8, n)),
    "closed_day": _times(lambda _rng, _n: 0.1),
    "market_ends": _market,
    "delivery": _delivery,
}


def _scaled(old: Array, factor: Array | float, rng: np.random.Generator) -> Array:
    """Return counts multiplied by `factor`, with the noise that such counts have."""
    whole = np.nan_to_num(old).round().astype("int64")
    fewer = rng.binomial(whole, np.minimum(factor, 1.0)).astype("float64")
    more = rng.poisson(whole * np.maximum(np.asarray(factor) - 1, 0.0))
    return np.where(np.isfinite(old), fewer + more, np.nan)
