"""Newer counts of the sensors of a cube, from a plain table into the cube."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.cube import SENSOR, TIME, Quality, Reason
from mining.errors import CubeError
from mining.quality import clean
from mining.sources.tables import from_table

#: What a champion is asked with.
COLUMNS = ("sensor", "time", "value")
#: Longest silence between the packed history and newer counts.
LONGEST_GAP = pd.Timedelta("366D")
_NOBODY = "(nobody)"


def updated(cube: xr.Dataset, counts: pd.DataFrame) -> xr.Dataset:
    """Return the cube with newer counts in it, cleaned together.

    Parameters
    ----------
    cube : Dataset
        A trusted cube.
    counts : DataFrame
        Columns ``sensor, time, value``, of sensors of the cube.

    Raises
    ------
    ForageError
        If a column, a sensor or a time does not fit the cube.
    """
    missing = [c for c in COLUMNS if c not in counts]
    if missing:
        msg = f"no column {missing[0]!r}: expected the columns {', '.join(COLUMNS)}"
        raise CubeError(msg)
    known = pd.Index(cube[SENSOR].to_numpy().astype(str))
    strange = [s for s in counts["sensor"].astype(str).unique() if s not in known]
    if strange:
        msg = f"unknown sensor {strange[0]!r}: expected one of {', '.join(known)}"
        raise CubeError(msg)
    words = counts["value"][pd.to_numeric(counts["value"], errors="coerce").isna()].dropna()
    if len(words):
        raise CubeError(f"value {words.iloc[0]!r}: expected a number")
    fresh = _laid_out(cube, _near(cube, counts[list(COLUMNS)]))
    later = fresh.isel({TIME: np.flatnonzero(fresh.indexes[TIME] >= cube.indexes[TIME][0])})
    return clean(_merged(cube, later))


def _near(cube: xr.Dataset, counts: pd.DataFrame) -> pd.DataFrame:
    """Leave out the counts from before the cube; refuse those from a far future."""
    first, last = cube.indexes[TIME][[0, -1]]
    # Only roughly, a day more or less: the clock of the territory is asked later.
    rough = pd.to_datetime(
        counts["time"].astype(str), utc=True, errors="coerce", format="ISO8601"
    ).dt.tz_localize(None)
    far = rough > last + LONGEST_GAP
    if far.any():
        msg = (
            f"time {counts['time'][far].iloc[0]}: expected at most {LONGEST_GAP.days} days after "
            f"the end of the history, {last} (UTC)"
        )
        raise CubeError(msg)
    kept: pd.DataFrame = counts[~(rough < first - pd.Timedelta("1D"))]
    return kept


def _laid_out(cube: xr.Dataset, counts: pd.DataFrame) -> xr.Dataset:
    """Return the counts as a raw cube of the same step, settled as any table is."""
    nobody = pd.DataFrame({"sensor": _NOBODY, "time": _two_steps(cube, counts), "value": 0})
    kinds = pd.DataFrame(
        {"kind": cube["kind"].to_numpy().astype(str)}, index=cube[SENSOR].to_numpy().astype(str)
    )
    raw = from_table(
        pd.concat([counts.astype({"sensor": "str", "time": "str"}), nobody]),
        timezone=str(cube.attrs["timezone"]),
        step=cubes.step_of(cube),
        sensors=kinds,
        layout="long",
    )
    return raw.drop_sel({SENSOR: _NOBODY})


def _two_steps(cube: xr.Dataset, counts: pd.DataFrame) -> list[str]:
    """Return two times of the cube that follow each other, written as those of the counts are.

    Few counts alone do not tell the step.
    """
    local = cubes.local_time(cube)
    # No clock is changed by day: a time without an offset is one time then.
    by_day = np.flatnonzero(local.hour >= 6)
    end = int(by_day[-1]) + 1 if len(by_day) and by_day[-1] else len(local)
    pair = local[end - 2 : end]
    offset = len(counts) > 0 and re.search(r"(Z|[+-]\d\d:?\d\d)$", str(counts["time"].iloc[0]))
    return [t.isoformat() for t in (pair if offset else pair.tz_localize(None))]


def _merged(cube: xr.Dataset, fresh: xr.Dataset) -> xr.Dataset:
    """Return the cube, prolonged, with what `fresh` knows in place of what it said."""
    old, new = cube.indexes[TIME], fresh.indexes[TIME]
    step, zone = cubes.step_of(cube), str(cube.attrs["timezone"])
    times = cubes.time_grid(old[0], max(old[-1], new[-1]), step, zone)
    columns = times.get_indexer(new)
    nothing = {"value": np.nan, "quality": Quality.MISSING, "reason": Reason.NOT_COUNTED}
    out = cube.reindex({TIME: times}, fill_value={k: v for k, v in nothing.items() if k in cube})
    rows = cube.indexes[SENSOR].get_indexer(fresh.indexes[SENSOR])
    told = np.isfinite(fresh["value"].to_numpy())
    for name in nothing:
        cells = out[name].to_numpy().astype(cube[name].dtype)
        block = cells[np.ix_(rows, columns)]
        cells[np.ix_(rows, columns)] = np.where(told, fresh[name].to_numpy(), block)
        out[name] = ((SENSOR, TIME), cells, cube[name].attrs)
    out[TIME].attrs = cube[TIME].attrs
    return out
