"""What changed since last year, and the usual band of the weekend."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from _rhythms import DAY, NIGHT, OFFICE, three_kinds, town
from mining import writers
from mining.activity import UNUSABLE, change, cluster
from mining.activity._band import LEAST_WANDER, WIDTH, usual_band
from mining.activity._windows import common, drift
from mining.errors import ConfigError, NotEnoughDataError

NONE = np.zeros(6)
#: Three "years" of ten weeks.
FAST = {"bootstraps": 20, "calendar": None, "weeks": 10}
LAST = slice(20 * 168, None)


def spaced(one: xr.Dataset) -> str:
    """Return what changed with plain spaces, whatever keeps its words on one line."""
    return str(one["changed"].item()).replace("\u00a0", " ").replace("\u202f", " ")


class TestBand:
    def test_by_hand(self) -> None:
        # Nothing wanders and nothing is drawn: .025 · √(1 + 1/2) · 2.576 = .078873
        now = np.array([0.3, 0.3, 0.3, 0.3, 0.3788, 0.3789])
        found = usual_band(now, np.full((2, 6), 0.3), NONE, np.zeros((2, 6)))
        assert found.left.tolist() == [False] * 5 + [True]
        np.testing.assert_allclose(found.high, 0.378873, atol=1e-6)
        assert (found.town, found.wander) == (0, LEAST_WANDER)

    def test_what_the_whole_town_does_is_usual(self) -> None:
        earlier = np.array([[0.2, 0.25, 0.3, 0.3, 0.35, 0.4]])
        found = usual_band(earlier[0] + 0.5, earlier, NONE, np.zeros((1, 6)))
        assert not found.left.any()
        assert found.town == pytest.approx(0.5)

    def test_errors_of_draws_widen_it(self) -> None:
        earlier, error = np.full((1, 6), 0.3), np.full(6, 0.12)
        found = usual_band(np.full(6, 0.3), earlier, error, np.full((1, 6), 0.09))
        half = WIDTH * np.sqrt(2 * 0.025**2 + 0.12**2 + 0.09**2)
        np.testing.assert_allclose(found.high - 0.3, half, rtol=1e-9)

    def test_who_wanders_more_has_a_wider_band(self) -> None:
        earlier = np.full((2, 6), 0.3)
        earlier[:, 0] = 0.35, 0.25
        found = usual_band(np.full(6, 0.3), earlier, NONE, np.zeros((2, 6)))
        # variance of .35 and .25 is .005
        np.testing.assert_allclose(found.high[0] - 0.3, WIDTH * np.sqrt(0.005 * 1.5), rtol=1e-9)
        assert found.high[1] - 0.3 == pytest.approx(WIDTH * 0.025 * np.sqrt(1.5))

    def test_unknown_years(self) -> None:
        earlier = np.full((2, 6), np.nan)
        earlier[0, :5] = 0.3
        found = usual_band(np.full(6, 0.3), earlier, NONE, np.zeros((2, 6)))
        assert np.isnan(found.usual[5])
        assert not found.left.any()
        none = usual_band(np.full(6, 0.3), np.empty((0, 6)), NONE, np.empty((0, 6)))
        assert np.isnan(none.low).all()

    def test_few_rows_have_nothing_in_common(self) -> None:
        assert drift(np.full(4, 2.0), np.ones(4)) == 0
        assert drift(np.full(5, 2.0), np.ones(5)) == 1
        four, five = np.ones((4, 3)), np.ones((5, 3))
        assert common(four * [1, 1, 2], four).tolist() == [1, 1, 1]
        assert common(five * [1, 1, 2], five).tolist() == [1, 1, 2]


def with_change(row: int, profile: np.ndarray) -> xr.Dataset:
    """Return the town of three kinds in which a sensor has another week in the last ten."""
    cube = three_kinds()
    cube["value"][row, LAST] = np.tile(profile, 10)
    return cube


class TestChange:
    def test_an_office_street_that_became_a_street_of_bars(self) -> None:
        cube = with_change(4, NIGHT)  # o0 comes after n0 ... n3
        groups = cluster(cube, k=3, **FAST)
        found = change(cube, groups, **FAST)
        assert found["sensor"].to_numpy()[found["moved"].to_numpy()].tolist() == ["o0"]
        one = found.sel(sensor="o0")
        assert int(one["label_before"]) == int(groups["label"].sel(sensor="o1"))
        assert float(one["moved_probability"]) == 1
        assert float(one["distance"]) > 5 * float(one["distance_by_chance"])
        assert "passe de « journée » à « vie nocturne » (100 % des tirages)" in spaced(one)
        assert found.attrs["statement"] == (
            "1\u00a0changement net parmi 12 comparés à l’année précédente."
        )

    def test_a_weekend_that_left_its_band(self) -> None:
        busy = np.where(DAY >= 5, 5.0, 1.0) * OFFICE
        cube = with_change(4, busy)
        found = change(cube, cluster(three_kinds(), k=3, **FAST), **FAST)
        assert found["sensor"].to_numpy()[found["weekend_left"].to_numpy()].tolist() == ["o0"]
        one = found.sel(sensor="o0")
        # 5 · 2 · 240 of 10 · 240 + 5 · (12 · 200 + 12 · 10)
        assert float(one["weekend"]) == pytest.approx(2400 / (2400 + 12600), abs=1e-3)
        assert one["weekend_low"] <= one["weekend"] <= one["weekend_high"]
        assert one["usual_high"] < one["weekend_low"]
        text = spaced(one)
        assert text.startswith("part du week-end : 16,0 %")
        assert "hors de sa bande habituelle" in text

    def test_a_whole_town_that_changed_points_at_nobody(self) -> None:
        cube = three_kinds()
        cube["value"][:, LAST] = cube["value"][:, LAST] * np.tile(np.where(DAY >= 5, 1.5, 1.0), 10)
        found = change(cube, cluster(cube, k=3, **FAST), **FAST)
        assert found.attrs["town_weekend"] == pytest.approx(0.5, abs=0.02)
        assert not found["moved"].any()
        assert found.attrs["statement"].startswith("Aucun changement net parmi 12")

    def test_twice_the_volume_is_no_other_rhythm(self) -> None:
        cube = three_kinds()
        cube["value"][4, LAST] = 2 * cube["value"][4, LAST]
        found = change(cube, cluster(cube, k=3, **FAST), **FAST)
        assert not (found["moved"] | found["weekend_left"]).any()
        assert float(found["volume_ratio"][4]) == pytest.approx(2, abs=0.05)
        assert float(found["volume_low"][4]) <= 2.05

    def test_one_year_of_data_compares_nothing(self) -> None:
        cube = three_kinds()
        groups = cluster(cube, k=3, bootstraps=5, calendar=None)
        found = change(cube, groups, bootstraps=5, calendar=None)
        assert found.attrs["statement"].startswith("Aucune comparaison")
        assert not (found["moved"] | found["weekend_left"]).any()
        assert found["label_before"].to_numpy().tolist() == [UNUSABLE] * 12
        assert np.isfinite(found["weekend"]).all()

    def test_a_place_dead_this_year_is_not_said_to_have_changed(self) -> None:
        cube = with_change(4, np.zeros(168))
        found = change(cube, cluster(three_kinds(), k=3, **FAST), **FAST)
        assert not (found["moved"] | found["weekend_left"])[4]
        assert found["changed"].to_numpy()[4] == ""

    def test_entries_of_the_journal_that_may_explain(self) -> None:
        entry = {
            "type": "works", "title": "Travaux", "places": [], "sensors": ["o0"],
            "start": "2024-05-20", "end": "2024-05-25", "known_since": "2024-01-01",
        }  # fmt: skip
        late = entry | {"id": "late", "start": "2025-05-20", "end": "2025-05-21"}
        events = [entry | {"id": "w1"}, entry | {"id": "e1", "type": "event"}, late]
        cube = three_kinds()
        groups = cluster(cube, k=3, **FAST)
        found = change(cube, groups, **(FAST | {"calendar": {"events": events}}))
        by_sensor = found["entries"].to_series()
        assert by_sensor["o0"] == "w1"
        assert set(by_sensor.drop("o0")) == {""}

    def test_same_bytes_twice_whatever_the_order(self, tmp_path: object) -> None:
        cube = with_change(4, NIGHT)
        groups = cluster(cube, k=3, **FAST)
        one, two = change(cube, groups, **FAST), change(cube[{"sensor": slice(None, None, -1)}],
                                                        groups, **FAST)  # fmt: skip
        xr.testing.assert_allclose(one, two.sel(sensor=one["sensor"]), rtol=1e-9)
        first = writers.netcdf(tmp_path / "a.nc", one, {}).read_bytes()  # type: ignore[operator]
        again = change(cube, groups, **FAST)
        second = writers.netcdf(tmp_path / "b.nc", again, {}).read_bytes()  # type: ignore[operator]
        assert first == second

    def test_impossible(self) -> None:
        short = town({f"a{i}": OFFICE for i in range(3)}, weeks=4)
        with pytest.raises(NotEnoughDataError, match="groups: there is none"):
            change(short, cluster(short, bootstraps=2, calendar=None), calendar=None)
        cube = three_kinds()
        groups = cluster(cube, k=3, **FAST)
        with pytest.raises(ConfigError, match="years: found 0, expected 1 or more"):
            change(cube, groups, years=0)
