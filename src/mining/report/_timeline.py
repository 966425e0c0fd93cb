"""The timeline of incidents: a lane for each place, a mark for each incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mining.language import Language, clean_name
from mining.report import _style as style
from mining.report._history import place_of
from mining.report._incidents import YEAR, Incident

#: Shape, colour and filling of each label: told apart by shape alone.
MARKS: dict[str, tuple[str, str, bool]] = {
    "fault": ("X", style.INK, True),
    "works": ("s", style.WARM, True),
    "event": ("^", style.ACCENT, True),
    "weather": ("v", style.ACCENT, False),
    "calendar": ("D", style.MUTED, False),
    "unexplained": ("o", style.INK, False),
}
#: Pixels: of a mark, of the room it needs, of a track within a lane, above the first lane.
_MARK, _ROOM, _TRACK, _TOP, _LEGEND = 7.5, 11.0, 12.0, 22.0, 22.0
#: Tracks of a lane; what finds no room shares the last one.
_MOST_TRACKS = 4
_LETTER = 6.9


@dataclass(frozen=True)
class Lane:
    """One place and its incidents."""

    name: str
    incidents: tuple[Incident, ...]


def lanes(found: Sequence[Incident], names: Mapping[str, str], words: Language) -> list[Lane]:
    """Return a lane for each place with incidents: the whole territory, then by name."""
    groups: dict[str, list[Incident]] = {}
    for incident in found:
        groups.setdefault(place_of(incident, names), []).append(incident)
    return [
        Lane(clean_name(name) or words.text("chronicle.everywhere"), tuple(groups[name]))
        for name in sorted(groups)
    ]


def timeline_figure(
    rows: Sequence[Lane],
    today: pd.Timestamp,
    words: Language,
    *,
    title: str,
    description: str,
) -> style.Drawing:
    """Draw the incidents of the last 365 days, wide and narrow."""
    labels = [k for k in MARKS if any(_label(i) == k for r in rows for i in r.incidents)]
    plans = [_Plan(rows, today, words, labels, narrow=narrow) for narrow in (False, True)]

    def paint(figure: Figure, narrow: bool) -> None:
        plans[narrow].paint(figure)

    heights = (round(plans[0].height), round(plans[1].height))
    return style.draw(paint, name="timeline", title=title, description=description, heights=heights)


def _label(incident: Incident) -> str:
    return incident.label if incident.label in MARKS else "unexplained"


class _Plan:
    """Where everything stands, in pixels from the upper left corner."""

    def __init__(
        self,
        rows: Sequence[Lane],
        today: pd.Timestamp,
        words: Language,
        labels: list[str],
        *,
        narrow: bool,
    ) -> None:
        self.words, self.labels, self.narrow = words, labels, narrow
        self.width = style.NARROW if narrow else style.WIDE
        self.start, self.end = today - YEAR, today
        self.left, self.right = (4.0, self.width - 8.0) if narrow else (190.0, self.width - 14.0)
        per_line = 2 if narrow else 6
        self.legend = [(k, n % per_line, n // per_line) for n, k in enumerate(labels)]
        below = _LEGEND * (1 + max((line for *_, line in self.legend), default=0)) + _TOP
        self.top = below
        self.rows = []
        for row in rows:
            tracks = self._tracks(row.incidents)
            head = 17.0 if narrow else 0.0
            height = head + _TRACK * (1 + max(t for _, t in tracks)) + 8.0
            self.rows.append((row.name, below, head, tracks))
            below += height
        self.bottom = below
        self.height = below + 22.0

    def at(self, time: pd.Timestamp) -> float:
        """Return the place of a time, within the figure."""
        share = (min(max(time, self.start), self.end) - self.start) / (self.end - self.start)
        return self.left + share * (self.right - self.left)

    def _tracks(self, found: Sequence[Incident]) -> list[tuple[Incident, int]]:
        """Lay incidents on the first track with room for their marks."""
        free: list[float] = []
        out = []
        for incident in sorted(found, key=lambda i: (i.start, i.end, i.sensor, i.id)):
            first, last = self.at(incident.start), self.at(incident.end)
            track = next((k for k, until in enumerate(free) if until <= first), len(free))
            track = min(track, _MOST_TRACKS - 1)
            free += [0.0] * (track + 1 - len(free))
            free[track] = max(first + _ROOM, last + 3)
            out.append((incident, track))
        return out

    def paint(self, figure: Figure) -> None:
        """Draw it."""
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        axes.axis("off")
        columns = (self.width - 8) / (2 if self.narrow else 6)
        for label, column, line in self.legend:
            x, y = 8 + column * columns, 11 + _LEGEND * line
            _marks(axes, label, [x], [y])
            axes.text(x + 10, y, self.words.text(f"incident.label.{label}"), va="center")
        self._months(axes)
        for name, top, *_ in self.rows:
            axes.plot(
                [0, self.width], [top - 4] * 2, color=style.RULE, linewidth=0.8, clip_on=False
            )
            self._name(axes, name, top)
        self._incidents(axes)

    def _months(self, axes: Axes) -> None:
        for n, month in enumerate(pd.date_range(self.start, self.end, freq="MS").normalize()):
            x = self.at(month)
            axes.plot(
                [x, x], [self.top - 4, self.bottom], color=style.RULE, linewidth=0.6, clip_on=False
            )
            if n % (3 if self.narrow else 2) == 0 and x < self.right - 30:
                text = self.words.month(
                    month, year=n == 0 or month.month <= (3 if self.narrow else 2)
                )
                axes.text(
                    x + 2, self.bottom + 12, text, color=style.MUTED, va="center", fontsize=11.5
                )

    def _name(self, axes: Axes, name: str, top: float) -> None:
        room = int((self.width if self.narrow else self.left) / _LETTER) - 2
        short = name if len(name) <= room else name[: room - 1].rstrip() + "…"
        axes.text(0, top + 6, short, va="center", fontsize=12, parse_math=False)

    def _incidents(self, axes: Axes) -> None:
        """Draw all incidents of a label as one line and one series of marks."""
        placed = [
            (i, top + head + _TRACK * (track + 0.5))
            for _, top, head, tracks in self.rows
            for i, track in tracks
        ]
        for label in self.labels:
            colour = MARKS[label][1]
            mine = [(i, y) for i, y in placed if _label(i) == label]
            spans = [(self.at(i.start), self.at(i.end), y) for i, y in mine if not i.open]
            long = [(first, last, y) for first, last, y in spans if last - first > _MARK / 2]
            x = [v for first, last, _ in long for v in (first, last, float("nan"))]
            y = [v for *_, height in long for v in (height, height, float("nan"))]
            axes.plot(x, y, color=colour, linewidth=2.6, alpha=0.75, clip_on=False)
            for incident, height in mine:
                if incident.open:
                    _arrow(axes, self.at(incident.start), self.right + 8, height, colour)
            _marks(axes, label, [self.at(i.start) for i, _ in mine], [y for _, y in mine])


def _arrow(axes: Axes, first: float, last: float, y: float, colour: str) -> None:
    axes.annotate(
        "", (last, y), (first, y),
        arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 2.2, "shrinkA": 0},
    )  # fmt: skip


def _marks(axes: Axes, label: str, x: Sequence[float], y: Sequence[float]) -> None:
    shape, colour, filled = MARKS[label]
    axes.plot(
        x, y, marker=shape, markersize=_MARK, markeredgecolor=colour, linestyle="none",
        markerfacecolor=colour if filled else "#fdfcf9", markeredgewidth=1.3, clip_on=False,
    )  # fmt: skip
