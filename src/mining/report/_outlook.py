"""Facts of the forecast: hourly curve with its interval, expected days, how it did before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._clock import Clock, FloatArray
from mining.report._disclosure import floor

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
#: Quantiles of a file may be off by rounding.
CLOSE = 1e-6
HOUR = pd.Timedelta(hours=1)
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class OutlookDay:
    """One forecast day: an expected total without interval, and its busiest hour with one.

    Of a forecast by day the total is the peak, and has the interval.
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
    model : str
        Name of the model.
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
    model: str
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


@dataclass(frozen=True)
class ModelRow:
    """How one model did when it was tried on the past."""

    panel: str
    model: str
    wape: float
    mase: float
    pinball: float
    coverage: float
    origins: int
    chosen: bool


@dataclass(frozen=True)
class PlaceScore:
    """How the chosen model did at one place, and how "as last week" did."""

    model: str
    covered: int
    hours: int
    wape: float
    naive_wape: float


def outlook(
    forecast: xr.Dataset | None, place: str, *, clock: Clock | None, timezone: str, minimum: int
) -> Outlook | None:
    """Return the forecast of a place by hour or by day, or None without one.

    Parameters
    ----------
    forecast : Dataset or None
        ``value`` (sensor, time, quantile), times in UTC; ``model`` (sensor) or attribute.
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
        model=_model(forecast, place),
        daily=step == DAY,
    )


def _step(utc: pd.DatetimeIndex, attrs: Mapping[Any, Any]) -> pd.Timedelta:
    """Return the step of a forecast: days of 23 and 25 hours are days."""
    if "step_seconds" in attrs:
        return pd.Timedelta(seconds=int(attrs["step_seconds"]))
    return utc[1] - utc[0] if len(utc) > 1 else pd.Timedelta(0)


def _model(forecast: xr.Dataset, place: str) -> str:
    if "model" in forecast.coords or "model" in forecast:
        model = forecast["model"]
        return str(model.sel(sensor=place).item() if "sensor" in model.dims else model.item())
    return str(forecast.attrs.get("model", ""))


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


def model_rows(summary: pd.DataFrame | None, chosen: Sequence[str]) -> tuple[ModelRow, ...]:
    """Return the table of models, the most tried panel first, equal panels once."""
    if summary is None or summary.empty:
        return ()
    frame = summary.copy()
    if "panel" not in frame:
        frame["panel"] = ""
    for column in ("mase", "pinball", "coverage", "origins"):
        if column not in frame:
            frame[column] = np.nan
    frame["trials"] = -frame.groupby("panel")["origins"].transform("max").fillna(0)
    frame = frame.sort_values(["trials", "panel", "wape", "model"], kind="stable")
    rows = tuple(_model_row(row, chosen) for row in frame.to_dict("records"))
    first: dict[frozenset[tuple[str, int]], str] = {}
    for panel in dict.fromkeys(r.panel for r in rows):
        first.setdefault(frozenset((r.model, r.origins) for r in rows if r.panel == panel), panel)
    return tuple(r for r in rows if r.panel in first.values())


def _model_row(row: Mapping[Hashable, Any], chosen: Sequence[str]) -> ModelRow:
    return ModelRow(
        panel=str(row["panel"]),
        model=str(row["model"]),
        wape=float(row["wape"]),
        mase=float(row["mase"]),
        pinball=float(row["pinball"]),
        coverage=float(row["coverage"]),
        origins=0 if pd.isna(row["origins"]) else int(row["origins"]),
        chosen=str(row["model"]) in chosen,
    )


def place_score(
    scores: pd.DataFrame | None, sensors: Sequence[str], model: str, naive: str
) -> PlaceScore | None:
    """Return how a model and the naive rival did at these sensors, or None if never tried."""
    if scores is None or scores.empty or not model:
        return None
    here = scores[scores["sensor"].astype(str).isin(list(sensors))]
    mine, rival = here[here["model"] == model], here[here["model"] == naive]
    if mine.empty or mine["n"].sum() == 0:
        return None
    return PlaceScore(
        model=model,
        covered=int(mine["covered"].sum()),
        hours=int(mine["n"].sum()),
        wape=_wape(mine),
        naive_wape=_wape(rival),
    )


def _wape(rows: pd.DataFrame) -> float:
    actual = float(rows["actual"].sum())
    return float(rows["abs_error"].sum()) / actual if actual > 0 else np.nan
