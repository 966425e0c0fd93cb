"""Measures of the French national schema, with what it says of their sensors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mining.errors import ConfigError
from mining.sources import _files, _layout, _national, _raw
from mining.sources._options import TablesOptions


def to_long(
    table: _national.Table, channels: Sequence[str], step: pd.Timedelta | None, decimal: str = "."
) -> _layout.Long:
    """Check the measures of the national schema and return them."""
    _national.check_measures(table, channels, step=step)
    return _layout.to_long(
        table.frame.assign(channel_id=table.texts("channel_id")),
        layout="long",
        sensor="channel_id",
        time="start_datetime",
        value="count",
        decimal=decimal,
        rows=table.rows,
    )


def read(
    options: TablesOptions,
    raw: Path,
    declared: pd.DataFrame,
    kind: str,
    step: pd.Timedelta,
    *,
    every: bool = False,
) -> tuple[_layout.Long, pd.DataFrame]:
    """Return the measures, and what files and territory say of their sensors.

    With `every`, the sensors are those of the channels file, described by `declared` where it
    names them.
    """
    parts = {
        role: _national.Table(
            *_files.read_all(
                paths,
                columns=None,
                delimiter=options.delimiter,
                encoding=options.encoding,
            )
        )
        for role in _raw.ROLES
        if (paths := _raw.acquired(raw, role, optional=role != "measures"))
    }
    for role, table in parts.items():
        _national.check_columns(table, role)
    told = declared.set_axis(declared.index.astype(str), axis=0)
    if "channels" not in parts:
        if every or not len(told):
            raise ConfigError("source: name the sites and channels files, or fill channels.csv")
        known, channels = told, list(told.index)
    else:
        files = _national.sensors_of(parts["sites"], parts["channels"], kind=kind)
        known = _overlaid(told.reindex(files.index) if every else told, files)
        channels = list(files.index)
    if options.undeclared == "drop":
        channels += list(parts["measures"].texts("channel_id").unique())
    return to_long(parts["measures"], channels, step, options.decimal), known


def _overlaid(told: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return what the files say of the sensors, where the territory says nothing else."""
    if not len(told):
        return files
    columns = told.columns.union(files.columns)
    mine = told.reindex(columns=columns)
    other = files.reindex(index=told.index, columns=columns)
    return mine.where(mine.notna() & (mine != ""), other)
