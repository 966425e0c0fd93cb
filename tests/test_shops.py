"""Families, mix around places, gaps, areas and what is published of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mining import secrecy, shops
from mining.errors import ConfigError, NotEnoughDataError, TableError
from mining.shops._nearest import hectares
from mining.sources._published import parse
from mining.sources._shop_options import BpeOptions, SearchOptions, SireneOptions
from mining.territory import load_territory

SPOT = (47.51, 6.80)
#: How the sections of docs/activity.md that are ours begin.
OURS = ("Shop", "Secr", "Open")


@pytest.fixture(scope="module")
def tables(root: Path) -> shops.Reference:
    """The tables of the workspace."""
    return shops.reference(root / "data" / "reference")


def shift(north: float, east: float) -> tuple[float, float]:
    """Return the point some metres away from the spot, by hand: a degree is 111.195 km."""
    degree = 111_195.08
    latitude = SPOT[0] + north / degree
    return latitude, SPOT[1] + east / (degree * np.cos(np.radians(SPOT[0])))


def town(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Return establishments as (code, metres north, metres east)."""
    points = [shift(north, east) for _, north, east in rows]
    return pd.DataFrame(
        {
            "id": [f"{n:014d}" for n in range(len(rows))],
            "naf": [code for code, _, _ in rows],
            "latitude": [p[0] for p in points],
            "longitude": [p[1] for p in points],
        }
    )


def here(**names: tuple[float, float]) -> pd.DataFrame:
    """Return places as metres north and east."""
    points = [shift(*metres) for metres in names.values()]
    return pd.DataFrame(points, list(names), ["latitude", "longitude"])


def test_python_and_yaml_of_the_page(root: Path) -> None:
    text = (root / "docs" / "activity.md").read_text(encoding="utf-8")
    parts = [part for part in re.split(r"^## ", text, flags=re.MULTILINE) if part[:4] in OURS]
    assert len(parts) == 3
    names: dict[str, object] = {"reference": root / "data" / "reference"}
    for code in re.findall(r"```python\n(.*?)```", "".join(parts), flags=re.DOTALL):
        exec(code, names)  # noqa: S102 - our own page
    declared = re.findall(r"```yaml\n(.*?)```", "".join(parts), flags=re.DOTALL)
    for one in declared:
        options = yaml.safe_load(one)["shops"]
        models = {"sirene": SireneOptions, "sirene_search": SearchOptions, "bpe": BpeOptions}
        model = models[options["name"]]
        assert parse(model, options).name == options["name"]


# --- families ------------------------------------------------------------------------------------


def test_every_subclass_of_naf_rev_2_has_one_family(
    tables: shops.Reference, shared_data: Callable[[str], Path]
) -> None:
    known = pd.read_csv(shared_data("naf_rev2") / "naf_rev2_5_niveaux.csv", dtype=str)
    mine = tables.naf[tables.naf["nomenclature"] == "NAFRev2"]
    assert sorted(mine["code"]) == sorted(known["code"])
    assert len(mine) == 732
    assert set(mine["family"]) == set(tables.families.index)


def test_families_of_well_known_codes(tables: shops.Reference) -> None:
    expected = {
        "4711F": "retail_food",
        "10.71C": "retail_food",
        "47.26Z": "retail_other",
        "47.71Z": "retail_other",
        "4773Z": "health",
        "56.10A": "dining",
        "56.30Z": "dining",
        "56.29A": "other",
        "55.10Z": "accommodation",
        "96.02A": "personal_services",
        "95.23Z": "personal_services",
        "86.21Z": "health",
        "64.19Z": "offices",
        "64.20Z": "other",
        "68.31Z": "offices",
        "68.20A": "other",
        "59.14Z": "leisure",
        "93.13Z": "leisure",
        "85.20Z": "education",
        "84.11Z": "public",
        "53.10Z": "public",
        "45.20A": "vehicles",
        "46.39B": "wholesale",
        "43.21A": "industry",
        "49.32Z": "transport",
        "94.99Z": "associations",
        "01.13Z": "agriculture",
        "47.91A": "other",
        "0000Z": shops.UNKNOWN,
        "": shops.UNKNOWN,
    }
    codes = pd.Series(list(expected))
    found = tables.family_of(codes, pd.Series("NAFRev2", codes.index))
    assert dict(zip(codes, found, strict=True)) == expected


