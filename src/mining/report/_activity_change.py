"""Facts of what changed since last year, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.language import clean_name, finite
from mining.report._journal import Entry, entries

#: A volume is said to have changed where its whole interval lies beyond this.
LEAST_CHANGE = 0.05
#: Entries of the journal that may be why a place is not what it was.
REASONS = ("hardware", "works", "fault")
YEAR = pd.Timedelta(weeks=52)


@dataclass(frozen=True)
class Change:
    """One place this year against last year.

    Attributes
    ----------
    place : str
        Its name.
    before, now : str
        Its groups, where it moved; else "".
    probability : float
        Share of the draws of both years in which the groups differ.
    weekend_left : bool
        Whether its weekend left its usual band.
    weekend, usual : tuple of float
        Share of the weekend with its 80 % interval, and its usual band.
    volume : tuple of float
        Usual week against last year's, with its 80 % interval; NaN where not known.
    entries : tuple of (Timestamp, str)
        What the journal says of both years: hardware, works and faults that began in them.
    hardware : bool
        Whether one of these is a change of hardware: volumes do not compare then.
    """

    place: str
    before: str
    now: str
    probability: float
    weekend_left: bool
    weekend: tuple[float, float, float]
    usual: tuple[float, float]
    volume: tuple[float, float, float]
    entries: tuple[tuple[pd.Timestamp, str], ...]
    hardware: bool

    @property
    def unusual(self) -> bool:
        """Whether group or weekend are not what they were."""
        return bool(self.before) or self.weekend_left

    @property
    def grown(self) -> int:
        """1 or -1 where the whole interval of the volume lies beyond the least change, else 0.

        Nothing is said to have grown that is counted by other hardware.
        """
        _, low, high = self.volume
        if self.hardware or not (finite(low) and finite(high)):
            return 0
        return int(low > 1 + LEAST_CHANGE) - int(high < 1 - LEAST_CHANGE)


def changes_of(
    activity: xr.Dataset | None, cube: xr.Dataset, minimum: int
) -> tuple[Change, ...] | None:
    """Return every place that can be compared with last year, or None where nothing was compared.

    Parameters
    ----------
    activity : Dataset or None
        Rhythms of places with what :func:`mining.activity.change` adds.
    cube : Dataset
        Sensors with their places; the journal travels in it.
    minimum : int
        Usual weeks of fewer passages have no volume to tell.
    """
    if activity is None or "moved" not in activity or "volume_ratio" not in activity:
        return None
    journal = _recent(cube)
    places = cube["place"].to_numpy().astype(str)
    sensors = cube["sensor"].to_numpy().astype(str)
    names = [str(n) for n in activity["group_name"].to_numpy()]
    found = []
    for row, place in enumerate(activity["sensor"].to_numpy().astype(str)):
        here = activity.isel(sensor=row)
        known = finite(float(here["moved_probability"])) or finite(float(here["volume_ratio"]))
        if not known:
            continue
        moved = bool(here["moved"])
        enough = float(here["volume"]) >= minimum
        noted = [e for e in journal if e.touches((str(place),), sensors[places == place].tolist())]
        found.append(
            Change(
                place=str(place),
                before=names[int(here["label_before"])] if moved else "",
                now=names[int(here["label"])] if moved else "",
                probability=float(here["moved_probability"]),
                weekend_left=bool(here["weekend_left"]),
                weekend=_three(here, "weekend", "weekend_low", "weekend_high"),
                usual=_three(here, "weekend_usual", "usual_low", "usual_high")[1:],
                volume=_three(here, "volume_ratio", "volume_low", "volume_high")
                if enough
                else (np.nan, np.nan, np.nan),
                entries=tuple(dict.fromkeys((e.start, clean_name(e.title)) for e in noted)),
                hardware=any(e.type == "hardware" for e in noted),
            )
        )
    return tuple(sorted(found, key=lambda c: c.place))


def _three(here: xr.Dataset, *names: str) -> tuple[float, float, float]:
    one, two, three = (float(here[n]) for n in names)
    return one, two, three


def _recent(cube: xr.Dataset) -> list[Entry]:
    """Return what began in the two years that are compared, and may explain a change."""
    today = cubes.local_time(cube)[-1].tz_localize(None)
    since = today - 2 * YEAR
    return [e for e in entries(cube) if e.type in REASONS and since <= e.start <= today]
