"""Fixtures of all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Return a function that finds a file of real data, or skips (fails where CI must run it)."""

    def find(name: str) -> Path:
        path = (Path(__file__).parents[1] / "../shared/data" / name).resolve()
        if not path.exists():
            reason = f"real data {name} is not beside the repository (../shared/data)"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find
