"""The public API as an outsider uses it: names, shapes of input, purity, errors, honest scores."""

from __future__ import annotations

import inspect
import json
import logging
import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mining
from _forecast_cubes import rhythm_cube
from _streets import small
from mining import cube as cubes
from mining import progress

QUICK = ["seasonal_naive", "window_average"]
FITTED = ["statsmodels", small()]


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Twenty weeks of three sensors with a gap, a silence and short holes that cleaning finds."""
    raw = rhythm_cube()
    values = raw["value"].to_numpy().copy()
    values[0, 3200:3240] = np.nan
    values[1, 3250:3274] = 0
    values[2, 3300:3302] = np.nan
    quality, reason = cubes.codes_from_values(values)
    dims = (cubes.SENSOR, cubes.TIME)
    made = raw.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason))
    return mining.clean(made)


# Names


def test_importing_costs_nothing() -> None:
    code = "import sys, mining; print({'numpy', 'pandas', 'xarray'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_tab_completion_shows_functions_and_rooms() -> None:
    assert {*mining.__all__, "cube", "figures", "__version__"} <= set(dir(mining))
    assert mining.figures.fan is not None
    assert mining.cube.local_time is cubes.local_time
    with pytest.raises(AttributeError, match="no attribute 'forcast'"):
        _ = mining.forcast  # type: ignore[attr-defined]


def test_the_forecast_room_is_one_object_whatever_was_imported() -> None:
    code = (
        "import mining; first = mining.forecast\n"
        "import mining.forecast.scores\n"
        "from mining import forecast\n"
        "print(first is mining.forecast is forecast, callable(first))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
    room: Any = mining.forecast
    assert pickle.loads(pickle.dumps(room)) is room  # noqa: S301 - our own bytes
    assert list(inspect.signature(room).parameters)[:2] == ["cube", "horizon"]
    assert str(room.__doc__).startswith("Forecast every sensor.")


def test_functions_can_be_replaced_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = mining.forecast
    with monkeypatch.context() as patch:
        patch.setattr(mining, "forecast", lambda _cube: "patched")
        assert mining.forecast("x") == "patched"  # type: ignore[arg-type, comparison-overlap]
    assert mining.forecast is before


# Shapes of input


def _wide() -> pd.DataFrame:
    hours = pd.date_range("2026-03-20", periods=20 * 24, freq="h", name="time")
    hours = hours.drop(hours[(hours >= "2026-03-29 02:00") & (hours < "2026-03-29 03:00")])
    return pd.DataFrame({"a": range(len(hours)), "b": 7}, index=hours)


def _long() -> pd.DataFrame:
    return _wide().reset_index().melt(id_vars="time", var_name="sensor", value_name="value")


@pytest.mark.parametrize(
    "shape",
    [
        lambda: _wide().reset_index(),
        lambda: _wide().rename_axis(None),
        lambda: _wide().tz_localize("Europe/Paris"),
        lambda: _wide().tz_localize("Europe/Paris").tz_convert("Asia/Tokyo"),
        lambda: _wide().to_period("h"),
        lambda: _wide().rename_axis(columns="sensor"),
        lambda: _long().sample(frac=1, random_state=0),
        lambda: _long().set_index(["sensor", "time"])["value"],
        lambda: _long().set_index(["time", "sensor"]),
        lambda: _long().set_index("sensor"),
        lambda: _long().astype({"sensor": "category", "time": "str", "value": "float64"}),
        lambda: _long().convert_dtypes(dtype_backend="pyarrow"),
        lambda: _long().convert_dtypes(dtype_backend="numpy_nullable"),
    ],
)
def test_every_shape_of_a_table_makes_the_same_cube(shape: Callable[[], Any]) -> None:
    frame = shape()
    before = frame.copy(deep=True)
    made = mining.from_table(frame, timezone="Europe/Paris")
    plain = mining.from_table(_wide(), timezone="Europe/Paris")
    xr.testing.assert_identical(made.drop_vars("repairs"), plain.drop_vars("repairs"))
    assert frame.equals(before)


def test_numbers_as_names_of_sensors() -> None:
    made = mining.from_table(_wide().set_axis([10, 2], axis=1), timezone="Europe/Paris")
    assert made["sensor"].to_numpy().tolist() == ["10", "2"]


# Purity


class _Watch:
    """Files opened for writing and sockets made, while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            path, _, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and "__pycache__" not in str(path):
                self.seen.append(f"open {path}")
        elif event.startswith("socket."):
            self.seen.append(event)


