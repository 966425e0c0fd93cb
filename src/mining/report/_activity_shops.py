"""Facts of the shops around: what may be told of places, areas, communes and IRIS."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mining.language import clean_name, finite

#: Row and column that add up.
TOTAL = "total"
#: Characters of the code of a commune, with which that of an IRIS begins.
COMMUNE = 5
LEVELS = ("place", "area", "commune", "iris")


#: Rows of the table of names, by level and key.
Names = Mapping[tuple[str, str], Mapping[Hashable, Any]]


@dataclass(frozen=True)
class ShopTables:
    """Published tables of establishments, as the stage ``shops`` writes them.

    Attributes
    ----------
    counts : DataFrame
        ``level, place, family, count, share, secret, hill, density``; holes where secret.
    names : DataFrame
        ``level, place, name, latitude, longitude, reach, stability, character, index``.
    gaps : DataFrame
        ``level, place, family, peers, chance``.
    notes : mapping
        ``source`` (key of the source), ``radius``, ``left_out`` and what else the stage tells.
    labels : mapping
        Family to its name in words, in the order in which families are shown.
    street : tuple of str
        Families that live by people who pass.
    """

    counts: pd.DataFrame
    names: pd.DataFrame
    gaps: pd.DataFrame
    notes: Mapping[str, object]
    labels: Mapping[str, str]
    street: tuple[str, ...]


@dataclass(frozen=True)
class Mix:
    """What stands at one place, in one area, commune or IRIS.

    Attributes
    ----------
    key, name : str
        Key of the tables and name in words.
    total : float or None
        Establishments; None where secret.
    counts : dict of str to float or None
        Establishments by family; None where secret.
    hill : float
        How many equally common families would be as diverse; NaN where not told.
    density : float
        Establishments a hectare of the circle; NaN where not told.
    """

    key: str
    name: str
    total: float | None
    counts: dict[str, float | None]
    hill: float
    density: float

    def share(self, family: str) -> float | None:
        """Return the share of a family, None where it or the total is secret, 0 of nothing."""
        count = self.counts.get(family)
        if count == 0:
            return 0.0
        return None if count is None or self.total is None else count / self.total

    @property
    def hidden(self) -> int:
        """Number of secret families."""
        return sum(c is None for c in self.counts.values())


@dataclass(frozen=True)
class Area:
    """A local area of activity: a circle around its middle that holds nine tenths of it."""

    mix: Mix
    latitude: float
    longitude: float
    reach: float
    stability: float
    character: str
    index: float


@dataclass(frozen=True)
class Gap:
    """A family that comparable places have and this one has not."""

    level: str
    place: str
    name: str
    family: str
    peers: float
    chance: float


@dataclass(frozen=True)
class Shops:
    """Everything the report says of establishments.

    Attributes
    ----------
    source : str
        Key of the source; "" where none is declared.
    radius : float
        Metres around each place.
    left_out : dict of str to int or None
        Establishments left out, by reason; None where they are too few to be counted.
    labels : dict of str to str
        Family to its name.
    street : tuple of str
        Families that live by people who pass.
    places, communes, iris : tuple of Mix
        Most establishments first.
    areas : tuple of Area
        Largest first.
    gaps : tuple of Gap
        Least due to chance first.
    """

    source: str
    radius: float
    left_out: dict[str, int | None]
    labels: dict[str, str]
    street: tuple[str, ...]
    places: tuple[Mix, ...] = ()
    communes: tuple[Mix, ...] = ()
    iris: tuple[Mix, ...] = ()
    areas: tuple[Area, ...] = ()
    gaps: tuple[Gap, ...] = field(default=())

    @property
    def told(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.places or self.communes or self.iris or self.areas)

    def place(self, name: str) -> Mix | None:
        """Return the mix around a place, or None where it is not known."""
        return next((m for m in self.places if m.key == name), None)


def shops_of(tables: ShopTables | None) -> Shops | None:
    """Return what the tables tell, or None where the stage has not run."""
    if tables is None:
        return None
    notes = tables.notes
    names = {(str(r["level"]), str(r["place"])): r for r in tables.names.to_dict("records")}
    mixes = {level: _mixes(tables, level, names) for level in LEVELS}
    left_out = notes.get("left_out") or {}
    return Shops(
        source=str(notes.get("source") or ""),
        radius=_number(notes.get("radius")),
        left_out={str(k): v for k, v in dict(left_out).items()},  # type: ignore[call-overload]
        labels={str(k): str(v) for k, v in tables.labels.items()},
        street=tables.street,
        places=mixes["place"],
        communes=mixes["commune"],
        iris=mixes["iris"],
        areas=tuple(
            _area(m, names[("area", m.key)]) for m in mixes["area"] if ("area", m.key) in names
        ),
        gaps=_gaps(tables, names),
    )


def _mixes(tables: ShopTables, level: str, names: Names) -> tuple[Mix, ...]:
    rows = tables.counts[(tables.counts["level"] == level) & (tables.counts["place"] != TOTAL)]
    found = []
    for place, mine in rows.groupby("place", sort=True):
        by = mine.set_index("family")
        known_count = by["count"].astype("float64")
        count = {str(f): c if finite(c) else None for f, c in known_count.items()}
        total = count.pop(TOTAL, None)
        has = TOTAL in by.index
        found.append(
            Mix(
                key=str(place),
                name=_name(level, str(place), names),
                total=total,
                counts={f: count[f] for f in tables.labels if f in count},
                hill=float(by["hill"][TOTAL]) if has else float("nan"),
                density=float(by["density"][TOTAL]) if has else float("nan"),
            )
        )
    return tuple(sorted(found, key=lambda m: (-(m.total or 0.0), m.name, m.key)))


def _area(mix: Mix, known: Mapping[Hashable, Any]) -> Area:
    return Area(
        mix,
        latitude=_number(known["latitude"]),
        longitude=_number(known["longitude"]),
        reach=_number(known["reach"]),
        stability=_number(known["stability"]),
        character=_text(known["character"]),
        index=_number(known["index"]),
    )


def _gaps(tables: ShopTables, names: Names) -> tuple[Gap, ...]:
    found = []
    for row in tables.gaps.to_dict("records"):
        level, place, family = str(row["level"]), str(row["place"]), str(row["family"])
        if family in tables.street:
            name = _name(level, place, names)
            numbers = (_number(row["peers"]), _number(row["chance"]))
            found.append(Gap(level, place, name, family, *numbers))
    return tuple(sorted(found, key=lambda g: (g.chance, g.level, g.place, g.family)))


def _name(level: str, place: str, names: Names) -> str:
    """Return the name of a place or zone; an IRIS has the one of its commune before its code."""
    own = clean_name(_text(names.get((level, place), {}).get("name")))
    if own or level != "iris":
        return own or clean_name(place)
    commune = _text(names.get(("commune", place[:COMMUNE]), {}).get("name"))
    return clean_name(f"{commune}, {place}" if commune else place)


def _text(value: object) -> str:
    """Return a text of a table, empty where there is none."""
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    """Return a number of a table, NaN where there is none."""
    return float("nan") if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]
