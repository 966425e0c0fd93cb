"""Numbers, dates, typography and file names of reports."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.errors import ConfigError
from mining.language import Language, clean_name, language
from mining.report._slug import LONGEST, slug, slugs

N, T, MINUS = "\u00a0", "\u202f", "\u2212"


@pytest.fixture(scope="module")
def words() -> Language:
    return language("fr")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1234567, 0, f"1{T}234{T}567"),
        (12.345, 2, "12,35"),
        (-3.6, 1, f"{MINUS}3,6"),
        (-0.04, 1, "0,0"),
    ],
)
def test_numbers(words: Language, value: float, decimals: int, text: str) -> None:
    assert words.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.146, f"+14,6{T}%"),
        (-0.185, f"{MINUS}18,5{T}%"),
        (0.0001, f"0,0{T}%"),
        (-0.0001, f"0,0{T}%"),
    ],
)
def test_changes_carry_their_sign(words: Language, share: float, text: str) -> None:
    assert words.percent(share, 1, signed=True) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, f"0{T}%"), (1, f"100{T}%"), (0.99999, f"99,9{T}%"), (0.00001, f"0,1{T}%")],
)
def test_shares_are_never_rounded_to_nothing_or_all(
    words: Language, share: float, text: str
) -> None:
    assert words.share(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.4, "7"), (123.4, "123"), (1234.0, f"1{T}230"), (987_654.0, f"988{T}000")],
)
def test_expected_values_keep_three_digits(words: Language, value: float, text: str) -> None:
    assert words.about(value) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, f"0{N}passage"),
        (1, f"1{N}passage"),
        (2, f"2{N}passages"),
        (12345, f"12{T}345{N}passages"),
    ],
)
def test_french_singular_goes_up_to_two(words: Language, count: int, text: str) -> None:
    assert words.text("unit.passages", count=count) == text


def test_dates_in_words(words: Language) -> None:
    assert words.date(pd.Timestamp("2025-12-25")) == f"jeudi 25{N}décembre 2025"
    assert words.date(pd.Timestamp("2025-03-01"), weekday=False) == f"1er{N}mars 2025"
    assert words.moment(pd.Timestamp("2025-08-31 09:30")) == (
        f"dimanche 31{N}août 2025 à 9{N}h{N}30"
    )


@pytest.mark.parametrize(
    ("monday", "text"),
    [
        ("2025-12-22", f"du 22 au 28{N}décembre 2025"),
        ("2025-10-27", f"du 27{N}octobre au 2{N}novembre 2025"),
        ("2025-12-29", f"du 29{N}décembre 2025 au 4{N}janvier 2026"),
    ],
)
def test_weeks_do_not_repeat_month_and_year(words: Language, monday: str, text: str) -> None:
    assert words.week(pd.Timestamp(monday)) == text


def test_typography(words: Language) -> None:
    written = "L'heure « pleine » : 12 h ; vraiment ? 80 % ! a:b"
    expected = f"L’heure «{N}pleine{N}»{N}: 12{N}h{T}; vraiment{T}? 80{T}%{T}! a:b"
    assert words.set(written) == expected
    assert words.set(expected) == expected


def test_a_plural_asks_for_its_count(words: Language) -> None:
    with pytest.raises(KeyError, match="a count is needed"):
        words.text("unit.passages")


def test_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(
        ConfigError, match="no report texts in language 'xx': expected one of en, fr"
    ):
        Language("xx")


def test_names_cannot_turn_the_text_around_them(words: Language) -> None:
    assert clean_name("Rue\n\x00 \u202eDroite\u2066") == "Rue Droite"
    assert words.isolate("شارع") == "\u2068شارع\u2069"
    assert words.isolate("Rue") == "Rue"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Cœur d'Île & Co.", "coeur-d-ile-co"),
        ("🎄", "lieu"),
        ("CON", "lieu-con"),
        ("index", "lieu-index"),
        ("a" * 200, "a" * LONGEST),
        ("<script>alert(1)</script>", "script-alert-1-script"),
    ],
)
def test_file_names(name: str, text: str) -> None:
    assert slug(name, "lieu") == text


@given(st.lists(st.text(max_size=80), max_size=12))
def test_file_names_are_safe_different_and_independent_of_order(names: list[str]) -> None:
    found = slugs(names, "lieu")
    assert set(found) == set(names)
    assert len(set(found.values())) == len(found)
    assert found == slugs(names[::-1], "lieu")
    for text in found.values():
        assert text.strip("abcdefghijklmnopqrstuvwxyz0123456789-") == ""
        assert 0 < len(text) <= LONGEST + 5
