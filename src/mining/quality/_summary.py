"""How much of each sensor can be trusted, and why not the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as model
from mining.cube import SENSOR, Quality, Reason


def summary(cube: xr.Dataset) -> pd.DataFrame:
    """Return what each sensor's cells are worth.

    Parameters
    ----------
    cube : Dataset
        Cube, raw or trusted.

    Returns
    -------
    DataFrame
        Indexed by sensor id: `cells`; one column per quality (`valid`, `zero_valid`, `suspect`,
        `missing`, `imputed`) and one per reason but none (`not_counted`, ...), in numbers of
        cells; `installed_cells` (without those before or after the sensor stood there);
        `share_valid` (valid and zero-valid among the installed cells, NaN if there are none);
        `first` and `last`, local time of the first and last cell in which something was counted
        (NaT if none). Qualities add up to `cells`.

    Raises
    ------
    CubeError
        If `cube` is not a cube.
    """
    model.validate(cube)
    quality, reason = cube["quality"].to_numpy(), cube["reason"].to_numpy()
    table = pd.DataFrame(index=pd.Index(cube[SENSOR].to_numpy().astype(str), name=SENSOR))
    table["cells"] = quality.shape[1]
    for code in Quality:
        table[code.name.lower()] = (quality == code).sum(axis=1)
    for why in Reason:
        if why is not Reason.NONE:
            table[why.name.lower()] = (reason == why).sum(axis=1)
    there = table["cells"] - table["not_installed"]
    table["installed_cells"] = there
    good = (table["valid"] + table["zero_valid"]).astype("float64")
    table["share_valid"] = good / there.where(there > 0)
    local = model.local_time(cube)
    seen = ~np.isin(quality, [int(Quality.MISSING), int(Quality.IMPUTED)])
    first, last = seen.argmax(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    some = seen.any(axis=1)
    table["first"] = local[first].where(some)
    table["last"] = local[last].where(some)
    return table
