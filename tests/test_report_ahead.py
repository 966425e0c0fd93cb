"""Expected days and weeks in a report: their bands, what drives them, how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import report_inputs as inputs
from mining.language import language
from mining.report import _ahead as ahead
from mining.report import _ahead_tables as tables
from mining.report import _cover as cover
from mining.report import build, facts
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._totals import TERRITORY, DayDrivers, Total, Totals, add_up, totals_of
from mining.report._trials import CoverageRow, place_score
from test_report_pages import MINUS, NBSP, PLACE, THIN, number, table_of, text_of, tree

WORDS = language("fr")


def everything(**changes: Any) -> dict[str, Any]:
    return {**inputs.everything(), **changes}


def place_of(found: TerritoryFacts) -> PlaceFacts:
    return next(p for p in found.places if p.name == "Place Saint-Martin")


@pytest.fixture(scope="module")
def site(whole_report: Mapping[str, str | bytes]) -> dict[str, str]:
    return {k: str(v) for k, v in whole_report.items()}


def sentences(page: str) -> list[str]:
    """Return the paragraphs and list items of a page."""
    root = tree(page)
    space = "{http://www.w3.org/1999/xhtml}"
    return [text_of(e) for tag in ("p", "li") for e in root.iter(f"{space}{tag}")]


# --- figures that add up ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usual", "effects", "unit", "expected"),
    [
        # 1234 + 100.4 - 50.4 = 1284: rounding each alone would give 1230 + 100 - 50 = 1280.
        (1234.0, [100.4, -50.4, 0.0], 10, (1230, 100, -50, 0)),
        # 104 - 3.4 - 3.4 = 97.2: of two alike the first gives way; nothing is given to nothing.
        (104.0, [0.0, -3.4, -3.4], 1, (104, 0, -3, -4)),
        # 10.4 + 0.4 + 0.4 = 11.2, so 1 must be shown beside 10.
        (10.4, [0.4, 0.4], 1, (10, 1, 0)),
        (50.0, [0.0, 0.0], 1, (50, 0, 0)),
    ],
)
def test_rounded_figures_add_up(
    usual: float, effects: list[float], unit: int, expected: tuple[int, ...]
) -> None:
    assert add_up(usual, np.array(effects), usual + sum(effects), unit) == expected


@given(
    st.floats(0, 1e6),
    st.lists(st.one_of(st.just(0.0), st.floats(-1e5, 1e5)), min_size=1, max_size=6),
    st.sampled_from([1, 10, 100, 1000]),
)
def test_rounded_figures_add_up_whatever_they_are(
    usual: float, effects: list[float], unit: int
) -> None:
    array = np.round(np.array(effects), 3)
    usual = round(usual, 3)
    total = usual + float(array.sum())
    figures = add_up(usual, array, total, unit)
    assert sum(figures) == round(total / unit) * unit
    assert abs(figures[0] - usual) <= unit / 2
    for shown, exact in zip(figures[1:], array, strict=True):
        assert abs(shown - exact) <= unit
        assert exact != 0 or shown == 0


# --- days and weeks -----------------------------------------------------------------------


def test_days_and_week_have_their_own_bands() -> None:
    found = facts(**everything())
    place = place_of(found)
    assert place.totals is not None
    assert len(place.totals.days) == 15
    assert [d.whole for d in place.totals.days] == [False] + [True] * 13 + [False]
    assert place.totals.next_week[0].day == pd.Timestamp("2025-11-06")
    week = place.totals.week
    assert week is not None
    assert week.middle == sum(d.middle for d in place.totals.next_week)
    assert (week.low, week.high) == pytest.approx((0.95 * week.middle, 1.1 * week.middle))
    assert found.whole.totals is not None
    assert found.whole.totals.week is not None
    assert found.whole.totals.week.middle == sum(
        p.totals.week.middle for p in found.places if p.totals and p.totals.week
    )


@pytest.mark.parametrize(
    ("first", "hours"), [("2025-10-26", 25), ("2025-03-30", 23), ("2025-06-01", 24)]
)
def test_days_of_23_and_25_hours_are_whole(first: str, hours: int) -> None:
    start = pd.Timestamp(first, tz=inputs.ZONE).tz_convert("UTC").tz_localize(None)
    for steps in (hours, hours - 1):
        days = xr.Dataset(
            {
                "value": (("group", "time", "quantile"), [[[90.0, 99.0, 120.0]]]),
                "expected": (("group", "time"), [[100.0]]),
                "steps": ("time", [steps]),
            },
            coords={"group": ["P"], "time": [start], "quantile": [0.1, 0.5, 0.9]},
            attrs={"step_seconds": 3600},
        )
        found = totals_of(days, None, "P", timezone=inputs.ZONE, minimum=11)
        assert found is not None
        assert found.days == (Total(pd.Timestamp(first), steps == hours, 90.0, 100.0, 120.0),)
        by_day = days.assign(steps=("time", [1])).assign_attrs(step_seconds=86400)
        once = totals_of(by_day, None, "P", timezone=inputs.ZONE, minimum=11)
        assert once is not None
        assert once.days[0].whole


def test_lines_of_days_and_of_the_week(site: dict[str, str]) -> None:
    said = sentences(site[PLACE])
    day = inputs.counts(pd.date_range("2025-10-30", periods=24, freq="1h", tz=inputs.ZONE), 1.0)
    total = day.sum()
    expected = (
        f"Jeudi 6{NBSP}novembre{NBSP}: {total:.0f}{NBSP}passages attendus, "
        f"entre {0.9 * total:.0f} et {1.2 * total:.0f}."
    )
    assert any(s.startswith(expected) for s in said)
    hours = pd.date_range("2025-10-30", periods=168, freq="1h", tz=inputs.ZONE)
    # Monday to Wednesday repeat the last days counted, of this week; the rule is the same.
    week = inputs.counts(hours, 1.0).sum()
    low, middle, high = (WORDS.number(round(week * k / 10) * 10) for k in (0.95, 1.0, 1.1))
    line = (
        f"Du 6 au 12{NBSP}novembre 2025{NBSP}: {middle}{NBSP}passages attendus, "
        f"entre {low} et {high} (8{NBSP}fois sur 10)."
    )
    assert line in said
    kept = f"{middle}{NBSP}passages sont attendus du 6 au 12{NBSP}novembre 2025, entre {low}"
    assert any(s.startswith(kept) for s in said)


def test_small_totals_are_masked() -> None:
    # 407 passages on Thursday, 650 on Saturday, but 585 at least.
    found = facts(**everything(minimum_count=500))
    totals = place_of(found).totals
    assert totals is not None
    lines = ahead.lines(totals, 500, WORDS)
    assert lines[0] == f"Jeudi 6{NBSP}novembre{NBSP}: moins de 500{NBSP}passages attendus."
    assert not any("366" in line or "407" in line for line in lines)
    table = tables.outlook_table(place_of(found), found, WORDS)
    assert table is not None
    assert dict(r[:2] for r in table.rows)[f"Jeudi 6{NBSP}novembre"] == "< 500"
    assert {d.day.day_name() for d in totals.drivers} == {"Saturday"}
    saturday = ahead.lines(totals, 600, WORDS)[2]
    assert saturday.startswith(
        f"Samedi 8{NBSP}novembre{NBSP}: 650{NBSP}passages attendus, 780 au plus."
    )
    assert tables.interval(totals.next_week[2], 600, WORDS) == "650 (< 600 à 780)"
    assert ahead.week(totals, 10_000, WORDS).endswith(
        f"moins de 10{THIN}000{NBSP}passages attendus."
    )


# --- drivers ------------------------------------------------------------------------------


def test_driver_rows_add_up(site: dict[str, str]) -> None:
    for page in (site[PLACE], site["index.html"]):
        rows = table_of(page, "D’un jour ordinaire au jour attendu")
        assert rows[0] == ["Jour", "Jour ordinaire", "Fêtes", "Niveau récent", "Attendu"]
        assert len(rows) == 1 + 13
        expected = {r[0]: number(r[1].split(" (")[0]) for r in _days(page)}
        for name, *cells in rows[1:]:
            figures = [number(c) for c in cells]
            assert sum(figures[:-1]) == figures[-1] == expected[name]


def _days(page: str) -> list[list[str]]:
    return table_of(page, "Passages attendus par jour")[1:]


def test_a_day_is_told_against_an_ordinary_one() -> None:
    parts = (("holiday", -500), ("season", 0), ("recent", 100), ("event", 0), ("other", 0))
    day = DayDrivers(pd.Timestamp("2026-04-04"), 12700, 12300, parts)
    assert day.difference == -400
    assert not day.notable
    assert ahead.driven(day, WORDS) == (
        f"C’est 400{NBSP}de moins qu’un samedi ordinaire, surtout{NBSP}: fêtes ({MINUS}500){THIN}; "
        "en sens inverse, niveau récent (+100)."
    )
    up = DayDrivers(pd.Timestamp("2026-04-06"), 1000, 1600, (("event", 500), ("other", 100)))
    assert up.notable
    assert ahead.driven(up, WORDS) == (
        f"C’est 600{NBSP}de plus qu’un lundi ordinaire, surtout{NBSP}: événement annoncé (+500)."
    )
    # Two drivers at most, of those that make a fifth of the distance; the table has them all.
    many = (("holiday", -500), ("season", -300), ("recent", -250), ("event", 50), ("other", 0))
    down = DayDrivers(pd.Timestamp("2026-04-06"), 2000, 1000, many)
    assert ahead.driven(down, WORDS).endswith(
        f"surtout{NBSP}: fêtes ({MINUS}500) et saison ({MINUS}300)."
    )
    assert ahead.signed(0, WORDS) == "0"


def test_the_model_is_never_said_to_know_causes(site: dict[str, str]) -> None:
    said = " ".join(sentences(site[PLACE]))
    assert "il associe, il ne prouve pas" in said
    assert "parce que" not in said
    assert f"de moins qu’un jeudi ordinaire, surtout{NBSP}: fêtes ({MINUS}" in said


def test_near_ordinary_days_are_not_explained() -> None:
    given = everything()
    days = given["days"]
    given["days"] = days.assign(effect=days["effect"] * 0.4, usual=days["usual"] / 1.1 * 1.04)
    lines = ahead.lines(place_of(facts(**given)).totals, 11, WORDS)
    assert len(lines) == 7
    assert not any("ordinaire" in line for line in lines)


def test_a_model_that_tells_nothing_is_not_made_to_talk() -> None:
    given = everything()
    effect = given["days"]["effect"]
    is_other = effect["driver"] == "other"
    given["days"] = given["days"].assign(effect=xr.where(is_other, effect.sum("driver"), 0.0))
    totals = place_of(facts(**given)).totals
    assert totals is not None
    assert totals.drivers == ()
    assert not any("ordinaire" in line for line in ahead.lines(totals, 11, WORDS))
    assert tables.driver_table(totals, WORDS) is None
    assert ahead.driver_reading(totals, WORDS) == []


# --- how far to trust it ------------------------------------------------------------------

NOT_BETTER = "Pour ce lieu, la prévision ne fait pas mieux que répéter la semaine passée."


def test_a_place_where_last_week_is_as_good_is_told_so(site: dict[str, str]) -> None:
    assert NOT_BETTER not in site[PLACE]
    assert f"Pour chacun des 3{NBSP}lieux essayés" in site["index.html"]
    given = everything()
    scores = given["scores"]
    here = (scores["sensor"] == "b1") & (scores["model"] == "boosting")
    given["scores"] = scores.assign(abs_error=scores["abs_error"].where(~here, 200.0))
    out = {k: str(v) for k, v in build(**given).items()}
    assert NOT_BETTER in sentences(out[PLACE])
    assert NOT_BETTER not in sentences(out["lieux/passage-du-four.html"])
    line = f"Pour 1{NBSP}lieu sur 3, la prévision ne fait pas mieux que répéter la semaine passée"
    assert f"{line}{NBSP}: Place Saint-Martin." in sentences(out["index.html"])
    rows = {r[0]: r for r in table_of(out["index.html"], "Passages attendus par lieu")}
    assert rows["Place Saint-Martin"][3] == f"20,0{THIN}% (20,0{THIN}%)"


def test_a_place_served_by_a_simple_model_says_so() -> None:
    given = everything()
    given["served"] = {**given["served"], "b1": "seasonal_naive", "a1": "seasonal_naive"}
    out = {k: str(v) for k, v in build(**given).items()}
    alone, some = out[PLACE], out["lieux/rue-des-febvres.html"]
    assert NOT_BETTER in sentences(alone)
    assert any(s.startswith("Une méthode simple sert ce lieu") for s in sentences(alone))
    assert f"Méthode{NBSP}: recopie de la semaine passée." in " ".join(sentences(alone))
    assert NOT_BETTER not in sentences(some)
    assert any(s.startswith("1\u00a0compteur sur 2 est servi ici") for s in sentences(some))
    told = sentences(out["qualite.html"])
    assert any(s.startswith(f"2{NBSP}compteurs sur 4 sont servis") for s in told)


def test_errors_are_compared_over_the_same_trials() -> None:
    def row(model: str, cutoff: str, error: float) -> dict[str, Any]:
        return {
            "model": model, "cutoff": pd.Timestamp(cutoff), "sensor": "s", "day_ahead": 1,
            "n": 24, "actual": 100.0, "abs_error": error, "covered": 12,
        }  # fmt: skip

    scores = pd.DataFrame(
        [
            row("prophet", "2026-01-08", 30.0),
            row("seasonal_naive", "2026-01-01", 90.0),
            row("seasonal_naive", "2026-01-08", 20.0),
        ]
    )
    found = place_score(scores, {"s": "prophet"}, ["s"], "seasonal_naive")
    assert found is not None
    assert (found.wape, found.naive_wape, found.better) == (0.3, 0.2, False)
    assert (found.covered, found.hours) == (12, 24)
    assert place_score(scores, {"s": "boosting"}, ["s"], "seasonal_naive") is None
    alone = place_score(scores.iloc[:1], {"s": "prophet"}, ["s"], "seasonal_naive")
    assert alone is not None
    assert np.isnan(alone.naive_wape)


def test_coverage_is_told_by_situation_and_by_sensor(site: dict[str, str]) -> None:
    page = site["qualite.html"]
    said = sentences(page)
    assert (
        f"Oui{NBSP}: sur 960{NBSP}heures d’essai, 80,0{THIN}% sont tombées dans la fourchette, "
        f"pour 80{THIN}% visés."
    ) in said
    assert f"Le compteur le plus loin du but est Compteur c1, avec 95,0{THIN}%." in said
    rows = table_of(page, "Heures tombées dans la fourchette de la méthode choisie")
    assert [r[0] for r in rows[1:]] == [
        "Ensemble", "Jours ordinaires", "Jours de fête", "1er jour prévu",
        f"2e{NBSP}jour prévu".replace(NBSP, " "), f"De 9{NBSP}h à 12{NBSP}h",
    ]  # fmt: skip
    assert rows[3] == ["Jours de fête", f"65,0{THIN}%", "160", "trop étroite"]
    rows = table_of(page, "Heures tombées dans la fourchette de la méthode qui sert")
    assert [r[3] for r in rows[1:]] == ["tient", "tient", "tient", "trop large"]
    served = {**inputs.everything()["served"], "a1": "seasonal_naive"}
    found = facts(**everything(served=served))
    table = cover.tables(found.coverage, {"a1": "Compteur a1"}, WORDS, hourly=True)[1]
    assert table.rows[0] == ("Compteur a1", f"50,0{THIN}%", "240", "trop étroite")
    assert table.rows[1] == ("a2", f"75,0{THIN}%", "240", "tient")


@pytest.mark.parametrize(
    ("share", "start"),
    [(0.77, "À peu près"), (0.83, "À peu près"), (0.69, "Non"), (0.91, "Non"), (0.78, "Oui")],
)
def test_coverage_verdict(share: float, start: str) -> None:
    rows = (CoverageRow("all", "all", 960, share),)
    assert cover.verdict(rows, {}, WORDS)[0].startswith(f"{start}{NBSP}: sur 960")
    assert cover.verdict((), {}, WORDS) == [WORDS.text("cover.none")]


def test_a_group_that_is_not_there_has_no_totals() -> None:
    given = inputs.everything()
    zone: dict[str, Any] = {"timezone": inputs.ZONE, "minimum": 11}
    assert totals_of(given["days"], given["weeks"], "x", **zone) is None
    assert totals_of(None, None, TERRITORY, **zone) is None
    assert totals_of(given["days"] * np.nan, None, TERRITORY, **zone) is None
    found = totals_of(given["days"], None, TERRITORY, **zone)
    assert isinstance(found, Totals)
    assert found.week is None
