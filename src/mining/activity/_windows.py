"""The same sensors in this year and in earlier ones, with draws of weeks to say how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from mining.activity._weeks import FloatArray, Weeks, median
from mining.activity.rhythm import share_and_note

BoolArray = npt.NDArray[np.bool_]
#: With fewer rows, what they have in common cannot be told from what one of them did.
ENOUGH_ROWS = 5


@dataclass(frozen=True)
class Window:
    """One year of weeks.

    Attributes
    ----------
    weeks : ndarray (sensor, week, slot)
    rhythm : ndarray (sensor, slot)
        Median over its weeks.
    usable : ndarray of bool (sensor,)
    """

    weeks: FloatArray
    rhythm: FloatArray
    usable: BoolArray

    @property
    def known(self) -> FloatArray:
        """The typical weeks, NaN where a row is not usable."""
        return np.where(self.usable[:, None], self.rhythm, np.nan)

    def draws(self, number: int, seed: int, back: int) -> Iterator[FloatArray]:
        """Yield typical weeks of weeks drawn with replacement, the same for all sensors.

        An hour of which no valid week was drawn says what the whole says.
        """
        rng = np.random.default_rng([seed, 1, back])
        size = self.weeks.shape[1]
        for _ in range(number):
            again, _count = median(self.weeks[:, rng.integers(0, size, size)])
            yield np.where(np.isnan(again), self.rhythm, again)


def windows(
    cube: xr.Dataset, folded: Weeks, *, weeks: int, years: int, min_weeks: int
) -> list[Window]:
    """Return this year and up to `years` earlier ones, this one first, as far as the data go."""
    out = []
    for back in range(years + 1):
        values = folded.window(weeks, back)
        if values is None:
            break
        rhythm, count = median(values)
        _, note = share_and_note(cube, rhythm, count, min_weeks)
        out.append(Window(values, rhythm, np.array([not n for n in note], dtype=bool)))
    return out


def unknown(like: Window) -> Window:
    """Return a year of which nothing is known."""
    nothing = np.full_like(like.rhythm, np.nan)
    return Window(np.full_like(like.weeks, np.nan), nothing, np.zeros_like(like.usable))


def common(now: FloatArray, before: FloatArray) -> FloatArray:
    """Return by what factor each hour of the week changed in all rows together.

    Parameters
    ----------
    now, before : ndarray (row, slot)
        Volumes; NaN where unknown.

    Returns
    -------
    ndarray (slot,)
        Median of the ratios of rows, each row first divided by its own median ratio, so that
        its volume has no say. Ones with fewer than five rows known both times.

    Examples
    --------
    >>> before = np.arange(1.0, 16.0).reshape(5, 3)
    >>> common(2 * before * [1, 1, 3], before).tolist()
    [1.0, 1.0, 3.0]
    """
    known = np.isfinite(now + before).all(axis=1)
    out = np.ones(now.shape[1])
    if known.sum() < ENOUGH_ROWS:
        return out
    seen = (now[known] > 0) & (before[known] > 0)
    ratio = np.where(seen, now[known], np.nan) / np.where(seen, before[known], 1.0)
    some = seen.any(axis=1)
    ratio = ratio[some] / np.nanmedian(ratio[some], axis=1, keepdims=True)
    hours = np.isfinite(ratio).sum(axis=0) >= ENOUGH_ROWS
    out[hours] = np.nanmedian(ratio[:, hours], axis=0)
    return out


def drift(now: FloatArray, before: FloatArray) -> FloatArray:
    """Return what rows have in common in their change: the median of differences.

    Parameters
    ----------
    now, before : ndarray (row, ...)
        NaN where unknown.

    Returns
    -------
    ndarray (...)
        Zero with fewer than five rows known both times.

    Examples
    --------
    >>> now = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    >>> float(drift(now, now - [0.5, 0.5, 0.5, 0.5, 5.0]))
    0.5
    """
    difference = now - before
    known = np.isfinite(difference.reshape(len(difference), -1)).all(axis=1)
    if known.sum() < ENOUGH_ROWS:
        return np.zeros(difference.shape[1:])
    return np.asarray(np.median(difference[known], axis=0), dtype="float64")
