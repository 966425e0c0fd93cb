r"""What moves a forecast away from a normal week, as numbers that add up.

The forecast is looked at as a game between four groups of what the model knows: holidays, the
season, the recent level and announced events. A group that does not take part is replaced by what
it says in a normal week. The share of a group is its Shapley value: its mean contribution over
all orders in which the groups can enter.

References
----------
Sundararajan and Najmi, *The many Shapley values for model explanation*, ICML 2020 (baseline
Shapley).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mining.forecast._reference import trust

if TYPE_CHECKING:
    from mining.forecast._cells import Rows
    from mining.forecast._events import Journal
    from mining.forecast._features import Bank
    from mining.forecast._trees import CrossFit

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

#: For each driver, the columns that belong to it and what they hold in a normal week.
NORMAL: dict[str, dict[str, float]] = {
    "holiday": {
        "special": 0.0,
        "is_holiday": 0.0,
        "days_to_holiday": 30.0,
        "days_since_holiday": 30.0,
        "bridge": 0.0,
        "analogue_network": np.nan,
        "analogue_sensor": np.nan,
        "holidays_before": np.nan,
        "echo_own": np.nan,
        "echo_network": np.nan,
    },
    "season": {
        "school_holiday": 0.0,
        "school_before": 0.0,
        "year_network": 0.0,
        "year_sensor": 0.0,
    },
    "recent": {
        **dict.fromkeys(("lag1", "lag2", "lag3", "mean4", "median8", "mean12"), 0.0),
        **{f"{what}{days}": 0.0 for what in ("level", "network") for days in (1, 3, 7, 14, 28)},
        **{f"slot{days}": 0.0 for days in (3, 14)},
    },
}
#: Columns that say where a cell is; what they do to a normal week is "other".
PLACE = ("sensor", "slot", "weekday", "lead", "shape")
#: In the order in which they are told; "other" is what none of them explains.
NAMES = ("holiday", "season", "recent", "event", "other")


@dataclass(frozen=True)
class Drivers:
    """A normal week, and what moves each cell away from it.

    Attributes
    ----------
    usual : ndarray, shape (...)
        The clean level of each cell: the usual value of its hour of the week.
    parts : ndarray, shape (..., driver)
        In the order of :data:`NAMES`; `usual` and its parts add up to the median forecast before
        it is bounded.
    """

    usual: Floats
    parts: Floats

    @classmethod
    def nothing(cls, shape: tuple[int, int]) -> Drivers:
        """Return drivers of cells of which nothing is known."""
        return cls(np.full(shape, np.nan), np.full((*shape, len(NAMES)), np.nan))

    def under(self, journal: Journal, shape: tuple[int, int]) -> Drivers:
        """Return flat cells as an array (sensor, position), with what the journal announces."""
        usual, parts = self.usual.reshape(shape), self.parts.reshape(*shape, len(NAMES)).copy()
        without = usual + parts.sum(axis=-1)
        parts[..., NAMES.index("event")] = journal.applied(without) - without
        return Drivers(usual, parts)

    def picked(self, rows: Ints, columns: Ints) -> Drivers:
        """Return some sensors at some positions; sensors at -1 are NaN."""
        usual, parts = self.usual[rows][:, columns], self.parts[rows][:, columns]
        known = (rows >= 0)[:, None]
        return Drivers(np.where(known, usual, np.nan), np.where(known[..., None], parts, np.nan))


def drivers(bank: Bank, rows: Rows, points: CrossFit) -> Drivers:
    """Return the drivers of cells.

    Parameters
    ----------
    bank : Bank
        What is known.
    rows : Rows
        Cells.
    points : CrossFit
        Trees of the distance from the reference.
    """
    table = bank.features(rows)
    usual, scale = bank.clean(rows)
    reference = bank.reference(rows)
    trusted = trust(bank, rows)
    players = tuple(NORMAL)
    values: dict[frozenset[str], Floats] = {}
    for present in _subsets(players):
        normal = {k: v for name in players if name not in present for k, v in NORMAL[name].items()}
        distance = points.predict(table.assign(**_float32(normal)))
        base, unit, belief = usual, scale, np.ones_like(usual)
        if "holiday" in present:
            (base, unit), belief = reference, trusted
        values[present] = base + distance * belief * unit
    parts = np.zeros((len(usual), len(NAMES)))
    for name in players:
        parts[:, NAMES.index(name)] = _shapley(name, players, values)
    parts[:, NAMES.index("other")] = values[frozenset()] - usual
    # A level that just moved is news too: the normal week is the one before.
    before = bank.usual(rows)
    parts[:, NAMES.index("recent")] += usual - before
    return Drivers(before, parts)


def _float32(normal: dict[str, float]) -> dict[str, Any]:
    return {name: np.float32(value) for name, value in normal.items()}


def _subsets(players: tuple[str, ...]) -> Iterator[frozenset[str]]:
    for size in range(len(players) + 1):
        for chosen in combinations(players, size):
            yield frozenset(chosen)


def _shapley(name: str, players: tuple[str, ...], values: dict[frozenset[str], Floats]) -> Floats:
    """Return the mean contribution of a player over all orders of entering."""
    others = tuple(p for p in players if p != name)
    count = len(players)
    total = np.zeros_like(next(iter(values.values())))
    for before in _subsets(others):
        weight = factorial(len(before)) * factorial(count - len(before) - 1) / factorial(count)
        total += weight * (values[before | {name}] - values[before])
    return total
