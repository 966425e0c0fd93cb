"""A wrong clock is one fault, though it shows every morning and every evening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from mining.anomaly._incident import Incident
from mining.anomaly._scene import Scene

#: Runs at most this far apart, wrong by the same hours, are one fault of the clock.
APART = pd.Timedelta("3D")


def joined(scene: Scene, found: Sequence[Incident]) -> list[Incident]:
    """Return the incidents with those of one wrong clock made one.

    It begins with the first, which names it, and ends with the last; figures are sums over the
    hours that stood out, score and confidence those of the strongest.
    """
    late = [i for i in found if i.verdict.rule == "clock"]
    order = sorted(late, key=lambda i: (i.group.rows[i.rows[0]], i.first, i.stop))
    out = [i for i in found if i.verdict.rule != "clock"]
    chains: list[list[Incident]] = []
    for incident in order:
        if chains and _follows(scene, chains[-1], incident):
            chains[-1].append(incident)
        else:
            chains.append([incident])
    return out + [_one(chain) for chain in chains]


def _follows(scene: Scene, chain: list[Incident], incident: Incident) -> bool:
    last = chain[-1]
    same = last.group is incident.group and last.rows == incident.rows
    near = (incident.first - max(i.stop for i in chain)) * scene.grid.step <= APART
    return same and near and last.about == incident.about


def _one(chain: list[Incident]) -> Incident:
    if len(chain) == 1:
        return chain[0]
    best = max(chain, key=lambda i: i.score)
    return replace(
        best,
        id=chain[0].id,
        first=chain[0].first,
        stop=max(i.stop for i in chain),
        observed=sum(i.observed for i in chain),
        expected=sum(i.expected for i in chain),
        low=float("nan"),
        high=float("nan"),
    )
