"""A trained champion: saved without pickles, read back to the same bytes, resumed on newer data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from _forecast_cubes import rhythm_cube, with_values
from mining import cube as cubes
from mining.errors import ModelError
from mining.forecast import forecast, load
from mining.forecast.boosting import Boosting

CUTOFF = "2025-04-28"


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    return rhythm_cube(days=130, sensors=3)


@pytest.fixture(scope="module")
def saved(cube: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, xr.Dataset]:
    """Return the folder of a model trained up to the cutoff, and what it forecast then."""
    folder = tmp_path_factory.mktemp("champion")
    model = Boosting(trees=15, rows=6000)
    ahead = forecast(cube, model=model, horizon="7D", cutoff=CUTOFF)
    model.save(folder)
    return folder, ahead


def test_a_saved_model_says_the_same_to_the_last_bit(
    cube: xr.Dataset, saved: tuple[Path, xr.Dataset]
) -> None:
    folder, ahead = saved
    again = forecast(cube, model=load(folder), horizon="7D", cutoff=CUTOFF)
    assert ahead["value"].to_numpy().tobytes() == again["value"].to_numpy().tobytes()
    # Levels that nobody asked for when it was saved.
    wide = forecast(cube, model=load(folder), horizon="7D", cutoff=CUTOFF, quantiles=[0.03, 0.97])
    assert (wide["value"].sel(quantile=0.03) <= ahead["value"].sel(quantile=0.1)).all()
    assert (wide["value"].sel(quantile=0.97) >= ahead["value"].sel(quantile=0.9)).all()


def test_nothing_that_is_saved_can_run(saved: tuple[Path, xr.Dataset]) -> None:
    files = sorted(saved[0].iterdir())
    assert {f.suffix for f in files} == {".json", ".nc", ".txt"}
    # The first byte of each pickle protocol from 2 on.
    assert not any(f.read_bytes().startswith(b"\x80") for f in files)


def test_a_loaded_model_takes_newer_data_in_and_does_not_train(
    cube: xr.Dataset, saved: tuple[Path, xr.Dataset]
) -> None:
    model = load(saved[0])
    assert isinstance(model, Boosting)
    before = model.trained
    array = cube["value"].to_numpy().copy()
    local = cubes.local_time(cube)
    array[:, (local >= CUTOFF) & (local < "2025-05-12")] *= 3
    tripled = forecast(with_values(cube, array), model=model, horizon="7D", cutoff="2025-05-12")
    plain = forecast(cube, model=load(saved[0]), horizon="7D", cutoff="2025-05-12")
    assert model.trained is before
    ratio = tripled["value"].sel(quantile=0.5).sum() / plain["value"].sel(quantile=0.5).sum()
    assert float(ratio) > 1.5


def test_it_refuses_what_it_was_not_trained_for(
    cube: xr.Dataset, saved: tuple[Path, xr.Dataset]
) -> None:
    with pytest.raises(ModelError, match=r"trained on data up to 2025-04-28.*earlier origin"):
        forecast(cube, model=load(saved[0]), horizon="7D", cutoff="2025-04-20")
    with pytest.raises(ModelError, match="trained for 7 days ahead: a forecast of 9 days"):
        forecast(cube, model=load(saved[0]), horizon="9D", cutoff=CUTOFF)


def test_sensors_it_never_saw_are_served_by_a_simpler_model(
    cube: xr.Dataset, saved: tuple[Path, xr.Dataset]
) -> None:
    grown = rhythm_cube(days=130, sensors=4)
    known = forecast(cube, model=load(saved[0]), horizon="7D", cutoff=CUTOFF)
    ahead = forecast(grown, model=load(saved[0]), horizon="7D", cutoff=CUTOFF)
    assert ahead["model"].to_numpy().tolist() == ["boosting"] * 3 + ["window_average"]
    assert np.isfinite(ahead["value"]).all()
    # Sensors in another order, and one less: the others are told apart by their ids.
    turned = grown.isel(sensor=[3, 2, 0])
    part = forecast(turned, model=load(saved[0]), horizon="7D", cutoff=CUTOFF)
    assert part["model"].to_numpy().tolist() == ["window_average", "boosting", "boosting"]
    level = known["value"].sel(sensor="s2").mean()
    assert float(part["value"].sel(sensor="s2").mean()) == pytest.approx(float(level), rel=0.05)


def test_an_untrained_model_and_a_damaged_folder_are_one_sentence(
    saved: tuple[Path, xr.Dataset], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="has learnt nothing yet"):
        Boosting().save(tmp_path)
    with pytest.raises(ModelError, match="not a saved model"):
        load(tmp_path)
    for name in ("point_1.txt", "errors.nc", "boosting.json"):
        copy = tmp_path / name
        copy.mkdir()
        for file in saved[0].iterdir():
            content = file.read_bytes()
            (copy / file.name).write_bytes(content[:100] if file.name == name else content)
        with pytest.raises(ModelError, match="not a saved model"):
            load(copy)
    card = json.loads((saved[0] / "boosting.json").read_text())
    (copy / "boosting.json").write_text(json.dumps(card | {"layout": 99}))
    with pytest.raises(ModelError, match="found layout 99, expected 1"):
        load(copy)


def test_a_champion_without_a_state_is_fitted_anew(cube: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "champion.json").write_text('{"model": "window_average"}')
    model = load(tmp_path)
    assert model.name == "window_average"
    assert np.isfinite(forecast(cube, model=model, horizon="24h")["value"]).all()
    (tmp_path / "champion.json").write_text("[]")
    with pytest.raises(ModelError, match="not a readable description"):
        load(tmp_path)
