"""Facts of the figures of incidents: what was counted and expected around each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mining.report._clock import FloatArray
from mining.report._disclosure import floor
from mining.report._door import Door


@dataclass(frozen=True)
class Window:
    """Curves around one incident; small counts are lifted to the least that may be shown.

    Attributes
    ----------
    times : DatetimeIndex
        Local naive starts of the hours, days or weeks.
    step : str
        ``"1h"``, ``"1D"`` or ``"7D"``.
    observed, expected, low, high, neighbours : ndarray
        As :func:`mining.anomaly.around` gives them.
    """

    times: pd.DatetimeIndex
    step: str
    observed: FloatArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray
    neighbours: FloatArray


def windows_of(
    data: xr.Dataset | None,
    levels: Iterable[str],
    minimum: int,
    *,
    door: Door | None = None,
    sensors: Mapping[str, tuple[str, ...]] | None = None,
) -> Mapping[str, Window]:
    """Return the windows of incidents by id.

    Parameters
    ----------
    data : Dataset or None
        As :func:`mining.anomaly.windows` gives it.
    levels : iterable of str
        Ids of incidents of other measures than counts, which the minimum does not concern.
    minimum : int
        Smallest count that may be shown.
    door : Door, optional
        What may be said of the hours they touch.
    sensors : mapping, optional
        Id of each incident to the sensors it concerns.

    Notes
    -----
    No window by the hour is drawn of a sensitive place, and no point of what was counted that
    would give back a hidden hour.
    """
    if data is None:
        return {}
    who = sensors or {}
    plain, out = frozenset(levels), {}
    stops = np.cumsum(data["cells"].to_numpy())
    local = pd.DatetimeIndex(data["time"].to_numpy()).tz_localize("UTC")
    local = local.tz_convert(str(data.attrs["timezone"])).tz_localize(None)
    names = ("observed", "expected", "low", "high", "neighbours")
    values = {n: data[n].to_numpy().astype("float64") for n in names}
    heads = zip(data["id"].to_numpy(), data["step"].to_numpy(), stops, strict=True)
    first = 0
    for name, step, stop in heads:
        mine, least = slice(first, int(stop)), 0 if str(name) in plain else minimum
        curves = {n: floor(v[mine], least) if least else v[mine] for n, v in values.items()}
        first = int(stop)
        if door is not None and least:
            of = who.get(str(name), ()) or door.clock.ids
            if str(step) == "1h" and door.closed(of):
                continue
            curves["observed"] = door.veil(values["observed"][mine], of, local[mine], str(step))
        out[str(name)] = Window(local[mine], str(step), **curves)
    return out
