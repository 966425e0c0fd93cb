"""A territory folder is read whole, and its skeleton loads as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from _folder import FILES, YAML, written
from mining import cube
from mining.calendars import of_cube
from mining.errors import ConfigError
from mining.scaffold import new_territory
from mining.territory import Declaration, Event, load_territory, schema


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


@pytest.mark.parametrize(
    "address",
    [
        "http://ville.example", "ville.example/passages", "https://ville",
        "https://ville.example/a b",
        "https://ville.example/?page=1", "https://ville.example/#lieux", "https://u:p@ville.example",
        "https://ville.example/index.html", "https://ville.example/../a", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_the_address_of_the_report_is_a_folder_over_https(
    write: Callable[..., Path], address: str
) -> None:
    folder = write(territory_yaml=f'{YAML}site: "{address}"\n')
    with pytest.raises(ConfigError) as error:
        load_territory(folder)
    assert str(error.value).endswith(
        f"column 'site': found {address!r}, expected the https address of the published folder, "
        "without page, ? or #, such as https://ville.example/passages"
    )


def test_the_address_of_the_report_ends_without_a_slash(write: Callable[..., Path]) -> None:
    folder = write(territory_yaml=f"{YAML}site: https://Ville.example:8443/nos-rues/passages/\n")
    assert load_territory(folder).site == "https://Ville.example:8443/nos-rues/passages"
