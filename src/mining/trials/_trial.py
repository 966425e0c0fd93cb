"""How good a detector is: faults and events of known truth, put into real series.

Nothing here is point-adjusted: an injection is found or not, and what would have been found in its
place anyway is taken off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from mining import cube as cubes
from mining.anomaly import detect, scores
from mining.errors import ConfigError
from mining.trials._inject import DURATIONS, FAULTS, UNLISTED, Injection, inject

#: Score of incidents that exact rules found; their alerts have no budget.
RULE_SCORE = 100.0
#: What detectors find at least is reported from this score on.
FLOOR = 3.0
#: So many of each kind are put into a world, at least so far apart on a sensor.
EACH, APART = 3, pd.Timedelta("3D")

#: Columns of the table of a trial.
COLUMNS = ("kind", "listed", "n", "recall", "lucky", "net", "delay", "balance", "false", "bar")

PROTOCOL = """\
Targets: the 13 busiest sensors without a dead week; all sensors are context. Worlds: 3 of each
listed kind per seed, in one copy of the data, and 3 of each unlisted kind (on which nothing is
tuned) in another, at least 3 days apart on a sensor; quality rules run on each. Bar: the score that
leaves B statistical alerts per sensor and 30 days on the clean months (those that the calendar
explains, of the whole territory, and of exact rules left out; one that lasts costs one per week).
Recall: an incident of that sensor above the bar overlaps the window. Lucky: the same on clean data.
Net: (recall - lucky) / (1 - lucky), macro mean over kinds. False: alerts outside every window, per
sensor and month. Delay: hours from the start to the end of the first causal window above the bar
(found ones only). Balance: fault against the rest, label of the strongest incident, balanced."""

Detector = Callable[[xr.Dataset], pd.DataFrame]
Alarm = Callable[[xr.Dataset], xr.DataArray]
Prepare = Callable[[xr.Dataset], xr.Dataset]


@dataclass(frozen=True)
class World:
    """A cube with injections, what a detector makes of it, and when it would have told."""

    truths: list[Injection]
    frame: pd.DataFrame
    alarm: xr.DataArray | None


def trial(
    cube: xr.Dataset,
    *,
    begin: str | pd.Timestamp,
    seeds: Iterable[int] = (0, 1),
    budget: float = 0.25,
    mode: str = "offline",
    prepare: Prepare | None = None,
    unlisted: bool = True,
    over: Callable[[Callable[[int], list[World]], Sequence[int]], Iterable[list[World]]] = map,
) -> pd.DataFrame:
    """Measure a detector on faults and events injected into clean months.

    Parameters
    ----------
    cube : Dataset
        Counts of an hour or shorter, with at least 7 weeks before `begin` and 240 days after.
    begin : str or Timestamp
        Local time from which on incidents are judged; what is before is history.
    seeds : iterable of int
        A world of listed kinds for each, and one of unlisted kinds.
    budget : float
        Alerts per sensor and 30 days on the clean months.
    mode : {"offline", "causal"}
        Of :func:`mining.anomaly.detect`; "causal" measures delays as well.
    prepare : callable, optional
        From a cube to the cube that the detector sees; :func:`mining.quality.clean` runs the
        exact rules.
    unlisted : bool
        Whether the unlisted kinds are measured too.
    over : callable
        Like :func:`map`, to work on seeds in parallel.

    Returns
    -------
    DataFrame
        One row per kind, in order, then "listed" and "unlisted" with the means: `kind`, `listed`,
        `n`, `recall`, `lucky`, `net`, `delay` (median hours), `balance`, `false`, `bar`; the last
        three on the rows of means only.

    Raises
    ------
    ConfigError
        If `begin` is not a time, or there is too little data around it.
    """
    begin = _moment(begin, cube.attrs["timezone"])
    names = targets(cube)
    detector = partial(detect, alerts_per_month=30.0, mode=mode)
    alarm = partial(scores, mode="causal") if mode == "causal" else None
    prepare = prepare or _as_it_is
    bench = Bench(cube, begin, tuple(names), prepare, detector, alarm, unlisted)
    calm = bench.judged(detector(prepare(cube)))
    bar = bar_of(calm, budget * bench.months)
    worlds = list(zip(*over(bench.worlds, list(seeds)), strict=True))
    parts = [
        summary(calm, kind_worlds, kinds, bar, bench.months)
        for kind_worlds, kinds in zip(worlds, (DURATIONS, UNLISTED), strict=False)
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["listed"] = rows["kind"].isin([*DURATIONS, "listed"])
    means = rows["kind"].isin(["listed", "unlisted"])
    return pd.concat([rows[~means], rows[means]], ignore_index=True)[list(COLUMNS)]


def _moment(begin: str | pd.Timestamp, timezone: str) -> pd.Timestamp:
    try:
        stamp = pd.Timestamp(begin)
        return stamp if stamp.tzinfo else stamp.tz_localize(timezone)
    except (ValueError, TypeError, AttributeError) as error:
        msg = f"begin: found {begin!r}, expected a local time such as '2025-02-01'"
        raise ConfigError(msg) from error


@dataclass(frozen=True)
class Bench:
    """The clean months, and what is measured on them."""

    cube: xr.Dataset
    begin: pd.Timestamp
    names: tuple[str, ...]
    prepare: Prepare
    detector: Detector
    alarm: Alarm | None
    unlisted: bool

    @property
    def months(self) -> float:
        """Sensor-months of 30 days that are judged."""
        end = cubes.local_time(self.cube)[-1]
        return len(self.names) * float((end - self.begin) / pd.Timedelta("30D"))

    def worlds(self, seed: int) -> list[World]:
        """Return the worlds of a seed: listed kinds, unlisted kinds."""
        kinds = [DURATIONS, UNLISTED] if self.unlisted else [DURATIONS]
        return [self._world(k, seed) for k in kinds]

    def _world(self, kinds: dict[str, tuple[int, int]], seed: int) -> World:
        cube, truths = populate(self.cube, self.names, self.begin, kinds, seed)
        cube = self.prepare(cube)
        frame = self.judged(self.detector(cube))
        return World(truths, frame, None if self.alarm is None else self.alarm(cube))

    def judged(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the incidents that count: of targets, not over at the start, not holidays."""
        known = concerning(frame, self.names) & (frame["label"] != "calendar")
        return frame[known & (frame["end"] > self.begin)].reset_index(drop=True)


