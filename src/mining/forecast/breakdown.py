"""Where a backtest errs and whether its intervals hold: small tables from the scored forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mining.calendars import Calendar
from mining.forecast.protocol import CLASS_HOURS, special_days
from mining.forecast.summary import pooled
from mining.forecast.tally import INTERVAL

#: Columns of the interval whose coverage is counted.
LOW, HIGH = (f"q{level:g}" for level in INTERVAL)
#: What coverage is told apart by, in the order of the table.
KEYS = ("all", "sensor", "day_ahead", "special", "hours")


def scored_cells(forecasts: pd.DataFrame, *, timezone: str, calendar: Calendar) -> pd.DataFrame:
    """Return the forecasts that have a truth, with the situation of each.

    Parameters
    ----------
    forecasts : DataFrame
        Second table of :func:`mining.forecast.backtest` with ``return_forecasts=True``.
    timezone : str
        IANA name of the zone in which days and hours are counted.
    calendar : Calendar
        What tells special days (:func:`mining.forecast.protocol.special_days`), as it was known
        at each origin.

    Returns
    -------
    DataFrame
        ``model, sensor, day_ahead, actual, abs_error``, `covered` (whether the .1-.9 interval
        holds the truth), `weekday` (0 is Monday) and `hour`, local, and `special`.
    """
    seen = forecasts[forecasts["observed"].notna()]
    local = pd.DatetimeIndex(seen["time"]).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    truth = seen["observed"]
    return pd.DataFrame(
        {
            "model": seen["model"],
            "sensor": seen["sensor"],
            "day_ahead": seen["day_ahead"],
            "actual": truth,
            "abs_error": (truth - seen["q0.5"]).abs(),
            "covered": (seen[LOW] <= truth) & (truth <= seen[HIGH]),
            "weekday": local.day_of_week,
            "hour": local.hour,
            "special": _special(local.normalize(), pd.DatetimeIndex(seen["cutoff"]), calendar),
        }
    )


def _special(
    days: pd.DatetimeIndex, cutoffs: pd.DatetimeIndex, calendar: Calendar
) -> npt.NDArray[np.bool_]:
    """Tell the special days among `days`, each as its own cutoff knows it."""
    out = np.zeros(len(days), dtype=bool)
    for cutoff in cutoffs.unique():
        rows = np.flatnonzero(cutoffs == cutoff)
        codes, known = pd.factorize(days[rows])
        flags = special_days(calendar.days(pd.DatetimeIndex(known), known_at=cutoff))
        out[rows] = flags[codes]
    return out


def errors_by_hour(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the error of each model by local weekday and hour.

    Parameters
    ----------
    cells : DataFrame
        Of :func:`scored_cells`.

    Returns
    -------
    DataFrame
        ``model, weekday, hour``, `n` (cells), `actual` and `abs_error` (sums): WAPE is the
        quotient of the sums. Models with unequal origins are not comparable cell by cell.
    """
    groups = cells.groupby(["model", "weekday", "hour"], sort=True)
    sums = groups[["actual", "abs_error"]].sum()
    sums.insert(0, "n", groups.size())
    return sums.reset_index()


def coverage(cells: pd.DataFrame) -> pd.DataFrame:
    """Return how often the .1-.9 interval of each model held the truth; .8 is what it promises.

    Parameters
    ----------
    cells : DataFrame
        Of :func:`scored_cells`.

    Returns
    -------
    DataFrame
        Columns `model`, `by`, `key`, `n` (cells) and `coverage` (share), ordered. `by` and its
        keys, as text: ``all`` ("all"), ``sensor`` (its id), ``day_ahead`` ("1", "2", …),
        ``special`` ("ordinary", "special") and ``hours`` (local, "00-03", "03-06", …; absent
        where a day has one step).
    """
    parts = [_covered_by(cells, name, column) for name, column in _keys(cells).items()]
    table = pd.concat(parts, ignore_index=True)
    rank = table["by"].map({name: k for k, name in enumerate(KEYS)})
    table = table.assign(rank=rank).sort_values(["model", "rank", "order"], ignore_index=True)
    return table[["model", "by", "key", "n", "coverage"]]


def _keys(cells: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    out: dict[str, npt.NDArray[Any]] = {
        "all": np.full(len(cells), "all"),
        "sensor": cells["sensor"].to_numpy(dtype=object),
        "day_ahead": cells["day_ahead"].to_numpy(),
        "special": np.where(cells["special"], "special", "ordinary"),
    }
    if cells["hour"].max() > 0:
        out["hours"] = cells["hour"].to_numpy() // CLASS_HOURS * CLASS_HOURS
    return out


def _covered_by(cells: pd.DataFrame, name: str, column: npt.NDArray[Any]) -> pd.DataFrame:
    frame = pd.DataFrame({"model": cells["model"], "key": column, "covered": cells["covered"]})
    groups = frame.groupby(["model", "key"], sort=True)["covered"]
    table = groups.agg(n="size", coverage="mean").reset_index()
    table["order"] = table.groupby("model").cumcount()
    if name == "hours":
        table["key"] = [f"{h:02d}-{h + CLASS_HOURS:02d}" for h in table["key"]]
    return table.assign(by=name, key=table["key"].astype(str))


def examples(
    forecasts: pd.DataFrame, scores: pd.DataFrame, model: str, *, count: int = 3
) -> pd.DataFrame:
    """Return the forecasts of a few sensors and origins, to be looked at.

    Parameters
    ----------
    forecasts, scores : DataFrame
        Tables of :func:`mining.forecast.backtest`.
    model : str
        The model whose origins are chosen by.
    count : int
        Number of sensors and of origins, at least 2.

    Returns
    -------
    DataFrame
        Rows of `forecasts`, of every model: sensors from the busiest to the quietest, origins
        from the one with the smallest error of `model` to the one with the largest, evenly
        spread, so that the worst is always seen.
    """
    mine = scores[scores["model"] == model]
    by_sensor = mine.groupby("sensor")["actual"].sum() / mine.groupby("sensor")["n"].sum()
    by_origin = pd.Series({c: pooled(rows)["wape"] for c, rows in mine.groupby("cutoff")})
    sensors, origins = _spread(by_sensor, count), _spread(by_origin, count)
    return forecasts[forecasts["sensor"].isin(sensors) & forecasts["cutoff"].isin(origins)]


def _spread(figure: pd.Series, count: int) -> Sequence[Any]:
    """Return the labels of `count` values, evenly spread from the smallest to the largest."""
    ranked = figure.sort_values(kind="stable").index
    places = np.linspace(0, len(ranked) - 1, min(count, len(ranked)))
    return [ranked[int(k)] for k in places]
