"""A folder people edit: what it says is read, and each mistake gets one sentence."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining import cube
from mining.calendars import of_cube
from mining.errors import ConfigError
from mining.readers.csv_files import Column, read_table
from mining.scaffold import new_territory
from mining.territory import Declaration, Event, check_sensors, load_territory, schema

YAML = """\
name: Ville d'essai
timezone: Europe/Paris
country: FR
school_zone: A
step: 1h
source:
  name: tables
  path: measures.csv
licence: CC BY 4.0
attribution: Ville d'essai
contact: commerce@ville.example
"""

FILES = {
    "territory.yaml": YAML,
    "sites.csv": """\
site_id,site_name,xlong,ylat
S1,Rue Haute,6.80,47.51
S2,Place du Marché,6.81,47.52
""",
    "channels.csv": """\
channel_id,site_id,mobility_type,direction,provider_direction_name,started_at,ended_at
c2,S1,PEDESTRIAN,S,,2024-12-31T23:00:00Z,
c1,S1,PEDESTRIAN,N,,2025-01-01T00:00:00+01:00,2026-01-01T00:00:00+01:00
c3,S2,BIKE,,Vers la gare,2025-07-01T00:00:00+02:00,
c4,S2,"BIKE,PEDESTRIAN",,Place du Marché vers le pont,2025-07-01T00:00:00+02:00,
""",
    "places.csv": "place,sensor\nRue Haute,c1\nRue Haute,c2\nMarché,c3\n",
    "journal.csv": """\
id,type,title,start,end,places,sensors,known_since,source,note
# les travaux de mars
T1,works,Chaussée,2026-03-03,2026-03-05,Rue Haute;Marché,,2026-02-10,Arrêté 12,

P1,fault,Panne,2026-04-01 08:30,,,c1;c2,,,
""",
    "corrections.csv": """\
incident,label,why,by,sensor,start,end
i1,works,Rue barrée,service voirie,c1,2026-03-03,2026-03-05
""",
    "opening_hours.csv": """\
