"""Measure the impact: effects of known size put into real series, and windows without any.

Usage: ``python benchmarks/impact.py CUBE [--seeds 0,1] [--windows 20] [--from 2024-01-01]
[--until 2025-12-31] [--no-peers] [--json FILE]``
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mining import calendars, impact, trusted
from mining import cube as cubes
from mining.distances import metres

LENGTHS = ("6h", "1D", "3D", "7D", "14D", "28D", "56D")
FACTORS = (0.4, 0.7, 0.85, 1.2, 1.5, 2.0, 3.0)
PROTOCOL = """\
Windows begin at random days from {first} to {until} (those of 6 h between 8 and 18 h, the others at
midnight), for one sensor or for three that stand together; at least 80 % of the hours trusted, no
entry of the journal on these sensors. Public holidays are kept. Each window is asked twice: as it
is (placebo: any claim is false), and with its counts multiplied by one of {factors} (fewer:
binomial thinning, more: Poisson surplus). Truth: the passages that were added or taken away.
cover: share of truths inside the 80 % interval; bias, error: median of (estimate - truth), and
mean of its size, over the true count without effect; width: median width of the interval over the
same; false: share of placebo windows in which an effect is claimed; power: share of effects
claimed, by size. Peers: "weekdays": mean of the same weekdays and hours of the four weeks before,
interval from their spread; "states": as CausalImpact, a local level with weekdays and the median of
the other sensors in logarithms, learnt on the year before (statsmodels), interval from its own
simulations. Peers are asked for placebo windows: their counterfactual sees nothing of the effect.
"""


@dataclass(frozen=True)
class Window:
    """A window, the sensors it touches, and the factor of the effect."""

    length: str
    start: pd.Timestamp
    end: pd.Timestamp
    sensors: tuple[str, ...]
    factor: float
    seed: int


def windows(
    cube: xr.Dataset, seed: int, number: int, first: pd.Timestamp, until: pd.Timestamp
) -> Iterator[Window]:
    """Yield `number` windows of each length."""
    rng = np.random.default_rng(seed)
    counts = _counts(cube)
    journal = calendars.of_cube(cube)
    place = dict(zip(cube["sensor"].to_numpy(), cube["place"].to_numpy(), strict=True))
    for length in LENGTHS:
        made = 0
        while made < number:
            window = _drawn(cube, rng, length, (first, until), made)
            inside = counts.loc[window.start : window.end - pd.Timedelta("1s")]
            hours = inside.index
            known = inside[list(window.sensors)].notna().to_numpy().mean() >= 0.8
            there = [str(place[s]) for s in window.sensors]
            busy = journal.active(hours, sensors=window.sensors, places=there).any()
            if window.end <= until and known and not busy:
                made += 1
                yield window


def _drawn(
    cube: xr.Dataset,
    rng: np.random.Generator,
    length: str,
    span: tuple[pd.Timestamp, pd.Timestamp],
    made: int,
) -> Window:
    ids = cube["sensor"].to_numpy().astype(str)
    middle = int(rng.integers(len(ids)))
    latitude, longitude = (cube[name].to_numpy() for name in ("latitude", "longitude"))
    far = metres(latitude, longitude, middle)[0]
    rows = np.argsort(far, kind="stable")[: 3 if made % 2 else 1]
    hour = int(rng.integers(8, 19)) if length == "6h" else 0
    days = int(rng.integers((span[1] - span[0]).days))
    start = span[0] + pd.Timedelta(days=days, hours=hour)
    factor = float(rng.choice(FACTORS))
    end = start + pd.Timedelta(length)
    return Window(length, start, end, tuple(ids[rows]), factor, int(rng.integers(2**31)))


def _counts(cube: xr.Dataset) -> pd.DataFrame:
    """Return the trusted counts by local naive time, a column per sensor."""
    local = cubes.local_time(cube).tz_localize(None)
    frame = pd.DataFrame(trusted(cube).to_numpy().T.astype("float64"), index=local)
    frame.columns = cube["sensor"].to_numpy().astype(str)
    return frame[~frame.index.duplicated()]


def changed(cube: xr.Dataset, window: Window) -> tuple[xr.Dataset, float]:
    """Return a cube with the effect in it, and how many trusted passages it added."""
    rng = np.random.default_rng(window.seed)
    local = cubes.local_time(cube).tz_localize(None)
    inside = np.flatnonzero((local >= window.start) & (local < window.end))
    ids = list(cube["sensor"].to_numpy().astype(str))
    values, counted = cube["value"].to_numpy().copy(), trusted(cube).to_numpy()
    added = 0.0
    for row in (ids.index(s) for s in window.sensors):
        old = values[row, inside]
        whole = np.nan_to_num(old).round().astype("int64")
        new = rng.binomial(whole, min(window.factor, 1.0)).astype("float64")
        new += rng.poisson(whole * max(window.factor - 1, 0.0))
        values[row, inside] = np.where(np.isfinite(old), new, np.nan)
        added += float(np.where(np.isfinite(counted[row, inside]), new - whole, 0.0).sum())
    return cube.assign(value=(cube["value"].dims, values, cube["value"].attrs)), added


def asked(cube: xr.Dataset, counts: pd.DataFrame, window: Window, *, peers: bool) -> dict[str, Any]:
    """Ask for the impact of one window, without and with the effect."""
    ask = {"start": window.start, "end": window.end, "sensors": window.sensors}
    begun = time.process_time()
    plain = impact(cube, **ask)
    spent = time.process_time() - begun
    world, truth = changed(cube, window)
    told = impact(world, **ask)
    usual = plain.observed
    out = {
        "length": window.length,
        "sensors": len(window.sensors),
        "factor": window.factor,
        "answered": bool(np.isfinite(told.low)),
        "covered": bool(told.low <= truth <= told.high),
        "off": (told.effect - truth) / usual,
        "width": (told.high - told.low) / usual,
        "false": plain.claimed,
        "found": told.claimed,
        "seconds": spent,
    }
    for name, peer in PEERS.items() if peers else ():
        low, middle, high = peer(counts, window)
        truth_there = _sum(counts, window)
        out |= {
            f"{name} covered": bool(low <= truth_there <= high),
            f"{name} off": (truth_there - middle) / truth_there,
            f"{name} width": (high - low) / truth_there,
        }
    return out


def _sum(counts: pd.DataFrame, window: Window) -> float:
    inside = counts.loc[window.start : window.end - pd.Timedelta("1s"), list(window.sensors)]
    return float(inside.to_numpy()[np.isfinite(inside.to_numpy())].sum())


def weekdays(counts: pd.DataFrame, window: Window) -> tuple[float, float, float]:
    """Return what towns do: the mean of the same weekdays of the four weeks before."""
    inside = counts.loc[window.start : window.end - pd.Timedelta("1s"), list(window.sensors)]
    weeks = -(-(window.end - window.start) // pd.Timedelta("7D"))
    stack = []
    for back in range(4):
        # The last weeks that end before the window begins, whole weeks from one another.
        shift = inside.index - pd.Timedelta("7D") * (weeks + back)
        late = shift >= window.start
        shift = shift.where(~late, shift - pd.Timedelta("7D"))
        stack.append(counts.reindex(shift)[list(window.sensors)].to_numpy())
    sums = np.array([np.where(np.isfinite(inside), np.nan_to_num(s), 0).sum() for s in stack])
    spread = 1.282 * sums.std(ddof=1) * np.sqrt(1 + 1 / len(sums))
    return sums.mean() - spread, float(sums.mean()), sums.mean() + spread


def states(counts: pd.DataFrame, window: Window) -> tuple[float, float, float]:
    """Return what a structural model of the year before says, with the others as regressor."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    hours = (window.end - window.start) % pd.Timedelta("1D") or pd.Timedelta("1D")
    days = max(1, (window.end - window.start) // pd.Timedelta("1D"))
    begin = window.start - pd.Timedelta("364D")
    part = counts.loc[begin : window.end - pd.Timedelta("1s")]
    part = part[(part.index - window.start) % pd.Timedelta("1D") < hours]
    daily = part.groupby((part.index - begin) // pd.Timedelta("1D")).sum(min_count=1)
    daily = daily.reindex(range(364 + days))
    own = np.log(daily[list(window.sensors)].sum(axis=1, min_count=1) + 1)
    others = np.log(daily.drop(columns=list(window.sensors)) + 1)
    common = (others - others.mean()).median(axis=1).fillna(0.0)
    weekday = pd.get_dummies(pd.Series(np.arange(len(daily)) % 7)).iloc[:, 1:].to_numpy(float)
    features = np.column_stack([common.to_numpy(), weekday])
    past = slice(None, 364)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(own.to_numpy()[past], "llevel", exog=features[past])
        fitted = model.fit(disp=0, maxiter=100)
        paths = fitted.simulate(
            days,
            anchor="end",
            exog=features[364:],
            repetitions=300,
            rng=np.random.default_rng(window.seed),
        )
    known = np.isfinite(own.to_numpy()[364:])
    sums = (np.exp(paths.reshape(days, -1)) - 1)[known].sum(axis=0)
    low, middle, high = np.quantile(sums, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)


PEERS = {"weekdays": weekdays, "states": states}


def summed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the figures by length of window and of all of them."""
    parts = {length: table[table["length"] == length] for length in LENGTHS} | {"all": table}
    return pd.DataFrame({name: _figures(part) for name, part in parts.items()}).T


def _figures(part: pd.DataFrame) -> dict[str, float]:
    known = part[part["answered"]]
    size = np.abs(known["factor"] - 1)
    out = {
        "n": len(part),
        "answered": part["answered"].mean(),
        "cover": known["covered"].mean(),
        "bias": known["off"].median(),
        "error": known["off"].abs().mean(),
        "width": known["width"].median(),
        "false": part["false"].mean(),
        "power <=20%": known.loc[size < 0.25, "found"].mean(),
        "power 30-60%": known.loc[size.between(0.25, 0.7), "found"].mean(),
        "power >=100%": known.loc[size > 0.7, "found"].mean(),
        "seconds": part["seconds"].mean(),
    }
    for name in PEERS:
        if f"{name} off" in part:
            out |= {
                f"{name} cover": part[f"{name} covered"].mean(),
                f"{name} error": part[f"{name} off"].abs().mean(),
                f"{name} width": part[f"{name} width"].median(),
            }
    return {key: float(value) for key, value in out.items()}


def main() -> None:
    """Ask for every window and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cube", type=Path)
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--windows", type=int, default=20, help="of each length and seed")
    parser.add_argument("--from", dest="first", default="2024-01-01")
    parser.add_argument("--until", default="2025-12-31")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    factors = ", ".join(f"{f:g}" for f in FACTORS)
    print(PROTOCOL.format(first=options.first, until=options.until, factors=factors))
    cube = cubes.read(options.cube)
    counts = _counts(cube)
    span = pd.Timestamp(options.first), pd.Timestamp(options.until)
    rows = [
        asked(cube, counts, window, peers=not options.no_peers)
        for seed in options.seeds.split(",")
        for window in windows(cube, int(seed), options.windows, *span)
    ]
    table = summed(pd.DataFrame(rows))
    print(table.T.to_string(float_format="%.3f"))
    if options.json:
        told = {row: values.to_dict() for row, values in table.iterrows()}
        options.json.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
