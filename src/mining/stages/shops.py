"""Stage shops: what stands around places, as far as secrecy lets it be told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mining import cube as data_model
from mining import shops, sources, writers
from mining.params import load_params
from mining.stages._workspace import Workspace, step
from mining.territory import Territory, load_territory


def run(root: Path, territory: str) -> None:
    """Write ``shops.csv``, ``shop_names.csv``, ``shop_gaps.csv`` and ``shops.json``.

    Headers only where the territory declares no source of establishments.
    """
    files = Workspace(root, territory)
    described = load_territory(files.folder)
    name = str(described.shops.get("name", ""))
    told = shops.Told()
    if name:
        with step(f"shops of {territory} from {name}"):
            told = _told(files, described, name)
    write = files.results
    writers.table(write / "shops.csv", told.counts, sort=[], decimals=4)
    writers.table(write / "shop_names.csv", told.names, sort=[], decimals=6)
    writers.table(write / "shop_gaps.csv", told.gaps, sort=[], decimals=3)
    writers.json_file(write / "shops.json", {"source": name, **told.figures})


def _told(files: Workspace, described: Territory, name: str) -> shops.Told:
    source = sources.establishments(name)
    source.check(described)
    table = source.read(described, files.shops)
    tables = shops.reference(files.reference)
    if name == "bpe":
        communes = pd.DataFrame.from_dict(table.attrs["communes"], orient="index")
        return shops.of_zones(table, communes, tables)
    sensors = data_model.read(files.cube)["sensor"].to_dataframe()
    places = shops.places_of(sensors)
    radius, seed = float(table.attrs["radius"]), load_params(files.params).seed
    return shops.of_places(table, places, tables, radius=radius, seed=seed)
