"""The command line: what a user types, and the one sentence after a mistake."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mining.__main__ import FIXED, fixed_environment
from mining.cli import run


@pytest.fixture
def workspace(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a workspace without territory and stand in it."""
    shutil.copy(root / "params.yaml", tmp_path)
    shutil.copy(root / "dvc.yaml", tmp_path)
    (tmp_path / "data" / "territories").mkdir(parents=True)
    monkeypatch.delenv("FORAGE_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on standard error."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_new_makes_a_territory_that_checks(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "lure"]) == 0
    assert run(["check", "lure"]) == 0
    capsys.readouterr()
    assert run(["new", "lure"]) == 2
    assert "lure" in said(capsys)
    assert run(["new", "../lure"]) == 2
    assert "'../lure' cannot name a territory" in said(capsys)


def test_unknown_territory(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stage", "acquire", "nowhere"]) == 2
    message = said(capsys)
    assert message.startswith("mining: ")
    assert "nowhere" in message


def test_a_stage_out_of_order_says_what_to_run(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stage", "detect", "auckland"]) == 2
    assert "run 'dvc repro'" in said(capsys)


def test_outside_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FORAGE_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "auckland"]) == 2
    assert "not inside a Forage workspace" in said(capsys)


def test_site_on_a_port_that_is_taken(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as taken:
        assert run(["site", "--port", str(taken.server_address[1])]) == 2
    assert "--port" in said(capsys)


def test_site_serves_the_reports(workspace: Path, root: Path) -> None:
    (workspace / "reports" / "x").mkdir(parents=True)
    (workspace / "reports" / "x" / "index.html").write_text("bonjour", encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory="reports")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as free:
        port = free.server_address[1]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    command = [sys.executable, "-m", "mining", "site", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stderr is not None
        assert str(port) in server.stderr.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/x/", timeout=10) as answer:
            assert answer.read() == b"bonjour"
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_the_command_starts_again_in_a_fixed_environment(workspace: Path, root: Path) -> None:
    # A shim in the place of the command line prints what the command re-started itself with.
    shim = workspace / "sitecustomize.py"
    shim.write_text(
        "import os, sys\n"
        "if os.environ.get('PYTHONHASHSEED') == '0':\n"
        "    seed = sys.flags.hash_randomization\n"
        "    print(os.environ['TZ'], os.environ['OMP_NUM_THREADS'], seed)\n",
        encoding="utf-8",
    )
    environment = {k: v for k, v in os.environ.items() if k not in FIXED}
    environment["PYTHONPATH"] = os.pathsep.join([str(workspace), str(root / "src")])
    command = [sys.executable, "-m", "mining", "check", "nowhere"]
    out = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=workspace
    )
    assert out.returncode == 2
    assert out.stdout.splitlines() == ["UTC 1 0"]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (set(), {}),
        ({"avx2"}, {"OPENBLAS_CORETYPE": "Haswell"}),
        (
            {"avx2", "avx512f"},
            {
                "OPENBLAS_CORETYPE": "Haswell",
                "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
            },
        ),
    ],
)
def test_kernels_are_held_at_avx2(flags: set[str], expected: dict[str, str]) -> None:
    assert fixed_environment(frozenset(flags)) == {**FIXED, **expected}
