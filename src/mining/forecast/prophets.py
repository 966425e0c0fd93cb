"""Prophet, given a fair chance: day types, holidays, positive output, native quantiles."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining import compute
from mining.errors import ModelError
from mining.forecast.protocol import GridModel, day_table, special_days
from mining.forecast.simple import WindowAverage

Floats = npt.NDArray[np.floating[Any]]

#: Trusted days a sensor needs to be served by this model.
LEAST_DAYS = 56
#: Columns of the day types: their hours of the day differ.
DAY_TYPES = ("workday", "saturday", "sunday")


@dataclass(frozen=True)
class _Series:
    """One sensor, all that a worker needs."""

    past: pd.DataFrame
    future: pd.DataFrame
    quantiles: tuple[float, ...]
    is_count: bool
    samples: int
    seed: int


class ProphetModel(GridModel):
    """Prophet (Taylor and Letham, *Forecasting at scale*, The American Statistician 72, 2018).

    Parameters
    ----------
    weeks : int
        Weeks of history it is given: its cost grows with them. Sixty see every holiday once.
    samples : int
        Draws behind the quantiles.
    seed : int
        Of the draws and of the optimizer.
    workers : int
        Processes over sensors.

    Notes
    -----
    Trend with change points, weekly seasonality, a daily seasonality of its own for working days,
    Saturdays and Sundays (holidays count as Sundays), every holiday of the calendar, the days
    between two of them, and a yearly seasonality when there are two years. Counts are fitted as
    square roots, on which seasons and holidays multiply the trend, and nothing is negative: on
    origins of 2024 that is better than logarithms and than counts as they are. Quantiles are
    Prophet's own predictive samples, not conformal: a conformal calibration would need dozens of
    fits.
    """

    name = "prophet"
    slow = True

    def __init__(
        self, weeks: int = 60, samples: int = 200, seed: int = 0, workers: int = 1
    ) -> None:
        super().__init__()
        self.weeks, self.samples, self.seed, self.workers = weeks, samples, seed, workers

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        grid = self.grid
        simple = WindowAverage()
        simple.grid, simple.calendar = grid, self.calendar
        out = simple._quantiles(length, quantiles)
        frame = self._frame(length)
        start = max(grid.origin - self.weeks * grid.season, 0)
        enough = np.isfinite(grid.known[:, start:]).sum(axis=1) >= LEAST_DAYS * grid.slots
        todo = [
            _Series(
                frame.iloc[start : grid.origin].assign(y=grid.known[sensor, start:]),
                frame.iloc[grid.origin :],
                quantiles,
                bool(grid.is_count[sensor]),
                self.samples,
                self.seed,
            )
            for sensor in np.flatnonzero(enough)
        ]
        made = compute.map_items(_fitted, todo, workers=self.workers)
        for sensor, values in zip(np.flatnonzero(enough), made, strict=True):
            out[sensor] = values
        self.served = tuple(
            n if n == "none" else (self.name if e else simple.name)
            for n, e in zip(self.served, enough, strict=True)
        )
        return out

    def _frame(self, length: int) -> pd.DataFrame:
        """Return local time, day types and the holiday of every position."""
        grid = self.grid
        table = day_table(grid, self.calendar, length)
        positions = np.arange(grid.origin + length)
        day = positions // grid.slots
        weekday = np.asarray(pd.DatetimeIndex(table.index).day_of_week)[day]
        holiday = table["is_holiday"].to_numpy()[day]
        between = special_days(table)[day] & ~holiday
        key = table["holiday_key"].to_numpy().astype(str)[day]
        sunday = (weekday == 6) | holiday
        step = pd.Timedelta("1D") / grid.slots
        return pd.DataFrame(
            {
                "ds": grid.first_day + positions * step,
                "saturday": (weekday == 5) & ~holiday,
                "sunday": sunday,
                "workday": (weekday < 5) & ~holiday,
                "holiday": np.where(holiday, key, np.where(between, "between holidays", "")),
            }
        )


def _fitted(series: _Series) -> Floats:
    """Fit one sensor and return its quantiles, shape (position, quantile)."""
    quiet = _prophet()
    past = series.past[np.isfinite(series.past["y"])].copy()
    if series.is_count:
        past["y"] = np.sqrt(np.maximum(past["y"], 0.0))
    holidays = _holiday_table(pd.concat([series.past, series.future]))
    span = past["ds"].iloc[-1] - past["ds"].iloc[0]
    model = quiet(
        holidays=holidays if len(holidays) else None,
        yearly_seasonality=8 if span >= pd.Timedelta("700D") else False,
        weekly_seasonality=3,
        daily_seasonality=False,
        seasonality_mode="multiplicative" if series.is_count else "additive",
        changepoint_range=0.95,
        n_changepoints=15,
        uncertainty_samples=series.samples,
    )
    sub_daily = bool((past["ds"] != past["ds"].dt.normalize()).any())
    for kind in DAY_TYPES if sub_daily else ():
        model.add_seasonality(f"daily_{kind}", period=1, fourier_order=6, condition_name=kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(past.drop(columns="holiday"), seed=series.seed)
        # Prophet draws from numpy's global generator: it gets a state of its own, then the old one.
        before = np.random.get_state()  # noqa: NPY002
        np.random.seed(series.seed)  # noqa: NPY002
        try:
            draws = model.predictive_samples(series.future.drop(columns="holiday"))["yhat"]
        finally:
            np.random.set_state(before)  # noqa: NPY002
    made = np.quantile(draws, series.quantiles, axis=1).T
    return np.maximum(made, 0.0) ** 2 if series.is_count else np.asarray(made)


def _holiday_table(frame: pd.DataFrame) -> pd.DataFrame:
    days = frame.assign(ds=frame["ds"].dt.normalize())[["ds", "holiday"]].drop_duplicates()
    return days[days["holiday"] != ""]


def _prophet() -> Callable[..., Any]:
    """Import Prophet with its loggers silenced."""
    for name in ("prophet", "prophet.plot", "cmdstanpy"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
        # cmdstanpy installs a talkative handler unless it finds one.
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    try:
        from prophet import Prophet
    except ImportError as error:
        msg = "model 'prophet' needs the package prophet: install 'mining[prophet]'"
        raise ModelError(msg) from error
    made: Callable[..., Any] = Prophet
    return made
