"""The figure of shops: the share of each family, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mining.language import Language
from mining.report import _style as style
from mining.report._activity_shops import Mix

_ROW, _HEAD, _FOOT = 19, 40, 4
_LETTERS = {False: 25, True: 30}


def bars_figure(
    mixes: Sequence[Mix],
    families: Sequence[str],
    labels: dict[str, str],
    words: Language,
    *,
    title: str,
    description: str,
) -> style.Drawing:
    """Draw one block of bars for each family; a secret share is said in letters."""
    known = [s for m in mixes for f in families if (s := m.share(f)) is not None]
    top = max([*known, 0.01])
    block = _HEAD + _ROW * len(mixes) + _FOOT
    columns = {False: min(3, len(families)), True: 1}
    rows = {n: -(-len(families) // columns[n]) for n in columns}

    def paint(figure: Figure, narrow: bool) -> None:
        width = style.NARROW if narrow else style.WIDE
        across, down = columns[narrow], rows[narrow]
        names = (130 if narrow else 160) / width
        room = (1 - names) / across
        for number, family in enumerate(families):
            row, column = divmod(number, across)
            bottom = 1 - (row + 1) / down + _FOOT / (block * down)
            height = _ROW * len(mixes) / (block * down)
            axes = figure.add_axes((names + column * room, bottom, 0.78 * room, height))
            _block(axes, [m.share(family) for m in mixes], top, words)
            lines = wrap(labels[family], _LETTERS[narrow], max_lines=2, placeholder="…")
            axes.set_title("\n".join(lines), fontsize=11.5, loc="left", pad=4, parse_math=False)
            _names(axes, mixes if column == 0 else [], narrow=narrow)

    heights = block * rows[False], block * rows[True]
    return style.draw(paint, name="shops", title=title, description=description, heights=heights)


def _block(axes: Axes, shares: Sequence[float | None], top: float, words: Language) -> None:
    at = np.arange(len(shares))[::-1]
    axes.barh(at, [s or 0.0 for s in shares], height=0.66, color=style.ACCENT, linewidth=0)
    axes.set(xlim=(0, top), ylim=(-0.5, len(shares) - 0.5))
    axes.axvline(0, color=style.RULE, linewidth=1)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for y, share in zip(at, shares, strict=True):
        secret = share is None
        text = words.text("activity.shops.secret") if share is None else words.share(share)
        axes.annotate(
            text, (share or 0.0, y), (4, 0), textcoords="offset points", va="center", ha="left",
            fontsize=11, color=style.MUTED if secret else style.INK,
            fontstyle="italic" if secret else "normal",
        )  # fmt: skip


def _names(axes: Axes, mixes: Sequence[Mix], *, narrow: bool) -> None:
    longest = 17 if narrow else 22
    for number, mix in enumerate(mixes):
        name = mix.name if len(mix.name) <= longest else f"{mix.name[: longest - 1]}…"
        axes.annotate(
            name, (0, len(mixes) - 1 - number), (-6, 0), textcoords="offset points", va="center",
            ha="right", fontsize=11, parse_math=False,
        )  # fmt: skip
