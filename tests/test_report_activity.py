"""The page of commercial activity: what it says, what it leaves out, and what it does without."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import report_inputs as inputs
from mining import cube as cubes
from mining.language import language
from mining.report import ActivityInputs, build, facts
from mining.report import _activity_page as activity
from mining.report._activity_change import changes_of
from mining.report._activity_doors import opening_of
from mining.report._activity_groups import weeks_of
from mining.report._activity_labels import place_labels
from mining.report._activity_map import letter, plane
from mining.report._activity_shops import shops_of
from mining.report._site import Site
from test_report_pages import (
    ATTACKS,
    NBSP,
    SPACE,
    SVG,
    THIN,
    check_document,
    check_figures_and_tables,
    number,
    table_of,
    text_of,
    tree,
    visible,
)

FOUR, MARTIN, FEBVRES = "Passage du Four", "Place Saint-Martin", "Rue des Febvres"


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return inputs.cube_of("2025-08-01")


def page(cube: xr.Dataset, **changes: Any) -> str:
    """Return the page alone, checked: valid, no hole told as a number."""
    places = cubes.by_place(cube)
    usual = {"activity": inputs.activity_of, "commerce": inputs.commerce_of}
    given = changes | {k: make(places) for k, make in usual.items() if k not in changes}
    found = facts(inputs.territory(), cube, places, **given)
    words = language("fr")
    addresses = {p.name: f"lieux/{k}.html" for k, p in enumerate(found.places)}
    shown = activity.page_view(found, words, addresses)
    out = Site(found, words).page("activity", v=shown)["activite.html"]
    root = tree(out)
    check_document(root, "activite.html")
    check_figures_and_tables(root, "activite.html")
    for text in visible(out):
        assert not {"nan", "none"} & set(text.lower().split()), text
    return out


def section(html: str, name: str) -> str:
    """Return the words of a section."""
    for part in tree(html).iter(f"{SPACE}section"):
        if part.attrib.get("aria-labelledby") == name:
            return " ".join(text_of(part).replace(NBSP, " ").replace(THIN, " ").split())
    raise AssertionError(name)


def descriptions(html: str) -> list[str]:
    return [text_of(d).replace(NBSP, " ") for d in tree(html).iter(f"{SVG}desc")]


# --- groups ---------------------------------------------------------------------------------------


def week(values: dict[tuple[int, int], float]) -> np.ndarray:
    out = np.zeros((7, 24))
    for (day, hour), value in values.items():
        out[day, hour] = value
    return out.ravel()


def groups(rhythm: np.ndarray, labels: list[int], **extra: Any) -> xr.Dataset:
    data: dict[str, Any] = {
        "rhythm": (("sensor", "hour_of_week"), rhythm),
        "label": ("sensor", labels),
        "group_name": ("group", ["soirées", "bureaux"]),
        **extra,
    }
    names = [f"p{k}" for k in range(len(labels))]
    return xr.Dataset(data, coords={"sensor": names, "hour_of_week": np.arange(168)})


def test_the_week_of_a_group_by_hand() -> None:
    one = week({(0, 12): 300, (5, 20): 500, (6, 3): 200})
    two = week({(0, 12): 100, (5, 20): 800, (6, 3): 100})
    third = week({(0, 12): 900, (5, 20): 100})
    found = weeks_of(groups(np.stack([one, two, third]), [0, 0, 1]), None, 0)
    assert found is not None
    first, second = found.panels
    # Monday noon has 30 % and 10 % of the week, spread over five working days.
    assert first.week[0, 12] == pytest.approx((0.3 + 0.1) / 2 / 5, rel=1e-12)
    assert first.week[1, 20] == pytest.approx(0.65, rel=1e-12)
    assert second.week[1, 20] == pytest.approx(0.1, rel=1e-12)
    assert found.mean[1, 20] == pytest.approx((0.5 + 0.8 + 0.1) / 3, rel=1e-12)
    assert found.places == {"p0": 0, "p1": 0, "p2": 1}


def test_hours_of_few_passages_are_not_told_as_shares_either() -> None:
    rhythm = np.stack([week({(5, 20): 5, (5, 12): 400, (5, 13): 300}), np.full(168, 100.0)])
    found = weeks_of(groups(rhythm, [0, 1]), None, 11)
    assert found is not None
    shown = found.panels[0].week[1]
    # 5 passages at 20 h are too few; as the only ones but zeros, they take 13 h with them.
    assert np.isnan(shown[20])
    assert np.isfinite(shown[12])
    assert np.isfinite(found.mean[1, 20])


def test_the_mean_is_that_of_the_sensors_where_groups_come_from_them() -> None:
    places = groups(np.full((2, 168), 100.0), [0, 1])
    sensors = groups(np.stack([week({(5, 20): 900}), week({(5, 12): 900})]), [0, 1])
    found = weeks_of(places, sensors, 0)
    assert found is not None
    assert found.mean[1, 20] == pytest.approx(0.5)
    other = sensors.assign(group_name=("group", ["autres", "noms"]))
    again = weeks_of(places, other, 0)
    assert again is not None
    assert again.mean[1, 20] == pytest.approx(1 / 168)


def test_a_group_is_only_as_solid_as_its_weakest_check(cube: xr.Dataset) -> None:
    activity = inputs.activity_of(cubes.by_place(cube)).assign(
        stability_sensors=("group", [0.9, 0.8]), stability_years=("group", [0.7, np.nan])
    )
    text = section(page(cube, activity=activity), "groupes")
    assert "Solidité : à confirmer. On le retrouve à 91 % avec d’autres semaines, 90 %" in text
    assert "70 % les autres années" in text
    assert "Le moins solide, « bureaux », est à confirmer : on le retrouve à 65 %." in section(
        page(cube, activity=activity), "retenir"
    )


def test_each_group_has_figure_table_and_words(cube: xr.Dataset) -> None:
    html = page(cube)
    text = section(html, "groupes")
    assert "Ses lieux : Place Saint-Martin et Rue des Febvres." in text
    assert "la part du samedi est plus forte qu’ailleurs" in text
    assert "Place Saint-Martin est entre deux groupes : « commerces du samedi »" in text
    assert "et « bureaux » pour 40 %" in text
    rows = table_of(html, "Part des passages de la semaine, par heure")
    spoken = next(d for d in descriptions(html) if d.startswith("Part des passages"))
    peak = max((r for r in rows[1:] if "%" in r[1]), key=lambda r: number(r[1]))
    assert f"Lundi à vendredi : pointe de {peak[0]}".replace(NBSP, " ") in spoken
    assert f"{peak[1]} (moyenne : {peak[2]})" in spoken


def test_the_drawn_curve_is_the_table(cube: xr.Dataset) -> None:
    html = page(cube)
    figure = next(s for s in tree(html).iter(f"{SVG}svg") if "g1-t" in s.attrib["aria-labelledby"])
    lines = [
        p.attrib["d"]
        for p in figure.iter(f"{SVG}path")
        if "#1b2a33" in p.attrib.get("style", "") and p.attrib["d"].count("L") > 10
    ]
    told = table_of(html, "Part des passages de la semaine, par heure")[1:]
    assert len(lines) == 3
    for kind, line in enumerate(lines):
        drawn = -np.array([float(y) for _, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", line)])
        values = np.array([number(r[1 + 2 * kind]) for r in told if "%" in r[1 + 2 * kind]])
        assert len(drawn) == len(values)
        assert np.corrcoef(drawn, values)[0, 1] > 0.999


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 0, -2], "À part : Rue des Febvres. Son rythme ne ressemble à aucun autre"),
        ([0, 0, -1], "1 lieu n’a pas assez de semaines comptées pour être classé"),
        ([0, 0, 0], "Aucun groupe ne se détache"),
    ],
)
def test_places_in_no_group_are_said_so(cube: xr.Dataset, labels: list[int], said: str) -> None:
    activity = inputs.activity_of(cubes.by_place(cube)).assign(
        label=("sensor", labels), between=("sensor", [-1, -1, -1])
    )
    html = page(cube, activity=activity)
    assert said in section(html, "groupes")
    words = {-2: "à part", -1: "sans groupe", 0: "Le rythme commun"}
    assert table_of(html, "Position et groupe")[3][:2] == [FEBVRES, words[labels[-1]]]


@pytest.mark.parametrize(
    ("sensors", "said"),
    [
        (inputs.SENSORS[:1], "Un seul lieu est suivi"),
        (inputs.SENSORS[1:3], "Il faut au moins 3 lieux"),
    ],
)
def test_too_few_places_for_groups(sensors: Any, said: str) -> None:
    small = inputs.cube_of("2025-09-01", sensors=sensors)
    assert said in section(page(small, activity=None), "groupes")
    alone = inputs.activity_of(cubes.by_place(small))
    alone["label"] = ("sensor", np.zeros(alone.sizes["sensor"], dtype=int))
    html = page(small, activity=alone)
    assert said in section(html, "groupes")
    assert "il en faut au moins 3" in section(html, "retenir")


def test_daily_counts_have_no_hours_to_tell() -> None:
    index = pd.date_range("2025-01-01", "2025-03-10", freq="1D")
    frame = pd.DataFrame({"s": np.arange(len(index)) + 100.0}, index=index)
    table = pd.DataFrame({"place": ["Place"]}, index=["s"])
    daily = cubes.build(frame, timezone="UTC", step="1D", sensors=table)
    html = page(daily, activity=None, commerce=None)
    for name in ("groupes", "horaires"):
        assert "À faire : demander les mesures par heure" in section(html, name)
    assert "Pas de carte" in section(html, "carte")


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


# --- shops ----------------------------------------------------------------------------------------


def test_the_mix_and_what_is_secret(cube: xr.Dataset) -> None:
    html = page(cube)
    rows = table_of(html, "Établissements les plus proches du lieu, à 300 m au plus")
    assert rows[0][1:] == [
        "Commerce alimentaire", "Cafés et restaurants", "Loisirs, culture et sport",
        "Ensemble", "Par hectare", "Variété",
    ]  # fmt: skip
    assert rows[1] == [FEBVRES, "12", "20", "0", "60", "2,1", "2,8"]
    assert rows[2] == [MARTIN, "5", "secret", "0", "30", "1,1", "5,2"]
    assert rows[3] == [FOUR, "secret", "secret", "0", "secret", "–", "–"]
    text = section(html, "commerces")
    assert "« secret » : secret statistique." in text
    assert "d’après le répertoire Sirene de l’Insee" in text
    assert "Le plus divers : Place Saint-Martin, mélange varié." in text
    assert "fermés (40) et à diffusion partielle (moins de 3)" in text
    spoken = next(d for d in descriptions(html) if d.startswith("Barres"))
    # 5 of 30 are 16.7 %, less than 12 of 60; a third of Rue des Febvres eats and drinks.
    assert "Commerce alimentaire : Rue des Febvres en tête, 20,0" in spoken
    assert "Cafés et restaurants : Rue des Febvres en tête, 33,3" in spoken
    drawn = [text_of(t) for t in tree(html).iter(f"{SVG}text")]
    assert drawn.count("secret") == 2 * 3  # in both widths: two at the first place, one at another
    assert f"16,7{THIN}%" in drawn


def test_gaps_are_facts_and_luck_is_left_out(cube: xr.Dataset) -> None:
    html = page(cube)
    rows = table_of(html, "Familles absentes ici")
    assert len(rows) == 2  # offices are no street family, 40 % of chance is no gap
    assert rows[1][:3] == [FEBVRES, "Loisirs, culture et sport", f"90{THIN}%"]
    assert "C’est un constat, pas un conseil." in section(html, "commerces")


def test_areas_communes_and_iris(cube: xr.Dataset) -> None:
    html = page(cube)
    rows = table_of(html, "Secteurs commerçants")
    assert [c.replace(NBSP, " ").replace(THIN, " ") for c in rows[1]] == [
        "Secteur 1", "80 commerces", "90 m de rayon",
        "Cafés et restaurants, 1,8 fois la part du territoire", "retrouvé à 91 %",
    ]  # fmt: skip
    tables = [
        [text_of(c) for c in t.iter(f"{SPACE}th")][-1]
        for t in tree(html).iter(f"{SPACE}table")
        if text_of(t[0]).startswith("Établissements et équipements")
    ]
    assert tables == ["Montbéliard", "Montbéliard, 25388_0101"]


@pytest.mark.parametrize("case", ["none", "undeclared", "empty", "zones"])
def test_shops_that_are_not_known(cube: xr.Dataset, case: str) -> None:
    tables = inputs.shops_of([FOUR, MARTIN, FEBVRES])
    nothing = replace(
        tables, counts=tables.counts[:0], names=tables.names[:0], gaps=tables.gaps[:0]
    )
    zones = tables.counts[tables.counts["level"] == "commune"]
    shops, said = {
        "none": (None, "Aucune source de commerces n’est déclarée. À faire"),
        "undeclared": (replace(nothing, notes={"source": ""}), "Aucune source de commerces"),
        "empty": (nothing, "La source ne dit rien des commerces d’ici. À faire"),
        "zones": (replace(tables, counts=zones), "La source compte par commune"),
    }[case]
    html = page(cube, commerce=ActivityInputs(shops=shops))
    assert said in section(html, "commerces")
    first = "Montbéliard est la commune la plus commerçante : 507" if case == "zones" else "Aucun"
    assert first in section(html, "retenir")


def test_a_hidden_number_is_nowhere(cube: xr.Dataset) -> None:
    """Shares are made of published counts only: nothing is told of a cell that is secret."""
    found = shops_of(inputs.shops_of([FOUR, MARTIN, FEBVRES]))
    assert found is not None
    mix = found.place(MARTIN)
    assert mix is not None
    assert mix.share("dining") is None
    assert mix.hidden == 1
    assert found.place(FOUR).share("retail_food") is None  # type: ignore[union-attr]


# --- opening hours --------------------------------------------------------------------------------


def test_doors_by_hand(cube: xr.Dataset) -> None:
    html = page(cube)
    door = f"{FEBVRES} – Halle"
    row = [c.replace(THIN, " ") for c in table_of(html, "Part des passages qui vont devant")[1]]
    assert row == [door, "40 % (38 % à 43 %)", "16 %", "100 %"]
    heat = table_of(html, f"{door}{NBSP}: passages devant")
    assert heat[1 + 9][1:] == ["ouvert"] * 6 + ["100"]
    assert heat[1 + 8][1:] == ["100"] * 7
    assert set(heat[1 + 3][1:]) == {"< 11"}
    assert f"{door} : 40 % des passages vont devant une porte close (de 38 % à 43 %" in section(
        html, "retenir"
    )


def test_an_extra_hour_is_an_option_beside_open_ones(cube: xr.Dataset) -> None:
    html = page(cube)
    row = [c.replace(NBSP, " ") for c in table_of(html, "Une heure de plus par porte")[1]]
    assert row[1:] == ["le lundi de 12 h à 13 h", "100 (80 à 120) passages"]
    assert "C’est une possibilité : ce que coûte cette heure" in section(html, "horaires")
    slots = opening_of(inputs.opening_of([FEBVRES]), 11).doors[0].extra  # type: ignore[union-attr]
    assert [(s.start, s.minutes, s.low) for s in slots] == [
        (12, 60, 80),
        (8, 30, 11),
        (20, 60, 250),
    ]


def test_quiet_hours_of_few_passages_have_no_number(cube: xr.Dataset) -> None:
    row = [c.replace(NBSP, " ") for c in table_of(page(cube), "Les heures les plus calmes")[1]]
    assert row == [
        FEBVRES, "Le mardi de 6 h à 8 h : 25 (23 à 29)", "Le dimanche de 6 h à 8 h : moins de 11",
    ]  # fmt: skip


def test_no_hours_and_no_forecast(cube: xr.Dataset) -> None:
    tables = inputs.opening_of([FEBVRES])
    quiet = replace(tables, doors=tables.doors[:0], week=tables.week[:0], extra=tables.extra[:0])
    for opening, calm in ((None, False), (quiet, True)):
        html = page(cube, commerce=ActivityInputs(opening=opening))
        text = section(html, "horaires")
        assert "Aucun horaire d’ouverture n’est déclaré. À faire" in text
        assert ("Les heures calmes ne sont pas connues" not in text) == calm


def test_doors_without_scenarios_have_no_interval(cube: xr.Dataset) -> None:
    tables = inputs.opening_of([FEBVRES])
    bare = dict.fromkeys(("low", "high"), np.nan)
    opening = replace(tables, doors=tables.doors.assign(**bare), extra=tables.extra.assign(**bare))
    html = page(cube, commerce=ActivityInputs(opening=opening))
    assert table_of(html, "Part des passages qui vont devant")[1][1] == f"40{THIN}%"
    assert table_of(html, "Une heure de plus par porte")[1][2] == f"100{NBSP}passages"


# --- whole pages ----------------------------------------------------------------------------------


def test_every_place_gets_its_shops_and_what_could_be_done(cube: xr.Dataset) -> None:
    out = {k: str(v) for k, v in build(**inputs.everything(cube)).items()}
    mine = out["lieux/rue-des-febvres.html"]
    text = section(mine, "faire")
    assert "Une heure de plus le lundi de 12 h à 13 h rencontrerait environ 100 passages" in text
    assert "l’heure la plus calme en semaine : le mardi de 6 h à 8 h." in text
    around = section(mine, "autour")
    told = "60 établissements ont ce lieu au plus près, à 300 m au plus, soit 2,1 par hectare."
    assert told in around
    assert (
        "Absent ici, présent dans les lieux comparables : « loisirs, culture et sport »." in around
    )
    assert 'href="../activite.html#groupe-1"' in mine
    assert "secret statistique" in section(out["lieux/passage-du-four.html"], "autour")
    assert "Une heure de plus" not in section(out["lieux/passage-du-four.html"], "faire")
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
