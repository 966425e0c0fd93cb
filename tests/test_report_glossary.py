"""The glossary: each meaning once, each word leads to where it is used, and back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import report_inputs as inputs
from mining.language import catalogue, language
from mining.report import _glossary as glossary
from mining.report import build, facts
from test_report_pages import SPACE, text_of, tree


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    out = build(**inputs.everything())
    return {k: str(v) for k, v in out.items() if k.endswith(".html")}


@pytest.mark.parametrize("code", ["fr", "en"])
def test_each_word_has_a_name_of_its_own_and_a_meaning(code: str) -> None:
    terms = catalogue(code)["glossary"]["term"]
    assert set(terms) == {t.key for t in glossary.TERMS}
    assert all(terms[t.key].get("text") or t.says for t in glossary.TERMS)
    assert len({t["name"] for t in terms.values()}) == len(terms)
    parts = catalogue(code)["glossary"]["part"]
    assert list(parts) == list(dict.fromkeys(t.part for t in glossary.TERMS))


def test_both_languages_have_the_same_texts() -> None:
    def shape(node: object) -> object:
        return {k: shape(v) for k, v in node.items()} if isinstance(node, dict) else None

    assert shape(catalogue("fr")["glossary"]) == shape(catalogue("en")["glossary"])


def test_each_word_leads_to_the_heading_under_which_it_is_used(site: dict[str, str]) -> None:
    page = tree(site["glossaire.html"])
    words = language("fr")
    for term in glossary.TERMS:
        anchor = glossary.anchor(term.key, words)
        entry = next((e for e in page.iter(f"{SPACE}div") if e.get("id") == anchor), None)
        if entry is None:
            assert term.needs in {"sensitive", "shops", "doors"}
            continue
        targets = [str(a.get("href")) for a in entry.iter(f"{SPACE}a")]
        assert [t.partition("#")[2] for t in targets] == [s.partition("#")[2] for s in term.spots]
        for label, target in zip(entry.iter(f"{SPACE}a"), targets, strict=True):
            address, _, heading = target.partition("#")
            found = re.search(rf'id="{heading}"[^>]*>(.*?)</h', site[address]) if heading else None
            assert not found or found[1] in text_of(label)


def test_a_meaning_stands_once(site: dict[str, str]) -> None:
    page = tree(site["glossaire.html"])
    told = [text_of(e) for e in page.iter(f"{SPACE}dd") if e.get("class") is None]
    assert len(told) == len(set(told))
    sentences = [s for text in told for s in re.split(r"(?<=[.!?])\s+(?=[A-ZÀÉ«])", text)]
    assert all(len(re.findall(r"[\w’'\-]+", s)) <= 25 for s in sentences), sentences
    lengths = [len(re.findall(r"[\w’'\-]+", s)) for s in sentences]
    assert sum(lengths) / len(lengths) <= 18


def test_words_of_parts_that_are_missing_are_left_out() -> None:
    cube = inputs.cube_of("2025-10-20", sensors=inputs.SENSORS[:1])
    found = facts(inputs.territory(), cube, inputs.cubes.by_place(cube), minimum_count=1)
    words = language("fr")
    assert {"few", "signs", "door", "secret"}.isdisjoint(glossary.links(found, words))
    assert "few" in glossary.links(replace(found, minimum=11), words)


def test_every_page_leads_to_the_glossary(site: dict[str, str]) -> None:
    for name, page in site.items():
        root = "../" if "/" in name else ""
        assert f'<a href="{root}glossaire.html"' in page, name
