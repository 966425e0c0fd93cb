"""Mapping over a real Dask cluster on this machine: the same results, whatever happens to it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import xarray as xr
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

import mining
from _forecast_cubes import rhythm_cube
from _tasks_of_workers import deadly, failing, nested, numbers, slowly, together
from mining import cube as cubes
from mining import writers
from mining.__main__ import FIXED, _cpu_flags, fixed_environment
from mining.cli import run
from mining.compute import _cluster, map_items
from mining.errors import ConfigError
from mining.forecast import _batches
from mining.forecast.boosting import Boosting

pytestmark = pytest.mark.xdist_group("cluster")
HERE = Path(__file__).parent


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a program of Dask beside this process."""
    paths = os.pathsep.join([str(HERE), str(Path(mining.__file__).parents[1])])
    return subprocess.Popen(
        [sys.executable, *(command if command[0] == "-c" else ("-m", *command))],
        env=os.environ | {"PYTHONPATH": paths} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ended(*processes: subprocess.Popen[bytes]) -> None:
    """End the programs and wait for them."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


LOCAL = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": "127.0.0.1:0"}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a scheduler and three worker processes, two of which will be killed."""
    with LocalCluster(n_workers=3, threads_per_worker=2, **LOCAL) as cluster:
        cluster.wait_for_workers(3, timeout=100)
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Return four sensors and nine weeks."""
    return rhythm_cube(sensors=4, days=63)


def test_numbers_are_the_same_everywhere(scheduler: str) -> None:
    here = [numbers(n) for n in range(12)]
    assert map_items(numbers, range(12)) == here
    assert map_items(numbers, range(12), workers=2) == here
    assert map_items(numbers, range(12), scheduler=scheduler) == here


def test_order_and_progress_are_those_of_the_items(scheduler: str) -> None:
    told: list[int] = []
    got = map_items(partial(slowly, 0.05), iter(range(30)), scheduler=scheduler, after=told.append)
    assert got == [n * n for n in range(30)]
    assert told == list(range(30))
    assert map_items(slowly, [], scheduler=scheduler) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-50, 50)), st.integers(1, 5))
def test_any_items_any_room(items: list[int], room: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from mining.compute._map import AHEAD, _spread

    class Crew:
        def __init__(self, pool: ThreadPoolExecutor) -> None:
            self.submit, self.most = pool.submit, 0

        def room(self) -> int:
            return room

    taken = 0

    def counted() -> Iterator[int]:
        nonlocal taken
        for item in items:
            taken += 1
            yield item

    with ThreadPoolExecutor(3) as pool:
        got = []
        for pair in _spread(Crew(pool), partial(slowly, 0.0), counted()):
            assert taken - len(got) <= AHEAD * room
            got.append(pair)
    assert got == [(n, n * n) for n in items]


def test_a_worker_computes_one_item_at_a_time(scheduler: str, tmp_path: Path) -> None:
    assert set(map_items(partial(together, tmp_path), range(12), scheduler=scheduler)) == {1}


def test_a_map_inside_a_map_stays_where_it_is(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORAGE_SCHEDULER", scheduler)
    assert map_items(nested, [2, 3]) == [[0, 1], [0, 1, 4]]


def test_the_first_error_is_the_one_of_a_loop(scheduler: str) -> None:
    for options in ({}, {"workers": 2}, {"scheduler": scheduler}):
        with pytest.raises(FileNotFoundError, match="two"):
            map_items(failing, range(8), **options)


def test_a_killed_worker_loses_nothing(scheduler: str, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    got = map_items(partial(deadly, flag), range(30), scheduler=scheduler)
    assert [number for number, _ in got] == list(range(30))
    assert int(flag.read_text(encoding="utf-8")) not in {by for n, by in got if n == 5}


def test_backtest_and_forecast_on_a_cluster_give_the_same_bits(
    scheduler: str, cube: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_batches, "LARGEST", 2)
    options = {
        "models": ["window_average", "seasonal_naive"],
        "origins": 2,
        "return_forecasts": True,
    }
    ask = {"model": Boosting(trees=4, rows=1000), "horizon": "1D", "scenarios": 5}
    file = writers.zarr(tmp_path / "town.zarr", cube, cubes.zarr_encoding())
    lazy = cubes.read(file, lazy=True)
    scores, made = mining.backtest(cube, **options)
    ahead = mining.forecast(cube, **ask)
    there = mining.backtest(cube, **options, scheduler=scheduler)
    assert there[0].equals(scores)
    assert there[1].equals(made)
    xr.testing.assert_identical(mining.forecast(lazy, **ask, scheduler=scheduler), ahead)


def test_a_worker_killed_during_a_backtest_changes_nothing(
    scheduler: str, cube: xr.Dataset
) -> None:
    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)
        victim = min(client.run(os.getpid).values())
    options = {"models": ["window_average"], "origins": 30, "origin_step": "1D"}
    killer = threading.Timer(0.5, os.kill, [victim, signal.SIGKILL])
    killer.start()
    there = mining.backtest(cube, **options, scheduler=scheduler)
    killer.join()
    with pytest.raises(ProcessLookupError):
        os.kill(victim, 0)
    assert there.equals(mining.backtest(cube, **options))


def test_what_is_no_scheduler_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"scheduler: found 'here', expected an address such as"):
        map_items(str, [1, 2], scheduler="here")
    monkeypatch.setattr(_cluster, "ANSWER", 1.5)
    silent = f"tcp://127.0.0.1:{free_port()}"
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", silent)
    with pytest.raises(ConfigError, match=f"scheduler {silent} cannot be reached: is it running"):
        map_items(str, [1, 2])
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        where = f"tcp://127.0.0.1:{other.server_port}"
        monkeypatch.setenv("FORAGE_SCHEDULER", where)
        with pytest.raises(ConfigError, match=f"{where} cannot be reached"):
            map_items(str, [1, 2])
        other.shutdown()


def test_the_command_line_tells_a_wrong_scheduler(
    root: Path,
    cube: xr.Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(root / name, tmp_path)
    writers.netcdf(tmp_path / "data" / "cube" / "town.nc", cube, cubes.encoding())
    monkeypatch.setenv("FORAGE_SCHEDULER", "")  # what the command sets is taken back
    monkeypatch.delenv("FORAGE_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["stage", "evaluate", "town", "--scheduler", "nowhere"]) == 2
    assert "found 'nowhere', expected an address such as" in capsys.readouterr().err


def test_workers_that_compute_otherwise_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(mining.__file__).parent, tmp_path / "mining")
    with (tmp_path / "mining" / "errors.py").open("a", encoding="utf-8") as file:
        file.write("\n# another version\n")
    with LocalCluster(n_workers=0, processes=False, **LOCAL) as cluster:
        where = cluster.scheduler_address
        plain = ("dask", "worker", where, "--no-dashboard", "--host", "127.0.0.1", "--no-nanny")
        crew = started(*plain, PYTHONPATH=str(tmp_path))
        try:
            with pytest.raises(ConfigError, match=r"found code of mining \w+, expected \w+"):
                map_items(str, [1, 2], scheduler=where)
        finally:
            ended(crew)
        monkeypatch.setattr(_cluster, "FIRST", 0.1)
        with pytest.raises(ConfigError, match=r"no worker in 0 s; start one: mining worker tcp"):
            map_items(str, [1, 2], scheduler=where)


def test_the_command_starts_workers_that_round_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "from mining.compute import map_items; from _tasks_of_workers import numbers as f\n"
    script += "here = [f(n) for n in range(4)]; assert map_items(f, range(4)) == here"
    with LocalCluster(n_workers=0, processes=False, **LOCAL) as cluster:
        where = cluster.scheduler_address
        crew = started("mining", "worker", where)
        fixed = FIXED | fixed_environment(_cpu_flags()) | {"FORAGE_SCHEDULER": where}
        try:
            assert started("-c", script, **fixed).wait(90) == 0
        finally:
            ended(crew)


def test_a_lost_scheduler_is_told() -> None:
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, **LOCAL)
    threading.Timer(1.0, cluster.close).start()
    start = time.monotonic()
    with pytest.raises(ConfigError, match=r"was lost|cannot be reached"):
        map_items(partial(slowly, 0.3), range(60), scheduler=cluster.scheduler_address)
    assert time.monotonic() - start < 30
