"""Places that changed: another group, or a weekend that left its usual share of the week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.activity._band import Band, from_logit, logit, usual_band
from mining.activity._change_words import bounds, sentences, summary
from mining.activity._dataset import check_positive
from mining.activity._known import known
from mining.activity._masks import MASKED_TYPES, ordinary
from mining.activity._moves import Moves, Year, moves, year_of
from mining.activity._names import parts_of
from mining.activity._weeks import FloatArray
from mining.activity._windows import unknown, windows
from mining.activity.rhythm import MIN_WEEKS
from mining.calendars import Calendar
from mining.language import language_of

#: Entries of the journal that may be why a rhythm is not what it was.
REASONS = ("hardware", "works", "fault")


def change(
    cube: xr.Dataset,
    groups: xr.Dataset,
    *,
    calendar: object = "cube",
    bootstraps: int = 100,
    seed: int = 0,
    weeks: int = 52,
    years: int = 2,
    min_weeks: int = MIN_WEEKS,
    mask_types: Sequence[str] = MASKED_TYPES,
    incidents: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Compare the rhythms of this year with those of the years before.

    Parameters
    ----------
    cube : Dataset
        A trusted cube, of sensors or of places.
    groups : Dataset
        What :func:`cluster` gave for the sensors.
    calendar, bootstraps, seed, weeks, years, min_weeks, mask_types, incidents
        See :func:`cluster`; `years` is how many earlier windows make the usual band.

    Returns
    -------
    Dataset
        By sensor of `cube`:

        - ``moved``: whether it is in another group than last year; ``label_before``,
          ``membership_before`` (sensor, group), ``moved_probability`` (share of the draws of
          both years in which the groups differ), ``moved_step`` (how much more the group of
          today weighs in it);
        - ``weekend_left``: whether the share of Saturday and Sunday left its usual band;
          ``weekend`` with ``weekend_low`` and ``weekend_high`` (80 % of the draws),
          ``weekend_usual`` with ``usual_low`` and ``usual_high`` (the band of 99 %);
        - ``distance`` from last year's rhythm, and ``distance_by_chance``, which draws of weeks
          alone exceed once in twenty;
        - ``volume_ratio`` to last year with ``volume_low``, ``volume_high`` (80 %);
          ``part_share`` and ``part_share_before`` (sensor, part), and the bounds ``part_low``,
          ``part_high`` of their difference (80 %);
        - ``changed`` (sentence, "" where nothing is out of the ordinary) and ``entries``
          (ids of journal entries that began in either year and may explain it, ";"-joined).

        Attributes: ``statement``, ``town_weekend`` (by how much the weekend grew
        against the other days in all of them together, .05 being 5 %), ``weekend_wander``
        (usual move of one place in a year, standard deviation of the logit).

    Raises
    ------
    ConfigError
        If `groups` is not a result of :func:`cluster` with the same hours of the week, or a
        number is not positive, or there are no texts in the cube's language.
    NotEnoughDataError
        If no trusted cell is left, or `groups` has no group.
    CubeError
        If the step can be brought neither to an hour nor to a day.

    Notes
    -----
    What all places have in common is taken out first (with five or more): when the whole town
    stays up later, no street has changed its part in it. Groups keep their centres of today.
    """
    check_positive(bootstraps=bootstraps, weeks=weeks, years=years, min_weeks=min_weeks)
    cubes.validate(cube)
    words = language_of(cube.attrs)
    folded, agenda = ordinary(cube, calendar, mask_types, incidents)
    reference = known(groups, slots=len(folded.hour))
    past = windows(cube, folded, weeks=weeks, years=max(years, 1), min_weeks=min_weeks)
    now = year_of(past[0], reference, None, number=bootstraps, seed=seed, back=0)
    earlier = [
        year_of(then, reference, past[0], number=bootstraps, seed=seed, back=back)
        for back, then in enumerate(past[1:], start=1)
    ]
    before = (
        earlier[0]
        if earlier
        else year_of(unknown(past[0]), reference, None, number=1, seed=seed, back=1)
    )
    label = reference.placed(now.points)
    band, found = _band(now, earlier), moves(reference, label, now, before)
    said = sentences(
        label,
        reference.names,
        found,
        weekend=now.weekend,
        interval=bounds(now.weekends),
        band=band,
        words=words,
    )
    out = _weekends(now, band).merge(_moves(found)).merge(_shifts(now, before))
    since = folded.mondays[max(len(folded.mondays) - 2 * weeks, 0)]
    row = cubes.SENSOR
    out["changed"] = (row, np.array(said, dtype=str))
    until = folded.mondays[-1] + pd.Timedelta(weeks=1)
    out["entries"] = (row, np.array(_entries(cube, agenda, since, until), dtype=str))
    coords = {
        row: cube[row].to_numpy().astype(str),
        "group": np.arange(len(reference.names), dtype="int16"),
        "part": np.array([p.key for p in parts_of(len(folded.hour))], dtype=str),
    }
    out = out.assign_coords(coords)
    out.attrs = {
        "statement": summary(said, int(np.isfinite(found.probability).sum()), words),
        "town_weekend": round(float(np.exp(band.town)) - 1, 6),
        "weekend_wander": round(band.wander, 6),
        "seed": seed,
    }
    return out


