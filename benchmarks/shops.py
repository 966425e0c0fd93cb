"""How well areas of activity hold, and what secrecy costs and stops.

``python benchmarks/shops.py [--data FOLDER] [--draws N] [--json FILE] [--track]``, on the real
data beside the workspace: establishments of Metz, equipments of Pays de Montbéliard.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import _mlflow
from mining import secrecy, shops, writers
from mining.secrecy import Relation

ROOT = Path(__file__).resolve().parents[1]
#: The middle of Metz in degrees, metres of a degree, and numbers of places in its square kilometre.
CENTRE, DEGREE, CROWDS = (49.1188, 6.1765), 111_195.0, (4, 12, 20, 40)
PROTOCOL = """\
Metz: all establishments with a point, street families, defaults of mining.shops.areas. Jaccard:
each area against the most alike when establishments are taken away at random, mean over areas and
{draws} draws (seed 1); a tenth taken away, and nine tenths (sizes shrink with them). CPU seconds
of preparation and areas together, stability included.
Pays de Montbéliard: BPE 2018 by commune and by IRIS, published with totals by family, zone and
territory in one system. Cells are counts of 1 or 2, seconds are CPU.
Crowded places: places drawn at random in a square kilometre of the centre of Metz (seed 5),
everything that stage shops tells of places and areas; cells are counts by family and totals,
seconds are CPU, areas and their stability included.
Attack: linear programs on what is published. A cell is given away if its bounds leave only 1, only
2, or only these two; "few only" hides small cells and nothing else.
"""


def metz(folder: Path, tables: shops.Reference, draws: int) -> list[dict[str, Any]]:
    """Return how the areas of Metz hold."""
    names = {"codenaf": "naf", "lat": "latitude", "lon": "longitude"}
    table = pd.read_csv(folder / "etablissements_metz.csv", dtype=str).rename(columns=names)
    rows = []
    for drop in (0.1, 0.9):
        start = time.process_time()
        ready = shops.prepare(table, tables)
        found = shops.areas(ready, tables, draws=draws, drop=drop, seed=1)
        rows.append(
            {
                "taken away": f"{drop:.0%}",
                "establishments": len(ready),
                "areas": len(found.table),
                "not shown": found.dropped,
                "in an area": int((found.labels >= 0).sum()),
                "Jaccard": found.jaccard,
                "lowest shown": found.table["stability"].min(),
                "CPU s": time.process_time() - start,
            }
        )
    return rows


def crowded(folder: Path, tables: shops.Reference) -> list[dict[str, Any]]:
    """Return what is hidden, and how long it takes, where more and more places crowd."""
    names = {"codenaf": "naf", "lat": "latitude", "lon": "longitude"}
    table = pd.read_csv(folder / "etablissements_metz.csv", dtype=str).rename(columns=names)
    table["id"] = [f"{n:09d}00012" for n in range(len(table))]
    rows = []
    for size in CROWDS:
        north, east = np.random.default_rng(5).uniform(-500, 500, (size, 2)).T
        latitude = CENTRE[0] + north / DEGREE
        longitude = CENTRE[1] + east / (DEGREE * np.cos(np.radians(CENTRE[0])))
        spots = {"latitude": latitude, "longitude": longitude}
        places = pd.DataFrame(spots, [f"p{n:02d}" for n in range(size)])
        start = time.process_time()
        counts = shops.of_places(table, places, tables).counts
        seconds = time.process_time() - start
        around, areas = (counts[counts["level"] == level] for level in ("place", "area"))
        rows.append(
            {
                "places": str(size),
                "cells": len(around),
                "hidden cells": int(around["secret"].sum()),
                "totals hidden": int(around.loc[around["family"] == "total", "secret"].sum()),
                "cells of areas": len(areas),
                "hidden of areas": int(areas["secret"].sum()),
                "CPU s": seconds,
            }
        )
    return rows


def montbeliard(folder: Path, tables: shops.Reference) -> tuple[pd.DataFrame, list[Relation]]:
    """Return counts of communes and their IRIS, totals included, and what adds up."""
    table = pd.read_csv(folder / "bpe_2018_pays_de_montbeliard.csv", dtype=str)
    communes = shops.from_bpe(table, tables)
    iris = shops.from_bpe(table, tables, level="iris")
    parts = iris[iris.index.str.len() > 5]
    within = [(c, list(parts.index[parts.index.str.startswith(c)])) for c in communes.index]
    whole = pd.concat([communes, parts])
    whole.loc["all"] = communes.sum()
    relations: list[Relation] = [w for w in within if w[1]]
    return whole, [*relations, ("all", list(communes.index))]


def attacked(
    counts: pd.DataFrame, rows: list[Relation], columns: list[Relation]
) -> list[dict[str, Any]]:
    """Return what an attacker gets, with small cells hidden only and with all that it takes."""
    few = (counts > 0) & (counts < secrecy.LEAST)
    start = time.process_time()
    safe = secrecy.protect(counts, rows=rows, columns=columns).counts
    seconds = time.process_time() - start
    made = []
    for name, shown in {"few only": counts.astype("float64").mask(few), "protect": safe}.items():
        told = secrecy.bounds(shown, rows=rows, columns=columns)
        small = np.array([few.loc[r, c] for r, c in zip(told["row"], told["column"], strict=True)])
        given = (told["low"] > 1 - 1e-6) & (told["high"] < secrecy.LEAST - 1e-6)
        made.append(
            {
                "hidden": name,
                "cells": counts.size,
                "sensitive": int(few.to_numpy().sum()),
                "given away": int((given & small).sum()),
                "hidden cells": int(shown.isna().to_numpy().sum()),
                "of establishments": 1 - np.nansum(shown) / counts.to_numpy().sum(),
                "CPU s": seconds if name == "protect" else np.nan,
            }
        )
    return made


def territory(folder: Path, tables: shops.Reference) -> list[dict[str, Any]]:
    """Return the attack on the tables of Pays de Montbéliard."""
    counts, rows = montbeliard(folder, tables)
    families = [str(f) for f in counts.columns if counts[f].sum() > 0]
    counts = counts[families].assign(total=counts.sum(axis=1))
    return attacked(counts, rows, [("total", families)])


def main() -> None:
    """Print protocol and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all tables")
    parser.add_argument("--track", action="store_true", help="record the figures as a run")
    options = parser.parse_args()
    tables = shops.reference(ROOT / "data" / "reference")
    protocol = PROTOCOL.format(draws=options.draws)
    made = {
        "areas": metz(options.data / "metz_etablissements_naf", tables, options.draws),
        "crowded": crowded(options.data / "metz_etablissements_naf", tables),
        "secrecy": territory(options.data / "insee_bpe_2018", tables),
    }
    print(protocol)
    for name, rows in made.items():
        print(name, pd.DataFrame(rows).round(3).to_string(index=False), sep="\n", end="\n\n")
    if options.json:
        writers.json_file(options.json, {"protocol": protocol, **made})
    if options.track:
        _mlflow.log("shops", figures(made), {"draws": str(options.draws), "protocol": protocol})


def figures(made: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Return every number under the name of its table and row."""
    out = {}
    for table, rows in made.items():
        for row in rows:
            name, *columns = row
            for column in columns:
                if np.isfinite(row[column]):
                    key = f"{table}.{row[name]}.{column}".replace("%", " percent")
                    out[key.replace(" ", "_")] = float(row[column])
    return out


if __name__ == "__main__":
    main()
