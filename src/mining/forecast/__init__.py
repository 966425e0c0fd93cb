"""Forecasts: models behind one protocol, intervals that hold, backtest, scores."""

from mining.forecast._origins import QUANTILES
from mining.forecast.ahead import forecast
from mining.forecast.backtest import backtest
from mining.forecast.models import get, names
from mining.forecast.protocol import Model
from mining.forecast.summary import champion, summarize

__all__ = [
    "QUANTILES",
    "Model",
    "backtest",
    "champion",
    "forecast",
    "get",
    "names",
    "summarize",
]
