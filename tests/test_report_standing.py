"""Where a place stands, in bands that name nobody; words of confidence in tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_inputs as inputs
from mining import cube as cubes
from mining.calendars import Calendar
from mining.language import figures_of, language
from mining.report import _confidence as sure
from mining.report import _tables as tables
from mining.report import facts
from mining.report._bands import band_of, index_of, ordinary
from mining.report._incidents import Incident
from mining.report._journal import Entry
from mining.report._standing import standing_view, standings

WORDS = language("fr")
THIN = "\u202f"
#: Three places that are told, and one with next to nobody.
TOWN = (("a", "Rue A", 60.0), ("b", "Rue B", 50.0), ("c", "Rue C", 40.0), ("d", "Rue D", 0.004))
START = "2025-08-04"


def town(sensors=TOWN, **known):
    cube = inputs.cube_of(START, sensors=sensors, **known.pop("attrs", {}))
    return facts(inputs.territory(), cube, cubes.by_place(cube), **known)


@pytest.mark.parametrize(
    ("count", "bands"),
    [
        (2, [""] * 2),
        (3, ["low", "middle", "high"]),
        # Midranks 1/14, 3/14, 5/14, ...: two, three and two.
        (7, ["low"] * 2 + ["middle"] * 3 + ["high"] * 2),
        (14, ["low"] * 5 + ["middle"] * 4 + ["high"] * 5),
        (15, [b for b in ("low", "rather_low", "middle", "rather_high", "high") for _ in range(3)]),
    ],
)
def test_bands_by_hand(count: int, bands: list[str]) -> None:
    values = [float(10 * k) for k in range(count)]
    assert [band_of(v, values) for v in values] == bands


def test_equal_figures_share_a_band() -> None:
    assert {band_of(5.0, [5.0] * 6)} == {"middle"}
    assert band_of(float("nan"), [1.0, 2.0, 3.0]) == ""


@given(st.lists(st.integers(0, 1000), min_size=15, max_size=60, unique=True), st.integers(1, 9))
def test_bands_hold_three_places_and_know_no_scale(values: list[int], factor: int) -> None:
    bands = [band_of(v, values) for v in values]
    assert min(bands.count(b) for b in set(bands)) >= 3
    assert [band_of(v * factor, [o * factor for o in values]) for v in values] == bands


def test_index_by_hand() -> None:
    # Thirteen weeks from 25 August 2025; 1 and 11 November are holidays, works touch the third
    # week, the fifth is not told. Eight are left before the last, of which the median is 450.
    mondays = pd.date_range("2025-08-25", periods=13, freq="7D")
    totals = np.array([800, 900, 50, 100, np.nan, 200, 300, 400, 500, 600, 700, 9999, 540])
    works = Entry("works", "", mondays[2] + pd.Timedelta("2D"), mondays[3], (), ())
    market = Entry("market", "", mondays[5], mondays[6], (), ())
    found = ordinary(mondays, totals, [works, market], Calendar("FR"))
    assert found.tolist() == [800, 900, 100, 200, 300, 400, 500, 700]
    assert index_of(540.0, found) == pytest.approx(120)
    hardware = Entry("hardware", "", mondays[5], pd.Timestamp.max, (), ())
    after = ordinary(mondays, totals, [works, hardware], Calendar("FR"))
    assert after.tolist() == [200, 300, 400, 500, 700]
    assert np.isnan(index_of(540.0, after))


def test_a_place_stands_among_those_that_are_told() -> None:
    found = town()
    place = next(p for p in found.places if p.name == "Rue B")
    known = standings(place, found)
    totals = sorted(p.week.total for p in found.places if p.week and p.week.total)
    assert len(totals) == 3  # the fourth tells no total
    assert known["week"].every == tuple(totals)
    assert (known["week"].median, known["week"].band) == (totals[1], "middle")
    # Every week is like the other: no change, an index of 100; Saturday has 16 of 74 tenths.
    assert known["last"].here == known["last"].median == 0
    assert known["index"].here == pytest.approx(100)
    assert known["saturday"].here == pytest.approx(16 / 74, abs=0.002)
    # Hours of the evening count 20 + 10 + 6 + 4 of 387, of the midday 40 + 35.
    assert known["evening"].here == pytest.approx(40 / 387, abs=0.003)
    assert known["noon"].here == pytest.approx(75 / 387, abs=0.003)
    shown = standing_view(place, found, WORDS)
    assert "3 lieux" in shown["standing"][0].replace("\u00a0", " ")
    assert shown["standing"][0].endswith("médian.")
    assert shown["standing_figure"] is not None
    text = " ".join([*shown["standing"], *map(str, shown["standing_table"].rows)])
    assert not any(p.name in text for p in found.places)


def test_the_territory_and_the_untold_have_no_standing() -> None:
    found = town()
    assert standing_view(found.whole, found, WORDS)["standing"] == []
    untold = next(p for p in found.places if p.name == "Rue D")
    (said,) = standing_view(untold, found, WORDS)["standing"]
    assert said.startswith("Le total de la semaine n’est pas publié ici")


def test_two_places_are_too_few() -> None:
    found = town(TOWN[:2])
    shown = standing_view(found.places[0], found, WORDS)
    assert shown["standing_figure"] is None
    (said,) = shown["standing"]
    assert said.replace("\u00a0", " ").startswith("2 lieux seulement ont une semaine publiée")


def test_what_a_place_hides_is_in_no_band_and_no_median() -> None:
    # The attacker's view: whatever the hidden place counts below the minimum, nothing changes.
    seen = []
    for passages in (0.0, 1.0, 10.0):
        cube = inputs.cube_of(START, sensors=TOWN)
        values = cube["value"].to_numpy().copy()
        row = list(cube["sensor"].to_numpy()).index("d")
        values[row] = 0.0
        local = cubes.local_time(cube)
        values[row, np.asarray(local == pd.Timestamp("2025-10-28 12:00", tz=inputs.ZONE))] = (
            passages
        )
        quality, reason = cubes.codes_from_values(values)
        dims = ("sensor", "time")
        cube = cube.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason))
        found = facts(inputs.territory(), cube, cubes.by_place(cube))
        seen.append([standing_view(p, found, WORDS) for p in found.places])
    assert seen[0] == seen[1] == seen[2]


def test_a_sensitive_place_stands_by_its_days_alone() -> None:
    sensors = (*TOWN[:3], ("e", "Cimetière", 3.0))
    found = town(sensors, sensitive={"Cimetière": "cemetery"})
    place = next(p for p in found.places if p.name == "Cimetière")
    assert {"noon", "evening"}.isdisjoint(standings(place, found))
    assert {"week", "saturday", "last"} <= standings(place, found).keys()
    other = next(p for p in found.places if p.name == "Rue A")
    assert len(standings(other, found)["noon"].every) == 3


# --- words of confidence -------------------------------------------------------------------------


def broken():
    """Return a place of two sensors that miss 30 hours each, not the same: 108 of 168 are left.

    Of Tuesday and Thursday nothing is left, of the days that follow 18 hours.
    """
    sensors = (("a1", "Rue A", 10.0), ("a2", "Rue A", 4.0), ("b", "Rue B", 1.0))
    cube = inputs.cube_of(START, sensors=sensors)
    cube = inputs.silence(cube, "a1", "2025-10-28 00:00", "2025-10-29 06:00")
    return inputs.silence(cube, "a2", "2025-10-30 00:00", "2025-10-31 06:00")


def test_an_insufficient_total_gives_way_to_its_reason() -> None:
    cube = broken()
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    place = next(p for p in found.places if p.name == "Rue A")
    assert place.week is not None
    assert place.week.share == pytest.approx(108 / 168)
    rows = {
        r[0]: r for r in tables.place_table(found, WORDS, {p.name: "" for p in found.places}).rows
    }
    assert rows["Rue A"][1] == f"insuffisant\u00a0: 64,3{THIN}% des heures comptées"
    hidden, share = figures_of(rows["Rue A"][1])
    assert (hidden.value, hidden.confidence, share.value) == (None, "insufficient", 64.3)
    assert hidden.why
    assert rows["Rue A"][4] == "–"  # the busiest hour of what was counted says little
    assert rows["Rue B"][1].replace(THIN, "").isdigit()
    days = tables.week_table(place.week, found, WORDS).rows[-1]
    assert days[2] == "–"
    # Wednesday: 18 of 24 hours, 75 %.
    assert days[3].replace("\u00a0", " ") == "insuffisant (18 h comptées sur 24)"


def test_a_day_of_which_too_little_was_counted_gives_its_reason() -> None:
    cube = inputs.silence(
        inputs.cube_of(START, sensors=TOWN[:1]), "a", "2025-10-28", "2025-10-28 18:00"
    )
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    week = found.places[0].week
    assert week is not None
    days = tables.week_table(week, found, WORDS).rows[-1]
    assert days[2].replace("\u00a0", " ") == "insuffisant (6 h comptées sur 24)"
    assert figures_of(days[2])[0].confidence == "insufficient"


def test_weeks_of_the_trend_say_what_they_are_worth() -> None:
    # 12 of 168 hours missing: 92.9 %, indicative; 48 missing: 71 %, insufficient.
    cube = inputs.cube_of(START, sensors=TOWN[:1])
    cube = inputs.silence(cube, "a", "2025-10-21 00:00", "2025-10-21 12:00")
    cube = inputs.silence(cube, "a", "2025-10-13 00:00", "2025-10-15 00:00")
    found = facts(inputs.territory(), cube, cubes.by_place(cube)).places[0]
    assert found.trend is not None
    rows = tables.trend_table(found.trend, WORDS).rows
    assert rows[0][1].replace(THIN, "").isdigit()
    assert rows[1][1].endswith("(indicatif)")
    assert rows[2][1] == "insuffisant"
    assert rows[0][2] == "–"  # no year before


@pytest.mark.parametrize(
    ("changes", "word", "label"),
    [
        ({"certainty": "sure"}, "solid", "travaux (solide)"),
        ({"certainty": "unsure"}, "indicative", "travaux (indicatif)"),
        ({"certainty": "unsure", "decided_by": "journal"}, "solid", "travaux (solide)"),
        ({"certainty": "sure", "label": "unexplained"}, "insufficient", "inexpliqué"),
        ({}, "", "travaux"),
    ],
)
def test_incidents_say_how_sure_their_cause_is(
    changes: dict[str, str], word: str, label: str
) -> None:
    start = pd.Timestamp("2025-10-20 10:00")
    bare = Incident("Rue A", "a", start, start + pd.Timedelta("5h"), "works", "", 9, 90, "Bref.")
    incident = replace(bare, **changes)
    assert sure.of_incident(incident) == word
    found = town(TOWN[:1])
    table = tables.incident_table((incident,), "", found, WORDS, whole=False)
    assert table.rows[0][1] == label


def test_events_of_the_journal_leave_the_index_out() -> None:
    works = {"type": "works", "title": "Travaux", "start": "2025-08-01", "end": "2025-10-20"}
    found = town(TOWN[:3], attrs={"events": [works]})
    place = found.places[0]
    assert place.ordinary_weeks == 1
    said = " ".join(standing_view(place, found, WORDS)["standing"]).replace("\u00a0", " ")
    assert "il faut 8 semaines ordinaires" in said
