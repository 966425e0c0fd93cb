"""Tables of any shape become a cube, repaired and counted, or one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _tables import HOURS, NAN, cell, long, repairs, values
from mining.cube import Quality, Reason
from mining.errors import ConfigError, TableError
from mining.sources.tables import from_table

# --- steps and grid -------------------------------------------------------------------------------


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


# --- repairs --------------------------------------------------------------------------------------


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


# --- shapes ---------------------------------------------------------------------------------------


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
