"""Rows among groups that are known: mixtures, nearest centres, places among sensors."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from _rhythms import CLOCK, NIGHT, OFFICE, SATURDAY, three_kinds, town
from mining.activity import OUTLIER, UNUSABLE, _placing, assign, cluster
from mining.errors import ConfigError, NotEnoughDataError

FAST = {"bootstraps": 5, "calendar": None}
NUMBERS = st.floats(-5, 5, allow_nan=False).map(lambda v: round(v, 3))


@pytest.fixture(scope="module")
def groups() -> xr.Dataset:
    """Offices, nights and Saturdays."""
    return cluster(three_kinds(), **FAST)


def group_of(groups: xr.Dataset, sensor: str) -> int:
    return int(groups["label"].sel(sensor=sensor))


class TestMixture:
    def test_by_hand(self) -> None:
        corners = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
        inside = _placing.mixture(np.array([1.0, 2.0]), corners)
        np.testing.assert_allclose(inside, [0.25, 0.25, 0.5], atol=1e-6)
        # (3, 3) is outside: its nearest point of the far side is (2, 2)
        outside = _placing.mixture(np.array([3.0, 3.0]), corners)
        np.testing.assert_allclose(outside, [0, 0.5, 0.5], atol=1e-5)

    @settings(max_examples=50, deadline=None)
    @given(arrays("float64", 4, elements=NUMBERS), arrays("float64", (3, 4), elements=NUMBERS))
    def test_shares_sum_to_one_and_beat_every_corner(
        self, row: np.ndarray, centres: np.ndarray
    ) -> None:
        share = _placing.mixture(row, centres)
        assert (share >= 0).all()
        assert share.sum() == pytest.approx(1, abs=1e-5)
        reached = np.linalg.norm(share @ centres - row)
        corners = np.linalg.norm(centres - row, axis=1)
        assert reached <= corners.min() + 1e-3

    def test_a_row_does_not_speak_for_itself(self) -> None:
        points = np.array([[0.0], [1.0], [5.0], [6.0]])
        share = _placing.memberships(points, np.array([0, 0, 1, 1]), 2)
        # row 1: without it the centres are 0 and 5.5
        np.testing.assert_allclose(share[1], [1 - 1 / 5.5, 1 / 5.5], atol=1e-5)

    def test_far_rows_are_apart(self) -> None:
        centres, radius = np.array([[0.0], [10.0]]), np.array([1.0, 2.0])
        points = np.array([[-1.4], [-1.6], [4.0], [12.9], [13.1]])  # 4 is a mixture of both
        labels = _placing.placed(points, centres, radius)
        assert labels.tolist() == [0, OUTLIER, 0, 1, OUTLIER]


class TestAssign:
    def test_places_come_to_the_group_they_live_like(self, groups: xr.Dataset) -> None:
        half = OFFICE / OFFICE.sum() + NIGHT / NIGHT.sum()
        places = town({"office": OFFICE, "saturday": 2 * SATURDAY, "both": 1e4 * half})
        found = assign(places, groups, **FAST)
        label = found["label"].sel(sensor=["office", "saturday"]).to_numpy().tolist()
        assert label == [group_of(groups, "o0"), group_of(groups, "s0")]
        both = found.sel(sensor="both")
        pair = {int(both["label"]), int(both["between"])}
        assert pair == {group_of(groups, "o0"), group_of(groups, "n0")}
        assert found["membership"].sel(sensor="office").max() > 0.9
        assert found["group_name"].to_numpy().tolist() == groups["group_name"].to_numpy().tolist()
        assert found["kept"].sel(sensor="office") == 1

    def test_far_dead_and_unlike(self, groups: xr.Dataset) -> None:
        places = town({"owl": np.where(CLOCK == 3, 500.0, 1.0), "dead": np.zeros(168)})
        found = assign(places, groups, **FAST)
        assert found["label"].to_numpy().tolist() == [UNUSABLE, OUTLIER]  # dead, owl
        assert found["group_size"].to_numpy().tolist() == [0, 0, 0]

    def test_earlier_years(self, groups: xr.Dataset) -> None:
        found = assign(three_kinds(), groups, weeks=10, **FAST)
        assert found["year_rand"].to_numpy().tolist() == [1.0, 1.0]
        assert found["same_years"].to_numpy().tolist() == [1.0] * 12
        assert found["label"].to_numpy().tolist() == groups["label"].to_numpy().tolist()
        assert found.attrs["statement"] == (
            "12\u00a0lieux placés dans les 3\u00a0groupes des capteurs\u202f; "
            "12\u00a0y étaient déjà chaque année connue."
        )

    @settings(max_examples=5, deadline=None)
    @given(st.permutations(range(12)), st.sampled_from([0.5, 3.0, 10.0]))
    def test_neither_order_nor_scale_matters(self, order: list[int], factor: float) -> None:
        cube = three_kinds()
        groups = cluster(cube, k=3, **FAST)
        moved = cube.isel(sensor=order)
        moved["value"] = moved["value"] * np.float32(factor)
        one, two = (assign(c, groups, **FAST)["label"].to_series() for c in (cube, moved))
        assert one.to_dict() == two.to_dict()

    def test_what_are_no_groups(self, groups: xr.Dataset) -> None:
        cube = three_kinds()
        with pytest.raises(ConfigError, match="expected what mining"):
            assign(cube, cube, **FAST)
        with pytest.raises(ConfigError, match="weeks have 7 steps, those of the cube have 168"):
            assign(cube, groups.isel(hour_of_week=slice(7)), **FAST)
        empty = cluster(town({"a": OFFICE}, weeks=1), **FAST)
        with pytest.raises(NotEnoughDataError, match="there is none"):
            assign(cube, empty, **FAST)
