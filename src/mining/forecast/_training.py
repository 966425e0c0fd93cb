"""Training of the boosting model: which past cells, which trees, and the errors they made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.forecast import conformal
from mining.forecast._cells import PastDays, Rows, past_days, whole_weeks
from mining.forecast._features import YEAR, Bank
from mining.forecast._reference import trust
from mining.forecast._trees import POINT, SIZE, CrossFit, cross_fit
from mining.forecast.conformal import Calibration, Situations
from mining.forecast.protocol import hour_class

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: Days of a block of the cross-fit: errors of a block come from trees of the other blocks.
BLOCK_DAYS = 28
FOLDS = 3
#: Trees of the size of errors, and what is added to an error before its logarithm.
SIZE_TREES = 80
LEAST_ERROR = 0.03
#: Cells whose errors are kept, about; and never fewer weeks of them than this.
MOST_ERRORS = 400_000
LEAST_WEEKS = 13


@dataclass(frozen=True)
class PastErrors:
    """Errors of trees that had not seen the days, in units of their expected size.

    Attributes
    ----------
    scaled : ndarray, shape (sensor, day, slot)
        NaN where there is no truth.
    lead, special : ndarray of int, shape (day, slot)
        Class of days ahead and weekend, and whether the day is special.
    hours : ndarray of int, shape (slot,)
        Class of hours.
    """

    scaled: Floats
    lead: Ints
    special: Ints
    hours: Ints

    def calibration(self, quantiles: tuple[float, ...]) -> Calibration:
        """Return the conformal quantiles of the errors by situation."""
        shape = self.scaled.shape
        where = Situations(
            sensor=np.broadcast_to(np.arange(shape[0])[:, None, None], shape),
            hours=np.broadcast_to(self.hours, shape),
            lead=np.broadcast_to(self.lead, shape),
            special=np.broadcast_to(self.special, shape),
        )
        return conformal.calibrate(self.scaled, where, quantiles)


@dataclass(frozen=True)
class Trained:
    """Everything that a forecast needs beside the data.

    Attributes
    ----------
    sensors : tuple of str
        Ids, in the order of the codes that the trees know.
    until : Timestamp
        Local end of the data it was trained on.
    days : int
        Days ahead it was trained for.
    points, sizes : CrossFit
        Trees of the distance from the reference, and of the logarithm of the size of errors.
    errors : PastErrors
        Of past days.
    """

    sensors: tuple[str, ...]
    until: pd.Timestamp
    days: int
    points: CrossFit
    sizes: CrossFit
    errors: PastErrors

    def point(self, bank: Bank, rows: Rows, table: pd.DataFrame) -> Floats:
        """Return the median of each cell, given its features."""
        base, scale = bank.reference(rows)
        return base + self.points.predict(table) * trust(bank, rows) * scale

    def size(self, bank: Bank, rows: Rows, table: pd.DataFrame, point: Floats) -> Floats:
        """Return the expected size of the error of each cell, in its own unit."""
        return unit(bank, point, rows) * np.exp(self.sizes.predict(table))


def train(bank: Bank, days: int, *, trees: int, rows: int, seed: int) -> Trained:
    """Train on the past of a bank for forecasts of up to `days` days.

    Parameters
    ----------
    bank : Bank
        What is known.
    days : int
        Days ahead.
    trees, rows, seed : int
        Trees of each booster, rows to train on at most, seed of every draw.
    """
    grid = bank.grid
    past = past_days(grid, days)
    points = _points(bank, _drawn(bank, past, rows, seed), trees=trees, seed=seed)
    sensors = len(grid.sensors)
    kept = whole_weeks(past, max(MOST_ERRORS // (sensors * grid.season), LEAST_WEEKS))
    cells = kept.all_rows(sensors)
    table, fold = bank.features(cells), _fold(bank, cells)
    base, scale = bank.reference(cells)
    point = base + points.held_out(table, fold) * trust(bank, cells) * scale
    errors = (bank.grid.known[cells.sensor, cells.position] - point) / unit(bank, point, cells)
    weight = _weight(bank, cells, scale)
    sizes = _sizes(table, errors, weight, fold, rows=rows, seed=seed)
    held = errors / np.exp(sizes.held_out(table, fold))
    return Trained(
        sensors=grid.sensors,
        until=grid.moment(),
        days=days,
        points=points,
        sizes=sizes,
        errors=_by_day(bank, kept, held),
    )


def _drawn(bank: Bank, past: PastDays, count: int, seed: int) -> Rows:
    """Return at most `count` known cells; special days are few and hard, and all kept if few."""
    grid, sensors = bank.grid, len(bank.grid.sensors)
    seen = np.isfinite(bank.grid.known[:, past.positions])
    usable = np.flatnonzero(seen)
    if len(usable) > count:
        special = np.broadcast_to(bank.special[past.positions // grid.slots], seen.shape)
        rare = np.flatnonzero(seen & special)
        rare = rare if len(rare) < count // 2 else rare[:0]
        common = np.setdiff1d(usable, rare, assume_unique=True)
        draw = np.random.default_rng(seed)
        drawn = draw.choice(common, count - len(rare), replace=False)
        usable = np.sort(np.concatenate([rare, drawn]))
    return past.rows(usable, sensors)


def _points(bank: Bank, rows: Rows, *, trees: int, seed: int) -> CrossFit:
    _, scale = bank.reference(rows)
    return cross_fit(
        bank.features(rows),
        bank.target(rows),
        _weight(bank, rows, scale),
        _fold(bank, rows),
        POINT,
        trees=trees,
        seed=seed,
        # Folds leave the last weeks out, which say most of the next; but where no season came
        # twice yet, what they taught seldom lasts.
        whole=bank.grid.origin > YEAR * bank.grid.slots,
    )


def _sizes(
    table: pd.DataFrame, errors: Floats, weight: Floats, fold: Ints, *, rows: int, seed: int
) -> CrossFit:
    """Learn the logarithm of the size of errors, on `rows` of them at most."""
    usable = np.flatnonzero(np.isfinite(errors))
    if len(usable) > rows:
        usable = np.sort(np.random.default_rng(seed).choice(usable, rows, replace=False))
    if not len(usable):
        return CrossFit((), ())
    size = np.log(np.abs(errors[usable]) + LEAST_ERROR)
    part = table.iloc[usable], size, weight[usable], fold[usable]
    return cross_fit(*part, SIZE, trees=SIZE_TREES, seed=seed)


def _by_day(bank: Bank, past: PastDays, held: Floats) -> PastErrors:
    positions = past.positions
    one = Rows(
        np.zeros(positions.size, dtype="int64"),
        positions.ravel(),
        np.repeat(past.origin - (past.back + past.lead) * past.slots, past.slots),
    )
    where = situations(bank, one)
    return PastErrors(
        # As they are stored: what is saved and read back gives the same forecasts.
        scaled=held.astype("float32").reshape(len(bank.grid.sensors), *positions.shape),
        lead=where.lead.reshape(positions.shape),
        special=where.special.reshape(positions.shape),
        hours=hour_class(bank.grid, positions[0]) if len(positions) else np.empty(0, "int64"),
    )


def _fold(bank: Bank, rows: Rows) -> Ints:
    return np.asarray((rows.position // bank.grid.slots // BLOCK_DAYS) % FOLDS)


def _weight(bank: Bank, rows: Rows, scale: Floats) -> Floats:
    """Weigh counts by their level: the pooled error in passages is what is minimised."""
    counts = bank.grid.is_count[rows.sensor]
    mean = np.nanmean(scale[counts]) if np.isfinite(scale[counts]).any() else 1.0
    return np.where(counts, scale / mean, 1.0)


def unit(bank: Bank, point: Floats, rows: Rows) -> Floats:
    """Return what errors are measured in: the forecast itself for counts."""
    _, scale = bank.reference(rows)
    relative = np.maximum(point, 0.0) + bank.least[rows.sensor, 0]
    return np.where(bank.grid.is_count[rows.sensor], relative, scale)


def situations(bank: Bank, rows: Rows) -> Situations:
    """Return the situations of cells: sensor, hours, days ahead and weekend, special days."""
    grid = bank.grid
    day = rows.position // grid.slots
    lead = (rows.position - rows.origin) // grid.slots
    near = np.searchsorted([1, 3, 7], lead, side="right")
    weekend = bank.weekday[day] >= 5
    return Situations(
        sensor=bank.codes[rows.sensor],
        hours=hour_class(grid, rows.position),
        lead=near * 2 + weekend,
        special=bank.special[day].astype("int64"),
    )
