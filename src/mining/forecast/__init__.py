"""Forecasts: models behind one protocol, intervals that hold, backtest, scores.

The models, from the simplest: ``seasonal_naive`` (last week again), ``window_average`` (mean of
four weeks), ``statsmodels`` (daily structural model times the shape of the day), ``boosting``
(LightGBM over all sensors, special days against last year's) and ``prophet``. All but Prophet have
conformal intervals; Prophet's are its own predictive samples. A model of your own is any object
with the attributes and methods of :class:`Model`, passed as it is to :func:`backtest` and
:func:`forecast`.

Choices were made on Auckland with cutoffs of 21 December 2023 and of 2024 (every 35 days from
18 January, each Thursday from 7 November to 26 December, 1 February, 27 June), never on those that
``benchmarks/forecast.py`` reports.

Which model serves a sensor is settled by :func:`choice`: the champion of the backtest, or the best
simple model where the champion does not beat it.

Hard cases: days of 23 and 25 hours keep the local hours; a sensor younger than four weeks is served
by the window average, younger than two by the seasonal naive, and the coordinate ``model`` says so;
a gap is bridged by older weeks; suspect, imputed and missing cells are never learnt from nor scored
as truth; without any known holiday the same models run on weekdays alone; steps of a day or an even
part of one work alike; only counts and shares are bounded by zero. Boosting follows a level that
moved within days and does not repeat a season that was no season. Journal entries known at the
origin are left out of what every model learns, and what they did is repeated when they come back.

The room is called like its main function, and both are public: ``mining.forecast(cube)`` and
``from mining.forecast import scores``. So the module itself can be called.
"""

import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from mining.forecast._origins import QUANTILES
from mining.forecast.ahead import forecast
from mining.forecast.backtest import backtest
from mining.forecast.models import get, names
from mining.forecast.protocol import Model
from mining.forecast.selection import choice, load
from mining.forecast.summary import champion, summarize
from mining.forecast.totals import totals

__all__ = [
    "QUANTILES",
    "Model",
    "backtest",
    "champion",
    "choice",
    "forecast",
    "get",
    "load",
    "names",
    "summarize",
    "totals",
]


class _CallableRoom(ModuleType):
    """A module that, called, is its function of the same name."""

    __signature__ = inspect.signature(forecast)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return forecast(*arguments, **options)

    def __reduce__(self) -> tuple[Any, ...]:
        # As a function is: by its name, so that it can be sent to another process.
        return import_module, (self.__name__,)


# Asked for help, the room answers as the function first.
__doc__ = f"{inspect.getdoc(forecast)}\n\nThe room\n--------\n{__doc__}"
sys.modules[__name__].__class__ = _CallableRoom
