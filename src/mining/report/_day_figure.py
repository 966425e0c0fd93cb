"""The figure of expected days: a mark for each day, and its interval."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mining.language import Language
from mining.report import _style as style
from mining.report._axes import from_zero, left_margin
from mining.report._disclosure import floor
from mining.report._totals import Totals


def day_figure(
    totals: Totals, words: Language, minimum: int, *, title: str, description: str
) -> style.Drawing:
    """Draw each expected whole day with its interval, small ones lifted to the minimum."""
    days = [d for d in totals.days if d.whole]
    low, middle, high = (
        floor(np.array([getattr(d, name) for d in days]), minimum)
        for name in ("low", "middle", "high")
    )

    def paint(figure: Figure, narrow: bool) -> None:
        left = left_margin(words, [high], narrow=narrow)
        bottom = 0.22 if narrow else 0.2
        axes = figure.add_axes((left, bottom, 0.985 - left, 0.94 - bottom))
        style.calm(axes)
        at = np.arange(len(days))
        axes.bar(at, high - low, bottom=low, width=0.72, color=style.BAND, linewidth=0)
        axes.hlines(middle, at - 0.36, at + 0.36, color=style.ACCENT, linewidth=2.4)
        from_zero(axes, words, [high], narrow=narrow)
        axes.set_xlim(-0.6, len(days) - 0.4)
        step = 2 if narrow else 1
        names = [words.short_date(d.day, weekday=True).replace("\u00a0", "\n") for d in days]
        axes.set_xticks(at[::step], names[::step], fontsize=11 if narrow else 12)
        axes.tick_params(axis="x", length=0)

    return style.draw(paint, name="days", title=title, description=description, heights=(250, 230))
