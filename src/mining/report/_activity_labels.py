"""Names beside points without overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mining.report._clock import FloatArray

Box = tuple[float, float, float, float]

#: Width of a letter and height of a line, and half the size of a sign, in pixels.
_LETTER, _LINE, _SIGN = 6.9, 14.0, 6.5
#: Where a name may stand: step right, step up, and the side of the text that is at the point.
_AROUND = (
    (1.0, 0.0, "left"),
    (-1.0, 0.0, "right"),
    (0.0, 1.3, "center"),
    (0.0, -1.3, "center"),
    (0.8, 1.0, "left"),
    (0.8, -1.0, "left"),
    (-0.8, 1.0, "right"),
    (-0.8, -1.0, "right"),
)


@dataclass(frozen=True)
class Label:
    """A name where it is drawn, and which of its sides stands there."""

    text: str
    x: float
    y: float
    side: str

    @property
    def box(self) -> Box:
        """What it covers: left, bottom, right, top."""
        return _box(self.text, self.x, self.y, self.side)


def place_labels(
    points: FloatArray,
    texts: Sequence[str],
    width: float,
    height: float,
    *,
    kept_free: Sequence[Box] = (),
) -> list[Label | None]:
    """Return where each name stands, None where there is no room.

    Parameters
    ----------
    points : ndarray (point, 2)
        Pixels from the lower left corner.
    texts : sequence of str
        Their names.
    width, height : float
        Pixels of the figure.
    kept_free : sequence of (left, bottom, right, top)
        Where no name may stand.
    """
    taken = [*kept_free, *((x - _SIGN, y - _SIGN, x + _SIGN, y + _SIGN) for x, y in points)]
    out: list[Label | None] = []
    for (x, y), text in zip(points, texts, strict=True):
        label = None
        for right, up, side in _AROUND:
            at = (x + right * 10.0, y + up * 12.0)
            box = _box(text, *at, side)
            inside = box[0] >= 1 and box[1] >= 1 and box[2] <= width - 1 and box[3] <= height - 1
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                label = Label(text, *at, side)
                break
        out.append(label)
    return out


def on_ring(text: str, x: float, y: float, radius: float, taken: Sequence[Box]) -> Label | None:
    """Return where a name stands on a circle, clear of what is taken; None where it is nowhere."""
    for angle in range(90, 450, 30):
        across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        label = Label(text, x + radius * across, y + radius * up, "center")
        if not any(_touch(label.box, other) for other in taken):
            return label
    return None


def _box(text: str, x: float, y: float, side: str) -> Box:
    length = _LETTER * len(text)
    left = {"left": x, "right": x - length, "center": x - length / 2}[side]
    return left, y - _LINE / 2, left + length, y + _LINE / 2


def _touch(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
