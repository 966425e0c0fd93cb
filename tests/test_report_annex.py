"""Annexes: CSV and its schema, workbook, facts as JSON, and words for confidence."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import openpyxl
import pytest

import report_inputs as inputs
from mining import cube as cubes
from mining.language import Figure, Said, figures_of, joined, language, mark
from mining.report import _confidence as sure
from mining.report import build, facts
from mining.report._annex import Cell, annex
from mining.report._annex_files import COLUMNS, csv_file, header
from mining.report._keep import keep
from mining.report._tables import Table
from mining.report._workbook import sheet_names, workbook

WORDS = language("fr")
N, T, MINUS = "\u00a0", "\u202f", "\u2212"
HOSTILE = ("=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "＝1+1")


@pytest.fixture(scope="module")
def site() -> dict[str, str | bytes]:
    return build(**inputs.everything())


def cell(text: str, **changes: Any) -> Cell:
    known: dict[str, Any] = {
        "name": "T1L1C2", "part": "Passages", "line": "Lundi", "column": "Total", "text": text,
        "value": None, "unit": "", "place": "Rue", "span": None,
    }  # fmt: skip
    return Cell(**{**known, **changes})


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))


def test_a_sentence_keeps_its_figures_where_they_stand() -> None:
    said = WORDS.text("keep.total", count=12345, week="du 1er", sensors=say_sensors(2, 3))
    assert (
        said == f"12{T}345{N}passages ont été comptés la semaine du 1er, par 2{N}compteurs sur 3."
    )
    assert [(f.value, f.unit) for f in figures_of(said)] == [
        (12345.0, "passages"), (2.0, "sensors"), (3.0, ""),
    ]  # fmt: skip
    moved = "Attention : " + said[:1].upper() + said[1:] + "!"
    for text in (said, moved, joined(" ", ["Bien.", said, said]), f"  {said} ".strip()):
        assert all(text[f.at : f.at + len(f.text)] == f.text for f in figures_of(text))
    assert len(figures_of(joined(" ", ["Bien.", said, said]))) == 6
    assert figures_of(said[:3]) == ()


def say_sensors(used: int, total: int) -> str:
    return WORDS.text("unit.sensors_of", count=used, total=WORDS.number(total))


@pytest.mark.parametrize(
    ("said", "text", "value"),
    [
        (WORDS.percent(-0.1234, 1, signed=True), f"{MINUS}12,3{T}%", -12.3),
        (WORDS.percent(0.1234, 1, signed=True), f"+12,3{T}%", 12.3),
        (WORDS.about(987_654), f"988{T}000", 988_000.0),
        (WORDS.number(-0.04, 1), "0,0", 0.0),
        (WORDS.number(12.345, 2), "12,35", 12.35),
    ],
)
def test_a_value_is_what_is_shown(said: str, text: str, value: float) -> None:
    assert said == text
    (figure,) = figures_of(said)
    assert figure.value == value


def test_what_a_figure_knows_itself_stays() -> None:
    said = Said("3 sur 5", [Figure(0, "3", 3.0, "places"), Figure(6, "5", 5.0)])
    assert [f.unit for f in figures_of(mark(said, unit="sensors"))] == ["places", "sensors"]


def test_cells_of_a_table_and_of_sentences() -> None:
    day = WORDS.date(inputs.pd.Timestamp("2025-11-03"))
    table = Table(
        "Passages", ("Jour", "Total", "Part"),
        ((day, WORDS.number(1200), WORDS.percent(0.5)), ("Mardi", WORDS.below(11), "–")),
        unit="passages",
    )  # fmt: skip
    said = WORDS.text("week.noon", share=WORDS.percent(0.18))
    found = annex({"v": {"week_table": table, "keep": [said, said, "rien"]}}, "Rue", WORDS)
    got = [(c.name, c.line, c.column, c.value, c.unit, c.span, bool(c.why)) for c in found]
    monday = ("2025-11-03", "2025-11-03")
    assert got == [
        ("T1L1C2", str(day), "Total", 1200.0, "passages", monday, False),
        ("T1L1C3", str(day), "Part", 50.0, "%", monday, False),
        ("T1L2C2", "Mardi", "Total", None, "passages", None, True),
        ("T1L2C3", "Mardi", "Part", None, "", None, True),
        ("P1", "1", "", 18.0, "%", None, False),
    ]
    assert {c.place for c in found} == {"Rue"}


def test_names_are_unique_and_values_plain(site: dict[str, str | bytes]) -> None:
    for name, content in site.items():
        if name.endswith(".csv"):
            rows = read(str(content))
            assert list(rows[0]) == [header(c, WORDS) for c in COLUMNS]
            names = [r["cellule"] for r in rows]
            assert len(names) == len(set(names))
            assert all(re.fullmatch(r"|-?\d+(\.\d+)?", r["valeur"]) for r in rows)
            assert not {r["unite"] for r in rows} & {"sensors", "hours", "places"}


def check(text: str, rules: dict[str, Any]) -> None:
    """Check a cell against its field, as Table Schema says (types, constraints)."""
    limits = rules["constraints"]
    if text == "":
        assert not limits.get("required")
        return
    if rules["type"] == "number":
        float(text)
    elif rules["type"] == "date":
        assert date.fromisoformat(text).isoformat() == text
    else:
        assert rules["type"] == "string"
    assert re.fullmatch(limits.get("pattern", ".*"), text)
    assert text in limits.get("enum", [text])


def test_each_annex_obeys_its_table_schema(site: dict[str, str | bytes]) -> None:
    annexes = [n for n in site if n.endswith(".csv")]
    assert len(annexes) == sum(n.endswith(".html") for n in site)
    for name in annexes:
        schema = json.loads(site[name.replace(".csv", ".schema.json")])
        rows = read(str(site[name]))
        assert [f["name"] for f in schema["fields"]] == list(rows[0])
        assert schema["primaryKey"] == ["cellule"]
        for row in rows:
            for rules in schema["fields"]:
                check(row[rules["name"]], rules)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = read(csv_file([cell(text, line=text, place=text)], WORDS))
    assert row["texte"] == row["ligne"] == row["lieu"] == f"'{text}"
    book = openpyxl.load_workbook(io.BytesIO(workbook({text: (text, [cell(text)])}, WORDS)))
    kinds = {(c.data_type, c.value) for row in book.worksheets[1] for c in row if c.value == text}
    assert kinds == {("s", text)}
    assert all(c.data_type != "f" and not c.hyperlink for s in book for row in s for c in row)


def test_names_of_sheets_are_short_different_and_allowed() -> None:
    hostile = ["a/b:c?*[d]\\", "x" * 40, "x" * 40, "X" * 31, "'", "", "History", "'=1'", "été"]
    names = sheet_names(hostile)
    assert len({n.lower() for n in names}) == len(hostile)
    assert all(0 < len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in names)
    assert not any(n.startswith("'") or n.endswith("'") or n.lower() == "history" for n in names)
    book = openpyxl.load_workbook(io.BytesIO(workbook({n: ("", []) for n in hostile}, WORDS)))
    assert len(book.sheetnames) == len(set(hostile)) + 1


def test_the_workbook_holds_every_annex_and_no_clock(site: dict[str, str | bytes]) -> None:
    content = site["annexes/pays-dessai.xlsx"]
    assert isinstance(content, bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        assert {i.date_time for i in box.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01" in box.read("docProps/core.xml")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["place-saint-martin"]
    rows = read(str(site["annexes/lieux/place-saint-martin.csv"]))
    assert sheet.max_row == len(rows) + 1
    for row, line in zip(rows, sheet.iter_rows(min_row=2, values_only=True), strict=True):
        assert row["cellule"] == line[0]
        assert (row["valeur"] == "") == (line[4] is None)
        if line[4] is not None:
            assert float(row["valeur"]) == line[4]
        if line[8] is not None:
            assert isinstance(line[8], datetime)
            assert line[8].date().isoformat() == row["debut"]


def test_facts_obey_their_schema_and_lead_to_a_cell(
    site: dict[str, str | bytes], root: Path
) -> None:
    schema = json.loads((root / "docs" / "facts.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    content = json.loads(site["faits.json"])
    jsonschema.validate(content, schema)
    found = content["facts"]
    assert {f["figure"] for f in found} >= {
        "week_total", "week_change", "year_change", "peak_hour", "next_week", "next_week_low",
        "next_week_high", "incidents_recent",
    }  # fmt: skip
    assert len({f["id"] for f in found}) == len(found)
    for fact in found:
        path, _, name = fact["cell"].partition("#")
        row = next(r for r in read(str(site[path])) if r["cellule"] == name)
        assert row["valeur"] == ("" if fact["value"] is None else f"{fact['value']:g}") or (
            float(row["valeur"]) == fact["value"]
        )
        assert (row["debut"], row["fin"]) == (fact["start"] or "", fact["end"] or "")
        assert row["lieu"] == fact["place"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**content, "facts": [{**found[0], "value": "12"}]}, schema)


def test_facts_are_those_of_the_inputs(site: dict[str, str | bytes]) -> None:
    content = json.loads(site["faits.json"])["facts"]
    known = {f["figure"]: f for f in content if f["place"] == "Place Saint-Martin"}
    week = inputs.pd.date_range(
        "2025-10-27", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left"
    )
    counts = inputs.counts(week, 1.0)
    total = known["week_total"]
    assert (total["value"], total["unit"]) == (counts.sum(), "passages")
    assert (total["start"], total["end"]) == ("2025-10-27", "2025-11-02")
    assert total["confidence"] == "solid"
    assert known["peak_hour"]["value"] == counts.max()
    assert known["peak_hour"]["start"] == "2025-11-01"  # Saturday is the busiest day
    # 95 % to 110 % of the expected: half of 15 % to either side.
    low, middle, high = (known[f"next_week{k}"]["value"] for k in ("_low", "", "_high"))
    assert low == pytest.approx(0.95 * middle, rel=0.01)
    assert high == pytest.approx(1.1 * middle, rel=0.01)
    assert known["next_week"]["confidence"] == "solid"


@pytest.mark.parametrize(
    ("hours", "width", "word"),
    [
        (0.95, 0.15, "solid"),
        (0.949, 0.0, "indicative"),
        (1.0, 0.151, "indicative"),
        (0.8, np.inf, "indicative"),
        (0.799, 0.0, "insufficient"),
        (np.nan, 0.0, "insufficient"),
    ],
)
def test_confidence_has_fixed_thresholds(hours: float, width: float, word: str) -> None:
    assert sure.confidence(hours, width) == word


def remembered(cube: Any) -> list[str]:
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    return keep(found.places[0], found, WORDS)


def test_an_insufficient_figure_gives_way_to_its_reason() -> None:
    # Two sensors, each silent for another fifth of the week: three fifths have both.
    cube = inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[:2])
    cube = inputs.silence(cube, "a1", "2025-10-27", "2025-10-28 09:00")
    cube = inputs.silence(cube, "a2", "2025-11-01", "2025-11-02 09:00")
    said = remembered(cube)
    assert said[0] == (
        f"Le total de la semaine du 27{N}octobre au 2{N}novembre 2025 n’est pas donné{N}: "
        f"60,7{T}% seulement de ses heures ont été comptées."
    )
    (hidden, *_) = figures_of(said[0])
    assert (hidden.value, hidden.fact, hidden.confidence) == (None, "week_total", "insufficient")
    assert hidden.why == f"trop peu d’heures comptées{N}: 60,7{T}%"
    assert not any("pointe" in s for s in said)


def test_a_week_with_a_gap_is_indicative_and_a_whole_one_solid() -> None:
    cube = inputs.cube_of("2025-09-01", sensors=inputs.SENSORS[2:3])
    assert sure.of(remembered(cube)[0]) == "solid"
    # A gap of 24 hours of 168: 85.7 % are left.
    gap = inputs.silence(cube, "b1", "2025-10-28", "2025-10-29")
    assert sure.of(remembered(gap)[0]) == "indicative"
