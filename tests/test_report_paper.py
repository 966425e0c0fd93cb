"""Printed pages of a place: two, tagged, with the figures of its page, whatever they hold."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import html5lib
import numpy as np
import page
import pandas as pd
import pikepdf
import pypdf
import pytest
import typst

import report_inputs as inputs
from mining import cube as cubes
from mining.language import language
from mining.report import facts
from mining.report._known import TerritoryFacts
from mining.report._options import options
from mining.report._pdf import compile_pdf
from mining.report._pdf_place import content, ink_on
from mining.report._site import Site
from mining.report._style import HEAT
from mining.report._views import view

TEMPLATE = "place.typ"
FRENCH = language("fr")
ATTACKS = (
    '"#panic("no") $x^2$ *gras* _it_ @ref \\ `raw` // com /* <script> = [titre]',
    '#image("/etc/passwd") #sys.inputs.content #{1 + 1} \\u{41}',
    "🎄🎅 東京 한국어 👨‍👩‍👧",
    "شارع السوق القديم",
    "x" * 200,
    "Rue " * 50,
    "ligne\nsuivante\u202e\r\nBcc: evil@example.org",
)


def printed(found: TerritoryFacts, place: int = 0) -> tuple[dict[str, Any], str]:
    """Return what the printed pages of a place hold, and its page."""
    here, site = found.places[place], Site(found, FRENCH)
    shown = view(here, found, FRENCH, site.models)
    (html,) = site.place_page(here.name, v=shown, printed="pdf/lieu.pdf").values()
    title = f"{here.name} – essai"
    return content(here, found, shown, site.of_places, FRENCH, title=title), html


@pytest.fixture(scope="module")
def known() -> TerritoryFacts:
    return facts(**inputs.everything())


@pytest.fixture(scope="module")
def busy(known: TerritoryFacts) -> tuple[dict[str, Any], str]:
    """The place with an incident and two sensors."""
    names = [p.name for p in known.places]
    return printed(known, names.index("Rue des Febvres"))


@pytest.fixture(scope="module")
def pdf(busy: tuple[dict[str, Any], str]) -> bytes:
    return compile_pdf(TEMPLATE, busy[0])[0]


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in read(pdf).pages)


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, without the spaces within."""
    return set(re.findall(r"\d+(?:,\d+)?", re.sub(r"(?<=\d)\u202f(?=\d)", "", text)))


def words_of(html: str) -> str:
    root = html5lib.parse(html, namespaceHTMLElements=False)
    return " ".join(root.itertext())


def check(pdf: bytes) -> None:
    """Check what every printed place must be: two pages of A4, without a finding."""
    reader = read(pdf)
    assert len(reader.pages) == 2
    for sheet in reader.pages:
        np.testing.assert_allclose(sheet.mediabox[2:], [595.28, 841.89], atol=0.01)
    report = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [(f.rule_id, f.message) for f in report.failures]
    assert report.rules.total >= 100
    assert len(pdf) < 1_000_000


def test_two_pages_of_a4_that_a_validator_accepts(pdf: bytes) -> None:
    check(pdf)
    for number, sheet in enumerate(read(pdf).pages, start=1):
        assert f"Page {number} sur 2" in sheet.extract_text().replace("\u00a0", " ")


def test_the_validator_sees_what_is_missing(pdf: bytes) -> None:
    broken = pikepdf.open(io.BytesIO(pdf))
    del broken.Root.StructTreeRoot
    del broken.Root.MarkInfo
    out = io.BytesIO()
    broken.save(out)
    profile = page.ValidationProfile.PDF_UA_1
    assert not page.validate_pdf_bytes(out.getvalue(), profile=profile).is_compliant


