"""What moves a forecast: numbers that add up, and that say what is known of a made-up street."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from _forecast_cubes import rhythm_cube, with_values
from mining import cube as cubes
from mining.calendars import Calendar
from mining.forecast import forecast
from mining.forecast._cells import Rows
from mining.forecast._drivers import NAMES, NORMAL, PLACE, _shapley
from mining.forecast._features import Bank
from mining.forecast._grid import of_cube
from mining.forecast.boosting import Boosting


def test_shares_of_a_game_by_hand() -> None:
    # Two players: alone they bring 4 and 10, together 20. Half of the surplus of 6 goes to each.
    value = {(): 0.0, ("a",): 4.0, ("b",): 10.0, ("a", "b"): 20.0}
    values = {frozenset(k): np.array([v]) for k, v in value.items()}
    assert _shapley("a", ("a", "b"), values) == pytest.approx([7.0])
    assert _shapley("b", ("a", "b"), values) == pytest.approx([13.0])


def test_every_feature_has_a_driver() -> None:
    grid = of_cube(rhythm_cube(days=70))
    bank = Bank(grid, Calendar("FR"), grid.season)
    one = Rows(np.array([0]), np.array([grid.origin]), np.array([grid.origin]))
    told = [column for columns in NORMAL.values() for column in columns]
    assert sorted(bank.features(one).columns) == sorted([*told, *PLACE])


@pytest.fixture(scope="module")
def ahead() -> xr.Dataset:
    """Return a forecast over 14 July; streets move to another level every five weeks.

    The first lost a third of its passages two weeks before the origin, the others did not move.
    """
    cube = rhythm_cube(
        start="2023-07-03", days=735, sensors=4, noise=0.05, holidays=("2023-07-14", "2024-07-14")
    )
    local = cubes.local_time(cube)
    level = np.exp(0.3 * np.random.default_rng(5).standard_normal((4, 21)))
    level[:, -2:] = 1.0
    five_weeks = np.minimum((local - local[0]).days.to_numpy() // 35, 20)
    level = level[:, five_weeks]
    level[0, local >= "2025-06-23"] = 2 / 3
    cube = with_values(cube, cube["value"].to_numpy() * level)
    return forecast(
        cube, horizon="9D", cutoff="2025-07-07", model=Boosting(trees=60, rows=20_000), drivers=True
    )


def test_the_parts_add_up_to_the_median(ahead: xr.Dataset) -> None:
    assert ahead["driver"].to_numpy().tolist() == list(NAMES)
    total = ahead["usual"] + ahead["effect"].sum("driver")
    assert total.to_numpy() == pytest.approx(ahead["value"].sel(quantile=0.5).to_numpy(), abs=1e-9)


def test_a_holiday_and_a_lower_level_are_told_apart(ahead: xr.Dataset) -> None:
    holiday = _share(ahead, "2025-07-14")
    # The holiday has 40 % of a usual day; two of them were seen, and half of that is believed.
    assert (holiday.sel(driver="holiday") < -0.33).all()
    assert (holiday.sel(driver="holiday") > -0.66).all()
    plain = _share(ahead, "2025-07-08")
    # The usual level of the first street is a mean of eight weeks, each .85 of the one after it:
    # two weeks of 2/3 have 38 % of it, so that it stands at .873, and 2/3 / .873 = 1 - .236.
    assert float(plain.sel(sensor="s0", driver="recent")) == pytest.approx(-0.236, abs=0.06)
    assert np.abs(plain.sel(driver="recent")[1:]).max() < 0.04
    assert np.abs(plain.sel(driver=["holiday", "season"])).max() < 0.07


def _share(ahead: xr.Dataset, day: str) -> xr.DataArray:
    """Return the effect of each driver on a day, relative to the usual day."""
    hours = np.flatnonzero(cubes.local_time(ahead).normalize() == day)
    part = ahead.isel(time=hours)
    return part["effect"].sum("time") / part["usual"].sum("time")


def test_a_model_that_tells_nothing_puts_everything_into_other() -> None:
    cube = rhythm_cube(days=70)
    made = forecast(cube, horizon="7D", model="window_average", drivers=True, quantiles=[0.2])
    effect = made["effect"].to_numpy()
    assert np.abs(effect[..., :-1]).max() == 0
    assert np.isfinite(made["usual"]).all()
    assert np.isfinite(effect).all()
