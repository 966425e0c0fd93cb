"""The journal in forecasts: what is not learnt from, and what comes back.

Truth: streets whose expected count of every hour is known (:mod:`_streets`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from _streets import PARIS, ahead, city, clock, expected, small
from mining.calendars import as_calendar
from mining.forecast._events import journal
from mining.forecast._grid import of_cube
from mining.forecast.structural import Structural

LOCAL = clock("2025-02-03", "2025-06-16")
FUTURE = clock("2025-06-16", "2025-06-23")
FRIDAYS = ["2025-04-11", "2025-04-25", "2025-05-09", "2025-05-30", "2025-06-20"]
WORKS = (pd.Timestamp("2025-05-29", tz=PARIS), pd.Timestamp("2025-06-19", tz=PARIS))
MODELS = ["seasonal_naive", "window_average", "statsmodels", "boosting"]


def model(name: str) -> Any:
    """Return a model by name, the champion a cheap one."""
    cheap = {"boosting": small(15, 6000), "statsmodels": Structural(days=100)}
    return cheap.get(name, name)


def evening(local: pd.DatetimeIndex) -> np.ndarray:
    """Tell which hours belong to a festival."""
    days = local.tz_localize(None).normalize()
    return np.asarray(days.isin(pd.DatetimeIndex(FRIDAYS)) & (local.hour >= 18) & (local.hour < 23))


def torn(local: pd.DatetimeIndex) -> np.ndarray:
    """Tell which hours are under works."""
    return np.asarray((local >= WORKS[0]) & (local < WORKS[1]))


def town() -> xr.Dataset:
    """Return two plain streets, one with a festival of +80 %, one with works of -40 %."""
    plain = expected(LOCAL, 300)
    means = {
        "plain": plain,
        "second": 2 * plain,
        "fair": plain * np.where(evening(LOCAL), 1.8, 1.0),
        "works": plain * np.where(torn(LOCAL), 0.6, 1.0),
    }
    return city(means, LOCAL)


def festival(**more: Any) -> list[dict[str, Any]]:
    """Return the five evenings as entries of the journal."""
    entry = {"type": "event", "title": "Braderie", "sensors": "fair", "known_since": "2025-01-01"}
    times = [{"start": f"{day} 18:00", "end": f"{day} 23:00"} for day in FRIDAYS]
    return [entry | time | more for time in times]


TRAM = {"type": "works", "title": "Tram", "start": "2025-05-29", "end": "2025-06-18",
        "sensors": "works", "known_since": "2025-05-20"}  # fmt: skip


def said(name: str, events: list[dict[str, Any]]) -> pd.DataFrame:
    """Forecast a week of the town."""
    return ahead(town(), model(name), horizon="7D", calendar={"country": "FR", "events": events})


@pytest.mark.parametrize("name", MODELS)
def test_a_festival_that_comes_back_and_works_that_end(name: str) -> None:
    made, blind = said(name, [*festival(), TRAM]), said(name, [])
    on, under = evening(FUTURE), torn(FUTURE)
    usual = expected(FUTURE, 300)

    def share(frame: pd.DataFrame, sensor: str, hours: np.ndarray) -> float:
        return float(frame.loc[sensor, 0.5][hours].sum() / usual[hours].sum())

    # Twenty hours at 1.8 were seen: 1 + 20 / 24 * 0.8 = 1.67, up to noise. Without: under one.
    assert share(made, "fair", on) == pytest.approx(1.67, abs=0.2)
    assert share(blind, "fair", on) < 1.25
    assert share(made, "fair", ~on) == pytest.approx(1, abs=0.04)
    # 18 days at 0.6 were seen, and all is as before when the works are over.
    assert share(made, "works", under) == pytest.approx(0.6, abs=0.04)
    assert share(made, "works", ~under) == pytest.approx(1, abs=0.06)
    assert share(blind, "works", ~under) < 0.8
    # The others know nothing of it; trees are shared, so that the champion's may differ a little.
    assert made.loc["plain", 0.5].to_numpy() == pytest.approx(
        blind.loc["plain", 0.5].to_numpy(), rel=0.2 if name == "boosting" else 1e-9
    )


@pytest.mark.parametrize("name", MODELS[1:])
def test_what_never_happened_moves_no_median_and_widens_the_band(name: str) -> None:
    new = {"type": "event", "title": "Biennale", "start": "2025-06-20 08:00",
           "end": "2025-06-20 20:00", "known_since": "2025-06-01", "sensors": "plain"}  # fmt: skip
    made, blind = said(name, [new]), said(name, [])
    pd.testing.assert_series_equal(made[0.5], blind[0.5], check_exact=True)
    day = (FUTURE.day_of_year == 171) & (FUTURE.hour >= 8) & (FUTURE.hour < 20)
    assert day.sum() == 12
    apart = (made[[0.1, 0.9]] != blind[[0.1, 0.9]]).any(axis=1)
    assert apart.loc["plain"].to_numpy()[day].all()
    assert not apart.loc["plain"].to_numpy()[~day].any()
    assert not apart.drop("plain").any()


def test_the_type_speaks_for_a_new_title_but_less() -> None:
    entries = festival()
    entries[-1] |= {"title": "Concert"}
    on, usual = evening(FUTURE), expected(FUTURE, 300)
    by_type = said("window_average", entries).loc["fair", 0.5][on].sum() / usual[on].sum()
    # 1 + 20 / 36 * 0.8 = 1.44
    assert by_type == pytest.approx(1.44, abs=0.15)
    assert by_type < said("window_average", festival()).loc["fair", 0.5][on].sum() / usual[on].sum()


def test_a_market_that_is_no_weekly_one_is_an_entry_for_each_date() -> None:
    made = said("window_average", festival(type="market"))
    pd.testing.assert_frame_equal(made, said("window_average", festival()), check_exact=True)
    told = said("window_average", festival(type="other"))
    pd.testing.assert_frame_equal(told, said("window_average", []), check_exact=True)


def test_entries_at_a_place_or_without_place_concern_its_sensors_or_everyone() -> None:
    places = pd.DataFrame({"place": ["Halles", "Halles", "Port", "Port"]},
                          index=["plain", "second", "fair", "works"])  # fmt: skip
    cube = mining.from_table(
        town()["value"].to_pandas().T.tz_localize("UTC"), timezone=PARIS, sensors=places
    )
    grid = of_cube(cube)
    one = {"start": "2025-05-01", "end": "2025-05-01", "known_since": "2025-04-01"}
    for extra, expected_rows in (
        ({"places": "Port"}, ["fair", "works"]),
        ({"sensors": "plain"}, ["plain"]),
        ({}, ["fair", "plain", "second", "works"]),
    ):
        found = journal(grid, as_calendar({"events": [one | extra]}))
        hidden = np.isnan(found.known) & np.isfinite(grid.known)
        assert hidden.sum(axis=1).tolist() == [24 * (s in expected_rows) for s in grid.sensors]


def test_a_long_entry_and_one_that_leaves_nothing_are_the_usual_week() -> None:
    grid = of_cube(town())
    long = {"start": "2025-03-01", "end": "2025-06-30", "type": "works"}
    fault = {"start": "2025-05-01", "end": "2025-05-02", "type": "fault"}
    for entry in (long, fault):
        assert journal(grid, as_calendar({"events": [entry]})).entries == ()
    back_to_back = [
        {"start": s, "end": e, "type": "works"}
        for s, e in (("2025-03-20", "2025-04-30"), ("2025-05-01", "2025-06-30"))
    ]
    both = journal(grid, as_calendar({"events": back_to_back}))
    assert (both.known[np.isfinite(grid.known)] == grid.known[np.isfinite(grid.known)]).all()
    assert len(both.entries) == 2


def test_a_level_moves_by_a_difference() -> None:
    def loud(local: pd.DatetimeIndex) -> np.ndarray:
        base = 50 + 10 * np.exp(-(((np.asarray(local.hour) - 13) / 6) ** 2))
        return base + np.where(evening(local), 6.0, 0.0)

    noise = np.random.default_rng(0).standard_normal(len(LOCAL))
    cube = city({"fair": loud(LOCAL) + noise}, LOCAL, seed=None, kind="noise")
    made = ahead(cube, "window_average", horizon="7D",
                 calendar={"events": festival()}).loc["fair"]  # fmt: skip
    on = evening(FUTURE)
    # 20 / 24 of 6 dB
    apart = made[0.5][on].to_numpy() - (loud(FUTURE)[on] - 6)
    assert apart.mean() == pytest.approx(5.0, abs=0.7)


def test_the_driver_event_tells_what_the_journal_does() -> None:
    cube = town()
    calendar = {"country": "FR", "events": [*festival(), TRAM]}
    made = mining.forecast(cube, model=small(), horizon="7D", calendar=calendar, drivers=True)
    event = made["effect"].sel(driver="event").to_pandas().T
    median = made["value"].sel(quantile=0.5).to_pandas().T
    on, under = evening(FUTURE), torn(FUTURE)
    assert (event["plain"] == 0).all()
    assert (event["fair"][~on] == 0).all()
    # Of 1.67 parts, 0.67 are the festival's; of 0.6 parts, -0.4 are missing.
    assert event["fair"][on].sum() / median["fair"][on].sum() == pytest.approx(0.4, abs=0.05)
    assert event["works"][under].sum() / median["works"][under].sum() == pytest.approx(
        -0.4 / 0.6, abs=0.08
    )
    total = made["usual"] + made["effect"].sum("driver")
    assert np.abs(total - made["value"].sel(quantile=0.5)).max() < 1e-6
