"""Transparency sheets: who counts, why, how, and what becomes of the data.

For each sensor a ``device`` chain and for each analysis of the workspace an ``ai`` chain, in the
vocabulary of DTPR (Digital Trust for Places and Routines, CC BY 4.0), from what people declare in
``territory.yaml``, ``channels.csv`` and ``transparency.csv``. Nothing is guessed: what is not
stated is missing, and :func:`check` stops before it is published; what was asked and is not known
is declared ``unknown``, and told so.
"""

from mining.transparency._chain import chain
from mining.transparency._links import ANALYSES, Link, analysis_links, device_links, identifying
from mining.transparency._missing import CATEGORY, Missing, check, check_elements, missing
from mining.transparency._schema import schema
from mining.transparency._sheets import Group, Sheets, sheets
from mining.transparency._stated import Device, Stated, analyses, devices, sensors_of
from mining.transparency._taxonomy import LOCALES, VOCABULARY, Taxonomy, taxonomy

__all__ = [
    "ANALYSES",
    "CATEGORY",
    "LOCALES",
    "VOCABULARY",
    "Device",
    "Group",
    "Link",
    "Missing",
    "Sheets",
    "Stated",
    "Taxonomy",
    "analyses",
    "analysis_links",
    "chain",
    "check",
    "check_elements",
    "device_links",
    "devices",
    "identifying",
    "missing",
    "schema",
    "sensors_of",
    "sheets",
    "taxonomy",
]
