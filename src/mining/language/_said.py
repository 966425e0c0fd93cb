"""Text that remembers the figures in it, so that each of them can be traced to a cell.

A sentence is text to who reads it and to the templates, and a list of typed figures to who makes
the annex of its page. A figure knows where it stands, and its value is what is shown: the annex
never says more than the page does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any, NamedTuple, SupportsIndex

import pandas as pd

#: First and last day of a period, in ISO 8601.
Span = tuple[str, str]


class Figure(NamedTuple):
    """One figure of a text.

    Attributes
    ----------
    at : int
        Where it begins in the text.
    text : str
        As it is shown.
    value : float or None
        What is shown, as a number; None for a figure that is hidden.
    unit : str
        What it counts; empty where the words after it, or the figure before it, say so.
    why : str
        Why there is no value.
    span : Span or None
        The period it is of, where it is not the one its sentence names.
    place : str
        The place it is of, where it is not that of its page.
    fact : str
        Name of the fact it states, if it is one that is published as such.
    confidence : str
        A key of :mod:`mining.report._confidence`; empty where none is given.
    """

    at: int
    text: str
    value: float | None
    unit: str = ""
    why: str = ""
    span: Span | None = None
    place: str = ""
    fact: str = ""
    confidence: str = ""


class Said(str):
    """Text with its figures and the first period it names.

    Adding, slicing and stripping keep them; other methods of ``str`` return plain text.
    """

    figures: tuple[Figure, ...]
    span: Span | None

    def __new__(cls, text: str, figures: Iterable[Figure] = (), span: Span | None = None) -> Said:
        self = super().__new__(cls, text)
        self.figures = tuple(figures)
        self.span = span
        return self

    def __add__(self, other: str) -> str:
        return _added(self, other)

    def __radd__(self, other: str) -> str:
        return _added(other, self)

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        text = super().__getitem__(key)
        if not isinstance(key, slice):
            return text
        first, last, _ = key.indices(len(self))
        inside = (f for f in self.figures if first <= f.at and f.at + len(f.text) <= last)
        return Said(text, (f._replace(at=f.at - first) for f in inside), self.span)

    def strip(self, chars: str | None = None) -> str:
        """Return the text without white space around it."""
        first = len(self) - len(self.lstrip(chars))
        return self[first : max(len(self.rstrip(chars)), first)]


def _added(first: str, second: str) -> str:
    spans = [s for s in map(span_of, (first, second)) if s]
    moved = (f._replace(at=f.at + len(first)) for f in figures_of(second))
    text = str(first) + str(second)
    return Said(text, (*figures_of(first), *moved), spans[0] if spans else None)


def figures_of(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text: none of plain text."""
    return text.figures if isinstance(text, Said) else ()


def joined(separator: str, texts: Iterable[str]) -> str:
    """Return texts joined, with the figures of all."""
    out: str = Said("")
    for number, text in enumerate(texts):
        out = (out + separator if number else out) + text
    return out


def mark(text: str, **known: Any) -> str:
    """Return a text with more known of each of its figures; what a figure knows itself stays.

    Parameters
    ----------
    text : str
        With figures, or without any.
    **known
        Fields of :class:`Figure`.

    Examples
    --------
    >>> mark(Said("12", [Figure(0, "12", 12.0)]), unit="passages").figures[0].unit
    'passages'
    """
    empty = Figure(0, "", None)
    figures = (
        f._replace(**{k: v for k, v in known.items() if getattr(f, k) == getattr(empty, k)})
        for f in figures_of(text)
    )
    return Said(str(text), figures, span_of(text))


def implied(text: str, figure: Figure | None = None, **known: Any) -> str:
    """Return a text that states a figure without its digits, or says why it is not given.

    Parameters
    ----------
    text : str
        For instance "Aucun incident".
    figure : Figure, optional
        The figure; else it is made of `known`.
    **known
        Fields of :class:`Figure`; without a `value` it is hidden.
    """
    own = Figure(0, "", None) if figure is None else figure._replace(at=0, text="")
    span = span_of(text)
    return Said(str(text), (own._replace(**known), *figures_of(text)), span)


def composed(template: str, values: Mapping[str, object], units: Mapping[str, str]) -> str:
    """Return a template filled with values, as ``str.format`` does, with their figures.

    Parameters
    ----------
    template : str
        Text with names in braces.
    values : mapping
        Text, or numbers shown as they are.
    units : mapping
        Word to unit: a figure counts what the next three words say.
    """
    pieces = list(Formatter().parse(template))
    out: str = Said("")
    for place, (literal, name, _, _) in enumerate(pieces):
        out = out + literal
        if name is None:
            continue
        value = values[name]
        if not isinstance(value, str):
            plain = str(value)
            value = Said(plain, [Figure(0, plain, float(plain))])
        after = pieces[place + 1][0] if place + 1 < len(pieces) else ""
        out = out + (mark(value, unit=counted(after, units)) if figures_of(value) else value)
    return out


def counted(words: str, units: Mapping[str, str]) -> str:
    """Return the unit that the next words name, up to a sign that ends what they speak of."""
    clause = words
    for sign in ".,;:()«»“”":
        clause = clause.partition(sign)[0]
    near = clause.replace("\u00a0", " ").split()[:3]
    return next((units[w] for w in near if w in units), "")


def span_of(text: object) -> Span | None:
    """Return the period that a text names first, or None."""
    return text.span if isinstance(text, Said) else None


def hull(texts: Iterable[object]) -> Span | None:
    """Return the period from the first to the last day that texts name."""
    spans = [s for s in map(span_of, texts) if s]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def days(first: pd.Timestamp, last: pd.Timestamp | None = None) -> Span:
    """Return a period of days, or one day, in ISO 8601."""
    return (f"{first:%Y-%m-%d}", f"{first if last is None else last:%Y-%m-%d}")
