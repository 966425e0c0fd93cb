"""Transparency sheets in a real browser: narrow, wide and on paper, with the hardest names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import report_inputs as inputs
from mining import cube as cubes
from mining.report import build
from mining.territory import load_territory
from mining.transparency import sheets
from test_report_browser import CONTRASTS

#: One worker looks at the pages, in one browser.
pytestmark = pytest.mark.xdist_group("browser")

SECTION = """\
name: Ville d'essai
timezone: Europe/Paris
source: {name: tables, format: long, files: counts.csv}
licence: CC BY 4.0
attribution: Ville d'essai
transparency:
  accountable:
    - organisation: Communauté d'agglomération du Pays-de-Quelque-Part-et-d'Ailleurs
      contact: https://agglomeration.example/une-tres-longue-adresse/capteurs/centre-ville
  feedback: https://agglomeration.example/une-tres-longue-adresse/capteurs/centre-ville
  purposes: [planning_decision_making, commerce, mobility]
  access: [available_to_the_accountable_organization, available_to_vendor]
  storage: [stored_locally, backed_up_locally]
  retention: P2Y6M
  sensors:
    pedestrian:
      technology: [identifiable_video, person_detection]
      data: [values_time, tabular]
      process: [computer_vision, aggregated, de_identified, encrypted]
      note: une phrase du territoire qui précise ce que le vocabulaire commun ne permet pas de dire.
  analyses:
    accountable:
      - {organisation: Ville d'essai, contact: service@ville.example}
      - {organisation: Calculs et compagnie, role: vendor, contact: unknown}
    access: [available_to_download]
    storage: [stored_locally]
    retention: P2Y6M
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    (folder / "territory.yaml").write_text(SECTION, encoding="utf-8")
    town = load_territory(folder)
    assert yaml.safe_load(SECTION)["transparency"]["retention"] == "P2Y6M"
    names = [f"{n} rue des Processions" for n in range(24)] + ["Avenue-" + "trop" * 20]
    sensors = tuple((f"s{n:02}", "Rue", 1.0) for n in range(len(names)))
    cube = inputs.cube_of("2025-11-01", sensors=sensors)
    cube = cube.assign_coords(name=("sensor", np.array(names, dtype=object)))
    found = sheets(town, cube, root / "data" / "reference", minimum_count=11)
    out = build(town, cube, cubes.by_place(cube), transparency=found)
    for name in ("transparence.html", "style.css"):
        (folder / name).write_text(str(out[name]), encoding="utf-8")
    return folder / "transparence.html"


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_sheets_fit_and_can_be_read(page: Path, browser: Any, width: int) -> None:
    view = browser.new_page(viewport={"width": width, "height": 800})
    heard: list[str] = []
    view.on("console", lambda message: heard.append(message.text))
    view.on("request", lambda r: r.url.startswith(("file:", "data:")) or heard.append(r.url))
    view.goto(page.as_uri())
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    sizes = view.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => "
        "parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
    )
    assert min(sizes) >= 9
    # Words of a hexagon stay inside it.
    assert view.evaluate(
        "[...document.querySelectorAll('svg text')].every(t => { const b = t.getBBox(); "
        "return b.x >= 2 && b.x + b.width <= 158 && b.y + b.height < 160; })"
    )
    # The contrast of words on a colour is that of the drawing, which another test computes.
    low = [text for _, text in view.evaluate(CONTRASTS)]
    assert low == []
    assert heard == []
    view.close()


def test_one_sheet_a_page_with_a_code_of_two_centimetres(page: Path, browser: Any) -> None:
    # A4 less the margins of the style sheet, at 96 pixels an inch.
    wide, high = (210 - 30) / 25.4 * 96, (297 - 32) / 25.4 * 96
    view = browser.new_page(viewport={"width": round(wide), "height": round(high)})
    view.emulate_media(media="print")
    view.goto(page.as_uri())
    heights = view.evaluate(
        "[...document.querySelectorAll('.sheet')].map(s => s.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert max(heights) <= high
    codes = view.evaluate(
        "[...document.querySelectorAll('[id$=code-t]')].map(t => { const s = t.closest('svg'); "
        "const n = s.viewBox.baseVal.width; "
        "return s.getBoundingClientRect().width * (n - 8) / n; })"
    )
    assert len(codes) == 4
    assert min(codes) / 96 * 2.54 >= 2
    assert not view.locator("nav").first.is_visible()
    view.close()
