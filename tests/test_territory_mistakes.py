"""Mistakes of a territory folder get one sentence."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _folder import FILES, YAML, written
from mining import cube
from mining.errors import ConfigError
from mining.readers.csv_files import Column, read_table
from mining.territory import check_sensors, load_territory


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of one folder."""
    return partial(written, tmp_path / "ville")


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
