"""What people said of incidents: it wins over the machine and over the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from mining.anomaly._incident import Incident, moments
from mining.anomaly._scene import Scene
from mining.anomaly._verdict import Verdict
from mining.readers.rows import read_rows
from mining.territory import Correction, correction_of

#: A correction finds an incident of another id if it shares this part of the longer of both.
SHARE = 0.5


def as_corrections(corrections: object) -> tuple[Correction, ...]:
    """Make corrections of what people pass: None, a table, or a sequence of rows.

    Raises
    ------
    ConfigError
        If a row lacks a column or says something impossible.
    """
    return read_rows(
        corrections,
        Correction,
        lambda row, _: correction_of(row),
        where="corrections",
        one="correction {}",
    )


def corrected(
    scene: Scene, found: Sequence[Incident], corrections: Sequence[Correction]
) -> list[Incident]:
    """Return the incidents with the verdicts that people gave."""
    if not corrections:
        return list(found)
    frame = pd.DataFrame(
        [
            {
                "id": i.id,
                "sensors": tuple(scene.ids[i.group.rows[r]] for r in i.rows),
                "start": moments(scene, i.first, i.stop)[0],
                "end": moments(scene, i.first, i.stop)[1],
            }
            for i in found
        ],
        columns=["id", "sensors", "start", "end"],
    )
    out = list(found)
    for correction in corrections:
        row = _match(correction, frame)
        if row is not None:
            kind = correction.kind or found[row].verdict.kind
            verdict = Verdict(correction.label, kind, "correction")
            out[row] = replace(out[row], verdict=verdict, confidence=1.0, correction=correction)
    return out


def unmatched(corrections: object, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return the corrections that no incident matches any more.

    Parameters
    ----------
    corrections : DataFrame or sequence
        Rows of ``corrections.csv``.
    incidents : DataFrame
        Table of :func:`mining.anomaly.detect`.

    Returns
    -------
    DataFrame
        Columns of ``corrections.csv``, in their order; local times without an offset.

    Raises
    ------
    ConfigError
        If a row lacks a column or says something impossible.
    """
    frame = incidents[["id", "start", "end"]].copy()
    several = zip(incidents["sensor"], incidents["sensors"], strict=True)
    frame["sensors"] = [tuple(str(all_).split(";")) if one else () for one, all_ in several]
    lost = [c for c in as_corrections(corrections) if _match(c, frame) is None]
    return pd.DataFrame([c.as_dict() for c in lost], columns=list(Correction.FIELDS), dtype="str")


def _match(correction: Correction, frame: pd.DataFrame) -> int | None:
    """Return the position of the incident that a correction means, or None.

    The one with its id; failing that, the one of its sensor ("" is the whole territory) that
    shares most with its time, half of the longer at least.
    """
    same = frame["id"].to_numpy() == correction.incident
    if same.any():
        return int(same.argmax())
    if correction.start is None or correction.end is None:
        return None
    best, most = None, SHARE
    rows = zip(frame["sensors"], frame["start"], frame["end"], strict=True)
    for number, (sensors, start, end) in enumerate(rows):
        if correction.sensor not in (sensors or ("",)):
            continue
        begins, ends = start.tz_localize(None), end.tz_localize(None)
        shared = min(ends, correction.end) - max(begins, correction.start)
        share = shared / max(ends - begins, correction.end - correction.start)
        if share >= most and (best is None or share > most):
            best, most = number, share
    return best
