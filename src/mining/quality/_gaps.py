"""Missing cells: before a sensor stood there, and short gaps that may be filled."""

from __future__ import annotations

import numpy as np

from mining.quality._clock import Clock
from mining.stretches import Bools, Floats, runs

#: A sensor silent for so many days up to the end of the cube is no longer installed.
REMOVED_DAYS = 28
#: Hours of trusted cells on each side of a gap that tell the level of the moment.
LEVEL_HOURS = 6.0
#: Decimals of a filled value: a fraction of a passage says that nobody was seen, but reckoned.
_DECIMALS = 3


def not_installed(missing: Bools, before: Bools, clock: Clock) -> Bools:
    """Return the cells at which a sensor was not there.

    Parameters
    ----------
    missing : array of bool, shape (sensor, time)
        Cells that hold no value.
    before : array of bool, shape (sensor, time)
        Cells before the declared date of installation.
    clock : Clock
        Local week of the times.

    Returns
    -------
    array of bool, shape (sensor, time)
        Cells before the first value or the declared date, and after the last value where nothing
        more came for at least `REMOVED_DAYS`. All of them for a sensor that never counted.
    """
    order = np.arange(missing.shape[1])
    seen = ~missing
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), missing.shape[1])
    last = missing.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    silent = missing.shape[1] - 1 - last
    removed = silent >= clock.steps(24.0 * REMOVED_DAYS)
    after = (order > last[:, None]) & removed[:, None]
    return np.asarray(before | (order < first[:, None]) | after)


def fill_short_gaps(
    values: Floats, trusted: Bools, fillable: Bools, usual: Floats, *, clock: Clock, longest: int
) -> Floats:
    """Return values for the gaps of at most `longest` steps, NaN elsewhere.

    Parameters
    ----------
    values : array, shape (sensor, time)
        Values.
    trusted, fillable : arrays of bool, shape (sensor, time)
        Cells that may serve as a base, and missing cells that may be filled.
    usual : array, shape (sensor, time)
        Typical values; NaN for sensors filled on a straight line.
    clock : Clock
        Local week of the times.
    longest : int
        Longest gap filled, in steps.

    Notes
    -----
    A gap needs a trusted cell on both sides. Its values are the typical ones times the ratio of
    observed to typical over the trusted cells of the `LEVEL_HOURS` on each side; where the sensor
    has no typical value there, the straight line between the two sides.
    """
    out = np.full(values.shape, np.nan, dtype=np.float64)
    reach = clock.steps(LEVEL_HOURS)
    for i in range(values.shape[0]):
        base = np.where(trusted[i], values[i], np.nan).astype(np.float64)
        for start, end in zip(*runs(fillable[i]), strict=True):
            inside = start > 0 and end < base.size and end - start <= longest
            if inside and trusted[i, start - 1] and trusted[i, end]:
                out[i, start:end] = _fill(base, usual[i], start, end, reach)
    return out


def _fill(base: Floats, usual: Floats, start: int, end: int, reach: int) -> Floats:
    near = slice(max(0, start - reach), end + reach)
    known = ~np.isnan(base[near]) & ~np.isnan(usual[near])
    due = float(usual[near][known].sum())
    shape = usual[start:end]
    if due > 0 and not np.isnan(shape).any():
        level = float(base[near][known].sum()) / due
        return np.asarray(np.round(shape * level, _DECIMALS))
    share = np.arange(1, end - start + 1) / (end - start + 1)
    return np.asarray(np.round(base[start - 1] + share * (base[end] - base[start - 1]), _DECIMALS))
