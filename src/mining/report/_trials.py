"""Facts of the trials on the past: every method, the one that serves, and what its bands hold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

#: Keys of coverage that the pages tell apart, in the order of a table.
SITUATIONS = ("all", "special", "day_ahead", "hours")


@dataclass(frozen=True)
class ModelRow:
    """How one model did when it was tried on the past."""

    panel: str
    model: str
    wape: float
    mase: float
    pinball: float
    coverage: float
    origins: int
    chosen: bool


@dataclass(frozen=True)
class PlaceScore:
    """How the models that serve a place did there, and how "as last week" did.

    Attributes
    ----------
    covered, hours : int
        Hours inside the interval, and hours tried.
    wape, naive_wape : float
        Errors as shares of the volume, over the same hours of the same sensors.
    """

    covered: int
    hours: int
    wape: float
    naive_wape: float

    @property
    def better(self) -> bool:
        """Whether the forecast beats last week by what a page can show: a tenth of a percent."""
        return round(self.wape, 3) < round(self.naive_wape, 3)


@dataclass(frozen=True)
class CoverageRow:
    """How many tried hours fell into the interval of the method that serves."""

    by: str
    key: str
    hours: int
    share: float


def model_rows(summary: pd.DataFrame | None, chosen: str) -> tuple[ModelRow, ...]:
    """Return the table of models, the most tried panel first, equal panels once."""
    if summary is None or summary.empty:
        return ()
    frame = summary.copy()
    if "panel" not in frame:
        frame["panel"] = ""
    for column in ("mase", "pinball", "coverage", "origins"):
        if column not in frame:
            frame[column] = np.nan
    frame["trials"] = -frame.groupby("panel")["origins"].transform("max").fillna(0)
    frame = frame.sort_values(["trials", "panel", "wape", "model"], kind="stable")
    rows = tuple(_model_row(row, chosen) for row in frame.to_dict("records"))
    first: dict[frozenset[tuple[str, int]], str] = {}
    for panel in dict.fromkeys(r.panel for r in rows):
        first.setdefault(frozenset((r.model, r.origins) for r in rows if r.panel == panel), panel)
    return tuple(r for r in rows if r.panel in first.values())


def _model_row(row: Mapping[Hashable, Any], chosen: str) -> ModelRow:
    return ModelRow(
        panel=str(row["panel"]),
        model=str(row["model"]),
        wape=float(row["wape"]),
        mase=float(row["mase"]),
        pinball=float(row["pinball"]),
        coverage=float(row["coverage"]),
        origins=0 if pd.isna(row["origins"]) else int(row["origins"]),
        chosen=str(row["model"]) == chosen,
    )


def place_score(
    scores: pd.DataFrame | None, served: Mapping[str, str], sensors: Sequence[str], naive: str
) -> PlaceScore | None:
    """Return how the models that serve these sensors did there, or None if they were not tried.

    Parameters
    ----------
    scores : DataFrame or None
        Scores by model, cutoff, sensor and day ahead.
    served : mapping
        Sensor to the model that serves it.
    sensors : sequence of str
        Sensors of the place.
    naive : str
        The model "as last week": judged on the same trials as the others.
    """
    if scores is None or scores.empty:
        return None
    rows = scores[scores["sensor"].astype(str).isin(list(sensors))]
    mine = rows[rows["model"] == rows["sensor"].astype(str).map(dict(served))]
    if mine.empty or mine["n"].sum() == 0:
        return None
    rival = rows[rows["model"] == naive]
    shared = ["sensor", "cutoff", "day_ahead"]
    tried = pd.MultiIndex.from_frame(mine[shared])
    rival = rival[pd.MultiIndex.from_frame(rival[shared]).isin(tried)]
    return PlaceScore(
        covered=int(mine["covered"].sum()),
        hours=int(mine["n"].sum()),
        wape=_wape(mine),
        # A rival that was not tried everywhere is no rival: its error would be of other hours.
        naive_wape=_wape(rival) if len(rival) == len(mine) else np.nan,
    )


def _wape(rows: pd.DataFrame) -> float:
    actual = float(rows["actual"].sum())
    return float(rows["abs_error"].sum()) / actual if actual > 0 else np.nan


def coverage_rows(
    coverage: pd.DataFrame | None, served: Mapping[str, str], chosen: str
) -> tuple[CoverageRow, ...]:
    """Return what the intervals held: of the chosen model by situation, of each sensor its own's.

    Parameters
    ----------
    coverage : DataFrame or None
        Columns ``model, by, key, n, coverage``.
    served : mapping
        Sensor to the model that serves it.
    chosen : str
        The model chosen for the territory.
    """
    if coverage is None or coverage.empty:
        return ()
    rows = [
        CoverageRow(str(r["by"]), str(r["key"]), int(r["n"]), float(r["coverage"]))
        for r in coverage.to_dict("records")
        if str(r["model"])
        == (served.get(str(r["key"]), chosen) if str(r["by"]) == "sensor" else chosen)
    ]
    order = (*SITUATIONS, "sensor")
    known = [r for r in rows if r.by in order and r.hours > 0]
    # Situations stay in the order of the table, where days ahead count up.
    return tuple(
        sorted(known, key=lambda r: (order.index(r.by), r.key if r.by == "sensor" else ""))
    )
