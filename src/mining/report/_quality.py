"""Facts of quality: what is known of the cells of each sensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.report._clock import WEEK

#: Weeks before the end of the data that the quality page calls "recent".
QUALITY_WEEKS = 8


@dataclass(frozen=True)
class SensorQuality:
    """What is known of the cells of one sensor.

    Attributes
    ----------
    sensor, name, place, kind : str
        Who it is.
    hours : int
        Intervals from the first one that was counted to the end.
    states : dict
        Intervals by :class:`~mining.cube.Quality` name, over the same span.
    recent : float
        Share trusted in the last eight weeks.
    reasons : tuple of (str, int)
        Reasons of cells that are not plainly valid, most frequent first.
    repairs : tuple of (str, int)
        Rows the reader mended or dropped.
    first : Timestamp or None
        Local day of the first count, None if it never counted.
    week : dict
        Intervals of the last complete ISO week by state: `counted` (also where nobody passed),
        `suspect`, `missing` and `imputed`; empty without such a week.
    """

    sensor: str
    name: str
    place: str
    kind: str
    hours: int
    states: dict[str, int]
    recent: float
    reasons: tuple[tuple[str, int], ...]
    repairs: tuple[tuple[str, int], ...]
    first: pd.Timestamp | None
    week: dict[str, int] = field(default_factory=dict)


def quality_rows(cube: xr.Dataset, monday: pd.Timestamp | None = None) -> tuple[SensorQuality, ...]:
    """Return what is known of the cells of each sensor, sorted by place and name.

    Parameters
    ----------
    cube : Dataset
        Trusted cube.
    monday : Timestamp, optional
        First day of the week that is looked at by itself.
    """
    quality, reason = cube["quality"].to_numpy(), cube["reason"].to_numpy()
    local = cubes.local_time(cube)
    recent = local >= local[-1] - QUALITY_WEEKS * WEEK
    within = _week(local, monday)
    names = [str(n) for n in cube["repair"].to_numpy()] if "repair" in cube.coords else []
    rows = []
    for position, sensor in enumerate(cube["sensor"].to_numpy()):
        seen = np.flatnonzero(quality[position] != cubes.Quality.MISSING)
        first = int(seen[0]) if seen.size else 0
        codes, why = quality[position, first:], reason[position, first:]
        repairs = cube["repairs"].to_numpy()[position] if names else []
        rows.append(
            SensorQuality(
                sensor=str(sensor),
                name=str(cube["name"].to_numpy()[position]),
                place=str(cube["place"].to_numpy()[position]),
                kind=str(cube["kind"].to_numpy()[position]),
                hours=len(codes),
                states={q.name.lower(): int((codes == q).sum()) for q in cubes.Quality},
                recent=float((quality[position, recent] <= cubes.Quality.ZERO_VALID).mean()),
                reasons=_frequent({r.name.lower(): int((why == r).sum()) for r in cubes.Reason}),
                repairs=_frequent(dict(zip(names, map(int, repairs), strict=True))),
                first=local[first].tz_localize(None).normalize() if seen.size else None,
                week=_states(quality[position, within]) if within.any() else {},
            )
        )
    return tuple(sorted(rows, key=lambda r: (r.place, r.name, r.sensor)))


def _week(local: pd.DatetimeIndex, monday: pd.Timestamp | None) -> cubes.BoolArray:
    naive = local.tz_localize(None)
    if monday is None:
        return np.zeros(len(naive), dtype=bool)
    return np.asarray((naive >= monday) & (naive < monday + WEEK), dtype=bool)


def _states(quality: np.ndarray) -> dict[str, int]:
    """Return intervals by state; hours without passage are not told apart in a single week."""
    known = {q.name.lower(): int((quality == q).sum()) for q in cubes.Quality}
    counted = known.pop("valid") + known.pop("zero_valid")
    return {"counted": counted, **known}


def _frequent(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    kept = [(k, n) for k, n in counts.items() if n > 0 and k != "none"]
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0])))
