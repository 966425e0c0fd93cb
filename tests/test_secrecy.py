"""Secrecy holds against who subtracts tables and who solves for the hidden cells."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from mining import secrecy
from mining.errors import ConfigError
from mining.secrecy import Relation

Relations = dict[str, list[Relation]]


def with_totals(inner: np.ndarray) -> tuple[pd.DataFrame, Relations]:
    """Return a table with its row and column of totals, and what adds up to what."""
    rows = [f"r{i}" for i in range(inner.shape[0])]
    columns = [f"c{i}" for i in range(inner.shape[1])]
    table = pd.DataFrame(inner, rows, columns)
    table.loc["all"] = table.sum()
    table["sum"] = table.sum(axis=1)
    return table, {"rows": [("all", rows)], "columns": [("sum", columns)]}


def reach(shown: pd.DataFrame, row: str, column: str) -> tuple[float, float]:
    """An attacker of our own: the inner cells are unknown, every figure shown is an equation."""
    inner = shown.iloc[:-1, :-1]
    height, width = inner.shape
    equations, right = [], []
    for r, c in itertools.product(range(height + 1), range(width + 1)):
        if np.isnan(shown.iloc[r, c]):
            continue
        mark = np.zeros((height, width))
        mark[r if r < height else slice(None), c if c < width else slice(None)] = 1
        equations.append(mark.ravel())
        right.append(shown.iloc[r, c])
    aim = np.zeros((height, width))
    r, c = shown.index.get_loc(row), shown.columns.get_loc(column)
    aim[r if r < height else slice(None), c if c < width else slice(None)] = 1
    ends = []
    for sign in (1, -1):
        left = np.array(equations) if equations else None
        done = linprog(sign * aim.ravel(), A_eq=left, b_eq=right or None, bounds=(0, None))
        ends.append(-sign * np.inf if done.status == 3 else sign * done.fun)
    return ends[0], ends[1]


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.int64, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(0, 9))
)
def test_no_cell_of_one_or_two_can_be_worked_out(inner: np.ndarray) -> None:
    table, known = with_totals(inner)
    shown = secrecy.protect(table, **known).counts
    for row, column in itertools.product(table.index, table.columns):
        count = table.loc[row, column]
        if 0 < count < 3:
            low, high = reach(shown, row, column)
            assert np.isnan(shown.loc[row, column])
            assert low <= count - 1 + 1e-6
            assert high >= 3 - 1e-6
        elif count == 0:
            assert shown.loc[row, column] == 0
    agrees = shown.isna() | (shown == table)
    assert agrees.to_numpy().all()


def test_every_whole_number_table_that_agrees_with_what_is_shown() -> None:
    # By enumeration, without any linear programming: the attacker tries all tables of 0 to 8.
    table, known = with_totals(np.array([[1, 4, 3], [5, 2, 6]]))
    shown = secrecy.protect(table, **known).counts
    inner = np.indices((9,) * 6).reshape(2, 3, -1)
    down = np.concatenate([inner, inner.sum(axis=0, keepdims=True)])
    every = np.concatenate([down, down.sum(axis=1, keepdims=True)], axis=1)
    seen = shown.to_numpy()[:, :, None]
    agree = every[:, :, (np.isnan(seen) | (seen == every)).all(axis=(0, 1))]
    one, two = agree[0, 0], agree[1, 1]
    assert (one.min(), two.min() <= 1) == (0, True)
    assert min(one.max(), two.max()) >= 3


def test_worked_example() -> None:
    # 2 bars in the south: hidden. 7 - 5 would give them back: the north is hidden. The sums stay,
    # so a shop column untouched would still be told row by row; it has no sum by row here.
    table = pd.DataFrame({"bars": [5, 2, 7], "shops": [9, 8, 17]}, ["north", "south", "all"])
    shown = secrecy.protect(table, rows=[("all", ["north", "south"])])
    assert shown.counts["bars"].isna().tolist() == [True, True, False]
    assert shown.counts["shops"].tolist() == [9, 8, 17]
    assert shown.amounts is None
    assert shown.hidden.to_numpy().sum() == 2
    told = secrecy.bounds(shown.counts, rows=[("all", ["north", "south"])])
    assert told[["low", "high"]].to_numpy().tolist() == [[0, 7], [0, 7]]


def test_a_lonely_cell_takes_its_totals_along() -> None:
    table, known = with_totals(np.array([[1, 0], [0, 0]]))
    shown = secrecy.protect(table, **known).counts
    assert shown.isna().to_numpy().sum() == 4  # the cell, its row, its column, the grand total
    assert (shown.to_numpy()[~shown.isna().to_numpy()] == 0).all()


def test_a_circle_inside_a_circle_is_not_given_away_by_subtraction() -> None:
    # 7 restaurants within 500 m, 6 within 300 m: the one between them must not be found.
    table = pd.DataFrame({"dining": [7, 6], "retail": [20, 12]}, ["500 m", "300 m"])
    inside: list[Relation] = [("500 m", ["300 m"])]
    shown = secrecy.protect(table, rows=inside).counts
    assert shown["dining"].isna().any()
    assert shown["retail"].tolist() == [20, 12]
    assert secrecy.protect(table).counts.notna().to_numpy().all()  # two places apart


def test_a_commune_and_its_iris_are_protected_together() -> None:
    rows = ["25388", "iris1", "iris2", "iris3", "25031", "all"]
    table = pd.DataFrame(
        {"food": [12, 1, 5, 6, 4, 16], "health": [30, 10, 10, 10, 2, 32]}, index=rows
    )
    table["sum"] = table.sum(axis=1)
    within: list[Relation] = [
        ("25388", ["iris1", "iris2", "iris3"]),
        ("all", ["25388", "25031"]),
    ]
    across: list[Relation] = [("sum", ["food", "health"])]
    shown = secrecy.protect(table, rows=within, columns=across).counts
    told = secrecy.bounds(shown, rows=within, columns=across).set_index(["row", "column"])
    for cell in (("iris1", "food"), ("25031", "health")):
        assert told.loc[cell, "low"] <= table.loc[cell] - 1
        assert told.loc[cell, "high"] >= 3


def test_dominance_hides_a_magnitude_and_what_would_give_it_back() -> None:
    counts = pd.DataFrame({"staff": [4, 5, 9]}, ["a", "b", "all"])
    staff = pd.DataFrame({"staff": [100.0, 60.0, 160.0]}, ["a", "b", "all"])
    largest = pd.DataFrame({"staff": [86.0, 30.0, 86.0]}, ["a", "b", "all"])  # 86 % of a
    rows: list[Relation] = [("all", ["a", "b"])]
    shown = secrecy.protect(counts, rows=rows, amounts=staff, largest=largest)
    assert shown.amounts is not None
    assert shown.amounts["staff"].isna().tolist() == [True, True, False]
    assert shown.counts["staff"].isna().tolist() == [True, True, False]  # one pattern for both
    told = secrecy.bounds(shown.amounts, rows=rows).set_index("row")
    assert told.loc["a", "low"] <= 100 * (2 - 1 / 0.85)
    assert told.loc["a", "high"] >= 100 / 0.85
    largest.loc["a", "staff"] = 84.0
    free = secrecy.protect(counts, rows=rows, amounts=staff, largest=largest)
    assert free.counts.notna().to_numpy().all()


def test_dominance_is_not_undone_by_two_tables() -> None:
    rng = np.random.default_rng(3)
    inner = rng.integers(0, 12, (5, 4))
    counts, known = with_totals(inner)
    amount, _ = with_totals((inner * rng.gamma(2.0, 10.0, inner.shape)).round(1))
    part = rng.uniform(0.3, 1.0, amount.shape)
    largest = amount * np.where(counts <= 2, 1.0, part)
    done = secrecy.protect(counts, amounts=amount, largest=largest, **known)
    assert done.amounts is not None
    alone = (largest > 0.85 * amount) & (amount > 0)
    few = (counts > 0) & (counts < 3)
    assert alone.to_numpy().sum() > 5
    for row, column in itertools.product(counts.index, counts.columns):
        if alone.loc[row, column] or few.loc[row, column]:
            value = amount.loc[row, column]
            low, high = reach(done.amounts, row, column)
            assert low <= value * (2 - 1 / 0.85) + 1e-6
            assert high >= value / 0.85 - 1e-6
        if few.loc[row, column]:
            low, high = reach(done.counts, row, column)
            assert low <= counts.loc[row, column] - 1
            assert high >= 3


def test_points_of_partially_diffused_establishments_never_leave() -> None:
    table = pd.DataFrame(
        {"id": ["1", "2"], "latitude": [47.5, 47.6], "name": ["A", "B"], "partial": [False, True]}
    )
    assert secrecy.points(table)["id"].tolist() == ["1"]
    for wrong in (table.drop(columns="partial"), table.assign(partial=[None, False])):
        with pytest.raises(ConfigError, match="nothing is published of one whose diffusion"):
            secrecy.points(wrong)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rows": [("all", ["x"])]}, "relation of 'all': 'x' is not a row of the table"),
        (
            {"rows": [("a", ["all"])]},
            "relation of 'a': its parts add up to more than it holds; do they overlap?",
        ),
        ({"amounts": 1.0}, "amounts and largest go together"),
        ({"counts": [[1.5], [1.0], [2.5]]}, "counts: expected whole numbers"),
        (
            {"counts": [[-1], [1], [0]]},
            "counts: found an empty or negative cell, expected numbers from 0 on",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], sentence: str) -> None:
    counts = change.pop("counts", [[1], [5], [6]])
    table = pd.DataFrame(counts, ["a", "b", "all"], ["n"])
    if "amounts" in change:
        change["amounts"] = table
    with pytest.raises(ConfigError) as error:
        secrecy.protect(table, **change)  # type: ignore[arg-type]
    assert str(error.value) == sentence


def test_names_twice_other_shapes_and_contradictions_are_refused() -> None:
    table = pd.DataFrame({"n": [5, 5]}, ["a", "a"])
    with pytest.raises(ConfigError, match="counts: the row 'a' is there twice"):
        secrecy.protect(table)
    good = pd.DataFrame({"n": [5, 5]}, ["a", "b"])
    with pytest.raises(ConfigError, match="largest: expected the rows and columns of counts"):
        secrecy.protect(good, amounts=good, largest=good.iloc[::-1])
    shown = pd.DataFrame({"n": [5.0, np.nan, 3.0]}, ["a", "b", "all"])
    with pytest.raises(ConfigError, match="contradict each other"):
        secrecy.bounds(shown, rows=[("all", ["a", "b"])])


def test_remainders_are_part_of_the_attack() -> None:
    table = pd.DataFrame({"n": [7, 6]}, ["whole", "part"])
    inside: list[Relation] = [("whole", ["part"])]
    shown = secrecy.protect(table, rows=inside).counts
    told = secrecy.bounds(shown, rows=inside, truth=table)
    assert len(told) == int(shown.isna().to_numpy().sum())
    assert (told["high"] > told["low"]).all()
    lonely = secrecy.bounds(pd.DataFrame({"n": [np.nan]}, ["a"]))
    assert lonely[["low", "high"]].to_numpy().tolist() == [[0.0, np.inf]]


def circles(a: int, b: int, c: int) -> tuple[pd.DataFrame, list[Relation], list[str]]:
    """Return three circles that overlap in pairs; x, y and z are what each pair has in common."""
    table = pd.DataFrame({"n": [a + c, a + b, b + c, a, b, c]}, [*"ABC", *"xyz"])
    return table, [("A", ["x", "z"]), ("B", ["x", "y"]), ("C", ["y", "z"])], [*"xyz"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_circles_that_overlap_are_told_in_whole_numbers_only(a: int, b: int, c: int) -> None:
    # Moving x by one with A, B and C as they are takes halves of y and z: no such table exists, so
    # whole numbers are looked for. The attacker tries every table, without linear programming.
    table, rows, atoms = circles(a, b, c)
    shown = secrecy.protect(table, rows=rows, unseen=atoms).counts["n"]
    assert shown[atoms].isna().all()
    x, y, z = np.indices((20, 20, 20)).reshape(3, -1)
    every = {"A": x + z, "B": x + y, "C": y + z, "x": x, "y": y, "z": z}
    agree = np.ones(x.shape, dtype=bool)
    for name in "ABC":
        agree &= np.isnan(shown[name]) | (every[name] == shown[name])
    for name, count in table["n"].items():
        if 0 < count < 3:
            assert every[str(name)][agree].min() <= count - 1
            assert every[str(name)][agree].max() >= 3


def test_three_circles_by_hand() -> None:
    # A, B and C together say what x, y and z are: (A + B - C) / 2. One circle must go.
    table, rows, atoms = circles(1, 5, 4)
    shown = secrecy.protect(table, rows=rows, unseen=atoms).counts["n"]
    assert shown[["A", "B", "C"]].isna().sum() >= 1
    table, rows, atoms = circles(5, 4, 6)
    shown = secrecy.protect(table, rows=rows, unseen=atoms).counts["n"]
    assert shown[["A", "B", "C"]].tolist() == [11, 9, 10]


def test_a_company_with_several_shops_is_one_holder() -> None:
    table = pd.DataFrame({"banks": [8, 6, 14]}, ["a", "b", "all"])
    rows: list[Relation] = [("all", ["a", "b"])]
    mine = pd.DataFrame({"banks": [7, 2, 7]}, ["a", "b", "all"])  # 7 of 8 are 87.5 %
    shown = secrecy.protect(table, rows=rows, holders=mine).counts["banks"]
    assert shown.isna().tolist() == [True, True, False]
    told = secrecy.bounds(pd.DataFrame(shown), rows=rows).set_index("row")
    assert told.loc["a", "low"] <= 8 - 2  # 8 / 0.85 is 9.4: two whole shops
    assert told.loc["a", "high"] >= 8 + 2
    mine.loc["a", "banks"] = 6
    assert secrecy.protect(table, rows=rows, holders=mine).counts.notna().to_numpy().all()
