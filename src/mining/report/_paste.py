"""Lines that a reader pastes into the files that people write: journal and corrections."""

from __future__ import annotations

import csv
import io

import pandas as pd

from mining.language import Language, clean_name
from mining.report._incidents import Incident

#: Columns of ``journal.csv`` and ``corrections.csv``, in the order of the lines.
JOURNAL = (
    "id", "type", "title", "start", "end", "places", "sensors", "known_since", "source", "note",
)  # fmt: skip
CORRECTIONS = ("incident", "label", "kind", "why", "by", "date", "sensor", "start", "end")


def journal_line(incident: Incident, today: pd.Timestamp, words: Language) -> str:
    """Return the entry that would explain an incident, as a line of ``journal.csv``.

    It is known from the last day of the data on: nobody had written it down before, and a
    forecast of the past must not use it.
    """
    kind = incident.label if incident.label in ("works", "event") else "other"
    title = words.text(f"action.{kind}" if kind != "other" else "action.to_fill")
    named = _listed(incident.place) or not incident.sensor
    return _line(
        f"incident-{incident.id}",
        kind,
        title,
        _moment(incident.start),
        "" if incident.open else _moment(incident.end, last=_whole_days(incident)),
        incident.place if named else "",
        "" if named else incident.sensor,
        f"{today:%Y-%m-%d}",
        "",
        f"incident {incident.id}",
    )


def correction_line(incident: Incident, today: pd.Timestamp, words: Language) -> str:
    """Return the correction of an incident as a line of ``corrections.csv``, its label kept."""
    fill = words.text("action.to_fill")
    return _line(
        incident.id,
        incident.label,
        "",
        fill,
        fill,
        f"{today:%Y-%m-%d}",
        incident.sensor,
        f"{incident.start:%Y-%m-%d %H:%M}",
        f"{incident.end:%Y-%m-%d %H:%M}",
    )


def _whole_days(incident: Incident) -> bool:
    return all(t == t.normalize() for t in (incident.start, incident.end))


def _moment(time: pd.Timestamp, *, last: bool = False) -> str:
    """Return a local time; an end at midnight as the day before, which the journal includes."""
    if last:
        return f"{time - pd.Timedelta(days=1):%Y-%m-%d}"
    return f"{time:%Y-%m-%d %H:%M}"


def _listed(name: str) -> bool:
    """Say whether a name survives in a list of names and on a page."""
    return bool(name) and ";" not in name and clean_name(name) == name


def _line(*cells: str) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(clean_name(c) for c in cells)
    return target.getvalue()
