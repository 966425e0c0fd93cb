"""Print the forecasting tables: accuracy, calibration and CPU time, with their protocol.

Usage: ``python benchmarks/forecast.py CUBE [--models A,B] [--panel main|spread|slow]``
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import pandas as pd

from mining import cube as cubes
from mining.forecast import backtest, names, summarize

#: Cutoffs on which nothing was tuned. Development used others, up to 26 December 2024.
PANELS = {
    "main": pd.date_range("2025-11-06", periods=8, freq="7D"),
    "spread": pd.date_range("2025-01-16", periods=8, freq="35D"),
    "slow": pd.DatetimeIndex(["2025-11-20", "2025-12-25"]),
}
PROTOCOL = """\
Horizon 7 days of hours, at most 104 weeks before each origin, all sensors, cutoffs at local
midnight. Truth: {score} cells. WAPE, RMSE, pinball (mean over .1 ... .9) and coverage of .1-.9
pooled over all cells; MASE (season one week, scale from the same history) averaged over sensors
and origins.
CPU seconds per origin, fit, intervals and forecast of all sensors together, on this machine.
"""


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those it waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def panel_table(cube: object, models: list[str], panel: str, score: str) -> pd.DataFrame:
    """Score each model on a panel, one after the other so that each has its own time."""
    cutoffs, parts, spent = PANELS[panel], [], {}
    for model in models:
        start, clock = cpu_seconds(), time.perf_counter()
        parts.append(
            backtest(
                cube,
                models=[model],
                cutoffs=list(cutoffs),
                slow_origins=len(cutoffs),
                score=score,
            )
        )
        spent[model] = (cpu_seconds() - start) / len(cutoffs)
        print(f"  {panel}: {model} in {time.perf_counter() - clock:.0f} s", flush=True)
    table = summarize(pd.concat(parts)).query("panel == 'common'").drop(columns="panel")
    return table.assign(cpu_seconds=table["model"].map(spent)).sort_values("wape")


def main() -> None:
    """Read the arguments and print one table per panel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cube", type=Path)
    fast = [m for m in names() if m != "prophet"]
    parser.add_argument("--models", default=",".join(fast), help="default: all but prophet")
    parser.add_argument(
        "--panel", action="append", choices=list(PANELS), help="default: main, spread"
    )
    parser.add_argument("--score", default="observed", choices=["observed", "trusted"])
    parser.add_argument("--country", default="", help="holidays, where the cube names no country")
    options = parser.parse_args()
    cube = cubes.read(options.cube)
    if options.country:
        cube.attrs["country"] = options.country
    print(PROTOCOL.format(score=options.score))
    for panel in options.panel or ["main", "spread"]:
        table = panel_table(cube, options.models.split(","), panel, options.score)
        days = ", ".join(f"{c:%Y-%m-%d}" for c in PANELS[panel])
        print(f"\nPanel {panel}, {len(PANELS[panel])} origins: {days}")
        print(table.to_string(index=False, float_format="%.4f"), flush=True)


if __name__ == "__main__":
    main()
