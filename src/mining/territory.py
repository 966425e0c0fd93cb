"""What people declare about a territory: one folder of small files.

``territory.yaml`` is needed. ``sites.csv`` and ``channels.csv`` stand together, or are both absent
where the source brings its own sensors; ``places.csv``, ``journal.csv`` and ``opening_hours.csv``
may be absent. Every mistake is a :class:`~mining.errors.ConfigError` that names file, line,
column, what was found and what was expected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from mining import _territory_tables as tables
from mining._csv_io import check_among, fail
from mining._events import EVENT_FIELDS, EVENT_TYPES, FOREVER, Event, event_of
from mining._holidays import check_region
from mining._yaml_io import load_model
from mining.cube import NUMBER_COORDS, TEXT_COORDS, check_timezone, kind_of
from mining.errors import ConfigError

__all__ = [
    "EVENT_FIELDS",
    "EVENT_TYPES",
    "FOREVER",
    "Declaration",
    "Event",
    "Territory",
    "check_sensors",
    "event_of",
    "load_territory",
    "schema",
]


class Declaration(BaseModel):
    """The keys of ``territory.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str = Field(min_length=1, description="Name of the territory, as readers know it.")
    language: str = Field("fr", description="Language of the reports and of holiday names.")
    timezone: str = Field(description="IANA name of the time zone, such as Europe/Paris.")
    country: str | None = Field(
        None, description="Country code of two letters for public holidays; empty for none."
    )
    subdivision: str | None = Field(
        None, description="Part of the country with holidays of its own (6AE is Alsace)."
    )
    school_zone: str | None = Field(
        None, description="Zone of French school holidays: A, B or C; empty for none."
    )
    kind: str = Field("pedestrian", description="Kind of the sensors that do not say theirs.")
    step: str = Field("1h", description="Length of one interval of counting, such as 15min or 1h.")
    source: dict[str, Any] = Field(
        description="Where measures come from: name of the source, then its own options."
    )
    licence: str = Field(min_length=1, description="Licence of the data.")
    attribution: str = Field(min_length=1, description="Who must be named with the data.")
    contact: str = Field("", description="Whom readers may ask; printed in reports.")
    simulated: bool = Field(False, description="Whether the data are simulated; reports say so.")

    @field_validator("timezone", "kind", "step", "country", "subdivision", "school_zone")
    @classmethod
    def _possible(cls, value: str | None, info: ValidationInfo) -> str | None:
        try:
            _check_field(str(info.field_name), value, info.data.get("country"))
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("source")
    @classmethod
    def _named(cls, value: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(value.get("name"), str):
            raise ValueError("expected the name of the source, such as 'name: tables'")
        return value


class Territory(Declaration):
    """A territory as loaded from its folder: the declaration and the tables.

    Tables of text are indexed by their line in the file (name ``line``), for later errors.
    """

    id: str = Field(description="Name of the folder.")
    folder: Path = Field(description="The folder itself; options of sources may be relative to it.")
    sites: pd.DataFrame = Field(description="sites.csv, columns of the national schema.")
    channels: pd.DataFrame = Field(description="channels.csv, columns of the national schema.")
    places: pd.DataFrame = Field(description="places.csv: place, sensor.")
    journal: tuple[Event, ...] = Field(description="Entries of journal.csv.")
    journal_lines: tuple[int, ...] = Field(description="Line of each entry in journal.csv.")
    opening_hours: pd.DataFrame = Field(
        description="opening_hours.csv: place, weekday (monday to sunday), opens, closes (HH:MM)."
    )

    def sensor_table(self) -> pd.DataFrame:
        """Return what is declared of the sensors, as :func:`mining.cube.build` takes it.

        Returns
        -------
        DataFrame
            Indexed by sensor id (``channel_id``), sorted, columns `name`, `site`, `place`,
            `kind`, `direction`, `installed` (local time, ISO 8601), `latitude` and `longitude`.
            Without channels, the sensors of ``places.csv`` with their place only.

        Notes
        -----
        A channel that counts one kind of mobility has that kind; one that mixes several, or says
        nothing, has the kind of the territory.
        """
        place_of = dict(zip(self.places["sensor"], self.places["place"], strict=True))
        if self.channels.empty:
            rows = {sensor: {"name": sensor, "kind": self.kind} for sensor in sorted(place_of)}
        else:
            by_id = self.channels.set_index("channel_id").sort_index()
            rows = {str(sensor): self._sensor(row, str(sensor)) for sensor, row in by_id.iterrows()}
        for sensor, row in rows.items():
            row["place"] = place_of.get(sensor, "")
        index = pd.Index(list(rows), name="sensor", dtype="str")
        columns = {
            name: pd.Series([row.get(name, absent) for row in rows.values()], index, dtype=dtype)
            for names, absent, dtype in (
                (TEXT_COORDS, "", "str"),
                (NUMBER_COORDS, float("nan"), "float64"),
            )
            for name in names
        }
        return pd.DataFrame(columns)

    def cube_attrs(self) -> dict[str, str | int]:
        """Return the attributes that the cube of the territory carries; absent ones are "".

        The contact stays out: a cube is published, and a contact is often a person.
        """
        return {
            "timezone": self.timezone,
            "step_seconds": int(pd.Timedelta(self.step).total_seconds()),
            "simulated": int(self.simulated),
            "territory": self.id,
            "title": self.name,
            "language": self.language,
            "country": (self.country or "").upper(),
            "subdivision": self.subdivision or "",
            "school_zone": self.school_zone or "",
            "source": str(self.source["name"]),
            "licence": self.licence,
            "attribution": self.attribution,
            "events": json.dumps(
                [event.as_dict() for event in self.journal], ensure_ascii=False, sort_keys=True
            ),
        }

    def _sensor(self, channel: pd.Series, sensor: str) -> dict[str, Any]:
        site = self.sites.set_index("site_id").loc[channel["site_id"]]
        started = tables.instant("started_at", channel["started_at"])
        ways = (channel["provider_direction_name"], channel["direction"])
        way = next((w for w in (*ways, channel["provider_direction_code"]) if w), sensor)
        # Providers often repeat the site in the name of the direction.
        long = way if way.startswith(site["site_name"]) else f"{site['site_name']} – {way}"
        alone = int((self.channels["site_id"] == channel["site_id"]).sum()) == 1
        kinds = {
            tables.KIND_OF_MOBILITY.get(m.strip(), self.kind)
            for m in channel["mobility_type"].split(",")
        }
        return {
            "name": site["site_name"] if alone else long,
            "site": channel["site_id"],
            "kind": kinds.pop() if len(kinds) == 1 else self.kind,
            "direction": channel["direction"],
            "latitude": site["ylat"],
            "longitude": site["xlong"],
            "installed": started.tz_convert(self.timezone).tz_localize(None).isoformat(),
        }


def load_territory(folder: Path | str) -> Territory:
    """Read and check the folder of a territory.

    Raises
    ------
    ConfigError
        Naming file, line, column, what was found and what was expected.

    Notes
    -----
    Where ``channels.csv`` is absent or has no row, sensors named in ``places.csv`` and
    ``journal.csv`` cannot be checked yet: call :func:`check_sensors` once the source is read.
    """
    root = Path(folder)
    if not root.is_dir():
        msg = f"{root}: no such territory; 'mining new {root.name}' makes its folder"
        raise ConfigError(msg)
    declared = load_model(root / "territory.yaml", Declaration)
    sites = tables.sites(root / "sites.csv")
    channels = tables.channels(root / "channels.csv", list(sites["site_id"]))
    sensors = None if channels.empty else list(channels["channel_id"])
    places = tables.places(root / "places.csv", sensors)
    known_places = list(places["place"])
    journal, lines = tables.journal(root / "journal.csv", known_places, sensors)
    return Territory(
        **declared.model_dump(),
        id=root.resolve().name,
        folder=root,
        sites=sites,
        channels=channels,
        places=places,
        journal=journal,
        journal_lines=lines,
        opening_hours=tables.opening_hours(root / "opening_hours.csv", known_places),
    )


def check_sensors(territory: Territory, sensors: Iterable[str]) -> None:
    """Check the sensors that a territory names against those that its source brought.

    Raises
    ------
    ConfigError
        At the first line of ``channels.csv``, ``places.csv`` or ``journal.csv`` that names a
        sensor the source does not have.
    """
    known = [str(sensor) for sensor in sensors]
    shown = ", ".join(sorted(known)[:5]) + (", ..." if len(known) > 5 else "")
    what = f"a sensor of the source, which has {shown}"
    check_among(territory.folder / "channels.csv", territory.channels, "channel_id", known, what)
    check_among(territory.folder / "places.csv", territory.places, "sensor", known, what)
    for line, event in zip(territory.journal_lines, territory.journal, strict=True):
        for sensor in event.sensors:
            if sensor not in known:
                fail(territory.folder / "journal.csv", line, "sensors", sensor, what)


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``territory.yaml``."""
    return Declaration.model_json_schema()


def _check_field(name: str, value: str | None, country: str | None) -> None:
    nation = country.upper() if country else None
    if name == "timezone":
        check_timezone(str(value))
    elif name == "kind":
        kind_of(str(value))
    elif name == "step":
        _check_step(str(value))
    elif name == "country":
        check_region(value.upper() if value else None, None, None)
    elif name == "subdivision":
        check_region(nation, value or None, None)
    else:
        check_region(nation, None, value or None)


def _check_step(step: str) -> None:
    expected = "expected a length of time such as 15min, 1h or 1D"
    try:
        delta = pd.Timedelta(step)
    except ValueError as error:
        msg = f"unknown step {step!r}: {expected}"
        raise ConfigError(msg) from error
    if not delta >= pd.Timedelta("1min"):
        msg = f"found {step!r}, {expected}, one minute or more"
        raise ConfigError(msg)
