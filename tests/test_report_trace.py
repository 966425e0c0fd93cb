"""Each number that a page shows is a cell of its annex: 100 %, and one more would be seen."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import report_inputs as inputs
from _trace import Trace, rows_of, texts_of, untraced
from mining import cube as cubes
from mining.language import language
from mining.report import build
from test_report_pages import PLACE, tree

EVENTS = [
    {"type": "hardware", "title": "Caméra 3 changée", "start": "2025-03-05", "end": None},
    {"type": "works", "title": "Travaux du 12", "start": "2025-10-28", "end": "2025-10-29"},
]


#: One worker makes the towns and reads their annexes.
pytestmark = pytest.mark.xdist_group("trace")


def _town(**changes: Any) -> dict[str, Any]:
    given = {"territory": inputs.territory(), **changes}
    return {"place_cube": cubes.by_place(given["cube"]), **given}


def _renewed() -> dict[str, Any]:
    cube = inputs.cube_of(sensors=inputs.SENSORS[1:3], events=EVENTS)
    return {**inputs.everything(cube), "days": None, "weeks": None}


def _silent() -> dict[str, Any]:
    """Return a town with a place that was silent all week, and one that was for a day and more."""
    cube = inputs.silence(
        inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[:3]), "b1", "2025-10-27", "2025-11-03"
    )
    return _town(cube=inputs.silence(cube, "a1", "2025-10-30", "2025-10-31 06:00"))


#: Small towns: a whole one, and those where something is missing.
TOWNS = {
    "whole": inputs.everything,
    "renewed, no totals": _renewed,
    "silent": _silent,
    "few": lambda: _town(
        cube=inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[1:3]), minimum_count=400
    ),
    "first days": lambda: _town(cube=inputs.cube_of("2025-11-01")),
}


@cache
def site(town: str) -> dict[str, str | bytes]:
    return build(**TOWNS[town]())


def names_of(given: dict[str, Any]) -> set[str]:
    """Return the names that people wrote in the inputs of a town."""
    cube = given["cube"]
    out = {str(v) for c in ("sensor", "name", "place") for v in cube[c].to_numpy()}
    out |= {e["title"] for e in json.loads(cube.attrs.get("events", "[]"))}
    out |= {v for v in vars(given["territory"]).values() if isinstance(v, str)}
    for table, columns in (("impacts", ["title"]), ("unmatched", ["incident"])):
        if given.get(table) is not None:
            out |= {str(v) for c in columns for v in given[table][c]}
    if given.get("commerce") is not None:
        mixes = given["commerce"].shops.counts
        out |= set(mixes.loc[mixes["level"] == "iris", "place"])
    return out


@cache
def traces(town: str) -> dict[str, Trace]:
    """Return the annex of each page of a town."""
    names = names_of(TOWNS[town]())
    return {
        page: Trace(str(site(town)[f"annexes/{page.removesuffix('.html')}.csv"]), names)
        for page in site(town)
        if page.endswith(".html")
    }


@pytest.mark.parametrize("town", list(TOWNS))
def test_every_number_of_a_page_is_a_cell_of_its_annex(town: str) -> None:
    seen = 0
    for page, trace in traces(town).items():
        root = tree(str(site(town)[page]))
        assert trace.wrong() == []
        assert untraced(root, trace) == []
        seen += sum(len(trace.numbers(t)) for t in texts_of(root))
    assert seen > 20


def test_every_number_of_the_report_of_auckland_is_a_cell(root: Path) -> None:
    folder = root / "reports" / "auckland"
    if not (folder / "annexes").exists():
        pytest.skip("the report of Auckland is made by `dvc repro`, and was not")
    names: set[str] = set()
    declared = root / "data" / "territories" / "auckland"
    for path in declared.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as handle:
            names.update(cell for row in csv.reader(handle) for cell in row)
    names.update(
        map(str, yaml.safe_load((declared / "territory.yaml").read_text("utf-8")).values())
    )
    found = sorted(folder.rglob("*.html"))
    assert len(found) > 10
    for path in found:
        own = folder / "annexes" / path.relative_to(folder).with_suffix(".csv")
        trace = Trace(own.read_text(encoding="utf-8"), names)
        assert trace.wrong() == []
        assert untraced(tree(path.read_text(encoding="utf-8")), trace) == []


@pytest.mark.parametrize(
    ("pattern", "after", "lost"),
    [
        # A sentence, a cell of a table, a key figure, a description, a caption, loose text, a
        # drawing.
        (r"aux mêmes compteurs\.", "aux mêmes compteurs, soit 37 de plus.", 37.0),
        (r"<td><bdi>(?=[1-9])", "<td><bdi>987", None),
        (r"<dd>", "<dd>9 ", 9.0),
        (r"</desc>", " Pointe : 4321.</desc>", 4321.0),
        (r"</caption>", " (31 lignes)</caption>", 31.0),
        (r"</main>", "<div>1\u202f234</div></main>", 1234.0),
        (r"</text>", "</text><text>137</text>", 137.0),
        # Neither a date, nor an hour of the clock, nor a constant.
        (r"aux mêmes compteurs\.", "aux mêmes compteurs : 12 hectares.", 12.0),
        (r"8.fois sur 10", "8\u00a0fois sur 11", 11.0),
    ],
)
def test_a_number_added_by_hand_is_found(pattern: str, after: str, lost: float | None) -> None:
    page = str(site("whole")[PLACE])
    trace = traces("whole")[PLACE]
    changed, count = re.subn(pattern, after, page, count=1)
    assert count == 1
    found = untraced(tree(changed), trace)
    assert found
    assert lost is None or any(lost in values for _, values in found)


def test_a_value_changed_by_hand_is_found() -> None:
    annex = str(site("whole")["annexes/lieux/place-saint-martin.csv"])
    row = next(r for r in rows_of(annex) if r["cellule"] == "P1")
    wrong = annex.replace(f";{row['valeur']};", ";1;", 1)
    assert [t for t, _ in Trace(wrong, ()).wrong()] == [row["texte"]]


def test_hidden_counts_have_a_reason_and_no_value() -> None:
    seen = set()
    for name, annex in site("whole").items():
        if not name.endswith(".csv"):
            continue
        for row in rows_of(str(annex)):
            if row["texte"] in {"< 11", "n. p.", "–"}:
                assert row["valeur"] == ""
                assert row["motif"]
                seen.add(row["texte"])
    assert seen == {"< 11", "n. p.", "–"}


def test_figures_of_analyses_are_read_where_they_stand() -> None:
    words = language("fr")
    text = words.set(
        "Matins (6 h - 10 h). Dans la nuit du 31 décembre 2023 au 1er janvier, "
        "les 19 capteurs ensemble comptent "
        "1\u202f234 passages pour 300 attendus (4,1 fois plus). Le 2 mars de 6 h à 14 h, « 45 Rue "
        "Haute » baisse (\u221278 %) : peut-être une horloge décalée de 2 h."
    )
    found = words.read(text).figures
    assert [(f.value, f.unit) for f in found] == [
        (19.0, "sensors"), (1234.0, "passages"), (300.0, ""), (4.1, "times"), (-78.0, "%"),
        (2.0, "hours"),
    ]  # fmt: skip
    assert all(text[f.at : f.at + len(f.text)] == f.text for f in found)
