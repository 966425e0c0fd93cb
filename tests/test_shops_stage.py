"""Stages acquire_shops and shops on two real territories and on what may go wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from mining import secrecy, shops
from mining.cli import run
from mining.errors import ConfigError, SourceError, TableError
from mining.shops._overlap import overlapping
from mining.stages import acquire, acquire_shops, clean
from mining.stages import shops as stage
from mining.stages.summarize import _shop_metrics
from mining.territory import load_territory

#: One worker reads the files of Metz and of the Pays de Montbéliard.
pytestmark = pytest.mark.xdist_group("shops")

DECLARED = """\
name: Essai
timezone: Europe/Paris
country: FR
source: {{name: tables, format: long, files: counts.csv}}
licence: Licence Ouverte 2.0
attribution: Insee
simulated: true
{shops}
"""
#: Counters at the middle of real streets of Metz, and one in the fields.
STREETS = {
    "Rue Serpenoise": (49.1167, 6.1745),
    "En Fournirue": (49.1188, 6.1770),
    "Rue des Jardins": (49.1213, 6.1769),
    "Rue Taison": (49.1176, 6.1786),
    "Les champs": (49.065, 6.19),
}
#: A lattice of 36 more in the same square kilometre.
CROWD = {
    f"Compteur {n}": (49.1145 + 0.0018 * (n // 6), 6.1705 + 0.0027 * (n % 6)) for n in range(36)
}
LEVELS = ["level", "place", "family", "count", "share", "secret", "hill", "density"]

#: The three tables and the figures.
Written = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]


def workspace(
    folder: Path, root: Path, declared: str, spots: dict[str, tuple[float, float]] | None = None
) -> Path:
    """Lay a workspace with one territory whose counters stand at some spots; clean it."""
    town = folder / "data" / "territories" / "essai"
    town.mkdir(parents=True)
    shutil.copytree(root / "data" / "reference", folder / "data" / "reference")
    shutil.copy(root / "params.yaml", folder)
    (town / "territory.yaml").write_text(DECLARED.format(shops=declared), encoding="utf-8")
    placed = {"Halles": (0.0, 0.0)} if spots is None else spots
    sensors = [f"c{n}" for n in range(len(placed))]
    times = pd.date_range("2026-01-05", periods=4 * 24, freq="h", tz="UTC")
    random = np.random.default_rng(1)
    counts = [
        pd.DataFrame({"sensor": s, "time": times, "value": random.poisson(50, len(times))})
        for s in sensors
    ]
    pd.concat(counts).to_csv(town / "counts.csv", index=False)
    pairs = list(zip(sensors, placed.items(), strict=True))
    lines = {
        "sites": [f"S{s},{p},{at[1]},{at[0]}" for s, (p, at) in pairs],
        "channels": [f"{s},S{s},PEDESTRIAN,2026-01-01T00:00:00Z" for s in sensors],
        "places": [f"{p},{s}" for s, (p, _) in pairs],
    }
    heads = {
        "sites": "site_id,site_name,xlong,ylat",
        "channels": "channel_id,site_id,mobility_type,started_at",
        "places": "place,sensor",
    }
    for name, head in heads.items():
        if spots is None and name != "places":
            continue  # counters whose coordinates nobody knows
        (town / f"{name}.csv").write_text("\n".join([head, *lines[name], ""]), encoding="utf-8")
    acquire.run(folder, "essai")
    clean.run(folder, "essai")
    return folder


def told(folder: Path) -> Written:
    """Run both stages; return what they wrote."""
    acquire_shops.run(folder, "essai")
    stage.run(folder, "essai")
    results = folder / "data" / "results" / "essai"
    text = {"place": str, "level": str, "name": str, "character": str}
    tables = [
        pd.read_csv(results / f"{name}.csv", dtype=text, keep_default_na=name != "shop_names")
        for name in ("shops", "shop_names", "shop_gaps")
    ]
    return *tables, json.loads((results / "shops.json").read_text(encoding="utf-8"))


def stock(table: pd.DataFrame, path: Path) -> None:
    """Write the establishments of Metz in the shape of the stock file of Sirene."""
    metres = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    east, north = metres.transform(table["lon"].astype(float), table["lat"].astype(float))
    known = table["lat"].notna().to_numpy()
    pd.DataFrame(
        {
            "siret": [f"{n:09d}00012" for n in range(len(table))],
            "statutDiffusionEtablissement": "O",
            "trancheEffectifsEtablissement": table["trancheeffectif"],
            "codeCommuneEtablissement": table["codecommune"],
            "coordonneeLambertAbscisseEtablissement": np.where(known, np.round(east, 2), np.nan),
            "coordonneeLambertOrdonneeEtablissement": np.where(known, np.round(north, 2), np.nan),
            "etatAdministratifEtablissement": "A",
            "activitePrincipaleEtablissement": table["codenaf"],
            "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        }
    ).to_csv(path, index=False)


SIRENE = 'shops: {name: sirene, files: stock.csv, communes: ["57463"]}'


@pytest.fixture(scope="module")
def metz(
    tmp_path_factory: pytest.TempPathFactory, root: Path, shared_data: Callable[[str], Path]
) -> Written:
    """Return what is told of Metz, its counters simulated, forty of them in the centre."""
    source = shared_data("metz_etablissements_naf") / "etablissements_metz.csv"
    folder = workspace(tmp_path_factory.mktemp("metz"), root, SIRENE, STREETS | CROWD)
    rows = pd.read_csv(source, dtype=str)
    stock(rows, folder / "data" / "territories" / "essai" / "stock.csv")
    return told(folder)


def test_metz_from_the_stock_file_to_what_may_be_told(metz: Written, root: Path) -> None:
    counts, names, gaps, figures = metz
    assert list(counts.columns) == LEVELS
    assert not counts["count"].isin([1, 2]).any()
    assert counts.loc[counts["secret"], ["count", "share", "hill", "density"]].isna().all().all()
    # 17091 rows, one of another commune, 52 of an activity that NAF rev. 2 does not know.
    assert figures["establishments"] == 17091 - 1 - 52
    assert figures["left_out"]["unknown_naf"] == 52
    assert figures["left_out"]["without_point"] == 220
    assert figures["left_out"]["outside"] is None  # one: not told
    assert figures["nomenclature"] == "NAFRev2"
    assert figures["areas_jaccard"] >= 0.75
    assert 10 <= figures["areas"] <= 60
    assert figures["hidden_cells"] == counts["secret"].sum()
    around = counts[counts["level"] == "place"]
    assert sorted(around["place"].unique()) == sorted(STREETS | CROWD)
    empty = around[around["place"] == "Les champs"]
    assert (empty["count"] == 0).all()
    totals = around[around["family"] == "total"].set_index("place")
    ground = (totals["count"] / totals["density"]).drop("Les champs").dropna()
    assert len(ground) > 30
    assert (ground < np.pi * 9).all()  # hectares of the circle of 300 m, which they share
    # 1.08 km by 1.06 km and 300 m around it at most, given to one place each
    assert ground.sum() < (1080 + 600) * (1060 + 600) / 1e4
    spots = names[names["level"] == "place"].set_index("place").astype({"latitude": float})
    assert spots["latitude"].to_dict() == {
        p: round(at[0], 6) for p, at in (STREETS | CROWD).items()
    }
    dense = names[names["level"] == "area"]
    assert dense["place"].tolist() == [str(n + 1) for n in range(figures["areas"])]
    assert set(dense["character"]) <= {*shops.reference(root / "data" / "reference").street, ""}
    assert (dense["reach"].astype(float) % 10 == 0).all()
    zeros = counts[counts["count"] == 0].set_index(["level", "place", "family"]).index
    assert set(gaps.set_index(["level", "place", "family"]).index) <= set(zeros)


def test_totals_of_metz_give_nothing_back(metz: Written) -> None:
    counts = metz[0]
    told_of = 0
    for _, rows in counts.groupby("level"):
        shown = rows.pivot_table("count", "place", "family", dropna=False, sort=False)
        parts = [f for f in shown.columns if f != "total"]
        reached = secrecy.bounds(shown, columns=[("total", parts)])
        told_of += len(reached)
        # No hidden cell can be worked out: each has room for one more or one less.
        assert (reached["high"] - reached["low"] >= 1 - 1e-6).all()
        assert (reached["high"] >= 3 - 1e-6).all()
    assert told_of > 0


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), apart=st.booleans())
def test_sets_that_overlap_keep_what_they_have_in_common(seed: int, *, apart: bool) -> None:
    random = np.random.default_rng(seed)
    members = pd.DataFrame(random.random((40, 4)) < 0.4, columns=[*"ABCD"])
    if apart:  # two places and two areas, as in a town: one of each at most
        place, area = random.integers(0, 3, (2, 40))
        members = pd.DataFrame({"A": place == 0, "B": place == 1, "C": area == 0, "D": area == 1})
    family = pd.Series(random.choice(["food", "bars", "banks"], 40, p=[0.6, 0.3, 0.1]))
    families = ["food", "bars", "banks"]
    safe = overlapping(members, family, families)
    # The attacker knows which sets meet, and that they add up; never how many are in common.
    atom = members.apply(lambda row: "atom " + "".join(members.columns[row]), axis=1)
    exact = pd.crosstab(atom, family).reindex(columns=families, fill_value=0)
    rows = [(s, [a for a in exact.index if s in a]) for s in members.columns]
    rows.append(("all", list(exact.index)))
    for whole, parts in rows:
        exact.loc[whole] = exact.loc[parts].sum()
    exact["total"] = exact.sum(axis=1)
    shown = safe.reindex(exact.index)
    columns = [("total", families)]
    reached = secrecy.bounds(shown, rows=rows, columns=columns)
    for row, column, low, high in reached.itertuples(index=False):
        if 0 < exact.loc[row, column] < 3:
            assert low <= exact.loc[row, column] - 1 + 1e-6
            assert high >= 3 - 1e-6
    small = (exact.loc[safe.index] > 0) & (exact.loc[safe.index] < 3)
    assert safe.isna().where(small, other=True).all().all()
    assert (safe.isna() | (safe == exact.loc[safe.index])).all().all()


@pytest.fixture(scope="module")
def montbeliard(
    tmp_path_factory: pytest.TempPathFactory, root: Path, shared_data: Callable[[str], Path]
) -> Path:
    """Return a workspace whose territory is Pays de Montbéliard, without coordinates."""
    people = shared_data("territoire_pays_de_montbeliard") / "communes_bfc.csv"
    every = pd.read_csv(people, dtype=str)
    codes = every.loc[every["epci_code"] == "200065647", "code"].tolist()
    declared = f"""\
