"""Rules on whole days: a clock that is hours off, and channels that were exchanged."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import cube as model
from mining import quality
from mining.cube import Quality, Reason
from mining.quality import _days, _shifts, _swaps
from mining.quality._clock import clock_of

NAN = np.nan
WEEKS = 20
TIMES = pd.date_range("2024-01-01", periods=WEEKS * 168, freq="h", tz="UTC")


def commuters(seed: int, *, mean: float = 150.0, peak: int = 8, shape: float = 30.0) -> np.ndarray:
    """Counts with a rush hour on workdays and a round afternoon at the week-end, overdispersed."""
    rng = np.random.default_rng(seed)
    hour, weekend = TIMES.hour.to_numpy(), TIMES.day_of_week.to_numpy() >= 5
    rush = np.exp(-(((hour - peak) / 1.5) ** 2)) + 0.5 * np.exp(-(((hour - 17) / 2.5) ** 2))
    round_ = 0.6 * np.exp(-(((hour - 14) / 4) ** 2))
    level = mean * (0.02 + np.where(weekend, round_, rush))
    return rng.poisson(level * rng.gamma(shape, 1 / shape, level.size)).astype(float)


def town(sensors: int = 5) -> np.ndarray:
    return np.stack([commuters(s, mean=150 + 60 * s, peak=7 + s % 3) for s in range(sensors)])


def cube_of(values: np.ndarray, sites: list[str] | None = None) -> xr.Dataset:
    ids = [f"s{i}" for i in range(len(values))]
    frame = pd.DataFrame(values.T, index=TIMES, columns=ids)
    sensors = pd.DataFrame({"site": sites}, index=ids) if sites else None
    return model.build(frame, timezone="UTC", step="1h", sensors=sensors)


def shifted(values: np.ndarray, row: int, start: int, end: int, hours: int) -> np.ndarray:
    out = values.copy()
    out[row, start:end] = values[row, start + hours : end + hours]
    return out


def marked(cube: xr.Dataset, reason: Reason) -> np.ndarray:
    return np.asarray(quality.clean(cube)["reason"].to_numpy() == reason)


# ------------------------------------------------------------------ days


def test_days_by_hand() -> None:
    clock = clock_of(pd.date_range("2024-01-03 22:00", periods=4, freq="h"), 3600)
    days = _days.days_of(clock)
    assert days is not None
    assert (days.day.tolist(), days.count) == ([0, 0, 1, 1], 2)
    assert days.sums(np.array([1.0, NAN, 3.0, 4.0])).tolist() == [1.0, 7.0]
    scaled = days.scaled(np.array([1.0, 3.0, 5.0, 5.0]), np.array([6.0, 2.0, NAN, 15.0]))
    assert scaled.tolist() == [2.0, 6.0, 15.0, 15.0]  # 8 seen for 4 due; 15 for 5
    assert _days.days_of(clock_of(pd.date_range("2024-01-03", periods=4, freq="D"), 86_400)) is None


def test_gains_by_hand() -> None:
    # c = 0: variance 1/4 of the root. (sqrt 100 - sqrt 64)^2 / (2 / 4) = 8, at most 4.
    gain, hoped = _days.gains(np.array([100.0]), np.array([64.0]), np.array([100.0]), 0.0)
    assert (gain[0], hoped[0]) == (4.0, 4.0)
    # c = 0.1, mean level 82: variance (1 + 8.2) / 4 = 2.3; 4 / 4.6 = 0.8696.
    gain, hoped = _days.gains(np.array([64.0]), np.array([64.0]), np.array([100.0]), 0.1)
    assert gain[0] == pytest.approx(-4 / 4.6, rel=1e-12)
    assert hoped[0] == pytest.approx(4 / 4.6, rel=1e-12)
    nothing = _days.gains(np.array([NAN]), np.array([64.0]), np.array([100.0]), 0.1)
    assert np.isnan(nothing).all()


def test_scatter_of_known_overdispersion() -> None:
    rng = np.random.default_rng(0)
    mean = np.full(20_000, 400.0)
    seen = rng.poisson(mean * rng.gamma(20, 1 / 20, mean.size)).astype(float)
    assert _days.scatter(seen, mean) == pytest.approx(0.05, rel=0.1)  # 1 / 20
    assert _days.scatter(rng.poisson(mean).astype(float), mean) == _days.SCATTER[0]
    assert _days.scatter(seen[:3], np.ones(3)) == _days.SCATTER[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-30, 30), min_size=1, max_size=7))
def test_the_path_is_the_best_one(scores: list[int]) -> None:
    score = np.array(scores, dtype=float)[None, :, None]

    def worth(path: tuple[int, ...]) -> float:
        turns = sum(a != b for a, b in itertools.pairwise((1, *path)))
        return sum(s for s, p in zip(scores, path, strict=True) if p == 0) - _days.TURN * turns

    best = max(worth(p) for p in itertools.product((0, 1), repeat=len(scores)))
    assert worth(tuple(_days._best_path(score)[0].tolist())) == pytest.approx(best)


def test_stretches_by_hand() -> None:
    hoped = np.full((1, 12, 1), 40.0)
    gain = np.full((1, 12, 1), -40.0)
    gain[0, 3:6] = 36.0  # each day 36 - 0.4 * 40 = 20 beyond the share
    found = _days.stretches(gain, hoped, least=50.0, days=2)
    assert found == [[_days.Stretch(3, 6, 0)]]
    assert _days.stretches(gain, hoped, least=61.0, days=2) == [[]]
    assert _days.stretches(gain, hoped, least=50.0, days=4) == [[]]
    assert _days.stretches(2 * gain, hoped, least=50.0, days=2) == [[]]  # 72 of 40: neither fits


def test_silent_days_cut_a_stretch() -> None:
    hoped = np.full((1, 20, 1), 40.0)
    gain = np.full((1, 20, 1), 36.0)
    gain[0, 5:15] = hoped[0, 5:15] = 0.0  # ten days without a word
    found = _days.stretches(gain, hoped, least=50.0, days=2)
    assert found == [[_days.Stretch(0, 5, 0), _days.Stretch(15, 20, 0)]]


# ------------------------------------------------------------------ clocks


def test_moved_by_by_hand() -> None:
    series = np.array([1.0, 2.0, 3.0])
    assert _shifts.moved_by(series, 1).tolist()[:2] == [2.0, 3.0]
    assert _shifts.moved_by(series, -2).tolist()[2:] == [1.0]
    assert np.isnan(_shifts.moved_by(series, 1)[2])
    assert _shifts.moved_by(series, 0).tolist() == series.tolist()


@pytest.mark.parametrize("hours", [-3, -1, 1, 2])
def test_a_clock_that_is_hours_off_for_a_week(hours: int) -> None:
    start = 8 * 168 + 38  # a Tuesday at 14:00
    cube = cube_of(shifted(town(), 2, start, start + 168, hours))
    found = marked(cube, Reason.CLOCK)
    assert found[2, start : start + 168].mean() > 0.9
    assert found.sum() - found[2, start : start + 168].sum() <= 12


def test_a_clock_that_is_off_for_half_of_the_history_or_so() -> None:
    start, end = 9 * 168, 17 * 168
    found = marked(cube_of(shifted(town(), 1, start, end, 1)), Reason.CLOCK)
    assert found[1, start:end].mean() > 0.6
    assert found[[0, 2, 3, 4]].sum() == 0


def test_a_whole_town_that_rises_later_has_no_wrong_clock() -> None:
    values = town()
    for row in range(len(values)):  # two weeks of holidays: everybody an hour later
        values = shifted(values, row, 8 * 168, 10 * 168, -1)
    assert not marked(cube_of(values), Reason.CLOCK).any()


def test_a_weekday_with_the_hours_of_a_sunday_is_no_wrong_clock() -> None:
    values = town()
    for day in (1, 2, 3):  # a closed office, Tuesday to Thursday
        at = 8 * 168 + 24 * day
        sunday = 7 * 168 + 6 * 24
        values[0, at : at + 24] = commuters(99, mean=150)[sunday : sunday + 24]
    assert not marked(cube_of(values), Reason.CLOCK).any()


@pytest.mark.parametrize("sensors", [1, 5])
def test_free_towns_have_right_clocks(sensors: int) -> None:
    for seed in range(3):
        values = np.stack(
            [commuters(100 * seed + s, mean=40 + 80 * s, peak=7 + s) for s in range(sensors)]
        )
        out = quality.clean(cube_of(values, ["a"] * sensors))
        assert not (out["quality"] == Quality.SUSPECT).any()


# ------------------------------------------------------------------ swaps


def channels() -> np.ndarray:
    """Two directions of a site (morning in, evening out), and three other sensors."""
    values = town(5)
    values[1] = commuters(7, mean=170, peak=17)
    return values


@pytest.mark.parametrize(("start", "end"), [(1000, 1120), (2500, WEEKS * 168)])
def test_exchanged_channels_of_a_site(start: int, end: int) -> None:
    values = channels()
    values[[0, 1], start:end] = values[[1, 0], start:end]
    sites = ["gate", "gate", "x", "", ""]
    found = marked(cube_of(values, sites), Reason.SWAP)
    assert found[:2, start:end].mean() > 0.85
    assert found.sum() - found[:2, start:end].sum() <= 24
    assert not marked(cube_of(values), Reason.SWAP).any()  # no site, no comparison


def test_one_direction_that_closes_is_no_swap() -> None:
    values = channels()
    rng = np.random.default_rng(0)
    values[0, 1000:1336] = rng.binomial(values[0, 1000:1336].astype(int), 0.3)
    assert not marked(cube_of(values, ["gate"] * 2 + [""] * 3), Reason.SWAP).any()


def test_channels_that_count_alike_cannot_be_told_apart() -> None:
    one, other = commuters(1), commuters(2)
    usual = np.stack((commuters(3), commuters(3)))
    clock = clock_of(TIMES, 3600)
    idle = np.zeros(TIMES.size, dtype=bool)
    assert not _swaps.swapped(np.stack((one, other)), usual, ["a", "a"], idle, clock).any()
