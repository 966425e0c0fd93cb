"""Hard cases, through the public interface: what the truth is, and what a forecast must say.

The expected count of every hour is known (:mod:`_streets`). Medians are compared with it; the
coverage of intervals is measured on twenty other futures drawn from the same law.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mining
from _streets import PARIS, ahead, city, clock, counted, expected, holiday, small
from mining.forecast.structural import Structural

START, END = "2025-02-03", "2025-06-16"
FUTURE = clock("2025-06-16", "2025-06-23")
Truth = Callable[[pd.DatetimeIndex], np.ndarray]


def neighbours(local: pd.DatetimeIndex, count: int = 4) -> dict[str, np.ndarray]:
    """Return ordinary streets, one, two, three times a level."""
    return {f"s{k}": expected(local) * (1 + k) for k in range(count)}


def wape(made: pd.DataFrame, truth: Truth) -> float:
    """Return the error of the median relative to the expected counts."""
    mean = truth(pd.DatetimeIndex(made["local"]))
    return float(np.abs(made[0.5].to_numpy() - mean).sum() / mean.sum())


def ratio(made: pd.DataFrame, truth: Truth) -> float:
    """Return the sum of the medians relative to that of the expected counts."""
    return float(made[0.5].sum() / truth(pd.DatetimeIndex(made["local"])).sum())


def coverage(made: pd.DataFrame, truth: Truth) -> float:
    """Return the share of other futures inside .1-.9, on hours when people are about."""
    mean = truth(pd.DatetimeIndex(made["local"]))
    drawn = np.stack([counted(mean, seed=1000 + k) for k in range(20)])
    inside = (drawn >= made[0.1].to_numpy()) & (drawn <= made[0.9].to_numpy())
    return float(inside.mean())


def width(made: pd.DataFrame) -> float:
    """Return the width of .1-.9 relative to the median."""
    return float((made[0.9] - made[0.1]).sum() / made[0.5].sum())


CHANGES = [
    (PARIS, "2025-03-30", 23),
    (PARIS, "2025-10-26", 25),
    ("Pacific/Auckland", "2025-04-06", 25),
    ("Pacific/Auckland", "2025-09-28", 23),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
@pytest.mark.parametrize("origin", [-4, 3], ids=["ahead", "behind"])
def test_days_of_23_and_25_hours_keep_the_local_hours(
    zone: str, day: str, hours: int, origin: int
) -> None:
    end = pd.Timestamp(day) + pd.Timedelta(origin, "D")
    start = end - pd.Timedelta(70, "D")
    local = clock(str(start.date()), str(end.date()), zone)
    cube = city(neighbours(local, 2), local, seed=None, country=None)
    for model in ("seasonal_naive", "window_average", Structural(days=56), small(10, 3000)):
        made = ahead(cube, model, horizon="7D").loc["s0"]
        assert len(made) == 7 * 24 + (hours - 24 if origin < 0 else 0)
        # An hour off would err by up to 60 %: the morning rises that fast.
        truth = expected(pd.DatetimeIndex(made["local"]))
        assert made[0.5].to_numpy() == pytest.approx(truth, rel=0.01)


def test_a_sensor_three_weeks_old_has_its_own_week_and_an_honest_band() -> None:
    local = clock(START, END)
    young = expected(local, 300)
    young[: -21 * 24] = np.nan
    cube = city(neighbours(local) | {"young": young}, local)
    made = ahead(cube, horizon="7D").loc["young"]
    # Three noisy weeks: standard deviation of an hour 2 sqrt(n), of a mean of three 1.2 sqrt(n).
    assert wape(made, lambda t: expected(t, 300)) < 0.11
    assert 0.7 <= coverage(made, lambda t: expected(t, 300)) <= 0.9
    served = mining.forecast(cube, model=small(), horizon="1D")["model"].to_series()
    assert served.to_dict() == dict.fromkeys(["s0", "s1", "s2", "s3"], "boosting") | {
        "young": "window_average"
    }


@pytest.mark.parametrize(("back", "level"), [(10, 1.0), (10, 1.6), (3, 1.0)])
def test_a_sensor_back_from_two_months_of_silence_is_where_it_is_now(
    back: int, level: float
) -> None:
    local = clock(START, END)
    gap = expected(local, 300)
    gap[-back * 24 :] *= level
    gap[-(60 + back) * 24 : -back * 24] = np.nan
    cube = city(neighbours(local) | {"gap": gap}, local)
    for model in ("window_average", small()):
        made = ahead(cube, model, horizon="7D").loc["gap"]
        assert ratio(made, lambda t: expected(t, 300 * level)) == pytest.approx(1, abs=0.1)
        assert wape(made, lambda t: expected(t, 300 * level)) < 0.15


def stepped(days: int, factor: float) -> xr.Dataset:
    """Return four ordinary streets, and one that has another level since some days."""
    local = clock(START, END)
    step = expected(local)
    step[-days * 24 :] *= factor
    return city(neighbours(local) | {"step": step}, local)


@pytest.mark.parametrize(("days", "factor"), [(14, 2.0), (7, 1.5), (4, 2.0), (7, 0.5), (4, 0.5)])
def test_a_level_step_is_followed_within_days(days: int, factor: float) -> None:
    made = ahead(stepped(days, factor), horizon="7D")
    # The clean level over eight weeks alone would say 1.2 after a week of 2.
    assert ratio(made.loc["step"], lambda t: expected(t, 100 * factor)) == pytest.approx(
        1, abs=0.12
    )
    assert coverage(made.loc["step"], lambda t: expected(t, 100 * factor)) >= 0.75
    assert width(made.loc["step"]) > 1.15 * width(made.loc["s0"])
    assert ratio(made.loc["s0"], expected) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("days", "factor"), [(1, 2.0), (2, 0.5)])
def test_after_a_day_or_two_of_another_level_the_band_holds_both(days: int, factor: float) -> None:
    made = ahead(stepped(days, factor), horizon="7D").loc["step"]
    assert ratio(made, expected) == pytest.approx(1, abs=0.1)
    for level in (100, 100 * factor):
        assert coverage(made, lambda t, level=level: expected(t, level)) >= 0.7


def market(local: pd.DatetimeIndex) -> np.ndarray:
    """Return 3 on Saturdays from 8 to 13 h, 1 elsewhere."""
    on = (local.day_of_week == 5) & (local.hour >= 8) & (local.hour < 13)
    return np.where(on, 3.0, 1.0)


def test_a_saturday_market_is_at_its_hours_and_its_place_alone() -> None:
    local = clock(START, END)
    streets = neighbours(local) | {"market": expected(local) * market(local)}
    on = market(FUTURE) > 1
    truth = expected(FUTURE) * market(FUTURE)
    # Without noise nothing is left but the rule: 3 times the usual, there alone.
    exact = ahead(city(streets, local, seed=None), horizon="7D")
    assert exact.loc["market"][0.5].to_numpy() == pytest.approx(truth, rel=1e-4)
    assert exact.loc["s0"][0.5].to_numpy() == pytest.approx(expected(FUTURE), rel=1e-4)
    made = ahead(city(streets, local), horizon="7D")
    stalls = made.loc["market"][on]
    assert ((stalls[0.1] < truth[on]) & (truth[on] < stalls[0.9])).all()
    assert wape(made.loc["market"], lambda t: expected(t) * market(t)) < 0.1


def quiet(local: pd.DatetimeIndex) -> np.ndarray:
    """Return a street that has 40 % of its passages on public holidays."""
    return expected(local) * np.where(holiday(local), 0.4, 1.0)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2023-12-18", "2025-12-22", 1), ("2023-04-24", "2025-04-17", 1)],
    ids=["christmas", "easter"],
)
def test_christmas_and_easter_are_known_from_a_year_before(start: str, end: str, days: int) -> None:
    # Easter Monday: 1 April 2024, 21 April 2025. Repeating last week says 2.5 times too much.
    local = clock(start, end)
    cube = city({name: quiet(local) * (1 + k) for k, name in enumerate("abc")}, local)
    made = ahead(cube, small(rows=6000), horizon="7D").loc["c"]
    off = holiday(pd.DatetimeIndex(made["local"]))
    assert off.sum() == 24 * days
    truth = 3 * quiet(pd.DatetimeIndex(made["local"]))
    assert made[0.5][off].sum() / truth[off].sum() == pytest.approx(1, abs=0.12)
    assert made[0.5][~off].sum() / truth[~off].sum() == pytest.approx(1, abs=0.06)


LOCKED = (pd.Timestamp("2024-04-01", tz=PARIS), pd.Timestamp("2024-05-27", tz=PARIS))
CLOSURE = {"type": "closure", "title": "confinement", "start": "2024-04-01", "end": "2024-05-26"}


@pytest.mark.parametrize(
    ("end", "events"),
    [("2025-04-14", []), ("2025-05-26", []), ("2025-05-26", [CLOSURE])],
    ids=["easter", "whitsun", "journal"],
)
def test_a_lockdown_of_last_year_is_not_repeated(end: str, events: list[Any]) -> None:
    # Eight weeks at 15 %: Easter Monday 2024 was its first day, Ascension and Whitsun inside.
    local = clock("2023-12-04", end)
    locked = (local >= LOCKED[0]) & (local < LOCKED[1])
    means = {n: m * np.where(locked, 0.15, 1.0) for n, m in neighbours(local, 3).items()}
    calendar = {"country": "FR", "events": events}
    cube = city(means, local)
    made = ahead(cube, small(rows=6000), horizon="14D", calendar=calendar).loc["s2"]
    daily = made.groupby(pd.DatetimeIndex(made["local"]).date)[0.5].sum()
    truth = 3 * pd.Series(expected(pd.DatetimeIndex(made["local"]))).to_numpy().reshape(-1, 24)
    assert daily.to_numpy() == pytest.approx(truth.sum(axis=1), rel=0.15)
    assert coverage(made, lambda t: expected(t, 300)) >= 0.75


@pytest.mark.parametrize("night", [0.0, 0.2])
def test_empty_nights_are_zero_without_false_certainty(night: float) -> None:
    def rate(local: pd.DatetimeIndex) -> np.ndarray:
        return np.where((local.hour >= 22) | (local.hour < 6), night, expected(local, 60))

    local = clock(START, END)
    made = ahead(city({"a": rate(local), "b": 2 * rate(local)}, local), horizon="7D").loc["a"]
    dark = rate(pd.DatetimeIndex(made["local"])) == night
    nights, levels = made[dark], [0.1, 0.5, 0.9]
    assert (nights[levels] >= 0).all(axis=None)
    assert nights[0.1].mean() < 0.1
    assert nights[0.5].mean() < 0.1 if night == 0 else nights[0.5].mean() < 0.5
    # Nine hours in ten at most 0.2 people: the band is small, and what it says comes true.
    assert nights[0.9].mean() < (0.5 if night == 0 else 2.5)
    drawn = counted(np.full((50, dark.sum()), night).ravel(), 5).reshape(50, -1)
    assert (drawn <= nights[0.9].to_numpy()).mean() >= 0.85
    assert coverage(made[~dark], rate) == pytest.approx(0.8, abs=0.08)


@pytest.mark.parametrize(("step", "days"), [("15min", 70), ("30min", 70), ("1D", 200)])
def test_other_steps_are_as_good(step: str, days: int) -> None:
    def rate(local: pd.DatetimeIndex) -> np.ndarray:
        return expected(local) if step != "1D" else np.where(local.day_of_week < 5, 800.0, 1200.0)

    end = pd.Timestamp(START) + pd.Timedelta(days, "D")
    local = clock(START, str(end.date()), step=step)
    cube = city({"a": rate(local), "b": 2 * rate(local)}, local, step=step)
    # Noise of one step is 17 % of its level by the hour or less, 7 % by the day.
    bounds = {"seasonal_naive": 0.25, "window_average": 0.13, "statsmodels": 0.11, "boosting": 0.1}
    for name, bound in bounds.items():
        made = ahead(cube, small() if name == "boosting" else name, horizon="7D").loc["b"]
        assert len(made) == 7 * (pd.Timedelta("1D") // pd.Timedelta(step))
        assert wape(made, lambda t: 2 * rate(t)) < bound
        assert 0.65 <= coverage(made, lambda t: 2 * rate(t)) <= 0.95


def fill(local: pd.DatetimeIndex) -> np.ndarray:
    """Return how full a car park is: full at noon on working days, half full at weekends."""
    hour, work = np.asarray(local.hour), np.asarray(local.day_of_week < 5)
    return np.minimum(0.15 + np.where(work, 1.0, 0.4) * np.exp(-(((hour - 12) / 4) ** 2)), 1.0)


def test_a_stock_stays_between_empty_and_full() -> None:
    local = clock(START, END)
    noise = 0.03 * np.random.default_rng(0).standard_normal((2, len(local)))
    parks = {n: np.clip(fill(local) + noise[k], 0, 1) for k, n in enumerate("pq")}
    cube = city(parks, local, seed=None, kind="parking")
    for model in ("window_average", "statsmodels", small()):
        made = ahead(cube, model, horizon="7D").loc["p"]
        assert made[[0.1, 0.5, 0.9]].max(axis=None) <= 1.0
        assert made[[0.1, 0.5, 0.9]].min(axis=None) >= 0.0
        assert np.abs(made[0.5].to_numpy() - fill(FUTURE)).mean() < 0.015
        # A band of .1-.9 of a normal law of deviation .03 is .077 wide.
        assert 0.05 < (made[0.9] - made[0.1]).mean() < 0.11


def test_decibels_are_levels_and_not_counts() -> None:
    def level(local: pd.DatetimeIndex) -> np.ndarray:
        return 45 + 20 * np.exp(-(((np.asarray(local.hour) - 13) / 6) ** 2))

    local = clock(START, END)
    noise = 1.5 * np.random.default_rng(1).standard_normal((2, len(local)))
    cube = city({"a": level(local) + noise[0], "b": level(local) - 50 + noise[1]}, local,
                seed=None, kind="noise")  # fmt: skip
    for model in ("window_average", "statsmodels", small()):
        made = ahead(cube, model, horizon="7D")
        assert np.abs(made.loc["a"][0.5].to_numpy() - level(FUTURE)).mean() < 0.75
        # 2 * 1.28 * 1.5 = 3.8 dB, at night and at noon alike
        bands = (made.loc["a"][0.9] - made.loc["a"][0.1]).groupby(FUTURE.hour).mean()
        assert bands.between(2.9, 5.6).all()
    assert made.loc["b"][0.5].min() < -3


def test_dead_and_empty_sensors_do_no_harm() -> None:
    local = clock(START, END)
    dead = expected(local, 300)
    dead[-40 * 24 :] = np.nan
    means = neighbours(local, 2) | {"dead": dead, "never": np.nan * dead, "zero": 0 * dead}
    cube = city(means, local)
    for model in ("seasonal_naive", "window_average", "statsmodels", small()):
        made = ahead(cube, model, horizon="7D")
        assert wape(made.loc["dead"], lambda t: expected(t, 300)) < 0.16
        assert made.loc["never"][[0.1, 0.5, 0.9]].isna().all(axis=None)
        assert made.loc["zero"][0.5].max() < 0.05
        assert made.loc["zero"][0.9].max() < 0.5
    cleaned = mining.clean(cube)
    assert (cleaned["quality"].sel(sensor="zero") != mining.Quality.VALID).all()
    said = mining.forecast(cleaned, model=small(), horizon="1D")
    assert np.isfinite(said["value"].sel(sensor=["s0", "s1", "dead"]).to_numpy()).all()


@pytest.mark.parametrize("country", ["FR", None])
def test_one_sensor_alone_and_no_holiday_known(country: str | None) -> None:
    local = clock(START, END)
    cube = city({"a": expected(local, 300)}, local, country=country)
    for name in ("seasonal_naive", "window_average", "statsmodels", "boosting"):
        made = ahead(cube, small() if name == "boosting" else name, horizon="7D").loc["a"]
        assert wape(made, lambda t: expected(t, 300)) < (0.14 if name == "seasonal_naive" else 0.08)
        assert 0.7 <= coverage(made, lambda t: expected(t, 300)) <= 0.9


def test_five_an_hour_beside_five_thousand() -> None:
    local = clock(START, END)
    # `expected` is 0.47 of its level on average.
    cube = city({"tiny": expected(local, 10), "huge": expected(local, 10_000)}, local)
    made = ahead(cube, horizon="7D")
    assert ratio(made.loc["tiny"], lambda t: expected(t, 10)) == pytest.approx(1, abs=0.15)
    assert wape(made.loc["tiny"], lambda t: expected(t, 10)) < 0.3
    assert wape(made.loc["huge"], lambda t: expected(t, 10_000)) < 0.015
    assert coverage(made.loc["tiny"], lambda t: expected(t, 10)) >= 0.72
    assert width(made.loc["huge"]) < 0.2
    assert width(made.loc["tiny"]) > 1.5


@settings(max_examples=6, deadline=None)
@given(
    order=st.permutations(range(4)),
    power=st.integers(-1, 3),
    model=st.sampled_from(["seasonal_naive", "window_average", "boosting"]),
)
def test_order_unit_and_absent_sensors_change_nothing(
    order: list[int], power: int, model: str
) -> None:
    local = clock("2025-04-07", END)
    means = neighbours(local, 3) | {"absent": np.full(len(local), np.nan)}
    cube = city(means, local)

    def said(shown: xr.Dataset) -> xr.DataArray:
        made: Any = small(trees=8, rows=4000) if model == "boosting" else model
        return mining.forecast(shown, model=made, horizon="2D")["value"]

    plain = said(cube.drop_sel(sensor="absent"))
    assert (plain >= 0).all()
    assert (plain.diff("quantile") >= 0).all()
    turned = said(cube.isel(sensor=order)).sel(sensor=plain["sensor"])
    assert (turned == plain).all()
    scaled = said(cube.assign(value=cube["value"] * 2.0**power)).sel(sensor=plain["sensor"])
    # Powers of two are exact in binary; what is left is the rounding to 3 decimals.
    unit = 2.0**power
    if model != "boosting":
        assert np.abs(scaled - plain * unit).max() <= 0.0005 * (1 + unit) + 1e-9
    else:
        assert np.abs(scaled - plain * unit).max() <= 0.02 * plain.max() * unit
