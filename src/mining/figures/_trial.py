"""Figure of the search for incidents: what it finds of faults and events of known truth."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

_WIDTH = 9.0
_MEANS = ("listed", "unlisted")


def detection(found: pd.DataFrame) -> Figure:
    """Draw the share of injected faults and events that was found, and found by luck, by kind.

    Parameters
    ----------
    found : DataFrame
        As :func:`mining.trials.trial` gives it; it may be empty.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    kinds = found[~found["kind"].isin(_MEANS)]
    height = 0.28 * max(len(kinds), 3) + 0.9
    figure, axis = plt.subplots(figsize=(_WIDTH, height), layout="constrained")
    names = [str(kind) for kind in kinds["kind"]]
    axis.barh(names, kinds["recall"].to_numpy(dtype=float), height=0.7, label="found")
    lucky = kinds["lucky"].to_numpy(dtype=float)
    axis.plot(lucky, names, "k|", markersize=11, label="alarmed without it")
    axis.set(xlim=(0, 1), xlabel="share of injections")
    axis.invert_yaxis()
    if len(kinds):
        axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return figure
