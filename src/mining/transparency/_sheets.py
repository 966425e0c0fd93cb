"""Everything the transparency page of a territory says, before any word is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import xarray as xr

from mining.cube import kind_of
from mining.territory import Territory
from mining.transparency._missing import Missing, check_elements, missing
from mining.transparency._stated import Device, Stated, analyses, devices, sensors_of
from mining.transparency._taxonomy import Taxonomy, taxonomy


@dataclass(frozen=True)
class Group:
    """Sensors that share one sheet: same kind, same counter, same statements.

    Attributes
    ----------
    device : Device
        What is stated of each of them; its `sensor` and `name` are those of the first.
    members : tuple of tuple of str
        Sensor and name of each, by name.
    """

    device: Device
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheets:
    """What is stated of a territory, ready for pages and documents.

    Attributes
    ----------
    reference : Taxonomy
        The words of DTPR.
    devices : tuple of Device
        One for each sensor.
    groups : tuple of Group
        One for each sheet, the most numerous first.
    analyses : Stated
        Of the workspace's own analyses.
    about_people : bool
        Whether a sensor counts passages.
    simulated : bool
        Whether the data are simulated; each document says so.
    lacking : mapping
        Sensor, or "" for the analyses, to the fields that nobody stated; complete ones stay out.
    created_at : str
        Last time of the data, ISO 8601 in UTC.
    """

    reference: Taxonomy
    devices: tuple[Device, ...]
    groups: tuple[Group, ...]
    analyses: Stated
    about_people: bool
    simulated: bool
    lacking: Mapping[str, tuple[str, ...]]
    created_at: str


def sheets(
    territory: Territory, cube: xr.Dataset, reference: Path, *, minimum_count: int
) -> Sheets | None:
    """Resolve what a territory states; None where it has no section ``transparency``.

    Parameters
    ----------
    territory : Territory
        As loaded.
    cube : Dataset
        Its sensors, and the last time of the data.
    reference : Path
        ``data/reference`` of the workspace.
    minimum_count : int
        Smallest count that the report publishes.

    Raises
    ------
    ConfigError
        If an identifier is not one of the taxonomy. What is missing does not stop: see
        :func:`mining.transparency.check`.
    """
    if territory.transparency is None:
        return None
    words = taxonomy(reference)
    check_elements(territory, words)
    sensors = sensors_of(cube)
    found = devices(territory, sensors, minimum_count=minimum_count)
    last = pd.Timestamp(cube["time"].to_numpy()[-1])
    return Sheets(
        reference=words,
        devices=found,
        groups=_groups(found),
        analyses=analyses(territory),
        about_people=any(kind_of(d.kind).is_count for d in found),
        simulated=territory.simulated,
        lacking=_lacking(missing(territory, sensors)),
        created_at=f"{last.isoformat(timespec='seconds')}Z",
    )


def _lacking(found: Iterable[Missing]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for one in found:
        out[one.sensor] = (*out.get(one.sensor, ()), one.field)
    return out


def _groups(found: tuple[Device, ...]) -> tuple[Group, ...]:
    alike: dict[Device, list[tuple[str, str]]] = {}
    for device in sorted(found, key=lambda d: (d.name, d.sensor)):
        same = replace(device, sensor="", name="")
        alike.setdefault(same, []).append((device.sensor, device.name))
    groups = [
        Group(replace(same, sensor=members[0][0], name=members[0][1]), tuple(members))
        for same, members in alike.items()
    ]
    return tuple(sorted(groups, key=lambda g: (-len(g.members), g.members[0])))
