"""Stretches of consecutive cells, by hand."""

from __future__ import annotations

import numpy as np

from mining.stretches import best_segment, long_runs, paint, runs, window_sum

NAN = np.nan


def test_runs_by_hand() -> None:
    starts, ends = runs(np.array([False, True, True, False, True]))
    assert starts.tolist() == [1, 4]
    assert ends.tolist() == [3, 5]
    assert paint(5, starts, ends).tolist() == [False, True, True, False, True]
    assert runs(np.zeros(3, bool))[0].size == 0


def test_long_runs_keeps_only_long_ones() -> None:
    mask = np.array([[True, True, False, True, True, True]])
    assert long_runs(mask, 3).tolist() == [[False, False, False, True, True, True]]


def test_window_sum_counts_nan_as_nothing() -> None:
    values = np.array([[1.0, NAN, 3.0, 4.0]])
    assert window_sum(values, 1, 1).tolist() == [[1.0, 4.0, 7.0, 7.0]]
    assert window_sum(values, 0, 1).tolist() == [[1.0, 3.0, 7.0, 4.0]]


def test_the_best_segment_is_tight() -> None:
    assert best_segment(np.array([-1.0, 0.0, 2.0, -1.0, 3.0, -5.0, 1.0])) == (2, 5)
