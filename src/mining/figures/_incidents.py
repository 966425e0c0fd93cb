"""The figure of incidents: how many begin each month, of which kind, and when at each sensor."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Colour = tuple[float, float, float]
_WIDTH = 9.0
#: Labels in the order of their colours, the same in every figure.
_LABELS = ("fault", "works", "event", "weather", "calendar", "unexplained")
#: Sensors and kinds that one figure can name.
_MOST_SENSORS, _MOST_KINDS = 40, 14
#: Shortest line that is still seen.
_SHORTEST = pd.Timedelta("10D")


def incidents(found: pd.DataFrame) -> Figure:
    """Draw how many incidents begin each month, how many are of each kind, and when they were.

    Parameters
    ----------
    found : DataFrame
        As returned by :func:`mining.anomaly.detect`. Of many sensors those with most incidents
        are drawn.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    shown = found.assign(
        start=pd.to_datetime(found["start"]).dt.tz_localize(None),
        end=pd.to_datetime(found["end"]).dt.tz_localize(None),
        sensor=found["sensor"].replace("", "(whole territory)"),
    )
    there = set(shown["label"])
    labels = [k for k in _LABELS if k in there] + sorted(there - set(_LABELS))
    ordered = [*_LABELS, *labels[len(there & set(_LABELS)) :]]
    colours = dict(zip(ordered, sns.color_palette(n_colors=len(ordered)), strict=True))
    sensors = shown["sensor"].value_counts().sort_index().sort_values(kind="stable")
    names = sorted(sensors.index[-_MOST_SENSORS:], reverse=True)
    height = 0.24 * max(len(names), 2)
    figure, axes = plt.subplot_mosaic(
        [["months", "kinds"], ["when", "when"]], figsize=(_WIDTH, 4.2 + height),
        layout="constrained", height_ratios=[2.8, 0.6 + height], width_ratios=[2, 1],
    )  # fmt: skip
    _months(axes["months"], shown, labels, colours)
    _kinds(axes["kinds"], shown, labels, colours)
    _when(axes["when"], shown, names, colours)
    handles, words = axes["months"].get_legend_handles_labels()
    if handles:
        figure.legend(handles, words, loc="outside lower center", ncols=len(words), frameon=False)
    return figure


def _months(axis: Axes, shown: pd.DataFrame, labels: list[str], colours: dict[str, Colour]) -> None:
    month = shown["start"].dt.to_period("M").dt.to_timestamp()
    every = pd.date_range(month.min(), month.max(), freq="MS") if len(shown) else month
    counts = pd.crosstab(month, shown["label"]).reindex(index=every, columns=labels, fill_value=0)
    below = np.zeros(len(counts))
    for label in labels:
        values = counts[label].to_numpy()
        color = colours[label]
        axis.bar(counts.index, values, 27, below, color=color, label=label, linewidth=0)
        below = below + values
    ticks = AutoDateLocator()  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(ticks)
    axis.xaxis.set_major_formatter(ConciseDateFormatter(ticks))  # type: ignore[no-untyped-call]
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_title("incidents that begin in each month", fontsize=11)


def _kinds(axis: Axes, shown: pd.DataFrame, labels: list[str], colours: dict[str, Colour]) -> None:
    counts = pd.crosstab(shown["kind"], shown["label"]).reindex(columns=labels, fill_value=0)
    most = counts.sum(axis=1).sort_index().sort_values(kind="stable").index[-_MOST_KINDS:]
    left = np.zeros(len(most))
    for label in labels:
        values = counts.loc[most, label].to_numpy()
        axis.barh(list(most), values, left=left, color=colours[label], linewidth=0)
        left = left + values
    axis.tick_params(axis="y", labelsize=9)
    axis.set_title("of each kind", fontsize=11)


def _when(axis: Axes, shown: pd.DataFrame, names: list[str], colours: dict[str, Colour]) -> None:
    rows = {name: row for row, name in enumerate(names)}
    drawn = shown[shown["sensor"].isin(names)]
    for label, group in drawn.groupby("label", sort=True):
        end = group["end"].where(
            group["end"] - group["start"] > _SHORTEST, group["start"] + _SHORTEST
        )
        at = group["sensor"].map(rows)
        axis.hlines(at, group["start"], end, colors=[colours[str(label)]], linewidth=6)
    axis.set_yticks(range(len(names)), names, fontsize=9)
    axis.set_ylim(-0.7, max(len(names), 1) - 0.3)
    axis.set_title("when (short ones are drawn ten days long)", fontsize=11)
