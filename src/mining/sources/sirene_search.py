"""Establishments around sensors from the public search engine of companies, without a key.

``recherche-entreprises.api.gouv.fr`` answers by legal unit; the establishments within the radius
are in ``matching_etablissements``. It leaves out the units that oppose diffusion, so that counts
are those of :mod:`mining.sources.sirene` or lower: the stock file is the reference.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from mining import writers
from mining.errors import SourceError
from mining.sources._establishments import Territory, check_codes, lawful, numbers, tidy
from mining.sources._insee import checker
from mining.sources._published import parse
from mining.sources._raw import acquired
from mining.sources._shop_options import SearchOptions
from mining.sources._web import fetch

__all__ = ["NAMES", "SearchOptions", "acquire", "check", "read"]

#: Keys of an establishment that are read, and what they are called here.
NAMES = {
    "siret": "id",
    "activite_principale": "naf",
    "activite_principale_naf25": "naf25",
    "commune": "commune",
    "latitude": "latitude",
    "longitude": "longitude",
    "tranche_effectif_salarie": "staff",
    "etat_administratif": "state",
    "statut_diffusion_etablissement": "status",
}
PER_PAGE = 25
#: The service gives no more than that many units, and that many establishments of each.
UNITS, EACH = 10_000, 100
#: Seconds between two questions: seven a second are allowed.
PAUSE = 0.15


check = checker(SearchOptions)


def acquire(territory: Territory, raw: Path) -> None:
    """Ask for the surroundings of every sensor, and keep each answer byte for byte.

    Only the part of the answer that holds the establishments is asked for: no director, no
    accounts.

    Raises
    ------
    SourceError
        If no sensor has coordinates, the service does not answer, or there is more around a sensor
        than it gives.
    """
    options = parse(SearchOptions, territory.shops)
    spots = territory.sensor_table()[["latitude", "longitude"]].dropna().round(6)
    spots = spots.drop_duplicates().sort_values(["latitude", "longitude"])
    if spots.empty:
        raise SourceError("sites.csv: no sensor has coordinates, nothing to ask around")

    def fill(folder: Path) -> None:
        for number, (latitude, longitude) in enumerate(spots.itertuples(index=False), start=1):
            question = {
                "lat": f"{latitude:.6f}",
                "long": f"{longitude:.6f}",
                "radius": f"{options.reach / 1000:g}",
                "minimal": "true",
                "include": "matching_etablissements",
                "limite_matching_etablissements": EACH,
                "per_page": PER_PAGE,
            }
            for page, content in _pages(options.url.rstrip("/"), question):
                writers.binary(folder / f"point-{number:03d}-page-{page:03d}.json", content)

    writers.directory(raw, fill)


def _pages(url: str, question: Mapping[str, object]) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each page of an answer."""
    page, last = 1, 1
    while page <= last:
        if page > 1:
            time.sleep(PAUSE)
        address = f"{url}/near_point?{urlencode({**question, 'page': page})}"
        content = fetch(address)
        answer = _parsed(content, address)
        last = int(answer["total_pages"])
        if int(answer["total_results"]) >= UNITS:
            found, reach = answer["total_results"], question["radius"]
            msg = (
                f"{url}: {found} units within {reach} km of {question['lat']}, {question['long']},"
                f" and the service gives {UNITS} at most; make `shops.reach` smaller"
            )
            raise SourceError(msg)
        yield page, content
        page += 1


def read(territory: Territory, raw: Path) -> pd.DataFrame:
    """Return the open establishments around the sensors of a territory.

    Returns
    -------
    DataFrame
        As :func:`mining.sources.sirene.read`; ``attrs["left_out"]`` counts also `cut`, the legal
        units of which the service did not give every establishment.

    Raises
    ------
    SourceError
        If a file is absent or not an answer of the service.
    """
    rows: list[dict[str, object]] = []
    cut = 0
    for path in acquired(raw, "point-"):
        for unit in _parsed(path.read_bytes(), path.name)["results"]:
            found = unit.get("matching_etablissements") or []
            cut += len(found) >= EACH
            rows += [{new: one.get(old) for old, new in NAMES.items()} for one in found]
    table = tidy(pd.DataFrame(rows, columns=list(NAMES.values())))
    check_codes(table, "answer of the search engine")
    table["nomenclature"] = "NAFRev2"
    for name in ("latitude", "longitude"):
        table[name] = numbers(table[name])
    frame, left_out = lawful(table)
    radius = parse(SearchOptions, territory.shops).radius
    frame.attrs.update(left_out={**left_out, "cut": int(cut)}, radius=radius)
    return frame


def _parsed(content: bytes, where: str) -> dict[str, Any]:
    """Return an answer, or say that it is none."""
    try:
        answer = json.loads(content)
        if not all(key in answer for key in ("results", "total_pages", "total_results")):
            raise KeyError("results, total_pages, total_results")
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{where}: not an answer of the search engine ({error})") from error
    return dict(answer)
