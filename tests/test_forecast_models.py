"""The models: known answers, no look-ahead, clock changes, young and broken sensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from _forecast_cubes import rhythm_cube, with_values
from mining import cube as cubes
from mining.calendars import Calendar
from mining.errors import ModelError, NotEnoughDataError
from mining.forecast import forecast, get, names, structural
from mining.forecast._cells import analogue_days
from mining.forecast.boosting import Boosting
from mining.forecast.prophets import ProphetModel
from mining.forecast.structural import Structural

SIMPLE = ["seasonal_naive", "window_average"]


def small(seed: int = 0) -> Boosting:
    """Return a boosting model that costs little."""
    return Boosting(trees=25, rows=8000, seed=seed)


def every_model() -> list[Any]:
    """Return one of each, cheap."""
    return [*map(get, SIMPLE), small(), Structural(days=120), ProphetModel(weeks=12, samples=40)]


def values(cube: xr.Dataset, **options: Any) -> np.ndarray:
    """Return the forecast's array."""
    return forecast(cube, **options)["value"].to_numpy()


def test_the_registry_names_what_it_knows() -> None:
    assert names() == ("seasonal_naive", "window_average", "statsmodels", "boosting", "prophet")
    with pytest.raises(ModelError, match=r"unknown model 'bosting' \(did you mean 'boosting'"):
        get("bosting")
    with pytest.raises(ModelError, match="int is no model"):
        get(3)  # type: ignore[arg-type]


def test_seasonal_naive_repeats_the_same_local_hour() -> None:
    cube = rhythm_cube(days=28, start="2025-02-03")
    out = forecast(cube, model="seasonal_naive", horizon="14D", quantiles=[0.5])
    week = cube["value"].to_numpy()[:, -168:]
    assert out.sizes["time"] == 14 * 24
    assert (out["value"].to_numpy()[:, :, 0] == np.tile(week, 2)).all()


def test_seasonal_naive_takes_an_older_week_where_the_last_is_missing() -> None:
    cube = rhythm_cube(days=28, start="2025-02-03")
    array = cube["value"].to_numpy().copy()
    array[0, -100] = np.nan
    out = values(with_values(cube, array), model="seasonal_naive", horizon="7D", quantiles=[0.5])
    assert out[0, 168 - 100, 0] == array[0, -100 - 168]


def test_window_average_is_the_mean_of_four_weeks() -> None:
    cube = rhythm_cube(days=35, start="2025-02-03")
    out = values(cube, model="window_average", horizon="7D", quantiles=[0.5])[:, :, 0]
    weeks = cube["value"].to_numpy().astype("float64")[:, -4 * 168 :].reshape(3, 4, 168)
    assert out == pytest.approx(np.round(weeks.mean(axis=1), 3), abs=1e-9)


@pytest.mark.parametrize(
    ("end", "steps"),
    [("2025-03-26", 167), ("2025-10-22", 169), ("2025-06-04", 168)],
)
def test_a_week_with_a_clock_change_keeps_its_local_hours(end: str, steps: int) -> None:
    days = 56
    start = str((pd.Timestamp(end) - pd.Timedelta(days, "D")).date())
    cube = rhythm_cube(start=start, days=days, noise=0.0)
    for model in ("seasonal_naive", "window_average", small()):
        out = forecast(cube, model=model, horizon="7D", quantiles=[0.5])
        assert out.sizes["time"] == steps
        local = out.indexes["time"].tz_localize("UTC").tz_convert("Europe/Paris")
        afternoon = out["value"].to_numpy()[0, local.hour == 14, 0]
        weekend = np.asarray(local[local.hour == 14].day_of_week) >= 5
        # 20 + 100 on working days, 20 + 160 at the weekend, at 14:00 by the clock
        assert afternoon == pytest.approx(np.where(weekend, 180.0, 120.0), rel=0.03)


