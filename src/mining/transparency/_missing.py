"""What lacks before sheets may be published, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from mining.errors import ConfigError, at
from mining.readers.fields import expected_key
from mining.readers.yaml_files import read_yaml
from mining.territory import UNKNOWN, Territory
from mining.transparency._stated import Stated, analyses, devices
from mining.transparency._taxonomy import Taxonomy

#: Category of the elements that a field of ``territory.yaml`` holds.
CATEGORY = {
    "purposes": "purpose",
    "technology": "tech",
    "data": "data",
    "process": "process",
    "access": "access",
    "storage": "storage",
}

_SENSOR = tuple(field.name for field in fields(Stated))
_ANALYSES = tuple(name for name in _SENSOR if name not in ("technology", "data", "process"))

#: How many an error names before it counts the rest.
_NAMED = 3


@dataclass(frozen=True)
class Missing:
    """One thing that nobody stated.

    Attributes
    ----------
    sensor : str
        The sensor; "" for the analyses.
    field : str
        The key of the section, such as ``technology``.
    why : str
        What stands against what is stated; "" where nothing is.
    """

    sensor: str
    field: str
    why: str = ""

    def __str__(self) -> str:
        whose = f"the sensor {self.sensor!r}" if self.sensor else "the analyses"
        return f"{self.field} of {whose}" + (f" ({self.why})" if self.why else "")


def missing(territory: Territory, sensors: pd.DataFrame) -> list[Missing]:
    """Name what the sheets lack, sensor by sensor, then the analyses.

    Parameters
    ----------
    territory : Territory
        As loaded.
    sensors : DataFrame
        Columns `name` and `kind`, indexed by sensor.

    Returns
    -------
    list of Missing
        Empty where everything is stated; ``unknown`` is stated.
    """
    out = []
    for device in devices(territory, sensors, minimum_count=1):
        lacking = (n for n in _SENSOR if not getattr(device.stated, n))
        out += [Missing(device.sensor, name) for name in lacking]
        if device.contradiction:
            out.append(Missing(device.sensor, "technology", device.contradiction))
    stated = analyses(territory)
    return out + [Missing("", n) for n in _ANALYSES if not getattr(stated, n)]


def check(territory: Territory, sensors: pd.DataFrame, reference: Taxonomy) -> None:
    """Stop unless the sheets of a territory are complete; to be called before publishing.

    Raises
    ------
    ConfigError
        If the section is absent, names an element that the taxonomy does not have, or lacks
        something; the message names the first ones.
    """
    path = territory.folder / "territory.yaml"
    if territory.transparency is None:
        msg = f"{path}: no section 'transparency', which says who counts, why and how"
        raise ConfigError(msg)
    check_elements(territory, reference)
    lacking = missing(territory, sensors)
    if lacking:
        named = ", ".join(str(m) for m in lacking[:_NAMED])
        rest = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        expected = f"each in the section 'transparency' ({UNKNOWN!r} is a lawful value)"
        raise ConfigError(f"{path}: missing {named}{rest}, expected {expected}")


def check_elements(territory: Territory, reference: Taxonomy) -> None:
    """Check that every identifier of a territory is one of the taxonomy.

    Raises
    ------
    ConfigError
        At the first one that is not, naming file, line, what was found and what was expected.
    """
    path = territory.folder / "territory.yaml"
    lines = read_yaml(path)[1] if territory.transparency else {}
    for place, field, found in _named(territory):
        known = _known(reference, field)
        if found not in known:
            line = next(
                (lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None
            )
            column = ".".join(str(p) for p in place)
            _refuse(at(path, line=line, column=column), found, known)
    table = territory.transparency_overrides
    for at_line, _, field, value in table.itertuples():
        for item in (v.strip() for v in value.split(";")) if field in CATEGORY else ():
            known = _known(reference, field)
            if item not in known:
                where = at(territory.folder / "transparency.csv", line=at_line, column="value")
                _refuse(where, item, known)


def _known(reference: Taxonomy, field: str) -> list[str]:
    elements = reference.elements["device", CATEGORY[field]]
    return [UNKNOWN, *(e for e in elements if e != "k_anonymity")]


def _refuse(where: str, found: str, known: Sequence[str]) -> None:
    if found == "k_anonymity":
        why = "it is added where no count under report.minimum_count is public, never declared"
        raise ConfigError(f"{where}: found {found!r}: {why}")
    raise ConfigError(f"{where}: found {found!r}, expected {expected_key(found, known)}")


def _named(territory: Territory) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    section = territory.transparency
    if section is None:
        return
    parts: list[tuple[tuple[str | int, ...], object]] = [(("transparency",), section)]
    parts += [(("transparency", "sensors", k), v) for k, v in section.sensors.items()]
    parts.append((("transparency", "analyses"), section.analyses))
    for place, part in parts:
        for field in CATEGORY:
            for number, item in enumerate(getattr(part, field, None) or ()):
                yield (*place, field, number), field, item
