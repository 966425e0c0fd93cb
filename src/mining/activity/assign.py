"""Rhythms placed among groups that are already known: places among the groups of sensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity import _placing
from mining.activity._dataset import check_positive
from mining.activity._known import Known, known
from mining.activity._masks import MASKED_TYPES, ordinary
from mining.activity._stability import rand_index
from mining.activity._ward import OUTLIER, UNUSABLE
from mining.activity._weeks import FloatArray, IntArray
from mining.activity._windows import Window, common, windows
from mining.activity._words import say
from mining.activity.rhythm import MIN_WEEKS, typical
from mining.language import Language, language_of


def assign(
    cube: xr.Dataset,
    groups: xr.Dataset,
    *,
    calendar: object = "cube",
    bootstraps: int = 100,
    seed: int = 0,
    weeks: int = 52,
    years: int = 2,
    min_weeks: int = MIN_WEEKS,
    mask_types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Place rhythms among known groups, such as places among the groups of their sensors.

    Parameters
    ----------
    cube : Dataset
        A trusted cube, of places for instance (:func:`mining.cube.by_place`).
    groups : Dataset
        What :func:`cluster` gave, of sensors for instance.
    calendar, bootstraps, seed, weeks, years, min_weeks, mask_types, incidents
        See :func:`cluster`.

    Returns
    -------
    Dataset
        As :func:`cluster`, with the groups, their names, checks and stability as they are in
        `groups`, and by row of `cube`: ``label`` (the nearest centre; -1 too little data, -2
        far from every group), ``outlier``, ``membership``, ``between``, ``nearest``,
        ``silhouette`` (from distances to centres), ``kept`` (share of the draws of weeks with
        the same label) and ``same_years`` (share of the earlier years with the same label, what
        all rows have in common left out). ``group_size`` counts the rows placed; ``year_rand``
        compares labels with those of each earlier year.

    Raises
    ------
    ConfigError
        If `groups` is not a result of :func:`cluster` with the same hours of the week, or a
        number is not positive, or there are no texts in the cube's language.
    NotEnoughDataError
        If no trusted cell is left, or `groups` has no group.
    CubeError
        If the step can be brought neither to an hour nor to a day.

    Notes
    -----
    A dozen sums of sensors are too few to find groups that hold, and the sum of an office street
    and a street of bars blurs both. Sensors show the groups; places then only need a nearest
    centre, and a mixture says so in ``membership``.
    """
    check_positive(bootstraps=bootstraps, weeks=weeks, min_weeks=min_weeks)
    cubes.validate(cube)
    words = language_of(cube.attrs)
    folded, _ = ordinary(cube, calendar, mask_types, incidents)
    out = typical(cube, folded, weeks=weeks, min_weeks=min_weeks)
    reference = known(groups, slots=len(folded.hour))
    past = windows(cube, folded, weeks=weeks, years=years, min_weeks=min_weeks)
    rows = _rows(reference, past, bootstraps, seed)
    by_group = groups.drop_dims([cubes.SENSOR, "earlier"], errors="ignore")
    out = out.merge(by_group.drop_vars("group_size", errors="ignore")).merge(rows)
    sizes = [int((rows["label"] == g).sum()) for g in range(len(reference.names))]
    out = out.assign_coords(group_size=("group", np.array(sizes, dtype="int32")))
    keep = ("k", "agreed", "method", "normalisation", "limits")
    out.attrs |= {name: groups.attrs[name] for name in keep if name in groups.attrs}
    out.attrs |= {"seed": seed, "statement": _statement(rows, reference.names, words)}
    return out


def _rows(groups: Known, past: list[Window], bootstraps: int, seed: int) -> xr.Dataset:
    now = past[0]
    points = groups.points(now.known)
    label, share = groups.placed(points), groups.membership(points)
    again = [groups.labels(groups.points(d)) for d in now.draws(bootstraps, seed, 0)]
    kept = np.where(label >= 0, (np.array(again) == label).mean(axis=0), np.nan)
    before = np.array([_earlier(groups, now, then) for then in past[1:]], dtype=np.intp)
    before = before.reshape(len(past) - 1, len(label))
    rand = [rand_index(label[b >= 0], b[b >= 0]) if (b >= 0).any() else np.nan for b in before]
    score, other = _silhouettes(points, groups.centres, label)
    row = cubes.SENSOR
    return xr.Dataset(
        {
            "label": (row, label.astype("int16"), {"long_name": "group of the typical week"}),
            "outlier": (row, label == OUTLIER),
            "membership": ((row, "group"), share, {"long_name": "share of each group"}),
            "between": (row, _placing.between(label, share).astype("int16")),
            "nearest": (row, other.astype("int16")),
            "silhouette": (row, score),
            "kept": (row, kept, {"long_name": "share of resamples in which it kept its group"}),
            "same_years": (row, _same(label, before), {"long_name": "earlier years alike"}),
            "year_rand": ("earlier", np.array(rand, dtype="float64"), {"units": "1"}),
        },
        coords={"earlier": np.arange(1, len(rand) + 1, dtype="int16")},
    )


def _earlier(groups: Known, now: Window, then: Window) -> IntArray:
    """Return the labels of an earlier year, after what all rows have in common is taken out."""
    return groups.labels(groups.points(then.known * common(now.known, then.known)))


def _silhouettes(
    points: FloatArray, centres: FloatArray, label: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return the silhouette of each row against centres, and its nearest other group."""
    score, other = np.full(len(label), np.nan), np.full(len(label), -1, dtype=np.intp)
    for row in np.flatnonzero(label != UNUSABLE) if len(centres) > 1 else ():
        away = _placing.distances(points[row : row + 1], centres)[0]
        mine = label[row] if label[row] >= 0 else -1
        rest = np.where(np.arange(len(away)) == mine, np.inf, away)
        other[row] = int(np.argmin(rest))
        if mine >= 0:
            near, far = away[mine], rest[other[row]]
            score[row] = (far - near) / max(near, far) if max(near, far) > 0 else 0.0
    return score, other


def _same(label: IntArray, before: IntArray) -> FloatArray:
    """Return the share of the earlier years, among those known, in which a row had its label."""
    years = (before >= 0).sum(axis=0)
    same = ((before == label) & (before >= 0)).sum(axis=0)
    known_years = (years > 0) & (label >= 0)
    return np.asarray(np.where(known_years, same / np.maximum(years, 1), np.nan))


def _statement(rows: xr.Dataset, names: Sequence[str], words: Language) -> str:
    label, same = rows["label"].to_numpy(), rows["same_years"].to_numpy()
    placed, among = int((label >= 0).sum()), say("among", words, count=len(names))
    if not np.isfinite(same).any():
        return say("placed", words, count=placed, among=among)
    again = say("same", words, count=int((same == 1).sum()))
    return say("placed_again", words, count=placed, among=among, same=again)
