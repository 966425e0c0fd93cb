"""The page for elected members: five figures, facts and a decision by rule, one sheet of paper."""

from __future__ import annotations

import dataclasses
import io
import re
from dataclasses import replace
from typing import Any

import html5lib
import numpy as np
import page
import pandas as pd
import pikepdf
import pypdf
import pytest

import report_inputs as inputs
from mining import cube as cubes
from mining.language import figures_of, language
from mining.report import _elected as chosen
from mining.report import facts
from mining.report._activity_change import Change
from mining.report._activity_doors import Door, Opening, Slot
from mining.report._clock import DAY, WEEK
from mining.report._compare import Comparison
from mining.report._elected_decision import decision_of
from mining.report._elected_page import page_view
from mining.report._elected_told import fact
from mining.report._impacts import Impact
from mining.report._incidents import Incident
from mining.report._journal import Entry
from mining.report._kept import Kept
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._pages import _elected, _index
from mining.report._pdf import compile_pdf
from mining.report._pdf_elected import TEMPLATE, content, paper
from mining.report._render import Page
from mining.report._site import Site
from mining.report._totals import Total, Totals
from mining.report._trend import Trend

FRENCH = language("fr")
THIN, NBSP = "\u202f", "\u00a0"
TODAY = pd.Timestamp("2025-11-05 06:00")
MONDAYS = pd.date_range("2025-09-08", periods=8, freq="7D")
NAN = float("nan")
ATTACKS = (
    '"#panic("no") $x^2$ *gras* // com /* <script>alert(1)</script> = [titre]',
    '#image("/etc/passwd") {{ 7 * 7 }} ]]>',
    "🎄🎅 東京 한국어 شارع السوق",
    "x" * 200,
    "ligne\nsuivante\u202e\r\nBcc: evil@example.org",
)


