"""The counts of a town cut into days that begin when an event begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.counterfactual._expected import REACH, Days, expected
from mining.counterfactual._town import Town
from mining.cube import BoolArray
from mining.week_grid import Array, IntArray

#: A day is learnt from where this share of its usual passages was counted.
_LEAST_SHARE = 0.5

_Cell = TypeVar("_Cell", bound=np.generic)


@dataclass(frozen=True)
class Cut:
    """Counts of days, each cut to the same hours.

    Attributes
    ----------
    counted, share : array (sensor, day)
        Sum of the trusted counts, and the share of the usual passages of these hours that fall
        into counted steps.
    log : array (sensor, day)
        Logarithm of the full day's count where it may be learnt from; NaN elsewhere.
    moving : array (sensor, day)
        The same where a control may be followed: on holidays, and in entries of the whole town.
    """

    counted: Array
    share: Array
    log: Array
    moving: Array


class View:
    """Days that begin at the hour of a window, over the whole history.

    Parameters
    ----------
    town : Town
        The territory.
    first, stop : int
        Half-open range of positions of the window.
    unlearnt : bool array (sensor, position)
        Positions that must teach nothing besides those of the journal.
    """

    def __init__(self, town: Town, first: int, stop: int, unlearnt: BoolArray) -> None:
        per_day = town.grid.per_day
        self.town, self.per_day = town, per_day
        self.offset, self.day = first % per_day, first // per_day
        whole, rest = divmod(stop - first, per_day)
        self.length = whole + (rest > 0)
        self.size = -(-(town.grid.size - self.offset) // per_day)
        self.steps = per_day if whole else rest
        some, everywhere = town.happened
        self._some, self._odd = some, some | everywhere | town.holiday | unlearnt
        self.days = self._cut(self.steps)
        self.last_steps = rest
        self.last = self._cut(rest) if whole and rest else None
        self.era = self._table(town.era)[:, :, 0]
        self.holiday = self._table(town.holiday[None])[0].mean(axis=1)
        # A placebo must not overlap anything that happened to its sensors.
        happened = some | everywhere | unlearnt
        self.happened: BoolArray = np.asarray(self._table(happened)[:, :, : self.steps].any(axis=2))

    def _table(self, cells: npt.NDArray[_Cell]) -> npt.NDArray[_Cell]:
        """Return cells (sensor, position) as (sensor, day, step of the day)."""
        nothing = np.nan if cells.dtype.kind == "f" else 0
        out = np.full((len(cells), self.size * self.per_day), nothing, dtype=cells.dtype)
        out[:, : cells.shape[1] - self.offset] = cells[:, self.offset :]
        return out.reshape(len(cells), self.size, self.per_day)

    def shape(self, steps: int) -> Array:
        """Return the usual count of each step of each day (sensor, day, step)."""
        slot = np.arange(self.offset, self.offset + 7 * self.per_day) % self.town.grid.slots
        week = self.town.shape[:, slot].reshape(len(self.town.ids), 7, self.per_day)
        return week[:, np.arange(self.size) % 7, :steps]

    def _cut(self, steps: int) -> Cut:
        values = self._table(self.town.on_clock)[:, :, :steps]
        usual = self.shape(steps)
        total = usual.sum(axis=2)
        sums = {}
        for name, without in (("all", None), ("moving", self._some), ("log", self._odd)):
            known = np.isfinite(values)
            if without is not None:
                known &= ~self._table(without)[:, :, :steps]
            share = np.where(known, usual, 0.0).sum(axis=2) / total
            sums[name] = np.where(known, values, 0.0).sum(axis=2), share
        logs = {name: _log(*pair) for name, pair in sums.items()}
        return Cut(*sums["all"], logs["log"], logs["moving"])

    def around(self, cut: Cut, day: int, teach: BoolArray | None, rows: IntArray) -> Days:
        """Return the days around a window that begins on `day`.

        Parameters
        ----------
        cut : Cut
            Whole days or last days.
        day : int
            First day of the window.
        teach : bool array (offset,), optional
            Which days, counted from ``day - REACH``, may teach the `rows`.
        rows : int array
            The touched sensors.
        """
        low, high = max(0, day - REACH), min(self.size, day + self.length + REACH)
        log, moving = cut.log[:, low:high], cut.moving[:, low:high]
        same = self.era[:, low:high] == self.era[:, [day]]
        learn = np.isfinite(log) & same
        learn[:, day - low : day - low + self.length] = False
        if teach is not None:
            start = low - (day - REACH)
            learn[rows] &= teach[start : start + high - low]
        moving = np.where(same, moving, np.nan)
        weekday = np.arange(low, high) % 7
        return Days(log, moving, learn, weekday, day - low, day - low + self.length)

    def expect(
        self, day: int, rows: IntArray, controls: list[IntArray], teach: BoolArray | None = None
    ) -> Array:
        """Return what `rows` are expected to count in full days (row, day of the window)."""
        days = self.around(self.days, day, teach, rows)
        last = None if self.last is None else self.around(self.last, day, teach, rows)
        return expected(days, last, rows, controls)

    def counted(self, day: int, rows: IntArray) -> tuple[Array, Array]:
        """Return the counts and the shares that were counted (row, day of the window)."""
        span = slice(day, day + self.length)
        counted, share = self.days.counted[rows, span].copy(), self.days.share[rows, span].copy()
        if self.last is not None:
            counted[:, -1] = self.last.counted[rows, span.stop - 1]
            share[:, -1] = self.last.share[rows, span.stop - 1]
        same = self.era[rows, span] == self.era[rows, day][:, None]
        return np.where(same, counted, 0.0), np.where(same, share, 0.0)

    def by_day(self, rows: IntArray, observed: Array, expected: Array) -> pd.DataFrame:
        """Return `observed` and `expected` by local day.

        Parameters
        ----------
        rows : int array (row,)
            Sensors.
        observed, expected : array (row, day of the window)
            Counts that are compared; both nothing where nothing is.
        """
        span = slice(self.day, self.day + self.length)
        counts = self._table(self.town.on_clock[rows])[:, span]
        used = np.isfinite(counts) & ((observed > 0) | (expected > 0))[:, :, None]
        used[:, :, self.steps :] = False
        if self.last is not None:
            used[:, -1, self.last_steps :] = False
        usual = np.where(used, self.shape(self.per_day)[rows, span], 0.0)
        part = usual / np.maximum(usual.sum(axis=2, keepdims=True), 1e-9)
        cells = {
            "observed": np.where(used, counts, 0.0).sum(axis=0).ravel(),
            "expected": (expected[:, :, None] * part).sum(axis=0).ravel(),
        }
        begin = self.offset + self.day * self.per_day
        clock = self.town.monday + self.town.step * np.arange(begin, begin + usual[0].size)
        some = used.any(axis=0).ravel()
        days = pd.DatetimeIndex(clock).normalize().rename("day")
        return pd.DataFrame(cells, index=days)[some].groupby(level=0).sum()

    def taught(self, day: int, rows: IntArray) -> BoolArray:
        """Return the days from ``day - REACH`` on that teach at least one of `rows` (offset,)."""
        out = np.zeros(2 * REACH + self.length, dtype=bool)
        days = self.around(self.days, day, None, rows)
        start = REACH - days.first
        out[start : start + days.learn.shape[1]] = days.learn[rows].any(axis=0)
        return out


def _log(sums: Array, share: Array) -> Array:
    """Return the logarithm of the full day's count; a day of nothing counts as half a passage."""
    full = np.maximum(sums / np.maximum(share, _LEAST_SHARE), 0.5)
    return np.where(share >= _LEAST_SHARE, np.log(full), np.nan)
