"""The page of a place, its printed pages and its e-mail: the same order, whatever is missing."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import report_inputs as inputs
from mining import cube as cubes
from mining.counterfactual._placebo import rank
from mining.language import catalogue, language
from mining.report import _weather as weather
from mining.report import facts
from mining.report._activity_doors import Door, Opening
from mining.report._calendar import WeekDays
from mining.report._disclosure import Cell
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._mail_place import letter
from mining.report._pdf import compile_pdf
from mining.report._pdf_place import content
from mining.report._render import render
from mining.report._site import Site
from mining.report._views import view
from mining.report._when import quiet, when
from mining.report._why import why

FRENCH = language("fr")
STREET, SQUARE, SCHOOL = "Rue des Febvres", "Place Saint-Martin", "École Jean-Jaurès"
SENSORS = (*inputs.SENSORS, ("d1", SCHOOL, 2.0))
JOURNAL: list[dict[str, Any]] = [
    {"type": "works", "title": "Travaux du gaz", "start": "2025-10-20", "end": "2025-11-01",
     "places": [STREET]},
    {"type": "market", "title": "Marché d'automne", "start": "2024-10-30", "end": "2024-10-31",
     "places": [STREET]},
    {"type": "closure", "title": "Cour fermée", "start": "2025-10-28", "end": "2025-10-29",
     "places": [SCHOOL]},
]  # fmt: skip
SCHOOL_DAYS = (
    "Vacances scolaires : 7 jours sur 7 cette semaine-là, 7 la semaine précédente et 7 la même "
    "semaine un an plus tôt."
)
MARKET = (
    "Au journal la même semaine un an plus tôt (marché) : Marché d'automne "
    "(mercredi 30 octobre 2024)."
)
#: What every form says, in this order.
ORDER = (
    "À retenir", "Chiffres clés", "Quand ?", "Pourquoi ?", "Qu'ont apporté les événements ?",
    "La prévision", "Que faire ?", "Les incidents", "Qualité", "Transparence",
    "Sources et licence",
)  # fmt: skip


class Forms(NamedTuple):
    """What a reader finds of a place: page, printed pages, e-mail, as plain text."""

    page: str
    paper: str
    mail: str


def plain(text: str) -> str:
    """Return a text on one line, with ordinary spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\u200b", ""))


def forms(found: TerritoryFacts, name: str) -> Forms:
    site = Site(found, FRENCH)
    here = next(p for p in found.places if p.name == name)
    shown = view(here, found, FRENCH, site.models)
    (html,) = site.place_page(name, v=shown, printed="pdf/lieu.pdf").values()
    body = re.sub(r"<[^>]+>", " ", html.partition("<main")[2].partition("</main>")[0])
    given = content(here, found, shown, site.of_places, FRENCH, title=name)
    (pdf,) = compile_pdf("place.typ", given)
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(sheets) == 2
    said = letter(here, found, shown, site.of_places, FRENCH)
    paper = " ".join(sheet.extract_text() for sheet in sheets)
    text = body.replace("&#39;", "'").replace("&amp;", "&")
    return Forms(plain(text), plain(paper), plain(render("mail.txt", **said)))


def assert_order(told: Forms) -> None:
    for text in (told.page, told.paper):
        at = 0
        for title in ORDER:
            at = text.index(f" {plain(FRENCH.set(title))} ", at)
    capitals = [plain(FRENCH.set(t)).upper() for t in ORDER]
    found = [t for t in capitals if t in told.mail]
    assert [told.mail.index(t) for t in found] == sorted(told.mail.index(t) for t in found)
    assert len(found) >= len(ORDER) - 1  # without a counted week there is no key figure


@pytest.fixture(scope="module")
def town() -> TerritoryFacts:
    """Four places; one was silent all week, one is a school, works and a market are known."""
    cube = inputs.cube_of(
        "2024-09-02", sensors=SENSORS, events=JOURNAL, country="FR", school_zone="A"
    )
    cube = inputs.silence(cube, "b1", "2025-10-27", "2025-11-03")
    cube = inputs.silence(cube, "a2", "2025-10-28 03:00", "2025-10-28 05:00")
    known = inputs.everything(cube)
    impacts = inputs.impacts_of(sensors="a1;c1", placebos=150, rank=3)
    impacts.loc[1, "sensors"] = "d1"
    given = {**known, "impacts": impacts, "activity": None, "sensitive": {SCHOOL: "school"}}
    return facts(**given)


@pytest.fixture(scope="module")
def street(town: TerritoryFacts) -> Forms:
    return forms(town, STREET)


def place(found: TerritoryFacts, name: str) -> PlaceFacts:
    return next(p for p in found.places if p.name == name)


def told(lines: list[str]) -> list[str]:
    return [plain(line) for line in lines]


def test_every_form_follows_the_reading_order(street: Forms) -> None:
    assert_order(street)


