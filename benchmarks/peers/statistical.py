"""Models of statsforecast, one per sensor, set as its documentation does for hourly data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import MFLES, MSTL, AutoETS, SeasonalNaive, SeasonalWindowAverage
from statsforecast.utils import ConformalIntervals

from peers.exchange import CENTRAL, HOURS, Origin, quantiles, serve

WEEK = 168
#: Days off, known in advance, for the models that take regressors.
REGRESSORS = ("is_holiday", "special")


def run(
    model: Callable[[], Any], *, days: int = 728, log: bool = False, regressors: bool = False
) -> Callable[[Origin], pd.DataFrame]:
    """Return what forecasts with a model.

    Parameters
    ----------
    model : callable
        Makes the model.
    days : int
        Last days of the history that it sees.
    log : bool
        Forecast ``log(1 + y)``: effects multiply and nothing is negative.
    regressors : bool
        Tell it the days off.
    """

    def made(origin: Origin) -> pd.DataFrame:
        extra = list(REGRESSORS) if regressors else []
        start = origin.ahead["ds"].min() - pd.Timedelta(days=days)
        past = origin.past.loc[origin.past["ds"] >= start, ["unique_id", "ds", "y", *extra]]
        if log:
            past = past.assign(y=np.log1p(past["y"]))
        ahead = {"X_df": origin.ahead[["unique_id", "ds", *extra]]} if regressors else {}
        named = model()
        tool = StatsForecast(models=[named], freq="h", n_jobs=1)
        out = tool.forecast(df=past, h=HOURS, level=list(CENTRAL), **ahead)
        figures = out.columns.difference(["unique_id", "ds"])
        if log:
            out[figures] = np.expm1(out[figures])
        return quantiles(out, named.alias)

    return made


def conformal(windows: int) -> ConformalIntervals:
    """Return intervals from the errors of the last weeks."""
    return ConformalIntervals(n_windows=windows, h=HOURS)


MODELS = {
    "statsforecast_seasonal_naive": run(
        lambda: SeasonalNaive(WEEK, prediction_intervals=conformal(26))
    ),
    "statsforecast_window": run(
        lambda: SeasonalWindowAverage(WEEK, 4, prediction_intervals=conformal(26))
    ),
    "statsforecast_mfles": run(
        lambda: MFLES([24, WEEK], prediction_intervals=conformal(4)),
        days=364,
        log=True,
        regressors=True,
    ),
    # Counts as they are, the default of its documentation.
    "statsforecast_mstl": run(lambda: MSTL([24, WEEK], trend_forecaster=AutoETS(model="ZZN"))),
    "statsforecast_autoets": run(lambda: AutoETS(season_length=24), days=90),
}


if __name__ == "__main__":
    serve(MODELS)
