"""A packed champion answers as the forecast it was published with, and takes newer counts in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from _forecast_cubes import rhythm_cube
from mining import serving, writers
from mining.errors import ForageError
from mining.forecast.boosting import Boosting

LEVELS = (0.1, 0.5, 0.9)


def champion(folder: Path, **card: object) -> Path:
    """Write the description of a champion that has no files of its own."""
    told = {"model": "window_average", "history": "8W", "horizon_days": 2, "chosen": {}, **card}
    writers.json_file(folder / "champion.json", told)
    return folder


def packed(folder: Path, cube: xr.Dataset, **card: object) -> serving.Served:
    models = champion(folder / "models", **card)
    return serving.Served(serving.pack(models, cube, folder / "packed"))


def expected(ahead: xr.Dataset) -> list[float]:
    return [float(v) for v in ahead["value"].to_numpy().reshape(-1, ahead.sizes["quantile"])[:, 0]]


def test_without_counts_it_says_what_was_published(tmp_path: Path) -> None:
    cube = rhythm_cube(days=84, sensors=2)
    made = packed(tmp_path, cube).predict(quantiles=LEVELS)
    ahead = mining.forecast(
        cube, model="window_average", horizon="2D", history="8W", quantiles=LEVELS
    )
    assert list(made.columns) == ["sensor", "time", "q0.1", "q0.5", "q0.9"]
    assert made["q0.1"].tolist() == expected(ahead)
    assert made["sensor"].tolist() == ["s0"] * 48 + ["s1"] * 48
    # The cube ends on 30 March 2025 at 24 h; Paris had gone to summer time that morning.
    assert made["time"][[0, 47]].tolist() == [
        "2025-03-31T00:00:00+02:00",
        "2025-04-01T23:00:00+02:00",
    ]
    # Of twelve weeks only the eight that it learns from are carried, and a day.
    assert packed(tmp_path, cube).cube.sizes["time"] == 57 * 24 + 1


def test_newer_counts_make_it_the_forecast_of_the_longer_cube(tmp_path: Path) -> None:
    whole = mining.clean(rhythm_cube(days=70, sensors=2))
    times = whole.indexes["time"]
    served = packed(tmp_path, whole.isel(time=slice(None, -72)))
    late = whole["value"].isel(time=slice(-72, None)).to_series().rename("value").reset_index()
    local = pd.DatetimeIndex(late["time"]).tz_localize("UTC").tz_convert("Europe/Paris")
    late["time"] = [t.isoformat() for t in local]
    # In any order, whole numbers or not.
    counts = late.sample(frac=1, random_state=1).astype({"value": "int64"})
    made = served.predict(counts, horizon_days=1, quantiles=LEVELS)
    ahead = mining.forecast(
        whole, model="window_average", horizon="1D", history="8W", quantiles=LEVELS
    )
    assert made["q0.1"].tolist() == expected(ahead)
    assert pd.Timestamp(made["time"][0]).tz_convert("UTC").tz_localize(None) == times[
        -1
    ] + pd.Timedelta("1h")


def test_counts_replace_what_the_history_said_and_older_ones_are_left_out() -> None:
    cube = rhythm_cube(days=28, sensors=2)
    start = cube.indexes["time"][0]
    counts = pd.DataFrame(
        {
            "sensor": ["s1", "s1", "s0"],
            "time": ["2025-01-05T12:00", "2025-02-02T23:00", "2025-02-03T01:00"],
            "value": [5.0, 77.0, 12.0],
        }
    )
    made = serving.updated(cube, counts)
    assert made.indexes["time"][0] == start  # the first count lies before the cube
    assert made.sizes["time"] == cube.sizes["time"] + 2
    assert made["value"].sel(sensor="s1").to_numpy()[-3] == 77
    assert made["value"].sel(sensor="s0").to_numpy()[-1] == 12
    # Nobody told of s1 in the last two hours, nor of s0 between: they are no zeros.
    assert int(made["quality"].sel(sensor="s1").to_numpy()[-1]) == mining.Quality.MISSING
    same = made["value"].isel(time=slice(0, -3)).to_numpy()
    assert np.array_equal(same, cube["value"].isel(time=slice(0, -1)).to_numpy())


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("sensor", "nowhere", "unknown sensor 'nowhere': expected one of s0, s1"),
        ("time", "2025-02-03T00:30", "off the grid of 01:00:00 by 00:30:00"),
        ("time", "2095-02-03T00:00", "expected at most 366 days after the end of the history"),
        ("time", "soon", "found 'soon', expected an ISO 8601 time"),
        ("value", "many", "value 'many': expected a number"),
    ],
)
def test_counts_that_cannot_be(column: str, value: str, message: str) -> None:
    cube = rhythm_cube(days=28, sensors=2)
    row = {"sensor": "s0", "time": "2025-02-03T00:00", "value": "5", column: value}
    with pytest.raises(ForageError, match=re.escape(message)):
        serving.updated(cube, pd.DataFrame([row]))


def test_counts_between_the_steps_are_refused_however_many_they_are() -> None:
    times = pd.date_range("2025-02-03T00:30", periods=50, freq="h")
    rows = pd.DataFrame({"sensor": "s0", "time": times.astype(str), "value": range(50)})
    with pytest.raises(ForageError, match="off the grid of 01:00:00 by"):
        serving.updated(rhythm_cube(days=28, sensors=2), rows)


def test_a_missing_column_and_impossible_questions(tmp_path: Path) -> None:
    served = packed(tmp_path, rhythm_cube(days=28, sensors=2))
    with pytest.raises(ForageError, match="no column 'time': expected the columns sensor, time"):
        served.predict(pd.DataFrame({"sensor": ["s0"], "value": [1]}))
    for days in (0, 61, 1.5, True):
        with pytest.raises(ForageError, match=r"horizon_days: found .*, expected a whole number"):
            served.predict(horizon_days=days)  # type: ignore[arg-type]
    with pytest.raises(ForageError, match=r"quantiles: found \[1.0\], expected numbers strictly"):
        served.predict(quantiles=[1.0])


def test_a_damaged_champion_is_one_sentence(tmp_path: Path) -> None:
    cube = rhythm_cube(days=28, sensors=2)
    (tmp_path / "champion.json").write_text("{")
    with pytest.raises(ForageError, match=r"champion\.json: not a readable champion; run 'dvc"):
        serving.pack(tmp_path, cube, tmp_path / "packed")


def test_sensors_that_another_model_serves_stay_with_it(tmp_path: Path) -> None:
    cube = rhythm_cube(days=63, sensors=2)
    card = {"chosen": {"s0": "window_average", "s1": "seasonal_naive"}}
    made = packed(tmp_path, cube, **card).predict(quantiles=LEVELS).set_index("sensor")
    options = {"horizon": "2D", "history": "8W", "quantiles": LEVELS}
    for sensor, model in card["chosen"].items():
        ahead = mining.forecast(cube, model=model, **options).sel(sensor=[sensor])
        assert made.loc[sensor, "q0.1"].tolist() == expected(ahead)


def test_a_trained_champion_is_not_trained_again(tmp_path: Path) -> None:
    cube = rhythm_cube(days=91, sensors=2)
    model = Boosting(trees=8, rows=3000)
    ahead = mining.forecast(cube, model=model, horizon="2D", history="12W", quantiles=LEVELS)
    models = champion(tmp_path / "models", model="boosting", history="12W")
    model.save(models)
    served = serving.Served(serving.pack(models, cube, tmp_path / "packed"))
    assert served.predict(quantiles=LEVELS)["q0.1"].tolist() == expected(ahead)
    # The same trees, one hour later; the first answer left no trace in the second.
    one = pd.DataFrame({"sensor": ["s0"], "time": ["2025-04-07T00:00"], "value": [30]})
    assert served.predict(one, quantiles=LEVELS)["time"][0] == "2025-04-07T01:00:00+02:00"
    assert served.predict(quantiles=LEVELS)["q0.1"].tolist() == expected(ahead)
    # Trained for two days: a longer question is refused in one sentence.
    with pytest.raises(ForageError, match="trained for 2 days ahead"):
        served.predict(horizon_days=9)
    names = {p.suffix for p in (tmp_path / "packed").iterdir()}
    assert names == {".json", ".nc", ".txt"}
    assert json.loads((tmp_path / "packed" / "champion.json").read_text())["model"] == "boosting"
