"""The typical week of each sensor: volume and share by hour of the week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity._masks import MASKED_TYPES, ordinary
from mining.activity._ward import shares
from mining.activity._weeks import FloatArray, Weeks, median
from mining.activity._words import say
from mining.language import Language, language_of

#: Fewest weeks on which the median of one hour may rest.
MIN_WEEKS = 8

HOUR_OF_WEEK = "hour_of_week"
#: Why a sensor has no share that can be trusted: keys of ``activity_words.note``.
TOO_LITTLE, NOBODY, NO_SHARE = "too_little", "nobody", "no_share"


def rhythms(
    cube: xr.Dataset,
    *,
    calendar: object = "cube",
    weeks: int = 52,
    until: str | pd.Timestamp | None = None,
    min_weeks: int = MIN_WEEKS,
    mask_types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Return the typical week of each sensor.

    Parameters
    ----------
    cube : Dataset
        A trusted cube; the step divides one hour, or is one hour or one day. For the week of a
        place made of several sensors, pass :func:`mining.cube.by_place` of the cube.
    calendar : "cube", None, mapping or Calendar
        Holidays and journal to leave out; by default those that the cube carries.
    weeks : int
        How many of the last weeks count, from Monday to Sunday, the last one as far as it goes.
    until : str or Timestamp, optional
        Local day (excluded) at which to stop; by default the end of the data.
    min_weeks : int
        Fewest valid weeks for each hour; where one hour has fewer, the sensor is not usable.
    mask_types : sequence of str
        Types of journal entries during which the cells of the sensors concerned are left out.
    incidents : DataFrame, optional
        Incidents to leave out as well, as :func:`mining.detect` gives them: faults, events,
        weather and what nothing explains, of eight weeks at most. What lasts longer is the
        usual week by now.

    Returns
    -------
    Dataset
        ``rhythm`` (sensor, hour_of_week): median over weeks, in the unit of the sensor per hour
        (per day where the step is one day); ``share``: the same, summing to 1 over the week;
        ``valid_weeks``: weeks behind each median; ``volume`` (sensor): sum of the typical week;
        ``usable`` and ``note`` (sensor): whether the share can be trusted, else why not, in the
        language that the cube names.
        ``hour_of_week`` counts from Monday 0:00 local time; 0, 24, ... 144 for daily cubes.

    Raises
    ------
    CubeError
        If the step can be brought neither to an hour nor to a day, or this is not a cube.
    NotEnoughDataError
        If no trusted cell is left.
    ConfigError
        If the incidents have no readable sensor, start and end, or there are no texts in the
        cube's language.

    Notes
    -----
    Only trusted cells count. Public holidays are left out by whole local days.
    """
    cubes.validate(cube)
    if until is not None:
        end = cubes.to_utc(until, str(cube.attrs["timezone"]))
        cube = cube.isel({cubes.TIME: np.flatnonzero(cube.indexes[cubes.TIME] < end)})
    folded, _ = ordinary(cube, calendar, mask_types, incidents)
    return typical(cube, folded, weeks=weeks, min_weeks=min_weeks)


def typical(cube: xr.Dataset, folded: Weeks, *, weeks: int, min_weeks: int) -> xr.Dataset:
    """Return :func:`rhythms` of weeks that are already folded."""
    window = folded.window(weeks)
    assert window is not None  # noqa: S101 - the window that ends the data always exists
    rhythm, count = median(window)
    share, lack = share_and_note(cube, rhythm, count, min_weeks)
    dims = (cubes.SENSOR, HOUR_OF_WEEK)
    unit = "d" if len(folded.hour) == 7 else "h"
    out = xr.Dataset(
        {
            "rhythm": (dims, rhythm, {"long_name": f"median of the weeks, per {unit}"}),
            "share": (dims, share, {"long_name": "share of the typical week", "units": "1"}),
            "valid_weeks": (dims, count.astype("int32"), {"units": "1"}),
            "volume": (cubes.SENSOR, rhythm.sum(axis=1), {"long_name": "typical week, summed"}),
        },
        coords={
            cubes.SENSOR: cube[cubes.SENSOR].to_numpy().astype(str),
            HOUR_OF_WEEK: (HOUR_OF_WEEK, folded.hour.astype("int32"), _hour_attrs()),
            **{n: (cubes.SENSOR, cube[n].to_numpy()) for n in ("name", "place", "kind")},
            "usable": (cubes.SENSOR, np.array([not key for key in lack], dtype=bool)),
            "note": (cubes.SENSOR, np.array(notes(lack, language_of(cube.attrs)), dtype=str)),
        },
    )
    out.attrs = {**_attrs(cube), **_span(folded, window.shape[1])}
    return out


def share_and_note(
    cube: xr.Dataset, rhythm: FloatArray, count: npt.NDArray[np.intp], min_weeks: int
) -> tuple[FloatArray, list[str]]:
    """Return shares, and for each sensor the key of why it has none to trust ("" if it has)."""
    share = shares(rhythm)
    kinds = [str(k) for k in cube["kind"].to_numpy()]
    note = []
    for row, kind in enumerate(kinds):
        if cubes.kind_of(kind).aggregate == "energy" or (rhythm[row] < 0).any():
            note.append(NO_SHARE)  # decibels: a zero is not an absence
            share[row] = np.nan
        elif (count[row] < min_weeks).any():
            note.append(TOO_LITTLE)
        else:
            note.append("" if np.isfinite(share[row]).all() else NOBODY)
    return share, note


def notes(keys: Sequence[str], words: Language) -> list[str]:
    """Return in words why sensors have no share that can be trusted; "" stays ""."""
    return [say(f"note.{key}", words) if key else "" for key in keys]


def _hour_attrs() -> dict[str, str]:
    return {"long_name": "hour of the week, 0 is Monday 0:00 local time", "units": "h"}


def _attrs(cube: xr.Dataset) -> dict[str, Any]:
    keep = ("timezone", "territory", "title", "simulated", "source", "licence", "attribution")
    return {k: cube.attrs[k] for k in keep if k in cube.attrs}


def _span(folded: Weeks, number: int) -> dict[str, Any]:
    return {
        "weeks": number,
        "first_week": folded.mondays[-number].date().isoformat(),
        "last_week": folded.mondays[-1].date().isoformat(),
    }
