"""What may be told of establishments without a point: communes and IRIS."""

from __future__ import annotations

import pandas as pd

from mining import secrecy
from mining.shops._bpe import from_bpe
from mining.shops._publish import TOTAL, told
from mining.shops._reference import Reference
from mining.shops._told import NAMES, Told, figures, leveled, missing


def of_zones(equipments: pd.DataFrame, communes: pd.DataFrame, tables: Reference) -> Told:
    """Tell what communes and their IRIS offer.

    Parameters
    ----------
    equipments : DataFrame
        Rows of the BPE, see :func:`from_bpe`.
    communes : DataFrame
        Index code; `name` and `population` of each commune (NaN where unknown). One that is not in
        the equipments has none.
    tables : Reference
        From :func:`reference`.

    Returns
    -------
    Told
        Levels ``commune`` and ``iris`` (of communes that are divided). Communes are compared with
        those of like population where it is known for all, else of as many equipments; IRIS
        with those of as many.

    Raises
    ------
    TableError
        As :func:`from_bpe`.
    """
    whole = from_bpe(equipments, tables).reindex(communes.index.sort_values(), fill_value=0)
    zones = from_bpe(equipments, tables, level="iris")
    iris = zones[~zones.index.isin(whole.index)]
    table = pd.concat([whole, iris])
    families = [str(f) for f in table.columns]
    table[TOTAL] = table.sum(axis=1)
    table.loc[TOTAL] = table.loc[whole.index].sum()
    within = [(c, [z for z in iris.index if z.startswith(c)]) for c in whole.index]
    rows = [*((c, parts) for c, parts in within if parts), (TOTAL, list(whole.index))]
    safe = secrecy.protect(table, rows=rows, columns=[(TOTAL, families)]).counts
    of_communes, of_iris = safe.loc[whole.index], safe.loc[iris.index]
    counts = pd.concat(
        [leveled(told(of_communes), "commune"), leveled(told(of_iris), "iris")], ignore_index=True
    )
    people = communes["population"].astype("float64")
    names = communes["name"].sort_index().rename_axis("place").reset_index().assign(level="commune")
    return Told(
        counts,
        names.reindex(columns=list(NAMES)),
        pd.concat(
            [
                missing(of_communes, "commune", None if people.isna().any() else people),
                missing(of_iris, "iris"),
            ],
            ignore_index=True,
        ),
        figures(
            nomenclature="BPE",
            establishments=float(safe.T[TOTAL][TOTAL]),
            hidden_cells=int(counts["secret"].sum()),
        ),
    )
