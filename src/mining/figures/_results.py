"""Figures of what is known of sensors: forecast and rhythms."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
import xarray as xr
from matplotlib.figure import Figure

from mining import cube as data_model

_WIDTH = 9.0
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Labels that are no group, as ``mining.activity`` gives them.
_NO_GROUP = {-1: "too little data", -2: "apart"}


def fan(cube: xr.Dataset, forecast: xr.Dataset, sensor: str, *, days: int = 14) -> Figure:
    """Draw the last `days` days of a sensor and its forecast with the 80 % band."""
    sns.set_theme(style="whitegrid", palette="colorblind")
    figure, axis = plt.subplots(figsize=(_WIDTH, 3.2), layout="constrained")
    recent = cube.sel(sensor=[sensor])
    local = data_model.local_time(recent).tz_localize(None)
    keep = local >= local[-1] - pd.Timedelta(days=days)
    seen = data_model.trusted(recent).to_numpy()[0]
    axis.plot(local[keep], seen[keep], color="black", linewidth=0.9, label="counted")
    ahead = data_model.local_time(forecast).tz_localize(None)
    values = forecast["value"].sel(sensor=sensor)
    blue = sns.color_palette()[0]
    low, middle, high = (values.sel(quantile=q, method="nearest") for q in (0.1, 0.5, 0.9))
    axis.fill_between(ahead, low, high, color=blue, alpha=0.25, linewidth=0, label="80 % band")
    axis.plot(ahead, middle, color=blue, linewidth=1.2, label="median")
    axis.set(title=sensor, ylabel="count per interval", xlabel="")
    axis.legend(loc="upper left", frameon=False, ncols=3)
    return figure


def rhythms(activity: xr.Dataset) -> Figure:
    """Draw the typical week of every sensor as shares, one panel per group under its name."""
    sns.set_theme(style="whitegrid", palette="colorblind")
    labels = activity["label"].to_numpy()
    # Groups first; those apart and those with too little data come last.
    groups = sorted({int(g) for g in labels}, key=lambda g: (g < 0, g))
    figure, axes = plt.subplots(
        len(groups), 1, figsize=(_WIDTH, 1.9 * len(groups)), sharex=True, squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axis, group in zip(axes[:, 0], groups, strict=True):
        members = activity["share"].to_numpy()[labels == group]
        axis.plot(members.T * 100, linewidth=0.9)
        title = f"{_name_of(activity, group)} ({len(members)})"
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylabel("% of the week")
    slots = activity.sizes["hour_of_week"]
    axes[-1, 0].set_xticks(range(0, slots, slots // 7), _DAYS)
    axes[-1, 0].set_xlabel("local time, each day from 0:00")
    return figure


def _name_of(activity: xr.Dataset, group: int) -> str:
    return str(activity["group_name"].item(group)) if group >= 0 else _NO_GROUP[group]
