"""What is published gives nothing back: an attacker reads the pages and works out hidden counts."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import report_inputs as inputs
from _attacker import GONE, HELD, LOW, Knowledge, Page, read_place
from mining import cube as cubes
from mining import report, secrecy
from mining.errors import ConfigError
from mining.report._clock import clock
from mining.report._door import Door
from mining.secrecy import Cell, Record

#: One worker makes the editions that are attacked.
pytestmark = pytest.mark.xdist_group("disclosure")

NAMES = {"rue": "lieux/rue-haute.html", "place": "lieux/place-basse.html"}
PLACES = {"rue": "Rue Haute", "place": "Place Basse"}
MONDAY = pd.Timestamp("2025-10-27")
#: An hour of the square at night, in the week that is told.
LATE = "2025-10-28 03:00"
TOWN = (("r1", "Rue Haute", 1.0), ("r2", "Rue Haute", 0.4), ("p1", "Place Basse", 0.3))


def town(seed: int = 0, sensors: Any = TOWN, **attrs: Any) -> xr.Dataset:
    """Return nine weeks of a small town, whole numbers drawn around its usual ones."""
    cube = inputs.cube_of("2025-09-01", "2025-11-05 06:00", sensors, **attrs)
    drawn = np.random.default_rng(seed).poisson(cube["value"].to_numpy() * 0.8 + 0.5)
    return with_values(cube, drawn.astype("float32"))


def with_values(cube: xr.Dataset, values: np.ndarray) -> xr.Dataset:
    quality, reason = cubes.codes_from_values(values)
    dims = ("sensor", "time")
    return cube.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason))


@cache
def full() -> xr.Dataset:
    return town()


@cache
def edition(moment: str = "", sensor: str = "p1", *, after: bool = False) -> dict[str, str]:
    """Return the pages of the town, without one hour that comes late; `after` its first edition."""
    cube = late(full(), sensor, moment) if moment else full()
    before = Record.from_json(edition(LATE)["disclosure.json"]) if after else None
    return publish(cube, before=before)


def publish(cube: xr.Dataset, **known: Any) -> dict[str, str]:
    pages = report.build(inputs.territory(), cube, cubes.by_place(cube), **known)
    return {k: str(v) for k, v in pages.items()}


def read(pages: dict[str, str], names: dict[str, str]) -> dict[str, Page]:
    return {k: Page.read(pages[v]) for k, v in names.items()}


def with_territory(know: Knowledge, whole: Page, names: list[str]) -> None:
    """Add what the page of the territory says: sums of places by hour, by day and of the week."""
    week: list[Any] = []
    for day, inside in enumerate(whole.told()):
        for hour, value in enumerate(whole.hours[day]):
            if not isinstance(value, str):
                know.add([(n, day, hour) for n in names], value, value)
        cells = [(n, *c) for c in inside for n in names]
        if whole.days[day][0].isdigit():
            total = float(whole.days[day].split(" ")[0].replace("\u202f", ""))
            know.add(cells, total, total)
        week += cells
    total = float(whole.total.replace("\u202f", ""))
    know.add(week, total, total)


# --- the rule, by hand -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "states"),
    [
        # One low hour alone: the day less the others would tell it. 3 + (40 - 11) >= 10.
        ([3.0, 40.0, 90.0], [1, 2, 0]),
        # 12 is the smallest, but 3 + (12 - 11) = 4: the low hour could not be 10. So 25.
        ([3.0, 12.0, 25.0, 90.0], [1, 0, 2, 0]),
        # 5 + 9 = 14: each would be known to be 4 to 10. Not with one more.
        ([5.0, 9.0, 40.0, 90.0], [1, 1, 2, 0]),
        # Three that make 15: each can be 0 (5 + 10) and 10.
        ([5.0, 5.0, 5.0, 90.0], [1, 1, 1, 0]),
        # A true zero is hidden like any small count.
        ([0.0, 90.0, 40.0], [1, 0, 2]),
        ([11.0, 90.0, np.nan], [0, 0, 3]),
    ],
)
def test_a_row_by_hand(row: list[float], states: list[int]) -> None:
    done = secrecy.hide(np.array([row]), 11)
    assert done.states.tolist() == [states]
    assert done.told[0].tolist() == [s != Cell.ABSENT for s in states]


def test_a_row_that_cannot_be_closed_leaves_its_hidden_cells_out_of_the_total() -> None:
    done = secrecy.hide(np.array([[7.0, 8.0], [7.0, 12.0]]), 11)
    assert done.told.tolist() == [[False, False], [False, False]]  # 7 + (12 - 11) < 10
    assert done.rows.tolist() == [Cell.WITHHELD, Cell.WITHHELD]


def test_small_days_by_hand() -> None:
    hours = np.full((7, 24), 30.0)
    hours[0] = 0.0
    hours[0, 12] = 6.0
    alone = secrecy.week(hours, 11)
    # Monday made 6: the week less the other days would tell it.
    assert alone.rows.tolist() == [Cell.LOW, *[Cell.SHOWN] * 6]
    assert not alone.told[0].any()
    assert alone.told[1:].all()
    hours[1:3] = hours[0]
    # Three days of 6: each can be 0 to 10 within 18.
    three = secrecy.week(hours, 11)
    assert three.told.all()
    by_day = secrecy.week(hours, 11, by_day=True)
    assert by_day.rows.tolist() == [Cell.LOW] * 3 + [Cell.SHOWN] * 4
    assert not (by_day.states == Cell.SHOWN).any()


def test_a_minimum_of_one_switches_the_control_off() -> None:
    counts = np.array([[0.0, 1.0, 3.0, np.nan]])
    for minimum in (0, 1):
        assert secrecy.hide(counts, minimum).states.tolist() == [[0, 0, 0, 3]]


# --- invariants ------------------------------------------------------------------------------

counts_of = hnp.arrays(
    np.float64, (4, 6), elements=st.one_of(st.integers(0, 40).map(float), st.just(np.nan))
)


@given(counts_of, st.integers(2, 15))
def test_nothing_small_is_shown_and_what_is_shown_is_exact(
    counts: np.ndarray, minimum: int
) -> None:
    done = secrecy.week(counts, minimum)
    assert (counts[done.states == Cell.SHOWN] >= minimum).all()
    assert ((done.states == Cell.LOW) == (counts < minimum)).all()
    assert ((done.states == Cell.ABSENT) == np.isnan(counts)).all()
    again = secrecy.week(counts, minimum, done.hidden)
    assert (again.states == done.states).all()  # hiding what is hidden hides no more
    for number in np.unique(done.group[done.hidden]):
        assert done.told[done.group == number].all() or not done.told[done.group == number].any()


@given(counts_of, hnp.arrays(bool, (4, 6)))
def test_a_total_holds_hidden_groups_whole(counts: np.ndarray, chosen: np.ndarray) -> None:
    done = secrecy.week(counts, 11)
    other = secrecy.week(counts[:, ::-1] + 3, 11)
    kept = secrecy.whole(chosen, done, other)
    assert not (kept & ~chosen).any()
    for table in (done, other):
        assert not (kept & ~table.told).any()
        for number in np.unique(table.group[table.hidden]):
            part = kept[table.group == number]
            assert part.all() or not part.any()
    assert (secrecy.whole(kept, done, other) == kept).all()


def knowledge_of(counts: np.ndarray, done: secrecy.Hidden, minimum: int = 11) -> Knowledge:
    """Return what the tables of one place tell: hours, days and the week."""
    know = Knowledge(minimum)
    signs = {Cell.LOW: LOW, Cell.WITHHELD: HELD, Cell.ABSENT: GONE}
    for (day, hour), state in np.ndenumerate(done.states):
        know.cells["p", day, hour] = signs.get(Cell(int(state)), counts[day, hour])
    for day, row in enumerate(done.told):
        cells = [("p", day, int(h)) for h in np.flatnonzero(row)]
        total = float(counts[day, row].sum())
        if done.rows[day] == Cell.SHOWN:
            know.add(cells, total, total)
        elif done.rows[day] == Cell.LOW:
            every = [("p", day, int(h)) for h in np.flatnonzero(~np.isnan(counts[day]))]
            know.add(every, 0, minimum - 1)
    total = float(counts[done.told].sum())
    know.add([("p", int(d), int(h)) for d, h in np.argwhere(done.told)], total, total)
    return know


@given(counts_of)
@settings(max_examples=25, deadline=None)
def test_linear_programs_find_nothing_in_a_week(counts: np.ndarray) -> None:
    assert not knowledge_of(counts, secrecy.week(counts, 11)).found()


def old_rule(counts: np.ndarray, minimum: int = 11) -> secrecy.Hidden:
    """Hide small hours, and the smallest other one where they are alone or make less than 11."""
    states = np.where(np.isnan(counts), Cell.ABSENT, Cell.SHOWN).astype("int8")
    states[counts < minimum] = Cell.LOW
    for row in range(len(counts)):
        hidden = states[row] == Cell.LOW
        if hidden.any() and (hidden.sum() == 1 or counts[row, hidden].sum() < minimum):
            shown = np.flatnonzero(states[row] == Cell.SHOWN)
            if shown.size:
                states[row, shown[np.argmin(counts[row, shown])]] = Cell.WITHHELD
    known = ~np.isnan(counts)
    sums = np.where(known, counts, 0.0).sum(axis=1)
    rows = np.where(sums < minimum, Cell.LOW, Cell.SHOWN).astype("int8")
    return secrecy.Hidden(states, np.where(states > 0, 0, -1), known, rows)


def test_the_old_rule_falls_to_the_same_attack() -> None:
    # Hours against their day: 5 + 9 = 14, so neither is below 4; 3 + 12 with the 12 known to be
    # 11 or more, so the other is below 5. Days against their week: Wednesday made 6.
    counts = np.full((3, 4), 50.0)
    counts[0, :2], counts[1, :2], counts[2] = (5, 9), (3, 12), (6, 0, 0, 0)
    found = knowledge_of(counts, old_rule(counts)).found()
    assert found["p", 0, 0] == (4, 10)
    assert found["p", 1, 0] == (0, 4)
    assert found["p", 2, 0][1] == 6
    assert not knowledge_of(counts, secrecy.week(counts, 11)).found()


# --- the pages -------------------------------------------------------------------------------


def test_hours_days_and_week_of_each_place_give_nothing() -> None:
    for name, page in read(edition(), NAMES).items():
        know = Knowledge()
        read_place(know, name, page)
        assert list(know.cells.values()).count(LOW) > 20
        assert not know.found()


def test_places_against_the_territory_give_nothing() -> None:
    know = Knowledge()
    for name, page in read(edition(), NAMES).items():
        read_place(know, name, page)
    with_territory(know, Page.read(edition()["index.html"]), list(NAMES))
    assert not know.found()


def test_a_territory_that_shows_its_small_hours_gives_places_away() -> None:
    know = Knowledge()
    for name, page in read(edition(), NAMES).items():
        read_place(know, name, page)
    week = clock(full()).week(MONDAY).sum(axis=0)
    for (day, hour), value in np.ndenumerate(week):
        know.add([(n, day, hour) for n in NAMES], value, value)
    assert len(know.found()) > 20


def late(cube: xr.Dataset, sensor: str, moment: str) -> xr.Dataset:
    """Return the cube as it was before one hour of a sensor had come in."""
    end = str(pd.Timestamp(moment) + pd.Timedelta("1h"))
    return inputs.silence(cube, sensor, moment, end)


def test_a_comparison_with_a_week_that_lacks_an_hour_gives_nothing() -> None:
    # The week before lacks Tuesday 3 h at the only sensor of the square: the comparison leaves that
    # hour of this week out, and the week less the comparison would tell it.
    cube = late(full(), "p1", "2025-10-21 03:00")
    page = Page.read(edition("2025-10-21 03:00")[NAMES["place"]])
    know = Knowledge()
    read_place(know, "place", page)
    counted = [k for k, v in know.cells.items() if v != GONE and k[1:] != (1, 3)]
    table = clock(cube)
    week = table.week(MONDAY)[table.ids.index("p1")]
    naive = Knowledge(11, dict(know.cells), list(know.sums))
    naive.add(counted, week.sum() - week[1, 3], week.sum() - week[1, 3])
    assert naive.found()["place", 1, 3] == (week[1, 3], week[1, 3])  # it has teeth
    door = Door(table, {"Place Basse": ("p1",)}, 11)
    weeks = [door.week("Place Basse", MONDAY - k * pd.Timedelta("7D")) for k in (0, 1)]
    both = np.isfinite(weeks[0].counts + weeks[1].counts)
    inside = secrecy.whole(both, *(w.hidden for w in weeks))
    ((now, before),) = page.pairs
    assert (now, before) == tuple(w.counts[inside].sum() for w in weeks)
    know.add([("place", int(d), int(h)) for d, h in np.argwhere(inside)], now, now)
    assert not know.found()


def two_editions(one: dict[str, str], two: dict[str, str], hour: tuple[int, int]) -> Knowledge:
    """Return what two editions tell of the square, one hour of which came late."""
    know, earlier = Knowledge(), Knowledge()
    old, new = (Page.read(p[NAMES["place"]]) for p in (one, two))
    read_place(know, "place", new)
    read_place(earlier, "place", old)
    assert old.hours[hour] == GONE
    for cell, value in earlier.cells.items():
        if value not in (GONE, HELD, LOW):
            know.cells[cell] = value  # the first edition may say more
    know.sums += earlier.sums
    return know


def test_an_hour_that_comes_late_is_not_told_by_two_editions() -> None:
    hour, first = (1, 3), edition(LATE)
    assert not two_editions(first, edition(after=True), hour).found()
    # Without the record, the second edition is safe alone but not beside the first one.
    low, high = two_editions(first, edition(), hour).found()["place", *hour]
    assert low == high


def test_what_was_hidden_stays_hidden() -> None:
    values = full()["value"].to_numpy().copy()
    row = list(full()["sensor"].to_numpy()).index("p1")
    local = cubes.local_time(full())
    values[row, np.asarray(local == pd.Timestamp(LATE, tz=inputs.ZONE))] = 60.0  # revised upwards
    before = Record.from_json(edition()["disclosure.json"])
    two = publish(with_values(full(), values), before=before)
    old, new = (Page.read(p[NAMES["place"]]) for p in (edition(), two))
    assert (old.hours[1, 3], new.hours[1, 3]) == (LOW, HELD)
    assert "h comptées sur 24" in new.days[1].replace("\u00a0", " ")  # without its hidden hours
    for day, slot in np.ndindex(7, 24):
        if isinstance(old.hours[day, slot], str):
            assert isinstance(new.hours[day, slot], str)


def test_the_same_edition_twice_is_the_same() -> None:
    first = report.facts(inputs.territory(), *both(full()))
    again = report.facts(inputs.territory(), *both(full()), before=first.disclosure)
    text = first.disclosure.to_json()
    assert again.disclosure.to_json() == text
    assert Record.from_json(text).to_json() == text
    assert report.pages(again)[NAMES["place"]] == edition()[NAMES["place"]]


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "weeks": {"a": 3}}'])
def test_a_damaged_record_stops_the_report(text: str) -> None:
    with pytest.raises(ConfigError, match="not the record of an edition"):
        Record.from_json(text)


def test_a_small_revision_of_a_total_is_not_told() -> None:
    # An hour of a past week comes late: the total of that week must not grow by it.
    first = report.facts(inputs.territory(), *both(late(full(), "p1", "2025-10-07 04:00")))
    second = report.facts(inputs.territory(), *both(full()), before=first.disclosure)
    old, new = (next(p.trend for p in f.places if p.name == "Place Basse") for f in (first, second))
    assert old is not None
    assert new is not None
    gap = new.now - old.now
    assert ((gap == 0) | (np.abs(gap) >= 11)).all()


def both(cube: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    return cube, cubes.by_place(cube)


# --- curves, incidents, impacts ----------------------------------------------------------------


def test_curves_draw_no_hidden_hour() -> None:
    cube = full()
    place_cube = cubes.by_place(cube)
    found = report.facts(
        inputs.territory(), cube, place_cube, forecast=inputs.forecast_of(place_cube)
    )
    door = Door(clock(cube), {"Place Basse": ("p1",)}, 11)
    ahead = next(p.outlook for p in found.places if p.name == "Place Basse")
    assert ahead is not None
    for time, value in zip(ahead.past_times, ahead.past, strict=True):
        week = door.week("Place Basse", time.normalize() - pd.Timedelta(days=time.day_of_week))
        state = week.hidden.states[time.day_of_week, time.hour]
        true = week.counts[time.day_of_week, time.hour]
        want = {Cell.SHOWN: true, Cell.LOW: 11.0}.get(Cell(int(state)), np.nan)
        np.testing.assert_equal(value, want)


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2025-10-28 10:00", "2025-10-28 15:00", True),  # hours that are all shown
        ("2025-10-28 03:00", "2025-10-28 15:00", False),  # some hidden hours of the day
        ("2025-10-28 00:00", "2025-10-29 00:00", True),  # the day
    ],
)
def test_an_incident_tells_its_count_if_that_gives_no_hour_back(
    start: str, end: str, told: bool
) -> None:
    known = {"sensor": "r1", "sensors": "r1;r2", "observed": 300.0, "explanation": "300 passages."}
    events = inputs.incidents_of(place="Rue Haute", start=start, end=end, **known)
    found = report.facts(inputs.territory(), *both(full()), incidents=events)
    place = next(p for p in found.places if p.name == "Rue Haute")
    assert place.incidents is not None
    incident = next(i for i in place.incidents.recent if i.id == "i1")
    assert incident.unsaid is not told
    assert (incident.observed, bool(incident.explanation)) == (300.0 if told else 0.0, told)
    market = inputs.impacts_of().head(1).assign(start=start, end=end, sensors="r1;r2")
    shown = report.facts(inputs.territory(), *both(full()), impacts=market).impacts
    assert shown is not None
    assert shown[0].unsaid is not told
    assert np.isfinite(shown[0].effect) == told


def test_a_true_zero_is_not_told_of_an_incident() -> None:
    start, end = "2025-10-28 00:00", "2025-10-28 06:00"
    for label, few in (("unexplained", True), ("fault", True)):  # the hours were counted
        events = inputs.incidents_of(
            sensor="p1", place="Place Basse", sensors="p1", start=start, end=end, observed=0.0,
            label=label, explanation="Personne.",
        )  # fmt: skip
        found = report.facts(inputs.territory(), *both(full()), incidents=events)
        assert found.whole.incidents is not None
        incident = next(i for i in found.whole.incidents.recent if i.id == "i1")
        assert (incident.few, incident.explanation) == (few, "")
    silent = inputs.silence(full(), "p1", start, end)
    found = report.facts(inputs.territory(), *both(silent), incidents=events)
    assert found.whole.incidents is not None
    assert not next(i for i in found.whole.incidents.recent if i.id == "i1").few


# --- sensitive places ----------------------------------------------------------------------------


def hours_named(page: str) -> list[str]:
    """Return where a page names an hour of the clock, the moment of the edition aside."""
    text = re.sub(r"<[^>]+>", " ", re.sub("[\u00a0\u202f]", " ", page))
    text = text[text.find("À retenir") :]
    return [m[0] for m in re.finditer(r".{0,30}\b\d{1,2} h\b(?! compt).{0,20}", text)
            if "5 novembre 2025 à 6 h" not in m[0]]  # fmt: skip


def test_nothing_finer_than_a_day_is_told_of_a_sensitive_place() -> None:
    cube = town(sensors=(*TOWN, ("s1", "Cimetière", 3.0)))
    place_cube = cubes.by_place(cube)
    hours = inputs.forecast_of(place_cube)
    days, weeks = inputs.totals_of(hours)
    events = inputs.incidents_of(sensor="s1", place="Cimetière", sensors="s1")
    pages = publish(
        cube,
        forecast=hours,
        days=days,
        weeks=weeks,
        incidents=events,
        windows=inputs.windows_of(events),
        activity=inputs.activity_of(place_cube),
        sensitive={"Cimetière": "cemetery"},
    )
    page = pages["lieux/cimetiere.html"]
    assert hours_named(page) == []
    assert hours_named(pages[NAMES["place"]])
    assert "Ce lieu est un cimetière" in page
    seen = Page.read(page)
    assert seen.hours.shape == (7, 1)
    case = pages["incidents.html"]
    assert "Lundi 20 octobre 2025" in case.replace("\u00a0", " ")
    assert "10 h à 15" not in case.replace("\u00a0", " ")
    assert "10:00" not in case
    # The hours of the territory less those of the other places would be its own.
    whole = Page.read(pages["index.html"])
    other = read(edition(), NAMES)
    for day, hour in np.ndindex(7, 24):
        if not isinstance(whole.hours[day, hour], str):
            assert whole.hours[day, hour] == sum(p.hours[day, hour] for p in other.values())


def test_a_sensitive_place_alone_makes_a_territory_by_day() -> None:
    cube = town(sensors=TOWN[2:])
    known = {"Place Basse": "school"}
    found = report.facts(inputs.territory(), *both(cube), sensitive=known)
    assert found.whole.week is found.places[0].week
    assert found.whole.week is not None
    assert found.whole.week.counts.shape == (7, 1)


def test_places_with_small_days_stay_out_of_the_territory() -> None:
    cube = town(sensors=(("r1", "Rue Haute", 3.0), ("p1", "Place Basse", 1.0)))
    values = cube["value"].to_numpy().copy()
    values[cube["sensor"].to_numpy() == "p1"] = 0.0
    cube = with_values(cube, values)
    found = report.facts(inputs.territory(), *both(cube))
    assert found.whole.week is not None
    assert found.whole.week.sensors == ("r1",)
    nobody = next(p for p in found.places if p.name == "Place Basse")
    assert nobody.week is not None
    assert (nobody.week.total, nobody.last.reason) == (0.0, "too_few")


def test_many_places_take_little_time() -> None:
    rng = np.random.default_rng(0)
    tables = rng.poisson(np.geomspace(0.5, 60, 24), (200, 7, 24)).astype("float64")
    for counts in tables:
        done = secrecy.week(counts, 11)
        assert (done.states[counts < 11] == Cell.LOW).all()
