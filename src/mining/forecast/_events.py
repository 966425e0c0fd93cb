"""Entries of the journal: hours that no model learns from, and what they do when they come back.

Works, a closure, an event or a market change how many people pass; the usual week is the one
without them. So the hours under an entry that was known at the origin are left out of what every
model learns. When an entry of the same title, or else of the same type, is announced again at the
same sensor, the forecast is multiplied by the mean ratio of what was counted under it to the mean
of the same hour of the week before, drawn towards 1 the less of it was seen. One that never
happened changes nothing but the width: nobody knows what it will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.calendars import Calendar, Event
from mining.forecast._arrays import divided
from mining.forecast._grid import DAY, Grid

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Types that change how many people pass; the others tell of the sensor.
TYPES = ("works", "closure", "event", "market")
#: An entry that has lasted longer is the usual week by now.
LONGEST = pd.Timedelta("56D")
#: Weeks before that an hour is compared with.
WEEKS = 8
#: Share of a sensor's last twelve weeks that must be left for its usual week to be known.
LEAST_LEFT, LEFT_WEEKS = 0.25, 12
#: Hours needed to say anything, and hours at which half of a ratio is believed.
LEAST_HOURS = 3.0
HALF_TITLE, HALF_TYPE = 4.0, 16.0


@dataclass(frozen=True)
class Entry:
    """One entry on the grid.

    Attributes
    ----------
    keys : tuple of str
        Title and type.
    sensors : ndarray of bool, shape (sensor,)
        Whom it concerns.
    start, end : int
        First position under it, and first after it.
    """

    keys: tuple[str, str]
    sensors: Flags
    start: int
    end: int


@dataclass(frozen=True)
class Journal:
    """What the journal says at the origin of a grid.

    Attributes
    ----------
    grid : Grid
        Everything that was trusted, hours under an entry too.
    entries : tuple of Entry
        Known at its origin.
    """

    grid: Grid
    entries: tuple[Entry, ...]

    @cached_property
    def known(self) -> Floats:
        """Return the trusted values outside of every entry, shape (sensor, origin)."""
        under = self._under(0, self.grid.origin)
        if under is None:
            return self.grid.known
        near = slice(max(self.grid.origin - LEFT_WEEKS * self.grid.season, 0), None)
        seen = np.isfinite(self.grid.known)
        left = (seen & ~under)[:, near].sum(axis=1)
        enough = left > LEAST_LEFT * seen[:, near].sum(axis=1)
        return np.where(under & enough[:, None], np.nan, self.grid.known)

    def ahead(self, length: int) -> Flags:
        """Tell which of the next `length` positions are under an entry, shape (sensor, length)."""
        under = self._under(self.grid.origin, length)
        shape = (len(self.grid.sensors), length)
        return np.zeros(shape, dtype=bool) if under is None else under

    def effect(self, length: int) -> Floats:
        """Return what the next positions are multiplied by (levels: what is added to them)."""
        neutral = self.grid.is_count.astype("float64")[:, None]
        out = np.repeat(neutral, length, axis=1)
        trust = np.zeros(out.shape)
        for entry in self.entries:
            first = max(entry.start - self.grid.origin, 0)
            cells = slice(first, max(entry.end - self.grid.origin, first))
            if out[:, cells].size:
                size, share = self._learnt(entry)
                better = entry.sensors[:, None] & (share[:, None] > trust[:, cells])
                moved = neutral + (share * (size - neutral[:, 0]))[:, None]
                out[:, cells] = np.where(better, moved, out[:, cells])
                trust[:, cells] = np.where(better, share[:, None], trust[:, cells])
        return out

    def applied(self, made: Floats) -> Floats:
        """Return forecasts, shape (sensor, length, ...), under what is announced."""
        if not self.entries:
            return made
        effect = self.effect(made.shape[1]).reshape(*made.shape[:2], *[1] * (made.ndim - 2))
        counts = self.grid.is_count.reshape(-1, *[1] * (made.ndim - 1))
        return np.where(counts, made * effect, made + effect)

    def _under(self, start: int, length: int) -> Flags | None:
        """Tell which of `length` positions from `start` are under an entry; None if none is."""
        out: Flags | None = None
        for entry in self.entries:
            first, last = max(entry.start - start, 0), min(entry.end - start, length)
            if first < last:
                out = np.zeros((len(entry.sensors), length), dtype=bool) if out is None else out
                out[entry.sensors, first:last] = True
        return out

    def _learnt(self, entry: Entry) -> tuple[Floats, Floats]:
        """Return the ratio (levels: difference) seen under entries of its kind, and its belief."""
        size, share = self._seen(entry, 0, HALF_TITLE)
        other, less = self._seen(entry, 1, HALF_TYPE)
        return np.where(share > 0, size, other), np.where(share > 0, share, less)

    def _seen(self, entry: Entry, key: int, half: float) -> tuple[Floats, Floats]:
        sums = np.zeros((3, len(entry.sensors)))
        for past in self.entries:
            last = min(past.end, self.grid.origin)
            if past.keys[key] == entry.keys[key] != "" and past.start < last:
                who = np.flatnonzero(past.sensors & entry.sensors)
                sums[:, who] += self._compared(who, np.arange(max(past.start, 0), last))
        count, counted, usual = sums
        hours = count * 24 / self.grid.slots
        level = divided(counted - usual, count)
        size = np.where(self.grid.is_count, divided(counted, usual), level)
        known = np.isfinite(size) & (hours >= LEAST_HOURS)
        return np.where(known, size, 0.0), np.where(known, hours / (hours + half), 0.0)

    def _compared(self, who: Ints, positions: Ints) -> Floats:
        """Return how many cells were seen, their sum, and that of their usual level."""
        values = self.grid.known[np.ix_(who, positions)]
        lags = positions - self.grid.season * np.arange(1, WEEKS + 1)[:, None]
        before = self.known[who][:, np.maximum(lags, 0)]
        seen = np.isfinite(before) & (lags >= 0)
        usual = divided(np.where(seen, before, 0.0).sum(axis=1), seen.sum(axis=1).astype("float64"))
        both = np.isfinite(values) & np.isfinite(usual)
        return np.stack(
            [both.sum(axis=1), *(np.where(both, x, 0.0).sum(axis=1) for x in (values, usual))]
        )


def journal(grid: Grid, calendar: Calendar) -> Journal:
    """Lay the entries that are known at the origin of a grid out by position."""
    known = calendar.entries(types=TYPES, known_at=grid.moment())
    made = []
    for event in known:
        if min(event.end, grid.moment()) - event.start <= LONGEST:
            step = DAY / grid.slots
            # An hour that is partly under an entry is under it.
            start = int((event.start - grid.first_day) // step)
            end = -int((grid.first_day - event.end) // step)
            if end > 0:
                keys = (event.title.strip().casefold(), event.type)
                made.append(Entry(keys, _concerned(grid, event), start, end))
    return Journal(grid, tuple(made))


def _concerned(grid: Grid, event: Event) -> Flags:
    places = grid.places or ("",) * len(grid.sensors)
    pairs = zip(grid.sensors, places, strict=True)
    return np.array([event.concerns([s], [p] if p else []) for s, p in pairs], dtype=bool)