def _band(now: Year, earlier: list[Year]) -> Band:
    """Return the usual band of the weekend share, in logits."""
    rows = len(now.weekend)
    then = np.array([logit(e.weekend) for e in earlier]).reshape(len(earlier), rows)
    error = np.array([logit(e.weekends).std(axis=0) for e in earlier]).reshape(then.shape)
    return usual_band(logit(now.weekend), then, logit(now.weekends).std(axis=0), error)


def _weekends(now: Year, band: Band) -> xr.Dataset:
    low, high = bounds(now.weekends)
    values = {
        "weekend": (now.weekend, "share of Saturday and Sunday"),
        "weekend_low": (low, "10 % of the draws of weeks lie below"),
        "weekend_high": (high, "10 % of the draws of weeks lie above"),
        "weekend_usual": (from_logit(band.usual), "what earlier years let expect"),
        "usual_low": (from_logit(band.low), "lower bound of the usual band"),
        "usual_high": (from_logit(band.high), "upper bound of the usual band"),
        "weekend_left": (band.left, "outside of the usual band"),
    }
    return xr.Dataset({k: (cubes.SENSOR, v, {"long_name": w}) for k, (v, w) in values.items()})


def _moves(found: Moves) -> xr.Dataset:
    row = cubes.SENSOR
    return xr.Dataset(
        {
            "moved": (row, found.moved, {"long_name": "in another group than last year"}),
            "label_before": (row, found.label_before.astype("int16")),
            "moved_probability": (row, found.probability, {"long_name": "share of the draws"}),
            "moved_step": (row, found.step),
            "membership_before": ((row, "group"), found.share_before),
            "distance": (row, found.distance, {"long_name": "distance from last year"}),
            "distance_by_chance": (row, found.by_chance),
        }
    )


def _shifts(now: Year, before: Year) -> xr.Dataset:
    """Return volumes and parts of the week against last year."""
    low, high = bounds(_ratio(now.volumes, before.volumes))
    part_low, part_high = bounds(now.parts - before.parts)
    row, part = cubes.SENSOR, (cubes.SENSOR, "part")
    return xr.Dataset(
        {
            "volume_ratio": (row, _ratio(now.volume, before.volume)),
            "volume_low": (row, low),
            "volume_high": (row, high),
            "part_share": (part, now.part_share, {"long_name": "share of the typical week"}),
            "part_share_before": (part, before.part_share),
            "part_low": (part, part_low, {"long_name": "10 % of the differences lie below"}),
            "part_high": (part, part_high, {"long_name": "10 % of the differences lie above"}),
        }
    )


def _ratio(now: FloatArray, before: FloatArray) -> FloatArray:
    return np.asarray(now / np.where(before > 0, before, np.nan), dtype="float64")


def _entries(
    cube: xr.Dataset, calendar: Calendar, since: pd.Timestamp, until: pd.Timestamp
) -> list[str]:
    """Return for each sensor the ids of journal entries that may explain a change."""
    out = []
    ids = cube[cubes.SENSOR].to_numpy().astype(str)
    for sensor, place in zip(ids, cube["place"].to_numpy().astype(str), strict=True):
        found = calendar.entries(sensors=[sensor], places=[place] if place else [], types=REASONS)
        out.append(";".join(sorted(e.id for e in found if since <= e.start < until)))
    return out
