"""Facts of the forecast: the curve of hours with its interval, and the busiest hour of each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._clock import DAY, Clock, FloatArray
from mining.report._disclosure import floor

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
#: Quantiles of a file may be off by rounding.
CLOSE = 1e-6
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class OutlookDay:
    """One forecast day: the sum of its hours, without interval, and its busiest hour with one.

    Of a forecast by day the total is the peak, and has the interval. Totals of days of hours have
    theirs in :mod:`mining.report._totals`.
    """

    day: pd.Timestamp
    whole: bool
    first_hour: int
    total: float
    peak_hour: int
    peak: float
    peak_low: float
    peak_high: float


@dataclass(frozen=True)
class Outlook:
    """The forecast of one place.

    Attributes
    ----------
    times : DatetimeIndex (hour,)
        Local naive times of the forecast.
    low, middle, high : ndarray (hour,)
        Bounds and middle of the interval of each hour.
    past_times, past : DatetimeIndex, ndarray
        The last seven days counted, small counts lifted to the smallest that may be shown.
    days : tuple of OutlookDay
        Local days of the forecast.
    daily : bool
        Whether it was made by day: arrays then have an entry per day.
    """

    times: pd.DatetimeIndex
    low: FloatArray
    middle: FloatArray
    high: FloatArray
    past_times: pd.DatetimeIndex
    past: FloatArray
    days: tuple[OutlookDay, ...]
    daily: bool = False

    @property
    def whole_days(self) -> tuple[OutlookDay, ...]:
        """Days forecast from midnight to midnight."""
        return tuple(d for d in self.days if d.whole)

    @property
    def next_week(self) -> tuple[OutlookDay, ...]:
        """The first seven whole days."""
        return self.whole_days[:7]

    @property
    def next_week_total(self) -> float:
        """Sum of the medians of these days: an order of size, without interval."""
        return float(sum(d.total for d in self.next_week))


def outlook(
    forecast: xr.Dataset | None, place: str, *, clock: Clock | None, timezone: str, minimum: int
) -> Outlook | None:
    """Return the forecast of a place by hour or by day, or None without one.

    Parameters
    ----------
    forecast : Dataset or None
        ``value`` (sensor, time, quantile), times in UTC; the places stand on ``sensor``.
    place : str
        Name on the forecast's ``sensor``.
    clock : Clock or None
        Counts of places, for the last days before the forecast.
    timezone : str
        Time zone of the territory.
    minimum : int
        Smallest count that may be shown.
    """
    if forecast is None or place not in set(forecast["sensor"].to_numpy().astype(str)):
        return None
    utc = pd.DatetimeIndex(forecast.indexes["time"])
    step = _step(utc, forecast.attrs)
    if step not in (HOUR, DAY):
        return None
    values = forecast["value"].sel(sensor=place)
    levels = values["quantile"].to_numpy()
    picked = [np.flatnonzero(np.abs(levels - q) < CLOSE) for q in (LOW, MIDDLE, HIGH)]
    if any(p.size == 0 for p in picked):
        return None
    table = values.transpose("quantile", "time").to_numpy().astype("float64")
    low, middle, high = (table[p[0]] for p in picked)
    if np.isnan(middle).all():
        return None
    local = utc.tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    past_times, past = _past(clock, place, minimum)
    return Outlook(
        times=local,
        low=low,
        middle=middle,
        high=high,
        past_times=past_times,
        past=past,
        days=_days(local, low, middle, high, daily=step == DAY),
        daily=step == DAY,
    )


def _step(utc: pd.DatetimeIndex, attrs: Mapping[Any, Any]) -> pd.Timedelta:
    """Return the step of a forecast: days of 23 and 25 hours are days."""
    if "step_seconds" in attrs:
        return pd.Timedelta(seconds=int(attrs["step_seconds"]))
    return utc[1] - utc[0] if len(utc) > 1 else pd.Timedelta(0)


def _past(clock: Clock | None, place: str, minimum: int) -> tuple[pd.DatetimeIndex, FloatArray]:
    if clock is None or not clock.hourly or place not in clock.ids:
        return pd.DatetimeIndex([]), np.array([])
    days = clock.days[-8:]
    hours = [d + pd.Timedelta(hours=h) for d in days for h in range(24)]
    counts = clock.counts[clock.ids.index(place), -8:].reshape(-1)
    times = pd.DatetimeIndex(hours)
    keep = (times < clock.today) & (times >= clock.today - pd.Timedelta(days=7))
    return times[keep], floor(counts[keep], minimum)


def _days(
    local: pd.DatetimeIndex,
    low: FloatArray,
    middle: FloatArray,
    high: FloatArray,
    *,
    daily: bool,
) -> tuple[OutlookDay, ...]:
    dates = local.normalize()
    out = []
    for day in dates.unique():
        inside = np.flatnonzero(dates == day)
        if np.isnan(middle[inside]).all():
            continue
        top = inside[int(np.nanargmax(middle[inside]))]
        first, last = local[inside[0]], local[inside[-1]]
        out.append(
            OutlookDay(
                day=day,
                whole=daily or bool(first.hour == 0 and last.hour == 23),
                first_hour=int(first.hour),
                total=float(np.nansum(middle[inside])),
                peak_hour=int(local[top].hour),
                peak=float(middle[top]),
                peak_low=float(low[top]),
                peak_high=float(high[top]),
            )
        )
    return tuple(out)
