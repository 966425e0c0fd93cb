"""The error of a counterfactual, measured on dates when nothing happened.

Notes
-----
Placebo runs in time: A. Abadie, A. Diamond and J. Hainmueller (2015), "Comparative politics and the
synthetic control method", American Journal of Political Science 59. Their quantiles make the
interval as in conformal inference: V. Chernozhukov, K. Wüthrich and Y. Zhu (2021), "An exact and
robust conformal inference method for counterfactual and synthetic controls", Journal of the
American Statistical Association 116. Nothing is assumed of the distribution of errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mining.counterfactual._expected import REACH
from mining.counterfactual._view import View
from mining.cube import BoolArray
from mining.week_grid import Array, IntArray

#: Share of errors inside the interval: a little more than the 80 % that are promised, because an
#: effect must be claimed in no more than one of five windows without any.
COVERAGE = 0.82
#: Dates compared at most (the nearest ones), and how few call for those of other sensors.
MOST, FEW = 150, 40
#: Fewer errors than this make no interval.
LEAST = 10
#: Other sensors asked for their errors.
_OTHERS = 10
#: Shares: of the window counted on a placebo date, of the days learnt from against the target's.
_COUNTED, _TAUGHT = 0.8, 0.7
#: Windows are alike if their shares of holidays differ by no more than this.
_ALIKE = 0.1


@dataclass(frozen=True)
class Sums:
    """Counts of a window and what was expected of the same steps (row, day of the window).

    Cells that cannot be compared hold nothing in both.
    """

    observed: Array
    expected: Array

    def error(self) -> float:
        """Return the log-ratio of the whole window; NaN where nothing is known."""
        return float(log_ratio(self.observed.sum(), self.expected.sum()))


@dataclass(frozen=True)
class Errors:
    """Log-ratios of observed to expected on placebo dates.

    Attributes
    ----------
    total : array (date,)
        Of the sum of the touched sensors, over the window.
    rows : array (date, row)
        Of each of them.
    days : array (date, day)
        Of their sum in each day of the window.
    """

    total: Array
    rows: Array
    days: Array


def measure(view: View, day: int, rows: IntArray, controls: list[IntArray]) -> Sums:
    """Return what was counted and what was expected in a window."""
    return _sums(view, day, rows, controls, None)


def _sums(
    view: View, day: int, rows: IntArray, controls: list[IntArray], teach: BoolArray | None
) -> Sums:
    expected = view.expect(day, rows, controls, teach)
    counted, share = view.counted(day, rows)
    known = np.isfinite(expected) & (share > 0)
    return Sums(np.where(known, counted, 0.0), np.where(known, share * expected, 0.0))


def errors(
    view: View, day: int, rows: IntArray, controls: list[IntArray], *, most: int = MOST
) -> Errors:
    """Return the errors on dates like the one of the window.

    Parameters
    ----------
    view : View
        Days cut as those of the window.
    day : int
        Its first day.
    rows : int array
        The sensors that are added up.
    controls : list of int array
        The controls of each.
    most : int
        Dates compared at most.
    """
    live = measure(view, day, rows, controls).expected.sum(axis=1) > 0
    if not live.any():
        return _none(view, rows)
    teach = view.taught(day, rows)
    like = dates(view, day, rows[live], most)
    found = [_sums(view, date, rows, controls, teach) for date in like]
    if not found:
        return _none(view, rows)
    # A sensor that was silent in the window is left out of every date too.
    observed = np.stack([sums.observed for sums in found]) * live[:, None]
    expected = np.stack([sums.expected for sums in found]) * live[:, None]
    return Errors(
        log_ratio(observed.sum(axis=(1, 2)), expected.sum(axis=(1, 2))),
        log_ratio(observed.sum(axis=2), expected.sum(axis=2)),
        log_ratio(observed.sum(axis=1), expected.sum(axis=1)),
    )


def _none(view: View, rows: IntArray) -> Errors:
    return Errors(np.empty(0), np.empty((0, len(rows))), np.empty((0, view.length)))


def errors_of_others(view: View, day: int, controls: IntArray) -> Array:
    """Return the errors of single controls on the same dates, each told by the other ones."""
    out = []
    for row in controls[:_OTHERS]:
        mates = controls[controls != row]
        out.append(errors(view, day, np.array([row]), [mates]).total)
    return np.concatenate(out) if out else np.empty(0)


def dates(view: View, day: int, rows: IntArray, most: int = MOST) -> list[int]:
    """Return the days on which a placebo window begins, the nearest ones first.

    The same weekday and the same hours; no entry of the journal; trusted counts; as many holidays;
    about as many days to learn from on either side. A window of holidays may begin on any weekday.
    """
    share = _holidays(view, day)
    step = 1 if share > _ALIKE else 7
    shifts = [s for s in range(-(view.size // step), view.size // step + 1) if s]
    taught = view.taught(day, rows)
    near = sorted((day + step * s for s in shifts), key=lambda date: (abs(date - day), date))
    out: list[int] = []
    for date in near:
        if not REACH // 3 <= date <= view.size - view.length or abs(date - day) < view.length:
            continue
        if abs(_holidays(view, date) - share) <= _ALIKE and _like(view, date, rows, taught):
            out.append(date)
        if len(out) == most:
            break
    return out


def _holidays(view: View, day: int) -> float:
    return float(view.holiday[day : day + view.length].mean())


def _like(view: View, date: int, rows: IntArray, taught: BoolArray) -> bool:
    span = slice(date, date + view.length)
    if view.happened[rows, span].any() or float(view.counted(date, rows)[1].mean()) < _COUNTED:
        return False
    mine = view.taught(date, rows) & taught
    before, after = slice(0, REACH), slice(REACH + view.length, None)
    return all(
        np.count_nonzero(mine[part]) >= _TAUGHT * np.count_nonzero(taught[part])
        for part in (before, after)
    )


def interval(errors: Array) -> tuple[float, float]:
    """Return the bounds that hold `COVERAGE` of the errors, and a new one as often.

    The ranks ``(n + 1) (1 ± COVERAGE) / 2``, rounded outwards; NaN with too few errors.
    """
    known = np.sort(errors[np.isfinite(errors)])
    if len(known) < LEAST:
        return float("nan"), float("nan")
    tail = round((len(known) + 1) * (1 - COVERAGE) / 2, 6)
    low = max(int(tail), 1) - 1
    return float(known[low]), float(known[len(known) - 1 - low])


def rank(observed: float, expected: float, errors: Array) -> int | None:
    """Return how many errors are at least as large as this one, whatever their sign.

    Parameters
    ----------
    observed, expected : float
        What was counted and what was expected.
    errors : array (date,)
        Log-ratios of placebo dates; NaN where unknown.

    Returns
    -------
    int or None
        None without any error to compare with.
    """
    known = np.abs(errors[np.isfinite(errors)])
    found = float(np.abs(log_ratio(np.array(observed), np.array(expected))))
    return int((known >= found).sum()) if known.size and np.isfinite(found) else None


def log_ratio(observed: Array, expected: Array) -> Array:
    """Return the logarithm of the ratio; nothing counts as half a passage, NaN without any."""
    known = expected > 0
    ratio = np.maximum(observed, 0.5) / np.where(known, np.maximum(expected, 0.5), 1.0)
    return np.where(known, np.log(ratio), np.nan)
