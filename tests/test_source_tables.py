"""Plain tables: clocks, repairs and what cannot be decided. Expected values are made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import cube as cubes
from mining.cube import Quality, Reason
from mining.errors import ConfigError, CubeError, TableError
from mining.sources import tables
from mining.sources.tables import from_national, from_table, to_national

NAN = float("nan")


def long(times, values, sensor="a"):
    return pd.DataFrame({"sensor": sensor, "time": times, "value": values})


def values(cube, sensor="a"):
    """Return {UTC hour text: value} of the cells that hold one."""
    series = cube["value"].sel(sensor=sensor).to_series().dropna()
    return {t.strftime("%m-%d %H:%M"): v for t, v in series.items()}


def repairs(cube, sensor="a"):
    counts = cube["repairs"].sel(sensor=sensor).to_series()
    return {k: int(v) for k, v in counts.items() if v}


def cell(cube, time, sensor="a"):
    """Return (value, quality, reason) of a cell by its UTC time."""
    at = cube.sel(sensor=sensor, time=time)
    return at["value"].item(), Quality(at["quality"].item()), Reason(at["reason"].item())


# --- clock changes -----------------------------------------------------------------------------


def test_paris_spring_hour_that_does_not_exist_is_dropped_and_counted():
    # 2024-03-31: 01:59:59 CET is followed by 03:00 CEST; 01:00 CET = 00:00 UTC, 03:00 = 01:00 UTC.
    times = [f"2024-03-31 0{h}:00" for h in range(6)]
    cube = from_table(long(times, [10, 11, 12, 13, 14, 15]), timezone="Europe/Paris")
    assert values(cube) == {
        "03-30 23:00": 10, "03-31 00:00": 11, "03-31 01:00": 13, "03-31 02:00": 14,
        "03-31 03:00": 15,
    }  # fmt: skip
    assert repairs(cube) == {"impossible_local_time": 1}


def test_auckland_spring_hour_that_does_not_exist():
    # 2024-09-29: NZST (+12) 01:00 = 13:00 UTC of the 28th; 03:00 NZDT (+13) = 14:00 UTC.
    times = [f"2024-09-29 0{h}:00" for h in range(1, 5)]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="Pacific/Auckland")
    assert values(cube) == {"09-28 13:00": 1, "09-28 14:00": 3, "09-28 15:00": 4}
    assert repairs(cube) == {"impossible_local_time": 1}


def test_an_empty_cell_in_the_impossible_hour_is_not_a_repair():
    times = [f"2024-03-31 0{h}:00" for h in range(5)]
    cube = from_table(long(times, [1, 1, NAN, 1, 1]), timezone="Europe/Paris")
    assert repairs(cube) == {}
    assert cube.sizes["time"] == 4


@pytest.mark.parametrize(
    ("timezone", "day", "hours"),
    [
        # 02:00 CEST = 00:00 UTC, 02:00 CET = 01:00 UTC.
        (
            "Europe/Paris",
            "2024-10-27",
            ["10-26 23:00", "10-27 00:00", "10-27 01:00", "10-27 02:00"],
        ),
        # 02:00 NZDT (+13) = 13:00 UTC of the 6th, 02:00 NZST (+12) = 14:00 UTC.
        (
            *("Pacific/Auckland", "2024-04-07"),
            ["04-06 12:00", "04-06 13:00", "04-06 14:00", "04-06 15:00"],
        ),
    ],
)
def test_an_autumn_hour_told_twice_is_first_summer_then_winter(timezone, day, hours):
    times = [f"{day} 0{h}:00" for h in (1, 2, 2, 3)]
    cube = from_table(long(times, [10, 20, 21, 30]), timezone=timezone)
    assert values(cube) == dict(zip(hours, [10, 20, 21, 30], strict=True))
    assert repairs(cube) == {}
    assert (cube["reason"] == Reason.NONE).all()


def test_a_table_newest_first_tells_the_winter_hour_first():
    times = [f"2024-10-27 0{h}:00" for h in (3, 2, 2, 1)]
    cube = from_table(long(times, [30, 21, 20, 10]), timezone="Europe/Paris")
    assert values(cube)["10-27 00:00"] == 20
    assert values(cube)["10-27 01:00"] == 21
    assert repairs(cube) == {"unsorted": 2}


def test_an_autumn_hour_told_once_is_suspect_and_the_other_one_missing():
    times = [f"2024-10-27 0{h}:00" for h in (1, 2, 3)]
    cube = from_table(long(times, [10, 20, 30]), timezone="Europe/Paris", step="1h")
    assert cell(cube, "2024-10-27T00:00") == (20, Quality.SUSPECT, Reason.CLOCK_CHANGE)
    value, quality, reason = cell(cube, "2024-10-27T01:00")
    assert np.isnan(value)
    assert (quality, reason) == (Quality.MISSING, Reason.CLOCK_CHANGE)
    assert repairs(cube) == {"ambiguous_local_time": 1}
    cubes.validate(cube)


@pytest.mark.parametrize("tied", [False, True])
def test_sub_hourly_autumn_hour_in_runs_or_in_pairs(tied):
    hour, counts = ["02:00", "02:30", "02:00", "02:30"], [1, 2, 3, 4]
    if tied:
        hour, counts = ["02:00", "02:00", "02:30", "02:30"], [1, 3, 2, 4]
    times = [f"2024-10-27 {h}" for h in ["01:30", *hour, "03:00"]]
    cube = from_table(long(times, [9, *counts, 8]), timezone="Europe/Paris", step="30min")
    assert values(cube) == {
        "10-26 23:30": 9, "10-27 00:00": 1, "10-27 00:30": 2, "10-27 01:00": 3,
        "10-27 01:30": 4, "10-27 02:00": 8,
    }  # fmt: skip
    assert repairs(cube) == {}


def test_sub_hourly_newest_first():
    hour = ["03:00", "02:30", "02:00", "02:30", "02:00", "01:30"]
    cube = from_table(
        long([f"2024-10-27 {h}" for h in hour], [8, 4, 3, 2, 1, 9]),
        timezone="Europe/Paris",
        step="30min",
    )
    assert list(values(cube).values()) == [9, 1, 2, 3, 4, 8]


def test_a_step_back_places_a_quarter_told_once():
    # 02:30 and 02:45 are missing in the first run, 02:15 in the second: the order says so.
    times = [f"2024-10-27 {h}" for h in ("01:45", "02:00", "02:15", "02:00", "02:30", "02:45")]
    cube = from_table(long(times, [1, 2, 3, 4, 5, 6]), timezone="Europe/Paris", step="15min")
    assert values(cube) == {
        "10-26 23:45": 1, "10-27 00:00": 2, "10-27 00:15": 3, "10-27 01:00": 4,
        "10-27 01:30": 5, "10-27 01:45": 6,
    }  # fmt: skip
    assert repairs(cube) == {}


def test_sub_hourly_autumn_hour_told_once_is_suspect_throughout():
    times = [f"2024-10-27 {h}" for h in ("01:45", "02:00", "02:15", "02:30", "02:45", "03:00")]
    cube = from_table(long(times, [1, 2, 3, 4, 5, 6]), timezone="Europe/Paris")
    suspect = cube["quality"] == Quality.SUSPECT
    assert values(cube.where(suspect)) == {
        "10-27 00:00": 2, "10-27 00:15": 3, "10-27 00:30": 4, "10-27 00:45": 5,
    }  # fmt: skip
    assert repairs(cube) == {"ambiguous_local_time": 4}
    assert int((cube["reason"] == Reason.CLOCK_CHANGE).sum()) == 8


def test_shuffled_rows_of_the_autumn_hour_are_suspect_whatever_their_order():
    times = [f"2024-10-27 0{h}:00" for h in (4, 2, 0, 3, 2, 1)]
    counts = [40, 7, 1, 30, 9, 10]
    one = from_table(long(times, counts), timezone="Europe/Paris", step="1h")
    assert cell(one, "2024-10-27T00:00") == (9, Quality.SUSPECT, Reason.CLOCK_CHANGE)
    assert cell(one, "2024-10-27T01:00") == (7, Quality.SUSPECT, Reason.CLOCK_CHANGE)
    order = [0, 4, 2, 3, 1, 5]
    shuffled = long([times[i] for i in order], [counts[i] for i in order])
    other = from_table(shuffled, timezone="Europe/Paris", step="1h")
    pd.testing.assert_series_equal(one["value"].to_series(), other["value"].to_series())


def test_a_doubled_day_does_not_make_two_autumn_hours():
    times = [f"2024-10-27 0{h}:00" for h in (0, 0, 1, 1, 2, 2, 3, 3)]
    cube = from_table(long(times, [1, 1, 2, 2, 5, 5, 3, 3]), timezone="Europe/Paris")
    assert cell(cube, "2024-10-27T00:00") == (5, Quality.SUSPECT, Reason.CLOCK_CHANGE)
    assert np.isnan(cell(cube, "2024-10-27T01:00")[0])
    assert repairs(cube) == {"exact_duplicate": 4, "ambiguous_local_time": 2}


def test_sensors_of_one_table_are_resolved_apart():
    one = long([f"2024-10-27 0{h}:00" for h in (1, 2, 2, 3)], [1, 2, 3, 4], "a")
    two = long([f"2024-10-27 0{h}:00" for h in (1, 2, 3)], [5, 6, 7], "b")
    mixed = pd.concat([one, two]).iloc[[0, 4, 1, 5, 2, 6, 3]]
    cube = from_table(mixed, timezone="Europe/Paris")
    assert repairs(cube, "a") == {}
    assert repairs(cube, "b") == {"ambiguous_local_time": 1}
    assert values(cube, "a")["10-27 01:00"] == 3


# --- forms of time -----------------------------------------------------------------------------


def test_offsets_in_text_may_differ_from_row_to_row():
    times = ["2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00", "2024-10-27T03:00+0100"]
    cube = from_table(long(times, [1, 2, 3]), timezone="Europe/Paris")
    assert values(cube) == {"10-27 00:00": 1, "10-27 01:00": 2, "10-27 02:00": 3}


def test_aware_times_of_any_zone_and_z():
    times = pd.date_range("2024-10-27", periods=4, freq="h", tz="UTC")
    want = {"10-27 00:00": 1, "10-27 01:00": 2, "10-27 02:00": 3, "10-27 03:00": 4}
    mixed = [t.tz_convert(z) for t, z in zip(times, ["UTC", "Asia/Tokyo"] * 2, strict=True)]
    zulu = times.strftime("%Y-%m-%dT%H:%M:%SZ")
    for form in (times, times.tz_convert("Asia/Tokyo"), zulu, mixed):
        assert values(from_table(long(form, [1, 2, 3, 4]), timezone="Europe/Paris")) == want


def test_a_clock_in_another_zone_than_the_territory():
    times = ["2024-10-27 00:00", "2024-10-27 01:00", "2024-10-27 02:00"]
    cube = from_table(long(times, [1, 2, 3]), timezone="Europe/Paris", clock="UTC")
    assert values(cube) == {"10-27 00:00": 1, "10-27 01:00": 2, "10-27 02:00": 3}
    assert repairs(cube) == {}


def test_negative_offsets_and_half_hours():
    times = ["2024-01-01T00:00:00-03:30", "2024-01-01T01:00:00-03:30"]
    cube = from_table(long(times, [1, 2]), timezone="America/St_Johns", step="1h")
    assert values(cube) == {"01-01 03:30": 1, "01-01 04:30": 2}


def test_naive_days_follow_the_local_calendar():
    times = ["2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02"]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="Europe/Paris")
    assert values(cube) == {
        "03-29 23:00": 1, "03-30 23:00": 2, "03-31 22:00": 3, "04-01 22:00": 4,
    }  # fmt: skip
    assert cube.attrs["step_seconds"] == 86400
    cubes.validate(cube)


def test_days_with_the_same_offset_all_year_are_the_days_as_written():
    days = ("2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02")
    times = [f"{d}T00:00:00+01:00" for d in days]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="Europe/Paris")
    assert list(values(cube).values()) == [1, 2, 3, 4]
    assert [str(t.date()) for t in cubes.local_time(cube)] == list(days)
    assert repairs(cube) == {"fixed_offset_day": 2}  # 1 and 2 April


def test_days_written_as_utc_instants_of_local_midnight():
    times = ["2024-03-29T23:00Z", "2024-03-30T23:00Z", "2024-03-31T22:00Z", "2024-04-01T22:00Z"]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="Europe/Paris", step="1D")
    assert list(values(cube).values()) == [1, 2, 3, 4]
    assert repairs(cube) == {}


def test_days_where_midnight_does_not_exist():
    # Cairo 2024-04-26: the clock goes from 00:00 EET to 01:00 EEST; the day starts at 22:00 UTC.
    times = ["2024-04-26", "2024-04-27", "2024-04-28"]
    cube = from_table(long(times, [1, 2, 3]), timezone="Africa/Cairo")
    assert values(cube) == {"04-25 22:00": 1, "04-26 21:00": 2, "04-27 21:00": 3}


def test_weeks_are_steps_of_seven_local_days():
    times = ["2024-03-25", "2024-04-01", "2024-04-08", "2024-04-22"]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="Europe/Paris")
    assert values(cube) == {
        "03-24 23:00": 1, "03-31 22:00": 2, "04-07 22:00": 3, "04-21 22:00": 4,
    }  # fmt: skip
    assert cube.sizes["time"] == 5


def test_declared_format_and_never_day_month_guessing():
    times = ["31/03/2024 10:00", "31/03/2024 11:00"]
    cube = from_table(
        long(times, [1, 2]), timezone="Europe/Paris", step="1h", time_format="%d/%m/%Y %H:%M"
    )
    assert values(cube) == {"03-31 08:00": 1, "03-31 09:00": 2}
    with pytest.raises(TableError, match=r"^table, row 0 .*found '31/03/2024 10:00', expected an"):
        from_table(long(times, [1, 2]), timezone="Europe/Paris")


# --- steps and grid ----------------------------------------------------------------------------


def test_the_step_is_the_clear_most_frequent_difference():
    times = [f"2024-01-01 {h}" for h in ("00:00", "00:15", "00:30", "02:00")]
    cube = from_table(long(times, [1, 2, 3, 4]), timezone="UTC")
    assert cube.attrs["step_seconds"] == 900
    assert cube.sizes["time"] == 9


def test_an_unclear_step_is_an_error():
    times = [f"2024-01-01 {h}" for h in ("00:00", "00:15", "01:15")]
    with pytest.raises(TableError, match=r"not clear.*00:15:00 \(50%\), 01:00:00 \(50%\).*declare"):
        from_table(long(times, [1, 2, 3]), timezone="UTC")
    numbers = pd.DataFrame({"a": 1.0}, index=pd.to_datetime(range(52019, 52059)))
    with pytest.raises(TableError, match=r"1 ns apart: expected a second.*plain numbers\?"):
        from_table(numbers, timezone="UTC")
    with pytest.raises(TableError, match="no sensor has two different times: declare the step"):
        from_table(long(["2024-01-01"], [1]), timezone="UTC")


def test_off_grid_is_an_error_that_says_where_unless_tolerated():
    times = [f"2024-01-01 {h}" for h in ("00:00", "01:00:20", "02:00", "03:00")]
    table = long(times, [1, 2, 3, 4])
    with pytest.raises(
        TableError,
        match=r"^table, row 1 \(counted from 0\), sensor 'a', time 2024-01-01 01:00:20: off the "
        r"grid of 01:00:00 by 00:00:20 \(1 rows are\)",
    ):
        from_table(table, timezone="UTC", step="1h")
    cube = from_table(table, timezone="UTC", step="1h", tolerance="1min")
    assert list(values(cube).values()) == [1, 2, 3, 4]
    assert repairs(cube) == {"off_grid": 1}


def test_a_declared_step_finer_than_the_data_is_an_error():
    times = pd.date_range("2024-01-01", periods=5, freq="h")
    with pytest.raises(TableError, match="step is 00:15:00 but times are never closer than 01:00"):
        from_table(long(times, 1), timezone="UTC", step="15min")
    with pytest.raises(ConfigError, match="positive duration"):
        from_table(long(times, 1), timezone="UTC", step="-1h")
    with pytest.raises(ConfigError, match="step: found 'hourly', expected a duration"):
        from_table(long(times, 1), timezone="UTC", step="hourly")


def test_a_stray_date_that_makes_the_cube_huge_is_named():
    times = ["2024-01-01 00:00", "2024-01-01 00:01", "2164-01-01 00:01"]
    wide = pd.DataFrame({"time": times, "a": 1, "b": 1, "c": 1})
    sentence = r"^table, row 2 .*2164-01-01 00:01:00: 140 years without a row .*2024-01-01 00:01"
    with pytest.raises(TableError, match=sentence):
        from_table(wide, timezone="UTC", step="1min")
    # Four years of minutes for a hundred sensors: no hole, but no territory either.
    times = pd.date_range("2020-01-01", "2024-01-01", freq="4YS")
    many = pd.DataFrame({"time": times, **{f"s{n}": 1 for n in range(100)}})
    with pytest.raises(TableError, match=r"too many: .*2024-01-01 00:00:00 \(table, row 1"):
        from_table(many, timezone="UTC", step="1min")


# --- repairs -----------------------------------------------------------------------------------

HOURS = ["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 01:00", "2024-01-01 02:00"]


def test_exact_duplicates_are_dropped_and_counted():
    cube = from_table(long(HOURS, [1, 2, 2, 3]), timezone="UTC")
    assert list(values(cube).values()) == [1, 2, 3]
    assert repairs(cube) == {"exact_duplicate": 1}


def test_an_empty_duplicate_adds_nothing():
    cube = from_table(long(HOURS, [1, NAN, 2, 3]), timezone="UTC", duplicates="error")
    assert list(values(cube).values()) == [1, 2, 3]
    assert repairs(cube) == {"exact_duplicate": 1}


def test_conflicting_duplicates_are_missing_unless_told():
    table = long(HOURS, [1, 2, 5, 3])
    cube = from_table(table, timezone="UTC")
    value, quality, reason = cell(cube, "2024-01-01T01:00")
    assert np.isnan(value)
    assert (quality, reason) == (Quality.MISSING, Reason.CONFLICT)
    assert repairs(cube) == {"conflicting_duplicate": 1}
    first = from_table(table, timezone="UTC", duplicates="first")
    assert list(values(first).values()) == [1, 2, 3]
    total = from_table(table, timezone="UTC", duplicates="sum")
    assert list(values(total).values()) == [1, 7, 3]
    assert repairs(total) == {"summed_duplicate": 1}
    with pytest.raises(TableError, match=r"row 1 .*found 2 here and 5 at table, row 2"):
        from_table(table, timezone="UTC", duplicates="error")


def test_sum_adds_equal_rows_and_needs_all_of_them():
    def summed(*counts):
        return from_table(long(HOURS, counts), timezone="UTC", duplicates="sum")

    assert list(values(summed(1, 2, 2, 3)).values()) == [1, 4, 3]
    assert list(values(summed(1, 2, NAN, 3)).values()) == [1, 3]
    assert cell(summed(1, 2, -1, 3), "2024-01-01T01:00")[2] == Reason.NEGATIVE


def test_wrong_values_are_missing_with_their_reason_and_zero_is_a_count():
    times = pd.date_range("2024-01-01", periods=6, freq="h")
    cube = from_table(long(times, ["0", "-3", "2000000", "panne", "", "4.5"]), timezone="UTC")
    assert values(cube) == {"01-01 00:00": 0, "01-01 05:00": 4.5}
    assert [Reason(r).name for r in cube["reason"].to_numpy()[0]] == [
        "NONE", "NEGATIVE", "ABSURD", "NOT_COUNTED", "NOT_COUNTED", "NONE",
    ]  # fmt: skip
    assert repairs(cube) == {"negative": 1, "absurd": 1, "not_a_number": 1}
    assert cell(cube, "2024-01-01T00:00")[1] == Quality.ZERO_VALID


def test_levels_may_be_negative_and_are_never_summed():
    times = pd.date_range("2024-01-01", periods=3, freq="h")
    cube = from_table(long(times, [-1.5, 40, 50]), timezone="UTC", kind="noise")
    assert list(values(cube).values()) == [-1.5, 40, 50]
    with pytest.raises(ConfigError, match="'noise' does not add up"):
        from_table(long(times, [1, 2, 3]), timezone="UTC", kind="noise", duplicates="sum")


def test_the_kind_of_each_sensor_decides():
    times = pd.date_range("2024-01-01", periods=3, freq="h")
    sensors = pd.DataFrame({"kind": ["noise", ""], "name": ["Quai", "Pont"]}, index=["n", "p"])
    wide = pd.DataFrame({"n": [-1, 2, 3], "p": [-1, 2, 3]}, index=times)
    cube = from_table(wide, timezone="UTC", sensors=sensors, attrs={"country": "FR"})
    assert repairs(cube, "n") == {}
    assert repairs(cube, "p") == {"negative": 1}
    assert list(cube["name"].to_numpy()) == ["Quai", "Pont"]
    assert list(cube["kind"].to_numpy()) == ["noise", "pedestrian"]
    assert cube.attrs["country"] == "FR"


def test_unsorted_rows_are_counted_by_sensor():
    table = long([HOURS[3], HOURS[0], HOURS[1]], [3, 1, 2])
    assert repairs(from_table(table, timezone="UTC")) == {"unsorted": 1}


# --- shapes ------------------------------------------------------------------------------------


def test_wide_and_long_say_the_same():
    times = pd.date_range("2024-01-01", periods=3, freq="h")
    wide = pd.DataFrame({"b": [1, 2, 3], "a": [4.0, NAN, 6]}, index=times)
    table = wide.rename_axis("time").reset_index().melt("time", var_name="sensor")
    one = from_table(wide, timezone="Europe/Paris")
    assert one.identical(from_table(table, timezone="Europe/Paris"))
    named = from_table(wide.rename_axis("timestamp").reset_index(), timezone="Europe/Paris")
    assert one.identical(named)


def test_synonyms_only_where_unambiguous():
    times = pd.date_range("2024-01-01", periods=3, freq="h")
    table = pd.DataFrame({"counter_id": "a", "timestamp": times, "count": [1, 2, 3]})
    assert list(values(from_table(table, timezone="UTC")).values()) == [1, 2, 3]
    with pytest.raises(TableError, match=r"\['counter_id', 'sensor_id'\] could all be the sensor"):
        from_table(table.assign(sensor_id="a"), timezone="UTC")
    other = table.rename(columns={"count": "passages"})
    with pytest.raises(TableError, match=r"expected a column 'value' \(long table\)"):
        from_table(other, timezone="UTC")
    assert from_table(other, timezone="UTC", value="passages").sizes["time"] == 3


def test_a_series_and_ids_that_pandas_made_floats():
    series = pd.Series([1, 2], index=pd.date_range("2024-01-01", periods=2, freq="h"), name="a")
    assert from_table(series, timezone="UTC", step="1h")["sensor"].to_numpy().tolist() == ["a"]
    table = long(HOURS[:2], [1, 2], 7.0)
    assert from_table(table, timezone="UTC", step="1h")["sensor"].to_numpy().tolist() == ["7"]


def test_what_is_no_plain_table_gets_one_sentence():
    with pytest.raises(TableError, match="found a list, expected a pandas DataFrame"):
        from_table([1, 2], timezone="UTC")
    columns = pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")])
    with pytest.raises(TableError, match="columns of several levels"):
        from_table(pd.DataFrame([[1, 2]], columns=columns), timezone="UTC")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (long([], []), "table: no row at all"),
        (pd.DataFrame({"a": [1]}), r"found \['a'\], expected a column 'time' \(wide table\)"),
        (pd.DataFrame({"time": ["2024-01-01"]}), "expected a column per sensor"),
        (pd.DataFrame([[1, 2, 3]], columns=["time", "a", "a"]), "column 'a' occurs twice"),
        (long(["2024-01-01", None], [1, 2]), r"row 1 .*found '', expected a time in every row"),
        (long(["2024-01-01", "2024"], [1, 2]), r"row 1 .*found '2024', expected an ISO 8601"),
        (long([20240101, 20240102], [1, 2]), "not a bare number"),
        (
            long(["2024-01-01T00:00", "2024-01-01T01:00", "2024-01-01T02:00Z"], 1),
            r"row 2 .*expected a time without an offset, like most",
        ),
        (long(["2024-01-01", "2024-01-02"], 1, ["a", None]), r"row 1 .*the id of a sensor"),
        (long(["2024-01-01", "2024-01-02"], ["x", "y"]), r"found 'x', expected a number"),
        (long(["2024-03-31 02:00", "2024-03-31 02:30"], 1), "no row has a local time that exists"),
    ],
)
def test_bad_frames_get_one_sentence(table, sentence):
    with pytest.raises(TableError, match=sentence) as caught:
        from_table(table, timezone="Europe/Paris")
    assert "\n" not in str(caught.value)


def test_bad_arguments_get_one_sentence():
    table = long(HOURS, 1)
    with pytest.raises(ConfigError, match="unknown time zone 'Europe/Pariss'"):
        from_table(table, timezone="Europe/Pariss")
    with pytest.raises(ConfigError, match="unknown time zone 'Local'"):
        from_table(table, timezone="UTC", clock="Local")
    with pytest.raises(ConfigError, match="unknown kind 'cat'"):
        from_table(table, timezone="UTC", kind="cat")
    with pytest.raises(ConfigError, match="duplicates='mean': expected"):
        from_table(table, timezone="UTC", duplicates="mean")


# --- invariants --------------------------------------------------------------------------------


@st.composite
def tables_of_counts(draw):
    """Draw a long table with holes and duplicates around the autumn change, aware times."""
    start = pd.Timestamp("2024-10-26T20:00", tz="UTC")
    count = st.one_of(st.none(), st.integers(-2, 50))
    row = st.tuples(st.sampled_from(["a", "b", "ç"]), st.integers(0, 30), count)
    rows = draw(st.lists(row, min_size=1, max_size=40))
    frame = pd.DataFrame(
        {
            "sensor": [r[0] for r in rows],
            "time": [(start + pd.Timedelta(hours=r[1])).tz_convert("Europe/Paris") for r in rows],
            "value": [NAN if r[2] is None else float(r[2]) for r in rows],
        }
    )
    # A complete empty sensor, so that the step is always an hour.
    times = pd.date_range(start, periods=31, freq="h").tz_convert("Europe/Paris")
    empty = pd.DataFrame({"sensor": "z", "time": times, "value": NAN})
    return pd.concat([frame, empty], ignore_index=True)


@pytest.mark.parametrize("values", [[0.0, -1.0], [-1.0, 0.0], [2e6, 3.0], [3.0, 2e6]])
def test_contradicting_rows_are_a_conflict_whichever_comes_first(values):
    times = ["2024-01-01 00:00", "2024-01-01 00:00", "2024-01-01 01:00"]
    table = pd.DataFrame({"sensor": "a", "time": times, "value": [*values, 5.0]})
    cube = from_table(table, timezone="UTC", step="1h")
    counted = cube["repairs"].to_pandas().loc["a"]
    assert counted[counted > 0].to_dict() == {"conflicting_duplicate": 1}
    assert cube["reason"].to_numpy()[0, 0] == Reason.CONFLICT


@settings(max_examples=40, deadline=None)
@given(tables_of_counts(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_matter(table, random):
    one = from_table(table, timezone="Europe/Paris", step="1h")
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order][["value", "time", "sensor"]]
    other = from_table(shuffled, timezone="Europe/Paris", step="1h")
    ordered = [r for r in tables.REPAIRS if r != "unsorted"]
    assert one.sel(repair=ordered).identical(other.sel(repair=ordered))


@settings(max_examples=40, deadline=None)
@given(tables_of_counts())
def test_totals_survive(table):
    cube = from_table(table, timezone="Europe/Paris", step="1h", duplicates="sum")
    cells = table.groupby(["sensor", "time"])["value"]
    broken = cells.apply(lambda v: bool(v.isna().any() or (v < 0).any()))
    assert float(cube["value"].sum()) == cells.sum()[~broken].sum()
    again = from_table(table, timezone="Europe/Paris", step="1h")
    surplus = again["repairs"].sel(repair=["exact_duplicate", "conflicting_duplicate"])
    assert int(surplus.sum()) == int(table.duplicated(["sensor", "time"]).sum())


@settings(max_examples=25, deadline=None)
@given(tables_of_counts())
def test_export_and_import_are_inverse(table):
    cube = from_table(table, timezone="Europe/Paris", step="1h")
    again = from_national(**to_national(cube), timezone="Europe/Paris")
    np.testing.assert_array_equal(cube["value"], again["value"])
    assert int(again["repairs"].sum()) == 0
    assert again.identical(from_national(**to_national(again), timezone="Europe/Paris"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_a_naive_local_series_in_order_equals_the_aware_one(start, counts):
    aware = pd.date_range("2024-10-26T21:00", periods=8, freq="h", tz="UTC")
    local = aware.tz_convert("Europe/Paris")[start:]
    one = from_table(long(local, counts[start:]), timezone="Europe/Paris")
    naive = long(local.tz_localize(None), counts[start:])
    assert one.identical(from_table(naive, timezone="Europe/Paris"))


# --- export ------------------------------------------------------------------------------------


def test_to_national_by_hand():
    sensors = pd.DataFrame(
        {
            "name": ["Vers la gare", "Pont"],
            "site": ["S1", ""],
            "place": ["Rue Verte", ""],
            "kind": ["bicycle", "pedestrian"],
            "direction": ["NE", "IN"],
            "latitude": [47.5, NAN],
            "longitude": [6.8, NAN],
            "installed": ["2020-01-01T00:00:00+01:00", ""],
        },
        index=["c2", "c1"],
    )
    times = pd.DatetimeIndex(["2024-03-31 00:00", "2024-03-31 01:00"])
    wide = pd.DataFrame({"c1": [1, NAN], "c2": [0, 3]}, index=times)
    cube = from_table(wide, timezone="Europe/Paris", step="1h", sensors=sensors)
    out = to_national(cube)
    assert out["sites"]["site_id"].tolist() == ["S1", "c1"]
    assert out["sites"].loc[0, ["site_name", "xlong", "ylat"]].tolist() == ["Rue Verte", 6.8, 47.5]
    channels = out["channels"].set_index("channel_id")
    assert channels.loc["c2", "mobility_type"] == "BIKE"
    assert channels.loc["c2", "direction"] == "NE"
    assert channels.loc["c1", ["direction", "provider_direction_code"]].tolist() == ["", "IN"]
    assert channels.loc["c1", "started_at"] == "2024-03-31T00:00:00+01:00"
    assert channels["time_step"].tolist() == [3600, 3600]
    measures = out["measures"]
    assert measures["start_datetime"].tolist()[:2] == [
        "2024-03-31T00:00:00+01:00",
        "2024-03-31T01:00:00+01:00",
    ]
    assert measures["end_datetime"][1] == "2024-03-31T03:00:00+02:00"
    assert measures["count"].fillna(-1).tolist() == [1, -1, 0, 3]
    again = from_national(**out, timezone="Europe/Paris")
    assert again["direction"].to_numpy().tolist() == ["IN", "NE"]
    assert again["kind"].to_numpy().tolist() == ["pedestrian", "bicycle"]


def test_daily_export_ends_at_the_next_local_midnight():
    days = long(["2024-03-30", "2024-03-31", "2024-04-01"], [1, 2, 3])
    cube = from_table(days, timezone="Europe/Paris")
    measures = to_national(cube)["measures"]
    assert measures["start_datetime"][1] == "2024-03-31T00:00:00+01:00"
    assert measures["end_datetime"][1] == "2024-04-01T00:00:00+02:00"
    again = from_national(**to_national(cube), timezone="Europe/Paris")
    np.testing.assert_array_equal(cube["value"], again["value"])


def test_imputed_cells_are_not_exported_as_counts():
    cube = from_table(long(HOURS[:2], [1, 2]), timezone="UTC", step="1h")
    cube["quality"][0, 1] = Quality.IMPUTED
    assert to_national(cube)["measures"]["count"].isna().tolist() == [False, True]


def test_noise_has_no_place_in_the_national_schema():
    cube = from_table(long(HOURS[:2], [1, 2]), timezone="UTC", step="1h", kind="noise")
    with pytest.raises(CubeError, match="sensor 'a' is of kind 'noise', which the national"):
        to_national(cube)
