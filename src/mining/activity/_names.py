"""Names of groups: rules over the share of each part of the week against the territory.

A part is a set of hours. Its index in a group is the group's share of it divided by the mean
share over all sensors. A group takes the name of the part that moves it away the most, in square
roots of shares: the distance in which groups were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.activity._words import say
from mining.language import Language

FloatArray = npt.NDArray[np.float64]

#: A part names a group only from this index on; below, the group lives like the territory.
LEAST_INDEX = 1.08
#: Saturday and Sunday are said together where both indices reach the first number and neither
#: exceeds the other by more than the factor of the second.
BOTH_DAYS, ALIKE_DAYS = 1.05, 1.25
#: Gates of a school: its two hours reach the first number, and exceed the hours beside them, in
#: which offices come and go, by the factor of the second.
SCHOOL_HOURS, SCHOOL_PEAK = 1.5, 1.3


@dataclass(frozen=True)
class Part:
    """A part of the week; its words stand in ``activity_words`` of the catalogue.

    Attributes
    ----------
    key : str
        Stable name.
    days : sequence of int
        Days, Monday being 0.
    hours : tuple of int
        Hours of the day; empty for whole days.
    """

    key: str
    days: Sequence[int]
    hours: tuple[int, ...]


def _hours(first: int, end: int) -> tuple[int, ...]:
    return tuple(h % 24 for h in range(first, end))


_WEEK, _WORK, _WEEKEND = range(7), range(5), range(5, 7)
_SATURDAY, _SUNDAY = range(5, 6), range(6, 7)
_DAY, _SCHOOL = _hours(10, 18), (0, 1, 3, 4)
#: Parts of a week of 168 hours.
WEEK_PARTS = (
    Part("night", _WEEK, _hours(23, 29)),
    Part("evening", _WEEK, _hours(19, 23)),
    Part("morning", _WORK, _hours(6, 10)),
    Part("school", _SCHOOL, (8, 16)),
    Part("noon", _WORK, (12, 13)),
    Part("homeward", _WORK, _hours(16, 20)),
    Part("daytime", range(6), _DAY),
    Part("saturday", _SATURDAY, _DAY),
    Part("sunday", _SUNDAY, _DAY),
    Part("weekend", _WEEKEND, _DAY),
)
#: The hours beside those of a school.
_BESIDE = Part("beside_school", _SCHOOL, (7, 9, 15, 17))
#: Parts of a week of 7 days.
DAY_PARTS = (
    Part("workdays", _WORK, ()),
    Part("saturday", _SATURDAY, ()),
    Part("sunday", _SUNDAY, ()),
    Part("weekend", _WEEKEND, ()),
)
#: Parts of one day of 24 hours.
CLOCK_PARTS = (
    Part("night", range(1), _hours(23, 29)),
    Part("morning", range(1), _hours(6, 10)),
    Part("noon", range(1), _hours(12, 14)),
    Part("afternoon", range(1), _hours(14, 19)),
    Part("evening", range(1), _hours(19, 23)),
)
_BY_SLOTS = {168: WEEK_PARTS, 7: DAY_PARTS, 24: CLOCK_PARTS}
#: Where the words of the parts stand, by slots.
_TABLES = {168: "week", 7: "days", 24: "clock"}


@dataclass(frozen=True)
class Naming:
    """Names of groups and what they rest on.

    Attributes
    ----------
    names, evidence, contrast : list of str
        For each group: its name, the sentence that proves it, and what it is not.
    parts : tuple of Part
        Parts of the week that were looked at.
    phrases : list of str
        Words for the share of each part, as in "part de nuit".
    index : ndarray (group, part)
        Share of the part in the group, divided by the mean share over the territory.
    """

    names: list[str]
    evidence: list[str]
    contrast: list[str]
    parts: tuple[Part, ...]
    phrases: list[str]
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


def name_groups(groups: FloatArray, territory: FloatArray, words: Language) -> Naming:
    """Name groups by rule.

    Parameters
    ----------
    groups : ndarray (group, slot)
        Mean shares of each group.
    territory : ndarray (slot,)
        Mean share over all sensors.
    words : Language

    Returns
    -------
    Naming
        Names are distinct: the group that a part moves away the most takes its name first; a
        group left without a part of its own has the name of the average, numbered if need be.
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
    names = [_name(parts, slots, chosen.get(g), g, words) for g in range(len(groups))]
    phrases = [say(f"{_TABLES[slots]}.{p.key}.phrase", words) for p in parts]
    evidence = [_evidence(phrases, index[g], chosen.get(g), words) for g in range(len(groups))]
    contrast = [_contrast(phrases, index[g], mine[g], all_, words) for g in range(len(groups))]
    return Naming(_distinct(names, words), evidence, contrast, parts, phrases, index)


def _name(parts: Sequence[Part], slots: int, part: int | None, group: int, words: Language) -> str:
    if not parts:
        return say("numbered", words, n=words.number(group + 1))
    if part is None:
        return say("average", words)
    return say(f"{_TABLES[slots]}.{parts[part].key}.group", words)


def _times(index: float, words: Language) -> str:
    """Return an index in words: near the mean with one digit more."""
    return words.number(index, 2 if abs(index - 1) < 0.15 else 1)


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


def _evidence(phrases: Sequence[str], index: FloatArray, part: int | None, words: Language) -> str:
    if part is not None:
        return say("much", words, phrase=phrases[part], times=_times(index[part], words))
    return say("nothing", words) if phrases else ""


def _contrast(
    phrases: Sequence[str], index: FloatArray, mine: FloatArray, mean: FloatArray, words: Language
) -> str:
    if not phrases or index.min() > 1 / LEAST_INDEX:
        return ""
    low = int(np.argmin(np.where(index <= 1 / LEAST_INDEX, np.sqrt(mine) - np.sqrt(mean), 0.0)))
    return say("little", words, phrase=phrases[low], times=_times(index[low], words))


def _distinct(names: list[str], words: Language) -> list[str]:
    out = []
    for place, name in enumerate(names):
        before = words.number(names[:place].count(name) + 1)
        out.append(say("again", words, name=name, n=before) if names.count(name) > 1 else name)
    return out
