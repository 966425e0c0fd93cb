"""Scores and conformal quantiles against values computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.errors import ModelError
from mining.forecast import champion, summarize
from mining.forecast.backtest import score_rows
from mining.forecast.conformal import Situations, calibrate, spread
from mining.forecast.scores import coverage, mase, pinball, rmse, seasonal_scale, wape


def test_wape_is_the_error_over_the_volume() -> None:
    # |10-12| + |20-18| + |5-0| = 9, over 12 + 18 + 0 = 30
    assert wape([10, 20, 5], [12, 18, 0]) == pytest.approx(0.3, abs=1e-15)


def test_wape_leaves_out_unknown_cells_and_knows_its_limits() -> None:
    assert wape([10, 99, np.nan], [12, np.nan, 3]) == pytest.approx(2 / 12, abs=1e-15)
    assert math.isnan(wape([], []))
    assert math.isinf(wape([1.0], [0.0]))


def test_rmse_by_hand() -> None:
    # sqrt((1 + 4 + 4) / 3)
    assert rmse([0, 0, 0], [1, 2, -2]) == pytest.approx(math.sqrt(3), abs=1e-15)


def test_seasonal_scale_skips_pairs_with_a_gap() -> None:
    # season 2: |3-1|, |nan|, |6-3|, |nan| -> (2 + 3) / 2
    assert seasonal_scale([1.0, np.nan, 3.0, 4.0, 6.0, np.nan], 2) == pytest.approx(2.5)
    assert np.isnan(seasonal_scale([1.0, 2.0], 2))


def test_mase_is_the_mean_error_in_units_of_the_scale() -> None:
    # mean(|1|, |3|) = 2, scale 4
    assert mase([1, 1], [2, 4], 4.0) == pytest.approx(0.5, abs=1e-15)


@pytest.mark.parametrize(
    ("guess", "truth", "quantile", "expected"),
    [(8.0, 10.0, 0.9, 1.8), (10.0, 8.0, 0.9, 0.2), (10.0, 8.0, 0.5, 1.0), (7.0, 7.0, 0.3, 0.0)],
)
def test_pinball_by_hand(guess: float, truth: float, quantile: float, expected: float) -> None:
    assert pinball([guess], [truth], quantile=quantile) == pytest.approx(expected, abs=1e-12)


def test_coverage_counts_the_bounds_as_inside() -> None:
    assert coverage([1, 1, 1, 1], [2, 2, 2, 2], [1, 2, 2.1, np.nan]) == pytest.approx(2 / 3)


def test_score_rows_by_hand() -> None:
    # one sensor, two days of two steps; the second day has one unknown cell
    made = np.array([[[8, 10, 12], [18, 20, 22], [0, 5, 9], [1, 2, 3]]], dtype="float64")
    truth = np.array([[13.0, 20.0, 4.0, np.nan]])
    rows = score_rows(made, truth, np.array([1, 1, 2, 2]), (0.1, 0.5, 0.9), np.array([2.0]))
    assert rows["day_ahead"].tolist() == [1, 2]
    assert rows["n"].tolist() == [2, 1]
    assert rows["actual"].tolist() == [33.0, 4.0]
    assert rows["abs_error"].tolist() == [3.0, 1.0]
    assert rows["squared_error"].tolist() == [9.0, 1.0]
    assert rows["covered"].tolist() == [1, 1]
    # cell 1: .1*5, .5*3, .9*1 -> 2.9/3; cell 2: .1*2, 0, .1*2 -> .4/3; mean 1.65/3 = .55
    # cell 3: .1*4, .5*1, .1*5 -> 1.4/3
    assert rows["pinball"] == pytest.approx([0.55, 1.4 / 3], abs=1e-12)
    assert rows["wape"] == pytest.approx([3 / 33, 1 / 4], abs=1e-12)
    assert rows["mase"] == pytest.approx([1.5 / 2, 1 / 2], abs=1e-12)


def _scores(model: str, cutoff: str, error: float, pinballs: float = 1.0) -> dict[str, object]:
    return {
        "model": model,
        "cutoff": pd.Timestamp(cutoff),
        "sensor": "a",
        "day_ahead": 1,
        "n": 10,
        "actual": 100.0,
        "abs_error": error,
        "squared_error": error**2,
        "scale": 2.0,
        "pinball": pinballs,
        "covered": 8,
    }


def test_summarize_never_compares_unequal_origins() -> None:
    table = pd.DataFrame(
        [
            _scores("seasonal_naive", "2025-01-01", 10.0),
            _scores("seasonal_naive", "2025-01-08", 30.0),
            _scores("prophet", "2025-01-08", 20.0),
        ]
    )
    pooled = summarize(table).set_index(["panel", "model"])
    assert sorted(pooled.index) == [
        ("all", "seasonal_naive"),
        ("common", "prophet"),
        ("common", "seasonal_naive"),
    ]
    assert pooled.loc[("all", "seasonal_naive"), "wape"] == pytest.approx(0.2)
    assert pooled.loc[("common", "seasonal_naive"), "wape"] == pytest.approx(0.3)
    # MASE of the two windows: 10/10/2 = .5 and 30/10/2 = 1.5
    assert pooled.loc[("all", "seasonal_naive"), "mase"] == pytest.approx(1.0)
    assert champion(table) == "prophet"


def test_a_tie_goes_to_the_simpler_model() -> None:
    day = "2025-01-08"
    table = pd.DataFrame([_scores("boosting", day, 20.0), _scores("seasonal_naive", day, 20.05)])
    assert champion(table) == "seasonal_naive"
    with pytest.raises(ModelError, match="no champion"):
        champion(table.iloc[:0])


def _one_place(count: int, special: int = 0) -> Situations:
    zero = np.zeros(count, dtype="int64")
    return Situations(zero, zero, zero, zero + special)


def test_conformal_ranks_by_hand() -> None:
    # 99 errors -49 ... 49: (99 + 1) * .1 = rank 10 -> -40, rank 90 -> 40, the median stays
    errors = np.arange(-49.0, 50.0)
    found = calibrate(errors, _one_place(99), (0.1, 0.5, 0.9)).offsets(_one_place(1))
    assert found.tolist() == [[-40.0, 0.0, 40.0]]


def test_a_small_group_borrows_from_all_and_none_from_an_assumption() -> None:
    errors = np.arange(-49.0, 50.0)
    learnt = calibrate(errors, _one_place(99), (0.1, 0.9))
    assert learnt.offsets(_one_place(1, special=1)).tolist() == [[-40.0, 40.0]]
    nothing = calibrate(np.empty(0), _one_place(0), (0.1, 0.9)).offsets(_one_place(1))
    # 0.4 standard deviations of a normal law: 1.2816 * 0.4
    assert nothing == pytest.approx(np.array([[-0.5126, 0.5126]]), abs=1e-4)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=80))
def test_conformal_quantiles_never_cross(errors: list[float]) -> None:
    array = np.array(errors)
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    offsets = calibrate(array, _one_place(len(array)), levels).offsets(_one_place(3))
    made = spread(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.5, 2.0]), offsets)
    assert (np.diff(made, axis=-1) >= 0).all()
