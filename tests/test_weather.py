"""Weather: files of Météo-France, the choice of a station, days that teach, and effects."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import report_inputs as inputs
from mining import weather
from mining.calendars import Calendar, Event
from mining.errors import ConfigError, SourceError
from mining.sources import meteo_france
from mining.sources import weather as source_of

#: The official header up to the mean temperature, and the other columns that follow it in part.
HEADER = (
    "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;HTN;QHTN;TX;QTX;HTX;QHTX;TM;QTM;"
    "TNTXM;QTNTXM"
)
MONT = "25388001;MONTBELIARD;47.510000;6.798000;318"
ROWS = (
    f" {MONT};20260101;0.0;1;-2.1;1;0712;9;3.4;1;1430;9;0.4;1;0.7;1",
    f"{MONT};20260102;12.6;1;1.0;1;;;6.0;1;;;;;3.5;1",
    f"{MONT};20260103;3.2;2;mq;;;;;;;;4.1;1;;",
    f"{MONT};20260104;;;0.0;1;;;5.0;2;;;2.0;1;;",
    f"{MONT};20260105;1.2;1;0.0;1;;;5.0;1;;;2.0;1;;",
    f"{MONT};20260105;1.4;1;0.0;1;;;5.0;1;;;2.0;1;;",
    "2A004002;AJACCIO;41.918000;8.792667;5;20260101;0.2;0;8.0;0;;;14.0;0;;;11.0;0;11.0;0",
)
NEW_YEAR = pd.Timestamp("2026-01-01")


def town(folder: Path, **said: Any) -> SimpleNamespace:
    return SimpleNamespace(folder=folder, weather={"name": "meteo_france", **said})


def file_of(folder: Path, *rows: str, name: str = "Q_25.csv", header: str = HEADER) -> Path:
    path = folder / name
    content = ("\ufeff" + "\n".join([header, *rows]) + "\n").encode("utf-8")
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return path


def taken(folder: Path, *rows: str, name: str = "Q_25.csv", **said: Any) -> pd.DataFrame:
    """Return the days of a file: acquired, its bytes unchanged, and read."""
    path = file_of(folder, *rows, name=name)
    territory = town(folder, files=name, **said)
    meteo_france.acquire(territory, folder / "raw")
    assert (folder / "raw" / name).read_bytes() == path.read_bytes()
    return meteo_france.read(territory, folder / "raw", NEW_YEAR)


@pytest.mark.parametrize("name", ["Q_25.csv", "Q_25.csv.gz"])
def test_days_of_a_station_are_read_as_published(tmp_path: Path, name: str) -> None:
    found = taken(tmp_path, *ROWS, name=name, station="25388001")
    nan = np.nan
    assert found["day"].dt.day.tolist() == [1, 2, 3, 4, 5]
    # Doubtful is missing; two values of one day that contradict each other are missing too.
    np.testing.assert_equal(found["rain"].to_numpy(), [0.0, 12.6, nan, nan, nan])
    np.testing.assert_equal(found["tmin"].to_numpy(), [-2.1, 1.0, nan, 0.0, 0.0])
    np.testing.assert_equal(found["tmax"].to_numpy(), [3.4, 6.0, nan, nan, 5.0])
    # Without a mean of its own, a day has that of its extremes.
    np.testing.assert_equal(found["tmean"].to_numpy(), [0.4, 3.5, 4.1, 2.0, 2.0])


def test_every_station_is_read_and_days_before_are_not(tmp_path: Path) -> None:
    old = ROWS[0].replace("20260101", "20251231")
    found = taken(tmp_path, old, *ROWS)
    assert found["station"].unique().tolist() == ["25388001", "2A004002"]
    assert found["day"].min() == NEW_YEAR


@pytest.mark.parametrize(
    ("rows", "said", "sentence"),
    [
        (ROWS, {"station": "25388999"},
         "no station 25388999, expected one of its stations such as 25388001 .MONTBELIARD., 2A00"),
        ([ROWS[1].replace("25388001", "1014002")], {},
         "line 2, column 'NUM_POSTE': found '1014002', expected a number of eight digits; a sp"),
        ([*ROWS[:2], ROWS[2].replace("20260103", "20260231")], {},
         "line 4, column 'AAAAMMJJ': found '20260231', expected a day such as 20260131"),
        ([ROWS[1].replace("12.6", "12,6")], {}, "line 2, column 'RR': found '12,6', expected a nu"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, rows: list[str], said: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SourceError, match=rf"^Q_25.csv(, |: ){sentence}"):
        taken(tmp_path, *rows, **said)


def test_a_column_that_is_missing_and_a_damaged_file_are_named(tmp_path: Path) -> None:
    file_of(tmp_path, ROWS[0], header=HEADER.replace("RR;", "RX;"), name="a.csv")
    (tmp_path / "b.csv.gz").write_bytes(file_of(tmp_path, *ROWS, name="b.csv.gz").read_bytes()[:90])
    for name, sentence in (("a.csv", "line 1: .*a column 'RR'"), ("b.csv.gz", ": damaged, acq")):
        territory = town(tmp_path, files=name)
        meteo_france.acquire(territory, tmp_path / "raw")
        with pytest.raises(SourceError, match=sentence):
            meteo_france.read(territory, tmp_path / "raw", NEW_YEAR)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "column 'weather': expected either `files` or `url`"),
        ({"files": "a", "stations": "x"}, "'weather.stations': expected no such key .known: file"),
        ({"files": "a", "station": 25388001}, "'weather.station': found 25388001, expected a num"),
        ({"files": "a", "station": "2538"}, "'weather.station': String should match pattern"),
    ],
)
def test_options_that_cannot_be_are_refused(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        meteo_france.check(town(Path(), **said))


def test_an_unknown_source_names_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="unknown source of weather 'x': expected one of meteo_f"):
        source_of("x")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the address of a folder that is served on this machine, and the folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


def test_files_come_from_addresses_byte_for_byte(tmp_path: Path, served: tuple[str, Path]) -> None:
    address, folder = served
    paths = [file_of(folder, r, name=n) for r, n in ((ROWS[0], "a.csv.gz"), (ROWS[1], "b.csv"))]
    territory = town(tmp_path, url=[f"{address}/{p.name}" for p in paths])
    meteo_france.acquire(territory, tmp_path / "raw")
    assert [(tmp_path / "raw" / p.name).read_bytes() for p in paths] == [
        p.read_bytes() for p in paths
    ]
    assert len(meteo_france.read(territory, tmp_path / "raw", NEW_YEAR)) == 2


def test_without_network_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "kept.csv").write_text("x")
    with pytest.raises(SourceError, match=r"127.0.0.1:9/a.csv: cannot be read"):
        meteo_france.acquire(town(tmp_path, url="http://127.0.0.1:9/a.csv"), tmp_path / "raw")
    assert [p.name for p in (tmp_path / "raw").iterdir()] == ["kept.csv"]


def stations(**known: tuple[float, int, bool]) -> pd.DataFrame:
    """Return stations at degrees north of 47, with so many days of rain, and of warmth or not."""
    parts = [
        pd.DataFrame(
            {"station": name, "name": name.upper(), "latitude": 47 + north, "longitude": 6.8,
             "day": pd.date_range("2026-01-01", periods=days), "rain": 1.0, "tmin": np.nan,
             "tmax": 9.0 if warm else np.nan, "tmean": np.nan}
        )
        for name, (north, days, warm) in known.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


COUNTED = pd.date_range("2026-01-01", periods=10)


@pytest.mark.parametrize(
    ("known", "chosen"),
    [
        ({"a": (0.1, 10, True), "b": (0.2, 10, True)}, "a"),
        ({"a": (0.1, 7, True), "b": (0.2, 8, True)}, "b"),  # 8 of 10 days are enough
        ({"a": (0.1, 10, False), "b": (0.2, 10, True)}, "b"),
        ({"a": (0.1, 10, False), "b": (0.9, 10, True)}, "a"),  # 100 km away
        ({"a": (0.9, 1, False)}, "a"),  # the one that is declared
    ],
)
def test_the_nearest_station_with_enough_days(
    known: dict[str, tuple[float, int, bool]], chosen: str
) -> None:
    found = weather.choose(stations(**known), (47.0, 6.8), COUNTED)
    assert (found.number, found.name) == (chosen, chosen.upper())
    # A tenth of a degree of latitude is 11.12 km on a sphere.
    assert found.distance == pytest.approx(known[chosen][0] * 111_195.1, rel=1e-6)
    assert len(found.days) == known[chosen][1]


@pytest.mark.parametrize(
    ("middle", "sentence"),
    [
        ((np.nan, np.nan), "weather: no sensor has coordinates, name the station"),
        ((45.0, 6.8), "weather: none of 2 stations within 50 km measured rain on 80% of the days"),
    ],
)
def test_no_station_is_said_in_one_sentence(middle: tuple[float, float], sentence: str) -> None:
    table = stations(a=(0.1, 10, True), b=(0.2, 10, True))
    with pytest.raises(SourceError, match=sentence):
        weather.choose(table, middle, COUNTED)


def incident(label: str, day: str, **where: str) -> dict[str, Any]:
    start = pd.Timestamp(day, tz=inputs.ZONE)
    there = {"sensor": "", "sensors": "", "place": "", **where}
    return {"label": label, "start": start, "end": start + pd.Timedelta("3h"), **there}


def test_days_that_teach_are_whole_ordinary_and_trusted() -> None:
    cube = inputs.silence(
        inputs.cube_of("2025-10-20", "2025-11-18 06:00"),
        "a2",
        "2025-10-22 03:00",
        "2025-10-22 04:00",
    )
    found = pd.DataFrame(
        [
            incident("fault", "2025-10-23", sensor="b1"),
            incident("unexplained", "2025-10-24", sensor="b1"),
            incident("weather", "2025-10-25", place="Place Saint-Martin"),
            incident("works", "2025-10-27", sensors="c1;b1"),
            incident("event", "2025-10-28"),
        ]
    )
    begin = pd.Timestamp("2025-11-05 20:00")
    fair = Event("f", "event", "Foire", begin, begin + pd.Timedelta("8h"), ("Passage du Four",))
    market = Event("m", "market", "Marché", begin, begin + pd.Timedelta("1D"))
    days = weather.daily(cube, Calendar("FR", events=(fair, market)), found)
    assert days.index[[0, -1]].strftime("%m-%d").tolist() == ["10-20", "11-18"]
    missing = {
        place: days.index[days[place].isna()].strftime("%m-%d").tolist() for place in days.columns
    }
    # All Saints' day, the armistice, the event everywhere, and the day that is not over.
    always = ["10-28", "11-01", "11-11", "11-18"]
    assert missing == {
        "Rue des Febvres": ["10-22", *always],
        "Place Saint-Martin": sorted(["10-23", "10-27", *always]),
        "Passage du Four": sorted(["10-27", "11-05", "11-06", *always]),
    }
    # The day of 25 hours is whole; its two hours of one clock time add up.
    assert days.loc["2025-10-26", "Place Saint-Martin"] == pytest.approx(
        inputs.counts(pd.date_range("2025-10-26", periods=25, freq="h", tz=inputs.ZONE), 1.0).sum()
    )


def test_conditions_of_a_day() -> None:
    nan = np.nan
    days = pd.DataFrame(
        {
            "rain": [0.9, 1.0, 10.0, nan],
            "tmin": [0.1, 0.0, nan, 9.0],
            "tmax": [29.9, 30.0, nan, 1.0],
        }
    )
    found = weather.conditions(days)
    expected = {
        "rain": [0, 1, 1, nan],
        "heavy_rain": [0, 0, 1, nan],
        "heat": [0, 1, nan, 0],
        "frost": [0, 1, nan, 0],
    }
    assert list(found) == list(weather.CONDITIONS)
    for name, values in expected.items():
        np.testing.assert_equal(found[name].to_numpy(), np.array(values, dtype="float64"))


def simulated(weeks: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, pd.DatetimeIndex]:
    """Return logarithms of counts, marks of two conditions, and days, some left out."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=7 * weeks)
    marks = (rng.random((len(days), 2)) < (0.3, 0.1)).astype("float64")
    week = np.repeat(rng.normal(0, 0.1, weeks), 7)
    logs = 6 + 0.1 * days.day_of_week + week + marks @ [-0.1, 0.05] + rng.normal(0, 0.05, len(days))
    kept = rng.random(len(days)) < 0.9
    return logs.to_numpy()[kept], marks[kept], days[kept]


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_the_estimate_is_that_of_statsmodels() -> None:
    formula = pytest.importorskip("statsmodels.formula.api")
    from scipy import stats

    logs, marks, days = simulated(60)
    found = weather.estimate(logs, marks, days)
    assert found is not None
    week = (days - pd.Timestamp("2024-01-01")).days // 7
    table = pd.DataFrame(
        {"y": logs, "a": marks[:, 0], "b": marks[:, 1], "week": week,
         "level": (days.year * 4 + days.quarter) * 7 + days.day_of_week}
    )  # fmt: skip
    fitted = formula.ols("y ~ a + b + C(week) + C(level)", table).fit(
        cov_type="cluster", cov_kwds={"groups": table["week"]}
    )
    mixed = table.groupby("week")["a"].agg(lambda a: 0 < a.mean() < 1).sum()
    assert found.weeks == mixed
    # It takes every column for a free one; those that repeat others are not.
    size, columns = len(table), len(fitted.params)
    freer = np.sqrt((size - columns) / (size - fitted.model.rank))
    reach = stats.t.ppf(0.9, mixed - 1) * fitted.bse["a"] * freer
    middle = fitted.params["a"]
    assert np.log1p(found.effect) == pytest.approx(middle, abs=1e-9)
    assert np.log1p([found.low, found.high]) == pytest.approx([middle - reach, middle + reach])


