"""What ordinary times leave open of an expected sum: by hand, and under pure chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from _towns import cells, change, only, town
from mining.anomaly import _band, detect
from mining.anomaly._runs import Run
from mining.anomaly._scores import scene_of


def test_an_ordinary_time_lies_in_the_band_and_an_incident_does_not() -> None:
    cube = town(weeks=24)
    hours = cells(cube, "2024-03-13 10", "2024-03-13 16")
    row = only(detect(change(cube, 2, hours, lambda v: v * 3)))
    assert row["expected_low"] < row["expected"] < row["expected_high"] < row["observed"]


def test_the_band_by_hand() -> None:
    scene = scene_of(town(1, weeks=24), None, "offline")
    (group,) = scene.groups
    first = 10 * 168 + 2 * 24 + 10  # Wednesday of the eleventh week, 10 h to 16 h
    counted = np.full(group.counted.shape, 200.0)
    # The other weeks: ten before with 10 % to 1 % less, thirteen after with 1 % to 13 % more.
    for week in range(-10, 14):
        start, stop = scene.grid.span(first + 168 * week, first + 168 * week + 6)
        counted[0, start:stop] *= 1 + week / 100
    run = Run(row=0, first=first, stop=first + 6, sign=1, score=9.0, scale=6)
    flat = replace(group, counted=counted, expected=np.full(counted.shape, 200.0))
    low, high = _band.of_runs(scene, flat, [run], 1200.0)
    # Of 23 values the 3rd and 4th, and the 20th and 21st, at .1 and .9 of the 22 steps between.
    assert low == pytest.approx(1200 * (1 - 0.078), rel=1e-9)
    assert high == pytest.approx(1200 * (1 + 0.108), rel=1e-9)


def test_the_band_of_pure_chance_is_that_of_poisson() -> None:
    cube = town(40, weeks=24)
    for row in range(40):
        day = (pd.Timestamp("2024-02-26") + pd.Timedelta(row, "D")).date()
        cube = change(cube, row, cells(cube, f"{day} 10", f"{day} 16"), lambda v: v * 3)
    found = detect(cube).query("label == 'event'")
    assert len(found) == 40
    width = ((found["expected_high"] - found["expected_low"]) / found["expected"]).mean()
    # 1200 passages; the 23 other weeks show their range from .1 to .9, and what is expected is
    # itself the median of the 10 weeks around.
    weeks = np.random.default_rng(0).standard_normal((20_000, 23))
    low, high = np.quantile(weeks, [0.1, 0.9], axis=1).mean(axis=1)
    doubt = np.median(weeks[:, :10], axis=1).var()
    assert width == pytest.approx((high - low) * np.sqrt((1 + doubt) / 1200), rel=0.05)
