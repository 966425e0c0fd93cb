"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
CHROMIUM = os.environ.get("CHROMIUM") or next(
    (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the workspace that the tests belong to."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Return a finder of real data sets; absent ones skip the test, but fail it in CI."""

    def find(name: str) -> Path:
        folder = SHARED / name
        if not folder.exists():
            reason = f"real data set '{name}' is not on this machine (../shared/data)"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return folder

    return find


@pytest.fixture(scope="session")
def auckland(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Return a workspace with the clean cube of Auckland, made once for all workers."""
    import mining
    from mining import cube as cubes
    from mining import writers

    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = base / "auckland"
    file = folder / "data" / "cube" / "auckland.nc"
    with FileLock(base / "auckland.lock"):
        if not file.exists():
            writers.netcdf(file, mining.load("auckland", root=root), cubes.encoding())
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Yield a real Chromium; its absence skips the test, but fails it in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium found: CI must look at the pages (set CHROMIUM)")
        pytest.skip("no Chromium found: set CHROMIUM to its path to look at the pages")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
