"""Tables in files: what is read, what is refused and how, and the real files."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mining import cube as cubes
from mining.cube import Quality, Reason
from mining.errors import ConfigError, ForageError, SourceError, TableError
from mining.sources import tables
from mining.sources._options import parse


@dataclass
class Territory:
    folder: Path
    source: dict[str, Any]
    timezone: str = "Europe/Paris"
    step: str = "1h"
    kind: str = "pedestrian"
    declared: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def declares_sensors(self):
        return len(self.declared) > 0

    def sensor_table(self):
        return self.declared

    def cube_attrs(self):
        return {"title": "Essai", "country": "FR"}


def read(folder, source, **more):
    """Acquire and read with options in YAML, as a territory folder has them."""
    options = yaml.safe_load(source) if isinstance(source, str) else source
    territory = Territory(folder, {"name": "tables", **options}, **more)
    raw = folder / "raw"
    tables.acquire(territory, raw)
    return tables.read(territory, raw)


def plain(tmp_path, text, *, options="format: long", **more):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "t.csv").write_bytes(content)
    return read(tmp_path, f"files: t.csv\n{options}", **more)


def total(cube, name):
    return int(cube["repairs"].sel(repair=name).sum())


GOOD = "sensor,time,value\na,2024-01-01T00:00,1\na,2024-01-01T01:00,2\na,2024-01-01T02:00,3\n"


# --- what is read ------------------------------------------------------------------------------


def test_long_csv(tmp_path):
    cube = plain(tmp_path, GOOD)
    assert cube["value"].to_numpy().tolist() == [[1, 2, 3]]
    assert cube.attrs["title"] == "Essai"
    assert cube["time"].to_numpy()[0] == np.datetime64("2023-12-31T23:00")


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.rstrip("\n"),
        GOOD.replace("T01:00,2\n", "T01:00,2\n\n  \n"),
        GOOD.replace("a,2024", '"a",2024'),
        GOOD.replace(",1\n", ",1.0\n"),
    ],
)
def test_harmless_differences_change_nothing(tmp_path, content):
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    assert plain(tmp_path / "x", GOOD).identical(plain(tmp_path / "y", content))


def test_wide_french_csv_gz_with_date_and_hour(tmp_path):
    text = "jour;heure;météo;Été;Pont\n31/12/2023;23:00;x;1,5;2\n01/01/2024;00:00;y;;3\n"
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(text.encode("cp1252")))
    cube = read(
        tmp_path,
        """
        format: wide
        files: t.csv.gz
        delimiter: ";"
        decimal: ","
        encoding: cp1252
        columns: {date: jour, hour: heure, sensors: [Été, Pont]}
        time_format: "%d/%m/%Y"
        """,
    )
    assert cube["sensor"].to_numpy().tolist() == ["Pont", "Été"]
    np.testing.assert_array_equal(cube["value"], [[2, 3], [1.5, np.nan]])


def test_several_files_filtered_and_parquet(tmp_path):
    rows = GOOD.splitlines()
    (tmp_path / "d").mkdir()
    (tmp_path / "d/1.csv").write_text("\n".join(rows[:2]))
    (tmp_path / "d/2.csv").write_text("\n".join([rows[0], *rows[2:], "b,2024-01-01T00:00,9"]))
    source = "format: long\nfiles: d/*.csv\nwhere: {sensor: [a]}"
    cube = read(tmp_path, source)
    assert cube["value"].to_numpy().tolist() == [[1, 2, 3]]
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == ["1.csv", "2.csv"]
    frame = pd.read_csv(tmp_path / "t.csv") if (tmp_path / "t.csv").exists() else None
    assert frame is None
    table = pd.DataFrame([r.split(",") for r in rows[1:]], columns=rows[0].split(","))
    table.assign(value=table["value"].astype(float)).to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path, "format: long\nfiles: t.parquet").identical(cube)


def test_acquire_keeps_bytes_and_removes_what_is_no_longer_named(tmp_path):
    plain(tmp_path, GOOD)
    (tmp_path / "u.csv").write_text(GOOD)
    read(tmp_path, {"format": "long", "files": str(tmp_path / "u.csv")})
    assert [p.name for p in (tmp_path / "raw").iterdir()] == ["u.csv"]
    assert (tmp_path / "raw/u.csv").read_bytes() == GOOD.encode()


def test_declared_sensors_are_there_even_without_a_measure(tmp_path):
    declared = pd.DataFrame({"name": ["Aa", "Zz"], "place": ["Rue", ""]}, index=["a", "z"])
    cube = plain(tmp_path, GOOD, declared=declared)
    assert cube["name"].to_numpy().tolist() == ["Aa", "Zz"]
    assert (cube["quality"].sel(sensor="z") == Quality.MISSING).all()
    assert (cube["reason"].sel(sensor="z") == Reason.NOT_COUNTED).all()


def test_undeclared_sensors_are_an_error_or_dropped(tmp_path):
    declared = pd.DataFrame({"name": ["Aa"]}, index=["a"])
    text = GOOD + "b,2024-01-01T00:00,1\n"
    with pytest.raises(TableError, match=r"^t.csv, line 5, column 'sensor': found 'b', expected a"):
        plain(tmp_path, text, declared=declared)
    cube = plain(tmp_path, text, options="format: long\nundeclared: drop", declared=declared)
    assert cube["sensor"].to_numpy().tolist() == ["a"]
    declared = pd.DataFrame({"name": ["Q"]}, index=["q"])
    with pytest.raises(TableError, match=r"no measure of a declared sensor: found \['a', 'b'\]"):
        plain(tmp_path, text, options="format: long\nundeclared: drop", declared=declared)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "t.csv: the file is empty"),
        ("\n \n", "t.csv: the file is empty"),
        ("sensor,time,value\n", "t.csv: only a header, expected at least one row"),
        (GOOD + "a,2024-01-01T03", "t.csv, line 5: found 2 cells, expected 3 like the header"),
        (GOOD + "a,2024-01-01T03,4,5", "t.csv, line 5: found 4 cells, expected 3"),
        (GOOD + 'a,"2024-01-01T03,4\n', "t.csv, line 5: a quote that is not closed"),
        ('"a"x,b\n', "t.csv, line 1: a quote that is not closed or misplaced"),
        (GOOD.encode() + b"\xe9,2024-01-01T03:00,4", "t.csv, line 5: byte 0xe9 is not utf-8"),
        (GOOD.encode("utf-16"), "t.csv: the file is UTF-16, declare encoding: utf-16"),
        (GOOD.encode() + b"a,2024\x00\x00", "t.csv, line 5: a NUL byte"),
        (
            GOOD.replace(",", ";"),
            (
                r"t.csv, line 1: found \['sensor;time;value'\], expected the columns sensor, time, "
                r"value separated by ',' \(it looks separated by ';'\)"
            ),
        ),
        (
            GOOD.replace("sensor", "capteur"),
            r"t.csv, line 1: found \['capteur', 'time', 'value'\], expected the columns sensor",
        ),
        (GOOD.replace("value", "time"), "t.csv, line 1: column 'time' occurs twice"),
        (
            GOOD + "a,01/02/2024 03:00,4\n",
            r"t.csv, line 5, column 'time': found '01/02/2024 03:00', expected an ISO 8601 time",
        ),
        (
            GOOD + "a,9999-12-31,4\n",
            "t.csv, line 5, column 'time': found '9999-12-31', expected a time between the years",
        ),
        (GOOD + ",2024-01-01T03:00,4\n", "t.csv, line 5, column 'sensor': found '', expected the"),
        (GOOD + "a,2024-01-01T03:20,4\n", "t.csv, line 5, sensor 'a', time 2024-01-01 03:20:00: o"),
        (
            "sensor,time,value\na,2024-01-01,x\na,2024-01-02,y\n",
            "t.csv, line 2, column 'value': found 'x', expected a number",
        ),
    ],
)
def test_bad_files_get_one_sentence(tmp_path, content, sentence):
    with pytest.raises(SourceError, match="^" + sentence) as caught:
        plain(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_declared_format_finds_the_first_line_in_another_one(tmp_path):
    text = "sensor,time,value\na,31/12/2023 22:00,1\na,2023-12-31 23:00,2\n"
    options = "format: long\ntime_format: '%d/%m/%Y %H:%M'"
    with pytest.raises(
        TableError,
        match=r"line 3, column 'time': found '2023-12-31 23:00', expected a time of format '%d/%m",
    ):
        plain(tmp_path, text, options=options)


@pytest.mark.parametrize("hour", ["24", "-1", "midi", "7:75"])
def test_an_hour_that_is_none(tmp_path, hour):
    text = f"sensor,d,h,value\na,2024-01-01,1,1\na,2024-01-01,{hour},2\n"
    options = "format: long\ncolumns: {date: d, hour: h}"
    with pytest.raises(TableError, match=rf"t.csv, line 3, column 'h': found '{hour}', expected"):
        plain(tmp_path, text, options=options)


def test_a_day_with_a_time_and_an_hour_is_refused(tmp_path):
    text = "sensor,d,h,value\na,2024-01-01 05:00,5,1\n"
    options = "format: long\ncolumns: {date: d, hour: h}"
    with pytest.raises(TableError, match=r"line 2, column 'd': .*a day without a time"):
        plain(tmp_path, text, options=options)


def test_damaged_gzip_and_parquet(tmp_path):
    whole = gzip.compress(GOOD.encode() * 50)
    (tmp_path / "t.csv.gz").write_bytes(whole[:-20])
    with pytest.raises(SourceError, match=r"t.csv.gz: truncated or damaged gzip file"):
        read(tmp_path, "format: long\nfiles: t.csv.gz")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(SourceError, match=r"t.parquet: not a whole parquet file"):
        read(tmp_path, "format: long\nfiles: t.parquet")


def test_absent_files_and_equal_names(tmp_path):
    with pytest.raises(SourceError, match=r"source file 'no.csv': no such file"):
        read(tmp_path, "format: long\nfiles: no.csv")
    with pytest.raises(SourceError, match=r"source file 'no\*.csv': no such file"):
        read(tmp_path, "format: long\nfiles: no*.csv")
    for folder in ("d", "e"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "t.csv").write_text(GOOD)
    with pytest.raises(SourceError, match=r"two files are called t.csv"):
        read(tmp_path, "format: long\nfiles: '*/t.csv'")
    territory = Territory(tmp_path, {"format": "long", "files": "t.csv"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no files in empty: run the acquire stage first"):
        tables.read(territory, tmp_path / "empty")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({"format": "long", "files": "t", "fichier": "t"}, "'source.fichier'.*no such key"),
        ({"format": "long", "files": "t", "columns": {"x": "y"}}, "'source.columns.x'.*no such"),
        ({"files": "t"}, "column 'source.format': expected a value, found none"),
        ({"format": "tall", "files": "t"}, "column 'source.format': found 'tall'"),
        ({"format": "long"}, "format 'long' takes `files`"),
        ({"format": "national", "files": "t"}, "format 'national' takes `measures`"),
        (
            {"format": "national", "measures": "m", "sites": "s"},
            "`sites` and `channels` go together",
        ),
        ({"format": "long", "files": "t", "columns": {"hour": "h"}}, "`hour` needs `date`"),
        ({"format": "long", "files": "t", "delimiter": ";;"}, "'source.delimiter': found ';;'"),
    ],
)
def test_bad_options_get_one_sentence(source, sentence):
    with pytest.raises(ConfigError, match=f"^territory.yaml.*{sentence}") as caught:
        parse(source)
    assert "\n" not in str(caught.value)


def test_unknown_zone_encoding_step_and_tolerance(tmp_path):
    for options, sentence in (
        ("timezone: Europe/Montbeliard", "unknown time zone 'Europe/Montbeliard'"),
        ("encoding: utf-88", "unknown encoding 'utf-88'"),
        ("step: hour-ly", "step: found 'hour-ly', expected a duration"),
        ("tolerance: little", "tolerance: found 'little', expected a duration"),
    ):
        with pytest.raises(ForageError, match=sentence):
            plain(tmp_path, GOOD, options=f"format: long\n{options}")


def test_every_option_has_a_description():
    for model in (tables.TablesOptions, tables.Columns):
        assert all(f.description for f in model.model_fields.values())


# --- the national schema -----------------------------------------------------------------------

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


# --- real files --------------------------------------------------------------------------------


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