shops:
  name: bpe
  files: bpe.csv
  communes: {json.dumps(codes)}
  names: communes.csv
  columns: {{name: nom, population: population_municipale}}
"""
    folder = workspace(tmp_path_factory.mktemp("pma"), root, declared)
    town = folder / "data" / "territories" / "essai"
    source = shared_data("insee_bpe_2018") / "bpe_2018_pays_de_montbeliard.csv"
    shutil.copy(source, town / "bpe.csv")
    shutil.copy(people, town / "communes.csv")
    return folder


def test_pays_de_montbeliard_by_commune_and_iris(montbeliard: Path) -> None:
    counts, names, gaps, figures = told(montbeliard)
    assert not counts["count"].isin([1, 2]).any()
    cells = counts.set_index(["level", "place", "family"])["count"]
    communes, iris = (cells[level].unstack() for level in ("commune", "iris"))  # noqa: PD010
    assert len(communes) == 73
    assert iris.index.str.len().isin([9, 10]).all()
    known = names.set_index("place")["name"]
    assert known["25388"] == "Montbéliard"
    # One of the 73 has no equipment at all in the file: a place without shops.
    assert (communes.fillna(1).sum(axis=1) == 0).sum() == 1
    assert figures["establishments"] == 3878  # the sum of NB_EQUIP
    assert figures["radius"] is None
    assert figures["reason"] == ""
    # Totals give nothing back: communes, their IRIS and the territory together.
    table = pd.concat([communes, iris])
    table.loc["all"] = np.nan
    table.loc["all", "total"] = 3878
    within = [(c, [i for i in iris.index if i.startswith(c)]) for c in communes.index]
    rows = [*((c, parts) for c, parts in within if parts), ("all", list(communes.index))]
    families = [f for f in table.columns if f != "total"]
    source = pd.read_csv(montbeliard / "data" / "shops" / "essai" / "bpe.csv", dtype=str)
    tables = shops.reference(montbeliard / "data" / "reference")
    exact = pd.concat([shops.from_bpe(source, tables, level=lv) for lv in ("commune", "iris")])
    exact = exact[~exact.index.duplicated()]
    exact["total"] = exact.sum(axis=1)
    reached = secrecy.bounds(table, rows=rows, columns=[("total", families)])
    small = 0
    for row, column, low, high in reached.itertuples(index=False):
        if row != "all" and 0 < exact.loc[row, column] < 3:
            small += 1
            assert low <= exact.loc[row, column] - 1 + 1e-6
            assert high >= 3 - 1e-6
    assert small > 300
    zeros = counts[counts["count"] == 0].set_index(["level", "place", "family"]).index
    assert set(gaps.set_index(["level", "place", "family"]).index) <= set(zeros)
    assert gaps["peers"].ge(0.75).all()
    assert gaps["chance"].between(0, 1).all()
    # Valentigney, 10714 inhabitants, has no transport firm in BPE 2018; nine peers in ten have.
    lacking = gaps.set_index(["place", "family"])
    assert lacking.loc[("25580", "transport"), "peers"] == 0.9
    assert lacking.loc[("25580", "transport"), "chance"] < 0.05


# --- what may go wrong ---------------------------------------------------------------------------


def test_a_territory_without_a_source_writes_headers(root: Path, tmp_path: Path) -> None:
    folder = workspace(tmp_path / "w", root, "")
    counts, names, gaps, figures = told(folder)
    assert list(counts.columns) == LEVELS
    assert len(counts) == len(names) == len(gaps) == 0
    assert list((folder / "data" / "shops" / "essai").iterdir()) == []
    assert (figures["source"], figures["reason"]) == ("", "no_source")
    assert _shop_metrics(figures) == {}


def made(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Return establishments of Metz by code, latitude and longitude."""
    columns = ["codenaf", "lat", "lon"]
    return pd.DataFrame(rows, columns=columns).assign(codecommune="57463", trancheeffectif="")


