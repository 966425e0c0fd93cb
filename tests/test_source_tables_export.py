"""What survives reading and writing of tables, and the national schema."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _tables import HOURS, NAN, long
from mining.cube import Quality, Reason
from mining.errors import CubeError
from mining.sources import tables
from mining.sources.tables import from_national, from_table, to_national

# --- invariants -----------------------------------------------------------------------------------


@st.composite
def tables_of_counts(draw):
    """Draw a long table with holes and duplicates around the autumn change, aware times."""
    start = pd.Timestamp("2024-10-26T20:00", tz="UTC")
    count = st.one_of(st.none(), st.integers(-2, 50))
    row = st.tuples(st.sampled_from(["a", "b", "ç"]), st.integers(0, 30), count)
    rows = draw(st.lists(row, min_size=1, max_size=40))
    frame = pd.DataFrame(
        {
            "sensor": [r[0] for r in rows],
            "time": [(start + pd.Timedelta(hours=r[1])).tz_convert("Europe/Paris") for r in rows],
            "value": [NAN if r[2] is None else float(r[2]) for r in rows],
        }
    )
    # A complete empty sensor, so that the step is always an hour.
    times = pd.date_range(start, periods=31, freq="h").tz_convert("Europe/Paris")
    empty = pd.DataFrame({"sensor": "z", "time": times, "value": NAN})
    return pd.concat([frame, empty], ignore_index=True)


@pytest.mark.parametrize("values", [[0.0, -1.0], [-1.0, 0.0], [2e6, 3.0], [3.0, 2e6]])
def test_contradicting_rows_are_a_conflict_whichever_comes_first(values):
    times = ["2024-01-01 00:00", "2024-01-01 00:00", "2024-01-01 01:00"]
    table = pd.DataFrame({"sensor": "a", "time": times, "value": [*values, 5.0]})
    cube = from_table(table, timezone="UTC", step="1h")
    counted = cube["repairs"].to_pandas().loc["a"]
    assert counted[counted > 0].to_dict() == {"conflicting_duplicate": 1}
    assert cube["reason"].to_numpy()[0, 0] == Reason.CONFLICT


@settings(max_examples=40, deadline=None)
@given(tables_of_counts(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_matter(table, random):
    one = from_table(table, timezone="Europe/Paris", step="1h")
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order][["value", "time", "sensor"]]
    other = from_table(shuffled, timezone="Europe/Paris", step="1h")
    ordered = [r for r in tables.REPAIRS if r != "unsorted"]
    assert one.sel(repair=ordered).identical(other.sel(repair=ordered))


@settings(max_examples=40, deadline=None)
@given(tables_of_counts())
def test_totals_survive(table):
    cube = from_table(table, timezone="Europe/Paris", step="1h", duplicates="sum")
    cells = table.groupby(["sensor", "time"])["value"]
    broken = cells.apply(lambda v: bool(v.isna().any() or (v < 0).any()))
    assert float(cube["value"].sum()) == cells.sum()[~broken].sum()
    again = from_table(table, timezone="Europe/Paris", step="1h")
    surplus = again["repairs"].sel(repair=["exact_duplicate", "conflicting_duplicate"])
    assert int(surplus.sum()) == int(table.duplicated(["sensor", "time"]).sum())


@settings(max_examples=25, deadline=None)
@given(tables_of_counts())
def test_export_and_import_are_inverse(table):
    cube = from_table(table, timezone="Europe/Paris", step="1h")
    again = from_national(**to_national(cube), timezone="Europe/Paris")
    np.testing.assert_array_equal(cube["value"], again["value"])
    assert int(again["repairs"].sum()) == 0
    assert again.identical(from_national(**to_national(again), timezone="Europe/Paris"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_a_naive_local_series_in_order_equals_the_aware_one(start, counts):
    aware = pd.date_range("2024-10-26T21:00", periods=8, freq="h", tz="UTC")
    local = aware.tz_convert("Europe/Paris")[start:]
    one = from_table(long(local, counts[start:]), timezone="Europe/Paris")
    naive = long(local.tz_localize(None), counts[start:])
    assert one.identical(from_table(naive, timezone="Europe/Paris"))


# --- export ---------------------------------------------------------------------------------------


def test_to_national_by_hand():
    sensors = pd.DataFrame(
        {
            "name": ["Vers la gare", "Pont"],
            "site": ["S1", ""],
            "place": ["Rue Verte", ""],
            "kind": ["bicycle", "pedestrian"],
            "direction": ["NE", "IN"],
            "latitude": [47.5, NAN],
            "longitude": [6.8, NAN],
            "installed": ["2020-01-01T00:00:00+01:00", ""],
        },
        index=["c2", "c1"],
    )
    times = pd.DatetimeIndex(["2024-03-31 00:00", "2024-03-31 01:00"])
    wide = pd.DataFrame({"c1": [1, NAN], "c2": [0, 3]}, index=times)
    cube = from_table(wide, timezone="Europe/Paris", step="1h", sensors=sensors)
    out = to_national(cube)
    assert out["sites"]["site_id"].tolist() == ["S1", "c1"]
    assert out["sites"].loc[0, ["site_name", "xlong", "ylat"]].tolist() == ["Rue Verte", 6.8, 47.5]
    channels = out["channels"].set_index("channel_id")
    assert channels.loc["c2", "mobility_type"] == "BIKE"
    assert channels.loc["c2", "direction"] == "NE"
    assert channels.loc["c1", ["direction", "provider_direction_code"]].tolist() == ["", "IN"]
    assert channels.loc["c1", "started_at"] == "2024-03-31T00:00:00+01:00"
    assert channels["time_step"].tolist() == [3600, 3600]
    measures = out["measures"]
    assert measures["start_datetime"].tolist()[:2] == [
        "2024-03-31T00:00:00+01:00",
        "2024-03-31T01:00:00+01:00",
    ]
    assert measures["end_datetime"][1] == "2024-03-31T03:00:00+02:00"
    assert measures["count"].fillna(-1).tolist() == [1, -1, 0, 3]
    again = from_national(**out, timezone="Europe/Paris")
    assert again["direction"].to_numpy().tolist() == ["IN", "NE"]
    assert again["kind"].to_numpy().tolist() == ["pedestrian", "bicycle"]


def test_daily_export_ends_at_the_next_local_midnight():
    days = long(["2024-03-30", "2024-03-31", "2024-04-01"], [1, 2, 3])
    cube = from_table(days, timezone="Europe/Paris")
    measures = to_national(cube)["measures"]
    assert measures["start_datetime"][1] == "2024-03-31T00:00:00+01:00"
    assert measures["end_datetime"][1] == "2024-04-01T00:00:00+02:00"
    again = from_national(**to_national(cube), timezone="Europe/Paris")
    np.testing.assert_array_equal(cube["value"], again["value"])


def test_imputed_cells_are_not_exported_as_counts():
    cube = from_table(long(HOURS[:2], [1, 2]), timezone="UTC", step="1h")
    cube["quality"][0, 1] = Quality.IMPUTED
    assert to_national(cube)["measures"]["count"].isna().tolist() == [False, True]


def test_noise_has_no_place_in_the_national_schema():
    cube = from_table(long(HOURS[:2], [1, 2]), timezone="UTC", step="1h", kind="noise")
    with pytest.raises(CubeError, match="sensor 'a' is of kind 'noise', which the national"):
        to_national(cube)
