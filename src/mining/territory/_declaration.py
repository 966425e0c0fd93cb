"""The keys of ``territory.yaml``, with a description for each."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from mining.cube import check_timezone, kind_of
from mining.errors import ConfigError
from mining.public_holidays import check_region
from mining.territory._transparency import Transparency

#: A source of each kind, for who names none.
_USUAL = {"source": "tables", "shops": "sirene", "weather": "meteo_france"}
#: An https address of a host, perhaps with a port, and of a folder there; no user, query, fragment.
_ADDRESS = re.compile(
    r"https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}(?::\d{1,5})?"
    r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~%+-]+)*(?<!\.html)/?"
)


class Declaration(BaseModel):
    """The keys of ``territory.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str = Field(min_length=1, description="Name of the territory, as readers know it.")
    language: str = Field("fr", description="Language of the reports and of holiday names.")
    timezone: str = Field(description="IANA name of the time zone, such as Europe/Paris.")
    country: str | None = Field(
        None, description="Country code of two letters for public holidays; empty for none."
    )
    subdivision: str | None = Field(
        None, description="Part of the country with holidays of its own (6AE is Alsace)."
    )
    school_zone: str | None = Field(
        None, description="Zone of French school holidays: A, B or C; empty for none."
    )
    kind: str = Field("pedestrian", description="Kind of the sensors that do not say theirs.")
    step: str = Field("1h", description="Length of one interval of counting, such as 15min or 1h.")
    source: dict[str, Any] = Field(
        description="Where measures come from: name of the source, then its own options."
    )
    shops: dict[str, Any] = Field(
        default_factory=dict,
        description="Where establishments come from: name of the source, then its own options; "
        "empty for none.",
    )
    weather: dict[str, Any] = Field(
        default_factory=dict,
        description="Where the weather of each day comes from: name of the source, then its own "
        "options; empty for none.",
    )
    licence: str = Field(min_length=1, description="Licence of the data.")
    attribution: str = Field(min_length=1, description="Who must be named with the data.")
    contact: str = Field("", description="Whom readers may ask; printed in reports.")
    site: str = Field(
        "",
        description="Address (https) of the folder in which the report is published, for links in "
        "e-mails and on printed pages; empty for none.",
    )
    transparency: Transparency | None = Field(
        None, description="What the transparency sheets of sensors and analyses say."
    )
    simulated: bool = Field(False, description="Whether the data are simulated; reports say so.")

    @field_validator("timezone", "kind", "step", "country", "subdivision", "school_zone")
    @classmethod
    def _possible(cls, value: str | None, info: ValidationInfo) -> str | None:
        try:
            _check_field(str(info.field_name), value, info.data.get("country"))
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("site")
    @classmethod
    def _published(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(
                f"found {value!r}, expected the https address of the published folder, without "
                "page, ? or #, such as https://ville.example/passages"
            )
        return value.rstrip("/")

    @field_validator("source", "shops", "weather")
    @classmethod
    def _named(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if not isinstance(value.get("name"), str) and (value or info.field_name == "source"):
            usual = _USUAL[str(info.field_name)]
            raise ValueError(f"expected the name of the source, such as 'name: {usual}'")
        return value


def _check_field(name: str, value: str | None, country: str | None) -> None:
    nation = country.upper() if country else None
    if name == "timezone":
        check_timezone(str(value))
    elif name == "kind":
        kind_of(str(value))
    elif name == "step":
        _check_step(str(value))
    elif name == "country":
        check_region(value.upper() if value else None, None, None)
    elif name == "subdivision":
        check_region(nation, value or None, None)
    else:
        check_region(nation, None, value or None)


def _check_step(step: str) -> None:
    expected = "expected a length of time such as 15min, 1h or 1D: an hour, a part of it or a day"
    try:
        delta = pd.Timedelta(step)
    except ValueError as error:
        msg = f"unknown step {step!r}: {expected}"
        raise ConfigError(msg) from error
    hour, day = pd.Timedelta("1h"), pd.Timedelta("1D")
    if not (delta >= pd.Timedelta("1min") and (delta == day or hour % delta == pd.Timedelta(0))):
        msg = f"found {step!r}, {expected}, one minute or more"
        raise ConfigError(msg)
