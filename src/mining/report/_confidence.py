"""How far a figure can be trusted, in one of three words with fixed thresholds.

A figure is *solid* if at least 95 % of its hours were counted and its interval reaches at most
15 % to either side, *indicative* if at least 80 % were counted, and else *insufficient*: then its
reason stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mining.language import figures_of
from mining.report._incidents import Incident
from mining.report._known import PlaceFacts
from mining.report._quality import SensorQuality
from mining.report._totals import Total
from mining.report._weeks import Week

SOLID, INDICATIVE, INSUFFICIENT = "solid", "indicative", "insufficient"
#: Share of the hours of a figure that were counted, from which it is solid, or indicative.
SOLID_HOURS, ENOUGH_HOURS = 0.95, 0.8
#: Half of the width of the interval of a solid figure, as a share of the figure.
NARROW = 0.15


def confidence(hours: float, half_width: float = 0.0) -> str:
    """Return how far a figure can be trusted.

    Parameters
    ----------
    hours : float
        Share of its hours that were counted, 0 to 1; NaN where it is not known.
    half_width : float
        Half of the width of its interval as a share of it; 0 for what was counted, infinite where
        no interval is known.

    Examples
    --------
    >>> confidence(0.99), confidence(0.99, 0.2), confidence(0.7)
    ('solid', 'indicative', 'insufficient')
    """
    if not hours >= ENOUGH_HOURS:
        return INSUFFICIENT
    return SOLID if hours >= SOLID_HOURS and half_width <= NARROW else INDICATIVE


def expected(total: Total | None, hours: float) -> str:
    """Return how far an expected total can be trusted, given the hours it was learnt from."""
    if total is None or total.middle <= 0:
        return confidence(hours, np.inf)
    return confidence(hours, (total.high - total.low) / (2 * total.middle))


def recent_hours(place: PlaceFacts, quality: Iterable[SensorQuality]) -> float:
    """Return the share of hours that the sensors of a place counted in the last eight weeks."""
    shares = [r.recent for r in quality if r.sensor in place.sensors]
    return float(np.mean(shares)) if shares else np.nan


def foreseen(place: PlaceFacts, quality: Iterable[SensorQuality]) -> PlaceFacts:
    """Return a place without its forecast where too few hours were counted to give it."""
    if not place.sensors or confidence(recent_hours(place, quality)) != INSUFFICIENT:
        return place
    return replace(place, outlook=None, totals=None)


def told(week: Week) -> bool:
    """Say whether the total of a week is given: it was counted, and enough of it was."""
    return not week.typical and confidence(week.share) != INSUFFICIENT


def of_incident(incident: Incident) -> str:
    """Return how far the cause that is given of an incident can be trusted.

    Notes
    -----
    Solid: somebody wrote it down (journal, correction), or the machine is sure of it. Indicative:
    it is likely and remains to be confirmed. Insufficient: nothing explains it, which is what its
    label then says. Empty where it is not known how sure the label is.
    """
    if incident.label == "unexplained":
        return INSUFFICIENT
    if incident.decided_by in ("journal", "correction"):
        return SOLID
    return {"sure": SOLID, "unsure": INDICATIVE}.get(incident.certainty, "")


def of(text: str) -> str:
    """Return how far the figures of a sentence can be trusted: the first one that says so."""
    return next((f.confidence for f in figures_of(text) if f.confidence), "")
