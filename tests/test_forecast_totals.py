"""Scenarios and totals: cells keep their quantiles, totals add up and have bands of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import mining
from _forecast_cubes import rhythm_cube, with_values
from mining.errors import ConfigError, ModelError
from mining.forecast import forecast, totals
from mining.forecast.scenarios import levels, ranks

COUNT = 40


@pytest.fixture(scope="module")
def ahead() -> xr.Dataset:
    cube = rhythm_cube(days=140, sensors=3)
    cube = cube.assign_coords(place=("sensor", ["quay", "quay", "hill"]))
    return forecast(cube, horizon="14D", model="window_average", scenarios=COUNT)


def test_each_cell_of_the_scenarios_has_the_quantiles_of_the_forecast(ahead: xr.Dataset) -> None:
    paths = np.sort(ahead["path"].to_numpy(), axis=2)
    # 40 scenarios stand for the levels 1/80, 3/80, ...: .1 lies between the 4th and the 5th.
    assert levels(COUNT)[3:5] == pytest.approx((0.0875, 0.1125))
    for level, low in ((0.1, 3), (0.5, 19), (0.9, 35)):
        value = ahead["value"].sel(quantile=level).to_numpy()
        assert (paths[:, :, low] <= value).all()
        assert (value <= paths[:, :, low + 1]).all()


def test_ranks_follow_the_errors_of_past_days() -> None:
    # Two sensors, four past days of one slot. The second sensor errs against the first.
    errors = np.array([[[0.3], [-0.2], [0.9], [0.1]], [[-3.0], [2.0], [-9.0], [-1.0]]])
    made = ranks(errors, np.array([0, 1]), 4)
    # Scenario k starts with past day k: errors .3, -.2, .9, .1 have the ranks 2, 0, 3, 1, and on
    # the second step (the day after; after the last comes the first) 0, 3, 1, 2.
    assert made[0].tolist() == [[2, 0, 3, 1], [0, 3, 1, 2]]
    assert made[1].tolist() == [[1, 3, 0, 2], [3, 0, 2, 1]]


def test_a_sensor_without_errors_follows_the_others_and_without_any_all_rise_together() -> None:
    errors = np.array([[[0.3], [-0.2], [0.9]], [[np.nan]] * 3])
    made = ranks(errors, np.array([0]), 3)
    assert made[1].tolist() == made[0].tolist() == [[1, 0, 2]]
    none = ranks(np.full((2, 0, 24), np.nan), np.arange(3), 5)
    assert (none == np.arange(5)).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 20))
def test_ranks_are_permutations(seed: int, count: int, days: int) -> None:
    draw = np.random.default_rng(seed)
    errors = draw.standard_normal((3, days, 4))
    errors[draw.random(errors.shape) < 0.2] = np.nan
    made = ranks(errors, np.arange(9), count)
    assert (np.sort(made, axis=2) == np.arange(count)).all()


def test_totals_add_up_over_sensors_and_time(ahead: xr.Dataset) -> None:
    expected = ahead["path"].mean("scenario")
    places = totals(ahead, by="place", each="day")
    assert places["group"].to_numpy().tolist() == ["hill", "quay"]
    assert places["steps"].to_numpy().tolist() == [24] * 14
    quay = expected.sel(sensor=["s0", "s1"]).sum("sensor").to_numpy().reshape(14, 24).sum(axis=1)
    assert places["expected"].sel(group="quay").to_numpy() == pytest.approx(quay, abs=0.001)
    weeks = places["expected"].sum("group").to_numpy().reshape(2, 7).sum(axis=1)
    whole = totals(ahead, by="territory", each="week")
    assert whole["expected"].to_numpy()[0] == pytest.approx(weeks, abs=0.02)
    street = totals(ahead, by={"street": ["s2", "s0"]}, each="horizon")
    by_hand = float(expected.sel(sensor=["s0", "s2"]).sum())
    assert street["expected"].item() == pytest.approx(by_hand, abs=0.001)
    low, high = (whole["value"].sel(quantile=q) for q in (0.4, 0.6))
    assert (low < whole["expected"]).all()
    assert (whole["expected"] < high).all()


def test_a_total_of_one_sensor_and_one_step_is_the_forecast_itself(ahead: xr.Dataset) -> None:
    alone = totals(ahead, by="sensor", each="step", quantiles=[0.1, 0.5, 0.9])["value"]
    value = ahead["value"].sel(quantile=[0.1, 0.5, 0.9]).to_numpy()
    # Between two scenarios the quantile is interpolated: as near as two neighbours are.
    gap = np.diff(np.sort(ahead["path"].to_numpy(), axis=2), axis=2).max(axis=2)
    assert (np.abs(alone.to_numpy() - value) <= 2 * gap[..., None] + 0.01).all()


def _noise_cube(common: float, own: float) -> xr.Dataset:
    """Return six sensors at 100 +- noise each hour, part of it shared by all, constant by day."""
    draw = np.random.default_rng(1)
    cube = rhythm_cube(days=161, sensors=6, noise=0.0, timezone="UTC")
    days = cube.sizes["time"] // 24
    shared, alone = draw.standard_normal((1, days)), draw.standard_normal((6, days))
    values = 100 + common * shared + own * alone
    return with_values(cube, np.repeat(values, 24, axis=1).clip(0))


@pytest.mark.parametrize(("common", "own", "expected"), [(20.0, 0.0, 1.0), (0.0, 20.0, 6**-0.5)])
def test_bands_of_totals_are_as_wide_as_errors_move_together(
    common: float, own: float, expected: float
) -> None:
    cube = _noise_cube(common, own)
    ahead = forecast(cube, horizon="7D", model="window_average", scenarios=80)
    width = ahead["value"].sel(quantile=0.9) - ahead["value"].sel(quantile=0.1)
    bounds = totals(ahead, by="territory", each="step", quantiles=[0.1, 0.5, 0.9])["value"]
    total = bounds.sel(quantile=0.9) - bounds.sel(quantile=0.1)
    ratio = float(total.mean() / width.sum("sensor").mean())
    # All sensors err alike: the band of the sum is the sum of the bands. Each for itself: the
    # band grows with the root of their number, 6 / sqrt(6).
    assert ratio == pytest.approx(expected, abs=0.09)


def test_days_of_23_and_25_hours_are_whole_days() -> None:
    cube = rhythm_cube(start="2025-06-02", days=146, sensors=1)  # up to 25 October 2025
    ahead = forecast(cube, horizon="3D", model="window_average", scenarios=4)
    days = totals(ahead, by="sensor", each="day")
    assert days["steps"].to_numpy().tolist() == [25, 24, 24]
    starts = pd.DatetimeIndex(days["time"].to_numpy())
    assert [str(t) for t in starts] == [
        "2025-10-25 22:00:00",
        "2025-10-26 23:00:00",
        "2025-10-27 23:00:00",
    ]
    assert totals(ahead, by="sensor", each="hour").sizes["time"] == 73


def test_hours_are_sums_of_quarters() -> None:
    cube = rhythm_cube(days=42, sensors=2, step="15min")
    ahead = forecast(cube, horizon="24h", model="window_average", scenarios=4)
    hours = totals(ahead, by="territory", each="hour")
    assert hours["steps"].to_numpy().tolist() == [4] * 24
    by_hand = ahead["path"].mean("scenario").sum("sensor").to_numpy().reshape(24, 4).sum(axis=1)
    assert hours["expected"].to_numpy()[0] == pytest.approx(by_hand, abs=0.001)


def test_levels_are_not_added_up_and_mistakes_are_one_sentence(ahead: xr.Dataset) -> None:
    noise = rhythm_cube(days=42, sensors=2, kind="noise")
    loud = forecast(noise, horizon="24h", model="window_average", scenarios=4)
    assert totals(loud, by="territory").sizes["group"] == 0
    with pytest.raises(ModelError, match="no scenarios: make it with"):
        totals(ahead.drop_vars("path"))
    with pytest.raises(ModelError, match="quantiles: found"):
        totals(ahead, quantiles=[0.5, 1.2])
    for count in (-1, 2.5, True, 10**6):
        with pytest.raises(
            ConfigError, match=r"scenarios: found .*, expected a whole number from 0"
        ):
            forecast(noise, horizon="24h", scenarios=count)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="each: found 'month', expected one of step, hour"):
        totals(ahead, each="month")
    with pytest.raises(ConfigError, match="by: found 'town'"):
        totals(ahead, by="town")
    with pytest.raises(ConfigError, match="unknown sensor 'x'"):
        totals(ahead, by={"street": ["s0", "x"]})


@pytest.mark.parametrize("busiest", [4.0, 60.0])
def test_totals_of_a_quiet_street_are_not_lifted(busiest: float) -> None:
    # Empty nights, and two peaks a day: 4.6 times the busiest hour passes each day.
    hours = pd.date_range("2025-03-03", periods=30 * 168, freq="h", name="time")
    shape = sum(np.exp(-(((hours.hour - peak) / 1.5) ** 2)) for peak in (12, 18)) + 0.01
    mean = busiest * np.asarray(shape)
    counts = np.random.default_rng(5).poisson(mean).astype("float64")
    cube = mining.from_table(pd.DataFrame({"a": counts}, index=hours), timezone="UTC")
    ahead = mining.forecast(cube, horizon="168h", model="window_average", scenarios=100)
    week = mining.totals(ahead, by="territory", each="horizon")
    # Errors measured in a fiftieth of the mean made the quiet one nearly three times as large.
    assert float(week["expected"][0, 0]) == pytest.approx(mean[:168].sum(), rel=0.15)
