"""What a run of MLflow holds: parameters, figures, tables, the data set, tags of its origin."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from mining import cube as data_model
from mining.errors import TrackingError
from mining.provenance import file_sha256, git_state, lock_entries, lock_sha256
from mining.tracking import _registry

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput

KEY = "forage.key"
#: Tables that the parent run keeps as they are.
TABLES = ("summary.csv", "by_day_ahead.csv", "coverage.csv", "errors_by_hour.csv")


def record(client: MlflowClient, experiment: str, root: Path, territory: str, key: str) -> str:
    """Record the results of a territory as a parent run; return its id."""
    folder = root / "data" / "results" / territory
    _check_readable(folder)
    pins = _registry.requirements(root)
    tags = _tags(root, territory, key)
    run = client.create_run(experiment, run_name=f"{territory}-{key[:8]}", tags=tags)
    parent = str(run.info.run_id)
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    for name, value in _flat(params):
        client.log_param(parent, name, value)
    data = _dataset(root, territory)
    client.log_inputs(parent, [_as_input(data, "training")])
    model = _registry.log_champion(client, parent, root, territory, tags=tags, pins=pins)
    for name, value in _flat(_json(folder / "metrics.json")):
        if isinstance(value, int | float) and not isinstance(value, bool):
            # Figures of the forecast are figures of the champion too: its own page shows them.
            of = model if name.startswith("forecast.") else None
            client.log_metric(parent, name, float(value), model_id=of)
    client.log_artifact(parent, str(folder / "metrics.json"))
    for table in TABLES:
        client.log_artifact(parent, str(folder / table), "tables")
    for figure in sorted((folder / "figures").glob("*.svg")):
        client.log_artifact(parent, str(figure), "figures")
    _record_models(client, parent, folder, tags, _as_input(data, "evaluation"))
    _registry.publish(client, parent, model, territory, tags)
    client.set_terminated(parent)
    return parent


def _check_readable(folder: Path) -> None:
    """Refuse damaged results before a run is made of half of them."""
    readers: dict[str, Callable[[Path], Any]] = {
        "metrics.json": _json,
        **dict.fromkeys(TABLES, pd.read_csv),
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
    client: MlflowClient, parent: str, folder: Path, tags: Mapping[str, str], tested: DatasetInput
) -> None:
    experiment = client.get_run(parent).info.experiment_id
    summary, by_day, covered = (
        pd.read_csv(folder / name, dtype={"key": str})
        for name in ("summary.csv", "by_day_ahead.csv", "coverage.csv")
    )
    for model, rows in summary.groupby("model", sort=True):
        child_tags = {**tags, "mlflow.parentRunId": parent}
        child = str(client.create_run(experiment, run_name=str(model), tags=child_tags).info.run_id)
        client.log_param(child, "model", model)
        client.log_inputs(child, [tested])
        days = by_day[by_day["model"] == model]
        held = covered[covered["model"] == model]
        for name, value, step in (*_pooled(rows), *_by_day(days), *_coverage(held)):
            client.log_metric(child, name, value, step=step)
        for figure in sorted((folder / "figures" / str(model)).glob("*.svg")):
            client.log_artifact(child, str(figure), "figures")
        client.set_terminated(child)


def _pooled(rows: pd.DataFrame) -> Iterator[tuple[str, float, int]]:
    """Yield name, value and step of the pooled figures of one model."""
    for _, row in rows.iterrows():
        for name in rows.columns.difference(["panel", "model"], sort=False):
            if pd.notna(row[name]):
                yield f"{row['panel']}.{name}", float(row[name]), 0


def _by_day(rows: pd.DataFrame) -> Iterator[tuple[str, float, int]]:
    """Yield the figures of one model with the day ahead as the step."""
    for _, row in rows.iterrows():
        for name in ("wape", "pinball", "coverage"):
            if pd.notna(row[name]):
                label = f"{row['panel']}.day_ahead.{name}"
                yield label, float(row[name]), int(row["day_ahead"])


def _coverage(rows: pd.DataFrame) -> Iterator[tuple[str, float, int]]:
    """Yield the coverage of one model on ordinary and special days, and over its sensors."""
    for _, row in rows[rows["by"] == "special"].iterrows():
        yield f"coverage.{row['key']}", float(row["coverage"]), 0
    sensors = rows.loc[rows["by"] == "sensor", "coverage"]
    if len(sensors):
        yield "coverage.sensor_min", float(sensors.min()), 0
        yield "coverage.sensor_max", float(sensors.max()), 0


def git_tags(root: Path) -> dict[str, str]:
    """Return the commit that figures come from, and whether files were changed since."""
    git = git_state(root)
    return {"git.commit": git.commit, "git.dirty": str(git.dirty).lower()}


def _tags(root: Path, territory: str, key: str) -> dict[str, str]:
    tags = {
        KEY: key,
        "forage.territory": territory,
        **git_tags(root),
        "dvc.lock.sha256": lock_sha256(root, territory),
    }
    for stage, entry in lock_entries(root, territory).items():
        for out in entry.get("outs", []):
            if out["path"].startswith(("data/raw/", "data/cube/")):
                tags[f"dvc.md5.{stage.partition('@')[0]}"] = str(out.get("md5", ""))
    if "DVC_EXP_NAME" in os.environ:
        tags["dvc.experiment"] = os.environ["DVC_EXP_NAME"]
    return tags


def _dataset(root: Path, territory: str) -> Dataset:
    """Describe the cube as :mod:`mlflow.data` does: digest, place, tensors, profile."""
    from mlflow.data.schema import TensorDatasetSchema
    from mlflow.entities import Dataset
    from mlflow.types import Schema, TensorSpec

    file = root / "data" / "cube" / f"{territory}.nc"
    cube = data_model.read(file)
    local = data_model.local_time(cube)
    tensors = [TensorSpec(cube[n].dtype, cube[n].shape, n) for n in ("value", "quality", "reason")]
    profile = {
        "sensors": cube.sizes["sensor"],
        "times": cube.sizes["time"],
        "trusted_cells": int(np.isfinite(data_model.trusted(cube).to_numpy()).sum()),
        "first": local[0].isoformat(),
        "last": local[-1].isoformat(),
        "timezone": cube.attrs["timezone"],
    }
    return Dataset(
        name=territory,
        digest=file_sha256(file)[:32],
        source_type="local",
        # Relative to the workspace: no path of a machine in the store.
        source=json.dumps({"uri": file.relative_to(root).as_posix()}),
        schema=json.dumps(TensorDatasetSchema(Schema(tensors)).to_dict()),
        profile=json.dumps(profile),
    )


def _as_input(dataset: Dataset, context: str) -> DatasetInput:
    from mlflow.entities import DatasetInput, InputTag

    return DatasetInput(dataset, [InputTag(key="mlflow.data.context", value=context)])


def _flat(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted names and scalars of nested mappings; lists as one text."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _flat(value, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(content, list):
        yield prefix, ", ".join(str(v) for v in content)
    elif content is not None:
        yield prefix, content
