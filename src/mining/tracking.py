"""MLflow behind one small module: one run per experiment, one child run per model.

Nothing here is read by the pipeline, and nothing of MLflow enters an output.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from mining.errors import TrackingError
from mining.provenance import content_key, file_sha256, git_state, lock_entries, lock_sha256

if TYPE_CHECKING:
    from mlflow import MlflowClient

KEY = "forage.key"


def results_of(root: Path, territory: str) -> list[Path]:
    """Return the files whose contents make one experiment different from another."""
    folder = root / "data" / "results" / territory
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "tracked.json"]
    cube = root / "data" / "cube" / f"{territory}.nc"
    if not files or not cube.is_file():
        msg = f"no results for {territory!r}: run 'dvc repro' first"
        raise TrackingError(msg)
    return [cube, *files]


def experiment_key(root: Path, territory: str) -> str:
    """Return the hash that names an experiment: equal results and parameters, equal key."""
    return content_key(root, [root / "params.yaml", *results_of(root, territory)])


def track(root: Path, territory: str) -> str:
    """Record the last results of a territory in MLflow; a second call records nothing.

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
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    uri = tracking_uri(root)
    try:
        client = MlflowClient(tracking_uri=uri)
        experiment = _experiment(client, root, territory)
        done = _already(client, experiment, key)
        return done or _record(client, experiment, root, territory, key)
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
            client.delete_run(run.info.run_id)
    return done


def _record(client: MlflowClient, experiment: str, root: Path, territory: str, key: str) -> str:
    folder = root / "data" / "results" / territory
    _check_readable(folder)
    tags = _tags(root, territory, key)
    run = client.create_run(experiment, run_name=f"{territory}-{key[:8]}", tags=tags)
    parent = str(run.info.run_id)
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    for name, value in _flat(params):
        client.log_param(parent, name, value)
    metrics = _json(folder / "metrics.json")
    for name, value in _flat(metrics):
        if isinstance(value, int | float) and not isinstance(value, bool):
            client.log_metric(parent, name, float(value))
    _log_dataset(client, parent, root, territory)
    client.log_artifact(parent, str(folder / "metrics.json"))
    for figure in sorted((folder / "figures").glob("*.svg")):
        client.log_artifact(parent, str(figure), "figures")
    _record_models(client, experiment, parent, folder, tags)
    client.set_terminated(parent)
    return parent


def _check_readable(folder: Path) -> None:
    """Refuse damaged results before a run is made of half of them."""
    readers: dict[str, Callable[[Path], Any]] = {
        "metrics.json": _json,
        "summary.csv": pd.read_csv,
        "by_day_ahead.csv": pd.read_csv,
    }
    for name, read in readers.items():
        try:
            read(folder / name)
        except (OSError, ValueError) as error:
            msg = f"{folder / name}: not a readable result; delete it and run 'dvc repro' again"
            raise TrackingError(msg) from error


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _record_models(
    client: MlflowClient, experiment: str, parent: str, folder: Path, tags: Mapping[str, str]
) -> None:
    summary = pd.read_csv(folder / "summary.csv")
    by_day = pd.read_csv(folder / "by_day_ahead.csv")
    numbers = [c for c in summary.columns if c not in ("panel", "model")]
    for model, rows in summary.groupby("model", sort=True):
        child_tags = {**tags, "mlflow.parentRunId": parent}
        child = str(client.create_run(experiment, run_name=str(model), tags=child_tags).info.run_id)
        client.log_param(child, "model", model)
        for _, row in rows.iterrows():
            for name in numbers:
                if pd.notna(row[name]):
                    client.log_metric(child, f"{row['panel']}.{name}", float(row[name]))
        for _, row in by_day[by_day["model"] == model].iterrows():
            for name in ("wape", "pinball", "coverage"):
                if pd.notna(row[name]):
                    label = f"{row['panel']}.day_ahead.{name}"
                    client.log_metric(child, label, float(row[name]), step=int(row["day_ahead"]))
        client.set_terminated(child)


def _tags(root: Path, territory: str, key: str) -> dict[str, str]:
    git = git_state(root)
    tags = {
        KEY: key,
        "forage.territory": territory,
        "git.commit": git.commit,
        "git.dirty": str(git.dirty).lower(),
        "dvc.lock.sha256": lock_sha256(root, territory),
    }
    for stage, entry in lock_entries(root, territory).items():
        for out in entry.get("outs", []):
            if out["path"].startswith(("data/raw/", "data/cube/")):
                tags[f"dvc.md5.{stage.partition('@')[0]}"] = str(out.get("md5", ""))
    if "DVC_EXP_NAME" in os.environ:
        tags["dvc.experiment"] = os.environ["DVC_EXP_NAME"]
    return tags


def _log_dataset(client: MlflowClient, run: str, root: Path, territory: str) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    cube = root / "data" / "cube" / f"{territory}.nc"
    source = json.dumps({"path": cube.relative_to(root).as_posix()})
    dataset = Dataset(
        name=f"{territory}.nc",
        digest=file_sha256(cube)[:32],
        source_type="local",
        source=source,
    )
    tags = [InputTag(key="mlflow.data.context", value="cube")]
    client.log_inputs(run, [DatasetInput(dataset, tags)])


def _flat(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted names and scalars of nested mappings; lists as one text."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _flat(value, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(content, list):
        yield prefix, ", ".join(str(v) for v in content)
    elif content is not None:
        yield prefix, content
