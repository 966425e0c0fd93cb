"""The JSON schema of a chain: the shape that DTPR documents for its datachain 0.1."""

from __future__ import annotations

from typing import Any

from mining.transparency._chain import SCHEMA

_ID = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_ORDER = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_TEXT = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["locale", "value"],
        "properties": {
            "locale": {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
            "value": {"type": "string", "minLength": 1},
        },
    },
}


def _object(
    properties: dict[str, Any], optional: tuple[str, ...] = (), about: str = ""
) -> dict[str, Any]:
    out = {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }
    return {**out, "description": about} if about else out


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the files ``transparence/*.json``.

    References
    ----------
    Datachains, DTPR documentation (dtpr.io), schema version 0.1.
    """
    context = _object(
        {
            "id": _ID,
            "name": _TEXT,
            "description": _TEXT,
            "color": {"type": "string", "pattern": "^#[0-9A-F]{6}$"},
        }
    )
    category = _object(
        {
            "id": _ID,
            "order": _ORDER,
            "name": _TEXT,
            "prompt": _TEXT,
            "description": _TEXT,
            "context_types": {"type": "array", "minItems": 1, "items": context},
        },
        optional=("context_types",),
    )
    variable = _object({"id": _ID, "value": {"type": "string", "minLength": 1}})
    element = _object(
        {
            "element_id": _ID,
            "category_id": _ID,
            "priority": _ORDER,
            "context_type_id": _ID,
            "variables": {"type": "array", "minItems": 1, "items": variable},
        },
        optional=("context_type_id", "variables"),
    )
    template = _object(
        {
            "type": {"enum": ["device", "ai"]},
            "version": _TIME,
            "title": _TEXT,
            "description": _TEXT,
            "categories": {"type": "array", "minItems": 1, "items": category},
        },
        about="The sort of chain: its categories, in order, and what their elements may be.",
    )
    instance = _object(
        {
            "title": _TEXT,
            "created_at": _TIME,
            "elements": {"type": "array", "minItems": 1, "items": element},
        },
        about="One sensor or one analysis: a category without element is not communicated.",
    )
    body = _object(
        {
            "schema": _object({name: {"const": value} for name, value in SCHEMA.items()}),
            "datachain": template,
            "instance": instance,
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Chain of a sensor or of an analysis (DTPR datachain 0.1)",
        **body,
    }
