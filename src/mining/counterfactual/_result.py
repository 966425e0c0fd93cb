"""The answer of :func:`mining.impact`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

#: Why an effect is told or not, by the key in :attr:`Impact.reason`.
REASONS = {
    "controls": "comparé aux capteurs que rien n’a touchés et aux semaines voisines",
    "history": "comparé aux seules semaines voisines : aucun capteur témoin",
    "chance": "ne se distingue pas du hasard",
    "no_sensor": "aucun capteur de passages n’est concerné",
    "no_data": "moins de la moitié de la période a été comptée",
    "too_short": "moins de huit semaines de comptages avant le début",
    "no_history": "les semaines voisines ne disent pas ce qui est habituel",
    "few_placebos": "trop peu de dates comparables pour mesurer l’erreur",
    "future": "la période n’est pas encore dans les données",
}
SENSOR_COLUMNS = ("sensor", "observed", "expected", "effect", "low", "high", "percent", "claimed")
DAY_COLUMNS = ("observed", "expected", "low", "high")
_NAN = float("nan")


def _no_sensors() -> pd.DataFrame:
    return pd.DataFrame(columns=list(SENSOR_COLUMNS))


def _no_days() -> pd.DataFrame:
    return pd.DataFrame(columns=list(DAY_COLUMNS), index=pd.DatetimeIndex([], name="day"))


@dataclass(frozen=True, eq=False)
class Impact:
    """The effect of something that happened, in passages.

    What is not known is NaN.

    Attributes
    ----------
    start, end : Timestamp
        The window, local, end exclusive.
    sensors : tuple of str
        The sensors added up, sorted.
    reason : str
        How the effect was told, or why it was not: a key of :data:`REASONS`.
    observed, expected : float
        Passages that were counted, and those of the same steps had nothing happened.
    effect, low, high : float
        `observed` less `expected`, and the 80 % interval of this sum.
    percent, percent_low, percent_high : float
        The same in per cent of what is expected: of `expected`, and at the bounds of the count
        that each of them expects, so that nothing falls by more than 100 %.
    claimed : bool
        Whether the effect can be told from chance: its interval does not hold 0.
    controls : tuple of str
        Untouched sensors that it was compared with, the nearest first.
    counted : float
        Share of the usual passages of the window that fall into counted steps, 0 to 1.
    before, before_low, before_high : float
        Effect in the 7 days before the start (anticipation), with its interval.
    spill, spill_low, spill_high : float
        Effect on the sensors too near to be controls, with its interval.
    beside : tuple of str
        These sensors.
    placebos : int
        Errors that make the interval.
    rank : int or None
        How many of them are at least as large as what was found, whatever their sign.
    by_sensor : DataFrame
        One row per sensor: `sensor, observed, expected, effect, low, high, percent, claimed`.
    daily : DataFrame
        One row per local day (index `day`): `observed, expected, low, high`; the bounds are those
        of a single day and do not add up to those of the sum.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    sensors: tuple[str, ...]
    reason: str
    observed: float = _NAN
    expected: float = _NAN
    effect: float = _NAN
    low: float = _NAN
    high: float = _NAN
    percent: float = _NAN
    percent_low: float = _NAN
    percent_high: float = _NAN
    claimed: bool = False
    controls: tuple[str, ...] = ()
    counted: float = 0.0
    before: float = _NAN
    before_low: float = _NAN
    before_high: float = _NAN
    spill: float = _NAN
    spill_low: float = _NAN
    spill_high: float = _NAN
    beside: tuple[str, ...] = ()
    placebos: int = 0
    rank: int | None = None
    by_sensor: pd.DataFrame = field(default_factory=_no_sensors, repr=False)
    daily: pd.DataFrame = field(default_factory=_no_days, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the tables: texts, numbers, and lists of texts."""
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        out: dict[str, Any] = {}
        for name, value in told.items():
            if isinstance(value, pd.Timestamp):
                out[name] = value.isoformat()
            elif not isinstance(value, pd.DataFrame):
                out[name] = list(value) if isinstance(value, tuple) else value
        return out
