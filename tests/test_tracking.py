"""MLflow: against the local store and against a real server on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import mining
from _forecast_cubes import rhythm_cube
from mining import tracking, writers
from mining.errors import TrackingError

PARAMS = "territories: [tiny]\nseed: 1\nforecast:\n  horizon_days: 14\n"
LOCK = """schema: '2.0'
stages:
  clean@tiny:
    cmd: mining stage clean tiny
    outs:
    - path: data/cube/tiny.nc
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
"""


CHAMPION = {"model": "window_average", "history": "8W", "horizon_days": 2, "served": {}}


@pytest.fixture
def workspace(tmp_path: Path, root: Path) -> Path:
    """Make the few files that a finished pipeline leaves."""
    results = tmp_path / "data" / "results" / "tiny"
    (results / "figures" / "a").mkdir(parents=True)
    cube = rhythm_cube(days=63, sensors=2)
    writers.netcdf(tmp_path / "data" / "cube" / "tiny.nc", cube, mining.cube.encoding())
    writers.json_file(tmp_path / "models" / "tiny" / "champion.json", CHAMPION)
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "dvc.lock").write_text(LOCK)
    (results / "metrics.json").write_text(json.dumps({"forecast": {"champion": "a", "wape": 0.15}}))
    (results / "figures" / "accuracy.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (results / "figures" / "a" / "fan.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    held = [("a", "special", "special", 4, 0.75), ("a", "sensor", "s0", 4, 0.5)]
    held += [("a", "sensor", "s1", 4, 0.875), ("b", "all", "all", 8, 0.7)]
    columns = ["model", "by", "key", "n", "coverage"]
    pd.DataFrame(held, columns=columns).to_csv(results / "coverage.csv", index=False)
    hours = pd.DataFrame({"model": ["a"], "weekday": [0], "hour": [8], "n": [4]})
    hours.to_csv(results / "errors_by_hour.csv", index=False)
    rows = [("common", "a", 0.15, 0.8), ("common", "b", 0.2, 0.7)]
    pd.DataFrame(rows, columns=["panel", "model", "wape", "coverage"]).to_csv(
        results / "summary.csv", index=False
    )
    days = [("a", 1, 0.14, 9.0, 0.8), ("a", 2, 0.16, 9.5, 0.8), ("b", 1, 0.2, 11.0, 0.7)]
    by_day = pd.DataFrame(days, columns=["model", "day_ahead", "wape", "pinball", "coverage"])
    by_day.assign(panel="common").to_csv(results / "by_day_ahead.csv", index=False)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "add", "params.yaml"], cwd=tmp_path, check=True)
    subprocess.run(["git", *identity, "commit", "-qm", "start"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real MLflow server on the loopback address."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'm.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _wait(f"http://127.0.0.1:{port}/health", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url: str, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the MLflow server did not start: {log.read_text()[-500:]}")


def _check_store(root: Path, uri: str, parent: str) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("forage-tiny")
    runs = client.search_runs([experiment.experiment_id])
    assert {r.info.run_name.partition("-")[0] for r in runs} == {"tiny", "a", "b"}
    top = client.get_run(parent)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True
    )
    assert top.data.tags["git.commit"] == head.stdout.strip()
    assert top.data.tags["git.dirty"] == "false"
    assert top.data.tags["dvc.md5.clean"] == "0123456789abcdef0123456789abcdef"
    assert len(top.data.tags["dvc.lock.sha256"]) == 64
    assert top.data.params["forecast.horizon_days"] == "14"
    assert top.data.metrics["forecast.wape"] == 0.15
    assert top.inputs.dataset_inputs[0].dataset.name == "tiny.nc"
    assert {a.path for a in client.list_artifacts(parent)} == {"figures", "metrics.json"}
    child = next(r for r in runs if r.info.run_name == "a")
    assert child.data.tags["mlflow.parentRunId"] == parent
    assert child.data.metrics["common.wape"] == 0.15
    days = client.get_metric_history(child.info.run_id, "common.day_ahead.wape")
    assert [(m.step, m.value) for m in days] == [(1, 0.14), (2, 0.16)]


def test_local_store_once(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    first = tracking.track(workspace, "tiny")
    assert tracking.track(workspace, "tiny") == first
    _check_store(workspace, f"sqlite:///{workspace / 'mlflow.db'}", first)

    # A run that was killed half way is recorded anew, not left half done.
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{workspace / 'mlflow.db'}")
    client.set_terminated(first, status="KILLED")
    second = tracking.track(workspace, "tiny")
    assert second != first
    # Other results are another experiment.
    metrics = workspace / "data" / "results" / "tiny" / "metrics.json"
    metrics.write_text(json.dumps({"forecast": {"wape": 0.14}}))
    assert tracking.track(workspace, "tiny") not in (first, second)


def test_real_server(workspace: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    run = tracking.track(workspace, "tiny")
    assert tracking.track(workspace, "tiny") == run
    _check_store(workspace, server, run)
    assert not (workspace / "mlflow.db").exists()


def test_unreachable_server_is_one_sentence_without_secret(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match=r"experiment store http://127\.0\.0\.1:9 cannot") as e:
        tracking.track(workspace, "tiny")
    assert "secret" not in str(e.value)


def test_nothing_to_track_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="no results for 'tiny': run 'dvc repro' first"):
        tracking.track(tmp_path, "tiny")


def test_key_does_not_depend_on_dates(workspace: Path) -> None:
    key = tracking.experiment_key(workspace, "tiny")
    os.utime(workspace / "params.yaml", (0, 0))
    assert tracking.experiment_key(workspace, "tiny") == key
    (workspace / "params.yaml").write_text(PARAMS.replace("14", "7"))
    assert tracking.experiment_key(workspace, "tiny") != key


def test_experiments_of_dvc_share_the_store_of_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    copy = tmp_path / ".dvc" / "tmp" / "exps" / "standalone" / "x1"
    assert tracking.tracking_uri(copy) == f"sqlite:///{tmp_path / 'mlflow.db'}"
