"""What a shopkeeper may do with the figures of a place: options, each with its figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mining.language import Language
from mining.report import _ahead as ahead
from mining.report import _sentences as say
from mining.report._known import PlaceFacts, TerritoryFacts
from mining.report._rhythms import Rhythm
from mining.report._totals import Total

#: Hours between which most shops are open: a quiet hour at night helps nobody.
OPEN = slice(9, 19)
#: Share above the quietest day from which the busiest one is worth a change of staff.
APART = 0.1


def options(
    place: PlaceFacts, facts: TerritoryFacts, words: Language, doors: Sequence[str] = ()
) -> list[str]:
    """Return what may be done next week, each option with its figure, or that nothing is known.

    Parameters
    ----------
    place : PlaceFacts
        Figures of the place.
    facts : TerritoryFacts
        The territory's, for the smallest count that may be shown.
    words : Language
        Words of the page.
    doors : sequence of str
        What opening hours and quiet hours say of the place.

    Notes
    -----
    Options, not orders: they rest on the forecast and on the usual week alone, and know nothing
    of the shop. Days that differ by less than a tenth are not told apart.
    """
    out = _days(place, facts.minimum, words)
    if place.rhythm is not None:
        out += _hours(place.rhythm, words, calm=not doors)
    out += doors
    return [*out, words.text("options.beware")] if out else [words.text("options.none")]


def _days(place: PlaceFacts, minimum: int, words: Language) -> list[str]:
    days = place.totals.next_week if place.totals else ()
    shown = [d for d in days if d.middle >= minimum]
    if len(shown) < 2:
        return []
    best = max(shown, key=lambda d: (d.middle, -d.day.value))
    calm = min(shown, key=lambda d: (d.middle, d.day.value))
    if best.middle < (1 + APART) * calm.middle:
        return [words.text("options.level", low=_figure(calm, words), high=_figure(best, words))]
    return [_day("staff", best, words), _day("works", calm, words)]


def _day(key: str, day: Total, words: Language) -> str:
    name = words.date(day.day, year=False)
    return words.text(f"options.{key}", count=_rounded(day), day=name)


def _rounded(day: Total) -> int:
    return round(day.middle / day.unit) * day.unit


def _figure(day: Total, words: Language) -> str:
    return ahead.rounded(day.middle, day.unit, words)


def _hours(rhythm: Rhythm, words: Language, *, calm: bool) -> list[str]:
    """Return the busiest hour of working days and Saturdays, and the calmest of working days."""
    out = []
    for key, curve in zip(("working_days", "saturday"), rhythm.curves, strict=False):
        if not np.isnan(curve).all():
            top = int(np.nanargmax(curve))
            out.append(_hour(f"peak_{key}", top, float(curve[top]), words))
    day = rhythm.curves[0][OPEN]
    if calm and not np.isnan(day).any():
        low = int(np.argmin(day))
        out.append(_hour("calm", OPEN.start + low, float(day[low]), words))
    return out


def _hour(key: str, hour: int, count: float, words: Language) -> str:
    return words.text(f"options.{key}", slot=words.slot(hour), passages=say.passages(words, count))
