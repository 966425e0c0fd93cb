"""The whole graph on a small simulated town: same bytes, nothing run twice, kills survived."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import grimp
import numpy as np
import pandas as pd
import pytest
import yaml

#: One worker runs these, so that the town is made once.
pytestmark = pytest.mark.xdist_group("pipeline")

STAGES = (
    "acquire",
    "acquire_shops",
    "acquire_weather",
    "clean",
    "evaluate",
    "forecast",
    "opening",
    "detect",
    "impact",
    "trial",
    "cluster",
    "shops",
    "weather",
    "summarize",
    "report",
    "track",
)
TERRITORY = """\
name: Petiteville
language: fr
timezone: Europe/Paris
country: FR
school_zone: A
kind: pedestrian
step: 1h
source:
  name: tables
  files: counts.csv
  format: long
licence: MIT
attribution: Données simulées pour les essais
contact: mairie@petiteville.example
simulated: true
"""
#: What the small profile changes in params.yaml.
SMALL = {
    "territories": ["petiteville"],
    "evaluate.origins": 2,
    "evaluate.slow_origins": 1,
    "evaluate.models": ["seasonal_naive", "window_average"],
    "cluster.bootstraps": 5,
    "cluster.max_groups": 3,
}


def simulated_counts() -> str:
    """Return 16 weeks of hourly counts of four sensors, as a long table."""
    times = pd.date_range("2026-01-05", periods=16 * 168, freq="h", tz="UTC")
    local = times.tz_convert("Europe/Paris")
    random = np.random.default_rng(1)
    hour, weekend = local.hour.to_numpy(), local.day_of_week.to_numpy() >= 5
    office = np.exp(-(((hour - 12.5) / 3.5) ** 2)) * np.where(weekend, 0.3, 1.0)
    evening = np.exp(-(((hour - 20) / 2.5) ** 2)) * np.where(weekend, 1.6, 0.8)
    shapes = {"gare": office, "mairie": office * 0.6, "bars": evening, "halles": evening * 0.7}
    parts = [
        pd.DataFrame({"sensor": name, "time": times, "value": random.poisson(200 * shape + 3)})
        for name, shape in shapes.items()
    ]
    table = pd.concat(parts)
    table["time"] = table["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return table.to_csv(index=False, lineterminator="\n")


def make_workspace(folder: Path, root: Path, counts: str) -> Path:
    """Lay a copy of the workspace with the small town as its only territory."""
    folder.mkdir()
    for name in ("dvc.yaml", "requirements.lock", "pyproject.toml", ".dvcignore", ".gitignore"):
        shutil.copy(root / name, folder / name)
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(root / "src", folder / "src", ignore=ignore)
    for name in ("published", "reference"):
        shutil.copytree(root / "data" / name, folder / "data" / name)
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    for key, value in SMALL.items():
        section, _, name = key.rpartition(".")
        (params[section] if section else params)[name] = value
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    town = folder / "data" / "territories" / "petiteville"
    town.mkdir(parents=True)
    (town / "territory.yaml").write_text(TERRITORY, encoding="utf-8")
    (town / "counts.csv").write_text(counts, encoding="utf-8")
    (town / "places.csv").write_text(
        "place,sensor\nCentre,gare\nCentre,mairie\nRue des bars,bars\nPlace des halles,halles\n",
        encoding="utf-8",
    )
    for command in (
        ["git", "init", "-q"],
        [sys.executable, "-m", "dvc", "init", "-q"],
        [sys.executable, "-m", "dvc", "config", "core.analytics", "false"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, str]:
    """Return an environment in which the command `mining` is the code under test."""
    shim = tmp_path_factory.mktemp("bin") / "mining"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mining "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    out = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "FORAGE", "DVC"))}
    path = os.pathsep.join([str(shim.parent), os.environ["PATH"]])
    return {**out, "PATH": path, "PYTHONPATH": str(root / "src"), "MLFLOW_DISABLE_TELEMETRY": "1"}


def dvc(
    folder: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run dvc in a workspace; return what it said."""
    command = [sys.executable, "-m", "dvc", *arguments]
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, root: Path, environment: dict[str, str]
) -> Path:
    """Return a workspace in which the pipeline ran once, undisturbed."""
    folder = make_workspace(tmp_path_factory.mktemp("town") / "a", root, simulated_counts())
    dvc(folder, environment, "repro")
    return folder


