"""Figures of a benchmark as a run of MLflow, in the store of the workspace or of the server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mining import tracking

ROOT = Path(__file__).resolve().parents[1]


def log(name: str, figures: Mapping[str, float], params: Mapping[str, str]) -> None:
    """Record a run in the experiment ``forage-benchmarks`` and say so."""
    run = tracking.log_figures(ROOT, name, figures, params)
    print(f"\nMLflow: run {name} ({run}) holds {len(figures)} figures")
