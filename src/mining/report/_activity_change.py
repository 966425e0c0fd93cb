"""Facts of what changed since last year, place by place."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._language import clean_name, finite

#: A volume is said to have changed where its whole interval lies beyond this.
LEAST_CHANGE = 0.05


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
        What the journal says of both years.
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

    @property
    def unusual(self) -> bool:
        """Whether group or weekend are not what they were."""
        return bool(self.before) or self.weekend_left

    @property
    def grown(self) -> int:
        """1 or -1 where the whole interval of the volume lies beyond the least change, else 0."""
        _, low, high = self.volume
        if not (finite(low) and finite(high)):
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
        Where the journal travels.
    minimum : int
        Usual weeks of fewer passages have no volume to tell.
    """
    if activity is None or "moved" not in activity or "volume_ratio" not in activity:
        return None
    journal = _journal(cube)
    names = [str(n) for n in activity["group_name"].to_numpy()]
    found = []
    for row, place in enumerate(activity["sensor"].to_numpy().astype(str)):
        here = activity.isel(sensor=row)
        known = finite(float(here["moved_probability"])) or finite(float(here["volume_ratio"]))
        if not known:
            continue
        moved = bool(here["moved"])
        enough = float(here["volume"]) >= minimum
        ids = [e for e in str(here["entries"].item()).split(";") if e in journal]
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
                entries=tuple(sorted(journal[e] for e in ids)),
            )
        )
    return tuple(sorted(found, key=lambda c: c.place))


def _three(here: xr.Dataset, *names: str) -> tuple[float, float, float]:
    one, two, three = (float(here[n]) for n in names)
    return one, two, three


def _journal(cube: xr.Dataset) -> dict[str, tuple[pd.Timestamp, str]]:
    """Return start and title of each entry of the journal, by id."""
    found = json.loads(str(cube.attrs.get("events") or "[]"))
    return {
        str(e["id"]): (pd.Timestamp(e["start"]).tz_localize(None), clean_name(e.get("title", "")))
        for e in found
        if e.get("id")
    }
