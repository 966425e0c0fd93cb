"""Run what is not finished yet, each model in a fresh process, some at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from rivals.export import export
from rivals.protocol import PEERS, Panel, all_names, cutoffs_of, is_slow
from rivals.store import table_of

HERE = Path(__file__).resolve().parents[1]
#: One thread for each process, so that CPU seconds compare.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
#: The longest first, so that no processor waits at the end.
ORDER = (
    "mlforecast_lightgbm",
    "boosting",
    "prophet",
    "statsforecast_mfles",
    "statsforecast_mstl",
    "statsmodels",
)


@dataclass(frozen=True)
class Job:
    """A model, and the origins it still owes."""

    model: str
    cutoffs: tuple[str, ...]


def owed(names: Sequence[str], panels: dict[str, Panel], folder: Path) -> list[Job]:
    """Return the jobs that are not finished, the longest first."""
    jobs = []
    for name in (n for n in names if n in all_names()):
        due = [c for c in cutoffs_of(name, panels) if not table_of(folder, name, c).exists()]
        if due:
            jobs.append(Job(name, tuple(f"{c:%Y-%m-%d}" for c in due)))
    return sorted(jobs, key=lambda j: ORDER.index(j.model) if j.model in ORDER else len(ORDER))


def run_all(
    jobs: Sequence[Job],
    cube: tuple[Path, xr.Dataset],
    folder: Path,
    *,
    python: Path | None,
    workers: int,
) -> list[str]:
    """Run jobs; return the names of the models that failed.

    Parameters
    ----------
    jobs : sequence of Job
        What to run.
    cube : Path and Dataset
        The file for our models, the cube for what peers are given.
    folder : Path
        Where forecasts go.
    python : Path or None
        Interpreter of the peers' environment.
    workers : int
        Processes at a time.
    """
    data = folder / "history"
    if any(job.model in PEERS for job in jobs):
        every = sorted({c for j in jobs if j.model in PEERS for c in j.cutoffs})
        export(cube[1], [pd.Timestamp(c) for c in every], data)
    country = str(cube[1].attrs.get("country") or "")

    def run(job: Job) -> int:
        every = "3" if is_slow(job.model) else "1"
        if job.model in PEERS:
            module = f"peers.{PEERS[job.model][0]}"
            words = [str(python), "-m", module, str(data), job.model, str(folder), every]
            path = str(HERE)
        else:
            words = [sys.executable, "-m", "rivals.own", str(cube[0]), job.model, str(folder)]
            words += ["--every", every, "--country", country]
            path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = os.environ | ONE_THREAD | {"PYTHONPATH": path}
        return subprocess.run(  # noqa: S603
            [*words, *job.cutoffs], env=environment, check=False
        ).returncode

    with ThreadPoolExecutor(workers) as pool:
        codes = list(pool.map(run, jobs))
    return [job.model for job, code in zip(jobs, codes, strict=True) if code]
