"""Small tables, and what a cube made of them says."""

from __future__ import annotations

import pandas as pd

from mining.cube import Quality, Reason

NAN = float("nan")


def long(times, values, sensor="a"):
    return pd.DataFrame({"sensor": sensor, "time": times, "value": values})


def values(cube, sensor="a"):
    """Return {UTC hour text: value} of the cells that hold one."""
    series = cube["value"].sel(sensor=sensor).to_series().dropna()
    return {t.strftime("%m-%d %H:%M"): v for t, v in series.items()}


def repairs(cube, sensor="a"):
    counts = cube["repairs"].sel(sensor=sensor).to_series()
    return {k: int(v) for k, v in counts.items() if v}


def cell(cube, time, sensor="a"):
    """Return (value, quality, reason) of a cell by its UTC time."""
    at = cube.sel(sensor=sensor, time=time)
    return at["value"].item(), Quality(at["quality"].item()), Reason(at["reason"].item())


HOURS = ["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 01:00", "2024-01-01 02:00"]
