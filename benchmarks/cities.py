"""Print how the default settings do on other cities and other kinds of sensors.

Usage: ``python benchmarks/cities.py FOLDER``, with the folders ``leeds_footfall``,
``paris_bike_counters_hourly`` and ``dublin_noise_hourly`` in FOLDER.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import xarray as xr

import mining

PROTOCOL = """\
mining.from_table, mining.clean, mining.backtest with default settings; horizon 7 days, 3 origins 28
days apart, the last horizon ends with the data; trusted cells; pooled.
"""
#: Leeds writes its dates in three ways.
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%b-%y")


def leeds(folder: Path) -> xr.Dataset:
    """Return footfall at eight cameras, June 2013 to December 2016."""
    table = pd.read_csv(folder / "leeds_footfall" / "footfall.csv.gz", low_memory=False)
    day = pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]")
    for form in DATES:
        day = day.fillna(pd.to_datetime(table["Date"].astype(str), format=form, errors="coerce"))
    hour = pd.to_numeric(table["Hour"].astype(str).str.split(":").str[0], errors="coerce")
    time = day + pd.to_timedelta(hour, unit="h")
    wide = _wide(table.assign(time=time), "LocationName", "InCount").loc["2013-06":"2016-12"]
    attrs = {"country": "GB", "subdivision": "ENG"}
    return mining.from_table(wide, timezone="Europe/London", kind="pedestrian", attrs=attrs)


def paris(folder: Path) -> xr.Dataset:
    """Return bicycles at 52 counters, September 2020 to August 2021."""
    table = pd.read_parquet(folder / "paris_bike_counters_hourly" / "train.parquet")
    wide = _wide(table.rename(columns={"date": "time"}), "counter_name", "bike_count")
    return mining.from_table(wide, timezone="Europe/Paris", kind="bicycle", attrs={"country": "FR"})


def dublin(folder: Path) -> xr.Dataset:
    """Return hourly noise levels at nine sites, to the end of 2020."""
    file = folder / "dublin_noise_hourly" / "dublin_noise_laeq_2019_2020.tsv"
    table = pd.read_csv(file, sep="\t", index_col=0, parse_dates=["datetime"])
    wide = table.set_index("datetime").apply(pd.to_numeric, errors="coerce")
    return mining.from_table(wide, timezone="UTC", kind="noise", attrs={"country": "IE"})


def _wide(table: pd.DataFrame, sensor: str, value: str) -> pd.DataFrame:
    known = table.dropna(subset=["time"])
    sums = known.groupby(["time", sensor], observed=True)[value].sum(min_count=1)
    return sums.unstack()  # noqa: PD010 - a sum of nothing must stay missing


CITIES: tuple[Callable[[Path], xr.Dataset], ...] = (leeds, paris, dublin)


def main() -> None:
    """Score the champion and the simple models on each city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(PROTOCOL)
    for city in CITIES:
        cube = mining.clean(city(folder))
        models = ["seasonal_naive", "window_average", "boosting"]
        scores = mining.backtest(cube, models=models, origins=3, origin_step="28D", workers=2)
        table = mining.summarize(scores).query("panel == 'common'")
        print(f"{city.__name__}, {cube.sizes['sensor']} sensors")
        print(table[["model", "n", "wape", "mase", "pinball", "coverage"]].to_string(index=False))


if __name__ == "__main__":
    main()
