"""Incidents that need no statistics: runs of cells which the quality rules already named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mining.cube import BoolArray, Quality, Reason
from mining.stretches import runs

#: Kind of incident of each reason; several reasons may make one incident.
KINDS: dict[Reason, str] = {
    Reason.NOT_COUNTED: "silence",
    Reason.ZERO_RUN: "zeros",
    Reason.ZERO_BLOCK: "zeros",
    Reason.STUCK: "stuck",
    Reason.SPIKE: "spike",
    Reason.CEILING: "ceiling",
    Reason.COPY: "copy",
    Reason.TWIN: "twin",
    Reason.CLOCK: "clock",
    Reason.DECLARED: "declared",
    Reason.NEGATIVE: "absurd",
    Reason.ABSURD: "absurd",
    Reason.LOW_LEVEL: "low",
    Reason.SWAP: "swap",
    Reason.MULTIPLE: "multiple",
    Reason.CUMULATIVE: "cumulative",
    Reason.FILLED: "filled",
}
#: Reasons that continue the incident beside them and make none of their own.
_EDGES = (Reason.OUTAGE_EDGE, Reason.GAP_FILLED, Reason.CLOCK_CHANGE)


@dataclass(frozen=True)
class Coded:
    """A run of coded cells: row, half-open range of cube indices, kind."""

    row: int
    first: int
    stop: int
    kind: str


def find(
    quality: npt.NDArray[np.int8], reason: npt.NDArray[np.int8], *, gap: int, least_silence: int
) -> list[Coded]:
    """Return the coded incidents of every sensor.

    Parameters
    ----------
    quality, reason : int8 array (sensor, time)
        Codes of the cube.
    gap : int
        Runs at most this many steps apart are one incident.
    least_silence : int
        Missing cells make an incident from this many steps on.

    Returns
    -------
    list of Coded
        Sorted by row, start and kind. Cells before the first count of a sensor are not an
        incident: nobody expected anything yet.
    """
    found: list[Coded] = []
    for row in range(len(quality)):
        counted = np.flatnonzero(quality[row] != Quality.MISSING)
        begin = int(counted[0]) if len(counted) else quality.shape[1]
        edge = np.isin(reason[row], _EDGES)
        for kind in sorted(set(KINDS.values())):
            flags = _flags(quality[row], reason[row], kind)
            flags[:begin] = False
            ranges = _bridged(flags, edge, gap) if flags.any() else []
            least = least_silence if kind == "silence" else 1
            found += [Coded(row, a, b, kind) for a, b in ranges if b - a >= least]
    return _together(sorted(found, key=lambda c: (c.row, c.first, c.stop, c.kind)), gap)


def _together(found: list[Coded], gap: int) -> list[Coded]:
    """Make one incident of runs of several kinds that touch: a dying sensor does many things.

    It has the kind of its longest run, the first of equals.
    """
    chains: list[list[Coded]] = []
    end = 0
    for run in found:
        if chains and chains[-1][0].row == run.row and run.first - end <= gap:
            chains[-1].append(run)
            end = max(end, run.stop)
        else:
            chains.append([run])
            end = run.stop
    return [
        Coded(
            chain[0].row,
            chain[0].first,
            max(c.stop for c in chain),
            max(chain, key=lambda c: c.stop - c.first).kind,
        )
        for chain in chains
    ]


def _flags(
    quality: npt.NDArray[np.int8], reason: npt.NDArray[np.int8], kind: str
) -> npt.NDArray[np.bool_]:
    names = [code for code, name in KINDS.items() if name == kind]
    flags: BoolArray = np.isin(quality, (Quality.SUSPECT, Quality.MISSING)) & np.isin(reason, names)
    return flags


def _bridged(flags: BoolArray, edge: BoolArray, gap: int) -> list[tuple[int, int]]:
    """Return the runs of flags, joined over short gaps and with the edge cells that touch them."""
    out: list[tuple[int, int]] = []
    starts, stops = runs(flags)
    for first, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        a, b = first, stop
        while a > 0 and edge[a - 1]:
            a -= 1
        while b < len(edge) and edge[b]:
            b += 1
        if out and a - out[-1][1] <= gap:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out
