"""An attacker on published counts: he reads pages, adds and subtracts, and solves linear programs.

He knows how the report is made: what adds up to what, what a sign in a table means, and that counts
are whole numbers from 0 on. He does not see the data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from lxml import html
from scipy.optimize import linprog

Key = tuple[str, int, int]
LOW, HELD, GONE = "low", "held", "gone"


@dataclass
class Knowledge:
    """Cells with what is known of each, and sums of cells with their value or bounds."""

    minimum: int = 11
    cells: dict[Key, float | str] = field(default_factory=dict)
    sums: list[tuple[dict[Key, float], float, float]] = field(default_factory=list)

    def add(self, cells: dict[Key, float] | list[Key], low: float, high: float) -> None:
        weights = cells if isinstance(cells, dict) else dict.fromkeys(cells, 1.0)
        self.sums.append((weights, low, high))

    def bounds(self) -> dict[Key, tuple[float, float]]:
        """Return what each cell that is said to be low can be, at least and at most."""
        free = sorted(k for k, v in self.cells.items() if v in (LOW, HELD))
        column = {k: n for n, k in enumerate(free)}
        top = self.minimum - 1
        limits = [(0, top) if self.cells[k] == LOW else (self.minimum, None) for k in free]
        rows, right = [], []
        for weights, low, high in self.sums:
            row, known = np.zeros(len(free)), 0.0
            for cell, weight in weights.items():
                value = self.cells[cell]
                if isinstance(value, str):
                    assert value != GONE, cell
                    row[column[cell]] += weight
                else:
                    known += weight * value
            if not row.any():
                assert low - 1e-6 <= known <= high + 1e-6, "what is published contradicts itself"
                continue
            rows += [row, -row]
            right += [high - known, known - low]
        return {k: self._interval(column[k], rows, right, limits) for k in free if self._low(k)}

    def _low(self, cell: Key) -> bool:
        return self.cells[cell] == LOW

    @staticmethod
    def _interval(at: int, rows: list, right: list, limits: list) -> tuple[float, float]:
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(limits))
            aim[at] = sign
            done = linprog(
                aim, A_ub=np.array(rows) if rows else None, b_ub=right or None, bounds=limits
            )
            assert done.status == 0, done.message
            ends.append(sign * done.fun)
        return ends[0], ends[1]

    def found(self) -> dict[Key, tuple[float, float]]:
        """Return the low cells of which something is known beyond that they are low."""
        top = self.minimum - 1
        return {k: (a, b) for k, (a, b) in self.bounds().items() if a > 1e-6 or b < top - 1e-6}


def table(page: str, caption: str) -> list[list[str]]:
    """Return the cells of the table whose caption starts so, header first."""
    for found in html.fromstring(page.encode()).iter("table"):
        words = found.find("caption")
        if words is not None and words.text_content().strip().startswith(caption):
            return [[c.text_content().strip() for c in row] for row in found.iter("tr")]
    raise LookupError(caption)


def figure(text: str) -> float:
    """Return the number that a cell starts with."""
    found = re.match(r"[\d\u202f]+", text)
    assert found, text
    return float(found[0].replace("\u202f", ""))


def cell(text: str) -> float | str:
    """Return what a cell of a table of counts says."""
    if text.startswith("<"):
        return LOW
    if text.startswith("n. p."):
        return HELD
    return GONE if text in ("\u2013", "\u2014") else figure(text)


@dataclass
class Page:
    """The tables of counts on the page of a place: hours, days, week, and pairs of weeks."""

    hours: np.ndarray
    days: list[str]
    total: str
    pairs: list[tuple[float, float]]

    @classmethod
    def read(cls, page: str) -> Page:
        """Read a page."""
        rows = table(page, "Passages par jour")
        key = html.fromstring(page.encode()).xpath('//dl[@class="key"]/div/dd')
        total = key[0].text_content().strip()
        try:
            pairs = [(figure(r[1]), figure(r[2])) for r in table(page, "Les deux comparaisons")[1:]]
        except LookupError:
            pairs = []
        if len(rows[0]) == 2:  # days alone
            hours = np.array([[cell(r[1])] for r in rows[1:]], dtype=object)
            return cls(hours, [r[1] for r in rows[1:]], total, pairs)
        hours = np.array([[cell(c) for c in r[1:]] for r in rows[1:25]], dtype=object).T
        return cls(hours, rows[25][1:], total, pairs)

    def told(self) -> list[list[tuple[int, int]]]:
        """Return the cells in the total of each day, by what the day says of its hours."""
        out = []
        for day, text in enumerate(self.days):
            counted = [(day, h) for h, v in enumerate(self.hours[day]) if v != GONE]
            shown = [(d, h) for d, h in counted if not isinstance(self.hours[d, h], str)]
            said = re.search(r"\((\d+)", text)
            part = said is not None and int(said[1]) == len(shown) < len(counted)
            out.append(shown if part else counted)
        return out


def read_place(know: Knowledge, name: str, page: Page) -> None:
    """Add what the page of a place says of its hours, days and week."""
    for (day, hour), value in np.ndenumerate(page.hours):
        know.cells[name, day, hour] = value
    told, week = page.told(), []
    for day, text in enumerate(page.days):
        cells = [(name, *c) for c in told[day]]
        value = cell(text)
        if value == LOW:
            know.add(cells, 0, know.minimum - 1)
        elif not isinstance(value, str) and page.hours.shape[1] > 1:
            know.add(cells, value, value)
        week += cells
    if cell(page.total) != LOW:
        know.add(_week(page, name, week), figure(page.total), figure(page.total))


def _week(page: Page, name: str, cells: list[Key]) -> list[Key]:
    """Return the cells of the total of the week: without small days, if it is less than they."""
    days = [figure(t) for t in page.days if not isinstance(cell(t), str)]
    small = {d for d, t in enumerate(page.days) if isinstance(cell(t), str)}
    if sum(days) == figure(page.total):
        return [c for c in cells if c[1] not in small]
    return cells