def lock(folder: Path) -> dict[str, object]:
    stages: dict[str, object] = yaml.safe_load((folder / "dvc.lock").read_text())["stages"]
    return stages


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_stage_leaves_its_output(finished: Path) -> None:
    assert set(lock(finished)) == {f"{s}@petiteville" for s in STAGES}
    index = (finished / "reports" / "petiteville" / "index.html").read_text(encoding="utf-8")
    assert "Petiteville" in index
    assert "simulées" in index
    assert (finished / "mlflow.db").is_file()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_second_run_runs_nothing(finished: Path, environment: dict[str, str]) -> None:
    before = lock(finished)
    said = dvc(finished, environment, "repro")
    assert "Running stage" not in said.stdout + said.stderr
    assert lock(finished) == before


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_run_ends_as_an_undisturbed_one(
    finished: Path, tmp_path: Path, root: Path, environment: dict[str, str]
) -> None:
    # Another folder, another time, another order of rows: the clean cube is the same.
    folder = make_workspace(tmp_path / "b", root, simulated_counts())
    run = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    raw = folder / "data" / "results" / "petiteville" / "quality.csv"
    while not raw.exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    dvc(folder, environment, "repro")
    assert lock(folder) == lock(finished)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_queued_experiment_is_compared_in_dvc_and_in_mlflow(
    finished: Path, environment: dict[str, str]
) -> None:
    import xarray as xr
    from mlflow import MlflowClient

    folder = finished.parent / "experiment"
    shutil.copytree(finished, folder)
    identity = {f"GIT_{w}_{k}": v for w in ("AUTHOR", "COMMITTER")
                for k, v in (("NAME", "t"), ("EMAIL", "t@example.org"))}  # fmt: skip
    with_git = {**environment, **identity}
    for command in (["git", "add", "-A"], ["git", "commit", "-qm", "start"]):
        subprocess.run(command, cwd=folder, env=with_git, check=True)
    changed = [
        "evaluate.horizon=3D", "evaluate.models=[seasonal_naive]", "forecast.horizon_days=7",
    ]  # fmt: skip
    wanted = [word for change in changed for word in ("-S", change)]
    # The pages are not asked for: everything that `track` needs is made.
    dvc(folder, with_git, "exp", "run", "--queue", "-n", "shorter", *wanted, "track@petiteville")
    dvc(folder, with_git, "exp", "run", "--run-all")
    shown = pd.read_csv(io.StringIO(dvc(folder, with_git, "exp", "show", "--csv").stdout))
    rows = shown.set_index("Experiment")[["evaluate.horizon", "forecast.champion"]]
    assert rows.loc["shorter"].tolist() == ["3D", "seasonal_naive"]
    assert shown.set_index("rev").loc["workspace", "evaluate.horizon"] == "7D"
    # One store for both: that of the workspace, not of the copy in which the experiment ran.
    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("forage-petiteville")
    tops = [
        run
        for run in client.search_runs([experiment.experiment_id])
        if "mlflow.parentRunId" not in run.data.tags
    ]
    found = {r.data.tags.get("dvc.experiment"): r.data.params["evaluate.horizon"] for r in tops}
    assert found == {None: "7D", "shorter": "3D"}
    champions = client.search_model_versions("name = 'forage-petiteville'")
    assert {v.run_id for v in champions} == {r.info.run_id for r in tops}
    dvc(folder, with_git, "exp", "apply", "shorter")
    file = folder / "data" / "results" / "petiteville" / "forecast.nc"
    with xr.open_dataset(file, engine="h5netcdf") as forecast:
        assert forecast.sizes["time"] == 7 * 24


def _room(module: str) -> str:
    """Return the path that stands for a module in dvc.yaml: its package, or its own file."""
    parts = module.split(".")
    if parts[:2] == ["mining", "stages"]:
        return f"src/mining/stages/{parts[2]}.py" if len(parts) > 2 else ""
    return "/".join(["src", *parts[:2]])


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Return who imports whom."""
    return grimp.build_graph("mining", exclude_type_checking_imports=True, cache_dir=None)


@pytest.mark.parametrize("stage", STAGES)
def test_dependencies_name_every_imported_module(
    stage: str, graph: grimp.ImportGraph, root: Path
) -> None:
    module = f"mining.stages.{stage}"
    needed = {_room(m) for m in graph.find_upstream_modules(module) | {module}} - {"", "src/mining"}
    wanted = {p if (root / p).exists() else f"{p}.py" for p in needed}
    wanted |= {"requirements.lock", "src/mining/__main__.py"}
    described = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"][stage]
    declared = {d for d in described["deps"] if d.startswith("src/") or d == "requirements.lock"}
    assert declared == wanted, f"missing {wanted - declared}, not imported {declared - wanted}"
    assert described["desc"]


def test_an_experiment_is_every_result(root: Path) -> None:
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    made: set[str] = set()
    for name in set(stages) - {"track", "report"}:
        for kind in ("outs", "metrics", "plots"):
            listed = stages[name].get(kind, [])
            made |= {o if isinstance(o, str) else next(iter(o)) for o in listed}
    results = {path for path in made if path.startswith("data/results/")}
    assert results <= set(stages["track"]["deps"])
