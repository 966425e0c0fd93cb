"""What pages say of the weather."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import report_inputs as inputs
from mining.language import figures_of, language
from mining.report import WeatherInputs, facts
from mining.report._confidence import of
from mining.report._known import TerritoryFacts
from mining.report._site import Site
from mining.report._weather import lines

N, T = "\u00a0", "\u202f"
WEEK = [
    f"Il a plu 3{N}jours dans la semaine, 17{N}mm en tout.",
    (
        f"Une semaine de cette saison a d’habitude 2,0{N}jours de pluie et 5{N}mm (moyenne de 5 "
        "autres années)."
    ),
    f"La température la plus haute du jour a été de 13{N}°C en moyenne, contre 14{N}°C d’habitude.",
    (
        f"La même semaine un an plus tôt avait eu 2{N}jours de pluie. Il y faisait 14{N}°C en "
        "moyenne au plus chaud du jour."
    ),
]
SAME = "qu’un jour sec de la même semaine. Le vrai écart est entre"
RAIN = "Ici, un jour de pluie compte en général"
SOAKED = "Ici, un jour de forte pluie compte en général"
TOLD = {
    "Rue des Febvres": [
        (f"{RAIN} 8{T}% de passages de moins {SAME} 6{T}% et 10{T}%, 8{N}fois sur 10."),
        "Ici, l’effet de la forte pluie sur les passages ne se distingue pas du hasard.",
        f"Un jour de pluie reçoit au moins 1{N}mm d’eau.",
        f"Un jour de forte pluie en reçoit au moins 10{N}mm.",
    ],
    "Place Saint-Martin": [
        (f"{RAIN} 1,0{T}% de passages de plus {SAME} 0,3{T}% et 1,7{T}%, 8{N}fois sur 10."),
        (f"{SOAKED} 30{T}% de passages de moins {SAME} 12{T}% et 45{T}%, 8{N}fois sur 10."),
        f"Un jour de pluie reçoit au moins 1{N}mm d’eau.",
        f"Un jour de forte pluie en reçoit au moins 10{N}mm.",
    ],
    "Passage du Four": [
        "Les passages sont trop peu nombreux ici pour connaître l’effet de la pluie.",
        f"Un jour de pluie reçoit au moins 1{N}mm d’eau.",
    ],
}


@cache
def given() -> dict[str, Any]:
    """Return a town without forecast, with weather."""
    whole = inputs.everything()
    return {k: whole[k] for k in ("territory", "cube", "place_cube", "weather")}


def found(**changes: Any) -> TerritoryFacts:
    return facts(**{**given(), **changes})


def said(town: TerritoryFacts, place: str) -> list[str]:
    (here,) = [p for p in town.places if p.name == place]
    return lines(here, town, language("fr"))


def test_the_week_its_season_and_the_effects_here() -> None:
    town = found()
    for place, told in TOLD.items():
        assert said(town, place) == [*WEEK, *told]
    # Of the territory as a whole no effect is known.
    assert lines(town.whole, town, language("fr")) == [*WEEK, TOLD["Passage du Four"][-1]]


def test_figures_and_confidence_stand_in_the_sentences() -> None:
    told = said(found(), "Place Saint-Martin")
    rain, usual, *_ = told
    assert [(f.value, f.unit) for f in figures_of(rain)] == [(3.0, "days"), (17.0, "mm")]
    assert {f.span for f in figures_of(rain)} == {("2025-10-27", "2025-11-02")}
    assert [f.value for f in figures_of(usual)] == [2.0, 5.0, 5.0]
    # Bounds at 0.7 % of a day; then at 16.5 points of the 70 % that are left.
    assert [of(s) for s in told[4:6]] == ["solid", "indicative"]
    assert {of(s) for s in told[:4]} == {""}


def weather(**changes: Any) -> WeatherInputs:
    """Return the weather with changed days: measure to (first day, last day, value)."""
    known = inputs.weather_of()
    table = known.days.copy()
    for name, (first, last, value) in changes.items():
        table.loc[table["day"].between(first, last), name] = value
    return replace(known, days=table)


def test_a_dry_week_and_what_it_is_compared_with() -> None:
    week = ("2025-10-27", "2025-11-02")
    dry = weather(rain=("2024-10-28", "2025-11-02", 0.4), tmax=(*week, 14.0))
    told = said(found(weather=dry), "Rue des Febvres")
    assert told[:4] == [
        "Il n’y a pas eu de jour de pluie dans la semaine.",
        (
            f"Une semaine de cette saison a d’habitude 1,6{N}jour de pluie et 4{N}mm (moyenne de 5"
            " autres années)."
        ),
        f"La température la plus haute du jour a été de 14{N}°C en moyenne, comme d’habitude.",
        (
            "La même semaine un an plus tôt n’avait eu aucun jour de pluie. Il y faisait "
            f"14{N}°C en moyenne au plus chaud du jour."
        ),
    ]
    # The usual effect of rain is told all the same, that of heavy rain is not.
    assert [s[:20] for s in told[4:]] == ["Ici, un jour de plui", "Un jour de pluie reç"]


def test_what_is_not_known_is_not_said() -> None:
    assert found(weather=None).weather is None
    assert said(found(weather=None), "Rue des Febvres") == []
    gone = weather(rain=("2025-10-30", "2025-10-30", np.nan))
    assert said(found(weather=gone), "Rue des Febvres")[0] == WEEK[2]
    known = inputs.weather_of()
    short = replace(known, days=known.days[known.days["day"] >= "2023-06-01"])
    assert said(found(weather=short), "Rue des Febvres")[:2] == [
        WEEK[0], f"La température la plus haute du jour a été de 13{N}°C en moyenne."
    ]  # fmt: skip
    late = replace(known, days=known.days[known.days["day"] < "2025-11-02"])
    told = said(found(weather=late), "Rue des Febvres")
    assert told[0].startswith(RAIN)


@pytest.mark.parametrize("notes", [{"source": ""}, {"source": "meteo_france"}])
def test_a_territory_without_weather_has_none(notes: dict[str, str]) -> None:
    empty = WeatherInputs(inputs.weather_of().days.iloc[:0], pd.DataFrame(), notes)
    assert found(weather=empty).weather is None


def test_the_source_is_named_as_its_licence_asks() -> None:
    (line,) = [s for s in Site(found(), language("fr")).common["source_lines"] if "Météo" in s]
    assert line.endswith(
        f"Licence ouverte 2.0. Poste{N}: MONT (à 3{N}km), jusqu’au 4{N}novembre 2025."
    )
