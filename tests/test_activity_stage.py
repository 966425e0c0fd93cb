"""The stage: groups of sensors, places among them, what changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from _rhythms import three_kinds
from mining import cube as cubes
from mining import writers
from mining.stages import cluster as stage


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sensors a place; the last place has an office and a street of bars."""
    cube = three_kinds()  # n0 ... n3, o0 ... o3, s0 ... s3
    places = ["Bars", "Bars", "Bars", "Mixte", "Bureaux", "Bureaux", "", "Mixte", *["Halle"] * 4]
    cube = cube.assign_coords(place=("sensor", np.array(places)))
    folder = tmp_path_factory.mktemp("town")
    (folder / "data" / "cube").mkdir(parents=True)
    (folder / "data" / "results" / "petiteville").mkdir(parents=True)
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace("bootstraps: 100", "bootstraps: 8"), "utf-8")
    writers.netcdf(folder / "data" / "cube" / "petiteville.nc", cube, cubes.encoding())
    stage.run(folder, "petiteville")
    return folder / "data" / "results" / "petiteville"


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
    assert places.attrs["statement"] == "4 lieu(x) placé(s) dans les 3 groupe(s) des capteurs."


def test_what_changed_stands_beside(results: Path) -> None:
    for name in ("activity.nc", "activity_places.nc"):
        found = read(results / name)
        assert found.attrs["changes"].startswith("Aucune comparaison")
        assert set(found["changed"].to_numpy().astype(str)) == {""}
