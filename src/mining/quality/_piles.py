"""Values that pile up at one number: a ceiling that cuts the peaks, a floor under the nights."""

from __future__ import annotations

import numpy as np

from mining.quality._chance import SURE
from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, Ints

#: Smallest ceiling and floor: smaller counts meet by themselves.
CEILING_LEAST = 20.0
FLOOR_LEAST = 5.0
#: Values within this share of the limit, or so many square roots of it, are near it.
NEAR_SHARE = 0.1
NEAR_ROOTS = 2.0
#: Fewest hours at the limit, and from the first to the last of them.
TIMES = 6
HOURS = 24.0


def ceilings(values: Floats, clock: Clock) -> Bools:
    r"""Return the cells at a value that none around exceeds and where too many stop.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.
    clock : Clock
        Length of a step.

    Notes
    -----
    Each cell stands in the longest stretch of time in which nothing exceeds it; all stretches are
    found in one pass. Let :math:`k` of the :math:`n` cells near the top of one (its highest tenth,
    :math:`w` possible values) stand exactly at the top. The density of free counts falls towards
    their top, so that each of the :math:`n` is there with a probability of at most :math:`1 / w`;
    :math:`n D(k/n \| 1/w)`, with the Kullback-Leibler divergence :math:`D`, bounds the odds of
    :math:`k` (Chernoff). The ceiling is sure from `SURE` nats on beyond the logarithm of the
    number of cells. It need not be the highest value of the sensor, only of those days.
    """
    return _limits(values, clock, CEILING_LEAST)


def floors(values: Floats, clock: Clock) -> Bools:
    """Return the cells at a positive value under which nothing around falls; see :func:`ceilings`.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Counts, NaN where nothing was counted.
    clock : Clock
        Length of a step.
    """
    return _limits(-values, clock, FLOOR_LEAST)


def _limits(values: Floats, clock: Clock, least: float) -> Bools:
    out = np.zeros(values.shape, dtype=bool)
    span = clock.steps(HOURS, least=TIMES)
    for row, series in zip(out, values, strict=True):
        known = np.flatnonzero(~np.isnan(series))
        seen = series[known]
        groups = _stretches(seen)
        for cells in groups:
            top = seen[cells[0]]
            if abs(top) >= least and cells.size >= TIMES and cells[-1] - cells[0] >= span:
                inside = seen[cells[0] : cells[-1] + 1]
                if _odds(inside, float(top), cells.size) >= SURE + np.log(series.size):
                    row[known[cells]] = True
    return out


def _odds(inside: Floats, top: float, times: int) -> float:
    """Return the odds, in nats, against so many cells at the very top of a stretch."""
    near = max(NEAR_SHARE * abs(top), NEAR_ROOTS * np.sqrt(abs(top)))
    close = inside[inside >= top - near]
    grain = _grain(inside)
    chance = 1.0 / max(np.floor(near / grain) + 1.0, 1.0)
    share = times / close.size
    if share <= chance:
        return 0.0
    rest = (1 - share) * np.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    return float(close.size * (share * np.log(share / chance) + rest))


def _grain(values: Floats) -> float:
    """Return the number of which all are multiples, so that rounded counts pile up nowhere."""
    whole = np.abs(np.round(values)).astype(np.int64)
    return float(max(np.gcd.reduce(whole), 1))


def _stretches(values: Floats) -> list[Ints]:
    """Return the cells of equal value between which nothing is higher, for values (time).

    A stack holds the values that nothing has exceeded yet, from the highest to the lowest.
    """
    stack: list[tuple[float, list[int]]] = []
    done: list[Ints] = []
    for at, value in enumerate(values.tolist()):
        while stack and stack[-1][0] < value:
            cells = stack.pop()[1]
            if len(cells) >= TIMES:
                done.append(np.array(cells))
        if stack and stack[-1][0] == value:
            stack[-1][1].append(at)
        else:
            stack.append((value, [at]))
    return done + [np.array(cells) for _, cells in stack if len(cells) >= TIMES]
