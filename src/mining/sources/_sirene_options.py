"""What ``territory.yaml`` may say under ``shops``: where establishments come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mining.errors import ConfigError, at
from mining.sources._establishments import COMMUNE


class SireneOptions(BaseModel):
    """Options of the source ``sirene``: the public stock file of establishments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["sirene"] = Field("sirene", description="Name of the source.")
    files: str | tuple[str, ...] | None = Field(
        None,
        description="Stock files or patterns, relative to the territory's folder or absolute: CSV "
        "(also .gz, .zip) or parquet, as published.",
    )
    url: str | None = Field(
        None, description="Instead of files: address of the published stock file."
    )
    communes: tuple[str, ...] = Field(
        min_length=1, description="INSEE codes of the communes to keep, as text."
    )

    @field_validator("communes", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        for code in value if isinstance(value, list | tuple) else ():
            if not isinstance(code, str) or not COMMUNE.fullmatch(code):
                expected = "INSEE codes of five characters in quotes, such as '01004'"
                raise ValueError(f"found {code!r}, expected {expected}")
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> SireneOptions:
        if (self.files is None) == (self.url is None):
            raise ValueError("expected either `files` or `url`")
        return self


class SearchOptions(BaseModel):
    """Options of the source ``sirene_search``: the keyless search engine of companies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["sirene_search"] = Field("sirene_search", description="Name of the source.")
    url: str = Field(
        "https://recherche-entreprises.api.gouv.fr",
        description="Address of the service.",
    )
    radius: float = Field(
        500.0, ge=1, le=50_000, description="Metres around each sensor that has coordinates."
    )


Options = TypeVar("Options", bound=BaseModel)


def parse(model: type[Options], shops: Mapping[str, Any]) -> Options:
    """Return the options, or raise :class:`ConfigError` with one sentence on the first mistake."""
    try:
        return model.model_validate(dict(shops))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["shops", *(str(p) for p in first["loc"])])
        if first["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields)
            what = at("territory.yaml", column=key, expected=f"no such key (known: {known})")
        elif first["type"] == "missing":
            what = at("territory.yaml", column=key, expected="a value, found none")
        else:
            reason = first["msg"].removeprefix("Value error, ")
            what = f"{at('territory.yaml', column=key)}: {reason}"
        raise ConfigError(what) from error
