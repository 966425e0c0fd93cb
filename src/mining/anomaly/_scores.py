"""One number for each cell: how unusual the most unusual window around it is."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.ndimage import maximum_filter1d

from mining import cube as cubes
from mining import progress
from mining.anomaly import _runs
from mining.anomaly._scene import CROWD, Group, Scene
from mining.calendars import calendar_of
from mining.errors import ConfigError
from mining.week_grid import Array

MODES = ("offline", "causal")


def scene_of(cube: xr.Dataset, calendar: object, mode: str) -> Scene:
    """Return the scene of a cube, or say what is wrong with the options.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the calendar or the mode says something impossible.
    """
    cubes.validate(cube)
    if mode not in MODES:
        msg = f"mode: found {mode!r}, expected one of {', '.join(MODES)}"
        raise ConfigError(msg)
    return Scene(cube, calendar_of(cube, calendar), causal=mode == "causal")


def scores(cube: xr.Dataset, *, calendar: object = "cube", mode: str = "offline") -> xr.DataArray:
    """Return how unusual each cell is.

    Parameters
    ----------
    cube : Dataset
        A cube, cleaned or not.
    calendar : None, mapping, Calendar or "cube"
        Holidays and journal; ``"cube"`` takes those of the cube, None knows of none.
    mode : {"offline", "causal"}
        "offline": the score of a cell is that of the most unusual window that holds it, judged
        from both sides. "causal": of the windows that end with it, and nothing that came later
        is used anywhere; changing the future changes no score.

    Returns
    -------
    DataArray (sensor, time)
        Not negative. About one window length in ten sensor-months reaches 4.5 by itself. With
        one or two sensors, which have no neighbours to be compared with, it is how unlike any
        other the day is (around the cell, or until it). NaN where nothing can be expected: with
        less than 27 days of data, in the first weeks of a causal score, where nothing was
        counted.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    ConfigError
        If the calendar or the mode says something impossible.
    """
    scene = scene_of(cube, calendar, mode)
    out = np.full((len(scene.ids), cube.sizes[cubes.TIME]), np.nan)
    with progress.patience(f"scores: {len(scene.ids)} sensors"):
        for group in scene.groups:
            if group.rhythm is None:
                continue
            for index, row in enumerate(group.rows):
                best = _best(scene, group, index)
                known = np.isfinite(group.rhythm.residual[index])
                out[row] = scene.grid.gather(np.where(known, best, np.nan))
    return xr.DataArray(
        out,
        dims=(cubes.SENSOR, cubes.TIME),
        coords={name: cube[name] for name in (cubes.SENSOR, cubes.TIME)},
        name="score",
        attrs={"timezone": cube.attrs["timezone"], "units": "1"},
    )


def _best(scene: Scene, group: Group, index: int) -> Array:
    if len(group.rows) < CROWD:
        apart = np.nan_to_num(scene.unlike(group, index))
        return apart if scene.sight.causal else _held(apart, scene.grid.per_day)
    return _strongest(scene.scales(group, index), causal=scene.sight.causal)


def _strongest(over: list[_runs.Scale], *, causal: bool) -> Array:
    """Return the largest score of the windows that hold (or end with) each position."""
    best = np.zeros(len(over[0].residual))
    for scale in over:
        score = np.maximum(scale.score(scale.residual), 0.0)
        if not causal:
            score = _held(score, scale.window.steps)
        best = np.maximum(best, score)
    return best


def _held(score: Array, steps: int) -> Array:
    """Return, for each position, the largest of the scores at it and the next ``steps - 1``."""
    held = maximum_filter1d(score, steps, mode="constant", cval=0.0, origin=-(steps // 2))
    return np.asarray(held)