def plain(text: str) -> str:
    """Return a text with ordinary spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'"))


@pytest.fixture(scope="module")
def known() -> TerritoryFacts:
    return facts(**inputs.everything())


@pytest.fixture(scope="module")
def shown(known: TerritoryFacts) -> dict[str, Any]:
    return page_view(known, FRENCH)


@pytest.fixture(scope="module")
def bare(known: TerritoryFacts) -> TerritoryFacts:
    """The territory with nothing to tell and nothing to decide, though all was looked for."""
    assert known.history is not None
    return replace(
        known,
        whole=replace(known.whole, kept=None, week=None),
        places=tuple(replace(p, trend=None) for p in known.places),
        history=replace(known.history, open=(), recent=()),
        impacts=(),
        activity=replace(known.activity, changes=(), opening=Opening((), ())),
    )


def printed(found: TerritoryFacts) -> tuple[dict[str, Any], Page]:
    """Return what the printed page holds, and the page itself."""
    site = Site(found, FRENCH)
    (made,) = _elected(site)[0].values()
    view = page_view(found, FRENCH)
    return content(found, view, site.common, FRENCH, site.title("elected")), made


# ---- things to tell


def an_incident(weight: float = 500.0, **changes: Any) -> Incident:
    """Return an incident of last week, with so many passages more than the 1 000 expected."""
    return Incident(
        **{
            "place": "Rue A", "sensor": "a1", "sensors": ("a1",), "start": TODAY - 5 * DAY,
            "end": TODAY - 4 * DAY, "label": "event", "kind": "surge",
            "observed": 1000.0 + weight, "expected": 1000.0, "low": 900.0, "high": 1100.0,
            "explanation": "", "action": "add_to_journal",
            **changes,
        }
    )  # fmt: skip


def an_impact(effect: float = 700.0, **changes: Any) -> Impact:
    known = (NAN, NAN, NAN)
    return Impact(
        **{
            "title": "Braderie", "type": "event", "start": pd.Timestamp("2025-10-25"),
            "end": pd.Timestamp("2025-10-27"), "observed": 5000.0, "expected": 5000.0 - effect,
            "effect": effect, "low": effect - 100, "high": effect + 100, "percent": NAN,
            "percent_low": NAN, "percent_high": NAN, "claimed": True, "reason": "controls",
            "before": known, "spill": known, "few": False, **changes,
        }
    )  # fmt: skip


def a_door(name: str = "Rue A", **changes: Any) -> Door:
    nothing = np.full((7, 24), NAN)
    slot = Slot(0, 12, 13, 60, 310.0, 240.0, 390.0, few=False)
    return Door(
        **{
            "name": name, "place": "Rue A", "share": 0.4, "low": 0.38, "high": 0.43, "noon": 0.1,
            "noon_closed": 0.5, "volume": 900.0, "closed": nothing, "states": nothing,
            "open": nothing, "extra": (slot, replace(slot, weekday=2), replace(slot, weekday=4)),
            **changes,
        }
    )  # fmt: skip


def a_change(**changes: Any) -> Change:
    none = (NAN, NAN, NAN)
    return Change(
        **{
            "place": "Rue A", "before": "bureaux", "now": "soirées", "probability": 0.9,
            "weekend_left": False, "weekend": none, "usual": (NAN, NAN), "volume": none,
            "entries": (), "hardware": False, **changes,
        }
    )  # fmt: skip


def a_trend(ratio: float | list[float], **changes: Any) -> Trend:
    before = np.full(8, 1000.0)
    return Trend(
        **{
            "mondays": MONDAYS, "now": before * np.array(ratio), "before": before,
            "complete": np.ones(8, dtype=bool), "hours": np.ones(8), "hours_before": np.ones(8),
            "sensors": ("s",), "sensors_total": 1,
            "hardware": (), **changes,
        }
    )  # fmt: skip


def with_cases(found: TerritoryFacts, *recent: Incident) -> TerritoryFacts:
    assert found.history is not None
    going = tuple(i for i in recent if i.open)
    ended = tuple(i for i in recent if not i.open)
    return replace(found, history=replace(found.history, open=going, recent=ended))


def with_trends(found: TerritoryFacts, *trends: Trend, **of_first: Any) -> TerritoryFacts:
    """Return the territory with places A, B, C... that have these trends."""
    names = [f"Rue {'ABC'[k]}" for k in range(len(trends))]
    base = found.places[0]
    places = [replace(base, name=n, trend=t) for n, t in zip(names, trends, strict=True)]
    places[0] = replace(places[0], **of_first)
    return replace(found, places=tuple(places))


def with_opening(found: TerritoryFacts, *doors: Door) -> TerritoryFacts:
    return replace(found, activity=replace(found.activity, opening=Opening(doors, ())))


# ---- the figures, by hand


def test_five_figures_by_hand(shown: dict[str, Any]) -> None:
    week = pd.date_range("2025-10-27", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left")
    # The smallest place hides a day: three sensors of four make the total.
    total = sum(inputs.counts(week, size).sum() for _, _, size in inputs.SENSORS[:3])
    ahead = total + sum(inputs.counts(week, inputs.SENSORS[3][2]))  # the forecast repeats it
    unit = 100
    low, middle, high = (round(ahead * s / unit) * unit for s in (0.95, 1.0, 1.1))
    told = {plain(f["label"]): (plain(f["value"]), f["sure"]) for f in shown["figures"]}
    assert told == {
        "passages, semaine du 27 octobre au 2 novembre 2025": (
            f"{total:,.0f}".replace(",", " "),
            "solid",
        ),
        "par rapport à la même semaine un an plus tôt": ("+5,0 %", "solid"),
        "par rapport à la semaine précédente": ("0,0 %", "solid"),
        "passages attendus du 6 au 12 novembre 2025": (f"{middle:,.0f}".replace(",", " "), "solid"),
        "des heures ont été comptées ces 8 dernières semaines": ("100 %", "solid"),
    }
    means = [plain(f["means"]) for f in shown["figures"]]
    assert means[0].startswith("Comptés par 3 compteurs sur 4. ")
    assert means[1].startswith("Calculé avec 4 compteurs, ")
    assert [f.value for f in figures_of(shown["figures"][3]["means"])] == [low, high]
    assert means[4] == "Ce chiffre dit jusqu'où croire les quatre autres. Compteurs suivis : 4."


def test_facts_and_decision_by_hand(shown: dict[str, Any]) -> None:
    assert plain(shown["facts_title"]) == "Trois faits"
    assert [(plain(f["label"]), plain(f["text"])) for f in shown["facts"]] == [
        (
            "L'écart le plus marquant",
            ("Samedi 11 octobre 2025 : « Foire d'automne ». "
            "Effet : +2 000 passages, entre +1 500 et +2 500 (8 fois sur 10)."),
        ),
        (
            "Le lieu qui change de rythme",
            ("Rue des Febvres passe du groupe « bureaux » au groupe « commerces du samedi » en un "
            "an (sûr à 97,0 %). Un groupe dit quand on passe, pas pourquoi."),
        ),
        # 45 x 16 / 10 x 1.05 = 75.6, by 10, 4 and 1: 756, 302 and 76.
        (
            "L'heure la plus passante",
            "Le samedi 1er novembre 2025 de 17 h à 18 h : 1 134 passages, tous lieux ensemble.",
        ),
    ]  # fmt: skip
    assert shown["absent"] == []
    taken = shown["decision"]
    assert plain(taken["ask"]) == (
        "Faut-il reconduire « Foire d'automne », ou en changer le lieu ou la date ?"
    )
    assert plain(taken["said"][0]) == (
        "Samedi 11 octobre 2025 : un effet de +2 000 passages, "
        "entre +1 500 et +2 500 (8 fois sur 10)."
    )
    assert [plain(a["label"]) for a in taken["aside"]] == [
        "Sur quoi cela repose", "Ce que cela ne dit pas", "À qui demander",
    ]  # fmt: skip


def test_figures_are_those_of_the_front_page(known: TerritoryFacts) -> None:
    site = Site(known, FRENCH)
    (own,), _ = (tuple(x.values()) for x in _elected(site))
    (front,) = site.page("index", **_index(site)).values()
    assert isinstance(own, Page)
    assert isinstance(front, Page)

    def told(made: Page) -> dict[str, Any]:
        names = ("week_total", "week_change", "year_change", "next_week", "next_week_low")
        return {
            c.fact: (c.value, c.span, c.confidence)
            for c in made.cells
            if c.fact in names and c.place == known.name
        }

    assert len(told(own)) == 5
    assert told(own) == told(front)
    assert {c.part for c in own.cells[:9]} == {"Cinq chiffres"}
    assert [(c.value, c.span) for c in own.cells if c.part == "Les faits"][:3] == [
        (v, ("2025-10-11", "2025-10-11")) for v in (2000.0, 1500.0, 2500.0)
    ]


def figure_of(found: TerritoryFacts, number: int) -> tuple[str, str, str]:
    found_one = page_view(found, FRENCH)["figures"][number]
    return plain(found_one["value"]), found_one["sure"], plain(found_one["means"])


def test_a_figure_that_is_too_unsure_gives_way_to_its_reason(known: TerritoryFacts) -> None:
    whole = known.whole
    assert whole.week is not None
    assert whole.totals is not None
    none = "non donné", "insufficient"
    few = replace(known, whole=replace(whole, week=replace(whole.week, share=0.61)))
    assert figure_of(few, 0) == (*none, "Trop peu d'heures ont été comptées : 61,0 %.")
    typical = replace(known, whole=replace(whole, week=replace(whole.week, typical=True)))
    assert figure_of(typical, 0)[:2] == none
    assert "du 27 octobre au 2 novembre 2025" in figure_of(typical, 0)[2]
    shut = replace(known, whole=replace(whole, week=None))
    assert "trop peu de passages par lieu" in figure_of(shut, 0)[2]
    ago = Comparison("no_history", now=whole.year.now)
    first = replace(known, whole=replace(whole, year=ago))
    reason = "Pas de comparaison : les données ne remontent pas assez loin."
    assert figure_of(first, 1) == (*none, reason)
    both = replace(whole.last, share=0.5)
    assert figure_of(replace(known, whole=replace(whole, last=both)), 2)[:2] == none
    refused = replace(known, whole=replace(whole, totals=None))
    assert figure_of(refused, 3) == (
        *none, "Il n'y a pas de prévision avec fourchette pour la semaine à venir.",
    )  # fmt: skip
    small = replace(known, minimum=10**6)
    assert "Trop peu de passages sont attendus" in figure_of(small, 3)[2]


def test_the_share_of_hours_is_told_even_where_it_is_low(known: TerritoryFacts) -> None:
    rows = tuple(replace(r, recent=0.6) for r in known.quality)
    low = replace(known, quality=rows)
    value, word, means = figure_of(low, 4)
    assert (value, word) == ("60,0 %", "insufficient")
    assert means.startswith("Trop d'heures manquent")
    assert figure_of(low, 3)[1] == "insufficient"
    (cell,) = figures_of(page_view(low, FRENCH)["figures"][4]["value"])
    assert (cell.value, cell.confidence) == (60.0, "")


# ---- the rule of facts


@pytest.mark.parametrize(
    ("events", "cases", "told"),
    [
        ([], [], None),
        ([an_impact(700)], [an_incident(500)], "Braderie"),
        ([an_impact(400)], [an_incident(500)], "Rue A"),
        ([an_impact(-600)], [an_incident(500)], "Braderie"),  # fewer weigh as much as more
        ([], [an_incident(900, label="fault"), an_incident(500)], "Rue A"),
        ([], [an_incident(900, label="fault")], None),
        ([], [an_incident(unsaid=True)], None),
        ([], [an_incident(few=True)], None),
        ([], [an_incident(counts=False)], None),
        ([], [an_incident(90)], None),  # within what was expected
        ([], [an_incident(low=NAN)], None),  # without interval
        ([an_impact(unsaid=True)], [], None),
        ([an_impact(end=TODAY - 8 * WEEK)], [], None),  # too long ago
        ([an_impact(claimed=False, reason="chance")], [], "Braderie"),
        ([an_impact(9000, claimed=False, reason="chance")], [an_incident(200)], "Rue A"),
        ([an_impact(claimed=False, reason="no_data")], [], None),
    ],
)
def test_what_weighs_most_is_told(
    events: list[Impact], cases: list[Incident], told: str | None, bare: TerritoryFacts
) -> None:
    about = chosen.happened(with_cases(replace(bare, impacts=tuple(events)), *cases))
    name = None if about is None else about.place if isinstance(about, Incident) else about.title
    assert name == told


RENEWED = Entry("hardware", "", pd.Timestamp("2025-03-05"), pd.Timestamp.max, (), ("s",))
OLD = replace(RENEWED, start=pd.Timestamp("2024-03-05"))


@pytest.mark.parametrize(
    ("first", "changes", "gap"),
    [
        (a_trend(1.1), {}, 0.1),
        (a_trend(0.9), {}, -0.1),
        (a_trend(1.04), {}, None),  # less than five points
        (a_trend([1.2] * 7 + [0.99]), {}, None),  # once on the other side
        (a_trend([1.1] * 6 + [NAN] * 2), {}, 0.1),
        (a_trend([1.1] * 5 + [NAN] * 3), {}, None),  # five weeks are too few
        (a_trend(1.1, hardware=(RENEWED,)), {}, None),
        (a_trend(1.1, hardware=(OLD,)), {}, 0.1),  # before both years
        (a_trend(1.1), {"sensitive": "school"}, None),
    ],
)
def test_the_place_apart(
    first: Trend, changes: dict[str, Any], gap: float | None, bare: TerritoryFacts
) -> None:
    about = chosen.apart(with_trends(bare, first, a_trend(1.0), a_trend(1.0), **changes))
    assert (None if about is None else round(about.gap, 6)) == gap
    assert about is None or about.place == "Rue A"


def test_a_place_alone_is_apart_from_nothing(bare: TerritoryFacts) -> None:
    assert chosen.apart(with_trends(bare, a_trend(1.5))) is None


def test_the_place_farthest_from_the_others_is_told(bare: TerritoryFacts) -> None:
    found = chosen.apart(with_trends(bare, a_trend(1.1), a_trend(0.7), a_trend(1.0)))
    assert found is not None
    assert (found.place, found.weeks) == ("Rue B", 8)
    # The others: 1.1 and 1.0 of as many passages.
    assert (found.change, found.others) == pytest.approx((-0.3, 0.05))
    said = plain(fact(found, bare, FRENCH)["text"])
    assert said == (
        "Rue B : −30,0 % sur 8 semaines, face aux mêmes semaines un an plus tôt. Les 2 autres "
        "lieux comparables, ensemble : +5,0 %. L'écart est du même côté chacune de ces semaines."
    )


def test_the_hours_of_a_shop_are_never_told(bare: TerritoryFacts) -> None:
    shop = a_door("Rue A – Librairie", volume=5000.0)
    assert chosen.closed_doors(with_opening(bare, shop)) is None
    assert decision_of(with_opening(bare, shop)).kind == ""
    found = with_opening(bare, shop, a_door())
    assert "Librairie" not in str(page_view(found, FRENCH))
    about = chosen.closed_doors(found)
    assert about is not None
    assert plain(fact(about, bare, FRENCH)["text"]) == (
        "Rue A : 40 % des passages ont lieu hors des heures d'ouverture déclarées. La fourchette "
        "va de 38 % à 43 % (8 fois sur 10). Tous n'entreraient pas dans un magasin ouvert."
    )


def test_three_facts_at_most_of_distinct_subjects(
    bare: TerritoryFacts, known: TerritoryFacts
) -> None:
    kept = Kept(28, 23, 0.12, TODAY - 20 * DAY, TODAY)
    full = with_trends(bare, a_trend(1.1), a_trend(1.0))
    full = with_opening(with_cases(full, an_incident()), a_door())
    activity = replace(full.activity, changes=(a_change(), a_change(place="B", probability=0.99)))
    full = replace(full, activity=activity)
    full = replace(full, whole=replace(full.whole, kept=kept, week=known.whole.week))
    gone: dict[str, Any] = {
        "happened": with_cases,
        "apart": lambda f: with_trends(f, a_trend(1.0)),
        "hours": with_opening,
        "rhythm": lambda f: replace(f, activity=replace(f.activity, changes=())),
        "kept": lambda f: replace(f, whole=replace(f.whole, kept=None)),
        "peak": lambda f: replace(f, whole=replace(f.whole, week=None)),
    }
    kinds = ("happened", "apart", "hours", "rhythm", "kept", "peak")
    told = {"happened": Incident, "apart": chosen.Apart, "hours": Door, "rhythm": Change}
    told |= {"kept": Kept, "peak": type(known.whole.week)}
    for number, subject in enumerate((*kinds, "")):
        found = chosen.elected(full)
        assert [type(a) for a in found.told] == [told[k] for k in kinds[number : number + 3]]
        assert found.absent == kinds[:number]
        full = gone[subject](full) if subject else full
    view = page_view(full, FRENCH)
    assert (plain(view["facts_title"]), view["facts"]) == ("Aucun fait", [])
    assert len(view["absent"]) == 1 + 6


def test_other_facts_in_words(bare: TerritoryFacts) -> None:
    kept = Kept(28, 23, 0.12, TODAY - 20 * DAY, TODAY)
    assert plain(fact(kept, bare, FRENCH)["text"]) == (
        "28 totaux de jours annoncés ont été comptés ces 30 derniers jours, dont 23 dans la "
        "fourchette. Le but est 8 sur 10. L'erreur a été de 12 %."
    )
    assert plain(fact(an_incident(label="calendar", kind="x"), bare, FRENCH)["text"]) == (
        "Rue A, du vendredi 31 octobre à 6 h au samedi 1er novembre 2025 à 6 h. Nature : jour de "
        "fête ou de vacances. 1 500 passages comptés, environ 1 000 attendus. Écart : +500 "
        "passages, entre +400 et +600 (8 fois sur 10)."
    )
    chance = an_impact(claimed=False, reason="chance")
    assert plain(fact(chance, bare, FRENCH)["text"]) == (
        "Du 25 au 26 octobre 2025 : « Braderie ». L'effet ne se distingue pas du hasard."
    )


# ---- the rule of the decision


def an_open_fault(**changes: Any) -> Incident:
    known = {"label": "fault", "kind": "silence", "open": True, "action": "check_sensor"}
    return an_incident(**{**known, **changes})


WORKS = Entry(
    "works", "Rue refaite", pd.Timestamp("2025-11-17"), pd.Timestamp.max, ("Rue des Febvres",), ()
)


def test_what_cannot_wait_is_decided_first(bare: TerritoryFacts) -> None:
    found = with_opening(with_cases(bare, an_open_fault(), an_incident(99_000)), a_door())
    week = replace(known_week(), total=10_000.0)
    found = replace(
        found, coming=(WORKS,), impacts=(an_impact(),), whole=replace(found.whole, week=week)
    )
    gone: list[Any] = [
        lambda f: with_cases(f, an_incident(99_000)),
        lambda f: replace(f, coming=()),
        lambda f: replace(f, impacts=()),
        with_cases,
        with_opening,
    ]
    for kind, less in zip(("repair", "works", "event", "cause", "hours"), gone, strict=True):
        assert decision_of(found).kind == kind
        found = less(found)
    assert decision_of(found).kind == ""
    said = page_view(found, FRENCH)["decision"]
    assert plain(said["ask"]) == "Aucune décision n'est demandée cette semaine."
    assert plain(said["title"]) == "Pas de décision à prendre"
    assert next(plain(s) for s in said["said"]) == (
        "Aucun compteur n'est en panne depuis plus d'un jour."
    )
    assert len(said["said"]) == 5
    unknown = replace(found, history=None, impacts=None)
    assert [plain(s) for s in page_view(unknown, FRENCH)["decision"]["said"]][:1] == [
        "Les pannes n'ont pas été recherchées."
    ]


def known_week() -> Any:
    week = facts(**inputs.everything()).whole.week
    assert week is not None
    return week


@pytest.mark.parametrize(
    ("cases", "kind"),
    [
        ([an_open_fault(start=TODAY - DAY)], "repair"),
        ([an_open_fault(start=TODAY - DAY + pd.Timedelta("1h"))], ""),
        ([an_open_fault(open=False)], ""),
        ([an_incident(101)], "cause"),
        ([an_incident(99)], ""),  # less than 1 % of the week
        ([an_incident(500, action="none")], ""),  # someone or something explains it
        ([an_incident(500, unsaid=True)], ""),
    ],
)
def test_breakdowns_and_incidents_that_call_for_a_decision(
    cases: list[Incident], kind: str, known: TerritoryFacts, bare: TerritoryFacts
) -> None:
    assert known.whole.week is not None
    week = replace(known.whole.week, total=10_000.0)
    found = replace(with_cases(bare, *cases), whole=replace(bare.whole, week=week))
    assert decision_of(found).kind == kind


def test_the_sensor_that_is_silent_for_longest(bare: TerritoryFacts) -> None:
    later = an_open_fault(sensor="b1", start=TODAY - 2 * DAY)
    found = with_cases(bare, later, an_open_fault(start=TODAY - pd.Timedelta(days=10, hours=4)))
    said = page_view(found, FRENCH)["decision"]
    assert plain(said["ask"]) == "Faut-il faire réparer le compteur « Compteur a1 » ?"
    # From 2 h on the 26th of October to 6 h on the 5th of November: 244 hours.
    assert plain(said["said"][0]) == (
        "Il est en panne depuis le dimanche 26 octobre 2025 à 2 h, soit environ 244 heures perdues."
    )
    assert plain(said["said"][1]).endswith("incomplet : Rue des Febvres.")


def test_a_sensor_that_counts_too_little(bare: TerritoryFacts) -> None:
    first, second, *rest = bare.quality
    rows = (replace(first, recent=0.79), replace(second, recent=0.3), *rest)
    said = page_view(replace(bare, quality=rows), FRENCH)["decision"]
    assert second.name in said["ask"]
    assert "30,0 % des heures" in plain(said["said"][0])
    new = replace(second, recent=0.3, first=TODAY - 3 * WEEK)
    assert decision_of(replace(bare, quality=(new,))).kind == ""
    short = replace(bare, quality=rows, start=TODAY - 3 * WEEK)
    assert decision_of(short).kind == ""


def test_works_are_put_beside_the_days_to_come(bare: TerritoryFacts) -> None:
    days = tuple(
        Total(TODAY.normalize() + k * DAY, True, n - 90.0, float(n), n + 90.0)
        for k, n in enumerate((500, 900, 300, 700, 1200, 650, 640), start=1)
    )
    name = "Rue des Febvres"
    places = tuple(
        replace(p, totals=Totals(days, None, ()) if p.name == name else None) for p in bare.places
    )
    found = replace(bare, places=places, coming=(WORKS,))
    said = page_view(found, FRENCH)["decision"]
    assert plain(said["ask"]) == "Faut-il placer le chantier « Rue refaite » un jour plus calme ?"
    assert [plain(s) for s in said["said"]] == [
        "Le journal l'annonce à partir du lundi 17 novembre 2025.",
        (
            "Option : commencer le jour le plus calme, samedi 8 novembre, avec 300 passages "
            "attendus. Le plus fort, lundi 10 novembre : 1 200."
        ),
        "Ces chiffres sont ceux du lieu : Rue des Febvres.",
    ]
    alike = tuple(replace(d, middle=1000.0) for d in days)
    level = tuple(replace(p, totals=Totals(alike, None, ())) for p in bare.places)
    assert decision_of(replace(found, places=level)).kind == ""
    assert decision_of(replace(found, coming=(replace(WORKS, type="market"),))).kind == ""


def test_hours_are_options_side_by_side(bare: TerritoryFacts) -> None:
    said = page_view(with_opening(bare, a_door()), FRENCH)["decision"]
    assert plain(said["ask"]) == "Faut-il proposer une heure d'ouverture de plus ? Lieu : Rue A."
    assert [plain(s) for s in said["said"]] == [
        f"Option, le {day} de 12 h à 13 h : environ 310 passages attendus (de 240 à 390)."
        for day in ("lundi", "mercredi")
    ]


# ---- paper


def text_of(pdf: bytes) -> str:
    return plain(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text())


def check(pdf: bytes) -> str:
    """Check that it is one sheet of A4 that a validator accepts, and return its text."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    np.testing.assert_allclose(reader.pages[0].mediabox[2:], [595.28, 841.89], atol=0.01)
    report = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [(f.rule_id, f.message) for f in report.failures]
    assert len(pdf) < 300_000
    return text_of(pdf)


