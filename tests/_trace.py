"""Which numbers of a page stand in no cell of its annex; what is no figure is struck out first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree as ET

from mining.language import catalogue, language

XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
NBSP, THIN, MINUS = "\u00a0", "\u202f", "\u2212"
GAP = f"[ {NBSP}{THIN}]"


class Form(NamedTuple):
    """How a language writes what is no figure, and its numbers.

    Attributes
    ----------
    times : tuple of str
        Patterns of dates and of hours of the clock.
    number : str
        Pattern of a number.
    plain : dict
        Signs of a number to those of Python.
    fewer : str
        Words before the least count that is told.
    nothing : tuple of str
        First words of texts that say 0 without the digit.
    """

    times: tuple[str, ...]
    number: str
    plain: dict[int, str]
    fewer: str
    nothing: tuple[str, ...]


def _french() -> Form:
    short = r"(?:lun|mar|mer|jeu|ven|sam|dim)\."
    months = (
        "(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
        r"janv\.|févr\.|juil\.|sept\.|oct\.|nov\.|déc\.)"
    )
    day = r"\d{1,2}(?:er)?"
    # What stands before an hour of the clock; "décalée de 2 h" is a duration.
    at = rf"(?:^|(?<!décalée )\bde{GAP}|\b(?:De|à|et){GAP}|{short} )"
    # Dates, and hours of the clock: those that follow such a word, or stand alone.
    times = (
        rf"\b{day}(?:{GAP}(?:et|au){GAP}{day})?{GAP}{months}(?: \d{{4}})?",
        rf"\b{months} \d{{4}}\b",
        rf"{short}{GAP}\d{{1,2}}(?!\d)",
        r"^\d{4}(?=\s:)",
        rf"\(\d{{1,2}}{GAP}h - \d{{1,2}}{GAP}h[,)]",
        rf"{at}\d{{1,2}}{GAP}h(?:{GAP}\d{{2}})?(?!\w)",
    )
    number = rf"(?<![\w,.])[+{MINUS}]?\d+(?:{THIN}\d{{3}})*(?:,\d+)?"
    plain = str.maketrans({THIN: "", MINUS: "-", ",": "."})
    return Form(times, number, plain, "moins de", ("Aucun",))


def _english() -> Form:
    short = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
    months = (
        "(?:January|February|March|April|May|June|July|August|September|October|November|"
        "December|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec)"
    )
    times = (
        rf"\b\d{{1,2}}(?:{GAP}(?:and|to){GAP}\d{{1,2}})?{GAP}{months}\b(?: \d{{4}})?",
        rf"\b{months} \d{{4}}\b",
        rf"\b{short}{GAP}\d{{1,2}}(?!\d)",
        r"^\d{4}(?=:)",
        r"\b\d{1,2}(?::\d{2})?(?:am|pm)\b",
    )
    number = rf"(?<![\w,.])[+{MINUS}]?\d+(?:,\d{{3}})*(?:\.\d+)?"
    plain = str.maketrans({",": "", MINUS: "-"})
    return Form(times, number, plain, "fewer than", ("No ", "None", "Nothing"))


FORMS = {"fr": _french(), "en": _english()}
BLOCKS = {
    "p", "li", "td", "th", "caption", "summary", "h1", "h2", "h3", "dt", "dd", "figcaption",
    "title", "desc",
}  # fmt: skip
#: Lines of files, to copy: they hold dates and names of incidents.
LINES = {"pre", "code"}


@cache
def constants(code: str) -> tuple[str, ...]:
    """Return the pieces of the catalogue with a number of their own: "(8 fois sur 10)".

    They are words: no run changes them. A piece is all that stands between two values.
    """
    words = language(code)
    pieces: set[str] = set()

    def collect(node: object) -> None:
        if isinstance(node, dict):
            for inner in node.values():
                collect(inner)
        elif isinstance(node, str):
            found = re.split(r"\{\w+\}", words.set(node))
            pieces.update(p.strip(f" {NBSP}") for p in found if re.search(r"\d", p))

    for room, content in catalogue(code).items():
        if room not in {"format", "address"}:
            collect(content)
    return tuple(sorted(pieces, key=len, reverse=True))


def rows_of(annex: str, code: str = "fr") -> list[dict[str, str]]:
    """Return the rows of an annex, its texts as they are on the page."""
    text = catalogue(code)["address"]["column"]["text"]
    rows = list(csv.DictReader(io.StringIO(annex.removeprefix("\ufeff")), delimiter=";"))
    for row in rows:
        row[text] = re.sub(r"^'(?=[=+\-@＝＋－＠])", "", row[text])
    return rows


class Trace:
    """The annex of a page, ready to find the numbers of texts in.

    Parameters
    ----------
    annex : str
        Its CSV file.
    names : iterable of str
        Names that people wrote: their digits are no figures.
    code : str
        Language of the page.
    """

    def __init__(self, annex: str, names: Iterable[str], code: str = "fr") -> None:
        self.code, self.form = code, FORMS[code]
        column = catalogue(code)["address"]["column"]
        self.names = sorted({n for n in names if re.search(r"\d", n)}, key=len, reverse=True)
        self.sentences: dict[str, list[float]] = {}
        self.cells: dict[str, list[list[float]]] = {}
        self.values: set[float] = set()
        found: dict[str, list[float]] = {}
        texts: dict[str, str] = {}
        for row in rows_of(annex, code):
            name = row[column["cell"]].partition("-")[0]
            limit = re.search(rf"{self.form.fewer}{GAP}([\d{THIN},]+)", row[column["why"]])
            shown = row[column["value"]] or (limit[1].translate(self.form.plain) if limit else "")
            text = row[column["text"]]
            numbers = found.setdefault(name, [])
            if shown and not (shown == "0" and text.startswith(self.form.nothing)):
                numbers.append(float(shown))
            texts[name] = text
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
        for piece in (p for p in constants(self.code) if p in text):
            whole = rf"(?<!\w){re.escape(piece)}(?![\w{THIN}]|,\d)"
            text = re.sub(whole, lambda m: "_" * len(m[0]), text)
        for pattern in self.form.times:
            text = re.sub(pattern, lambda m: "_" * len(m[0]), text)
        found = re.finditer(self.form.number, text)
        return [(m.start(), m.end(), float(m[0].translate(self.form.plain))) for m in found]

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
