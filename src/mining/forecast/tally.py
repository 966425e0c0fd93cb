"""One line of the score table per sensor and day ahead, from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mining.forecast._arrays import divided

Floats = npt.NDArray[np.floating[Any]]
#: Levels of the interval whose coverage is counted.
INTERVAL = (0.1, 0.9)


def score_rows(
    made: Floats,
    truth: Floats,
    day: npt.NDArray[np.int64],
    quantiles: tuple[float, ...],
    scale: Floats,
) -> dict[str, Any]:
    """Score quantile forecasts by sensor and day ahead.

    Parameters
    ----------
    made : ndarray, shape (sensor, step, quantile)
        Forecasts; the levels hold .1, .5 and .9.
    truth : ndarray, shape (sensor, step)
        NaN where nothing counts as truth.
    day : ndarray of int, shape (step,)
        Day ahead of each step, from 1.
    quantiles : tuple of float
        Levels of `made`.
    scale : ndarray, shape (sensor,)
        Denominators of MASE.

    Returns
    -------
    dict
        Columns of the score table; `sensor` is a position. Days without any truth have no row.
    """
    low, mid, high = (quantiles.index(level) for level in (INTERVAL[0], 0.5, INTERVAL[1]))
    gap = truth - made[:, :, mid]
    seen = np.isfinite(gap)
    levels = np.asarray(quantiles)
    each = truth[:, :, None] - made
    loss = np.maximum(levels * each, (levels - 1) * each).mean(axis=2)
    inside = (made[:, :, low] <= truth) & (truth <= made[:, :, high])
    days = np.unique(day)

    def total(cells: npt.NDArray[Any]) -> Floats:
        kept = np.where(seen, cells, 0.0)
        return np.stack([kept[:, day == d].sum(axis=1) for d in days], axis=1)

    n = total(np.ones_like(truth))
    sensor, column = np.nonzero(n)
    sums = {
        "n": n,
        "actual": total(truth),
        "abs_error": total(np.abs(gap)),
        "squared_error": total(gap**2),
        "pinball": total(loss),
        "covered": total(inside),
    }
    out: dict[str, Any] = {"sensor": sensor, "day_ahead": days[column]}
    out |= {name: cells[sensor, column] for name, cells in sums.items()}
    count = out["n"]
    out["n"], out["covered"] = count.astype("int64"), out["covered"].astype("int64")
    out["pinball"] = out["pinball"] / count
    out["scale"] = scale[sensor]
    out["wape"] = divided(out["abs_error"], np.abs(out["actual"]))
    out["mase"] = divided(out["abs_error"] / count, out["scale"])
    out["coverage"] = out["covered"] / count
    return out
