"""Shops around places: families of activity, mix, gaps, local areas, and what may be published."""

from mining.shops._areas import Areas, areas
from mining.shops._bpe import from_bpe
from mining.shops._gaps import gaps
from mining.shops._mix import around, hill, places_of, shannon
from mining.shops._prepare import prepare
from mining.shops._publish import publish
from mining.shops._reference import UNKNOWN, Reference, reference
from mining.shops._told import Told
from mining.shops._told_places import of_places
from mining.shops._told_zones import of_zones

__all__ = [
    "UNKNOWN",
    "Areas",
    "Reference",
    "Told",
    "areas",
    "around",
    "from_bpe",
    "gaps",
    "hill",
    "of_places",
    "of_zones",
    "places_of",
    "prepare",
    "publish",
    "reference",
    "shannon",
]
