"""The champion in MLflow: a logged model, a version in the registry, and an alias for the best.

What is uploaded holds no pickle: code as files, the model as text, JSON and netCDF.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mining import cube as data_model
from mining import serving
from mining.errors import TrackingError
from mining.forecast import QUANTILES

if TYPE_CHECKING:
    import xarray as xr
    from mlflow import MlflowClient

#: Alias of the version that `dvc repro` made last.
ALIAS = "champion"
_PACKAGE = Path(__file__).parents[1]
_CODE = Path(__file__).with_name("model_code.py")


def registered_name(territory: str) -> str:
    """Return the name of the model of a territory in the registry."""
    return f"forage-{territory}"


def log_champion(
    client: MlflowClient,
    run: str,
    root: Path,
    territory: str,
    *,
    tags: Mapping[str, str],
    pins: list[str],
) -> str:
    """Upload the champion as a logged model of a run; return the id of the model.

    Parameters
    ----------
    client : MlflowClient
        Of the store that holds the run.
    run : str
        Id of the parent run.
    root : Path
        The workspace, with ``models/<territory>`` and the cube.
    territory : str
        Name of the territory.
    tags : mapping
        Tags of the model.
    pins : list of str
        What it needs, of :func:`requirements`.

    Raises
    ------
    ForageError
        If the champion or the cube cannot be read.
    """
    from mlflow.entities import LoggedModelOutput

    cube = data_model.read(root / "data" / "cube" / f"{territory}.nc")
    experiment = client.get_run(run).info.experiment_id
    logged = client.create_logged_model(
        experiment, name="champion", source_run_id=run, tags=dict(tags), model_type="forecast"
    )
    with tempfile.TemporaryDirectory() as scratch:
        packed = serving.pack(root / "models" / territory, cube, Path(scratch) / "champion")
        folder = Path(scratch) / "model"
        _save(folder, packed, cube, pins, ids={"run_id": run, "model_id": logged.model_id})
        client.log_model_artifacts(logged.model_id, str(folder))
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run, [LoggedModelOutput(logged.model_id, step=0)])
    return str(logged.model_id)


def _save(
    folder: Path, packed: Path, cube: xr.Dataset, pins: list[str], ids: Mapping[str, str]
) -> None:
    """Write the folder of the model, as MLflow lays it out, without any path of this machine."""
    import mlflow
    from mlflow.models import Model

    model = Model(model_uuid=ids["model_id"], **ids)
    mlflow.pyfunc.save_model(
        folder,
        mlflow_model=model,
        python_model=str(_CODE),
        code_paths=[str(_PACKAGE)],
        artifacts={"champion": str(packed)},
        signature=_signature(serving.Served(packed).card["horizon_days"]),
        input_example=(serving.example(cube), {"horizon_days": 1}),
        pip_requirements=pins,
    )
    for cache in folder.rglob("__pycache__"):
        for file in cache.iterdir():
            file.unlink()
        cache.rmdir()
    # MLflow notes where files came from; the folder is complete without it.
    flavor = model.flavors["python_function"]
    flavor["model_code_path"] = _CODE.name
    for entry in flavor["artifacts"].values():
        entry["uri"] = entry["path"]
    model.save(str(folder / "MLmodel"))


def _signature(days: int) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    # Counts come as whole numbers or not, and MLflow would refuse the ones or the others; no
    # column at all is the question about the history alone.
    kinds = {"sensor": DataType.string, "time": DataType.string, "value": AnyType()}
    given = [ColSpec(kinds[c], c, required=False) for c in serving.COLUMNS]
    made = [ColSpec(DataType.string, c) for c in ("sensor", "time")]
    made += [ColSpec(DataType.double, f"q{level:g}") for level in QUANTILES]
    params = [
        ParamSpec("horizon_days", DataType.long, days),
        ParamSpec("quantiles", DataType.double, list(QUANTILES), shape=(-1,)),
    ]
    return ModelSignature(Schema(given), Schema(made), ParamSchema(params))


def requirements(root: Path) -> list[str]:
    """Return what the model needs as ``name==version``, from ``requirements.lock``.

    Raises
    ------
    TrackingError
        If the lock or the list of dependencies is absent, or the lock lacks one of them.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        msg = f"{root}: expected a readable pyproject.toml and requirements.lock ({error})"
        raise TrackingError(msg) from error
    wanted = [Requirement(text).name for text in project["project"]["dependencies"]] + ["mlflow"]
    pins = {}
    for line in lines:
        if re.match(r"[A-Za-z0-9]", line):
            locked = Requirement(line.rstrip("\\ "))
            if locked.marker is None or locked.marker.evaluate():
                pins[canonicalize_name(locked.name)] = f"{locked.name}{locked.specifier}"
    names = sorted(canonicalize_name(n) for n in wanted)
    absent = [n for n in names if n not in pins]
    if absent:
        msg = f"{root / 'requirements.lock'}: no line for {absent[0]!r}; run 'make lock'"
        raise TrackingError(msg)
    return [pins[n] for n in names]


def publish(
    client: MlflowClient, run: str, model: str, territory: str, tags: Mapping[str, str]
) -> str:
    """Register a logged model as a new version of the territory's model; return the version."""
    name = registered_name(territory)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(
            name, description=f"Forecasts of the counts of {territory}, hour by hour."
        )
    with _store(client.tracking_uri):
        made = client.create_model_version(
            name, source=f"models:/{model}", run_id=run, tags=dict(tags), model_id=model
        )
    return str(made.version)


@contextmanager
def _store(uri: str) -> Iterator[None]:
    """Let MLflow resolve addresses of models in this store, as a client alone cannot."""
    import mlflow

    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)  # sets the variable too
    try:
        yield
    finally:
        mlflow.set_tracking_uri(None)
        if before is not None:
            os.environ["MLFLOW_TRACKING_URI"] = before


def point_alias(client: MlflowClient, run: str, territory: str) -> None:
    """Let the alias name the version that a run registered; do nothing where it already does."""
    name = registered_name(territory)
    for version in client.search_model_versions(f"run_id = '{run}'"):
        if client.get_registered_model(name).aliases.get(ALIAS) != version.version:
            client.set_registered_model_alias(name, ALIAS, version.version)


def forget(client: MlflowClient, experiment: str, run: str) -> None:
    """Remove what a run that did not end left: versions in the registry and logged models."""
    for version in client.search_model_versions(f"run_id = '{run}'"):
        client.delete_model_version(version.name, version.version)
    for model in client.search_logged_models([experiment], f"source_run_id = '{run}'"):
        client.delete_logged_model(model.model_id)
