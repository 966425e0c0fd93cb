"""Figures of a backtest: how large errors are and where, what the intervals hold, fans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

_WIDTH = 9.0
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
#: Sensors that one figure can name.
_MOST_SENSORS = 40
_METRICS = {"wape": "WAPE", "pinball": "mean pinball loss", "coverage": "coverage of the 80 % band"}


def accuracy(by_day_ahead: pd.DataFrame) -> Figure:
    """Draw error and coverage of every model by day ahead.

    Parameters
    ----------
    by_day_ahead : DataFrame
        Columns model, day_ahead, wape, pinball and coverage, of one panel.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    figure, axes = plt.subplots(1, 3, figsize=(_WIDTH, 3.2), layout="constrained")
    for axis, (column, label) in zip(axes, _METRICS.items(), strict=True):
        sns.lineplot(
            by_day_ahead,
            x="day_ahead",
            y=column,
            hue="model",
            style="model",
            markers=True,
            dashes=False,
            legend=axis is axes[-1],
            ax=axis,
        )
        axis.set(xlabel="days ahead", ylabel="", title=label)
    axes[-1].axhline(0.8, color="black", linewidth=0.8, linestyle=":")
    sns.move_legend(axes[-1], "center left", bbox_to_anchor=(1, 0.5), title="", frameon=False)
    return figure


def errors(by_hour: pd.DataFrame) -> Figure:
    """Draw the error of one model by local hour and weekday, in parts of the counts and in counts.

    Parameters
    ----------
    by_hour : DataFrame
        Of :func:`mining.forecast.breakdown.errors_by_hour`, the rows of one model.
    """
    sns.set_theme(style="white")
    figure, axes = plt.subplots(1, 2, figsize=(_WIDTH, 3.0), layout="constrained", sharey=True)
    share = by_hour["abs_error"] / by_hour["actual"].where(by_hour["actual"] > 0)
    parts: dict[str, tuple[pd.Series, dict[str, Any]]] = {
        # One scale for all models, so that figures can be laid side by side.
        "WAPE, %": (share * 100, {"vmin": 0, "vmax": 50, "cbar_kws": {"extend": "max"}}),
        "mean absolute error": (by_hour["abs_error"] / by_hour["n"], {"vmin": 0}),
    }
    hours = range(24 if by_hour["hour"].max() else 1)
    for axis, (label, (values, options)) in zip(axes, parts.items(), strict=True):
        cells = by_hour.assign(shown=values).pivot_table(
            index="weekday", columns="hour", values="shown", dropna=False
        )
        cells = cells.reindex(index=range(7), columns=hours)
        sns.heatmap(cells, cmap="rocket_r", ax=axis, xticklabels=3, yticklabels=_DAYS, **options)
        axis.set(title=label, xlabel="local hour", ylabel="")
        axis.tick_params(axis="y", rotation=0)
        axis.tick_params(axis="x", rotation=0)
    return figure


