"""The map of places, drawn from their coordinates on a local equal-area plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from pyproj import Proj

from mining.language import Language
from mining.report import _style as style
from mining.report._activity_labels import Label, on_ring, place_labels
from mining.report._clock import FloatArray

#: Sign, fill and edge of each group: told apart in black and white; then of the places in none.
SIGNS = (
    ("o", style.INK),
    ("s", "white"),
    ("^", style.BAND),
    ("D", style.INK),
    ("v", "white"),
    ("P", style.BAND),
    ("h", style.INK),
    ("p", "white"),
)
ALONE, NOWHERE = ("*", "white"), (".", style.MUTED)
_SIZE, _LINE = 9.0, 19
_TALLEST, _LOWEST = (460, 400), (230, 210)
_SIDE = 34
#: The ground of the page behind a name, so that an outline does not cross it.
_PAPER = {"facecolor": "#fdfcf9", "edgecolor": "none", "pad": 0.6, "alpha": 0.9}


@dataclass(frozen=True)
class Spot:
    """A place on the plane: metres east and north, the sign of its group, its name."""

    name: str
    east: float
    north: float
    sign: tuple[str, str]


@dataclass(frozen=True)
class Ring:
    """The outline of an area: metres, its number."""

    east: float
    north: float
    reach: float
    number: str


def plane(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Return points in metres, (point, 2), on an equal-area plane that touches their middle."""
    middle = np.array([latitude.mean(), longitude.mean()])
    return plane_around(middle, latitude, longitude)