def tags_of(node: Any) -> list[str]:
    if isinstance(node, pikepdf.Array):
        return [t for child in node for t in tags_of(child)]
    if isinstance(node, pikepdf.Dictionary) and "/S" in node:
        return [str(node.S).removeprefix("/"), *tags_of(node.get("/K"))]
    return []


def words_of(made: str) -> str:
    root = html5lib.parse(made, namespaceHTMLElements=False)
    return plain(" ".join(root.itertext()))


def sentences(parts: dict[str, Any]) -> list[str]:
    said = [parts["reading"], *parts["absent"], *parts["sources"], *parts["decision"]["said"]]
    said += [f[k] for f in parts["figures"] for k in ("label", "value", "sure", "means")]
    said += [
        f[k] for f in (*parts["facts"], *parts["decision"]["aside"]) for k in ("label", "text")
    ]
    return [plain(s) for s in (*said, parts["decision"]["ask"], *parts["heading"].values())]


def test_one_sheet_says_what_the_page_says(known: TerritoryFacts) -> None:
    parts, made = printed(known)
    pdf = paper(parts)
    told = check(pdf)
    assert pdf == paper(parts)
    assert len(sentences(parts)) > 30
    for sentence in sentences(parts):
        assert sentence in told, sentence
        assert sentence in words_of(made), sentence
    document = pikepdf.open(io.BytesIO(pdf))
    assert str(document.Root.Lang) == "fr"
    tags = tags_of(document.Root.StructTreeRoot.K)
    assert [t for t in tags if re.fullmatch(r"H\d", t)] == ["H1", "H2", "H2", "H2"]
    assert tags.count("LI") == 3
    with document.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert about["dc:title"] == parts["title"]


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_names_neither_command_nor_add_a_sheet(name: str) -> None:
    cube = inputs.cube_of("2024-09-01", sensors=(("s", name, 10.0), ("t", f"{name} 2", 4.0)))
    given = inputs.everything(cube)
    given["territory"] = inputs.territory(name=name, contact=name, attribution=name)
    given["impacts"] = inputs.impacts_of(title=name)
    parts, made = printed(facts(**given))
    told = check(paper(parts))
    assert "<script" not in made
    assert "\u202e" not in made
    assert "49" not in told
    if name.isascii():
        short = re.sub(r"\s+", "", name)[:40]
        assert re.sub(r"[\s\u200b]+", "", told).count(short) >= 3


