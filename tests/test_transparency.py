"""Transparency sheets: chains of sensors and analyses by hand, nothing guessed."""

# ruff: noqa: E501 - a sentence on one line can be searched for

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from _transparent_town import CHANNELS, FULL, SITES, WALK, Make, cube_of, elements, site, written
from mining.errors import ConfigError
from mining.territory import check_sensors
from mining.transparency import (
    devices,
    missing,
)
from test_report_pages import visible


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a maker of one territory."""
    return partial(written, tmp_path / "ville")


# --- a chain by hand ------------------------------------------------------------------------------


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


# --- what one sensor has that others have not -----------------------------------------------------


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


def test_sheets_and_chains_in_english(make: Make, root: Path) -> None:
    section = "language: en\n" + FULL.replace("jusqu'au rapport suivant", "P2M")
    out = site(make(section), cube_of(("b1", "High Street")), root)
    assert sorted(out) == [
        "transparency.html", "transparency/calculation-forecast.json",
        "transparency/calculation-groups.json", "transparency/calculation-incidents.json",
        "transparency/sensor-b1.json",
    ]  # fmt: skip
    sensor = json.loads(out["transparency/sensor-b1.json"])
    assert elements(sensor)["retention"][0]["variables"] == [
        {"id": "duration", "value": "1 year and 6 months"}
    ]
    for name, content in out.items():
        if name.endswith(".json"):
            # The vocabulary comes in both languages; what is ours to say, in that of the report.
            texts = re.findall(r'\[\s*\{\s*"locale": "(\w+)",[^}]*\}\s*\]', content)
            assert len(texts) == 3, name
            assert set(texts) == {"en"}, name
    for text in visible(out["transparency.html"]):
        told = text.replace("Ville d'essai", "").replace("Ville d’essai", "")
        told = told.replace("Capteurs SA", "").replace("https://ville.example/capteurs", "")
        assert not re.search(r"[àâçèéêëîïôùû«»]|\b(le|la|les|des|une|du|et|est)\b", told), text
