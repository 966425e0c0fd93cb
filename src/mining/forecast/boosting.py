"""One gradient-boosting model for all sensors, direct, relative to a clean level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import xarray as xr

from mining.calendars import Calendar
from mining.errors import ModelError
from mining.forecast import _champion, conformal
from mining.forecast._cells import rows_ahead
from mining.forecast._drivers import Drivers, drivers
from mining.forecast._features import Bank
from mining.forecast._regimes import doubt, reach
from mining.forecast._training import PastErrors, Trained, situations, train
from mining.forecast.conformal import Situations
from mining.forecast.protocol import GridModel
from mining.forecast.simple import SeasonalNaive, WindowAverage

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Trusted days a sensor needs to be served by this model, and the whole history to train it.
LEAST_DAYS = 28
TRAIN_DAYS = 56
#: Rows it is trained on, at most; more cost time and gain little.
MOST_ROWS = 150_000


@dataclass(frozen=True)
class _Outlook:
    """The next positions of every sensor: medians, sizes of errors, doubt and situations."""

    point: Floats
    size: Floats
    doubt: Floats
    where: Situations
    errors: PastErrors


class Boosting(GridModel):
    """Gradient-boosted trees over all sensors, one row per sensor, hour and days ahead.

    Parameters
    ----------
    trees : int
        Number of trees.
    rows : int
        Rows to train on, at most.
    seed : int
        Of the trees' choice of columns and rows.

    Notes
    -----
    Target: distance from the clean level in units of that level, absolute error, weighted by the
    level, so that the pooled absolute error in passages is what is minimised. Features are
    computed as of each training origin (:mod:`mining.forecast._features`); nothing is recursive.
    A special day is compared with last year's same day where there is one
    (:mod:`mining.forecast._echo`), and a level that moved beyond chance with where it stands now
    (:mod:`mining.forecast._regimes`). LightGBM: Ke et al., NIPS 2017.

    The history is cut into blocks of four weeks, dealt out to three folds; three models each leave
    one fold out (Barber et al., *Predictive inference with the jackknife+*, Annals of Statistics
    49, 2021). The forecast is their mean; with more than a year of history, half of it, and half
    a model of the whole history. Intervals: no error they learn from is a training residual, and
    all of them lie before the origin. A second set of trees learns the size of these errors, and
    conformal quantiles of the errors in units of that size are pooled by sensor, hours and day
    ahead, special days apart (Lei et al. 2018, locally weighted).

    It is trained when the first forecast asks for it. :meth:`save` writes what was learnt;
    :meth:`load` reads it back, and :meth:`fit` of a loaded model takes newer data in without
    training again.
    """

    name = "boosting"

    def __init__(self, trees: int = 220, rows: int = MOST_ROWS, seed: int = 0) -> None:
        super().__init__()
        self.trees = trees
        self.rows = rows
        self.seed = seed
        self.trained: Trained | None = None
        self.loaded = False
        self._last: _Outlook | None = None

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Self:
        """Lay the cube out by local clock; forget what was learnt, unless it was loaded.

        Raises
        ------
        NotEnoughDataError
            If there is no trusted value at all, or the step does not divide a day.
        ModelError
            If the model was loaded, and the cube ends before the data that it was trained on.
        """
        super().fit(cube, calendar)
        self._last = None
        if not self.loaded:
            self.trained = None
        elif self.trained is not None and self.grid.moment() < self.trained.until:
            msg = (
                f"the data end on {self.grid.moment()}: this model was trained on data up to "
                f"{self.trained.until} and cannot forecast from an earlier origin"
            )
            raise ModelError(msg)
        return self

    def save(self, folder: Path) -> None:
        """Write what was learnt into a folder: trees as text, errors as netCDF, the rest as JSON.

        Raises
        ------
        ModelError
            If nothing was learnt: before the first forecast, or with too little data.
        """
        if self.trained is None:
            raise ModelError("model 'boosting' has learnt nothing yet: forecast first, then save")
        options = {"trees": self.trees, "rows": self.rows, "seed": self.seed}
        _champion.write(folder, self.trained, options)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return a model as it was saved.

        Raises
        ------
        ModelError
            If the folder does not hold a saved model, or a damaged one.
        """
        trained, options = _champion.read(folder)
        model = cls(**options)
        model.trained, model.loaded = trained, True
        return model

    def past_errors(self) -> PastErrors | None:
        """Return the errors of past days in the order of the cube, None before training."""
        if self.trained is None:
            return None
        errors = self.trained.errors
        padded = np.pad(errors.scaled, ((0, 1), (0, 0), (0, 0)), constant_values=np.nan)
        values = padded[self._codes()[self._back]]
        return PastErrors(values, errors.lead, errors.special, errors.hours)

    def drivers(self, steps: int) -> Drivers:
        """Return what moves the next `steps` medians away from a normal week.

        Cells that another model serves are NaN.
        """
        offsets = self.grid.offsets(steps)
        length = int(offsets.max()) + 1
        shape = (len(self.grid.sensors), length)
        if self.trained is None or not self._mine().any():
            return Drivers.nothing((shape[0], steps))
        rows = rows_ahead(self.grid, np.arange(length))
        made = drivers(self._bank(length), rows, self.trained.points)
        made = made.under(self.journal, shape)
        who = np.where(self._mine(), np.arange(shape[0]), -1)[self._back]
        return made.picked(who, offsets)

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        mine = self._mine()
        if not mine.any():
            return self._fallback(length, quantiles)
        ahead = self._outlook(length)
        offsets = ahead.errors.calibration(quantiles).offsets(ahead.where)
        shape = ahead.point.shape
        made = conformal.spread(ahead.point, ahead.size, offsets.reshape(*shape, len(quantiles)))
        made = reach(made, ahead.doubt, quantiles)
        good = np.asarray(np.isfinite(made).all(axis=2) & mine[:, None])
        if good.all():
            return made
        served = np.asarray(good.any(axis=1))
        fallback = self._fallback(length, quantiles)
        self.served = tuple(self.name if served[k] else name for k, name in enumerate(self.served))
        return np.asarray(np.where(good[..., None], made, fallback))

    def _mine(self) -> npt.NDArray[np.bool_]:
        """Tell which sensors this model serves: those with enough of a past that it knows."""
        seen = np.isfinite(self.grid.known).sum(axis=1) / self.grid.slots
        if self.loaded and self.trained is not None:
            return np.asarray((seen >= LEAST_DAYS) & (self._codes() < len(self.trained.sensors)))
        return np.asarray((seen >= LEAST_DAYS) & (seen.max() >= TRAIN_DAYS))

    def _codes(self) -> Ints:
        """Return what the trees call each sensor; the number of those they know for another."""
        if self.trained is None:
            return np.arange(len(self.grid.sensors))
        known = {name: code for code, name in enumerate(self.trained.sensors)}
        return np.array([known.get(name, len(known)) for name in self.grid.sensors])

    def _bank(self, length: int) -> Bank:
        return Bank(self.grid, self.calendar, length, self._codes())

    def _outlook(self, length: int) -> _Outlook:
        if self._last is not None and self._last.point.shape[1] == length:
            return self._last
        days = -(-length // self.grid.slots)
        bank = self._bank(length)
        if self.loaded and self.trained is not None and self.trained.days < days:
            msg = (
                f"this model was trained for {self.trained.days} days ahead: a forecast of "
                f"{days} days needs one that is trained for them"
            )
            raise ModelError(msg)
        if self.trained is None or (self.trained.days != days and not self.loaded):
            options = {"trees": self.trees, "rows": self.rows, "seed": self.seed}
            self.trained = train(bank, days, **options)
        rows = rows_ahead(self.grid, np.arange(length))
        shape = (len(self.grid.sensors), length)
        table = bank.features(rows)
        point = self.trained.point(bank, rows, table)
        size = self.trained.size(bank, rows, table, point)
        where, errors = situations(bank, rows), self.trained.errors
        # Under an entry of the journal nobody knows more than on a holiday.
        where = replace(where, special=where.special | self.journal.ahead(length).ravel())
        unsure = doubt(bank, rows).reshape(shape)
        self._last = _Outlook(point.reshape(shape), size.reshape(shape), unsure, where, errors)
        return self._last

    def _fallback(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        """Serve everything by the simple models first: by their own rules for young sensors."""
        grid = self.grid
        two_weeks = np.isfinite(grid.known).sum(axis=1) >= 2 * grid.season
        models = [self._standing_in(model) for model in (WindowAverage(), SeasonalNaive())]
        made = [model._quantiles(length, quantiles) for model in models]
        names = np.where(two_weeks, WindowAverage.name, SeasonalNaive.name)
        self.served = tuple(
            str(names[k]) if np.isfinite(row).any() else "none" for k, row in enumerate(grid.known)
        )
        return np.where(two_weeks[:, None, None], made[0], made[1])
