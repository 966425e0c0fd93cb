"""What an edition has hidden and told, so that the next one does not give it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mining.errors import ConfigError
from mining.secrecy._cells import Bools, Floats
from mining.secrecy._counts import ALONE, Cell, Hidden

_FORMAT = 1
#: Sums are of whole numbers; cubes hold them in single precision.
_SAME = 0.5


@dataclass(frozen=True)
class Told:
    """What was told of one week of one place.

    Attributes
    ----------
    cells : tuple of tuple of int
        Slots hidden on each day.
    days : tuple of int
        Days whose total was hidden.
    sums : mapping of str to float or None
        Sum of each group of hidden cells that a reader could work out; None where the totals left
        it out; no entry where no total was told.
    """

    cells: tuple[tuple[int, ...], ...]
    days: tuple[int, ...] = ()
    sums: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """Hidden cells and told totals of all editions so far: nothing that was not published.

    Attributes
    ----------
    weeks : mapping
        Place, then Monday as a date, to :class:`Told`.
    totals : mapping
        Place, then the name of a total, to its figures.
    """

    weeks: Mapping[str, Mapping[str, Told]] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)

    def kept(self, place: str, monday: str, shape: tuple[int, int], *, by_day: bool) -> Bools:
        """Return the cells of a week that were hidden once, shape (day, slot).

        Where only days are told (`by_day`), those of the days whose total was hidden.
        """
        out = np.zeros(shape, dtype=bool)
        told = self.weeks.get(place, {}).get(monday)
        if told is None:
            return out
        for day, slots in enumerate(told.cells):
            out[day, [s for s in slots if s < shape[1]]] = not by_day
        out[list(told.days)] = True
        return out

    def agree(
        self, place: str, monday: str, now: Hidden, counts: Floats, *, by_day: bool
    ) -> Hidden:
        """Leave out of the totals what a reader of an earlier edition could work out from them.

        Parameters
        ----------
        place, monday : str
            Whose week.
        now : Hidden
            What may be said of it without regard to earlier editions.
        counts : ndarray, shape (day, slot)
            Its counts.
        by_day : bool
            Whether the day is the finest step told; totals of days are then cells themselves.

        Notes
        -----
        Of a week that was told, a group of hidden cells stays part of the totals if it has the
        same cells and the same sum as then: its sum tells nothing new. If a cell joined it or was
        revised, the difference of both sums would tell of that cell.
        """
        then = self.weeks.get(place, {}).get(monday)
        if then is None:
            return now
        told = now.told.copy()
        for number in np.unique(now.group[now.hidden]):
            if by_day and number < len(counts):
                continue
            mine: Bools = np.asarray(now.group == number)
            key = str(int(number))
            same = _cells(mine) == _cells(mine, then)
            total = float(counts[mine].sum())
            past = then.sums.get(key) if then.sums else total
            agrees = past is not None and abs(past - total) < _SAME
            if not (same and agrees):
                told[mine] = False
        return replace(now, told=told)

    def steady(
        self, place: str, name: str, figures: tuple[float, ...], minimum: int
    ) -> tuple[float, ...]:
        """Return the figures of a total, those told last time if the revision is small.

        A total told twice with a difference below the minimum would tell how many passed in the
        hours that came late.
        """
        then = self.totals.get(place, {}).get(name)
        if then is None or len(then) != len(figures):
            return figures
        small = [0 < abs(a - b) < minimum for a, b in zip(then, figures, strict=True)]
        return then if any(small) else figures

    def to_json(self) -> str:
        """Return the record as a text that is the same for the same record."""
        weeks = {
            place: {
                monday: {"cells": told.cells, "days": told.days, "sums": dict(told.sums)}
                for monday, told in of_place.items()
            }
            for place, of_place in self.weeks.items()
        }
        known = {"format": _FORMAT, "weeks": weeks, "totals": self.totals}
        return json.dumps(known, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str, name: str = "disclosure.json") -> Record:
        """Return the record that a text holds.

        Raises
        ------
        ConfigError
            If it is none: publishing without it could give back what was hidden.
        """
        try:
            raw = json.loads(text)
            if raw["format"] != _FORMAT:
                msg = f"format {raw['format']!r}, expected {_FORMAT}"
                raise ValueError(msg)
            weeks = {
                str(place): {str(m): _told(t) for m, t in known.items()}
                for place, known in raw["weeks"].items()
            }
            totals = {
                str(place): {str(k): tuple(map(float, v)) for k, v in known.items()}
                for place, known in raw["totals"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"
            msg = f"{name}: not the record of an edition ({why}); restore the published one"
            raise ConfigError(msg) from error
        return cls(weeks, totals)


def _told(raw: Mapping[str, Any]) -> Told:
    cells = tuple(tuple(int(s) for s in day) for day in raw["cells"])
    if len(cells) != 7:
        msg = f"{len(cells)} days of a week"
        raise ValueError(msg)
    sums = {str(k): None if v is None else float(v) for k, v in raw["sums"].items()}
    return Told(cells, tuple(int(d) for d in raw["days"]), sums)


def told_of(now: Hidden, counts: Floats, *, totals: bool) -> Told:
    """Return what an edition tells of a week.

    Parameters
    ----------
    now : Hidden
        What may be said of it.
    counts : ndarray, shape (day, slot)
        Its counts.
    totals : bool
        Whether totals of its days are told, and not hours alone.
    """
    cells = tuple(tuple(np.flatnonzero(row).tolist()) for row in now.hidden)
    shut = (now.rows == Cell.LOW) | (now.rows == Cell.WITHHELD)
    sums: dict[str, float | None] = {}
    for number in np.unique(now.group[now.group != ALONE]) if totals else ():
        mine: Bools = np.asarray(now.group == number)
        inside = bool(now.told[mine].all())
        sums[str(int(number))] = float(counts[mine].sum()) if inside else None
    return Told(cells, tuple(np.flatnonzero(shut).tolist()), sums)


def _cells(mine: Bools, then: Told | None = None) -> list[tuple[int, ...]]:
    """Return the slots of a group by day; of `then`, those hidden on the days that it touches."""
    if then is None:
        return [tuple(np.flatnonzero(row).tolist()) for row in mine]
    return [tuple(s) if t.any() else () for s, t in zip(then.cells, mine, strict=True)]
