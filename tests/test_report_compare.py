"""A year earlier, holidays with holidays: Easter, a Saturday less, Christmas; all by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import report_inputs as inputs
from mining import cube as cubes
from mining import secrecy
from mining.calendars import Calendar
from mining.language import language
from mining.report import _aligned as aligned
from mining.report import _confidence as sure
from mining.report import facts
from mining.report._clock import WEEK, clock
from mining.report._compare import year_before, year_on_year
from mining.report._door import Door
from mining.report._elected_page import page_view
from mining.report._journal import Entry
from mining.report._keep import keep
from mining.report._key import key_figures
from mining.report._other_week import other_week
from mining.report._twins import twins_of, unlike

WORDS = language("fr")
NZ = Calendar("NZ", subdivision="AUK")


def days_cube(
    start: str, end: str, per_hour: dict[str, float], saturday: float = 0, base: float = 10
) -> xr.Dataset:
    """Return a sensor that counts `base` an hour, `saturday` then, and some days by hand."""
    index = pd.date_range(start, end, freq="1h", tz=inputs.ZONE, inclusive="left")
    values = np.where(index.day_of_week == 5, saturday or base, base)
    for moment, value in per_hour.items():
        values[index.strftime("%Y-%m-%d %H").str.startswith(moment)] = value
    frame = pd.DataFrame({"s": values}, index=index.tz_convert("UTC"))
    places = pd.DataFrame({"place": "P"}, index=["s"])
    attrs = {"country": "FR", "language": "fr"}
    return cubes.build(frame, timezone=inputs.ZONE, step="1h", sensors=places, attrs=attrs)


def compared(cube, calendar: Calendar):
    table = clock(cube)
    now = table.last_monday()
    assert now is not None
    before = year_before(now)
    assert before is not None
    return year_on_year(table, ["s"], before, twins_of(calendar, now, before))


@pytest.mark.parametrize(
    ("calendar", "monday", "moved"),
    [
        # Easter Monday: 21 April 2025, 1 April 2024.
        (Calendar("FR"), "2025-04-21", {"04-21": "2024-04-01"}),
        # All Saints: Saturday 2025, Friday 2024. The Friday takes the nearest ordinary one.
        (Calendar("FR"), "2025-10-27", {"10-31": "2024-10-25", "11-01": "2024-11-01"}),
        # Ascension and the bridge after it, three weeks earlier in 2024.
        (Calendar("FR"), "2025-05-26", {"05-29": "2024-05-09", "05-30": "2024-05-10"}),
        # Christmas Eve beside an ordinary Wednesday; both holidays beside themselves.
        (NZ, "2025-12-22", {"12-24": "2024-12-18", "12-25": "2024-12-25", "12-26": "2024-12-26"}),
        # 2 January 2026 is a bridge, 2025 had none: left out.
        (Calendar("FR"), "2025-12-29",
         {"12-31": "2025-01-08", "01-01": "2025-01-01", "01-02": None}),
        (Calendar("FR"), "2025-09-15", {}),
        (Calendar(), "2025-12-22", {}),
    ],
)  # fmt: skip
def test_which_day_stands_beside_which(
    calendar: Calendar, monday: str, moved: dict[str, str | None]
) -> None:
    now = pd.Timestamp(monday)
    before = year_before(now)
    assert before is not None
    found = twins_of(calendar, now, before)
    told = {f"{t.day:%m-%d}": t.other and f"{t.other:%Y-%m-%d}" for t in found.moved}
    assert told == moved
    rest = [t for t in found.week if not t.moved]
    assert all(t.other == before + (t.day - now) for t in rest)


def test_easter_that_moved() -> None:
    # 240 a day; 48 on Easter Monday of both years. This week 6 x 240 + 48 = 1488, and the same
    # a year earlier beside Easter Monday of 2024; the same ISO week had 7 x 240 = 1680.
    cube = days_cube("2024-03-25", "2025-04-28", {"2025-04-21": 2, "2024-04-01": 2})
    found = compared(cube, Calendar("FR"))
    assert (found.passages, found.passages_before, found.change) == (1488, 1488, 0)
    assert found.share == 1
    assert found.naive is not None
    assert found.naive.passages_before == 1680
    assert found.naive.change == pytest.approx(1488 / 1680 - 1, abs=1e-12)  # -11.4 %
    said = " ".join(aligned.compared(found, WORDS, year=True)).replace("\u202f", " ")
    assert "1 jour est comparé à un autre jour de l’an dernier" in said.replace("\u00a0", " ")
    assert "serait de \u221211,4 %." in said
    without = compared(cube, Calendar())
    assert without.naive is None
    assert without.passages_before == 1680


def test_a_saturday_less() -> None:
    # 240 a day, 480 on Saturdays, 24 on All Saints: a Saturday in 2025, a Friday in 2024.
    # Now 5 x 240 + 24 + 240 = 1464; the same ISO week had 4 x 240 + 24 + 480 + 240 = 1704. Beside
    # an ordinary Friday and All Saints of 2024: 1464.
    known = {"2025-11-01": 1, "2024-11-01": 1}
    found = compared(days_cube("2024-09-02", "2025-11-03", known, saturday=20), Calendar("FR"))
    assert (found.passages, found.passages_before) == (1464, 1464)
    assert found.naive is not None
    assert found.naive.change == pytest.approx(1464 / 1704 - 1, abs=1e-12)


def test_a_day_without_like_is_left_out_and_lowers_the_confidence() -> None:
    cube = days_cube("2024-11-18", "2026-01-05", {})
    found = compared(cube, Calendar("FR"))
    # Six days of 240 on both sides; 144 of the 168 hours are compared.
    assert (found.passages, found.passages_before) == (1440, 1440)
    assert found.share == pytest.approx(144 / 168)
    assert sure.confidence(found.share) == sure.INDICATIVE
    table = aligned.twins_table(found, WORDS)
    assert table is not None
    assert [r[1] for r in table.rows][-1] == "laissé de côté"
    assert len(table.rows) == 3


def test_days_that_were_not_counted_leave_the_naive_comparison_and_a_warning() -> None:
    cube = days_cube("2024-04-08", "2025-04-28", {"2025-04-21": 2})
    found = compared(cube, Calendar("FR"))
    # Easter Monday of 2024 is not in the data: six days are compared.
    assert (found.passages, found.passages_before) == (1440, 1440)
    # Without Saturday 27 April as well, 71 % of the like hours are left: too few. 86 % of those of
    # the same ISO week: 48 + 5 x 240 against 6 x 240.
    silent = inputs.silence(cube, "s", "2024-04-27", "2024-04-28")
    found = compared(silent, Calendar("FR"))
    assert found.unlike
    assert (found.passages, found.passages_before) == (1248, 1440)
    assert "férié ou un pont" in " ".join(aligned.compared(found, WORDS, year=True))


def test_a_holiday_in_one_week_alone_is_told_of_the_week_before() -> None:
    assert unlike(Calendar("FR"), pd.Timestamp("2025-04-21"), pd.Timestamp("2025-04-14"))
    assert not unlike(Calendar("FR"), pd.Timestamp("2025-09-15"), pd.Timestamp("2025-09-08"))


def test_the_report_shows_one_clear_figure_and_the_naive_one_beside_it() -> None:
    cube = days_cube("2024-03-25", "2025-04-28", {"2025-04-21": 4, "2024-04-01": 4}, base=20)
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    for place in (*found.places, found.whole):
        assert place.year.change == 0
        assert place.year.naive is not None
    rows = aligned.comparison_table(aligned.rows_of(found.whole.last, found.whole.year), WORDS)
    assert rows is not None
    assert [r[3].replace("\u202f", " ") for r in rows.rows][1:] == ["0,0 %", "\u221211,4 %"]


@pytest.mark.parametrize("renewed", [False, True])
def test_every_label_says_that_holidays_were_aligned(renewed: bool) -> None:
    cube = days_cube("2024-03-25", "2025-04-28", {"2025-04-21": 4, "2024-04-01": 4}, base=20)
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    start = pd.Timestamp("2025-01-06")
    camera = Entry("hardware", "Caméra", start, start, (), ("s",))
    year = replace(found.whole.year, hardware=(camera,) if renewed else ())
    found = replace(found, whole=replace(found.whole, year=year))
    label = key_figures(found.whole, found, WORDS)[2]["label"]
    sentence = keep(found.whole, found, WORDS)[1]
    figure = page_view(found, WORDS)["figures"][1]["label"]
    for text in (label, sentence, figure):
        assert "jours fériés alignés" in text
        assert "même semaine" not in text
    assert ("matériel" in label) is ("matériel" in sentence) is renewed


def test_groups_of_hidden_hours_are_compared_whole_or_not_at_all() -> None:
    # Three small days of a past week, 6 each: known by their sum alone. Two of them would tell
    # the third.
    days = ("2025-01-06", "2025-01-07", "2025-01-08")
    low = {**dict.fromkeys(days, 0), **{f"{d} 12": 6 for d in days}}
    table = clock(days_cube("2024-12-30", "2025-01-27", low, base=20))
    door = Door(table, {"P": ("s",)}, 11)
    monday = pd.Timestamp("2025-01-06")
    assert door.week("P", monday).hidden.told[:3].all()
    taken = [monday - WEEK, *(monday + pd.Timedelta(days=k) for k in range(1, 7))]
    other = other_week(door, "P", monday, taken)
    assert not other.hidden.told[1:3].any()
    assert other.hidden.told[[0, 3, 4, 5, 6]].all()


def test_a_week_of_days_holds_each_group_of_its_weeks_whole_or_not_at_all() -> None:
    rng = np.random.default_rng(5)
    cube = inputs.cube_of("2025-09-01", "2025-11-05 06:00", (("a", "P", 0.3),))
    values = rng.poisson(cube["value"].to_numpy() * 0.6).astype("float32")
    quality, reason = cubes.codes_from_values(values)
    dims = ("sensor", "time")
    table = clock(cube.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason)))
    door, first = Door(table, {"P": ("a",)}, 11), pd.Timestamp("2025-09-01")
    for _ in range(20):
        days = [first + int(rng.integers(8)) * WEEK + pd.Timedelta(days=k) for k in range(7)]
        other = other_week(door, "P", first, days)
        held = secrecy.whole(np.isfinite(other.counts[0]), other.hidden)
        assert held.any()
        for monday in {d - d.day_of_week * pd.Timedelta(days=1) for d in days}:
            inside = np.zeros_like(held)
            here = [k for k, d in enumerate(days) if d - k * pd.Timedelta(days=1) == monday]
            inside[here] = held[here]
            week = door.week("P", monday).hidden
            for number in np.unique(week.group[week.hidden]):
                part = inside[week.group == number]
                assert part.all() or not part.any()