def test_few_places_points_outside_and_no_coordinates(root: Path, tmp_path: Path) -> None:
    folder = workspace(tmp_path / "w", root, SIRENE, {"Halles": (49.119, 6.176)})
    file = folder / "data" / "territories" / "essai" / "stock.csv"
    near = [("5610A", 49.119, 6.176)] * 4 + [("4771Z", 49.119, 6.177)] * 2
    stock(made(*near, *[("5610A", 48.0, 2.0)] * 3), file)
    counts, names, gaps, figures = told(folder)
    shown = counts.set_index("family")["count"]
    # Two shops are hidden, and with them the total or the restaurants, which would tell them.
    assert shown["retail_other"] != shown["retail_other"]
    assert shown[["dining", "total"]].isna().any()
    assert len(gaps) == 0  # one place is compared with none
    assert figures["left_out"]["outside"] == 3
    assert figures["areas"] == 0
    assert figures["areas_jaccard"] is None
    assert set(_shop_metrics(figures)) <= {"establishments", "areas", "hidden_cells"}
    results = folder / "data" / "results" / "essai"
    before = {p.name: p.read_bytes() for p in results.glob("shop*")}
    assert sorted(before) == ["shop_gaps.csv", "shop_names.csv", "shops.csv", "shops.json"]
    stage.run(folder, "essai")
    assert {p.name: p.read_bytes() for p in results.glob("shop*")} == before
    lost = workspace(tmp_path / "v", root, SIRENE)
    shutil.copy(file, lost / "data" / "territories" / "essai" / "stock.csv")
    counts, names, gaps, figures = told(lost)
    assert len(counts) == 0
    assert figures["reason"] == "no_points"
    assert names["place"].tolist() == ["Halles"]


