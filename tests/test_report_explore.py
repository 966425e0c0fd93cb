"""The exploration page: what it may tell, and what a reader sees and hears of it in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import report_inputs as inputs
from mining import writers
from mining.errors import OutputError
from mining.language import language
from mining.report import _explore_page as explore
from mining.report import _scripts as scripts
from mining.report import build, facts
from mining.report._clock import clock
from mining.report._door import Door
from mining.report._explore_courses import exploration

#: One worker looks at the pages, in one browser.
pytestmark = pytest.mark.xdist_group("browser")

HOUR = pd.Timedelta("1h")
SPACE = "{http://www.w3.org/1999/xhtml}"
THIN, NBSP = "\u202f", "\u00a0"
ATTACK = "\"><img src=x onerror='alert(1)'></script><script>alert(2)</script> & 🎄 l'été"
ARABIC = "شارع السوق"
#: Counts of a place in 2025: size x weekday x 5 % more, see `report_inputs.counts`.
FIRST, SECOND = "Passage du Four", "Place Saint-Martin"
ISOLATES = str.maketrans("", "", "\u2068\u2069")


def written(root: Path, given: dict[str, Any]) -> Path:
    for name, content in build(**given).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (writers.text if isinstance(content, str) else writers.binary)(path, content)
    return root / "explorer.html"


def data_of(file: Path) -> dict[str, Any]:
    root: ET.Element = html5lib.HTMLParser(strict=True).parse(file.read_text(encoding="utf-8"))
    found = next(e for e in root.iter(f"{SPACE}script") if e.attrib.get("id") == "explorer-data")
    assert found.attrib["type"] == "application/json"
    return json.loads(found.text or "")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = inputs.everything()
    given["incidents"] = inputs.incidents_of(
        place=SECOND, start="2025-10-10 08:00", end="2025-10-10 20:00"
    )
    return written(tmp_path_factory.mktemp("site"), given)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def page(browser: Any, file: Path, heard: list[str]) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page = context.new_page()
    listen(page, heard)
    page.goto(file.as_uri())
    yield page
    assert heard == []
    context.close()


def listen(page: Any, heard: list[str]) -> None:
    """Write down all that a page says, and all that it asks of anything but its own folder."""
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or heard.append(r.url))


# What may be told ---------------------------------------------------------------------------


def explored(cube: xr.Dataset, members: dict[str, tuple[str, ...]], minimum: int = 11) -> Any:
    """Return what there is to explore; the first place has the sensors of the first name."""
    return exploration(Door(clock(cube), members, minimum), incidents=None, minimum=minimum)


def one_week(hours: list[list[float]]) -> tuple[Any, np.ndarray]:
    """Return the exploration of a week of one sensor, hours given by day, and its counts."""
    cube = inputs.cube_of("2025-06-02", "2025-06-09", sensors=(("s", "Place", 1.0),))
    values = np.asarray(hours, dtype=float)
    cube["value"] = cube["value"].copy(data=values.reshape(1, -1).astype("float32"))
    return explored(cube, {"Place": ("s",)}).courses[0], values


def test_a_small_day_is_not_told_nor_its_hours() -> None:
    hours = [[20.0] * 24 for _ in range(7)]
    hours[2] = [0.0] * 23 + [4.0]  # Wednesday: 4 passages
    course, values = one_week(hours)
    told = course.hours.reshape(7, 24)
    assert np.isnan(course.days[2])
    assert np.isnan(told[2]).all()
    shown = ~np.isnan(course.days)
    assert (course.days[shown] == values.sum(axis=1)[shown]).all()
    assert (told[~np.isnan(told)] == values[~np.isnan(told)]).all()
    assert (~np.isnan(told)).sum() >= 5 * 24


def test_a_small_hour_hides_itself_and_another_of_its_day() -> None:
    hours = [[20.0] * 24 for _ in range(7)]
    hours[1][3], hours[1][5] = 4.0, 12.0
    course, values = one_week(hours)
    told = course.hours.reshape(7, 24)
    assert np.isnan(told[1, 3])
    assert np.isnan(told[1]).sum() >= 2 or np.isnan(course.days[1])
    assert not np.isnan(np.delete(told, 1, axis=0)).any()
    shown = ~np.isnan(course.days)
    assert (course.days[shown] == values.sum(axis=1)[shown]).all()


def test_a_day_with_an_hour_that_was_not_counted_has_no_total() -> None:
    silent = "2025-10-15 09:00", "2025-10-15 10:00"
    cube = inputs.silence(inputs.cube_of("2025-10-06", "2025-10-29 09:00"), "a2", *silent)
    found = explored(cube, {"Place": ("a1", "a2")}, minimum=1)
    days = pd.Series(found.courses[0].days, found.days)
    hours = pd.Series(found.courses[0].hours, found.hours)
    assert days.index[-1] == pd.Timestamp("2025-10-26")  # the week of the 29th is not over yet
    assert np.isnan(days["2025-10-15"])
    assert hours.index[hours.isna()].tolist() == [
        pd.Timestamp("2025-10-15 09:00"),
    ]
    # On 26 October 2025 an hour came twice: counted twice, the day is whole.
    local = pd.date_range("2025-10-26", "2025-10-27", freq="1h", tz=inputs.ZONE, inclusive="left")
    both = inputs.counts(local, 10.0) + inputs.counts(local, 4.0)
    assert days["2025-10-26"] == both.sum()


def test_half_a_year_by_day_and_eight_weeks_by_hour() -> None:
    found = explored(inputs.cube_of(), {"Lieu": ("a1",)})
    assert (len(found.days), len(found.hours)) == (26 * 7, 56 * 24)
    assert found.days[-1] == pd.Timestamp("2025-11-02")
    assert found.hours[0] == pd.Timestamp("2025-09-08")
    assert explored(inputs.cube_of(), {}) is None


def test_data_hold_the_counts_and_nothing_below_the_minimum(file: Path) -> None:
    data = data_of(file)
    assert [p["name"] for p in data["places"]] == [FIRST, SECOND, "Rue des Febvres"]
    place = data["places"][1]
    first, days = place["days"]
    assert (data["day"] + first) * 86400 == pd.Timestamp("2025-05-05").timestamp()
    monday = (pd.Timestamp("2025-10-27") - pd.Timestamp("2025-05-05")).days
    local = pd.date_range("2025-10-27", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left")
    counts = inputs.counts(local, 1.0).reshape(7, 24)
    assert days[monday : monday + 7] == counts.sum(axis=1).tolist()
    for each in data["places"]:
        for name in ("days", "hours"):
            assert all(n is None or n >= 11 for n in each[name][1])
        for name in ("days_ahead", "hours_ahead"):
            for low, middle, high in zip(*each[name][1:], strict=True):
                assert low is None or 11 <= low <= middle
                assert (middle is None and high is None) or 11 <= middle <= high
    assert data["places"][0]["hours"] == [0, []]  # three passages at most
    start = int((pd.Timestamp("2025-10-10 08:00") - pd.Timestamp("1970-01-01")) / HOUR)
    assert [1, start, start + 12, data["labels"].index("travaux")] in data["incidents"]
    assert file.stat().st_size < 300_000


def test_forecasts_are_those_of_the_place_page(file: Path) -> None:
    day, (low, *_), (middle, *_), (high, *_) = data_of(file)["places"][1]["days_ahead"]
    shown = f"{middle} ({low} à {high})"
    text = (file.parent / "lieux" / "place-saint-martin.html").read_text(encoding="utf-8")
    assert pd.Timestamp(day, unit="D") == pd.Timestamp("2025-11-06")
    assert shown in text


# The library --------------------------------------------------------------------------------


def test_the_script_is_uplot_with_its_licence(file: Path) -> None:
    script = (file.parent / "scripts" / "uplot.iife.min.js").read_text(encoding="utf-8")
    assert script.startswith("/*! https://github.com/leeoniya/uPlot (v1.6.31) */")
    licence = (file.parent / "scripts" / "uplot-licence.txt").read_text(encoding="utf-8")
    assert licence.startswith("The MIT License (MIT)\n\nCopyright (c) 2022 Leon Sorokin")
    total = sum(p.stat().st_size for p in (file.parent / "scripts").iterdir())
    assert total < 100_000


class Carrier:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, name: str) -> Path:
        return self.folder / Path(name).name


def test_another_script_or_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "distribution", lambda _: Carrier(tmp_path))
    read = scripts.library.__wrapped__
    with pytest.raises(OutputError, match=r"uplot\.iife\.min\.js, which is not installed"):
        read("uplot.iife.min.js")
    (tmp_path / "uplot.iife.min.js").write_text("alert(1)", encoding="utf-8")
    with pytest.raises(OutputError, match="is not that of uPlot"):
        read("uplot.iife.min.js")


# In a browser -------------------------------------------------------------------------------

INK = """() => { const c = document.querySelector('#drawing canvas');
  const copy = new OffscreenCanvas(c.width, c.height).getContext('2d');
  copy.drawImage(c, 0, 0);
  const all = copy.getImageData(0, 0, c.width, c.height).data;
  let n = 0; for (let k = 3; k < all.length; k += 4) n += all[k] > 0;
  return [n, c.toDataURL()]; }"""


def told(page: Any) -> list[str]:
    return [
        t.translate(ISOLATES) for t in page.locator("#reading p, #reading li").all_text_contents()
    ]


def settled(page: Any) -> None:
    """Wait until the drawing has followed (two frames)."""
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def area(page: Any) -> dict[str, float]:
    """Return where the curves are, in sight of the mouse."""
    over = page.locator("#drawing .u-over")
    over.scroll_into_view_if_needed()
    return dict(over.bounding_box())


def drawing(page: Any) -> str:
    settled(page)
    return str(page.evaluate(INK)[1])


def french(day: str) -> str:
    date = pd.Timestamp(day)
    weekday = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    months = {8: "août", 9: "septembre", 10: "octobre", 11: "novembre"}
    return f"{weekday[date.day_of_week]} {date.day}{NBSP}{months[date.month]} {date.year}"


def test_the_page_draws_and_another_place_changes_the_drawing(page: Any) -> None:
    settled(page)
    assert page.evaluate(INK)[0] > 1000
    first = drawing(page)
    page.select_option("#place-1", "1")
    second = drawing(page)
    assert second != first
    page.select_option("#place-2", "2")
    assert drawing(page) not in (first, second)
    assert page.locator("#summary").inner_text().translate(ISOLATES).startswith(
        f"{SECOND}, Rue des Febvres{NBSP}: passages par jour, du 7{NBSP}août 2025"
    )  # fmt: skip
    links = page.locator("#pages a")
    assert [a.get_attribute("href") for a in links.all()] == [
        "lieux/place-saint-martin.html", "lieux/rue-des-febvres.html"]  # fmt: skip


def test_hovering_tells_the_count_of_the_data(page: Any, file: Path) -> None:
    page.select_option("#place-1", "2")
    data = data_of(file)
    first, days = data["places"][2]["days"]
    box = area(page)
    seen = set()
    for share in (0.1, 0.35, 0.6, 0.8):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 80)
        settled(page)
        when, count, *_ = told(page)
        day = page.evaluate("document.getElementById('cursor').value")
        time = pd.Timestamp(data["day"] + int(day), unit="D")
        number = days[int(day) - first]
        assert when == french(str(time))
        assert count == f"Rue des Febvres{NBSP}: {number:,}{NBSP}passages".replace(",", THIN)
        seen.add(when)
    assert len(seen) == 4


def test_the_keyboard_chooses_moves_and_reads(page: Any, file: Path) -> None:
    before = drawing(page)
    page.focus("#place-1")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#place-1") == "1"
    assert drawing(page) != before
    page.focus("#cursor")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    data = data_of(file)
    at = int(page.input_value("#cursor"))
    first, days = data["places"][1]["days"]
    expected = f"{SECOND}{NBSP}: {days[at - first]}{NBSP}passages"
    assert told(page)[1] == expected
    spoken = page.get_attribute("#cursor", "aria-valuetext").translate(ISOLATES)
    assert spoken == f"{french(str(pd.Timestamp(data['day'] + at, unit='D')))}. {expected}"
    page.focus("[data-move=closer]")
    page.keyboard.press("Enter")
    settled(page)
    assert page.input_value("#span") == "custom"
    assert page.input_value("#since") > "2025-08-07"
    page.focus("[name=step]:checked")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert "passages par heure" in page.locator("#summary").inner_text()
    assert re.search(r", de \d+\u00a0h à \d+\u00a0h$", told(page)[0])


def test_the_band_of_the_forecast_is_told(page: Any, file: Path) -> None:
    page.select_option("#place-1", "1")
    data = data_of(file)
    day, (low, *_), (middle, *_), (high, *_) = data["places"][1]["days_ahead"]
    page.evaluate(
        """k => { const c = document.getElementById('cursor');
        c.value = k; c.dispatchEvent(new Event('input')); }""",
        day - data["day"],
    )
    assert told(page) == [
        french("2025-11-06"),
        f"{SECOND}{NBSP}: {middle}{NBSP}passages attendus, entre {low} et {high}",
    ]


def test_periods_incidents_and_the_table(page: Any) -> None:
    page.select_option("#place-1", "1")
    page.fill("#since", "2025-10-08")
    page.fill("#until", "2025-10-12")
    settled(page)
    line = page.locator("#listed li").all_inner_texts()
    assert [t.translate(ISOLATES) for t in line] == [
        f"{SECOND}{NBSP}: travaux, le 10{NBSP}octobre 2025, de 8{NBSP}h à 20{NBSP}h."
    ]
    marked = drawing(page)
    page.uncheck("#mark")
    assert drawing(page) != marked
    page.click("#figures summary")
    page.wait_for_selector("#figures tbody tr")
    rows = [r.split("\t") for r in page.locator("#figures tbody tr").all_inner_texts()]
    local = pd.date_range("2025-10-08", "2025-10-13", freq="1h", tz=inputs.ZONE, inclusive="left")
    counts = inputs.counts(local, 1.0).reshape(5, 24).sum(axis=1)
    days = [french(f"2025-10-{d:02d}") for d in range(8, 13)]
    assert rows == [[d, f"{n:.0f}{NBSP}passages"] for d, n in zip(days, counts, strict=True)]
    page.select_option("#span", "all")
    assert page.input_value("#since") == "2025-05-05"
    page.check("input[name=step][value=hour]")
    page.wait_for_selector("#figures .scroll > p")  # more rows than a table shows


def test_dragging_zooms_and_a_double_click_goes_back(page: Any) -> None:
    box = area(page)
    start, middle = page.input_value("#since"), box["y"] + 100
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=4)
    page.mouse.up()
    settled(page)
    assert page.input_value("#since") > start
    assert page.input_value("#span") == "custom"
    page.mouse.dblclick(box["x"] + 0.5 * box["width"], middle)
    settled(page)
    assert page.input_value("#span") == "all"


def test_without_script_the_text_remains(browser: Any, file: Path, heard: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    listen(page, heard)
    page.goto(file.as_uri())
    text = page.locator("main").inner_text()
    assert "Cette page est faite pour les services" in text
    assert "sont sur sa page" in text
    assert page.locator("main .box a").count() == 3
    assert not page.locator("#explorer-page").is_visible()
    assert heard == []
    context.close()


def test_names_are_data(browser: Any, tmp_path: Path, heard: list[str]) -> None:
    sensors = (("s1", ATTACK, 10.0), ("s2", ARABIC, 10.0))
    cube = inputs.cube_of("2025-10-01", sensors=sensors)
    given: dict[str, Any] = {"territory": inputs.territory(), "cube": cube}
    given["place_cube"] = inputs.cubes.by_place(cube)
    given["incidents"] = inputs.incidents_of(
        sensor="s1", place=ATTACK, start="2025-10-10 08:00", end="2025-10-10 20:00"
    )
    file = written(tmp_path, given)
    assert {p["name"] for p in data_of(file)["places"]} == {ATTACK, ARABIC}
    page = browser.new_page()
    listen(page, heard)
    page.goto(file.as_uri())
    page.select_option("#place-2", "1")
    page.click("#figures summary")
    settled(page)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 5
    assert [o.strip() for o in page.locator("#place-1 option").all_inner_texts()] == [
        ATTACK,
        ARABIC,
    ]
    for where in ("#summary", "#reading", "#listed", "#pages", "#figures thead"):
        assert ATTACK in page.locator(where).inner_text().translate(ISOLATES), where
    assert heard == []
    page.close()


def test_a_territory_by_day_and_of_one_place(
    browser: Any, tmp_path: Path, heard: list[str]
) -> None:
    hours = inputs.cube_of("2025-06-02", "2025-11-03", sensors=inputs.SENSORS[:1])
    local = pd.DatetimeIndex(hours.indexes["time"]).tz_localize("UTC").tz_convert(inputs.ZONE)
    days = pd.Series(hours["value"].to_numpy()[0], index=local).resample("1D").sum().to_frame("a1")
    table = pd.DataFrame({"name": ["a1"], "place": ["Rue des Febvres"]}, index=["a1"])
    cube = inputs.cubes.build(
        days.tz_convert("UTC"), timezone=inputs.ZONE, step="1D", sensors=table,
        attrs={"territory": "essai", "language": "fr"},
    )  # fmt: skip
    given = {"cube": cube, "place_cube": inputs.cubes.by_place(cube)}
    file = written(tmp_path, {"territory": inputs.territory(), **given})
    page = browser.new_page(viewport={"width": 320, "height": 700})
    listen(page, heard)
    page.goto(file.as_uri())
    settled(page)
    assert page.locator("[name=step], #place-2").count() == 0
    assert told(page)[0] == french("2025-11-02")
    assert "Il n’y a pas de prévision pour" in page.locator("#summary").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert heard == []
    page.close()


def test_nowhere_to_explore() -> None:
    cube = inputs.cube_of("2025-10-13", sensors=(("a1", "", 1.0),))
    out = build(inputs.territory(), cube, inputs.cubes.by_place(cube))
    assert "explorer.html" not in out
    assert not any(name.startswith("scripts/") for name in out)
    assert "explorer.html" not in str(out["index.html"])


@pytest.mark.parametrize(("heaviest", "weeks"), [(10**7, 8), (20_000, 4), (14_000, 2), (1, 0)])
def test_many_places_have_fewer_hours_and_the_page_says_how_many(
    monkeypatch: pytest.MonkeyPatch, heaviest: int, weeks: int
) -> None:
    given = {k: v for k, v in inputs.everything().items() if k not in {"windows", "impacts"}}
    found, words = facts(**given), language("fr")
    monkeypatch.setattr(explore, "HEAVIEST", heaviest)
    view = explore.page_view(found, words, {})
    data, every = json.loads(view["data"]), found.exploration
    assert every is not None
    assert view["hourly"] == (weeks > 0)
    end = f"les {weeks} dernières semaines."
    told = [s for s in view["reading"] if s.replace(NBSP, " ").endswith(end)]
    assert len(told) == (weeks > 0)
    assert len(str(view["data"]).encode()) <= max(heaviest, 5_500)
    for place, course in zip(data["places"], every.courses, strict=True):
        first, told = place["hours"]
        drawn = np.full(168 * weeks, np.nan)
        drawn[first : first + len(told)] = [np.nan if n is None else n for n in told]
        np.testing.assert_array_equal(drawn, course.hours[len(course.hours) - 168 * weeks :])
    if weeks:
        start = (every.hours[-168 * weeks] - pd.Timestamp("1970-01-01")) // HOUR
        assert data["hour"] == start


def test_sixty_places_stay_under_a_megabyte() -> None:
    sensors = tuple((f"s{k}", f"Rue au nom assez long n° {k}", 40.0 + k) for k in range(60))
    cube = inputs.cube_of("2025-05-05", sensors=sensors)
    place_cube = inputs.cubes.by_place(cube)
    found = facts(inputs.territory(), cube, place_cube, forecast=inputs.forecast_of(place_cube))
    names = {p.name: f"lieux/{k}.html" for k, p in enumerate(found.places)}
    view = explore.page_view(found, language("fr"), names)
    assert len(view["names"]) == 60
    assert view["hourly"]
    # The rest of the page: three lists of the names, and links to the pages.
    assert len(str(view["data"]).encode()) + 100_000 < 1_000_000
