"""The stage: opening hours of a small town against its forecast, worked out by hand."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

import mining
from mining import cube as cubes
from mining import opening, writers
from mining.errors import ConfigError
from mining.stages import evaluate, forecast
from mining.stages import opening as stage
from mining.stages._results import columns_of, read_dataset, read_table
from mining.stages._workspace import Workspace

TERRITORY = """\
name: Bourg
timezone: Europe/Paris
country: FR
kind: pedestrian
step: 1h
source: {name: tables, format: long, files: counts.csv}
licence: MIT
attribution: personne
simulated: true
"""
#: Two openings a day from Monday to Saturday; a bar that closes after midnight; no counts at Vide.
HOURS = [
    *(
        f"Halles,{day},{clock},"
        for day in opening.WEEKDAYS[:6]
        for clock in ("09:30,12:00", "14:00,19:00")
    ),
    *(f"Pont,{day},22:00,02:00,Bar" for day in ("friday", "saturday")),
    "Pont,sunday,23:00,01:00,Bar",
    "Vide,monday,09:00,12:00,",
]


def town() -> xr.Dataset:
    """Return eight weeks up to Sunday 3 May 2026, the same each day.

    30 an hour pass the Halles from 8 to 20 h, at two sensors, and 10 the Pont from 22 to 2 h.
    """
    times = pd.date_range("2026-03-09", "2026-05-04", freq="h", inclusive="left", name="time")
    day = np.where((times.hour >= 8) & (times.hour < 20), 10.0, 0.0)
    night = np.where((times.hour >= 22) | (times.hour < 2), 10.0, 0.0)
    counts = pd.DataFrame({"a": day, "b": 2 * day, "c": night, "d": np.nan}, times)
    places = pd.DataFrame({"place": ["Halles", "Halles", "Pont", "Vide"]}, index=list("abcd"))
    attrs = {"country": "FR", "territory": "bourg"}
    return mining.from_table(counts, timezone="Europe/Paris", sensors=places, attrs=attrs)


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace in which everything up to the stage forecast has run."""
    folder = tmp_path_factory.mktemp("bourg")
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    params["evaluate"] |= {"origins": 1, "models": ["window_average"]}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    writers.netcdf(folder / "data" / "cube" / "bourg.nc", town(), cubes.encoding())
    home = folder / "data" / "territories" / "bourg"
    home.mkdir(parents=True)
    (home / "territory.yaml").write_text(TERRITORY, encoding="utf-8")
    (home / "places.csv").write_text("place,sensor\nHalles,a\nHalles,b\nPont,c\nVide,d\n")
    lay(folder, HOURS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mining.compute._map.os.cpu_count", lambda: 1)  # no pool for a toy
        evaluate.run(folder, "bourg")
        forecast.run(folder, "bourg")
    return folder


def lay(folder: Path, rows: list[str]) -> None:
    text = "\n".join(["place,weekday,opens,closes,shop", *rows, ""])
    (folder / "data" / "territories" / "bourg" / "opening_hours.csv").write_text(text, "utf-8")


@pytest.fixture
def told(folder: Path, caplog: pytest.LogCaptureFixture) -> dict[str, pd.DataFrame]:
    """Return the tables as later stages read them."""
    lay(folder, HOURS)
    with caplog.at_level(logging.INFO):
        stage.run(folder, "bourg")
    assert "without a forecast of their place are left out: Vide" in caplog.text
    return {name: read_table(Workspace(folder, "bourg"), name) for name in stage.TABLES}


def test_joint_futures_of_places_are_those_of_their_sensors(folder: Path) -> None:
    made = read_dataset(Workspace(folder, "bourg"), "scenarios_places.nc")
    assert made["path"].dims == ("sensor", "time", "scenario")
    assert made["sensor"].to_numpy().tolist() == ["Halles", "Pont"]
    assert made["kind"].to_numpy().tolist() == ["pedestrian"] * 2
    local = cubes.local_time(made)
    assert (local[0].isoformat(), len(local)) == ("2026-05-04T00:00:00+02:00", 336)
    expected = np.where((local.hour >= 8) & (local.hour < 20), 30.0, 0.0)
    ordinary = stage.ordinary_days(made, mining.Calendar("FR"))
    assert ordinary.sizes["time"] == 12 * 24  # without 8 and 14 May 2026
    np.testing.assert_allclose(
        ordinary["path"].sel(sensor="Halles").mean("scenario"),
        expected[np.isin(made["time"], ordinary["time"])],
        atol=0.05,
    )


def test_shares_by_closed_doors(told: dict[str, pd.DataFrame]) -> None:
    doors = told["opening_doors.csv"].set_index("door")
    assert doors["place"].to_dict() == {"Halles": "Halles", "Pont – Bar": "Pont"}
    # Halles: of twelve hours 8:00-9:30, 12:00-14:00 and 19:00-20:00 on ten days, all of them on
    # two Sundays.
    halles = doors.loc["Halles"]
    assert halles["share"] == pytest.approx((10 * 4.5 + 2 * 12) / (12 * 12), abs=1e-6)
    assert halles[["noon", "noon_closed"]].tolist() == pytest.approx([2 / 12, 1], abs=1e-6)
    # Bar: of 12 x 4 hours it is open from 22 h on 15 May and both Saturdays, from 23 h on both
    # Sundays; to 2 h on both Saturdays and Sundays, to 1 h on both Mondays.
    opened = (1 + 2) * 2 + 2 * 1 + (2 + 2) * 2 + 2 * 1
    bar = doors.loc["Pont – Bar"]
    assert bar["share"] == pytest.approx(1 - opened / 48, abs=1e-6)
    assert (bar["low"], bar["high"]) == pytest.approx((bar["share"], bar["share"]), abs=1e-6)
    assert bar["noon"] == 0
    assert np.isnan(bar["noon_closed"])  # a share of nobody


def test_the_week_of_a_door(told: dict[str, pd.DataFrame]) -> None:
    week = told["opening_week.csv"].set_index(["door", "weekday", "hour"])
    assert len(week) == 2 * 168
    figures = week[["passages", "closed"]]
    assert figures.loc[("Halles", 0, 9)].tolist() == [30, 15]
    assert figures.loc[("Halles", 4, 12)].tolist() == [30, 30]
    assert figures.loc[("Pont – Bar", 0, 0)].tolist() == [10, 0]  # Sunday's night
    assert figures.loc[("Pont – Bar", 0, 1)].tolist() == [10, 10]


def test_extra_and_quiet_hours(told: dict[str, pd.DataFrame]) -> None:
    extra = told["extra_hours.csv"].set_index(["door", "weekday", "hour"])
    sunday = extra.loc[("Halles", "sunday", 12)]
    assert sunday[["minutes", "expected", "low", "high", "days"]].tolist() == [60, 30, 30, 30, 2]
    # Holidays are no ordinary days: one Thursday and one Friday are left.
    assert extra.loc[("Halles", "friday", 12), ["days", "beside"]].tolist() == [1, True]
    assert extra.loc[("Halles", "thursday", 22), ["days", "beside"]].tolist() == [1, False]
    quiet = told["quiet_hours.csv"]
    assert quiet.groupby("place")["weekday"].apply(list).to_dict() == {
        "Halles": list(opening.WEEKDAYS),
        "Pont": list(opening.WEEKDAYS),
    }
    assert quiet.loc[quiet["best"], ["place", "weekday", "start", "end", "expected"]].to_numpy(
        dtype=object
    ).tolist() == [["Halles", "monday", 6, 8, 0], ["Pont", "monday", 6, 8, 0]]


def test_equal_runs_give_equal_bytes(folder: Path, told: dict[str, pd.DataFrame]) -> None:
    results = Workspace(folder, "bourg").results
    before = {name: (results / name).read_bytes() for name in stage.TABLES}
    lay(folder, HOURS[::-1])  # the order of rows says nothing
    stage.run(folder, "bourg")
    assert {name: (results / name).read_bytes() for name in stage.TABLES} == before


def test_without_opening_hours_quiet_hours_alone_are_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lay(folder, [])
    with caplog.at_level(logging.INFO):
        stage.run(folder, "bourg")
    assert "names no door: quiet hours alone are told" in caplog.text
    found = {n: len(read_table(Workspace(folder, "bourg"), n)) for n in stage.TABLES}
    assert found == {**dict.fromkeys(stage.TABLES, 0), "quiet_hours.csv": 14}


def test_only_places_without_forecast_have_hours(folder: Path) -> None:
    lay(folder, HOURS[-1:])
    stage.run(folder, "bourg")
    files = Workspace(folder, "bourg")
    for name in stage.TABLES[:3]:
        header = (files.results / name).read_text(encoding="utf-8")
        assert header == ",".join(columns_of(name)) + "\n"


def test_hours_that_overlap_are_refused_with_both_lines(folder: Path) -> None:
    lay(folder, ["Pont,friday,22:00,02:00,Bar", "Pont,saturday,01:00,03:00,Bar"])
    with pytest.raises(ConfigError, match=r"opening_hours.csv, line 3, .*not overlap .* line 2"):
        stage.run(folder, "bourg")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("places", "no place has a forecast of passages"),
        ("steps", "the steps of this territory are longer than an hour"),
        ("days", "every day that is forecast is a public holiday"),
    ],
)
def test_nothing_to_tell_is_one_sentence(
    folder: Path, what: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = read_dataset(Workspace(folder, "bourg"), "scenarios_places.nc")
    if what == "places":
        made = made.isel(sensor=[])
    elif what == "steps":
        made = made.assign_attrs(step_seconds=86400)
    else:
        made = made.sel(time=slice("2026-05-07T22:00", "2026-05-08T21:00"))
    hours = pd.DataFrame(columns=["place", "weekday", "opens", "closes", "shop"])
    with caplog.at_level(logging.INFO):
        assert stage.tables(stage.ordinary_days(made, mining.Calendar("FR")), hours) == {}
    assert caplog.messages == [f"  opening hours are left out: {sentence}"]
