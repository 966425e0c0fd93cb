"""What ``territory.yaml`` may say of a source of plain tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mining.errors import ConfigError, at


class Columns(BaseModel):
    """Names of the columns of a long or wide table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensor: str = Field("sensor", description="Long table: column of the sensor id.")
    time: str = Field("time", description="Column of the start of the interval.")
    value: str = Field("value", description="Long table: column of the measure.")
    date: str | None = Field(None, description="Column of the day, instead of `time`.")
    hour: str | None = Field(
        None, description="Column of the hour (0 to 23, or H:MM) that goes with `date`."
    )
    sensors: tuple[str, ...] | None = Field(
        None, description="Wide table: the columns that are sensors; all but the time if absent."
    )

    @model_validator(mode="after")
    def _hour_needs_date(self) -> Columns:
        if self.hour is not None and self.date is None:
            raise ValueError("`hour` needs `date`")
        return self


class TablesOptions(BaseModel):
    """Options of the source ``tables``; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["tables"] = Field("tables", description="Name of the source.")
    format: Literal["long", "wide", "national"] = Field(
        description="Long (sensor, time, value), wide (time and a column per sensor), or the "
        "French national schema (sites, channels, measures)."
    )
    files: str | tuple[str, ...] | None = Field(
        None,
        description="Long and wide: files or patterns, relative to the territory's folder or "
        "absolute. CSV (also .gz) or parquet.",
    )
    sites: str | None = Field(
        None, description="National: the sites file; the territory's own tables if absent."
    )
    channels: str | None = Field(
        None, description="National: the channels file; the territory's own tables if absent."
    )
    measures: str | tuple[str, ...] | None = Field(
        None, description="National: the measures files or patterns."
    )
    delimiter: str = Field(",", min_length=1, max_length=1, description="CSV: between two cells.")
    decimal: str = Field(".", min_length=1, max_length=1, description="CSV: decimal sign.")
    encoding: str = Field("utf-8", description="CSV: encoding, for instance utf-8 or cp1252.")
    columns: Columns = Field(
        default_factory=lambda: Columns.model_validate({}),
        description="Names of the columns where they differ from the usual ones.",
    )
    where: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Keep only the rows whose column is one of these texts.",
    )
    time_format: str | None = Field(
        None, description="strptime format of `time` or `date`; ISO 8601 if absent."
    )
    timezone: str | None = Field(
        None,
        description="Zone of times written without an offset; the territory's if absent.",
    )
    step: str | None = Field(None, description="Length of the interval; the territory's if absent.")
    tolerance: str = Field(
        "0s", description="How far a time may be from its step and still be moved to it."
    )
    duplicates: Literal["missing", "error", "sum", "first"] = Field(
        "missing", description="What becomes of rows of one cell that contradict each other."
    )
    maximum: float = Field(1e6, gt=0, description="A value beyond it is absurd: made missing.")
    undeclared: Literal["error", "drop"] = Field(
        "error", description="What becomes of sensors that the territory does not declare."
    )

    @model_validator(mode="after")
    def _files_of_the_format(self) -> TablesOptions:
        if self.format == "national":
            if self.measures is None or self.files is not None:
                raise ValueError("format 'national' takes `measures`, and not `files`")
            if (self.sites is None) != (self.channels is None):
                raise ValueError("`sites` and `channels` go together")
        elif self.files is None or self.measures or self.sites or self.channels:
            raise ValueError(f"format {self.format!r} takes `files`, and nothing national")
        return self


def parse(source: Mapping[str, Any]) -> TablesOptions:
    """Return the options, or raise :class:`ConfigError` with one sentence on the first mistake."""
    try:
        return TablesOptions.model_validate(dict(source))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["source", *(str(p) for p in first["loc"])])
        if first["type"] == "extra_forbidden":
            known = ", ".join(TablesOptions.model_fields)
            what = at("territory.yaml", column=key, expected=f"no such key (known: {known})")
        elif first["type"] == "missing":
            what = at("territory.yaml", column=key, expected="a value, found none")
        else:
            found = first["input"] if len(first["loc"]) else None
            reason = first["msg"].removeprefix("Value error, ")
            what = at("territory.yaml", column=key, found=found) + f" ({reason})"
        raise ConfigError(what) from error
