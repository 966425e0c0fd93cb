"""The regular steps of a table: how long one is, and in which one each row falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining import cube
from mining.errors import ConfigError, TableError
from mining.sources import _localtime
from mining.sources._layout import Long

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_DAY = pd.Timedelta("1D")
#: A hole as long as this is a slip in a year, not an outage.
LONGEST_HOLE = pd.Timedelta(days=5 * 365)
#: A cube beyond this is a wrong step or a stray date, not a territory (8 bytes a cell here).
MAX_CELLS = 200_000_000


@dataclass(frozen=True)
class Grid:
    """Rows on regular steps; arrays have one entry per row of the table.

    Attributes
    ----------
    step : Timedelta
        Length of one step.
    times : DatetimeIndex
        UTC start of every step (naive), first to last.
    slot : ndarray of int64
        Position of each row in `times`; meaningless where `impossible`.
    twin : ndarray of int64
        Where `undecided`: position of the other hour with the same clock time; -1 elsewhere.
    impossible, undecided : ndarray of bool
        See :class:`mining.sources._localtime.Resolved`.
    moved : ndarray of bool
        Off the grid, within the tolerance: moved to the nearest step.
    fixed_offset : ndarray of bool
        Days written with an offset that is not the local one; the written date was kept.
    """

    step: pd.Timedelta
    times: pd.DatetimeIndex
    slot: Ints
    twin: Ints
    impossible: Bools
    undecided: Bools
    moved: Bools
    fixed_offset: Bools


def lay(
    long: Long,
    *,
    timezone: str,
    clock: str,
    step: str | pd.Timedelta | None,
    tolerance: pd.Timedelta,
) -> Grid:
    """Put every row on the grid of its step.

    Parameters
    ----------
    long : Long
        The measures.
    timezone : str
        Zone whose calendar the days follow.
    clock : str
        Zone of times written without an offset.
    step : str or Timedelta, optional
        Length of the interval; inferred when None.
    tolerance : Timedelta
        How far a time may be from its step.

    Raises
    ------
    TableError
        If the step cannot be told, or a row is off the grid by more than the tolerance.
    ConfigError
        If the step is not a positive duration.
    """
    delta = infer_step(long) if step is None else cube.duration(step, "step")
    if delta <= pd.Timedelta(0):
        msg = f"step {step!r}: expected a positive duration such as '1h'"
        raise ConfigError(msg)
    grid = _days if delta % _DAY == pd.Timedelta(0) else _steps
    _refuse_stray_year(long)
    out = grid(long, timezone, clock, delta.as_unit("ns"), tolerance)
    if step is not None:
        _refuse_finer_step(out)
    return out


def infer_step(long: Long) -> pd.Timedelta:
    """Return the most frequent difference between two times of one sensor.

    Raises
    ------
    TableError
        If there is none, or if it is not more than half of all differences.
    """
    wall, offset = long.clock.wall, long.clock.offset
    times = wall if offset is None else wall - offset
    order = np.lexsort((times, long.sensor))
    ahead = np.diff(times[order])[np.diff(long.sensor[order]) == 0]
    gaps, counts = np.unique(ahead[ahead > 0], return_counts=True)
    if not len(gaps):
        raise TableError("no sensor has two different times: declare the step (step='1h')")
    best = int(np.argmax(counts))
    if counts[best] * 2 <= counts.sum():
        shares = sorted(zip(-counts / counts.sum(), gaps, strict=True))[:3]
        found = ", ".join(f"{words(int(g))} ({-s:.0%})" for s, g in shares)
        msg = (
            f"the step is not clear, differences found are {found}: declare it (step='1h'), or "
            "bring irregular polls to a step first (resample)"
        )
        raise TableError(msg)
    step = pd.Timedelta(int(gaps[best]))
    if step < pd.Timedelta("1s"):
        found = f"times are {step.value} ns apart"
        msg = f"{found}: expected a second at least; are they plain numbers?"
        raise TableError(msg)
    return step


def _steps(
    long: Long, timezone: str, clock: str, step: pd.Timedelta, tolerance: pd.Timedelta
) -> Grid:
    """Lay steps shorter than a day, regular in UTC."""
    wall, offset = long.clock.wall, long.clock.offset
    if offset is None:
        found = _localtime.resolve(wall, long.sensor, long.value, clock)
    else:
        none = np.zeros(len(wall), bool)
        found = _localtime.Resolved(wall - offset, wall - offset, none, none)
    kept = ~found.impossible
    if not kept.any():
        raise TableError(long.at(0, "no row has a local time that exists"))
    start = found.utc[kept].min()
    # Steps that begin at the full local hour come first: polls a few seconds late belong to them.
    full = int(start - _localtime.to_local(np.array([start]), timezone)[0])
    number, late = _nearest(found.utc, kept, step.value, (full,), tolerance)
    _refuse_off_grid(long, kept, late, step, tolerance)
    origin = number[kept].min()
    first = found.utc[kept][0] - late[kept][0] - (number[kept][0] - origin) * step.value
    count = int(number[kept].max() - origin) + 1
    _refuse_too_large(long, count, step)
    times = pd.date_range(pd.Timestamp(int(first)), periods=count, freq=step).as_unit("ns")
    shift = (found.twin - found.utc) // step.value
    slot = np.where(kept, number - origin, 0)
    return Grid(
        step=step,
        times=times,
        slot=slot,
        twin=np.where(found.undecided, slot + shift, -1),
        impossible=found.impossible,
        undecided=found.undecided,
        moved=kept & (late != 0),
        fixed_offset=np.zeros(len(wall), bool),
    )


def _days(
    long: Long, timezone: str, clock: str, step: pd.Timedelta, tolerance: pd.Timedelta
) -> Grid:
    """Lay steps of whole days, which follow the local calendar."""
    written, offset = long.clock.wall, long.clock.offset
    local = written
    if offset is not None:
        local = _localtime.to_local(written - offset, timezone)
    elif clock != timezone:
        found = _localtime.resolve(written, long.sensor, long.value, clock)
        if found.impossible.any():
            raise TableError(long.at(int(np.argmax(found.impossible)), f"no such time in {clock}"))
        local = _localtime.to_local(found.utc, timezone)
    every = np.ones(len(local), bool)
    _, late = _nearest(local, every, step.value, (0,), tolerance)
    fixed = np.zeros(len(local), bool)
    if (np.abs(late) > tolerance.value).any() and offset is not None:
        # Exports with one offset all year name the local day by the date as written.
        _, off = _nearest(written, every, step.value, (0,), tolerance)
        if not (np.abs(off) > tolerance.value).any():
            fixed = local != written
            local, late = written, off
    _refuse_off_grid(long, every, late, step, tolerance)
    first = pd.Timestamp(int((local - late).min()))
    midnight = pd.DatetimeIndex([first]).tz_localize(
        timezone, ambiguous=np.ones(1, bool), nonexistent="NaT"
    )
    if midnight.hasnans:
        first -= step  # the calendar cannot start on a midnight that the clock jumped over
    last = pd.Timestamp(int((local - late).max()))
    ends = [cube.to_utc(t, timezone) for t in (first, last)]
    _refuse_too_large(long, int((last - first) / step) + 1, step)
    times = cube.time_grid(ends[0], ends[1], step, timezone)
    none = np.zeros(len(local), bool)
    slot = (local - late - first.as_unit("ns").value) // step.value
    return Grid(step, times, slot, np.full(len(local), -1), none, none, late != 0, fixed)


def _nearest(
    times: Ints, kept: Bools, step: int, phases: tuple[int, ...], tolerance: pd.Timedelta
) -> tuple[Ints, Ints]:
    """Return the number of the nearest step of each time and how far it is from it (ns).

    The first phase that fits all times is taken, then the most frequent one.
    """
    found, counts = np.unique(times[kept] % step, return_counts=True)
    common = int(found[np.argmax(counts)])
    number, late = times, times
    for phase in (*phases, common):
        number = (times - phase + step // 2) // step
        late = times - phase - number * step
        if (np.abs(late[kept]) <= tolerance.value).all():
            break
    return number, late


def _refuse_off_grid(
    long: Long, kept: Bools, late: Ints, step: pd.Timedelta, tolerance: pd.Timedelta
) -> None:
    bad = kept & (np.abs(late) > tolerance.value)
    if bad.any():
        row = int(np.argmax(bad))
        msg = (
            f"off the grid of {words(step)} by {words(abs(int(late[row])))} "
            f"({int(bad.sum())} rows are): declare another step, or a tolerance to move such "
            "times to the nearest step"
        )
        raise TableError(long.at(row, msg))


def _refuse_finer_step(grid: Grid) -> None:
    """Refuse a declared step that is a fraction of the real one: most cells would be holes."""
    slots = np.unique(grid.slot[~grid.impossible])
    if len(slots) > 2 and (gap := int(np.diff(slots).min())) > 1:
        msg = (
            f"the declared step is {words(grid.step)} but times are never closer than "
            f"{words(gap * grid.step)}: declare that step"
        )
        raise TableError(msg)


def _refuse_too_large(long: Long, count: int, step: pd.Timedelta) -> None:
    if count * len(long.sensors) > MAX_CELLS:
        wall = long.clock.wall
        rows = (int(np.argmin(wall)), int(np.argmax(wall)))
        ends = " and ".join(f"{pd.Timestamp(int(wall[r]))} ({long.rows.where(r)})" for r in rows)
        msg = (
            f"{count} steps of {words(step)} for {len(long.sensors)} sensors are too many: "
            f"check the step and the first and last times, {ends}"
        )
        raise TableError(msg)


def _refuse_stray_year(long: Long) -> None:
    """Refuse a table in which nothing at all is dated for years: one slip would be a huge cube."""
    order = np.argsort(long.clock.wall, kind="stable")
    gaps = np.diff(long.clock.wall[order])
    if not len(gaps) or gaps.max() <= LONGEST_HOLE.value:
        return
    at_gap = int(np.argmax(gaps))
    late = at_gap * 2 >= len(gaps)  # the few rows on one side are the strange ones
    row, other = (int(order[at_gap + int(late == side)]) for side in (True, False))
    stamp = pd.Timestamp(int(long.clock.wall[other]))
    msg = (
        f"{gaps.max() / pd.Timedelta(days=365).value:.0f} years without a row between this and "
        f"{stamp} ({long.rows.where(other)}): expected a date near the others"
    )
    raise TableError(long.at(row, msg))


def words(duration: pd.Timedelta | int) -> str:
    """Return a duration in words without needless parts."""
    text = str(pd.Timedelta(duration))
    return text.removeprefix("0 days ").removesuffix(" 00:00:00")
