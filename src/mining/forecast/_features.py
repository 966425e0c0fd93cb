"""What the boosting model looks at: everything as of the origin, relative to a clean level.

The clean level (base) of a position is a weighted mean of the same hour of the week over the last
eight weeks, special days left out. Features and target are distances from it, divided by a scale:
the base itself for counts, a constant for levels. A base "one week ahead" only uses values at
least one week older than its position, so that past positions and future ones are built alike.
The target of a special day is its distance from last year's same day, where there is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.calendars import Calendar
from mining.forecast._arrays import cumulated, divided, median, picked, row_mean, weighted
from mining.forecast._cells import Rows, analogue_days
from mining.forecast._echo import echo, weekly_level
from mining.forecast._grid import Grid
from mining.forecast._reference import reference
from mining.forecast._regimes import LONG, SHORT, moved, moves, odd_days
from mining.forecast.protocol import Ints, special_days

Floats = npt.NDArray[np.floating[Any]]

BASE_WEEKS = 8
LONG_WEEKS = 12
#: Weight of a week relative to the one after it.
FADE = 0.85
#: Days over which the recent level is measured.
LEVEL_DAYS = (1, 3, 7, 14, 28)
YEAR = 364


class Bank:
    """Arrays that every feature is gathered from, for one grid and calendar.

    Parameters
    ----------
    grid : Grid
        What is known.
    calendar : Calendar
        Known in advance.
    length : int
        Positions to forecast.
    codes : ndarray of int, optional
        What each sensor of the grid is called in features; its position by default.
    """

    def __init__(
        self, grid: Grid, calendar: Calendar, length: int, codes: Ints | None = None
    ) -> None:
        self.grid = grid
        self.codes = np.arange(len(grid.sensors)) if codes is None else codes
        self.season = grid.season
        span = grid.origin + grid.season
        self.day_count = -(-(grid.origin + max(length, grid.season)) // grid.slots)
        self.days = calendar.days(grid.days(self.day_count + 31), known_at=grid.moment())
        self.special = special_days(self.days)
        self.weekday = np.asarray(pd.DatetimeIndex(self.days.index).day_of_week, dtype="int64")
        self.values = np.pad(grid.known, ((0, 0), (0, grid.season)), constant_values=np.nan)
        self.masked = np.where(self.special[np.arange(span) // grid.slots], np.nan, self.values)
        self._levels()
        self._recent()
        self._analogues()
        self.moves, self.brief = moves(self, LONG), moves(self, SHORT)

    def _lag(self, values: Floats, weeks: int) -> Floats:
        out = np.full(values.shape, np.nan)
        shift = weeks * self.season
        if shift < values.shape[1]:
            out[:, shift:] = values[:, :-shift]
        return out

    def _levels(self) -> None:
        """Build the base, its scale and the same-hour statistics of past weeks."""
        lags = np.stack([self._lag(self.masked, k) for k in range(1, LONG_WEEKS + 1)])
        seen = np.isfinite(lags)
        weights = FADE ** np.arange(LONG_WEEKS)[:, None, None]
        self.base = weighted(lags, seen, weights, BASE_WEEKS)
        long = weighted(lags, seen, np.ones_like(weights), LONG_WEEKS)
        raw = [self._lag(self.values, k) for k in range(1, 4)]
        # A sensor all of whose recent weeks were special has its plain last weeks.
        plain = weighted(np.stack(raw), np.isfinite(np.stack(raw)), np.ones((3, 1, 1)), 3)
        self.base = np.where(np.isfinite(self.base), self.base, long)
        self.base = np.where(np.isfinite(self.base), self.base, plain)
        level = row_mean(np.abs(self.grid.known))
        change = row_mean(np.abs(self.values - raw[0]))
        constant = np.where(change > 0, change, np.where(level > 0, 0.1 * level, 1.0))[:, None]
        self.floor = np.where(level > 0, 0.02 * level, 1.0)[:, None]
        counts = self.grid.is_count[:, None]
        self.scale = np.where(counts, np.maximum(self.base, 0) + self.floor, constant)
        self.level = np.where(level > 0, level, 1.0)[:, None]
        self.weeks = {
            "lag1": raw[0],
            "lag2": raw[1],
            "lag3": raw[2],
            "mean4": weighted(lags, seen, np.ones_like(weights), 4),
            "median8": median(lags[:BASE_WEEKS]),
            "mean12": long,
        }

    def _recent(self) -> None:
        """Cumulate what was seen and what the base said, for levels over any window."""
        both = np.isfinite(self.masked) & np.isfinite(self.base)
        surplus = np.where(both, self.masked - self.base, 0.0)
        scale = np.where(both, self.scale, 0.0)
        self.surplus, self.scales = cumulated(surplus), cumulated(scale)
        counts = self.grid.is_count
        self.net_surplus = self.surplus[counts].sum(axis=0)
        self.net_scales = self.scales[counts].sum(axis=0)
        by_slot = (len(surplus), -1, self.grid.slots)
        pad = (-surplus.shape[1]) % self.grid.slots
        wide = [np.pad(a, ((0, 0), (0, pad))).reshape(by_slot) for a in (surplus, scale)]
        self.slot_surplus, self.slot_scales = (
            np.concatenate([np.zeros_like(a[:, :1]), a.cumsum(axis=1)], axis=1) for a in wide
        )

    def _analogues(self) -> None:
        """Measure each past day against its base: per sensor, and by slot for all of them."""
        both = np.isfinite(self.values) & np.isfinite(self.base)
        surplus = np.where(both, self.values - self.base, 0.0)
        scale = np.where(both, self.scale, 0.0)
        whole = self.grid.origin // self.grid.slots
        shape = (len(surplus), whole, self.grid.slots)
        used = whole * self.grid.slots
        by_day, by_scale = (a[:, :used].reshape(shape) for a in (surplus, scale))
        self.day_ratio = divided(by_day.sum(axis=2), by_scale.sum(axis=2))
        counts = self.grid.is_count
        self.net_ratio = divided(by_day[counts].sum(axis=0), by_scale[counts].sum(axis=0))
        self.net_day_ratio = divided(
            by_day[counts].sum(axis=(0, 2)), by_scale[counts].sum(axis=(0, 2))
        )
        self.odd = odd_days(self.day_ratio, self.special[:whole])
        self.net_odd = odd_days(self.net_day_ratio[None], self.special[:whole])[0]
        self.weekly = weekly_level(self.base, self.season)
        self.analogue = analogue_days(self.days)
        holidays = self.days["is_holiday"].to_numpy()[:whole, None]
        known = holidays & np.isfinite(self.net_ratio)
        total = np.where(known, self.net_ratio, 0.0).cumsum(axis=0)
        self.holiday_mean = divided(total, known.cumsum(axis=0).astype("float64"))

    def target(self, rows: Rows) -> Floats:
        """Return the distance of the truth from the base, in scales."""
        base, scale = self.reference(rows)
        return np.asarray((self.values[rows.sensor, rows.position] - base) / scale)

    def reference(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return what each cell is compared with, and the scale of its distance."""
        return reference(self, rows)

    def usual(self, rows: Rows) -> Floats:
        """Return the clean level of each cell as of its origin, whatever has moved since."""
        return np.asarray(self.base[rows.sensor, self.aligned(rows)])

    def clean(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return the clean level of each cell, where its sensor stands now, and its scale."""
        where = rows.sensor, self.aligned(rows)
        return moved(self, rows, self.base[where], self.scale[where])

    def aligned(self, rows: Rows) -> Ints:
        """Return the position whose one-week-ahead arrays hold what the origin knows."""
        ahead = (rows.position - rows.origin) // self.season
        return np.asarray(rows.position - self.season * np.maximum(ahead, 0))

    def features(self, rows: Rows) -> pd.DataFrame:
        """Describe cells; every column is a float, NaN where nothing is known."""
        base, scale = self.clean(rows)
        where = rows.sensor, self.aligned(rows)
        out: dict[str, Any] = {
            name: (values[where] - base) / scale for name, values in self.weeks.items()
        }
        out["shape"] = base / self.level[rows.sensor, 0]
        out |= self._level_features(rows)
        out |= self._day_features(rows)
        past = echo(self, rows, base, scale)
        out |= {
            "echo_own": (past.own - base) / scale,
            "echo_network": (past.network - base) / scale,
        }
        return pd.DataFrame({k: np.asarray(v, dtype="float32") for k, v in out.items()})

    def recent(self, rows: Rows, days: int) -> Floats:
        """Return the mean distance from the base over the days before each origin, in scales."""
        start = np.maximum(rows.origin - days * self.grid.slots, 0)
        above = self.surplus[rows.sensor, rows.origin] - self.surplus[rows.sensor, start]
        below = self.scales[rows.sensor, rows.origin] - self.scales[rows.sensor, start]
        return divided(above, below)

    def _level_features(self, rows: Rows) -> dict[str, Floats]:
        out = {}
        for days in LEVEL_DAYS:
            start = np.maximum(rows.origin - days * self.grid.slots, 0)
            out[f"level{days}"] = self.recent(rows, days)
            net = self.net_surplus[rows.origin] - self.net_surplus[start]
            out[f"network{days}"] = divided(
                net, self.net_scales[rows.origin] - self.net_scales[start]
            )
        slot = rows.position % self.grid.slots
        # Whole days of this slot before the origin: the slot of today counts if it is over.
        end = rows.origin // self.grid.slots + (slot < rows.origin % self.grid.slots)
        for days in (3, 14):
            start = np.maximum(end - days, 0)
            cells = rows.sensor, end, slot
            early = rows.sensor, start, slot
            out[f"slot{days}"] = divided(
                self.slot_surplus[cells] - self.slot_surplus[early],
                self.slot_scales[cells] - self.slot_scales[early],
            )
        return out

    def _day_features(self, rows: Rows) -> dict[str, Floats]:
        day, slot = rows.position // self.grid.slots, rows.position % self.grid.slots
        table = self.days
        out: dict[str, Any] = {
            "sensor": self.codes[rows.sensor],
            "slot": slot,
            "weekday": self.weekday[day],
            "lead": (rows.position - rows.origin) // self.grid.slots,
            "special": self.special[day],
        }
        for name in (
            "is_holiday",
            "days_to_holiday",
            "days_since_holiday",
            "school_holiday",
            "bridge",
        ):
            out[name] = table[name].to_numpy()[day]
        school = np.concatenate([[0.0], table["school_holiday"].to_numpy().cumsum()])
        now = rows.origin // self.grid.slots
        out["school_before"] = (school[now] - school[np.maximum(now - 28, 0)]) / 28
        analogue = self.analogue[day]
        out["analogue_network"] = picked(self.net_ratio, analogue, slot)
        out["analogue_sensor"] = picked(self.day_ratio.T, analogue, rows.sensor)
        out["year_network"] = picked(row_mean(self.net_ratio)[:, None], day - YEAR, 0 * day)
        out["year_sensor"] = picked(self.day_ratio.T, day - YEAR, rows.sensor)
        holiday = table["is_holiday"].to_numpy()[day]
        out["holidays_before"] = np.where(holiday, picked(self.holiday_mean, now - 1, slot), np.nan)
        return out
