"""Which numbers of a page stand in no cell of its annex; what is no figure is struck out first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from xml.etree import ElementTree as ET

from mining.language import catalogue, language

XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
NBSP, THIN, MINUS = "\u00a0", "\u202f", "\u2212"
GAP = f"[ {NBSP}{THIN}]"
DAYS = "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
SHORT = r"(?:lun|mar|mer|jeu|ven|sam|dim)\."
MONTHS = (
    "(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"janv\.|févr\.|juil\.|sept\.|oct\.|nov\.|déc\.)"
)
DAY = r"\d{1,2}(?:er)?"
#: What stands before an hour of the clock; "décalée de 2 h" is a duration.
AT = rf"(?:^|(?<!décalée )\bde{GAP}|\b(?:De|à|et){GAP}|{SHORT} )"
#: Dates, and hours of the clock: those that follow such a word, or stand alone.
TIMES = [
    rf"\b{DAY}(?:{GAP}(?:et|au){GAP}{DAY})?{GAP}{MONTHS}(?: \d{{4}})?",
    rf"\b{MONTHS} \d{{4}}\b",
    rf"{SHORT}{GAP}\d{{1,2}}(?!\d)",
    r"^\d{4}(?=\s:)",
    rf"\(\d{{1,2}}{GAP}h - \d{{1,2}}{GAP}h[,)]",
    rf"{AT}\d{{1,2}}{GAP}h(?:{GAP}\d{{2}})?(?!\w)",
]
NUMBER = re.compile(rf"(?<![\w,.])[+{MINUS}]?\d+(?:{THIN}\d{{3}})*(?:,\d+)?")
BLOCKS = {
    "p", "li", "td", "th", "caption", "summary", "h1", "h2", "h3", "dt", "dd", "figcaption",
    "title", "desc",
}  # fmt: skip
#: Lines of files, to copy: they hold dates and names of incidents.
LINES = {"pre", "code"}


@cache
def constants() -> tuple[str, ...]:
    """Return the pieces of the catalogue with a number of their own: "(8 fois sur 10)".

    They are words: no run changes them. A piece is all that stands between two values.
    """
    words = language("fr")
    pieces: set[str] = set()

    def collect(node: object) -> None:
        if isinstance(node, dict):
            for inner in node.values():
                collect(inner)
        elif isinstance(node, str):
            found = re.split(r"\{\w+\}", words.set(node))
            pieces.update(p.strip(f" {NBSP}") for p in found if re.search(r"\d", p))

    for room, content in catalogue("fr").items():
        if room != "format":
            collect(content)
    return tuple(sorted(pieces, key=len, reverse=True))


def value_of(text: str) -> float:
    return float(text.replace(THIN, "").replace(MINUS, "-").replace(",", "."))


def rows_of(annex: str) -> list[dict[str, str]]:
    """Return the rows of an annex, its texts as they are on the page."""
    rows = list(csv.DictReader(io.StringIO(annex.removeprefix("\ufeff")), delimiter=";"))
    for row in rows:
        row["texte"] = re.sub(r"^'(?=[=+\-@＝＋－＠])", "", row["texte"])
    return rows


class Trace:
    """The annex of a page, ready to find the numbers of texts in.

    Parameters
    ----------
    annex : str
        Its CSV file.
    names : iterable of str
        Names that people wrote: their digits are no figures.
    """

    def __init__(self, annex: str, names: Iterable[str]) -> None:
        self.names = sorted({n for n in names if re.search(r"\d", n)}, key=len, reverse=True)
        self.sentences: dict[str, list[float]] = {}
        self.cells: dict[str, list[list[float]]] = {}
        self.values: set[float] = set()
        found: dict[str, list[float]] = {}
        texts: dict[str, str] = {}
        for row in rows_of(annex):
            name = row["cellule"].partition("-")[0]
            limit = re.search(rf"moins de{GAP}([\d{THIN}]+)", row["motif"])
            shown = row["valeur"] or (limit[1].replace(THIN, "") if limit else "")
            numbers = found.setdefault(name, [])
            if shown and not (shown == "0" and row["texte"].startswith("Aucun")):
                numbers.append(float(shown))
            texts[name] = row["texte"]
        for name, numbers in found.items():
            self.values.update(numbers)
            if name.startswith("P"):
                self.sentences[texts[name]] = numbers
            else:
                self.cells.setdefault(texts[name], []).append(numbers)

    def numbers(self, text: str) -> list[tuple[int, int, float]]:
        """Return the figures of a text: first and last sign, value."""
        for name in self.names:
            text = text.replace(name, "_" * len(name))
        for piece in (p for p in constants() if p in text):
            whole = rf"(?<!\w){re.escape(piece)}(?![\w{THIN}])"
            text = re.sub(whole, lambda m: "_" * len(m[0]), text)
        for pattern in TIMES:
            text = re.sub(pattern, lambda m: "_" * len(m[0]), text)
        return [(m.start(), m.end(), value_of(m[0])) for m in NUMBER.finditer(text)]

    def wrong(self) -> list[tuple[str, list[float]]]:
        """Return the texts of the annex whose numbers are not its values, in their order."""
        both = [(t, v) for t, v in self.sentences.items()]
        both += [(t, v) for t, several in self.cells.items() for v in several]
        return [(t, v) for t, v in both if [n for *_, n in self.numbers(t)] != v]

    def lost(self, text: str) -> list[float]:
        """Return the numbers of a text that stand in no cell.

        The cell of a table is the whole text; a sentence may be a part of it.
        """
        free = self.numbers(text)
        if text in self.cells:
            return []
        for known in self.sentences if free else ():
            for match in re.finditer(rf"(?<!\w){re.escape(known)}(?!\w)", text):
                free = [f for f in free if not (match.start() <= f[0] and f[1] <= match.end())]
        return [value for *_, value in free]

    def lost_in_drawing(self, texts: Iterable[str]) -> list[float]:
        """Return the numbers in a drawing that are neither of the annex nor of a scale from 0."""
        # Hours of an axis, and the length that a map is to be read with.
        line = re.sub(rf"\b(?:\d{{1,2}}{GAP}h|\d+{GAP}k?m)\b", "_", " ".join(texts))
        shown = {v for *_, v in self.numbers(line)}
        free = shown - self.values
        steps = [s for s in shown if s > 0 and {0.0, round(2 * s, 9)} <= shown]
        scales = [{round(step * k, 9) for k in range(11)} for step in steps]
        return min((sorted(free - scale) for scale in scales), key=len, default=sorted(free))


def texts_of(root: ET.Element) -> Iterator[str]:
    """Yield every text of a page, as it is read, and every attribute that is read aloud."""
    for element in root.iter():
        name = str(element.tag).removeprefix(XHTML).removeprefix(SVG)
        if name in BLOCKS and not any(c.tag in {XHTML + n for n in LINES} for c in element.iter()):
            yield "".join(element.itertext()).strip()
        for key in ("aria-label", "alt", "content"):
            spoken = key in element.attrib and element.attrib.get("name") != "viewport"
            if spoken and name not in LINES:  # these regions are only numbered
                yield element.attrib[key]


def outside(root: ET.Element) -> Iterator[str]:
    """Yield texts that stand in no block, so that none is forgotten."""

    def walk(element: ET.Element) -> Iterator[str]:
        name = str(element.tag).removeprefix(XHTML).removeprefix(SVG)
        if name in BLOCKS | LINES | {"svg", "style", "script"}:
            return
        yield element.text or ""
        for child in element:
            yield from walk(child)
            yield child.tail or ""

    return walk(root)


def untraced(page: ET.Element, trace: Trace) -> list[tuple[str, list[float]]]:
    """Return the texts of a page with numbers that stand in no cell of its annex."""
    out = [(t, trace.lost(t)) for t in {*texts_of(page), *outside(page)}]
    for svg in page.iter(f"{SVG}svg"):
        texts = ["".join(t.itertext()) for t in svg.iter(f"{SVG}text")]
        out.append((" ".join(texts), trace.lost_in_drawing(texts)))
    return [(text, lost) for text, lost in out if lost]
