"""Times of tables: clock changes, offsets, other zones, days and weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _tables import NAN, cell, long, repairs, values
from mining import cube as cubes
from mining.cube import Quality, Reason
from mining.errors import TableError
from mining.sources.tables import from_table

# --- clock changes --------------------------------------------------------------------------------


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


# --- forms of time --------------------------------------------------------------------------------


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
