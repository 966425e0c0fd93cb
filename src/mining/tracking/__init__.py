"""MLflow behind one small room: a run per experiment, a child run per model, the champion.

Nothing here is read by the pipeline, and nothing of MLflow enters an output.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mining.errors import TrackingError
from mining.provenance import content_key
from mining.tracking import _registry, _runs
from mining.tracking._runs import KEY

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: What stands in the place of a territory in the experiment of benchmarks, ``forage-benchmarks``.
BENCHMARKS = "benchmarks"

__all__ = ["experiment_key", "log_figures", "results_of", "serve", "track", "tracking_uri"]


def results_of(root: Path, territory: str) -> list[Path]:
    """Return the files whose contents make one experiment different from another."""
    folder = root / "data" / "results" / territory
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "tracked.json"]
    cube = root / "data" / "cube" / f"{territory}.nc"
    champion = [p for p in (root / "models" / territory).glob("*") if p.is_file()]
    if not files or not champion or not cube.is_file():
        msg = f"no results for {territory!r}: run 'dvc repro' first"
        raise TrackingError(msg)
    return [cube, *champion, *files]


def experiment_key(root: Path, territory: str) -> str:
    """Return the hash that names an experiment: equal results and parameters, equal key."""
    return content_key(root, [root / "params.yaml", *results_of(root, territory)])


def track(root: Path, territory: str) -> str:
    """Record the last results of a territory in MLflow; a second call records nothing.

    The champion becomes a version of the registered model ``forage-<territory>``. Outside of
    experiments of DVC the alias ``champion`` is moved to it.

    Parameters
    ----------
    root : Path
        The workspace.
    territory : str
        Name of the territory.

    Returns
    -------
    str
        Id of the parent run, new or already there.

    Raises
    ------
    TrackingError
        If there are no results, or the store cannot be reached.
    """
    key = experiment_key(root, territory)
    with _store(root) as client:
        experiment = _experiment(client, root, territory)
        run = _already(client, experiment, key)
        run = run or _runs.record(client, experiment, root, territory, key)
        if "DVC_EXP_NAME" not in os.environ:
            _registry.point_alias(client, run, territory)
        return run


def log_figures(
    root: Path, name: str, figures: Mapping[str, float], params: Mapping[str, str]
) -> str:
    """Record figures beside the pipeline, those of a benchmark, in the experiment of all of them.

    Parameters
    ----------
    root : Path
        The workspace.
    name : str
        Name of the run.
    figures, params : mapping
        Metrics, those that are no number left out, and parameters; names as MLflow takes them.

    Returns
    -------
    str
        Id of the run.

    Raises
    ------
    TrackingError
        If the store cannot be reached or refuses a name.
    """
    with _store(root) as client:
        tags = _runs.git_tags(root)
        run = client.create_run(_experiment(client, root, BENCHMARKS), run_name=name, tags=tags)
        for key, text in sorted(params.items()):
            client.log_param(run.info.run_id, key, text)
        for key, figure in sorted(figures.items()):
            if math.isfinite(figure):
                client.log_metric(run.info.run_id, key, float(figure))
        client.set_terminated(run.info.run_id)
        return str(run.info.run_id)


@contextmanager
def _store(root: Path) -> Iterator[MlflowClient]:
    """Open the store; turn what it causes into one sentence without secrets."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    # A uv.lock in the workspace names the indexes of this machine: it stays here.
    os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    uri = tracking_uri(root)
    try:
        yield MlflowClient(tracking_uri=uri, registry_uri=uri)
    except (MlflowException, OSError) as error:
        # The library repeats the address, credentials included: not chained, and washed.
        reason = _without_secrets(str(error).splitlines()[0])[:200]
        msg = f"the experiment store {_without_secrets(uri)} cannot be used: {reason}"
        raise TrackingError(msg) from None


def tracking_uri(root: Path) -> str:
    """Return ``$MLFLOW_TRACKING_URI``, or the SQLite store of the workspace."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{_home(root) / 'mlflow.db'}"


def serve(root: Path, port: int = 5000) -> None:
    """Open the MLflow pages on the loopback address until Ctrl-C."""
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", tracking_uri(root)]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run(command, check=False, env=environment)  # noqa: S603 - own interpreter


def _home(root: Path) -> Path:
    """Return the workspace that owns the store: experiments of DVC run in copies below it."""
    for folder in root.parents:
        if root.is_relative_to(folder / ".dvc" / "tmp"):
            return folder
    return root


def _without_secrets(text: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", text)


def _experiment(client: MlflowClient, root: Path, territory: str) -> str:
    name = f"forage-{territory}"
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    local = "MLFLOW_TRACKING_URI" not in os.environ
    place = (_home(root) / "mlartifacts" / name).as_uri() if local else None
    return str(client.create_experiment(name, artifact_location=place))


def _already(client: MlflowClient, experiment: str, key: str) -> str | None:
    """Return the finished run of this key; remove what a killed run left half recorded."""
    done = None
    for run in client.search_runs([experiment], f"tags.`{KEY}` = '{key}'"):
        if run.info.status == "FINISHED":
            if "mlflow.parentRunId" not in run.data.tags:
                done = str(run.info.run_id)
        else:
            _registry.forget(client, experiment, run.info.run_id)
            client.delete_run(run.info.run_id)
    return done
