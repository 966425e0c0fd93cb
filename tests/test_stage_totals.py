"""Totals of places from one forecast of their sensors: coherent by hour, day and week."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _forecast_cubes import rhythm_cube
from mining import cube as cubes
from mining.forecast import forecast
from mining.stages._totals import TERRITORY, of_groups, sums_of


@pytest.fixture(scope="module")
def ahead() -> xr.Dataset:
    """Return ten days of four sensors from six in the morning on, the clocks going back within."""
    cube = rhythm_cube(start="2025-06-02", days=145, sensors=4, holidays=("2025-08-15",))
    places = np.array(["Rue Haute", "Place", "Rue Haute", ""])
    cube = cube.assign_coords(place=("sensor", places))
    return forecast(
        cube,
        horizon="10D",
        model="boosting",
        cutoff="2025-10-22 06:00",
        quantiles=[0.1, 0.5, 0.9],
        scenarios=40,
        drivers=True,
    )


def test_groups_are_places_and_all_of_them(ahead: xr.Dataset) -> None:
    expected = {TERRITORY: ["s0", "s1", "s2"], "Rue Haute": ["s0", "s2"], "Place": ["s1"]}
    assert of_groups(ahead) == expected
    dead = ahead.assign_coords(model=("sensor", ["none", *ahead["model"].to_numpy()[1:]]))
    assert of_groups(dead)["Rue Haute"] == ["s2"]
    assert of_groups(ahead.assign_coords(kind=("sensor", ["noise"] * 4))) == {}


def test_totals_of_one_forecast_agree(ahead: xr.Dataset) -> None:
    made = sums_of(ahead, of_groups(ahead))
    hours, days, weeks = (
        made[f"{n}.nc"] for n in ("forecast_places", "totals_days", "totals_weeks")
    )
    assert hours["sensor"].to_numpy().tolist() == ["Place", "Rue Haute"]
    assert hours.sizes["time"] == ahead.sizes["time"] == 241
    # The first day has 18 hours, the Sunday on which the clocks go back 25, the last one 6.
    assert days["steps"].to_numpy().tolist() == [18, 24, 24, 24, 25, 24, 24, 24, 24, 24, 6]
    local = pd.DatetimeIndex(weeks.indexes["time"]).tz_localize("UTC").tz_convert("Europe/Paris")
    assert local[0] == pd.Timestamp("2025-10-23", tz="Europe/Paris")
    assert weeks["steps"].to_numpy()[0] == 169
    by_place = days["expected"].sel(group=["Place", "Rue Haute"])
    np.testing.assert_allclose(
        by_place.sum("group"), days["expected"].sel(group=TERRITORY), atol=0.01
    )
    np.testing.assert_allclose(
        days["expected"][:, 1:8].sum("time"), weeks["expected"][:, 0], atol=0.01
    )
    np.testing.assert_allclose(hours["expected"].sum("time"), by_place.sum("time"), atol=0.2)
    # A place of one sensor has the sensor's own band; the band of two is no sum of two bands.
    path = ahead["path"].sel(sensor=["s0", "s2"]).sum("sensor")[:18].sum("time").to_numpy()
    street = days["value"].sel(group="Rue Haute")[0].to_numpy()
    np.testing.assert_allclose(
        street, np.quantile(path, [0.1, 0.5, 0.9], method="hazen"), atol=0.01
    )


def test_joint_futures_of_places_say_what_their_hours_say(ahead: xr.Dataset) -> None:
    made = sums_of(ahead, of_groups(ahead))
    hours, joint = made["forecast_places.nc"], made["scenarios_places.nc"]
    assert joint["path"].dims == ("sensor", "time", "scenario")
    assert joint["place"].to_numpy().tolist() == ["Place", "Rue Haute"]
    levels = np.quantile(joint["path"], [0.1, 0.5, 0.9], axis=2, method="hazen")
    np.testing.assert_allclose(levels.transpose(1, 2, 0), hours["value"], atol=0.051)
    np.testing.assert_allclose(joint["path"].mean("scenario"), hours["expected"], atol=0.051)
    street = ahead["path"].sel(sensor=["s0", "s2"]).sum("sensor")
    np.testing.assert_allclose(joint["path"].sel(sensor="Rue Haute"), street, atol=0.051)


def test_drivers_of_days_add_up(ahead: xr.Dataset) -> None:
    days = sums_of(ahead, of_groups(ahead))["totals_days.nc"]
    gap = days["usual"] + days["effect"].sum("driver") - days["expected"]
    assert float(abs(gap).max()) < 0.01
    # The means of totals lie above the sums of medians: all figures of a day are raised alike.
    here = ahead.sel(sensor=["s0", "s2"]).isel(time=slice(18, 42)).sum(("sensor", "time"))
    median = float(here["value"].sel(quantile=0.5))
    friday = days.sel(group="Rue Haute").isel(time=1)
    raised = float(friday["expected"]) / median
    assert 1 < raised < 1.05
    assert float(friday["usual"]) == pytest.approx(float(here["usual"]) * raised, abs=0.01)
    for driver in ("holiday", "season", "recent", "event", "other"):
        effect = float(here["effect"].sel(driver=driver))
        found = float(friday["effect"].sel(driver=driver))
        assert found == pytest.approx(effect * raised, abs=0.02)


def test_a_territory_without_places_has_empty_totals(ahead: xr.Dataset) -> None:
    made = sums_of(ahead, {})
    assert [made[name].sizes.get("group", made[name].sizes.get("sensor")) for name in made] == [
        0
    ] * 4


def test_steps_of_a_quarter_of_an_hour_become_hours() -> None:
    cube = rhythm_cube(days=21, sensors=2, step="15min")
    cube = cube.assign_coords(place=("sensor", np.array(["P", "P"])))
    ahead = forecast(cube, horizon="2D", model="window_average", scenarios=10, drivers=True)
    hours = sums_of(ahead, of_groups(ahead))["forecast_places.nc"]
    assert (hours.sizes["time"], hours.attrs["step_seconds"]) == (48, 3600)
    assert cubes.step_of(cube) == pd.Timedelta("15min")
