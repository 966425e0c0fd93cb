"""Print how far the intervals of totals hold, for sensors, places and the territory.

Usage: ``python benchmarks/totals.py CUBE [--cutoffs 2025-11-06,...] [--jobs 2]``
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import compute, totals, trusted
from mining import cube as cubes
from mining import forecast as ahead_of

CUTOFFS = ",".join(f"{day:%Y-%m-%d}" for day in pd.date_range("2025-11-06", periods=8, freq="7D"))
SCENARIOS = 200
PROTOCOL = """\
Model boosting, horizon 7 days, at most 104 weeks of history, {scenarios} scenarios, origins at
local midnight: {cutoffs}. Truth: sums of trusted hours; a total with an untrusted hour is
not scored.
coverage: share inside the .1-.9 interval; wape: of the mean of the scenarios; bias: sum of
those means over the sum of the truth, minus one; medians: the same of sums of the sensors' hourly
medians; width: mean width of the interval over the mean.
"""


def scored(item: tuple[str, str]) -> pd.DataFrame:
    """Return the sums of one origin: a row for each grouping and length of time."""
    path, cutoff = item
    cube = cubes.read(Path(path))
    made = ahead_of(cube, model="boosting", horizon="7D", cutoff=cutoff, scenarios=SCENARIOS)
    truth = trusted(cube).reindex(time=made["time"])
    rows = [
        {"by": by, "each": each, **_sums(made, truth, by, each)}
        for by, each in product(("sensor", "place", "territory"), ("step", "day", "week"))
    ]
    return pd.DataFrame(rows)


def _sums(made: xr.Dataset, seen: xr.DataArray, by: str, each: str) -> dict[str, float]:
    said = totals(made, by=by, each=each, quantiles=[0.1, 0.9])
    low, high = said["value"].to_numpy().transpose(2, 0, 1)
    mean = said["expected"].to_numpy()
    truth = _added(made, seen, by, each)
    median = _added(made, made["value"].sel(quantile=0.5, drop=True), by, each)
    known = np.isfinite(truth) & np.isfinite(mean)
    sums = {
        "n": known,
        "covered": (low <= truth) & (truth <= high),
        "error": np.abs(mean - truth),
        "mean": mean,
        "median": median,
        "truth": truth,
        "width": high - low,
    }
    return {name: float(np.where(known, cells, 0).sum()) for name, cells in sums.items()}


def _added(made: xr.Dataset, cells: xr.DataArray, by: str, each: str) -> np.ndarray:
    """Return totals of one number for each cell, as the only scenario added up by the same code."""
    alone = made.drop_vars("path").assign(path=cells.expand_dims("scenario", axis=2))
    return totals(alone, by=by, each=each)["expected"].to_numpy()


def main() -> None:
    """Score every origin and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cube", type=Path)
    parser.add_argument("--cutoffs", default=CUTOFFS)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(PROTOCOL.format(scenarios=SCENARIOS, cutoffs=options.cutoffs))
    items = [(str(options.cube), cutoff) for cutoff in options.cutoffs.split(",")]
    parts = compute.map_items(scored, items, workers=options.jobs)
    sums = pd.concat(parts).groupby(["by", "each"], sort=False).sum()
    table = pd.DataFrame(
        {
            "n": sums["n"].astype(int),
            "coverage": sums["covered"] / sums["n"],
            "wape": sums["error"] / sums["truth"],
            "bias": sums["mean"] / sums["truth"] - 1,
            "medians": sums["median"] / sums["truth"] - 1,
            "width": sums["width"] / sums["truth"],
        }
    )
    print(table.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
