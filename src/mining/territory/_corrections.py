"""Corrections of incidents: what people say that the machine got wrong, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from mining.readers.csv_files import Check, Column, fail, one_of, read_table
from mining.readers.fields import FieldError, check_known
from mining.territory._events import Event, moment

#: What an incident can be.
LABELS = ("fault", "works", "event", "weather", "calendar", "unexplained")

_NEEDED = ("incident", "label", "why", "by")


@dataclass(frozen=True)
class Correction:
    """One line of ``corrections.csv``.

    Attributes
    ----------
    incident : str
        Id of the incident, as ``incidents.csv`` has it.
    label : str
        One of :data:`LABELS`.
    why : str
        Reason, shown to readers.
    by : str
        Role of who says so, such as "service voirie"; never the name of a person.
    kind : str
        Kind within the label; "" keeps the machine's.
    date : Timestamp or None
        When it was written, local and naive.
    sensor : str
        Sensor, "" for the whole territory; with `start` and `end`, finds an incident whose id
        has changed.
    start, end : Timestamp or None
        Local, naive; `end` is exclusive. Both or none.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        *("incident", "label", "kind", "why", "by", "date", "sensor", "start", "end"),
    )

    incident: str
    label: str
    why: str
    by: str
    kind: str = ""
    date: pd.Timestamp | None = None
    sensor: str = ""
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the correction as the texts of a line; :func:`correction_of` reads it."""
        values = {name: getattr(self, name) for name in self.FIELDS}
        return {
            name: "" if v is None else v.isoformat() if isinstance(v, pd.Timestamp) else v
            for name, v in values.items()
        }

    def as_fault(self) -> Event | None:
        """Return the journal entry that a correction to fault amounts to, or None.

        It needs a sensor and times: their cells are then as untrusted as those of a fault in the
        journal.
        """
        if self.label != "fault" or not self.sensor or self.start is None or self.end is None:
            return None
        return Event(
            id=f"correction-{self.incident}",
            type="fault",
            title=self.why,
            start=self.start,
            end=self.end,
            sensors=(self.sensor,),
            known_since=self.date,
            source="corrections.csv",
        )


def correction_of(fields: Mapping[str, Any]) -> Correction:
    """Make a correction from what people write; dates as in the journal.

    Raises
    ------
    FieldError
        Naming the field, what was found and what was expected.
    """
    for key in fields:
        check_known(str(key), Correction.FIELDS, where="a correction")
    text = {name: _text(fields.get(name)) for name in ("incident", "label", "kind", "why", "by")}
    for name in _NEEDED:
        if not text[name]:
            raise FieldError(name, "", "a text")
    one_of(*LABELS)("label", text["label"])
    if "@" in text["by"]:
        raise FieldError("by", text["by"], "a role such as 'service voirie', not an address")
    start, end = moment("start", fields.get("start")), moment("end", fields.get("end"), last=True)
    if (start is None) != (end is None):
        missing = "start" if start is None else "end"
        raise FieldError(missing, "", "start and end together, or neither")
    if start is not None and end is not None and end <= start:
        raise FieldError("end", fields.get("end"), f"a time after the start, {fields['start']}")
    sensor = _text(fields.get("sensor"))
    if sensor and start is None:
        raise FieldError("start", "", "start and end beside a sensor")
    date = moment("date", fields.get("date"))
    return Correction(**text, date=date, sensor=sensor, start=start, end=end)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN


def read_corrections(
    path: Path, known_sensors: Iterable[str] | None
) -> tuple[tuple[Correction, ...], tuple[int, ...]]:
    """Read ``corrections.csv``: the corrections, and the line of each; absent, there are none.

    Raises
    ------
    ConfigError
        Naming file, line, column, what was found and what was expected; also if two lines correct
        one incident.
    """
    checks: dict[str, Check] = {"label": one_of(*LABELS)}
    columns = [
        Column(name, required=name in _NEEDED, check=checks.get(name)) for name in Correction.FIELDS
    ]
    frame = read_table(path, columns, unique=["incident"])
    known = None if known_sensors is None else set(known_sensors)
    out = []
    for line, row in frame.iterrows():
        at_line = int(str(line))
        try:
            correction = correction_of({str(k): v for k, v in row.items()})
        except FieldError as error:
            fail(path, at_line, error.column, error.found, error.expected)
        if known is not None and correction.sensor and correction.sensor not in known:
            fail(path, at_line, "sensor", correction.sensor, "a channel_id of channels.csv")
        out.append(correction)
    return tuple(out), tuple(int(line) for line in frame.index)