WATCH = _Watch()
sys.addaudithook(WATCH)


@pytest.fixture
def watched() -> Iterator[list[str]]:
    WATCH.seen.clear()
    WATCH.on = True
    yield WATCH.seen
    WATCH.on = False


CALLS: dict[str, Callable[[xr.Dataset], object]] = {
    "clean": mining.clean,
    "detect": mining.detect,
    "cluster": lambda c: mining.cluster(c, bootstraps=3),
    "backtest": lambda c: mining.backtest(c, origins=1, models=[*QUICK, *FITTED]),
    "forecast": lambda c: mining.forecast(c, horizon="24h", model=small()),
    "by_place": mining.by_place,
}


@pytest.mark.parametrize("name", CALLS)
def test_functions_leave_no_trace(name: str, cube: xr.Dataset, watched: list[str]) -> None:
    given = cube.assign_coords(place=("sensor", ["p", "p", "q"]))
    before = given.copy(deep=True)
    state = pickle.dumps(np.random.get_state())  # noqa: NPY002 - the global one, on purpose
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = CALLS[name](given)
    assert pickle.dumps(np.random.get_state()) == state  # noqa: NPY002
    xr.testing.assert_identical(given, before)
    assert watched == []
    np.random.seed(99)  # noqa: NPY002
    again = CALLS[name](given)
    if isinstance(first, pd.DataFrame):
        pd.testing.assert_frame_equal(first, again)
    else:
        xr.testing.assert_identical(first, again)


# Honest scores


def test_scores_are_those_of_the_forecasts_handed_out(cube: xr.Dataset) -> None:
    cutoffs = ["2025-05-17", pd.Timestamp("2025-05-19 04:00", tz="UTC")]
    scores, said = mining.backtest(
        cube,
        horizon="5D",
        cutoffs=cutoffs,
        models=[*QUICK, small()],
        quantiles=[0.05, 0.95],
        return_forecasts=True,
    )
    assert said["cutoff"].unique().tolist() == [
        pd.Timestamp("2025-05-17"),
        pd.Timestamp("2025-05-19 06:00"),
    ]
    levels = [0.05, 0.1, 0.5, 0.9, 0.95]
    assert [c for c in said if c.startswith("q0")] == [f"q{v:g}" for v in levels]
    # The truth: trusted cells of the cube and nothing else.
    value = cube["value"].to_series().rename("value")
    code = cube["quality"].to_series().rename("code")
    joined = said.join(pd.concat([value, code], axis=1), on=["sensor", "time"])
    trusted = joined["code"].isin([0, 1])
    assert (joined["code"] == joined["quality"]).all()
    assert set(joined.loc[~trusted, "code"]) == {2, 3, 4}
    pd.testing.assert_series_equal(
        joined["observed"], joined["value"].where(trusted).astype("float64"), check_names=False
    )
    # The scores, with pandas alone.
    seen = joined[trusted].copy()
    seen["abs_error"] = (seen["observed"] - seen["q0.5"]).abs()
    seen["covered"] = seen["observed"].between(seen["q0.1"], seen["q0.9"]).astype(int)
    gaps = [(v, seen["observed"] - seen[f"q{v:g}"]) for v in levels]
    seen["pinball"] = sum(g.where(g < 0, 0) * (v - 1) + g.where(g > 0, 0) * v for v, g in gaps) / 5
    keys = ["model", "cutoff", "sensor", "day_ahead"]
    mine = seen.groupby(keys, as_index=False).agg(
        n=("observed", "size"),
        actual=("observed", "sum"),
        abs_error=("abs_error", "sum"),
        pinball=("pinball", "mean"),
        covered=("covered", "sum"),
    )
    pd.testing.assert_frame_equal(scores[mine.columns], mine, check_dtype=False, rtol=1e-9)
    # MASE: the error of repeating last week before the cutoff (no clock change in these weeks).
    wide = value.where(code.isin([0, 1])).unstack("sensor")  # noqa: PD010
    for cutoff, rows in scores.groupby("cutoff"):
        past = wide[wide.index < cubes.to_utc(cutoff, "Europe/Paris")].astype("float64")
        scale = (past - past.shift(168)).abs().mean()
        found = rows.groupby("sensor")["scale"].first()
        pd.testing.assert_series_equal(found, scale, check_names=False, rtol=1e-9)
    pooled = mining.summarize(scores).query("panel == 'all'").set_index("model")
    total = seen.groupby("model")[["abs_error", "observed", "covered"]].sum()
    assert np.allclose(pooled["wape"], total["abs_error"] / total["observed"], rtol=1e-9)
    assert np.allclose(pooled["coverage"], seen.groupby("model")["covered"].mean(), rtol=1e-9)


