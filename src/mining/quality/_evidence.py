"""Everything the rules look at, worked out once for a cube."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as model
from mining.calendars import Calendar
from mining.cube import Quality, Reason
from mining.quality import _levels, _typical, _zeros
from mining.quality._clock import Clock, clock_of
from mining.stretches import Bools, Floats, Ints, long_runs

#: Reasons that only this room gives. A cell the source reader called suspect for another reason
#: is out of sight of the rules; one of these is looked at again, so that cleaning twice changes
#: nothing.
OWN_REASONS = (
    Reason.ZERO_RUN,
    Reason.ZERO_BLOCK,
    Reason.OUTAGE_EDGE,
    Reason.LOW_LEVEL,
    Reason.STUCK,
    Reason.SPIKE,
    Reason.CEILING,
    Reason.COPY,
    Reason.TWIN,
    Reason.CLOCK,
    Reason.SWAP,
    Reason.MULTIPLE,
    Reason.CUMULATIVE,
    Reason.FILLED,
    Reason.DECLARED,
    Reason.NOT_INSTALLED,
)
#: On public holidays a closed sensor may well see nobody while the street does.
HOLIDAY_SHARE = 0.1
#: The share of the weeks around that is modest: a lockdown of a month is not compared with the
#: full weeks before and after it.
MODEST = 0.25
#: Zero runs of at least so many hours stay out of the first look at the history.
LONG_HOURS = 24.0
#: Gaps of at least so many hours are outages with edges.
GAP_HOURS = 6.0


@dataclass(frozen=True)
class Evidence:
    """A cube as the rules see it; arrays have the shape (sensor, time).

    Attributes
    ----------
    values : array of float64
        Values as counted; NaN where missing, imputed, or suspect by the reader's word.
    missing : array of bool
        Cells that hold no counted value.
    counts, decibels : arrays of bool, shape (sensor,)
        Which sensors count passages, and which measure noise.
    before, declared, closed : arrays of bool
        Before the declared installation; inside a journal entry of type fault; inside one of type
        works or closure that names the sensor or its place.
    holiday : array of bool, shape (time,)
        Whether the local day is a public holiday.
    clock : Clock
        Local week of the times.
    sites : tuple of str
        Site of each sensor, empty where unknown.
    rank : array of int, shape (sensor,)
        Place of each sensor in the order of their names.
    """

    values: Floats
    missing: Bools
    counts: Bools
    decibels: Bools
    before: Bools
    declared: Bools
    closed: Bools
    holiday: Bools
    clock: Clock
    sites: tuple[str, ...]
    rank: Ints

    @cached_property
    def counted(self) -> Floats:
        """Passages: not negative, not infinite, not declared wrong; NaN elsewhere."""
        fine = self.counts[:, None] & np.isfinite(self.values) & ~self.declared & ~self.before
        with np.errstate(invalid="ignore"):
            return np.where(fine & (self.values >= 0), self.values, np.nan)

    @cached_property
    def sounds(self) -> Floats:
        """Decibels that an instrument can give; NaN elsewhere."""
        fine = self.decibels[:, None] & ~self.declared & ~self.before
        wrong = _levels.impossible_levels(self.values, decibels=True)
        return np.where(fine & ~wrong, self.values, np.nan)

    @cached_property
    def history(self) -> Floats:
        """Counts without what the sensor's history as a whole already refutes.

        Left in, a sensor dead or half-dead for months would make its own silence typical.
        """
        long = long_runs(self.counted == 0, self.clock.steps(LONG_HOURS))
        kept = np.where(long, np.nan, self.counted)
        overall = _typical.typical(kept, self.clock, rolling=False)
        kept = np.where(_zeros.improbable_zeros(self.counted, overall), np.nan, self.counted)
        day = _typical.ACTIVITY_HOURS[1]
        level, others = _typical.activity(kept, overall, self.clock, hours=day)
        due = overall * self.open * np.clip(level, _typical.ACTIVITY_FLOOR, 1.0) ** 2
        low = _levels.low_level(kept, due, self.clock.steps(24.0))
        return np.where(low & (others > 0), np.nan, kept)

    @cached_property
    def usual(self) -> Floats:
        """Typical value of each cell."""
        return _typical.typical(self.history, self.clock)

    @cached_property
    def overall(self) -> Floats:
        """Typical value of each cell by the whole history."""
        return _typical.typical(self.history, self.clock, rolling=False)

    @cached_property
    def _activity(self) -> tuple[Floats, Ints]:
        return _typical.activity(self.history, self.usual, self.clock)

    @property
    def activity(self) -> Floats:
        """How busy the other sensors are against their typical value."""
        return self._activity[0]

    @property
    def alone(self) -> Bools:
        """Where no other sensor can tell."""
        return np.asarray(self._activity[1] == 0)

    @cached_property
    def modest(self) -> Floats:
        """Typical value of the lesser weeks around."""
        return _typical.typical(self.history, self.clock, share=MODEST)

    @cached_property
    def calm(self) -> Floats:
        """How much of it is left by a lull of the others."""
        day = _typical.ACTIVITY_HOURS[1]
        around, _ = _typical.activity(self.history, self.usual, self.clock, hours=day)
        return np.clip(np.minimum(self.activity, around), _typical.ACTIVITY_FLOOR, 1.0)

    @cached_property
    def open(self) -> Floats:
        """How much of it a holiday, works or a closure leave to a sensor of its own."""
        return np.where(self.closed, 0.0, np.where(self.holiday, HOLIDAY_SHARE, 1.0))

    @cached_property
    def due(self) -> Floats:
        """Least passages to expect."""
        # Squared: when a city falls quiet, a street of bars falls further than the median street.
        return np.asarray(self.modest * self.open * self.calm**2)

    @cached_property
    def dead_zeros(self) -> Bools:
        """Zeros that are not nobody."""
        limit = np.where(self.alone, _zeros.LIMIT_ALONE, _zeros.LIMIT)
        return _zeros.improbable_zeros(self.counted, self.due, limit)

    @cached_property
    def half_dead(self) -> Bools:
        """Cells of days that hold next to nothing."""
        day, two = self.clock.steps(24.0), self.clock.steps(48.0)
        level = self.modest * self.open * self.calm
        low = _levels.low_level(self.counted, level, day)
        sure = _levels.low_level(self.counted, level, two, share=_levels.LOW_SHARE_ALONE)
        return np.where(self.alone, sure, low)

    @cached_property
    def alive(self) -> Floats:
        """Passages of the hours in which the sensor was neither dead nor half-dead."""
        return np.where(self.dead_zeros | self.half_dead, np.nan, self.counted)

    @cached_property
    def lively(self) -> Floats:
        """How busy the others are, no deeper than the deepest lull believed in."""
        return np.maximum(self.activity, _typical.ACTIVITY_FLOOR)

    @cached_property
    def outages(self) -> Bools:
        """Cells in which the sensor was dead, half-dead or silent for hours."""
        silent = long_runs(self.missing, self.clock.steps(GAP_HOURS))
        return np.asarray(self.dead_zeros | self.half_dead | silent)


def gather(cube: xr.Dataset, calendar: Calendar) -> Evidence:
    """Return what the rules look at, for a valid cube and its calendar."""
    quality, reason = cube["quality"].to_numpy(), cube["reason"].to_numpy()
    own = np.isin(reason, [int(r) for r in OWN_REASONS])
    hidden = ((quality == Quality.SUSPECT) & ~own) | (quality == Quality.IMPUTED)
    values = np.where(hidden, np.nan, cube["value"].to_numpy().astype(np.float64))
    kinds = [str(k) for k in cube["kind"].to_numpy()]
    local = model.local_time(cube)
    faults, closed = _journal(cube, local, calendar)
    return Evidence(
        values=values,
        missing=(quality == Quality.MISSING) | (quality == Quality.IMPUTED),
        counts=np.array([model.kind_of(k).is_count for k in kinds], dtype=bool),
        decibels=np.array([model.kind_of(k).aggregate == "energy" for k in kinds], dtype=bool),
        before=_before(cube, local),
        declared=faults,
        closed=closed,
        holiday=_holidays(local, calendar),
        clock=clock_of(local, int(cube.attrs["step_seconds"])),
        sites=tuple(str(site) for site in cube["site"].to_numpy()),
        rank=np.argsort(np.argsort(cube[model.SENSOR].to_numpy().astype(str))).astype(np.int64),
    )


def _holidays(local: pd.DatetimeIndex, calendar: Calendar) -> Bools:
    days, place = np.unique(local.tz_localize(None).normalize(), return_inverse=True)
    known = calendar.days(pd.DatetimeIndex(days))["is_holiday"].to_numpy(dtype=bool)
    return np.asarray(known[place])


def _journal(cube: xr.Dataset, local: pd.DatetimeIndex, calendar: Calendar) -> tuple[Bools, Bools]:
    faults = np.zeros((cube.sizes[model.SENSOR], len(local)), dtype=bool)
    closed = np.zeros_like(faults)
    wall = local.tz_localize(None)
    pairs = zip(cube[model.SENSOR].to_numpy(), cube["place"].to_numpy(), strict=True)
    for i, (sensor, place) in enumerate(pairs):
        for event in calendar.entries(sensors=[str(sensor)], places=[str(place)]):
            inside = np.asarray((wall >= event.start) & (wall < event.end))
            if event.type == "fault":
                faults[i] |= inside
            elif event.type in ("works", "closure") and (event.sensors or event.places):
                closed[i] |= inside
    return faults, closed


def _before(cube: xr.Dataset, local: pd.DatetimeIndex) -> Bools:
    out = np.zeros((cube.sizes[model.SENSOR], len(local)), dtype=bool)
    wall = local.tz_localize(None)
    for i, text in enumerate(cube["installed"].to_numpy() if "installed" in cube else ()):
        date = pd.to_datetime(str(text), errors="coerce")
        if not pd.isna(date):
            out[i] = np.asarray(wall < pd.Timestamp(date).tz_localize(None))
    return out
