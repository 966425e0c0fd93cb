"""What a finished origin leaves on disk, and what it cost: used in both environments."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pandas as pd


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those it waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def peak_mb() -> float:
    """Return the highest resident memory so far, of this process or of one of its children.

    Linux hands the peak of the parent down to a new process in ``ru_maxrss``: the process's own
    peak is read from ``/proc`` where there is one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    own = next(r for r in status.read_text().splitlines() if r.startswith("VmHWM"))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(own.split()[1]), child) / 1024


def finish(path: Path, table: pd.DataFrame, *, since: float, sensors: int) -> None:
    """Write the forecasts of one origin and their cost, and tell it.

    The table appears at once and last: where it is, the origin is finished.

    Parameters
    ----------
    path : Path
        Of the table; its folder is the name of the model.
    table : DataFrame
        See :class:`rivals.store.Recorded`.
    since : float
        :func:`cpu_seconds` before the work.
    sensors : int
        How many were forecast.
    """
    spent = round(cpu_seconds() - since, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    cost = {"cpu_seconds": spent, "peak_mb": round(peak_mb(), 1), "sensors": sensors}
    path.with_suffix(".json").write_text(json.dumps(cost) + "\n", encoding="utf-8")
    part = path.with_suffix(".part")
    table.to_parquet(part, index=False)
    part.replace(path)
    print(f"  {path.parent.name} {path.stem}: {spent:.1f} CPU s", file=sys.stderr, flush=True)
