"""How well anomaly scores rank: the volume under the precision-recall surface.

J. Paparrizos, P. Boniol, T. Palpanas, R. S. Tsay, A. Elmore, M. J. Franklin (2022), "Volume Under
the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly Detection", PVLDB 15(11).
"""

from __future__ import annotations

import numpy as np

from mining.cube import BoolArray
from mining.errors import ConfigError
from mining.stretches import runs
from mining.week_grid import Array


def vus_pr(score: Array, truth: BoolArray, width: int) -> float:
    """Return the volume under the precision-recall surface.

    Parameters
    ----------
    score : array (time)
        The higher the more anomalous; NaN is taken for the lowest.
    truth : bool array (time)
        True inside the anomalies.
    width : int
        Largest buffer, in steps; the surface is the mean over buffers of 0, 1, ..., `width`.

    Returns
    -------
    float
        Between 0 and 1; NaN without an anomaly.

    Raises
    ------
    ConfigError
        If the two arrays differ in length.

    Notes
    -----
    With a buffer of ``l`` steps, a step ``d`` steps outside an anomaly, up to ``l / 2``, is itself
    anomalous to the degree ``sqrt(1 - d / l)``. A threshold has precision = degrees alarmed over
    steps alarmed, and recall = degrees alarmed over the mean of hard and soft positives, at most
    1, times the share of anomalies that have any alarm.
    """
    if len(score) != len(truth):
        raise ConfigError(f"vus_pr: found {len(score)} scores for {len(truth)} steps of truth")
    starts, stops = runs(truth)
    events = list(zip(starts.tolist(), stops.tolist(), strict=True))
    if not events:
        return float("nan")
    score = np.where(np.isfinite(score), score, -np.inf)
    # Thresholds fall between different scores only.
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    areas = [_area(score, order, last, events, buffer) for buffer in range(width + 1)]
    return float(np.mean(areas))


def _area(
    score: Array,
    order: np.ndarray,
    last: np.ndarray,
    events: list[tuple[int, int]],
    buffer: int,
) -> float:
    degree = np.zeros(len(score))
    hard, best = 0, []
    for first, stop in events:
        low, high = max(0, first - buffer // 2), min(len(score), stop + buffer // 2)
        cells = np.arange(low, high)
        away = np.maximum(np.maximum(first - cells, cells - (stop - 1)), 0)
        degree[cells] = np.maximum(degree[cells], np.sqrt(1 - away / max(1, buffer)))
        hard += stop - first
        best.append(score[low:high].max())
    alarmed = np.cumsum(degree[order])[last]
    precision = alarmed / (last + 1)
    found = np.mean(np.array(best)[None] >= score[order[last]][:, None], axis=1)
    recall = np.minimum(1.0, alarmed / ((hard + degree.sum()) / 2)) * found
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))
