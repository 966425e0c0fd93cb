"""Figures of a page: heat map, trend, forecast, weekly rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mining.report import _style as style
from mining.report._clock import FloatArray
from mining.report._disclosure import Cell, floor
from mining.report._events import Rhythm
from mining.report._language import Language
from mining.report._outlook import Outlook
from mining.report._weeks import Trend, Week

HALF_WEEK = pd.Timedelta(days=3.5)
#: Name, colour and dashes of each curve of the weekly rhythm: told apart without colour too.
_CURVES: tuple[tuple[str, str, Any], ...] = (
    ("figure.working_days", style.ACCENT, "-"),
    ("figure.saturday", style.WARM, (0, (5, 2))),
    ("figure.sunday", style.MUTED, (0, (1, 1.2))),
)


def week_figure(week: Week, words: Language, *, title: str, description: str) -> style.Drawing:
    """Draw passages by day and hour as a heat map, its busiest hour named."""

    def paint(figure: Figure, narrow: bool) -> None:
        axes = figure.add_axes((0.115, 0.005, 0.88, 0.95) if narrow else (0.1, 0.1, 0.895, 0.8))
        _heat(axes, week, words, narrow=narrow)

    return style.draw(
        paint, name="semaine", title=title, description=description, heights=(300, 520)
    )


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
    hours = [words.hour(h) if h % 3 == 0 else "" for h in range(24)]
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


def _mark_hidden(axes: Axes, states: np.ndarray) -> None:
    """Draw cells that hold no figure: a hatch where nothing was counted, a dot where few passed."""
    for row, column in np.argwhere(states != Cell.SHOWN):
        absent = states[row, column] == Cell.ABSENT
        axes.add_patch(
            Rectangle(
                (column, row), 1, 1, facecolor="white" if absent else style.EMPTY,
                edgecolor="white", linewidth=1.2,
            )
        )  # fmt: skip
        if absent:
            ends = ([column + 0.15, column + 0.85], [row + 0.85, row + 0.15])
            axes.plot(*ends, color="#8b969c", linewidth=0.8)
        else:
            axes.plot([column + 0.5], [row + 0.5], ".", color="#8b969c", markersize=3)


def _mark_peak(
    axes: Axes, peak: tuple[int, int, float], words: Language, *, narrow: bool
) -> None:
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


def trend_figure(trend: Trend, words: Language, *, title: str, description: str) -> style.Drawing:
    """Draw weekly totals of the last year over those of the year before."""

    def paint(figure: Figure, narrow: bool) -> None:
        left = _left(words, [trend.now, trend.before], narrow=narrow)
        right = 0.985 if narrow else 0.85
        bottom, height = (0.13, 0.75) if narrow else (0.11, 0.84)
        axes = figure.add_axes((left, bottom, right - left, height))
        style.calm(axes)
        now, before = words.text("figure.this_year"), words.text("figure.year_before")
        if not np.isnan(trend.before).all():
            axes.plot(
                trend.mondays, trend.before, color=style.MUTED, linewidth=1.3, linestyle=(0, (4, 2))
            )
        else:
            before = ""
        axes.plot(trend.mondays, trend.now, color=style.ACCENT, linewidth=2.4)
        partial = ~trend.complete & ~np.isnan(trend.now)
        axes.plot(
            trend.mondays[partial], trend.now[partial], "o", markersize=5, markerfacecolor="white",
            markeredgecolor=style.ACCENT, linestyle="none",
        )  # fmt: skip
        _from_zero(axes, words, [trend.now, trend.before], narrow=narrow)
        _hardware(axes, trend, words)
        _months(axes, trend.mondays, words, every=3 if narrow else 2)
        _end_labels(
            axes,
            trend.mondays[-1],
            [(trend.now, now, style.ACCENT, "bold"), (trend.before, before, style.MUTED, "normal")],
            narrow=narrow,
        )

    return style.draw(
        paint, name="tendance", title=title, description=description, heights=(300, 270)
    )


def _hardware(axes: Axes, trend: Trend, words: Language) -> None:
    top = axes.get_ylim()[1]
    for entry in trend.hardware:
        if trend.mondays[0] <= entry.start <= trend.mondays[-1]:
            axes.axvline(entry.start, color=style.WARM, linewidth=1.2, linestyle=(0, (1, 2)))
            late = entry.start > trend.mondays[2 * len(trend.mondays) // 3]
            axes.annotate(
                words.text("figure.hardware"), (entry.start, top * 0.03), (-5 if late else 5, 0),
                textcoords="offset points", ha="right" if late else "left", va="bottom",
                color=style.WARM, fontsize=11.5,
            )  # fmt: skip


def outlook_figure(
    outlook: Outlook, words: Language, *, title: str, description: str
) -> style.Drawing:
    """Draw the hourly forecast with its interval, after the last days counted."""

    def paint(figure: Figure, narrow: bool) -> None:
        start = outlook.times[0]
        if narrow:
            middle = start + pd.Timedelta(days=7)
            windows = [(start, middle), (middle, outlook.times[-1])]
        else:
            windows = [(start - HALF_WEEK, outlook.times[-1])]
        for number, (first, last) in enumerate(windows):
            left = _left(words, [outlook.high, outlook.past], narrow=narrow)
            height = 0.345 if narrow else 0.76
            bottom = 0.59 - 0.495 * number if narrow else 0.11
            axes = figure.add_axes((left, bottom, 0.985 - left, height))
            _fan(axes, outlook, words, first, last, narrow=narrow)
            if number == 0:
                _fan_labels(axes, outlook, words, narrow=narrow)

    return style.draw(
        paint, name="prevision", title=title, description=description, heights=(310, 400)
    )


def _fan(
    axes: Axes,
    outlook: Outlook,
    words: Language,
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    narrow: bool,
) -> None:
    style.calm(axes)
    ahead = (outlook.times >= first) & (outlook.times <= last)
    past = (outlook.past_times >= first) & (outlook.past_times <= last)
    axes.fill_between(
        outlook.times[ahead], outlook.low[ahead], outlook.high[ahead], color=style.BAND, linewidth=0
    )
    axes.plot(outlook.times[ahead], outlook.middle[ahead], color=style.ACCENT, linewidth=1.6)
    axes.plot(outlook.past_times[past], outlook.past[past], color=style.INK, linewidth=1.1)
    seen = outlook.past[np.asarray(outlook.past_times >= outlook.times[0] - HALF_WEEK)]
    _from_zero(axes, words, [outlook.high, seen], narrow=narrow)
    axes.set_xlim(mdates.date2num(first), mdates.date2num(last))
    days = pd.date_range(first.normalize(), last, freq="1D")
    noons = days + pd.Timedelta(hours=12)
    noons = noons[(noons >= first) & (noons <= last)]
    for midnight in days[days >= first]:
        axes.axvline(midnight, color=style.RULE, linewidth=0.6, zorder=0)
    labels = [
        words.short_date(d, weekday=True).replace("\u00a0", "\n" if narrow else "\u00a0")
        if narrow or k % 2 == 0
        else ""
        for k, d in enumerate(noons)
    ]
    axes.set_xticks(list(noons), labels, fontsize=11 if narrow else 12)
    axes.tick_params(axis="x", length=0)


def _fan_labels(axes: Axes, outlook: Outlook, words: Language, *, narrow: bool) -> None:
    start = outlook.times[0]
    height = 1.03
    if not narrow:
        axes.axvline(start, color=style.INK, linewidth=1)
    labels = [("figure.counted", -6, "right", style.INK, "normal")] if not narrow else []
    labels.append(("figure.forecast", 0 if narrow else 6, "left", style.ACCENT, "bold"))
    for key, shift, side, color, weight in labels:
        axes.annotate(
            words.text(key), (mdates.date2num(start), height), (shift, 0), ha=side, va="bottom",
            xycoords=axes.get_xaxis_transform(), textcoords="offset points", color=color,
            fontweight=weight,
        )  # fmt: skip


def rhythm_figure(
    rhythm: Rhythm, words: Language, minimum: int, *, title: str, description: str
) -> style.Drawing:
    """Draw the usual passages of a working day, a Saturday and a Sunday."""
    curves = np.where(rhythm.states == Cell.ABSENT, np.nan, np.nan_to_num(rhythm.curves, nan=0.0))
    curves = floor(curves, minimum)
    def paint(figure: Figure, narrow: bool) -> None:
        left = _left(words, [curves], narrow=narrow)
        right = 0.955 if narrow else 0.975
        axes = figure.add_axes((left, 0.12, right - left, 0.83))
        style.calm(axes)
        hours = np.arange(24) + 0.5
        for row, (_, color, line) in enumerate(_CURVES):
            axes.plot(hours, curves[row], color=color, linestyle=line, linewidth=2.2)
        _from_zero(axes, words, [curves], narrow=narrow)
        axes.set_xlim(0, 24)
        axes.set_xticks([0, 6, 12, 18, 24], [words.hour(h) for h in (0, 6, 12, 18, 24)])
        _curve_labels(axes, curves, words)

    return style.draw(
        paint, name="rythme", title=title, description=description, heights=(280, 260)
    )


def _curve_labels(axes: Axes, curves: FloatArray, words: Language) -> None:
    """Name each curve in the empty corner above the night, a sample of its line beside it."""
    for row, (key, color, line) in enumerate(_CURVES):
        if np.isnan(curves[row]).all():
            continue
        height = 0.95 - 0.1 * row
        axes.plot(
            [0.01, 0.06], [height, height], color=color, linewidth=2.2, linestyle=line,
            transform=axes.transAxes,
        )  # fmt: skip
        axes.text(
            0.075, height, words.text(key), color=color, va="center", fontweight="bold",
            transform=axes.transAxes,
        )  # fmt: skip


def _left(words: Language, series: Sequence[FloatArray], *, narrow: bool) -> float:
    """Return the left margin that the longest number of the axis needs, as a share."""
    top = max((float(np.nanmax(s)) for s in series if s.size and not np.isnan(s).all()), default=0)
    width = style.NARROW if narrow else style.WIDE
    return (7.6 * max(len(_axis_number(top, words)), 2) + 10) / width


def _from_zero(
    axes: Axes, words: Language, series: Sequence[FloatArray], *, narrow: bool
) -> None:
    tops = [float(np.nanmax(s)) for s in series if s.size and not np.isnan(s).all()]
    axes.set_ylim(0, max(tops, default=1.0) * 1.08 or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4 if narrow else 5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _axis_number(y, words)))


def _axis_number(value: float, words: Language) -> str:
    if value >= 1e6:
        return words.text("figure.million", n=words.number(value / 1e6, 1))
    return words.number(value)


def _months(axes: Axes, mondays: pd.DatetimeIndex, words: Language, *, every: int) -> None:
    first, last = mondays[0], mondays[-1]
    starts = pd.date_range(first.normalize(), last, freq="MS")
    if len(starts) < 3:
        step = max(len(mondays) // 3, 1)
        ticks = list(mondays[::step])
        axes.set_xticks(ticks, [words.short_date(t) for t in ticks])
    else:
        ticks = list(starts[::every])
        years = [t.year for t in ticks]
        fresh = [k == 0 or years[k] != years[k - 1] for k in range(len(ticks))]
        axes.set_xticks(
            ticks, [words.month(t, year=new) for t, new in zip(ticks, fresh, strict=True)]
        )
    axes.set_xlim(mdates.date2num(first), mdates.date2num(last))


def _end_labels(
    axes: Axes,
    x: pd.Timestamp,
    lines: Sequence[tuple[FloatArray, str, str, str]],
    *,
    narrow: bool,
) -> None:
    """Name lines at their right end; on a phone above the figure, where there is room."""
    named = [(v[~np.isnan(v)][-1], t, c, w) for v, t, c, w in lines if t and not np.isnan(v).all()]
    if narrow:
        for number, (_, text, color, weight) in enumerate(named):
            axes.text(
                0.0 if number == 0 else 1.0, 1.05, text, color=color, fontweight=weight,
                ha="left" if number == 0 else "right", va="bottom", transform=axes.transAxes,
            )  # fmt: skip
        return
    gap = 0.07 * axes.get_ylim()[1]
    places = sorted(range(len(named)), key=lambda k: named[k][0])
    heights = [named[k][0] for k in places]
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + gap)
    for k, height in zip(places, heights, strict=True):
        _, text, color, weight = named[k]
        axes.annotate(
            text, (mdates.date2num(x), height), (8, 0), textcoords="offset points", color=color,
            fontweight=weight, va="center", ha="left",
        )  # fmt: skip