def test_when_is_the_table_in_words(town: TerritoryFacts, street: Forms) -> None:
    # Saturday weighs 16, 17 h has 45: 1.05 x 1.6 x (10 + 4) x 45, rounded by sensor.
    top = round(10 * 45 * 1.6 * 1.05) + round(4 * 45 * 1.6 * 1.05)
    assert "L'heure la plus passante : le samedi de 17 h à 18 h (1 058 passages)." in street.page
    assert top == 1058
    # Sunday weighs 5, 9 h has 15.
    low = round(10 * 15 * 0.5 * 1.05) + round(4 * 15 * 0.5 * 1.05)
    said = f"entre 9 h et 19 h : le dimanche de 9 h à 10 h ({low} passages)."
    assert all(said in form for form in street)
    hours = [2, 6, 12, 15, 20, 30, 40, 35, 30, 32, 38, 45, 40, 20, 10, 6, 4, 2]
    noon = (hours[6] + hours[7]) / sum(hours)
    assert all(f"Entre 12 h et 14 h passent {100 * noon:.0f} %" in form for form in street)
    assert all("Les horaires d'ouverture ne sont pas déclarés ici" in form for form in street)


def test_closed_doors_are_told_where_hours_are_declared(town: TerritoryFacts) -> None:
    here = place(town, STREET)
    empty = np.zeros((7, 24))
    door = Door(
        "Halle", STREET, 0.4, 0.38, 0.43, 0.1, 0.9, 1.0, empty, empty, empty == 0, ()
    )  # fmt: skip
    known = replace(town.activity, opening=Opening((door,), ()))
    last = plain(when(here, replace(town, activity=known), FRENCH)[-1])
    assert last == (
        "Halle : 40 % des passages vont devant une porte close (de 38 % à 43 %, 8 fois sur 10)."
    )


def test_the_quietest_hour_is_not_told_beside_a_hidden_one(town: TerritoryFacts) -> None:
    week = place(town, STREET).week
    assert week is not None
    for state, known in ((Cell.ABSENT, True), (Cell.LOW, False), (Cell.WITHHELD, False)):
        states = week.states.copy()
        states[2, 12] = state
        assert (quiet(replace(week, states=states)) is not None) == known


def test_why_tells_calendar_journal_and_incidents(town: TerritoryFacts, street: Forms) -> None:
    lines = told(why(place(town, STREET), town, FRENCH))
    assert lines == [
        "Au journal cette semaine-là (travaux) : Travaux du gaz (du 20 au 31 octobre 2025).",
        MARKET,
        "Cette semaine-là comptait 1 jour férié : le samedi 1er novembre (Toussaint).",
        "La semaine précédente n'en comptait aucun.",
        "La même semaine un an plus tôt comptait 1 jour férié.",
        SCHOOL_DAYS,
        *told(weather.lines(place(town, STREET), town, FRENCH)),
        "Ces faits datent des semaines comparées. Rien ici ne prouve qu'ils ont joué.",
    ]
    # Paper tells what it has room for, the journal first.
    for form, count in zip(street, (-1, 3, -1), strict=True):
        assert all(line in form for line in lines[:count])


def test_why_never_names_a_cause() -> None:
    def texts(node: object) -> list[str]:
        if isinstance(node, dict):
            return [t for inner in node.values() for t in texts(inner)]
        return [str(node)]

    said = " ".join(texts(catalogue("fr")["reading"]["why"])).lower()
    assert not re.search(r"parce que|à cause d|grâce à|en raison|explique", said)


def test_an_incident_of_the_week_is_told_by_its_label(town: TerritoryFacts) -> None:
    here = place(town, STREET)
    assert here.incidents is not None
    one = here.incidents.recent[0]
    start, end = pd.Timestamp("2025-10-30 10:00"), pd.Timestamp("2025-10-30 15:00")
    known = replace(here.incidents, recent=(replace(one, start=start, end=end),))
    lines = told(why(replace(here, incidents=known), town, FRENCH))
    assert "Incident relevé (travaux) : jeudi 30 octobre 2025, de 10 h à 15 h." in lines


@pytest.mark.parametrize(
    ("change", "end"),
    [
        (0.2, "Rien de connu n'éclaire l'écart"),
        (0.01, "Rien de particulier n'est connu"),
    ],
)
def test_nothing_known_is_said_as_such(town: TerritoryFacts, change: float, end: str) -> None:
    here = place(town, STREET)
    bare = replace(
        here, journal=(), journal_last=(), journal_year=(),
        last=replace(here.last, change=change), year=replace(here.year, change=0.0),
    )  # fmt: skip
    quiet_week = WeekDays((), 0)
    town = replace(town, weather=None)
    calm = replace(town, calendar=dict.fromkeys(town.calendar, quiet_week))
    (only,) = told(why(bare, calm, FRENCH))
    assert only.startswith(end)
    first, last = told(why(bare, replace(town, calendar={}), FRENCH))
    assert first == "Les jours fériés ne sont pas déclarés pour ce territoire."
    assert last.startswith("Rien d'autre n'est connu")


