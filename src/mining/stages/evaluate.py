"""Stage evaluate: rolling-origin backtest of every model, on sensors."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import writers
from mining.forecast import backtest, summarize
from mining.params import load_params
from mining.stages._workspace import Workspace, step


def run(root: Path, territory: str) -> None:
    """Write ``scores.csv`` (by model, origin, sensor, day ahead) and its two poolings."""
    files = Workspace(root, territory)
    options = load_params(files.params).evaluate
    cube = data_model.read(files.cube)
    with step(f"backtest {', '.join(options.models)}"):
        scores = backtest(
            cube,
            horizon=options.horizon,
            origins=options.origins,
            origin_step=options.origin_step,
            models=options.models,
            quantiles=options.quantiles,
            history=options.history,
            slow_origins=options.slow_origins,
            workers=0,
        )
    keys = ["model", "cutoff", "sensor", "day_ahead"]
    writers.table(files.results / "scores.csv", scores, sort=keys, decimals=6)
    pooled = summarize(scores)
    writers.table(files.results / "summary.csv", pooled, sort=["panel", "wape"], decimals=6)
    by_day = summarize(scores, by=["model", "day_ahead"])
    kept = by_day[by_day["panel"] == "common"]
    writers.table(files.results / "by_day_ahead.csv", kept, sort=["model", "day_ahead"], decimals=6)
