"""Labels of incidents: the rules, one incident across sensors, and diversions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from _towns import DAY, at, cells, change, code, only, town
from mining.anomaly import LABELS, detect
from mining.anomaly import _shape as shape
from mining.anomaly import _texts as texts
from mining.anomaly._coded import KINDS
from mining.anomaly._evidence import Evidence
from mining.anomaly._labels import FAULTS, judge
from mining.anomaly._verdict import ACTIONS, CERTAIN, SURE, certainty, confidence
from mining.cube import Reason
from mining.errors import ConfigError
from mining.language import NBSP, language

#: A lone sensor, six hours, three times the expected, with the shape and noise of a street.
SURGE = Evidence(
    sign=1,
    scale=1,
    start=at("2024-02-14 10:00"),
    end=at("2024-02-14 16:00"),
    observed=3600.0,
    expected=1200.0,
    is_count=True,
    cells=6,
    likeness=0.95,
    rough=1.2,
    spare_zeros=0.0,
    peak=250.0,
    neighbours=1.0,
    others=4,
)


def lasts(days: float, **changes: object) -> Evidence:
    """Return a lone drop to 60 % for some days."""
    start = at("2024-02-12")
    end = start + pd.Timedelta(days=days)
    drop = replace(SURGE, sign=-1, scale=168, start=start, end=end, observed=600.0, expected=1000.0)
    return replace(drop, cells=int(24 * days), **changes)  # type: ignore[arg-type]


def verdict(seen: Evidence) -> tuple[str, str]:
    found = judge(seen)
    return found.label, found.rule


# --- the rules, one by one -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (SURGE, ("event", "surge")),
        (replace(SURGE, neighbours=1.3), ("event", "surge_shared")),
        (replace(SURGE, neighbours=float("nan"), others=0), ("event", "surge")),
        # A third more is no crowd, nor is one of a single hour.
        (replace(SURGE, observed=1500.0), ("unexplained", "unexplained")),
        (replace(SURGE, end=at("2024-02-14 11:00")), ("unexplained", "unexplained")),
        # One hour of 4 times the expected, 1.5 times above any hour of the week: 1600 > 1.5 * 250.
        (replace(SURGE, cells=1, observed=1600.0, expected=400.0), ("fault", "spike")),
        (replace(SURGE, cells=1, observed=1600.0, expected=400.0, peak=1200.0), ("event", "surge")),
        (replace(SURGE, shift=2, gain=8.0), ("fault", "clock")),
        (replace(SURGE, shift=2, gain=1.5), ("event", "surge")),
        (replace(SURGE, same=0.9), ("fault", "stuck")),
        (replace(SURGE, rough=0.1), ("fault", "smooth")),
        (lasts(14), ("works", "works")),
        (lasts(14, together=2), ("works", "works_shared")),
        # Two weeks below, and then a fifth above the two weeks before: it had been sinking.
        (lasts(14, after=1.2), ("fault", "drift")),
        (lasts(14, after=1.0), ("works", "works")),
        (lasts(14, decline=-0.4), ("fault", "drift")),
        (lasts(14, decline=0.4), ("works", "works")),
        (lasts(60, scale=0), ("fault", "level")),
        (lasts(60, scale=0, decline=-0.5), ("fault", "drift")),
        (lasts(60, scale=0, together=3), ("works", "works_shared")),
        (lasts(60, scale=0, together=3, sign=1), ("unexplained", "level_shared")),
        (lasts(60, scale=0, neighbours=0.5), ("unexplained", "unexplained")),
        (lasts(14, near_holiday=True, observed=800.0), ("works", "works")),
        (lasts(14, near_holiday=True, observed=800.0, neighbours=0.85), ("calendar", "season")),
        (lasts(14, near_holiday=True, neighbours=0.85), ("works", "works")),
        (lasts(2, observed=100.0), ("works", "closure")),
        (lasts(2, observed=100.0, likeness=0.3), ("fault", "low")),
        (lasts(2, observed=100.0, spare_zeros=0.3), ("fault", "low")),
        (lasts(10, observed=100.0), ("fault", "low")),
        (lasts(2, observed=3.0), ("fault", "zeros")),
        (lasts(2, zeros=0.95), ("fault", "zeros")),
        # Other hours than ever, on one sensor alone.
        (lasts(14, odd=True, likeness=0.9), ("fault", "pattern")),
        (lasts(14, odd=True, likeness=0.9, neighbours=0.5), ("works", "works")),
        (lasts(14, odd=True), ("works", "works")),
        # Neighbours that are down as well: nothing says that the counter is broken.
        (lasts(2, observed=3.0, neighbours=0.2), ("works", "closure")),
        (lasts(2), ("unexplained", "unexplained")),
        (lasts(1, whole=True), ("weather", "town_drop")),
        (lasts(1, whole=True, near_holiday=True), ("unexplained", "unexplained")),
        (lasts(5, whole=True), ("unexplained", "unexplained")),
        (lasts(60, whole=True, scale=0), ("unexplained", "town_level")),
        (replace(SURGE, whole=True), ("event", "town_surge")),
        (lasts(9, whole=True, sign=1, near_holiday=True), ("calendar", "season")),
        (lasts(9, whole=True, sign=1), ("unexplained", "unexplained")),
        (replace(SURGE, holiday="Noël"), ("calendar", "holiday")),
    ],
)
def test_the_first_rule_that_applies_decides(seen: Evidence, expected: tuple[str, str]) -> None:
    assert verdict(seen) == expected


def test_several_sensors_at_once_are_no_broken_counter() -> None:
    for kind, applies in FAULTS:
        sick = {
            "zeros": lasts(2, observed=0.0),
            "low": lasts(10, observed=80.0),
            "stuck": replace(SURGE, same=1.0),
            "smooth": replace(SURGE, rough=0.0),
            "spike": replace(SURGE, cells=1, observed=9e4),
            "clock": replace(SURGE, shift=1, gain=9.0),
            "pattern": lasts(14, odd=True, likeness=0.9),
        }[kind]
        assert applies(sick)
        assert judge(replace(sick, together=2)).label != "fault"


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(sorted(SURE)),
    st.floats(0, 200),
    st.floats(0.1, 50),
)
def test_confidence_grows_with_the_score_up_to_the_rule(
    rule: str, score: float, bar: float
) -> None:
    sure = confidence(rule, score, bar)
    assert 0.6 * SURE[rule] - 0.001 <= sure <= SURE[rule] + 0.001
    assert confidence(rule, score + 1, bar) >= sure
    assert certainty(sure) == ("sure" if sure >= CERTAIN else "unsure")


def test_a_guess_from_shape_alone_is_never_sure() -> None:
    for rule in ("surge", "works", "level", "drift", "closure", "town_drop", "unexplained"):
        assert certainty(confidence(rule, 1000.0, 3.0)) == "unsure"


def test_every_rule_and_kind_has_its_words() -> None:
    words = language("fr").raw("incident_words")
    told_otherwise = {"journal_works", "journal_event", "journal_fault", "diversion"}
    named = {"journal", "untitled", "diversion_to", "diversion_from", "correction"}
    assert set(words["why"]) - named == set(SURE) - told_otherwise
    assert set(words["label"]) == set(LABELS) == set(ACTIONS)
    assert "capteur malade" in texts.faulty("meteor", 5, 9, "count", language("fr"))
    assert set(words["seen"]) >= set(KINDS.values())


# --- what the shape says -------------------------------------------------------------------------

RNG = np.random.default_rng(5)
WEEK = np.tile(DAY, 7)


def test_a_thinner_street_keeps_its_likeness_and_an_even_counter_does_not() -> None:
    assert shape.likeness(RNG.poisson(WEEK * 0.1).astype(float), WEEK) > 0.9
    assert abs(shape.likeness(RNG.poisson(np.full(168, 15.0)).astype(float), WEEK)) < 0.3
    assert np.isnan(shape.likeness(WEEK[:5], WEEK[:5]))
    assert np.isnan(shape.likeness(np.full(24, 7.0), WEEK[:24]))


@pytest.mark.parametrize("hours", [-3, -1, 0, 2])
def test_a_late_clock_is_told_with_its_hours(hours: int) -> None:
    late = RNG.poisson(np.roll(WEEK, hours)).astype(float)
    found, gain = shape.shift(late, WEEK, 1)
    assert found == hours
    assert gain > 5 if hours else gain == 1.0


def test_a_clock_is_not_judged_from_a_few_cells_or_from_days() -> None:
    assert shape.shift(WEEK[:10], WEEK[:10], 1) == (0, 1.0)
    assert shape.shift(WEEK, WEEK, 0) == (0, 1.0)


def test_counting_is_rough_and_a_straight_line_is_not() -> None:
    # Poisson noise around a constant: the ratio is 1 by construction.
    assert shape.roughness(RNG.poisson(400.0, 5000).astype(float)) == pytest.approx(1, abs=0.05)
    assert shape.roughness(np.linspace(100, 300, 48)) < 1e-9
    assert np.isnan(shape.roughness(np.full(48, 3.0)))


def test_zeros_beyond_chance() -> None:
    # A tenth of 20 and 200 passages an hour: exp(-2) of 12 hours and exp(-20) of 12, 0.068.
    thin = RNG.poisson(WEEK * 0.1).astype(float)
    assert shape.spare_zeros(thin, WEEK) == pytest.approx(0, abs=0.05)
    dead = WEEK.copy()
    dead[::2] = 0
    # Half of the cells are 0, and at 10 passages by night chance gives exp(-10) at most.
    assert shape.spare_zeros(dead, WEEK) == pytest.approx(0.5, abs=0.001)


def test_the_level_after_is_compared_slot_by_slot_with_the_level_before() -> None:
    values = np.tile(WEEK, (2, 8)).astype(float)
    values[0, 3 * 168 :] *= 1.5
    found = shape.since_before(values, 3 * 168, 4 * 168 + 5, 168)
    np.testing.assert_allclose(found, [1.5, 1.0])
    assert np.isnan(shape.since_before(values, 7 * 168, 8 * 168, 168)).all()


def test_a_slope_is_a_slope_only_if_it_explains_most() -> None:
    assert shape.decline(np.linspace(0, -0.6, 13)) == pytest.approx(-0.6)
    assert shape.decline(np.array([0.5, -0.5] * 7)) == 0.0
    assert np.isnan(shape.decline(np.zeros(5)))


# --- whole towns ---------------------------------------------------------------------------------


def test_neighbours_that_surge_too_are_one_incident() -> None:
    cube = town(6)
    hours = cells(cube, "2024-02-14 10", "2024-02-14 16")
    # Three sensors of one square; two others stand too far to be neighbours of it.
    cube = cube.assign_coords(place=("sensor", ["place"] * 3 + ["rue"] * 3))
    cube = change(cube, slice(0, 3), hours, lambda v: v * 3)
    row = detect(cube).set_index("place").loc["place"]
    assert row["sensors"] == "capteur A;capteur B;capteur C"
    assert (row["label"], row["rule"]) == ("event", "surge_shared")
    # All three: 3 sensors of 6 hours of 200.
    assert row["expected"] == pytest.approx(3 * 6 * 200, rel=0.05)
    assert row["observed"] == pytest.approx(3 * 3 * 6 * 200, rel=0.05)
    assert f"{NBSP}» et 2{NBSP}autres comptent" in row["explanation"]


def test_almost_nothing_for_two_days_is_a_closed_street_and_for_eight_a_sick_sensor() -> None:
    cube = town()
    few = np.random.default_rng(3)
    closed = change(
        cube, 0, cells(cube, "2024-02-13", "2024-02-15"), lambda v: few.binomial(v.astype(int), 0.1)
    )
    row = only(detect(closed))
    assert (row["label"], row["kind"], row["certainty"]) == ("works", "closure", "unsure")
    sick = change(
        cube,
        0,
        cells(cube, "2024-02-13", "2024-02-21"),
        lambda v: few.binomial(v.astype(int), 0.05),
    )
    row = only(detect(sick))
    assert (row["label"], row["kind"]) == ("fault", "low")


def test_a_wrong_clock_is_one_fault_of_two_weeks() -> None:
    cube = town(5, 24)
    where = cells(cube, "2024-03-04", "2024-03-18")
    late = np.roll(cube["value"].to_numpy()[0], 3)[where]
    row = only(detect(change(cube, 0, where, late)))
    assert (row["label"], row["kind"], row["rule"]) == ("fault", "clock", "clock")
    assert abs(row["start"] - at("2024-03-04 08:00")) <= pd.Timedelta("1D")
    assert abs(row["end"] - at("2024-03-18")) <= pd.Timedelta("1D")
    assert f"horloge décalée de 3{NBSP}h." in row["explanation"]


def test_a_diversion_names_both_streets() -> None:
    cube = town()
    days = cells(cube, "2024-02-12", "2024-02-22")
    cube = change(cube, 0, days, lambda v: np.round(v * 0.4))
    cube = change(cube, 1, days, lambda v: np.round(v * 1.6))
    frame = detect(cube).set_index("sensor")
    down, up = frame.loc["capteur A"], frame.loc["capteur B"]
    assert (down["other"], up["other"]) == (up["id"], down["id"])
    assert set(frame["kind"]) == {"diversion"}
    assert set(frame["label"]) == {"works"}
    assert f"déviation vers «{NBSP}capteur B{NBSP}»" in down["explanation"]
    assert f"déviation depuis «{NBSP}capteur A{NBSP}»" in up["explanation"]


def test_a_rise_elsewhere_or_too_large_is_no_diversion() -> None:
    cube = town()
    days = cells(cube, "2024-02-12", "2024-02-22")
    cube = change(cube, 0, days, lambda v: np.round(v * 0.8))
    cube = change(cube, 1, days, lambda v: np.round(v * 2.5))
    assert set(detect(cube)["other"]) == {""}


def test_all_sensors_down_at_once_are_one_outage() -> None:
    cube = town(4)
    row = only(detect(change(cube, slice(None), cells(cube, "2024-02-13", "2024-02-16"), np.nan)))
    assert (row["sensor"], row["place"]) == ("", "")
    assert (row["label"], row["kind"], row["rule"]) == ("fault", "silence", "network")
    assert row["sensors"] == "capteur A;capteur B;capteur C;capteur D"
    # 4 sensors of 3 days of 2640 passages.
    assert row["expected"] == pytest.approx(4 * 3 * 2640, rel=0.03)
    assert f"les 4{NBSP}capteurs ensemble ne transmettent rien" in row["explanation"]
    assert "voisin" not in row["explanation"]


def test_two_sensors_down_at_once_are_one_outage_and_two_apart_are_two() -> None:
    cube = town(5)
    both = change(cube, slice(0, 2), cells(cube, "2024-02-13", "2024-02-16"), np.nan)
    row = only(detect(both))
    assert (row["sensors"], row["rule"]) == ("capteur A;capteur B", "network")
    apart = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), np.nan)
    apart = change(apart, 1, cells(cube, "2024-02-15", "2024-02-18"), np.nan)
    assert list(detect(apart)["sensors"]) == ["capteur A", "capteur B"]


def test_an_incident_that_goes_on_is_open() -> None:
    cube = town()
    gone = change(cube, 0, cells(cube, "2024-04-10", "2024-05-01"), np.nan)
    row = only(detect(gone))
    assert row["open"]
    assert row["explanation"].startswith(f"Depuis le 10{NBSP}avril 2024, ")
    back = change(cube, 0, cells(cube, "2024-04-10", "2024-04-15"), np.nan)
    assert not only(detect(back))["open"]


def test_an_id_depends_on_neither_label_nor_journal() -> None:
    cube = change(town(), 0, cells(town(), "2024-02-13", "2024-02-16"), lambda v: np.round(v * 0.3))
    entry = {"type": "fault", "start": "2024-02-13", "end": "2024-02-15", "id": "P1"}
    alone, told = only(detect(cube)), only(detect(cube, calendar={"events": [entry]}))
    assert alone["id"] == told["id"]
    assert (alone["decided_by"], alone["entry"]) == ("machine", "")
    assert (told["decided_by"], told["entry"], told["action"]) == ("journal", "P1", "none")


# --- holidays and the journal --------------------------------------------------------------------


def test_a_holiday_explains_the_town() -> None:
    cube = town(5, 24)
    # Ascension 2024 is 9 May.
    cube = change(cube, slice(None), cells(cube, "2024-05-09", "2024-05-10"), lambda v: v // 3)
    row = only(detect(cube, calendar={"country": "FR", "language": "fr"}))
    assert (row["label"], row["sensor"]) == ("calendar", "")
    assert "Ascension" in row["explanation"]
    unknown = only(detect(cube, calendar=None))
    assert (unknown["label"], unknown["certainty"]) == ("weather", "unsure")


def test_a_holiday_explains_a_single_sensor() -> None:
    cube = town(1, 24)
    cube = change(cube, 0, cells(cube, "2024-05-09", "2024-05-10"), lambda v: v // 3)
    assert only(detect(cube, calendar={"country": "FR"}))["label"] == "calendar"


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("works", "works"),
        ("closure", "works"),
        ("event", "event"),
        ("market", "event"),
        ("fault", "fault"),
    ],
)
def test_the_journal_wins_where_it_speaks_of_the_sensor(kind: str, label: str) -> None:
    cube = town()
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), lambda v: np.round(v * 0.7))
    entry = {
        "type": kind,
        "title": "Tranchée rue du Port",
        "start": "2024-02-13",
        "end": "2024-02-15",
        "sensors": ["capteur A"],
    }
    row = only(detect(cube, calendar={"events": [entry]}))
    assert (row["label"], row["decided_by"], row["certainty"]) == (label, "journal", "sure")
    assert "Tranchée rue du Port" in row["explanation"]
    # An entry on another sensor, or on one that nobody knows, explains nothing.
    for sensor in ("capteur B", "rue de nulle part"):
        elsewhere = {**entry, "sensors": [sensor]}
        row = only(detect(cube, calendar={"events": [elsewhere]}))
        assert (row["label"], row["decided_by"]) == ("unexplained", "machine")


def test_the_calendar_of_the_cube_is_the_default_and_none_is_allowed() -> None:
    entry = {"type": "works", "title": "Pavage", "start": "2024-02-13", "end": "2024-02-15"}
    cube = town(events=[entry])
    cube = change(cube, 0, cells(cube, "2024-02-13", "2024-02-16"), lambda v: np.round(v * 0.7))
    assert only(detect(cube))["label"] == "works"
    assert only(detect(cube, calendar=None))["label"] == "unexplained"


def test_an_entry_that_ends_before_it_starts_is_one_clear_sentence() -> None:
    entry = {"id": "T1", "type": "works", "start": "2024-02-15", "end": "2024-02-13"}
    with pytest.raises(ConfigError, match="event 1 of the calendar: 'end': found '2024-02-13', "):
        detect(town(1, 2), calendar={"events": [entry]})


def test_the_past_alone_gives_the_same_label_to_a_clear_case() -> None:
    cube = town(5, 24)
    hours = cells(cube, "2024-05-15 10", "2024-05-15 16")
    cube = change(cube, 2, hours, lambda v: v * 3)
    row = only(detect(cube, mode="causal"))
    assert (row["label"], row["sensor"]) == ("event", "capteur C")


def test_a_declared_fault_names_its_entry() -> None:
    cube = town()
    cube = code(cube, 2, cells(cube, "2024-02-05", "2024-02-07"), Reason.DECLARED)
    entry = {"id": "P7", "type": "fault", "title": "Panne", "sensors": ["capteur C"]}
    entry |= {"start": "2024-02-05", "end": "2024-02-06"}
    row = only(detect(cube, calendar={"events": [entry]}))
    assert (row["label"], row["entry"], row["decided_by"]) == ("fault", "P7", "journal")


# --- one sensor more or less ---------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_sensors_does_not_matter(order: list[int]) -> None:
    cube = town(4, 12)
    cube = change(cube, slice(0, 2), cells(cube, "2024-02-21 10", "2024-02-21 16"), lambda v: 3 * v)
    cube = change(cube, slice(1, 4), cells(cube, "2024-03-05", "2024-03-07"), np.nan)
    other: xr.Dataset = cube.isel(sensor=order)
    pd.testing.assert_frame_equal(detect(other), detect(cube))