def targets(cube: xr.Dataset, most: int = 13) -> list[str]:
    """Return the sensors with most counts among those that are never dead for a week."""
    values = cube["value"].to_numpy()
    week = round(pd.Timedelta("7D") / cubes.step_of(cube))
    whole = values[:, : values.shape[1] // week * week].reshape(len(values), -1, week)
    weekly = np.nansum(whole, axis=2)
    ids = cube["sensor"].to_numpy().astype(str)
    alive = [
        i for i in np.argsort(-weekly.sum(axis=1)) if weekly[i].min() > 0.2 * np.median(weekly[i])
    ]
    return sorted(ids[i] for i in alive[:most])


def populate(
    cube: xr.Dataset,
    names: Sequence[str],
    begin: pd.Timestamp,
    kinds: dict[str, tuple[int, int]],
    seed: int,
) -> tuple[xr.Dataset, list[Injection]]:
    """Return a cube with some of each kind, and what they are."""
    rng = np.random.default_rng(seed)
    truths: list[Injection] = []
    for number in range(EACH):
        # The long ones first, while there is room.
        for kind in sorted(kinds, key=lambda k: -kinds[k][1]):
            hour = int(rng.integers(9, 18))
            for _ in range(200):
                sensor = str(rng.choice(names))
                day = begin.tz_localize(None) + pd.Timedelta(days=int(rng.integers(5, 235)))
                start = day.normalize() + pd.Timedelta(hours=hour)
                changed, truth = inject(cube, kind, sensor, start, seed=100 * seed + number)
                near = [t for t in truths if t.sensor == sensor]
                if all(truth.start > t.end + APART or truth.end < t.start - APART for t in near):
                    cube = changed
                    truths.append(truth)
                    break
    return cube, truths


def bar_of(frame: pd.DataFrame, allowed: float) -> float:
    """Return the least score that a budget of alerts affords on clean data."""
    spent, bar = 0.0, math.inf
    statistical = frame[frame["score"] != RULE_SCORE]
    ordered = statistical.sort_values("score", ascending=False, kind="stable")
    lasting = (ordered["end"] - ordered["start"]).dt.total_seconds()
    weeks = np.ceil(lasting / pd.Timedelta("7D").total_seconds())
    for score, cost in zip(ordered["score"].to_numpy(), np.asarray(weeks), strict=True):
        spent += float(cost)
        if spent > allowed:
            return bar
        bar = float(score)
    return FLOOR


def first_hit(frame: pd.DataFrame, truth: Injection, bar: float) -> pd.Series | None:
    """Return the strongest incident above the bar that overlaps an injection, or None."""
    over = frame[_over(frame, truth) & (frame["score"] >= bar)]
    return None if over.empty else over.iloc[int(over["score"].to_numpy().argmax())]


def _over(frame: pd.DataFrame, truth: Injection) -> pd.Series:
    mine = concerning(frame, [truth.sensor])
    return mine & (frame["start"] < truth.end) & (frame["end"] > truth.start)


def concerning(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Tell which incidents concern one of these sensors; those of the whole territory do not."""
    if "sensors" not in frame:
        return frame["sensor"].isin(names)
    wanted = set(names)
    touched = [not wanted.isdisjoint(text.split(";")) for text in frame["sensors"]]
    return (frame["sensor"] != "") & pd.Series(touched, index=frame.index, dtype=bool)


def false_alerts(world: World, bar: float) -> int:
    """Return how many incidents above the bar overlap no injection."""
    inside = np.zeros(len(world.frame), dtype=bool)
    for truth in world.truths:
        inside |= _over(world.frame, truth).to_numpy(dtype=bool)
    return int((~inside & (world.frame["score"] >= bar).to_numpy()).sum())


def delay(world: World, truth: Injection, bar: float) -> float:
    """Return the hours from the start of an injection to the first alarm; NaN without one."""
    if world.alarm is None:
        return float("nan")
    series = world.alarm.sel({cubes.SENSOR: truth.sensor}).to_numpy()
    local = pd.DatetimeIndex(world.alarm.indexes[cubes.TIME]).tz_localize("UTC")
    first, stop = (int(local.searchsorted(t)) for t in (truth.start, truth.end))
    above = np.flatnonzero(series[first:stop] >= bar)
    if not len(above):
        return float("nan")
    ends = local[first + int(above[0])] + (local[1] - local[0])
    return float((ends - truth.start) / pd.Timedelta("1h"))


def summary(
    calm: pd.DataFrame, worlds: Sequence[World], kinds: Iterable[str], bar: float, months: float
) -> pd.DataFrame:
    """Return one row per kind, and one with their means."""
    rows: list[dict[str, object]] = []
    right: dict[bool, list[bool]] = {True: [], False: []}
    for kind in kinds:
        pairs = [(w, t) for w in worlds for t in w.truths if t.kind == kind]
        hits = [first_hit(w.frame, t, bar) for w, t in pairs]
        recall = float(np.mean([h is not None for h in hits]))
        lucky = float(np.mean([first_hit(calm, t, bar) is not None for _, t in pairs]))
        late = [delay(w, t, bar) for w, t in pairs]
        late = [hours for hours in late if math.isfinite(hours)]
        fault = kind in FAULTS
        right[fault] += [(h["label"] == "fault") == fault for h in hits if h is not None]
        rows.append(
            {
                "kind": kind,
                "n": len(pairs),
                "recall": recall,
                "lucky": lucky,
                "net": (recall - lucky) / (1 - lucky) if lucky < 1 else 0.0,
                "delay": float(np.median(late)) if late else float("nan"),
            }
        )
    frame = pd.DataFrame(rows)
    mean: dict[str, object] = dict(frame[["recall", "lucky", "net"]].mean())
    mean["kind"] = "listed" if "zero" in list(frame["kind"]) else "unlisted"
    mean["n"] = int(frame["n"].sum())
    mean["balance"] = _mean([_mean(r) for r in right.values() if r])
    mean["false"] = sum(false_alerts(w, bar) for w in worlds) / len(worlds) / months
    mean["bar"] = bar
    return pd.concat([frame, pd.DataFrame([mean])], ignore_index=True)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def _as_it_is(cube: xr.Dataset) -> xr.Dataset:
    return cube
