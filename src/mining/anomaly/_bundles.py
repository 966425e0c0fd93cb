"""One incident per thing that happened: runs of several sensors that are the same thing.

A strong run gathers the weaker ones of its direction that stand near it in space and time. Each is
compared with the strongest, not with the last one gathered, so that a chain of neighbours cannot
grow across the town or the week.
"""

from __future__ import annotations

from collections.abc import Sequence

from mining.anomaly._coded import Coded
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene

#: Of two runs of one thing, shared steps over the length of the shorter and of the longer.
SHARE_OF_SHORTER, SHARE_OF_LONGER = 0.5, 0.25
#: Runs of weeks that are one thing begin within this time.
BEGIN_TOGETHER = "3D"
#: Of two exact faults that are one, shared steps over those of both together.
SAME_FAULT = 0.8


def of_runs(scene: Scene, group: Group, runs: Sequence[Run]) -> list[list[Run]]:
    """Return the runs of each incident, the strongest first; the territory's stay alone.

    Runs are one thing if they go the same way, both last or both do not, begin within three days,
    one stands among the neighbours of the other, and they share half of the shorter and a quarter
    of the longer.
    """
    order = sorted(runs, key=lambda r: (-r.score, r.first, r.stop, scene.ids[group.rows[r.row]]))
    near = {row: set(scene.neighbours(group, row).tolist()) for row in {r.row for r in runs} - {-1}}
    left = list(order)
    begin = scene.grid.steps(BEGIN_TOGETHER)
    bundles: list[list[Run]] = []
    while left:
        leader, *left = left
        mine = [] if leader.row < 0 else [r for r in left if _same(leader, r, near, begin)]
        bundles.append([leader, *mine])
        left = [r for r in left if r not in mine]
    return bundles


def _same(leader: Run, other: Run, near: dict[int, set[int]], begin: int) -> bool:
    if other.row < 0 or other.row == leader.row or leader.sign != other.sign:
        return False
    if leader.odd != other.odd or (leader.scale == 0) != (other.scale == 0):
        return False
    if abs(leader.first - other.first) > begin:
        return False
    if other.row not in near[leader.row] and leader.row not in near[other.row]:
        return False
    lengths = sorted((leader.stop - leader.first, other.stop - other.first))
    shared = leader.overlap(other)
    return shared >= SHARE_OF_SHORTER * lengths[0] and shared >= SHARE_OF_LONGER * lengths[1]


def of_coded(found: Sequence[Coded], ids: Sequence[str]) -> list[list[Coded]]:
    """Return the exact faults of each incident, the longest first; `ids` name the rows.

    Faults of one kind that begin and end together on several sensors have one cause: a network, a
    gateway, a site with two channels.
    """
    left = sorted(found, key=lambda c: (c.first - c.stop, c.first, ids[c.row]))
    bundles: list[list[Coded]] = []
    while left:
        leader, *left = left
        # Runs of one sensor never overlap: at most one of each can be so like the longest.
        mine = [c for c in left if c.kind == leader.kind and _alike(leader, c) >= SAME_FAULT]
        bundles.append([leader, *mine])
        left = [c for c in left if c not in mine]
    return bundles


def _alike(one: Coded, other: Coded) -> float:
    shared = min(one.stop, other.stop) - max(one.first, other.first)
    whole = max(one.stop, other.stop) - min(one.first, other.first)
    return max(0, shared) / whole
