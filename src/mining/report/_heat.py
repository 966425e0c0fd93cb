"""The figure of a week: passages by day and hour as a heat map."""

from __future__ import annotations

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mining.language import Language
from mining.report import _style as style
from mining.report._disclosure import Cell, StateArray
from mining.report._weeks import Week


def week_figure(week: Week, words: Language, *, title: str, description: str) -> style.Drawing:
    """Draw passages by day and hour as a heat map, its busiest hour named."""

    def paint(figure: Figure, narrow: bool) -> None:
        axes = figure.add_axes((0.115, 0.005, 0.88, 0.95) if narrow else (0.1, 0.1, 0.895, 0.8))
        _heat(axes, week, words, narrow=narrow)

    return style.draw(paint, name="week", title=title, description=description, heights=(300, 520))


def _heat(axes: Axes, week: Week, words: Language, *, narrow: bool) -> None:
    counts, states = (week.counts.T, week.states.T) if narrow else (week.counts, week.states)
    top = float(np.nanmax(counts)) if not np.isnan(counts).all() else 1.0
    sns.heatmap(
        counts, ax=axes, cmap=style.HEAT, vmin=0, vmax=top, cbar=False, linewidths=1.2,
        linecolor="white", xticklabels=False, yticklabels=False,
    )  # fmt: skip
    _mark_hidden(axes, states)
    if week.peak is not None:
        _mark_peak(axes, week.peak, words, narrow=narrow)
    days = [words.raw("format.short_days")[d] for d in range(7)]
    hours = [words.hour(h, named=False) if h % 3 == 0 else "" for h in range(24)]
    day_ticks, hour_ticks = np.arange(7) + 0.5, np.arange(24) + 0.5
    if narrow:
        axes.xaxis.tick_top()
        axes.set_xticks(day_ticks, days)
        axes.set_yticks(hour_ticks, hours)
    else:
        axes.set_yticks(day_ticks, [words.weekday(d) for d in range(7)])
        axes.set_xticks(hour_ticks, hours)
    axes.tick_params(length=0, pad=4)
    axes.set_ylabel("")


def _mark_hidden(axes: Axes, states: StateArray) -> None:
    """Draw cells without figure: a stroke where nothing was counted, a dot where few passed."""
    absent = np.argwhere(states == Cell.ABSENT).astype("float64")
    few = np.argwhere((states == Cell.LOW) | (states == Cell.WITHHELD)).astype("float64")
    if few.size:
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype="float64")
        squares = few[:, ::-1][:, None, :] + corners
        axes.add_collection(
            PolyCollection(squares, facecolor=style.EMPTY, edgecolor="white", linewidth=1.2),
            autolim=False,
        )
        axes.plot(few[:, 1] + 0.5, few[:, 0] + 0.5, ".", color=style.FAINT, markersize=3)
    if absent.size:
        ends = np.array([[0.15, 0.85], [0.85, 0.15]])
        strokes = absent[:, ::-1][:, None, :] + ends
        axes.add_collection(
            LineCollection(strokes, color=style.FAINT, linewidth=0.8), autolim=False
        )


def _mark_peak(axes: Axes, peak: tuple[int, int, float], words: Language, *, narrow: bool) -> None:
    day, hour, count = peak
    corner = (day, hour) if narrow else (hour, day)
    axes.add_patch(
        Rectangle(corner, 1, 1, fill=False, edgecolor=style.WARM, linewidth=2.4, zorder=5)
    )
    text = words.number(count)
    if narrow:
        axes.text(
            day + 0.5, hour + 0.5, text, ha="center", va="center", color="white",
            fontsize=11, fontweight="bold",
        )  # fmt: skip
        return
    axes.text(
        hour + 0.5, -0.22, words.text("figure.peak", n=text), ha="center", va="bottom",
        color=style.WARM, fontweight="bold", fontsize=12,
    )  # fmt: skip