def test_impact_has_interval_rank_and_scope(street: Forms) -> None:
    said = (
        "Foire d'automne (samedi 11 octobre 2025) : 12 000 passages comptés en tout, environ "
        "10 000 attendus sans cela. Écart : +2 000, entre +1 500 et +2 500 (8 fois sur 10), soit "
        "+20 %. Sur 150 essais à des dates sans événement, 3 s'écartent autant ou plus. "
        "C'est le total de 2 compteurs, dont 1 ici."
    )
    assert all(said in form for form in street)
    assert "Travaux rue des Febvres" not in street.page  # it touched the school alone


@settings(deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=1, max_size=30), st.floats(1, 1e5), st.floats(1, 1e5))
def test_rank_counts_errors_at_least_as_large(
    errors: list[float], observed: float, expected: float
) -> None:
    found = rank(observed, expected, np.array([*errors, np.nan]))
    size = abs(np.log(max(observed, 0.5) / max(expected, 0.5)))
    assert found == sum(abs(e) >= size for e in errors)
    assert rank(observed, expected, np.array([np.nan])) is None


def test_quality_and_transparency_of_the_place(street: Forms) -> None:
    # Two sensors of 168 hours; a2 lacks two.
    assert "334 des 336 heures de la semaine du 27 octobre au 2 novembre 2025" in street.page
    assert re.search(r"Compteur a1 168 0 .*?Compteur a2 166 2 ", street.page)
    asked = "Pour demander, corriger ou vous opposer : donnees@example.org."
    assert all(asked in form for form in street)
    assert all("Le territoire n'a pas encore décrit ces compteurs." in form for form in street)


def test_a_place_silent_all_week(town: TerritoryFacts) -> None:
    found = forms(town, SQUARE)
    assert_order(found)
    for form in found:
        assert "n'a pas été assez comptée" in form
        assert "0 des 168 heures de la semaine" in form
    assert "La semaine type en un coup d'œil" in found.page
    assert "un an plus tôt comptait" not in found.page  # nothing is compared


def test_a_sensitive_place_is_told_by_day(town: TerritoryFacts) -> None:
    found = forms(town, SCHOOL)
    assert_order(found)
    for form in found:
        assert "Ce lieu touche une école" in form
        assert "Le jour le plus passant : le samedi" in form
        assert "Le jour le plus calme : le dimanche" in form
        assert "Cour fermée (mardi 28 octobre 2025)" in form
        assert not re.search(r"heure la plus|Entre 12 h|horaires d'ouverture ne sont", form)
    assert "L'écart de −100 ne se distingue pas du hasard" in found.page


def test_hours_of_an_event_at_a_sensitive_place_are_not_told() -> None:
    cube = inputs.cube_of("2025-09-01", sensors=SENSORS[2:])
    hours = inputs.impacts_of(sensors="d1")
    hours.loc[0, "start"] = pd.Timestamp("2025-10-11 10:00", tz=inputs.ZONE)
    known = {"impacts": hours, "sensitive": {SCHOOL: "school"}}
    found = facts(inputs.territory(), cube, cubes.by_place(cube), **known)
    text = forms(found, SCHOOL).page
    assert "Foire d'automne" in text
    assert "nombre de passages non publié" in text
    assert "12 000" not in text


def test_a_first_week_of_a_single_place() -> None:
    cube = inputs.cube_of("2025-10-27", sensors=inputs.SENSORS[2:3])
    found = forms(facts(inputs.territory(), cube, cubes.by_place(cube)), SQUARE)
    assert_order(found)
    for form in found:
        assert "les données ne remontent pas assez loin" in form
        assert "Il n'y a pas de prévision pour ce lieu" in form
        assert "Les incidents de cette semaine-là n'ont pas été recherchés." in form
        assert "L'effet des événements du journal n'a pas été calculé." in form
        assert "Le compteur du lieu (1) a compté toutes les heures" in form


def test_first_days_without_a_week() -> None:
    cube = inputs.cube_of("2025-11-01", sensors=inputs.SENSORS[2:3])
    found = forms(facts(inputs.territory(contact=""), cube, cubes.by_place(cube)), SQUARE)
    assert_order(found)
    for form in found:
        assert "Il n'y a pas de semaine à montrer" in form
        assert "Les données ne couvrent pas encore une semaine complète" in form
        assert "Aucun contact n'est déclaré." in form


def test_a_name_that_stands_twice() -> None:
    sensors = (("a1", STREET, 1.0), ("a2", STREET, 2.0), ("b1", STREET.upper(), 1.0))
    cube = inputs.cube_of("2025-10-06", sensors=sensors)
    cube = inputs.silence(cube, "a2", "2025-10-28 03:00", "2025-10-28 05:00")
    cube = cube.assign_coords(name=("sensor", ["Caméra"] * 3))
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    page = forms(found, STREET).page
    assert "Caméra (a1)" in page
    assert "Caméra (a2)" in page
    assert len(set(Site(found, FRENCH).places.values())) == 2
