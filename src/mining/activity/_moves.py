"""What draws of weeks say of two years: where a rhythm was, where it is, how sure both are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.activity._known import Known
from mining.activity._names import masks, parts_of
from mining.activity._ward import shares
from mining.activity._weeks import FloatArray, IntArray
from mining.activity._windows import Window, common

BoolArray = npt.NDArray[np.bool_]

#: A place has moved if at least this share of the draws say so, and if the group it has come to
#: weighs this much more in it than before: on a border, a step aside is no move.
SURE, LEAST_STEP = 0.9, 0.25


@dataclass(frozen=True)
class Year:
    """One year of rhythms and its draws.

    Attributes
    ----------
    points : ndarray (row, slot)
        In the coordinates of the groups, NaN where not usable.
    volume, weekend : ndarray (row,)
        Sum of the typical week, and the share of Saturday and Sunday in it.
    part_share : ndarray (row, part)
    labels : ndarray of int (draw, row)
    volumes, weekends, away : ndarray (draw, row)
        Of each draw; `away` is its distance from the rhythm of the year.
    parts : ndarray (draw, row, part)
    """

    points: FloatArray
    volume: FloatArray
    weekend: FloatArray
    part_share: FloatArray
    labels: IntArray
    volumes: FloatArray
    weekends: FloatArray
    away: FloatArray
    parts: FloatArray


def year_of(
    window: Window, groups: Known, like: Window | None, *, number: int, seed: int, back: int
) -> Year:
    """Return a year and its draws.

    Parameters
    ----------
    window : Window
    groups : Known
    like : Window, optional
        This year; what all rows have in common since is then taken out of points and labels.
    number, seed, back
        Of the draws.
    """
    rhythm = window.known
    factor = common(like.known, rhythm) if like is not None else np.ones(rhythm.shape[1])
    points = groups.points(rhythm * factor)
    labels, volumes, weekends, away, parts = [], [], [], [], []
    for drawn in window.draws(number, seed, back):
        again = np.where(window.usable[:, None], drawn, np.nan)
        there = groups.points(again * factor)
        labels.append(groups.labels(there))
        away.append(np.sqrt(((there - points) ** 2).sum(axis=1)))
        volumes.append(again.sum(axis=1))
        share = shares(again)
        weekends.append(weekend_of(share))
        parts.append(parts_share(share))
    share = shares(rhythm)
    return Year(
        points,
        rhythm.sum(axis=1),
        weekend_of(share),
        parts_share(share),
        np.array(labels, dtype=np.intp),
        np.array(volumes),
        np.array(weekends),
        np.array(away),
        np.array(parts),
    )


def weekend_of(share: FloatArray) -> FloatArray:
    """Return the share of Saturday and Sunday in each week."""
    return np.asarray(share[:, share.shape[1] // 7 * 5 :].sum(axis=1))


def parts_share(share: FloatArray) -> FloatArray:
    """Return the share of each part of the week, ``(row, part)``."""
    slots = share.shape[1]
    return np.asarray(share @ masks(parts_of(slots), slots).T.astype("float64"))


@dataclass(frozen=True)
class Moves:
    """Moves between groups since last year; every array is ``(row,)`` but for `share_before`.

    Attributes
    ----------
    label_before : ndarray of int
        -1 where last year is unknown.
    share_before : ndarray (row, group)
    probability : ndarray
        Share of the draws of both years in which the groups differ.
    step : ndarray
        How much more the group of today weighs in the row than last year.
    moved : ndarray of bool
    distance, by_chance : ndarray
        Distance between the two years, and the one that draws of weeks alone exceed once in
        twenty.
    """

    label_before: IntArray
    share_before: FloatArray
    probability: FloatArray
    step: FloatArray
    moved: BoolArray
    distance: FloatArray
    by_chance: FloatArray


def moves(groups: Known, label: IntArray, now: Year, before: Year) -> Moves:
    """Compare the groups of two years.

    Parameters
    ----------
    groups : Known
    label : ndarray of int (row,)
        Group of today; negative ones have not moved.
    now, before : Year
    """
    was = groups.labels(before.points)
    share_before = groups.membership(before.points)
    both = (label >= 0) & (was >= 0)
    mine = np.maximum(label, 0)
    row = np.arange(len(label))
    step = groups.membership(now.points)[row, mine] - share_before[row, mine]
    probability = np.where(both, (now.labels != before.labels).mean(axis=0), np.nan)
    moved = both & (was != label) & (probability >= SURE) & (step >= LEAST_STEP)
    distance = np.sqrt(((now.points - before.points) ** 2).sum(axis=1))
    chance = np.quantile(np.sqrt(now.away**2 + before.away**2), 0.95, axis=0)
    return Moves(was, share_before, probability, step, moved, distance, chance)
