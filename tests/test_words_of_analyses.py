"""What analyses say, in each language: every key renders, sentences stay short, keys stay keys."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from _rhythms import three_kinds
from _towns import at, cells, change, code, town
from mining.activity import assign, rhythms, rhythms_apart
from mining.activity import change as changed
from mining.activity import cluster_profiles as group_table
from mining.activity._dataset import standing
from mining.anomaly import LABELS
from mining.anomaly import _texts as texts
from mining.anomaly._verdict import SURE
from mining.counterfactual import REASONS, Impact
from mining.cube import Reason
from mining.errors import ConfigError
from mining.language import Language, catalogue, figures_of, language
from mining.language import holiday as holiday_name
from mining.stages._commerce import _column, _families

LANGUAGES = ("fr", "en")
FAST = {"bootstraps": 5, "calendar": None}
#: Words that only one of the two languages has.
ALIEN = {
    "fr": r"\b(the|and|was|were|with|sensors?|expected|share)\b",
    "en": r"\b(les?|du|des|une?|est|capteurs?|attendus?|part|voisins?)\b|[éèàçê]",
}
NEVER = r"[{}]|\b(nan|None|inf)\b|  "
#: A number of four digits or more, as each language writes it; years have no separator.
THOUSANDS = {"fr": "12\u202f345", "en": "12,345"}


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Language:
    return language(request.param)


def keys(texts: object, above: str = "") -> set[str]:
    if not isinstance(texts, dict):
        return {above}
    return {k for name, inside in texts.items() for k in keys(inside, f"{above}.{name}")}


@pytest.mark.parametrize(
    "subject", ["incident_words", "activity_words", "impact_words", "holidays"]
)
def test_every_language_has_the_same_keys_and_braces(subject: str) -> None:
    one, two = (catalogue(code)[subject] for code in LANGUAGES)
    assert keys(one) == keys(two)

    def braces(code: str, key: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", str(language(code).raw(subject + key))))

    for key in keys(one):
        assert braces("fr", key) == braces("en", key), key


def says(words: Language, several: bool) -> list[str]:
    gone, level = float("nan"), "dB"
    out = [
        texts.measured(seen, wanted, "count", words, several=several)
        for seen in (1234.0, 0.0, gone)
        for wanted in (0.0, 1.0, 400.0, 5000.0, gone)
    ]
    out += [texts.measured(54.2, w, level, words, several=several) for w in (50.0, gone)]
    return out + [
        texts.faulty(kind, seen, wanted, unit, words, several=several)
        for kind in words.raw("incident_words.seen")
        for seen, wanted in ((5.0, 900.0), (gone, 900.0), (gone, 1.0), (5.0, gone))
        for unit in ("count", level)
    ]


def neighbours(words: Language, several: bool) -> list[str]:
    return ["", *(texts.level_neighbours(n, words) for n in (0, 1, 3))] + [
        texts.neighbours(ratio, count, words, sign=sign, several=several)
        for ratio in (float("nan"), 0.2, 1.04, 1.5, 7.0)
        for count in (0, 1, 4)
        for sign in (-1, 0, 1)
    ]


def reasons(words: Language) -> list[str]:
    told = {"journal_works", "journal_event", "journal_fault", "diversion"}
    feast = texts.holiday("christmas_day", "Christmas Day", words)
    about = {"clock": texts.shift(-3, words)}
    out = [
        texts.why(rule, about.get(rule, feast), words, sure=sure)
        for rule in sorted(set(SURE) - told)
        for sure in (True, False)
    ]
    out += [texts.journal(title, words) for title in ("Rue barrée " * 9, "")]
    out += [texts.diversion("B", words, loses=loses, sure=False) for loses in (True, False)]
    return out + [texts.correction(label, "Rue. ", words) for label in LABELS]


@pytest.mark.parametrize("several", [False, True])
def test_every_combination_of_words_makes_a_plain_sentence(words: Language, several: bool) -> None:
    names = ["Rue A", "Rue B", "Rue C"]
    parts = {
        "when": texts.period(at("2023-12-28"), at("2024-01-12"), words),
        "who": texts.subject(names[: 3 if several else 1], words),
        "did": texts.measured(1234.0, 400.0, "count", words, several=several),
        "neighbours": texts.neighbours(1.5, 4, words, several=several),
        "why": texts.why("coded", "", words, sure=True),
    }
    choices = {
        "when": [texts.period(at("2023-12-28"), at(end), words) for end in ENDS],
        "who": [texts.subject(names[:n], words) for n in (1, 2, 3)]
        + [texts.territory(n, words) for n in (0, 1, 21)],
        "did": says(words, several),
        "neighbours": neighbours(words, several),
        "why": reasons(words),
    }
    for part, found in choices.items():
        for text in found:
            plain(texts.sentence(words, **(parts | {part: text})), words)


ENDS = ("2023-12-28 15:00", "2023-12-29", "2023-12-29 08:00", "2023-12-30", "2024-01-12")


def plain(text: str, words: Language) -> None:
    """Check that a text is of its language, in sentences of 25 words at most."""
    assert text.endswith("."), text
    for sentence in re.split(r"(?<=[^\W\d])\. |(?<=[)%”»\d])\. ", text.removesuffix(".")):
        assert sentence[0].isupper() or sentence[0] in "«“", text
        assert texts.words_of(sentence) <= texts.LONGEST, sentence
    assert not re.search(NEVER, text), text
    said = re.sub("«[^»]*»|“[^”]*”|[(]Rue[)]", "", text)
    assert not re.search(ALIEN[words.code], said), text


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-05-01", "2024-05-02", "on Wednesday 1 May 2024"),
        ("2024-05-01 10:00", "2024-05-01 16:30", "on Wednesday 1 May 2024 from 10am to 4:30pm"),
        ("2024-12-31 22:00", "2025-01-01", "on Tuesday 31 December 2024 from 10pm to midnight"),
        ("2024-05-01", "2024-05-03", "on 1 and 2 May 2024"),
        ("2024-05-31", "2024-06-02", "on 31 May and 1 June 2024"),
        ("2024-12-31", "2025-01-04", "from 31 December 2024 to 3 January 2025"),
        ("2024-10-26 22:00", "2024-10-27 03:00", "in the night from 26 to 27 October 2024"),
    ],
)
def test_periods_in_english(start: str, end: str, expected: str) -> None:
    assert texts.period(at(start), at(end), language("en")).replace("\u00a0", " ") == expected


def test_numbers_of_sentences(words: Language) -> None:
    text = texts.measured(12345, 1000, "count", words)
    assert THOUSANDS[words.code] in text
    assert figures_of(text)[0].value == 12345
    half = texts.measured(500, 1000, "count", words)
    assert half.endswith({"fr": "(−50\u202f%)", "en": "(−50%)"}[words.code])


def eventful(code_of_language: str) -> xr.Dataset:
    """Return a town with a silence, a rise, a drop, a holiday and a copied period."""
    cube = town(5, 24, language=code_of_language)
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), 0.0)
    cube = change(cube, 1, cells(cube, "2024-02-21 10", "2024-02-21 16"), lambda v: 3 * v)
    cube = change(cube, 2, cells(cube, "2024-03-05", "2024-03-18"), lambda v: np.round(v * 0.6))
    cube = change(cube, slice(None), cells(cube, "2024-05-09", "2024-05-10"), lambda v: v // 3)
    return code(cube, 3, cells(cube, "2024-04-01", "2024-04-03"), Reason.COPY)


def test_incidents_of_a_town_in_two_languages() -> None:
    found = {
        name: mining.detect(eventful(name), calendar={"country": "FR", "language": name})
        for name in LANGUAGES
    }
    french, english = found["fr"], found["en"]
    assert set(french["label"]) >= {"fault", "event", "works", "calendar"}
    same = french.columns.drop("explanation")
    pd.testing.assert_frame_equal(french[same], english[same])
    for name, table in found.items():
        for text in table["explanation"]:
            plain(text, language(name))
    rise = english["explanation"][english["label"] == "event"].item().replace("\u00a0", " ")
    assert re.fullmatch(
        "On Wednesday 21 February 2024 from 10am to 4pm, “capteur B” counted 3,[56]\\d\\d passages "
        r"against 1,[12]\d\d expected \(3 times as many\)\. "
        "Its neighbours stayed normal: a brief rise, perhaps an event\\.",
        rise,
    )
    feast = english["explanation"][english["rule"] == "holiday"].iloc[0]
    assert "Ascension Day explains it." in feast
    silent = language("en").read(rise)
    assert [f.value for f in figures_of(silent)][-1] == 3  # dates, hours and names are no figures


def test_groups_of_a_town_in_english() -> None:
    cube = three_kinds()
    cube.attrs["language"] = "en"
    groups = mining.cluster(cube, k=3, **FAST)
    assert "Saturday shopping" in groups["group_name"].to_numpy()
    assert set(groups["stability_words"].to_numpy()) == {"very stable"}
    placed = assign(cube, groups, weeks=10, **FAST)
    assert placed.attrs["statement"] == (
        "12 places put in the 3 groups of the sensors; 12 were there in every known year already."
    )
    moved = changed(cube, groups, weeks=10, **FAST)
    assert moved.attrs["statement"] == "No clear change among 12 compared with the year before."
    apart = rhythms_apart(cube, calendar=None)
    assert apart["period"].to_numpy()[0] == "december_february"
    assert apart["period_name"].to_numpy()[0] == "December to February"
    assert rhythms(cube, calendar=None, min_weeks=99)["note"].to_numpy()[0] == "not enough data"
    for name in ("group_evidence", "group_not", "part_phrase"):
        for text in groups[name].to_numpy().astype(str):
            assert not re.search(f"{NEVER}|{ALIEN['en']}", text.replace("share", "")), text


def test_names_of_the_rows_of_a_table_in_english() -> None:
    table = pd.DataFrame([[9, 1, 1], [8, 1, 1], [1, 1, 9], [2, 2, 18]])
    found = group_table(table, 2, bootstraps=5, language="en")
    assert found["group_name"].to_numpy().tolist() == ["group 1", "group 2"]
    assert group_table(table, 2, bootstraps=5)["group_name"].to_numpy()[0] == "groupe 1"


@pytest.mark.parametrize("stability", [0.9, 0.8, 0.7, 0.1, float("nan")])
def test_stability_has_words(words: Language, stability: float) -> None:
    assert words.text(f"activity_words.stability.{standing(stability)}")


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_of_an_impact_are_sentences(words: Language, reason: str) -> None:
    text = Impact(at("2024-05-01"), at("2024-05-02"), ("a",), reason).why(words.code)
    assert text[0].isupper()
    plain(text, words)


def test_holidays_have_names_where_the_calendar_has_none(words: Language) -> None:
    own = {"fr": "Jour de Waitangi", "en": "Waitangi Day"}[words.code]
    assert holiday_name("waitangi_day_observed", "Waitangi Day (observed)", words) == own
    assert holiday_name("te_ra", "Te Rā", words) == "Te Rā"
    assert "Te Rā" in texts.holiday("te_ra", "Te Rā", words)


def test_an_unknown_language_is_refused_in_one_sentence() -> None:
    told = r"no report texts in language 'xx': expected one of en, fr$"
    cube = town(3, 2, language="xx")
    for analysis in (mining.detect, mining.cluster, rhythms, rhythms_apart):
        with pytest.raises(ConfigError, match=told):
            analysis(cube, calendar=None)
    with pytest.raises(ConfigError, match=told):
        Impact(at("2024-05-01"), at("2024-05-02"), (), "chance").why("xx")
    with pytest.raises(ConfigError, match=told):
        group_table(pd.DataFrame([[1, 2]]), language="xx")


def test_a_cube_without_a_language_speaks_french() -> None:
    cube = change(town(1), 0, cells(town(1), "2024-02-14 10", "2024-02-14 16"), lambda v: 3 * v)
    del cube.attrs["language"]
    assert mining.detect(cube)["explanation"].item().startswith("Mercredi 14")


def test_families_of_shops_have_a_name_in_each_language(root: Path, tmp_path: Path) -> None:
    path = root / "data" / "reference" / "familles.csv"
    for name, first in (("fr", "Commerce alimentaire"), ("en", "Food shops")):
        table = _families(path, name)
        labels = table[_column(name)]
        assert labels[0] == first
        assert (labels != "").all()
        assert labels.is_unique
    with pytest.raises(
        ConfigError, match=r"no report texts in language 'xx': expected one of en, fr"
    ):
        _families(path, "xx")