def test_three_weeks_by_hand() -> None:
    # Mondays count 100; Tuesdays 120, 125, and in the rain 90. Without rain a Tuesday has the
    # geometric mean of 1.2 and 1.25 times its Monday.
    days = pd.DatetimeIndex([f"2026-01-{d:02}" for d in (5, 6, 12, 13, 19, 20)])
    marks = np.array([[0.0], [0.0], [0.0], [0.0], [0.0], [1.0]])
    found = weather.estimate(np.log([100, 120, 100, 125, 100, 90]), marks, days)
    assert found is not None
    assert found.effect == pytest.approx(0.9 / np.sqrt(1.2 * 1.25) - 1)
    assert found.weeks == 1
    # With one week less nothing is left to tell how sure that is.
    assert weather.estimate(np.log([100, 120, 100, 90]), marks[2:], days[2:]) is None


def test_rain_on_every_day_of_a_week_tells_nothing() -> None:
    days = pd.date_range("2026-01-05", periods=14)
    marks = np.repeat([[0.0], [1.0]], 7, axis=0)
    assert weather.estimate(np.zeros(14), marks, days) is None


@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 1000), st.integers(0, 1000), st.floats(-0.3, 0.3))
def test_the_size_of_counts_and_what_changes_weeks_change_nothing(
    scale: float, seed: int, drift: float
) -> None:
    logs, marks, days = simulated(30, seed)
    week = np.asarray((days - pd.Timestamp("2024-01-01")).days // 7)
    found = weather.estimate(logs, marks, days)
    moved = weather.estimate(logs + np.log(scale) + drift * np.sin(week), marks, days)
    assert found is not None
    assert moved is not None
    assert [moved.effect, moved.low, moved.high] == pytest.approx(
        [found.effect, found.low, found.high], abs=1e-7
    )


def test_effects_are_refused_with_their_reason() -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2024-01-01", periods=400)
    wet = rng.random(400) < 0.3
    noise = rng.normal(0, 0.05, 400)
    usual = 1000 * np.exp(np.where(wet, -0.2, 0.0) + noise)
    late = np.where(np.arange(400) < 100, np.nan, usual)
    counts = pd.DataFrame(
        {"lasting": usual, "late": late, "small": usual / 100, "dry": 1000 * np.exp(noise),
         "never": np.nan},
        index=days,
    )  # fmt: skip
    sky = pd.DataFrame(
        {"rain": np.where(wet, 3.0, 0.0), "tmin": 5.0, "tmax": np.nan, "tmean": np.nan}, index=days
    )
    found = weather.effects(counts, sky).set_index(["place", "condition"])
    assert tuple(found.reset_index().columns) == weather.EFFECT_COLUMNS
    assert found["reason"].xs("rain", level="condition").to_dict() == {
        "lasting": "", "late": "short", "small": "small", "dry": "chance", "never": "short",
    }  # fmt: skip
    row = found.loc[("lasting", "rain")]
    assert row["told"]
    assert row["days"] == wet.sum()
    assert row["low"] < np.expm1(-0.2) < row["high"]
    assert found.loc["lasting", "reason"].to_dict() == {
        "rain": "", "heavy_rain": "few", "heat": "unknown", "frost": "few",
    }  # fmt: skip
    told = found["told"].to_numpy(dtype=bool)
    assert (told == (found["reason"] == "").to_numpy()).all()
