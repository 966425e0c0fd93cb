"""An English report from the same content: words, numbers, addresses, data, paper and e-mail."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pikepdf
import pypdf
import pytest

import report_inputs as inputs
from _trace import Trace, rows_of, untraced
from mining import cube as cubes
from mining import writers
from mining.errors import ConfigError
from mining.language import Language, catalogue, language
from mining.report import build
from test_report_accessible import OPEN, RULES
from test_report_pages import (
    SPACE,
    SVG,
    check_document,
    check_figures_and_tables,
    table_of,
    text_of,
    tree,
    visible,
)
from test_report_trace import names_of

MINUS = "\u2212"
#: French words that no English text holds, and that a French one can hardly do without.
FRENCH = frozenset(
    """
    le la les un une des du de au aux et ou est sont pour par avec sans dans sur qui que ce cette
    ces il elle ne pas plus moins chaque aucun aucune jour jours semaine semaines mois heure heures
    lundi mardi mercredi jeudi vendredi samedi dimanche lieu lieux compteur compteurs capteur
    capteurs voir selon attendu attendus environ entre depuis carte tableau fiche calcul
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
#: Letters that English has only in names.
ACCENTS = re.compile(r"[àâçèêëîïôöùûüœæ«»]", re.IGNORECASE)
NAMES = [*(p for _, p, _ in inputs.SENSORS), "Montbéliard", "Cafés", "cafés"]


@pytest.fixture(scope="module")
def given_en() -> dict[str, Any]:
    return inputs.in_english(inputs.everything())


@pytest.fixture(scope="module")
def site(given_en: dict[str, Any]) -> dict[str, str | bytes]:
    return build(**given_en)


def pages(site: dict[str, str | bytes]) -> Iterator[tuple[str, str]]:
    return ((name, str(page)) for name, page in site.items() if name.endswith(".html"))


def check_english(text: str) -> None:
    """Check that a text, names of people aside, has no French in it."""
    plain = text
    for name in NAMES:
        plain = plain.replace(name, "")
    assert not set(re.findall(r"[a-z]+", plain.lower())) & FRENCH, text
    assert not ACCENTS.search(plain), text


# The catalogue ------------------------------------------------------------------------------


def leaves(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, node


def braces(text: object) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", str(text)))


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    french, english = catalogue("fr"), catalogue("en")
    forms = french.pop("format"), english.pop("format")
    assert forms[0].keys() == forms[1].keys()
    one, other = dict(leaves(french)), dict(leaves(english))
    assert one.keys() == other.keys()
    assert [key for key in one if braces(one[key]) != braces(other[key])] == []
    assert [key for key in one if type(one[key]) is not type(other[key])] == []


def test_every_count_has_a_singular_and_a_plural() -> None:
    for code in ("fr", "en"):
        names = [path for path, _ in leaves(catalogue(code))]
        singles = {n.removesuffix(".one") for n in names if n.endswith(".one")}
        assert {f"{single}.other" for single in singles} <= set(names)


def test_english_texts_are_plain() -> None:
    lengths = []
    for path, text in leaves({k: v for k, v in catalogue("en").items() if k != "format"}):
        check_english(str(text))
        assert "visitor" not in str(text).lower()
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z“])", str(text)):
            count = len(re.findall(r"[\w’'\-{}]+", sentence))
            assert count <= 25, (path, sentence)
            if sentence.endswith("."):
                lengths.append(count)
    assert np.mean(lengths) <= 18


@pytest.fixture(scope="module")
def words() -> Language:
    return language("en")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (12345, "12,345 passages")],
)
def test_one_alone_is_singular(words: Language, count: float, text: str) -> None:
    assert words.text("unit.passages", count=count) == text


def test_one_and_a_half_is_plural(words: Language) -> None:
    assert words.text("unit.passages", count=1.5).endswith("passages")
    assert language("fr").text("unit.passages", count=1.5).endswith("passage")


@pytest.mark.parametrize(
    ("hour", "text"),
    [(0, "midnight"), (0.5, "12:30am"), (9, "9am"), (12, "noon"), (12.25, "12:15pm"), (14, "2pm"),
     (23, "11pm"), (24, "midnight")],
)  # fmt: skip
def test_hours_are_said_as_in_a_shop(words: Language, hour: float, text: str) -> None:
    assert words.hour(hour) == text


def test_hours_on_an_axis_are_short(words: Language) -> None:
    assert [words.hour(h, named=False) for h in (0, 12, 24)] == ["12am", "12pm", "12am"]


