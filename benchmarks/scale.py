"""Print what a forecast of many sensors costs: CPU seconds, wall seconds, peak memory.

Usage: ``python benchmarks/scale.py CUBE [--sensors 21,80,320,640,2000] [--workers N] [--zarr]``
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import xarray as xr

from mining import cube as cubes
from mining.forecast import forecast

HOURS = 3 * 365 * 24
WEEK = 168
PROTOCOL = """\
Territories of N sensors and 3 years of hours: the series of the cube in turn; each copy is moved
by whole weeks, round and round, and thinned to a share of its passers-by (binomial draws, seed 0).
One forecast by the model 'boosting': 14 days, nine quantiles, 104 weeks of history; a new process
for each N. CPU and wall seconds: of the forecast, worker processes included. Peak: the most memory
that one process held, the territory included. Sum: digits that change when a forecast does.
"""


def territory(cube: xr.Dataset, sensors: int) -> xr.Dataset:
    """Return a cube of `sensors` series, each after the first round a moved and thinned copy."""
    recent = cube.isel({cubes.TIME: slice(-HOURS, None)})
    names = ("value", "quality", "reason")
    arrays = [recent[name].to_numpy() for name in names]
    out = [np.empty((sensors, HOURS), a.dtype) for a in arrays]
    draw = np.random.default_rng(0)
    count = len(arrays[0])
    for k in range(sensors):
        weeks = 0 if k < count else WEEK * int(draw.integers(1, 100))
        for target, array in zip(out, arrays, strict=True):
            target[k] = np.roll(array[k % count], weeks)
        if k >= count:
            seen = np.isfinite(out[0][k])
            whole = np.maximum(out[0][k][seen], 0).astype("int64")
            out[0][k][seen] = draw.binomial(whole, draw.uniform(0.2, 1.0))
    made = recent.isel({cubes.SENSOR: np.arange(sensors) % count})
    for name, array in zip(names, out, strict=True):
        made[name] = ((cubes.SENSOR, cubes.TIME), array, recent[name].attrs)
    return made.assign_coords({cubes.SENSOR: [f"s{k:05d}" for k in range(sensors)]})


def one(options: argparse.Namespace) -> dict[str, float | str]:
    """Forecast one territory in this process and return what it cost."""
    cube = territory(cubes.read(options.cube), options.one)
    start, clock = cpu_seconds(), time.perf_counter()
    ahead = forecast(cube)
    digest = hashlib.sha256(ahead["value"].to_numpy().tobytes()).hexdigest()[:8]
    return {
        "cpu": cpu_seconds() - start,
        "wall": time.perf_counter() - clock,
        "peak": max(peak(resource.RUSAGE_SELF), peak(resource.RUSAGE_CHILDREN)),
        "sum": digest,
    }


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those it waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def peak(who: int) -> float:
    """Return the most memory a process of this sort held, in MB (Linux counts in kB)."""
    return resource.getrusage(who).ru_maxrss / 1024


def main() -> None:
    """Read the arguments and print one line per territory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cube", type=Path)
    parser.add_argument("--sensors", default="21,80,320,640,2000")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options)))
        return
    print(PROTOCOL)
    print(f"{'sensors':>8} {'CPU s':>8} {'wall s':>8} {'peak MB':>8}  sum", flush=True)
    found = []
    for count in [int(n) for n in options.sensors.split(",")]:
        command = [sys.executable, __file__, *sys.argv[1:], "--one", str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        line = json.loads(done.stdout.splitlines()[-1])
        found.append((count, line))
        figures = " ".join(f"{line[name]:8.0f}" for name in ("cpu", "wall", "peak"))
        print(f"{count:8d} {figures}  {line['sum']}", flush=True)
    for (few, a), (many, b) in itertools.pairwise(found):
        exponents = [math.log(b[name] / a[name]) / math.log(many / few) for name in ("cpu", "peak")]
        print(
            "{} to {} sensors: CPU grows as N^{:.2f}, peak as N^{:.2f}".format(
                few, many, *exponents
            )
        )


if __name__ == "__main__":
    main()
