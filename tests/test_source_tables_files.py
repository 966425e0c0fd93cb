"""Tables in files: what is read, and one sentence for what is not."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from _table_files import GOOD, Territory, plain, read
from mining.cube import Quality, Reason
from mining.errors import ConfigError, ForageError, SourceError, TableError
from mining.sources import tables
from mining.sources._options import parse

# --- what is read ---------------------------------------------------------------------------------


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


# --- what is refused ------------------------------------------------------------------------------


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
