"""What a day of rain, heat or frost goes with at a place, against other days of the same week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Conditions that are told of; limits are those of the national weather service.
CONDITIONS = ("rain", "heavy_rain", "heat", "frost")
#: From this rain on (mm) a day is one of rain, of heavy rain.
WET, SOAKED = 1.0, 10.0
#: From this maximum on (°C) a day is one of great heat; down from this minimum, one of frost.
HOT, FROZEN = 30.0, 0.0
#: Why nothing is told: the weather is not known, a year of counts is not there, too few days of
#: the condition, too few passages a day, or the interval holds "no effect".
REASONS = ("unknown", "short", "few", "small", "chance")
EFFECT_COLUMNS = (
    *("place", "condition", "reason", "days", "share", "effect", "low", "high", "told"),
)
#: Last days that are looked at, as habits change.
_LATEST = 3 * 365
#: Days from the first to the last one, fewest of them that were counted, of the condition, and
#: fewest weeks that have days with it and days without.
_YEAR, _LEAST, _LEAST_OF_IT, _LEAST_WEEKS = 365, 200, 15, 10
#: Usual passages of a day, below which its logarithm says little.
_SMALL = 50.0
#: Share of the days on which a condition must be known to be asked for.
_KNOWN = 0.8
#: Interval of 80 %.
_LEVEL = 0.8


@dataclass(frozen=True)
class Estimate:
    """What days with a condition count, as a share of days without it, less one.

    Attributes
    ----------
    effect, low, high : float
        -0.1 is 10 % less; `low` and `high` bound it 8 times out of 10.
    weeks : int
        Weeks in which there are days with the condition and days without.
    """

    effect: float
    low: float
    high: float
    weeks: int


def conditions(days: pd.DataFrame) -> pd.DataFrame:
    """Return which days have which condition.

    Parameters
    ----------
    days : DataFrame
        Columns `rain` (mm), `tmin`, `tmax` (°C); NaN where unknown.

    Returns
    -------
    DataFrame
        Columns :data:`CONDITIONS`: 1, 0, or NaN where unknown. A day of heavy rain is one of rain
        too.
    """
    found = {
        "rain": days["rain"] >= WET,
        "heavy_rain": days["rain"] >= SOAKED,
        "heat": days["tmax"] >= HOT,
        "frost": days["tmin"] <= FROZEN,
    }
    of = {"rain": "rain", "heavy_rain": "rain", "heat": "tmax", "frost": "tmin"}
    table = pd.DataFrame({name: found[name].astype("float64") for name in CONDITIONS})
    return table.where(days[list(of.values())].notna().set_axis(CONDITIONS, axis=1))


def effects(counts: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Return the effect of each condition at each place.

    Parameters
    ----------
    counts : DataFrame
        Local days without gap x place, passages, NaN where a day must teach nothing; see
        :func:`daily`.
    days : DataFrame
        Weather by day, as :attr:`Station.days`.

    Returns
    -------
    DataFrame
        A row per place and condition: :data:`EFFECT_COLUMNS`. `days` with the condition among
        those used, `share` of the days looked at that were used, `effect`, `low`, `high` of
        :class:`Estimate` (NaN without one), `told`, and why not: "" or one of :data:`REASONS`.
    """
    latest = counts.iloc[-_LATEST:]
    weather = conditions(days.reindex(latest.index))
    rows = [
        {"place": place, "condition": condition, **_of_place(latest[place], weather, condition)}
        for place in sorted(counts.columns)
        for condition in CONDITIONS
    ]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _of_place(passages: pd.Series, weather: pd.DataFrame, condition: str) -> dict[str, Any]:
    """Return the row of a condition at a place, without their names."""
    counted = passages.where(passages > 0)
    span = counted.loc[counted.first_valid_index() : counted.last_valid_index()]
    table = _features(weather.loc[span.index], condition)
    used = span.notna() & table.notna().all(axis=1)
    with_it = int(table.loc[used, condition].sum()) if condition in table else 0
    out: dict[str, Any] = {
        "days": with_it,
        "share": float(used.mean()) if len(span) else np.nan,
        **dict.fromkeys(("effect", "low", "high"), np.nan),
        "told": False,
    }
    if condition not in table:
        return {**out, "reason": "unknown"}
    if len(span) < _YEAR or used.sum() < _LEAST:
        return {**out, "reason": "short"}
    if with_it < _LEAST_OF_IT:
        return {**out, "reason": "few"}
    if span.median() < _SMALL:
        return {**out, "reason": "small"}
    often = [
        c for c in table.columns if c != condition and table.loc[used, c].sum() >= _LEAST_OF_IT
    ]
    marks = table.loc[used, [condition, *often]].to_numpy()
    found = estimate(np.log(span[used].to_numpy()), marks, pd.DatetimeIndex(span.index[used]))
    if found is None or found.weeks < _LEAST_WEEKS:
        return {**out, "reason": "few"}
    told = found.low > 0 or found.high < 0
    figures = {"effect": found.effect, "low": found.low, "high": found.high}
    return {**out, **figures, "told": told, "reason": "" if told else "chance"}


