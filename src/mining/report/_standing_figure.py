"""One dot for each place of a territory, this one named: where it stands, seen at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mining.language import Language
from mining.report import _style as style
from mining.report._axes import axis_number
from mining.report._clock import FloatArray

#: Dots nearer than this share of the axis are stacked.
NEAR = 0.022
#: Height of a dot above the one below it.
STEP = 0.34


def standing_figure(
    every: Sequence[float], here: float, words: Language, *, title: str, description: str
) -> style.Drawing:
    """Draw the places of a territory as dots on one axis, from zero.

    Parameters
    ----------
    every : sequence of float
        A figure of each place, this one among them.
    here : float
        That of this place.
    words : Language
        Words of the page.
    title, description : str
        What a screen reader says.
    """
    values = np.sort(np.asarray(every, dtype="float64"))

    def paint(figure: Figure, narrow: bool) -> None:
        axes = figure.add_axes((0.02, 0.27, 0.96, 0.7))
        _axis(axes, values, words, narrow=narrow)
        heights = stacked(values, NEAR * (2 if narrow else 1) * _top(values))
        own = int(np.argmax(values == here))
        others = np.arange(len(values)) != own
        top, median = float(heights.max()), float(np.median(values))
        axes.set_ylim(-0.5, top + 2.1)
        axes.vlines(median, -0.4, top + 1.35, color=style.INK, lw=1.2, ls=(0, (4, 3)))
        axes.plot(
            values[others], heights[others], "o", ms=8, mfc=style.EMPTY, mec=style.FAINT, mew=1.3
        )
        axes.vlines(here, heights[own], top + 0.5, color=style.ACCENT, lw=1.2)
        axes.plot(values[own], heights[own], "D", ms=11, mfc=style.ACCENT, mec="white", mew=1.2)
        middle, own_name = (words.text(f"standing.figure_{k}") for k in ("median", "here"))
        _name(axes, (median, top + 1.5), middle, "center", color=style.INK)
        away = "right" if here <= median else "left"  # the name does not cross the line
        _name(axes, (here, top + 0.5), own_name, away, color=style.ACCENT, fontweight="bold")

    return style.draw(
        paint, name="situer", title=title, description=description, heights=(150, 150)
    )


def stacked(values: FloatArray, near: float) -> FloatArray:
    """Return the height of each dot: those that would touch stand one above the other.

    Parameters
    ----------
    values : ndarray (place,)
        In rising order.
    near : float
        Least distance of two dots of one height.

    Examples
    --------
    >>> stacked(np.array([1.0, 1.1, 5.0]), 0.5).tolist()
    [0.0, 0.34, 0.0]
    """
    last: list[float] = []  # the last dot at each height
    out = np.zeros(len(values))
    for k, value in enumerate(values):
        level = next((n for n, x in enumerate(last) if value - x >= near), len(last))
        last[level : level + 1] = [float(value)]
        out[k] = level * STEP
    return out


def _axis(axes: Axes, values: FloatArray, words: Language, *, narrow: bool) -> None:
    top = _top(values)
    style.calm(axes, grid=False)
    axes.set_yticks([])
    axes.set_xlim(-0.02 * top, 1.06 * top)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if narrow else 6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: axis_number(x, top, words)))


def _top(values: FloatArray) -> float:
    return float(values.max()) or 1.0


def _name(axes: Axes, spot: tuple[float, float], text: str, side: str, **look: str) -> None:
    """Write a name above a point, turned inwards near the edges."""
    low, high = axes.get_xlim()
    share = (spot[0] - low) / (high - low)
    side = "left" if share < 0.12 else "right" if share > 0.88 else side
    axes.text(*spot, text, ha=side, va="bottom", **look)  # type: ignore[arg-type]
