"""The answer of :func:`mining.impact`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from mining import language as languages

#: Why an effect is told or not: keys of :attr:`Impact.reason` and of ``impact_words.reason``.
REASONS = (
    *("controls", "history", "chance", "no_sensor", "no_data"),
    *("too_short", "no_history", "few_placebos", "future"),
)
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
        How the effect was told, or why it was not: one of :data:`REASONS`; see :meth:`why`.
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

    def why(self, language: str = "fr") -> str:
        """Return :attr:`reason` as a sentence in a language.

        Raises
        ------
        ConfigError
            If there are no texts in this language.
        """
        return str(languages.language(language).text(f"impact_words.reason.{self.reason}"))

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