place,weekday,opens,closes
Rue Haute,monday,09:00,12:00
Rue Haute,monday,14:00,19:00
Marché,sunday,18:00,02:00
Marché,monday,02:00,24:00
""",
}


def written(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the folder of a good territory, changed file by file; None leaves one out."""
    folder.mkdir()
    named = {k.replace("_csv", ".csv").replace("_yaml", ".yaml"): c for k, c in changes.items()}
    for name, content in {**FILES, **named}.items():
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / name).write_bytes(raw)
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of one folder."""
    return partial(written, tmp_path / "ville")


def test_a_good_folder_is_read(write: Callable[..., Path]) -> None:
    town = load_territory(write())
    assert (town.id, town.name, town.language, town.kind) == (
        "ville",
        "Ville d'essai",
        "fr",
        "pedestrian",
    )
    assert town.source == {"name": "tables", "path": "measures.csv"}
    assert not town.simulated
    assert town.places.to_dict("list") == {
        "place": ["Rue Haute", "Rue Haute", "Marché"],
        "sensor": ["c1", "c2", "c3"],
        "sensitive": ["", "", ""],
    }
    assert len(town.opening_hours) == 4
    assert town.journal == (
        Event(
            "T1",
            "works",
            "Chaussée",
            pd.Timestamp("2026-03-03"),
            pd.Timestamp("2026-03-06"),
            places=("Rue Haute", "Marché"),
            known_since=pd.Timestamp("2026-02-10"),
            source="Arrêté 12",
        ),
        Event(
            "P1",
            "fault",
            "Panne",
            pd.Timestamp("2026-04-01 08:30"),
            pd.Timestamp("2200-01-01"),
            sensors=("c1", "c2"),
        ),
    )
    assert town.journal_lines == (3, 5)
    assert [c.label for c in town.corrections] == ["works"]
    assert town.correction_lines == (2,)


def test_sensor_table(write: Callable[..., Path]) -> None:
    table = load_territory(write()).sensor_table()
    expected = pd.DataFrame(
        {
            "name": [
                "Rue Haute – N",
                "Rue Haute – S",
                "Place du Marché – Vers la gare",
                "Place du Marché vers le pont",
            ],
            "site": ["S1", "S1", "S2", "S2"],
            "place": ["Rue Haute", "Rue Haute", "Marché", ""],
            "kind": ["pedestrian", "pedestrian", "bicycle", "pedestrian"],
            "direction": ["N", "S", "", ""],
            "installed": ["2025-01-01T00:00:00"] * 2 + ["2025-07-01T00:00:00"] * 2,
            "latitude": [47.51, 47.51, 47.52, 47.52],
            "longitude": [6.80, 6.80, 6.81, 6.81],
        },
        index=pd.Index(["c1", "c2", "c3", "c4"], name="sensor"),
    )
    pd.testing.assert_frame_equal(table, expected)


def test_sensor_table_without_channels_has_the_places_only(write: Callable[..., Path]) -> None:
    town = load_territory(write(sites_csv=None, channels_csv=None))
    table = town.sensor_table()
    assert table["place"].to_dict() == {"c1": "Rue Haute", "c2": "Rue Haute", "c3": "Marché"}
    assert (table["kind"] == "pedestrian").all()
    assert table["latitude"].isna().all()
    assert (table[["site", "direction", "installed"]] == "").to_numpy().all()


def test_attributes_and_sensors_make_a_cube_whose_calendar_is_the_declared_one(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    town = load_territory(write())
    times = pd.date_range("2026-03-01", periods=24, freq="h", tz="UTC")
    values = pd.DataFrame({"c1": np.arange(24.0), "c3": 1.0}, index=times)
    made = cube.build(
        values,
        timezone=town.timezone,
        step=town.step,
        sensors=town.sensor_table(),
        attrs=town.cube_attrs(),
    )
    calendar = of_cube(made)
    assert (calendar.country, calendar.subdivision, calendar.school_zone) == ("FR", None, "A")
    assert calendar.events == town.journal
    assert made["kind"].to_numpy().tolist() == ["pedestrian", "bicycle"]
    assert made.attrs["title"] == "Ville d'essai"
    assert made.attrs["step_seconds"] == 3600
    assert "commerce@ville.example" not in json.dumps(made.attrs)
    assert json.loads(town.cube_attrs()["events"])[0]["end"] == "2026-03-06T00:00:00"  # type: ignore[arg-type]


def test_only_the_declaration_is_needed(write: Callable[..., Path]) -> None:
    town = load_territory(
        write(
            **dict.fromkeys(name.replace(".csv", "_csv") for name in FILES if name.endswith(".csv"))
        )
    )
    assert town.sensor_table().empty
    assert town.journal == ()
    assert list(town.opening_hours.columns) == ["place", "weekday", "opens", "closes", "shop"]


def test_byte_order_mark_and_windows_line_ends_are_read(write: Callable[..., Path]) -> None:
    content = b"\xef\xbb\xbf" + FILES["places.csv"].replace("\n", "\r\n").encode()
    assert load_territory(write(places_csv=content)).places["place"].tolist()[2] == "Marché"


# --- one sentence for each mistake ---------------------------------------------------------------


def yaml_with(old: str, new: str) -> dict[str, str]:
    assert YAML.count(old) == 1
    return {"territory_yaml": YAML.replace(old, new)}


def journal_with(row: str) -> dict[str, str]:
    header = "id,type,title,start,end,places,sensors,known_since\n"
    return {"journal_csv": header + row + "\n"}


def hours_with(*rows: str) -> dict[str, str]:
    return {"opening_hours_csv": "place,weekday,opens,closes\n" + "\n".join(rows) + "\n"}


def channels_with(*rows: str) -> dict[str, str]:
    header = "channel_id,site_id,channel_provider_id,mobility_type,direction,started_at,ended_at\n"
    return {
        "channels_csv": header + "\n".join(rows) + "\n",
        "places_csv": None,
        "journal_csv": None,
        "corrections_csv": None,
    }


WHEN = "a date such as 2026-03-05 or a local time such as 2026-03-05 14:30"

MISTAKES = {
    "no declaration": ({"territory_yaml": None}, "territory.yaml: no such file"),
    "empty": ({"territory_yaml": ""}, "territory.yaml: the file is empty"),
    "empty table": ({"places_csv": ""}, "places.csv: the file is empty"),
    "not UTF-8": (
        {"places_csv": FILES["places.csv"].encode("latin-1")},
        "places.csv, line 4: found 'byte 0xe9', expected text in UTF-8",
    ),
    "not YAML": (
        {"territory_yaml": "name: Ville\n\ttimezone: Europe/Paris\n"},
        "territory.yaml, line 2: not YAML, found character '\\t' that cannot start any token",
    ),
    "impossible date": (
        {"territory_yaml": "name: 2026-02-30\n"},
        "territory.yaml: not YAML, day is out of range for month",
    ),
    "endless": (
        {"territory_yaml": "name: &x [*x]\n"},
        "territory.yaml: not YAML, maximum recursion depth exceeded",
    ),
    "no mapping": (
        {"territory_yaml": "- a\n- b\n"},
        "territory.yaml: found 'list', expected lines of the form 'key: value'",
    ),
    "unknown key": (
        yaml_with("licence:", "license:"),
        "territory.yaml, line 9: found 'the key license', expected 'licence', perhaps?",
    ),
    "missing key": (
        yaml_with("licence: CC BY 4.0\n", ""),
        "territory.yaml: the key 'licence' is missing or empty",
    ),
    "empty key": (
        yaml_with("name: Ville d'essai", "name:"),
        "territory.yaml, line 1: the key 'name' is missing or empty",
    ),
    "key twice": (
        yaml_with("step: 1h", "step: 1h\nstep: 2h"),
        "territory.yaml, line 6: found \"a second 'step'\", expected each key once (line 5 has it)",
    ),
    "time zone": (
        yaml_with("Europe/Paris", "Europe/Pari"),
        "territory.yaml, line 2, column 'timezone': unknown time zone 'Europe/Pari': expected an IANA name such as 'Europe/Paris'",
    ),
    "Norway": (
        yaml_with("country: FR", "country: NO"),
        "territory.yaml, line 3, column 'country': found False, expected a valid string: write it between quotes",
    ),
    "country": (
        yaml_with("country: FR", "country: ZZ"),
        "territory.yaml, line 3, column 'country': unknown country 'ZZ': expected a code of two letters (ISO 3166-1) such as FR, ZA, ZM, ZW",
    ),
    "zone": (
        yaml_with("school_zone: A", "school_zone: D"),
        "territory.yaml, line 4, column 'school_zone': unknown school_zone 'D': expected one of A, B, C",
    ),
    "kind": (
        yaml_with("step: 1h", "kind: people"),
        "territory.yaml, line 5, column 'kind': unknown kind 'people': expected one of "
        + ", ".join(cube.KINDS),
    ),
    "step": (
        yaml_with("step: 1h", "step: hourly"),
        "territory.yaml, line 5, column 'step': unknown step 'hourly': expected a length of time such as 15min, 1h or 1D: an hour, a part of it or a day",
    ),
    "source": (
        yaml_with("  name: tables\n", ""),
        "territory.yaml, line 6, column 'source': expected the name of the source, such as 'name: tables'",
    ),
    "delimiter": (
        {"places_csv": "place;sensor\nRue Haute;c1\n"},
        "places.csv, line 1: found ';' between the cells, expected ',': save the table as CSV UTF-8 with commas",
    ),
    "header": (
        {"places_csv": "Rue Haute,c1\n"},
        "places.csv, line 1: found 'Rue Haute,c1', expected a header with the column 'place'",
    ),
    "column": (
        {"places_csv": "place,sensors\nRue Haute,c1\n"},
        "places.csv, line 1, column 'sensors': found 'an unknown column', expected 'sensor', perhaps?",
    ),
    "column twice": (
        {"places_csv": "place,sensor,place\n"},
        "places.csv, line 1, column 'place': found '2 columns of this name', expected one",
    ),
    "cells": (
        {"places_csv": "place,sensor\nRue Haute,c1,c2\n"},
        "places.csv, line 2: found '3 cells', expected 2 cells as in the header",
    ),
    "truncated": (
        {"places_csv": 'place,sensor\n"Rue Haute,c1\n'},
        "places.csv, line 2: not CSV, unexpected end of data; is a quotation mark left open?",
    ),
    "no value": (
        {"places_csv": "place,sensor\nRue Haute,\n"},
        "places.csv, line 2, column 'sensor': found '', expected a value",
    ),
    "unknown sensor": (
        {"places_csv": "place,sensor\nRue Haute,c1\nRue Haute,c9\n"},
        "places.csv, line 3, column 'sensor': found 'c9', expected a channel_id of channels.csv",
    ),
    "two places": (
        {"places_csv": "place,sensor\nRue Haute,c1\nMarché,c1\n"},
        "places.csv, line 3, column 'sensor': found 'c1', expected a sensor in one place, not in 'Marché' and 'Rue Haute' (line 2)",
    ),
    "site twice": (
        {"sites_csv": "site_id,site_name,xlong,ylat\nS1,A,6,47\nS1,B,6,47\n"},
        "sites.csv, line 3, column 'site_id': found 'S1', expected each site_id once (line 2 has it)",
    ),
    "longitude": (
        {"sites_csv": 'site_id,site_name,xlong,ylat\nS1,A,"6,8",47\n'},
        "sites.csv, line 2, column 'xlong': found '6,8', expected a number from -180 to 180, with a point",
    ),
    "latitude": (
        {"sites_csv": "site_id,site_name,xlong,ylat\nS1,A,6.8,470\n"},
        "sites.csv, line 2, column 'ylat': found '470', expected a number from -90 to 90, with a point",
    ),
    "commune": (
        {"sites_csv": "site_id,site_name,xlong,ylat,fr_insee_code\nS1,A,6.8,47,7022\n"},
        "sites.csv, line 2, column 'fr_insee_code': found '7022', expected an INSEE code of five characters such as 25388",
    ),
    "unknown site": (
        channels_with("c1,S9,,PEDESTRIAN,N,2025-01-01T00:00:00Z,"),
        "channels.csv, line 2, column 'site_id': found 'S9', expected a site_id of sites.csv",
    ),
    "mobility": (
        channels_with("c1,S1,,PIETON,N,2025-01-01T00:00:00Z,"),
        "channels.csv, line 2, column 'mobility_type': found 'PIETON', expected one of PEDESTRIAN, BIKE, E-SCOOTER, CAR, BUS, MINIBUS, TRUCK, VAN, TWO WHEELS MOTORIZED, HORSE-RIDER, TRAMWAY, CANOE, UNDEFINED",
    ),
    "no offset": (
        channels_with("c1,S1,,PEDESTRIAN,N,2025-01-01,"),
        "channels.csv, line 2, column 'started_at': found '2025-01-01', expected a time with its offset such as 2026-03-05T14:00:00Z",
    ),
    "channel twice": (
        channels_with(
            "c1,S1,,PEDESTRIAN,N,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z",
            "c1,S1,,PEDESTRIAN,N,2025-03-01T00:00:00Z,",
        ),
        "channels.csv, line 3, column 'channel_id': found 'c1', expected each channel_id once (line 2 has it)",
    ),
    "channels overlap": (
        channels_with(
            "c1,S1,X,PEDESTRIAN,N,2025-01-01T00:00:00Z,2025-03-01T00:00:00Z",
            "c2,S1,X,PEDESTRIAN,N,2025-02-01T00:00:00Z,",
        ),
        "channels.csv, line 3, column 'started_at': found '2025-02-01T00:00:00Z', expected a channel that starts after 'c1', the same counter, has ended",
    ),
    "channel ends early": (
        channels_with("c1,S1,,PEDESTRIAN,N,2025-01-01T00:00:00Z,2024-01-01T00:00:00Z"),
        "channels.csv, line 2, column 'ended_at': found '2024-01-01T00:00:00Z', expected a time after started_at, 2025-01-01T00:00:00Z",
    ),
    "journal place": (
        journal_with("T1,works,x,2026-03-03,,Rue Basse,,"),
        "journal.csv, line 2, column 'places': found 'Rue Basse', expected a place of places.csv",
    ),
    "journal sensor": (
        journal_with("T1,works,x,2026-03-03,,,c1;c9,"),
        "journal.csv, line 2, column 'sensors': found 'c9', expected a channel_id of channels.csv",
    ),
    "journal type": (
        journal_with("T1,travaux,x,2026-03-03,,,,"),
        "journal.csv, line 2, column 'type': found 'travaux', expected one of works, event, market, closure, fault, hardware, other",
    ),
    "journal order": (
        journal_with("T1,works,x,2026-03-03,2026-03-01,,,"),
        "journal.csv, line 2, column 'end': found '2026-03-01', expected a time after the start, 2026-03-03",
    ),
    "journal date": (
        journal_with("T1,works,x,03/03/2026,,,,"),
        f"journal.csv, line 2, column 'start': found '03/03/2026', expected {WHEN}",
    ),
    "journal impossible date": (
        journal_with("T1,works,x,2026-02-30,,,,"),
        f"journal.csv, line 2, column 'start': found '2026-02-30', expected {WHEN}",
    ),
    "journal known": (
        journal_with("T1,works,x,2026-03-03,,,,hier"),
        f"journal.csv, line 2, column 'known_since': found 'hier', expected {WHEN}",
    ),
    "journal twice": (
        journal_with("T1,works,x,2026-03-03,,,,\nT1,works,y,2026-03-04,,,,"),
        "journal.csv, line 3, column 'id': found 'T1', expected each id once (line 2 has it)",
    ),
    "hours place": (
        hours_with("Rue Basse,monday,09:00,12:00"),
        "opening_hours.csv, line 2, column 'place': found 'Rue Basse', expected a place of places.csv",
    ),
    "weekday": (
        hours_with("Marché,lundi,09:00,12:00"),
        "opening_hours.csv, line 2, column 'weekday': found 'lundi', expected one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    ),
    "clock": (
        hours_with("Marché,monday,9h,12:00"),
        "opening_hours.csv, line 2, column 'opens': found '9h', expected a time of day such as 09:30, from 00:00 to 24:00",
    ),
    "no length": (
        hours_with("Marché,monday,09:00,09:00"),
        "opening_hours.csv, line 2, column 'closes': found '09:00', expected a closing time other than the opening time (all day is 00:00 to 24:00)",
    ),
    "hours overlap": (
        hours_with("Marché,monday,09:00,12:00", "Marché,monday,11:00,13:00"),
        "opening_hours.csv, line 3, column 'opens': found 'monday 11:00-13:00', expected hours that do not overlap those of line 2",
    ),
    "hours overlap over the night of Sunday": (
        hours_with("Marché,monday,01:00,12:00", "Marché,sunday,20:00,02:00"),
        "opening_hours.csv, line 3, column 'opens': found 'sunday 20:00-02:00', expected hours that do not overlap those of line 2",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_get_one_sentence(
    write: Callable[..., Path], changes: dict[str, str | bytes | None], sentence: str
) -> None:
    folder = write(**changes)
    with pytest.raises(ConfigError) as caught:
        load_territory(folder)
    assert str(caught.value) == f"{folder}/{sentence}"


def test_a_counter_may_be_replaced_by_a_channel_that_follows(write: Callable[..., Path]) -> None:
    changes = channels_with(
        "c2,S1,X,PEDESTRIAN,N,2025-03-01T00:00:00Z,",
        "c1,S1,X,PEDESTRIAN,N,2025-01-01T00:00:00Z,2025-03-01T00:00:00Z",
        "c3,S1,X,PEDESTRIAN,S,2025-01-01T00:00:00Z,",
    )
    assert len(load_territory(write(**changes, opening_hours_csv=None)).channels) == 3


def test_no_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_territory(tmp_path / "lure")
    expected = f"{tmp_path}/lure: no such territory; 'mining new lure' makes its folder"
    assert str(caught.value) == expected


def test_sensors_of_the_source_are_checked_later(write: Callable[..., Path]) -> None:
    town = load_territory(write(sites_csv=None, channels_csv=None))
    check_sensors(town, ["c1", "c2", "c3", "other"])
    with pytest.raises(ConfigError) as caught:
        check_sensors(town, ["c1", "c2"])
    assert str(caught.value) == (
        f"{town.folder}/places.csv, line 4, column 'sensor': found 'c3', expected a sensor of the source, which has c1, c2"
    )


def test_sensors_of_the_journal_are_checked_later_too(write: Callable[..., Path]) -> None:
    town = load_territory(
        write(
            sites_csv=None, channels_csv=None, places_csv="place,sensor\nRue Haute,c1\nMarché,c3\n"
        )
    )
    with pytest.raises(ConfigError, match=r"journal\.csv, line 5, column 'sensors': found 'c2'"):
        check_sensors(town, ["c1", "c3"])


cell = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=8
)


@given(rows=st.lists(st.tuples(cell, cell), max_size=6))
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = [(a, b) for a, b in rows if (a or b) and not a.startswith(("#", "\ufeff"))]
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    frame = pd.DataFrame(kept, columns=["a", "b"])
    path.write_text(frame.to_csv(index=False, lineterminator="\n"), "utf-8")
    read = read_table(path, (Column("a"), Column("b")))
    assert list(read.itertuples(index=False, name=None)) == kept


# --- the skeleton --------------------------------------------------------------------------------


def test_a_new_territory_loads_as_it_is(tmp_path: Path) -> None:
    folder = new_territory("pays-de-lure", tmp_path / "territories")
    town = load_territory(folder)
    assert (town.id, town.name) == ("pays-de-lure", "Pays De Lure")
    assert sorted(p.name for p in folder.iterdir()) == [
        "README.md",
        *sorted(name for name in FILES if name.endswith(".csv")),
        "territory.yaml",
        "transparency.csv",
    ]
    for path in folder.iterdir():
        assert path.name == "README.md" or "\n# " in path.read_text("utf-8")


def test_the_examples_of_the_skeleton_load_once_their_mark_is_taken_off(tmp_path: Path) -> None:
    folder = new_territory("lure", tmp_path)
    for path in folder.glob("*.csv"):
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([lines[0], lines[-1].removeprefix("# ")]), "utf-8")
    town = load_territory(folder)
    assert town.sensor_table()["name"].to_dict() == {"C1": "Rue de la Gare"}
    assert town.journal[0].title == "Réfection de la chaussée"
    assert len(town.opening_hours) == len(town.corrections) == 1


@pytest.mark.parametrize(
    "name", ["Lure", "pays de lure", "", "..", "a/b", "-a", "a_b", "été", "a\n"]
)
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a territory: expected small letters"):
        new_territory(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_never_overwritten(tmp_path: Path) -> None:
    new_territory("lure", tmp_path)
    with pytest.raises(ConfigError, match="lure exists already"):
        new_territory("lure", tmp_path)


def test_every_key_is_described() -> None:
    described = schema()["properties"]
    assert set(described) == set(Declaration.model_fields)
    assert all(field["description"] for field in described.values())
