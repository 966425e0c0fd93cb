"""The page of commercial activity: shops around, and what closed doors miss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import report_inputs as inputs
from _activity_page import FEBVRES, FOUR, MARTIN, descriptions, page, section
from mining.report import ActivityInputs
from mining.report._activity_doors import opening_of
from mining.report._activity_shops import shops_of
from test_report_pages import (
    NBSP,
    SPACE,
    SVG,
    THIN,
    table_of,
    text_of,
    tree,
)


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return inputs.cube_of("2025-08-01")


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
