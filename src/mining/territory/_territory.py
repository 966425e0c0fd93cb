"""What people declare about a territory: one folder of small files.

``territory.yaml`` is needed. ``sites.csv`` and ``channels.csv`` stand together, or are both absent
where the source brings its own sensors; ``places.csv``, ``journal.csv``, ``corrections.csv``,
``transparency.csv`` and ``opening_hours.csv`` may be absent. Every mistake is a
:class:`~mining.errors.ConfigError` that names file, line, column, what was found and what was
expected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from mining.cube import NUMBER_COORDS, TEXT_COORDS
from mining.errors import ConfigError
from mining.readers.csv_files import check_among, fail
from mining.readers.yaml_files import load_model
from mining.territory import _tables as tables
from mining.territory._corrections import Correction, read_corrections
from mining.territory._declaration import Declaration
from mining.territory._events import Event
from mining.territory._transparency import read_overrides


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
    corrections: tuple[Correction, ...] = Field(description="Lines of corrections.csv.")
    correction_lines: tuple[int, ...] = Field(description="Line of each in corrections.csv.")
    transparency_overrides: pd.DataFrame = Field(
        description="transparency.csv: sensor, field, value."
    )
    opening_hours: pd.DataFrame = Field(
        description="opening_hours.csv: place, weekday (monday to sunday), opens, closes (HH:MM), "
        "shop (empty: the place as a whole)."
    )

    @property
    def declares_sensors(self) -> bool:
        """Whether ``channels.csv`` names every sensor; otherwise the source brings them."""
        return not self.channels.empty

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
            sites = self.sites.set_index("site_id")
            alone = ~self.channels["site_id"].duplicated(keep=False).to_numpy()
            alone_of = dict(zip(self.channels["channel_id"], alone, strict=True))
            rows = {
                str(sensor): self._sensor(row, sites.loc[row["site_id"]], alone=alone_of[sensor])
                for sensor, row in by_id.iterrows()
            }
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

        Events are those of the journal, and the faults that corrections declare. The contact stays
        out: a cube is published, and a contact is often a person.
        """
        faults = [fault for c in self.corrections if (fault := c.as_fault()) is not None]
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
                [event.as_dict() for event in (*self.journal, *faults)],
                ensure_ascii=False,
                sort_keys=True,
            ),
        }

    def _sensor(self, channel: pd.Series, site: pd.Series, *, alone: bool) -> dict[str, Any]:
        started = tables.instant("started_at", channel["started_at"])
        ways = ("provider_direction_name", "direction", "provider_direction_code")
        way = next((channel[w] for w in ways if channel[w]), str(channel.name))
        # Providers often repeat the site in the name of the direction.
        long = way if way.startswith(site["site_name"]) else f"{site['site_name']} – {way}"
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
    Where ``channels.csv`` is absent or has no row, sensors named in ``places.csv``,
    ``journal.csv`` and ``corrections.csv`` cannot be checked yet: call :func:`check_sensors` once
    the source is read.
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
    corrections, correction_lines = read_corrections(root / "corrections.csv", sensors)
    return Territory(
        **declared.model_dump(),
        id=root.resolve().name,
        folder=root,
        sites=sites,
        channels=channels,
        places=places,
        journal=journal,
        journal_lines=lines,
        corrections=corrections,
        correction_lines=correction_lines,
        transparency_overrides=read_overrides(root / "transparency.csv", sensors),
        opening_hours=tables.opening_hours(root / "opening_hours.csv", known_places),
    )


def check_sensors(territory: Territory, sensors: Iterable[str]) -> None:
    """Check the sensors that a territory names against those that its source brought.

    Raises
    ------
    ConfigError
        At the first line of ``channels.csv``, ``places.csv``, ``transparency.csv``,
        ``journal.csv`` or ``corrections.csv`` that names a sensor the source does not have.
    """
    known = [str(sensor) for sensor in sensors]
    shown = ", ".join(sorted(known)[:5]) + (", ..." if len(known) > 5 else "")
    what = f"a sensor of the source, which has {shown}"
    check_among(territory.folder / "channels.csv", territory.channels, "channel_id", known, what)
    check_among(territory.folder / "places.csv", territory.places, "sensor", known, what)
    overrides = territory.transparency_overrides
    check_among(territory.folder / "transparency.csv", overrides, "sensor", known, what)
    for line, event in zip(territory.journal_lines, territory.journal, strict=True):
        for sensor in event.sensors:
            if sensor not in known:
                fail(territory.folder / "journal.csv", line, "sensors", sensor, what)
    given = zip(territory.correction_lines, territory.corrections, strict=True)
    for line, correction in given:
        if correction.sensor and correction.sensor not in known:
            fail(territory.folder / "corrections.csv", line, "sensor", correction.sensor, what)


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``territory.yaml``."""
    return Declaration.model_json_schema()