@pytest.mark.parametrize("model", [*QUICK, *FITTED], ids=[*QUICK, "statsmodels", "boosting"])
def test_nothing_after_the_cutoff_is_seen(model: Any, cube: xr.Dataset) -> None:
    cutoff = pd.Timestamp("2025-05-08")  # a holiday, so that the calendar has its say
    after = cube.indexes["time"] >= cubes.to_utc(cutoff, "Europe/Paris")
    other = cube.copy(deep=True)
    other["value"][:, after] = np.float32(99_999)
    other["quality"][:, after] = mining.Quality.VALID
    late = {"type": "closure", "start": "2025-04-01", "end": "2025-05-12"}
    other.attrs["events"] = json.dumps([{**late, "known_since": "2025-05-09"}])
    options: dict[str, Any] = {"cutoff": cutoff, "horizon": "4D", "model": model}
    xr.testing.assert_equal(mining.forecast(cube, **options), mining.forecast(other, **options))
    scored = {"cutoffs": [cutoff], "horizon": "4D", "models": [model], "return_forecasts": True}
    (_, here), (_, there) = (mining.backtest(c, **scored) for c in (cube, other))
    levels = [c for c in here if c.startswith("q0")]
    pd.testing.assert_frame_equal(here[levels], there[levels])


class _Own:
    """A model of one's own whose answer is given."""

    slow = False
    served: tuple[str, ...] = ()

    def __init__(self, answer: Callable[[int, int, int], np.ndarray]) -> None:
        self.name, self.answer = "own", answer

    def fit(self, cube: xr.Dataset, calendar: mining.Calendar) -> Self:  # noqa: ARG002
        self.sensors = cube.sizes["sensor"]
        return self

    def predict(self, steps: int, quantiles: Sequence[float]) -> np.ndarray:
        return self.answer(self.sensors, steps, len(quantiles))


def test_a_model_cannot_stay_silent_where_it_is_hard(cube: xr.Dataset) -> None:
    silent = _Own(lambda *shape: np.where(np.arange(shape[1])[:, None] < 3, np.nan, np.ones(shape)))
    wrong = _Own(lambda s, n, q: np.ones((n, s, q)))
    for call in (
        lambda m: mining.backtest(cube, origins=1, models=[m]),
        lambda m: mining.forecast(cube, model=m),
    ):
        with pytest.raises(mining.ForageError, match="'own' predicted NaN for sensor 's0'"):
            call(silent)
        with pytest.raises(mining.ForageError, match=r"predicted the shape .* expected \(3, "):
            call(wrong)


def test_quantiles_of_a_model_of_ones_own_are_put_in_order(cube: xr.Dataset) -> None:
    crossing = _Own(lambda s, n, q: np.broadcast_to(np.linspace(9, 1, q), (s, n, q)))
    made = mining.forecast(cube, horizon="24h", model=crossing, quantiles=[0.1, 0.5, 0.9])
    assert made["value"].isel(sensor=0, time=0).to_numpy().tolist() == [1.0, 5.0, 9.0]
    assert made["model"].to_numpy().tolist() == ["own"] * 3


