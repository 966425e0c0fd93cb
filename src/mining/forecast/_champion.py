"""A trained boosting model in files: trees as LightGBM's text, errors as netCDF, the rest as JSON.

Nothing is pickled: a file from elsewhere can be wrong, but it cannot run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from mining import writers
from mining.errors import ModelError
from mining.forecast._training import PastErrors, Trained
from mining.forecast._trees import CrossFit

CARD = "boosting.json"
ERRORS = "errors.nc"
#: Layout of the files; another number is refused.
LAYOUT = 1


def write(folder: Path, trained: Trained, options: dict[str, int]) -> None:
    """Write a trained model into a folder that exists."""
    card = {
        "layout": LAYOUT,
        "options": options,
        "sensors": list(trained.sensors),
        "until": trained.until.isoformat(),
        "days": trained.days,
        "points": list(trained.points.folds),
        "sizes": list(trained.sizes.folds),
    }
    writers.json_file(folder / CARD, card)
    for name, fitted in (("point", trained.points), ("size", trained.sizes)):
        for k, booster in enumerate(fitted.boosters):
            writers.text(folder / f"{name}_{k}.txt", booster.model_to_string())
    errors = trained.errors
    dims = ("sensor", "day", "slot")
    held = xr.Dataset(
        {
            "error": (dims, errors.scaled),
            "lead": (dims[1:], errors.lead.astype("int16")),
            "special": (dims[1:], errors.special.astype("int8")),
            "hours": (dims[2:], errors.hours.astype("int16")),
        }
    )
    packed = {"zlib": True, "complevel": 4}
    writers.netcdf(folder / ERRORS, held, {str(name): packed for name in held.data_vars})


def read(folder: Path) -> tuple[Trained, dict[str, int]]:
    """Return a trained model and the options it was made with.

    Raises
    ------
    ModelError
        If a file is absent, damaged or of another layout.
    """
    folder = Path(folder)
    try:
        return _read(folder)
    except ModelError:
        raise
    except Exception as error:  # readers answer damage with errors of many classes
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"{folder}: not a saved model ({why}); expected what Boosting.save wrote"
        raise ModelError(msg) from error


def _read(folder: Path) -> tuple[Trained, dict[str, int]]:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    if card.get("layout") != LAYOUT:
        msg = f"{folder / CARD}: found layout {card.get('layout')!r}, expected {LAYOUT}"
        raise ModelError(msg)
    with xr.open_dataset(folder / ERRORS, engine="h5netcdf") as handle:
        held = handle.load()
    errors = PastErrors(
        scaled=held["error"].to_numpy(),
        lead=held["lead"].to_numpy().astype("int64"),
        special=held["special"].to_numpy().astype("int64"),
        hours=held["hours"].to_numpy().astype("int64"),
    )
    if len(errors.scaled) != len(card["sensors"]):
        raise ValueError("errors and sensors do not fit each other")
    trained = Trained(
        sensors=tuple(card["sensors"]),
        until=pd.Timestamp(card["until"]),
        days=int(card["days"]),
        points=_trees(folder, "point", card["points"]),
        sizes=_trees(folder, "size", card["sizes"]),
        errors=errors,
    )
    return trained, {name: int(value) for name, value in card["options"].items()}


def _trees(folder: Path, name: str, folds: list[int]) -> CrossFit:
    import lightgbm

    made: list[Any] = [
        lightgbm.Booster(model_file=str(folder / f"{name}_{k}.txt")) for k in range(len(folds))
    ]
    return CrossFit(tuple(made), tuple(int(f) for f in folds))
