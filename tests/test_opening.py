"""Opening hours against passages: figures worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from mining import opening
from mining.errors import ConfigError, ModelError

DAYS = pd.date_range("2026-03-02", periods=14, freq="D")  # a Monday; no clock change before 29


def forecast(
    paths: np.ndarray | None,
    median: np.ndarray,
    *,
    step: str = "1h",
    places: tuple[str, ...] = ("Halles",),
    kinds: tuple[str, ...] | None = None,
    start: str = "2026-03-01T23:00",
) -> xr.Dataset:
    """Return a forecast of sensors by step, from midnight of 2 March in Paris."""
    times = pd.date_range(start, periods=median.shape[1], freq=step)
    data: dict[str, object] = {"value": (("sensor", "time", "quantile"), median[:, :, None])}
    if paths is not None:
        data["path"] = (("sensor", "time", "scenario"), paths)
    return xr.Dataset(
        data,
        coords={
            "sensor": [f"s{n}" for n in range(len(places))],
            "time": times.to_numpy(),
            "quantile": [0.5],
            "place": ("sensor", list(places)),
            "kind": ("sensor", list(kinds or ("pedestrian",) * len(places))),
        },
        attrs={
            "timezone": "Europe/Paris",
            "step_seconds": int(pd.Timedelta(step).total_seconds()),
        },
    )


def hours(*rows: str) -> pd.DataFrame:
    """Return opening hours written as "place weekday opens closes [shop]"."""
    cells = [(row + " ").split(" ", 4) for row in rows]
    table = pd.DataFrame(cells, columns=["place", "weekday", "opens", "closes", "shop"])
    return table.assign(shop=table["shop"].str.strip())


def two_weeks() -> tuple[np.ndarray, np.ndarray]:
    """Passages of 336 hours in two scenarios: 10 from 8 to 20 h, half as many or as many again."""
    clock = np.arange(336) % 24
    base = np.where((clock >= 8) & (clock < 20), 10.0, 0.0)
    return np.stack([base * 0.5, base * 1.5], axis=-1)[None], base[None]


def test_share_by_closed_doors_by_hand() -> None:
    # Open 9:30-12:00 and 14:00-19:00 on six days, never on Sunday. Of the twelve hours with ten
    # passages, 8:00-9:30, 12:00-14:00 and 19:00-20:00 are closed: 45 of 120 on six days, 120 of
    # 120 on Sunday: (6 x 45 + 120) / 840. At noon: 20 of 120, all closed.
    table = hours(
        *[f"Halles {d} {w}" for d in opening.WEEKDAYS[:6] for w in ("09:30 12:00", "14:00 19:00")]
    )
    told = opening.closed_doors(forecast(*two_weeks()), table)
    assert told["share"].item() == pytest.approx(390 / 840, abs=1e-6)
    assert told["low"].item() == told["high"].item() == told["share"].item()  # the same in both
    assert told["noon"].item() == pytest.approx(20 / 120, abs=1e-6)
    assert told["noon_closed"].item() == 1.0
    monday = told["closed"].sel(door="Halles", weekday=0).to_numpy()
    assert monday[7:20].tolist() == [0, 10, 5, 0, 0, 10, 10, 0, 0, 0, 0, 0, 10]
    assert told["passages"].sel(weekday=6, hour=9).item() == 10


def test_interval_of_the_share_comes_from_the_scenarios() -> None:
    # Scenario 0 passes only at 10 h (open), scenario 1 only at 12 h (closed).
    paths, median = two_weeks()
    clock = np.arange(336) % 24
    paths[0, :, 0] = np.where(clock == 10, 30.0, 0.0)
    paths[0, :, 1] = np.where(clock == 12, 10.0, 0.0)
    told = opening.closed_doors(
        forecast(paths, median), hours(*[f"Halles {d} 09:00 12:00" for d in opening.WEEKDAYS])
    )
    assert told["share"].item() == pytest.approx(10 / 40)  # of all that pass
    assert (told["low"].item(), told["high"].item()) == (0.0, 1.0)


def test_what_an_extra_hour_would_meet() -> None:
    paths, median = two_weeks()
    paths[0, 12] = [4.0, 8.0]  # the first Monday at noon; the second has 5 and 15
    table = hours("Halles monday 09:00 12:00", "Halles monday 14:30 19:00")
    rows = opening.extra_hours(forecast(paths, median), table)
    monday = rows[rows["weekday"] == "monday"].set_index("hour")
    noon = monday.loc[12]
    assert noon["expected"] == pytest.approx((4 + 8 + 5 + 15) / 4)
    # Levels .1 and .9 of 4, 5, 8, 15 by Hazen: positions .1 x 4 + .5 = .9 and 4.1, beyond the ends.
    assert (noon["low"], noon["high"]) == (4.0, 15.0)
    assert (noon["days"], noon["minutes"]) == (2, 60)
    half = monday.loc[14]
    assert (half["expected"], half["minutes"], half["beside"]) == (5.0, 30, True)
    assert monday.loc[[8, 12, 13, 19, 20, 7], "beside"].tolist() == [
        *(True, True, False, True, False, False)
    ]
    assert not {9, 10, 11, 15, 16, 17, 18} & set(monday.index)
    assert rows["expected"].is_monotonic_decreasing
    assert len(rows) == 168 - 7


def test_midnight_is_crossed_and_sunday_night_runs_into_monday() -> None:
    table = hours("Halles sunday 22:00 02:00", "Halles friday 18:00 24:00")
    (door,) = opening.doors(table)
    open_hours = np.flatnonzero(door.minutes.reshape(168, 60).all(axis=1)).tolist()
    assert open_hours == [0, 1, *range(4 * 24 + 18, 5 * 24), 6 * 24 + 22, 6 * 24 + 23]
    assert door.minutes.sum() == 10 * 60


def test_hours_that_overlap_are_taken_together() -> None:
    both = hours("Halles monday 09:00 12:00", "Halles monday 11:00 13:00")
    once = hours("Halles monday 09:00 13:00")
    assert (opening.doors(both)[0].minutes == opening.doors(once)[0].minutes).all()


def test_shops_of_a_place_have_doors_of_their_own() -> None:
    table = hours("Halles monday 00:00 24:00 Bar", "Halles monday 09:00 10:00 Fleurs")
    told = opening.closed_doors(forecast(*two_weeks()), table)
    assert told["door"].to_numpy().tolist() == ["Halles – Bar", "Halles – Fleurs"]
    assert told["share"].to_numpy() == pytest.approx([720 / 840, 830 / 840], abs=1e-6)


def test_holidays_are_closed_all_day_and_give_no_extra_hour() -> None:
    table = hours(*[f"Halles {d} 08:00 20:00" for d in opening.WEEKDAYS])
    ahead = forecast(*two_weeks())
    day = [dt.date(2026, 3, 9)]
    told = opening.closed_doors(ahead, table, holidays=day)
    assert told["share"].item() == pytest.approx(1 / 14, abs=1e-6)
    rows = opening.extra_hours(ahead, table, holidays=day)
    assert set(rows.loc[rows["weekday"] == "monday", "days"]) == {1}
    assert set(rows.loc[rows["weekday"] == "tuesday", "days"]) == {2}


def test_quiet_hours() -> None:
    paths, median = two_weeks()
    clock, day = np.arange(336) % 24, np.arange(336) // 24
    paths[0, (clock == 15) & (day % 7 == 2)] = 1.0
    paths[0, (clock == 16) & (day % 7 == 2)] = 2.0
    rows = opening.quiet_hours(forecast(paths, median), earliest=8, latest=20)
    assert rows["weekday"].tolist() == list(opening.WEEKDAYS)
    best = rows[rows["best"]]
    assert best[["weekday", "start", "end"]].to_numpy().tolist() == [["wednesday", 15, 17]]
    assert best[["expected", "low", "high"]].to_numpy().tolist() == [[3, 3, 3]]
    assert rows.loc[0, ["start", "expected", "low", "high"]].tolist() == [8, 20, 10, 30]


def test_without_scenarios_there_is_no_interval() -> None:
    _, median = two_weeks()
    ahead = forecast(None, median)
    told = opening.closed_doors(ahead, hours("Halles monday 08:00 20:00"))
    assert told["share"].item() == pytest.approx(6 / 7, abs=1e-6)
    assert np.isnan([told["low"].item(), told["high"].item()]).all()
    assert opening.extra_hours(ahead, hours("Halles monday 08:00 20:00"))["low"].isna().all()


def test_quarters_of_an_hour_give_the_same_as_hours() -> None:
    paths, median = two_weeks()
    fine = forecast(np.repeat(paths, 4, axis=1) / 4, np.repeat(median, 4, axis=1) / 4, step="15min")
    table = hours("Halles monday 09:15 12:00", "Halles saturday 20:00 01:00")
    coarse = forecast(paths, median)
    xr.testing.assert_allclose(
        opening.closed_doors(fine, table), opening.closed_doors(coarse, table)
    )
    pd.testing.assert_frame_equal(
        opening.extra_hours(fine, table), opening.extra_hours(coarse, table)
    )


def test_only_sensors_that_count_are_added_and_nobody_is_no_share() -> None:
    paths, median = two_weeks()
    both = forecast(
        np.concatenate([paths, paths * 0]),
        np.concatenate([median, median * 0]),
        places=("Halles", "Pont"),
        kinds=("pedestrian", "pedestrian"),
    )
    told = opening.closed_doors(both, hours("Pont monday 08:00 20:00"))
    assert np.isnan(told["share"].item())
    noise = forecast(
        np.concatenate([paths, paths]),
        np.concatenate([median, median]),
        places=("Halles", "Halles"),
        kinds=("pedestrian", "noise"),
    )
    table = hours("Halles monday 08:00 20:00")
    assert opening.closed_doors(noise, table)["passages"].sel(weekday=0, hour=9).item() == 10


def test_a_night_of_the_clock_change() -> None:
    # From 28 to 30 March 2026 the hour from 2 to 3 of Sunday does not exist; open then or not, the
    # share is that of the 47 hours there are.
    ahead = forecast(None, np.ones((1, 47)), start="2026-03-27T23:00")
    told = opening.closed_doors(ahead, hours("Halles sunday 00:00 06:00"))
    assert told["share"].item() == pytest.approx(42 / 47, abs=1e-6)
    assert np.isnan(told["passages"].sel(weekday=6, hour=2).item())


def test_the_whole_way_from_a_cube() -> None:
    times = pd.date_range("2026-01-05", "2026-03-02", freq="h", inclusive="left", name="time")
    draw = np.random.default_rng(0).poisson(np.where(times.hour == 12, 400, 80))
    table = pd.DataFrame({"a": draw}, times)
    places = pd.DataFrame({"place": ["Halles"]}, index=["a"])
    cube = mining.clean(mining.from_table(table, timezone="Europe/Paris", sensors=places))
    ahead = mining.forecast(cube, horizon="7D", model="window_average", scenarios=20)
    rows = opening.extra_hours(ahead, hours("Halles monday 09:00 12:00"))
    noon = rows[(rows["weekday"] == "monday") & (rows["hour"] == 12)]
    assert noon["expected"].item() == pytest.approx(400, rel=0.05)
    assert noon["low"].item() < 400 < noon["high"].item()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "Pont monday 09:00 12:00",
            "opening hours: no forecast of passages at 'Pont', expected one of Halles",
        ),
        (
            "Halles lundi 09:00 12:00",
            (
                "opening hours, weekday: found 'lundi', expected one of monday, tuesday, wednesday,"
                " thursday, friday, saturday, sunday"
            ),
        ),
        (
            "Halles monday 9h 12:00",
            (
                "opening hours, opens: found '9h', expected a time of day such as 09:30, from 00:00"
                " to 24:00"
            ),
        ),
        (
            "Halles monday 09:00 09:00",
            "opening hours: found 09:00-09:00, expected two times (all day is 00:00-24:00)",
        ),
    ],
)
def test_hours_that_cannot_be(row: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        opening.closed_doors(forecast(*two_weeks()), hours(row))
    assert str(error.value) == sentence


def test_other_mistakes() -> None:
    with pytest.raises(ConfigError, match="opening hours: no column 'opens'"):
        opening.doors(hours("Halles monday 09:00 12:00").drop(columns="opens"))
    daily = forecast(None, np.ones((1, 14)), step="1D")
    with pytest.raises(ModelError, match="opening hours need an hour or less"):
        opening.closed_doors(daily, hours("Halles monday 09:00 12:00"))
    with pytest.raises(ConfigError, match="20 h do not fit between 6:00 and 22:00"):
        opening.quiet_hours(forecast(*two_weeks()), length=20)
    assert opening.quiet_hours(forecast(None, np.ones((1, 3)))).empty