# Options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 7}, "horizon: found 7, expected a duration such as"),
        ({"horizon": "7"}, "horizon: found '7', expected a duration"),
        ({"history": 104}, "history: found 104, expected a duration"),
        ({"origins": 0}, "origins: found 0, expected a whole number from 1 on"),
        ({"origins": 1.5}, "origins: found 1.5, expected a whole number"),
        ({"cutoffs": ["soon"]}, "cutoff: found 'soon', expected a local time"),
        ({"cutoffs": [None]}, "cutoff: found None, expected a local time"),
        ({"cutoffs": ["2025-05-26"]}, "expected a local time from 2025-01-13 .* 2025-05-26"),
        ({"quantiles": 0.5}, "quantiles: found 0.5, expected numbers strictly between"),
        ({"quantiles": ["low"]}, "quantiles: found .*'low'.*, expected numbers"),
        ({"quantiles": [float("nan")]}, "expected numbers strictly between"),
        ({"calendar": {"events": "[]"}}, "events of the calendar: found str, expected a list"),
    ],
)
def test_errors_of_a_backtest(options: dict[str, Any], message: str, cube: xr.Dataset) -> None:
    with pytest.raises(mining.ForageError, match=message):
        mining.backtest(cube, models=QUICK, **options)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: c["value"], "not a cube: found DataArray, expected a Dataset"),
        (lambda c: c.drop_attrs(), "expected the attribute 'timezone'"),
        (lambda c: c.isel(sensor=0), "expected the variable 'value' with dimensions"),
        (lambda c: c.transpose("time", "sensor", ...), "expected the variable 'value'"),
        (lambda c: c.isel(time=np.r_[0:2000, 2100:3359]), "time is not regular"),
        (lambda c: c.isel(sensor=[0, 0, 1]), "sensor 's0' is there twice"),
        (lambda c: c.isel(time=slice(0)), "an empty cube"),
        (lambda c: c.isel(sensor=[]), "an empty cube"),
        (lambda c: c.drop_vars("kind"), "expected the coordinate 'kind'"),
        (lambda c: c.assign_attrs(timezone="Mars/One"), "unknown time zone 'Mars/One'"),
    ],
)
@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_cube_is_refused(
    name: str, spoil: Callable[[xr.Dataset], Any], message: str, cube: xr.Dataset
) -> None:
    with pytest.raises(mining.ForageError, match=message):
        CALLS[name](spoil(cube))


def test_errors_of_pooling(cube: xr.Dataset) -> None:
    scores = mining.backtest(cube, models=QUICK, origins=1)
    assert mining.summarize(scores, by="model").equals(mining.summarize(scores))
    with pytest.raises(mining.ForageError, match="unknown key 'sensors' in the keys of scores"):
        mining.summarize(scores, by=["sensors"])
    with pytest.raises(mining.ForageError, match="the score table is empty"):
        mining.summarize(scores.iloc[:0])


def test_a_worker_that_cannot_start_is_one_sentence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    lines = ["from mining import compute", "compute.map_items(str, [1, 2], workers=2)"]
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert "ConfigError: workers=2: a worker process ended at once" in done.stderr


def test_order_of_sensors_is_that_of_the_cube(cube: xr.Dataset) -> None:
    turned = cube.isel(sensor=[2, 0, 1])
    here, there = (mining.forecast(c, horizon="2D", model="window_average") for c in (cube, turned))
    assert there["sensor"].to_numpy().tolist() == ["s2", "s0", "s1"]
    xr.testing.assert_equal(here["value"], there["value"].sel(sensor=["s0", "s1", "s2"]))


