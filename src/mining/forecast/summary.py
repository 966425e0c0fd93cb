"""Pool scores over origins, sensors and days, on equal terms; choose the champion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mining.errors import ModelError, NotEnoughDataError
from mining.forecast import models
from mining.readers.fields import check_known

#: Two models closer than this (relative) are tied, and the simpler one is taken.
TIE = 0.005
#: What a row of scores belongs to.
KEYS = ("model", "cutoff", "sensor", "day_ahead")


def summarize(scores: pd.DataFrame, by: Sequence[str] | str = ("model",)) -> pd.DataFrame:
    """Pool a score table of :func:`mining.forecast.backtest`.

    Parameters
    ----------
    scores : DataFrame
        As returned by the backtest.
    by : sequence of str
        What to keep apart, among ``model, cutoff, sensor, day_ahead``. Models are always kept
        apart, asked for or not: their mean would say nothing of anyone.

    Returns
    -------
    DataFrame
        Columns `panel`, then `by`, then `origins`, `n`, `wape`, `rmse`, `mase`, `pinball`,
        `coverage`. Panel ``"common"`` holds all models, on the cutoffs that all of them have;
        panel ``"all"`` holds the models that have every cutoff, on every cutoff. Inside a panel
        all rows are comparable; two panels never are.

    Raises
    ------
    ConfigError
        If a key is unknown.
    NotEnoughDataError
        If the table is empty.

    Notes
    -----
    WAPE, RMSE, pinball and coverage are pooled over all cells; MASE is the mean over sensors and
    origins.
    """
    keys = [by] if isinstance(by, str) else list(by)
    for wanted in keys:
        check_known(wanted, KEYS, where="the keys of scores")
    keys = keys if "model" in keys else ["model", *keys]
    if scores.empty:
        raise NotEnoughDataError("the score table is empty: nothing can be pooled")
    parts = []
    for panel, rows in panels(scores).items():
        for names, group in rows.groupby(keys, sort=True):
            parts.append({"panel": panel, **dict(zip(keys, names, strict=True)), **pooled(group)})
    return pd.DataFrame(parts)


def panels(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of the two panels: ``all`` and ``common`` (see :func:`summarize`)."""
    cutoffs = {str(m): frozenset(rows["cutoff"]) for m, rows in scores.groupby("model")}
    every = frozenset(scores["cutoff"])
    shared = frozenset.intersection(*cutoffs.values())
    full = [name for name, mine in cutoffs.items() if mine == every]
    return {
        "all": scores[scores["model"].isin(full)],
        "common": scores[scores["cutoff"].isin(shared)],
    }


def pooled(rows: pd.DataFrame) -> dict[str, float]:
    """Return the pooled scores of some rows of one model."""
    n = int(rows["n"].sum())
    windows = rows.groupby(["model", "cutoff", "sensor"])[["abs_error", "n"]].sum()
    scale = rows.groupby(["model", "cutoff", "sensor"])["scale"].first()
    mase = windows["abs_error"] / windows["n"] / scale.where(scale > 0)
    actual = float(rows["actual"].sum())
    return {
        "origins": int(rows["cutoff"].nunique()),
        "n": n,
        "wape": float(rows["abs_error"].sum() / actual) if actual > 0 else float("nan"),
        "rmse": float(np.sqrt(rows["squared_error"].sum() / n)),
        "mase": float(mase.mean()),
        "pinball": float((rows["pinball"] * rows["n"]).sum() / n),
        "coverage": float(rows["covered"].sum() / n),
    }


def champion(scores: pd.DataFrame) -> str:
    """Return the name of the best model.

    Notes
    -----
    The best of the models that have every cutoff, on all of them; then a slow model takes its
    place only by beating it on the cutoffs that all models share. The figure of merit is the mean
    of WAPE and pinball, each relative to the best model's. Models within `TIE` of the best are
    tied; the simplest of them (order of :func:`mining.forecast.models.names`) is taken.

    Raises
    ------
    ModelError
        If the table is empty or the models share no cutoff.
    """
    shared = panels(scores) if len(scores) else {}
    if not shared or shared["common"].empty:
        raise ModelError("no champion: the score table holds no cutoff that all models share")
    every, common = shared["all"], shared["common"]
    slow = set(common["model"]) - set(every["model"])
    if every.empty:
        return _best(common)
    first = _best(every)
    return _best(common[common["model"].isin({first, *slow})]) if slow else first


def _relative(figure: pd.Series) -> pd.Series:
    """Return a figure relative to the best one; 1 where it is the best, or known of nobody."""
    best = float(figure.min())
    share = np.where(figure == best, 1.0, figure / best)
    return pd.Series(share, index=figure.index).fillna(1.0 if np.isnan(best) else np.inf)


def _best(rows: pd.DataFrame) -> str:
    table = pd.DataFrame({m: pooled(part) for m, part in rows.groupby("model")}).T
    merit = (_relative(table["wape"]) + _relative(table["pinball"])) / 2
    tied = merit[merit <= merit.min() * (1 + TIE)].index
    return str(min(tied, key=lambda name: (models.simplicity(name), name)))
