"""Groups that are already known, read back from the result of a clustering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from mining.activity import _placing
from mining.activity._ward import UNUSABLE, Normalisation, normalise
from mining.activity._weeks import FloatArray, IntArray
from mining.errors import ConfigError, NotEnoughDataError


@dataclass(frozen=True)
class Known:
    """Centres of groups.

    Attributes
    ----------
    centres : ndarray (group, slot)
    radius : ndarray (group,)
        Distance of the farthest member.
    normalisation : str
        Coordinates of the centres.
    names : tuple of str
        Name of each group.
    """

    centres: FloatArray
    radius: FloatArray
    normalisation: Normalisation
    names: tuple[str, ...]

    def points(self, rhythm: FloatArray) -> FloatArray:
        """Return volumes by hour of the week in the coordinates of the centres."""
        return normalise(rhythm, self.normalisation)

    def labels(self, points: FloatArray) -> IntArray:
        """Return the nearest group of each row, -1 where the row is not known."""
        out = np.full(len(points), UNUSABLE, dtype=np.intp)
        good = np.isfinite(points).all(axis=1)
        out[good] = _placing.nearest(points[good], self.centres)
        return out

    def placed(self, points: FloatArray) -> IntArray:
        """Return :meth:`labels`, with -2 for a row that is far from every group."""
        out = self.labels(points)
        good = np.flatnonzero(out >= 0)
        roots = self.normalisation == "hellinger"
        out[good] = _placing.placed(points[good], self.centres, self.radius, roots=roots)
        return out

    def membership(self, points: FloatArray) -> FloatArray:
        """Return the share of each group in each row, NaN where the row is not known."""
        out = np.full((len(points), len(self.centres)), np.nan)
        for row in np.flatnonzero(np.isfinite(points).all(axis=1)):
            out[row] = _placing.mixture(points[row], self.centres)
        return out


def known(groups: xr.Dataset, slots: int) -> Known:
    """Return the groups of a result of :func:`mining.activity.cluster`.

    Raises
    ------
    ConfigError
        If it is something else, or its weeks have another number of hours than `slots`.
    NotEnoughDataError
        If it has no group.
    """
    if not {"rhythm", "label", "group_name"} <= set(groups.variables):
        raise ConfigError("groups: expected what mining.cluster gives for sensors")
    rhythm, labels = groups["rhythm"].to_numpy(), groups["label"].to_numpy()
    if rhythm.shape[1] != slots:
        msg = f"groups: their weeks have {rhythm.shape[1]} steps, those of the cube have {slots}"
        raise ConfigError(msg)
    number = groups.sizes["group"]
    if number == 0:
        raise NotEnoughDataError("groups: there is none, so nothing can be placed among them")
    how: Normalisation = groups.attrs.get("normalisation", "hellinger")
    member = labels >= 0
    points, mine = normalise(rhythm[member], how), labels[member]
    centres = _placing.centres_of(points, mine, number)
    away = _placing.distances(points, centres)
    radius = np.array([away[mine == g, g].max() for g in range(number)])
    return Known(centres, radius, how, tuple(groups["group_name"].to_numpy().astype(str)))
