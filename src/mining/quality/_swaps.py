"""Two channels of one site that were exchanged: each counts what the other one used to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from mining.quality._clock import Clock
from mining.quality._days import Days, days_of, edges, gains, masked, scatter, stretches
from mining.quality._typical import HALF_WINDOW, typical
from mining.stretches import Bools, Floats

#: Fewest days, and least sum of what they say (see :mod:`mining.quality._days`).
DAYS, LEAST = 2, 40.0
#: Weeks on each side whose rhythm is the usual one, besides that of the whole series.
WEEKS = (HALF_WINDOW, 20)
#: Most of their common days that two channels may be exchanged; the lesser part is the fault.
MOST = 0.5
#: How far (in logarithms) the levels of two exchanged channels, each against the usual of the
#: other, may lie from each other: else one of them fell or rose on its own.
LEVELS = 0.2
#: Least share of the usual level: half-dead channels take no one's place.
ALIVE = 0.3
#: Share of the hoped gain that their hours must reach with the levels left out, ...
SHARE_HOURS = 0.3
#: ... or the difference of level (in logarithms) that stands for hours that are the same.
APART = 0.4


def swapped(
    values: Floats, history: Floats, sites: Sequence[str], idle: Bools, clock: Clock
) -> Bools:
    """Return the cells counted while two channels of a site were exchanged.

    Parameters
    ----------
    values, history : arrays, shape (sensor, time)
        Counts, NaN where nothing trustworthy was counted, and those of them that tell what is
        typical.
    sites : sequence of str, one for each sensor
        Site; channels of an unnamed site are compared with none.
    idle : array of bool, shape (time,)
        Days that say nothing: public holidays.
    clock : Clock
        Local week of the times.

    Returns
    -------
    array of bool, shape (sensor, time)
        Cells of both channels.

    Notes
    -----
    Both rhythms are brought to the sum of the two channels on that day, so that only the split
    between them and the hours tell; channels that count alike cannot be told apart.
    """
    out = np.zeros(values.shape, dtype=bool)
    days = days_of(clock)
    if days is None:
        return out
    at: dict[str, list[int]] = {}
    for row, site in enumerate(sites):
        at.setdefault(site, []).append(row)
    for site, rows in at.items():
        for pair in combinations(rows, 2) if site else ():
            two = list(pair)
            for usual in _histories(history[two], clock):
                out[two] |= _exchanged(values[two], usual, idle, days)
    return np.asarray(out & ~np.isnan(values))


def _histories(history: Floats, clock: Clock) -> Iterator[Floats]:
    """Give what is typical over a season, a year and the whole series: levels drift, swaps last."""
    for weeks in WEEKS:
        yield typical(history, clock, weeks=weeks)
    yield typical(history, clock, rolling=False)


def _exchanged(seen: Floats, usual: Floats, idle: Bools, days: Days) -> Bools:
    """Return when two channels, shape (2, time), were exchanged, shape (time,)."""
    known = ~(np.isnan(seen).any(axis=0) | np.isnan(usual).any(axis=0)) & ~idle
    seen, usual = np.where(known, seen, np.nan), np.where(known, usual, np.nan)
    due = days.sums(usual.sum(axis=0))
    level = days.sums(seen.sum(axis=0)) / np.where(due > 0, due, np.nan)
    level = np.where(level >= ALIVE, level, np.nan)
    rhythm = usual * level[days.day]
    both = [gains(seen[k], rhythm[k], rhythm[1 - k], scatter(seen[k], rhythm[k])) for k in range(2)]
    cell = both[0][0] + both[1][0]
    gain = days.sums(cell)[None, :, None]
    hoped = days.sums(both[0][1] + both[1][1])[None, :, None]
    found = stretches(gain, hoped, least=LEAST, days=DAYS)[0]
    cells = [edges(cell, days, one) for one in found]
    sure = [one for one in cells if _both_moved(seen, usual, one, days)]
    mask = masked(seen.shape[1], sure)
    few = (mask & known).sum() <= MOST * known.sum()
    return mask if few else np.zeros_like(mask)


def _both_moved(seen: Floats, usual: Floats, cells: slice, days: Days) -> bool:
    """Return whether each channel took both the level and the hours of the other."""
    sums, due = np.nansum(seen[:, cells], axis=1), np.nansum(usual[:, cells], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        unequal = np.log(sums[0] / due[1]) - np.log(sums[1] / due[0])
        contrast = np.log(due[0] / due[1])
    if not abs(unequal) <= LEVELS:
        return False
    gain = hoped = 0.0
    for k in range(2):
        own = days.scaled(usual[k], seen[k])
        other = days.scaled(usual[1 - k], seen[k])
        one, hope = gains(seen[k], own, other, scatter(seen[k], own))
        gain, hoped = gain + float(np.nansum(one[cells])), hoped + float(np.nansum(hope[cells]))
    return bool(gain >= SHARE_HOURS * hoped and (hoped >= LEAST or abs(contrast) >= APART))
