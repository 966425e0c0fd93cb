"""The page of transparency: valid, in plain French, the same each time, safe from names."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import jsonschema
import numpy as np
import pytest
import segno
import yaml

from _transparent_town import CHANNELS, FULL, SITES, SPACE, SVG, Make, cube_of, site, written
from mining import cube as cubes
from mining.report import build
from mining.report._hexagons import hexagon, telephone_code, wrap
from mining.transparency import schema, sheets
from test_report_pages import ATTACKS as HOSTILE


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a maker of one territory."""
    return partial(written, tmp_path / "ville")


# --- the page -------------------------------------------------------------------------------------


def test_the_page_is_valid_accessible_and_in_plain_french(make: Make, root: Path) -> None:
    cube = cube_of(("b1", "Rue Haute"), ("b2", "Rue Basse"))
    page = site(make(), cube, root)["transparence.html"]
    tree = html5lib.HTMLParser(strict=True).parse(page)
    ids = [e.attrib["id"] for e in tree.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    levels = [int(e.tag[-1]) for e in tree.iter() if re.fullmatch(rf"{SPACE}h[1-6]", str(e.tag))]
    assert levels == [1, 2, 3, 2, 2, 2, 2]
    drawn = list(tree.iter(f"{SVG}svg"))
    assert len(drawn) == 4 * 4  # three hexagons and a code, for each of four sheets
    for svg in drawn:
        assert svg.attrib["role"] == "img"
        assert [c.tag for c in svg][:2] == [f"{SVG}title", f"{SVG}desc"]
        for target in svg.attrib["aria-labelledby"].split():
            assert target in ids
    sentences = [
        sentence
        for tag in ("p", "dd", "figcaption", "dt")
        for element in tree.iter(f"{SPACE}{tag}")
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀÉ«])", "".join(element.itertext()))
    ]
    lengths = [len(re.findall(r"[\w’'\-]+", s)) for s in sentences]
    assert max(lengths) <= 25, sentences[int(np.argmax(lengths))]
    assert np.mean(lengths) <= 18
    spoken = " ".join("".join(tree.itertext()).lower().split()).replace(
        "digital trust for places and routines", ""
    )
    assert not set(re.findall(r"[a-zà-ÿ]+", spoken)) & {
        "the",
        "of",
        "and",
        "for",
        "sensor",
        "unknown",
        "data",
        "with",
    }
    assert "creativecommons.org/licenses/by/4.0" in page
    assert "conforme" not in page


def test_colour_is_said_in_words(make: Make, root: Path) -> None:
    video = "[person_detection, non_identifiable_video, de_identified_video]"
    said = {
        "[identifiable_video]": ("#FFDD00", "Jaune\u00a0: identifie des personnes."),
        "[radar, de_identified_video]": ("#36B2E6", "Bleu\u00a0: rendu anonyme."),
        "[non_identifiable_video]": ("#FFFFFF", "Blanc\u00a0: n’identifie personne."),
        "[video_camera]": ("stroke-dasharray", "Pointillé\u00a0: on ne sait pas si"),
        "unknown": ("stroke-dasharray", "Pointillé\u00a0: non communiqué."),
    }
    for technology, (colour, words) in said.items():
        page = site(make(FULL.replace(video, technology)), cube_of(("x", "X")), root)[
            "transparence.html"
        ]
        sign = page[page.index('id="capteurs-1-tech-t"') : page.index('id="capteurs-1-code-t"')]
        assert colour in sign, technology
        assert words in sign
        assert ("stroke-dasharray" in sign) == (technology in ("[video_camera]", "unknown"))


def test_one_sheet_for_sensors_alike(make: Make, root: Path) -> None:
    town = make(
        sites=SITES,
        channels=CHANNELS + "c3,S1,PEDESTRIAN,LIDAR,Compteurs réunis,2025-01-01T00:00:00Z\n",
    )
    cube = cube_of(("c1", "Rue A"), ("c2", "Rue B"), ("c3", "Rue B"))
    found = sheets(town, cube, root / "data" / "reference", minimum_count=11)
    assert found is not None
    assert [[m[0] for m in g.members] for g in found.groups] == [["c2", "c3"], ["c1"]]
    page = site(town, cube, root)["transparence.html"]
    titles = re.findall(r'<h2 id="capteurs-\d"[^>]*>([^<]+)', page)
    assert titles == ["Compteurs de piétons par laser", "Compteurs de piétons par caméra"]
    # Two sensors of one name are told apart by their ids.
    assert "Rue B (c2)" in page
    assert "Rue B (c3)" in page


def test_simulated_data_are_marked(make: Make, root: Path) -> None:
    out = site(make("simulated: true\n" + FULL), cube_of(("x", "X")), root)
    for name, content in out.items():
        if name.endswith(".json"):
            assert "(données simulées)" in json.loads(content)["instance"]["title"][0]["value"]
    assert out["transparence.html"].count("Données simulées") >= 4


