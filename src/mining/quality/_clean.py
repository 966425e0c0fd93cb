"""From a raw cube to a trusted one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as model
from mining.calendars import calendar_of
from mining.cube import SENSOR, TIME, Quality, Reason
from mining.errors import ConfigError
from mining.quality import _gaps
from mining.quality._evidence import Evidence, gather
from mining.quality._rules import DEFAULT_RULES, chosen
from mining.stretches import Bools, Ints

#: Reasons of missing cells that may be filled.
_FILLABLE = (Reason.NONE, Reason.NOT_COUNTED, Reason.CLOCK, Reason.CLOCK_CHANGE)


def clean(
    cube: xr.Dataset,
    *,
    impute_max_gap: str | pd.Timedelta | None = "3h",
    rules: Sequence[str] = DEFAULT_RULES,
    calendar: object = "cube",
) -> xr.Dataset:
    """Return the trusted cube: what was counted, and what each cell is worth.

    Parameters
    ----------
    cube : Dataset
        Raw cube, dimensions (sensor, time).
    impute_max_gap : str, Timedelta or None
        Longest gap that is filled; None or ``"0h"`` fills nothing.
    rules : sequence of str
        Names among `mining.quality.DEFAULT_RULES`.
    calendar : "cube", None, mapping or Calendar
        Public holidays and journal; ``"cube"`` takes those the cube carries.

    Returns
    -------
    Dataset
        A new cube of the same values. Cells that a rule finds are suspect, with the reason, and
        keep their value; short gaps are filled and say so (imputed). Nothing missing becomes a
        zero.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If a rule, the gap or the calendar is not understood.

    Notes
    -----
    Codes already given (by the reader of a source) are kept; codes only accumulate, so begin
    again from the raw cube to apply fewer rules. Cleaning twice is cleaning once.

    Cleaning looks both ways in time: it judges the past offline, with the weeks after an hour as
    well as those before. A series of one week is judged by time of day, one shorter than three
    days by its values alone; where no other sensor counts, the limits are stricter, for nothing
    tells a dead sensor from an empty city. The rules on zeros, levels, spikes and ceilings are
    for counts; decibels can be stuck or impossible; shares only infinite or negative.
    """
    model.validate(cube)
    applied = chosen(rules)
    days = calendar_of(cube, calendar)
    longest = _steps(impute_max_gap, model.step_of(cube))
    evidence = gather(cube, days)
    quality = cube["quality"].to_numpy().copy()
    reason = cube["reason"].to_numpy().copy()
    for rule in applied:
        found = rule.find(evidence)
        free = np.isin(quality, [int(Quality.VALID), int(Quality.ZERO_VALID)])
        silent = (quality == Quality.MISSING) & (reason == Reason.NOT_COUNTED)
        explains = rule.reason in (Reason.NOT_INSTALLED, Reason.DECLARED)
        quality[found & free] = Quality.SUSPECT
        reason[found & (free | (silent & explains))] = rule.reason
    return _assemble(cube, evidence, quality, reason, longest)


def _steps(gap: str | pd.Timedelta | None, step: pd.Timedelta) -> int:
    length = pd.Timedelta(0) if gap is None else model.duration(gap, "impute_max_gap")
    if length < pd.Timedelta(0):
        msg = f"impute_max_gap: found {gap!r}, expected a duration of zero or more"
        raise ConfigError(msg)
    return int(length // step)


def _assemble(
    cube: xr.Dataset,
    evidence: Evidence,
    quality: Ints,
    reason: Ints,
    longest: int,
) -> xr.Dataset:
    values = cube["value"].to_numpy().copy()
    if longest:
        good: Bools = np.isin(quality, [int(Quality.VALID), int(Quality.ZERO_VALID)])
        imputed = quality == Quality.IMPUTED
        silent = (quality == Quality.MISSING) & np.isin(reason, [int(r) for r in _FILLABLE])
        filled = _gaps.fill_short_gaps(
            values, good, silent | imputed, evidence.usual, clock=evidence.clock, longest=longest
        )
        put = silent & ~np.isnan(filled)
        values[put] = filled[put]
        quality[put] = Quality.IMPUTED
        reason[put] = Reason.GAP_FILLED
    dims = (SENSOR, TIME)
    out = cube.copy(deep=True)
    out["value"] = (dims, values, cube["value"].attrs)
    out["quality"] = (dims, quality, cube["quality"].attrs)
    out["reason"] = (dims, reason, cube["reason"].attrs)
    return out
