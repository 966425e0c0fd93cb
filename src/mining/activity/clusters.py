"""Groups of sensors that live the same week, named, with what their stability is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity._groups import FEWEST, LIMITS, Groups, find_groups, group_variables, in_words
from mining.activity._stability import Draw, bootstrap_rows, subsamples
from mining.activity._ward import Normalisation, canonical_rows, normalise, shares
from mining.activity._weeks import FloatArray, IntArray, Weeks, fold, median
from mining.activity.rhythm import (
    HOUR_OF_WEEK,
    MASKED_TYPES,
    MIN_WEEKS,
    calendar_of,
    hidden,
    share_and_note,
    typical,
)
from mining.errors import ConfigError


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
    weeks, min_weeks, mask_types
        See :func:`mining.activity.rhythms`.
    years : int
        How many earlier windows of `weeks` weeks are compared, as far as the data go.
    normalisation : {"hellinger", "log1p", "z"}
        Coordinates in which distances are taken.

    Returns
    -------
    Dataset
        All of :func:`mining.activity.rhythms`, and

        - by sensor: ``label`` (0 is the largest group; -1 too little data, -2 a lone outlier),
          ``outlier``, ``silhouette``, ``kept`` (share of the draws of weeks in which it kept its
          group), ``between`` (the other group it sits close to, else -1), ``nearest``;
        - by group: ``group_name``, ``group_evidence``, ``group_not`` (French), ``group_size``,
          ``group_share``, ``part_index`` (group, part), ``stability`` (weeks),
          ``stability_sensors``, ``stability_words``;
        - by candidate ``k``: ``check_weeks``, ``check_sensors`` (mean adjusted Rand index of the
          draws), ``check_years`` (the worst of the earlier years), ``check_silhouette`` (without
          a say), ``holds``; and ``year_rand`` (earlier), the index of each earlier window at the
          chosen number.

        Attributes: ``k``, ``agreed`` (1 if the checks agree), ``statement`` (French).

    Raises
    ------
    CubeError
        If the step can be brought neither to an hour nor to a day.
    NotEnoughDataError
        If no trusted cell is left, or `k` groups cannot be made.
    ConfigError
        If a number is not positive.

    Notes
    -----
    Ward's tree on square roots of shares, settled by k-means rounds. A sensor far from every
    other is set apart first, and the cut goes down until there are `k` groups of two sensors or
    more: a lone outlier never counts as a group. The three checks: weeks drawn with replacement
    (the same for all sensors, which share the weather); four sensors out of five; earlier years.
    Fewer than three usable sensors, or no number of groups that holds, give one group, and the
    statement says so.
    """
    _positive(bootstraps=bootstraps, weeks=weeks, min_weeks=min_weeks)
    cubes.validate(cube)
    folded = fold(cube, hidden(cube, calendar_of(cube, calendar), mask_types))
    out = typical(cube, folded, weeks=weeks, min_weeks=min_weeks)
    rhythm = out["rhythm"].to_numpy()
    usable = np.flatnonzero(out["usable"].to_numpy())
    points = normalise(rhythm[usable], normalisation)
    order = canonical_rows(points)
    at, points = usable[order].astype(np.intp), points[order]
    ready = len(at) >= FEWEST
    draws = {
        "weeks": _weeks_drawn(
            folded.window(weeks), at, rhythm, bootstraps, seed=seed, how=normalisation
        ),
        "sensors": subsamples(points, bootstraps, seed),
        "years": _other_years(
            cube, folded, at, weeks=weeks, years=years, min_weeks=min_weeks, how=normalisation
        ),
    }
    groups = find_groups(points, draws if ready else {}, k=k, max_groups=max_groups)
    share = out["share"].to_numpy()
    found = group_variables(groups, at, share, cubes.SENSOR, HOUR_OF_WEEK)
    return _finish(out.merge(found), groups, len(at), seed, normalisation)


def cluster_profiles(
    table: pd.DataFrame,
    k: int | None = None,
    *,
    max_groups: int = 6,
    bootstraps: int = 100,
    seed: int = 0,
    normalisation: Normalisation = "hellinger",
) -> xr.Dataset:
    """Group the rows of a plain table of profiles as :func:`cluster` groups sensors.

    Parameters
    ----------
    table : DataFrame
        One row per profile (a day, a place), one column per hour; non-negative volumes.
    k : int, optional
        Number of groups; by default the one on which the checks agree best.
    max_groups, bootstraps, seed, normalisation
        See :func:`cluster`.

    Returns
    -------
    Dataset
        As :func:`cluster` with dimensions ``row`` and ``hour``. Without weeks and years there
        are two checks: rows drawn with replacement (``check_weeks``) and four rows out of five
        (``check_sensors``). A negative volume counts as a gap. Gaps in up to one column of
        eight take the mean of their neighbours, and ``filled`` (row) counts them; rows with more
        gaps, and rows without any passage, have the label -1.

    Raises
    ------
    ConfigError
        If the table is empty or not numeric.
    NotEnoughDataError
        If `k` groups cannot be made.

    Examples
    --------
    >>> days = pd.DataFrame([[9, 1, 1], [8, 1, 1], [1, 1, 9], [2, 2, 18]])
    >>> cluster_profiles(days, 2, bootstraps=5)["label"].to_numpy().tolist()
    [1, 1, 0, 0]
    """
    _positive(bootstraps=bootstraps)
    values, filled = _profiles(table)
    share = shares(values)
    usable = np.flatnonzero(np.isfinite(share).all(axis=1))
    points = normalise(values[usable], normalisation)
    order = canonical_rows(points)
    at, points = usable[order].astype(np.intp), points[order]
    draws = {
        "weeks": bootstrap_rows(points, bootstraps, seed),
        "sensors": subsamples(points, bootstraps, seed),
    }
    ready = len(at) >= FEWEST
    groups = find_groups(points, draws if ready else {}, k=k, max_groups=max_groups)
    found = group_variables(groups, at, share, "row", "hour").assign_coords(
        row=np.asarray(table.index), hour=np.arange(values.shape[1], dtype="int32")
    )
    found["share"] = (("row", "hour"), share)
    found["filled"] = ("row", filled, {"long_name": "gaps mended for the comparison"})
    return _finish(found, groups, len(at), seed, normalisation)


