"""The section ``transparency`` of ``territory.yaml``: who counts, why, how, and for how long."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from mining.cube import kind_of
from mining.errors import ConfigError
from mining.readers.csv_files import Column, check_among, fail, one_of, read_table

#: What is written where somebody was asked and the answer is not known; nothing means "forgotten".
UNKNOWN = "unknown"

#: Fields of a sensor that ``transparency.csv`` may hold.
OVERRIDES = ("purposes", "technology", "data", "process", "access", "storage", "retention")

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']{3,290}|[^\s<>\"'@:/]+@[^\s<>\"'@:/]+\.[^\s<>\"'@:/]+")
_CIVILITY = re.compile(r"(m|mme|mlle|mr|mrs|ms|dr|monsieur|madame)\b\.?\s", re.IGNORECASE)


def _listed(value: object) -> object:
    return [value] if value == UNKNOWN else value


def _identifiers(items: list[str]) -> list[str]:
    if not items or (UNKNOWN in items and len(items) > 1):
        msg = f"found {items}, expected identifiers, or unknown alone"
        raise ValueError(msg)
    for item in items:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", item):
            msg = f"found {item!r}, expected an identifier such as values_time, or unknown"
            raise ValueError(msg)
        if items.count(item) > 1:
            msg = f"found {item!r} twice, expected each once"
            raise ValueError(msg)
    return items


def _retention(text: str) -> str:
    if not text.strip():
        msg = "found an empty text, expected a duration such as P30D, words, or unknown"
        raise ValueError(msg)
    if re.match(r"P[\dT]|P$", text) and not _DURATION.fullmatch(text):
        msg = f"found {text!r}, expected an ISO 8601 duration such as P30D or P1Y6M, or words"
        raise ValueError(msg)
    return text


def _address(text: str) -> str:
    if text != UNKNOWN and not _ADDRESS.fullmatch(text):
        msg = (
            f"found {text!r}, expected an address https://..., the e-mail of a service, or unknown"
        )
        raise ValueError(msg)
    return text


def _organisation(text: str) -> str:
    if "@" in text or _CIVILITY.match(text):
        msg = f"found {text!r}, expected the name of an organisation or a service, not of a person"
        raise ValueError(msg)
    return text


def _few(items: list[str]) -> list[str]:
    if len(items) > 3:
        msg = f"found {len(items)} purposes, expected the three most important at most"
        raise ValueError(msg)
    return items


def _organisations(value: object) -> object:
    return [{"organisation": UNKNOWN, "contact": UNKNOWN}] if value == UNKNOWN else value


def _kind(name: str) -> str:
    try:
        kind_of(name)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return name


Elements = Annotated[list[str], BeforeValidator(_listed), AfterValidator(_identifiers)]
Purposes = Annotated[Elements, AfterValidator(_few)]
Organisations = Annotated[list["Organisation"], BeforeValidator(_organisations)]
Retention = Annotated[str, Field(max_length=80), AfterValidator(_retention)]
Address = Annotated[str, AfterValidator(_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Who answers for the sensors or for the analyses."""

    organisation: Annotated[str, AfterValidator(_organisation)] = Field(
        min_length=1, max_length=120, description="Name of the organisation; never of a person."
    )
    role: Literal["deployer", "vendor"] = Field(
        "deployer", description="deployer: runs it in this place; vendor: builds or supplies it."
    )
    contact: Address = Field(description="Address of a page or of a service; may be unknown.")


class Handling(_Section):
    """What becomes of the data; everything is needed for publishing, each may be ``unknown``."""

    purposes: Purposes | None = Field(None, description="Why: one to three identifiers of purpose.")
    access: Elements | None = Field(None, description="Who can see the data: identifiers.")
    storage: Elements | None = Field(None, description="Where the data are: identifiers.")
    retention: Retention | None = Field(
        None, description="How long the data are kept: ISO 8601 (P30D; P0D is not at all) or words."
    )


class DeviceKind(Handling):
    """Defaults of one kind of sensor; what is said here wins over the section above it."""

    technology: Elements | None = Field(
        None, description="How it measures: identifiers such as non_identifiable_video."
    )
    data: Elements | None = Field(None, description="What it gives: identifiers of data.")
    process: Elements | None = Field(None, description="What is done to the data: identifiers.")
    note: str = Field("", description="A sentence for readers, shown as it is.", max_length=300)


class AnalysesSheet(Handling):
    """The workspace's own analyses: who runs them, and what becomes of their results."""

    accountable: Organisations | None = Field(None, description="Who runs the analyses.")
    feedback: Address | None = Field(None, description="Where to write about the analyses.")


class Transparency(Handling):
    """What the transparency sheets say, in identifiers of DTPR."""

    accountable: Organisations | None = Field(
        None, description="Who answers for the sensors, the most important first."
    )
    feedback: Address | None = Field(
        None, description="Where people may write: a page or the e-mail of a service."
    )
    sensors: dict[Annotated[str, AfterValidator(_kind)], DeviceKind] = Field(
        default_factory=dict, description="Defaults by kind of sensor: pedestrian, bicycle..."
    )
    analyses: AnalysesSheet | None = Field(
        None, description="The analyses: forecast, incidents and groups of places."
    )


def read_overrides(path: Path, known_sensors: list[str] | None) -> pd.DataFrame:
    """Read ``transparency.csv``: what one sensor has that others of its kind have not.

    Returns
    -------
    DataFrame
        Columns `sensor`, `field` and `value` (text as in the file), indexed by line.

    Raises
    ------
    ConfigError
        Naming line and column; also if a field of a sensor is said twice or has no possible value.
    """
    frame = read_table(
        path,
        (
            Column("sensor", required=True),
            Column("field", required=True, check=one_of(*OVERRIDES)),
            Column("value", required=True),
        ),
    )
    if known_sensors is not None:
        check_among(path, frame, "sensor", known_sensors, "a channel_id of channels.csv")
    first: dict[tuple[str, str], int] = {}
    for line, sensor, field, value in frame.itertuples():
        if (sensor, field) in first:
            expected = f"each field of a sensor once (line {first[sensor, field]} has it)"
            fail(path, line, "field", field, expected)
        first[sensor, field] = line
        try:
            DeviceKind.model_validate({field: override(field, value)})
        except ValidationError as error:
            fail(path, line, "value", value, _wanted(error))
    return frame


def override(field: str, value: str) -> str | list[str]:
    """Return the value of a line of ``transparency.csv`` as ``territory.yaml`` would hold it."""
    return value if field == "retention" else [item.strip() for item in value.split(";")]


def duration_parts(text: str) -> dict[str, int]:
    """Return the parts of an ISO 8601 duration, longest first; empty where it is words.

    Examples
    --------
    >>> duration_parts("P1Y6M")
    {'years': 1, 'months': 6}
    >>> duration_parts("tant que le capteur est en place")
    {}
    """
    found = _DURATION.fullmatch(text)
    return {unit: int(n) for unit, n in found.groupdict().items() if n} if found else {}


def _wanted(error: ValidationError) -> str:
    said = error.errors()[0]["msg"].removeprefix("Value error, ")
    return said.partition("expected ")[2] or f"another value ({said})"
