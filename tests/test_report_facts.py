"""Facts of a report: local weeks, like-for-like comparison, disclosure, forecast, incidents."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import report_inputs as inputs
from mining import cube as cubes
from mining.report import facts
from mining.report._clock import clock
from mining.report._compare import compare, year_before
from mining.report._incidents import incidents_of
from mining.report._journal import entries
from mining.report._outlook import outlook
from mining.report._trend import trend
from mining.report._weeks import last_week

MONDAY = pd.Timestamp("2025-10-27")


def hand_cube(values: dict[str, dict[str, float]], start: str, hours: int):
    """Return a cube of ones, but for the hours written by hand (local time)."""
    index = pd.date_range(start, periods=hours, freq="1h", tz=inputs.ZONE)
    frame = pd.DataFrame(1.0, index=index, columns=sorted(values))
    for sensor, cells in values.items():
        for time, value in cells.items():
            frame.loc[pd.Timestamp(time, tz=inputs.ZONE), sensor] = value
    places = pd.DataFrame({"place": "P"}, index=frame.columns)
    return cubes.build(
        frame.set_axis(index.tz_convert("UTC")),
        timezone=inputs.ZONE,
        step="1h",
        sensors=places,
    )


def test_days_of_23_and_25_hours() -> None:
    # 30 March 2025 has no 02:00; 26 October 2025 has it twice.
    spring = clock(hand_cube({"s": {}}, "2025-03-29", 72))
    assert not spring.exists[1, 2]
    assert np.isnan(spring.counts[0, 1, 2])
    assert np.nansum(spring.counts[0, 1]) == 23
    autumn = clock(hand_cube({"s": {}}, "2025-10-25", 73))
    assert autumn.counts[0, 1, 2] == 2
    assert autumn.counts[0, 1].sum() == 25


def test_an_hour_counts_only_if_all_its_quarters_do() -> None:
    index = pd.date_range("2025-01-06", periods=96, freq="15min", tz="UTC")
    frame = pd.DataFrame({"s": 2.0}, index=index)
    frame.iloc[5] = np.nan
    table = clock(cubes.build(frame, timezone="UTC", step="15min"))
    assert table.counts[0, 0, 0] == 8
    assert np.isnan(table.counts[0, 0, 1])


def test_suspect_and_imputed_cells_do_not_count() -> None:
    cube = hand_cube({"s": {}}, "2025-01-06", 24)
    cube["quality"][0, 3:5] = [cubes.Quality.SUSPECT, cubes.Quality.IMPUTED]
    assert np.isnan(clock(cube).counts[0, 0, 3:5]).all()


@pytest.mark.parametrize(
    ("end", "monday"),
    [
        ("2025-11-02 23:00", "2025-10-20"),  # the last hour of Sunday is not there yet
        ("2025-11-03 00:00", "2025-10-27"),
        ("2025-11-09 23:00", "2025-10-27"),
    ],
)
def test_last_complete_week(end: str, monday: str) -> None:
    table = clock(inputs.cube_of("2025-10-01", end, inputs.SENSORS[:1]))
    assert table.last_monday() == pd.Timestamp(monday)


def test_no_complete_week() -> None:
    table = clock(inputs.cube_of("2025-10-28", "2025-11-03 05:00", inputs.SENSORS[:1]))
    assert table.last_monday() is None
    assert last_week(table, ["a1"], 11) is None
    assert compare(table, ["a1"], None).reason == "no_week"
    assert trend(table, ["a1"]) is None


def test_same_iso_week_a_year_earlier() -> None:
    assert year_before(pd.Timestamp("2025-12-22")) == pd.Timestamp("2024-12-23")
    assert year_before(pd.Timestamp("2026-12-28")) is None  # 2026 has a week 53, 2025 has none


def two_weeks() -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp("2025-01-13"), pd.Timestamp("2025-01-06")


def test_like_for_like_by_hand() -> None:
    # 3 sensors, 2 weeks of 168 hours of 1 passage. In the second week, `a` counts 43 on Monday
    # 00:00 instead of 1. `b` misses 10 hours of the second week (94 % counted: kept). `c` misses
    # 40 hours of the first week (76 %: left out).
    cube = hand_cube({"a": {"2025-01-13 00:00": 43.0}, "b": {}, "c": {}}, "2025-01-06", 336)
    cube = inputs.silence(cube, "b", "2025-01-15 00:00", "2025-01-15 10:00")
    cube = inputs.silence(cube, "c", "2025-01-07 00:00", "2025-01-08 16:00")
    now, before = two_weeks()
    found = compare(clock(cube), ["a", "b", "c"], before)
    assert (found.now, found.before) == (now, before)
    assert found.sensors == ("a", "b")
    # Both at the 158 hours that both counted in both weeks; 42 more at `a`.
    assert found.passages == 2 * 158 + 42
    assert found.passages_before == 2 * 158
    assert found.change == pytest.approx(358 / 316 - 1, abs=1e-12)


def test_comparison_says_why_it_is_not_possible() -> None:
    cube = hand_cube({"a": {}}, "2025-01-06", 336)
    now, before = two_weeks()
    table = clock(cube)
    assert compare(table, ["a"], None).reason == "no_week_53"
    assert compare(table, ["a"], before - pd.Timedelta("7D")).reason == "no_history"
    assert compare(table, ["a"], before, minimum=169).reason == "too_few"
    silent = clock(inputs.silence(cube, "a", str(before), str(now)))
    assert compare(silent, ["a"], before).reason == "no_sensor"


def test_comparison_names_the_hardware_between() -> None:
    _, before = two_weeks()
    events = [
        {"type": "hardware", "title": "avant", "start": "2025-01-05", "end": None},
        {"type": "hardware", "title": "entre", "start": "2025-01-10", "end": None},
        {"type": "hardware", "title": "ailleurs", "start": "2025-01-10", "sensors": ["z"]},
        {"type": "works", "title": "travaux", "start": "2025-01-10", "end": "2025-01-11"},
    ]
    cube = hand_cube({"a": {}}, "2025-01-06", 336).assign_attrs(events=json.dumps(events))
    found = compare(clock(cube), ["a"], before, journal=entries(cube), places=["P"])
    assert [e.title for e in found.hardware] == ["entre"]


def test_sensors_with_new_hardware_are_set_aside_where_others_are_left() -> None:
    _, before = two_weeks()
    events = [{"type": "hardware", "title": "a", "start": "2025-01-10", "sensors": ["a"]}]
    cube = hand_cube({"a": {"2025-01-13 00:00": 43.0}, "b": {}}, "2025-01-06", 336)
    cube = cube.assign_attrs(events=json.dumps(events))
    both = compare(clock(cube), ["a", "b"], before, journal=entries(cube), places=["P"])
    assert (both.sensors, both.set_aside, both.hardware) == (("b",), ("a",), ())
    assert (both.passages, both.passages_before) == (168, 168)
    alone = compare(clock(cube), ["a"], before, journal=entries(cube), places=["P"])
    assert (alone.sensors, alone.set_aside) == (("a",), ())
    assert (alone.passages, len(alone.hardware)) == (210, 1)


@given(st.integers(1, 9))
def test_scaling_counts_leaves_changes(factor: int) -> None:
    cube = hand_cube({"a": {"2025-01-13 00:00": 43.0}}, "2025-01-06", 336)
    _, before = two_weeks()
    once = compare(clock(cube), ["a"], before)
    scaled = compare(clock(cube.assign(value=cube["value"] * factor)), ["a"], before)
    assert scaled.passages == factor * once.passages
    assert scaled.change == pytest.approx(once.change, abs=1e-9)


def test_a_silent_week_gives_way_to_a_typical_one() -> None:
    cube = inputs.silence(inputs.cube_of(), "b1", "2025-10-27", "2025-11-03")
    week = last_week(clock(cube), ["b1"], 11)
    assert week is not None
    assert week.typical
    whole = clock(inputs.cube_of())
    stack = np.stack([whole.week(MONDAY - k * pd.Timedelta("7D"))[2] for k in range(1, 8)])
    assert week.total == pytest.approx(np.nansum(np.median(stack, axis=0)), abs=1e-6)


def test_the_week_keeps_to_sensors_that_counted() -> None:
    cube = inputs.silence(inputs.cube_of(), "a2", "2025-10-28", "2025-11-03")
    week = last_week(clock(cube), ["a1", "a2"], 11)
    assert week is not None
    assert (week.sensors, week.sensors_total, week.typical) == (("a1",), 2, False)
    assert week.total == clock(cube).week(MONDAY)[0].sum()


@pytest.mark.parametrize(("busy", "hourly"), [(2, False), (3, True)])
def test_a_week_with_next_to_no_hour_to_show_is_told_by_day(busy: int, hourly: bool) -> None:
    # Of the twelve hours from 8 to 20, 3 are a quarter. Others have 5 passages: fewer than 11.
    cube = hand_cube({"a": {}}, "2025-11-03", 7 * 24 + 1)
    local = pd.DatetimeIndex(cube["time"].values, tz="UTC").tz_convert("Europe/Paris")
    counts = np.where((local.hour >= 12) & (local.hour < 12 + busy), 30.0, 5.0)
    week = last_week(clock(cube.assign(value=cube["value"].copy(data=counts[None]))), ["a"], 11)
    assert week is not None
    assert week.hourly is hourly
    assert week.total == 7 * (30 * busy + 5 * (24 - busy))
    np.testing.assert_array_equal(week.days, np.full(7, week.total / 7))
    assert (week.peak is not None) is hourly


def test_trend_keeps_the_same_sensors_and_leaves_gaps() -> None:
    cube = inputs.silence(inputs.cube_of(), "a2", "2025-06-02", "2025-06-09")
    found = trend(clock(cube), ["a1", "a2"])
    assert found is not None
    assert found.sensors == ("a1", "a2")
    assert len(found.mondays) == 53
    gap = list(found.mondays).index(pd.Timestamp("2025-06-02"))
    assert np.flatnonzero(np.isnan(found.now)).tolist() == [gap]
    long_dead = inputs.silence(inputs.cube_of(), "a2", "2024-12-01", "2025-10-01")
    found = trend(clock(long_dead), ["a1", "a2"])
    assert found is not None
    assert found.sensors == ("a1",)
    week = clock(cube).week(MONDAY)
    assert found.now[-1] == week[0].sum()


def test_forecast_days() -> None:
    place_cube = cubes.by_place(inputs.cube_of())
    found = outlook(
        inputs.forecast_of(place_cube),
        "Place Saint-Martin",
        clock=clock(place_cube),
        timezone=inputs.ZONE,
        minimum=11,
    )
    assert found is not None
    assert len(found.days) == 15
    assert [d.whole for d in found.days] == [False, *[True] * 13, False]
    assert found.days[0].first_hour == 6
    # Thursday: 10 % more than Monday? no: the same (10), all hours x 1.05 since 2025.
    hours = np.array([0] * 6 + [2, 6, 12, 15, 20, 30, 40, 35, 30, 32, 38, 45, 40, 20, 10, 6, 4, 2])
    thursday = found.whole_days[0]
    assert thursday.day == pd.Timestamp("2025-11-06")
    assert thursday.total == np.round(hours * 1.05).sum()
    assert (thursday.peak_hour, thursday.peak) == (17, 47)
    assert thursday.peak_low == pytest.approx(47 * 0.8)
    assert thursday.peak_high == pytest.approx(47 * 1.3)
    assert found.past.min() == 11


def test_a_forecast_by_day_has_an_interval_by_day() -> None:
    days = pd.date_range("2025-10-25", periods=3, freq="D", tz=inputs.ZONE)  # one has 25 hours
    made = xr.Dataset(
        {"value": (("sensor", "time", "quantile"), [[[80, 100, 130], [9, 20, 31], [1, 2, 3]]])},
        coords={
            "sensor": ["Rue Haute"],
            "time": days.tz_convert("UTC").tz_localize(None),
            "quantile": [0.1, 0.5, 0.9],
        },
        attrs={"step_seconds": 86400},
    )
    ahead = outlook(made, "Rue Haute", clock=None, timezone=inputs.ZONE, minimum=11)
    assert ahead is not None
    assert ahead.daily
    assert [d.total for d in ahead.whole_days] == [100, 20, 2]
    assert (ahead.days[1].peak_low, ahead.days[1].peak_high) == (9, 31)
    assert [d.day.day for d in ahead.days] == [25, 26, 27]


@pytest.mark.parametrize("case", ["absent", "other place", "empty", "two hours", "no bounds"])
def test_no_forecast(case: str) -> None:
    place_cube = cubes.by_place(inputs.cube_of())
    given_forecast = inputs.forecast_of(place_cube)
    made = {
        "absent": None,
        "other place": given_forecast.assign_coords(sensor=["x", "y", "z"]),
        "empty": given_forecast * np.nan,
        "two hours": given_forecast.isel(time=slice(None, None, 2)).drop_attrs(),
        "no bounds": given_forecast.sel(quantile=[0.5]),
    }[case]
    assert outlook(made, "Place Saint-Martin", clock=None, timezone=inputs.ZONE, minimum=11) is None


def test_incidents_recent_and_notable() -> None:
    today = pd.Timestamp("2025-11-05 06:00")
    arguments = {"places": ["Rue des Febvres", "Place Saint-Martin"], "sensors": ["a1", "b1"]}
    found = incidents_of(inputs.incidents_of(), today, minimum=11, **arguments)
    assert found is not None
    assert [i.sensor for i in found.recent] == ["a1"]
    assert [i.sensor for i in found.notable] == ["b1"]
    assert (found.recent_count, found.year_count) == (1, 2)
    assert incidents_of(None, today, minimum=11, **arguments) is None
    none = incidents_of(inputs.incidents_of().iloc[:0], today, minimum=11, **arguments)
    assert none is not None
    assert none.recent_count == 0


def test_an_incident_with_few_passages_does_not_tell_how_many() -> None:
    frame = inputs.incidents_of(observed=7.0, explanation="7 passages au lieu de 900.")
    today = pd.Timestamp("2025-11-05 06:00")
    found = incidents_of(frame, today, places=[], sensors=["a1"], minimum=11)
    assert found is not None
    only = found.recent[0]
    assert (only.few, only.observed, only.explanation) == (True, 0.0, "")


def test_facts_do_not_depend_on_the_order_of_sensors() -> None:
    cube = inputs.cube_of()
    whole = facts(inputs.territory(), cube, cubes.by_place(cube)).whole
    other = cube.isel(sensor=[2, 0, 3, 1])
    turned = facts(inputs.territory(), other, cubes.by_place(other)).whole
    assert whole.week is not None
    assert turned.week is not None
    assert turned.week.total == whole.week.total
    assert turned.year.change == pytest.approx(whole.year.change, abs=1e-12)
    np.testing.assert_array_equal(turned.week.counts, whole.week.counts)


def test_sensors_that_do_not_count_stay_out_of_the_sums() -> None:
    cube = inputs.cube_of()
    mixed = cube.assign_coords(kind=("sensor", ["pedestrian", "pedestrian", "noise", "parking"]))
    found = facts(inputs.territory(), mixed, cubes.by_place(mixed))
    assert [p.name for p in found.places] == ["Rue des Febvres"]
    assert found.whole.sensors == ("a1", "a2")
    assert len(found.quality) == 4