def test_dates_and_periods(words: Language) -> None:
    day = pd.Timestamp("2026-01-05 14:30")
    assert words.moment(day).replace("\u00a0", " ") == "Monday 5 January 2026 at 2:30pm"
    assert words.week(pd.Timestamp("2026-01-05")).replace("\u00a0", " ") == "5 to 11 January 2026"
    assert words.week(pd.Timestamp("2025-12-29")).replace("\u00a0", " ") == (
        "29 December 2025 to 4 January 2026"
    )
    assert words.slot(11) == "11am to noon"


def test_numbers(words: Language) -> None:
    assert words.number(1234567.25, 2) == "1,234,567.25"
    assert words.percent(-0.1234, 1, signed=True) == f"{MINUS}12.3%"


def test_figures_of_analyses_are_read_where_they_stand(words: Language) -> None:
    text = (
        "In the night of 31 December 2023 to 1 January, the 19 counters together count 1,234 "
        "passages for 300 expected (4.1 times more). On 2 March from 6am to 2:30pm, “45 High "
        f"Street” falls ({MINUS}78%): perhaps a clock shifted by 2 hours."
    )
    found = words.read(text).figures
    assert [(f.value, f.unit) for f in found] == [
        (19.0, "sensors"), (1234.0, "passages"), (300.0, ""), (4.1, "times"), (-78.0, "%"),
        (2.0, "hours"),
    ]  # fmt: skip
    assert all(text[f.at : f.at + len(f.text)] == f.text for f in found)


# The report ---------------------------------------------------------------------------------


def test_addresses_are_english(site: dict[str, str | bytes]) -> None:
    places = ("passage-du-four", "place-saint-martin", "rue-des-febvres")
    found = {
        *(
            "activity",
            "editions",
            "elected",
            "explorer",
            "glossary",
            "incidents",
            "index",
            "quality",
            "transparency",
        ),
        *(f"places/{p}" for p in places),
    }
    named = {f"{p}.html" for p in found}
    named |= {f"annexes/{p}.{end}" for p in found for end in ("csv", "schema.json")}
    named |= {f"pdf/{p}.pdf" for p in places} | {f"emails/{p}.eml" for p in places}
    named |= {"annexes/trial-town.xlsx", "facts.json", "pdf/elected.pdf"}
    same = {"style.css", "manifest.json", "disclosure.json"}
    assert {n for n in site if not n.startswith("scripts/")} == named | same
    anchors = set(catalogue("fr")["address"]["anchor"].values())
    anchors -= set(catalogue("en")["address"]["anchor"].values())
    for name, page in pages(site):
        assert not set(re.findall(r'id="([^"]+)"', page)) & anchors, name
        for target in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{target}"' in page


def test_anchors_of_templates_stand_in_the_catalogue() -> None:
    folder = resources.files("mining.report") / "templates"
    for file in folder.iterdir():
        # Publishing knows "editions"; controls of the exploration page are for its script alone.
        if file.name.endswith(".html") and file.name != "explorer.html":
            text = file.read_text(encoding="utf-8")
            assert set(re.findall(r'\b(?:id|aria-labelledby)="([^"{]+)"', text)) <= {"editions"}


def test_pages_are_valid_and_say_their_language(site: dict[str, str | bytes]) -> None:
    for name, page in pages(site):
        root = tree(page)
        check_document(root, name, "en")
        check_figures_and_tables(root, name)


def test_pages_hold_no_french_word(site: dict[str, str | bytes]) -> None:
    for name, page in pages(site):
        for text in visible(page):
            check_english(text)
            assert not re.search(r"[\u00a0\u202f][:;!?%]", text), (name, text)
            assert "'" not in text, (name, text)
            assert not re.search(r"\b1 (passages|incidents|counters|hours)\b", text), text


def test_sentences_are_short(site: dict[str, str | bytes]) -> None:
    lengths = []
    for _, page in pages(site):
        root = tree(page)
        for tag in ("p", "li", "desc"):
            for element in [*root.iter(f"{SPACE}{tag}"), *root.iter(f"{SVG}{tag}")]:
                for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z“])", text_of(element)):
                    count = len(re.findall(r"[\w’'\-]+", re.sub(r"(?<=\d),(?=\d)", "", sentence)))
                    assert count <= 25, (count, sentence)
                    lengths.append(count)
    assert np.mean(lengths) <= 18


