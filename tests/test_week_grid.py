"""The local clock as a table, and medians over its weeks and over sensors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _towns import at, town
from mining import cube as cubes
from mining.week_grid import around, median, of_cube, without_self

NAN = np.nan


def test_the_grid_follows_the_local_clock() -> None:
    cube = town(1, 16)
    grid = of_cube(cube)
    local = cubes.local_time(cube)
    summer = int(local.searchsorted(at("2024-04-01 09:00")))
    assert grid.position[summer] % 168 == 9
    gap = 12 * 168 + 6 * 24 + 2  # Sunday 31 March, two o'clock: jumped over
    assert gap not in grid.position


def test_the_median_of_the_others_by_hand() -> None:
    ratio = np.array([[1.0, NAN], [2.0, NAN], [6.0, NAN], [NAN, 5.0]])
    level, others = without_self(ratio)
    # Without the row itself: {2, 6}, {1, 6}, {1, 2}, {1, 2, 6}; then nothing but 5.
    assert level[:, 0].tolist() == [4.0, 3.5, 1.5, 2.0]
    np.testing.assert_array_equal(level[:, 1], [5.0, 5.0, 5.0, NAN])
    assert others.tolist() == [[2, 1], [2, 1], [2, 1], [3, 0]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.one_of(st.floats(-9, 9), st.just(np.nan)), min_size=3, max_size=3)))
def test_medians_agree_with_numpy(rows: list[list[float]]) -> None:
    stack = np.array([*rows, [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(median(stack), np.nanmedian(stack, axis=0))
    others, known = without_self(stack)
    for k in range(len(stack)):
        rest = np.delete(stack, k, axis=0)
        seen = np.isfinite(rest).sum(axis=0)
        np.testing.assert_array_equal(known[k], seen)
        for j in np.flatnonzero(seen):
            assert others[k, j] == pytest.approx(np.nanmedian(rest[:, j]))


def test_the_median_of_the_surrounding_weeks_leaves_the_week_out() -> None:
    table = np.array([[1.0], [2.0], [100.0], [4.0], [np.nan]])
    # Half-width 2, at least 2 known: others of week 2 are 1, 2, 4; of week 0 are 2, 100.
    expected = [[51.0], [4.0], [2.0], [51.0], [52.0]]
    np.testing.assert_array_equal(around(table, 2, 2), expected)
    era = np.array([[0], [0], [1], [1], [1]])
    only_own = [[np.nan], [np.nan], [np.nan], [np.nan], [52.0]]
    np.testing.assert_array_equal(around(table, 2, 2, era), only_own)
