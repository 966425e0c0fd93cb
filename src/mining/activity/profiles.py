"""Groups of the rows of a plain table: the algorithm of :mod:`mining.activity.clusters`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mining import language as languages
from mining.activity._dataset import check_positive, finish, group_variables
from mining.activity._groups import FEWEST, FloatArray, IntArray, find_groups
from mining.activity._stability import bootstrap_rows, subsamples
from mining.activity._ward import Normalisation, canonical_rows, normalise, shares
from mining.errors import ConfigError


def cluster_profiles(
    table: pd.DataFrame,
    k: int | None = None,
    *,
    max_groups: int = 6,
    bootstraps: int = 100,
    seed: int = 0,
    normalisation: Normalisation = "hellinger",
    language: str = "fr",
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
    language : str
        Of names and statement.

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
        If the table is empty or not numeric, or there are no texts in the language.
    NotEnoughDataError
        If `k` groups cannot be made.

    Examples
    --------
    >>> days = pd.DataFrame([[9, 1, 1], [8, 1, 1], [1, 1, 9], [2, 2, 18]])
    >>> cluster_profiles(days, 2, bootstraps=5)["label"].to_numpy().tolist()
    [1, 1, 0, 0]
    """
    check_positive(bootstraps=bootstraps)
    words = languages.language(language)
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
    found = group_variables(groups, at, share, "row", "hour", words=words).assign_coords(
        row=np.asarray(table.index), hour=np.arange(values.shape[1], dtype="int32")
    )
    found["share"] = (("row", "hour"), share)
    found["filled"] = ("row", filled, {"long_name": "gaps mended for the comparison"})
    return finish(found, groups, len(at), seed, normalisation, words=words)


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