def _features(weather: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Return the conditions that a day is told by: heavy rain is told apart from the rest."""
    known = [c for c in CONDITIONS if weather[c].notna().mean() >= _KNOWN]
    table = weather[known]
    if condition != "heavy_rain":
        return table.drop(columns="heavy_rain", errors="ignore")
    return table if "rain" not in table else table.assign(rain=table["rain"] - table["heavy_rain"])


def estimate(logs: FloatArray, marks: FloatArray, days: pd.DatetimeIndex) -> Estimate | None:
    """Return the effect of the first of some conditions, others alike.

    Parameters
    ----------
    logs : array (day,)
        Logarithms of passages.
    marks : array (day, condition)
        1 on days with the condition, else 0; the first column is the one asked for.
    days : DatetimeIndex (day,)
        Local days.

    Returns
    -------
    Estimate or None
        None where no week has days with it and days without, or days are too few.

    Notes
    -----
    Least squares of the logarithms on the conditions, a level for each week (from Monday) and one
    for each weekday in each quarter: days are compared with others of their week, each with what
    its weekday usually has in that season. Errors of one week may depend on each other: the
    variance is that of K.-Y. Liang and S. L. Zeger (1986), "Longitudinal data analysis using
    generalized linear models", Biometrika 73, by weeks, with the usual correction for few of them,
    and the quantile is that of Student's t with as many degrees of freedom as there are weeks that
    tell something of the condition, less one. By the theorem of Frisch, Waugh and Lovell levels
    are taken out first.
    """
    from scipy import stats

    week = np.asarray((days - pd.Timestamp("2001-01-01")).days) // 7
    both_kinds = _mixed(week, marks[:, 0])
    if not both_kinds:
        return None
    quarter = days.year.to_numpy() * 4 + days.quarter.to_numpy()
    levels = np.hstack([_dummies(week), _dummies(quarter * 7 + days.day_of_week.to_numpy())])
    whole = np.column_stack([logs, marks])
    fitted, _, rank, _ = np.linalg.lstsq(levels, whole, rcond=None)
    free = len(logs) - rank - marks.shape[1]
    if free < 1:
        return None
    moved, freed = np.split(whole - levels @ fitted, [1], axis=1)
    bread = np.linalg.pinv(freed.T @ freed)
    slope = bread @ freed.T @ moved
    scores = _dummies(week).T @ (freed * (moved - freed @ slope))
    groups = len(scores)
    few = groups / (groups - 1) * (len(logs) - 1) / free
    spread = np.sqrt(few * (bread @ scores.T @ scores @ bread)[0, 0])
    reach = stats.t.ppf((1 + _LEVEL) / 2, max(both_kinds - 1, 1)) * spread
    bounds = slope[0, 0] + np.array([0.0, -reach, reach])
    effect, low, high = (float(v) for v in np.expm1(bounds))
    return Estimate(effect, low, high, both_kinds)


def _dummies(group: IntArray) -> FloatArray:
    return np.asarray(group[:, None] == np.unique(group), dtype="float64")


def _mixed(week: IntArray, mark: FloatArray) -> int:
    """Return in how many weeks there are days with the condition and days without."""
    share = pd.Series(mark).groupby(week).mean()
    return int(((share > 0) & (share < 1)).sum())
