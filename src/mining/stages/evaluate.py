"""Stage evaluate: rolling-origin backtest of every model, on sensors, and where each one errs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mining import calendars, writers
from mining import cube as data_model
from mining.forecast import backtest, breakdown, champion, summarize
from mining.params import load_params
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``scores.csv`` (by model, origin, sensor, day ahead), its poolings and breakdowns."""
    files = Workspace(root, territory)
    options = load_params(files.params).evaluate
    cube = data_model.read(files.cube)
    with step(f"backtest {', '.join(options.models)}"):
        scores, forecasts = backtest(
            cube,
            horizon=options.horizon,
            origins=options.origins,
            origin_step=options.origin_step,
            models=options.models,
            quantiles=options.quantiles,
            history=options.history,
            slow_origins=options.slow_origins,
            return_forecasts=True,
            workers=0,
        )
    keys = ["model", "cutoff", "sensor", "day_ahead"]
    writers.table(files.results / "scores.csv", scores, sort=keys, decimals=6)
    pooled = summarize(scores)
    writers.table(files.results / "summary.csv", pooled, sort=["panel", "wape"], decimals=6)
    by_day = summarize(scores, by=["model", "day_ahead"])
    keys = ["panel", "model", "day_ahead"]
    writers.table(files.results / "by_day_ahead.csv", by_day, sort=keys, decimals=6)
    cells = breakdown.scored_cells(
        forecasts, timezone=str(cube.attrs["timezone"]), calendar=calendars.of_cube(cube)
    )
    # Both come in their own order: days ahead and hours count up, which text would not.
    writers.table(files.results / "coverage.csv", breakdown.coverage(cells), sort=[], decimals=6)
    hours = breakdown.errors_by_hour(cells)
    writers.table(files.results / "errors_by_hour.csv", hours, sort=[], decimals=3)
    shown = breakdown.examples(forecasts, scores, champion(scores))
    _write_examples(files, shown, str(cube.attrs["timezone"]))


def _write_examples(files: Workspace, shown: pd.DataFrame, timezone: str) -> None:
    local = pd.DatetimeIndex(shown["time"]).tz_localize("UTC").tz_convert(timezone)
    keys = ["model", "cutoff", "sensor", "time"]
    table = shown.assign(time=local).drop(columns=["day_ahead", "quality"])
    writers.table(files.results / "examples.csv", table, sort=keys)
