"""Like-for-like comparison of two weeks: same sensors, same hours, holidays with holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mining import secrecy
from mining.report._clock import WEEK, BoolArray, Clock
from mining.report._door import ENOUGH, Door
from mining.report._journal import Entry, hardware_between
from mining.report._other_week import OtherWeek, other_week
from mining.report._twins import Twins


@dataclass(frozen=True)
class Comparison:
    """Two weeks at the same sensors and the same hours.

    Attributes
    ----------
    reason : str
        Empty, or why no comparison is possible: ``no_week``, ``no_week_53``, ``no_history``,
        ``no_sensor`` or ``too_few``.
    now, before : Timestamp or None
        Mondays compared.
    passages, passages_before, change : float
        Sums over the hours counted in both weeks, and the relative change.
    share : float
        Share of the hours that exist in both weeks that were counted in both and compared.
    sensors, sensors_total : tuple of str, int
        Sensors compared, and how many there are.
    set_aside : tuple of str
        Sensors that counted both weeks, but whose hardware changed in between.
    hardware : tuple of Entry
        Changes of hardware between the two weeks at the sensors compared.
    twins : Twins or None
        Which day each day is compared with, where holidays were looked at.
    naive : Comparison or None
        The same without regard to holidays, where that is another one.
    unlike : bool
        Whether a holiday falls in one of the two weeks alone, and nothing was done about it.
    """

    reason: str
    now: pd.Timestamp | None = None
    before: pd.Timestamp | None = None
    passages: float = np.nan
    passages_before: float = np.nan
    change: float = np.nan
    share: float = np.nan
    sensors: tuple[str, ...] = ()
    sensors_total: int = 0
    set_aside: tuple[str, ...] = ()
    hardware: tuple[Entry, ...] = ()
    twins: Twins | None = None
    naive: Comparison | None = None
    unlike: bool = False

    @property
    def possible(self) -> bool:
        """Whether there is a change to speak of."""
        return not self.reason


def compare(
    clock: Clock,
    sensors: Sequence[str],
    before: pd.Timestamp | None,
    *,
    days: Sequence[pd.Timestamp | None] | None = None,
    journal: Sequence[Entry] = (),
    places: Sequence[str] = (),
    minimum: int = 1,
    door: Door | None = None,
    place: str = "",
) -> Comparison:
    """Compare the last complete week with another one: same sensors, same hours.

    Parameters
    ----------
    clock : Clock
        Counts.
    sensors : sequence of str
        Sensors of the place.
    before : Timestamp or None
        Monday of the other week; None where the calendar has no such week.
    days : sequence of Timestamp or None, optional
        The seven days to compare with, where they are not those of the other week; None for one
        that is left out.
    journal, places
        Journal of the territory, and the places it is read for.
    minimum : int
        Below this count in either week nothing is said.
    door : Door, optional
        What may be said of each week; without it, of these sensors alone.
    place : str
        Name of the place at the door.

    Notes
    -----
    A sensor is kept if at least 80 % of the hours of both weeks were counted. The passages are
    those of the hours (day of the week, hour of the day) counted in both weeks, of which hidden
    ones are held all or none, as :func:`mining.secrecy.whole` says. Sensors whose hardware changed
    in between are set aside, unless none other is left.
    """
    now = clock.last_monday()
    if now is None or not sensors:
        return Comparison("no_week", sensors_total=len(sensors))
    bare: dict[str, Any] = {"now": now, "before": before, "sensors_total": len(sensors)}
    if before is None:
        return Comparison("no_week_53", **bare)
    if before < clock.start:
        return Comparison("no_history", **bare)
    door = door or Door(clock, {place: tuple(sensors)}, minimum)
    other = other_week(door, place, before, days)
    rows = clock.rows(sensors)
    good = _good(clock, rows, now, other)
    if not good.any():
        return Comparison("no_sensor", **bare)
    known = {"places": places, "sensors": sensors}
    good, renewed = _renewed(good, journal, (other.first, now + WEEK), known)
    first, second = clock.week(now)[rows[good]], other.counts[rows[good]]
    used = tuple(np.array(sensors)[good].tolist())
    both = np.asarray(np.isfinite(first + second).all(axis=0))
    there = clock.week_exists(now) & other.exists
    share = float((both & there).sum() / max(int(there.sum()), 1))
    both = secrecy.whole(both, door.week(place, now).hidden, other.hidden)
    passages, earlier = float(first[:, both].sum()), float(second[:, both].sum())
    if min(passages, earlier) < max(minimum, 1):
        return Comparison("too_few", **bare)
    name = f"compare {now:%Y-%m-%d} {other.name} {';'.join(used)}"
    passages, earlier = door.total(place, name, passages, earlier)
    return Comparison(
        reason="",
        passages=passages,
        passages_before=earlier,
        change=passages / earlier - 1,
        share=share,
        sensors=used,
        set_aside=tuple(np.array(sensors)[renewed].tolist()),
        hardware=hardware_between(journal, other.first, now + WEEK, places=places, sensors=used),
        **bare,
    )


def year_on_year(
    clock: Clock,
    sensors: Sequence[str],
    before: pd.Timestamp | None,
    twins: Twins | None,
    **known: Any,
) -> Comparison:
    """Compare the last complete week with a year earlier, holidays with holidays.

    Parameters
    ----------
    clock, sensors, before
        As for :func:`compare`; `before` is the Monday of the same ISO week.
    twins : Twins or None
        Which day each day is compared with; None compares with the same ISO week as it is.
    **known
        What else :func:`compare` takes by name.

    Notes
    -----
    Where holidays move days and the days beside which they should stand were not counted, the
    same ISO week stands for itself, marked ``unlike``.
    """
    naive = compare(clock, sensors, before, **known)
    if twins is None:
        return naive
    if not twins.moved:
        return replace(naive, twins=twins)
    like = compare(clock, sensors, before, days=twins.others, **known)
    if not like.possible:
        return replace(naive, unlike=True)
    return replace(like, twins=twins, naive=naive if naive.possible else None)


def year_before(monday: pd.Timestamp) -> pd.Timestamp | None:
    """Return the Monday of the same ISO week a year earlier, or None for a week 53 without twin."""
    iso = monday.isocalendar()
    try:
        return pd.Timestamp.fromisocalendar(iso.year - 1, iso.week, 1)
    except ValueError:
        return None


def _good(clock: Clock, rows: Any, now: pd.Timestamp, other: OtherWeek) -> BoolArray:
    """Tell which sensors counted enough of both weeks, days that are left out aside."""
    weeks = (
        (clock.week(now), clock.week_exists(now)),
        (other.counts, other.exists),
    )
    good = np.full(len(rows), bool(other.kept.any()))
    for counts, exists in weeks:
        there = exists & other.kept[:, None]
        trusted = (~np.isnan(counts[rows]) & there).sum(axis=(1, 2))
        good &= trusted / max(int(there.sum()), 1) >= ENOUGH
    return good


def _renewed(
    good: BoolArray,
    journal: Sequence[Entry],
    span: tuple[pd.Timestamp, pd.Timestamp],
    known: Mapping[str, Any],
) -> tuple[BoolArray, BoolArray]:
    """Return the sensors to compare, and those set aside because their hardware changed."""
    changed = hardware_between(journal, *span, **known)
    renewed = np.isin(known["sensors"], [s for entry in changed for s in entry.sensors]) & good
    if (good & ~renewed).any():
        return good & ~renewed, renewed
    return good, np.zeros_like(good)
