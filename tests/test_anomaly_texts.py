"""Sentences of incidents: figures, periods, neighbours and reasons in plain French."""

from __future__ import annotations

import re

import numpy as np
import pytest

from _towns import at, cells, change, code, loud, only, town
from mining.anomaly import LABELS, detect
from mining.anomaly import _texts as texts
from mining.cube import Reason
from mining.language import NBSP, language

THIN = "\u202f"
FRENCH = language("fr")


def spaced(text: str) -> str:
    """Return a text with plain spaces, whatever keeps its words on one line."""
    return text.replace(NBSP, " ").replace(THIN, " ")


def test_a_sentence_has_its_figures_in_french() -> None:
    cube = town()
    hours = cells(cube, "2024-02-14 10", "2024-02-14 16")
    cube = change(cube, 2, hours, np.array([600.0, 610, 590, 620, 580, 600]))
    row = only(detect(cube))
    assert re.fullmatch(
        "Mercredi 14 février 2024 de 10 h à 16 h, « capteur C » compte 3 600 passages pour "
        r"1 [12]\d\d attendus \(3 fois plus\)\. "
        "Ses voisins restent normaux : hausse brève, peut-être un événement\\.",
        spaced(row["explanation"]),
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
    assert not re.search(r"\d \d|\d\.\d|[ \u202f]:|[ \u00a0][;?!%]|« | »|  ", text)


def test_one_sensor_has_no_neighbour_in_its_sentence() -> None:
    cube = change(town(1), 0, cells(town(1), "2024-02-14 10", "2024-02-14 16"), lambda v: 3 * v)
    row = only(detect(cube))
    assert row["label"] == "event"
    assert np.isnan(row["neighbours"])
    assert "ans voisin pour comparer :" in spaced(row["explanation"])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-05-01", "2024-05-02", "mercredi 1er mai 2024"),
        ("2024-05-01", "2024-05-03", "les 1er et 2 mai 2024"),
        ("2024-05-30", "2024-06-01", "les 30 et 31 mai 2024"),
        ("2024-05-31", "2024-06-02", "les 31 mai et 1er juin 2024"),
        ("2024-05-01", "2024-05-12", "du 1er au 11 mai 2024"),
        ("2024-12-31", "2025-01-04", "du 31 décembre 2024 au 3 janvier 2025"),
        ("2024-12-31 22:30", "2025-01-01", "mardi 31 décembre 2024 de 22 h 30 à minuit"),
        (
            "2024-12-31 22:00",
            "2025-01-01 03:00",
            "dans la nuit du 31 décembre 2024 au 1er janvier 2025",
        ),
        ("2024-10-26 22:00", "2024-10-27 03:00", "dans la nuit du 26 au 27 octobre 2024"),
    ],
)
def test_periods_in_words(start: str, end: str, expected: str) -> None:
    assert spaced(texts.period(at(start), at(end), FRENCH)) == expected


def test_amounts_in_french() -> None:
    assert spaced(texts.amount(1234567, "count", FRENCH)) == "1 234 567 passages"
    assert spaced(texts.amount(1, "count", FRENCH)) == "1 passage"
    assert texts.amount(54.25, "dB", FRENCH) == f"54,2{THIN}dB"
    assert texts.amount(0.256, "1", FRENCH) == "0,26"
    assert "(+54 %)" in spaced(texts.measured(1543, 1000, "count", FRENCH))
    assert "(−75 %)" in spaced(texts.measured(250, 1000, "count", FRENCH))
    assert "pour 1 attendu (−100 %)" in spaced(texts.measured(0, 1, "count", FRENCH))


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
    assert texts.neighbours(ratio, count, FRENCH, sign=1).replace(NBSP, " ") == expected


def test_levels_have_sentences_of_their_own() -> None:
    row = only(detect(loud(), calendar=None))
    assert row["label"] == "unexplained"
    text = spaced(row["explanation"])
    assert re.search("mesure 7[45],. dB en moyenne pour 5[45],. dB", text)
    assert "vec 2 voisins pour repère" in text
    plain(row["explanation"])
