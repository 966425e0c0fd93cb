"""Transparency documents have the shape and the words of the standard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from _transparent_town import FULL, Make, cube_of, site, written
from mining.transparency import (
    ANALYSES,
    VOCABULARY,
    schema,
)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a maker of one territory."""
    return partial(written, tmp_path / "ville")


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
