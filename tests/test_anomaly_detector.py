"""The detector: sight, prediction from others, windows, causality, power, and its measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import cube as cubes
from mining.anomaly import detect, scores
from mining.anomaly._sight import Sight, predict
from mining.anomaly._windows import Window, sums
from mining.errors import ConfigError
from mining.quality import clean
from mining.trials import DURATIONS, UNLISTED, Injection, inject, vus_pr
from mining.trials import _trial as trials
from mining.week_grid import of_cube

PARIS = "Europe/Paris"
START = pd.Timestamp("2024-01-01", tz=PARIS)  # a Monday
DAY = np.array([20.0] * 8 + [200.0] * 12 + [20.0] * 4)


def town(sensors: int = 6, weeks: int = 30, seed: int = 0) -> xr.Dataset:
    """Return a town whose days are busy or calm for all sensors, with the noise of counts."""
    local = pd.date_range(START, periods=weeks * 168, freq="1h")
    rng = np.random.default_rng(seed)
    mood = np.repeat(np.exp(rng.normal(0, 0.15, weeks * 7 + 1)), 24)[: len(local)]
    names = [f"s{i}" for i in range(sensors)]
    values = {n: rng.poisson(mood * DAY[local.hour]).astype(float) for n in names}
    frame = pd.DataFrame(values, index=local.tz_convert("UTC"))
    return cubes.build(frame, timezone=PARIS, step="1h")


def with_values(cube: xr.Dataset, values: np.ndarray) -> xr.Dataset:
    quality, reason = cubes.codes_from_values(values)
    dims = ("sensor", "time")
    return cube.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason))


# --- sight ---------------------------------------------------------------------------------------


def test_a_causal_sight_is_taught_by_earlier_weeks_only() -> None:
    sight = Sight(True, 10, 7)
    assert sight.periods() == [(slice(4, 8), slice(0, 4)), (slice(8, 10), slice(0, 8))]
    assert list(sight.folds()[::7]) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert Sight(False, 10, 7).periods() == [(slice(0, 10), slice(0, 10))]


def test_a_prediction_never_uses_its_own_fold() -> None:
    # The slope is 2 in the first fold and 3 in the second: each is predicted with the other's.
    sight = Sight(False, 2, 4)
    x = np.array([[1.0, 2, 1, 2, 1, 2, 1, 2]])
    y = np.array([2.0, 4, 2, 4, 3, 6, 3, 6])
    told = predict(y, x, np.ones(8), sight, ridge=0.0)
    np.testing.assert_allclose(told, [3, 6, 3, 6, 2, 4, 2, 4])


def test_a_causal_prediction_begins_with_nothing() -> None:
    sight = Sight(True, 8, 1)
    x, y = np.ones((1, 8)), np.array([2.0] * 4 + [5.0] * 4)
    told = predict(y, x, np.ones(8), sight, ridge=0.0)
    np.testing.assert_allclose(told, [0, 0, 0, 0, 2, 2, 2, 2])


def test_window_sums_by_hand() -> None:
    window = Window(2, 3.0, 1.0, 1.0, 0.0)
    found = sums(np.array([1.0, 2.0, 9.0, np.nan, np.nan]), window)
    # Over the root of the known cells; the 9 is believed up to 3.
    expected = [1.0, 3 / np.sqrt(2), 5 / np.sqrt(2), 3.0, np.nan]
    np.testing.assert_allclose(found, expected)


# --- causality -----------------------------------------------------------------------------------


@settings(max_examples=4, deadline=None)
@given(st.integers(90, 190), st.integers(0, 9))
def test_changing_the_future_changes_no_causal_score(day: int, seed: int) -> None:
    cube = town(4, 28)
    cut = 24 * day
    values = cube["value"].to_numpy().copy()
    rng = np.random.default_rng(seed)
    values[:, cut:] = rng.poisson(500, values[:, cut:].shape)
    values[1, cut + 30 :] = np.nan
    before = scores(cube, calendar=None, mode="causal").to_numpy()[:, :cut]
    after = scores(with_values(cube, values), calendar=None, mode="causal").to_numpy()[:, :cut]
    np.testing.assert_array_equal(before, after)
    assert np.isfinite(before).any()


def test_causality_holds_without_neighbours_too() -> None:
    cube = town(1, 20)
    values = cube["value"].to_numpy().copy()
    cut = 24 * 100
    values[:, cut:] = 7.0
    pair = [scores(c, mode="causal").to_numpy()[:, :cut] for c in (cube, with_values(cube, values))]
    np.testing.assert_array_equal(*pair)
    assert np.isfinite(pair[0]).any()


def test_the_causal_mode_tells_a_dead_day_within_hours() -> None:
    cube = town(5, 24)
    values = cube["value"].to_numpy().copy()
    first = 24 * 130 + 9
    values[2, first : first + 12] = 0
    score = scores(with_values(cube, values), mode="causal").to_numpy()[2]
    told = np.flatnonzero(score[first:] >= 4.5)[0]
    assert told <= 3
    row = detect(with_values(cube, values), mode="causal").iloc[0]
    assert row["sensor"] == "s2"


# --- power ---------------------------------------------------------------------------------------


#: Kinds that change too little, or nothing at all in a town whose sensors are alike.
UNSEEN = {"floor", "market_ends", "swap"}


@pytest.mark.parametrize("kind", sorted({*DURATIONS, *UNLISTED} - UNSEEN))
def test_what_is_injected_into_a_town_is_found(kind: str) -> None:
    cube, truth = inject(town(6, 30), kind, "s3", "2024-04-10 10:00", seed=5)
    frame = detect(clean(cube), alerts_per_month=1)
    mine = frame[[truth.sensor in text.split(";") for text in frame["sensors"]]]
    assert ((mine["start"] < truth.end) & (mine["end"] > truth.start)).any()


def test_a_quiet_town_stays_quiet() -> None:
    assert len(detect(town(6, 30))) == 0
    # The mood of the town may be told, but not once for each sensor.
    assert set(detect(town(6, 30), mode="causal")["sensor"]) <= {""}


def test_moods_of_the_town_do_not_alarm_each_sensor() -> None:
    cube = town(6, 30)
    values = cube["value"].to_numpy().copy()
    values[:, 24 * 100 : 24 * 103] = np.round(values[:, 24 * 100 : 24 * 103] * 0.5)
    frame = detect(with_values(cube, values), calendar=None)
    assert list(frame["sensor"]) == [""]


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(4)))
def test_scores_do_not_depend_on_the_order_of_sensors(order: list[int]) -> None:
    cube = town(4, 12)
    one = scores(cube).to_numpy()[order]
    np.testing.assert_allclose(scores(cube.isel(sensor=order)).to_numpy(), one, rtol=1e-9)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["offline", "causal"])
def test_small_and_broken_input(mode: str) -> None:
    assert np.isnan(scores(town(3, 3), mode=mode)).all()
    cube = town(3, 12)
    values = cube["value"].to_numpy().copy()
    values[0, :-24] = np.nan  # born yesterday
    values[:, 24 * 60 : 24 * 62] = np.nan  # all down at once
    young = scores(with_values(cube, values), mode=mode).to_numpy()
    assert np.isnan(young[:, 24 * 60 : 24 * 62]).all()
    assert np.isfinite(young[1:]).any()
    assert np.isnan(young[0]).all()
    assert np.isfinite(scores(town(1, 12), mode=mode)).any()


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ConfigError, match="mode: found 'nightly', expected one of offline, causal"):
        scores(town(1, 2), mode="nightly")
    with pytest.raises(ConfigError, match="mode: found 'nightly'"):
        detect(town(1, 2), mode="nightly")


# --- the measures --------------------------------------------------------------------------------


def test_volume_under_the_surface_by_hand() -> None:
    truth = np.array([False, False, True, True, False, False])
    perfect = truth.astype(float)
    assert vus_pr(perfect, truth, 0) == pytest.approx(1.0)
    # A flat score alarms all: precision 2/6 at recall 1.
    assert vus_pr(np.ones(6), truth, 0) == pytest.approx(1 / 3)
    # Wrong twice, then right twice: precision 1/3 and 2/4 at recalls 1/2 and 1.
    score = np.array([9.0, 8.0, 7.0, 6.0, 0.0, 0.0])
    assert vus_pr(score, truth, 0) == pytest.approx(0.5 / 3 + 0.5 / 2)
    # Buffer 2: one step on either side counts sqrt(1 - 1/2). Alarmed 2 of (2 + 2 + 2 r) / 2.
    r = np.sqrt(0.5)
    whole = 2 + 2 * r
    first = 2 / ((2 + whole) / 2)
    rest = (1 - first) * whole / 6
    by_buffer = [1.0, 1.0, first * 1.0 + rest]
    assert vus_pr(perfect, truth, 2) == pytest.approx(np.mean(by_buffer))
    assert np.isnan(vus_pr(perfect, np.zeros(6, dtype=bool), 2))


def test_the_bar_leaves_what_the_budget_affords() -> None:
    day = pd.Timedelta("1D")
    frame = pd.DataFrame({"start": [START] * 4, "score": [9.0, 8.0, 7.0, 100.0]})
    frame["end"] = [START + day, START + 8 * day, START + day, START + day]
    # 9 costs one, 8 lasts eight days and costs two, the exact rule costs nothing.
    assert trials.bar_of(frame, 1) == 9.0
    assert trials.bar_of(frame, 3) == 8.0
    assert trials.bar_of(frame, 4) == 3.0


def test_hits_and_false_alerts_by_hand() -> None:
    truth = Injection("surge", "a", START + pd.Timedelta("10h"), START + pd.Timedelta("14h"))
    hour = pd.Timedelta("1h")
    frame = pd.DataFrame(
        {
            "sensor": ["a", "b", "a", ""],
            "sensors": ["a", "a;b", "a", "a;b"],
            "start": [START, START + 13 * hour, START + 14 * hour, START],
            "end": [START + 10 * hour, START + 15 * hour, START + 20 * hour, START + 24 * hour],
            "score": [9.0, 5.0, 8.0, 9.0],
        }
    )
    hit = trials.first_hit(frame, truth, 4.0)
    assert hit is not None
    assert hit["score"] == 5.0
    assert trials.first_hit(frame, truth, 6.0) is None
    world = trials.World([truth], frame[frame["sensor"] != ""], None)
    assert trials.false_alerts(world, 4.0) == 2


def test_delays_by_hand() -> None:
    cube = town(1, 2)
    truth = Injection("level", "s0", START + pd.Timedelta("48h"), START + pd.Timedelta("96h"))
    alarm = xr.zeros_like(cube["value"]).assign_attrs(timezone=PARIS)
    alarm[0, 50] = 5.0
    world = trials.World([truth], pd.DataFrame(), alarm)
    assert trials.delay(world, truth, 4.0) == 3.0
    assert np.isnan(trials.delay(world, truth, 6.0))


def test_the_grid_of_a_town_is_whole() -> None:
    assert of_cube(town(1, 4)).slots == 168


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ConfigError, match="begin: found 'jamais', expected a local time"):
        trials.trial(town(2, 10), begin="jamais")
    with pytest.raises(ConfigError, match="found 5 scores for 4 steps of truth"):
        vus_pr(np.zeros(5), np.ones(4, dtype=bool), 2)
