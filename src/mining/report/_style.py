"""The house style of figures, and their way from matplotlib to accessible inline SVG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import matplotlib as mpl
import seaborn as sns
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

INK = "#1b2a33"
MUTED = "#55636e"
RULE = "#d3dad9"
ACCENT = "#0b5563"
BAND = "#a9cfd3"
WARM = "#9a4a00"
EMPTY = "#f1efe9"
FAINT = "#7d888f"
#: One hue, from light to dark: the order survives a photocopier and every colour vision.
HEAT = LinearSegmentedColormap.from_list(
    "forage", ["#eaf4f3", "#b5dad9", "#6cb1b6", "#2a7f8d", "#0b5563", "#06303c"]
)

#: Units of a figure are CSS pixels: it is drawn once for wide pages, once for a phone.
WIDE, NARROW = 760, 336
_PIXEL = 1 / 72

_RC: Any = {  # the stubs know each key by name
    **sns.axes_style("ticks"),
    "svg.fonttype": "none",
    "svg.hashsalt": "forage",
    "path.simplify": False,  # every point of a curve stays one point of the SVG
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same measures everywhere
    "font.size": 12.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 4,
    "ytick.major.size": 0,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
}


@dataclass(frozen=True)
class Drawing:
    """A figure in two widths; one of them is shown, the other is hidden from everybody.

    What a screen reader says of it stands in both, and beside them for the annex.
    """

    wide: str
    narrow: str
    title: str = ""
    description: str = ""


def safe(drawing: Drawing) -> Drawing:
    """Mark a drawing as markup: we made it, and names in it were escaped."""
    wide, narrow = Markup(drawing.wide), Markup(drawing.narrow)  # noqa: S704
    return replace(drawing, wide=wide, narrow=narrow)


def draw(
    paint: Callable[[Figure, bool], None],
    *,
    name: str,
    title: str,
    description: str,
    heights: tuple[int, int],
) -> Drawing:
    """Draw a figure for wide and for narrow pages.

    Parameters
    ----------
    paint : callable
        Fills a matplotlib figure; its second argument says whether it is the narrow one.
    name : str
        Prefix of every id in the SVG: must be unique on the page.
    title, description : str
        What a screen reader says.
    heights : tuple of int
        Heights of the wide and of the narrow figure, in pixels.
    """

    def wide(figure: Figure) -> None:
        paint(figure, False)

    def slim(figure: Figure) -> None:
        paint(figure, True)

    said = {"title": title, "description": description}
    return Drawing(
        _draw(wide, name=name, size=(WIDE, heights[0]), **said),
        _draw(slim, name=f"{name}-n", size=(NARROW, heights[1]), **said),
        **said,
    )


def draw_small(
    paint: Callable[[Figure], None],
    *,
    name: str,
    title: str,
    description: str,
    height: int,
    width: int = NARROW,
) -> str:
    """Draw a figure of one width, a phone's if not told; parameters as for :func:`draw`."""
    return _draw(paint, name=name, title=title, description=description, size=(width, height))


def _draw(
    paint: Callable[[Figure], None],
    *,
    name: str,
    title: str,
    description: str,
    size: tuple[int, int],
) -> str:
    with mpl.rc_context(_RC), warnings.catch_warnings():
        # A name in a script that the font lacks: the browser has another one.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(size[0] * _PIXEL, size[1] * _PIXEL), dpi=72)
        FigureCanvasSVG(figure)
        paint(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return _inline(buffer.getvalue(), name, title, description)


def calm(axes: Axes, *, grid: bool = True) -> None:
    """Leave only the base line and light horizontal rules."""
    sns.despine(ax=axes, left=True)
    if grid:
        axes.yaxis.grid(visible=True)
        axes.set_axisbelow(True)


def _inline(svg: str, name: str, title: str, description: str) -> str:
    """Return matplotlib's SVG without prolog and metadata, with own ids, title and description."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]+)"', body)
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = body.replace("xlink:href", "href")
    used = set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", body))
    body = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", body)
    body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", body)
    body = re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d+", _short, tag[0]), body)
    body = re.sub(r'<style type="text/css">.*?</style>', "", body, flags=re.DOTALL)
    body = re.sub(r"font: (?:(\d+) )?([\d.]+)px [^;\"]+", _font, body)
    body = re.sub(r">\s+<", "><", body).strip()
    body = re.sub(r"<g>(<path[^>]*/>)</g>", r"\1", body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1] if box else ""}" role="img" '
        f'aria-labelledby="{name}-t {name}-d" focusable="false">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>'
    )
    look = "stroke-linejoin:round;stroke-linecap:butt"
    return f'{head}<g style="{look}">{body}</g></svg>'


def _short(match: re.Match[str]) -> str:
    """Keep a tenth of a pixel (more where the number is small: line widths, opacities)."""
    number = float(match[0])
    text = f"{number:.1f}" if abs(number) >= 2 else f"{number:.2f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _font(match: re.Match[str]) -> str:
    weight = f";font-weight:{match[1]}" if match[1] else ""
    return f"font-size:{match[2]}px{weight}"
