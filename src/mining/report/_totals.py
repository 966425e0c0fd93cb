"""Facts of expected totals: days and the week, each with an interval of its own, and what drives
them away from an ordinary week.
"""  # noqa: D205

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining.report._clock import DAY
from mining.report._outlook import CLOSE, HIGH, LOW

#: Name of the territory among the groups of totals: no place has it.
TERRITORY = ""
#: A day that is nearer than this to an ordinary one needs no explanation.
NOTABLE = 0.05
#: Digits that mean something in what is only expected.
DIGITS = 3
WEEK_DAYS = 7
#: Driver that stands for what no other explains.
OTHER = "other"


@dataclass(frozen=True)
class Total:
    """An expected total with its interval, from `day` on.

    `middle` is the mean of what may come: unlike medians, means add up from places to the
    territory and from days to the week.
    """

    day: pd.Timestamp
    whole: bool
    low: float
    middle: float
    high: float

    @property
    def unit(self) -> int:
        """What its figures are rounded to, so that no digit says more than is known."""
        return int(10 ** max(len(f"{abs(self.high):.0f}") - DIGITS, 0))


@dataclass(frozen=True)
class DayDrivers:
    """What drives a day away from an ordinary one, in figures that add up as they are shown.

    Attributes
    ----------
    day : Timestamp
        Local day.
    usual, expected : int
        Passages of an ordinary such day, and expected ones: `usual` and all `parts` make
        `expected`.
    parts : tuple of (str, int)
        Drivers and what each adds or takes away, all of them, in the order they were given.
    """

    day: pd.Timestamp
    usual: int
    expected: int
    parts: tuple[tuple[str, int], ...]

    @property
    def difference(self) -> int:
        """Expected passages more than usual."""
        return self.expected - self.usual

    @property
    def notable(self) -> bool:
        """Whether the day is far enough from an ordinary one to be explained."""
        return abs(self.difference) > NOTABLE * self.usual


@dataclass(frozen=True)
class Totals:
    """Expected totals of one place, or of the territory.

    Attributes
    ----------
    days : tuple of Total
        Local days.
    week : Total or None
        The first seven whole days together.
    drivers : tuple of DayDrivers
        Of whole days that are large enough to be shown; empty where no driver is known.
    """

    days: tuple[Total, ...]
    week: Total | None
    drivers: tuple[DayDrivers, ...]

    @property
    def next_week(self) -> tuple[Total, ...]:
        """The first seven whole days."""
        return tuple(d for d in self.days if d.whole)[:WEEK_DAYS]


def totals_of(
    days: xr.Dataset | None, weeks: xr.Dataset | None, group: str, *, timezone: str, minimum: int
) -> Totals | None:
    """Return the expected totals of a group, or None without any.

    Parameters
    ----------
    days, weeks : Dataset or None
        ``value`` (group, time, quantile), ``expected`` (group, time) and ``steps`` (time), `time`
        being the UTC start of each local day, or of each run of seven days from the first whole
        one on. `days` may hold ``usual`` (group, time) and ``effect`` (group, time, driver), which
        add up to ``expected``.
    group : str
        Name of a place, or :data:`TERRITORY`.
    timezone : str
        Time zone of the territory.
    minimum : int
        Smallest count that may be shown.
    """
    if days is None or group not in set(days["group"].to_numpy().astype(str)):
        return None
    table = days.sel(group=group)
    found = _totals(table, timezone, length=1)
    if not found:
        return None
    whole = [d.day for d in found if d.whole]
    week = None
    if weeks is not None and whole:
        runs = _totals(weeks.sel(group=group), timezone, length=WEEK_DAYS)
        week = next((w for w in runs if w.whole and w.day == whole[0]), None)
    drivers = _drivers(table, found, timezone, minimum) if "effect" in days else ()
    return Totals(tuple(found), week, drivers)


def _totals(table: xr.Dataset, timezone: str, *, length: int) -> list[Total]:
    """Return the known totals of a table (time, quantile), of runs of so many days."""
    local = _local(table, timezone)
    levels = table["quantile"].to_numpy()
    values = table["value"].transpose("quantile", "time").to_numpy().astype("float64")
    low, high = (values[int(np.flatnonzero(np.abs(levels - q) < CLOSE)[0])] for q in (LOW, HIGH))
    middle = table["expected"].to_numpy().astype("float64")
    step = pd.Timedelta(seconds=int(table.attrs["step_seconds"]))
    whole = [
        start == start.normalize() and steps == _steps(start, length, step, timezone)
        for start, steps in zip(local, table["steps"].to_numpy(), strict=True)
    ]
    return [
        Total(day.normalize(), w, float(a), float(b), float(c))
        for day, w, a, b, c in zip(local, whole, low, middle, high, strict=True)
        if np.isfinite(b)
    ]


def _steps(start: pd.Timestamp, days: int, step: pd.Timedelta, timezone: str) -> int:
    """Return the steps of so many local days: days of 23 and 25 hours have fewer and more."""
    if step >= DAY:
        return days
    end = (start + days * DAY).tz_localize(timezone)
    return int((end - start.tz_localize(timezone)) / step)


def _local(table: xr.Dataset, timezone: str) -> pd.DatetimeIndex:
    utc = pd.DatetimeIndex(table.indexes["time"])
    return utc.tz_localize("UTC").tz_convert(timezone).tz_localize(None)


def _drivers(
    table: xr.Dataset, days: list[Total], timezone: str, minimum: int
) -> tuple[DayDrivers, ...]:
    """Return the drivers of whole days; none where all that is known is "other"."""
    names = [str(n) for n in table["driver"].to_numpy()]
    effects = table["effect"].transpose("time", "driver").to_numpy().astype("float64")
    usual = table["usual"].to_numpy().astype("float64")
    told = [k for k, name in enumerate(names) if name != OTHER]
    if not np.abs(np.nan_to_num(effects[:, told])).sum() > 0:
        return ()
    rows = {day.normalize(): k for k, day in enumerate(_local(table, timezone))}
    out = []
    for total in days:
        row = rows[total.day]
        shown = min(usual[row], total.middle) >= minimum
        if total.whole and shown and np.isfinite(effects[row]).all():
            figures = add_up(float(usual[row]), effects[row], total.middle, total.unit)
            parts = tuple(zip(names, figures[1:], strict=True))
            out.append(DayDrivers(total.day, figures[0], sum(figures), parts))
    return tuple(out)


def add_up(
    usual: float, effects: npt.NDArray[np.float64], total: float, unit: int
) -> tuple[int, ...]:
    """Round a usual value and its effects so that their sum is the rounded total.

    Parameters
    ----------
    usual : float
        The value that effects are added to.
    effects : ndarray
        What is added.
    total : float
        Their sum.
    unit : int
        Everything is rounded to multiples of it.

    Returns
    -------
    tuple of int
        `usual`, then the effects: rounded down, and up by one unit where most was cut off (method
        of the largest remainder). An effect of nothing stays nothing.

    Examples
    --------
    >>> import numpy as np
    >>> add_up(104.0, np.array([-3.4, -3.4, 0.0]), 97.2, 1)
    (104, -3, -4, 0)
    """
    start = round(usual / unit)
    scaled = effects / unit
    down = np.floor(scaled)
    missing = round(total / unit) - start - int(down.sum())
    rest = np.where(effects == 0, -1.0, scaled - down)
    down[np.argsort(-rest, kind="stable")[:missing]] += 1
    return (start * unit, *(int(v) * unit for v in down))
