"""Rules on exact values: copies, twins, limits, and counts spoilt on their way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import cube as model
from mining import quality
from mining.cube import Quality, Reason
from mining.quality import (
    _chance,
    _copies,
    _levels,
    _piles,
    _scaled,
    _transmission,
    _twins,
    _zeros,
)
from mining.quality._clock import Clock, clock_of

NAN = np.nan
WEEKS = 12
TIMES = pd.date_range("2024-01-01", periods=WEEKS * 168, freq="h")
CLOCK: Clock = clock_of(TIMES, 3600)
#: Rules on exact values, and what they give.
EXACT = ("floor", "copy", "scaled_copy", "twin", "filled", "cumulative", "multiple", "late_counts")


def street(seed: int = 0, mean: float = 100.0, *, shape: float | None = None) -> np.ndarray:
    """Counts of a street over twelve weeks: quiet nights, busy days, fuller on Saturday."""
    rng = np.random.default_rng(seed)
    hour, day = TIMES.hour.to_numpy(), TIMES.day_of_week.to_numpy()
    level = mean * (0.03 + np.clip(np.sin((hour - 5) / 24 * 2 * np.pi), 0, None))
    level = level * np.where(day == 5, 1.4, np.where(day == 6, 0.6, 1.0))
    if shape is not None:
        level = level * rng.gamma(shape, 1 / shape, level.size)
    return rng.poisson(level).astype(float)


def cells(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(mask[0]).tolist()


def cube_of(values: np.ndarray, **options: object) -> xr.Dataset:
    frame = pd.DataFrame(
        values.T, index=TIMES.tz_localize("UTC"), columns=[f"s{i}" for i in range(len(values))]
    )
    return model.build(frame, timezone="UTC", step="1h", **options)  # type: ignore[arg-type]


# ------------------------------------------------------------------ chance


def test_surprise_by_hand() -> None:
    # log sqrt(2 pi 100) = 3.222; twice as probable for even numbers: less log 2 = 0.693.
    assert _chance.surprise(np.array([100.0]))[0] == pytest.approx(3.2215, abs=1e-4)
    assert _chance.surprise(np.array([100.0]), 2.0)[0] == pytest.approx(2.5284, abs=1e-4)
    assert _chance.surprise(np.array([0.0, NAN, 0.5])).tolist() == [0.0, 0.0, 0.0]


@given(st.integers(1, 3000), st.floats(0.2, 5))
def test_surprise_bounds_poisson(value: int, ratio: float) -> None:
    mean = value * ratio
    log_p = value * np.log(mean) - mean - np.sum(np.log(np.arange(1, value + 1)))
    assert log_p <= -_chance.surprise(np.array([float(value)]))[0] + 1e-9


def test_grain_by_hand() -> None:
    assert _chance.grain(np.array([10.0, 0.0, NAN, 25.0])) == 5
    assert _chance.grain(np.array([10.0, 2.5])) == 1
    assert _chance.grain(np.array([NAN, 0.0])) == 1


def test_grams_are_equal_where_the_cells_are() -> None:
    marks, known = _chance.grams(np.array([1.0, 2.0, 3.0, 1.0, 2.0, 3.0, NAN, -0.0, 0.0]), 2)
    assert marks[0] == marks[3]
    assert marks[1] == marks[4]
    assert np.unique(marks[[0, 1, 2]]).size == 3
    assert known.tolist() == [True] * 5 + [False, False, True]


# ------------------------------------------------------------------ copies


@pytest.mark.parametrize("lag", [20, 24, 7 * 24, 14 * 24, 20 * 24 + 1, 28 * 24, 42 * 24, 49 * 24])
def test_a_block_is_a_copy_at_any_lag(lag: int) -> None:
    values = street()
    values[1300:1340] = np.resize(values[1300 - lag : min(1340 - lag, 1300)], 40)
    found = cells(_copies.copies(values[None, :], CLOCK))
    assert set(found) >= set(range(1300, 1340))
    assert set(found) <= set(range(1296, 1344))  # a cell beside may be equal by chance


def test_a_copy_with_retouched_cells() -> None:
    values = street()
    values[1300:1372] = values[388:460]
    values[[1310, 1330, 1331, 1350]] += 17
    found = cells(_copies.copies(values[None, :], CLOCK))
    assert set(found) >= set(range(1300, 1372))
    assert len(found) <= 74


def test_a_short_block_is_no_copy() -> None:
    values = street()
    values[1306:1313] = values[634:641]  # seven hours of a day, 4 weeks apart
    assert cells(_copies.copies(values[None, :], CLOCK)) == []


def test_one_day_again_and_again_is_a_copy() -> None:
    values = street()
    values[960:1080] = np.tile(values[936:960], 5)
    found = set(cells(_copies.copies(values[None, :], CLOCK)))
    assert found >= set(range(960, 1080))
    assert len(found) <= 124


def test_quiet_nights_and_constants_are_no_copies() -> None:
    quiet = np.tile([0.0, 1.0, 2.0], TIMES.size // 3)
    constant = np.full(TIMES.size, 77.0)
    assert not _copies.copies(np.stack((quiet, constant)), CLOCK).any()


def test_the_cells_beside_a_gap() -> None:
    values = street()
    values[1300:1340] = values[400:440]
    values[1320] = NAN
    found = cells(_copies.copies(values[None, :], CLOCK))
    assert set(found) >= set(range(1300, 1340)) - {1320}
    assert 1320 not in found


def test_copied_sound_levels() -> None:
    rng = np.random.default_rng(0)
    values = np.round(60 + 5 * np.sin(TIMES.hour.to_numpy() / 4) + rng.normal(0, 3, TIMES.size), 1)
    assert not _copies.copies(values[None, :], CLOCK, sounds=True).any()
    values[1300:1330] = values[1000:1030]
    found = cells(_copies.copies(values[None, :], CLOCK, sounds=True))
    assert set(found) >= set(range(1300, 1330))
    assert len(found) <= 32


def test_chains_by_hand() -> None:
    group = np.array([7, 7, 7, 9, 7])
    at = np.array([10, 11, 16, 11, 30])
    length = np.full(5, 4)
    # 10-13 and 11-14 overlap; 16-19 begins one cell later; 30-33 is far; 9 is another group.
    assert _copies.chains(group, at, length, 1) == [(10, 20, 7), (30, 34, 7), (11, 15, 9)]
    assert _copies.chains(group[:0], at[:0], length[:0], 1) == []


@pytest.mark.parametrize("factor", [1.02, 1.2, 0.7])
def test_a_copy_times_a_factor(factor: float) -> None:
    values = street(mean=800)
    values[1200:1260] = np.round(factor * values[1200 - 336 : 1260 - 336])
    found = cells(_scaled.scaled_copies(values[None, :], CLOCK))
    assert set(found) <= set(range(1198, 1262))
    assert len(found) >= 40
    assert not _scaled.scaled_copies(street(seed=3, mean=800)[None, :], CLOCK).any()


# ------------------------------------------------------------------ twins


def twins(values: np.ndarray) -> np.ndarray:
    return _twins.twins(values, np.ones_like(values), CLOCK, np.arange(len(values)))


def test_the_twin_that_is_not_itself_is_found() -> None:
    values = np.stack((street(1, 100), street(2, 300), street(3, 200)))
    values[0, 800:1000] = values[1, 800:1000]
    found = twins(values)
    assert found[0, 800:1000].all()
    assert found.sum() <= 202


def test_both_twins_where_nothing_tells() -> None:
    values = np.stack((street(1, 100), street(2, 100)))
    values[0, 800:1000] = values[1, 800:1000]
    found = twins(values)
    assert found[:, 800:1000].all()


def test_of_two_names_of_one_sensor_the_first_is_believed() -> None:
    values = np.stack((street(1), street(1), street(2)))
    assert twins(values).mean(axis=1).tolist() == [0.0, 1.0, 0.0]
    values[0, :100] = NAN  # it came later
    assert twins(values)[0, 100:].all()
    assert not twins(values)[1:].any()


def test_a_few_equal_hours_are_no_twins() -> None:
    values = np.stack((street(1), street(2)))
    values[0, 806:813] = values[1, 806:813]
    assert not twins(values).any()
    assert not twins(values[:1]).any()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_sensors_does_not_matter_to_twins(order: list[int]) -> None:
    values = np.stack([street(i, 100 + 50 * i) for i in range(4)])
    values[0, 800:900] = values[3, 800:900]
    values[2, 300:400] = values[1, 300:400]
    usual = twins(values)
    rank = np.array(order)
    found = _twins.twins(values[order], np.ones_like(values), CLOCK, rank)
    assert (found == usual[order]).all()


# ------------------------------------------------------------------ limits


def test_odds_by_hand() -> None:
    # 12 cells from 90 to 100, 8 of them at 100; near: max(10, 2 sqrt(100)) = 20, 21 values.
    inside = np.array([100.0] * 8 + [90.0, 91.0, 95.0, 99.0])
    share, chance = 8 / 12, 1 / 21
    wanted = 12 * (share * np.log(share / chance) + (1 / 3) * np.log((1 / 3) / (1 - chance)))
    assert _piles._odds(inside, 100.0, 8) == pytest.approx(wanted, rel=1e-12)


def test_a_ceiling_of_two_weeks_under_old_maxima() -> None:
    values = street(mean=200)
    free = values[800:1136].copy()
    values[800:1136] = np.minimum(free, 150.0)
    found = _piles.ceilings(values[None, :], CLOCK)[0]
    assert found[800:1136][free >= 150].all()
    assert (values[found] == 150).all()
    assert found.sum() <= (free >= 150).sum() + 2


def test_a_floor_under_the_nights() -> None:
    values = street(mean=200)
    values[800:1136] = np.maximum(values[800:1136], 15.0)
    found = _piles.floors(values[None, :], CLOCK)[0]
    assert found[800:1136][values[800:1136] == 15].all()
    assert not found[:800].any()


def test_rounded_and_free_counts_pile_up_nowhere() -> None:
    tens = np.round(street(mean=200) / 10) * 10
    values = np.stack((tens, street(4, 300), street(5, 8), street(6, 900, shape=3.0)))
    assert not _piles.ceilings(values, CLOCK).any()
    assert not _piles.floors(values, CLOCK).any()


@given(st.lists(st.integers(0, 4), max_size=40))
def test_stretches_hold_nothing_higher(raw: list[int]) -> None:
    values = np.array(raw, dtype=float)
    for group in _piles._stretches(values):
        inside = values[group[0] : group[-1] + 1]
        assert inside.max() == values[group[0]]
        assert (np.flatnonzero(inside == inside.max()) + group[0]).tolist() == group.tolist()


# ------------------------------------------------------------------ transmission


def test_doubled_counts() -> None:
    values = street()[None, :]
    due = values.copy()
    values[0, 600:768] *= 2
    found = cells(_transmission.multiples(values, due))
    assert set(found) >= set(range(600, 768)) - {600, 601, 602, 603, 764, 765, 766, 767}
    assert set(found) <= set(range(590, 778))


def test_even_counts_at_the_usual_level_are_rounded_not_doubled() -> None:
    values = street()[None, :]
    due = values.copy()
    values[0, 600:768] = 2 * np.round(values[0, 600:768] / 2)
    assert not _transmission.multiples(values, due).any()
    assert not _transmission.multiples(2 * due, due).any()  # never anything else


def test_counts_delivered_late() -> None:
    values = np.array([[100.0, NAN, NAN, NAN, 390.0, 100.0, 100.0, 0.0, 0.0, 104.0, 90.0]])
    outage = np.isnan(values) | (values == 0)
    due = np.full_like(values, 100.0)
    # Four hours of 100 are due from the first silent one to the delivery: 390 of 400.
    assert cells(_transmission.late_counts(values, due, outage, CLOCK)) == [4]
    values[0, 4] = 700.0  # more than was kept back
    assert cells(_transmission.late_counts(values, due, outage, CLOCK)) == []


def test_a_running_total() -> None:
    due = np.array([[0.0, 2, 5, 20, 60, 90, 100, 100, 90, 80, 60, 40, 20, 10, 5, 2]])
    total = np.cumsum(due + 1, axis=1)
    assert cells(_transmission.running_totals(total, due)) == list(range(16))
    assert not _transmission.running_totals(due, due).any()
    rising = np.arange(16.0)[None, :] * 10  # a morning that only rises
    assert not _transmission.running_totals(rising, rising).any()


def test_a_straight_line_between_two_counts() -> None:
    values = street(mean=300)[None, :]
    values[0, 803:818] = np.round(np.linspace(40, 390, 15))
    found = cells(_transmission.straight_lines(values))
    assert set(found) >= set(range(803, 818))
    assert len(found) <= 17
    assert not _transmission.straight_lines(np.full((1, 60), 300.0)).any()  # stuck, not slanting


def test_fractions_of_a_sensor_of_whole_counts() -> None:
    values = street()[None, :]
    values[0, 700:706] += 0.25
    values[0, 900:903] += 0.5  # too short
    assert cells(_transmission.fractions(values)) == list(range(700, 706))
    assert not _transmission.fractions(values * 0.37).any()  # a sensor that never gives whole ones


# ------------------------------------------------------------------ zeros and jumps


def test_flanked_zeros_by_hand() -> None:
    # 62 / 2 = 31 due: (1 + 31 / 20) ** -20 = 7.4e-9 < 1e-8; 60 / 2 = 30: 1.1e-8.
    due = np.full((1, 3), 60.0)
    assert cells(_zeros.flanked_zeros(np.array([[62.0, 0.0, 62.0]]), due, 12)) == [1]
    assert cells(_zeros.flanked_zeros(np.array([[60.0, 0.0, 60.0]]), due, 12)) == []
    every_other = np.array([[12.0, 0.0] * 12 + [12.0]])  # 12 zeros of 6 due
    assert cells(_zeros.flanked_zeros(every_other, np.full((1, 25), 12.0), 24)) == list(
        range(1, 24, 2)
    )
    shut = np.zeros((1, 3))  # a street that closes at noon
    assert cells(_zeros.flanked_zeros(np.array([[90.0, 0.0, 90.0]]), shut, 12)) == []


def test_jumps_of_several_hours() -> None:
    values = street()[None, :]
    due = np.full_like(values, 60.0)
    values[0, 500:505] = 9000.0
    days = CLOCK.week * 7 + CLOCK.slot // 24
    assert cells(_levels.jumps(values, due, days)) == list(range(500, 505))
    assert not _levels.jumps(values, np.full_like(values, 2000.0), days).any()  # all the city
    assert not _levels.jumps(values[:, :240], due[:, :240], days[:240]).any()  # ten days


# ------------------------------------------------------------------ all of them


@pytest.mark.parametrize("mean", [0.5, 4.0, 30.0, 300.0, 3000.0])
@pytest.mark.parametrize("shape", [None, 8.0])
def test_free_counts_have_no_exact_fault(mean: float, shape: float | None) -> None:
    values = np.stack([street(10 * s, mean, shape=shape) for s in range(6)])
    out = quality.clean(cube_of(values), rules=(*EXACT, "ceiling", "spike", "stuck"))
    assert not (out["quality"] == Quality.SUSPECT).any()


def test_reasons_in_a_cube() -> None:
    values = np.stack([street(s, 200.0 + 40 * s) for s in range(5)])
    values[0, 1300:1372] = values[0, 400:472]
    values[1, 700:800] = values[4, 700:800]
    values[2, 900:1068] *= 2
    values[3, 803:813] = np.round(np.linspace(40, 500, 10))
    values[4, 1100:1436] = np.minimum(values[4, 1100:1436], 330.0)
    out = quality.clean(cube_of(values))
    for row, span, reason in (
        (0, slice(1300, 1372), Reason.COPY),
        (1, slice(700, 800), Reason.TWIN),
        (2, slice(904, 1060), Reason.MULTIPLE),
        (3, slice(803, 813), Reason.FILLED),
    ):
        assert (out["reason"][row, span] == reason).all(), reason
    assert (out["reason"][4].to_numpy() == Reason.CEILING).sum() >= 40
    assert out["value"].identical(cube_of(values)["value"])
    assert quality.clean(out).identical(out)
