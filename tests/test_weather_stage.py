"""Stages acquire_weather and weather: with nothing declared, and on the real counts of Leeds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mining
from mining import cube as cubes
from mining import writers
from mining.errors import ConfigError
from mining.report import build
from mining.stages import acquire_weather
from mining.stages import weather as stage
from mining.stages._commerce import read_weather
from mining.stages._results import columns_of
from mining.stages._workspace import Workspace
from mining.territory import load_territory
from report_inputs import cube_of, territory

DECLARED = """\
name: Essai
timezone: Europe/London
country: GB
source: {name: tables, format: long, files: counts.csv}
licence: Open Government Licence v3.0
attribution: Leeds City Council
"""
WEATHER = 'weather: {name: meteo_france, files: Q.csv.gz, station: "99000001"}\n'


def workspace(folder: Path, declared: str, cube: object) -> Workspace:
    """Return a workspace with a clean cube and no incident."""
    files = Workspace(folder, "essai")
    files.folder.mkdir(parents=True)
    (files.folder / "territory.yaml").write_text(DECLARED + declared, encoding="utf-8")
    writers.netcdf(files.cube, cube, cubes.encoding())
    incidents = pd.DataFrame(columns=columns_of("incidents.csv"))
    writers.table(files.results / "incidents.csv", incidents, sort=[])
    return files


def made(files: Workspace) -> dict[str, bytes]:
    """Run both stages; return what the second wrote."""
    acquire_weather.run(files.root, "essai")
    stage.run(files.root, "essai")
    names = ("weather.json", "weather_days.csv", "weather_effect.csv")
    return {name: (files.results / name).read_bytes() for name in names}


def test_without_a_source_there_are_headers_only(tmp_path: Path) -> None:
    files = workspace(tmp_path, "", cube_of("2025-10-01"))
    assert made(files) == {
        "weather.json": b'{\n "source": ""\n}\n',
        "weather_days.csv": b"day,rain,tmin,tmax,tmean\n",
        "weather_effect.csv": b"place,condition,reason,days,share,effect,low,high,told\n",
    }
    assert list(files.weather.iterdir()) == []
    assert read_weather(files).days.empty


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        (
            "weather: {files: Q.csv}\n",
            "'weather': expected the name .* 'name: meteo_france'",
        ),
        ("wheather: {}\n", "found 'the key wheather', expected .*weather"),
        ("weather: {name: sky}\n", "unknown source of weather 'sky': expected one of meteo_france"),
        ("weather: {name: meteo_france}\n", "'weather': expected either `files` or `url`"),
    ],
)
def test_what_is_declared_wrongly_is_told(tmp_path: Path, declared: str, sentence: str) -> None:
    files = workspace(tmp_path, declared, cube_of("2025-11-01"))
    with pytest.raises(ConfigError, match=sentence):
        acquire_weather.run(files.root, "essai")


def leeds(folder: Path) -> tuple[object, pd.DataFrame]:
    """Return the counts of two cameras of Leeds, and its rain in the shape of the base files."""
    table = pd.read_csv(
        folder / "footfall.csv.gz", usecols=["LocationName", "NewDate", "Hour", "InCount"]
    )
    table = table[table["LocationName"].isin(["Briggate", "Headrow"])]
    day = pd.to_datetime(table["NewDate"], format="%d-%b-%Y")
    hour = table["Hour"].astype(str).str.partition(":")[0].astype(int)
    table = table.assign(time=day + pd.to_timedelta(hour, unit="h"))
    table = table[table["time"] >= "2014-01-01"].drop_duplicates(["LocationName", "time"])
    wide = table.pivot_table(index="time", columns="LocationName", values="InCount")
    cube = mining.from_table(wide, timezone="Europe/London", kind="pedestrian")
    cube = cube.assign_coords(place=("sensor", cube["sensor"].to_numpy()))
    sky = pd.read_csv(folder / "weather_daily.csv")
    absent = (sky[["mean_temp", "rain", "wind_speed"]] == 0).all(axis=1)
    days = pd.to_datetime(sky["date"], format="%d/%m/%Y").dt.strftime("%Y%m%d")
    rows = {"NUM_POSTE": "99000001", "NOM_USUEL": "LEEDS", "LAT": 53.8, "LON": -1.56, "ALTI": 60}
    known = {"AAAAMMJJ": days, "RR": sky["rain"].mask(absent), "QRR": "1", "TN": "", "TX": ""}
    return cube, pd.DataFrame({**rows, **known, "TM": sky["mean_temp"].mask(absent)})


def test_rain_in_leeds(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    cube, sky = leeds(shared_data("leeds_footfall"))
    files = workspace(tmp_path, WEATHER, cube)
    sky.to_csv(files.folder / "Q.csv.gz", sep=";", index=False)
    first = made(files)
    assert made(files) == first
    assert json.loads(first["weather.json"])["name"] == "LEEDS"
    found = read_weather(files)
    # Nothing after the last day counted, and eleven years before it at most.
    assert found.days["day"].iloc[[0, -1]].tolist() == ["2011-01-01", "2016-12-31"]
    effects = found.effects.set_index(["place", "condition"])
    assert effects["reason"].to_dict() == {
        (place, condition): reason
        for place in ("Briggate", "Headrow")
        for condition, reason in (
            ("frost", "unknown"), ("heat", "unknown"), ("heavy_rain", "few"), ("rain", ""),
        )
    }  # fmt: skip
    # People keep away from both streets when it rains, by less than a tenth.
    rain = effects.xs("rain", level="condition")
    assert ((rain["low"] > -0.1) & (rain["high"] < -0.04)).all()
    town = load_territory(files.folder)
    pages = build(territory(name=town.name), cube, cubes.by_place(cube), weather=found)
    page = str(pages["lieux/headrow.html"])
    assert "Ici, un jour de pluie compte en général" in page
    assert "de passages de moins qu’un jour sec de la même semaine" in page
    assert "La température" not in page
    assert np.isnan(found.days["tmax"]).all()
