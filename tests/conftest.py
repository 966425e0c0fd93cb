"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


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
