"""The small figure of one incident: counted, expected with its band, level of the neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mining.language import Language
from mining.report import _style as style
from mining.report._axes import day_of, days_of, from_zero, left_margin, months
from mining.report._incidents import Incident
from mining.report._windows import Window

HEIGHT = 205
#: Name, colour, width and dashes of each line: told apart without colour.
_LINES: tuple[tuple[str, str, float, Any], ...] = (
    ("observed", style.INK, 1.9, "-"),
    ("expected", style.ACCENT, 1.1, "-"),
    ("neighbours", style.WARM, 1.4, (0, (1, 1.4))),
)


def case_figure(
    incident: Incident, window: Window, words: Language, *, name: str, title: str, description: str
) -> str:
    """Draw the curves around one incident, its time shaded."""

    def paint(figure: Figure) -> None:
        curves = [window.observed, window.expected, window.high, window.neighbours]
        left = left_margin(words, curves, narrow=True)
        bottom = 0.2 if window.step == "1h" else 0.13
        axes = figure.add_axes((left, bottom, 0.985 - left, 0.86 - bottom))
        style.calm(axes)
        x = days_of(window.times)
        first, last = (pd.Timestamp(window.times[k]) for k in (0, -1))
        axes.axvspan(
            day_of(max(incident.start, first)), day_of(min(incident.end, last)), color="#e9e5da",
            linewidth=0, zorder=0, clip_on=False,
        )  # fmt: skip
        axes.fill_between(x, window.low, window.high, color=style.BAND, linewidth=0, clip_on=False)
        for key, colour, width, dashes in reversed(_LINES):
            values = getattr(window, key)
            # A lone value between two gaps has no line: a dot.
            alone = _alone(values)
            axes.plot(x, values, color=colour, linewidth=width, linestyle=dashes, clip_on=False)
            if alone.any():
                axes.plot(x[alone], values[alone], ".", color=colour, markersize=3.5)
        from_zero(axes, words, curves, narrow=True)
        axes.set_xlim(x[0], max(x[-1], x[0] + 1 / 24))
        _days(axes, window, words)
        _names(axes, window, words)

    return style.draw_small(paint, name=name, title=title, description=description, height=HEIGHT)


def _alone(values: np.ndarray) -> np.ndarray:
    known = np.pad(np.isfinite(values), 1)
    return np.asarray(known[1:-1] & ~known[:-2] & ~known[2:])


def _days(axes: Axes, window: Window, words: Language) -> None:
    if window.step == "7D" and len(window.times) > 12:
        months(axes, window.times, words, every=max(1, len(window.times) // 18))
        return
    if window.step == "1h":
        noons = pd.date_range(window.times[0].normalize(), window.times[-1]) + pd.Timedelta("12h")
        noons = noons[(noons >= window.times[0]) & (noons <= window.times[-1])]
        midnights = noons.normalize()
        for day in midnights[midnights >= window.times[0]]:
            axes.axvline(day_of(day), color=style.RULE, linewidth=0.6, zorder=0, clip_on=False)
        names = [words.short_date(d, weekday=True).replace("\u00a0", "\n") for d in noons]
        axes.set_xticks(days_of(noons), names, fontsize=11)
        axes.tick_params(axis="x", length=0)
        return
    ticks = window.times[:: max(1, -(-len(window.times) // 4))]
    axes.set_xticks(days_of(ticks), [words.short_date(t) for t in ticks], fontsize=11)


def _names(axes: Axes, window: Window, words: Language) -> None:
    """Name the lines above the figure, a sample of each beside its name."""
    x = 0.0
    for key, colour, width, dashes in _LINES:
        if np.isnan(getattr(window, key)).all():
            continue
        text = words.text(f"figure.{key}")
        axes.plot(
            [x, x + 0.07], [1.09, 1.09], color=colour, linewidth=width, linestyle=dashes,
            transform=axes.transAxes, clip_on=False,
        )  # fmt: skip
        axes.text(
            x + 0.085, 1.09, text, color=colour, va="center", fontsize=11.5,
            transform=axes.transAxes,
        )  # fmt: skip
        x += 0.13 + 0.026 * len(text)
