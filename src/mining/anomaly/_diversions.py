"""Diversions: people who are missing in one street walk in the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from mining.anomaly._incident import Incident
from mining.anomaly._scene import Scene
from mining.anomaly._verdict import SURE, Verdict

#: Rules whose verdict a diversion explains better; what is written down or broken it does not.
EXPLAINABLE = frozenset(
    {"works", "works_shared", "closure", "level", "level_shared", "surge", "surge_shared"}
    | {"unexplained"}
)
#: Shared time over the longer of the two, and what one street gained of the other's loss.
TOGETHER, LEAST_GAIN, MOST_GAIN = 0.5, 0.3, 2.0
#: Shorter changes, and those that do not begin together, are paired by chance.
LONG_ENOUGH, BEGIN_TOGETHER = pd.Timedelta("4h"), pd.Timedelta("1D")


def paired(scene: Scene, found: Sequence[Incident]) -> list[Incident]:
    """Return the incidents with the two halves of each diversion naming each other.

    One street loses while a neighbour gains, from the same day on, about as many: no more than
    twice and no less than a third of them. The pair that shares most time comes first; each
    incident is half of one diversion at most. Both become works of kind "diversion" where only a
    guess from shape stood against it.
    """
    losses = [n for n, i in enumerate(found) if _may(scene, i) and i.observed < i.expected]
    gains = [n for n, i in enumerate(found) if _may(scene, i) and i.observed > i.expected]
    pairs = [
        (-share, found[a].id, found[b].id, a, b)
        for a in losses
        for b in gains
        if (share := _share(scene, found[a], found[b])) >= TOGETHER
    ]
    out = list(found)
    taken: set[int] = set()
    for *_, a, b in sorted(pairs):
        if not {a, b} & taken:
            taken |= {a, b}
            out[a], out[b] = _diverted(found[a], found[b]), _diverted(found[b], found[a])
    return out


def _may(scene: Scene, incident: Incident) -> bool:
    length = (incident.stop - incident.first) * scene.grid.step
    plain = incident.group.is_count and not incident.whole
    return plain and length >= LONG_ENOUGH and incident.verdict.rule in EXPLAINABLE


def _share(scene: Scene, loss: Incident, gain: Incident) -> float:
    """Return the shared part of the longer of two incidents; 0 if they are no diversion."""
    if loss.group is not gain.group or set(loss.rows) & set(gain.rows):
        return 0.0
    shared = min(loss.stop, gain.stop) - max(loss.first, gain.first)
    longer = max(loss.stop - loss.first, gain.stop - gain.first)
    if abs(loss.first - gain.first) * scene.grid.step > BEGIN_TOGETHER:
        return 0.0
    lost, gained = loss.expected - loss.observed, gain.observed - gain.expected
    if shared < TOGETHER * longer or not LEAST_GAIN * lost <= gained <= MOST_GAIN * lost:
        return 0.0
    near = {int(n) for r in loss.rows for n in scene.neighbours(loss.group, r)}
    return shared / longer if near & set(gain.rows) else 0.0


def _diverted(incident: Incident, other: Incident) -> Incident:
    sure = round(incident.confidence / SURE[incident.verdict.rule] * SURE["diversion"], 3)
    verdict = Verdict("works", "diversion", "diversion")
    return replace(incident, verdict=verdict, confidence=sure, other=other)
