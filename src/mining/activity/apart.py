"""Typical weeks of parts of the year: school term and school holidays, seasons, any other days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity._dataset import check_positive
from mining.activity._masks import MASKED_TYPES, ordinary
from mining.activity._moves import parts_share
from mining.activity._names import parts_of
from mining.activity._ward import shares
from mining.activity._weeks import FloatArray, Weeks, median
from mining.activity._words import say
from mining.activity.rhythm import HOUR_OF_WEEK, TOO_LITTLE, notes, share_and_note
from mining.calendars import Calendar
from mining.errors import ConfigError
from mining.language import Language, language_of

BoolArray = npt.NDArray[np.bool_]

#: Fewest weeks for each hour of a period: some periods of a year have few.
LEAST_WEEKS = 4
#: Random periods that say how far chance alone takes a rhythm.
DRAWS = 100
#: Months are named, not summer and winter: Réunion and Nouméa have theirs the other way round.
SEASONS = {
    "december_february": (12, 1, 2),
    "march_may": (3, 4, 5),
    "june_august": (6, 7, 8),
    "september_november": (9, 10, 11),
}
SCHOOL = ("term", "school_holidays")


def rhythms_apart(
    cube: xr.Dataset,
    by: str | Mapping[str, pd.DatetimeIndex] = "season",
    *,
    calendar: object = "cube",
    weeks: int = 52,
    min_weeks: int = LEAST_WEEKS,
    seed: int = 0,
    mask_types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Return the typical week of each sensor in each period of the year.

    Parameters
    ----------
    cube : Dataset
        A trusted cube; see :func:`mining.activity.rhythms`.
    by : {"season", "school"} or mapping of str to DatetimeIndex
        Seasons of three months; school term and school holidays of the calendar's zone; or
        local days by name of period, where days may be in several periods or in none.
    calendar, mask_types, incidents
        See :func:`mining.activity.rhythms`.
    weeks : int
        How many of the last weeks are looked at.
    min_weeks : int
        Fewest valid weeks for each hour of a period.
    seed : int
        Of the random periods behind ``distance_by_chance``.

    Returns
    -------
    Dataset
        ``rhythm`` and ``share`` (period, sensor, hour_of_week), ``valid_weeks`` (the same),
        ``volume`` (period, sensor); ``part_share`` (period, sensor, part); ``distance``
        (period, sensor) from the typical week of all `weeks`, as a distance of square roots of
        shares, and ``distance_by_chance``, which as many weeks drawn at random exceed once in
        twenty; ``note`` (period, sensor): why there is no rhythm, else "". Coordinates
        ``period`` and ``period_name`` (words in the language that the cube names).

    Raises
    ------
    ConfigError
        If `by` is none of these, the calendar has no school zone, or there are no texts in the
        cube's language.
    NotEnoughDataError
        If no trusted cell is left.
    CubeError
        If the step can be brought neither to an hour nor to a day.
    """
    check_positive(weeks=weeks, min_weeks=min_weeks)
    cubes.validate(cube)
    words = language_of(cube.attrs)
    folded, agenda = ordinary(cube, calendar, mask_types, incidents)
    window = folded.window(weeks)
    assert window is not None  # noqa: S101 - the window that ends the data always exists
    whole, _ = median(window)
    days = _days(folded, window.shape[1])
    periods = _periods(by, agenda, days)
    rng = np.random.default_rng([seed, 3])
    found = []
    for inside in periods.values():
        slots = np.repeat(inside, window.shape[2] // 7, axis=1)
        rhythm, count = median(np.where(slots, window, np.nan))
        share, lack = share_and_note(cube, rhythm, count, min_weeks)
        share[[key == TOO_LITTLE for key in lack]] = np.nan
        # Whole weeks only: one more than there are would make chance look smaller than it is.
        chance = _chance(window, whole, int(inside.sum() // 7), rng)
        away = np.where([not key for key in lack], [_distance(rhythm, whole), chance], np.nan)
        found.append(_period(rhythm, share, count, away, notes(lack, words)))
    out = xr.concat(found, "period")
    return out.assign_coords(
        {
            "period": np.array(list(periods), dtype=str),
            "period_name": ("period", np.array([_name(p, words) for p in periods], dtype=str)),
            cubes.SENSOR: cube[cubes.SENSOR].to_numpy().astype(str),
            HOUR_OF_WEEK: folded.hour.astype("int32"),
            "part": np.array([p.key for p in parts_of(len(folded.hour))], dtype=str),
        }
    )


def _name(period: str, words: Language) -> str:
    """Return a period in words; one that a caller named keeps its name."""
    if period in SEASONS:
        first, *_, last = (words.raw("format.months")[month - 1] for month in SEASONS[period])
        return say("months", words, first=first, last=last)
    return say(period, words) if period in SCHOOL else period


def _days(folded: Weeks, weeks: int) -> pd.DatetimeIndex:
    """Return the local days of the last weeks, Monday to Sunday, one after the other."""
    first = folded.mondays[-weeks:]
    return pd.DatetimeIndex([m + pd.Timedelta(days=d) for m in first for d in range(7)])


def _periods(
    by: str | Mapping[str, pd.DatetimeIndex], calendar: Calendar, days: pd.DatetimeIndex
) -> dict[str, BoolArray]:
    """Return which days ``(week, 7)`` belong to each period."""
    if isinstance(by, Mapping):
        alone = {name: pd.DatetimeIndex(d).tz_localize(None).normalize() for name, d in by.items()}
        found = {str(name): np.asarray(days.isin(those)) for name, those in alone.items()}
    elif by == "season":
        found = {k: np.asarray(days.month.isin(months)) for k, months in SEASONS.items()}
    elif by == "school":
        if calendar.school_zone is None:
            raise ConfigError("by='school': the calendar has no school zone (A, B or C)")
        off = calendar.days(days)["school_holiday"].to_numpy(dtype=bool)
        found = dict(zip(SCHOOL, (~off, off), strict=True))
    else:
        msg = f"by: found {by!r}, expected 'season', 'school' or days by name of period"
        raise ConfigError(msg)
    if not found:
        raise ConfigError("by: found no period, expected at least one")
    return {name: inside.reshape(-1, 7) for name, inside in found.items()}


def _chance(
    window: FloatArray, whole: FloatArray, number: int, rng: np.random.Generator
) -> FloatArray:
    """Return the distance that `number` random weeks exceed once in twenty, by sensor."""
    size = window.shape[1]
    if number == 0:
        return np.full(len(window), np.nan)
    away = [
        _distance(median(window[:, rng.permutation(size)[:number]])[0], whole) for _ in range(DRAWS)
    ]
    return np.asarray(np.quantile(np.array(away), 0.95, axis=0))


def _distance(one: FloatArray, two: FloatArray) -> FloatArray:
    step = np.sqrt(np.clip(shares(one), 0, None)) - np.sqrt(np.clip(shares(two), 0, None))
    return np.asarray(np.sqrt((step**2).sum(axis=1)))


def _period(
    rhythm: FloatArray,
    share: FloatArray,
    count: npt.NDArray[np.intp],
    away: FloatArray,
    note: list[str],
) -> xr.Dataset:
    week, row = (cubes.SENSOR, HOUR_OF_WEEK), cubes.SENSOR
    return xr.Dataset(
        {
            "rhythm": (week, rhythm, {"long_name": "median of the weeks of the period"}),
            "share": (week, share, {"long_name": "share of the typical week", "units": "1"}),
            "valid_weeks": (week, count.astype("int32"), {"units": "1"}),
            "volume": (row, rhythm.sum(axis=1), {"long_name": "typical week, summed"}),
            "part_share": ((row, "part"), parts_share(share)),
            "distance": (row, away[0]),
            "distance_by_chance": (row, away[1]),
            "note": (row, np.array(note, dtype=str)),
        }
    )
