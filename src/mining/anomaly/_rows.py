"""Incidents from what was found, and the row of the table that each becomes."""

from __future__ import annotations

from typing import Any

import numpy as np

from mining.anomaly import _band, _evidence, _frame, _labels, _verdict
from mining.anomaly import _texts as texts
from mining.anomaly._coded import Coded
from mining.anomaly._evidence import Evidence
from mining.anomaly._incident import Incident, bystanders, level_of, moments, total
from mining.anomaly._journal import declaring
from mining.anomaly._runs import Run
from mining.anomaly._scene import CROWD, Group, Scene
from mining.anomaly._verdict import Verdict
from mining.calendars import Event
from mining.language import Language
from mining.week_grid import IntArray

#: Score of incidents that exact rules found: they are not a matter of degree.
RULE_SCORE = 100.0
#: Kinds of fault that are told with plain figures: nothing else is seen of them.
_PLAIN = ("hardware", "level", "drift", "surge", "drop")


def of_coded(scene: Scene, group: Group, faults: list[Coded]) -> Incident:
    """Return the incident of exact faults that are one thing, the longest first."""
    lead = faults[0]
    first, stop = min(f.first for f in faults), max(f.stop for f in faults)
    rows = tuple(f.row for f in faults)
    whole = len(rows) >= CROWD and len(rows) == _alive(group, lead)
    entry = _declared(scene, group, faults) if lead.kind == "declared" else None
    rule = f"coded_{lead.kind}" if lead.kind in ("silence", "declared") else "coded"
    rule = "network" if rule == "coded_silence" and len(rows) > 1 else rule
    seen = [scene.observed[group.rows[f.row], f.first : f.stop] for f in faults]
    wanted = [group.expected[f.row, f.first : f.stop] for f in faults]
    ratio, others = float("nan"), len(rows)
    if not whole:
        ratio, others = level_of(group, bystanders(scene, group, rows), first, stop)
    return Incident(
        id=_name(scene, group, -1 if whole else lead.row, lead.first, lead.kind),
        group=group,
        rows=() if whole else rows,
        first=first,
        stop=stop,
        score=RULE_SCORE,
        confidence=_verdict.SURE[rule],
        observed=total(np.concatenate(seen), group),
        expected=total(np.concatenate(wanted), group),
        low=float("nan"),
        high=float("nan"),
        neighbours=ratio,
        others=others,
        verdict=Verdict("fault", lead.kind, rule),
        entry=entry,
    )


def _alive(group: Group, fault: Coded) -> int:
    """Return how many sensors had counted before a fault began."""
    return int(np.isfinite(group.counted[:, : fault.first]).any(axis=1).sum())


def _declared(scene: Scene, group: Group, faults: list[Coded]) -> Event | None:
    row = int(group.rows[faults[0].row])
    start, end = (m.tz_localize(None) for m in moments(scene, faults[0].first, faults[0].stop))
    places = [scene.places[row]] if scene.places[row] else []
    return declaring(scene.calendar.entries(sensors=[scene.ids[row]], places=places), start, end)


def of_runs(scene: Scene, group: Group, runs: list[Run], bar: float) -> Incident:
    """Return the incident of runs that are one thing, the strongest first.

    `bar` is the least score that the budget reports.
    """
    lead = runs[0]
    evidence = _evidence.gather(scene, group, runs)
    verdict = _labels.judge(evidence)
    first, stop = _evidence.span_of(scene, runs)
    low, high = _band.of_runs(scene, group, runs, evidence.expected)
    return Incident(
        id=_name(scene, group, lead.row, scene.grid.span(lead.first, lead.stop)[0], _way(lead)),
        group=group,
        rows=() if lead.row < 0 else tuple(r.row for r in runs),
        first=first,
        stop=stop,
        score=lead.score,
        confidence=_verdict.confidence(verdict.rule, lead.score, bar),
        observed=evidence.observed,
        expected=evidence.expected,
        low=low,
        high=high,
        neighbours=evidence.neighbours,
        others=evidence.others,
        verdict=verdict,
        entry=evidence.entry,
        about=_about(scene, evidence, verdict),
    )


def _way(run: Run) -> str:
    """Return the way of detection, which never depends on the label."""
    return "level" if run.scale == 0 else "surge" if run.sign > 0 else "drop"


