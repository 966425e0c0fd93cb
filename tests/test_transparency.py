"""Transparency sheets: nothing guessed, every gap named, chains in the shape of the standard."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import jsonschema
import numpy as np
import pandas as pd
import pytest
import segno
import xarray as xr
import yaml

import report_inputs as inputs
from mining import cube as cubes
from mining.cli import run
from mining.errors import ConfigError
from mining.language import language
from mining.report import build, facts
from mining.report._chains import chain_files
from mining.report._hexagons import hexagon, telephone_code, wrap
from mining.report._pages import _sheets
from mining.report._site import Site
from mining.scaffold import new_territory
from mining.territory import Territory, check_sensors, load_territory
from mining.transparency import (
    ANALYSES,
    VOCABULARY,
    analyses,
    check,
    devices,
    missing,
    schema,
    sensors_of,
    sheets,
    taxonomy,
)

SPACE, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"

HEAD = """\
name: Ville d'essai
timezone: Europe/Paris
source: {name: tables, format: long, files: counts.csv}
licence: CC BY 4.0
attribution: Ville d'essai
"""
FULL = """\
transparency:
  accountable:
    - {organisation: Capteurs SA, role: vendor, contact: unknown}
    - {organisation: Ville d'essai, role: deployer, contact: commerce@ville.example}
  feedback: https://ville.example/capteurs
  purposes: [planning_decision_making, commerce]
  access: [available_to_the_accountable_organization]
  storage: [stored_locally]
  retention: P1Y6M
  sensors:
    pedestrian:
      technology: [person_detection, non_identifiable_video, de_identified_video]
      data: [values_time]
      process: [aggregated]
    noise:
      technology: [sound_level_meter]
      data: [values_time]
      process: [raw_data]
      retention: P0D
  analyses:
    accountable:
      - {organisation: Ville d'essai, role: deployer, contact: commerce@ville.example}
    access: [available_to_download]
    storage: unknown
    retention: jusqu'au rapport suivant
"""
CHANNELS = """\
channel_id,site_id,mobility_type,counter_type,data_provider_name,started_at
c1,S1,PEDESTRIAN,VIDEO SENSOR,Ville d'essai,2025-01-01T00:00:00Z
c2,S1,PEDESTRIAN,LIDAR,Compteurs réunis,2025-01-01T00:00:00Z
"""
SITES = "site_id,site_name,xlong,ylat\nS1,Rue Haute,6.80,47.51\n"

Make = Callable[..., Territory]


@pytest.fixture(scope="module")
def reference(root: Path) -> Any:
    return taxonomy(root / "data" / "reference")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a territory, its section `transparency` and the files given; return it loaded."""

    def write(section: str = FULL, **files: str) -> Territory:
        folder = tmp_path / "ville"
        folder.mkdir(exist_ok=True)
        (folder / "territory.yaml").write_text(HEAD + section, encoding="utf-8")
        for name, content in files.items():
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        return load_territory(folder)

    return write


def sensors(*rows: tuple[str, str]) -> pd.DataFrame:
    """Return a table of sensors, each (id, kind), named by its id."""
    return pd.DataFrame(
        {"name": [f"Compteur {s}" for s, _ in rows], "kind": [k for _, k in rows]},
        index=[s for s, _ in rows],
    )


WALK = sensors(("a", "pedestrian"), ("b", "pedestrian"))


def cube_of(*names: tuple[str, str], kind: str = "pedestrian") -> xr.Dataset:
    """Return a cube of a few days with these sensors, each (id, name)."""
    cube = inputs.cube_of("2025-10-20", sensors=tuple((s, "Rue", 1.0) for s, _ in names))
    named = [dict(names)[s] for s in cube["sensor"].to_numpy().astype(str)]
    return cube.assign_coords(
        name=("sensor", np.array(named, dtype=object)),
        kind=("sensor", np.array([kind] * len(names), dtype=object)),
    )


def site(town: Territory, cube: xr.Dataset, root: Path, minimum: int = 11) -> dict[str, str]:
    """Return the files of the report that speak of transparency; the others take seconds."""
    words = language("fr")
    stated = sheets(town, cube, root / "data" / "reference", minimum_count=minimum)
    out = {} if stated is None else chain_files(stated, minimum, words)
    found = facts(town, cube, cubes.by_place(cube), transparency=stated, minimum_count=minimum)
    return {**Site(found, words).page("transparency", sheets=_sheets(found, words)), **out}


def elements(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the elements of a chain by category."""
    out: dict[str, list[dict[str, Any]]] = {}
    for element in document["instance"]["elements"]:
        out.setdefault(element.pop("category_id"), []).append(element)
    return out


# --- a chain by hand -----------------------------------------------------------------------------


def test_a_device_chain_by_hand(make: Make, root: Path) -> None:
    out = site(make(), cube_of(("b1", "Rue Haute"), ("b2", "Rue Basse")), root)
    document = json.loads(out["transparence/capteur-b1.json"])
    assert document["schema"] == {
        "name": "DTPR", "version": "0.1", "namespace": "https://dtpr.io/schemas/datachain/v0.1",
    }  # fmt: skip
    template, instance = document["datachain"], document["instance"]
    assert (template["type"], template["version"]) == ("device", "2025-08-29T00:00:00Z")
    assert [c["id"] for c in template["categories"]] == [
        "accountable", "purpose", "tech", "data", "process", "access", "storage", "retention",
    ]  # fmt: skip
    assert instance["title"] == [{"locale": "fr", "value": "Rue Haute"}]
    # The last hour of the cube starts at 05:00 in Paris, winter time.
    assert instance["created_at"] == "2025-11-05T04:00:00Z"
    # Who deploys stands before who sells, what identifies more before what identifies less;
    # counts under 11 stay with the town, so that small numbers are never public.
    assert elements(document) == {
        "accountable": [
            {
                "element_id": "organization", "priority": 0, "variables": [
                    {"id": "title", "value": "Ville d'essai"},
                    {"id": "description", "value": "Organisation responsable. Contact\u00a0: commerce@ville.example"},
                ],
            },
            {
                "element_id": "organization", "priority": 1, "variables": [
                    {"id": "title", "value": "Capteurs SA"},
                    {"id": "description", "value": "Organisation qui fournit le matériel ou le calcul."},
                ],
            },
        ],
        "purpose": [
            {"element_id": "planning_decision_making", "priority": 0},
            {"element_id": "commerce", "priority": 1},
        ],
        "tech": [
            {"element_id": "de_identified_video", "priority": 0, "context_type_id": "de_identified"},
            {"element_id": "non_identifiable_video", "priority": 1, "context_type_id": "none"},
            {"element_id": "person_detection", "priority": 2},
        ],
        "data": [{"element_id": "values_time", "priority": 0}],
        "process": [
            {"element_id": "aggregated", "priority": 0},
            {"element_id": "k_anonymity", "priority": 1},
        ],
        "access": [{"element_id": "available_to_the_accountable_organization", "priority": 0}],
        "storage": [{"element_id": "stored_locally", "priority": 0}],
        "retention": [
            {
                "element_id": "data_retained", "priority": 0,
                "variables": [{"id": "duration", "value": "1\u00a0an et 6\u00a0mois"}],
            },
        ],
    }  # fmt: skip


def test_an_analysis_chain_by_hand(make: Make, root: Path) -> None:
    out = site(make(), cube_of(("b1", "Rue Haute")), root)
    assert sorted(out) == [
        "transparence.html", "transparence/calcul-groupes.json",
        "transparence/calcul-incidents.json", "transparence/calcul-prevision.json",
        "transparence/capteur-b1.json",
    ]  # fmt: skip
    document = json.loads(out["transparence/calcul-incidents.json"])
    assert document["datachain"]["version"] == "2026-08-12T00:00:00Z"
    # The category of harms, which comes from a source under CC BY-SA, is left out.
    assert [c["id"] for c in document["datachain"]["categories"]] == [
        "purpose", "accountable", "affected", "functional_modes", "rights", "input_dataset",
        "processing", "output_dataset", "access", "retention", "storage",
    ]  # fmt: skip
    found = elements(document)
    short = {
        category: [(e["element_id"], e.get("context_type_id", "")) for e in items]
        for category, items in found.items()
    }
    assert short == {
        "purpose": [("planning_decision_making", ""), ("commerce", "")],
        "accountable": [("organization", "deployer")],
        "affected": [("people", "community")],
        "functional_modes": [("analytical_mode", "human_decides")],
        "rights": [("right_algorithmic_transparency", ""), ("right_to_human_review", "")],
        "input_dataset": [
            ("input_about_a_measurement", "de_identified"), ("input_operational_data", ""),
        ],
        "processing": [("anomaly_detection", "")],
        "output_dataset": [("output_operational_data", "de_identified")],
        "access": [("available_to_download", "")],
        "retention": [("data_retained", "")],
    }  # fmt: skip
    told = found["output_dataset"][0]["variables"][0]["value"]
    assert told.endswith("Aucun nombre sous 11\u00a0passages n’y est publié.")
    assert found["retention"][0]["variables"] == [
        {"id": "duration", "value": "jusqu’au rapport suivant"}
    ]


@pytest.mark.parametrize(
    ("retention", "words"),
    [
        ("P30D", "30\u00a0jours"),
        ("P1Y", "1\u00a0an"),
        ("P2Y3M10DT12H", "2\u00a0ans, 3\u00a0mois, 10\u00a0jours et 12\u00a0heures"),
        ("PT1M", "1\u00a0minute"),
        ("jusqu'au soir", "jusqu’au soir"),
    ],
)
def test_retention_in_words(make: Make, root: Path, retention: str, words: str) -> None:
    town = make(FULL.replace("P1Y6M", retention))
    document = json.loads(site(town, cube_of(("x", "X")), root)["transparence/capteur-x.json"])
    (kept,) = elements(document)["retention"]
    assert kept["element_id"] == "data_retained"
    assert kept["variables"] == [{"id": "duration", "value": words}]


def test_nothing_kept_has_its_own_element(make: Make, root: Path) -> None:
    out = site(make(), cube_of(("n", "Sonomètre"), kind="noise"), root)
    found = elements(json.loads(out["transparence/capteur-n.json"]))
    assert [e["element_id"] for e in found["retention"]] == ["no_data_retained"]
    # A level is no count of people: nothing is hidden, and the analyses read nothing about people.
    assert [e["element_id"] for e in found["process"]] == ["raw_data"]
    analysis = elements(json.loads(out["transparence/calcul-prevision.json"]))
    assert "context_type_id" not in analysis["input_dataset"][0]


@pytest.mark.parametrize(
    ("access", "minimum", "hidden"),
    [
        ("[available_to_the_accountable_organization, available_to_vendor]", 11, True),
        ("[available_to_the_accountable_organization]", 1, False),
        ("[available_to_the_accountable_organization, available_to_download]", 11, False),
        ("[available_to_3rd_parties]", 11, False),
        ("unknown", 11, False),
    ],
)
def test_small_numbers_are_said_hidden_only_where_they_are(
    make: Make, access: str, minimum: int, *, hidden: bool
) -> None:
    old = "access: [available_to_the_accountable_organization]"
    town = make(FULL.replace(old, f"access: {access}"))
    device, _ = devices(town, WALK, minimum_count=minimum)
    assert ("k_anonymity" in (device.stated.process or ())) is hidden
    assert device.hidden_below == (minimum if hidden else 0)


# --- what one sensor has that others have not ----------------------------------------------------


def test_channels_and_overrides_win_over_the_kind(make: Make) -> None:
    town = make(
        sites=SITES,
        channels=CHANNELS,
        transparency="sensor,field,value\nc2,storage,stored_locally;backed_up_locally\nc2,retention,P7D\n",
    )
    first, second = devices(town, town.sensor_table(), minimum_count=11)
    assert first.stated.technology == (
        "person_detection", "non_identifiable_video", "de_identified_video",
    )  # fmt: skip
    assert (first.provider, first.stated.retention) == ("", "P1Y6M")
    assert second.stated.technology == ("li_dar",)
    assert second.stated.storage == ("stored_locally", "backed_up_locally")
    assert (second.provider, second.stated.retention) == ("Compteurs réunis", "P7D")
    assert missing(town, town.sensor_table()) == []


def test_a_technology_that_the_channel_contradicts_is_missing(make: Make) -> None:
    video = "[person_detection, non_identifiable_video, de_identified_video]"
    town = make(FULL.replace(video, "[radar]"), sites=SITES, channels=CHANNELS)
    assert [str(m) for m in missing(town, town.sensor_table())] == [
        "technology of the sensor 'c1' (channels.csv says VIDEO SENSOR, which radar is not)"
    ]
    town = make(FULL.replace(video, "unknown"), sites=SITES, channels=CHANNELS)
    assert missing(town, town.sensor_table()) == []


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("zz,retention,P7D", "line 2, column 'sensor': found 'zz', expected a channel_id of channels.csv"),
        ("c1,owner,x", "line 2, column 'field': found 'owner', expected one of purposes, technology"),
        ("c1,data,Values", "line 2, column 'value': found 'Values', expected an identifier such as"),
        ("c1,retention,P7", "line 2, column 'value': found 'P7', expected an ISO 8601 duration"),
        ("c1,data,tabular\nc1,data,boolean", "line 3, column 'field': found 'data', expected each field of a sensor once (line 2 has it)"),
    ],
)  # fmt: skip
def test_mistakes_of_the_table(make: Make, table: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"transparency.csv, {sentence}")):
        make(sites=SITES, channels=CHANNELS, transparency=f"sensor,field,value\n{table}\n")


def test_a_sensor_of_the_table_must_be_one_of_the_source(make: Make) -> None:
    town = make(transparency="sensor,field,value\nzz,retention,P7D\n")
    with pytest.raises(ConfigError, match=r"transparency.csv, line 2, column 'sensor': found 'zz'"):
        check_sensors(town, ["a", "b"])


# --- what is missing -----------------------------------------------------------------------------

FIELDS = {
    "accountable", "purposes", "technology", "data", "process", "access", "storage", "retention",
    "feedback",
}  # fmt: skip


def without(path: str) -> str:
    """Return the full section without one key."""
    section = yaml.safe_load(FULL)
    *inner, last = path.split(".")
    node = section["transparency"]
    for key in inner:
        node = node[key]
    del node[last]
    return yaml.safe_dump(section)


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


# --- the standard --------------------------------------------------------------------------------


def documents(make: Make, root: Path) -> Iterator[dict[str, Any]]:
    hard = FULL.replace("storage: unknown", "storage: [stored_locally, backed_up_locally]")
    for section in (FULL, hard, hard.replace("P1Y6M", "P0D")):
        for name, content in site(make(section), cube_of(("x", "X")), root).items():
            if name.endswith(".json"):
                yield json.loads(content)


def test_documents_have_the_shape_of_the_standard(make: Make, root: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    seen = 0
    for document in documents(make, root):
        seen += 1
        validator.validate(document)
        template, instance = document["datachain"], document["instance"]
        categories = {c["id"]: c for c in template["categories"]}
        assert len(categories) == len(template["categories"])
        orders = [c["order"] for c in template["categories"]]
        assert orders == sorted(set(orders))
        pd.Timestamp(template["version"])
        pd.Timestamp(instance["created_at"])
        priorities: dict[str, list[int]] = {}
        for element in instance["elements"]:
            category = categories[element["category_id"]]
            contexts = {c["id"] for c in category.get("context_types", [])}
            assert element.get("context_type_id", "") in contexts | {""}
            priorities.setdefault(category["id"], []).append(element["priority"])
        assert all(p == list(range(len(p))) for p in priorities.values())
    assert seen == 3 * 4


def test_the_schema_is_written_in_the_documents(root: Path) -> None:
    written = json.loads((root / "docs" / "transparency.schema.json").read_text(encoding="utf-8"))
    assert written == schema(), "python -m mining.transparency writes docs/transparency.schema.json"


def test_a_wrong_document_is_refused(make: Make, root: Path) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for path, wrong in (
        (("instance", "created_at"), "hier"),
        (("instance", "elements"), []),
        (("datachain", "type"), "camera"),
        (("schema", "version"), "9"),
    ):
        document = next(documents(make, root))
        document[path[0]][path[1]] = wrong
        assert not validator.is_valid(document), path


def front(path: Path) -> dict[str, Any]:
    """Return the front matter of an element or category of v1."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])
    return found


def test_our_words_are_those_of_the_taxonomy_of_devices(
    shared_data: Callable[[str], Path], reference: Any
) -> None:
    folder = shared_data("dtpr_taxonomy") / "v1"
    real = [front(p) for p in (folder / "elements" / "en").glob("*.md")]
    known = {(c, e["id"]) for e in real for c in e["category"]}
    variables = {
        name: {v["id"] for v in front(p).get("element_variables", [])}
        for p in (folder / "categories" / "en").glob("*.md")
        for name in [p.stem]
    }
    for category in reference.categories["device"]:
        own = reference.elements["device", category.id]
        assert {(f"device__{category.id}", e) for e in own} <= known
        # An element of devices and of analyses takes the variables of both; v1 has a duration
        # in the name of what is kept.
        allowed = variables.get(f"ai__{category.id}", set())
        assert set(category.variables) <= allowed, category.id
    assert {c.id for c in reference.categories["device"]} == {
        name.removeprefix("device__") for name in variables if name.startswith("device__")
    }


def test_our_words_are_those_of_the_taxonomy_of_analyses(
    shared_data: Callable[[str], Path], reference: Any
) -> None:
    folder = shared_data("dtpr_taxonomy") / "ai" / "2026-08-12-beta"
    real = {
        name: [
            yaml.safe_load(p.read_text(encoding="utf-8")) for p in (folder / name).glob("*.yaml")
        ]
        for name in ("categories", "elements")
    }
    meta = yaml.safe_load((folder / "meta.yaml").read_text(encoding="utf-8"))
    assert VOCABULARY["ai"][0] == meta["version"]
    known = {(e["category_id"], e["id"]) for e in real["elements"]}
    categories = {c["id"]: c for c in real["categories"]}
    assert {c.id for c in reference.categories["ai"]} == set(categories) - {"risks_mitigation"}
    assert not categories["risks_mitigation"]["required"]
    for category in reference.categories["ai"]:
        theirs = categories[category.id]
        assert category.order == theirs["order"]
        assert theirs["shape"].endswith(category.shape)
        wanted = {v["id"]: v["required"] for v in theirs["element_variables"]}
        assert set(category.variables) == set(wanted)
        assert set(category.required) == {v for v, needed in wanted.items() if needed}
        contexts = {
            v["id"]: v["color"] for v in theirs.get("element_context", {}).get("values", [])
        }
        for context in category.contexts:
            assert contexts[context.id] in (context.color, None)
        assert {(category.id, e) for e in reference.elements["ai", category.id]} <= known
    for method, output in ANALYSES.values():
        assert ("processing", method) in known
        assert ("output_dataset", output) in known


def test_required_variables_are_there_and_others_are_known(
    make: Make, root: Path, reference: Any
) -> None:
    for document in documents(make, root):
        categories = {c.id: c for c in reference.categories[document["datachain"]["type"]]}
        for element in document["instance"]["elements"]:
            category = categories[element["category_id"]]
            given = {v["id"] for v in element.get("variables", [])}
            needed = (
                set(category.required) if element["element_id"] != "no_data_retained" else set()
            )
            assert needed <= given <= set(category.variables), element


def test_labels_are_ours(shared_data: Callable[[str], Path], reference: Any) -> None:
    texts = "\n".join(
        p.read_text(encoding="utf-8")
        for p in shared_data("dtpr_taxonomy").rglob("*.*")
        if p.suffix in (".md", ".yaml")
    )
    plain = re.sub(r"\s+", " ", texts)
    for namespace in VOCABULARY:
        for category in reference.categories[namespace]:
            for text in (
                *category.about.values(),
                *(t for c in category.contexts for t in c.about.values()),
            ):
                assert text not in plain, text


# --- the page ------------------------------------------------------------------------------------


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


ATTACKS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "../../index",
    "🎄🎅",
    "شارع السوق",
    "x" * 200,
    "{{ 7 * 7 }} & co ]]>",
    "ligne\nsuivante\u202e",
    "=cmd",
)


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


# --- shapes --------------------------------------------------------------------------------------


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


# --- the territory that is shipped, and the words that people read -------------------------------


def test_auckland_is_complete_and_claims_no_more_than_is_known(root: Path, reference: Any) -> None:
    town = load_territory(root / "data" / "territories" / "auckland")
    check(town, town.sensor_table(), reference)
    found = devices(town, town.sensor_table(), minimum_count=11)
    assert len(found) == 21
    for device in found:
        assert device.stated.technology == ("video_camera", "person_detection")
        assert (device.stated.storage, device.stated.retention) == (("unknown",), "unknown")
        assert device.hidden_below == 0  # the source publishes small counts too
    assert analyses(town).accountable != found[0].stated.accountable


def test_check_names_what_publishing_will_ask_for(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setenv("FORAGE_ROOT", str(tmp_path))
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reference").symlink_to(root / "data" / "reference")
    folder = tmp_path / "data" / "territories" / "ville"
    folder.mkdir(parents=True)
    (folder / "counts.csv").write_text(
        "sensor,time,value\na,2025-01-01T00:00Z,1\n", encoding="utf-8"
    )
    (folder / "places.csv").write_text("place,sensor\nRue,a\n", encoding="utf-8")
    declared = folder / "territory.yaml"
    declared.write_text(HEAD + without("retention"), encoding="utf-8")
    with caplog.at_level("INFO"):
        assert run(["check", "ville"]) == 0
    assert "before publishing, state retention of the sensor 'a'" in caplog.text
    declared.write_text(
        HEAD + FULL.replace("[commerce", "[comerce").replace("g, commerce]", "g, comerce]"),
        encoding="utf-8",
    )
    assert run(["check", "ville"]) == 2
    assert "found 'comerce', expected 'commerce', perhaps?" in capsys.readouterr().err


def test_the_example_of_the_page_is_complete(root: Path, tmp_path: Path, reference: Any) -> None:
    text = (root / "docs" / "transparency.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (table,) = re.findall(r"```csv\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "territory.yaml").write_text(HEAD + section, encoding="utf-8")
    (tmp_path / "transparency.csv").write_text(table, encoding="utf-8")
    check(load_territory(tmp_path), sensors(("C1", "pedestrian")), reference)


def test_sensors_of_a_cube() -> None:
    table = sensors_of(cube_of(("b", "Deux"), ("a", "Un")))
    assert table.to_dict("index") == {
        "a": {"name": "Un", "kind": "pedestrian"}, "b": {"name": "Deux", "kind": "pedestrian"},
    }  # fmt: skip


def test_the_example_of_the_skeleton_is_complete(tmp_path: Path, reference: Any) -> None:
    folder = new_territory("lure", tmp_path)
    declared = folder / "territory.yaml"
    text = declared.read_text(encoding="utf-8")
    head, _, rest = text.partition("transparency:\n")
    example, _, tail = rest.partition("\n\n")
    section = "\n".join(line.removeprefix("#") for line in example.splitlines())
    declared.write_text(f"{head}transparency:\n{section}\n\n{tail}", encoding="utf-8")
    check(load_territory(folder), sensors(("C1", "pedestrian")), reference)
