"""What a peer reads and writes: plain tables on the local clock, 24 hours in every day."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rivals.record import cpu_seconds, finish

HISTORY, HORIZON = pd.Timedelta("104W"), pd.Timedelta("7D")
HOURS = HORIZON // pd.Timedelta("1h")
#: Central intervals whose ends are the quantiles .1 ... .9 without the median.
CENTRAL = (20, 40, 60, 80)
FLAGS = ("is_holiday", "school_holiday", "bridge", "special")


@dataclass(frozen=True)
class Origin:
    """All that may be known at one origin.

    Attributes
    ----------
    past : DataFrame
        ``unique_id, ds, y`` without a hole, and the calendar of each hour.
    ahead : DataFrame
        ``unique_id, ds`` of the hours to forecast, and their calendar.
    """

    past: pd.DataFrame
    ahead: pd.DataFrame


def origin(values: pd.DataFrame, days: pd.DataFrame, cutoff: pd.Timestamp) -> Origin:
    """Cut the tables at a cutoff; what comes after it is not looked at."""
    inside = (values["time"] < cutoff) & (values["time"] >= cutoff - HISTORY)
    wide = values[inside].pivot_table("value", "time", "sensor", dropna=False)
    whole = filled(wide).rename_axis(index="ds", columns="unique_id").reset_index()
    past = whole.melt("ds", value_name="y").dropna()[["unique_id", "ds", "y"]]
    hours = pd.date_range(cutoff, periods=HOURS, freq="h")
    ahead = pd.MultiIndex.from_product([wide.columns, hours], names=["unique_id", "ds"])
    known = days[days["cutoff"] == cutoff].drop(columns="cutoff").set_index("day")
    return Origin(
        past=_dated(past.reset_index(drop=True), known),
        ahead=_dated(ahead.to_frame(index=False), known),
    )


def filled(wide: pd.DataFrame) -> pd.DataFrame:
    """Fill holes from the same hour of the weeks around them; nothing before the first value.

    A straight line over a hole of days would wipe out the days in it, and these tools refuse
    holes altogether.
    """
    started = wide.notna().cummax()
    hour = (wide.index - wide.index[0]) // pd.Timedelta("1h") % 168
    weekly = wide.groupby(hour).transform(lambda v: v.interpolate(limit_direction="both"))
    return weekly.interpolate(limit_direction="both").where(started)


def _dated(table: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    day = known.loc[table["ds"].dt.normalize()].reset_index(drop=True)
    day[list(FLAGS)] = day[list(FLAGS)].astype("int8")
    return pd.concat([table, day], axis=1)


def quantiles(made: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return ``sensor, local, q0.1 ... q0.9`` from columns ``name``, ``name-lo-80`` and so on.

    The point forecast serves as the median; nothing is negative.
    """
    columns = {"q0.5": made[name]}
    for level in CENTRAL:
        columns[f"q{0.5 - level / 200:g}"] = made[f"{name}-lo-{level}"]
        columns[f"q{0.5 + level / 200:g}"] = made[f"{name}-hi-{level}"]
    ordered = pd.DataFrame(columns).sort_index(axis=1)
    ordered[:] = np.sort(np.maximum(ordered.to_numpy(dtype="float64"), 0.0), axis=1)
    head = pd.DataFrame({"sensor": made["unique_id"].astype(str), "local": made["ds"]})
    return pd.concat([head, ordered], axis=1)


def serve(models: dict[str, Callable[[Origin], pd.DataFrame]]) -> None:
    """Run ``MODULE DATA MODEL FOLDER EVERY CUTOFF ...``: write forecasts and costs by origin."""
    data, name, folder, every, *cutoffs = sys.argv[1:]
    values = pd.read_parquet(Path(data) / "values.parquet")
    days = pd.read_parquet(Path(data) / "days.parquet")
    kept = list(dict.fromkeys(values["sensor"]))[:: int(every)]
    values = values[values["sensor"].isin(kept)]
    for cutoff in map(pd.Timestamp, cutoffs):
        start = cpu_seconds()
        made = models[name](origin(values, days, cutoff))
        path = Path(folder) / name / f"{cutoff:%Y-%m-%d}.parquet"
        finish(path, made, since=start, sensors=len(kept))
