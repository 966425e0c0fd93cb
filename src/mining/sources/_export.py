"""A cube back to tables of the French national schema."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.errors import CubeError

SITE_COLUMNS = (
    "site_id", "parent_site_id", "site_name", "fr_insee_code", "xlong", "ylat", "external_ids",
    "infrastructure_type",
)  # fmt: skip
CHANNEL_COLUMNS = (
    "channel_id", "channel_provider_id", "site_provider_id", "site_id", "mobility_type", "comment",
    "counter_transmission_type", "publication_transmission_type", "counter_type", "direction",
    "provider_direction_code", "provider_direction_name", "data_provider_name", "temporality",
    "started_at", "ended_at", "last_updated_at", "time_step", "provider_portal_url",
)  # fmt: skip
MEASURE_COLUMNS = ("channel_id", "counter_id", "start_datetime", "end_datetime", "count")
DIRECTIONS = ("N", "NW", "NE", "W", "SW", "S", "SE", "E")
_MOBILITY_OF_KIND = {
    "pedestrian": "PEDESTRIAN", "bicycle": "BIKE", "scooter": "E-SCOOTER", "road": "UNDEFINED",
}  # fmt: skip


def to_national(cube: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return a cube as tables of the French national schema.

    Parameters
    ----------
    cube : Dataset
        A cube whose sensors all count people or vehicles.

    Returns
    -------
    dict of DataFrame
        ``sites``, ``channels`` and ``measures``, rows sorted. Times carry the local offset. A
        cell that is missing or imputed has an empty ``count``: only what was counted is told.

    Raises
    ------
    CubeError
        If a sensor is of a kind the schema does not know (noise, parking, ...).

    Notes
    -----
    A site is placed at the mean of its sensors. A sensor without a site is a site of its own.
    """
    ids = cube[cubes.SENSOR].to_numpy().astype(str)
    table = pd.DataFrame(
        {c: cube[c].to_numpy() for c in (*cubes.TEXT_COORDS, *cubes.NUMBER_COORDS)}, index=ids
    )
    for sensor, kind in table["kind"].items():
        if kind not in _MOBILITY_OF_KIND:
            msg = (
                f"sensor {str(sensor)!r} is of kind {kind!r}, which the national schema does not "
                f"know: expected one of {', '.join(_MOBILITY_OF_KIND)}"
            )
            raise CubeError(msg)
    table["site_id"] = np.where(table["site"] == "", ids, table["site"])
    table["site_name"] = np.where(table["place"] == "", table["name"], table["place"])
    grouped = table.sort_index().groupby("site_id", sort=True)
    sites = pd.DataFrame(
        {
            "site_name": grouped["site_name"].first(),
            "xlong": grouped["longitude"].mean(),
            "ylat": grouped["latitude"].mean(),
        }
    )
    starts, ends = _intervals(cube)
    return {
        "sites": sites.reset_index().reindex(columns=list(SITE_COLUMNS), fill_value=""),
        "channels": _channels(cube, table, starts[0]),
        "measures": _measures(cube, ids, starts, ends),
    }


def _channels(cube: xr.Dataset, table: pd.DataFrame, first: str) -> pd.DataFrame:
    known = table["direction"].isin(DIRECTIONS)
    out = pd.DataFrame(
        {
            "channel_id": table.index,
            "site_id": table["site_id"],
            "mobility_type": table["kind"].map(_MOBILITY_OF_KIND),
            "direction": table["direction"].where(known, ""),
            "provider_direction_code": table["direction"].where(~known, ""),
            "provider_direction_name": table["name"],
            "started_at": table["installed"].where(table["installed"] != "", first),
            "time_step": int(cube.attrs["step_seconds"]),
        }
    )
    full = out.reindex(columns=list(CHANNEL_COLUMNS), fill_value="")
    return full.sort_values("channel_id").reset_index(drop=True)


def _measures(
    cube: xr.Dataset,
    ids: npt.NDArray[np.str_],
    starts: list[str],
    ends: list[str],
) -> pd.DataFrame:
    order = np.argsort(ids, kind="stable")
    counts = cubes.observed(cube).transpose(cubes.SENSOR, cubes.TIME).to_numpy()[order]
    length = len(starts)
    return pd.DataFrame(
        {
            "channel_id": np.repeat(ids[order], length),
            "counter_id": "",
            "start_datetime": np.tile(np.array(starts), len(ids)),
            "end_datetime": np.tile(np.array(ends), len(ids)),
            "count": counts.ravel().astype("float64"),
        }
    )


def _intervals(cube: xr.Dataset) -> tuple[list[str], list[str]]:
    """Return the ISO 8601 local start and end of every step."""
    times = pd.DatetimeIndex(cube.indexes[cubes.TIME])
    step = cubes.step_of(cube)
    zone = cube.attrs["timezone"]
    if step % pd.Timedelta("1D"):
        after = times + step
    else:
        local = cubes.local_time(cube).tz_localize(None) + step
        after = pd.DatetimeIndex([cubes.to_utc(t, zone) for t in local])
    return _iso(times, zone), _iso(after, zone)


def _iso(times: pd.DatetimeIndex, zone: str) -> list[str]:
    return [t.isoformat() for t in times.tz_localize("UTC").tz_convert(zone)]