def test_every_number_of_a_page_is_a_cell(
    site: dict[str, str | bytes], given_en: dict[str, Any]
) -> None:
    names = names_of(given_en)
    for name, page in pages(site):
        annex = str(site[f"annexes/{name.removesuffix('.html')}.csv"])
        trace = Trace(annex, names, "en")
        assert trace.wrong() == [], name
        assert untraced(tree(page), trace) == [], name
    changed, count = re.subn(r"same counters\.", "same counters, 37 more.", page_of(site), count=1)
    assert count == 1
    annex = str(site["annexes/places/place-saint-martin.csv"])
    assert untraced(tree(changed), Trace(annex, names, "en"))


def page_of(site: dict[str, str | bytes]) -> str:
    return str(site["places/place-saint-martin.html"])


def test_the_week_by_hour(site: dict[str, str | bytes]) -> None:
    rows = table_of(page_of(site), "Passages by day and by hour, week of")
    assert rows[0] == ["Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [rows[k][0] for k in (1, 2, 13, 14, 25)] == ["midnight", "1am", "noon", "1pm", "Total"]


def test_annexes_facts_and_workbook_are_english(site: dict[str, str | bytes]) -> None:
    columns = list(catalogue("en")["address"]["column"].values())
    for name, content in site.items():
        if name.endswith(".csv"):
            rows = rows_of(str(content), "en")
            assert not rows or list(rows[0]) == columns
            for row in rows:
                check_english(" ".join(row.values()))
        if name.endswith(".schema.json"):
            schema = json.loads(content)
            assert [f["name"] for f in schema["fields"]] == columns
            assert schema["primaryKey"] == ["cell"]
            check_english(
                " ".join([schema["title"], *(f["description"] for f in schema["fields"])])
            )
    facts = json.loads(site["facts.json"])
    assert facts["language"] == "en"
    assert {f["cell"].partition("#")[0] for f in facts["facts"]} <= site.keys()
    assert {f["unit"] for f in facts["facts"]} <= {"passages", "%", "incidents"}
    book = openpyxl.load_workbook(io.BytesIO(site["annexes/trial-town.xlsx"]))  # type: ignore[arg-type]
    assert book.sheetnames[0] == "Contents"
    assert "activity" in book.sheetnames
    assert [c.value for c in book["index"][1]] == columns


def test_facts_have_one_schema_in_every_language(site: dict[str, str | bytes], root: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((root / "docs" / "facts.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(site["facts.json"]), schema)


def test_paper_is_english(site: dict[str, str | bytes]) -> None:
    pdf = site["pdf/place-saint-martin.pdf"]
    assert isinstance(pdf, bytes)
    assert str(pikepdf.open(io.BytesIO(pdf)).Root.Lang) == "en"
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 2
    text = " ".join(sheet.extract_text() for sheet in reader.pages)
    check_english(text)
    assert "Page 1 of 2" in text.replace("\u00a0", " ")


def test_mail_is_english(site: dict[str, str | bytes]) -> None:
    raw = site["emails/place-saint-martin.eml"]
    assert isinstance(raw, bytes)
    message: Any = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == "Place Saint-Martin: the passages of the week (Trial Town)"
    text = message.get_body(("plain",)).get_content()
    assert text.startswith("Hello,")
    check_english(text)
    page = message.get_body(("html",)).get_content()
    assert '<html lang="en">' in page
    for said in visible(page):
        check_english(said)


def test_titles_of_editions_are_english(site: dict[str, str | bytes]) -> None:
    told = json.loads(site["manifest.json"])["words"]
    assert told["latest"] == "The latest edition"
    assert told["title"].replace("\u00a0", " ") == "Data up to Wednesday 5 November 2025 at 6am"


def test_a_language_without_texts_is_refused_in_one_sentence() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[:1])
    town = inputs.territory(language="xx")
    with pytest.raises(ConfigError) as error:
        build(territory=town, cube=cube, place_cube=cubes.by_place(cube))
    assert str(error.value) == "no report texts in language 'xx': expected one of en, fr"


# In a browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(site: dict[str, str | bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("english")
    for name, content in site.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            writers.text(path, content)
        else:
            writers.binary(path, content)
    return root


def test_axe_finds_nothing(folder: Path, browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": 320, "height": 800})
    for name in ("index.html", "explorer.html", "places/rue-des-febvres.html"):
        page.goto((folder / name).as_uri())
        page.evaluate(OPEN)
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
        assert [v["id"] for v in found["violations"]] == [], name
    page.close()


def test_the_explorer_speaks_english(folder: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "explorer.html").as_uri())
    page.click("input[value=hour]")
    page.click("summary")
    page.wait_for_selector("details tbody tr")
    said = page.locator("main").inner_text()
    check_english(re.sub(r"[\u2068\u2069]", "", said))
    assert "passages by hour" in said
    assert re.search(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+\s\w+ 2025, 9am to 10am", said)
    page.close()
