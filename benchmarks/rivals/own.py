"""One model of this library from several origins, in a process of its own.

Usage: ``python -m rivals.own CUBE MODEL FOLDER [--every N] [--country XX] CUTOFF ...``
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd

from mining import cube as cubes
from mining.forecast import backtest
from rivals.record import cpu_seconds, finish
from rivals.store import LEVELS, table_of


def main() -> None:
    """Forecast from each origin; write the quantiles, then what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cube", type=Path)
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("cutoffs", nargs="+", type=pd.Timestamp)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--country", default="")
    options = parser.parse_args()
    cube = cubes.read(options.cube).isel({cubes.SENSOR: slice(None, None, options.every)})
    if options.country:
        cube.attrs["country"] = options.country
    # One line per origin is enough.
    logging.getLogger("mining").addHandler(logging.NullHandler())
    for cutoff in options.cutoffs:
        start = cpu_seconds()
        _, made = backtest(
            cube,
            models=[options.model],
            cutoffs=[cutoff],
            quantiles=LEVELS,
            slow_origins=1,
            return_forecasts=True,
        )
        table = made[["sensor", "time", *(f"q{q:g}" for q in LEVELS)]]
        path = table_of(options.folder, options.model, cutoff)
        finish(path, table, since=start, sensors=cube.sizes[cubes.SENSOR])


if __name__ == "__main__":
    main()
