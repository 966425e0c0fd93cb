"""Forecasts: models behind one protocol, intervals that hold, backtest, scores.

The room is called like its main function, and both are public: ``mining.forecast(cube)`` and
``from mining.forecast import scores``. So the module itself can be called.
"""

import inspect
import sys
from types import ModuleType
from typing import Any

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


class _CallableRoom(ModuleType):
    """A module that, called, is its function of the same name."""

    __signature__ = inspect.signature(forecast)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return forecast(*arguments, **options)


sys.modules[__name__].__class__ = _CallableRoom
