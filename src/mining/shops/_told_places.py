"""What may be told of establishments that have a point: circles around places, and areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mining.shops._areas import Areas, areas
from mining.shops._mix import inside
from mining.shops._overlap import ALL, overlapping
from mining.shops._prepare import prepare
from mining.shops._publish import TOTAL, told
from mining.shops._reference import Reference
from mining.shops._told import NAMES, Told, figures, leveled, missing

#: Decimals of a degree and metres to which an area is shown.
DECIMALS, METRES = 4, 10.0


def of_places(
    establishments: pd.DataFrame,
    places: pd.DataFrame,
    tables: Reference,
    *,
    radius: float = 300.0,
    seed: int = 0,
) -> Told:
    """Tell what stands around places and where shops stand densely together.

    Parameters
    ----------
    establishments : DataFrame
        As a source of establishments reads it; see :func:`prepare`.
    places : DataFrame
        Index place; `latitude`, `longitude`, NaN where unknown.
    tables : Reference
        From :func:`reference`.
    radius : float
        Metres around each place.
    seed : int
        Of the draws that measure how far areas hold.

    Returns
    -------
    Told
        Levels ``place`` (those with coordinates) and ``area`` (numbered from 1, the largest
        first; street families only).

    Raises
    ------
    TableError
        As :func:`prepare`: NAF 2025 without its table, codes that lost their zero.
    """
    ready = prepare(establishments, tables)
    found = areas(ready, tables, seed=seed)
    circles = inside(ready, places.dropna(), radius).add_prefix("place ")
    numbers = [str(area + 1) for area in found.table.index]
    crowds = {f"area {n}": (found.labels == int(n) - 1).to_numpy() for n in numbers}
    members = pd.concat([circles, pd.DataFrame(crowds, index=ready.index)], axis=1)
    families = [str(f) for f in tables.families.index]
    safe = overlapping(members, ready["family"], families, holder=_company(ready["id"]))
    around = _rows(safe, "place ")
    dense = _rows(safe, "area ")[[*tables.street, TOTAL]]
    counts = pd.concat(
        [leveled(told(around), "place", np.pi * radius**2 / 1e4), leveled(told(dense), "area")],
        ignore_index=True,
    )
    spots = places.rename_axis("place").reset_index()
    spots = spots.assign(level="place", name=spots["place"])
    crowded = _described(found, dense, safe.T[ALL]).assign(level="area", place=numbers)
    names = pd.concat([spots, crowded], ignore_index=True)
    return Told(
        counts,
        names.reindex(columns=list(NAMES)),
        missing(around, "place"),
        figures(
            radius=radius,
            nomenclature=" ".join(sorted({str(n) for n in ready["nomenclature"]} - {""})),
            left_out={**establishments.attrs.get("left_out", {}), **ready.attrs["left_out"]},
            establishments=float(safe.T[ALL][TOTAL]),
            areas=len(dense),
            areas_jaccard=found.jaccard,
            areas_dropped=found.dropped,
            hidden_cells=int(counts["secret"].sum()),
            reason="" if len(counts) else "no_points",
        ),
    )


def _rows(safe: pd.DataFrame, prefix: str) -> pd.DataFrame:
    mine = safe[safe.index.str.startswith(prefix)]
    return mine.rename(index=lambda name: str(name).removeprefix(prefix))


def _company(ids: pd.Series) -> pd.Series:
    """Return the siren of each siret: one company may have several establishments."""
    text = ids.astype(str)
    return text.str[:9].where(text.str.fullmatch(r"\d{14}"), "")


def _described(found: Areas, safe: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """Return where each area lies, and its character as the published counts tell it."""
    street = safe.drop(columns=TOTAL)
    share = street.div(safe[TOTAL].where(safe[TOTAL] > 0), axis=0)
    usual = whole[street.columns] / whole[street.columns].sum(skipna=False)
    index = share.div(usual.where(usual > 0)).round(1).fillna(0.0).to_numpy()
    best = index.argmax(axis=1) if index.size else np.array([], dtype="int64")
    told = index.max(axis=1, initial=0.0) > 0
    spots = found.table[["latitude", "longitude"]].astype("float64").round(DECIMALS)
    reach = (found.table["reach"].astype("float64") / METRES).round() * METRES
    return spots.assign(
        reach=reach,
        stability=found.table["stability"].astype("float64").round(2),
        character=np.where(told, street.columns.to_numpy()[best], ""),
        index=np.where(told, index.max(axis=1, initial=0.0), np.nan),
    )
