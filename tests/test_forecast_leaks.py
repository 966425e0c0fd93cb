"""Nothing that was not known at the origin moves a forecast; what was known does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from _streets import PARIS, city, clock, expected, small
from mining import cube as cubes
from mining.forecast.prophets import ProphetModel
from mining.forecast.structural import Structural

NAMES = ["seasonal_naive", "window_average", "statsmodels", "boosting", "prophet"]
CUTOFF, LEVELS = "2025-05-26", (0.1, 0.5, 0.9)
every_model = pytest.mark.parametrize("name", NAMES)


def model(name: str, days: int = 84) -> Any:
    """Return a new model, as cheap as can be."""
    made = {
        "statsmodels": lambda: Structural(days=days),
        "boosting": lambda: small(trees=10, rows=4000),
        "prophet": lambda: ProphetModel(weeks=days // 7, samples=10),
    }
    return made[name]() if name in made else name


def streets(start: str = "2025-03-03", end: str = "2025-06-09", **options: Any) -> xr.Dataset:
    """Return the cube of two ordinary streets."""
    local = clock(start, end)
    return city({"a": expected(local, 200), "b": expected(local, 500)}, local, **options)


def said(cube: xr.Dataset, name: str, **options: Any) -> np.ndarray:
    """Return the forecast of a week; of one street by the slow model."""
    cube = cube.isel(sensor=slice(1)) if name == "prophet" else cube
    made = mining.forecast(
        cube, **{"model": model(name), "horizon": "7D", "quantiles": LEVELS} | options
    )
    return np.asarray(made["value"].to_numpy())


def after(cube: xr.Dataset, when: str = CUTOFF) -> np.ndarray:
    """Tell which times lie at or after a local time."""
    return np.asarray(cube.indexes["time"] >= cubes.to_utc(when, PARIS))


@every_model
def test_whatever_came_later_changes_no_byte(name: str) -> None:
    cube = streets()
    draw = np.random.default_rng(7)
    late, shape = after(cube), cube["value"].shape
    value = np.where(late, draw.integers(0, 100_000, shape), cube["value"]).astype("float32")
    quality = np.where(late, draw.integers(0, 5, shape), cube["quality"]).astype("int8")
    value[quality == cubes.Quality.MISSING] = np.nan
    dims = ("sensor", "time")
    other = cube.assign(value=(dims, value), quality=(dims, quality))
    known = said(cube, name, cutoff=CUTOFF)
    assert known.tobytes() == said(other, name, cutoff=CUTOFF).tobytes()
    # Nor does it matter whether there is a later time at all.
    assert known.tobytes() == said(cube.isel(time=~late), name).tobytes()
    # The last hour before it does matter.
    early = cube["value"].to_numpy().copy()
    early[:, np.flatnonzero(~late)[-20:]] *= 3
    assert known.tobytes() != said(cube.assign(value=(dims, early)), name, cutoff=CUTOFF).tobytes()


@every_model
def test_an_entry_counts_from_the_day_it_was_known(name: str) -> None:
    def entries(known: str, title: str = "Foire") -> list[dict[str, Any]]:
        past = {"type": "event", "title": "Foire", "start": "2025-05-07", "end": "2025-05-09",
                "known_since": "2025-05-01"}  # fmt: skip
        coming = {"type": "event", "title": title, "start": "2025-05-28", "end": "2025-05-30"}
        return [past, coming | {"known_since": known}]

    cube = streets()
    array = cube["value"].to_numpy().copy()
    local = cubes.local_time(cube).tz_localize(None)
    array[:, (local >= "2025-05-07") & (local < "2025-05-10")] *= 2
    cube = cube.assign(value=(("sensor", "time"), array))

    def asked(events: list[dict[str, Any]]) -> np.ndarray:
        return said(cube, name, cutoff=CUTOFF, calendar={"country": "FR", "events": events})

    before, late = asked(entries("2025-05-25")), asked(entries("2025-05-26 01:00"))
    assert late.tobytes() == asked(entries("2025-05-26 01:00")[:1]).tobytes()
    fair = slice(2 * 24, 5 * 24)
    assert (before[:, fair, 1].sum(axis=1) > 1.6 * late[:, fair, 1].sum(axis=1)).all()
    apart = np.delete(before, np.r_[fair], axis=1), np.delete(late, np.r_[fair], axis=1)
    assert apart[0].tobytes() == apart[1].tobytes()
    # One that was written down after the origin, about the past, is not known either.
    told_late = entries("2025-05-25")
    told_late[0]["known_since"] = "2025-06-01"
    assert asked(told_late[:1]).tobytes() == asked([]).tobytes()


@every_model
def test_a_coming_holiday_changes_its_day(name: str) -> None:
    # Good Friday, 18 April 2025, is a holiday in Moselle and not in the rest of France; so is
    # 26 December, quiet in both. Holidays have 40 %.
    local = clock("2024-10-07", "2025-04-14")
    off = ["2024-11-01", "2024-11-11", "2024-12-25", "2024-12-26", "2025-01-01"]
    quiet = local.tz_localize(None).normalize().isin(pd.DatetimeIndex(off))
    means = {k: expected(local, level) * np.where(quiet, 0.4, 1.0)
             for k, level in (("a", 200), ("b", 500))}  # fmt: skip
    cube = city(means, local)
    here, there = (
        said(cube, name, model=model(name, 189), calendar={"country": "FR", "subdivision": part})
        for part in ("Moselle", "")
    )
    friday = slice(4 * 24, 5 * 24)
    if name in ("statsmodels", "boosting"):
        assert (here[:, friday, 1].sum(axis=1) < 0.8 * there[:, friday, 1].sum(axis=1)).all()
    elif name == "prophet":  # knows each holiday by its name, and this one only as a free day
        daily = np.abs(here - there)[..., 1].reshape(len(here), 7, 24).sum(axis=2)
        assert (daily[:, 4] > 1.5 * daily[:, :4].max(axis=1)).all()
    else:  # they repeat past weeks, and know that they may be wrong
        assert (here[:, friday, 1] == there[:, friday, 1]).all()
        assert (here[:, friday, 0] < there[:, friday, 0] - 1).mean() > 0.5


@every_model
def test_what_is_older_than_the_history_changes_nothing(name: str) -> None:
    cube = streets()
    start = pd.Timestamp("2025-06-09") - pd.Timedelta("9W")
    old = ~after(cube, str(start))
    array = cube["value"].to_numpy().copy()
    array[:, old] = np.roll(array[:, old], 5, axis=1) * 3
    known = said(cube, name, history="9W")
    other = cube.assign(value=(("sensor", "time"), array))
    assert known.tobytes() == said(other, name, history="9W").tobytes()
    assert known.tobytes() == said(cube.isel(time=~old), name).tobytes()
    assert known.tobytes() != said(other, name).tobytes()


@every_model
def test_a_backtest_says_what_a_forecast_said_at_its_origin(name: str) -> None:
    cube = streets()
    streets_used = cube.isel(sensor=slice(1)) if name == "prophet" else cube
    _, made = mining.backtest(
        streets_used,
        models=[model(name)],
        cutoffs=[CUTOFF],
        quantiles=LEVELS,
        return_forecasts=True,
    )
    columns = [f"q{level:g}" for level in LEVELS]
    then = made.set_index(["sensor", "time"])[columns].to_numpy().reshape(-1, 168, 3)
    assert then.tobytes() == said(cube, name, cutoff=CUTOFF).tobytes()
