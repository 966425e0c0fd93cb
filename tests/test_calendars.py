"""Known days, checked against official calendars by hand, and no knowledge before its time."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import datetime as dt
import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import public_holidays
from mining.calendars import EVENT_TYPES, Calendar, Event, as_calendar, of_cube
from mining.errors import ConfigError
from mining.territory import FOREVER, event_of


def day(text: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([text])


def name_of(calendar: Calendar, text: str) -> str:
    return str(calendar.days(day(text))["holiday"].iloc[0])


def test_france_has_its_eleven_days_of_2026_in_french() -> None:
    days = Calendar("FR").days(pd.date_range("2026-01-01", "2026-12-31"))
    found = days.loc[days["is_holiday"], "holiday"]
    assert {f"{d:%m-%d}": n for d, n in found.items()} == {
        "01-01": "Jour de l'an",
        "04-06": "Lundi de Pâques",
        "05-01": "Fête du Travail",
        "05-08": "Fête de la Victoire",
        "05-14": "Ascension",
        "05-25": "Lundi de Pentecôte",
        "07-14": "Fête nationale",
        "08-15": "Assomption",
        "11-01": "Toussaint",
        "11-11": "Armistice",
        "12-25": "Noël",
    }


@pytest.mark.parametrize("subdivision", ["57", "6AE", "Alsace"])
def test_alsace_and_moselle_days_need_their_subdivision(subdivision: str) -> None:
    good_friday, saint_stephen = "2026-04-03", "2026-12-26"
    assert name_of(Calendar("FR"), good_friday) == ""
    assert name_of(Calendar("FR"), saint_stephen) == ""
    assert name_of(Calendar("FR", subdivision), good_friday) == "Vendredi saint"
    assert name_of(Calendar("FR", subdivision), saint_stephen) == "Saint-Étienne"


def test_key_does_not_depend_on_the_language() -> None:
    french, english = Calendar("FR"), Calendar("FR", language="en")
    year = pd.date_range("2026-01-01", "2026-12-31")
    assert french.days(year)["holiday_key"].equals(english.days(year)["holiday_key"])
    assert name_of(english, "2026-05-14") == "Ascension Day"
    assert french.days(day("2026-05-14"))["holiday_key"].iloc[0] == "ascension_day"


def test_language_without_translation_keeps_the_names_of_the_country() -> None:
    assert name_of(Calendar("NZ", "AUK", language="fr"), "2025-04-25") == "Anzac Day"


def test_two_holidays_on_one_day_have_both_names_and_one_key() -> None:
    # Ascension fell on 1 May in 2008.
    row = Calendar("FR").days(day("2008-05-01")).iloc[0]
    assert row["holiday"] == "Ascension; Fête du Travail"
    assert row["holiday_key"] == "ascension_day"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2025-01-27", "auckland_anniversary_day"),  # Monday nearest to 29 January
        ("2022-06-24", "matariki"),  # the first one
        ("2023-07-14", "matariki"),
        ("2024-06-28", "matariki"),
        ("2025-06-20", "matariki"),
        ("2022-06-06", "sovereigns_birthday"),  # of the queen, then of the king
        ("2023-06-05", "sovereigns_birthday"),
        ("2021-02-06", "waitangi_day"),  # a Saturday, observed on Monday
        ("2021-02-08", "waitangi_day_observed"),
        ("2021-02-07", ""),
        ("2021-07-09", ""),  # Matariki was no holiday yet
    ],
)
def test_auckland_days(text: str, key: str) -> None:
    row = Calendar("NZ", "AUK").days(day(text)).iloc[0]
    assert row["holiday_key"] == key
    assert row["is_holiday"] == bool(key)


def test_anniversary_day_belongs_to_auckland_only() -> None:
    assert name_of(Calendar("NZ"), "2025-01-27") == ""


def test_distances_and_bridge_around_ascension_2026() -> None:
    # 8 May Friday, 14 May Thursday, 25 May Monday are holidays; 15 May is the bridge.
    days = Calendar("FR").days(pd.date_range("2026-05-07", "2026-05-16"))
    assert days["days_to_holiday"].tolist() == [1, 0, 5, 4, 3, 2, 1, 0, 10, 9]
    assert days["days_since_holiday"].tolist() == [6, 0, 1, 2, 3, 4, 5, 0, 1, 2]
    assert days.index[days["bridge"]].tolist() == [pd.Timestamp("2026-05-15")]


def test_distances_are_capped_at_thirty_days() -> None:
    # From 25 December 2025 and 1 January 2026 to Easter Monday, 6 April 2026.
    row = Calendar("FR").days(pd.DatetimeIndex(["2026-02-15", "2026-03-07"]))
    assert row["days_since_holiday"].tolist() == [30, 30]
    assert row["days_to_holiday"].tolist() == [30, 30]
    assert Calendar().days(day("2026-05-14"))["days_to_holiday"].tolist() == [30]


def test_a_holiday_in_the_middle_of_the_week_makes_no_bridge() -> None:
    # 11 November 2026 is a Wednesday; 13 July 2026, the Monday before a Tuesday, is a bridge.
    days = Calendar("FR").days(pd.DatetimeIndex(["2026-11-10", "2026-11-12", "2026-07-13"]))
    assert days["bridge"].tolist() == [False, False, True]


def test_zone_a_autumn_holidays_of_2026() -> None:
    days = Calendar("FR", school_zone="A").days(pd.date_range("2026-10-10", "2026-11-08"))
    on = days.index[days["school_holiday"]]
    assert on.equals(pd.date_range("2026-10-17", "2026-11-01", freq=None).rename(on.name))


def test_winter_holidays_differ_by_zone() -> None:
    # 2026-27: zone A 13 to 28 February, zone B 20 February to 7 March, zone C 6 to 21 February.
    on = {
        zone: Calendar("FR", school_zone=zone)
        .days(pd.DatetimeIndex(["2027-02-08", "2027-02-15", "2027-03-01"]))["school_holiday"]
        .tolist()
        for zone in "ABC"
    }
    assert on == {
        "A": [False, True, False],
        "B": [False, False, True],
        "C": [True, True, False],
    }


def test_the_last_known_school_day_is_told() -> None:
    until = Calendar("FR", school_zone="A").school_until
    assert until is not None
    assert until >= pd.Timestamp("2027-08-31")
    assert Calendar("FR").school_until is None


def test_no_country_has_no_holiday() -> None:
    days = as_calendar(None).days(pd.date_range("2026-01-01", "2026-12-31"))
    assert not days[["is_holiday", "school_holiday", "bridge"]].to_numpy().any()
    assert (days["holiday"] == "").all()


def test_no_day_gives_an_empty_table_of_the_same_columns() -> None:
    none = Calendar("FR", school_zone="A").days(pd.DatetimeIndex([]))
    some = Calendar("FR", school_zone="A").days(day("2026-05-14"))
    assert list(none.columns) == list(some.columns)
    assert len(none) == 0


def test_exceptional_holiday_is_unknown_before_its_announcement() -> None:
    calendar = Calendar("NZ", "AUK")
    memorial = day("2022-09-26")
    before = calendar.days(memorial, known_at=pd.Timestamp("2022-09-11"))
    after = calendar.days(memorial, known_at=pd.Timestamp("2022-09-12"))
    assert before["is_holiday"].tolist() == [False]
    assert after["holiday_key"].tolist() == ["queen_elizabeth_ii_memorial_day"]


@given(st.lists(st.dates(dt.date(1995, 1, 1), dt.date(2030, 12, 31)), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_each_day_is_described_alone_whatever_its_company(dates: list[dt.date]) -> None:
    calendar = Calendar("FR", "57", "B")
    index = pd.DatetimeIndex(dates)
    together = calendar.days(index)
    for row, one in enumerate(index):
        alone = calendar.days(pd.DatetimeIndex([one]))
        pd.testing.assert_frame_equal(together.iloc[[row]], alone, check_freq=False)


@given(
    st.sets(st.integers(0, 200), max_size=10), st.lists(st.integers(0, 200), min_size=1, max_size=9)
)
def test_distances_agree_with_their_definition(holidays: set[int], wanted: list[int]) -> None:
    ordered, days = np.array(sorted(holidays), dtype="int64"), np.array(wanted, dtype="int64")
    ahead = [min([h - d for h in holidays if h >= d] + [30]) for d in wanted]
    behind = [min([d - h for h in holidays if h <= d] + [30]) for d in wanted]
    assert public_holidays.days_to(ordered, days).tolist() == ahead
    assert public_holidays.days_since(ordered, days).tolist() == behind


# --- the journal ---------------------------------------------------------------------------------

WORKS = {
    "id": "T1",
    "type": "works",
    "title": "Chaussée",
    "start": "2026-03-03",
    "end": "2026-03-05",
    "places": "Rue Haute; Place",
    "known_since": "2026-02-10",
}


def hours(start: str, periods: int) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=periods, freq="h")


def test_a_date_includes_its_whole_last_day_and_a_time_does_not() -> None:
    by_date = event_of(WORKS)
    assert (by_date.start, by_date.end) == (pd.Timestamp("2026-03-03"), pd.Timestamp("2026-03-06"))
    by_time = event_of({**WORKS, "end": "2026-03-05 14:00"})
    assert by_time.end == pd.Timestamp("2026-03-05 14:00")
    assert by_date.places == ("Rue Haute", "Place")


def test_active_counts_the_start_and_not_the_end() -> None:
    calendar = as_calendar({"events": [{"start": "2026-03-03 10:00", "end": "2026-03-03 12:00"}]})
    assert calendar.active(hours("2026-03-03 09:00", 5)).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_active_reads_local_clock_times_of_aware_times() -> None:
    calendar = as_calendar({"events": [{"start": "2026-03-03", "end": "2026-03-03"}]})
    aware = hours("2026-03-02 23:00", 3).tz_localize("Europe/Paris")
    assert calendar.active(aware).tolist() == [False, True, True]


def test_no_end_means_still_going_on() -> None:
    event = event_of({"start": "2026-03-03"})
    assert event.end == FOREVER
    assert event.as_dict()["end"] is None
    assert as_calendar({"events": [event]}).active(day("2040-01-01")).tolist() == [True]


def test_an_entry_is_unknown_before_somebody_knew() -> None:
    calendar = as_calendar({"events": [WORKS]})
    during = day("2026-03-04")
    assert not calendar.active(during, known_at=pd.Timestamp("2026-02-09 23:59")).any()
    assert calendar.active(during, known_at=pd.Timestamp("2026-02-10")).all()
    aware = pd.Timestamp("2026-02-10 00:00", tz="Europe/Paris")
    assert calendar.active(during, known_at=aware).all()


def test_without_known_since_an_entry_is_known_from_its_start() -> None:
    calendar = as_calendar({"events": [{k: v for k, v in WORKS.items() if k != "known_since"}]})
    assert not calendar.active(day("2026-03-04"), known_at=pd.Timestamp("2026-03-02 23:00")).any()
    assert calendar.active(day("2026-03-04"), known_at=pd.Timestamp("2026-03-03")).all()


def test_entries_are_chosen_by_place_sensor_and_type() -> None:
    fault = {"id": "P1", "type": "fault", "start": "2026-03-03", "sensors": ["c1"]}
    fair = {"id": "F1", "start": "2026-03-03"}
    calendar = as_calendar({"events": [WORKS, fault, fair]})

    def ids(**chosen: object) -> list[str]:
        return [e.id for e in calendar.entries(**chosen)]  # type: ignore[arg-type]

    assert ids() == ["T1", "P1", "F1"]
    assert ids(places=["Place"]) == ["T1", "F1"]
    assert ids(sensors=["c1"]) == ["P1", "F1"]
    assert ids(sensors=["c1"], places=["Place"]) == ["T1", "P1", "F1"]
    assert ids(sensors=["c2"], places=[]) == ["F1"]
    assert ids(types=["fault"]) == ["P1"]
    assert ids(places="Place") == ["T1", "F1"]


stamps = st.integers(0, 3 * 10**9).map(lambda seconds: pd.Timestamp(seconds, unit="s"))
names = st.lists(st.sampled_from(["c1", "c2", "Rue Haute"]), unique=True).map(tuple)


events = st.builds(
    lambda start, seconds, **fields: Event(
        start=start,
        end=FOREVER if seconds is None else start + pd.Timedelta(seconds=seconds),
        **fields,
    ),
    id=st.just("e"),
    type=st.sampled_from(EVENT_TYPES),
    title=st.just("titre"),
    start=stamps,
    seconds=st.none() | st.integers(1, 10**8),
    places=names,
    sensors=names,
    known_since=stamps,
    note=st.just("note"),
    source=st.just("arrêté"),
)


@given(events)
def test_an_entry_survives_its_json_form(event: Event) -> None:
    assert event_of(event.as_dict()) == event


def test_of_cube_reads_what_the_cube_carries() -> None:
    cube = xr.Dataset(
        attrs={
            "country": "NZ",
            "subdivision": "AUK",
            "school_zone": "",
            "language": "fr",
            "events": '[{"id": "T1", "start": "2026-03-03T00:00:00", "end": null}]',
        }
    )
    calendar = of_cube(cube)
    assert (calendar.country, calendar.subdivision, calendar.school_zone) == ("NZ", "AUK", None)
    assert [e.id for e in calendar.events] == ["T1"]
    assert of_cube(xr.Dataset()) == as_calendar(None)


def test_any_object_with_the_attributes_is_a_calendar() -> None:
    class Mine:
        country = "fr"
        school_zone = "A"
        events = (WORKS,)

    calendar = as_calendar(Mine())
    assert (calendar.country, calendar.school_zone, len(calendar.events)) == ("FR", "A", 1)
    assert as_calendar(calendar) is calendar


@pytest.mark.parametrize(
    ("calendar", "sentence"),
    [
        (
            {"country": "ZZ"},
            "unknown country 'ZZ': expected a code of two letters (ISO 3166-1) such as FR, ZA, ZM, ZW",
        ),
        (
            {"country": "FR", "subdivision": "25"},
            "unknown subdivision '25' of FR: expected one of 57, 6AE, 971, 972, 973, 974, 976, BL, MF, NC, PF, PM, TF, WF, or nothing",
        ),
        (
            {"subdivision": "AUK"},
            "subdivision 'AUK' without a country: add country, such as FR or NZ",
        ),
        (
            {"country": "FR", "school_zone": "D"},
            "unknown school_zone 'D': expected one of A, B, C",
        ),
        (
            {"country": "NZ", "school_zone": "A"},
            "school_zone 'A' with country 'NZ': school holidays are known for the country FR only, leave school_zone empty",
        ),
        (
            {"contry": "FR"},
            "unknown key 'contry' in the calendar: expected 'country', perhaps?",
        ),
        (
            {"events": [{"title": "Foire"}]},
            "event 1 of the calendar: 'start': found '', expected a date such as 2026-03-05 or a local time such as 2026-03-05 14:30",
        ),
        (
            {"events": [{"start": "2026-03-05", "ends": "2026-03-06"}]},
            "event 1 of the calendar: unknown key 'ends' in an event: expected 'end', perhaps?",
        ),
        (
            {"events": [{"start": "2026-03-05T10:00:00+01:00"}]},
            "event 1 of the calendar: 'start': found '2026-03-05T10:00:00+01:00', expected a date such as 2026-03-05 or a local time such as 2026-03-05 14:30",
        ),
        (
            {"events": ["Foire"]},
            "event 1 of the calendar: found 'Foire', expected a mapping or an Event",
        ),
        (
            7,
            "calendar: found int, expected None, a Calendar, or a mapping with keys among country, subdivision, school_zone, language, events",
        ),
    ],
)
def test_mistakes_get_one_sentence(calendar: object, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        as_calendar(calendar)
    assert str(caught.value) == sentence


def test_a_calendar_travels_between_processes_and_keys_a_cache() -> None:
    calendar = as_calendar({"country": "FR", "school_zone": "A", "events": [WORKS]})
    copy = pickle.loads(pickle.dumps(calendar))  # noqa: S301 - made on the line itself
    assert copy == calendar
    assert hash(copy) == hash(calendar)


def test_broken_events_of_a_cube_are_an_error() -> None:
    with pytest.raises(ConfigError, match=r"attribute 'events' of the cube: found '{oops'"):
        of_cube(xr.Dataset(attrs={"events": "{oops"}))


def test_an_aware_time_is_no_local_time() -> None:
    aware = pd.Timestamp("2026-03-03", tz="UTC")
    with pytest.raises(ConfigError, match="a local time without an offset"):
        Event("e", "works", "", aware, aware + pd.Timedelta("1D"))
