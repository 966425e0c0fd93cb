"""Totals of places, streets or the territory, by hour, day or week: sums over joint scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import ConfigError, ModelError
from mining.forecast._origins import check_quantiles

Floats = npt.NDArray[np.floating[Any]]

EACH = ("step", "hour", "day", "week", "horizon")
DECIMALS = 3


def totals(
    ahead: xr.Dataset,
    *,
    by: str | Mapping[str, Sequence[str]] = "place",
    each: str = "day",
    quantiles: Sequence[float] | None = None,
    scenarios: bool = False,
) -> xr.Dataset:
    """Add the forecasts of sensors up, with an interval of the total's own.

    Parameters
    ----------
    ahead : Dataset
        A forecast with scenarios: ``mining.forecast(cube, scenarios=100)``.
    by : str or mapping
        ``"sensor"``, ``"place"``, ``"site"``, ``"territory"`` (everything), or groups of your own
        (a street, a walk) as a mapping from name to sensor ids.
    each : {"step", "hour", "day", "week", "horizon"}
        Length of time of each total, by the local clock; a week is seven days from the origin on.
    quantiles : sequence of float, optional
        Levels; those of `ahead` by default.
    scenarios : bool
        Whether to keep the joint futures of the totals.

    Returns
    -------
    Dataset
        `value` (group, time, quantile), `time` being the UTC start of each period; `expected`
        (group, time), the mean over the scenarios, which adds up exactly over sensors and time;
        `steps` (time), the number of steps of each period. Only sensors that count are added; a
        group without any is left out, and one with a sensor that has no forecast is NaN. With
        `scenarios`, `path` (group, time, scenario) too.

    Raises
    ------
    ModelError
        If `ahead` has no scenarios, or a quantile is not strictly between 0 and 1.
    ConfigError
        If `by` or `each` is not one of those, or a mapping names an unknown sensor.

    Notes
    -----
    Quantiles of a sum are not sums of quantiles; medians do not add up either, and a sum of
    medians of skewed counts lies below what is to be expected (by 2 % on a day in Auckland). What
    adds up is the mean: show `expected` where the figures of a page must agree.

    Examples
    --------
    >>> import numpy as np, pandas as pd, mining
    >>> hours = pd.date_range("2026-03-02", periods=4 * 168, freq="h", name="time")
    >>> frame = pd.DataFrame({"a": 50.0, "b": 70.0}, index=hours)
    >>> cube = mining.from_table(frame, timezone="UTC")
    >>> ahead = mining.forecast(cube, horizon="24h", model="window_average", scenarios=20)
    >>> day = mining.totals(ahead, by="territory", each="day")
    >>> day["expected"].values.tolist()
    [[2880.0]]
    """
    if "path" not in ahead:
        raise ModelError(
            "this forecast has no scenarios: make it with mining.forecast(cube, scenarios=100)"
        )
    groups = _groups(ahead, by)
    start, period, steps = _periods(ahead, each)
    levels = ahead["quantile"].to_numpy().tolist() if quantiles is None else quantiles
    wanted = np.asarray(check_quantiles(levels))
    paths = ahead["path"].transpose("sensor", "time", "scenario").to_numpy()
    made = np.full((len(groups), len(start), len(wanted)), np.nan)
    expected = np.full(made.shape[:2], np.nan)
    kept = np.zeros((len(groups) if scenarios else 0, len(start), paths.shape[2]))
    for row, members in enumerate(groups.values()):
        total = _summed(paths[members].sum(axis=0), period)
        made[row] = np.quantile(total, wanted, axis=1, method="hazen").T
        expected[row] = total.mean(axis=1)
        if scenarios:
            kept[row] = total
    out = _dataset(ahead, list(groups), start, (made, expected), wanted=wanted, steps=steps)
    if scenarios:
        dims = ("group", cubes.TIME, "scenario")
        out["path"] = dims, kept.round(DECIMALS) + 0.0, dict(ahead["path"].attrs)
    return out


def _summed(values: Floats, period: npt.NDArray[np.int64]) -> Floats:
    out = np.zeros((period.max() + 1, values.shape[1]))
    np.add.at(out, period, values)
    return out


def _groups(
    ahead: xr.Dataset, by: str | Mapping[str, Sequence[str]]
) -> dict[str, npt.NDArray[np.int64]]:
    """Return the positions of the sensors of each group, groups in the order of their names."""
    sensors = ahead["sensor"].to_numpy().astype(str)
    kinds = ahead["kind"].to_numpy().astype(str)
    counting = np.array([cubes.kind_of(k).is_count for k in kinds], dtype=bool)
    if isinstance(by, Mapping):
        unknown = sorted({s for members in by.values() for s in members} - set(sensors))
        if unknown:
            msg = f"by: unknown sensor {unknown[0]!r}, expected ids of the forecast"
            raise ConfigError(msg)
        flags = {name: np.isin(sensors, list(members)) for name, members in sorted(by.items())}
    elif by == "territory":
        flags = {str(ahead.attrs.get("territory") or "territory"): np.ones(len(sensors), bool)}
    elif by in ("sensor", "place", "site") and by in ahead.coords:
        of = ahead[by].to_numpy().astype(str)
        flags = {name: of == name for name in sorted(set(of) - {""})}
    else:
        msg = f"by: found {by!r}, expected 'sensor', 'place', 'site', 'territory' or a mapping"
        raise ConfigError(msg)
    found = {name: np.flatnonzero(flag & counting) for name, flag in flags.items()}
    return {name: members for name, members in found.items() if len(members)}


def _periods(
    ahead: xr.Dataset, each: str
) -> tuple[pd.DatetimeIndex, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the UTC start of each period, the period of each step, and steps by period."""
    times = pd.DatetimeIndex(ahead.indexes[cubes.TIME])
    local = times.tz_localize("UTC").tz_convert(str(ahead.attrs["timezone"])).tz_localize(None)
    since = (local.normalize() - local[0].normalize()).days
    keys = {
        "step": np.arange(len(times)),
        "hour": _hours(times, local),
        "day": since,
        "week": since // 7,
        "horizon": np.zeros(len(times), dtype="int64"),
    }
    if each not in keys:
        msg = f"each: found {each!r}, expected one of {', '.join(EACH)}"
        raise ConfigError(msg)
    _, first, period, count = np.unique(
        np.asarray(keys[each]), return_index=True, return_inverse=True, return_counts=True
    )
    return times[first], period.astype("int64"), count.astype("int64")


