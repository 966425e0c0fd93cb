"""Rhythms, groups of rhythms, their number, stability and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from _rhythms import CLOCK, DAY, NIGHT, OFFICE, three_kinds, town
from mining import cube as cubes
from mining import writers
from mining.activity import OUTLIER, UNUSABLE, _names, _stability, _ward, cluster, rhythms
from mining.activity import cluster_profiles as group_table
from mining.errors import ConfigError, CubeError, NotEnoughDataError
from mining.language import language

PARIS = "Europe/Paris"
FRENCH, N = language("fr"), "\u00a0"
FAST = {"bootstraps": 8, "calendar": None}


def labels_of(found: xr.Dataset) -> dict[str, int]:
    names = found["sensor"].to_numpy().astype(str)
    return {str(s): int(n) for s, n in zip(names, found["label"].to_numpy(), strict=True)}


class TestRhythm:
    def test_median_over_weeks_by_hand(self) -> None:
        # Monday 09:00 sees 10, 30, 20, 1000 and 40: the median is 30.
        cube = town({"a": np.ones(168)}, weeks=5, noise=0)
        for week, value in enumerate([10, 30, 20, 1000, 40]):
            cube["value"][0, week * 168 + 9] = value
        found = rhythms(cube, calendar=None, min_weeks=5)
        assert found["rhythm"][0, 9] == 30
        assert found["rhythm"][0, 10] == 1
        assert float(found["volume"][0]) == 167 + 30
        np.testing.assert_allclose(found["share"][0, 9], 30 / 197, rtol=1e-12)

    def test_only_trusted_cells_count(self) -> None:
        cube = town({"a": np.ones(168)}, weeks=3, noise=0)
        cube["value"][0, 9] = 500
        cube["quality"][0, 9] = cubes.Quality.SUSPECT
        found = rhythms(cube, calendar=None, min_weeks=1)
        assert found["rhythm"][0, 9] == 1
        assert found["valid_weeks"][0, 9] == 2

    def test_hours_are_local_and_the_week_starts_on_monday_midnight(self) -> None:
        # Sunday 23:00 UTC is Monday 00:00 in Paris in winter.
        index = pd.date_range("2024-01-07 23:00", periods=3 * 168, freq="h", tz="UTC")
        frame = pd.DataFrame({"a": np.tile(np.arange(1.0, 169), 3)}, index=index)
        cube = cubes.build(frame, timezone=PARIS, step="1h")
        found = rhythms(cube, calendar=None, min_weeks=3)
        np.testing.assert_array_equal(found["rhythm"][0], np.arange(1.0, 169))
        assert found.attrs["first_week"] == "2024-01-08"

    def test_both_clock_changes(self) -> None:
        # Sunday 27 October 2024 has 02:00 twice, Sunday 31 March has none.
        index = pd.date_range("2024-10-20 22:00", "2024-10-27 22:00", freq="h", tz="UTC")
        frame = pd.DataFrame({"a": 10.0}, index=index)
        frame.loc["2024-10-27 00:00+00:00"] = 4.0
        frame.loc["2024-10-27 01:00+00:00"] = 8.0
        autumn = rhythms(cubes.build(frame, timezone=PARIS, step="1h"), calendar=None, min_weeks=1)
        assert autumn["rhythm"][0, 6 * 24 + 2] == 6
        index = pd.date_range("2024-03-24 23:00", "2024-03-31 21:00", freq="h", tz="UTC")
        cube = cubes.build(pd.DataFrame({"a": 10.0}, index=index), timezone=PARIS, step="1h")
        spring = rhythms(cube, calendar=None, min_weeks=1)
        assert spring["valid_weeks"][0, 6 * 24 + 2] == 0
        assert list(spring["note"].to_numpy()) == ["données insuffisantes"]

    def test_holidays_and_incidents_are_left_out(self) -> None:
        closure = {
            "id": "c1", "type": "closure", "title": "Rue fermée", "start": "2024-01-09",
            "end": "2024-01-10", "places": [], "sensors": ["a"], "known_since": "2024-01-01",
        }  # fmt: skip
        cube = town({"a": np.ones(168), "b": np.ones(168)}, weeks=3, country="FR", events=[closure])
        found = rhythms(cube, min_weeks=1)
        monday, tuesday = found["valid_weeks"][:, 5], found["valid_weeks"][:, 24 + 5]
        assert monday.to_numpy().tolist() == [2, 2]  # New Year's Day
        assert tuesday.to_numpy().tolist() == [2, 3]  # the closure of one sensor
        plain = rhythms(cube, calendar=None, min_weeks=1)
        assert int(plain["valid_weeks"].min()) == 3

    def test_quarters_of_an_hour_add_up_only_when_complete(self) -> None:
        index = pd.date_range("2024-01-01", periods=2 * 168 * 4, freq="15min", tz="UTC")
        frame = pd.DataFrame({"a": 3.0, "b": 3.0}, index=index)
        frame.iloc[5, 1] = np.nan
        cube = cubes.build(frame, timezone="Asia/Kolkata", step="15min")  # UTC+05:30
        found = rhythms(cube, calendar=None, min_weeks=1)
        assert np.unique(found["rhythm"]).tolist() == [12]
        assert int((found["valid_weeks"][0] - found["valid_weeks"][1]).sum()) == 1

    def test_levels_average_and_decibels_have_no_share(self) -> None:
        index = pd.date_range("2024-01-01", periods=168 * 2, freq="30min", tz="UTC")
        frame = pd.DataFrame({"noise": [50.0, 60.0] * 168, "park": [0.2, 0.4] * 168}, index=index)
        kinds = pd.DataFrame({"kind": ["noise", "parking"]}, index=["noise", "park"])
        cube = cubes.build(frame, timezone="UTC", step="30min", sensors=kinds)
        found = rhythms(cube, calendar=None, min_weeks=1)
        # 10·log10((10^5 + 10^6) / 2) = 57.4036
        np.testing.assert_allclose(found["rhythm"][0], 57.403627, atol=1e-5)
        np.testing.assert_allclose(found["rhythm"][1], 0.3, atol=1e-7)
        assert found["note"].to_numpy().tolist() == ["grandeur qui ne se partage pas", ""]
        assert np.isnan(found["share"][0].to_numpy()).all()

    def test_daily_cube_has_a_week_of_seven_days(self) -> None:
        days = pd.date_range("2024-01-01", periods=21, freq="D").tz_localize(PARIS)
        frame = pd.DataFrame({"a": np.tile([1.0, 2, 3, 4, 5, 6, 7], 3)}, index=days)
        cube = cubes.build(frame, timezone=PARIS, step="1D")
        found = rhythms(cube, calendar=None, min_weeks=3)
        assert found["hour_of_week"].to_numpy().tolist() == [0, 24, 48, 72, 96, 120, 144]
        assert found["rhythm"][0].to_numpy().tolist() == [1, 2, 3, 4, 5, 6, 7]

    def test_until_and_weeks_choose_the_window(self) -> None:
        cube = town({"a": np.ones(168)}, weeks=10)
        found = rhythms(cube, calendar=None, weeks=2, until="2024-02-05", min_weeks=1)
        assert (found.attrs["first_week"], found.attrs["last_week"]) == ("2024-01-22", "2024-01-29")

    def test_steps_that_make_no_week(self) -> None:
        index = pd.date_range("2024-01-01", periods=100, freq="2h", tz="UTC")
        cube = cubes.build(pd.DataFrame({"a": 1.0}, index=index), timezone="UTC", step="2h")
        with pytest.raises(CubeError, match="one hour, a part of it, or one day; found 0 days 02"):
            rhythms(cube, calendar=None)

    def test_nothing_trusted(self) -> None:
        cube = town({"a": np.ones(168)}, weeks=1)
        cube["quality"][:] = cubes.Quality.SUSPECT
        with pytest.raises(NotEnoughDataError, match="no trusted measure"):
            rhythms(cube, calendar=None)


class TestGroups:
    def test_three_kinds_of_places_are_found_and_named(self) -> None:
        found = cluster(three_kinds(), **FAST)
        assert (found.attrs["k"], found.attrs["agreed"]) == (3, 1)
        labels = labels_of(found)
        for letter in "ons":
            assert len({labels[f"{letter}{i}"] for i in range(4)}) == 1
        name = dict(zip(found["group"].to_numpy(), found["group_name"].to_numpy(), strict=True))
        assert name[labels["s0"]] == "commerces du samedi"
        assert name[labels["o0"]] == "bureaux"
        assert name[labels["n0"]] in {"vie nocturne", "soirées"}
        assert (found["stability"] > 0.99).all()
        assert found["stability_words"].to_numpy().tolist() == ["très stable"] * 3
        np.testing.assert_allclose(found["share"].sum("hour_of_week"), 1, rtol=1e-12)

    def test_a_lone_outlier_is_not_a_group(self) -> None:
        cube = three_kinds()
        odd = np.where(CLOCK == 3, 500.0, 1.0)
        late = town({"zz": odd})
        found = cluster(xr.concat([cube, late], "sensor", data_vars="minimal"), k=3, **FAST)
        assert labels_of(found)["zz"] == OUTLIER
        assert found["outlier"].to_numpy().sum() == 1
        assert found["group_size"].to_numpy().tolist() == [4, 4, 4]
        assert int(found["nearest"].sel(sensor="zz")) >= 0

    def test_a_sensor_between_two_groups_says_so(self) -> None:
        rng = np.random.default_rng(5)
        tilts = np.exp(0.3 * rng.standard_normal((6, 168)))
        profiles = {f"{'on'[i % 2]}{i}": (OFFICE, NIGHT)[i % 2] * tilts[i] for i in range(6)}
        half = (np.sqrt(OFFICE / OFFICE.sum()) + np.sqrt(NIGHT / NIGHT.sum())) ** 2
        found = cluster(town(profiles | {"x": half / half.sum() * 1e4}), k=2, **FAST)
        own = int(found["label"].sel(sensor="x"))
        assert int(found["between"].sel(sensor="x")) == 1 - own
        assert int(found["between"].sel(sensor="o0")) == -1
        share = found["membership"].sel(sensor="x").to_numpy()
        np.testing.assert_allclose(share, [0.5, 0.5], atol=0.1)
        np.testing.assert_allclose(found["membership"].sum("group"), 1, atol=1e-5)

    def test_noise_alone_makes_one_group_and_says_so(self) -> None:
        found = cluster(town({f"a{i}": OFFICE for i in range(8)}, noise=0.3), **FAST)
        assert found.attrs["k"] == 1
        assert found.attrs["statement"].startswith("Un seul groupe")
        assert set(labels_of(found).values()) == {0}

    def test_fewer_than_three_usable_sensors(self) -> None:
        cube = town({"a": OFFICE, "b": NIGHT, "c": np.zeros(168)})
        for k in (None, 2):
            found = cluster(cube, k=k, **FAST)
            assert labels_of(found) == {"a": 0, "b": 0, "c": UNUSABLE}
            assert found["note"].to_numpy().tolist() == ["", "", "aucun passage"]
            assert found.attrs["statement"].startswith(
                f"Pas de regroupement{N}: 2{N}profils utilisables"
            )

    def test_three_sensors_are_one_group(self) -> None:
        found = cluster(town({"a": OFFICE, "b": NIGHT, "c": OFFICE}), **FAST)
        assert set(labels_of(found).values()) == {0}
        expected = f"Un seul groupe{N}: 3{N}profils ne font pas deux groupes de deux."
        assert found.attrs["statement"] == expected

    def test_a_month_of_data(self) -> None:
        found = cluster(town({f"a{i}": OFFICE for i in range(5)}, weeks=4), **FAST)
        assert set(labels_of(found).values()) == {UNUSABLE}
        assert found.attrs["statement"].startswith(
            f"Pas de regroupement{N}: 0{N}profil utilisable,"
        )

    def test_a_place_dead_all_year_is_set_aside(self) -> None:
        cube = three_kinds()
        cube["value"][0], cube["quality"][0] = 0, cubes.Quality.SUSPECT
        found = cluster(cube, **FAST)
        assert (int(found["label"][0]), str(found["note"].to_numpy()[0])) == (
            UNUSABLE,
            "données insuffisantes",
        )
        assert np.isnan(found["membership"][0].to_numpy()).all()
        assert found.attrs["k"] == 3

    def test_one_week_of_one_sensor(self, tmp_path: Path) -> None:
        found = cluster(town({"a": OFFICE}, weeks=1), **FAST)
        assert writers.netcdf(tmp_path / "empty.nc", found, {}).is_file()
        assert labels_of(found) == {"a": UNUSABLE}
        assert found["note"].to_numpy().tolist() == ["données insuffisantes"]
        assert found.sizes["group"] == 0

    def test_a_short_sensor_is_set_aside(self) -> None:
        cube = three_kinds()
        cube["value"][0, :-500] = np.nan
        cube["quality"][0, :-500] = cubes.Quality.MISSING
        found = cluster(cube, **FAST)
        assert int(found["label"][0]) == UNUSABLE
        assert found.attrs["k"] == 3

    def test_earlier_years_are_checked_where_they_exist(self) -> None:
        found = cluster(three_kinds(), weeks=10, **FAST)
        assert found["year_rand"].to_numpy().tolist() == [1.0, 1.0]
        assert float(found["check_years"].sel(k=3)) == 1
        assert np.isnan(cluster(three_kinds(), **FAST)["check_years"].to_numpy()).all()

    def test_impossible_numbers(self) -> None:
        with pytest.raises(
            NotEnoughDataError, match="7 groups of two or more cannot be made of 12"
        ):
            cluster(three_kinds(), k=7, **FAST)
        with pytest.raises(ConfigError, match="found k=0"):
            cluster(three_kinds(), k=0, **FAST)
        with pytest.raises(ConfigError, match="bootstraps: found 0, expected 1 or more"):
            cluster(three_kinds(), bootstraps=0)

    def test_same_bytes_twice(self, tmp_path: Path) -> None:
        first, second = cluster(three_kinds(), **FAST), cluster(three_kinds(), **FAST)
        one = writers.netcdf(tmp_path / "a.nc", first, {}).read_bytes()
        assert one == writers.netcdf(tmp_path / "b.nc", second, {}).read_bytes()

    @settings(max_examples=8, deadline=None)
    @given(st.permutations(range(12)), st.sampled_from([2.0, 3.0, 10.0]))
    def test_neither_order_nor_scale_matters(self, order: list[int], factor: float) -> None:
        cube = three_kinds()
        base = cluster(cube, k=3, **FAST)
        shuffled = cube.isel(sensor=order)
        shuffled["value"] = shuffled["value"] * np.float32(factor)
        again = cluster(shuffled, k=3, **FAST)
        assert labels_of(again) == labels_of(base)
        assert again["group_name"].to_numpy().tolist() == base["group_name"].to_numpy().tolist()
        np.testing.assert_allclose(again["stability"], base["stability"], rtol=1e-12)


class TestTables:
    def test_chinatown_weekdays_and_weekends(self, shared_data: Callable[[str], Path]) -> None:
        folder = shared_data("ucr_chinatown")
        for parts, draws in ((("TRAIN", "TEST"), 100), (("TEST",), 3)):
            files = [folder / f"Chinatown_{part}.tsv" for part in parts]
            table = pd.concat(
                [pd.read_csv(f, sep="\t", header=None) for f in files], ignore_index=True
            )
            found = group_table(table.iloc[:, 1:], k=2, bootstraps=draws)
            score = _stability.rand_index(table[0].to_numpy(), found["label"].to_numpy())
            assert score >= 0.90
            assert int(found["filled"].sum()) == 2  # the file holds two values of -1

    def test_rows_that_cannot_be_placed(self) -> None:
        table = pd.DataFrame([OFFICE, OFFICE, NIGHT, NIGHT, OFFICE * 0], index=list("abcde"))
        table.iloc[1, 3] = np.nan
        table.iloc[3, :30] = -1
        found = group_table(pd.concat([table, table.iloc[[2]]]), k=2, bootstraps=5)
        assert found["label"].to_numpy().tolist()[3:5] == [UNUSABLE, UNUSABLE]
        assert found["filled"].to_numpy().tolist() == [0, 1, 0, 0, 0, 0]
        assert found["label"].to_numpy()[0] == found["label"].to_numpy()[1]

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 10_000))
    def test_order_of_rows_does_not_matter(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(rng.integers(0, 50, (12, 24)) + np.eye(12, 24) * 100)
        order = rng.permutation(12)
        one = group_table(table, k=2, bootstraps=3)["label"].to_numpy()
        two = group_table(table.iloc[order], k=2, bootstraps=3)["label"].to_numpy()
        np.testing.assert_array_equal(one[order], two)

    def test_tables_that_are_none(self) -> None:
        with pytest.raises(ConfigError, match="numbers only"):
            group_table(pd.DataFrame([["a", "b"]]))
        with pytest.raises(ConfigError, match="at least one row"):
            group_table(pd.DataFrame())


class TestParts:
    def test_hellinger_by_hand(self) -> None:
        out = _ward.normalise(np.array([[1.0, 3.0], [4.0, 0.0]]))
        np.testing.assert_allclose(out, [[0.5, 0.866025404], [1, 0]], atol=1e-9)
        with pytest.raises(ConfigError, match="unknown normalisation 'x'"):
            _ward.normalise(np.ones((1, 2)), "x")  # type: ignore[arg-type]

    def test_cut_steps_over_singletons(self) -> None:
        points = np.array([[0.0], [0.1], [5.0], [5.1], [100.0]])
        labels = _ward.cut(_ward.tree(points), 2)
        assert labels[0] == labels[1] != labels[2] == labels[3]
        np.testing.assert_array_equal(_ward.lone(labels), [False] * 4 + [True])
        np.testing.assert_array_equal(_ward.canonical(labels, points), [0, 0, 1, 1, OUTLIER])

    def test_settle_moves_a_row_to_its_nearest_centre(self) -> None:
        points = np.array([[0.0], [1.0], [4.0], [5.0], [6.0]])
        out = _ward.settle(points, np.array([1, 1, 1, 2, 2]))
        np.testing.assert_array_equal(out, [1, 1, 2, 2, 2])
        kept = _ward.settle(points, np.array([1, 1, 3, 2, 2]))  # alone stays alone
        np.testing.assert_array_equal(kept, [1, 1, 3, 2, 2])

    def test_rand_index_and_jaccard_by_hand(self) -> None:
        # Hubert and Arabie: pairs together in both 2, in the first 6, in the second 3, of 15:
        # expected 6·3/15 = 1.2, index (2 − 1.2) / (4.5 − 1.2).
        one, two = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2])
        assert _stability.rand_index(one, two) == pytest.approx((2 - 1.2) / (4.5 - 1.2))
        assert _stability.jaccard(one == 0, two) == (2 / 3, 0)

    def test_stability_is_the_mean_jaccard_of_draws(self) -> None:
        points = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]])
        rows = np.arange(5)
        moved = np.array([[0.0], [0.1], [9.2], [9.0], [9.1]])
        base = {2: np.array([0, 0, 0, 1, 1])}
        out = _stability.agreement(base, [(rows, points), (rows, moved)])
        # second draw: {0, 1} against {0, 1, 2} is 2/3; {2, 3, 4} against {3, 4} is 2/3
        np.testing.assert_allclose(out.stability(2, 2), [5 / 6, 5 / 6])
        np.testing.assert_allclose(out.kept[2], [1, 1, 0.5, 1, 1])

    def test_silhouettes_agree_with_sklearn(self) -> None:
        from sklearn.metrics import silhouette_samples

        points = np.random.default_rng(0).normal(size=(12, 3))
        labels = np.array([0, 1, 2] * 4)
        ours, _ = _stability.silhouettes(points, labels)
        np.testing.assert_allclose(ours, silhouette_samples(points, labels), rtol=1e-9)

    def test_all_checks_must_agree_and_the_weakest_decides(self) -> None:
        gap = np.nan
        checks = {
            "weeks": np.array([0.91, 0.88, 0.80, gap]),
            "years": np.array([0.70, gap, 1.00, gap]),
        }
        limits = {"weeks": 0.85, "years": 0.60}
        assert _stability.agreed(checks, limits) == [True, True, False, False]
        # (0.70 - 0.60) / 0.40; (0.88 - 0.85) / 0.15; (0.80 - 0.85) / 0.15
        expected = [0.25, 0.2, -0.333333, gap]
        np.testing.assert_allclose(_stability.margins(checks, limits), expected, atol=1e-9)

    def test_names_by_hand(self) -> None:
        # Hours 23 and 0-4 are 6 of 24: a quarter of flat hours, half of the owl's.
        flat = np.full(168, 1 / 168)
        night = np.isin(CLOCK, [23, 0, 1, 2, 3, 4])
        owl = np.where(night, 0.5 / night.sum(), 0.5 / (~night).sum())
        out = _names.name_groups(np.stack([owl, flat]), flat, FRENCH)
        assert out.names == ["vie nocturne", "rythme moyen"]
        assert out.evidence[0] == f"part de nuit (23{N}h - 5{N}h){N}: 2,0 fois la moyenne"
        assert out.contrast[1] == ""
        near = _names.name_groups(np.stack([1.123 * night + ~night]) / 168, flat, FRENCH)
        assert near.evidence == [f"part de nuit (23{N}h - 5{N}h){N}: 1,12 fois la moyenne"]

    def test_gates_of_a_school_and_homeward_hours(self) -> None:
        flat = np.ones(168)
        work, school = DAY < 5, np.isin(DAY, [0, 1, 3, 4])
        gate = np.where(school & np.isin(CLOCK, [8, 16]), 8.0, 1.0)
        home = np.where(work & (CLOCK >= 16) & (CLOCK < 20), 3.0, 1.0)
        desk = np.where(work & (CLOCK >= 6) & (CLOCK < 10), 6.0, 1.0)
        weeks = np.stack([p / p.sum() for p in (gate, home, desk)])
        out = _names.name_groups(weeks, flat / 168, FRENCH)
        assert out.names == ["entrées d’école", "retours du soir", "bureaux"]
        # 8 of 168 hours; 64 of 64 + 160 passages: (64 / 224) / (8 / 168) = 6
        assert out.evidence[0] == f"part de 8{N}h et 16{N}h, hors mercredi{N}: 6,0 fois la moyenne"

    def test_two_groups_never_share_a_name(self) -> None:
        flat = np.full(168, 1 / 168)
        out = _names.name_groups(np.stack([flat, flat]), flat, FRENCH)
        assert out.names == ["rythme moyen (1)", "rythme moyen (2)"]
        odd = _names.name_groups(np.full((2, 5), 0.2), np.full(5, 0.2), FRENCH)
        assert odd.names == ["groupe 1", "groupe 2"]

    def test_both_days_of_the_weekend_are_said_together(self) -> None:
        flat = np.full(168, 1 / 168)
        busy = np.where((DAY > 4) & (CLOCK >= 10) & (CLOCK < 18), 3.0, 1.0)
        out = _names.name_groups((busy / busy.sum())[None], flat, FRENCH)
        assert out.names == ["sorties du week-end"]


def test_attributes_are_plain(tmp_path: Path) -> None:
    found = cluster(three_kinds(), **FAST)
    writers.netcdf(tmp_path / "a.nc", found, {})
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as again:
        assert again.attrs["k"] == 3
        assert again["group_name"].to_numpy().tolist() == found["group_name"].to_numpy().tolist()
    json.dumps(writers.plain(dict(found.attrs)))
