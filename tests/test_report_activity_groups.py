"""The page of commercial activity: groups of places by their week."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import report_inputs as inputs
from _activity_page import FEBVRES, descriptions, page, section
from mining import cube as cubes
from mining.report._activity_groups import weeks_of
from test_report_pages import (
    NBSP,
    SVG,
    number,
    table_of,
    tree,
)


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return inputs.cube_of("2025-08-01")


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
