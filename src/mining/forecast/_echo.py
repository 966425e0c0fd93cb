"""Last year's same special day, brought to today's level: the reference of special days.

The usual level says little of Christmas Day; last year's Christmas Day says most of it. Two views
are averaged: what the sensor itself saw, in proportion to its level then and now (right when a
holiday overrules the weekday), and the clean level of this weekday times what the holiday did to
all sensors, half corrected by what it did to this one (right when the weekday still matters, and
for sensors that were not there).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mining.forecast._arrays import cumulated, divided, picked
from mining.forecast._cells import Rows

if TYPE_CHECKING:
    from mining.forecast._features import Bank

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: A level that changed by more than this factor in a year is another sensor.
MOST_CHANGE = 3.0
#: Share of a sensor's own deviation from all sensors that is believed.
BELIEF = 0.5


@dataclass(frozen=True)
class Echo:
    """Last year's same day seen from each cell; NaN where there is none.

    Attributes
    ----------
    own : ndarray
        What the sensor counted then, moved to its level of now.
    network : ndarray
        The clean level now, moved as the holiday moved all sensors then.
    both : ndarray
        Mean of what is known of the two.
    """

    own: Floats
    network: Floats
    both: Floats


def weekly_level(base: Floats, season: int) -> Floats:
    """Return the mean of the clean level over the season that starts at each position."""
    seen = np.isfinite(base)
    total = cumulated(np.where(seen, base, 0.0))
    count = cumulated(seen.astype("float64"))
    start = np.arange(base.shape[1])
    end = np.minimum(start + season, base.shape[1])
    return divided(total[:, end] - total[:, start], count[:, end] - count[:, start])


def echo(bank: Bank, rows: Rows, base: Floats, scale: Floats) -> Echo:
    """Return last year's same day seen from each cell.

    Parameters
    ----------
    bank : Bank
        What is known.
    rows : Rows
        Cells to describe.
    base, scale : ndarray
        Clean level and scale of each cell, as of its origin.
    """
    slots = bank.grid.slots
    past = bank.analogue[rows.position // slots]
    shift = (rows.position // slots - past) * slots
    there = (past >= 0) & (rows.origin >= shift) & (rows.position - shift < bank.grid.origin)
    shift = np.where(there, shift, 0)
    then = np.where(there, bank.weekly[rows.sensor, rows.origin - shift], np.nan)
    now = bank.weekly[rows.sensor, rows.origin]
    # Without a shift the position itself may lie beyond what is held.
    seen = bank.values[rows.sensor, np.where(there, rows.position - shift, 0)]
    counts = bank.grid.is_count[rows.sensor]
    growth = divided(now, then)
    growth = np.where((growth < MOST_CHANGE) & (growth > 1 / MOST_CHANGE), growth, np.nan)
    own = np.where(counts, seen * growth, seen + now - then)
    odd = picked(bank.odd.T.astype("float64"), np.where(there, past, -1), rows.sensor) > 0
    own = np.where(odd, np.nan, own)
    network = _network(bank, rows, np.where(there, past, -1), (base, scale))
    known = np.isfinite(own).astype("float64") + np.isfinite(network)
    return Echo(own, network, divided(np.nan_to_num(own) + np.nan_to_num(network), known))


def _network(bank: Bank, rows: Rows, past: Ints, reference: tuple[Floats, Floats]) -> Floats:
    """Return the clean level moved as everyone was moved on day `past`; NaN where it is -1."""
    base, scale = reference
    mine = picked(np.where(bank.odd, np.nan, bank.day_ratio).T, past, rows.sensor)
    past = np.where(picked(bank.net_odd[:, None].astype("float64"), past, 0 * past) > 0, -1, past)
    everyone = picked(bank.net_day_ratio[:, None], past, 0 * past)
    factor = divided(1 + mine, 1 + everyone)
    factor = np.clip(np.where(np.isfinite(factor), factor, 1.0), 1 / MOST_CHANGE, MOST_CHANGE)
    moved = 1 + picked(bank.net_ratio, past, rows.position % bank.grid.slots)
    counts = bank.grid.is_count[rows.sensor]
    return np.where(counts, base * np.maximum(moved, 0.0) * factor**BELIEF, base + scale * mine)
