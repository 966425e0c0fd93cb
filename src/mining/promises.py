"""What published forecasts announced, kept for good: the base of their scorecard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from mining import writers
from mining.errors import OutputError, ResultError

#: Name of the file in ``data/published/<territory>``.
FILE = "promises.csv"
#: Columns of it; `made` is the local time of the last data that the forecast knew.
COLUMNS = ("made", "place", "day", "low", "expected", "high", "sensors", "model")
_KEY = ["made", "place", "day"]
_LOW, _HIGH = 0.1, 0.9


def promises(days: xr.Dataset, ahead: xr.Dataset) -> pd.DataFrame:
    """Return what a forecast announces of whole local days, place by place.

    Parameters
    ----------
    days : Dataset
        Totals of days: ``value`` (group, time, quantile), ``expected`` (group, time), ``steps``
        (time); attribute ``cutoff`` in local time.
    ahead : Dataset
        The forecast of sensors that they were made of, with ``place`` and ``model`` by sensor.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`, sorted; passages rounded to whole ones. The territory as a whole (its group
        has the empty name) is left out: one silent sensor would leave its days uncounted.
    """
    zone = str(days.attrs["timezone"])
    step = pd.Timedelta(seconds=int(days.attrs["step_seconds"]))
    local = _local(days, zone)
    lengths = (local + pd.Timedelta("1D")).tz_localize(zone) - local.tz_localize(zone)
    whole = (local == local.normalize()) & (days["steps"].to_numpy() == lengths / step)
    made = pd.Timestamp(str(days.attrs["cutoff"]))
    served = ahead["model"].to_numpy().astype(str) != "none"
    places = ahead["place"].to_numpy().astype(str)
    rows = []
    for group in days["group"].to_numpy().astype(str):
        if not group:
            continue
        mine = days.sel(group=group).isel(time=np.flatnonzero(whole))
        low, high = (mine["value"].sel(quantile=q, method="nearest") for q in (_LOW, _HIGH))
        figures = {"low": low, "expected": mine["expected"], "high": high}
        table = pd.DataFrame({k: v.to_numpy().round() for k, v in figures.items()})
        table.insert(0, "made", f"{made:%Y-%m-%d %H:%M}")
        table.insert(1, "place", group)
        table.insert(2, "day", local[whole].strftime("%Y-%m-%d"))
        table["sensors"] = int((served & (places == group)).sum())
        rows.append(table)
    found = pd.concat(rows) if rows else pd.DataFrame(columns=list(COLUMNS[:-1]))
    found["model"] = str(days.attrs.get("model", ""))
    kept = found.dropna(subset=["low", "expected", "high"])
    integers = dict.fromkeys(("low", "expected", "high", "sensors"), "int64")
    return kept[list(COLUMNS)].astype(integers).sort_values(_KEY, ignore_index=True)


def read(path: Path) -> pd.DataFrame:
    """Return the promises of a file, none where there is no file.

    Raises
    ------
    ResultError
        If it is damaged.
    """
    if not path.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    texts = dict.fromkeys(("made", "place", "day", "model"), "str")
    numbers = dict.fromkeys(("low", "expected", "high", "sensors"), "int64")
    try:
        table = pd.read_csv(path, dtype=texts | numbers, keep_default_na=False)
        if list(table.columns) != list(COLUMNS):
            raise ValueError(f"expected the columns {','.join(COLUMNS)}")
    except ValueError as error:
        msg = f"{path}: not a file of promises ({error}); take it back from git"
        raise ResultError(msg) from error
    return table


def record(path: Path, made: pd.DataFrame) -> int:
    """Add promises to a file; none that stands there is changed.

    Parameters
    ----------
    path : Path
        ``promises.csv``.
    made : DataFrame
        As :func:`promises` gives it.

    Returns
    -------
    int
        Rows added: none where the same promises stand there already.

    Raises
    ------
    OutputError
        If other figures stand there for the same forecast.
    """
    before = read(path)
    both = made.merge(before, on=_KEY, how="left", suffixes=("", "_before"), indicator=True)
    known = both["_merge"] == "both"
    for name in ("low", "expected", "high"):
        other = both[known & (both[name] != both[f"{name}_before"])]
        if not other.empty:
            row = other.iloc[0]
            msg = (
                f"{path}: the forecast of {row['made']} announced {row[f'{name}_before']:.0f}"
                f" ({name}) for {row['place']} on {row['day']}, found {row[name]} now; what was"
                " announced is never rewritten"
            )
            raise OutputError(msg)
    new = made[~known.to_numpy()]
    if not new.empty:
        writers.table(path, pd.concat([before, new])[list(COLUMNS)], sort=[])
    return len(new)


def _local(table: xr.Dataset, timezone: str) -> pd.DatetimeIndex:
    utc = pd.DatetimeIndex(table.indexes["time"])
    return utc.tz_localize("UTC").tz_convert(timezone).tz_localize(None)