def _weeks_drawn(
    window: FloatArray | None,
    at: IntArray,
    rhythm: FloatArray,
    number: int,
    *,
    seed: int,
    how: Normalisation,
) -> Iterator[Draw]:
    assert window is not None  # noqa: S101 - the window that ends the data always exists
    mine = window[at]
    rng = np.random.default_rng([seed, 1])
    rows = np.arange(len(at), dtype=np.intp)
    for _ in range(number):
        drawn = rng.integers(0, mine.shape[1], mine.shape[1])
        again, _count = median(mine[:, drawn])
        # An hour of which no valid week was drawn says what the whole says.
        yield rows, normalise(np.where(np.isnan(again), rhythm[at], again), how)


def _other_years(
    cube: xr.Dataset,
    folded: Weeks,
    at: IntArray,
    *,
    weeks: int,
    years: int,
    min_weeks: int,
    how: Normalisation,
) -> Iterator[Draw]:
    for back in range(1, years + 1):
        window = folded.window(weeks, back)
        if window is None:
            return
        rhythm, count = median(window)
        _, note = share_and_note(cube, rhythm, count, min_weeks)
        rows = np.array([i for i, s in enumerate(at) if not note[s]], dtype=np.intp)
        # With half of the sensors or fewer it would be another territory.
        if len(rows) >= FEWEST and 2 * len(rows) > len(at):
            yield rows, normalise(rhythm[at[rows]], how)


def _finish(
    out: xr.Dataset, groups: Groups, usable: int, seed: int, normalisation: str
) -> xr.Dataset:
    out["year_rand"] = ("earlier", np.array(groups.years, dtype="float64"), {"units": "1"})
    out = out.assign_coords(earlier=np.arange(1, len(groups.years) + 1, dtype="int16"))
    words = [in_words(float(s)) for s in out["stability"].to_numpy()]
    out = out.assign_coords(stability_words=("group", np.array(words, dtype=str)))
    out.attrs |= {
        "k": int(out.sizes["group"]),
        "agreed": int(groups.agreed),
        "method": "Ward, settled by k-means",
        "normalisation": normalisation,
        "seed": seed,
        "limits": ", ".join(f"{name} {limit:g}" for name, limit in LIMITS.items()),
        "statement": _statement(groups, usable),
    }
    return out


def _statement(groups: Groups, usable: int) -> str:
    if usable < FEWEST:
        return (
            f"Pas de regroupement : {usable} profil(s) utilisable(s), il en faut au moins {FEWEST}."
        )
    if groups.k == 1:
        return "Un seul groupe : aucun découpage ne résiste aux vérifications."
    alone = int((groups.labels < 0).sum())
    apart = f", et {alone} cas isolé(s)" if alone else ""
    if groups.agreed:
        return f"{groups.k} groupes{apart} : les vérifications concordent."
    return f"{groups.k} groupes{apart}, demandés mais non confirmés par les vérifications."


def _profiles(table: pd.DataFrame) -> tuple[FloatArray, IntArray]:
    """Return volumes with small gaps mended, and how many were mended in each row."""
    try:
        values = table.to_numpy(dtype="float64")
    except (TypeError, ValueError) as error:
        msg = f"a table of profiles holds numbers only: {error}"
        raise ConfigError(msg) from error
    if values.size == 0:
        raise ConfigError("a table of profiles needs at least one row and one column: found none")
    gap = ~(np.isfinite(values) & (values >= 0))
    values = np.where(gap, np.nan, values)
    few = gap.any(axis=1) & (gap.sum(axis=1) * 8 <= values.shape[1])
    mended = pd.DataFrame(values[few]).interpolate(axis=1, limit_direction="both")
    values[few] = mended.to_numpy()
    return values, np.where(few, gap.sum(axis=1), 0).astype(np.intp)


def _positive(**numbers: Any) -> None:
    for name, number in numbers.items():
        if number < 1:
            msg = f"{name}: found {number}, expected 1 or more"
            raise ConfigError(msg)