def _hours(times: pd.DatetimeIndex, local: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Return the hour of each step: by elapsed time, for an autumn night has 3:00 twice."""
    hour = pd.Timedelta("1h")
    past_hour = (local[0] - local[0].floor("h")) - (times[0] - times[0].floor("h"))
    return np.asarray((times + past_hour - times[0].floor("h")) // hour, dtype="int64")


def _dataset(
    ahead: xr.Dataset,
    groups: list[str],
    start: pd.DatetimeIndex,
    made: tuple[Floats, Floats],
    *,
    wanted: Floats,
    steps: npt.NDArray[np.int64],
) -> xr.Dataset:
    out = xr.Dataset(
        {
            "value": (("group", cubes.TIME, "quantile"), made[0].round(DECIMALS) + 0.0),
            "expected": (("group", cubes.TIME), made[1].round(DECIMALS) + 0.0),
            "steps": (cubes.TIME, steps),
        },
        coords={"group": groups, cubes.TIME: start.to_numpy(), "quantile": wanted},
    )
    out["value"].attrs = {
        "long_name": "forecast of each total",
        "units": ahead["value"].attrs.get("units", "1"),
    }
    out["expected"].attrs = {
        "long_name": "mean of the scenarios of each total",
        "units": ahead["value"].attrs.get("units", "1"),
    }
    out["steps"].attrs = {"long_name": "number of steps in each period", "units": "1"}
    out[cubes.TIME].attrs = dict(ahead[cubes.TIME].attrs)
    out["quantile"].attrs = dict(ahead["quantile"].attrs)
    out.attrs = dict(ahead.attrs)
    return out
