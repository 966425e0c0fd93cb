"""Facts of the scorecard: what earlier editions announced, and what was counted afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import DAY, WEEK, Clock

#: The scorecard speaks of the last announced days, not of all there ever were.
DAYS = 30
#: With fewer days a reader who knows what was announced could work back to single counts.
FEWEST = 7


@dataclass(frozen=True)
class Kept:
    """How the announced days of a place, or of all places, turned out.

    Attributes
    ----------
    days : int
        Days that were announced and then counted whole.
    inside : int
        Those that fell between the bounds that were announced for them.
    error : float
        Sum of the distances from what was expected, as a share of what was counted; NaN where
        nobody passed.
    first, last : Timestamp
        First and last of these days.
    naive : float
        The same error for a copy of the last such weekday that was counted when the forecast was
        made; NaN where one of these was not counted whole, or may not be told.
    """

    days: int
    inside: int
    error: float
    first: pd.Timestamp
    last: pd.Timestamp
    naive: float = np.nan


def kept_of(
    announced: pd.DataFrame | None,
    clock: Clock,
    members: Mapping[str, Sequence[str]],
    *,
    minimum: int,
    days: int = DAYS,
) -> Kept | None:
    """Return the scorecard of places taken together, or None with too few counted days.

    Parameters
    ----------
    announced : DataFrame or None
        ``promises.csv``: `made`, `place`, `day`, `low`, `expected`, `high`, `sensors`.
    clock : Clock
        Trusted counts of sensors.
    members : mapping
        Sensors of each place that is looked at.
    minimum : int
        A day with fewer passages, counted or announced as possible, says nothing here.
    days : int
        How many of the last days of the data are looked at.

    Notes
    -----
    Of several editions that announced a day, the last one before it counts. A day counts only where
    each hour of each sensor was trusted, and where the place still has the sensors it had.
    """
    if announced is None or announced.empty:
        return None
    since = clock.end - pd.Timedelta(days=days)
    made = announced.sort_values(["made", "place", "day"])
    last = made.drop_duplicates(["place", "day"], keep="last")
    rows = []
    for row in last.itertuples(index=False):
        place, day = str(row.place), pd.Timestamp(str(row.day))
        sensors = members.get(place, ())
        if not since <= day < clock.end or len(sensors) != row.sensors:
            continue
        count = _counted(clock, sensors, day)
        if np.isfinite(count) and min(count, float(str(row.low))) >= minimum:
            copy = _counted(clock, sensors, _same_before(day, pd.Timestamp(str(row.made))))
            copy = copy if copy >= minimum else np.nan
            rows.append((day, count, float(str(row.low)), row.expected, float(str(row.high)), copy))
    if len(rows) < FEWEST:
        return None
    table = pd.DataFrame(rows, columns=["day", "counted", "low", "expected", "high", "copy"])
    inside = (table["low"] <= table["counted"]) & (table["counted"] <= table["high"])
    error, naive = (
        float((table["counted"] - table[c]).abs().sum(skipna=False) / table["counted"].sum())
        for c in ("expected", "copy")
    )
    days_of = table["day"].min(), table["day"].max()
    return Kept(len(table), int(inside.sum()), error, *days_of, naive)


def _same_before(day: pd.Timestamp, made: pd.Timestamp) -> pd.Timestamp:
    """Return the last day of this weekday that had ended when a forecast was made."""
    return day - WEEK * max(1, -(-(day + DAY - made.normalize()) // WEEK))


def _counted(clock: Clock, sensors: Sequence[str], day: pd.Timestamp) -> float:
    """Return the passages of a local day, NaN unless each hour of each sensor was trusted."""
    at = (day - clock.days[0]).days
    if not 0 <= at < len(clock.days):
        return np.nan
    return float(clock.counts[clock.rows(sensors), at][:, clock.exists[at]].sum())
