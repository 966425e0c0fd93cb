"""The forecasting benchmark scores any tool's forecasts as its protocol says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _forecast_cubes import rhythm_cube
from mining import cube as cubes
from mining import writers

#: One worker runs the benchmark, once.
pytestmark = pytest.mark.xdist_group("benchmark")
ZONE = "Pacific/Auckland"
CUTOFFS = pd.DatetimeIndex(["2025-12-18", "2025-12-25"])
LEVELS = [k / 10 for k in range(1, 10)]


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Four sensors of Auckland's clock up to the end of 2025."""
    return rhythm_cube(
        start="2025-09-22", days=101, sensors=4, timezone=ZONE, country="NZ", noise=0.3
    )


@pytest.fixture(scope="module")
def observed(cube: xr.Dataset) -> pd.DataFrame:
    """The counts by local time, one column per sensor."""
    index = pd.DatetimeIndex(cube.indexes["time"]).tz_localize("UTC").tz_convert(ZONE)
    return pd.DataFrame(cube["value"].to_numpy().T.astype("float64"), index, cube["sensor"].values)


def weeks(observed: pd.DataFrame) -> list[pd.DataFrame]:
    """The two weeks that are forecast."""
    local = observed.index.tz_localize(None)
    return [observed[(local >= c) & (local < c + pd.Timedelta("7D"))] for c in CUTOFFS]


