"""Shops around places: families of activity, mix, gaps, local areas, and what may be published."""

from mining.shops._areas import Areas, areas
from mining.shops._bpe import from_bpe
from mining.shops._gaps import gaps
from mining.shops._mix import around, hill, places_of, shannon
from mining.shops._prepare import prepare
from mining.shops._publish import publish
from mining.shops._reference import UNKNOWN, Reference, reference

__all__ = [
    "UNKNOWN",
    "Areas",
    "Reference",
    "areas",
    "around",
    "from_bpe",
    "gaps",
    "hill",
    "places_of",
    "prepare",
    "publish",
    "reference",
    "shannon",
]