def coverage(table: pd.DataFrame) -> Figure:
    """Draw how often the 80 % interval of each model held: by day ahead, kind of day and sensor.

    Parameters
    ----------
    table : DataFrame
        Of :func:`mining.forecast.breakdown.coverage`.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    figure, axes = plt.subplots(
        1, 3, figsize=(_WIDTH, 3.6), layout="constrained", sharey=True, width_ratios=[2, 1, 2]
    )
    shown = table.assign(coverage=table["coverage"] * 100)
    models = sorted(set(shown["model"]))
    days = shown[shown["by"] == "day_ahead"].assign(key=lambda rows: rows["key"].astype(int))
    common = {"y": "coverage", "hue": "model", "hue_order": models, "legend": False}
    sns.lineplot(days, x="key", style="model", markers=True, dashes=False, ax=axes[0], **common)
    special = shown[shown["by"] == "special"]
    order = {"order": ["ordinary", "special"]}
    sns.stripplot(special, x="key", dodge=True, jitter=False, s=7, ax=axes[1], **order, **common)
    sensors = shown[shown["by"] == "sensor"]
    dots = {"order": models, "jitter": False, "alpha": 0.6}
    sns.stripplot(sensors, x="model", ax=axes[2], **dots, **common)
    titles = ("by day ahead", "kind of day", "each sensor")
    for axis, title in zip(axes, titles, strict=True):
        _promise(axis.axhspan, axis.axhline)
        axis.set(title=title, xlabel="", ylabel="% inside")
    axes[0].set_xlabel("days ahead")
    axes[0].xaxis.get_major_locator().set_params(integer=True)
    axes[2].set_xticks([])
    colours = zip(models, sns.color_palette(), strict=False)
    handles = [Line2D([], [], color=c, marker="o", label=m) for m, c in colours]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(models), frameon=False)
    return figure


def coverage_of_one(table: pd.DataFrame) -> Figure:
    """Draw how often the 80 % interval of one model held, sensor by sensor and by situation.

    Parameters
    ----------
    table : DataFrame
        Of :func:`mining.forecast.breakdown.coverage`, the rows of one model. Of many sensors
        those farthest from 80 % are drawn.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    shown = table.assign(coverage=table["coverage"] * 100)
    sensors = shown[shown["by"] == "sensor"].sort_values(["coverage", "key"], kind="stable")
    far = (sensors["coverage"] - 80).abs().sort_values(kind="stable").index[-_MOST_SENSORS:]
    sensors = sensors.loc[sorted(far, key=list(sensors.index).index)]
    rest = shown[shown["by"].isin(["all", "special", "day_ahead", "hours"])]
    names = {"all": "", "special": "", "day_ahead": "day ", "hours": "hours "}
    height = 1.0 + 0.2 * max(len(sensors), len(rest))
    figure, axes = plt.subplots(1, 2, figsize=(_WIDTH, height), layout="constrained", sharex=True)
    labels = [names[by] + key for by, key in zip(rest["by"], rest["key"], strict=True)]
    parts = {"sensors": (sensors, list(sensors["key"])), "situations": (rest, labels)}
    for axis, (title, (rows, ticks)) in zip(axes, parts.items(), strict=True):
        axis.plot(rows["coverage"], range(len(rows)), "o", markersize=5)
        axis.set_yticks(range(len(rows)), ticks)
        axis.invert_yaxis()
        _promise(axis.axvspan, axis.axvline)
        axis.set(title=title, xlabel="% inside the 80 % interval")
    return figure


def _promise(span: Callable[..., Any], line: Callable[..., Any]) -> None:
    """Mark what the interval promises, and ten points around it."""
    span(70, 90, color="black", alpha=0.06, linewidth=0, zorder=0)
    line(80, color="black", linewidth=0.8, linestyle=":")


def fans(shown: pd.DataFrame) -> Figure:
    """Draw forecasts of the backtest against what happened: a row per sensor, a column per origin.

    Parameters
    ----------
    shown : DataFrame
        Rows of one model of :func:`mining.forecast.breakdown.examples`; `time` local.
    """
    sns.set_theme(style="whitegrid", palette="colorblind")
    mean = shown.groupby("sensor")["observed"].mean().sort_values(ascending=False, kind="stable")
    origins = sorted(set(shown["cutoff"]))
    figure, axes = plt.subplots(
        len(mean), len(origins), figsize=(_WIDTH, 0.6 + 1.9 * len(mean)), sharey="row",
        sharex="col", squeeze=False, layout="constrained",
    )  # fmt: skip
    groups = dict(list(shown.groupby(["sensor", "cutoff"])))
    for line, sensor in zip(axes, mean.index, strict=True):
        line[0].set_ylabel(sensor, fontsize=9)
        for axis, origin in zip(line, origins, strict=True):
            if (sensor, origin) in groups:
                _draw_fan(axis, groups[sensor, origin].sort_values("time", kind="stable"))
    for axis, origin in zip(axes[0], origins, strict=True):
        axis.set_title(f"from {pd.Timestamp(origin):%Y-%m-%d}", fontsize=10)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


def _draw_fan(axis: Axes, rows: pd.DataFrame) -> None:
    levels = sorted(float(c[1:]) for c in rows.columns if c.startswith("q"))
    blue = sns.color_palette()[0]
    for low in (level for level in levels if level < 0.5):
        high = f"q{1 - low:g}"
        if high in rows:
            label = "10-90 %, 20-80 %, …" if low == levels[0] else None
            ends = rows[f"q{low:g}"], rows[high]
            axis.fill_between(rows["time"], *ends, color=blue, alpha=0.2, linewidth=0, label=label)
    axis.plot(rows["time"], rows["q0.5"], color=blue, linewidth=1, label="median")
    axis.plot(rows["time"], rows["observed"], color="black", linewidth=0.8, label="counted")
    ticks = AutoDateLocator(maxticks=5, interval_multiples=False)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(ticks)
    axis.xaxis.set_major_formatter(DateFormatter("%d %b"))  # type: ignore[no-untyped-call]
    axis.tick_params(labelsize=8)