def test_naf_2025_is_read_by_its_own_table_or_refused(tables: shops.Reference) -> None:
    rows = town(("56.10A", 0, 0), ("56.11J", 1, 1)).assign(nomenclature=["NAFRev2", "NAF2025"])
    with pytest.raises(TableError) as error:
        shops.prepare(rows, tables)
    assert str(error.value) == (
        "naf_familles.csv: no table for the nomenclature 'NAF2025' of 1 establishments, expected"
        " NAFRev2; a code means another activity in another nomenclature, so add its table"
    )
    more = pd.DataFrame([["NAF2025", "56.11J", "dining", ""], ["NAF2025", "56.10A", "other", ""]])
    naf = pd.concat([tables.naf, more.set_axis(tables.naf.columns, axis=1)], ignore_index=True)
    both = shops.Reference(tables.families, naf, tables.bpe)
    assert shops.prepare(rows, both)["family"].tolist() == ["dining", "dining"]


@pytest.mark.parametrize("code", ["111Z", "1.11Z", "471", "4711"])
def test_codes_that_lost_a_character_are_refused(tables: shops.Reference, code: str) -> None:
    with pytest.raises(TableError, match=f"code of activity '{code}': expected two digits"):
        shops.prepare(town((code, 0, 0)), tables)


def test_reference_tables_are_checked(root: Path, tmp_path: Path) -> None:
    for path in (root / "data" / "reference").glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "bpe_familles.csv").open("a", encoding="utf-8") as handle:
        handle.write("Z1,shoes\n")
    with pytest.raises(ConfigError, match="column 'family': found 'shoes', expected a family of"):
        shops.reference(tmp_path)
    (tmp_path / "bpe_familles.csv").unlink()
    with pytest.raises(ConfigError, match=r"bpe_familles\.csv: not in the folder"):
        shops.reference(tmp_path)
    with (tmp_path / "naf_familles.csv").open("a", encoding="utf-8") as handle:
        handle.write("NAFRev2,01.11Z,other,Twice\n")
    (tmp_path / "bpe_familles.csv").write_text("type,family\nA,other\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"naf_familles\.csv, line 734: the code '01\.11Z' is"):
        shops.reference(tmp_path)


# --- preparation ---------------------------------------------------------------------------------


def test_what_is_left_out_is_counted(tables: shops.Reference) -> None:
    rows = town(
        *[("56.10A", 10.0 * n, 0.0) for n in range(5)],
        ("47.71Z", 200_000, 0),  # far outside the territory
        ("00.00Z", 0, 0),
        ("96.02A", 0, 0),
        ("96.02B", 0, 0),
    )
    rows.loc[7, "latitude"] = np.nan
    rows["partial"] = [*[False] * 8, True]
    rows.loc[4, "latitude"] = 480.0  # no point of the Earth
    ready = shops.prepare(rows, tables)
    assert ready.attrs["left_out"] == {
        "without_point": 1,
        "outside": 2,
        "partial": 1,
        "unknown_naf": 1,
    }
    assert ready["latitude"].notna().sum() == 5
    assert len(ready) == 9
    hidden = ready[ready["partial"]]
    assert hidden[["latitude", "longitude"]].isna().to_numpy().all()


def test_order_of_rows_does_not_matter(tables: shops.Reference) -> None:
    rows = town(*[("56.10A", 7.0 * (n % 5), 3.0 * n) for n in range(30)])
    mixed = rows.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(shops.prepare(rows, tables), shops.prepare(mixed, tables))


def test_tables_that_cannot_be(tables: shops.Reference) -> None:
    rows = town(("56.10A", 0, 0), ("56.10A", 1, 1))
    with pytest.raises(TableError, match="expected also 'latitude'"):
        shops.prepare(rows.drop(columns="latitude"), tables)
    with pytest.raises(TableError, match="the id '00000000000000' is there twice"):
        shops.prepare(rows.assign(id="00000000000000"), tables)
    with pytest.raises(TableError, match=r"call mining\.shops\.prepare first"):
        shops.around(rows, here(a=(0, 0)), tables)
    with pytest.raises(TableError, match=r"call mining\.shops\.prepare first"):
        shops.areas(rows, tables)


# --- around places -------------------------------------------------------------------------------


def test_mix_within_a_walk_by_hand(tables: shops.Reference) -> None:
    ready = shops.prepare(
        town(
            ("56.10A", 0, 0),
            ("56.30Z", 0, 299),  # inside the circle of 300 m
            ("47.71Z", 0, 301),  # outside
            ("47.71Z", 211, 211),  # 298.4 m
            ("47.71Z", 214, 214),  # 302.6 m
            ("96.02A", -100, 0),
            ("00.00Z", 0, 0),
        ),
        tables,
    )
    around = shops.around(ready, here(centre=(0, 0), away=(5000, 0)), tables, radius=300)
    count = around["count"].to_pandas()
    assert count.loc["centre", ["dining", "retail_other", "personal_services"]].tolist() == [
        2,
        1,
        1,
    ]
    assert around["total"].to_numpy().tolist() == [4, 0]
    assert around["unknown"].to_numpy().tolist() == [1, 0]
    assert around["density"].item(0) == pytest.approx(4 / (np.pi * 9), rel=1e-9)  # 28.3 ha
    assert around["shannon"].item(0) == pytest.approx(1.5 * np.log(2), rel=1e-9)  # 1/2, 1/4, 1/4
    assert around["hill"].item(0) == pytest.approx(2**1.5, rel=1e-9)
    assert np.isnan(around["shannon"].item(1))  # a place without shops has no diversity


def test_an_establishment_belongs_to_its_nearest_place(tables: shops.Reference) -> None:
    ready = shops.prepare(
        town(
            ("56.10A", 0, 99),  # nearest to the west
            ("56.10A", 0, 101),  # nearest to the east
            ("56.10A", 0, -299),
            ("56.10A", 0, 499),
            ("56.10A", 0, 501),
        ),
        tables,
    )
    places = here(west=(0, 0), east=(0, 200), same=(0, 200), away=(0, 5000))
    around = shops.around(ready, places, tables, radius=300)
    # Two places at one point share theirs; the others share none.
    assert around["total"].to_series().to_dict() == {"west": 2, "east": 2, "same": 2, "away": 0}
    # Of the circle of 300 m, the chord at 100 m cuts a segment off:
    # r^2 acos(d / r) - d sqrt(r^2 - d^2).
    segment = 300**2 * np.arccos(1 / 3) - 100 * np.sqrt(300**2 - 100**2)
    ground = (np.pi * 300**2 - segment) / 1e4
    assert (2 / around["density"]).sel(place="west").item() == pytest.approx(ground, rel=1e-4)
    assert (2 / around["density"]).sel(place="same").item() == pytest.approx(ground, rel=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_grounds_of_places_add_up_to_what_is_near_any(seed: int, size: int) -> None:
    # A lattice of points every 5 m, each given to its nearest place: another way to measure.
    random = np.random.default_rng(seed)
    metres = random.uniform(-200, 200, (size, 2))
    places = here(**{f"p{n}": tuple(at) for n, at in enumerate(metres)})
    north, east = np.meshgrid(np.arange(-500, 500, 5.0), np.arange(-500, 500, 5.0))
    away = np.hypot(north.ravel()[:, None] - metres[:, 0], east.ravel()[:, None] - metres[:, 1])
    nearest = np.where(away.min(axis=1) <= 300, away.argmin(axis=1), size)
    expected = np.bincount(nearest, minlength=size + 1)[:size] * 25 / 1e4
    np.testing.assert_allclose(hectares(places, 300), expected, atol=0.35)


def test_places_without_coordinates_are_nan_and_sensors_give_places(
    tables: shops.Reference,
) -> None:
    sensors = pd.DataFrame(
        {
            "place": ["b", "a", "a", ""],
            "latitude": [np.nan, 47.50, 47.52, 47.0],
            "longitude": [6.8, 6.80, 6.80, 6.8],
        }
    )
    places = shops.places_of(sensors)
    assert places.index.tolist() == ["a", "b"]
    assert places.loc["a"].tolist() == pytest.approx([47.51, 6.80])
    around = shops.around(shops.prepare(town(("56.10A", 0, 0)), tables), places, tables)
    assert around["total"].sel(place="a").item() == 1
    assert np.isnan(around["count"].sel(place="b")).all()
    with pytest.raises(ConfigError, match="radius: found 0"):
        shops.around(shops.prepare(town(("56.10A", 0, 0)), tables), places, tables, radius=0)
    twice = places.set_axis(["a", "a"])
    with pytest.raises(ConfigError, match="places: 'a' is there twice"):
        shops.around(shops.prepare(town(("56.10A", 0, 0)), tables), twice, tables)


def test_two_places_that_share_a_sensor_are_refused(tmp_path: Path) -> None:
    (tmp_path / "territory.yaml").write_text(
        "name: X\ntimezone: UTC\nsource: {name: tables}\nlicence: MIT\nattribution: X\n"
    )
    (tmp_path / "places.csv").write_text("place,sensor\nHalles,s1\nGare,s1\n")
    with pytest.raises(ConfigError, match="expected a sensor in one place, not in 'Gare' and"):
        load_territory(tmp_path)


@given(arrays(np.float64, 6, elements=st.integers(0, 50).map(float)), st.integers(1, 9))
def test_diversity_does_not_depend_on_size_or_order(counts: np.ndarray, times: int) -> None:
    for order in (0.0, 1.0, 2.0):
        once = shops.hill(counts, order)
        np.testing.assert_allclose(shops.hill(counts[::-1] * times, order), once, rtol=1e-9)
        if counts.sum() > 0:
            assert 1 - 1e-9 <= once <= (counts > 0).sum() + 1e-9


# --- gaps ----------------------------------------------------------------------------------------


def test_gaps_by_hand() -> None:
    counts = pd.DataFrame(
        {"food": [4, 4, 4, 4, 0], "bars": [2, 2, 0, 0, 1]}, index=["a", "b", "c", "d", "e"]
    )
    size = pd.Series(100.0, counts.index)
    found = shops.gaps(counts, size=size, common=0.8)
    # e alone has no food, all four others have four. Of the others of c, three in four have bars.
    assert found[["place", "family"]].to_numpy().tolist() == [["e", "food"]]
    assert found.loc[0, ["have", "expected"]].tolist() == [1.0, 4.0]
    assert found.loc[0, "chance"] == pytest.approx(np.exp(-4))


def test_gaps_compare_with_those_of_like_size_only() -> None:
    small = {f"s{n}": [n + 8, 0] for n in range(4)}
    large = {f"l{n}": [n + 800, 5] for n in range(4)}
    counts = pd.DataFrame({**small, **large}, index=["food", "bars"]).T
    assert shops.gaps(counts, peers=3).empty
    assert len(shops.gaps(counts, peers=7, common=0.5)) == 4


def test_gaps_of_too_few_places_are_refused() -> None:
    counts = pd.DataFrame({"food": [1, 2, 0, np.nan]})
    with pytest.raises(NotEnoughDataError, match="found 2 places to compare, expected 4 or more"):
        shops.gaps(counts)
    with pytest.raises(ConfigError, match="size: none for 0"):
        shops.gaps(counts, size=pd.Series({1: 5.0}))


# --- areas ---------------------------------------------------------------------------------------


def crowd(seed: int = 0) -> pd.DataFrame:
    """Three dense streets of cafés, shops and hairdressers, and shops strewn between."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, float, float]] = []
    for code, (north, east), number in (
        ("56.10A", (0, 0), 120),
        ("47.71Z", (900, 0), 80),
        ("96.02A", (0, 1200), 60),
    ):
        points = rng.normal([north, east], 40, (number, 2))
        rows += [(code, *map(float, point)) for point in points]
    rows += [("47.11B", *map(float, p)) for p in rng.uniform(-3000, 3000, (60, 2))]
    return town(*rows)


def test_areas_of_a_made_up_town(tables: shops.Reference) -> None:
    ready = shops.prepare(crowd(), tables)
    found = shops.areas(ready, tables)
    assert found.table["character"].tolist() == ["dining", "retail_other", "personal_services"]
    assert (found.table["stability"] > 0.9).all()
    assert found.jaccard > 0.9
    north = [(found.table["latitude"].iloc[n] - SPOT[0]) * 111_195.08 for n in range(3)]
    assert north == pytest.approx([0, 900, 0], abs=40)
    assert found.table["reach"].between(50, 150).all()
    assert found.counts.sum(axis=1).tolist() == found.table["establishments"].tolist()
    assert (found.labels >= 0).sum() == found.table["establishments"].sum()
    again = shops.areas(ready, tables)
    pd.testing.assert_frame_equal(again.table, found.table)


def test_too_few_establishments_make_no_area(tables: shops.Reference) -> None:
    ready = shops.prepare(town(*[("56.10A", n, n) for n in range(20)]), tables)
    none = shops.areas(ready, tables)
    assert none.table.empty
    assert (none.labels == -1).all()
    assert np.isnan(none.jaccard)
    with pytest.raises(ConfigError, match="expected minimum of 5 or more"):
        shops.areas(ready, tables, minimum=2)


# --- BPE -----------------------------------------------------------------------------------------


def equipment(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Return rows of the BPE."""
    return pd.DataFrame(rows, columns=["DEPCOM", "DCIRIS", "TYPEQU", "NB_EQUIP"])


def test_counts_by_commune_and_iris(tables: shops.Reference) -> None:
    table = equipment(
        ("25388", "253880101", "A504", "12"),
        ("25388", "253880102", "A504", "3"),
        ("25388", "253880102", "B203", "2"),
        ("01004", "01004", "D301", "1"),
    )
    communes = shops.from_bpe(table, tables)
    assert communes.index.tolist() == ["01004", "25388"]
    assert communes.loc["25388", ["dining", "retail_food", "health"]].tolist() == [15, 2, 0]
    iris = shops.from_bpe(table, tables, level="iris")
    assert iris.index.tolist() == ["01004", "253880101", "253880102"]
    assert iris["dining"].tolist() == [0, 12, 3]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("1004", "1004", "A504", "1"), "BPE, column 'DEPCOM': found '1004', expected a commune"),
        (("25388", "2538", "A504", "1"), "BPE, column 'DCIRIS': found '2538', expected an IRIS"),
        (("25388", "25388", "Z999", "1"), "BPE: no family for the type of equipment 'Z999'"),
        (("25388", "25388", "A504", "-1"), "BPE, column 'NB_EQUIP': expected whole numbers"),
        (("25388", "25388", "A504", "x"), "BPE, column 'NB_EQUIP': expected whole numbers"),
    ],
)
def test_bpe_that_cannot_be(
    tables: shops.Reference, row: tuple[str, str, str, str], sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        shops.from_bpe(equipment(row), tables)
    with pytest.raises(TableError, match="BPE: no column 'TYPEQU'"):
        shops.from_bpe(equipment(row).drop(columns="TYPEQU"), tables)
    with pytest.raises(ConfigError, match="level: found 'street'"):
        shops.from_bpe(equipment(row), tables, level="street")


def test_pays_de_montbeliard_by_commune_and_iris(
    tables: shops.Reference, shared_data: Callable[[str], Path]
) -> None:
    table = pd.read_csv(
        shared_data("insee_bpe_2018") / "bpe_2018_pays_de_montbeliard.csv", dtype=str
    )
    outline = shared_data("territoire_pays_de_montbeliard") / "communes_pma.geojson"
    features = json.loads(outline.read_text(encoding="utf-8"))["features"]
    people = pd.Series({f["properties"]["code"]: f["properties"]["population"] for f in features})
    communes = shops.from_bpe(table, tables)
    iris = shops.from_bpe(table, tables, level="iris")
    assert (len(communes), len(iris)) == (72, 112)
    assert communes.sum().sum() == iris.sum().sum() == table["NB_EQUIP"].astype(int).sum()
    missing = shops.gaps(communes, size=people)
    assert set(missing["place"]) <= set(communes.index)
    assert (missing["have"] >= 0.75).all()


# --- publication ---------------------------------------------------------------------------------


def test_what_is_published_of_two_circles(tables: shops.Reference) -> None:
    rows = [("56.10A", float(10 * n), 0.0) for n in range(6)]
    rows += [("56.10A", 400.0, 0.0)]  # the seventh restaurant is alone between the circles
    rows += [("47.71Z", 0.0, float(5 * n)) for n in range(20)]
    ready = shops.prepare(town(*rows), tables)
    one = here(halles=(0, 0))
    near = shops.around(ready, one, tables, radius=300)["count"].to_pandas()
    wide = shops.around(ready, one, tables, radius=500)["count"].to_pandas()
    both = pd.concat([near.set_axis(["300 m"]), wide.set_axis(["500 m"])])
    told = shops.publish(both, within=[("500 m", ["300 m"])])
    dining = told[told["family"] == "dining"]
    assert dining["secret"].any()
    assert told.loc[told["secret"], ["count", "share"]].isna().to_numpy().all()


@settings(max_examples=15, deadline=None)
@given(arrays(np.int64, (3, 4), elements=st.integers(0, 12)))
def test_published_rows_keep_every_secret(counts: np.ndarray) -> None:
    table = pd.DataFrame(counts, list("abc"), list("wxyz"))
    told = shops.publish(table, disjoint=True)
    assert not told["count"].isin([1, 2]).any()
    shown = told["count"].to_numpy().reshape(4, 5)
    frame = pd.DataFrame(shown, [*"abc", "total"], [*"wxyz", "total"])
    relations = {"rows": [("total", list("abc"))], "columns": [("total", list("wxyz"))]}
    reached = secrecy.bounds(frame, **relations)
    truth = table.assign(total=table.sum(axis=1))
    truth.loc["total"] = truth.sum()
    for row, column, low, high in reached.itertuples(index=False):
        if 0 < truth.loc[row, column] < 3:
            assert high >= 3 - 1e-6
            assert low < truth.loc[row, column]
    assert told.loc[told["family"] != "total", "hill"].isna().all()


def test_names_of_totals_are_ours_and_holes_are_left_out() -> None:
    table = pd.DataFrame({"food": [5.0, np.nan], "bars": [3.0, np.nan]}, ["a", "b"])
    told = shops.publish(table)
    assert set(told["place"]) == {"a"}
    total = told[told["family"] == "total"].iloc[0]
    assert (total["count"], total["share"]) == (8, 1)
    assert total["hill"] == pytest.approx(shops.hill(np.array([5.0, 3.0])), abs=0.05)
    with pytest.raises(ConfigError, match="'total' is added here"):
        shops.publish(table.rename(columns={"food": "total"}))
