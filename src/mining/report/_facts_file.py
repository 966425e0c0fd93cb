"""The facts of a territory as JSON: what its pages state first, with the cell that holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from mining import writers
from mining.report._annex import Cell
from mining.report._known import TerritoryFacts


@dataclass(frozen=True)
class Fact:
    """One fact of a territory.

    Attributes
    ----------
    id : str
        Page and name, unique in the file and the same from edition to edition.
    figure : str
        Name of the figure, for instance ``week_total``.
    value : float or None
        As it is shown; None where it is hidden.
    unit, place : str
        What it counts, and where.
    start, end : str or None
        First and last day of its period.
    confidence : str
        ``solid``, ``indicative``, ``insufficient``, or empty where it is not judged.
    why : str
        Why there is no value.
    cell : str
        File of the annex and name of the cell, joined by ``#``.
    """

    id: str
    figure: str
    value: float | None
    unit: str
    place: str
    start: str | None
    end: str | None
    confidence: str
    why: str
    cell: str


def facts_of(annexes: Mapping[str, Sequence[Cell]]) -> tuple[Fact, ...]:
    """Return the facts that pages state, each with the first cell that holds it.

    Parameters
    ----------
    annexes : mapping
        Path of the CSV file of each page to its cells.
    """
    out: dict[str, Fact] = {}
    for path, cells in annexes.items():
        page = path.removeprefix("annexes/").removesuffix(".csv")
        for cell in cells:
            if cell.fact:
                start, end = cell.span or (None, None)
                out.setdefault(
                    f"{page}/{cell.fact}",
                    Fact(
                        id=f"{page}/{cell.fact}",
                        figure=cell.fact,
                        value=cell.value,
                        unit=cell.unit,
                        place=cell.place,
                        start=start,
                        end=end,
                        confidence=cell.confidence,
                        why=cell.why,
                        cell=f"{path}#{cell.name}",
                    ),
                )
    return tuple(out[name] for name in sorted(out))


def facts_file(annexes: Mapping[str, Sequence[Cell]], found: TerritoryFacts) -> str:
    """Return the facts of a territory as JSON, as ``docs/facts.schema.json`` describes them."""
    content = {
        "territory": found.name,
        "language": found.language,
        "until": found.today.isoformat(),
        "simulated": found.simulated,
        "minimum": found.minimum,
        "attribution": found.attribution,
        "licence": found.licence,
        "facts": [asdict(f) for f in facts_of(annexes)],
    }
    body = json.dumps(writers.plain(content, 15), ensure_ascii=False, indent=1, sort_keys=True)
    return body + "\n"
