"""One gradient-boosting model for all sensors, direct, relative to a clean level."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mining.forecast import conformal
from mining.forecast._cells import Rows, cells, pairs
from mining.forecast._features import Bank
from mining.forecast._reference import trust
from mining.forecast._regimes import doubt, reach
from mining.forecast._trees import POINT, SIZE, cross_fit
from mining.forecast.conformal import Calibration, Situations
from mining.forecast.protocol import GridModel, hour_class
from mining.forecast.simple import SeasonalNaive, WindowAverage

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Trusted days a sensor needs to be served by this model, and the whole history to train it.
LEAST_DAYS = 28
TRAIN_DAYS = 56
#: Rows it is trained on, at most; more cost time and gain little.
MOST_ROWS = 150_000
#: Days of a block of the cross-fit: residuals of a block come from the model of the other blocks.
BLOCK_DAYS = 28
FOLDS = 3
#: Trees of the size of errors, and what is added to an error before its logarithm.
SIZE_TREES = 80
LEAST_ERROR = 0.03


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
    (:mod:`mining.forecast._echo`). LightGBM: Ke et al., NIPS 2017.

    The history is cut into blocks of four weeks, dealt out to three folds; three models each leave
    one fold out, and the forecast is their mean (Barber et al., *Predictive inference with the
    jackknife+*, Annals of Statistics 49, 2021). Intervals: no error they learn from is a training
    residual, and all of them lie before the origin. A second set of trees learns the size of
    these errors, and conformal quantiles of the errors in units of that size are pooled by sensor,
    hours and day ahead, special days apart (Lei et al. 2018, locally weighted).
    """

    name = "boosting"

    def __init__(self, trees: int = 220, rows: int = MOST_ROWS, seed: int = 0) -> None:
        super().__init__()
        self.trees = trees
        self.rows = rows
        self.seed = seed
        self.fitted: tuple[Any, ...] = ()

    def texts(self) -> dict[str, str]:
        """Return the fitted trees as text, by file name; nothing before a prediction."""
        return {f"boosting_{k}.txt": b.model_to_string() for k, b in enumerate(self.fitted)}

    def _quantiles(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        grid = self.grid
        seen = np.isfinite(grid.known).sum(axis=1) / grid.slots
        if seen.max() < TRAIN_DAYS:
            return self._fallback(length, quantiles)
        bank = Bank(grid, self.calendar, length)
        ahead = np.arange(length)
        future = Rows(
            np.repeat(np.arange(len(grid.sensors)), length),
            np.tile(grid.origin + ahead, len(grid.sensors)),
            np.full(length * len(grid.sensors), grid.origin),
        )
        point, unit, calibration = self._trained(bank, future, length, quantiles)
        shape = (len(grid.sensors), length)
        where = self._where(bank, future)
        offsets = calibration.offsets(where).reshape(*shape, len(quantiles))
        made = conformal.spread(point.reshape(shape), unit.reshape(shape), offsets)
        made = reach(made, doubt(bank, future).reshape(shape), quantiles)
        good = np.isfinite(made).all(axis=2) & (seen >= LEAST_DAYS)[:, None]
        if good.all():
            return made
        served = good.any(axis=1)
        fallback = self._fallback(length, quantiles)
        self.served = tuple(self.name if served[k] else name for k, name in enumerate(self.served))
        return np.asarray(np.where(good[..., None], made, fallback))

    def _fallback(self, length: int, quantiles: tuple[float, ...]) -> Floats:
        """Serve everything by the simple models first: by their own rules for young sensors."""
        grid = self.grid
        two_weeks = np.isfinite(grid.known).sum(axis=1) >= 2 * grid.season
        made = []
        for model in (WindowAverage(), SeasonalNaive()):
            model.grid, model.calendar, model.ceiling = grid, self.calendar, self.ceiling
            made.append(model._quantiles(length, quantiles))
        names = np.where(two_weeks, WindowAverage.name, SeasonalNaive.name)
        self.served = tuple(
            str(names[k]) if np.isfinite(row).any() else "none" for k, row in enumerate(grid.known)
        )
        return np.where(two_weeks[:, None, None], made[0], made[1])

    def _trained(
        self, bank: Bank, future: Rows, length: int, quantiles: tuple[float, ...]
    ) -> tuple[Floats, Floats, Calibration]:
        """Return future medians, the unit of errors around them, and their calibration."""
        days = -(-length // self.grid.slots)
        rows = self._training_rows(bank, days)
        table, target = bank.features(rows), bank.target(rows)
        base, scale = bank.reference(rows)
        weight = self._weight(rows, scale)
        fold = (rows.position // self.grid.slots // BLOCK_DAYS) % FOLDS
        made = cross_fit(table, target, weight, fold, POINT, trees=self.trees, seed=self.seed)
        point = base + made.held_out * trust(bank, rows) * scale
        unit = self._unit(bank, point, rows)
        errors = (base + target * scale - point) / unit
        size = np.log(np.abs(errors) + LEAST_ERROR)
        sizes = cross_fit(table, size, weight, fold, SIZE, trees=SIZE_TREES, seed=self.seed)
        errors = errors / np.exp(sizes.held_out)
        calibration = conformal.calibrate(errors, self._where(bank, rows), quantiles)
        self.fitted = (*made.boosters, *sizes.boosters)
        ahead = bank.features(future)
        base, scale = bank.reference(future)
        point = base + made.predict(ahead) * trust(bank, future) * scale
        return point, self._unit(bank, point, future) * np.exp(sizes.predict(ahead)), calibration

    def _training_rows(self, bank: Bank, days: int) -> Rows:
        rows = cells(self.grid, *pairs(self.grid, days))
        usable = np.flatnonzero(np.isfinite(bank.target(rows)))
        if len(usable) > self.rows:
            # Special days are few and hard: all of them are kept, as long as they are few.
            special = bank.special[rows.position[usable] // self.grid.slots]
            rare = usable[special] if special.sum() < self.rows // 2 else usable[:0]
            common = np.setdiff1d(usable, rare)
            draw = np.random.default_rng(self.seed)
            drawn = draw.choice(common, self.rows - len(rare), replace=False)
            usable = np.sort(np.concatenate([rare, drawn]))
        return Rows(rows.sensor[usable], rows.position[usable], rows.origin[usable])

    def _weight(self, rows: Rows, scale: Floats) -> Floats:
        counts = self.grid.is_count[rows.sensor]
        mean = scale[counts].mean() if counts.any() else 1.0
        return np.where(counts, scale / mean, 1.0)

    def _unit(self, bank: Bank, point: Floats, rows: Rows) -> Floats:
        """Return what errors are measured in: the forecast itself for counts."""
        _, scale = bank.reference(rows)
        relative = np.maximum(point, 0.0) + bank.floor[rows.sensor, 0]
        return np.where(self.grid.is_count[rows.sensor], relative, scale)

    def _where(self, bank: Bank, rows: Rows) -> Situations:
        grid = self.grid
        day = rows.position // grid.slots
        lead = (rows.position - rows.origin) // grid.slots
        near = np.searchsorted([1, 3, 7], lead, side="right")
        weekend = bank.weekday[day] >= 5
        return Situations(
            sensor=rows.sensor,
            hours=hour_class(grid, rows.position),
            lead=near * 2 + weekend,
            special=bank.special[day].astype("int64"),
        )
