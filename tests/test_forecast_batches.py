"""Large territories in batches, and arrays that are built a few sensors at a time."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mining
from _forecast_cubes import rhythm_cube
from mining.errors import ConfigError
from mining.forecast import _batches, _weeks
from mining.forecast._arrays import lagged, summed
from mining.forecast._weeks import past_weeks
from mining.forecast.boosting import Boosting


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Return seven sensors and twelve weeks, not in the order of their ids."""
    return rhythm_cube(sensors=7, days=84).isel(sensor=[3, 0, 6, 1, 5, 2, 4])


def test_sensors_are_dealt_out_in_the_order_of_their_ids(
    cube: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [part.sizes["sensor"] for part in _batches.cut(cube)] == [7]
    assert next(_batches.cut(cube)) is cube
    monkeypatch.setattr(_batches, "LARGEST", 3)
    assert _batches.count(cube) == 3
    parts = [part["sensor"].to_numpy().tolist() for part in _batches.cut(cube)]
    # s0 s1 s2 / s3 s4 s5 / s6, dealt in turn to three, each in the order of the cube.
    assert parts == [["s3", "s0", "s6"], ["s1", "s4"], ["s5", "s2"]]


def test_each_batch_is_forecast_as_a_territory_of_its_own(
    cube: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Boosting(trees=4, rows=1000)
    ask = {"horizon": "1D", "scenarios": 4, "drivers": True}
    alone = [
        mining.forecast(cube.sel(sensor=names), model=Boosting(trees=4, rows=1000), **ask)
        for names in (["s0", "s6", "s2", "s4"], ["s3", "s1", "s5"])
    ]
    monkeypatch.setattr(_batches, "LARGEST", 4)
    whole = mining.forecast(cube, model=model, **ask)
    assert whole["sensor"].to_numpy().tolist() == cube["sensor"].to_numpy().tolist()
    assert model.trained is None  # copies were fitted
    for part in alone:
        there = whole.sel(sensor=part["sensor"].to_numpy())
        xr.testing.assert_identical(there, part)


def test_the_backtest_is_the_sum_of_its_batches(
    cube: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"models": ["window_average", "seasonal_naive"], "origins": 2}
    whole = mining.backtest(cube, **options, return_forecasts=True)
    monkeypatch.setattr(_batches, "LARGEST", 2)
    cut = mining.backtest(cube, **options, return_forecasts=True)
    # Medians of these models look at one sensor at a time; intervals are pooled over sensors.
    pooled = ["pinball", "covered", "coverage"]
    assert cut[0].drop(columns=pooled).equals(whole[0].drop(columns=pooled))
    same = ["model", "cutoff", "sensor", "time", "day_ahead", "observed", "quality", "q0.5"]
    assert cut[1][same].equals(whole[1][same])


def test_a_cube_of_the_largest_size_is_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    for sensors, batches in ((400, 1), (401, 2), (800, 2), (2000, 5)):
        wide = xr.Dataset(coords={"sensor": [f"s{k:04d}" for k in range(sensors)]})
        assert _batches.count(wide) == batches
        sizes = [part.sizes["sensor"] for part in _batches.cut(wide)]
        assert sum(sizes) == sensors
        assert max(sizes) - min(sizes) <= 1


def test_a_wrong_scheduler_is_told_before_anything_is_computed(cube: xr.Dataset) -> None:
    with pytest.raises(ConfigError, match="scheduler: found 'nowhere'"):
        mining.backtest(cube, models=["window_average"], origins=1, scheduler="nowhere")


def test_statistics_of_past_weeks_by_hand() -> None:
    # One position a week: the value of week k is k, week 5 is unknown.
    values = np.arange(14.0)[None]
    values[0, 5] = np.nan
    past = past_weeks(values, values, 1)
    assert past.mean4[0, 13] == np.mean([12, 11, 10, 9])
    assert past.median8[0, 13] == np.median([12, 11, 10, 9, 8, 7, 6])
    assert past.mean12[0, 13] == np.mean([12, 11, 10, 9, 8, 7, 6, 4, 3, 2, 1])
    fade = 0.85 ** np.arange(7)
    assert past.base[0, 13] == pytest.approx((fade * np.arange(12, 5, -1)).sum() / fade.sum())
    assert np.isnan(past.base[0, 0])
    assert past.change[0] == 1.0
    assert lagged(values, 20).tolist() == pytest.approx(np.full((1, 14), np.nan), nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_blocks_change_no_bit(sensors: int, block: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = np.round(draw.lognormal(3, 1, (sensors, 60)), 2)
    values[draw.random(values.shape) < 0.2] = np.nan
    masked = np.where(draw.random(60) < 0.1, np.nan, values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_weeks, "BLOCK", block)
        some = past_weeks(values, masked, 4)
        patch.setattr(_weeks, "BLOCK", sensors)
        whole = past_weeks(values, masked, 4)
    for name in ("base", "mean4", "median8", "mean12", "change"):
        assert getattr(some, name).tobytes() == getattr(whole, name).tobytes()
    rows = np.flatnonzero(draw.random(sensors) < 0.5)
    array = np.nan_to_num(values)
    assert summed(array, rows).tobytes() == (array[rows].sum(axis=0) + 0.0).tobytes()
    half = len(rows) // 2
    assert summed(array, rows[half:], summed(array, rows[:half])).tobytes() == (
        summed(array, rows).tobytes()
    )
