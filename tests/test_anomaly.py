"""Incidents: runs and labels on synthetic towns whose truth is known by construction."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from _towns import PARIS, START, at, cells, change, code, loud, only, town
from mining import cube as cubes
from mining.anomaly import COLUMNS, detect
from mining.anomaly._candidates import within_budget
from mining.anomaly._frame import name_of
from mining.anomaly._runs import Run, joined
from mining.cube import Reason
from mining.errors import ConfigError, CubeError
from mining.trials import DURATIONS, inject

# --- the table -----------------------------------------------------------------------------------


def test_a_quiet_town_has_no_incident_and_the_empty_table_has_every_column() -> None:
    frame = detect(town())
    assert frame.empty
    assert list(frame.columns) == list(COLUMNS)
    full = detect(change(town(), 0, cells(town(), "2024-02-14 09", "2024-02-14 15"), 900.0))
    assert frame.dtypes.to_dict() == full.dtypes.to_dict()
    assert str(frame["start"].dtype) == "datetime64[ns, Europe/Paris]"


def test_the_same_cube_gives_the_same_table() -> None:
    cube = change(town(), 1, cells(town(), "2024-02-14 09", "2024-02-14 15"), 900.0)
    pd.testing.assert_frame_equal(detect(cube), detect(cube))


def test_an_id_is_readable_and_depends_on_content_only() -> None:
    one = name_of("107 Quay Street", pd.Timestamp("2023-01-27 09:00"), "drop")
    assert re.fullmatch(r"20230127-107-quay-street-drop-[0-9a-f]{6}", one)
    assert one == name_of("107 Quay Street", pd.Timestamp("2023-01-27 09:00"), "drop")
    assert one != name_of("107 Quay Street", pd.Timestamp("2023-01-27 10:00"), "drop")
    assert name_of("", pd.Timestamp("2023-01-27"), "drop").startswith("20230127-territory-drop-")


# --- what statistics find ------------------------------------------------------------------------


def test_a_surge_has_its_hours_its_sums_and_is_an_event() -> None:
    cube = town()
    hours = cells(cube, "2024-02-14 10", "2024-02-14 16")
    cube = change(cube, 2, hours, np.array([600.0, 610, 590, 620, 580, 600]))
    row = only(detect(cube))
    assert (row["sensor"], row["label"], row["kind"]) == ("capteur C", "event", "surge")
    assert (row["start"], row["end"]) == (at("2024-02-14 10:00"), at("2024-02-14 16:00"))
    assert row["observed"] == 6 * 600
    assert row["expected"] == pytest.approx(6 * 200, rel=0.05)
    assert row["neighbours"] == pytest.approx(1, abs=0.05)
    assert 0 < row["confidence"] <= 1


def test_zeros_while_neighbours_count_are_a_fault() -> None:
    cube = town()
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), 0.0)
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "zeros")
    assert (row["start"], row["end"]) == (at("2024-02-13"), at("2024-02-16"))
    assert row["observed"] == 0
    # A day expects 12 * 200 + 12 * 20 = 2640 passages.
    assert row["expected"] == pytest.approx(3 * 2640, rel=0.03)


def test_a_stuck_value_is_a_fault() -> None:
    cube = town()
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-14 12"), 333.0)
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "stuck")


def test_a_lone_absurd_hour_is_a_fault() -> None:
    cube = town()
    cube = change(cube, 0, cells(cube, "2024-02-13 11", "2024-02-13 12"), 5000.0)
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "spike")
    assert (row["start"], row["end"]) == (at("2024-02-13 11:00"), at("2024-02-13 12:00"))


def test_a_two_week_drop_is_one_incident() -> None:
    cube = town()
    cube = change(cube, 0, cells(cube, "2024-02-12", "2024-02-26"), lambda v: np.round(v * 0.6))
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("works", "drop")
    assert abs(row["start"] - at("2024-02-12")) <= pd.Timedelta("1D")
    assert abs(row["end"] - at("2024-02-26")) <= pd.Timedelta("1D")
    assert row["observed"] / row["expected"] == pytest.approx(0.6, abs=0.04)


def test_a_level_step_has_its_date() -> None:
    cube = town(weeks=36)
    cube = change(cube, 0, cells(cube, "2024-05-15", "2024-12-31"), lambda v: np.round(v * 0.5))
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "level")
    assert row["start"] == at("2024-05-15")
    assert row["observed"] / row["expected"] == pytest.approx(0.5, abs=0.03)


def test_a_town_that_moves_together_is_one_incident() -> None:
    cube = town(6)
    hours = cells(cube, "2024-02-14", "2024-02-15")
    cube = change(cube, slice(None), hours, lambda v: np.round(v * 0.4))
    row = only(detect(cube))
    assert (row["sensor"], row["place"]) == ("", "")
    assert (row["label"], row["kind"]) == ("weather", "drop")
    assert row["observed"] / row["expected"] == pytest.approx(0.4, abs=0.03)
    assert "les 6\u00a0capteurs ensemble" in row["explanation"]


def test_the_movement_of_the_town_does_not_hide_a_dead_sensor() -> None:
    cube = town(6)
    hours = cells(cube, "2024-02-14", "2024-02-15")
    cube = change(cube, slice(1, None), hours, lambda v: np.round(v * 0.4))
    cube = change(cube, 0, hours, 0.0)
    frame = detect(cube)
    assert set(frame["sensor"]) == {"", "capteur A"}


# --- what the quality rules coded ----------------------------------------------------------------


def test_coded_runs_become_faults_with_their_kind() -> None:
    cube = town()
    cube = code(cube, 0, cells(cube, "2024-02-01", "2024-02-03"), Reason.ZERO_RUN)
    cube = code(cube, 0, cells(cube, "2024-02-03 06", "2024-02-04"), Reason.ZERO_RUN)
    cube = code(cube, 1, cells(cube, "2024-02-01 10", "2024-02-01 16"), Reason.STUCK)
    cube = code(cube, 2, cells(cube, "2024-02-05", "2024-02-06"), Reason.DECLARED)
    frame = detect(cube)
    assert list(frame["kind"]) == ["zeros", "stuck", "declared"]
    assert set(frame["label"]) == {"fault"}
    assert set(frame["score"]) == {100.0}
    zeros = frame.iloc[0]
    # Two runs six hours apart are one incident.
    assert (zeros["start"], zeros["end"]) == (at("2024-02-01"), at("2024-02-04"))
    assert zeros["expected"] == pytest.approx(3 * 2640, rel=0.03)


def test_a_dying_sensor_is_one_fault_of_its_longest_kind() -> None:
    cube = town()
    cube = code(cube, 0, cells(cube, "2024-02-01", "2024-02-01 05"), Reason.LOW_LEVEL)
    cube = code(cube, 0, cells(cube, "2024-02-01 05", "2024-02-04"), Reason.ZERO_RUN)
    cube = code(cube, 0, cells(cube, "2024-02-04", "2024-02-04 02"), Reason.OUTAGE_EDGE)
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "zeros")
    assert (row["start"], row["end"]) == (at("2024-02-01"), at("2024-02-04 02:00"))


def test_a_silence_is_a_fault_from_a_day_on() -> None:
    cube = town()
    long = change(cube, 0, cells(cube, "2024-02-01", "2024-02-03"), np.nan)
    row = only(detect(long))
    assert (row["label"], row["kind"]) == ("fault", "silence")
    assert np.isnan(row["observed"])
    assert row["expected"] == pytest.approx(2 * 2640, rel=0.03)
    short = change(cube, 0, cells(cube, "2024-02-01", "2024-02-01 20"), np.nan)
    assert detect(short).empty
    assert len(detect(short, least_silence="6h")) == 1


def test_nothing_was_expected_before_a_sensor_first_counted() -> None:
    cube = town()
    assert detect(change(cube, 0, cells(cube, "2024-01-01", "2024-03-01"), np.nan)).empty


def test_a_coded_run_is_not_found_a_second_time() -> None:
    cube = town()
    where = cells(cube, "2024-02-13", "2024-02-16")
    cube = code(change(cube, 0, where, 0.0), 0, where, Reason.ZERO_RUN)
    assert len(detect(cube)) == 1


# --- clocks and steps ----------------------------------------------------------------------------


def test_a_day_of_23_hours_ends_at_its_own_midnight() -> None:
    cube = town(weeks=20)
    cube = change(cube, 0, cells(cube, "2024-03-31", "2024-04-01"), np.nan)
    row = only(detect(cube, least_silence="20h"))
    assert (row["start"], row["end"]) == (at("2024-03-31"), at("2024-04-01"))
    assert row["end"] - row["start"] == pd.Timedelta("23h")


@pytest.mark.parametrize("step", ["15min", "30min", "1D"])
def test_other_steps_find_a_dead_day(step: str) -> None:
    local = pd.date_range(START, periods=16 * 7, freq="1D")
    if step != "1D":
        local = pd.date_range(START, local[-1], freq=step)
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {n: rng.poisson(400, len(local)).astype(float) for n in "abcd"}, index=local
    )
    inside = (local >= at("2024-02-14")) & (local < at("2024-02-15"))
    table.loc[inside, "a"] = 0.0
    cube = cubes.build(table.tz_convert("UTC"), timezone=PARIS, step=step)
    row = only(detect(cube, calendar=None))
    assert (row["sensor"], row["label"], row["kind"]) == ("a", "fault", "zeros")
    assert (row["start"], row["end"]) == (at("2024-02-14"), at("2024-02-15"))


@pytest.mark.parametrize(
    ("step", "count"), [("1h", 1), ("5h", 900), ("1D", 30), ("3D", 100), ("7D", 60)]
)
def test_odd_steps_and_lengths_degrade_without_a_traceback(step: str, count: int) -> None:
    index = pd.date_range(START, periods=count, freq=step)
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {n: rng.poisson(50, count).astype(float) for n in "abc"}, index=index
    ).assign(d=np.nan, e=0.0)
    cube = cubes.build(table, timezone=PARIS, step=step)
    assert detect(cube, calendar={"country": "FR"}).empty


def test_levels_are_averages_not_sums() -> None:
    row = only(detect(loud(), calendar=None))
    assert row["observed"] == pytest.approx(75, abs=1.5)
    assert row["expected"] == pytest.approx(55, abs=1)
    assert "dB" in row["explanation"]


# --- the budget ----------------------------------------------------------------------------------


def test_the_budget_is_a_ceiling_and_keeps_the_strongest() -> None:
    cube = town(5, 16)
    for week in range(3, 13):
        day = START + pd.Timedelta(weeks=week, days=week % 5)
        hours = cells(cube, f"{day:%Y-%m-%d} 10", f"{day:%Y-%m-%d} 16")
        cube = change(cube, week % 5, hours, lambda v, k=week: v * (2 + k / 5))
    everything = detect(cube, alerts_per_month=30)
    assert len(everything) == 10
    # 5 sensors of 112 days are 18.7 sensor-months: a tenth of an alert each makes 2.
    few = detect(cube, alerts_per_month=0.1)
    assert len(few) == 2
    assert set(few["id"]) == set(everything.nlargest(2, "score")["id"])
    assert detect(cube, alerts_per_month=0).empty


def test_a_long_incident_costs_one_alert_a_week() -> None:
    long, short = Run(0, 0, 15, -1, 9.0, 7), Run(1, 0, 1, 1, 8.0, 1)
    assert within_budget([short, long], 3, 7)[0] == [long]
    assert within_budget([short, long], 4, 7)[0] == [long, short]


# --- small and broken input ----------------------------------------------------------------------


def test_too_little_data_gives_coded_incidents_only() -> None:
    cube = town(2, 2)
    cube = change(cube, 0, cells(cube, "2024-01-09", "2024-01-10"), 900.0)
    assert detect(cube).empty
    coded = code(cube, 1, cells(cube, "2024-01-03", "2024-01-04"), Reason.STUCK)
    row = only(detect(coded))
    assert np.isnan(row["expected"])
    assert "sans qu’on sache" in row["explanation"]


def test_one_sensor_and_a_month_are_enough_for_a_dead_day() -> None:
    cube = town(1, 5)
    cube = change(cube, 0, cells(cube, "2024-01-17", "2024-01-18"), 0.0)
    row = only(detect(cube))
    assert (row["label"], row["kind"]) == ("fault", "zeros")
    assert "sans voisin" in row["explanation"]


def test_a_sensor_that_never_counted_disturbs_nobody() -> None:
    cube = town(4)
    cube = change(cube, 3, slice(None), np.nan)
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), 0.0)
    assert only(detect(cube))["sensor"] == "capteur A"
    assert detect(change(cube, slice(None), slice(None), np.nan)).empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alerts_per_month": -1}, "alerts_per_month: found -1, expected a number from 0 on"),
        ({"alerts_per_month": "often"}, "alerts_per_month: found 'often'"),
        ({"least_silence": "long"}, "least_silence: found 'long'"),
        ({"calendar": {"pays": "FR"}}, "pays"),
    ],
)
def test_impossible_options_are_one_clear_sentence(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        detect(town(1, 2), **options)


def test_what_is_not_a_cube_is_refused() -> None:
    with pytest.raises(CubeError, match="not a cube"):
        detect(xr.Dataset())


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_sensors_does_not_matter(order: list[int]) -> None:
    cube = town(4, 10)
    cube = change(cube, 1, cells(cube, "2024-02-13", "2024-02-15"), 0.0)
    cube = change(cube, 2, cells(cube, "2024-02-21 10", "2024-02-21 16"), lambda v: 3 * v)
    pd.testing.assert_frame_equal(detect(cube.isel(sensor=order)), detect(cube))


@settings(max_examples=5, deadline=None)
@given(st.integers(2, 9))
def test_busier_streets_have_the_same_incidents(times: int) -> None:
    cube = town(3, 10)
    cube = change(cube, 1, cells(cube, "2024-02-13", "2024-02-15"), 0.0)
    cube = change(cube, 2, cells(cube, "2024-02-21 10", "2024-02-21 16"), lambda v: 3 * v)
    # Ten passages at a time: far above the noise of counts, which does not scale.
    cube = change(cube, slice(None), slice(None), lambda v: v * 10)
    one = detect(cube)
    many = detect(change(cube, slice(None), slice(None), lambda v: v * times))
    same = ["id", "start", "end", "label", "kind"]
    pd.testing.assert_frame_equal(one[same], many[same])
    np.testing.assert_allclose(many["observed"], one["observed"] * times, rtol=1e-6)


def test_runs_close_together_are_one() -> None:
    runs = [Run(0, 0, 3, 1, 5.0, 1), Run(0, 5, 6, 1, 7.0, 4), Run(0, 20, 21, 1, 6.0, 1)]
    assert joined(runs, 2) == [Run(0, 0, 6, 1, 7.0, 4), Run(0, 20, 21, 1, 6.0, 1)]


# --- the injector --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(DURATIONS))
def test_an_injection_changes_its_window_and_nothing_else(kind: str) -> None:
    cube = town(2, 24)
    changed, truth = inject(cube, kind, "capteur A", "2024-03-04 10:00", seed=3)
    hours = (truth.end - truth.start) / pd.Timedelta("1h")
    assert DURATIONS[kind][0] <= hours <= DURATIONS[kind][1]
    assert truth.start == at("2024-03-04 10:00")
    different = (changed["value"] != cube["value"]).to_numpy()
    local = cubes.local_time(cube)
    assert not different[1].any()
    assert different[0].any()
    assert not different[0, (local < truth.start) | (local >= truth.end)].any()
    again, _ = inject(cube, kind, "capteur A", "2024-03-04 10:00", seed=3)
    xr.testing.assert_identical(changed, again)
    cubes.validate(changed)


def test_an_impossible_injection_says_so() -> None:
    with pytest.raises(ConfigError, match="unknown injection 'meteor': expected one of zero"):
        inject(town(1, 2), "meteor", "capteur A", "2024-01-05")
    with pytest.raises(ConfigError, match="expected 49 days before and"):
        inject(town(1, 9), "level", "capteur A", "2024-02-05")


def test_a_lockdown_does_not_hide_christmas() -> None:
    closure = {
        "id": "confinement",
        "type": "closure",
        "title": "Confinement",
        "start": "2024-03-04T00:00",
        "end": "2024-05-20T00:00",
    }
    cube = town(5, 60, country="FR", events=[closure])
    rng = np.random.default_rng(4)
    days = cubes.local_time(cube).normalize()
    level = pd.Series(rng.normal(0, 0.2, days.nunique()), index=days.unique())  # a town's own days
    level[(level.index >= at("2024-03-04")) & (level.index < at("2024-05-20"))] -= 1.0
    level[at("2024-12-25")] = -0.8
    factor = np.exp(level.reindex(days).to_numpy())
    changed = change(cube, slice(None), slice(None), lambda x: np.round(x * factor))
    found = detect(changed)
    noon = at("2024-12-25 12:00")
    christmas = found[(found["start"] <= noon) & (found["end"] > noon) & (found["sensor"] == "")]
    assert list(christmas["label"]) == ["calendar"]


# --- a real series -------------------------------------------------------------------------------


def test_the_blizzard_and_the_holidays_of_the_taxi_series_are_found(
    shared_data: Callable[[str], Path],
) -> None:
    table = pd.read_csv(
        shared_data("nab_nyc_taxi") / "nyc_taxi.csv", parse_dates=["timestamp"], index_col=0
    )
    cube = cubes.build(table, timezone="UTC", step="30min")
    frame = detect(cube, calendar=None, alerts_per_month=1)
    hours = ("2014-11-02 12", "2014-11-27 12", "2014-12-25 12", "2015-01-01 02", "2015-01-27 12")
    for hour in hours:
        then = pd.Timestamp(f"{hour}:00", tz="UTC")
        assert ((frame["start"] <= then) & (frame["end"] > then)).any(), hour
    # Seven months: the budget is eight alerts at most.
    assert len(frame) <= 8
