"""Rolling origins: cutoffs, truth, equal terms, and identical results however it is run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _forecast_cubes import rhythm_cube, with_values
from mining import cube as cubes
from mining.calendars import Calendar
from mining.errors import ConfigError, ModelError, NotEnoughDataError
from mining.forecast import backtest, champion, forecast, get, summarize
from mining.forecast.boosting import Boosting

SIMPLE = ["seasonal_naive", "window_average"]


def test_a_perfect_week_scores_zero_and_days_are_calendar_days() -> None:
    cube = rhythm_cube(days=28, start="2025-02-03", noise=0.0)
    scores, made = backtest(cube, models=SIMPLE, origins=2, return_forecasts=True)
    assert scores["abs_error"].sum() == 0
    assert scores["cutoff"].unique().tolist() == [
        pd.Timestamp("2025-02-17"),
        pd.Timestamp("2025-02-24"),
    ]
    assert sorted(scores["day_ahead"].unique()) == [1, 2, 3, 4, 5, 6, 7]
    assert (scores["n"] == 24).all()
    assert len(made) == 2 * 2 * 3 * 168
    first = made.iloc[0]
    assert first["time"] == pd.Timestamp("2025-02-16 23:00")  # midnight in Paris
    assert first["q0.5"] == first["observed"]


def test_the_table_agrees_with_its_forecasts() -> None:
    cube = rhythm_cube(days=42)
    scores, made = backtest(cube, models=SIMPLE, origins=2, return_forecasts=True)
    by_hand = (made["observed"] - made["q0.5"]).abs().groupby(made["model"]).sum()
    assert by_hand.to_numpy() == pytest.approx(
        scores.groupby("model")["abs_error"].sum().to_numpy(), rel=1e-5
    )
    pooled = summarize(scores, ["model", "sensor"])
    assert set(pooled["panel"]) == {"all", "common"}
    assert len(pooled) == 2 * 2 * 3


def test_the_last_horizon_ends_with_the_last_full_day() -> None:
    cube = rhythm_cube(days=30, start="2025-02-03").isel(time=slice(None, -5))
    scores = backtest(cube, models=["seasonal_naive"], origins=1, horizon="2D")
    assert scores["cutoff"].unique().tolist() == [pd.Timestamp("2025-03-02")]


def test_suspect_and_imputed_cells_are_no_truth() -> None:
    cube = rhythm_cube(days=28)
    quality = cube["quality"].to_numpy().copy()
    quality[0, -24:] = cubes.Quality.SUSPECT
    quality[1, -24:] = cubes.Quality.IMPUTED
    dirty = cube.assign(quality=(("sensor", "time"), quality))
    for score, expected in (("trusted", [144, 144, 168]), ("observed", [168, 144, 168])):
        scores = backtest(dirty, models=["seasonal_naive"], origins=1, score=score)
        assert scores.groupby("sensor")["n"].sum().tolist() == expected


def test_suspect_cells_feed_no_model() -> None:
    cube = rhythm_cube(days=28)
    array, quality = cube["value"].to_numpy().copy(), cube["quality"].to_numpy().copy()
    array[0, -30] = 50_000
    quality[0, -30] = cubes.Quality.SUSPECT
    dirty = with_values(cube, array).assign(quality=(("sensor", "time"), quality))
    assert forecast(dirty, model="seasonal_naive")["value"].max() < 5000


def test_slow_models_get_the_last_origins_only() -> None:
    cube = rhythm_cube(days=49)
    slow = get("window_average")
    slow.slow = True
    scores = backtest(cube, models=["seasonal_naive", slow], origins=3, slow_origins=1)
    pooled = summarize(scores).set_index(["panel", "model"])["origins"]
    assert pooled.to_dict() == {
        ("all", "seasonal_naive"): 3,
        ("common", "seasonal_naive"): 1,
        ("common", "window_average"): 1,
    }


def test_history_is_bounded() -> None:
    cube = rhythm_cube(days=70)
    array = cube["value"].to_numpy().copy()
    array[:, : 70 * 24 - 7 * 24 * 6] *= 3  # before the five weeks that the last origin may see
    options = {"models": SIMPLE, "origins": 1, "history": "5W"}
    one, other = backtest(cube, **options), backtest(with_values(cube, array), **options)
    pd.testing.assert_frame_equal(one, other)


class Constant:
    """The smallest model there can be: an instance is passed as it is."""

    name = "constant"
    slow = False
    served: tuple[str, ...] = ()

    def fit(self, cube: xr.Dataset, calendar: Calendar) -> Constant:
        assert calendar.country == "FR"
        self.count = cube.sizes["sensor"]
        self.last = cube.indexes["time"][-1]
        self.served = (self.name,) * self.count
        return self

    def predict(self, steps: int, quantiles: Sequence[float]) -> np.ndarray:
        return np.tile(np.asarray(quantiles) * 100, (self.count, steps, 1))


def test_a_model_of_your_own_is_an_instance() -> None:
    cube = rhythm_cube(days=28)
    scores = backtest(cube, models=["seasonal_naive", Constant()], origins=1)
    truth = cube["value"].to_numpy().astype("float64")[:, -168:]
    mine = scores[scores["model"] == "constant"]
    assert mine["abs_error"].sum() == pytest.approx(np.abs(truth - 50).sum(), rel=1e-9)
    out = forecast(cube, model=Constant(), horizon="1D", quantiles=[0.25, 0.5])
    assert (out["value"].to_numpy() == [25.0, 50.0]).all()
    assert out["model"].to_numpy().tolist() == ["constant"] * 3


@pytest.mark.slow
def test_workers_change_nothing() -> None:
    cube = rhythm_cube(days=90, sensors=2)
    models = ["seasonal_naive", Boosting(trees=10, rows=3000)]
    one, two = (
        backtest(cube, models=models, origins=2, workers=w, return_forecasts=True) for w in (1, 2)
    )
    for left, right in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_intervals_cover_about_what_they_say() -> None:
    cube = rhythm_cube(days=300, sensors=4, noise=0.25)
    scores = backtest(cube, models=SIMPLE, origins=8)
    for coverage in summarize(scores).query("panel == 'all'")["coverage"]:
        assert 0.76 <= coverage <= 0.84


def test_forecast_chooses_among_rivals_or_by_scores() -> None:
    cube = rhythm_cube(days=63, noise=0.3)
    assert forecast(cube, models=SIMPLE, horizon="1D").attrs["model"] == "window_average"
    scores = backtest(cube, models=SIMPLE, origins=3)
    assert forecast(cube, scores=scores, horizon="1D").attrs["model"] == "window_average"
    assert forecast(cube, models=["seasonal_naive"]).attrs["model"] == "seasonal_naive"


def test_mistakes_get_one_sentence() -> None:
    cube = rhythm_cube(days=10)
    with pytest.raises(NotEnoughDataError, match=r"10\.0 days up to .* of 7 days ahead needs"):
        backtest(cube, models=["seasonal_naive"])
    with pytest.raises(NotEnoughDataError, match="cutoff 2025-01-07"):
        backtest(cube, models=["seasonal_naive"], cutoffs=["2025-01-07"])
    with pytest.raises(ConfigError, match="horizon: found 'soon'"):
        backtest(cube, horizon="soon")
    with pytest.raises(ModelError, match="strictly between 0 and 1"):
        forecast(cube, quantiles=[0.0, 0.5])
    with pytest.raises(ModelError, match="'seasonal_naive' twice"):
        backtest(cube, models=["seasonal_naive", "seasonal_naive"])
    with pytest.raises(ModelError, match="expected 'trusted' or 'observed'"):
        backtest(cube, horizon="1D", models=["seasonal_naive"], score="all")
    with pytest.raises(NotEnoughDataError, match=r"hold 3\.0 days before the origin"):
        forecast(rhythm_cube(days=3))
    with pytest.raises(ConfigError, match="expected 'cube', None"):
        forecast(cube, calendar="france")
    with pytest.raises(NotEnoughDataError, match="cannot be forecast"):
        forecast(rhythm_cube(days=20, step="7h", timezone="UTC"), model="seasonal_naive")
    assert np.isfinite(forecast(cube, calendar=None, horizon="1D")["value"].to_numpy()).all()


def _score_rows(model: str, errors: dict[str, float]) -> list[dict[str, object]]:
    return [
        {"model": model, "cutoff": pd.Timestamp(cutoff), "sensor": "a", "day_ahead": 1, "n": 10,
         "actual": 100.0, "abs_error": error, "squared_error": error, "scale": 1.0,
         "pinball": error / 20, "covered": 8}
        for cutoff, error in errors.items()
    ]  # fmt: skip


def test_a_slow_model_must_beat_the_best_fast_one_where_both_were_tried() -> None:
    # By hand: over both weeks `window_average` errs 10 + 30 and `seasonal_naive` 20 + 25.
    fast = _score_rows("window_average", {"2025-01-01": 10, "2025-01-08": 30})
    fast += _score_rows("seasonal_naive", {"2025-01-01": 20, "2025-01-08": 25})
    assert champion(pd.DataFrame(fast)) == "window_average"
    # On the week they share, a slow model at 27 beats the best fast model (30), at 31 it does not;
    # that `seasonal_naive` was lucky there (25) does not count.
    assert champion(pd.DataFrame(fast + _score_rows("prophet", {"2025-01-08": 27}))) == "prophet"
    slow = _score_rows("prophet", {"2025-01-08": 31})
    assert champion(pd.DataFrame(fast + slow)) == "window_average"
