"""A week to compare with, put together of days of several weeks, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mining.report._clock import DAY, BoolArray, FloatArray
from mining.report._door import Door
from mining.secrecy import ALONE, Cell, Hidden


@dataclass(frozen=True)
class OtherWeek:
    """Seven days, each of some week.

    Attributes
    ----------
    name : str
        The same for the same days.
    first : Timestamp
        The earliest of them.
    counts : ndarray (sensor, 7, slot)
        Counts; NaN on days that are left out.
    exists : ndarray (7, slot) of bool
        Which hours exist; all of those of days that are left out, which so count as missing.
    hidden : Hidden
        What may be said of the counts of the place.
    kept : ndarray (7,) of bool
        Days that are not left out.
    """

    name: str
    first: pd.Timestamp
    counts: FloatArray
    exists: BoolArray
    hidden: Hidden
    kept: BoolArray


def other_week(
    door: Door,
    place: str,
    monday: pd.Timestamp,
    days: Sequence[pd.Timestamp | None] | None = None,
) -> OtherWeek:
    """Return a week of a place, or one put together of days.

    Parameters
    ----------
    door : Door
        Counts, and what may be said of them.
    place : str
        Name of the place at the door.
    monday : Timestamp
        First day of the week.
    days : sequence of Timestamp or None, optional
        Seven days in its stead; None for one that is left out.

    Notes
    -----
    Hidden hours that are told by their sum alone stay together: where only some of the days of
    such a group are taken, none of its hours is held.
    """
    clock = door.clock
    if days is None:
        return OtherWeek(
            name=f"{monday:%Y-%m-%d}",
            first=monday,
            counts=clock.week(monday),
            exists=clock.week_exists(monday),
            hidden=door.week(place, monday).hidden,
            kept=np.ones(7, dtype=bool),
        )
    slots = clock.counts.shape[2]
    counts = np.full((len(clock.ids), 7, slots), np.nan)
    exists = np.ones((7, slots), dtype=bool)
    for k, day in enumerate(days):
        if day is not None:
            counts[:, k] = clock.week(_monday(day))[:, day.day_of_week]
            exists[k] = clock.week_exists(_monday(day))[day.day_of_week]
    return OtherWeek(
        name=",".join("" if d is None else f"{d:%Y-%m-%d}" for d in days),
        first=min((d for d in days if d is not None), default=monday),
        counts=counts,
        exists=exists,
        hidden=_hidden(door, place, days),
        kept=np.array([d is not None for d in days]),
    )


def _hidden(door: Door, place: str, days: Sequence[pd.Timestamp | None]) -> Hidden:
    """Return what may be said of the days, each group of hidden hours whole or not at all."""
    slots = door.clock.counts.shape[2]
    states = np.full((7, slots), Cell.ABSENT, dtype="int8")
    group, told = np.full((7, slots), ALONE), np.zeros((7, slots), dtype=bool)
    rows = np.full(7, Cell.ABSENT, dtype="int8")
    taken: dict[pd.Timestamp, list[tuple[int, int]]] = {}
    for k, day in enumerate(days):
        if day is not None:
            taken.setdefault(_monday(day), []).append((k, int(day.day_of_week)))
    apart = 0
    for monday, pairs in sorted(taken.items()):
        door.tell(place, monday, totals=True)  # parts of a week are told, not it as a whole
        week = door.week(place, monday).hidden
        here, there = ([pair[side] for pair in pairs] for side in (0, 1))
        left = np.delete(week.group, there, axis=0)
        cut = np.isin(week.group, left[left != ALONE])
        states[here], rows[here] = week.states[there], week.rows[there]
        told[here] = (week.told & ~cut)[there]
        group[here] = np.where(week.group == ALONE, ALONE, week.group + apart)[there]
        apart += int(week.group.max()) + 1
    return Hidden(states, group, told, rows)


def _monday(day: pd.Timestamp) -> pd.Timestamp:
    return day - day.day_of_week * DAY