def test_errors_of_the_others(cube: xr.Dataset) -> None:
    with pytest.raises(mining.ForageError, match=r"up to 2025-05-26 .*the end of the data"):
        mining.forecast(cube, cutoff="2025-05-27")
    with pytest.raises(mining.ForageError, match="impute_max_gap: found 3, expected a duration"):
        mining.clean(cube, impute_max_gap=3)  # type: ignore[arg-type]
    with pytest.raises(mining.ForageError, match="merge_gap: found 12, expected a duration"):
        mining.detect(cube, merge_gap=12)  # type: ignore[arg-type]
    with pytest.raises(mining.ForageError, match="step: found 3600, expected a duration"):
        mining.from_table(_wide(), timezone="Europe/Paris", step=3600)


def test_a_cutoff_alone_and_the_end_of_the_data(cube: xr.Dataset) -> None:
    one = mining.backtest(cube, models=QUICK, cutoffs="2025-05-24", horizon="3D")
    assert sorted(one["day_ahead"].unique()) == [1, 2]  # what there is of the three days
    ahead = mining.forecast(cube, cutoff="2025-05-26", model="window_average")
    assert ahead.attrs["cutoff"] == "2025-05-26T00:00:00"
    xr.testing.assert_identical(ahead, mining.forecast(cube, model="window_average"))


def test_events_as_rows_of_a_table() -> None:
    table = pd.DataFrame(
        {
            "type": ["works", None],
            "title": ["Tramway", "Braderie"],
            "start": [pd.Timestamp("2026-04-14 08:00"), pd.Timestamp("2026-04-11")],
            "end": [pd.NaT, pd.Timestamp("2026-04-12")],
            "sensors": ["a", ["b", "c"]],
        }
    )
    first, second = mining.calendars.as_calendar({"country": "FR", "events": table}).events
    assert (first.type, first.sensors, first.end.year) == ("works", ("a",), 2200)
    assert (second.type, second.sensors) == ("event", ("b", "c"))
    assert mining.calendars.as_calendar({"events": table.iloc[:0]}).events == ()


# Progress


def test_short_runs_say_nothing(
    cube: xr.Dataset, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        mining.backtest(cube, origins=2, models=QUICK)
    assert caplog.messages == []
    assert capfd.readouterr() == ("", "")


def test_long_runs_tell_each_forecast(
    cube: xr.Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PACE", 0.0)
    with caplog.at_level(logging.INFO):
        mining.backtest(cube, cutoffs=["2025-05-12", "2025-05-19"], models=QUICK)
    lines = [line.rsplit(",", 1)[0] for line in caplog.messages if "/" in line]
    assert "backtest: 4 forecasts from 2 origins ..." in caplog.messages
    assert lines == [
        "backtest 1/4: seasonal_naive at 2025-05-12 00:00:00",
        "backtest 2/4: window_average at 2025-05-12 00:00:00",
        "backtest 3/4: seasonal_naive at 2025-05-19 00:00:00",
        "backtest 4/4: window_average at 2025-05-19 00:00:00",
    ]


def test_progress_reaches_who_set_up_no_logging() -> None:
    code = "from mining import progress; progress.say('half')"
    quiet = "import logging; logging.getLogger('mining').addHandler(logging.NullHandler());"
    told = [
        subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        ).stderr
        for text in (code, quiet + code)
    ]
    assert told == ["half\n", ""]


# CF conventions


def test_attributes_of_a_cube_follow_cf() -> None:
    cube = mining.clean(mining.from_table(_wide(), timezone="Europe/Paris"))
    for name in ("quality", "reason"):
        values, meanings = cube[name].attrs["flag_values"], cube[name].attrs["flag_meanings"]
        assert values.dtype == cube[name].dtype
        assert len(values) == len(meanings.split())
    assert all("long_name" in cube[n].attrs for n in ("value", "sensor", "name", "kind", "repair"))
    assert all("units" in cube[n].attrs for n in ("value", "quality", "latitude", "longitude"))
    assert cube["value"].attrs["cell_methods"] == "time: sum"
    assert cube.attrs["Conventions"] == "CF-1.11"
    kinds = pd.DataFrame({"kind": ["pedestrian", "noise"]}, index=["a", "b"])
    mixed = mining.from_table(_wide(), timezone="Europe/Paris", sensors=kinds)["value"].attrs
    assert mixed["units"] == "1"
    assert "cell_methods" not in mixed
