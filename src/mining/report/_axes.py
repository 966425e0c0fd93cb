"""Axes of curves: numbers and dates in the words of a language, names at the end of lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mining.language import Language
from mining.report import _style as style
from mining.report._clock import FloatArray

_EPOCH, _DAY = pd.Timestamp("2000-01-01"), pd.Timedelta(days=1)


def days_of(times: pd.DatetimeIndex) -> FloatArray:
    """Return times as days on an axis."""
    return ((times - _EPOCH) / _DAY).to_numpy(dtype="float64")


def day_of(time: pd.Timestamp) -> float:
    """Return a time as days on an axis."""
    return float((time - _EPOCH) / _DAY)


def left_margin(words: Language, series: Sequence[FloatArray], *, narrow: bool) -> float:
    """Return the left margin that the longest number of the axis needs, as a share."""
    top = _top(series)
    longest = max(len(axis_number(share * top, top, words)) for share in (0.25, 0.75, 1))
    return (7.6 * max(longest, 2) + 10) / (style.NARROW if narrow else style.WIDE)


def from_zero(axes: Axes, words: Language, series: Sequence[FloatArray], *, narrow: bool) -> None:
    """Let the axis of counts start at zero and write its numbers in words of the language."""
    top = _top(series)
    axes.set_ylim(0, 1.08 * top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4 if narrow else 5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: axis_number(y, top, words)))


def _top(series: Sequence[FloatArray]) -> float:
    """Return the largest known value of several curves, 1 if there is none."""
    tops = [float(np.nanmax(s)) for s in series if s.size and not np.isnan(s).all()]
    return max(tops, default=1.0) or 1.0


def axis_number(value: float, top: float, words: Language) -> str:
    """Return a number of the axis, in millions where the axis goes that far."""
    if top < 1e6 or value == 0:
        return words.number(value)
    millions = round(value / 1e6, 2)
    decimals = next(d for d in (0, 1, 2) if round(millions, d) == millions)
    return words.text("figure.million", n=words.number(millions, decimals))


def months(axes: Axes, mondays: pd.DatetimeIndex, words: Language, *, every: int) -> None:
    """Name the months along the axis, the year where it changes; days where there are few."""
    first, last = mondays[0], mondays[-1]
    starts = pd.date_range(first.normalize(), last, freq="MS")
    if len(starts) < 3:
        step = max(len(mondays) // 3, 1)
        ticks = list(mondays[::step])
        axes.set_xticks([day_of(t) for t in ticks], [words.short_date(t) for t in ticks])
    else:
        ticks = list(starts[::every])
        years = [t.year for t in ticks]
        fresh = [k == 0 or years[k] != years[k - 1] for k in range(len(ticks))]
        axes.set_xticks(
            [day_of(t) for t in ticks],
            [words.month(t, year=new) for t, new in zip(ticks, fresh, strict=True)],
        )
    axes.set_xlim(day_of(first), day_of(last))


def end_labels(
    axes: Axes,
    x: pd.Timestamp,
    lines: Sequence[tuple[FloatArray, str, str, str]],
    *,
    narrow: bool,
    apart: float = 0.07,
) -> None:
    """Name lines at their right end, at least this share of the height apart.

    On a phone they stand above the figure, where there is room.
    """
    named = [(v[~np.isnan(v)][-1], t, c, w) for v, t, c, w in lines if t and not np.isnan(v).all()]
    if narrow:
        for number, (_, text, color, weight) in enumerate(named):
            axes.text(
                0.0 if number == 0 else 1.0, 1.05, text, color=color, fontweight=weight,
                ha="left" if number == 0 else "right", va="bottom", transform=axes.transAxes,
            )  # fmt: skip
        return
    gap = apart * axes.get_ylim()[1]
    places = sorted(range(len(named)), key=lambda k: named[k][0])
    heights = [named[k][0] for k in places]
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + gap)
    over = max(heights[-1] - axes.get_ylim()[1], 0.0) if heights else 0.0  # no name above the axes
    heights = [height - over for height in heights]
    for k, height in zip(places, heights, strict=True):
        _, text, color, weight = named[k]
        axes.annotate(
            text, (day_of(x), height), (8, 0), textcoords="offset points", color=color,
            fontweight=weight, va="center", ha="left",
        )  # fmt: skip
