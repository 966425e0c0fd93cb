"""Pages of a report for who reads them otherwise: screen reader, zoom, keyboard alone, paper.

axe-core (in a real Chromium) looks for what a program can find; it does not prove conformity.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import report_inputs as inputs
from mining import writers
from mining.report import build

#: One worker looks at the pages, in one browser.
pytestmark = pytest.mark.xdist_group("browser")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"
#: Width, zoom and medium: a phone, a screen, a screen at 200 %, paper.
SIGHTS = {
    "phone": (320, 1, "screen"),
    "screen": (1280, 1, "screen"),
    "zoom": (640, 2, "screen"),
    "paper": (680, 1, "print"),
}
#: Where the keyboard is, and whether one sees that it is there.
FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e);
  if (e === document.body) return null;
  const r = e.getBoundingClientRect();
  return {seen: r.width > 0 && r.right > 0 && s.outlineStyle !== 'none'
                && parseFloat(s.outlineWidth) >= 2,
          what: e.outerHTML.slice(0, 120)}; }"""
#: Links and controls; of radio buttons the chosen one is reached, the arrows lead to the others.
REACHABLE = """() => [...document.querySelectorAll(
    'a[href], summary, [tabindex="0"], select, button, input:not([type=radio]:not(:checked))')]
  .filter(e => e.checkVisibility()).length"""


@pytest.fixture(scope="module")
def axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    given = inputs.everything(inputs.cube_of())
    given["territory"] = inputs.territory(simulated=True)
    going = inputs.incidents_of(id="going", open=True, end="2025-11-05 06:00")
    given["incidents"] = pd.concat([going, inputs.incidents_of(action="confirm")])
    for name, content in build(**given).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            writers.text(path, content)
        else:
            writers.binary(path, content)
    return root


def kinds(folder: Path) -> list[Path]:
    """Return one page of each kind, and the place that has least to say."""
    return [*sorted(folder.glob("*.html")), folder / "lieux" / "passage-du-four.html"]


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, scale, medium = SIGHTS[getattr(request, "param", "screen")]
    context = browser.new_context(
        viewport={"width": width, "height": 800}, device_scale_factor=scale
    )
    page = context.new_page()
    page.emulate_media(media=medium)
    yield page
    context.close()


@pytest.mark.parametrize("page", SIGHTS, indirect=True)
def test_axe_finds_nothing(folder: Path, page: Any, axe: Any) -> None:
    for file in kinds(folder):
        page.goto(file.as_uri())
        page.evaluate(OPEN)
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
        told = [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]]
        assert told == [], file.name


def test_axe_would_find_something(folder: Path, page: Any, axe: Any) -> None:
    page.goto((folder / "index.html").as_uri())
    page.evaluate("document.querySelector('svg').removeAttribute('aria-labelledby')")
    page.evaluate("document.querySelector('a').innerHTML = ''")
    page.evaluate("document.querySelector('h1').outerHTML = '<h4>' + document.title + '</h4>'")
    found = {v["id"] for v in axe.run(page).response["violations"]}
    assert {"link-name", "page-has-heading-one"} <= found


def test_the_keyboard_reaches_everything_and_is_seen(folder: Path, page: Any) -> None:
    for file in sorted(folder.rglob("*.html")):
        page.goto(file.as_uri())
        expected = page.evaluate(REACHABLE)
        seen = []
        for _ in range(expected + 15):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUS)
            if seen and at == seen[-1] and 'type="date"' in at["what"]:  # day, month, year
                continue
            if at is None or (seen and at == seen[0]):  # past the last, round to the first
                break
            seen.append(at)
        assert [at["what"] for at in seen if not at["seen"]] == [], file.name
        assert len(seen) == expected, file.name


def test_pages_have_one_heading_of_first_rank_and_skip_none(folder: Path, page: Any) -> None:
    for file in sorted(folder.rglob("*.html")):
        page.goto(file.as_uri())
        ranks = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
        )
        assert ranks.count(1) == 1, file.name
        assert ranks[0] == 1, file.name
        steps = [after - before for before, after in itertools.pairwise(ranks)]
        assert max(steps) <= 1, file.name
        assert page.evaluate("document.documentElement.lang") == "fr"
        for landmark in ("header", "main", "footer", "nav"):
            assert page.locator(landmark).count() >= 1, file.name


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_tables_that_are_read_most_need_no_sideways_scrolling(folder: Path, page: Any) -> None:
    """They stay tables to a screen reader: the browser's own accessibility tree says so."""
    wide = "e => e.scrollWidth > e.clientWidth"
    for name, captions in {
        "index.html": ("Passages de la semaine", "Passages attendus par lieu", "Incidents"),
        "lieux/rue-des-febvres.html": ("Passages attendus par jour et", "Incidents"),
        "qualite.html": ("Erreur de chaque méthode",),
    }.items():
        page.goto((folder / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name
        for caption in captions:
            table = page.get_by_role("table", name=caption).first
            assert not table.locator("xpath=..").evaluate(wide), (name, caption)
            rows = table.get_by_role("row")
            columns = table.get_by_role("columnheader").count()
            assert columns >= 3
            assert rows.count() > 1
            assert table.get_by_role("rowheader").count() == rows.count() - 1
            assert table.get_by_role("cell").count() == (columns - 1) * (rows.count() - 1)
