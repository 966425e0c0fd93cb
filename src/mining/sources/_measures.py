"""Measures of the French national schema, with what it says of their sensors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mining.errors import SourceError, at
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
    options: TablesOptions, raw: Path, declared: pd.DataFrame, kind: str, step: pd.Timedelta
) -> tuple[_layout.Long, pd.DataFrame]:
    """Return the measures, and what files and territory say of their sensors."""
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
        for column in _national.NEEDED[role]:
            if column not in table.frame:
                header = list(table.frame.columns)
                expected = f"the columns {', '.join(_national.NEEDED[role])}"
                raise SourceError(at(table.rows.files[0], line=1, found=header, expected=expected))
    known = declared
    if "channels" in parts:
        files = _national.sensors_of(parts["sites"], parts["channels"], kind=kind)
        told = declared.set_axis(declared.index.astype(str)).replace("", np.nan)
        known = told.combine_first(files).reindex(declared.index.union(files.index).astype(str))
    channels = files.index if "channels" in parts else known.index.astype(str)
    long = to_long(parts["measures"], list(channels), step, options.decimal)
    if not len(declared):
        long = long.only(list(channels))
    return long, known if not len(declared) else known.loc[declared.index.astype(str)]
