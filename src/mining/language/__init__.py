"""Words, numbers and dates in the language of a territory, and the figures that stand in them."""

from mining.language._language import (
    FIRST_ISOLATE,
    POP_ISOLATE,
    Language,
    catalogue,
    clean_name,
    finite,
    holiday,
    language,
    language_of,
)
from mining.language._said import (
    Figure,
    Said,
    Span,
    composed,
    counted,
    days,
    figures_of,
    hull,
    implied,
    joined,
    mark,
    span_of,
)
from mining.language._typography import NBSP, TYPOGRAPHY

__all__ = [
    "FIRST_ISOLATE",
    "NBSP",
    "POP_ISOLATE",
    "TYPOGRAPHY",
    "Figure",
    "Language",
    "Said",
    "Span",
    "catalogue",
    "clean_name",
    "composed",
    "counted",
    "days",
    "figures_of",
    "finite",
    "holiday",
    "hull",
    "implied",
    "joined",
    "language",
    "language_of",
    "mark",
    "span_of",
]