def test_what_is_wrong_is_told_in_one_sentence(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = workspace(tmp_path / "w", root, SIRENE, {"Halles": (49.119, 6.176)})
    town = folder / "data" / "territories" / "essai"
    stock(made(("5610A", 49.119, 6.176)), town / "stock.csv")
    new = pd.read_csv(town / "stock.csv", dtype=str)
    new.assign(nomenclatureActivitePrincipaleEtablissement="NAF2025").to_csv(
        town / "stock.csv", index=False
    )
    acquire_shops.run(folder, "essai")
    with pytest.raises(TableError, match="no table for the nomenclature 'NAF2025'"):
        stage.run(folder, "essai")
    (town / "places.csv").write_text("place,sensor\nHalles,c0\nGare,c0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected a sensor in one place"):
        stage.run(folder, "essai")
    (town / "places.csv").write_text("place,sensor\nHalles,c0\n", encoding="utf-8")
    (folder / "dvc.yaml").touch()
    (folder / "pyproject.toml").touch()
    monkeypatch.chdir(folder)
    assert run(["check", "essai"]) == 0
    for declared, sentence in (
        ("{name: sirene, files: x, communes: ['57463'], raduis: 3}", "shops.raduis': expected no"),
        ("{name: sirene, files: x, communes: ['57463'], radius: 3}", "shops.radius': Input should"),
        ("{name: sirene_search, radius: 900}", "reach: found 500 m, expected 900 m"),
        ("{name: bpe, files: x, communes: ['57463'], radius: 300}", "shops.radius': expected no"),
        (
            "{name: bpe, files: x, communes: ['57463'], columns: {nom: n}}",
            "shops.columns.nom': expected no such key (known: code, name, population)",
        ),
        ("{name: osm}", "unknown source of shops 'osm': expected one of sirene, sirene_search"),
    ):
        text = DECLARED.format(shops=f"shops: {declared}")
        (town / "territory.yaml").write_text(text, encoding="utf-8")
        assert run(["check", "essai"]) == 2
        assert sentence in capsys.readouterr().err


BPE = "DEPCOM;DCIRIS;TYPEQU;NB_EQUIP\n25388;25388_0101;A504;12\n25388;25388_0102;B203;4\n"


@pytest.mark.parametrize(
    ("bpe", "people", "sentence"),
    [
        (BPE.replace("DEPCOM", "COM"), None, "line 1: found 'COM,DCIRIS,TYPEQU,NB_EQUIP', expect"),
        (BPE + "1004;1004;A504;1\n", None, r"bpe\.csv, line 4, column 'commune': found '1004'"),
        ("", None, r"bpe\.csv: damaged, acquire it again"),
        (BPE.replace("25388", "25031"), None, "no equipment in any of the communes, such as 25388"),
        (BPE, "code,name,population\n25031,B,3\n", "expected a row with the name and inhabitants"),
        (BPE, "code,name\n25388,M\n", "expected a column 'population'"),
    ],
)
def test_bpe_files_that_cannot_be(
    root: Path, tmp_path: Path, bpe: str, people: str | None, sentence: str
) -> None:
    town = tmp_path / "data" / "territories" / "essai"
    town.mkdir(parents=True)
    names = "" if people is None else ", names: communes.csv"
    declared = f"shops: {{name: bpe, files: bpe.csv, communes: ['25388']{names}}}"
    (town / "territory.yaml").write_text(DECLARED.format(shops=declared), encoding="utf-8")
    (town / "bpe.csv").write_text(bpe, encoding="utf-8")
    if people is not None:
        (town / "communes.csv").write_text(people, encoding="utf-8")
    acquire_shops.run(tmp_path, "essai")
    shutil.copytree(root / "data" / "reference", tmp_path / "data" / "reference")
    with pytest.raises(SourceError, match=sentence):
        stage.run(tmp_path, "essai")


def test_bpe_with_semicolons_and_without_names(root: Path, tmp_path: Path) -> None:
    declared = "shops: {name: bpe, files: bpe.csv, communes: ['25388', '25031']}"
    folder = workspace(tmp_path / "w", root, declared)
    town = folder / "data" / "territories" / "essai"
    assert load_territory(town).shops["name"] == "bpe"
    (town / "bpe.csv").write_text(BPE, encoding="utf-8")
    counts, names, gaps, figures = told(folder)
    shown = counts.set_index(["place", "family"])["count"]
    assert shown["25388", "dining"] == 12
    assert shown["25388_0102", "retail_food"] == 4
    assert shown["25031", "total"] == 0
    assert names["place"].tolist() == ["25031", "25388"]
    assert len(gaps) == 0
    assert figures["establishments"] == 16
