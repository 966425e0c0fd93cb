"""LightGBM through mlforecast, one model for all sensors. Choices were made on origins of 2024."""

from __future__ import annotations

import lightgbm
import numpy as np
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean, SeasonalRollingMean
from mlforecast.target_transforms import GlobalSklearnTransformer, LocalStandardScaler
from mlforecast.utils import PredictionIntervals
from sklearn.preprocessing import FunctionTransformer

from peers.exchange import CENTRAL, HOURS, Origin, quantiles, serve

WEEK = 168
#: Past weeks whose errors make the intervals.
WINDOWS = 8


def forecaster() -> MLForecast:
    """Return the pipeline: square roots scaled per sensor, lags, rolling means, the calendar."""
    model = lightgbm.LGBMRegressor(
        objective="l1",
        n_estimators=400,
        num_leaves=63,
        learning_rate=0.05,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.8,
        n_jobs=1,
        random_state=0,
        deterministic=True,
        verbosity=-1,
    )
    return MLForecast(
        models={"lightgbm": model},
        freq="h",
        lags=[24, WEEK, 2 * WEEK],
        lag_transforms={
            1: [RollingMean(24), RollingMean(WEEK)],
            24: [RollingMean(WEEK)],
            WEEK: [RollingMean(24), SeasonalRollingMean(WEEK, 4), SeasonalRollingMean(WEEK, 8)],
        },
        date_features=["hour", "dayofweek", "month", "dayofyear"],
        target_transforms=[
            GlobalSklearnTransformer(FunctionTransformer(np.sqrt, np.square)),
            LocalStandardScaler(),
        ],
        num_threads=1,
    )


def lightgbm_global(origin: Origin) -> pd.DataFrame:
    """Fit on all sensors, forecast hour after hour, with conformal intervals."""
    both = pd.concat([origin.past["holiday_key"], origin.ahead["holiday_key"]]).astype(str)
    keys, sensors = sorted(set(both)), sorted(set(origin.past["unique_id"].astype(str)))

    def coded(table: pd.DataFrame) -> pd.DataFrame:
        key = pd.Categorical(table["holiday_key"].astype(str), categories=keys)
        return table.drop(columns="holiday_key").assign(holiday=key)

    sensor = pd.Categorical(origin.past["unique_id"].astype(str), categories=sensors)
    tool = forecaster()
    tool.fit(
        coded(origin.past).assign(sensor=sensor),
        static_features=["sensor"],
        prediction_intervals=PredictionIntervals(n_windows=WINDOWS, h=HOURS),
    )
    made = tool.predict(HOURS, level=list(CENTRAL), X_df=coded(origin.ahead))
    return quantiles(made, "lightgbm")


if __name__ == "__main__":
    serve({"mlforecast_lightgbm": lightgbm_global})
