"""Files of the national schema, and real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _table_files import read, total
from mining import cube as cubes
from mining.cube import Quality, Reason
from mining.errors import ConfigError, TableError
from mining.sources import tables

# --- the national schema --------------------------------------------------------------------------


SITES = "site_id,site_name,xlong,ylat\nS,Rue Verte,6.8,47.5\n"


CHANNELS = "channel_id,site_id,mobility_type,time_step\nC,S,PEDESTRIAN,3600\nD,S,BIKE,3600\n"


MEASURES = (
    "channel_id,start_datetime,end_datetime,count\n"
    "C,2024-01-01T00:00+01:00,2024-01-01T01:00+01:00,1\n"
    "C,2024-01-01T01:00+01:00,2024-01-01T02:00+01:00,2\n"
    "D,2024-01-01T00:00+01:00,2024-01-01T01:00+01:00,\n"
)


def national(tmp_path, sites=SITES, channels=CHANNELS, measures=MEASURES, **more):
    for name, text in (("s.csv", sites), ("c.csv", channels), ("m.csv", measures)):
        (tmp_path / name).write_text(text)
    source = "{format: national, sites: s.csv, channels: c.csv, measures: m.csv}"
    return read(tmp_path, source, **more)


def test_national_files(tmp_path):
    cube = national(tmp_path)
    np.testing.assert_array_equal(cube["value"], [[1, 2], [np.nan, np.nan]])
    assert cube["kind"].to_numpy().tolist() == ["pedestrian", "bicycle"]
    assert cube["place"].to_numpy().tolist() == ["Rue Verte", "Rue Verte"]
    assert cube["latitude"].to_numpy().tolist() == [47.5, 47.5]
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == [
        "channels.csv",
        "measures.csv",
        "sites.csv",
    ]


def test_what_the_territory_declares_wins_over_the_files(tmp_path):
    declared = pd.DataFrame({"place": ["Gare", ""], "kind": ["", "scooter"]}, index=["C", "D"])
    cube = national(tmp_path, declared=declared)
    assert cube["place"].to_numpy().tolist() == ["Gare", "Rue Verte"]
    assert cube["kind"].to_numpy().tolist() == ["pedestrian", "scooter"]
    (tmp_path / "m.csv").write_text(MEASURES)
    alone = read(tmp_path, "{format: national, measures: m.csv}", declared=declared.iloc[:, :1])
    assert alone["kind"].to_numpy().tolist() == ["pedestrian", "pedestrian"]
    with pytest.raises(ConfigError, match="name the sites and channels files, or fill channels"):
        read(tmp_path, "{format: national, measures: m.csv}")


LAST = "D,2024-01-01T00:00+01:00,2024-01-01T01:00+01:00,\n"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"channels": CHANNELS + "C,S,BIKE,3600\n"},
            r"channels.csv, line 4, column 'channel_id': found 'C', expected an id that occurs onc",
        ),
        (
            {"channels": CHANNELS + "E,T,BIKE,3600\n"},
            r"channels.csv, line 4, column 'site_id': found 'T', expected a site_id of the sites",
        ),
        (
            {"channels": CHANNELS + 'E,S,"BIKE,VELO",3600\n'},
            r"channels.csv, line 4, column 'mobility_type': found 'BIKE,VELO', expected mobility",
        ),
        ({"sites": SITES + "S,x,1,1\n"}, r"sites.csv, line 3, column 'site_id': found 'S'"),
        ({"sites": SITES + "T,x,200,1\n"}, r"sites.csv, line 3, column 'xlong': found '200', exp"),
        ({"sites": SITES.replace("site_id", "id")}, r"sites.csv, line 1: found \['id', 'site_na"),
        (
            {"measures": MEASURES + "E,2024-01-01T00:00Z,2024-01-01T01:00Z,1\n"},
            r"measures.csv, line 5, column 'channel_id': found 'E', expected a channel_id of the",
        ),
        (
            {"measures": MEASURES + "C,2024-01-01T00:30+01:00,2024-01-01T01:30+01:00,1\n"},
            (
                r"measures.csv, line 5, column 'start_datetime': found '2024-01-01T00:30\+01:00', "
                r"expected no overlap with measures.csv, line 2 of the same channel"
            ),
        ),
        (
            {"measures": MEASURES + "C,2024-01-01T02:00+01:00,2024-01-01T04:00+01:00,1\n"},
            (
                r"measures.csv, line 5, column 'end_datetime': found '2024-01-01T04:00\+01:00', "
                r"expected 01:00:00 after start_datetime \(one step\)"
            ),
        ),
    ],
)
def test_national_files_that_do_not_fit_together(tmp_path, files, sentence):
    with pytest.raises(TableError, match="^" + sentence) as caught:
        national(tmp_path, **files)
    assert "\n" not in str(caught.value)


def test_the_same_interval_twice_is_a_duplicate_not_an_overlap(tmp_path):
    again = "C,2024-01-01T00:00+01:00,2024-01-01T01:00+01:00,7\n"
    cube = national(tmp_path, measures=MEASURES + again)
    assert total(cube, "conflicting_duplicate") == 1
    assert cube["reason"].to_numpy()[0, 0] == Reason.CONFLICT


def test_mixed_mobility_types_take_the_kind_of_the_territory(tmp_path):
    channels = CHANNELS.replace("BIKE", '"BIKE,CAR"').replace("PEDESTRIAN", '"CAR,TRUCK"')
    cube = national(tmp_path, channels=channels, kind="scooter")
    assert cube["kind"].to_numpy().tolist() == ["road", "scooter"]


# --- real files -----------------------------------------------------------------------------------


def test_leeds_footfall(tmp_path, shared_data):
    path = shared_data("leeds_footfall/footfall.csv.gz")
    source = f"""
        format: long
        files: {path}
        columns: {{sensor: LocationName, date: NewDate, hour: Hour, value: InCount}}
        time_format: "%d-%b-%Y"
        """
    cube = read(tmp_path, source, timezone="Europe/London")
    cubes.validate(cube)
    # 1-3 July 2016 stand twice: 3 days x 24 hours for each of the 8 cameras.
    assert (cube["repairs"].sel(repair="exact_duplicate") == 72).all()
    assert total(cube, "conflicting_duplicate") == 0
    # 01:00 of the last Sunday of March exists in every file year (8 years x 8 cameras, less one
    # camera absent in March 2009) and 01:00 of the last Sunday of October is there once.
    assert total(cube, "impossible_local_time") == 63
    assert total(cube, "ambiguous_local_time") == 64
    assert (tmp_path / "raw/footfall.csv.gz").read_bytes() == path.read_bytes()
    # Every count of the file is in the cube, once, but for the impossible hours.
    frame = pd.read_csv(path, usecols=["LocationName", "NewDate", "Hour", "InCount"])
    kept = frame.drop_duplicates()
    march = kept["Hour"].eq(1) & kept["NewDate"].isin(
        ["29-Mar-2009", "28-Mar-2010", "27-Mar-2011", "25-Mar-2012", "31-Mar-2013", "30-Mar-2014",
         "29-Mar-2015", "27-Mar-2016"]
    )  # fmt: skip
    assert float(cube["value"].astype("float64").sum()) == kept.loc[~march, "InCount"].sum()
    # 30 October 2016, 01:00: 8,448 for 8 cameras, nearly the double of 00:00: both hours in one.
    night = cube.sel(time="2016-10-30T00:00")
    assert float(night["value"].sum()) == 8448
    assert (night["reason"] == Reason.CLOCK_CHANGE).all()


def test_paris_dates_are_utc(tmp_path, shared_data):
    path = shared_data("paris_bike_counters_hourly/train.parquet")
    source = f"""
        format: long
        files: {path}
        columns: {{sensor: counter_name, time: date, value: bike_count}}
        timezone: UTC
        """
    cube = read(tmp_path, source, kind="bicycle")
    cubes.validate(cube)
    assert cube.sizes["sensor"] == 52
    assert total(cube, "exact_duplicate") == total(cube, "impossible_local_time") == 0
    frame = pd.read_parquet(path, columns=["date", "bike_count"])
    assert float(cube["value"].astype("float64").sum()) == frame["bike_count"].sum()
    # The proof: read as UTC, the morning peak of working days is at 8 local in winter and summer;
    # the file has 02:00 on the spring Sunday, and lacks one hour on the autumn one: 00:00 UTC.
    total_by_hour = cube["value"].sum("sensor").to_series()
    local = cubes.local_time(cube)
    for first, last in (("2020-10-12", "2020-10-23"), ("2020-10-26", "2020-10-30"),
                        ("2021-03-15", "2021-03-26"), ("2021-03-29", "2021-04-02")):  # fmt: skip
        end = pd.Timestamp(last, tz="Europe/Paris") + pd.Timedelta("1D")
        inside = (local >= first) & (local < end) & (local.day_of_week < 5) & (local.hour < 12)
        by_hour = total_by_hour[inside].groupby(local[inside].hour).mean()
        assert by_hour.idxmax() == 8
    lacking = (cube["quality"] == Quality.MISSING).all("sensor")
    assert bool(lacking.sel(time="2020-10-25T00:00"))
    assert not bool(lacking.sel(time="2021-03-28T01:00"))


def test_the_national_example(tmp_path, shared_data):
    base = shared_data("schema_comptage_mobilites")
    name = "exemple-valide-eco-compteur.csv"
    source = {
        "format": "national",
        "sites": str(base / "site" / name),
        "channels": str(base / "channel" / name),
        "measures": str(base / "measure" / name),
    }
    cube = read(tmp_path, source, step="1D")
    cubes.validate(cube)
    assert dict(cube.sizes) == {"sensor": 10, "time": 365, "repair": len(tables.REPAIRS)}
    assert sorted(cube["kind"].to_numpy()) == ["bicycle"] * 6 + ["pedestrian"] * 4
    local = cubes.local_time(cube)
    assert local[0] == pd.Timestamp("2022-01-01", tz="Europe/Paris")
    assert local[-1] == pd.Timestamp("2022-12-31", tz="Europe/Paris")
    # 30 October is written at 00:00+01:00 (01:00 on the clock) in each of the ten channels.
    assert (cube["repairs"].sel(repair="fixed_offset_day") == 1).all()
    assert int(cube["repairs"].sum()) == 10
    frame = pd.read_csv(base / "measure" / name)
    assert float(cube["value"].sum()) == frame["count"].sum()
    one = frame[frame["channel_id"] == 353226362].set_index("start_datetime")["count"]
    day = cube["value"].sel(sensor="353226362", time="2022-03-26T23:00")
    assert day.item() == one["2022-03-27T00:00:00+01:00"] == 3163
    again = tables.from_national(**tables.to_national(cube), timezone="Europe/Paris")
    assert again.drop_vars("repairs").equals(cube.drop_vars("repairs"))


def test_the_invalid_national_example(tmp_path, shared_data):
    base = shared_data("schema_comptage_mobilites")
    source = {
        "format": "national",
        "sites": str(base / "site/exemple-valide.csv"),
        "channels": str(base / "channel/exemple-invalide.csv"),
        "measures": str(base / "measure/exemple-valide.csv"),
    }
    with pytest.raises(
        TableError, match=r"^channels.csv, line 3, column 'channel_id': found 'test"
    ):
        read(tmp_path, source, step="15min")
    lines = (base / "channel/exemple-invalide.csv").read_text().splitlines()
    (tmp_path / "c.csv").write_text("\n".join([lines[0], lines[1], lines[3]]))
    source["channels"] = "c.csv"
    with pytest.raises(
        TableError, match=r"^channels.csv, line 3, column 'mobility_type': found 'ERR001', expected"
    ):
        read(tmp_path, source, step="15min")
    source["channels"] = str(base / "channel/exemple-valide.csv")
    with pytest.raises(
        TableError, match=r"^measures.csv, line 3, column 'channel_id': found 'C-C-02-Baix'"
    ):
        read(tmp_path, source, step="15min")
