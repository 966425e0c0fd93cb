"""From a table of establishments to one that analyses can trust."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics.pairwise import haversine_distances

from mining.errors import TableError
from mining.shops._reference import UNKNOWN, Reference

#: Mean radius of the Earth in metres (IUGG), for great-circle distances.
EARTH = 6_371_008.8

_NEEDED = ("naf", "latitude", "longitude")
_OPTIONAL = {"id": "", "nomenclature": "NAFRev2", "commune": ""}


def prepare(
    establishments: pd.DataFrame, tables: Reference, *, reach: float = 30_000.0
) -> pd.DataFrame:
    """Give establishments their family and leave out the points that cannot be right.

    Parameters
    ----------
    establishments : DataFrame
        `naf`, `latitude`, `longitude` (degrees, WGS84; NaN where unknown), and where known `id`,
        `nomenclature` (``NAFRev2`` by default), `commune`, `partial` (false by default).
    tables : Reference
        From :func:`reference`.
    reach : float
        Metres from the median point beyond which a point lies outside the territory.

    Returns
    -------
    DataFrame
        A row per establishment in a fixed order that does not depend on the order given; with
        `family`, and without coordinates where the establishment is partially diffused or the
        point outside. ``attrs["left_out"]`` counts `without_point`, `outside`, `partial` and
        `unknown_naf`.

    Raises
    ------
    TableError
        If a column is missing, an id is there twice, a code has lost its leading zero or its
        nomenclature has no table.
    """
    for name in _NEEDED:
        if name not in establishments:
            found = ", ".join(map(str, establishments.columns))[:80]
            raise TableError(f"establishments: found the columns {found}, expected also {name!r}")
    table = establishments.copy()
    for name, default in _OPTIONAL.items():
        if name not in table:
            table[name] = default
    if "partial" not in table:
        table["partial"] = False
    ids = table["id"][table["id"] != ""]
    if ids.duplicated().any():
        double = ids[ids.duplicated()].iloc[0]
        raise TableError(f"establishments: the id {double!r} is there twice")
    table["family"] = tables.family_of(table["naf"].fillna(""), table["nomenclature"])
    partial = table["partial"].fillna(True).astype(bool)
    table["partial"] = partial
    point = table[["latitude", "longitude"]].astype("float64").mask(partial)
    far = _outside(point.to_numpy(), reach)
    table[["latitude", "longitude"]] = point.mask(pd.Series(far, table.index), axis=0)
    keys = ["latitude", "longitude", "naf", "id"]
    ordered = table.sort_values(keys, kind="stable", ignore_index=True)
    ordered.attrs["left_out"] = {
        "without_point": int((point.isna().any(axis=1) & ~partial).sum()),
        "outside": int(far.sum()),
        "partial": int(partial.sum()),
        "unknown_naf": int((table["family"] == UNKNOWN).sum()),
    }
    return ordered


def _outside(point: npt.NDArray[np.float64], reach: float) -> npt.NDArray[np.bool_]:
    """Return which points are no points of the Earth, or lie farther than `reach` from all."""
    valid = np.isfinite(point).all(axis=1)
    wrong = valid & ((np.abs(point[:, 0]) > 90) | (np.abs(point[:, 1]) > 180))
    used = valid & ~wrong
    if used.any():
        middle = np.median(point[used], axis=0)
        metres = haversine_distances(np.radians(point[used]), np.radians(middle[None])) * EARTH
        wrong[used] = metres[:, 0] > reach
    return np.asarray(wrong, dtype=bool)
