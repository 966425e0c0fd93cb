"""The benchmark of rhythms: its tables, and what it records in MLflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from _rhythms import NIGHT, OFFICE, SATURDAY, town
from mining import cube as cubes
from mining import writers

#: One worker runs all that start MLflow.
pytestmark = pytest.mark.xdist_group("tracking")


def days(folder: Path) -> None:
    """Write twenty days as Chinatown has them; the first day of the weekend looks like work."""
    work, rest = (np.exp(-(((np.arange(24) - at) / 3) ** 2)) for at in (9, 18))
    tilt = 1 + 0.05 * np.random.default_rng(0).standard_normal((20, 24))
    table = np.column_stack([[1] * 10 + [2] * 10, np.array([work] * 11 + [rest] * 9) * tilt])
    folder.mkdir()
    for name, rows in (("TRAIN", table[:0]), ("TEST", table)):
        body = pd.DataFrame(rows if len(rows) else table[[0, -1]])
        path = folder / f"Chinatown_{name}.tsv"
        path.write_text(body.to_csv(sep="\t", header=False, index=False), encoding="utf-8")


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """Return the folder, what was printed and the tables of one run on two years of a town."""
    folder = tmp_path_factory.mktemp("benchmark")
    days(folder / "days")
    tilts = np.exp(0.1 * np.random.default_rng(3).standard_normal((3, 168)))
    kinds = {"o": OFFICE, "n": NIGHT, "s": SATURDAY}
    profiles = {f"{k}{i}": p * t for k, p in kinds.items() for i, t in enumerate(tilts)}
    cube = town(profiles, weeks=105, territory="petiteville")
    cube = cube.assign_coords(place=("sensor", cube["sensor"].to_numpy()))
    writers.netcdf(folder / "cube.nc", cube, cubes.encoding())
    command = [sys.executable, str(root / "benchmarks" / "activity.py"), "--track"]
    command += ["--cube", "cube.nc", "--chinatown", "days", "--bootstraps", "2"]
    command += ["--only", "chinatown", "groups", "years", "places", "--json", "all.json"]
    store = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'm.db'}",
        "PYTHONPATH": str(root / "src"),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **store},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, json.loads((folder / "all.json").read_text())


def test_tables_that_were_asked_for(run: tuple[Path, str, dict[str, Any]]) -> None:
    tables = run[2]
    assert set(tables) == {"protocol", "statement", "chinatown", "groups", "years", "places"}
    assert tables["statement"] == "3\u00a0groupes\u00a0: les vérifications concordent."
    # Of 20 days one is in the other group: pairs together 81, 90 and 91 by labels and groups, 190.
    by_hand = (81 - 90 * 91 / 190) / ((90 + 91) / 2 - 90 * 91 / 190)
    test = next(r for r in tables["chinatown"] if r["rows"] == "test (20)")
    assert test["normalisation"] == "hellinger"
    assert test["ARI"] == pytest.approx(by_hand, rel=1e-9)
    assert tables["years"] == [{"earlier": 1, "year_rand": 1.0}]  # both years are alike


def test_what_mlflow_holds(run: tuple[Path, str, dict[str, Any]]) -> None:
    from mlflow import MlflowClient

    folder, printed, tables = run
    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'm.db'}")
    experiment = client.get_experiment_by_name("forage-benchmarks")
    (found,) = client.search_runs([experiment.experiment_id])
    assert f"MLflow: run activity ({found.info.run_id})" in printed
    assert found.info.status == "FINISHED"
    assert found.data.params == {"territory": "petiteville", "bootstraps": "2"}
    assert {"git.commit", "git.dirty"} <= set(found.data.tags)
    kept = found.data.metrics
    test = next(r for r in tables["chinatown"] if r["rows"] == "test (20)")
    placed = next(r for r in tables["places"] if r["how"] == "placed")
    assert kept["k"] == 3
    assert kept["chinatown.test.hellinger.ari"] == pytest.approx(test["ARI"])
    assert kept["check_years"] == 1
    assert kept["year_rand.1"] == 1
    assert kept["places.placed.weeks"] == pytest.approx(placed["weeks"])
    assert "places.placed.sensors" not in kept  # no number, no metric
