"""Where a backtest errs and what its intervals hold, against tables counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import mining
from _forecast_cubes import rhythm_cube
from mining.calendars import Calendar
from mining.forecast import breakdown


def _forecasts() -> pd.DataFrame:
    """Return eight forecasts of one model around 1 May 2026, a Friday and a holiday in France."""
    rows = [
        # UTC; Paris is two hours ahead. truth, low, median, high
        ("a", "2026-04-29T22:00", 1, 10.0, 8.0, 9.0, 12.0),  # Thursday 0 h, inside
        ("a", "2026-04-30T01:00", 1, 20.0, 8.0, 18.0, 19.0),  # Thursday 3 h, above
        ("a", "2026-04-30T22:00", 2, 5.0, 5.0, 9.0, 12.0),  # Friday 0 h, holiday, on the bound
        ("a", "2026-05-01T21:00", 2, None, 1.0, 2.0, 3.0),  # Friday 23 h, without truth
        ("b", "2026-04-29T22:00", 1, 4.0, 5.0, 6.0, 7.0),  # Thursday 0 h, below
        ("b", "2026-04-30T01:00", 1, 6.0, 5.0, 6.0, 7.0),  # inside
        ("b", "2026-04-30T22:00", 2, 9.0, 1.0, 2.0, 3.0),  # holiday, above
        ("b", "2026-05-01T21:00", 2, 2.0, 1.0, 2.0, 3.0),  # holiday, 23 h, inside
    ]
    columns = ["sensor", "time", "day_ahead", "observed", "q0.1", "q0.5", "q0.9"]
    frame = pd.DataFrame(rows, columns=columns).assign(model="m", cutoff=pd.Timestamp("2026-04-30"))
    return frame.assign(time=pd.to_datetime(frame["time"]))


@pytest.fixture
def cells() -> pd.DataFrame:
    return breakdown.scored_cells(_forecasts(), timezone="Europe/Paris", calendar=Calendar("FR"))


def test_coverage_by_hand(cells: pd.DataFrame) -> None:
    table = breakdown.coverage(cells)
    assert list(table.columns) == ["model", "by", "key", "n", "coverage"]
    assert (table["model"] == "m").all()
    found = [(r.by, r.key, r.n, round(r.coverage, 9)) for r in table.itertuples()]
    assert found == [
        ("all", "all", 7, round(4 / 7, 9)),
        ("sensor", "a", 3, round(2 / 3, 9)),
        ("sensor", "b", 4, 0.5),
        ("day_ahead", "1", 4, 0.5),
        ("day_ahead", "2", 3, round(2 / 3, 9)),
        ("special", "ordinary", 4, 0.5),
        ("special", "special", 3, round(2 / 3, 9)),
        ("hours", "00-03", 4, 0.5),
        ("hours", "03-06", 2, 0.5),
        ("hours", "21-24", 1, 1.0),
    ]


def test_errors_by_local_weekday_and_hour(cells: pd.DataFrame) -> None:
    table = breakdown.errors_by_hour(cells)
    assert [list(row)[1:] for row in table.itertuples()] == [
        ["m", 3, 0, 2, 14.0, 3.0],  # Thursday 0 h: |10-9| + |4-6|
        ["m", 3, 3, 2, 26.0, 2.0],
        ["m", 4, 0, 2, 14.0, 11.0],
        ["m", 4, 23, 1, 2.0, 0.0],
    ]


def test_a_holiday_is_special_only_where_it_was_known_at_the_origin() -> None:
    # New Zealand's memorial day of 26 September 2022 was announced on the 12th.
    early, late = pd.Timestamp("2022-09-10"), pd.Timestamp("2022-09-20")
    row = _forecasts().head(1).assign(time=pd.Timestamp("2022-09-25T20:00"))
    both = pd.concat([row.assign(cutoff=early), row.assign(cutoff=late)])
    made = breakdown.scored_cells(both, timezone="Pacific/Auckland", calendar=Calendar("NZ"))
    assert made["special"].tolist() == [False, True]


def test_agrees_with_the_scores_of_a_backtest() -> None:
    cube = rhythm_cube(days=70, sensors=3)
    models = ["seasonal_naive", "window_average"]
    scores, said = mining.backtest(cube, origins=3, models=models, return_forecasts=True)
    made = breakdown.scored_cells(said, timezone="Europe/Paris", calendar=Calendar("FR"))
    table = breakdown.coverage(made)
    for by, column in (("sensor", "sensor"), ("day_ahead", "day_ahead")):
        sums = scores.groupby(["model", column])[["n", "covered"]].sum()
        mine = table[table["by"] == by]
        assert mine["n"].tolist() == sums["n"].tolist()
        assert mine["coverage"].tolist() == pytest.approx((sums["covered"] / sums["n"]).tolist())
    errors = breakdown.errors_by_hour(made).groupby("model")["abs_error"].sum()
    expected = scores.groupby("model")["abs_error"].sum()
    assert errors.tolist() == pytest.approx(expected.tolist(), rel=1e-9)


def test_examples_hold_the_worst_origin_and_the_busiest_and_quietest_sensor() -> None:
    cube = rhythm_cube(days=70, sensors=4)  # s0 is the quietest, s3 the busiest
    scores, said = mining.backtest(
        cube, origins=4, models=["window_average"], return_forecasts=True
    )
    shown = breakdown.examples(said, scores, "window_average", count=2)
    assert sorted(set(shown["sensor"])) == ["s0", "s3"]
    sums = scores.groupby("cutoff")[["abs_error", "actual"]].sum()
    error = sums["abs_error"] / sums["actual"]
    assert set(shown["cutoff"]) == {error.idxmin(), error.idxmax()}
    assert len(shown) == 2 * 2 * 168