def elements(node: Any) -> Iterator[pikepdf.Object]:
    """Yield the elements of a structure tree in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K"))


def test_language_title_tags_and_bookmarks(pdf: bytes, busy: tuple[dict[str, Any], str]) -> None:
    document = pikepdf.open(io.BytesIO(pdf))
    root = document.Root
    assert str(root.Lang) == "fr"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    with document.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert about["dc:title"] == busy[0]["title"]
        assert not [key for key in about if "Date" in key]
    assert not [key for key in document.docinfo if "Date" in str(key)]
    tags = list(elements(root.StructTreeRoot.K))
    names = [str(t.S).removeprefix("/") for t in tags]
    headings = [n for n in names if re.fullmatch(r"H\d", n)]
    assert headings[0] == "H1"
    assert headings[1:].count("H3") == 2  # the trend, and how the last forecasts did
    assert headings[1:].count("H2") == 12
    assert names.count("Table") == 3
    assert names.count("Caption") == 3 + names.count("Figure")
    headers = [t for t in tags if t.S == "/TH"]
    assert len(headers) == 8 + 5 + 3
    assert all("/Column" in [str(a.get("/Scope")) for a in t.A] for t in headers)
    titles = [o.title for o in read(pdf).outline[1] if not isinstance(o, list)]
    want = busy[0]["heading"]
    order = (
        *("keep", "key", "when", "why", "impact", "outlook", "options", "standing"),
        *("incidents", "quality", "transparency", "sources"),
    )
    assert titles == [want[k] for k in order]


def test_every_picture_says_what_it_shows(pdf: bytes, busy: tuple[dict[str, Any], str]) -> None:
    document = pikepdf.open(io.BytesIO(pdf))
    pictures = [t for t in elements(document.Root.StructTreeRoot.K) if t.S == "/Figure"]
    assert [str(t.Alt) for t in pictures] == [busy[0]["trend"]["alt"]]
    assert "Plus haute" in busy[0]["trend"]["alt"]
    assert "tableau" not in busy[0]["trend"]["alt"]  # paper has no table beside it
    assert busy[0]["trend"]["alt"] in busy[1].replace("&#39;", "'")
    bare = {**busy[0], "trend": {**busy[0]["trend"], "alt": None}}
    with pytest.raises(typst.TypstError, match="alt"):
        compile_pdf(TEMPLATE, bare)


def test_every_number_on_paper_is_on_the_page(pdf: bytes, busy: tuple[dict[str, Any], str]) -> None:
    paper = re.sub(r"Page\s\d\ssur\s2", "", text_of(pdf))
    assert len(numbers(paper)) > 100
    assert numbers(paper) <= numbers(words_of(busy[1]))


def test_paper_holds_the_sentences_of_the_page(
    pdf: bytes, busy: tuple[dict[str, Any], str]
) -> None:
    paper = re.sub(r"\s+", " ", text_of(pdf))
    parts = busy[0]
    told = [k[n] for k in parts["key"] for n in ("label", "value")]
    told += [k["sure"] for k in (*parts["key"], *parts["keep"]) if k["sure"]]
    told += [
        *(k["text"] for k in parts["keep"]),
        parts["sure"],
        *parts["options"],
        *parts["limits"],
        *parts["sources"],
    ]
    told += [*parts["outlook"]["said"], *(w for w in parts["outlook"]["why"] if w)]
    told += [cell for row in parts["week"]["table"]["rows"] for cell in row]
    assert len(told) > 200
    page_words = re.sub(r"\s+", " ", words_of(busy[1]))
    for sentence in told:
        plain = re.sub(r"\s+", " ", sentence)
        assert plain in paper, sentence
        assert plain in page_words, sentence


def test_shades_and_bars_are_those_of_the_figures(busy: tuple[dict[str, Any], str]) -> None:
    week, ahead = busy[0]["week"], busy[0]["outlook"]
    cells = [row[1:] for row in week["table"]["rows"][:24]]
    shades = week["shades"]
    counts = {
        (hour, day): int(re.sub(r"\D", "", cells[hour][day]))
        for hour in range(24) for day in range(7) if cells[hour][day][0].isdigit()
    }  # fmt: skip
    top = max(counts, key=lambda at: counts[at])
    assert [(h, d) for h in range(24) for d in range(7) if shades[h][d]["peak"]] == [top]
    for (hour, day), count in counts.items():
        rgb = HEAT(count / counts[top])[:3]
        want = "#" + "".join(f"{round(255 * c):02x}" for c in rgb)
        assert shades[hour][day]["fill"] == want
    assert {shades[h][d]["fill"] for h in range(24) for d in range(7) if (h, d) not in counts} == {
        "#ffffff"
    }
    # Days are told with 90 % and 120 % of their middle; the longest reaches the end.
    assert len(ahead["bars"]) == len(ahead["table"]["rows"]) == 7
    for low, middle, high in ahead["bars"]:
        assert low == pytest.approx(0.9 * middle, abs=1e-3)
        assert high == pytest.approx(1.2 * middle, abs=1e-3)
    assert max(high for _, _, high in ahead["bars"]) == 1


def test_ink_stands_out_on_every_shade() -> None:
    def light(colour: tuple[float, ...]) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for share in np.linspace(0, 1, 101):
        behind = light(HEAT(share)[:3])
        front = 0.0 if ink_on(HEAT(share)[:3]) == "#000000" else 1.0
        bright, dark = max(front, behind), min(front, behind)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_the_same_bytes_in_another_process(pdf: bytes, busy: tuple[dict[str, Any], str]) -> None:
    code = (
        "import hashlib, json, sys; from mining.report._pdf import compile_pdf; "
        "made = compile_pdf('place.typ', json.load(sys.stdin))[0]; "
        "print(hashlib.sha256(made).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}
    said = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(busy[0]), env=env,
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert said.stdout.strip() == hashlib.sha256(pdf).hexdigest()


def replaced(value: Any, name: str) -> Any:
    """Put a name before every text of a content, drawings left aside."""
    if isinstance(value, dict):
        kept = ("svg", "lang", "fill", "ink")
        return {k: v if k in kept else replaced(v, name) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [replaced(v, name) for v in value]
    return f"{name} {value}" if isinstance(value, str) else value


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_is_read_as_a_command(attack: str, busy: tuple[dict[str, Any], str]) -> None:
    short = " ".join(attack.split())[:60].strip("\u202e ")
    named = {**busy[0], "name": attack, "kicker": attack, "title": attack, "foot": attack}
    named["why"] = {"week": attack, "said": [attack] * 3}
    made = compile_pdf(TEMPLATE, named)[0]
    check(made)
    if attack.isascii():
        plain = re.sub(r"[\s\u200b]+", "", text_of(made))
        assert plain.count(re.sub(r"\s+", "", short)) >= 5
    links = [
        str(note.A.URI) for sheet in pikepdf.open(io.BytesIO(made)).pages
        for note in sheet.get("/Annots", []) if "/A" in note
    ]  # fmt: skip
    assert links == ["mailto:donnees@example.org"]


def test_an_attack_in_every_text_at_once(busy: tuple[dict[str, Any], str]) -> None:
    check(compile_pdf(TEMPLATE, replaced(busy[0], ATTACKS[0]))[0])


@pytest.mark.parametrize("times", [2, 12])
def test_two_pages_however_much_there_is_to_say(
    times: int, busy: tuple[dict[str, Any], str]
) -> None:
    one = busy[0]
    table = one["incidents"]["table"]
    more = {
        **one,
        "keep": one["keep"] * times,
        "limits": one["limits"] * times,
        "sources": one["sources"] * times,
        "why": {**one["why"], "said": ["Marché de Noël sur la place"] * 6 * times},
        "impact": {**one["impact"], "events": one["impact"]["events"] * 3 * times},
        "incidents": {
            **one["incidents"], "table": {**table, "rows": list(table["rows"]) * 10 * times},
        },
    }  # fmt: skip
    made = compile_pdf(TEMPLATE, more)[0]
    check(made)
    told = re.sub(r"\s+", " ", text_of(made))
    keep = [line["text"] for line in one["keep"]]
    for sentence in (*keep, *one["options"], *one["limits"], *one["sources"]):
        assert re.sub(r"\s+", " ", sentence) in told


@pytest.mark.parametrize("columns", [2, 3, 4])
@pytest.mark.parametrize("bars", [False, True])
@pytest.mark.parametrize("why", [False, True])
def test_every_form_of_the_forecast(
    columns: int, bars: bool, why: bool, busy: tuple[dict[str, Any], str]
) -> None:
    ahead = busy[0]["outlook"]
    table = {
        **ahead["table"],
        "columns": ahead["table"]["columns"][:columns],
        "rows": [row[:columns] for row in ahead["table"]["rows"]],
    }
    changed = {"table": table} | ({} if bars else {"bars": []}) | ({} if why else {"why": []})
    made = compile_pdf(TEMPLATE, {**busy[0], "outlook": {**ahead, **changed}})[0]
    check(made)
    told = re.sub(r"\s+", " ", read(made).pages[1].extract_text())
    shown = 3 if why and columns > 3 else columns  # what drives a day takes the last column
    for row in table["rows"]:
        assert all(re.sub(r"\s+", " ", cell) in told for cell in row[:shown])


def test_a_name_without_letters_has_a_heading_all_the_same(known: TerritoryFacts) -> None:
    bare = dataclasses.replace(known.places[0], name="\u202e\n")
    parts, _ = printed(dataclasses.replace(known, places=(bare,)))
    assert parts["name"] == "–"
    check(compile_pdf(TEMPLATE, parts)[0])


def test_a_first_week_without_history_forecast_or_incidents() -> None:
    cube = inputs.cube_of("2025-11-04", sensors=inputs.SENSORS[:1])
    found = facts(inputs.territory(simulated=True), cube, cubes.by_place(cube))
    parts, html = printed(found)
    made = compile_pdf(TEMPLATE, parts)[0]
    check(made)
    told = re.sub(r"\s+", " ", text_of(made))
    assert "Il n’y a pas de semaine à montrer" in told
    assert "Il n’y a pas de prévision pour ce lieu" in told
    assert "Les incidents n’ont pas été recherchés" in told
    assert "Trop peu de chiffres sont connus ici" in told
    assert "Données simulées" in told
    assert numbers(re.sub(r"Page\s\d\ssur\s2", "", text_of(made))) <= numbers(words_of(html))


def test_a_refused_forecast_and_a_silent_week() -> None:
    cube = inputs.silence(inputs.cube_of(), "b1", "2025-10-27", "2025-11-05")
    given = {**inputs.everything(cube), "forecast": None, "days": None, "weeks": None}
    found = facts(**given)
    parts, _ = printed(found, [p.name for p in found.places].index("Place Saint-Martin"))
    made = compile_pdf(TEMPLATE, parts)[0]
    check(made)
    told = re.sub(r"\s+", " ", text_of(made))
    assert "Il n’y a pas de prévision pour ce lieu" in told
    assert "Voici la semaine type" in told
    assert parts["key"] == []


def test_counts_by_day_have_a_plain_table() -> None:
    days = pd.date_range("2025-09-01", "2025-10-27", freq="1D", tz="UTC", inclusive="left")
    frame = pd.DataFrame({"a": np.arange(len(days)) + 100.0}, index=days)
    table = pd.DataFrame({"name": ["A"], "place": ["Rue A"]}, index=["a"])
    cube = cubes.build(frame, timezone="UTC", step="1D", sensors=table)
    found = facts(inputs.territory(), cube, cubes.by_place(cube))
    parts, html = printed(found)
    assert parts["week"]["shades"] == []
    made = compile_pdf(TEMPLATE, parts)[0]
    check(made)
    assert "Ces compteurs comptent par jour" in re.sub(r"\s+", " ", text_of(made))
    assert numbers(re.sub(r"Page\s\d\ssur\s2", "", text_of(made))) <= numbers(words_of(html))


def test_options_name_the_extreme_days_and_hours(known: TerritoryFacts) -> None:
    place = next(p for p in known.places if p.name == "Place Saint-Martin")
    said = [s.replace("\u00a0", " ") for s in options(place, known, FRENCH)]
    # The forecast repeats the last week: Saturday the strongest, Sunday the calmest day.
    local = pd.date_range("2025-11-01", "2025-11-03", freq="1h", tz=inputs.ZONE, inclusive="left")
    saturday, sunday = inputs.counts(local, 1.0).reshape(2, 24).sum(axis=1)
    assert f"le samedi 8 novembre devrait être le jour le plus fort, avec {saturday:.0f}" in said[0]
    assert (
        f"le dimanche 9 novembre devrait être le jour le plus calme, avec {sunday:.0f}" in said[1]
    )
    activity = inputs.everything()["activity"]["rhythm"].sel(sensor="Place Saint-Martin")
    usual = activity.to_numpy().reshape(7, 24)
    working, rest = usual[:5].mean(axis=0), usual[5]
    assert (working.argmax(), rest.argmax(), working[9:19].argmin()) == (17, 17, 0)
    assert f"la plus animée de 17 h à 18 h ({working[17]:.0f} passages)" in said[2]
    assert f"celle de 17 h à 18 h ({rest[17]:.0f} passages)" in said[3]
    assert f"celle de 9 h à 10 h ({working[9]:.0f} passages)" in said[4]
    assert "pistes" in said[5]


def test_days_that_are_alike_are_not_told_apart(known: TerritoryFacts) -> None:
    place = next(p for p in known.places if p.name == "Place Saint-Martin")
    assert place.totals is not None
    days = tuple(
        dataclasses.replace(d, low=900.0, middle=1000.0, high=1200.0) for d in place.totals.days
    )
    flat = dataclasses.replace(
        place, totals=dataclasses.replace(place.totals, days=days), rhythm=None
    )
    said = options(flat, known, FRENCH)
    assert "se ressemblent, de 1\u202f000 à 1\u202f000" in said[0]
    few = dataclasses.replace(place, totals=None, rhythm=None)
    assert options(few, known, FRENCH) == [FRENCH.text("options.none")]
