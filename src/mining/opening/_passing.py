"""Passages by closed doors, what an extra hour would meet, and the quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.errors import ConfigError
from mining.opening._doors import WEEK, WEEKDAYS, Door, doors
from mining.opening._hourly import Passages, on, passages

Floats = npt.NDArray[np.floating[Any]]

#: Bounds of the interval that is told: four times in five.
LOW, HIGH = 0.1, 0.9
NOON = (12, 13)
SHARES = ("share", "low", "high", "noon", "noon_closed")
DECIMALS = 3


def closed_doors(
    ahead: xr.Dataset, hours: pd.DataFrame, *, holidays: Collection[dt.date] = ()
) -> xr.Dataset:
    """Tell the share of passages that go by closed doors.

    Parameters
    ----------
    ahead : Dataset
        A forecast, best with scenarios: ``mining.forecast(cube, scenarios=100)``; steps of an hour
        or a part of it.
    hours : DataFrame
        ``opening_hours.csv``, see :func:`doors`.
    holidays : collection of date
        Local days on which every door is closed all day. The weekly hours hold on all others.

    Returns
    -------
    Dataset
        By `door`: `share` of the passages of the horizon that go by while it is closed, `low` and
        `high` (80 %); `noon`, the share of all passages that fall between 12:00 and 14:00, and
        `noon_closed`, the share of those that go by closed doors. By door, `weekday` (0 is
        Monday) and `hour`: `passages` (mean of an hour of that weekday) and `closed`, those of them
        by closed doors; NaN where the horizon has no such hour. Shares of nobody are NaN.

    Raises
    ------
    ConfigError
        If hours cannot be read or a place has no forecast.
    ModelError
        If steps are longer than an hour.

    Notes
    -----
    Passages are taken to be spread evenly within a step. Without scenarios `low` and `high` are
    NaN. Passages are not persons, and not everyone who passes would come in.
    """
    plan, found = passages(ahead), doors(hours)
    every = [plan.of(door.place) for door in found]
    shut = [plan.of(door.place, plan.closed(door, holidays)) for door in found]
    told = [_shares(plan, e, c) for e, c in zip(every, shut, strict=True)]
    grid = ("door", "weekday", "hour")
    return xr.Dataset(
        {
            **{name: ("door", [t[name] for t in told]) for name in SHARES},
            "passages": (grid, _week(plan.hours, every)),
            "closed": (grid, _week(plan.hours, shut)),
        },
        coords={
            "door": [door.name for door in found],
            "place": ("door", [door.place for door in found]),
            "weekday": np.arange(7),
            "hour": np.arange(24),
        },
    )


def extra_hours(
    ahead: xr.Dataset, hours: pd.DataFrame, *, holidays: Collection[dt.date] = ()
) -> pd.DataFrame:
    """Tell what each hour during which a door is closed would meet if it were open.

    Parameters
    ----------
    ahead, hours, holidays
        As in :func:`closed_doors`; days in `holidays` are left out.

    Returns
    -------
    DataFrame
        A row per door, `weekday` and `hour` with a closed part, most passages first: `door`,
        `place`, `weekday` (monday to sunday), `hour` (its start), `minutes` that are closed,
        `expected` passages in them on one such day, `low` and `high` (80 %), `days` of the horizon
        they are told from, `beside`: whether it touches an hour of that week which is open. These
        are options, not advice: what an hour costs is not known here.

    Raises
    ------
    ConfigError, ModelError
        As :func:`closed_doors`.

    Notes
    -----
    The interval is that of a single day: scenarios of all days of that weekday taken together.
    """
    plan = passages(ahead)
    kept = ~on(plan.hours, holidays)
    rows = [row for door in doors(hours) for row in _slots(plan, door, kept)]
    columns = ["door", "place", "weekday", "hour", "minutes"]
    columns += ["expected", "low", "high", "days", "beside"]
    table = pd.DataFrame(rows, columns=columns)
    order = table.assign(
        most=-table["expected"].astype("float64"), day=table["weekday"].map(WEEKDAYS.index)
    ).sort_values(["door", "most", "day", "hour"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def quiet_hours(
    ahead: xr.Dataset, *, length: int = 2, earliest: int = 6, latest: int = 22
) -> pd.DataFrame:
    """Name, for each place and weekday, the hours in which the fewest pass.

    Parameters
    ----------
    ahead : Dataset
        As in :func:`closed_doors`.
    length : int
        Hours in a row that deliveries or works need.
    earliest, latest : int
        Clock hours between which they may take place.

    Returns
    -------
    DataFrame
        `place`, `weekday`, `start`, `end` (clock hours), `expected` passages, `low` and `high`
        (80 %), `best`: the quietest of the week. The earlier of two equal ones is told.

    Raises
    ------
    ConfigError
        If no such window fits.
    ModelError
        As :func:`closed_doors`.
    """
    if not (0 <= earliest < latest <= 24 and 1 <= length <= latest - earliest):
        msg = f"quiet hours: {length} h do not fit between {earliest}:00 and {latest}:00"
        raise ConfigError(msg)
    plan = passages(ahead)
    starts = range(earliest, latest - length + 1)
    rows: list[dict[str, object]] = []
    for place in plan.places:
        paths = plan.of(place)
        for weekday in range(7):
            windows = [w for start in starts if (w := _window(plan, paths, weekday, start, length))]
            if windows:
                best = min(windows, key=lambda w: (w["expected"], w["start"]))
                rows.append({"place": place, "weekday": WEEKDAYS[weekday], **best})
    columns = ["place", "weekday", "start", "end", "expected", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    least = table.groupby("place")["expected"].transform("idxmin") if len(table) else table.index
    return table.assign(best=table.index == least)


def _shares(plan: Passages, every: Floats, shut: Floats) -> dict[str, float]:
    """Return the shares of one door, from its passages and those by closed doors."""
    noon = plan.hours.hour.isin(NOON)
    total, at_noon = every.sum(axis=0), every[noon].sum(axis=0)
    low, high = np.nan, np.nan
    if plan.joint:
        ratio = _ratio(shut.sum(axis=0), total)
        low, high = np.quantile(ratio, [LOW, HIGH], method="hazen")
    figures: tuple[Any, ...] = (
        _ratio(shut.sum(axis=0).mean(), total.mean()),
        low,
        high,
        _ratio(at_noon.mean(), total.mean()),
        _ratio(shut[noon].sum(axis=0).mean(), at_noon.mean()),
    )
    return {name: round(float(f), 6) for name, f in zip(SHARES, figures, strict=True)}


def _slots(plan: Passages, door: Door, kept: npt.NDArray[np.bool_]) -> list[dict[str, object]]:
    """Return what each hour of the week with a closed part would meet."""
    shut = plan.of(door.place, plan.closed(door, ()))
    closed = 1.0 - door.share(np.arange(168) * 60, 60)
    rows: list[dict[str, object]] = []
    for slot in np.flatnonzero(closed > 0):
        here = kept & (plan.hours.day_of_week == slot // 24) & (plan.hours.hour == slot % 24)
        if not here.any():
            continue
        edges = [(slot * 60 - 1) % WEEK, (slot * 60 + 60) % WEEK]
        rows.append(
            {
                "door": door.name,
                "place": door.place,
                "weekday": WEEKDAYS[slot // 24],
                "hour": int(slot % 24),
                "minutes": round(60 * float(closed[slot])),
                **_told(shut[here].ravel(), joint=plan.joint),
                "days": int(here.sum()),
                "beside": bool(door.minutes[edges].any() or closed[slot] < 1),
            }
        )
    return rows


def _window(
    plan: Passages, paths: Floats, weekday: int, start: int, length: int
) -> dict[str, float]:
    """Return what passes in some hours in a row of a weekday; nothing if never seen whole."""
    mine = (plan.hours.day_of_week == weekday) & plan.hours.hour.isin(range(start, start + length))
    days = plan.hours.normalize()
    parts = [paths[mine & (days == day)] for day in days[mine].unique()]
    whole = [part.sum(axis=0) for part in parts if len(part) == length]
    if not whole or not np.isfinite(whole).all():
        return {}
    told = _told(np.concatenate(whole), joint=plan.joint)
    return {"start": start, "end": start + length, **told}


def _week(hours: pd.DatetimeIndex, paths: list[Floats]) -> Floats:
    """Return the mean of each hour of the week, shape (door, 7, 24)."""
    means = [
        pd.Series(p.mean(axis=1))
        .groupby(hours.day_of_week * 24 + hours.hour)
        .mean()
        .reindex(range(168))
        for p in paths
    ]
    return np.array(means).reshape(len(paths), 7, 24).round(DECIMALS)


def _told(pooled: Floats, *, joint: bool) -> dict[str, float]:
    """Return mean and interval of what may be met on one day."""
    low, high = np.quantile(pooled, [LOW, HIGH], method="hazen") if joint else (np.nan, np.nan)
    figures = {"expected": pooled.mean(), "low": low, "high": high}
    return {name: round(float(figure), DECIMALS) + 0.0 for name, figure in figures.items()}


def _ratio(part: Floats | float, whole: Floats | float) -> Floats:
    """Return shares, NaN where the whole is nothing."""
    base = np.asarray(whole, dtype="float64")
    return np.asarray(np.asarray(part) / np.where(base > 0, base, np.nan))