def test_all_that_there_is_to_say_at_great_length_fits(known: TerritoryFacts) -> None:
    parts, _ = printed(known)
    long = " ".join(["bien des mots"] * 60)
    facts_of = [{"label": f["label"], "text": f["text"] + long} for f in parts["facts"]]
    more = {**parts, "facts": facts_of, "sources": parts["sources"] * 5, "absent": [long] * 4}
    check(compile_pdf(TEMPLATE, more)[0])


def test_a_place_of_the_same_name_keeps_its_own_files(known: TerritoryFacts) -> None:
    named = replace(known, places=(replace(known.places[0], name="Élus"),))
    assert Site(named, FRENCH).places == {"Élus": "lieux/lieu-elus.html"}


def _first_days() -> TerritoryFacts:
    cube = inputs.cube_of("2025-11-04", sensors=inputs.SENSORS[:1])
    return facts(inputs.territory(simulated=True), cube, cubes.by_place(cube))


def _silent() -> TerritoryFacts:
    cube = inputs.cube_of("2025-06-01", sensors=inputs.SENSORS[2:3])
    cube = inputs.silence(cube, "b1", "2025-09-01", "2025-11-05 06:00")
    return facts(inputs.territory(), cube, cubes.by_place(cube))


def _one_place() -> TerritoryFacts:
    return facts(**inputs.everything(inputs.cube_of("2024-09-01", sensors=inputs.SENSORS[2:3])))


