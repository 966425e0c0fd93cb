"""Establishments over HTTP: the stock file, and the search engine page after page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest

from _establishments import HIDDEN, OPEN, Town, read, stock, stocked
from mining import shops, sources
from mining.errors import ConfigError, SourceError
from mining.sources import _web, sirene_search
from mining.territory import load_territory


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., Town]:
    """Return a maker of territories."""
    return partial(stocked, tmp_path)


class Server(ThreadingHTTPServer):
    """A server of answers made ready, which remembers what it was asked."""

    answers: Callable[[str, dict[str, str]], tuple[int, dict[str, str], bytes]]
    asked: list[str]


def always(code: int, headers: dict[str, str], body: bytes) -> Callable[..., Any]:
    """Return a server's mind that gives one answer to everything."""
    return lambda *_: (code, headers, body)


class Handler(BaseHTTPRequestHandler):
    """Answers from the table of the server."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append(self.path)
        parts = urlparse(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        code, headers, body = server.answers(parts.path, query)
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[Server, str]]]:
    """Return a starter of servers on loopback."""
    running: list[Server] = []

    def start(answers: Any) -> tuple[Server, str]:
        server = Server(("127.0.0.1", 0), Handler)
        server.answers, server.asked = answers, []  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server, f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_the_stock_file_is_downloaded_as_it_is(
    town: Callable[..., Town], serve: Callable[..., tuple[Server, str]]
) -> None:
    body = stock(OPEN, HIDDEN).encode()
    _, url = serve(always(200, {}, body))
    made = town(files=None, url=f"{url}/siren/stock/StockEtablissement_utf8.csv")
    assert len(read(made)) == 2
    assert (made.folder / "raw" / "StockEtablissement_utf8.csv").read_bytes() == body


def test_a_download_that_fails_leaves_nothing(
    town: Callable[..., Town], serve: Callable[..., tuple[Server, str]]
) -> None:
    _, url = serve(always(404, {}, b"no"))
    with pytest.raises(SourceError, match="the server says 404"):
        read(town(files=None, url=f"{url}/x.csv"))
    _, cut = serve(always(200, {"Content-Length": "99"}, b"short"))
    made = town(files=None, url=f"{cut}/x.csv")
    with pytest.raises(SourceError, match=r"5 of 99 bytes came|cannot be read"):
        read(made)
    assert not (made.folder / "raw").exists()
    with pytest.raises(ConfigError, match="expected http:// or https://"):
        read(town(files=None, url="file:///etc/passwd"))
    with pytest.raises(SourceError, match="cannot be read"):
        read(town(files=None, url="http://127.0.0.1:9/x.csv"))


def place(siret: str, **other: Any) -> dict[str, Any]:
    """Return an establishment as the search engine tells it among the matching ones."""
    return {
        "activite_principale": "56.10A",
        "activite_principale_naf25": "56.11J",
        "ancien_siege": False,
        "annee_tranche_effectif_salarie": "2023",
        "adresse": "1 RUE DES ESSAIS 25200 MONTBELIARD",
        "caractere_employeur": "O",
        "code_postal": "25200",
        "commune": "25388",
        "date_creation": "2019-03-01",
        "date_debut_activite": "2019-03-01",
        "date_fermeture": None,
        "epci": "200065647",
        "est_siege": False,
        "etat_administratif": "A",
        "geo_id": "25388_0001_00001",
        "latitude": "47.5101",
        "libelle_commune": "MONTBELIARD",
        "liste_enseignes": ["CHEZ PERSONNE"],
        "longitude": "6.7982",
        "nom_commercial": None,
        "region": "27",
        "siret": siret,
        "statut_diffusion_etablissement": "O",
        "tranche_effectif_salarie": "01",
        **other,
    }


def answer(units: list[list[dict[str, Any]]], *, total: int | None = None) -> dict[str, Any]:
    """Return a page of the search engine."""
    results = [
        {
            "siren": f"{n:09d}",
            "nom_complet": "CHEZ PERSONNE",
            "statut_diffusion": "O",
            "matching_etablissements": found,
        }
        for n, found in enumerate(units)
    ]
    return {"results": results, "total_results": total or len(units), "per_page": 25}


SENSORS = pd.DataFrame(
    {"latitude": [47.51, 47.51, np.nan], "longitude": [6.8, 6.8, 6.8]}, index=["a", "b", "c"]
)


def around(url: str, folder: Path, **options: Any) -> Town:
    """Return a territory that asks the search engine."""
    return Town(folder, {"name": "sirene_search", "url": url, **options}, SENSORS)


def test_the_search_engine_page_after_page(
    tmp_path: Path, serve: Callable[..., tuple[Server, str]], root: Path
) -> None:
    pages = {
        "1": [[place("00000000000011"), place("00000000000029", etat_administratif="F")]],
        "2": [
            [place("00000000000011")],
            [
                place(
                    "00000000100018",
                    statut_diffusion_etablissement="P",
                    adresse="[NON-DIFFUSIBLE]",
                    liste_enseignes=["[NON-DIFFUSIBLE]"],
                ),
                place("00000000100026", latitude=None, longitude=None),
            ],
        ],
    }

    def answers(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        page = query["page"]
        body = {**answer(pages[page], total=3), "page": int(page), "total_pages": 2}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    server, url = serve(answers)
    town = around(url + "/", tmp_path, reach=300)
    source = sources.establishments("sirene_search")
    source.check(town)
    source.acquire(town, tmp_path / "raw")
    assert len(server.asked) == 2  # two sensors at one point are asked for once
    asked = {k: v[0] for k, v in parse_qs(urlparse(server.asked[0]).query).items()}
    assert asked == {
        "lat": "47.510000",
        "long": "6.800000",
        "radius": "0.3",
        "minimal": "true",
        "include": "matching_etablissements",
        "limite_matching_etablissements": "100",
        "per_page": "25",
        "page": "1",
    }
    rows = source.read(town, tmp_path / "raw")
    assert rows["id"].tolist() == ["00000000000011", "00000000100018", "00000000100026"]
    assert rows["latitude"].tolist()[0] == 47.5101
    assert rows["latitude"].isna().tolist() == [False, True, True]
    assert rows["partial"].tolist() == [False, True, False]
    assert list(rows.columns) == list(read_columns())
    assert rows.attrs["left_out"] == {"closed": 1, "not_diffused": 0, "repeated": 1, "cut": 0}
    prepared = shops.prepare(rows, shops.reference(root / "data" / "reference"))
    assert prepared["family"].tolist() == ["dining"] * 3


def read_columns() -> tuple[str, ...]:
    """Return the columns of every source of establishments."""
    from mining.sources._establishments import COLUMNS

    return COLUMNS


def test_the_search_engine_asks_to_wait(
    tmp_path: Path, serve: Callable[..., tuple[Server, str]]
) -> None:
    tries: list[int] = []

    def answers(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        tries.append(1)
        if len(tries) < 3:
            return 429, {"Retry-After": "0"}, b""
        body = {**answer([[place("00000000000011")]]), "page": 1, "total_pages": 1}
        return 200, {}, json.dumps(body).encode()

    _, url = serve(answers)
    town = around(url, tmp_path)
    sirene_search.acquire(town, tmp_path / "raw")
    assert len(tries) == 3
    assert len(sirene_search.read(town, tmp_path / "raw")) == 1


def test_what_the_search_engine_refuses_is_told(
    tmp_path: Path, serve: Callable[..., tuple[Server, str]]
) -> None:
    refused = {"erreur": "Veuillez indiquer un paramètre `radius` entre `0.001` et `50`"}
    _, url = serve(always(400, {}, json.dumps(refused).encode()))
    with pytest.raises(SourceError, match="the server says 400"):
        sirene_search.acquire(around(url, tmp_path), tmp_path / "raw")
    _, url = serve(always(429, {"Retry-After": "0"}, b""))
    with pytest.raises(SourceError, match="the server says 429"):
        sirene_search.acquire(around(url, tmp_path), tmp_path / "raw")
    _, url = serve(always(200, {}, b"<html>maintenance</html>"))
    with pytest.raises(SourceError, match="not an answer of the search engine"):
        sirene_search.acquire(around(url, tmp_path), tmp_path / "raw")
    _, url = serve(always(200, {"Content-Length": "99"}, b"{}"))
    with pytest.raises(SourceError, match="cannot be read"):
        sirene_search.acquire(around(url, tmp_path), tmp_path / "raw")
    many = {**answer([], total=10_000), "page": 1, "total_pages": 400}
    _, url = serve(always(200, {}, json.dumps(many).encode()))
    with pytest.raises(SourceError, match=r"10000 units within 0\.5 km of 47\.510000, 6\.800000"):
        sirene_search.acquire(around(url, tmp_path), tmp_path / "raw")
    assert not (tmp_path / "raw").exists()
    nowhere = Town(tmp_path, {"name": "sirene_search"}, SENSORS.iloc[2:])
    with pytest.raises(SourceError, match="no sensor has coordinates"):
        sirene_search.acquire(nowhere, tmp_path / "raw")
    with pytest.raises(ConfigError, match=r"column 'shops\.radius'"):
        sirene_search.check(around(url, tmp_path, radius=0))


def test_a_unit_of_a_hundred_establishments_is_counted_as_cut(tmp_path: Path) -> None:
    found = [place(f"{n:014d}") for n in range(100)]
    page = {**answer([found]), "page": 1, "total_pages": 1}
    (tmp_path / "point-001-page-001.json").write_text(json.dumps(page), encoding="utf-8")
    rows = sirene_search.read(around("", tmp_path), tmp_path)
    assert rows.attrs["left_out"]["cut"] == 1
    (tmp_path / "point-001-page-001.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError, match=r"point-001-page-001\.json: not an answer"):
        sirene_search.read(around("", tmp_path), tmp_path)


def test_waiting_follows_the_server_within_reason() -> None:
    import email.message
    from urllib.error import HTTPError

    def error(told: str | None) -> HTTPError:
        headers = email.message.Message()
        if told is not None:
            headers["Retry-After"] = told
        return HTTPError("http://x", 429, "", headers, None)

    assert _web._asked(error("3"), 1) == 3.0
    assert _web._asked(error("100000"), 1) == _web.LONGEST
    assert [_web._asked(error(None), n) for n in (1, 2, 3)] == [1.0, 2.0, 4.0]


def test_a_territory_declares_its_source_of_shops(tmp_path: Path) -> None:
    declared = """\
name: Essai
timezone: Europe/Paris
source: {name: tables, format: long, files: x.csv}
shops: {name: sirene, files: stock.csv, communes: ["01004"]}
licence: MIT
attribution: Essai
"""
    (tmp_path / "territory.yaml").write_text(declared, encoding="utf-8")
    town = load_territory(tmp_path)
    source = sources.establishments(town.shops["name"])
    source.check(town)
    (tmp_path / "stock.csv").write_text(stock(OPEN), encoding="utf-8")
    source.acquire(town, tmp_path / "raw")
    assert len(source.read(town, tmp_path / "raw")) == 1
    (tmp_path / "territory.yaml").write_text(declared.replace("name: sirene, ", ""))
    with pytest.raises(
        ConfigError, match="expected the name of the source, such as 'name: sirene'"
    ):
        load_territory(tmp_path)
    with pytest.raises(ConfigError, match="unknown source of shops 'osm': expected one of sirene"):
        sources.establishments("osm")
