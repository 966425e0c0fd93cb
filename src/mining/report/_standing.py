"""Where a place stands in its territory, in bands: sentences, and the table of their figures.

Every figure is one that pages tell anyway: totals, changes and shares that passed the door. What a
place does not tell is in no median and in no band.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mining.language import Language, clean_name, finite, mark
from mining.report import _confidence as sure
from mining.report._bands import FIVE, LEAST, REFERENCE, band_of
from mining.report._compare import Comparison
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._standing_figure import standing_figure
from mining.report._style import safe
from mining.report._tables import Table
from mining.report._weeks import Week

SATURDAY = 5


@dataclass(frozen=True)
class Standing:
    """One figure of a place beside those of the territory.

    Attributes
    ----------
    name : str
        What is measured: a row of the table.
    here, median : float
        The figure of the place, and the median of all.
    band : str
        A name of :data:`mining.report._bands.BANDS`.
    every : tuple of float
        The figures of all places that tell theirs, from low to high.
    """

    name: str
    here: float
    median: float
    band: str
    every: tuple[float, ...]


def standing_view(place: PlaceFacts, found: TerritoryFacts, words: Language) -> dict[str, Any]:
    """Return where a place stands in its territory, or why that cannot be said.

    Parameters
    ----------
    place : PlaceFacts
        The place; of the territory as a whole nothing is said.
    found : TerritoryFacts
        The territory.
    words : Language
        Words of the page.

    Returns
    -------
    dict
        `standing` (sentences), `standing_notes` (how to read them), `standing_figure` and
        `standing_table`, both None where nothing can be said.
    """
    out: dict[str, Any] = {
        "standing": [],
        "standing_notes": [],
        "standing_figure": None,
        "standing_table": None,
    }
    if place is found.whole:
        return out
    known = standings(place, found)
    week = known.get("week")
    if week is None:
        return {**out, "standing": [_none(place, found, words)]}
    territory = clean_name(found.name)
    said = _said(week, territory, words)
    return {
        "standing": _sentences(known, place, territory, words),
        "standing_notes": _notes(known, words),
        "standing_figure": safe(
            standing_figure(
                week.every,
                week.here,
                words,
                title=words.text("standing.figure_title"),
                description=words.text("standing.figure_desc", **said),
            )
        ),
        "standing_table": _table(known, place, territory, words),
    }


def standings(place: PlaceFacts, found: TerritoryFacts) -> dict[str, Standing]:
    """Return the figures of a place beside those of the territory, those that can be told.

    A figure is left out where the place does not tell its own, or fewer than three places do.
    """
    out = {}
    for name, measure in MEASURES.items():
        here = measure(place)
        every = tuple(sorted(v for v in map(measure, found.places) if finite(v)))
        band = band_of(here, every)
        if band:
            out[name] = Standing(name, here, float(np.median(every)), band, every)
    return out


def _week(place: PlaceFacts) -> float:
    week = _told(place)
    return week.total if week is not None and week.total > 0 else np.nan


def _saturday(place: PlaceFacts) -> float:
    week = _told(place)
    if week is None or not week.total > 0:
        return np.nan
    counted = week.counted[SATURDAY] / max(int(week.exists[SATURDAY].sum()), 1)
    if sure.confidence(float(counted)) == sure.INSUFFICIENT:
        return np.nan
    return float(week.days[SATURDAY] / week.total)


def _told(place: PlaceFacts) -> Week | None:
    return place.week if place.week is not None and sure.told(place.week) else None


def _part(name: str) -> Callable[[PlaceFacts], float]:
    def share(place: PlaceFacts) -> float:
        week = _told(place)
        return np.nan if week is None else float(getattr(week, name))

    return share


def _change(name: str) -> Callable[[PlaceFacts], float]:
    def change(place: PlaceFacts) -> float:
        one: Comparison = getattr(place, name)
        fit = one.possible and not one.hardware
        return one.change if fit and sure.confidence(one.share) != sure.INSUFFICIENT else np.nan

    return change


#: Figure of a place by name, NaN where it tells none. Rows of the table, in this order.
MEASURES: dict[str, Callable[[PlaceFacts], float]] = {
    "week": _week,
    "last": _change("last"),
    "year": _change("year"),
    "index": lambda place: place.index,
    "saturday": _saturday,
    "noon": _part("noon"),
    "evening": _part("evening"),
}


def _shown(name: str, value: float, words: Language) -> str:
    """Return a figure of a row in words."""
    if name == "week":
        return words.number(round(value), unit="passages")
    if name == "index":
        return words.number(round(value), unit="index")
    if name in ("last", "year"):
        return words.percent(value, 1, signed=True)
    return words.percent(value)


def _pair(one: Standing, territory: str, words: Language) -> dict[str, str]:
    """Return the figure of the place and the median, which is one of the territory."""
    median = _shown(one.name, one.median, words)
    return {"here": _shown(one.name, one.here, words), "median": mark(median, place=territory)}


def _said(week: Standing, territory: str, words: Language) -> dict[str, Any]:
    return {
        "n": words.number(len(week.every), unit="places"),
        "band": words.text(f"standing.band.{week.band}"),
        **_pair(week, territory, words),
    }


def _sentences(
    known: dict[str, Standing], place: PlaceFacts, territory: str, words: Language
) -> list[str]:
    said = _said(known["week"], territory, words)
    out = [words.text("standing.week", n=said["n"], band=said["band"])]
    if "last" in known:
        pair = _pair(known["last"], territory, words)
        out.append(words.text("standing.change", change=pair["here"], median=pair["median"]))
    if "index" in known:
        pair = _pair(known["index"], territory, words)
        out.append(words.text("standing.index", index=pair["here"], median=pair["median"]))
    elif place.ordinary_weeks < REFERENCE:
        least, found = (words.number(n, unit="weeks") for n in (REFERENCE, place.ordinary_weeks))
        out.append(words.text("standing.index_none", least=least, found=found))
    return out


def _notes(known: dict[str, Standing], words: Language) -> list[str]:
    five = len(known["week"].every) >= FIVE
    keys = ["bands_five" if five else "bands_three", "median", "unnamed"]
    if {"noon", "evening"} & known.keys():
        keys.append("hours")
    return [words.text(f"standing.{k}") for k in keys]


def _none(place: PlaceFacts, found: TerritoryFacts, words: Language) -> str:
    if not finite(_week(place)):
        return words.text("standing.none_week")
    count = sum(finite(_week(p)) for p in found.places)
    return words.text("standing.none_few", count=count, least=words.number(LEAST, unit="places"))


def _table(known: dict[str, Standing], place: PlaceFacts, territory: str, words: Language) -> Table:
    rows = []
    for one in known.values():
        pair = _pair(one, territory, words)
        number = mark(words.number(len(one.every), unit="places"), place=territory)
        band = words.text(f"standing.band.{one.band}")
        label = words.text(f"standing.row.{one.name}")
        rows.append((label, pair["here"], pair["median"], band, number))
    columns = tuple(
        words.text(f"standing.col_{c}") for c in ("what", "here", "median", "band", "places")
    )
    week = place.week
    caption = words.text("standing.caption", week=words.week(week.monday) if week else "")
    return Table(caption, columns, tuple(rows), text=frozenset({3}))
