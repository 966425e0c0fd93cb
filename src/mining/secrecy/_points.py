"""Establishments that may be shown one by one."""

from __future__ import annotations

import pandas as pd

from mining.errors import ConfigError

#: Columns that name an establishment or say where its door is.
NAMING = ("id", "name", "address", "latitude", "longitude")


def points(establishments: pd.DataFrame) -> pd.DataFrame:
    """Return the establishments whose point may be published, partially diffused ones left out.

    Parameters
    ----------
    establishments : DataFrame
        With a column `partial`, true where the law lets Insee diffuse a part only (articles
        R. 123-232 and A. 123-96 of the commercial code).

    Returns
    -------
    DataFrame
        Rows that are fully diffused, without the column `partial`.

    Raises
    ------
    ConfigError
        If the column is missing or has a hole: what is not known to be open is not published.
    """
    if "partial" not in establishments or establishments["partial"].isna().any():
        msg = (
            "establishments: expected a column 'partial', true or false in every row: nothing is"
            " published of one whose diffusion is not known"
        )
        raise ConfigError(msg)
    open_ones = ~establishments["partial"].astype(bool)
    return establishments[open_ones].drop(columns="partial")