def _about(scene: Scene, evidence: Evidence, verdict: Verdict) -> str:
    if verdict.rule == "clock":
        return texts.shift(evidence.shift, scene.words)
    return evidence.holiday


def _name(scene: Scene, group: Group, row: int, first: int, way: str) -> str:
    sensor = scene.ids[group.rows[row]] if row >= 0 else ""
    return _frame.name_of(sensor, scene.grid.local[first], way, group.unit)


def row_of(scene: Scene, incident: Incident) -> dict[str, Any]:
    """Return the row of the table of an incident."""
    group = incident.group
    rows = group.rows[list(incident.rows)] if incident.rows else _counting(incident)
    lead = -1 if incident.whole else int(rows[0])
    start, end = moments(scene, incident.first, incident.stop)
    still = _open(scene, rows, incident.stop)
    return {
        "id": incident.id,
        "sensor": "" if incident.whole else scene.ids[lead],
        "place": "" if incident.whole else scene.places[lead],
        "start": start,
        "end": end,
        "label": incident.verdict.label,
        "kind": incident.verdict.kind,
        "score": incident.score,
        "confidence": incident.confidence,
        "observed": incident.observed,
        "expected": incident.expected,
        "neighbours": incident.neighbours,
        "explanation": _sentence(scene, incident, still=still),
        "sensors": ";".join(sorted(scene.ids[row] for row in rows)),
        "open": still,
        "certainty": _verdict.certainty(incident.confidence),
        "rule": incident.verdict.rule,
        "entry": incident.entry.id if incident.entry is not None else "",
        "decided_by": incident.decided_by,
        "expected_low": incident.low,
        "expected_high": incident.high,
        "other": incident.other.id if incident.other is not None else "",
        "action": _verdict.action(incident.verdict.label, incident.decided_by),
    }


def _counting(incident: Incident) -> IntArray:
    """Return the rows of the cube that the whole territory has at the time of an incident."""
    group, (first, stop) = incident.group, (incident.first, incident.stop)
    known = np.isfinite(group.counted[:, first:stop]).any(axis=1)
    if not known.any():  # all of them are silent
        known = np.isfinite(group.counted[:, :first]).any(axis=1)
    return np.asarray(group.rows[known], dtype="int64")


def _open(scene: Scene, rows: IntArray, stop: int) -> bool:
    """Tell whether an incident lasts until the last measure of its sensors, or of the cube."""
    known = np.flatnonzero(np.isfinite(scene.observed[rows]).any(axis=0))
    return not len(known) or stop > int(known[-1])


def _sentence(scene: Scene, incident: Incident, *, still: bool) -> str:
    group, several, words = incident.group, len(incident.rows) != 1, scene.words
    figures = (incident.observed, incident.expected, group.unit)
    kind = incident.verdict.kind
    if incident.verdict.label != "fault" or kind in _PLAIN:
        did = texts.measured(*figures, words, several=several)
    else:
        did = texts.faulty(kind, *figures, words, several=several)
    who = texts.territory(incident.others, words)
    if not incident.whole:
        who = texts.subject([scene.names[r] for r in group.rows[list(incident.rows)]], words)
    start, end = moments(scene, incident.first, incident.stop)
    when = texts.period(start, end, words, still=still)
    return texts.sentence(
        words,
        when=when,
        who=who,
        did=did,
        neighbours=_others(incident, words),
        why=_because(scene, incident),
    )


def _others(incident: Incident, words: Language) -> str:
    if incident.whole:
        return ""
    if not incident.group.is_count:
        return texts.level_neighbours(incident.others, words)
    change = incident.observed - incident.expected
    sign = int(np.sign(change)) if np.isfinite(change) else 0
    return texts.neighbours(
        incident.neighbours, incident.others, words, sign=sign, several=len(incident.rows) > 1
    )


def _because(scene: Scene, incident: Incident) -> str:
    sure, words = _verdict.certainty(incident.confidence) == "sure", scene.words
    if incident.correction is not None:
        return texts.correction(incident.verdict.label, incident.correction.why, words)
    if incident.entry is not None:
        return texts.journal(incident.entry.title, words)
    if incident.other is not None:
        there = scene.names[incident.group.rows[incident.other.rows[0]]]
        loses = incident.observed < incident.expected
        return texts.diversion(there, words, loses=loses, sure=sure)
    return texts.why(incident.verdict.rule, incident.about, words, sure=sure)
