"""Facts of the year: where and when the week of a place is not that of the year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from mining.language import finite

#: Weeks that are not holidays say nothing that the holidays do not say.
TERM = "term"


@dataclass(frozen=True)
class Shift:
    """The week of a place in one period that exceeds what chance does.

    Attributes
    ----------
    place, period : str
        Names.
    by : str
        ``"season"`` or ``"school"``.
    times : float
        Distance from the week of the year, against what chance alone exceeds once in twenty.
    part : str
        Key of the part of the week that moved most.
    now, year : float
        Share of that part in the period and in the year.
    """

    place: str
    period: str
    by: str
    times: float
    part: str
    now: float
    year: float


@dataclass(frozen=True)
class Seasons:
    """What was looked at, and what exceeds chance: the largest first.

    Attributes
    ----------
    compared : dict of str to int
        Places by kind of period.
    shifts : tuple of Shift
        One for each place and period.
    """

    compared: dict[str, int]
    shifts: tuple[Shift, ...]

    def of(self, by: str) -> tuple[Shift, ...]:
        """Return the shifts of seasons or of school holidays."""
        return tuple(s for s in self.shifts if s.by == by)


def seasons_of(seasons: xr.Dataset | None, activity: xr.Dataset | None) -> Seasons | None:
    """Return where the week moves with the year, or None where it was not looked at.

    Parameters
    ----------
    seasons : Dataset or None
        :func:`mining.activity.rhythms_apart` of places, with a coordinate ``by`` on `period`.
    activity : Dataset or None
        Rhythms of places over the year, with ``part_share``.
    """
    if seasons is None or activity is None or not seasons.sizes.get("period", 0):
        return None
    year = _year(activity)
    compared: dict[str, int] = {}
    found = []
    names = seasons["sensor"].to_numpy().astype(str)
    for by in sorted(set(seasons["by"].to_numpy().astype(str))):
        mine = seasons.isel(period=np.flatnonzero(seasons["by"].to_numpy().astype(str) == by))
        away, chance = mine["distance"].to_numpy(), mine["distance_by_chance"].to_numpy()
        known = np.isfinite(away) & np.isfinite(chance) & (chance > 0)
        compared[by] = int(known.any(axis=0).sum())
        for period, row in np.argwhere(known & (away > chance)):
            if str(mine["period"].to_numpy()[period]) == TERM:
                continue
            shift = _shift(mine, int(period), int(row), year.get(str(names[row])))
            if shift:
                found.append(shift)
    ordered = sorted(found, key=lambda s: (-s.times, s.place, s.period))
    return Seasons(compared, tuple(ordered))


def _year(activity: xr.Dataset) -> dict[str, dict[str, float]]:
    if "part_share" not in activity:
        return {}
    parts = activity["part"].to_numpy().astype(str)
    rows = zip(activity["sensor"].to_numpy(), activity["part_share"].to_numpy(), strict=True)
    return {str(n): dict(zip(parts.tolist(), map(float, v), strict=True)) for n, v in rows}


def _shift(mine: xr.Dataset, period: int, row: int, year: dict[str, float] | None) -> Shift | None:
    here = mine.isel(period=period, sensor=row)
    values = here["part_share"].to_numpy()
    moves = {
        str(part): (float(value), year[str(part)])
        for part, value in zip(here["part"].to_numpy(), values, strict=True)
        if year and str(part) in year and finite(float(value)) and finite(year[str(part)])
    }
    if not moves:
        return None
    part = max(moves, key=lambda k: (abs(moves[k][0] - moves[k][1]), k))
    return Shift(
        place=str(here["sensor"].item()),
        period=str(here["period"].item()),
        by=str(here["by"].item()),
        times=float(here["distance"]) / float(here["distance_by_chance"]),
        part=part,
        now=moves[part][0],
        year=moves[part][1],
    )
