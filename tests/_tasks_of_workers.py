"""Tasks that workers of a cluster import: small, slow, failing or deadly ones."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import numpy as np

from mining import compute


def numbers(seed: int) -> bytes:
    """Return numbers whose last digits depend on the order of additions."""
    draw = np.random.default_rng(seed).standard_normal((60, 60))
    return np.linalg.solve(draw @ draw.T + np.eye(60), draw).tobytes()


def slowly(pace: float, number: int) -> int:
    """Return the square, the first item last."""
    time.sleep(pace * (4 if number == 0 else 1))
    return number * number


def failing(number: int) -> int:
    """Return the number; two of them fail, the second one sooner."""
    if number == 2:
        time.sleep(0.3)
        raise FileNotFoundError("two")
    if number == 3:
        raise KeyError("three")
    return number


def deadly(flag: Path, number: int) -> tuple[int, int]:
    """Return the number and the process; the first who computes item 5 dies on it."""
    if number == 5 and not flag.exists():
        flag.write_text(str(os.getpid()), encoding="utf-8")
        os.kill(os.getpid(), 9)
    time.sleep(0.05)
    return number, os.getpid()


def nested(number: int) -> list[int]:
    """Map inside a map."""
    return compute.map_items(partial(slowly, 0.0), range(number), workers=1)


def together(folder: Path, number: int) -> int:
    """Return how many items are computed at this moment by this process."""
    mine = folder / f"{os.getpid()}-{number}"
    mine.touch()
    time.sleep(0.05)
    count = len(list(folder.glob(f"{os.getpid()}-*")))
    mine.unlink()
    return count
