"""Transparency sheets: every gap is named, 'unknown' is lawful, mistakes get one sentence."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml

from _transparent_town import FULL, SPACE, WALK, Make, cube_of, elements, site, without, written
from mining.errors import ConfigError
from mining.transparency import (
    check,
    missing,
)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a maker of one territory."""
    return partial(written, tmp_path / "ville")


FIELDS = {
    "accountable", "purposes", "technology", "data", "process", "access", "storage", "retention",
    "feedback",
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("accountable", {("a", "accountable"), ("b", "accountable")}),
        ("feedback", {("a", "feedback"), ("b", "feedback"), ("", "feedback")}),
        ("purposes", {("a", "purposes"), ("b", "purposes"), ("", "purposes")}),
        ("access", {("a", "access"), ("b", "access")}),
        ("storage", {("a", "storage"), ("b", "storage")}),
        ("retention", {("a", "retention"), ("b", "retention")}),
        ("sensors.pedestrian.technology", {("a", "technology"), ("b", "technology")}),
        ("sensors.pedestrian.data", {("a", "data"), ("b", "data")}),
        ("sensors.pedestrian.process", {("a", "process"), ("b", "process")}),
        ("analyses.accountable", {("", "accountable")}),
        ("analyses.access", {("", "access")}),
        ("analyses.storage", {("", "storage")}),
        ("analyses.retention", {("", "retention")}),
    ],
)
def test_each_thing_left_out_is_named(
    make: Make, key: str, expected: set[tuple[str, str]], reference: Any
) -> None:
    town = make(without(key))
    found = missing(town, WALK)
    assert {(m.sensor, m.field) for m in found} == expected
    with pytest.raises(ConfigError) as caught:
        check(town, WALK, reference)
    field = key.rpartition(".")[2]
    whose = "the analyses" if key.startswith("analyses") else "the sensor 'a'"
    assert f"territory.yaml: missing {field} of {whose}" in str(caught.value)


def test_a_complete_section_passes_and_an_empty_one_lacks_all(make: Make, reference: Any) -> None:
    check(make(), WALK, reference)
    town = make("transparency: {}\n")
    for sensor in ("a", "b"):
        assert {m.field for m in missing(town, WALK) if m.sensor == sensor} == FIELDS
    with pytest.raises(ConfigError) as caught:
        check(town, WALK, reference)
    assert str(caught.value).endswith(
        "territory.yaml: missing accountable of the sensor 'a', purposes of the sensor 'a', "
        "technology of the sensor 'a' and 21 more, expected each in the section 'transparency' "
        "('unknown' is a lawful value)"
    )


def test_unknown_is_lawful_everywhere(make: Make, reference: Any, root: Path) -> None:
    keys = ("accountable", "feedback", "purposes", "access", "storage", "retention")
    unknown = dict.fromkeys(keys, "unknown")
    kind = dict.fromkeys(("technology", "data", "process"), "unknown")
    section = {**unknown, "sensors": {"pedestrian": kind}, "analyses": unknown}
    town = make(yaml.safe_dump({"transparency": section}))
    check(town, WALK, reference)
    out = site(town, cube_of(("x", "X")), root)
    page = html5lib.parse(out["transparence.html"])
    answers = ["".join(dd.itertext()) for dd in page.iter(f"{SPACE}dd")]
    # Eight questions and the address for the sensor; for each analysis purpose, organisation,
    # access, duration, place and address.
    assert answers.count("Non communiqué") == 9 + 3 * 6
    assert not any("À compléter" in answer for answer in answers)
    # Nobody can be written to: no code to scan, and no review is promised.
    assert "Code à lire" not in out["transparence.html"]
    rights = elements(json.loads(out["transparence/calcul-groupes.json"]))["rights"]
    assert [r["element_id"] for r in rights] == ["right_algorithmic_transparency"]


def test_no_section_at_all(make: Make, reference: Any, root: Path) -> None:
    town = make("")
    with pytest.raises(ConfigError, match=r"territory.yaml: no section 'transparency'"):
        check(town, WALK, reference)
    assert {m.sensor for m in missing(town, WALK)} == {"", "a", "b"}
    out = site(town, cube_of(("x", "X")), root)
    assert list(out) == ["transparence.html"]
    assert "n’a pas encore décrit ses capteurs" in out["transparence.html"]


def test_an_unfinished_sheet_says_so_and_has_no_document(make: Make, root: Path) -> None:
    town = make(without("sensors.pedestrian.technology"))
    out = site(town, cube_of(("x", "X")), root)
    assert "transparence/capteur-x.json" not in out
    assert "transparence/calcul-prevision.json" in out
    page = html5lib.parse(out["transparence.html"])
    answers = ["".join(dd.itertext()) for dd in page.iter(f"{SPACE}dd")]
    assert answers.count("À compléter") == 1
    assert out["transparence.html"].count("Cette fiche n’est pas finie") == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[values_time]", "[value_time]", "column 'transparency.sensors.pedestrian.data.0': found 'value_time', expected 'values_time', perhaps?"),
        ("[stored_locally]", "[stored_locally, moon]", "line 13, column 'transparency.storage.1': found 'moon', expected one of unknown, backed_up_internationally"),
        ("[aggregated]", "[aggregated, k_anonymity]", "found 'k_anonymity': it is added where no count under report.minimum_count is public, never declared"),
    ],
)  # fmt: skip
def test_elements_that_are_not_in_the_taxonomy(
    make: Make, reference: Any, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        check(make(FULL.replace(old, new)), WALK, reference)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("  purpose: [commerce]", "found 'the key transparency.purpose', expected 'purposes', perhaps?"),
        ("  sensors: {pedestrian: {techology: [radar]}}", "found 'the key transparency.sensors.pedestrian.techology', expected 'technology', perhaps?"),
        ("  sensors: {walkers: {}}", "unknown kind 'walkers'"),
        ("  purposes: []", "column 'transparency.purposes': found [], expected identifiers, or unknown alone"),
        ("  purposes: [commerce, unknown]", "expected identifiers, or unknown alone"),
        ("  purposes: [commerce, commerce]", "found 'commerce' twice"),
        ("  purposes: [a, b, c, d]", "found 4 purposes, expected the three most important at most"),
        ("  retention: P30", "found 'P30', expected an ISO 8601 duration such as P30D"),
        ("  feedback: javascript:alert(1)", "expected an address https://..., the e-mail of a service, or unknown"),
        ("  accountable: [{organisation: Mme Durand, contact: unknown}]", "found 'Mme Durand', expected the name of an organisation or a service, not of a person"),
        ("  accountable: [{organisation: a@b.example, contact: unknown}]", "not of a person"),
        ("  accountable: [{organisation: Ville}]", "the key 'transparency.accountable.0.contact' is missing or empty"),
    ],
)  # fmt: skip
def test_mistakes_of_the_section(make: Make, line: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        make(f"transparency:\n{line}\n")