@pytest.mark.parametrize("index", range(5), ids=[*SIMPLE, "boosting", "statsmodels", "prophet"])
def test_every_model_gives_ordered_quantiles_inside_its_bounds(index: int) -> None:
    cube = rhythm_cube(days=120)
    out = forecast(cube, model=every_model()[index], horizon="3D")
    array = out["value"].to_numpy()
    assert array.shape == (3, 72, 9)
    assert np.isfinite(array).all()
    assert (array >= 0).all()
    assert (np.diff(array, axis=2) >= 0).all()
    assert set(out["model"].to_numpy()) == {every_model()[index].name}
    truth = rhythm_cube(days=123, noise=0.0)["value"].to_numpy()[:, -72:]
    assert np.abs(array[:, :, 4] - truth).sum() / truth.sum() < 0.2


@pytest.mark.parametrize("index", range(4), ids=[*SIMPLE, "boosting", "statsmodels"])
def test_nothing_after_the_cutoff_changes_a_forecast(index: int) -> None:
    cube = rhythm_cube(days=126)
    cutoff = "2025-05-05"
    array = cube["value"].to_numpy().copy()
    late = np.asarray(cube.indexes["time"] >= cubes.to_utc(cutoff, "Europe/Paris"))
    array[:, late] = 9999
    known = forecast(cube, model=every_model()[index], horizon="4D", cutoff=cutoff)
    other = forecast(
        with_values(cube, array), model=every_model()[index], horizon="4D", cutoff=cutoff
    )
    assert known.identical(other)


def test_a_future_holiday_changes_boosting_and_a_late_event_changes_nothing() -> None:
    off = ("2024-11-01", "2024-11-11", "2024-12-25", "2025-01-01", "2025-04-21", "2025-05-01")
    cube = rhythm_cube(start="2024-10-07", days=210, holidays=off)  # ends before 5 May
    with_8_may = values(cube, model=small(), horizon="5D", calendar={"country": "FR"})
    without = values(cube, model=small(), horizon="5D", calendar=None)
    assert not np.allclose(with_8_may[:, 72:96], without[:, 72:96], rtol=0.05)
    late = {
        "id": "e",
        "type": "event",
        "title": "t",
        "start": "2025-05-06",
        "end": "2025-05-07",
        "known_since": "2025-05-06",
    }
    again = values(cube, model=small(), horizon="5D", calendar={"country": "FR", "events": [late]})
    assert (again == with_8_may).all()


def test_analogue_days_follow_the_holiday() -> None:
    days = pd.date_range("2024-01-01", "2025-12-31", freq="D")
    found = analogue_days(Calendar("FR").days(days))
    row = {day: k for k, day in enumerate(days)}
    # Easter Monday: 1 April 2024, 21 April 2025; the Saturday before is two days earlier
    assert found[row[pd.Timestamp("2025-04-21")]] == row[pd.Timestamp("2024-04-01")]
    assert found[row[pd.Timestamp("2025-04-19")]] == row[pd.Timestamp("2024-03-30")]
    assert found[row[pd.Timestamp("2025-12-24")]] == row[pd.Timestamp("2024-12-24")]
    assert found[row[pd.Timestamp("2025-09-20")]] == -1


@settings(max_examples=8, deadline=None)
@given(factor=st.sampled_from([2.0, 4.0, 8.0]), order=st.permutations([0, 1, 2]))
def test_simple_models_follow_the_unit_and_the_order(factor: float, order: list[int]) -> None:
    cube = rhythm_cube(days=35, seed=1)
    other = with_values(cube, cube["value"].to_numpy() * factor).isel(sensor=order)
    for model in SIMPLE:
        plain = values(cube, model=model, horizon="2D")
        # both are rounded to 3 decimals
        assert values(other, model=model, horizon="2D") == pytest.approx(
            plain[order] * factor, abs=0.0006 * factor
        )


def test_boosting_follows_the_unit_and_the_order() -> None:
    cube = rhythm_cube(days=100)
    plain = values(cube, model=small(), horizon="2D")
    scaled = with_values(cube, cube["value"].to_numpy() * 4)
    assert values(scaled, model=small(), horizon="2D") == pytest.approx(4 * plain, rel=0.02, abs=1)
    turned = values(cube.isel(sensor=[2, 0, 1]), model=small(), horizon="2D")
    assert turned == pytest.approx(plain[[2, 0, 1]], abs=0.002)


