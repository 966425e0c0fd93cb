"""French names of groups: rules over the share of each part of the week against the territory.

A part is a set of hours. Its index in a group is the group's share of it divided by the mean
share over all sensors. A group takes the name of the part that moves it away the most, in square
roots of shares: the distance in which groups were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: A part names a group only from this index on; below, the group lives like the territory.
LEAST_INDEX = 1.08
#: Saturday and Sunday are said together where both indices reach the first number and neither
#: exceeds the other by more than the factor of the second.
BOTH_DAYS, ALIKE_DAYS = 1.05, 1.25
#: Gates of a school: its two hours reach the first number, and exceed the hours beside them, in
#: which offices come and go, by the factor of the second.
SCHOOL_HOURS, SCHOOL_PEAK = 1.5, 1.3
AVERAGE_NAME = "rythme moyen"


@dataclass(frozen=True)
class Part:
    """A part of the week.

    Attributes
    ----------
    key : str
        Stable name.
    group : str
        French name of a group in which this part is large.
    phrase : str
        French words for the share of this part, as in "part de nuit".
    days : sequence of int
        Days, Monday being 0.
    hours : tuple of int
        Hours of the day; empty for whole days.
    """

    key: str
    group: str
    phrase: str
    days: Sequence[int]
    hours: tuple[int, ...]


def _hours(first: int, end: int) -> tuple[int, ...]:
    return tuple(h % 24 for h in range(first, end))


_WEEK, _WORK, _WEEKEND = range(7), range(5), range(5, 7)
_SATURDAY, _SUNDAY = range(5, 6), range(6, 7)
_DAY, _SCHOOL = _hours(10, 18), (0, 1, 3, 4)
#: Parts of a week of 168 hours.
WEEK_PARTS = (
    Part("night", "vie nocturne", "part de nuit (23 h - 5 h)", _WEEK, _hours(23, 29)),
    Part("evening", "soirées", "part du soir (19 h - 23 h)", _WEEK, _hours(19, 23)),
    Part("morning", "bureaux", "part des matins de semaine (6 h - 10 h)", _WORK, _hours(6, 10)),
    Part("school", "entrées d'école", "part de 8 h et 16 h, hors mercredi", _SCHOOL, (8, 16)),
    Part("noon", "pauses de midi", "part des midis de semaine (12 h - 14 h)", _WORK, (12, 13)),
    Part("homeward", "retours du soir", "part de 16 h à 20 h en semaine", _WORK, _hours(16, 20)),
    Part("daytime", "journée", "part de la journée (10 h - 18 h, hors dimanche)", range(6), _DAY),
    Part("saturday", "commerces du samedi", "part du samedi (10 h - 18 h)", _SATURDAY, _DAY),
    Part("sunday", "promenades du dimanche", "part du dimanche (10 h - 18 h)", _SUNDAY, _DAY),
    Part("weekend", "sorties du week-end", "part du week-end (10 h - 18 h)", _WEEKEND, _DAY),
)
#: The hours beside those of a school.
_BESIDE = Part("beside_school", "", "", _SCHOOL, (7, 9, 15, 17))
#: Parts of a week of 7 days.
DAY_PARTS = (
    Part("workdays", "jours ouvrés", "part du lundi au vendredi", _WORK, ()),
    Part("saturday", "commerces du samedi", "part du samedi", _SATURDAY, ()),
    Part("sunday", "promenades du dimanche", "part du dimanche", _SUNDAY, ()),
    Part("weekend", "sorties du week-end", "part du week-end", _WEEKEND, ()),
)
#: Parts of one day of 24 hours.
CLOCK_PARTS = (
    Part("night", "vie nocturne", "part de nuit (23 h - 5 h)", range(1), _hours(23, 29)),
    Part("morning", "matins", "part du matin (6 h - 10 h)", range(1), _hours(6, 10)),
    Part("noon", "pauses de midi", "part de midi (12 h - 14 h)", range(1), _hours(12, 14)),
    Part("afternoon", "après-midi", "part de l'après-midi (14 h - 19 h)", range(1), _hours(14, 19)),
    Part("evening", "soirées", "part du soir (19 h - 23 h)", range(1), _hours(19, 23)),
)
_BY_SLOTS = {168: WEEK_PARTS, 7: DAY_PARTS, 24: CLOCK_PARTS}


@dataclass(frozen=True)
class Naming:
    """Names of groups and what they rest on.

    Attributes
    ----------
    names, evidence, contrast : list of str
        For each group: its French name, the sentence that proves it, and what it is not.
    parts : tuple of Part
        Parts of the week that were looked at.
    index : ndarray (group, part)
        Share of the part in the group, divided by the mean share over the territory.
    """

    names: list[str]
    evidence: list[str]
    contrast: list[str]
    parts: tuple[Part, ...]
    index: FloatArray


def masks(parts: Sequence[Part], slots: int) -> npt.NDArray[np.bool_]:
    """Return which slots belong to each part, ``(part, slot)``."""
    slot = np.arange(slots)
    day, hour = (slot, slot * 0) if slots == 7 else (slot // 24, slot % 24)
    rows = [
        np.isin(day, list(p.days)) & (np.isin(hour, p.hours) if p.hours else True) for p in parts
    ]
    return np.array(rows, dtype=bool).reshape(len(parts), slots)


def parts_of(slots: int) -> tuple[Part, ...]:
    """Return the parts of a week of `slots` steps; none where its hours are unknown."""
    return _BY_SLOTS.get(slots, ())


def name_groups(groups: FloatArray, territory: FloatArray) -> Naming:
    """Name groups by rule.

    Parameters
    ----------
    groups : ndarray (group, slot)
        Mean shares of each group.
    territory : ndarray (slot,)
        Mean share over all sensors.

    Returns
    -------
    Naming
        Names are distinct: the group that a part moves away the most takes its name first; a
        group left without a part of its own has the name "rythme moyen", numbered if need be.
        Where the number of slots is neither 168, 7 nor 24, groups are numbered only.
    """
    slots = groups.shape[1]
    parts = parts_of(slots)
    inside = masks(parts, slots)
    mine, all_ = groups @ inside.T, territory @ inside.T
    index = np.where(all_ > 0, mine / np.where(all_ > 0, all_, 1.0), 1.0)
    allowed = _may_name(parts, index)
    if slots == 168:
        beside = masks((_BESIDE,), slots)[0]
        school = [p.key for p in parts].index("school")
        peak = index[:, school] * territory[beside].sum() > SCHOOL_PEAK * groups[:, beside].sum(1)
        allowed[:, school] &= peak & (index[:, school] >= SCHOOL_HOURS)
    pull = np.where(allowed, np.sqrt(mine) - np.sqrt(all_), -np.inf)
    chosen = _assign(pull)
    names = [parts[chosen[g]].group if g in chosen else AVERAGE_NAME for g in range(len(groups))]
    if not parts:
        names = [f"groupe {g + 1}" for g in range(len(groups))]
    evidence = [_evidence(parts, index[g], chosen.get(g)) for g in range(len(groups))]
    contrast = [_contrast(parts, index[g], mine[g], all_) for g in range(len(groups))]
    return Naming(_distinct(names), evidence, contrast, parts, index)


def times(index: float) -> str:
    """Return an index in words.

    Examples
    --------
    >>> times(2.08)
    '2,1 fois la moyenne'
    """
    digits = 2 if abs(index - 1) < 0.15 else 1
    return f"{index:.{digits}f}".replace(".", ",") + " fois la moyenne"


def _may_name(parts: Sequence[Part], index: FloatArray) -> npt.NDArray[np.bool_]:
    allowed = np.asarray(index >= LEAST_INDEX)
    at = {p.key: i for i, p in enumerate(parts)}
    if "weekend" in at:
        days = index[:, [at["saturday"], at["sunday"]]]
        alike = days.max(axis=1) <= ALIKE_DAYS * days.min(axis=1)
        both = np.asarray((days >= BOTH_DAYS).all(axis=1) & alike)
        allowed[:, at["weekend"]] &= both
        allowed[:, [at["saturday"], at["sunday"]]] &= ~both[:, None]
    return allowed


def _assign(pull: FloatArray) -> dict[int, int]:
    """Give parts to groups, the strongest pull first; each part and each group once."""
    left = pull.copy()
    out: dict[int, int] = {}
    while left.size and np.isfinite(left.max()):
        group, part = np.unravel_index(int(np.argmax(left)), left.shape)
        out[int(group)] = int(part)
        left[group, :] = -np.inf
        left[:, part] = -np.inf
    return out


def _evidence(parts: Sequence[Part], index: FloatArray, part: int | None) -> str:
    if part is not None:
        return f"{parts[part].phrase} : {times(index[part])}"
    return "aucune partie de la semaine ne s'écarte nettement de la moyenne" if parts else ""


def _contrast(parts: Sequence[Part], index: FloatArray, mine: FloatArray, mean: FloatArray) -> str:
    if not parts or index.min() > 1 / LEAST_INDEX:
        return ""
    low = int(np.argmin(np.where(index <= 1 / LEAST_INDEX, np.sqrt(mine) - np.sqrt(mean), 0.0)))
    return f"{parts[low].phrase} : {times(index[low])} seulement"


def _distinct(names: list[str]) -> list[str]:
    out = []
    for place, name in enumerate(names):
        before = names[:place].count(name)
        out.append(f"{name} ({before + 1})" if names.count(name) > 1 else name)
    return out
