"""From measures on their grid to a raw cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.cube import Quality, Reason
from mining.errors import ConfigError, TableError
from mining.sources import _grid, _repair
from mining.sources._layout import Long
from mining.sources._repair import Duplicates


def cube_of(
    long: Long,
    *,
    timezone: str,
    kind: str,
    step: str | pd.Timedelta | None,
    sensors: pd.DataFrame | None,
    clock: str | None = None,
    tolerance: str | pd.Timedelta = "0s",
    duplicates: Duplicates = "missing",
    maximum: float = 1e6,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Lay measures on the grid, settle what can be settled, and build the cube."""
    cubes.check_timezone(timezone)
    zone = timezone if clock is None else clock
    cubes.check_timezone(zone)
    known = _described(sensors, long.sensors, kind)
    is_count = _counts(known["kind"], duplicates)
    grid = _grid.lay(
        long,
        timezone=timezone,
        clock=zone,
        step=step,
        tolerance=cubes.duration(tolerance, "tolerance"),
    )
    cells = _repair.fill(long, grid, is_count=is_count, duplicates=duplicates, maximum=maximum)
    cube = cubes.build(
        pd.DataFrame(cells.values, index=grid.times, columns=long.sensors),
        timezone=timezone,
        step=grid.step,
        sensors=known,
        kind=kind,
        repairs=cells.repairs,
        attrs=attrs,
    )
    said = cells.reason.T != Reason.NONE
    missing = cube["quality"].to_numpy() == Quality.MISSING
    quality = np.where(said & ~missing, Quality.SUSPECT, cube["quality"].to_numpy())
    reason = np.where(said, cells.reason.T, cube["reason"].to_numpy())
    cube["quality"] = (cube["quality"].dims, quality.astype("int8"), cube["quality"].attrs)
    cube["reason"] = (cube["reason"].dims, reason.astype("int8"), cube["reason"].attrs)
    return cube


def _described(sensors: pd.DataFrame | None, ids: Sequence[str], kind: str) -> pd.DataFrame:
    """Return what is known of each sensor, with a kind for all: `kind` where none is told."""
    cubes.kind_of(kind)
    if sensors is None:
        return pd.DataFrame({"kind": kind}, index=list(ids))
    told = sensors.set_axis(sensors.index.astype(str), axis=0)
    if told.index.has_duplicates:
        msg = f"sensor {told.index[told.index.duplicated()][0]!r} is described twice"
        raise ConfigError(msg)
    known = told.reindex(list(ids))
    kinds = known["kind"] if "kind" in known else pd.Series("", index=known.index)
    return known.assign(kind=kinds.where(kinds.notna() & (kinds != ""), kind))


def _counts(kinds: pd.Series, duplicates: str) -> npt.NDArray[np.bool_]:
    """Return for each sensor whether it counts; refuse an impossible policy."""
    if duplicates not in ("missing", "error", "sum", "first"):
        msg = f"duplicates={duplicates!r}: expected 'missing', 'error', 'sum' or 'first'"
        raise ConfigError(msg)
    is_count = np.array([cubes.kind_of(str(k)).is_count for k in kinds], dtype=bool)
    if duplicates == "sum" and not is_count.all():
        msg = f"duplicates='sum': {kinds[~is_count].iloc[0]!r} does not add up, only counts do"
        raise ConfigError(msg)
    return is_count


def only_declared(long: Long, declared: pd.DataFrame, undeclared: Literal["error", "drop"]) -> Long:
    """Keep the declared sensors, all of them; without any declared, those of the table."""
    if not len(declared):
        return long
    known = [str(s) for s in declared.index]
    extra = sorted(set(long.sensors) - set(known))
    if extra and undeclared == "error":
        row = int(np.argmax(long.sensor == long.sensors.index(extra[0])))
        expected = "a sensor of channels.csv (or undeclared: drop)"
        raise TableError(long.rows.at(row, long.names.get("sensor"), extra[0], expected))
    kept = long.only(known)
    if not len(kept.value):
        msg = f"no measure of a declared sensor: found {extra[:5]}, expected {sorted(known)[:5]}"
        raise TableError(msg)
    return kept
