"""Which model serves which sensor, by hand-made score tables and end to end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _forecast_cubes import rhythm_cube, with_values
from mining.errors import ModelError
from mining.forecast import backtest, champion, choice, forecast, summarize
from mining.forecast.selection import Chosen, serving

ORIGINS = tuple(pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=k) for k in range(4))


def scores_of(errors: dict[tuple[str, str], tuple[float, ...]]) -> pd.DataFrame:
    """Return a score table of (model, sensor): absolute error by origin, in two days ahead."""
    rows = [
        {
            "model": model, "cutoff": origin, "sensor": sensor, "day_ahead": day, "n": 24,
            "actual": 500.0, "abs_error": error / 2, "squared_error": error, "scale": 1.0,
            "pinball": error / 100, "covered": 19,
        }
        for (model, sensor), given in errors.items()
        for origin, error in zip(ORIGINS, given, strict=False)
        for day in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def with_a_strong_sensor(*rows: tuple[str, tuple[float, ...]]) -> pd.DataFrame:
    """Return a table in which boosting is the champion by far, and sensor "s" as given."""
    big = {"boosting": (100.0,) * 4, "seasonal_naive": (300.0,) * 4, "window_average": (400.0,) * 4}
    strong = {(m, "big"): e[: len(rows[0][1])] for m, e in big.items()}
    table = scores_of(strong | {(model, "s"): errors for model, errors in rows})
    assert champion(table) == "boosting"
    return table


@pytest.mark.parametrize(
    ("boosting", "naive", "average", "expected"),
    [
        # Sums of four origins: 40 against 44 and 48, and against them without any one origin.
        ((10, 10, 10, 10), (11, 11, 11, 11), (12, 12, 12, 12), "boosting"),
        # Worse than both: 44 against 40 and 38, so the better of them, not the simpler one.
        ((11, 11, 11, 11), (10, 10, 10, 10), (9.5, 9.5, 9.5, 9.5), "window_average"),
        # Better than the last week, not than the mean of weeks.
        ((10, 10, 10, 10), (11, 11, 11, 11), (9, 9, 9, 9), "window_average"),
        # As good as both: the simplest of them.
        ((10, 10, 10, 10), (10, 10, 10, 10), (10, 10, 10, 10), "seasonal_naive"),
        # 0.4 % better is a tie, 0.6 % is not.
        ((9.96, 9.96, 9.96, 9.96), (10, 10, 10, 10), (12, 12, 12, 12), "seasonal_naive"),
        ((9.94, 9.94, 9.94, 9.94), (10, 10, 10, 10), (12, 12, 12, 12), "boosting"),
        # One freak week: 49 against 44, but 29 against 33 without it.
        ((10, 9, 10, 20), (11, 11, 11, 11), (12, 12, 12, 12), "boosting"),
        # Two of them: 59 against 44, and 39 against 33 without the worst.
        ((9, 10, 20, 20), (11, 11, 11, 11), (12, 12, 12, 12), "seasonal_naive"),
        # Last week repeated itself to the last passage.
        ((1, 1, 1, 1), (0, 0, 0, 0), (1, 1, 1, 1), "seasonal_naive"),
        ((0, 0, 0, 0), (0, 0, 0, 0), (1, 1, 1, 1), "seasonal_naive"),
    ],
)
def test_each_sensor_has_the_model_that_is_not_beaten(
    boosting: tuple[float, ...], naive: tuple[float, ...], average: tuple[float, ...], expected: str
) -> None:
    rows = (("boosting", boosting), ("seasonal_naive", naive), ("window_average", average))
    table = with_a_strong_sensor(*rows)
    chosen = choice(table)
    assert chosen.to_dict() == {"big": "boosting", "s": expected}
    assert (chosen.name, chosen.index.name) == ("model", "sensor")
    # Neither the order of the rows nor the size of the counts matters.
    shuffled = table.sample(frac=1, random_state=1).reset_index(drop=True)
    assert choice(shuffled).equals(chosen)
    scaled = table.assign(abs_error=table["abs_error"] * 64, pinball=table["pinball"] * 64)
    assert choice(scaled).equals(chosen)


def test_only_origins_that_both_have_are_compared() -> None:
    # The naive was not scored on the two hard origins: 20 against 18 on the others.
    rows = (("boosting", (10, 10, 90, 90)), ("seasonal_naive", (9, 9, 9, 9)))
    table = with_a_strong_sensor(*rows)
    late = (table["sensor"] == "s") & (table["cutoff"] > ORIGINS[1])
    assert choice(table[~(late & (table["model"] == "seasonal_naive"))])["s"] == "seasonal_naive"
    assert choice(table[~(late & (table["model"] == "boosting"))])["s"] == "seasonal_naive"
    never = table[~((table["sensor"] == "s") & (table["model"] == "seasonal_naive"))]
    assert choice(never)["s"] == "boosting"


def test_a_single_origin_is_judged_by_itself() -> None:
    table = with_a_strong_sensor(("boosting", (10.0,)), ("seasonal_naive", (9.0,)))
    assert choice(table)["s"] == "seasonal_naive"


def test_a_simple_champion_keeps_ties_with_a_less_simple_rival() -> None:
    both = {("seasonal_naive", "a"): (10.0,) * 4, ("window_average", "a"): (10.0,) * 4}
    naive = {("seasonal_naive", "b"): (10.0,) * 4, ("window_average", "b"): (20.0,) * 4}
    better = {("seasonal_naive", "c"): (10.0,) * 4, ("window_average", "c"): (9.0,) * 4}
    table = scores_of(both | naive | better)
    assert champion(table) == "seasonal_naive"
    assert choice(table).tolist() == ["seasonal_naive", "seasonal_naive", "window_average"]


def test_no_champion_no_choice() -> None:
    with pytest.raises(ModelError, match="no champion"):
        choice(scores_of({("boosting", "a"): (1.0,)}).iloc[:0])


def test_models_are_never_pooled_together() -> None:
    rows = (("boosting", (10.0,)), ("seasonal_naive", (20.0,)))
    pooled = summarize(with_a_strong_sensor(*rows), by="sensor").query("panel == 'all'")
    found = pooled.set_index(["model", "sensor"])["wape"]
    # 10 and 20 over twice 500
    assert found["boosting", "s"] == pytest.approx(0.01, abs=1e-15)
    assert found["seasonal_naive", "s"] == pytest.approx(0.02, abs=1e-15)
    assert len(summarize(with_a_strong_sensor(*rows), by=[]).query("panel == 'all'")) == 3


def stubborn_cube() -> object:
    """Return 10 weeks of three sensors; the second repeats its last week, drawn once, exactly."""
    cube = rhythm_cube(days=70, noise=0.3)
    values = cube["value"].to_numpy().copy()
    values[1] = np.tile(values[1, :168], len(values[1]) // 168 + 1)[: len(values[1])]
    return with_values(cube, values)


def test_a_sensor_that_repeats_itself_is_served_by_repetition() -> None:
    cube = stubborn_cube()
    scores = backtest(cube, origins=3, models=["seasonal_naive", "window_average", "statsmodels"])
    assert champion(scores) != "seasonal_naive"
    ahead = forecast(cube, horizon="7D", scores=scores, quantiles=[0.1, 0.5, 0.9])
    assert ahead["model"].to_series()["s1"] == "seasonal_naive"
    assert ahead["model"].to_series()["s0"] == ahead.attrs["model"] == champion(scores)
    # Last week again, hour by hour.
    week = cube["value"].sel(sensor="s1").to_numpy()[-168:]
    assert ahead["value"].sel(sensor="s1", quantile=0.5).to_numpy().tolist() == week.tolist()
    # The others are served as if it were not there.
    alone = forecast(cube, horizon="7D", model=champion(scores), quantiles=[0.1, 0.5, 0.9])
    assert ahead.sel(sensor=["s0", "s2"]).equals(alone.sel(sensor=["s0", "s2"]))


def test_the_choice_is_a_model_like_any_other() -> None:
    cube = stubborn_cube()
    scores = backtest(cube, origins=2, models=["seasonal_naive", "window_average"])
    mixed = serving(scores)
    assert isinstance(mixed, Chosen)
    tried = backtest(cube, origins=2, models=[mixed])
    assert tried.loc[tried["sensor"] == "s1", "abs_error"].sum() == 0
    same = tried[tried["sensor"] == "s0"].drop(columns="model").reset_index(drop=True)
    best = scores[(scores["sensor"] == "s0") & (scores["model"] == champion(scores))]
    pd.testing.assert_frame_equal(same, best.drop(columns="model").reset_index(drop=True))


def test_without_a_loser_the_champion_serves_alone() -> None:
    table = with_a_strong_sensor(("boosting", (1.0,)), ("seasonal_naive", (2.0,)))
    assert serving(table).name == "boosting"
    assert not isinstance(serving(table), Chosen)
