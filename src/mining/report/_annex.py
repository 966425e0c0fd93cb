"""The annex of a page: a cell for each figure of its tables and of its sentences.

Whatever a template is given is walked: a figure that stands in a text of :class:`Said` has its
cell without more to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from mining.language import Figure, Language, Said, Span, figures_of, span_of
from mining.report._tables import Table


@dataclass(frozen=True)
class Cell:
    """One cell: a figure of a table or of a sentence, or a cell of a table without figure.

    Attributes
    ----------
    name : str
        Unique on its page: ``T2L5C3`` is a cell of a table, ``P12`` a sentence; ``-2`` follows
        for the second figure in it.
    part, line, column : str
        Table, row and column; part of the page and number for a sentence, its column empty.
    text : str
        The whole cell or sentence as it is shown.
    value : float or None
        As it is shown.
    unit : str
        Key of what it counts.
    place : str
        Where.
    span : Span or None
        First and last day.
    confidence : str
        Key of how far it can be trusted.
    why : str
        Why there is no value.
    fact : str
        Name of the fact it states.
    """

    name: str
    part: str
    line: str
    column: str
    text: str
    value: float | None
    unit: str
    place: str
    span: Span | None
    confidence: str = ""
    why: str = ""
    fact: str = ""


@dataclass
class _Ledger:
    """The cells of a page as they are found."""

    words: Language
    place: str
    cells: list[Cell] = field(default_factory=list)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=dict)
    tables: int = 0

    def sentence(self, part: str, text: Said, line: str = "") -> None:
        """Add the figures of a sentence; the same sentence of the same line counts once."""
        known = (part, line, str(text), text.figures)
        if not text.figures or known in self.seen:
            return
        self.seen.add(known)
        self.lines[part] = self.lines.get(part, 0) + 1
        line = line or str(self.lines[part])
        where = {"part": part, "line": line, "column": "", "place": self.place}
        self._add(f"P{len(self.seen)}", text, where, "", text.span)

    def table(self, table: Table) -> None:
        """Add the cells of a table; names of rows only where they hold figures."""
        self.tables += 1
        caption = str(table.caption)
        whole = span_of(table.caption)
        for number, row in enumerate(table.rows, start=1):
            own = span_of(row[0])
            place = self.place if table.place is None else str(row[table.place])
            for column, text in enumerate(row):
                if column or figures_of(text):
                    name = f"T{self.tables}L{number}C{column + 1}"
                    title = str(table.columns[column])
                    where = {"part": caption, "line": str(row[0]), "column": title, "place": place}
                    self._add(name, text, where, table.unit, own or whole)

    def _add(
        self, name: str, text: str, where: dict[str, str], unit: str, span: Span | None
    ) -> None:
        found = figures_of(text)
        units = _units(found, unit)
        for rank, figure in enumerate(found, start=1):
            self.cells.append(
                Cell(
                    name=name if rank == 1 else f"{name}-{rank}",
                    text=str(text),
                    value=figure.value,
                    unit=units[rank - 1],
                    span=figure.span or span,
                    confidence=figure.confidence,
                    why=figure.why,
                    fact=figure.fact,
                    **{**where, "place": figure.place or where["place"]},
                )
            )
        if not found:
            why = self._absent().get(str(text), "")
            self.cells.append(
                Cell(name=name, text=str(text), value=None, unit="", span=span, why=why, **where)
            )

    def _absent(self) -> dict[str, str]:
        """Return what stands for a count that is not there, and why it is not."""
        shown = {"withheld": self.words.text("week.withheld"), "none": self.words.raw("site.none")}
        return {str(v): str(self.words.text(f"annex.why.{k}")) for k, v in shown.items()}


def annex(values: Mapping[str, Any], place: str, words: Language) -> tuple[Cell, ...]:
    """Return the cells of a page.

    Parameters
    ----------
    values : mapping
        What its template is given: texts and tables at any depth; ``v`` comes first, ``facts``
        hold no text.
    place : str
        What the page is about.
    words : Language
        Its language.
    """
    ledger = _Ledger(words, place)
    rest = {k: v for k, v in values.items() if k not in {"v", "facts"}}
    for key, line, item in (*_items(values.get("v", {})), *_items(rest)):
        if isinstance(item, Table):
            for text in (item.caption, *item.columns):
                if isinstance(text, Said):
                    ledger.sentence(str(item.caption), text)
            ledger.table(item)
        else:
            ledger.sentence(_part(key, words), item, line)
    return tuple(ledger.cells)


def _items(value: object, key: str = "", line: str = "") -> Iterator[tuple[str, str, Said | Table]]:
    """Yield every text and table of a value: the outermost key it stands under, the label beside
    it, itself.
    """  # noqa: D205
    if isinstance(value, Said | Table):
        yield key, line, value
    elif is_dataclass(value):
        yield from _items([getattr(value, f.name) for f in fields(value)], key)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            label = str(value.get("label", "")) if name == "value" else ""
            yield from _items(inner, key or str(name), label)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _items(inner, key)


def _part(key: str, words: Language) -> str:
    name = f"annex.part.{key.split('_', maxsplit=1)[0]}"
    return str(words.text(name if words.has(name) else "annex.other"))


def _units(found: tuple[Figure, ...], unit: str) -> list[str]:
    """Return what figures count: a figure alone counts what the one before it does.

    The first ones count what the table says, else what the next one does: "1 of 3 sensors".
    """
    last = unit or next((f.unit for f in found if f.unit), "")
    out = []
    for figure in found:
        last = figure.unit or last
        out.append(last)
    return out
