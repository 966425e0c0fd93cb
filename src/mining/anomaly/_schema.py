"""The columns of an incident, told once: the table, its JSON and the documentation follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mining.anomaly._verdict import ACTIONS, SURE
from mining.territory import LABELS

#: Raised when a column leaves or changes its meaning; a new column does not raise it.
VERSION = 1


@dataclass(frozen=True)
class Field:
    """One column: name, type, what it means, and the words it may hold (none: any).

    Types: text, list (texts joined by ";" in the table), time, number, share (0 to 1), flag.
    """

    name: str
    type: str
    meaning: str
    words: tuple[str, ...] = ()


FIELDS = (
    Field(
        "id",
        "text",
        "Stable name: day, sensor, way of detection, hash. It does not depend on the label.",
    ),
    Field(
        "sensor",
        "text",
        "The sensor most concerned; empty where the whole territory moved.",
    ),
    Field("place", "text", "Place of that sensor; may be empty."),
    Field("start", "time", "Start, local."),
    Field("end", "time", "End, local, not included."),
    Field("label", "text", "What it is.", LABELS),
    Field(
        "kind",
        "text",
        "What it looks like within the label: silence, zeros, stuck, smooth, spike, ceiling, copy, "
        "twin, clock, declared, absurd, low, swap, multiple, cumulative, filled, pattern, "
        "hardware, level, drift, drop, surge, closure, diversion. New kinds may come.",
    ),
    Field("score", "number", "How far it stands out; 100 where exact values told."),
    Field("confidence", "share", "How sure the label is."),
    Field(
        "observed",
        "number",
        "Counts: passages of all its sensors. Levels: their mean. Empty if nothing was measured.",
    ),
    Field(
        "expected",
        "number",
        "The same, expected over the hours that were measured (a silence: over all). May be empty.",
    ),
    Field("neighbours", "number", "Median of the neighbours over their usual level. May be empty."),
    Field(
        "explanation",
        "text",
        "The incident in a sentence or two, in the territory's language.",
    ),
    Field("sensors", "list", "Every sensor that it concerns, sorted."),
    Field("open", "flag", "Whether it goes on at the last measure of its sensors."),
    Field("certainty", "text", "sure from a confidence of 0.6 on.", ("sure", "unsure")),
    Field("rule", "text", "The rule that decided the label.", (*sorted(SURE), "correction")),
    Field("entry", "text", "Id of the journal entry that explains it, or empty."),
    Field("decided_by", "text", "Who decided the label.", ("machine", "journal", "correction")),
    Field("expected_low", "number", "An ordinary time stays above it nine times in ten."),
    Field("expected_high", "number", "An ordinary time stays below it nine times in ten."),
    Field("other", "text", "Id of the other half of a diversion, or empty."),
    Field("action", "text", "What to do.", tuple(sorted(set(ACTIONS.values())))),
)

_JSON: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "list": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "time": {"type": "string", "format": "date-time"},
    "number": {"type": ["number", "null"]},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "flag": {"type": "boolean"},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``incidents.json``."""
    incident = {
        "type": "object",
        "required": [field.name for field in FIELDS],
        "properties": {field.name: _property(field) for field in FIELDS},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Incidents of a territory",
        "type": "object",
        "required": ["schema_version", "territory", "timezone", "incidents"],
        "properties": {
            "schema_version": {"const": VERSION},
            "territory": {"type": "string", "description": "Name of its folder."},
            "timezone": {"type": "string", "description": "IANA name of its clock."},
            "incidents": {"type": "array", "items": incident},
        },
    }


def _property(field: Field) -> dict[str, Any]:
    allowed = {"enum": list(field.words)} if field.words else {}
    return {**_JSON[field.type], **allowed, "description": field.meaning}


def document(incidents: pd.DataFrame, attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return incidents as the content of ``incidents.json``.

    Parameters
    ----------
    incidents : DataFrame
        Table of :func:`mining.anomaly.detect`.
    attrs : mapping
        Attributes of the cube, of which `territory` and `timezone` are told.

    Returns
    -------
    dict
        As :func:`schema` describes it: times in ISO 8601 with their offset, NaN for what is not
        known (JSON has null), incidents sorted by start, sensor and id.
    """
    ordered = incidents.sort_values(["start", "sensor", "id"], kind="stable")
    return {
        "schema_version": VERSION,
        "territory": str(attrs.get("territory", "")),
        "timezone": str(attrs["timezone"]),
        "incidents": [_object(row) for row in ordered.to_dict("records")],
    }


def _object(row: Mapping[Any, Any]) -> dict[str, Any]:
    out = {field.name: row[field.name] for field in FIELDS}
    for field in FIELDS:
        if field.type == "list":
            out[field.name] = [item for item in str(out[field.name]).split(";") if item]
        elif field.type == "time":
            out[field.name] = pd.Timestamp(out[field.name]).isoformat()
    return out


def table_of_columns() -> str:
    """Return the columns as a table in Markdown, as ``docs/incidents.md`` has it."""
    lines = ["| column | type | meaning |", "| --- | --- | --- |"]
    for field in FIELDS:
        words = f" One of {', '.join(field.words)}." if field.words else ""
        lines.append(f"| `{field.name}` | {field.type} | {field.meaning}{words} |")
    return "\n".join(lines)
