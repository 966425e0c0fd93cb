"""What the report reads of commercial activity, and of the weather."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from mining.errors import ResultError
from mining.language import catalogue
from mining.report import ActivityInputs, OpeningTables, ShopTables, WeatherInputs
from mining.stages._results import read_dataset, read_table
from mining.stages._workspace import Workspace


def read_commerce(files: Workspace, language: str) -> ActivityInputs:
    """Return the results of the stages ``cluster``, ``shops`` and ``opening``.

    Parameters
    ----------
    files : Workspace
    language : str
        Of the names of families.

    Raises
    ------
    ResultError
        If a file is absent or damaged.
    """
    return ActivityInputs(
        of_sensors=read_dataset(files, "activity.nc"),
        seasons=read_dataset(files, "seasons.nc"),
        shops=_shops(files, language),
        opening=OpeningTables(
            doors=read_table(files, "opening_doors.csv"),
            week=read_table(files, "opening_week.csv"),
            extra=read_table(files, "extra_hours.csv"),
            quiet=read_table(files, "quiet_hours.csv"),
        ),
    )


def read_weather(files: Workspace) -> WeatherInputs:
    """Return the results of the stage ``weather``.

    Raises
    ------
    ResultError
        If a file is absent or damaged.
    """
    return WeatherInputs(
        days=read_table(files, "weather_days.csv"),
        effects=read_table(files, "weather_effect.csv"),
        notes=_notes(files.results / "weather.json"),
    )


def _shops(files: Workspace, language: str) -> ShopTables:
    labels = _families(files.reference / "familles.csv", language)
    return ShopTables(
        counts=read_table(files, "shops.csv"),
        names=read_table(files, "shop_names.csv"),
        gaps=read_table(files, "shop_gaps.csv"),
        notes=_notes(files.results / "shops.json"),
        labels=dict(zip(labels["family"], labels[_column(language)], strict=True)),
        street=tuple(labels["family"][labels["street"] == "yes"]),
    )


def _families(path: Path, language: str) -> pd.DataFrame:
    if not path.is_file():
        raise ResultError(f"{path}: no such file; it comes with the workspace")
    catalogue(language)  # a language that is not known is named before any column of it
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    if _column(language) not in table:
        raise ResultError(f"{path}: expected a column {_column(language)!r} with the labels")
    return table


def _column(language: str) -> str:
    return "label" if language == "fr" else f"label_{language}"


def _notes(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        msg = f"{path}: no such file; run 'dvc repro' (or 'make repro') to make it"
        raise ResultError(msg) from error
    except ValueError as error:
        msg = f"{path}: not a readable result ({error}); delete it and run 'dvc repro' again"
        raise ResultError(msg) from error
    if not isinstance(found, dict):
        raise ResultError(f"{path}: expected an object; delete it and run 'dvc repro' again")
    return found
