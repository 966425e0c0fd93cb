"""Front doors of the library that touch files or make a cube from a table."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from mining import cube as data_model
from mining.errors import ConfigError


def project_root(start: Path | None = None) -> Path:
    """Return the workspace: ``$FORAGE_ROOT``, or the nearest folder above that has ``dvc.yaml``.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if "FORAGE_ROOT" in os.environ:
        return Path(os.environ["FORAGE_ROOT"]).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "params.yaml").is_file():
            return folder
    msg = f"{here} is not inside a Forage workspace (a folder with dvc.yaml and params.yaml)"
    raise ConfigError(msg)


def load(territory: str, *, root: Path | str | None = None) -> xr.Dataset:
    """Return the trusted cube of a territory.

    The cube that the pipeline made (``data/cube/<territory>.nc``) is read where it exists, and
    otherwise one in ``data/cube/<territory>.zarr``, lazily; without either the source is read and
    cleaned in memory, which takes some seconds.

    Parameters
    ----------
    territory : str
        Name of a folder of ``data/territories``.
    root : path, optional
        The workspace; found from the current folder when omitted.

    Returns
    -------
    Dataset
        Cube with dims ``(sensor, time)``, see :mod:`mining.cube`.

    Raises
    ------
    ConfigError
        If the workspace or the territory does not exist, or its files are wrong.
    SourceError
        If the data cannot be read.
    """
    from mining.readers.fields import check_folder_name

    base = Path(root) if root is not None else project_root()
    check_folder_name(territory)
    file = base / "data" / "cube" / f"{territory}.nc"
    if file.is_file():
        return data_model.read(file)
    if file.with_suffix(".zarr").is_dir():
        return data_model.read(file.with_suffix(".zarr"), lazy=True)
    from mining import sources
    from mining.quality import clean
    from mining.territory import check_sensors, load_territory

    described = load_territory(base / "data" / "territories" / territory)
    source = sources.get(str(described.source["name"]))
    with tempfile.TemporaryDirectory() as raw:
        source.acquire(described, Path(raw))
        cube = source.read(described, Path(raw))
    check_sensors(described, cube["sensor"].to_numpy())
    return clean(cube)


def from_table(frame: pd.DataFrame, **options: Any) -> xr.Dataset:
    """Return the raw cube of a long or wide table; see :func:`mining.sources.tables.from_table`.

    Examples
    --------
    >>> import pandas as pd, mining
    >>> days = pd.date_range("2026-03-02", periods=336, freq="h")
    >>> table = pd.DataFrame({"time": days, "rue haute": range(336)})
    >>> cube = mining.from_table(table, timezone="Europe/Paris", kind="pedestrian")
    >>> cube.sizes["time"]
    336
    """
    from mining.sources import tables

    return tables.from_table(frame, **options)
