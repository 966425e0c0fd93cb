"""A town that states its sensors, and the chains that its report publishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
import yaml

import report_inputs as inputs
from mining import cube as cubes
from mining.language import language
from mining.report import facts
from mining.report._chains import chain_files
from mining.report._site import Site
from mining.report._transparency import sheet_views
from mining.territory import Territory, load_territory
from mining.transparency import (
    sheets,
)

SPACE, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"


HEAD = """\
name: Ville d'essai
timezone: Europe/Paris
source: {name: tables, format: long, files: counts.csv}
licence: CC BY 4.0
attribution: Ville d'essai
"""


FULL = """\
transparency:
  accountable:
    - {organisation: Capteurs SA, role: vendor, contact: unknown}
    - {organisation: Ville d'essai, role: deployer, contact: commerce@ville.example}
  feedback: https://ville.example/capteurs
  purposes: [planning_decision_making, commerce]
  access: [available_to_the_accountable_organization]
  storage: [stored_locally]
  retention: P1Y6M
  sensors:
    pedestrian:
      technology: [person_detection, non_identifiable_video, de_identified_video]
      data: [values_time]
      process: [aggregated]
    noise:
      technology: [sound_level_meter]
      data: [values_time]
      process: [raw_data]
      retention: P0D
  analyses:
    accountable:
      - {organisation: Ville d'essai, role: deployer, contact: commerce@ville.example}
    access: [available_to_download]
    storage: unknown
    retention: jusqu'au rapport suivant
"""


CHANNELS = """\
channel_id,site_id,mobility_type,counter_type,data_provider_name,started_at
c1,S1,PEDESTRIAN,VIDEO SENSOR,Ville d'essai,2025-01-01T00:00:00Z
c2,S1,PEDESTRIAN,LIDAR,Compteurs réunis,2025-01-01T00:00:00Z
"""


SITES = "site_id,site_name,xlong,ylat\nS1,Rue Haute,6.80,47.51\n"


Make = Callable[..., Territory]


def written(folder: Path, section: str = FULL, **files: str) -> Territory:
    """Write a territory, its section `transparency` and the files given; return it loaded."""
    folder.mkdir(exist_ok=True)
    (folder / "territory.yaml").write_text(HEAD + section, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return load_territory(folder)


def sensors(*rows: tuple[str, str]) -> pd.DataFrame:
    """Return a table of sensors, each (id, kind), named by its id."""
    return pd.DataFrame(
        {"name": [f"Compteur {s}" for s, _ in rows], "kind": [k for _, k in rows]},
        index=[s for s, _ in rows],
    )


WALK = sensors(("a", "pedestrian"), ("b", "pedestrian"))


def cube_of(*names: tuple[str, str], kind: str = "pedestrian") -> xr.Dataset:
    """Return a cube of a few days with these sensors, each (id, name)."""
    cube = inputs.cube_of("2025-10-20", sensors=tuple((s, "Rue", 1.0) for s, _ in names))
    named = [dict(names)[s] for s in cube["sensor"].to_numpy().astype(str)]
    return cube.assign_coords(
        name=("sensor", np.array(named, dtype=object)),
        kind=("sensor", np.array([kind] * len(names), dtype=object)),
    )


def site(town: Territory, cube: xr.Dataset, root: Path, minimum: int = 11) -> dict[str, str]:
    """Return the files of the report that speak of transparency; the others take seconds."""
    words = language(town.language)
    stated = sheets(town, cube, root / "data" / "reference", minimum_count=minimum)
    out = {} if stated is None else chain_files(stated, minimum, words)
    found = facts(town, cube, cubes.by_place(cube), transparency=stated, minimum_count=minimum)
    views = () if stated is None else sheet_views(stated, found.minimum, words)
    return {**Site(found, words).page("transparency", sheets=views), **out}


def elements(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the elements of a chain by category."""
    out: dict[str, list[dict[str, Any]]] = {}
    for element in document["instance"]["elements"]:
        out.setdefault(element.pop("category_id"), []).append(element)
    return out


def without(path: str) -> str:
    """Return the full section without one key."""
    section = yaml.safe_load(FULL)
    *inner, last = path.split(".")
    node = section["transparency"]
    for key in inner:
        node = node[key]
    del node[last]
    return yaml.safe_dump(section)
