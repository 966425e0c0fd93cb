"""The door every count of a place passes before it is shown, week by week.

The rules stand in :mod:`mining.secrecy`; here they meet places, weeks and what is told of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mining import secrecy
from mining.report._clock import BoolArray, Clock, FloatArray
from mining.report._disclosure import floor
from mining.secrecy import Hidden, Record, Told

#: Share of hours a sensor must have counted in a week to be used for it.
ENOUGH = 0.8
DAY, HOUR = pd.Timedelta(days=1), pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Shut:
    """One week of a place behind the door.

    Attributes
    ----------
    sensors : tuple of str
        Sensors that counted enough of it.
    counts : ndarray (7, slot)
        Their counts, NaN where one of them did not count. Not to be shown as they are.
    hidden : Hidden
        What may be said of them.
    by_day : bool
        Whether the day is the finest step that may be told.
    """

    sensors: tuple[str, ...]
    counts: FloatArray
    hidden: Hidden
    by_day: bool


@dataclass
class Door:
    """What may be said of the counts of a territory, place by place and week by week.

    Parameters
    ----------
    clock : Clock
        Counts of its sensors.
    members : mapping
        Place to its sensors.
    minimum : int
        Smallest count that may be shown.
    sensitive : iterable of str
        Places of which nothing finer than a day may be told.
    before : Record
        What earlier editions hid and told.
    step : Timedelta
        Length of one interval of the cube.
    """

    clock: Clock
    members: Mapping[str, tuple[str, ...]]
    minimum: int
    sensitive: Iterable[str] = ()
    before: Record = field(default_factory=Record)
    step: pd.Timedelta = HOUR

    def __post_init__(self) -> None:
        """Prepare what is found on the way."""
        self.sensitive = frozenset(self.sensitive)
        self._place = {s: place for place, sensors in self.members.items() for s in sensors}
        self._weeks: dict[tuple[tuple[str, ...], pd.Timestamp], Shut] = {}
        self._told: dict[tuple[str, pd.Timestamp], bool] = {}
        self._totals: dict[str, dict[str, tuple[float, ...]]] = {}
        self._sums: dict[tuple[tuple[str, ...], pd.Timestamp, pd.Timestamp], bool] = {}

    def week(self, place: str, monday: pd.Timestamp) -> Shut:
        """Return a week of a place, with what may be said of it."""
        return self._week(self.members[place], monday, place)

    def _week(self, sensors: tuple[str, ...], monday: pd.Timestamp, place: str) -> Shut:
        key = (sensors, monday)
        if key not in self._weeks:
            self._weeks[key] = self._hide(sensors, monday, place)
        return self._weeks[key]

    def _hide(self, sensors: tuple[str, ...], monday: pd.Timestamp, place: str) -> Shut:
        rows = self.clock.rows(sensors)
        good = self.clock.shares(monday)[rows] >= ENOUGH
        good = good if good.any() else np.ones_like(good)
        counts = self.clock.week(monday)[rows[good]].sum(axis=0)
        by_day = place in self.sensitive
        name, day = place, f"{monday:%Y-%m-%d}"
        if sensors != self.members[place]:
            name = ""  # a sensor by itself has no totals of its own, and no record
        shape = (7, counts.shape[1])
        kept = self.before.kept(name, day, shape, by_day=by_day)
        found = secrecy.week(counts, self.minimum, kept, by_day=by_day)
        found = self.before.agree(name, day, found, counts, by_day=by_day)
        used = tuple(np.array(sensors)[good].tolist())
        return Shut(used, counts, found, by_day)

    def tell(self, place: str, monday: pd.Timestamp, *, totals: bool) -> None:
        """Note that a week of a place is told by hour or day; `totals`: with totals of days."""
        key = (place, monday)
        self._told[key] = totals or self._told.get(key, False)

    def total(self, place: str, name: str, *figures: float) -> tuple[float, ...]:
        """Return the figures of a total as they may be told, and note them."""
        told = self.before.steady(place, name, figures, self.minimum)
        self._totals.setdefault(place, {})[name] = told
        return told

    def record(self) -> Record:
        """Return what this edition and all before it have hidden and told."""
        weeks = {place: dict(known) for place, known in self.before.weeks.items()}
        for (place, monday), totals in sorted(self._told.items()):
            shut, day = self.week(place, monday), f"{monday:%Y-%m-%d}"
            now = secrecy.told_of(shut.hidden, shut.counts, totals=totals)
            then = weeks.get(place, {}).get(day)
            if then is not None and not totals:
                now = Told(now.cells, now.days, then.sums)
            weeks.setdefault(place, {})[day] = now
        totals_of = {place: dict(known) for place, known in self.before.totals.items()}
        for place, known in self._totals.items():
            totals_of.setdefault(place, {}).update(known)
        return Record(weeks, totals_of)

    def closed(self, sensors: Sequence[str]) -> bool:
        """Say whether all of these sensors stand at sensitive places."""
        known = [self._place[s] in self.sensitive for s in sensors if s in self._place]
        return bool(known) and all(known)

    def hides_lately(self, place: str) -> bool:
        """Say whether an hour of the last seven days of a place is hidden."""
        days = [_monday(self.clock.today - back * DAY) for back in (0, 7)]
        return any(self.week(place, monday).hidden.hidden.any() for monday in days)

    def counted(self, sensors: Sequence[str], start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Say whether one of these sensors has a trusted count from `start` to `end`."""
        slots = self.clock.counts.shape[2]
        hours = np.arange(slots) * (DAY / slots).to_timedelta64()
        first = self.clock.days.to_numpy()[:, None] + hours
        inside = (first >= start.floor("h").to_datetime64()) & (first < end.to_datetime64())
        rows = self.clock.rows([s for s in sensors if s in self._place])
        return bool((~np.isnan(self.clock.counts[rows][:, inside])).any())

    def tells(self, sensors: Sequence[str], start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Say whether a sum of sensors from `start` to `end` (exclusive) gives nothing back.

        In weeks that are told by hour or day, or may be in a later edition, it must hold of each
        group of hidden cells, of the sensors and of their places, all or none. Of other weeks only
        totals are told: it must not differ from these by less than the minimum.
        """
        key = (tuple(sensors), start, end)
        if key not in self._sums:
            self._sums[key] = self._tells(sensors, start, end)
        return self._sums[key]

    def _tells(self, sensors: Sequence[str], start: pd.Timestamp, end: pd.Timestamp) -> bool:
        fine = self.step < HOUR
        if fine and any(t != t.floor("h") for t in (start, end)):
            return False  # the rest of the hour could be had by subtraction
        more, less = np.zeros(2), np.zeros(2)
        for monday in pd.date_range(_monday(start), _monday(end - pd.Timedelta("1ns")), freq="7D"):
            chosen = self._span(monday, start, end)
            for place, of in self._tables(sensors):
                shut = self._week(of, monday, place)
                counted = ~np.isnan(shut.counts) & chosen
                if not self._open(place, monday):
                    if (secrecy.whole(counted, shut.hidden) != counted).any():
                        return False
                    continue
                told = shut.hidden.told
                beyond, left = counted & ~told, told & ~chosen
                more += (beyond.sum(), shut.counts[beyond].sum())
                less += (left.sum(), shut.counts[left].sum())
        return not any(
            a[0] and not b[0] and a[1] < self.minimum for a, b in ((more, less), (less, more))
        )

    def _tables(self, sensors: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        """Return the places of sensors, and sensors that are not all of their place."""
        known = [s for s in sensors if s in self._place]
        places = dict.fromkeys(self._place[s] for s in known)
        parts = {p for p in places if not set(self.members[p]) <= set(known)}
        alone = [(self._place[s], (s,)) for s in known if self._place[s] in parts]
        return [*((p, self.members[p]) for p in places), *alone]

    def _open(self, place: str, monday: pd.Timestamp) -> bool:
        """Say whether nothing but totals of this week is, was or will be told."""
        last = self.clock.last_monday()
        past = last is not None and monday < last
        once = f"{monday:%Y-%m-%d}" in self.before.weeks.get(place, {})
        return past and not once and (place, monday) not in self._told

    def _span(self, monday: pd.Timestamp, start: pd.Timestamp, end: pd.Timestamp) -> BoolArray:
        slots = self.clock.counts.shape[2]
        first = monday.to_datetime64() + np.arange(7 * slots) * (DAY / slots).to_timedelta64()
        chosen = (first >= start.to_datetime64()) & (first < end.to_datetime64())
        return np.asarray(chosen).reshape(7, slots)

    def veil(
        self, counts: FloatArray, sensors: Sequence[str], times: pd.DatetimeIndex, step: str
    ) -> FloatArray:
        """Return a curve of counts as it may be drawn.

        Parameters
        ----------
        counts : ndarray (point,)
            Sums of `sensors`.
        sensors : sequence of str
            Whose sum the curve shows.
        times : DatetimeIndex (point,)
            Local naive starts.
        step : str
            ``"1h"``, or longer.

        Returns
        -------
        ndarray (point,)
            Small counts lifted to the minimum, as a table says that they are below it; nothing
            where a table says nothing, or where all that is drawn would give back an hour.
        """
        if step == "1h":
            hidden = self._veiled_hours(sensors, times)
        else:
            length = pd.Timedelta(step)
            told = [self.tells(sensors, t, t + length) for t in times]
            hidden = ~np.array(told, dtype=bool)
        several = len({self._place[s] for s in sensors if s in self._place}) > 1
        with np.errstate(invalid="ignore"):
            low = (counts < self.minimum) & (not several)
        return floor(np.where(hidden & ~low, np.nan, counts), self.minimum)

    def _veiled_hours(self, sensors: Sequence[str], times: pd.DatetimeIndex) -> BoolArray:
        out = np.zeros(len(times), dtype=bool)
        mondays = times.normalize() - pd.to_timedelta(times.day_of_week, unit="D")
        slot = times.hour.to_numpy() if self.clock.hourly else np.zeros(len(times), dtype=np.intp)
        day = times.day_of_week.to_numpy()
        places = dict.fromkeys(self._place[s] for s in sensors if s in self._place)
        for monday in mondays.unique():
            here = np.asarray(mondays == monday)
            for place in places:
                self.tell(place, monday, totals=False)
                mask = self._unshown(place, sensors, monday)
                out[here] |= mask[day[here], slot[here]]
        return out

    def _unshown(self, place: str, sensors: Sequence[str], monday: pd.Timestamp) -> BoolArray:
        """Return the hours of a place that are hidden, or that a part of its sensors would tell."""
        shut = self.week(place, monday)
        mine = tuple(s for s in self.members[place] if s in sensors)
        mask: BoolArray = shut.hidden.hidden
        if mine == self.members[place]:
            return mask
        part = self._week(mine, monday, place)
        with np.errstate(invalid="ignore"):
            rest = shut.counts - part.counts
            return mask | part.hidden.hidden | (rest < self.minimum)


def _monday(time: pd.Timestamp) -> pd.Timestamp:
    day = time.normalize()
    return day - pd.Timedelta(days=int(day.day_of_week))
