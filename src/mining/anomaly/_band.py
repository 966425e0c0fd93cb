"""What ordinary times leave open of an expected sum."""

from __future__ import annotations

import numpy as np

from mining.anomaly._incident import total
from mining.anomaly._runs import Run
from mining.anomaly._scene import Group, Scene
from mining.week_grid import Array

#: Weeks on either side whose same hours are compared, and how many must be known.
WEEKS, LEAST = 13, 8
#: Share of ordinary times inside the band.
INSIDE = 0.8


def of_runs(scene: Scene, group: Group, runs: list[Run], expected: float) -> tuple[float, float]:
    """Return the range around `expected` that holds 80 % of the sums that ordinary times give.

    Notes
    -----
    The same hours of the week, up to a quarter of a year before and after and never inside the
    incident: the quantiles of what was observed over what was expected then, times `expected`.
    Levels: quantiles of the difference, added. NaN with fewer than eight such times.
    """
    lead = runs[0]
    week = 7 * scene.grid.per_day
    # Seen from the past alone, twice as far back.
    weeks = range(-2 * WEEKS, 0) if scene.sight.causal else range(-WEEKS, WEEKS + 1)
    lags = [k * week for k in weeks if abs(k) * week >= lead.stop - lead.first]
    whole = lead.row < 0
    rows = list(range(len(group.rows))) if whole else [r.row for r in runs]
    # The territory is not moved with the territory: what is usual is all that is expected of it.
    usual = (group.normal if whole else group.expected)[rows]
    counted = group.counted[rows]
    moved = [(lead.first + k, lead.stop + k) for k in lags]
    spans = [scene.grid.span(a, b) for a, b in moved if a >= 0 and b <= scene.grid.size]
    gaps = np.array([_gap(counted[:, a:b], usual[:, a:b], group) for a, b in spans])
    known = gaps[np.isfinite(gaps)]
    if len(known) < LEAST or not np.isfinite(expected):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - INSIDE) / 2, (1 + INSIDE) / 2])
    if group.is_count:
        return float(expected * low), float(expected * high)
    return float(expected + low), float(expected + high)


def _gap(values: Array, expected: Array, group: Group) -> float:
    """Return observed over expected (levels: minus expected) of other weeks, NaN if unknown."""
    known = np.isfinite(values) & np.isfinite(expected)
    if 2 * known.sum() <= known.size:
        return float("nan")
    observed, usual = total(values[known], group), total(expected[known], group)
    if not group.is_count:
        return observed - usual
    return observed / usual if usual > 0 else float("nan")
