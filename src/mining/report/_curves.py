"""Figures of curves: trend of weeks, forecast, usual days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mining.language import Language
from mining.report import _style as style
from mining.report._axes import day_of, days_of, end_labels, from_zero, left_margin, months
from mining.report._clock import FloatArray
from mining.report._disclosure import Cell, floor
from mining.report._outlook import Outlook
from mining.report._rhythms import Rhythm
from mining.report._trend import Trend

#: Days within which two changes of hardware share one name.
TOO_CLOSE = 120
HALF_WEEK = pd.Timedelta(days=3.5)
#: Name, colour and dashes of each curve of the weekly rhythm: told apart without colour too.
_CURVES: tuple[tuple[str, str, Any], ...] = (
    ("figure.working_days", style.ACCENT, "-"),
    ("figure.saturday", style.WARM, (0, (5, 2))),
    ("figure.sunday", style.MUTED, (0, (1, 1.2))),
)


def trend_figure(trend: Trend, words: Language, *, title: str, description: str) -> style.Drawing:
    """Draw weekly totals of the last year over those of the year before."""

    def paint(figure: Figure, narrow: bool) -> None:
        _trend(figure, trend, words, narrow=narrow)

    return style.draw(paint, name="trend", title=title, description=description, heights=(300, 270))


def trend_strip(trend: Trend, words: Language, *, title: str, description: str) -> str:
    """Draw the figure of :func:`trend_figure` for paper: as wide, and less high."""

    def paint(figure: Figure) -> None:
        _trend(figure, trend, words, narrow=False, bottom=0.17, apart=0.13)

    return style.draw_small(
        paint, name="trend", title=title, description=description, height=172, width=style.WIDE
    )


def _trend(
    figure: Figure,
    trend: Trend,
    words: Language,
    *,
    narrow: bool,
    bottom: float = 0.11,
    apart: float = 0.07,
) -> None:
    left = left_margin(words, [trend.now, trend.before], narrow=narrow)
    right = 0.985 if narrow else 0.85
    bottom, height = (0.13, 0.75) if narrow else (bottom, 0.95 - bottom)
    axes = figure.add_axes((left, bottom, right - left, height))
    style.calm(axes)
    weeks = days_of(trend.mondays)
    now, before = words.text("figure.this_year"), words.text("figure.year_before")
    if not np.isnan(trend.before).all():
        axes.plot(weeks, trend.before, color=style.MUTED, linewidth=1.3, linestyle=(0, (4, 2)))
    else:
        before = ""
    axes.plot(weeks, trend.now, color=style.ACCENT, linewidth=2.4)
    partial = ~trend.complete & ~np.isnan(trend.now)
    axes.plot(
        weeks[partial], trend.now[partial], "o", markersize=5, markerfacecolor="white",
        markeredgecolor=style.ACCENT, linestyle="none",
    )  # fmt: skip
    from_zero(axes, words, [trend.now, trend.before], narrow=narrow)
    _hardware(axes, trend, words)
    months(axes, trend.mondays, words, every=3 if narrow else 2)
    end_labels(
        axes,
        trend.mondays[-1],
        [(trend.now, now, style.ACCENT, "bold"), (trend.before, before, style.MUTED, "normal")],
        narrow=narrow,
        apart=apart,
    )


def _hardware(axes: Axes, trend: Trend, words: Language) -> None:
    top = axes.get_ylim()[1]
    named = None
    for entry in trend.hardware:
        if not trend.mondays[0] <= entry.start <= trend.mondays[-1]:
            continue
        at = day_of(entry.start)
        axes.axvline(at, color=style.WARM, linewidth=1.2, linestyle=(0, (1, 2)))
        if named is not None and at - named < TOO_CLOSE:
            continue
        named = at
        late = entry.start > trend.mondays[2 * len(trend.mondays) // 3]
        axes.annotate(
            words.text("figure.hardware"), (at, top * 0.03), (-5 if late else 5, 0),
            textcoords="offset points", ha="right" if late else "left", va="bottom",
            color=style.WARM, fontsize=11.5,
        )  # fmt: skip


def outlook_figure(
    outlook: Outlook, words: Language, *, title: str, description: str
) -> style.Drawing:
    """Draw the hourly forecast with its interval, after the last days counted."""
    first, last = outlook.times[0], outlook.times[-1]
    middle = first + pd.Timedelta(days=7)
    halves = [(first, middle), (middle, last)] if last - middle > HALF_WEEK else [(first, last)]

    def paint(figure: Figure, narrow: bool) -> None:
        windows = halves if narrow else [(first - HALF_WEEK, last)]
        left = left_margin(words, [outlook.high, outlook.past], narrow=narrow)
        share = 1 / len(windows)
        for number, (start, end) in enumerate(windows):
            bottom = (0.18 if narrow else 0.11) * share + share * (len(windows) - 1 - number)
            height = (0.66 if narrow else 0.76) * share
            axes = figure.add_axes((left, bottom, 0.985 - left, height))
            _fan(axes, outlook, words, start, end, narrow=narrow)
            if number == 0:
                _fan_labels(axes, outlook, words, narrow=narrow)

    heights = (310, 205 * len(halves))
    return style.draw(paint, name="forecast", title=title, description=description, heights=heights)


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
    hours = days_of(outlook.times[ahead])
    axes.fill_between(hours, outlook.low[ahead], outlook.high[ahead], color=style.BAND, linewidth=0)
    axes.plot(hours, outlook.middle[ahead], color=style.ACCENT, linewidth=1.6)
    before = days_of(outlook.past_times[past])
    axes.plot(before, outlook.past[past], color=style.INK, linewidth=1.1)
    seen = outlook.past[np.asarray(outlook.past_times >= outlook.times[0] - HALF_WEEK)]
    from_zero(axes, words, [outlook.high, seen], narrow=narrow)
    axes.set_xlim(day_of(first), day_of(last))
    days = pd.date_range(first.normalize(), last, freq="1D")
    noons = days + pd.Timedelta(hours=12)
    noons = noons[(noons >= first) & (noons <= last)]
    for midnight in days[days >= first]:
        axes.axvline(day_of(midnight), color=style.RULE, linewidth=0.6, zorder=0)
    labels = [
        words.short_date(d, weekday=True).replace("\u00a0", "\n" if narrow else "\u00a0")
        if narrow or k % 2 == 0
        else ""
        for k, d in enumerate(noons)
    ]
    axes.set_xticks(days_of(noons), labels, fontsize=11 if narrow else 12)
    axes.tick_params(axis="x", length=0)


def _fan_labels(axes: Axes, outlook: Outlook, words: Language, *, narrow: bool) -> None:
    start = outlook.times[0]
    height = 1.03
    if not narrow:
        axes.axvline(day_of(start), color=style.INK, linewidth=1)
    labels = [("figure.counted", -6, "right", style.INK, "normal")] if not narrow else []
    labels.append(("figure.forecast", 0 if narrow else 6, "left", style.ACCENT, "bold"))
    for key, shift, side, color, weight in labels:
        axes.annotate(
            words.text(key), (day_of(start), height), (shift, 0), ha=side, va="bottom",
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
        left = left_margin(words, [curves], narrow=narrow)
        right = 0.955 if narrow else 0.975
        axes = figure.add_axes((left, 0.12, right - left, 0.83))
        style.calm(axes)
        hours = np.arange(24) + 0.5
        for row, (_, color, line) in enumerate(_CURVES):
            axes.plot(hours, curves[row], color=color, linestyle=line, linewidth=2.2)
        from_zero(axes, words, [curves], narrow=narrow)
        axes.set_xlim(0, 24)
        axes.set_xticks(
            [0, 6, 12, 18, 24], [words.hour(h, named=False) for h in (0, 6, 12, 18, 24)]
        )
        _curve_labels(axes, curves, words)

    return style.draw(
        paint, name="rhythm", title=title, description=description, heights=(280, 260)
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
