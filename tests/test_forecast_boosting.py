"""Inside the boosting model: last year's holiday, errors out of fold, pooled intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from _forecast_cubes import rhythm_cube, with_values
from mining.calendars import Calendar
from mining.forecast import backtest, summarize
from mining.forecast._cells import Rows
from mining.forecast._features import Bank
from mining.forecast._grid import of_cube
from mining.forecast._reference import trust
from mining.forecast._trees import POINT, cross_fit
from mining.forecast.boosting import Boosting
from mining.forecast.conformal import Situations, calibrate


def christmas_bank() -> Bank:
    """Return a bank whose origin is Christmas 2025; sensor 1 doubled since, sensor 2 is new."""
    cube = rhythm_cube(start="2024-06-03", days=570, noise=0.0, holidays=("2024-12-25",))
    array = cube["value"].to_numpy().copy()
    array[1, 300 * 24 :] *= 2
    array[2, : 300 * 24] = np.nan
    grid = of_cube(with_values(cube, array))
    assert grid.moment() == pd.Timestamp("2025-12-25")
    return Bank(grid, Calendar("FR"), grid.season)


def test_christmas_is_compared_with_last_christmas_at_the_level_of_today() -> None:
    bank = christmas_bank()
    origin = bank.grid.origin
    rows = Rows(np.arange(3), np.full(3, origin + 14), np.full(3, origin))
    base, scale = bank.reference(rows)
    # At 14:00 sensor k counts (k + 1) * 120 on working days, and 40 % of it on the holiday. The
    # doubled sensor: 2 * 240 * .4; the one that was not there: 360 * .4, as the others did.
    assert base == pytest.approx([48.0, 192.0, 144.0], rel=0.02)
    assert (scale > base).all()
    # The day after is a working day like any other in France, compared with usual Fridays.
    plain, _ = bank.reference(Rows(rows.sensor, rows.position + 24, rows.origin))
    assert plain == pytest.approx([120.0, 480.0, 360.0], rel=0.02)


def test_a_holiday_seen_for_the_first_time_is_compared_with_the_usual_level() -> None:
    bank = christmas_bank()
    christmas = (pd.Timestamp("2024-12-25") - bank.grid.first_day).days * 24
    rows = Rows(np.zeros(1, dtype="int64"), np.array([christmas + 14]), np.array([christmas]))
    base, _ = bank.reference(rows)
    assert base == pytest.approx([120.0], rel=0.02)
    assert bank.target(rows) == pytest.approx([-0.6], abs=0.02)


def test_the_eve_of_a_holiday_follows_last_year_as_far_as_it_was_unusual() -> None:
    off = ("2024-12-24", "2024-12-25")
    cube = rhythm_cube(start="2024-06-03", days=569, noise=0.0, holidays=off)
    grid = of_cube(cube)
    bank = Bank(grid, Calendar("FR"), grid.season)
    eve = Rows(np.arange(3), np.full(3, grid.origin + 14), np.full(3, grid.origin))
    ordinary = Rows(np.arange(3), eve.position - 7 * 24, eve.origin - 7 * 24)
    # -60 % for everyone is unusual: all of last year's eve, and half of what is learnt about it.
    assert bank.reference(eve)[0] == pytest.approx([48.0, 96.0, 144.0], rel=0.03)
    assert trust(bank, eve) == pytest.approx([0.5] * 3)
    assert trust(bank, ordinary) == pytest.approx([1.0] * 3)


def _table(count: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    table = pd.DataFrame(draw.standard_normal((count, 3)), columns=["a", "b", "c"])
    target = table["a"].to_numpy() + 0.1 * draw.standard_normal(count)
    return table, target, np.arange(count) % 3


def test_errors_come_from_trees_that_never_saw_the_row() -> None:
    table, target, fold = _table(900)
    weight = np.ones(900)
    first = cross_fit(table, target, weight, fold, POINT, trees=10, seed=0)
    other = np.where(fold == 0, 99.0, target)
    second = cross_fit(table, other, weight, fold, POINT, trees=10, seed=0)
    before, after = first.held_out(table, fold), second.held_out(table, fold)
    assert (before[fold == 0] == after[fold == 0]).all()
    assert (before[fold == 1] != after[fold == 1]).any()
    each = [b.predict(table) for b in first.boosters]
    assert first.predict(table) == pytest.approx(np.mean(each, axis=0), abs=1e-12)


def test_the_unit_of_weights_and_unknown_targets_change_nothing() -> None:
    table, target, fold = _table(900)
    known = np.arange(900) < 800
    whole = cross_fit(table, np.where(known, target, np.nan), np.ones(900), fold, POINT,
                      trees=5, seed=0)  # fmt: skip
    part = cross_fit(table[known], target[known], np.full(800, 0.25), fold[known], POINT,
                     trees=5, seed=0)  # fmt: skip
    held = whole.held_out(table, fold)
    assert (held[known] == part.held_out(table[known], fold[known])).all()
    assert np.isfinite(held).all()


def test_one_fold_trains_and_holds_nothing_out() -> None:
    table, target, _ = _table(300)
    made = cross_fit(table, target, np.ones(300), np.zeros(300, dtype="int64"), POINT, trees=5,
                     seed=0)  # fmt: skip
    assert len(made.boosters) == 1
    assert np.isnan(made.held_out(table, np.zeros(300, dtype="int64"))).all()
    assert np.isfinite(made.predict(table)).all()


def test_a_booster_of_everything_is_half_of_the_forecast_and_of_no_error() -> None:
    table, target, fold = _table(900)
    folds = cross_fit(table, target, np.ones(900), fold, POINT, trees=5, seed=0)
    both = cross_fit(table, target, np.ones(900), fold, POINT, trees=5, seed=0, whole=True)
    of_folds = np.mean([b.predict(table) for b in folds.boosters], axis=0)
    of_all = both.boosters[-1].predict(table)
    assert both.predict(table) == pytest.approx((of_folds + of_all) / 2, abs=1e-12)
    assert (both.held_out(table, fold) == folds.held_out(table, fold)).all()


@pytest.mark.parametrize(("days", "boosters"), [(364, 3), (365, 4)])
def test_a_year_of_history_earns_a_booster_of_everything(days: int, boosters: int) -> None:
    cube = rhythm_cube(days=days, sensors=1)
    model = Boosting(trees=2, rows=2000).fit(cube, Calendar(None))
    model.predict(24, (0.5,))
    assert model.trained is not None
    assert len(model.trained.points.boosters) == boosters


def test_a_group_is_pulled_towards_the_group_around_it() -> None:
    # Two sensors of 300 errors each, all +1 and all +3: the .9 quantile of both together is 3.
    # Sensor 0, by level, half its own and half of the level before: (1 + 3) / 2 = 2, then
    # (1 + 2) / 2 = 1.5 by hours and (1 + 1.5) / 2 = 1.25 by day ahead.
    sensor = np.repeat([0, 1], 300)
    zero = np.zeros(600, dtype="int64")
    learnt = calibrate(np.where(sensor == 0, 1.0, 3.0), Situations(sensor, zero, zero, zero), [0.9])
    one = np.zeros(2, dtype="int64")
    asked = Situations(np.array([0, 1]), one, one, one)
    assert learnt.offsets(asked)[:, 0] == pytest.approx([1.25, 3.0], abs=1e-12)
    # Another day ahead was never seen: the level of hours answers.
    assert learnt.offsets(Situations(np.array([0, 1]), one, one + 1, one))[0, 0] == pytest.approx(
        1.5
    )


def test_intervals_hold_on_noise_of_a_known_law() -> None:
    cube = rhythm_cube(days=168, noise=0.3, sensors=4)
    scores = backtest(cube, models=[Boosting(trees=25, rows=8000)], origins=4)
    assert 0.75 < summarize(scores)["coverage"].iloc[0] < 0.87
