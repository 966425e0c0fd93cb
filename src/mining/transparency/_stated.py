"""What a territory states of each sensor and of its analyses, defaults and exceptions resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from mining.cube import kind_of
from mining.territory import (
    UNKNOWN,
    Handling,
    Organisation,
    Territory,
    Transparency,
    override,
)

#: Technology of a counter of the national schema, where its name leaves no doubt.
TECHNOLOGY_OF_COUNTER = {
    "INDUCTIVE LOOP": "induction_loop",
    "PASSIVE INFRARED": "passive_infrared_sensor",
    "PIEZOELECTRIC SENSOR": "piezoelectric_sensor",
    "RADAR SENSOR": "radar",
    "LIDAR": "li_dar",
}

#: A video counter has one of these: which one decides what can be recognised, so it is stated.
VIDEO = frozenset(
    {
        "identifiable_video",
        "de_identified_video",
        "non_identifiable_video",
        "video_camera",
        "video_camera_infrared",
    }
)

#: Accesses that do not make the data public.
_INSIDE = frozenset(
    {
        "available_to_the_accountable_organization",
        "available_to_vendor",
        "not_available_to_me",
        "not_available_to_the_accountable_organization",
        "not_available_to_vendor",
    }
)

_HANDLING = ("purposes", "access", "storage", "retention")
_DEVICE = ("technology", "data", "process")


@dataclass(frozen=True)
class Stated:
    """What is stated; None is forgotten, ``("unknown",)`` or ``"unknown"`` asked and not known.

    Attributes
    ----------
    accountable : tuple of Organisation or None
        The most important first.
    purposes, technology, data, process, access, storage : tuple of str or None
        Identifiers of elements.
    retention, feedback : str or None
        Duration or words; address of a page or of a service.
    """

    accountable: tuple[Organisation, ...] | None = None
    purposes: tuple[str, ...] | None = None
    technology: tuple[str, ...] | None = None
    data: tuple[str, ...] | None = None
    process: tuple[str, ...] | None = None
    access: tuple[str, ...] | None = None
    storage: tuple[str, ...] | None = None
    retention: str | None = None
    feedback: str | None = None


@dataclass(frozen=True)
class Device:
    """One sensor and what is stated of it.

    Attributes
    ----------
    sensor, name, kind : str
        As in the cube.
    counter : str
        ``counter_type`` of ``channels.csv``; "" where it says nothing.
    provider : str
        ``data_provider_name``, where it is none of the accountable organisations.
    stated : Stated
        What is stated.
    note : str
        Sentence of the territory.
    hidden_below : int
        Smallest count that leaves, where no smaller one is public; 0 where some may be.
    """

    sensor: str
    name: str
    kind: str
    counter: str
    provider: str
    stated: Stated
    note: str
    hidden_below: int

    @property
    def contradiction(self) -> str:
        """What ``channels.csv`` and the stated technology say against each other, or ""."""
        stated = self.stated.technology
        if self.counter != "VIDEO SENSOR" or stated in (None, (UNKNOWN,)) or VIDEO & set(stated):
            return ""
        return f"channels.csv says {self.counter}, which {' and '.join(stated)} is not"


def sensors_of(cube: xr.Dataset) -> pd.DataFrame:
    """Return names and kinds of the sensors of a cube, indexed by sensor."""
    names = ("name", "kind")
    return pd.DataFrame(
        {name: cube[name].to_numpy().astype(str) for name in names},
        index=pd.Index(cube["sensor"].to_numpy().astype(str), name="sensor"),
    ).sort_index()


def devices(
    territory: Territory, sensors: pd.DataFrame, *, minimum_count: int
) -> tuple[Device, ...]:
    """Return what is stated of each sensor.

    Parameters
    ----------
    territory : Territory
        Its section ``transparency``, ``channels.csv`` and ``transparency.csv``.
    sensors : DataFrame
        Columns `name` and `kind`, indexed by sensor: :func:`sensors_of` or
        ``territory.sensor_table()``.
    minimum_count : int
        Smallest count that the report publishes.

    Returns
    -------
    tuple of Device
        In the order of `sensors`.

    Notes
    -----
    A line of ``transparency.csv`` wins over the counter type of ``channels.csv``, where that
    names one technology, which wins over the kind of sensor, which wins over the section.

    ``k_anonymity`` is never declared: it is added where counts of passages leave through our
    reports only, and these withhold counts below `minimum_count`.
    """
    section = territory.transparency
    channels = territory.channels.set_index("channel_id").to_dict("index")
    own: dict[str, dict[str, str]] = {}
    for _, sensor, field, value in territory.transparency_overrides.itertuples():
        own.setdefault(str(sensor), {})[str(field)] = str(value)
    return tuple(
        _device(
            (str(sensor), str(row["name"]), str(row["kind"])),
            section,
            channels.get(sensor, {}),
            own.get(str(sensor), {}),
            minimum_count,
        )
        for sensor, row in sensors.iterrows()
    )


def analyses(territory: Territory) -> Stated:
    """Return what is stated of the workspace's own analyses.

    Purposes and the address for feedback are those of the sensors unless the section says others;
    who runs the analyses and where results are kept is never taken from the sensors.
    """
    section = territory.transparency
    if section is None or section.analyses is None:
        return Stated()
    said = _said(section.analyses, (*_HANDLING, "accountable", "feedback"))
    shared = _said(section, ("purposes", "feedback"))
    return Stated(**{**shared, **said})


def _device(
    known: tuple[str, str, str],
    section: Transparency | None,
    channel: Mapping[Any, Any],
    own: Mapping[str, str],
    minimum_count: int,
) -> Device:
    sensor, name, kind = known
    defaults = section.sensors.get(kind) if section else None
    counter = str(channel.get("counter_type", ""))
    said = _said(section, (*_HANDLING, "accountable", "feedback"))
    said |= _said(defaults, (*_HANDLING, *_DEVICE))
    if counter in TECHNOLOGY_OF_COUNTER:
        said["technology"] = (TECHNOLOGY_OF_COUNTER[counter],)
    said |= {field: _frozen(override(field, text)) for field, text in own.items()}
    hidden = minimum_count if minimum_count > 1 and _kept_inside(said, kind) else 0
    if hidden and said.get("process", (UNKNOWN,)) != (UNKNOWN,):
        said["process"] = (*said["process"], "k_anonymity")
    stated = Stated(**said)
    names = {o.organisation for o in stated.accountable or ()}
    provider = str(channel.get("data_provider_name", ""))
    return Device(
        sensor=sensor,
        name=name,
        kind=kind,
        counter=counter,
        provider="" if provider in names else provider,
        stated=stated,
        note=defaults.note if defaults else "",
        hidden_below=hidden,
    )


def _kept_inside(said: Mapping[str, Any], kind: str) -> bool:
    """Say whether counts leave through our reports only."""
    access = set(said.get("access", ()))
    return kind_of(kind).is_count and bool(access) and access <= _INSIDE


def _said(section: Handling | None, names: Iterable[str]) -> dict[str, Any]:
    """Return what a section says, without what it leaves out."""
    found = {name: getattr(section, name, None) for name in names}
    return {name: _frozen(value) for name, value in found.items() if value is not None}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