def test_same_bytes_each_time(make: Make, root: Path) -> None:
    names = (("a", "A"), ("b", "B"), ("c", "C"))
    first = site(make(), cube_of(*names), root)
    assert site(make(), cube_of(*names), root) == first
    assert site(make(), cube_of(*names[::-1]), root) == first


def test_the_report_holds_the_page_and_the_documents(make: Make, root: Path) -> None:
    town, cube = make(), cube_of(("a", "A"))
    stated = sheets(town, cube, root / "data" / "reference", minimum_count=11)
    out = build(town, cube, cubes.by_place(cube), transparency=stated)
    alone = site(town, cube, root)
    assert set(alone) == {name for name in out if name.startswith("transparence")}
    assert all(out[name] == alone[name] for name in alone if name.endswith(".json"))
    assert 'href="transparence.html"' in str(out["index.html"])
    assert 'href="../transparence.html"' in str(out["lieux/rue.html"])


ATTACKS = (*HOSTILE, "=cmd")


def test_names_neither_break_nor_attack(make: Make, root: Path) -> None:
    section = yaml.safe_load(FULL)
    inner = section["transparency"]
    inner["accountable"][1]["organisation"] = ATTACKS[0]
    inner["analyses"]["accountable"][0]["organisation"] = ATTACKS[5][:120]
    inner["sensors"]["pedestrian"]["note"] = ATTACKS[1]
    inner["retention"] = ATTACKS[6]
    cube = cube_of(*((f"s{n}{name}", name) for n, name in enumerate(ATTACKS)))
    out = site(make(yaml.safe_dump(section, allow_unicode=True)), cube, root)
    validator = jsonschema.Draft202012Validator(schema())
    titles = set()
    for name, content in out.items():
        assert re.fullmatch(r"transparence(\.html|/[a-z0-9-]{1,80}\.json)", name)
        if name.endswith(".json"):
            document = json.loads(content)
            validator.validate(document)
            titles.add(document["instance"]["title"][0]["value"])
    assert len(out) == 1 + len(ATTACKS) + 3
    assert {ATTACKS[0], ATTACKS[4], "ligne suivante"} <= titles
    tree = html5lib.HTMLParser(strict=True).parse(out["transparence.html"])
    assert not list(tree.iter(f"{SPACE}script"))
    assert not list(tree.iter(f"{SPACE}img"))
    assert not any(k.startswith("on") for e in tree.iter() for k in e.attrib)
    assert "\u202e" not in out["transparence.html"]
    for link in re.findall(r'href="(transparence/[^"]+)"', out["transparence.html"]):
        assert link in out


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "content"),
    [
        ("https://ville.example/capteurs", "https://ville.example/capteurs"),
        ("service@ville.example", "mailto:service@ville.example"),
        ("https://ville.example/@capteurs", "https://ville.example/@capteurs"),
    ],
)
def test_the_code_holds_the_modules_of_the_library_and_a_quiet_zone(
    address: str, content: str
) -> None:
    svg = ET.fromstring(telephone_code("q", address, title="t", about="a"))  # noqa: S314 - ours
    # 28 to 31 letters with correction M or better: version 3, 29 modules, 4 free ones around.
    assert svg.attrib["viewBox"] == "0 0 37 37"
    path = next(e for e in svg if e.tag == f"{SVG}path").attrib["d"]
    drawn = np.zeros((37, 37), dtype=int)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(v) for v in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            drawn[int(y), int(x) : int(x + values[0])] = 1
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])
    expected = np.array([list(row) for row in segno.make_qr(content, error="m").matrix])
    np.testing.assert_array_equal(drawn[4:-4, 4:-4], expected)
    assert drawn.sum() == expected.sum()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Commerce", ["Commerce"]),
        ("Heart of the City Auckland", ["Heart of the", "City Auckland"]),
        ("a" * 20, ["a" * 15, "a" * 5]),
        ("un deux trois quatre cinq six sept huit neuf dix onze douze treize",
         ["un deux trois", "quatre cinq six", "sept huit neuf", "dix onze douze…"]),
        ("", []),
    ],
)  # fmt: skip
def test_words_of_a_hexagon(text: str, lines: list[str]) -> None:
    assert wrap(text) == lines


def test_words_stand_out_on_every_colour() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for fill in ("#000000", "#ffffff", "#FFDD00", "#36B2E6", "#2A9D8F"):
        drawn = hexagon("h", "But", "Commerce", fill=fill, title="t", about="a")
        ink = re.findall(r'<g fill="(#\w+)"', drawn)[0]
        low, high = sorted((luminance(ink), luminance(fill)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, fill