def _nothing_counts() -> TerritoryFacts:
    cube = inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[:2])
    noise = cube.assign_coords(kind=("sensor", ["noise", "noise"]))
    places = cubes.by_place(cube).isel(sensor=slice(0, 0))
    return facts(inputs.territory(), noise, places)


@pytest.mark.parametrize(
    ("town", "parts_told"),
    [
        (_first_days, ["Données simulées", "une semaine complète", "Aucun fait",
                       "Aucune décision n'est demandée cette semaine."]),
        (_silent, ["Aucun compteur n'a assez compté la semaine du 27 octobre au 2 novembre 2025.",
                   "Faut-il faire réparer le compteur « Compteur b1 » ?",
                   "Il n'a compté que 0 % des heures"]),
        (_one_place, ["Cinq chiffres", "Foire d'automne"]),
        (_nothing_counts, ["Aucun compteur de passages n'est suivi.", "Aucun fait"]),
    ],
)  # fmt: skip
def test_towns_with_little_to_say(town: Any, parts_told: list[str]) -> None:
    parts, made = printed(town())
    told = check(paper(parts))
    for part in parts_told:
        assert part in told
        assert part in words_of(made)
    assert len(parts["figures"]) == 5
    assert all(f["value"] and f["means"] for f in parts["figures"])
    assert "nan" not in told.lower().split()


def test_typed_facts_cannot_be_changed(known: TerritoryFacts) -> None:
    found = chosen.elected(known)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.hours = 0.5  # type: ignore[misc]
    assert isinstance(known.places[0], PlaceFacts)