@pytest.fixture(scope="module")
def run(cube: xr.Dataset, observed: pd.DataFrame, tmp_path_factory: Any, root: Path) -> Any:
    """One run over forecasts made by hand and one of our models; its output and its files."""
    folder = tmp_path_factory.mktemp("benchmark")
    writers.netcdf(folder / "cube.nc", cube, cubes.encoding())
    for name, clock in (("by_hand", "time"), ("by_clock", "local")):
        (folder / "done" / name).mkdir(parents=True)
        for cutoff, week in zip(CUTOFFS, weeks(observed), strict=True):
            table = by_hand(week).assign(sensor=lambda t: t["sensor"].astype(str))
            if clock == "time":
                utc = table.pop("local").dt.tz_localize(ZONE).dt.tz_convert("UTC")
                table["time"] = utc.dt.tz_localize(None)
            table.to_parquet(folder / "done" / name / f"{cutoff:%Y-%m-%d}.parquet")
    page = folder / "page.md"
    page.write_text(
        "before\n<!-- forecast benchmark: short -->\nold\n<!-- end of the benchmark -->\nafter\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, str(root / "benchmarks" / "forecast.py"), str(folder / "cube.nc")),
            *("--quick", "--panel", "main", "--panel", "slow"),
            *("--models", "by_hand,by_clock,seasonal_naive", "--reuse", str(folder / "done")),
            *("--json", str(folder / "all.json"), "--markdown", str(page)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((folder / "all.json").read_text()), page.read_text()


def by_hand(week: pd.DataFrame) -> pd.DataFrame:
    """A forecast of 60 everywhere, with quantiles from 20 to 100: easy to score by hand."""
    table = week.rename_axis("local").reset_index().melt("local", var_name="sensor")
    table["local"] = table["local"].dt.tz_localize(None)
    return table[["sensor", "local"]].assign(**{f"q{q:g}": 10.0 + 100 * q for q in LEVELS})


def line(run: Any, kind: str, panel: str, model: str) -> dict[str, Any]:
    """One line of a table."""
    return next(r for r in run[1][kind][panel] if r["model"] == model)


def test_figures_of_a_forecast_made_by_hand(run: Any, observed: pd.DataFrame) -> None:
    found = line(run, "accuracy", "main", "by_hand")
    first, last = (w.to_numpy() for w in weeks(observed))
    truth = np.concatenate([first, last])
    losses = [
        2 * np.where(truth > 10 + 100 * q, q, q - 1) * (truth - (10 + 100 * q)) for q in LEVELS
    ]
    # The usual definition of WQL: one ratio per quantile, then their mean.
    wql = np.mean([loss.sum() / truth.sum() for loss in losses])
    assert found["WQL"] == pytest.approx(wql, rel=1e-9)
    assert found["pinball"] == pytest.approx(np.mean(losses) / 2, rel=1e-9)
    assert found["WAPE"] == pytest.approx(np.abs(truth - 60).sum() / truth.sum(), rel=1e-9)
    assert found["RMSE"] == pytest.approx(np.sqrt(((truth - 60) ** 2).mean()), rel=1e-9)
    assert found["cov80"] == pytest.approx(((truth >= 20) & (truth <= 100)).mean(), rel=1e-9)
    for part, name in ((first, "WAPE ordinary"), (last, "WAPE Christmas")):
        assert found[name] == pytest.approx(np.abs(part - 60).sum() / part.sum(), rel=1e-9)


def test_mase_of_a_forecast_made_by_hand(run: Any, observed: pd.DataFrame) -> None:
    ratios = []
    for week in weeks(observed):
        past = observed[observed.index < week.index[0]].to_numpy()
        scale = np.abs(past[168:] - past[:-168]).mean(axis=0)
        ratios += list(np.abs(week.to_numpy() - 60).mean(axis=0) / scale)
    found = line(run, "accuracy", "main", "by_hand")
    assert found["MASE168"] == pytest.approx(np.mean(ratios), rel=1e-6)


def test_forecasts_on_the_local_clock_score_alike(run: Any) -> None:
    utc, local = (line(run, "accuracy", "main", m) for m in ("by_hand", "by_clock"))
    assert utc | {"model": ""} == local | {"model": ""}


def test_our_seasonal_naive_is_last_week(run: Any, observed: pd.DataFrame) -> None:
    found = line(run, "accuracy", "main", "seasonal_naive")
    lost = np.abs(observed - observed.shift(168))
    parts = [lost.loc[w.index].to_numpy().sum() for w in weeks(observed)]
    total = sum(w.to_numpy().sum() for w in weeks(observed))
    assert found["WAPE"] == pytest.approx(sum(parts) / total, rel=1e-6)
    assert found["CPU s"] > 0
    assert found["MB"] > 20


def test_slow_panel_scores_every_third_sensor(run: Any, observed: pd.DataFrame) -> None:
    # Its two origins are 20 November and Christmas; nothing was made by hand for the first.
    assert {r["model"] for r in run[1]["accuracy"]["slow"]} == {"seasonal_naive"}
    found = line(run, "accuracy", "slow", "seasonal_naive")
    part = observed[["s0", "s3"]]
    local = part.index.tz_localize(None)
    both = [
        (local >= c) & (local < c + pd.Timedelta("7D"))
        for c in map(pd.Timestamp, ("2025-11-20", CUTOFFS[1]))
    ]
    inside = both[0] | both[1]
    wape = np.abs(part - part.shift(168))[inside].to_numpy().sum() / part[inside].to_numpy().sum()
    assert found["WAPE"] == pytest.approx(wape, rel=1e-6)


def test_calibration_tells_special_days_apart(run: Any, observed: pd.DataFrame) -> None:
    found = line(run, "calibration", "main", "by_hand")
    inside = [(w >= 20) & (w <= 100) for w in weeks(observed)]
    # From Christmas to New Year every day is a holiday or lies between two; before, none is.
    assert found["ordinary days"] == pytest.approx(inside[0].to_numpy().mean(), rel=1e-9)
    assert found["special days"] == pytest.approx(inside[1].to_numpy().mean(), rel=1e-9)
    both = pd.concat(inside)
    assert found["day 7"] == pytest.approx(
        np.mean([i.iloc[-24:].to_numpy().mean() for i in inside]), rel=1e-9
    )
    assert found["lowest sensor"] == f"{both.mean().min():.3f} {both.mean().idxmin()}"


def test_what_is_printed_is_what_is_written(run: Any) -> None:
    printed, tables, page = run
    wape = f"{line(run, 'accuracy', 'main', 'by_hand')['WAPE']:.4f}"
    row = next(r for r in printed.splitlines() if r.split()[:1] == ["by_hand"])
    assert row.split()[1] == wape
    assert tables["protocol"] in printed
    assert page.startswith("before\n<!-- forecast benchmark: short -->\n| model | WAPE main |")
    assert f"| by_hand | {wape} |" in page
    assert page.endswith("<!-- end of the benchmark -->\nafter\n")
    assert "old" not in page


def test_peers_see_a_regular_local_clock_without_holes(
    monkeypatch: pytest.MonkeyPatch, root: Path, cube: xr.Dataset, observed: pd.DataFrame
) -> None:
    monkeypatch.syspath_prepend(root / "benchmarks")
    from peers.exchange import origin, quantiles
    from rivals.export import days_table, values_table

    values, days = values_table(cube), days_table(cube, [CUTOFFS[1]])
    # The clock went from 2:00 to 3:00 on 28 September: that hour is a hole.
    jumped = values["time"] == pd.Timestamp("2025-09-28 02:00")
    assert values.loc[jumped, "value"].isna().tolist() == [True] * 4
    assert (values.groupby("sensor").size() == 24 * 101).all()

    hole = (values["sensor"] == "s1") & values["time"].between("2025-12-08", "2025-12-09 23:00")
    given = origin(values.assign(value=values["value"].mask(hole)), days, CUTOFFS[1])
    past = given.past.pivot_table("y", "ds", "unique_id")
    assert len(given.past) == 4 * 24 * (CUTOFFS[1] - pd.Timestamp("2025-09-22")).days
    assert given.past["y"].notna().all()
    before, after = (observed["s1"][f"2025-12-{d} 13:00"] for d in ("01", "15"))
    assert past.loc["2025-12-08 13:00", "s1"] == pytest.approx((before + after) / 2)
    assert past.loc["2025-12-15 13:00", "s1"] == after
    assert given.ahead["ds"].min() == CUTOFFS[1]
    assert given.ahead.groupby("unique_id")["is_holiday"].sum().tolist() == [48] * 4

    made = pd.DataFrame({"unique_id": ["s0"], "ds": [CUTOFFS[1]], "m": [5.0]})
    ends = {
        f"m-{side}-{k}": 5 + sign * k / 10
        for k in (20, 40, 60, 80)
        for side, sign in (("lo", -1), ("hi", 1))
    }
    row = quantiles(made.assign(**ends), "m").iloc[0]
    assert [row[f"q{q:g}"] for q in LEVELS] == [0, 0, 1, 3, 5, 7, 9, 11, 13]


def test_an_unknown_model_is_refused(root: Path, tmp_path: Path, cube: xr.Dataset) -> None:
    writers.netcdf(tmp_path / "cube.nc", cube, cubes.encoding())
    script = str(root / "benchmarks" / "forecast.py")
    done = subprocess.run(
        [sys.executable, script, str(tmp_path / "cube.nc"), "--models", "crystal_ball"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "unknown model 'crystal_ball'" in done.stderr
