"""Pages of a report in a real browser: narrow and wide, no error, nothing asked of the network.

Needs Chromium (``CHROMIUM`` names it, else it is looked for). Where ``CI`` is set, its absence is
a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import report_inputs as inputs
from mining.report import build

#: One worker looks at the pages, in one browser.
pytestmark = pytest.mark.xdist_group("browser")

#: Contrast of each piece of text with what is behind it (WCAG 2.2, 1.4.3), smallest first.
CONTRASTS = """() => {
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
      return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const parse = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const behind = e => { for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.getClientRects().length) continue;
    const inside = e.closest('svg') !== null;
    const style = getComputedStyle(e);
    const one = light(parse(inside ? style.fill : style.color).slice(0, 3));
    const two = light(behind(inside ? e.closest('figure') : e));
    if (inside && one > .9) continue;  // white on a dark cell of the heat map
    const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    if (ratio < 4.5) found.push([ratio, walk.currentNode.textContent.trim()]); }
  return found; }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    sensors = ((*inputs.SENSORS[0][:1], "Avenue-" + "trèslongue" * 8, 10.0), *inputs.SENSORS[2:])
    given = inputs.everything(inputs.cube_of(sensors=sensors))
    given["territory"] = inputs.territory(simulated=True)
    going = inputs.incidents_of(
        id="going", open=True, place="Avenue-" + "trèslongue" * 8, end="2025-11-05 06:00"
    )
    given["incidents"] = pd.concat([going, inputs.incidents_of(action="confirm")])
    for name, content in build(**given).items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(content), encoding="utf-8")
    return root


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_fit_and_are_quiet(folder: Path, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or heard.append(r.url))
    files = sorted(folder.rglob("*.html"))
    assert len(files) == 12
    for file in files:
        page.goto(file.as_uri())
        opened = "document.querySelectorAll('details').forEach(d => d.open = true)"
        page.evaluate(opened)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file.name
        shown = "[...document.querySelectorAll('svg')].filter(s => s.getClientRects().length)"
        drawn = page.evaluate(f"{shown}.length")
        twice, once = (
            page.evaluate(f"document.querySelectorAll('{what}').length")
            for what in (".narrow > svg", "figure > svg")
        )
        assert drawn == twice + once, file.name
        sizes = page.evaluate(
            f"{shown}.flatMap(s => [...s.querySelectorAll('text')].map(t => "
            "parseFloat(getComputedStyle(t).fontSize) * s.getScreenCTM().a))"
        )
        assert min(sizes, default=12) >= 9, file.name
        assert page.evaluate(CONTRASTS) == [], file.name
    assert heard == []
    page.close()


def test_keyboard_reaches_the_content_first(folder: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.close()


def test_paper_shows_the_tables_of_the_week(folder: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 680, "height": 960})
    page.emulate_media(media="print")
    page.goto((folder / "lieux" / "place-saint-martin.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.locator("#semaine-titre ~ details td").first.is_visible()
    assert not page.locator("nav").first.is_visible()
    page.close()
