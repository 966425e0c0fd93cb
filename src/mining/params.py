"""The choices of a run: ``params.yaml`` as pydantic models with a description for each key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mining.readers.yaml_files import load_model

__all__ = ["Params", "load_params", "schema"]


def _duration(text: str) -> str:
    try:
        delta = pd.Timedelta(text)
    except ValueError as error:
        msg = f"found {text!r}, expected a length of time such as 3h, 7D or 104W"
        raise ValueError(msg) from error
    if not delta > pd.Timedelta(0):
        msg = f"found {text!r}, expected a length of time above zero"
        raise ValueError(msg)
    return text


def _distinct(items: list[str]) -> list[str]:
    twice = sorted({item for item in items if items.count(item) > 1})
    if twice:
        msg = f"found {twice[0]!r} twice, expected each once"
        raise ValueError(msg)
    return items


def _quantiles(levels: list[float]) -> list[float]:
    if levels != sorted(set(levels)) or not all(0 < q < 1 for q in levels):
        msg = f"found {levels}, expected rising numbers between 0 and 1"
        raise ValueError(msg)
    if not {0.1, 0.5, 0.9} <= set(levels):
        msg = f"found {levels}, expected 0.1, 0.5 and 0.9 among them (the 80 % interval)"
        raise ValueError(msg)
    return levels


Duration = Annotated[str, AfterValidator(_duration)]
Names = Annotated[list[str], Field(min_length=1), AfterValidator(_distinct)]
Levels = Annotated[list[float], AfterValidator(_quantiles)]


class _Section(BaseModel):
    """A mapping whose keys are all known and all needed: a default would hide a choice."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Clean(_Section):
    """From a raw cube to a trusted one."""

    impute_max_gap: Duration = Field(description="Longest gap that may be filled, marked imputed.")


class Evaluate(_Section):
    """The rolling-origin backtest."""

    horizon: Duration = Field(description="How far ahead each forecast of the backtest goes.")
    origins: int = Field(ge=1, description="Number of origins, counted back from the last day.")
    origin_step: Duration = Field(description="Time between two origins.")
    slow_origins: int = Field(ge=1, description="Number of origins for the slow models.")
    history: Duration = Field(description="How much of the past a model may learn from.")
    quantiles: Levels = Field(description="Quantiles that are forecast and scored.")
    models: Names = Field(description="Rivals of the backtest.")


class Forecast(_Section):
    """The forecast that is published."""

    horizon_days: int = Field(ge=1, le=60, description="Number of days that are forecast.")
    model: str = Field(description="Model that forecasts; auto is the best of the backtest.")


class Detect(_Section):
    """The search for incidents."""

    alerts_per_month: float = Field(
        gt=0, description="False alerts accepted for each sensor and month; more finds more."
    )
    trial_seeds: int = Field(
        ge=0, description="How often faults and events are put into the counts and looked for."
    )


class Cluster(_Section):
    """The groups of places by weekly rhythm."""

    max_groups: int = Field(ge=2, description="Largest number of groups that is tried.")
    bootstraps: int = Field(ge=1, description="Resamplings that measure the stability of groups.")


class Report(_Section):
    """The pages for readers."""

    minimum_count: int = Field(
        ge=1,
        description="Smallest count that is published; smaller ones are masked. 1 masks nothing.",
    )


class Params(_Section):
    """Everything a run chooses; the content of ``params.yaml``."""

    territories: Names = Field(description="Folders of data/territories that are run.")
    seed: int = Field(ge=0, lt=2**32, description="Seed of every random draw.")
    clean: Clean = Field(description="From a raw cube to a trusted one.")
    evaluate: Evaluate = Field(description="The rolling-origin backtest.")
    forecast: Forecast = Field(description="The forecast that is published.")
    detect: Detect = Field(description="The search for incidents.")
    cluster: Cluster = Field(description="The groups of places by weekly rhythm.")
    report: Report = Field(description="The pages for readers.")


def load_params(path: Path | str) -> Params:
    """Read ``params.yaml``.

    Raises
    ------
    ConfigError
        Naming file, line, key, what was found and what was expected.
    """
    return load_model(Path(path), Params)


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``params.yaml``."""
    return Params.model_json_schema()
