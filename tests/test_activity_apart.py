"""Typical weeks of seasons, of school term and holidays, and of any days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _rhythms import DAY, NIGHT, OFFICE, town
from mining.activity import rhythms_apart
from mining.errors import ConfigError

WORK = np.where(DAY < 5, 2.0, 1.0)


def year(factor: pd.Series) -> object:
    """Return a year from Monday 2024-01-01 in which each local day has a factor."""
    cube = town({"a": WORK, "b": WORK}, weeks=52, noise=0)
    days = pd.DatetimeIndex(cube.indexes["time"]).normalize()
    cube["value"][0] = cube["value"][0] * factor.reindex(days).to_numpy()
    return cube


DAYS = pd.date_range("2024-01-01", "2024-12-31")


def test_seasons_by_hand() -> None:
    cube = year(pd.Series(np.where(DAYS.month.isin([6, 7, 8]), 3.0, 1.0), DAYS))
    found = rhythms_apart(cube, calendar=None)
    assert found["period_name"].to_numpy().tolist() == [
        "décembre à février", "mars à mai", "juin à août", "septembre à novembre",
    ]  # fmt: skip
    # 5 · 24 · 2 + 2 · 24 = 288 passages a week
    assert found["volume"].sel(sensor="a").to_numpy().tolist() == [288, 288, 864, 288]
    # 1 June 2024 is a Saturday, 31 August too: 13 Mondays, 14 Saturdays
    summer = found["valid_weeks"].sel(period="june_august", sensor="a").to_numpy()
    assert (summer[0], summer[5 * 24]) == (13, 14)
    np.testing.assert_allclose(found["share"].sum("hour_of_week"), 1, rtol=1e-12)
    np.testing.assert_allclose(found["distance"], 0, atol=1e-12)  # more people, the same rhythm


def test_school_term_and_holidays() -> None:
    cube = year(pd.Series(1.0, DAYS))
    # Zone A in 2024: 17 February to 3 March, 13 to 28 April, 6 July to 1 September, 19 October
    # to 3 November, 21 December on, and 1 to 7 January.
    found = rhythms_apart(cube, "school", calendar={"country": "FR", "school_zone": "A"})
    holidays = found["valid_weeks"].sel(period="school_holidays", sensor="a").to_numpy()
    # Tuesdays: 2 January, 2 in February, 2 in April, 8 in summer, 2 in autumn, 24 December
    assert holidays[24] == 1 + 2 + 2 + 8 + 2 + 1
    assert found["period_name"].to_numpy().tolist() == ["période scolaire", "vacances scolaires"]
    with pytest.raises(ConfigError, match="the calendar has no school zone"):
        rhythms_apart(cube, "school", calendar={"country": "FR"})


def test_a_period_with_a_rhythm_of_its_own_is_beyond_chance() -> None:
    cube = town({"a": OFFICE, "b": OFFICE}, weeks=40)
    cube["value"][0, 30 * 168 :] = np.tile(NIGHT, 10)
    late = {"autumn": pd.date_range("2024-07-29", periods=70), "spring": DAYS[:70]}
    found = rhythms_apart(cube, late, calendar=None)
    a, b = (found.sel(period="autumn", sensor=s) for s in "ab")
    assert float(a["distance"]) > 1.5 * float(a["distance_by_chance"])
    assert float(b["distance"]) < 1.5 * float(b["distance_by_chance"])
    assert float(a["part_share"].sel(part="morning")) < 0.6 * float(
        b["part_share"].sel(part="morning")
    )


def test_periods_with_too_few_weeks_say_so() -> None:
    cube = year(pd.Series(1.0, DAYS))
    found = rhythms_apart(cube, {"soldes": DAYS[:14], "jamais": DAYS[:0]}, calendar=None)
    assert set(found["note"].to_numpy().ravel()) == {"données insuffisantes"}
    for name in ("share", "distance", "distance_by_chance"):
        assert np.isnan(found[name].to_numpy()).all()
    assert found["period_name"].to_numpy().tolist() == ["soldes", "jamais"]


def test_periods_that_are_none() -> None:
    cube = year(pd.Series(1.0, DAYS))
    with pytest.raises(ConfigError, match="by: found 'month', expected 'season', 'school'"):
        rhythms_apart(cube, "month", calendar=None)
    with pytest.raises(ConfigError, match="found no period"):
        rhythms_apart(cube, {}, calendar=None)


def test_a_year_without_seasons_rarely_exceeds_chance() -> None:
    """Poisson counts of the same week all year: about one comparison in twenty exceeds chance."""
    weeks = {f"s{k:02d}": 20 * WORK for k in range(24)}
    cube = town(weeks, weeks=52)
    found = rhythms_apart(cube, "season", calendar=None)
    beyond = (found["distance"] > found["distance_by_chance"]).to_numpy()
    assert beyond.size == 96
    assert beyond.mean() < 0.13  # 5 % expected, standard error 2 %; weeks rounded up gave more
