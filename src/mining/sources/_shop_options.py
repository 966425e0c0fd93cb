"""What ``territory.yaml`` may say under ``shops``: where establishments come from."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mining.sources._establishments import COMMUNE
from mining.sources._published import OneOrigin, Strict


class _Around(Strict):
    """Options of sources that know where each establishment stands."""

    radius: float = Field(
        300.0, ge=50, le=5_000, description="Metres around each place that are told of."
    )


class PublishedFile(OneOrigin):
    """Options of sources that read a file as Insee publishes it."""

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


class SireneOptions(_Around, PublishedFile):
    """Options of the source ``sirene``: the public stock file of establishments."""

    name: Literal["sirene"] = Field("sirene", description="Name of the source.")


class SearchOptions(_Around):
    """Options of the source ``sirene_search``: the keyless search engine of companies."""

    name: Literal["sirene_search"] = Field("sirene_search", description="Name of the source.")
    url: str = Field(
        "https://recherche-entreprises.api.gouv.fr",
        description="Address of the service.",
    )
    reach: float = Field(
        500.0,
        ge=1,
        le=50_000,
        description="Metres around each sensor that are asked for: more than `radius`, as a place "
        "lies in the middle of its sensors.",
    )

    @model_validator(mode="after")
    def _wide_enough(self) -> Self:
        if self.reach < self.radius:
            msg = f"reach: found {self.reach:g} m, expected {self.radius:g} m (`radius`) or more"
            raise ValueError(msg)
        return self


class BpeColumns(Strict):
    """Headers of the table of communes."""

    code: str = Field("code", description="INSEE code.")
    name: str = Field("name", description="Name of the commune.")
    population: str = Field("population", description="Inhabitants.")


class BpeOptions(PublishedFile):
    """Options of the source ``bpe``: Insee's permanent database of equipments, by zone."""

    name: Literal["bpe"] = Field("bpe", description="Name of the source.")
    names: str | None = Field(
        None,
        description="CSV file with code, name and inhabitants of each commune, so that communes "
        "of like size are compared; without it, those with as many equipments.",
    )
    columns: BpeColumns = Field(BpeColumns.model_validate({}), description="Headers of that file.")
