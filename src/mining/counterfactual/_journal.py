"""The impact of everything that the journal tells."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.calendars import Event, calendar_of
from mining.counterfactual._impact import of_window
from mining.counterfactual._result import Impact
from mining.counterfactual._town import Town
from mining.week_grid import IntArray

#: Columns of the table of impacts.
IMPACT_COLUMNS = (
    *("entry", "type", "title", "start", "end", "sensors"),
    *("observed", "expected", "effect", "low", "high"),
    *("percent", "percent_low", "percent_high", "claimed", "reason", "before", "spill"),
    *("placebos", "counted", "before_low", "before_high", "spill_low", "spill_high"),
    "rank",
)
#: Entries of these types changed the counts, not the passages.
_NOT_PASSAGES = ("fault", "hardware")


def impacts(cube: xr.Dataset, *, calendar: object = "cube") -> pd.DataFrame:
    """Estimate the impact of every entry of the journal that lies in the data.

    Parameters
    ----------
    cube : Dataset
        A cube.
    calendar : None, mapping, Calendar or "cube"
        Holidays and journal.

    Returns
    -------
    DataFrame
        One row per entry that is neither a fault nor a change of hardware, sorted by start and
        entry: `entry`, `type`, `title`, `sensors` (joined by ";", "" for the whole territory) and
        the figures of :class:`Impact`. `start` and `end` are local; an entry that is still going
        on ends with the data. Of sensors of several kinds those of the most frequent one count.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the calendar says something impossible, or steps do not divide a day.
    """
    cubes.validate(cube)
    town = Town(cube, calendar_of(cube, calendar))
    told = [
        _row(entry, _of_entry(town, entry))
        for entry in sorted(town.calendar.events, key=lambda e: (e.start, e.id))
        if entry.type not in _NOT_PASSAGES and entry.start < town.end and entry.end > town.begin
    ]
    return pd.DataFrame(told, columns=list(IMPACT_COLUMNS))


def _of_entry(town: Town, entry: Event) -> Impact:
    rows = _rows(town, entry)
    end = min(entry.end, town.end)
    if rows.size:
        return of_window(town, entry.start, end, rows)
    zone = str(town.cube.attrs["timezone"])
    local = [
        t.tz_localize(zone, ambiguous=True, nonexistent="shift_forward") for t in (entry.start, end)
    ]
    return Impact(local[0], local[1], (), "no_sensor")


def _rows(town: Town, entry: Event) -> IntArray:
    rows = [
        row
        for row, (sensor, place) in enumerate(zip(town.ids, town.places, strict=True))
        if town.counts[row] and entry.concerns([sensor], [place])
    ]
    kinds = Counter(town.kinds[row] for row in rows)
    most = min(kinds, key=lambda kind: (-kinds[kind], kind), default="")
    rows = [row for row in rows if town.kinds[row] == most]
    return np.array(sorted(rows, key=lambda row: town.ids[row]), dtype="int64")


def _row(entry: Event, found: Impact) -> dict[str, object]:
    figures = {name: getattr(found, name) for name in IMPACT_COLUMNS[6:]}
    whole = not (entry.sensors or entry.places)
    return {
        "entry": entry.id,
        "type": entry.type,
        "title": entry.title,
        "start": found.start,
        "end": found.end,
        "sensors": "" if whole else ";".join(found.sensors),
        **figures,
    }
