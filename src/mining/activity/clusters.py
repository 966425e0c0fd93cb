"""Groups of sensors that live the same week, named, with what their stability is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining import progress
from mining.activity._dataset import check_positive, finish, group_variables
from mining.activity._groups import FEWEST, find_groups
from mining.activity._masks import MASKED_TYPES, ordinary
from mining.activity._stability import Draw, subsamples
from mining.activity._ward import Normalisation, canonical_rows, normalise
from mining.activity._weeks import IntArray
from mining.activity._windows import Window, windows
from mining.activity.rhythm import HOUR_OF_WEEK, MIN_WEEKS, typical
from mining.language import language_of


def cluster(
    cube: xr.Dataset,
    *,
    calendar: object = "cube",
    k: int | None = None,
    max_groups: int = 6,
    bootstraps: int = 100,
    seed: int = 0,
    weeks: int = 52,
    years: int = 2,
    min_weeks: int = MIN_WEEKS,
    mask_types: Sequence[str] = MASKED_TYPES,
    normalisation: Normalisation = "hellinger",
    incidents: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Group the sensors of a territory by their typical week.

    Parameters
    ----------
    cube : Dataset
        A trusted cube; see :func:`mining.activity.rhythms`.
    calendar : "cube", None, mapping or Calendar
        Holidays and journal to leave out; by default those that the cube carries.
    k : int, optional
        Number of groups; by default the one on which the three checks agree best.
    max_groups : int
        Largest number of groups that is tried.
    bootstraps : int
        Draws of weeks, and draws of sensors.
    seed : int
        Of the draws.
    weeks, min_weeks, mask_types, incidents
        See :func:`mining.activity.rhythms`.
    years : int
        How many earlier windows of `weeks` weeks are compared, as far as the data go.
    normalisation : {"hellinger", "log1p", "share", "z"}
        Coordinates in which distances are taken.

    Returns
    -------
    Dataset
        All of :func:`mining.activity.rhythms`, and

        - by sensor: ``label`` (0 is the largest group; -1 too little data, -2 a lone outlier),
          ``outlier``, ``silhouette``, ``kept`` (share of the draws of weeks in which it kept its
          group), ``membership`` (sensor, group: shares of the groups in the mixture that comes
          nearest to it), ``between`` (the other group it sits close to, else -1), ``nearest``;
        - by group: ``group_name``, ``group_evidence``, ``group_not`` (words), ``group_size``,
          ``group_share``, ``part_index`` (group, part), ``stability`` (weeks),
          ``stability_sensors``, ``stability_years``, ``stability_words`` (the weakest of them);
        - by candidate ``k``: ``check_weeks``, ``check_sensors`` (mean adjusted Rand index of the
          draws), ``check_years`` (the worst of the earlier years), ``check_silhouette`` (without
          a say), ``holds``; and ``year_rand`` (earlier), the index of each earlier window at the
          chosen number.

        Attributes: ``k``, ``agreed`` (1 if the checks agree), ``statement``. Words are in the
        language that the cube names, ``cube.attrs["language"]``; French where it names none.

    Raises
    ------
    CubeError
        If the step can be brought neither to an hour nor to a day.
    NotEnoughDataError
        If no trusted cell is left, or `k` groups cannot be made.
    ConfigError
        If a number is not positive, the normalisation or the incidents cannot be read, or there
        are no texts in the cube's language.

    Notes
    -----
    Ward's tree on square roots of shares, settled by k-means rounds. A sensor far from every
    other is set apart first, and the cut goes down until there are `k` groups of two sensors or
    more: a lone outlier never counts as a group. The three checks: weeks drawn with replacement
    (the same for all sensors, which share the weather); four sensors out of five; earlier years.
    Fewer than three usable sensors, or no number of groups that holds, give one group, and the
    statement says so.
    """
    check_positive(bootstraps=bootstraps, weeks=weeks, min_weeks=min_weeks)
    cubes.validate(cube)
    words = language_of(cube.attrs)
    folded, _ = ordinary(cube, calendar, mask_types, incidents)
    out = typical(cube, folded, weeks=weeks, min_weeks=min_weeks)
    past = windows(cube, folded, weeks=weeks, years=max(years, 0), min_weeks=min_weeks)
    usable = np.flatnonzero(past[0].usable)
    points = normalise(past[0].rhythm[usable], normalisation)
    order = canonical_rows(points)
    at, points = usable[order].astype(np.intp), points[order]
    ready = len(at) >= FEWEST
    draws = {
        "weeks": _weeks_drawn(past[0], at, bootstraps, seed=seed, how=normalisation),
        "sensors": subsamples(points, bootstraps, seed),
        "years": _other_years(past[1:], at, normalisation),
    }
    with progress.patience(f"cluster: {bootstraps} draws for {len(at)} sensors"):
        groups = find_groups(points, draws if ready else {}, k=k, max_groups=max_groups)
    share = out["share"].to_numpy()
    found = group_variables(groups, at, share, cubes.SENSOR, HOUR_OF_WEEK, words=words)
    return finish(out.merge(found), groups, len(at), seed, normalisation, words=words)


def _weeks_drawn(
    now: Window, at: IntArray, number: int, *, seed: int, how: Normalisation
) -> Iterator[Draw]:
    rows = np.arange(len(at), dtype=np.intp)
    for again in now.draws(number, seed, 0):
        yield rows, normalise(again[at], how)


def _other_years(past: Sequence[Window], at: IntArray, how: Normalisation) -> Iterator[Draw]:
    for then in past:
        rows = np.flatnonzero(then.usable[at])
        # With half of the sensors or fewer it would be another territory.
        if len(rows) >= FEWEST and 2 * len(rows) > len(at):
            yield rows, normalise(then.rhythm[at[rows]], how)