def test_young_sensors_are_served_by_simpler_models_and_it_says_so() -> None:
    cube = rhythm_cube(days=100, sensors=4)
    array = cube["value"].to_numpy().copy()
    array[1, : -21 * 24] = np.nan  # three weeks old
    array[2, : -9 * 24] = np.nan  # nine days old
    array[3] = np.nan  # never counted
    out = forecast(with_values(cube, array), model=small(), horizon="7D")
    served = ["boosting", "window_average", "seasonal_naive", "none"]
    assert out["model"].to_numpy().tolist() == served
    assert np.isfinite(out["value"].to_numpy()[:3]).all()
    assert np.isnan(out["value"].to_numpy()[3]).all()


@pytest.mark.parametrize("index", range(5))
def test_one_week_of_one_sensor_works(index: int) -> None:
    cube = rhythm_cube(days=7, sensors=1)
    out = forecast(cube, model=every_model()[index], horizon="7D")
    assert np.isfinite(out["value"].to_numpy()).all()
    assert (np.diff(out["value"].to_numpy(), axis=2) >= 0).all()


def test_a_cube_without_a_trusted_value_is_refused() -> None:
    cube = rhythm_cube(days=14)
    empty = with_values(cube, np.full(cube["value"].shape, np.nan))
    with pytest.raises(NotEnoughDataError, match="nothing to forecast from"):
        forecast(empty, model="seasonal_naive")


@pytest.mark.parametrize(("step", "steps"), [("15min", 192), ("1D", 2)])
def test_other_steps(step: str, steps: int) -> None:
    cube = rhythm_cube(days=84, step=step, sensors=2)
    for model in (*SIMPLE, small(), Structural(days=80)):
        out = forecast(cube, model=model, horizon="2D")
        assert out["value"].shape == (2, steps, 9)
        assert np.isfinite(out["value"].to_numpy()).all()


def test_decibels_may_be_negative_and_shares_stay_below_one() -> None:
    cube = rhythm_cube(days=84, kind="noise")
    quiet = with_values(cube, cube["value"].to_numpy() / 10 - 20)
    assert (values(quiet, model=small(), horizon="1D")[0] < 0).any()
    share = rhythm_cube(days=84, kind="parking", sensors=1, noise=0.3)
    full = with_values(share, np.minimum(share["value"].to_numpy() / 150, 1.0))
    out = values(full, model="seasonal_naive", horizon="2D")
    assert out.max() == 1.0
    assert out.min() >= 0.0


def test_an_origin_in_the_middle_of_a_day() -> None:
    cube = rhythm_cube(days=100).isel(time=slice(None, -18))
    out = forecast(cube, model=small(), horizon="2D", quantiles=[0.5])
    assert out.attrs["cutoff"] == "2025-04-15T06:00:00"
    truth = rhythm_cube(days=102, noise=0.0)["value"].sel(time=out["time"]).to_numpy()
    assert out["value"].to_numpy()[:, :, 0] == pytest.approx(truth, rel=0.25)


def test_structural_model_tells_holidays_apart() -> None:
    # Eight weeks of nothing but four holidays, all Mondays: two of log 2 lower, two of log 1.
    count, holidays = 56, {7: "a", 21: "b", 28: "a", 42: "b"}
    logs, key = np.zeros(count), np.full(count + 14, "", dtype="<U1")
    for day, name in holidays.items():
        logs[day], key[day] = {"a": -2.0, "b": -1.0}[name], name
    key[count], key[count + 7] = "a", "c"
    days = structural._Days(
        logs=logs[None],
        weekday=np.arange(count + 14) % 7,
        holiday=key != "",
        special=np.zeros(count + 14, dtype=bool),
        key=key,
    )
    effects = structural._effects(days, logs, np.ones(count, dtype=bool))
    # Any holiday -1.5; "a" was 0.5 lower still, twice: 2/3 of it are believed. "c" is new.
    assert effects[[count, count + 7]] == pytest.approx([-1.5 - 0.5 * 2 / 3, -1.5])
    assert effects[count + 1 : count + 7] == pytest.approx(np.zeros(6))
