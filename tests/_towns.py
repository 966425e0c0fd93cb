"""Towns whose truth is known by construction, and what happens in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.cube import Quality, Reason

PARIS = "Europe/Paris"
#: Passages of each hour of a day, the same every day: 0 at night, 200 from 8 h to 20 h.
DAY = np.array([20.0] * 8 + [200.0] * 12 + [20.0] * 4)
START = pd.Timestamp("2024-01-01", tz=PARIS)  # a Monday


def town(sensors: int = 5, weeks: int = 16, seed: int = 0, **attrs: object) -> xr.Dataset:
    """Return a town with the same day every day, and the noise of counts."""
    local = pd.date_range(START, periods=weeks * 168, freq="1h")
    rng = np.random.default_rng(seed)
    names = [f"capteur {chr(65 + i)}" for i in range(sensors)]
    values = {n: rng.poisson(DAY[local.hour]).astype(float) for n in names}
    table = pd.DataFrame({"name": names, "place": ""}, index=names)
    return cubes.build(
        pd.DataFrame(values, index=local.tz_convert("UTC")),
        timezone=PARIS,
        step="1h",
        sensors=table,
        attrs={"country": "", "language": "fr", "events": [], **attrs},
    )


def loud() -> xr.Dataset:
    """Return three microphones at 55 dB, one of which hears 20 dB more for an evening."""
    local = pd.date_range(START, periods=16 * 168, freq="1h")
    rng = np.random.default_rng(1)
    table = pd.DataFrame({n: rng.normal(55, 1, len(local)) for n in "abc"}, index=local)
    inside = (local >= at("2024-02-14 20:00")) & (local < at("2024-02-15 02:00"))
    table.loc[inside, "a"] += 20
    return cubes.build(table.tz_convert("UTC"), timezone=PARIS, step="1h", kind="noise")


def cells(cube: xr.Dataset, start: str, end: str) -> slice:
    local = cubes.local_time(cube)
    first, stop = (pd.Timestamp(t, tz=PARIS) for t in (start, end))
    return slice(local.searchsorted(first), local.searchsorted(stop))


def change(cube: xr.Dataset, row: object, where: slice, new: object) -> xr.Dataset:
    """Return the cube with other values; codes as values alone tell them."""
    values = cube["value"].to_numpy().copy()
    values[row, where] = new(values[row, where]) if callable(new) else new
    quality, reason = cubes.codes_from_values(values)
    dims = ("sensor", "time")
    return cube.assign(value=(dims, values), quality=(dims, quality), reason=(dims, reason))


def code(cube: xr.Dataset, row: int, where: slice, reason: Reason) -> xr.Dataset:
    """Return the cube with cells coded as suspect."""
    out = cube.copy(deep=True)
    out["quality"].to_numpy()[row, where] = Quality.SUSPECT
    out["reason"].to_numpy()[row, where] = reason
    return out


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=PARIS)


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1, frame[["sensor", "start", "end", "label", "kind", "score"]]
    return frame.iloc[0]
