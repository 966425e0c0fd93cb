"""The page of commercial activity: whole pages, the map, change and seasons."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import report_inputs as inputs
from _activity_page import FEBVRES, FOUR, MARTIN, descriptions, page, section
from mining import cube as cubes
from mining.report import ActivityInputs, build
from mining.report._activity_change import changes_of
from mining.report._activity_labels import place_labels
from mining.report._activity_map import letter, plane
from test_report_pages import (
    ATTACKS,
    NBSP,
    SPACE,
    SVG,
    THIN,
    number,
    table_of,
    text_of,
    tree,
)


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return inputs.cube_of("2025-08-01")


# --- map ------------------------------------------------------------------------------------------


def test_distances_on_the_map_by_hand() -> None:
    # On a sphere of 111.2 km a degree: a hundredth of a degree north, and east at 60° half of it.
    at = plane(np.array([60.0, 60.01, 60.0]), np.array([6.0, 6.0, 6.01]))
    north, east = np.linalg.norm(at[1] - at[0]), np.linalg.norm(at[2] - at[0])
    assert north == pytest.approx(1112, rel=0.005)
    assert east == pytest.approx(556, rel=0.005)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(20, 300), st.floats(20, 300)), min_size=1, max_size=25),
    st.integers(1, 26),
)
def test_names_on_the_map_never_overlap(points: list[tuple[float, float]], length: int) -> None:
    labels = place_labels(np.array(points), ["x" * length] * len(points), 336, 336)
    boxes = [label.box for label in labels if label is not None]
    for k, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= 336
        for two in boxes[:k]:
            assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def test_the_map_says_what_its_table_says(cube: xr.Dataset) -> None:
    html = page(cube)
    rows = table_of(html, "Position et groupe")
    assert rows[3] == [FEBVRES, "Commerces du samedi", "47,5110", "6,8005"]
    spoken = next(d for d in descriptions(html) if d.startswith("Carte de 3 lieux"))
    assert "Commerces du samedi : Place Saint-Martin et Rue des Febvres." in spoken
    assert "Un cercle en tirets" in section(html, "carte")
    signs = {re.sub(r"\s", "", s) for s in re.findall(r'id="map-m\w+" d="([^"]+)"', html)}
    assert len(signs) == 2  # a round and a square: two groups in black and white


def test_places_without_coordinates_are_named(cube: xr.Dataset) -> None:
    lost = cube.copy(deep=True)
    lost["latitude"] = lost["latitude"].where(lost["place"] != MARTIN)
    assert f"1 lieu sans coordonnées n’est pas sur la carte : {MARTIN}." in section(
        page(lost), "carte"
    )
    lost["latitude"] = lost["latitude"] * np.nan
    assert "Pas de carte : aucun lieu n’a de coordonnées. À faire" in section(page(lost), "carte")


def test_letters_stand_for_names_without_room() -> None:
    assert [letter(n) for n in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


# --- change and seasons ---------------------------------------------------------------------------


def test_what_changed_is_told_with_its_uncertainty_and_the_journal() -> None:
    events = [{"id": "w", "type": "works", "title": "Travaux", "start": "2025-09-03", "end": None}]
    html = page(inputs.cube_of("2025-08-01", events=events))
    text = section(html, "change")
    assert f"{FEBVRES} passe de « bureaux » à « commerces du samedi » (sûr à 97,0 %)." in text
    assert "le week-end pèse 31,0 % de la semaine (de 30,0 % à 32,5 %)" in text
    assert "D’habitude, c’est de 25,0 % à 29,0 %." in text
    assert "Le journal peut l’expliquer : Travaux (3 septembre 2025)." in text
    assert f"1 lieu a nettement plus de passages : {FEBVRES} (+24 %)." in text
    row = table_of(html, "Cette année contre l’an dernier")[1]
    assert [c.replace(THIN, " ") for c in row[:3]] == [
        FEBVRES, "+24 % (+10 % à +36 %)", "31,0 % (30,0 à 32,5)",
    ]  # fmt: skip
    assert "1 lieu sur 3 a changé de rythme depuis un an" in section(html, "retenir")


def test_nothing_grows_by_new_hardware() -> None:
    event = {"id": "h", "type": "hardware", "title": "Caméra", "start": "2025-09-03"}
    html = page(inputs.cube_of("2025-08-01", events=[{**event, "sensors": ["a1"]}]))
    text = section(html, "change")
    assert "nettement plus de passages" not in text
    assert f"ces lieux ne se comparent pas à l’an dernier ({FEBVRES})" in text


def test_nothing_unusual_is_said_plainly(cube: xr.Dataset) -> None:
    activity = inputs.activity_of(cubes.by_place(cube))
    calm = {n: ("sensor", [False] * 3) for n in ("moved", "weekend_left")}
    html = page(cube, activity=activity.assign({**calm, "volume_low": ("sensor", [0.9] * 3)}))
    assert "Rien d’inhabituel : aucun des 3 lieux comparés" in section(html, "change")
    assert "Aucun lieu n’a nettement plus ni nettement moins" in section(html, "change")
    assert "Rien d’inhabituel" in section(html, "retenir")


def test_without_last_year_nothing_is_compared(cube: xr.Dataset) -> None:
    activity = inputs.activity_of(cubes.by_place(cube))
    none = {n: ("sensor", [np.nan] * 3) for n in ("moved_probability", "volume_ratio")}
    assert changes_of(activity.assign(none), cube, 11) == ()
    for given_activity in (activity.assign(none), activity.drop_vars("moved")):
        html = page(cube, activity=given_activity)
        assert "il faut deux années de comptages. À faire" in section(html, "change")


def test_the_volume_of_few_passages_is_not_told(cube: xr.Dataset) -> None:
    activity = inputs.activity_of(cubes.by_place(cube))
    found = changes_of(activity.assign(volume=("sensor", [10.0, 500, 500])), cube, 11)
    assert found is not None
    assert [c.place for c in found if np.isnan(c.volume[0])] == [FOUR]


def test_seasons_tell_only_what_exceeds_chance(cube: xr.Dataset) -> None:
    html = page(cube)
    text = section(html, "saisons")
    assert "Saisons : 1 écart plus grand que le hasard, parmi 3 lieux." in text
    assert "Vacances scolaires : rien ne dépasse le hasard, dans aucun des 3 lieux." in text
    row = table_of(html, "Périodes où la semaine")[1]
    assert row[0] == FOUR
    assert row[1] == "juin à août"
    assert number(row[2].split()[0]) == 1.5
    told = row[3].replace(THIN, " ").replace(NBSP, " ")
    assert told == "Part du soir (19 h - 23 h) : 26,0 %, contre 20,0 % sur l’année"


def test_seasons_that_were_not_compared(cube: xr.Dataset) -> None:
    apart = inputs.seasons_of(cubes.by_place(cube))
    unknown = apart.assign(distance=apart["distance"] * np.nan)
    for seasons in (None, unknown):
        html = page(cube, commerce=ActivityInputs(seasons=seasons))
        assert "Les saisons n’ont pas été comparées" in section(html, "saisons")
    one = apart.isel(period=[0])
    html = page(cube, commerce=ActivityInputs(seasons=one))
    assert "le territoire n’a pas de zone scolaire" in section(html, "saisons")


# --- whole pages ----------------------------------------------------------------------------------


def test_every_place_gets_its_shops_and_what_could_be_done(cube: xr.Dataset) -> None:
    out = {k: str(v) for k, v in build(**inputs.everything(cube)).items()}
    mine = out["lieux/rue-des-febvres.html"]
    text = section(mine, "faire")
    assert "ouvrir le lundi de 12 h à 13 h : environ 100 passages attendus" in text
    assert "l’heure la plus calme en semaine : le mardi de 6 h à 8 h." in text
    around = section(mine, "autour")
    told = "60 établissements ont ce lieu au plus près, à 300 m au plus, soit 2,1 par hectare."
    assert told in around
    assert (
        "Absent ici, présent dans les lieux comparables : « loisirs, culture et sport »." in around
    )
    assert 'href="../activite.html#groupe-1"' in mine
    assert "secret statistique" in section(out["lieux/passage-du-four.html"], "autour")
    assert ", ouvrir le" not in section(out["lieux/passage-du-four.html"], "faire")
    assert 'href="activite.html"' in out["index.html"]


def test_hostile_names_are_only_text() -> None:
    sensors = tuple((f"s{k}", name, 1.0) for k, name in enumerate((*ATTACKS, "$x_1$")))
    cube = inputs.cube_of("2025-10-01", sensors=sensors)
    places = cubes.by_place(cube)
    activity = inputs.activity_of(places).assign(
        group_name=("group", list(ATTACKS[:2])), group_evidence=("group", list(ATTACKS[1:3]))
    )
    commerce = inputs.commerce_of(places)
    assert commerce.shops is not None
    labels = dict(zip(inputs.LABELS, ATTACKS, strict=False))
    commerce = replace(commerce, shops=replace(commerce.shops, labels=labels))
    html = page(cube, activity=activity, commerce=commerce)
    root = tree(html)
    assert not list(root.iter(f"{SPACE}script"))
    assert not list(root.iter(f"{SPACE}img"))
    assert not any(k.startswith("on") for e in root.iter() for k in e.attrib)
    assert "\u202e" not in html
    assert "$x_1$" in {text_of(t) for t in root.iter(f"{SVG}text")}


def test_forty_places_and_two_hundred_zones_make_a_light_page() -> None:
    sensors = tuple((f"s{k}", f"Rue du lieu numéro {k}", 1.0 + k) for k in range(40))
    cube = inputs.cube_of("2025-10-01", sensors=sensors)
    places = cubes.by_place(cube)
    commerce = inputs.commerce_of(places)
    assert commerce.shops is not None
    zones = [
        commerce.shops.counts[commerce.shops.counts["level"] == level].assign(place=f"{k:05d}")
        for level, count in (("commune", 72), ("iris", 130))
        for k in range(count)
    ]
    counts = pd.concat([commerce.shops.counts, *zones], ignore_index=True)
    doors = pd.concat(
        [inputs.opening_of([name]).week for name in places["sensor"].to_numpy().astype(str)],
        ignore_index=True,
    )
    assert commerce.opening is not None
    rows = [inputs.opening_of([n]).doors for n in places["sensor"].to_numpy().astype(str)]
    commerce = replace(
        commerce,
        shops=replace(commerce.shops, counts=counts),
        opening=replace(commerce.opening, doors=pd.concat(rows), week=doors),
    )
    html = page(cube, commerce=commerce)
    assert len(html.encode()) < 300_000
    text = section(html, "commerces")
    assert "28 lieux moins commerçants sont décrits sur leur propre page." in text
    assert "119 autres zones ne sont pas montrées ici ; elles sont dans le fichier" in text
    assert "25 autres portes sont décrites sur la page de leur lieu." in section(html, "horaires")
