"""From finished forecasts to the tables that are printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import of_cube
from mining.forecast import backtest
from mining.forecast.protocol import special_days
from mining.forecast.summary import pooled
from rivals.protocol import Panel, is_slow
from rivals.store import Recorded, costs, table_of


def finished(folder: Path, names: list[str], panel: Panel) -> list[str]:
    """Return the models whose forecasts of a panel are all there."""
    done = [n for n in names if panel.every > 1 or not is_slow(n)]
    return [n for n in done if all(table_of(folder, n, c).exists() for c in panel.cutoffs)]


def score_panel(
    cube: xr.Dataset, folder: Path, names: list[str], panel: Panel, score: str
) -> pd.DataFrame:
    """Score recorded forecasts; one row per model, cutoff, sensor and day ahead."""
    part = cube.isel({cubes.SENSOR: slice(None, None, panel.every)})
    rivals = [Recorded(name, folder) for name in names]
    return backtest(part, models=rivals, cutoffs=list(panel.cutoffs), score=score)


def wql(rows: pd.DataFrame) -> float:
    """Return the weighted quantile loss of score rows: 2 sum(pinball) / sum(y)."""
    return float(2 * (rows["pinball"] * rows["n"]).sum() / rows["actual"].sum())


def accuracy(scores: pd.DataFrame, folder: Path, panel: Panel, sensors: int) -> pd.DataFrame:
    """Return one row per model, the best WAPE first.

    Parameters
    ----------
    scores : DataFrame
        Of :func:`score_panel`.
    folder : Path
        Of the forecasts and their costs.
    panel : Panel
        What was scored.
    sensors : int
        Sensors of the whole cube, to which the CPU time of slow models is scaled.
    """
    lines = []
    for name, rows in scores.groupby("model"):
        figures = pooled(rows)
        line = {
            "model": name,
            "WAPE": figures["wape"],
            "MASE168": figures["mase"],
            "RMSE": figures["rmse"],
            "pinball": figures["pinball"],
            "WQL": wql(rows),
            "cov80": figures["coverage"],
        }
        if panel.apart is not None:
            away = rows["cutoff"] == panel.apart
            line["WAPE ordinary"] = pooled(rows[~away])["wape"] if (~away).any() else np.nan
            line["WAPE Christmas"] = pooled(rows[away])["wape"] if away.any() else np.nan
        spent = costs(folder, str(name), list(panel.cutoffs))
        line["CPU s"] = (spent["cpu_seconds"] * sensors / spent["sensors"]).median()
        line["MB"] = spent["peak_mb"].max()
        lines.append(line)
    return pd.DataFrame(lines).sort_values(["WAPE", "model"], ignore_index=True)


def calibration(scores: pd.DataFrame, cube: xr.Dataset) -> pd.DataFrame:
    """Return cov80 on ordinary and special days, by day ahead, and of the worst sensors.

    The order is that of the distance from .8 of the farthest sensor.
    """
    days = pd.DatetimeIndex(scores["cutoff"] + pd.to_timedelta(scores["day_ahead"] - 1, unit="D"))
    told = of_cube(cube).days(days.unique().sort_values())
    special = pd.Series(special_days(told), index=told.index).reindex(days).to_numpy()
    lines = []
    for name, rows in scores.assign(special=special).groupby("model"):
        by = {True: np.nan, False: np.nan} | _covered(rows, "special").to_dict()
        sensor, ahead = _covered(rows, "sensor"), _covered(rows, "day_ahead")
        lines.append(
            {
                "model": name,
                "ordinary days": by[False],
                "special days": by[True],
                **{f"day {d}": ahead[d] for d in ahead.index},
                "lowest sensor": f"{sensor.min():.3f} {sensor.idxmin()}",
                "highest sensor": f"{sensor.max():.3f} {sensor.idxmax()}",
                "farthest": float((sensor - 0.8).abs().max()),
            }
        )
    table = pd.DataFrame(lines).sort_values(["farthest", "model"], ignore_index=True)
    return table.drop(columns="farthest")


def _covered(rows: pd.DataFrame, by: str) -> pd.Series:
    sums = rows.groupby(by)[["covered", "n"]].sum()
    return sums["covered"] / sums["n"]