def plane_around(middle: FloatArray, latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Return points in metres, (point, 2), on the plane that touches `middle` (degrees)."""
    laea = Proj(proj="laea", lat_0=middle[0], lon_0=middle[1], datum="WGS84", units="m")
    east, north = laea(longitude, latitude)
    return np.round(np.column_stack([east, north]), 1)


def map_figure(
    spots: Sequence[Spot],
    rings: Sequence[Ring],
    legend: Sequence[tuple[tuple[str, str], str]],
    words: Language,
    *,
    title: str,
    description: str,
) -> tuple[style.Drawing, tuple[str, ...], tuple[str, ...]]:
    """Draw places and areas.

    Returns
    -------
    Drawing
        The map in two widths.
    tuple of str, tuple of str
        Places that have a letter instead of their name, for want of room, on the wide map and on
        the narrow one, in the order of their letters.
    """
    box = _box(spots, rings)
    sizes = [_size(box, narrow=narrow, rows=len(legend)) for narrow in (False, True)]
    crowded = [_crowded(spots, box, sizes[n], len(legend), narrow=n) for n in (False, True)]

    def paint(figure: Figure, narrow: bool) -> None:
        width, height = style.NARROW if narrow else style.WIDE, sizes[narrow]
        head = _head(len(legend), narrow=narrow)
        axes = figure.add_axes((0, 0, 1, 1 - head / height))
        to_pixel = _scale(box, width, height - head)
        axes.set(xlim=(0, width), ylim=(0, height - head))
        axes.axis("off")
        names = _labels(spots, to_pixel, crowded[narrow], width, height - head)
        _draw_rings(axes, rings, spots, to_pixel, names)
        _draw_spots(axes, spots, to_pixel, names)
        _ruler(axes, to_pixel.metres_per_pixel, words, width)
        _legend(figure, legend, head / height, height, narrow=narrow)

    drawing = style.draw(
        paint, name="map", title=title, description=description, heights=(sizes[0], sizes[1])
    )
    return drawing, crowded[0], crowded[1]


def letter(number: int) -> str:
    """Return the letter that stands for a name: a, b ... z, aa, ab ..."""
    first, last = divmod(number, 26)
    return (letter(first - 1) if first else "") + chr(ord("a") + last)


@dataclass(frozen=True)
class _Scale:
    west: float
    south: float
    metres_per_pixel: float
    left: float
    bottom: float

    def __call__(self, east: float, north: float) -> tuple[float, float]:
        size = self.metres_per_pixel
        return self.left + (east - self.west) / size, self.bottom + (north - self.south) / size


def _box(spots: Sequence[Spot], rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of all that is drawn, never narrower than 200 m."""
    east = [s.east for s in spots] + [r.east + k * r.reach for r in rings for k in (-1, 1)]
    north = [s.north for s in spots] + [r.north + k * r.reach for r in rings for k in (-1, 1)]
    edges = []
    for values in (east, north):
        middle, half = (max(values) + min(values)) / 2, max((max(values) - min(values)) / 2, 100)
        edges.append((middle - half, middle + half))
    return edges[0][0], edges[1][0], edges[0][1], edges[1][1]


def _head(rows: int, *, narrow: bool) -> int:
    per_row = 1 if narrow else 3
    return _LINE * -(-rows // per_row) + 10


def _size(box: tuple[float, float, float, float], *, narrow: bool, rows: int) -> int:
    width = style.NARROW if narrow else style.WIDE
    ratio = (box[3] - box[1]) / (box[2] - box[0])
    ground = (width - 4 * _SIDE) * ratio + 2 * _SIDE + 20
    return round(min(max(ground, _LOWEST[narrow]), _TALLEST[narrow])) + _head(rows, narrow=narrow)


def _scale(box: tuple[float, float, float, float], width: float, height: float) -> _Scale:
    room = width - 3.2 * _SIDE, height - 2 * _SIDE - 20
    size = max((box[2] - box[0]) / room[0], (box[3] - box[1]) / room[1])
    left = (width - (box[2] - box[0]) / size) / 2
    bottom = _SIDE + 20 + (room[1] - (box[3] - box[1]) / size) / 2
    return _Scale(box[0], box[1], size, left, bottom)


def _labels(
    spots: Sequence[Spot], to_pixel: _Scale, crowded: Sequence[str], width: float, height: float
) -> list[Label | None]:
    points = np.array([to_pixel(s.east, s.north) for s in spots])
    texts = [letter(crowded.index(s.name)) if s.name in crowded else _short(s.name) for s in spots]
    return place_labels(points, texts, width, height, kept_free=[(0, 0, 150, 34)])


def _crowded(
    spots: Sequence[Spot],
    box: tuple[float, float, float, float],
    size: int,
    rows: int,
    *,
    narrow: bool,
) -> tuple[str, ...]:
    """Return the places whose name finds no room; letters take none from the names."""
    width, height = style.NARROW if narrow else style.WIDE, size - _head(rows, narrow=narrow)
    to_pixel = _scale(box, width, height)
    crowded: tuple[str, ...] = ()
    while True:
        found = _labels(spots, to_pixel, crowded, width, height)
        lost = {s.name for s, label in zip(spots, found, strict=True) if label is None}
        more = tuple(s.name for s in spots if s.name in lost or s.name in crowded)
        if more == crowded:
            return crowded
        crowded = more


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _draw_rings(
    axes: Axes,
    rings: Sequence[Ring],
    spots: Sequence[Spot],
    to_pixel: _Scale,
    names: Sequence[Label | None],
) -> None:
    """Draw the outlines whose number has room beside signs and names."""
    taken = [
        (x - _SIZE, y - _SIZE, x + _SIZE, y + _SIZE)
        for x, y in (to_pixel(s.east, s.north) for s in spots)
    ]
    taken += [label.box for label in names if label is not None]
    for ring in rings:
        x, y = to_pixel(ring.east, ring.north)
        radius = max(ring.reach / to_pixel.metres_per_pixel, 5)
        label = on_ring(ring.number, x, y, radius, taken)
        if label is None:
            continue  # an outline that cannot be named tells nothing
        axes.add_patch(
            Circle((x, y), radius, fill=False, edgecolor=style.WARM, linewidth=1.3, linestyle="--")
        )
        taken.append(label.box)
        axes.text(
            label.x, label.y, label.text, color=style.WARM, fontsize=11, ha="center",
            va="center", fontweight="bold", bbox=_PAPER,
        )  # fmt: skip


def _draw_spots(
    axes: Axes, spots: Sequence[Spot], to_pixel: _Scale, names: Sequence[Label | None]
) -> None:
    for spot in spots:
        marker, fill = spot.sign
        x, y = to_pixel(spot.east, spot.north)
        axes.plot(
            [x], [y], marker, markersize=_SIZE, markerfacecolor=fill,
            markeredgecolor=style.INK, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip
    for label in names:
        if label is not None:
            axes.text(
                label.x, label.y, label.text, ha=label.side, va="center", fontsize=11.5, zorder=4,
                parse_math=False, bbox=_PAPER,
            )  # fmt: skip


def _ruler(axes: Axes, metres_per_pixel: float, words: Language, width: float) -> None:
    """Draw a scale bar of a round length and an arrow that points north."""
    most = 110 * metres_per_pixel
    power = 10 ** np.floor(np.log10(most))
    length = float(max(s * power for s in (1, 2, 5) if s * power <= most))
    pixels = length / metres_per_pixel
    axes.plot([8, 8, 8 + pixels, 8 + pixels], [14, 9, 9, 14], color=style.INK, linewidth=1.4)
    axes.text(8 + pixels / 2, 17, metres(length, words), ha="center", va="bottom", fontsize=11)
    x = width - 16
    axes.annotate(
        "", (x, 38), (x, 10),
        arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.4},
    )  # fmt: skip
    axes.text(x, 40, words.text("activity.map.north"), ha="center", va="bottom", fontsize=12)


def metres(length: float, words: Language) -> str:
    """Return a length in metres or kilometres."""
    if length < 1000:
        return words.text("activity.map.metres", n=words.number(length))
    whole = length >= 10_000 or round(length / 1000, 1) == round(length / 1000)
    return words.text("activity.map.kilometres", n=words.number(length / 1000, 0 if whole else 1))


def _legend(
    figure: Figure,
    legend: Sequence[tuple[tuple[str, str], str]],
    share: float,
    height: float,
    *,
    narrow: bool,
) -> None:
    width, columns = (style.NARROW, 1) if narrow else (style.WIDE, 3)
    axes = figure.add_axes((0, 1 - share, 1, share))
    axes.set(xlim=(0, width), ylim=(0, share * height))
    axes.axis("off")
    for number, ((marker, fill), text) in enumerate(legend):
        x = 10 + (number % columns) * width / columns
        y = share * height - _LINE * (number // columns) - 10
        axes.plot(
            [x], [y], marker, markersize=_SIZE, markerfacecolor=fill, markeredgecolor=style.INK,
            markeredgewidth=1.4,
        )  # fmt: skip
        axes.text(x + 12, y, text, va="center", fontsize=12, parse_math=False)
