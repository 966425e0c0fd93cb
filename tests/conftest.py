"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
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
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a maker of files and folders: one worker makes each, all of them read it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name: str, make: Callable[[Path], object]) -> Path:
        with FileLock(base / f"{name}.lock"):
            if not (base / name).exists():
                make(base / f"{name}.part")
                (base / f"{name}.part").rename(base / name)
        return base / name

    return once


@pytest.fixture(scope="session")
def auckland(made_once: Callable[..., Path], root: Path) -> Path:
    """Return a workspace with the clean cube of Auckland."""
    import mining
    from mining import cube as cubes
    from mining import writers

    def make(folder: Path) -> None:
        file = folder / "data" / "cube" / "auckland.nc"
        writers.netcdf(file, mining.load("auckland", root=root), cubes.encoding())

    return made_once("auckland", make)


@pytest.fixture(scope="session")
def whole_report(made_once: Callable[..., Path]) -> Mapping[str, str | bytes]:
    """Return the files of the report of the whole small territory."""
    import report_inputs
    from mining.report import build

    def make(file: Path) -> None:
        file.write_bytes(pickle.dumps(build(**report_inputs.everything())))

    files = pickle.loads(made_once("report.pickle", make).read_bytes())  # noqa: S301 - made above
    return MappingProxyType(files)


@pytest.fixture(scope="session")
def reference(root: Path) -> Any:
    """Return the words of the standard of transparency."""
    from mining.transparency import taxonomy

    return taxonomy(root / "data" / "reference")


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
