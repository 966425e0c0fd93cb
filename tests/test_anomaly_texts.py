"""Sentences of incidents: figures, periods, neighbours and reasons in plain French."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from _towns import at, cells, change, code, loud, only, town
from mining.anomaly import LABELS, detect
from mining.anomaly import _texts as texts
from mining.anomaly import _words as words
from mining.cube import Reason

THIN = "\u202f"


def test_a_sentence_has_its_figures_in_french() -> None:
    cube = town()
    hours = cells(cube, "2024-02-14 10", "2024-02-14 16")
    cube = change(cube, 2, hours, np.array([600.0, 610, 590, 620, 580, 600]))
    row = only(detect(cube))
    assert re.fullmatch(
        f"Mercredi 14 février 2024 de 10{THIN}h à 16{THIN}h, «{THIN}capteur C{THIN}» compte "
        f"3{THIN}600 passages pour 1{THIN}[12]\\d\\d attendus \\(3 fois plus\\)\\. "
        f"Ses voisins restent normaux{THIN}: hausse brève, peut-être un événement\\.",
        row["explanation"],
    )


def test_every_sentence_is_plain_french_of_25_words_at_most() -> None:
    cube = town(5, 24)
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), 0.0)
    cube = change(cube, 1, cells(cube, "2024-02-21 10", "2024-02-21 16"), lambda v: 3 * v)
    cube = change(cube, 2, cells(cube, "2024-03-05", "2024-03-18"), lambda v: np.round(v * 0.6))
    cube = change(cube, slice(None), cells(cube, "2024-05-09", "2024-05-10"), lambda v: v // 3)
    cube = code(cube, 3, cells(cube, "2024-04-01", "2024-04-03"), Reason.COPY)
    frame = detect(cube, calendar={"country": "FR", "language": "fr"})
    assert set(frame["label"]) >= {"fault", "event", "works", "calendar"}
    assert set(frame["label"]) <= set(LABELS)
    for text in frame["explanation"]:
        plain(text)


def plain(text: str) -> None:
    assert text.endswith(".")
    for sentence in text.removesuffix(".").split(". "):
        assert sentence[0].isupper() or sentence[0] == "«"
        assert texts.words_of(sentence) <= 25, sentence
    assert not re.search(r"\b(the|and|was|were|sensor|expected|nan|None|inf)\b", text)
    assert not re.search(r"\d \d|\d\.\d|[ \u00a0][:;?!%]|  ", text)


@pytest.mark.parametrize("several", [False, True])
def test_every_combination_of_words_makes_a_plain_sentence(several: bool) -> None:
    when = texts.period(at("2023-12-28"), at("2024-01-12"))
    who = texts.subject(["Capteur A", "Capteur B", "Capteur C"][: 3 if several else 1])
    says = [texts.measured(1234.0, n, "count", several=several) for n in (0.0, 1.0, 400.0, 5000.0)]
    says += [texts.measured(54.2, 50.0, "dB", several=several)]
    says += [
        texts.faulty(kind, seen, wanted, "count", several=several)
        for kind in words.SEEN
        for seen, wanted in ((5.0, 900.0), (float("nan"), 900.0), (5.0, float("nan")))
    ]
    others = ["", texts.level_neighbours(3)]
    others += [
        texts.neighbours(ratio, count, sign=sign, several=several)
        for ratio in (float("nan"), 0.2, 1.04, 1.5, 7.0)
        for count in (0, 1, 4)
        for sign in (-1, 1)
    ]
    reasons = [texts.why(rule, "Noël", sure=sure) for rule in words.WHY for sure in (True, False)]
    reasons += [texts.journal("Un titre long " * 9), texts.journal("")]
    reasons += [texts.diversion("B", loses=True, sure=False), texts.correction("works", "Rue. ")]
    for did, beside, because in itertools.chain(
        ((d, others[3], reasons[0]) for d in says),
        ((says[0], o, reasons[1]) for o in others),
        ((says[0], others[3], r) for r in reasons),
    ):
        plain(texts.sentence(when, who, did, beside, because))


def test_one_sensor_has_no_neighbour_in_its_sentence() -> None:
    cube = change(town(1), 0, cells(town(1), "2024-02-14 10", "2024-02-14 16"), lambda v: 3 * v)
    row = only(detect(cube))
    assert row["label"] == "event"
    assert np.isnan(row["neighbours"])
    assert f"ans voisin pour comparer{THIN}:" in row["explanation"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-05-01", "2024-05-02", "Mercredi 1er mai 2024"),
        ("2024-05-01", "2024-05-03", "Les 1er et 2 mai 2024"),
        ("2024-05-30", "2024-06-01", "Les 30 et 31 mai 2024"),
        ("2024-05-31", "2024-06-02", "Les 31 mai et 1er juin 2024"),
        ("2024-05-01", "2024-05-12", "Du 1er au 11 mai 2024"),
        ("2024-12-31", "2025-01-04", "Du 31 décembre 2024 au 3 janvier 2025"),
        (
            "2024-12-31 22:30",
            "2025-01-01",
            f"Mardi 31 décembre 2024 de 22{THIN}h{THIN}30 à minuit",
        ),
        (
            "2024-12-31 22:00",
            "2025-01-01 03:00",
            "Dans la nuit du 31 décembre 2024 au 1er janvier 2025",
        ),
        ("2024-10-26 22:00", "2024-10-27 03:00", "Dans la nuit du 26 au 27 octobre 2024"),
    ],
)
def test_periods_in_words(start: str, end: str, expected: str) -> None:
    assert texts.period(at(start), at(end)) == expected


def test_numbers_in_french() -> None:
    assert texts.number(1234567) == f"1{THIN}234{THIN}567"
    assert texts.number(-0.2) == "0"
    assert texts.percent(1.543) == f"+54{THIN}%"
    assert texts.percent(0.25) == f"−75{THIN}%"
    assert texts.amount(1, "count") == "1 passage"
    assert texts.amount(54.25, "dB") == f"54,2{THIN}dB"


@pytest.mark.parametrize(
    ("ratio", "count", "expected"),
    [
        (1.02, 4, "ses voisins restent normaux"),
        (1.02, 1, "son voisin reste normal"),
        (0.8, 4, f"ses voisins baissent (−20{THIN}%)"),
        (1.5, 4, f"ses voisins montent aussi (+50{THIN}%)"),
        (4.0, 1, "son voisin monte aussi (4 fois plus)"),
        (float("nan"), 3, "sans voisin pour comparer"),
        (1.0, 0, "sans voisin pour comparer"),
    ],
)
def test_what_the_neighbours_did(ratio: float, count: int, expected: str) -> None:
    assert texts.neighbours(ratio, count, sign=1) == expected


def test_levels_have_sentences_of_their_own() -> None:
    row = only(detect(loud(), calendar=None))
    assert row["label"] == "unexplained"
    assert re.search(f"mesure 7[45],.{THIN}dB en moyenne pour 5[45],.{THIN}dB", row["explanation"])
    assert "vec 2 voisins pour repère" in row["explanation"]
    plain(row["explanation"])
