"""What is shown around an incident: exact streets, whose expectation is known by construction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from _streets import PARIS, city, clock, expected
from mining.anomaly import around, detect, windows
from mining.anomaly._around import SERIES
from mining.errors import ConfigError

START, END = "2025-01-06", "2025-05-12"
NAMES = ("halles", "gare", "mairie", "pont")
LOCAL = clock(START, END)


def town(change: Any = None, **options: Any) -> xr.Dataset:
    """Return four streets that count exactly what they expect, one of them changed."""
    means = {name: np.round(expected(LOCAL, 100.0 * (k + 1))) for k, name in enumerate(NAMES)}
    if change is not None:
        means["gare"] = change(means["gare"].copy())
    return city(means, LOCAL, seed=None, country=None, **options)


def incident(start: str, end: str, **more: Any) -> dict[str, Any]:
    stamps = {"start": pd.Timestamp(start, tz=PARIS), "end": pd.Timestamp(end, tz=PARIS)}
    return {"id": "x", "sensor": "gare", **stamps, **more}


def between(start: str, end: str) -> slice:
    first, stop = (LOCAL.searchsorted(pd.Timestamp(t, tz=PARIS)) for t in (start, end))
    return slice(int(first), int(stop))


def halved(where: slice) -> Any:
    def change(values: np.ndarray) -> np.ndarray:
        values[where] = np.round(values[where] / 2)
        return values

    return change


def test_a_brief_incident_is_shown_by_hour_with_two_days_around() -> None:
    inside = between("2025-03-12 08:00", "2025-03-12 20:00")
    found = around(town(halved(inside)), incident("2025-03-12 08:00", "2025-03-12 20:00"))
    shown = between("2025-03-10 08:00", "2025-03-14 20:00")
    assert found.attrs == {"step": "1h", "units": "count", "timezone": PARIS}
    times = LOCAL[shown].tz_convert("UTC").tz_localize(None)
    assert found["time"].to_numpy().tolist() == times.as_unit("ns").to_numpy().tolist()
    usual = np.round(expected(LOCAL, 200.0))
    before = usual.copy()
    before[inside] = np.round(usual[inside] / 2)
    np.testing.assert_array_equal(found["observed"], before[shown])
    # Every week is the same: the rhythm is exact, and so is the level of the neighbours.
    np.testing.assert_allclose(found["expected"], usual[shown], atol=1)
    np.testing.assert_allclose(found["neighbours"], usual[shown], atol=1)
    np.testing.assert_allclose(found["low"], usual[shown], atol=1)
    np.testing.assert_allclose(found["high"], usual[shown], atol=1)


def test_days_and_weeks_hold_the_sums_of_their_hours() -> None:
    usual = np.round(expected(LOCAL, 200.0))
    days = around(town(), incident("2025-03-10", "2025-03-17"))
    assert days.attrs["step"] == "1D"
    assert days.sizes["time"] == 7 + 2 * 14
    first = between("2025-02-24", "2025-02-25")
    assert days["observed"].to_numpy()[0] == usual[first].sum()
    # 30 March has 23 hours; it is the 14th day after the end.
    summer = between("2025-03-30", "2025-03-31")
    assert summer.stop - summer.start == 23
    assert days["observed"].to_numpy()[-1] == usual[summer].sum()
    weeks = around(town(), incident("2025-02-10", "2025-05-12"))
    assert weeks.attrs["step"] == "7D"
    assert weeks["observed"].to_numpy()[0] == usual[between(START, "2025-01-13")].sum()


def test_the_band_holds_eight_of_ten_hours_of_real_noise() -> None:
    means = {name: expected(LOCAL, 100.0) for name in NAMES}
    found = around(city(means, LOCAL, country=None), incident("2025-03-12", "2025-03-13"))
    inside = (found["observed"] >= found["low"]) & (found["observed"] <= found["high"])
    assert 0.7 < float(inside.mean()) < 0.9
    assert bool((found["low"] <= found["expected"]).mean() > 0.95)


def test_what_is_expected_has_the_total_that_the_incident_states() -> None:
    # The street lost half of its passages for good: the rhythm has learnt the new level.
    cube = town(halved(between("2025-03-03", END)))
    lost = expected(LOCAL, 200.0)[between("2025-03-03", END)].sum()
    found = around(cube, incident("2025-03-03", END, expected=lost, kind="level"))
    inside = found["time"] >= np.datetime64("2025-03-02T23:00")
    assert float(found["expected"].where(inside).sum()) == pytest.approx(lost, rel=0.01)
    share = float(found["observed"].where(inside).sum() / found["expected"].where(inside).sum())
    assert share == pytest.approx(0.5, abs=0.02)
    # A stated total that no rhythm explains is not forced upon the figure.
    odd = around(cube, incident("2025-03-03", END, expected=100 * lost))
    plain = around(cube, incident("2025-03-03", END))
    np.testing.assert_array_equal(odd["expected"], plain["expected"])


def test_silence_shows_what_was_expected_and_nothing_counted() -> None:
    def silent(values: np.ndarray) -> np.ndarray:
        values[between("2025-03-12", "2025-03-19")] = np.nan
        return values

    found = around(town(silent), incident("2025-03-12", "2025-03-19"))
    inside = slice(14, 21)
    assert np.isnan(found["observed"].to_numpy()[inside]).all()
    usual = expected(LOCAL, 200.0)
    day = between("2025-03-12", "2025-03-13")
    assert found["expected"].to_numpy()[14] == pytest.approx(usual[day].sum(), rel=0.01)
    assert found["neighbours"].to_numpy()[14] == pytest.approx(usual[day].sum(), rel=0.01)


def test_the_whole_territory_is_added_up() -> None:
    whole = {"sensor": "", "sensors": "gare;pont"}
    found = around(town(), incident("2025-03-12", "2025-03-13", **whole))
    usual = sum(np.round(expected(LOCAL, level)) for level in (200.0, 400.0))
    shown = between("2025-03-10", "2025-03-15")
    np.testing.assert_array_equal(found["observed"], usual[shown])
    assert np.isnan(found["neighbours"]).all()
    everyone = around(town(), incident("2025-03-12", "2025-03-13", sensor=""))
    assert float(everyone["observed"].sum()) > float(found["observed"].sum())


def test_sensors_of_one_incident_are_added_up() -> None:
    both = incident("2025-03-12", "2025-03-13", sensors="gare;pont")

    def silent(values: np.ndarray) -> np.ndarray:
        values[between("2025-03-12", "2025-03-13")] = np.nan
        return values

    usual = [np.round(expected(LOCAL, level)) for level in (200.0, 400.0)]
    shown = between("2025-03-10", "2025-03-15")
    found = around(town(), both)
    np.testing.assert_array_equal(found["observed"], sum(usual)[shown])
    np.testing.assert_allclose(found["neighbours"], sum(usual)[shown], atol=2)
    # What the incident states is over each sensor's own hours: nothing is brought to it.
    more = around(town(), {**both, "expected": 5000.0})
    np.testing.assert_array_equal(more["expected"], found["expected"])
    # While one is silent the other is compared with itself alone.
    alone = around(town(silent), both)
    inside = slice(48, 72)
    for name in ("observed", "expected"):
        np.testing.assert_allclose(alone[name][inside], usual[1][shown][inside], atol=1)


def test_levels_are_averaged_and_have_no_neighbours_level() -> None:
    found = around(town(kind="noise"), incident("2025-03-10", "2025-03-17"))
    day = between("2025-02-24", "2025-02-25")
    mean = np.round(expected(LOCAL, 200.0))[day].mean()
    assert found["observed"].to_numpy()[0] == pytest.approx(mean, abs=1e-3)
    assert np.isnan(found["neighbours"]).all()


def test_little_data_one_sensor_and_unknown_sensor() -> None:
    few = town().isel(time=slice(0, 24 * 10)).sel(sensor=["gare"])
    found = around(few, incident("2025-01-08", "2025-01-09"))
    assert np.isfinite(found["observed"]).all()
    for name in ("expected", "low", "high", "neighbours"):
        assert np.isnan(found[name]).all()
    with pytest.raises(ConfigError, match="incident 'x': the cube has no sensor 'port'"):
        around(few, incident("2025-01-08", "2025-01-09", sensor="port"))


def test_windows_stand_one_behind_the_other_open_ones_first() -> None:
    cube = town(halved(between("2025-03-12 08:00", "2025-03-12 20:00")))
    table = pd.DataFrame(
        [
            incident("2025-03-12 08:00", "2025-03-12 20:00", id="old"),
            incident("2025-05-01", "2025-05-09", id="late"),
            incident("2025-02-10", "2025-02-11", id="going", open=True),
        ]
    ).assign(open=lambda rows: rows["open"].eq(True))
    found = windows(cube, table, most=2)
    assert found["id"].to_numpy().tolist() == ["going", "late"]
    assert int(found["cells"].sum()) == found.sizes["cell"]
    first = around(cube, table.iloc[2])
    for name in SERIES:
        np.testing.assert_array_equal(found[name][: first.sizes["time"]], first[name])
    empty = windows(cube, table.iloc[:0])
    assert (empty.sizes["cell"], empty.sizes["incident"]) == (0, 0)


def test_windows_of_what_detect_finds_agree_with_its_figures() -> None:
    cube = town(halved(between("2025-03-10", "2025-03-17")))
    found = detect(cube)
    one = found[found["sensor"] == "gare"].iloc[0]
    shown = around(cube, one)
    start, end = (one[k].tz_convert("UTC").tz_localize(None) for k in ("start", "end"))
    inside = (shown["time"] >= start) & (shown["time"] < end)
    for name in ("observed", "expected"):
        total = float(shown[name].where(inside).sum())
        assert total == pytest.approx(one[name], rel=0.02)


def test_a_row_that_is_no_incident_is_refused() -> None:
    with pytest.raises(ConfigError, match="incident: no 'start'; expected a row of what detect"):
        around(town(), {"sensor": NAMES[0]})
