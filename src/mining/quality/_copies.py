"""Blocks that repeat, value for value, what the sensor counted some weeks before."""

from __future__ import annotations

import numpy as np

from mining.quality._clock import Clock
from mining.quality._runs import Bools, Floats, paint, runs

#: Weeks back at which a copy is looked for.
LAGS = tuple(range(1, 9))
#: Fewest hours of a block, and fewest different positive values in it. Even counts of 5 agree by
#: chance only one time in six, so twelve in a row do not.
BLOCK_HOURS = 12.0
BLOCK_VALUES = 10


def copies(values: Floats, clock: Clock) -> Bools:
    """Return the cells of blocks that copy an earlier block of the same sensor.

    Blocks are compared in wall time, whole weeks apart. The later block is the copy: that it is
    the earlier one cannot be told from the values alone.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Values, NaN where nothing was counted.
    clock : Clock
        Local week of the times.
    """
    least = clock.steps(BLOCK_HOURS, least=BLOCK_VALUES)
    out = np.zeros(values.shape, dtype=bool)
    for i, series in enumerate(values):
        table = clock.fold(series)
        flat = np.zeros(table.size, dtype=bool)
        for lag in LAGS:
            shift = lag * clock.slots
            if shift < table.size:
                flat[shift:] |= _equal_blocks(table.ravel(), shift, least)
        out[i] = flat.reshape(table.shape)[clock.week, clock.slot]
    return np.asarray(out & ~np.isnan(values))


def _equal_blocks(line: Floats, shift: int, least: int) -> Bools:
    later = line[shift:]
    # An hour that the clock jumped over breaks no block; a gap on one side only does.
    gap = np.isnan(later) & np.isnan(line[:-shift])
    starts, ends = runs((later == line[:-shift]) | gap)
    keep = [
        end - start >= least and _various(later[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]
    chosen = np.array(keep, dtype=bool)
    return paint(later.size, starts[chosen], ends[chosen])


def _various(block: Floats) -> bool:
    return np.unique(block[block > 0]).size >= BLOCK_VALUES
