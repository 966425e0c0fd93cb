"""Measure the effect of weather: effects of known size laid over real counts, and days without any.

Usage: ``python benchmarks/weather.py FOLDER [--cube CUBE] [--trials 300] [--seed 0]``, with the
folders ``leeds_footfall`` and ``paris_bike_counters_hourly`` in FOLDER, and the cube of a town.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import mining
from cities import leeds, paris
from mining import cube as cubes
from mining import weather
from mining.calendars import of_cube
from mining.weather import FloatArray

PROTOCOL = """\
Counts: whole ordinary days (every hour trusted, no public holiday) of {sensors} of Leeds, Paris and
the town of the cube since July 2022. Weather: real days of Leeds (rain) and of Orly (rain, maxima,
minima), moved by a random number of days and wrapped, so that rain has its own rhythm and nothing
to do with the counts. Each trial takes one series and 365, 540 or 730 of its days, multiplies the
counts of the days of the condition by exp(effect), where the effect is 0, 0, -0.05, -0.1, -0.2 or
0.1 on average and differs from day to day by a third of it, and asks mining.weather.estimate.
Trials with fewer than 15 such days or 200 days in all are drawn again. Heavy rain is 10 mm, 4 mm
with the weather of Leeds, which has two days of 10 mm in six years; heat and frost: Orly, from
26 degrees on and down from 3, as one year has few days of 30 and 0.
cover: share of truths inside the 80 % interval; false: share of trials without effect in which the
interval leaves 0 out; power: the same with an effect; error: root of the mean square of the error
of the logarithm; width: mean width of the interval. {trials} trials of each condition, seed {seed}.
Peers: "median": median log-ratio to the same weekdays of the four weeks before and after, mean over
days with the condition less mean over days without, interval by a bootstrap of weeks.
"""
EFFECTS = (0.0, 0.0, -0.05, -0.1, -0.2, 0.1)


#: Condition, weather it is tried with, column, and its limit (from it on, or down from it).
TRIALS = (
    ("rain", "leeds", "rain", 1.0),
    ("rain", "orly", "rain", 1.0),
    ("heavy rain", "leeds", "rain", 4.0),
    ("heavy rain", "orly", "rain", 10.0),
    ("heat", "orly", "tmax", 26.0),
    ("frost", "orly", "tmin", 3.0),
)
LEAST_DAYS, LEAST_OF_IT = 200, 15


def leeds_weather(folder: Path) -> pd.DataFrame:
    """Return the rain of Leeds by day; days that are all zeros were not measured."""
    table = pd.read_csv(folder / "leeds_footfall" / "weather_daily.csv")
    table.index = pd.to_datetime(table["date"], format="%d/%m/%Y")
    absent = (table[["mean_temp", "rain", "wind_speed"]] == 0).all(axis=1)
    return table.loc[~absent, ["rain"]]


def orly_weather(folder: Path) -> pd.DataFrame:
    """Return rain from 6 to 6 h UTC, and the extremes of eight readings a day."""
    file = folder / "paris_bike_counters_hourly" / "meteo_france_synop_orly.csv"
    table = pd.read_csv(file, parse_dates=["date"]).drop_duplicates("date").set_index("date")
    time = pd.DatetimeIndex(table.index)
    fell = (time - pd.Timedelta("6h1s")).normalize()  # in the three hours before the reading
    warm = (table["t"] - 273.15).groupby(time.normalize())
    rain = table["rr3"].clip(lower=0).groupby(fell).sum(min_count=8)
    return pd.DataFrame({"rain": rain, "tmax": warm.max(), "tmin": warm.min()}).dropna()


def counts_of(cube: xr.Dataset) -> pd.DataFrame:
    """Return the whole ordinary days of each sensor, as of a place of its own."""
    alone = cube.assign_coords(place=("sensor", cube["sensor"].to_numpy()))
    none = pd.DataFrame(columns=["sensor", "sensors", "place", "start", "end", "label"])
    return weather.daily(alone, of_cube(cube), none)


def trials(
    counts: pd.DataFrame, marks: pd.Series, number: int, rng: np.random.Generator
) -> Iterator[tuple[float, FloatArray, FloatArray, pd.DatetimeIndex]]:
    """Yield an effect, logarithms of counts that hold it, days of the condition, and days."""
    made = 0
    while made < number:
        length = min(int(rng.choice([365, 540, 730])), len(counts))
        first = int(rng.integers(len(counts) - length + 1))
        part = counts.iloc[first : first + length, int(rng.integers(counts.shape[1]))]
        moved = np.roll(marks.to_numpy(), int(rng.integers(len(marks))))
        with_it = np.resize(moved, length)
        known = (part > 0).to_numpy()
        effect = float(rng.choice(EFFECTS))
        each = rng.normal(effect, abs(effect) / 3, length)
        if known.sum() < LEAST_DAYS or with_it[known].sum() < LEAST_OF_IT:
            continue
        made += 1
        logs = np.log(part[known].to_numpy()) + (with_it * each)[known]
        yield effect, logs, with_it[known], pd.DatetimeIndex(part.index[known])


def medians(logs: FloatArray, mark: FloatArray, days: pd.DatetimeIndex) -> tuple[float, ...]:
    """Return what towns do: ratios to the median of the same weekdays around."""
    wide = pd.Series(logs, days).asfreq("D")
    around = [wide.shift(7 * k) for k in range(-4, 5) if k]
    ratio = (wide - pd.concat(around, axis=1).median(axis=1)).reindex(days).to_numpy()
    week = np.asarray((days - pd.Timestamp("2001-01-01")).days) // 7
    table = pd.DataFrame({"y": ratio, "x": mark, "week": week}).dropna()
    table["yx"], table["n"] = table["y"] * table["x"], 1.0
    sums = table.groupby("week")[["y", "yx", "x", "n"]].sum().to_numpy()
    rng = np.random.default_rng(0)
    drawn = sums[rng.integers(len(sums), size=(400, len(sums)))].sum(axis=1)
    all_of = np.vstack([sums.sum(axis=0), drawn])
    with np.errstate(invalid="ignore"):  # a drawing without any day of the condition
        apart = all_of[:, 1] / all_of[:, 2]
    apart -= (all_of[:, 0] - all_of[:, 1]) / (all_of[:, 3] - all_of[:, 2])
    return float(apart[0]), *(float(q) for q in np.nanquantile(apart[1:], [0.1, 0.9]))


def ours(logs: FloatArray, mark: FloatArray, days: pd.DatetimeIndex) -> tuple[float, ...]:
    """Return the logarithm of the effect and its bounds."""
    found = weather.estimate(logs, mark[:, None], days)
    assert found is not None
    return tuple(float(np.log1p(v)) for v in (found.effect, found.low, found.high))


def figures(rows: pd.DataFrame) -> pd.Series:
    """Return the figures of some trials."""
    off = rows["found"] - rows["effect"]
    inside = (rows["low"] <= rows["effect"]) & (rows["effect"] <= rows["high"])
    claimed, none = (rows["low"] > 0) | (rows["high"] < 0), rows["effect"] == 0
    return pd.Series(
        {
            "n": len(rows),
            "cover": inside.mean(),
            "false": claimed[none].mean(),
            "power": claimed[~none].mean(),
            "error": np.sqrt((off**2).mean()),
            "bias": off.mean(),
            "width": (rows["high"] - rows["low"]).mean(),
        }
    )


def main() -> None:
    """Run the trials and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cube", type=Path)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = {c.__name__: counts_of(mining.clean(c(options.folder))) for c in (leeds, paris)}
    if options.cube:
        found["town"] = counts_of(cubes.read(options.cube)).loc["2022-07-01":]
    sensors = sum(table.shape[1] for table in found.values())
    print(PROTOCOL.format(sensors=sensors, trials=options.trials, seed=options.seed))
    skies = {"leeds": leeds_weather(options.folder), "orly": orly_weather(options.folder)}
    rng = np.random.default_rng(options.seed)
    rows = []
    for condition, sky, column, limit in TRIALS:
        seen = skies[sky][column]
        marks = (seen <= limit if column == "tmin" else seen >= limit).astype("float64")
        for town, counts in found.items():
            share = options.trials // (len(found) * sum(t[0] == condition for t in TRIALS))
            for effect, logs, mark, days in trials(counts, marks, share, rng):
                for model, ask in (("weeks", ours), ("median", medians)):
                    told = dict(zip(("found", "low", "high"), ask(logs, mark, days), strict=True))
                    row = {"condition": condition, "town": town, "model": model, "effect": effect}
                    rows.append(row | told)
    table = pd.DataFrame(rows)
    for by in (["model"], ["model", "condition"], ["model", "town"]):
        groups = table.groupby(by, sort=False)[["effect", "found", "low", "high"]]
        print(groups.apply(figures).to_string(float_format="%.3f"), "\n")
    print("Real weather of Leeds, rain of 1 mm or more, no effect laid over:")
    sky = skies["leeds"].assign(tmin=np.nan, tmax=np.nan)
    real = weather.effects(found["leeds"], sky).query("condition == 'rain'")
    print(
        real[["place", "days", "effect", "low", "high"]].to_string(index=False, float_format="%.3f")
    )


if __name__ == "__main__":
    main()
