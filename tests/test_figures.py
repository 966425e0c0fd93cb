"""Figures of a backtest show the numbers of its tables."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mining import figures


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_heat_map_of_errors() -> None:
    rows = [(0, 8, 4, 200.0, 20.0), (6, 23, 2, 10.0, 9.0), (6, 0, 2, 0.0, 1.0)]
    table = pd.DataFrame(rows, columns=["weekday", "hour", "n", "actual", "abs_error"])
    share, mean = figures.errors(table.assign(model="m")).axes[:2]
    shown = [axis.collections[0].get_array().reshape(7, 24) for axis in (share, mean)]
    assert shown[0][0, 8] == pytest.approx(10)  # 20 of 200, in %
    assert shown[0][6, 23] == pytest.approx(90)
    assert shown[1][0, 8] == pytest.approx(5)  # 20 over four cells
    assert shown[1][6, 0] == pytest.approx(0.5)
    # Nobody was counted at that hour: an error has no share of nothing. Other hours are empty.
    assert np.ma.getmaskarray(shown[0])[6, 0]
    assert (~np.ma.getmaskarray(shown[1])).sum() == 3


def coverage_rows(sensors: int) -> pd.DataFrame:
    rows = [("day_ahead", "10", 0.7), ("day_ahead", "9", 0.9), ("special", "special", 0.6)]
    rows += [("special", "ordinary", 0.8), ("all", "all", 0.78)]
    rows += [("sensor", f"s{k}", 0.8 + k / 1000) for k in range(sensors)]
    return pd.DataFrame(rows, columns=["by", "key", "coverage"]).assign(model="m", n=10)


def test_coverage_of_all_models_counts_days_as_numbers() -> None:
    both = pd.concat([coverage_rows(3), coverage_rows(3).assign(model="other")])
    days = figures.coverage(both).axes[0]
    line = days.get_lines()[0]
    assert line.get_xdata().tolist() == [9, 10]
    assert line.get_ydata().tolist() == pytest.approx([90, 70])


def test_of_many_sensors_those_farthest_from_the_promise_are_named() -> None:
    axis = figures.coverage_of_one(coverage_rows(100)).axes[0]
    labels = [t.get_text() for t in axis.get_yticklabels()]
    assert labels == [f"s{k}" for k in range(60, 100)]


def test_fans_have_the_busiest_sensor_first_and_leave_absent_ones_empty() -> None:
    times = pd.date_range("2026-03-02", periods=24, freq="h")
    parts = [("quiet", "2026-03-02", 1.0), ("busy", "2026-03-02", 9.0), ("busy", "2026-03-09", 8.0)]
    levels = {f"q{q}": 1.0 for q in (0.1, 0.3, 0.5, 0.7, 0.9)}
    shown = pd.concat(
        pd.DataFrame({"sensor": s, "cutoff": c, "time": times, "observed": v, **levels})
        for s, c, v in parts
    )
    axes = np.array(figures.fans(shown).axes).reshape(2, 2)
    assert [line[0].get_ylabel() for line in axes] == ["busy", "quiet"]
    assert axes[0, 1].get_title() == "from 2026-03-09"
    counted = axes[0, 0].get_lines()[1]
    assert counted.get_ydata().tolist() == [9.0] * 24
    assert len(axes[0, 0].collections) == 2  # 10-90 % and 30-70 %
    assert not axes[1, 1].get_lines()


def incident_rows() -> pd.DataFrame:
    rows = [
        ("a", "2025-01-05", "2025-01-06", "fault", "zeros"),
        ("a", "2025-01-20", "2025-02-25", "works", "drop"),
        ("", "2025-03-09", "2025-03-10", "event", "surge"),
        ("b", "2025-03-10", "2025-03-12", "fault", "stuck"),
    ]
    table = pd.DataFrame(rows, columns=["sensor", "start", "end", "label", "kind"])
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name]).dt.tz_localize("Europe/Paris")
    return table


def test_incidents_are_counted_by_month_and_kind() -> None:
    months, kinds, when = figures.incidents(incident_rows()).axes
    bars = {c.get_label(): [b.get_height() for b in c] for c in months.containers}
    # January, February, March: a month without any is a gap.
    assert bars == {"event": [0, 0, 1], "fault": [1, 0, 1], "works": [1, 0, 0]}
    widths = np.sum([[b.get_width() for b in c] for c in kinds.containers], axis=0)
    assert widths.tolist() == [1, 1, 1, 1]
    assert [t.get_text() for t in when.get_yticklabels()] == ["b", "a", "(whole territory)"]


def test_a_territory_without_incident_has_a_figure() -> None:
    months, kinds, when = figures.incidents(incident_rows().iloc[:0]).axes
    assert not months.containers
    assert not kinds.containers
    assert not when.collections


def test_rhythms_are_drawn_under_the_names_of_their_groups() -> None:
    week = np.full((4, 168), 1 / 168)
    week[2] = np.nan
    activity = xr.Dataset(
        {
            "share": (("sensor", "hour_of_week"), week),
            "label": ("sensor", np.array([1, 0, -1, -2], dtype="int16")),
        },
        coords={"group_name": ("group", ["bureaux", "soirées"])},
    )
    axes = figures.rhythms(activity).axes
    titles = [axis.get_title(loc="left") for axis in axes]
    assert titles == ["bureaux (1)", "soirées (1)", "apart (1)", "too little data (1)"]
    assert [t.get_text() for t in axes[-1].get_xticklabels()][5] == "Sat"
    assert axes[0].get_lines()[0].get_ydata()[0] == pytest.approx(100 / 168)
