"""Small towns of sensors whose weeks are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes

HOUR = np.arange(168)
DAY, CLOCK = HOUR // 24, HOUR % 24
OFFICE = np.where((DAY < 5) & (CLOCK >= 7) & (CLOCK < 19), 200.0, 10.0)
NIGHT = np.where((CLOCK >= 19) | (CLOCK < 4), 150.0, 20.0)
SATURDAY = np.where((DAY == 5) & (CLOCK >= 10) & (CLOCK < 18), 400.0, 30.0)


def town(
    profiles: dict[str, np.ndarray], *, weeks: int = 30, noise: float = 0.05, **attrs: object
) -> xr.Dataset:
    """Return a cube of hours from Monday 2024-01-01, local, with multiplicative noise."""
    rng = np.random.default_rng(7)
    local = pd.date_range("2024-01-01", periods=weeks * 168, freq="h", tz="UTC")
    slot = (local.day_of_week * 24 + local.hour).to_numpy()
    table = {
        name: np.round(p[slot] * np.exp(noise * rng.standard_normal(len(slot))))
        for name, p in profiles.items()
    }
    frame = pd.DataFrame(table, index=local)
    return cubes.build(frame, timezone="UTC", step="1h", attrs=attrs).copy(deep=True)


def three_kinds() -> xr.Dataset:
    rng = np.random.default_rng(3)
    out = {}
    for i in range(4):
        tilt = np.exp(0.1 * rng.standard_normal(168))
        out |= {f"o{i}": OFFICE * tilt, f"n{i}": NIGHT * tilt * 2, f"s{i}": SATURDAY * tilt * 3}
    return town(out)
