"""Stage summarize: the figures of a run in one small file, and one figure per analysis.

Light on purpose: DVC compares and shows these without running anything heavy again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as data_model
from mining import figures, writers
from mining.forecast import champion
from mining.stages._results import (
    read_dataset,
    read_examples,
    read_incidents,
    read_json,
    read_table,
)
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``metrics.json`` and ``figures/``."""
    files = Workspace(root, territory)
    cube = data_model.read(files.cube)
    summary = read_table(files, "summary.csv")
    scores = read_table(files, "scores.csv")
    incidents = read_incidents(files, cube)
    tried = read_table(files, "detection.csv")
    activity = read_dataset(files, "activity.nc")
    metrics = {
        "forecast": _forecast_metrics(summary, champion(scores)),
        "cells": _cells(cube),
        "incidents": _incident_metrics(incidents),
        "detection": _detection_metrics(tried),
        "activity": _activity_metrics(activity, read_dataset(files, "activity_places.nc")),
        "opening": _opening_metrics(
            read_table(files, "opening_doors.csv"), read_table(files, "quiet_hours.csv")
        ),
        "shops": _shop_metrics(read_json(files, "shops.json")),
    }
    writers.json_file(files.results / "metrics.json", metrics)
    by_day = read_table(files, "by_day_ahead.csv")
    covered = read_table(files, "coverage.csv")
    by_hour = read_table(files, "errors_by_hour.csv")
    examples = read_examples(files, cube)
    ahead = read_dataset(files, "forecast.nc")
    with step("draw one figure per analysis"):

        def fill(folder: Path) -> None:
            every = by_day[by_day["panel"] == "all"]
            writers.svg(folder / "accuracy.svg", figures.accuracy(every))
            writers.svg(folder / "coverage.svg", figures.coverage(covered))
            busiest = str(data_model.trusted(cube).sum("time").idxmax("sensor").item())
            writers.svg(folder / "forecast.svg", figures.fan(cube, ahead, busiest))
            writers.svg(folder / "incidents.svg", figures.incidents(incidents))
            writers.svg(folder / "detection.svg", figures.detection(tried))
            writers.svg(folder / "rhythms.svg", figures.rhythms(activity))
            for model in sorted(set(summary["model"])):
                mine = [table[table["model"] == model] for table in (by_hour, covered, examples)]
                _draw_model(folder / model, *mine)

        writers.directory(files.results / "figures", fill)


def _draw_model(
    folder: Path, by_hour: pd.DataFrame, covered: pd.DataFrame, examples: pd.DataFrame
) -> None:
    """Draw where one model errs; a slow one may have no origin among the examples."""
    writers.svg(folder / "errors.svg", figures.errors(by_hour))
    writers.svg(folder / "coverage.svg", figures.coverage_of_one(covered))
    if len(examples):
        writers.svg(folder / "fans.svg", figures.fans(examples))


def _forecast_metrics(summary: pd.DataFrame, best: str) -> dict[str, Any]:
    """Return the champion's figures beside last week's; ``summary.csv`` has those of all models."""
    panel = "all" if best in set(summary.loc[summary["panel"] == "all", "model"]) else "common"
    rows = summary[summary["panel"] == panel].set_index("model")
    numbers = ["origins", "wape", "mase", "pinball", "coverage"]
    out: dict[str, Any] = {"champion": best, **{n: rows.loc[best, n] for n in numbers}}
    if "seasonal_naive" in rows.index:
        out["naive"] = {n: rows.loc["seasonal_naive", n] for n in ("wape", "pinball")}
    return out


def _cells(cube: xr.Dataset) -> dict[str, int]:
    codes = cube["quality"].to_numpy()
    return {q.name.lower(): int((codes == q).sum()) for q in data_model.Quality}


def _incident_metrics(found: pd.DataFrame) -> dict[str, Any]:
    by_label = found["label"].value_counts().sort_index()
    return {"count": len(found), "by_label": {str(k): int(v) for k, v in by_label.items()}}


def _detection_metrics(tried: pd.DataFrame) -> dict[str, Any]:
    """Return recall net of luck, and over the listed kinds what it costs."""
    if tried.empty:
        return {}
    by_kind = tried.set_index("kind").to_dict("index")
    listed, unlisted = by_kind.pop("listed"), by_kind.pop("unlisted")
    return {
        **{key: listed[key] for key in ("net", "false", "balance")},
        "net_unlisted": unlisted["net"],
        "net_by_kind": {str(kind): row["net"] for kind, row in by_kind.items()},
    }


def _activity_metrics(sensors: xr.Dataset, places: xr.Dataset) -> dict[str, Any]:
    """Return how the groups of sensors hold at their number, and what became of sensors and places.

    `stability` is the weakest Jaccard figure of each group: weeks, sensors or years.
    """
    k = int(sensors.attrs["k"])
    three = [sensors[n].to_numpy() for n in ("stability", "stability_sensors", "stability_years")]
    out: dict[str, Any] = {
        "k": k,
        "agreed": int(sensors.attrs["agreed"]),
        "year_rand": _numbered(sensors["year_rand"].to_numpy(), first=1),
        "stability": _numbered(np.fmin.reduce(three)),  # fmin leaves NaN aside
        "between": int((sensors["between"] >= 0).sum()),
        "outliers": int(sensors["outlier"].sum()),
        "places_changed": int((places["changed"] != "").sum()) if "changed" in places else 0,
    }
    if k in sensors["k"]:
        checks = ("check_weeks", "check_sensors", "check_years")
        out |= {name: float(sensors[name].sel(k=k)) for name in checks}
    return out


def _numbered(figures: npt.NDArray[np.floating[Any]], first: int = 0) -> dict[str, float]:
    return {str(n): float(figure) for n, figure in enumerate(figures, first)}


def _opening_metrics(doors: pd.DataFrame, quiet: pd.DataFrame) -> dict[str, Any]:
    return {
        "doors": len(doors),
        "closed_share": float(doors["share"].mean()) if len(doors) else None,
        "quiet_windows": len(quiet),
    }


def _shop_metrics(told: dict[str, Any]) -> dict[str, float]:
    """Return what was counted, and how far areas hold; nothing without a source."""
    names = ("establishments", "areas", "areas_jaccard", "hidden_cells")
    return {n: told[n] for n in names if told["source"] and told[n] is not None}
