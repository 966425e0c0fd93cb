"""The times and sensors that people name when they ask for an impact."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np
import pandas as pd

from mining.counterfactual._town import Town
from mining.errors import ConfigError
from mining.week_grid import IntArray


def moment(town: Town, time: str | pd.Timestamp, name: str) -> pd.Timestamp:
    """Return a local naive time.

    Raises
    ------
    ConfigError
        If it cannot be read, or is a bare number.
    """
    try:
        stamp = None if isinstance(time, int | float) else pd.Timestamp(time)
    except (ValueError, TypeError):
        stamp = None
    if not isinstance(stamp, pd.Timestamp):
        msg = f"impact: {name}: found {time!r}, expected a local time such as '2026-03-05 14:30'"
        raise ConfigError(msg)
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert(str(town.cube.attrs["timezone"])).tz_localize(None)
    return stamp


def touched(town: Town, sensors: str | Iterable[str] | None) -> IntArray:
    """Return the rows of the sensors that are meant, by their own names or by their places.

    Raises
    ------
    ConfigError
        If a name is unknown, or the sensors count nothing or are of several kinds.
    """
    if sensors is None:
        rows = [row for row, counts in enumerate(town.counts) if counts]
        wanted: list[str] = []
    else:
        wanted = [sensors] if isinstance(sensors, str) else [str(s) for s in sensors]
        rows = sorted({row for name in wanted for row in _named(town, name)})
    states = [town.ids[row] for row in rows if not town.counts[row]]
    if not rows or states:
        found = f"{states[0]!r}, which counts nothing" if states else "no sensor"
        msg = f"impact: sensors: found {found}, expected sensors that count passages"
        raise ConfigError(msg)
    kinds = sorted({town.kinds[row] for row in rows})
    if len(kinds) > 1:
        msg = f"impact: sensors: found the kinds {', '.join(kinds)}, expected sensors of one kind"
        raise ConfigError(msg)
    return np.array(sorted(rows, key=lambda row: town.ids[row]), dtype="int64")


def _named(town: Town, name: str) -> list[int]:
    if name in town.ids:
        return [town.ids.index(name)]
    rows = [row for row, place in enumerate(town.places) if name and place == name]
    rows = [row for row in rows if town.counts[row]] or rows
    if not rows:
        names = sorted({*town.ids, *town.places} - {""})
        near = get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
        msg = f"impact: sensors: found {name!r}, expected a sensor or a place such as {near}"
        raise ConfigError(msg)
    return rows
