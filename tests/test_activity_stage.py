"""The stage: groups of sensors, places among them, what changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _rhythms import three_kinds
from mining import cube as cubes
from mining import writers
from mining.stages import cluster as stage
from mining.stages import summarize
from mining.stages._results import columns_of

N = "\u00a0"
#: Sensor n0, the street of bars, is odd on Tuesday 9 January 2024.
INCIDENT = {
    "sensor": "n0",
    "sensors": "n0",
    "place": "Bars",
    "label": "event",
    "open": False,
    "start": "2024-01-09T00:00:00+00:00",
    "end": "2024-01-10T00:00:00+00:00",
}


def run(root: Path, folder: Path, cube: xr.Dataset) -> Path:
    """Run the stage on a cube of sensors; return the folder of its results."""
    (folder / "data" / "cube").mkdir(parents=True)
    results = folder / "data" / "results" / "petiteville"
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace("bootstraps: 100", "bootstraps: 8"), "utf-8")
    writers.netcdf(folder / "data" / "cube" / "petiteville.nc", cube, cubes.encoding())
    found = pd.DataFrame([INCIDENT], columns=columns_of("incidents.csv"))
    writers.table(results / "incidents.csv", found, sort=())
    stage.run(folder, "petiteville")
    return results


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sensors a place; the last place has an office and a street of bars."""
    cube = three_kinds()  # n0 ... n3, o0 ... o3, s0 ... s3
    places = ["Bars", "Bars", "Bars", "Mixte", "Bureaux", "Bureaux", "", "Mixte", *["Halle"] * 4]
    cube = cube.assign_coords(place=("sensor", np.array(places)))
    cube.attrs |= {"country": "FR", "school_zone": "A"}
    return run(root, tmp_path_factory.mktemp("town"), cube)


def read(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf") as found:
        return found.load()


def test_places_are_in_the_groups_of_their_sensors(results: Path) -> None:
    sensors, places = (read(results / f) for f in ("activity.nc", "activity_places.nc"))
    of_sensor, of_place = sensors["label"].to_series(), places["label"].to_series()
    assert sorted(of_place.index) == ["Bars", "Bureaux", "Halle", "Mixte"]
    for place, sensor in (("Bars", "n0"), ("Bureaux", "o0"), ("Halle", "s0")):
        assert of_place[place] == of_sensor[sensor]
    # the street of bars counts 2 · 11 550 a week, an office street 13 080: 64 % and 36 %
    share = places["membership"].sel(sensor="Mixte").to_numpy()
    assert of_place["Mixte"] == of_sensor["n3"]
    assert share[of_sensor["n3"]] == pytest.approx(23100 / 36180, abs=0.07)
    assert share[of_sensor["o3"]] == pytest.approx(13080 / 36180, abs=0.07)
    for name in ("group_name", "group_evidence", "stability"):
        assert places[name].to_numpy().tolist() == sensors[name].to_numpy().tolist()
    assert places.attrs["statement"] == f"4{N}lieux placés dans les 3{N}groupes des capteurs."


def test_what_changed_stands_beside(results: Path) -> None:
    for name in ("activity.nc", "activity_places.nc"):
        found = read(results / name)
        assert found.attrs["changes"].startswith("Aucune comparaison")
        assert set(found["changed"].to_numpy().astype(str)) == {""}


def test_incidents_are_left_out_of_sensors_and_of_their_place(results: Path) -> None:
    for name, here, there in (("activity", "n0", "n1"), ("activity_places", "Bars", "Halle")):
        weeks = read(results / f"{name}.nc")["valid_weeks"].isel(hour_of_week=24 + 5)
        assert int(weeks.sel(sensor=here)) == int(weeks.sel(sensor=there)) - 1
    apart = read(results / "seasons.nc").isel(period=0, hour_of_week=24 + 5)["valid_weeks"]
    assert int(apart.sel(sensor="Bars")) == int(apart.sel(sensor="Halle")) - 1


def test_seasons_and_school_of_places(results: Path) -> None:
    apart = read(results / "seasons.nc")
    assert sorted(apart["sensor"].to_numpy()) == ["Bars", "Bureaux", "Halle", "Mixte"]
    assert dict(zip(apart["period"].to_numpy(), apart["by"].to_numpy(), strict=True)) == {
        **dict.fromkeys(
            ("december_february", "march_may", "june_august", "september_november"), "season"
        ),
        **dict.fromkeys(("term", "school_holidays"), "school"),
    }
    volume = apart["volume"].sel(sensor="Halle").to_series()
    assert np.isfinite(volume[["december_february", "march_may", "term"]]).all()
    assert np.isnan(volume["september_november"])  # the thirty weeks end in July
    assert str(apart["note"].sel(sensor="Halle", period="september_november").item())


@pytest.mark.parametrize(
    ("number", "profiles"), [(1, "profil utilisable"), (2, "profils utilisables")]
)
def test_fewer_than_three_places_are_no_groups(
    root: Path, tmp_path: Path, number: int, profiles: str
) -> None:
    cube = three_kinds()
    names = [("Bars", "Bureaux")[n % number] for n in range(cube.sizes["sensor"])]
    found = run(root, tmp_path, cube.assign_coords(place=("sensor", np.array(names))))
    sensors, places = (read(found / f) for f in ("activity.nc", "activity_places.nc"))
    assert sensors.attrs["k"] == 3
    assert places.attrs["statement"] == (
        f"Pas de regroupement{N}: {number}{N}{profiles}, il en faut au moins 3."
    )
    assert places["label"].to_numpy().tolist() == [0] * number
    assert places.attrs["agreed"] == 0
    assert read(found / "seasons.nc")["by"].to_numpy().tolist() == ["season"] * 4


def test_without_any_place_files_are_empty(root: Path, tmp_path: Path) -> None:
    found = run(root, tmp_path, three_kinds())
    assert read(found / "activity.nc").attrs["k"] == 3
    for name in ("activity_places.nc", "seasons.nc"):
        assert read(found / name).sizes["sensor"] == 0


def test_figures_of_the_run(results: Path) -> None:
    sensors, places = (read(results / f) for f in ("activity.nc", "activity_places.nc"))
    sensors["stability_years"][0] = 0.5  # the weakest counts; the others have no earlier year
    sensors["between"][:2] = 1
    places["changed"] = ("sensor", np.array(["", "passe de a à b", "", ""]))
    told = summarize._activity_metrics(sensors, places)
    assert {n: told[n] for n in ("k", "agreed", "between", "outliers", "places_changed")} == {
        "k": 3,
        "agreed": 1,
        "between": 2,
        "outliers": 0,
        "places_changed": 1,
    }
    weakest = np.minimum(sensors["stability"], sensors["stability_sensors"]).to_numpy()
    assert told["stability"] == {"0": 0.5, "1": weakest[1], "2": weakest[2]}
    assert told["check_weeks"] == sensors["check_weeks"].sel(k=3)
    assert told["year_rand"] == {}


def test_figures_of_one_group_have_no_check(root: Path, tmp_path: Path) -> None:
    found = run(root, tmp_path, three_kinds().isel(sensor=[0, 1]))
    told = summarize._activity_metrics(*[read(found / "activity.nc")] * 2)
    assert (told["k"], told["agreed"]) == (1, 0)
    assert not {"check_weeks", "check_sensors", "check_years"} & set(told)
