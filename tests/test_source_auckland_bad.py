"""Files that are not quite that of Auckland: wrong dates, and one sentence for the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _auckland import Territory
from mining import cube as cubes
from mining.errors import ConfigError, SourceError
from mining.sources import auckland
from mining.sources._auckland_clock import by_row_order

# --- the order of rows ----------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    start=st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2090-01-01").date()),
    wrong=st.dictionaries(st.integers(1, 118), st.integers(-6, 6), max_size=8),
)
def test_wrong_dates_do_not_move_a_row(start: Any, wrong: dict[int, int]) -> None:
    wall = pd.date_range(pd.Timestamp(start) + pd.Timedelta("6h"), periods=120, freq="h")
    counting_day = (wall - pd.Timedelta("6h")).normalize()
    shift = pd.to_timedelta([wrong.get(row, 0) for row in range(120)], unit="D")
    clock, flagged = by_row_order(counting_day + shift, wall.hour.to_numpy(), "x.csv")
    assert list(clock) == list(wall)
    assert flagged.tolist() == [wrong.get(row, 0) != 0 for row in range(120)]


# --- bad input ------------------------------------------------------------------------------------


HEADER = "date,hour,year,A,B"


def lines(start: str = "2019-01-01", days: int = 2) -> list[str]:
    """Rows of whole counting days of two sensors, with 5 and 7 passages an hour."""
    out = [HEADER]
    for day in pd.date_range(start, periods=days):
        hours = [*range(6, 24), *range(6)]
        out += [f"{day:%Y-%m-%d},{h}:00-{h}:59,{day.year},5.0,7.0" for h in hours]
    return out


def write(folder: Path, rows: list[str] | bytes) -> Path:
    content = rows if isinstance(rows, bytes) else ("\n".join(rows) + "\n").encode()
    (folder / auckland.COUNTS).write_bytes(content)
    return folder


def replaced(line: int, text: str) -> list[str]:
    out = lines()
    out[line - 1] = text
    return out


def test_a_small_file_reads(tmp_path: Path) -> None:
    out = auckland.read(Territory(sensors=["A", "B"]), write(tmp_path, lines()))
    assert out["value"].to_numpy().tolist() == [[5.0] * 48, [7.0] * 48]
    assert str(cubes.local_time(out)[0]) == "2019-01-01 06:00:00+13:00"


BAD: dict[str, tuple[Callable[[], list[str] | bytes], str]] = {
    "empty": (lambda: b"", "line 1: found 'no line end', expected a whole last line"),
    "header alone": (lambda: [HEADER], "line 1: found 'no row', expected 5:00-5:59"),
    "no header": (lambda: lines()[1:], "line 1: found '2019-01-01,6:00-6:59,2019,5.0,7.0', exp"),
    "semicolons": (
        lambda: [row.replace(",", ";") for row in lines()],
        "line 1: found 'date;hour;year;A;B', expected date,hour,year and one column per sensor",
    ),
    "a sensor twice": (lambda: replaced(1, "date,hour,year,A,A"), "line 1: found"),
    "latin-1": (
        lambda: "\n".join(lines()).replace("B", "é", 1).encode("latin-1"),
        "line 1: found 'byte 0xe9', expected UTF-8 text",
    ),
    "cut in a line": (lambda: "\n".join(lines()).encode()[:-4], "line 49: found 'no line end'"),
    "cut after a line": (lambda: lines()[:-3], "line 46: found '2:00-2:59', expected 5:00-5:59"),
    "a column less": (
        lambda: replaced(9, "2019-01-01,13:00-13:59,2019,5.0"),
        "line 9: found '4 columns', expected 5 columns; the file is damaged",
    ),
    "unknown hour": (
        lambda: replaced(9, "2019-01-01,1 pm,2019,5.0,7.0"),
        "line 9, column 'hour': found '1 pm', expected an hour such as 6:00-6:59",
    ),
    "hour 24": (
        lambda: replaced(9, "2019-01-01,24:00-24:59,2019,5.0,7.0"),
        "line 9, column 'hour': found '24:00-24:59'",
    ),
    "French date": (
        lambda: replaced(9, "01/01/2019,13:00-13:59,2019,5.0,7.0"),
        "line 9, column 'date': found '01/01/2019', expected a date such as 2019-01-31",
    ),
    "compact date": (
        lambda: replaced(9, "20190101,13:00-13:59,2019,5.0,7.0"),
        "line 9, column 'date': found '20190101'",
    ),
    "negative": (
        lambda: replaced(9, "2019-01-01,13:00-13:59,2019,5.0,-7"),
        "line 9, column 'B': found '-7', expected a count of 0 or more, or nothing",
    ),
    "text": (
        lambda: replaced(9, "2019-01-01,13:00-13:59,2019,many,7"),
        "line 9, column 'A': found 'many'",
    ),
    "infinite": (
        lambda: replaced(9, "2019-01-01,13:00-13:59,2019,inf,7"),
        "line 9, column 'A': found 'inf'",
    ),
    "an hour twice": (
        lambda: lines()[:9] + lines()[8:],
        "line 10, column 'hour': found 13, expected an hour that follows",
    ),
    "a day lost": (
        lambda: lines(days=3)[:25] + lines(days=3)[49:],
        "line 49, column 'date': found '2019-01-03', expected 2019-01-02 by the order of rows",
    ),
    "a wild date": (
        lambda: replaced(9, "2018-01-01,13:00-13:59,2018,5.0,7.0"),
        "line 9, column 'date': found '2018-01-01', expected 2019-01-01 by the order of rows",
    ),
    "counts at an hour that did not exist": (
        lambda: lines("2019-09-28", 2),
        "line 22: found '12 passages', expected no count, since the clock jumped over",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_clear_sentence(tmp_path: Path, case: str) -> None:
    make, message = BAD[case]
    write(tmp_path, make())
    with pytest.raises(SourceError) as caught:
        auckland.read(Territory(sensors=["A", "B"]), tmp_path)
    assert message in str(caught.value)
    assert str(caught.value).startswith("hourly_counts.csv")
    assert "\n" not in str(caught.value)


def test_file_absent(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"hourly_counts.csv: not in the folder .*run the stage"):
        auckland.read(Territory(), tmp_path)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (["A"], "channels.csv: found 'no B', expected every sensor of the source"),
        (["A", "B", "C"], "channels.csv: found 'C', expected one of A, B"),
    ],
)
def test_declared_sensors_must_be_those_of_the_file(
    tmp_path: Path, declared: list[str], message: str
) -> None:
    write(tmp_path, lines())
    with pytest.raises(ConfigError, match=message):
        auckland.read(Territory(sensors=declared), tmp_path)
