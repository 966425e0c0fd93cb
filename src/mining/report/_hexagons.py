"""Shapes of transparency sheets: our own hexagons with words, and the code for a telephone."""

from __future__ import annotations

import re
from html import escape

import segno

#: Letters of one line of a hexagon, and lines of it.
_WIDTH, _LINES = 15, 4

_POINTS = "80,3 157,47 157,137 80,181 3,137 3,47"


def hexagon(
    name: str, label: str, text: str, *, fill: str, dashed: bool = False, title: str, about: str
) -> str:
    """Return a hexagon with a label and a few words, as inline SVG.

    Parameters
    ----------
    name : str
        Prefix of its ids, unique on the page.
    label, text : str
        Small word on top, and what stands below it; a long text is cut, `title` has it whole.
    fill : str
        Colour ``#RRGGBB``; the words are white on black, black on any other.
    dashed : bool
        Whether the border is dashed: what the colour would say is not known.
    title, about : str
        What a screen reader says.
    """
    ink = "#ffffff" if fill == "#000000" else "#000000"
    lines = wrap(text)
    top = 104 - 9 * len(lines)
    spans = "".join(
        f'<text x="80" y="{top + 19 * n}" font-size="15" font-weight="700">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    dash = ' stroke-dasharray="7 5"' if dashed else ""
    return _svg(
        name,
        "0 0 160 184",
        title,
        about,
        f'<polygon points="{_POINTS}" fill="{fill}" stroke="#000000" stroke-width="3"{dash}/>'
        f'<g fill="{ink}" text-anchor="middle"><text x="80" y="46" font-size="13">'
        f"{escape(label)}</text>{spans}</g>",
    )


def wrap(text: str) -> list[str]:
    """Return a text in at most four lines that fit a hexagon.

    Examples
    --------
    >>> wrap("Décisions et projets de la ville")
    ['Décisions et', 'projets de la', 'ville']
    """
    pieces = [word[n : n + _WIDTH] for word in text.split() for n in range(0, len(word), _WIDTH)]
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 1 + len(piece) <= _WIDTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    if len(lines) <= _LINES:
        return lines
    return [*lines[: _LINES - 1], f"{lines[_LINES - 1][: _WIDTH - 1]}…"]


def telephone_code(name: str, address: str, *, title: str, about: str) -> str:
    """Return the QR code of an address as inline SVG: ISO/IEC 18004, correction M or better.

    A quiet zone of four modules is part of the drawing. An e-mail opens a new message.
    """
    content = f"mailto:{address}" if "@" in address and "//" not in address else address
    code = segno.make_qr(content, error="m", boost_error=True)
    drawn = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000000")
    box = re.search(r'viewBox="([^"]+)"', drawn)
    inner = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    side = code.symbol_size(border=4)[0]
    white = f'<rect width="{side}" height="{side}" fill="#ffffff"/>'
    return _svg(name, box[1] if box else "", title, about, white + inner, crisp=True)


def _svg(name: str, box: str, title: str, about: str, body: str, *, crisp: bool = False) -> str:
    edges = ' shape-rendering="crispEdges"' if crisp else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" focusable="false"'
        f' aria-labelledby="{name}-t {name}-d"{edges}><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(about)}</desc>{body}</svg>'
    )
