"""The rules of cleaning: each by hand on small arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.quality import _gaps, _levels, _typical, _zeros
from mining.quality._clock import clock_of

NAN = np.nan


# ------------------------------------------------------------------ clock


def test_clock_of_hours_begins_on_monday() -> None:
    clock = clock_of(pd.DatetimeIndex(["2024-01-07 23:00", "2024-01-08 00:00"]), 3600)  # Su, Mo
    assert (clock.week.tolist(), clock.slot.tolist(), clock.slots) == ([0, 1], [167, 0], 168)
    assert clock.steps(3.0) == 3


@pytest.mark.parametrize(
    ("seconds", "slots", "slot"), [(900, 672, 96 + 2), (86_400, 7, 1), (172_800, 1, 0)]
)
def test_clock_of_other_steps(seconds: int, slots: int, slot: int) -> None:
    clock = clock_of(pd.DatetimeIndex(["2024-01-09 00:30"]), seconds)  # a Tuesday
    assert (clock.slots, clock.slot.tolist()) == (slots, [slot])


# ------------------------------------------------------------------ typical value and activity


def test_quantile_by_hand() -> None:
    values = np.array([[4.0, NAN, 1.0, 3.0, 2.0], [7.0, NAN, NAN, NAN, NAN]])
    assert _typical.quantile(values, 0.5, 1).tolist() == [2.5, 7.0]
    assert _typical.quantile(values, 0.25, 1).tolist() == [1.75, 7.0]  # 1 + 0.75 * (2 - 1)
    assert np.isnan(_typical.quantile(values, 0.5, 2)[1])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12), st.sampled_from([0.25, 0.5]))
def test_quantile_is_numpys(values: list[float], share: float) -> None:
    ours = _typical.quantile(np.array([*values, NAN]), share, 1)
    assert ours == pytest.approx(np.nanquantile(values, share), rel=1e-9, abs=1e-9)


def test_typical_is_the_median_of_the_same_slot() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=35, freq="D"), 86_400)
    values = np.arange(35.0)[None, :]  # Mondays: 0, 7, 14, 21, 28
    assert _typical.typical(values, clock)[0, :2].tolist() == [14.0, 15.0]


def test_typical_of_one_week_is_by_time_of_day() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=7 * 24, freq="h"), 3600)
    values = np.tile(np.arange(24.0), 7)[None, :]
    assert _typical.typical(values, clock)[0].tolist() == values[0].tolist()


def test_typical_of_two_days_says_nothing() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=48, freq="h"), 3600)
    assert np.isnan(_typical.typical(np.ones((1, 48)), clock)).all()


def test_the_activity_of_the_others_is_one_where_there_are_none() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=2, freq="D"), 86_400)
    usual = np.array([[10.0, 10.0], [10.0, 10.0]])
    level, others = _typical.activity(np.array([[5.0, 30.0], [NAN, 20.0]]), usual, clock)
    # Day one: only the first counted, so that it has nobody to ask. Day two: 20/10, 30/10.
    assert level.tolist() == [[1.0, 2.0], [0.5, 3.0]]
    assert others.tolist() == [[0, 1], [1, 1]]


# ------------------------------------------------------------------ zeros


def test_zero_probability_by_hand() -> None:
    assert _zeros.zero_probability(0.0) == 1.0
    assert _zeros.zero_probability(4.0) == pytest.approx(2.0**-4)
    assert _zeros.zero_probability(122.0) > 1e-6 > _zeros.zero_probability(123.0)


def test_one_zero_hour_at_a_busy_site_is_improbable() -> None:
    values = np.array([[900.0, 0.0, 950.0]])
    found = _zeros.improbable_zeros(values, np.full((1, 3), 1000.0))
    assert found.tolist() == [[False, True, False]]


def test_a_quiet_site_may_see_nobody_for_days() -> None:
    values = np.zeros((1, 100))
    assert not _zeros.improbable_zeros(values, np.full((1, 100), 1.2)).any()
    assert _zeros.improbable_zeros(values, np.full((1, 100), 1.3)).all()  # 130 due > 122.5


def test_a_gap_ends_a_run_of_zeros() -> None:
    values = np.array([[0.0, NAN, 0.0]])
    assert not _zeros.improbable_zeros(values, np.full((1, 3), 100.0)).any()
    assert _zeros.improbable_zeros(np.zeros((1, 3)), np.full((1, 3), 100.0)).all()


def test_the_strictest_limit_of_a_run_holds() -> None:
    due = np.full((1, 2), 100.0)
    assert _zeros.improbable_zeros(np.zeros((1, 2)), due).all()
    assert not _zeros.improbable_zeros(np.zeros((1, 2)), due, np.array([[1e-6, 1e-9]])).any()


def test_outage_edges_are_partial_hours() -> None:
    values = np.array([[100.0, 30.0, 0.0, 0.0, 60.0, 100.0, 10.0]])
    outage = np.array([[False, False, True, True, False, False, False]])
    edges = _zeros.outage_edges(values, np.full((1, 7), 100.0), outage, reach=2, pause=1)
    assert edges.tolist() == [[False, True, False, False, False, False, False]]


def test_outage_edges_reach_as_far_as_the_sensor_stutters() -> None:
    values = np.array([[20.0, 30.0, 40.0, 0.0]])
    outage = np.array([[False, False, False, True]])
    due = np.full((1, 4), 100.0)
    assert _zeros.outage_edges(values, due, outage, reach=2, pause=1).tolist() == [
        [False, True, True, False]
    ]
    assert not _zeros.outage_edges(values, np.full((1, 4), 9.0), outage, reach=2, pause=1).any()


def test_outage_edges_fill_a_pause_between_two_outages() -> None:
    values = np.array([[0.0, 80.0, 40.0, 90.0, 0.0, 90.0, 40.0]])
    outage = np.array([[True, False, False, False, True, False, False]])
    due = np.full((1, 7), 100.0)
    pause = _zeros.outage_edges(values, due, outage, reach=1, pause=2)
    assert np.flatnonzero(pause[0]).tolist() == [2]
    assert not _zeros.outage_edges(values, due, outage, reach=1, pause=1).any()


# ------------------------------------------------------------------ levels


def test_low_level_finds_the_half_dead_day_and_not_its_ends() -> None:
    values = np.full((1, 10), 50.0)
    values[0, 3:7] = 1.0
    found = _levels.low_level(values, np.full((1, 10), 50.0), 4)
    assert np.flatnonzero(found[0]).tolist() == [3, 4, 5, 6]


def test_low_level_needs_enough_due_and_enough_counted() -> None:
    assert not _levels.low_level(np.zeros((1, 4)), np.full((1, 4), 24.0), 4).any()  # 96 < 100
    gappy = np.array([[0.0, NAN, NAN, 0.0]])
    assert not _levels.low_level(gappy, np.full((1, 4), 500.0), 4).any()  # half counted


def test_low_level_is_not_six_per_cent() -> None:
    assert not _levels.low_level(np.full((1, 4), 3.0), np.full((1, 4), 50.0), 4).any()


def test_stuck_counts_by_hand() -> None:
    # 1 / sqrt(2 pi 20) = 0.0892; 0.0892**6 = 5.0e-7, 0.0892**7 = 4.5e-8 < 1e-7: eight equal hours.
    seven = np.array([[19.0, *[20.0] * 7, 21.0]])
    eight = np.array([[19.0, *[20.0] * 8, 21.0]])
    assert not _levels.stuck_counts(seven).any()
    assert np.flatnonzero(_levels.stuck_counts(eight)[0]).tolist() == list(range(1, 9))
    # 1 / sqrt(2 pi 300) = 0.0230; 0.0230**4 = 2.8e-7, 0.0230**5 = 6.5e-9: six equal hours.
    runs_ = np.array([[1.0, *[300.0] * 5, 1.0], [*[300.0] * 6, 1.0]])
    assert _levels.stuck_counts(runs_).sum(axis=1).tolist() == [0, 6]


def test_small_counts_and_zeros_are_never_stuck() -> None:
    assert not _levels.stuck_counts(np.array([[2.0] * 50, [0.0] * 50])).any()


def test_stuck_levels_compare_with_the_sensor_itself() -> None:
    rng = np.random.default_rng(0)
    free = np.round(rng.normal(60, 5, 500), 1)
    free[100:112] = 61.3
    steps = np.repeat(rng.integers(0, 5, 100), 8).astype(float)[:500]
    found = _levels.stuck_levels(np.stack((free, steps)), 6)
    assert np.flatnonzero(found[0]).tolist() == list(range(100, 112))
    assert not found[1].any()
    assert not _levels.stuck_levels(np.full((1, 5), NAN), 2).any()


def spiky(peak: list[float]) -> np.ndarray:
    values = np.tile([100.0, 110.0, 90.0, 105.0], 10)
    values[20 : 20 + len(peak)] = peak
    return values[None, :]


def test_a_lone_jump_is_a_spike() -> None:
    values = spiky([5000.0])
    assert np.flatnonzero(_levels.spikes(values, np.full((1, 40), 100.0))[0]).tolist() == [20]


@pytest.mark.parametrize(
    ("values", "due"),
    [
        (spiky([1500.0, 5000.0, 3000.0]), 100.0),  # a parade: the hours beside it are full
        (spiky([5000.0]), 700.0),  # New Year's Eve: the whole city is out, so much is due
        (spiky([290.0]), 20.0),  # not beyond what the sensor has seen
        (spiky([5000.0]), NAN),  # nothing known
    ],
)
def test_a_crowd_is_not_a_spike(values: np.ndarray, due: float) -> None:
    assert not _levels.spikes(values, np.full((1, 40), due)).any()


def test_impossible_levels() -> None:
    values = np.array([[60.0, 0.0, -3.0, 151.0, np.inf, NAN]])
    assert _levels.impossible_levels(values, decibels=True).tolist() == [
        [False, True, True, True, True, False]
    ]
    assert _levels.impossible_levels(values, decibels=False).sum() == 1


# ------------------------------------------------------------------ gaps


def test_not_installed_by_hand() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=40, freq="D"), 86_400)
    missing = np.zeros((3, 40), bool)
    missing[0, :5] = missing[0, 20:23] = missing[0, 39:] = True  # starts late, one day late at end
    missing[1, 10:] = True  # taken away: 30 days
    missing[2] = True  # never counted
    found = _gaps.not_installed(missing, np.zeros_like(missing), clock)
    assert np.flatnonzero(found[0]).tolist() == [0, 1, 2, 3, 4]
    assert np.flatnonzero(found[1]).tolist() == list(range(10, 40))
    assert found[2].all()


def test_a_gap_is_filled_by_the_typical_shape_at_the_level_of_the_moment() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=6, freq="h"), 3600)
    usual = np.array([[10.0, 20.0, 30.0, 40.0, 50.0, 60.0]])
    values = 1.5 * usual
    values[0, 2:4] = NAN
    trusted, gap = ~np.isnan(values), np.isnan(values)
    filled = _gaps.fill_short_gaps(values, trusted, gap, usual, clock=clock, longest=2)
    assert filled[0, 2:4].tolist() == [45.0, 60.0]
    assert np.isnan(filled[0, [0, 1, 4, 5]]).all()
    none = np.full_like(usual, NAN)
    line = _gaps.fill_short_gaps(values, trusted, gap, none, clock=clock, longest=2)
    assert line[0, 2:4].tolist() == [45.0, 60.0]  # from 30 to 75 in three equal steps
    short = _gaps.fill_short_gaps(values, trusted, gap, usual, clock=clock, longest=1)
    assert np.isnan(short).all()


def test_a_gap_beside_a_doubtful_cell_is_not_filled() -> None:
    clock = clock_of(pd.date_range("2024-01-01", periods=4, freq="h"), 3600)
    values = np.array([[5.0, NAN, 5.0, 5.0]])
    trusted = np.array([[True, False, False, True]])
    gap = np.isnan(values)
    out = _gaps.fill_short_gaps(values, trusted, gap, values, clock=clock, longest=3)
    assert np.isnan(out).all()
