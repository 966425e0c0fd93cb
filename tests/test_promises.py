"""What forecasts announced is kept for good, and scored by hand-checked rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import report_inputs as inputs
from mining import promises
from mining.errors import OutputError, ResultError
from mining.report import build
from mining.report._clock import clock
from mining.report._kept import Kept, _same_before, kept_of


def days_of(low: float = 90.4) -> xr.Dataset:
    """Two places and the territory; the first day is cut, the last has 23 hours."""
    local = pd.to_datetime(["2025-03-28 06:00", "2025-03-29 00:00", "2025-03-30 00:00"])
    utc = local.tz_localize(inputs.ZONE).tz_convert("UTC").tz_localize(None)
    value = np.full((3, 3, 3), 100.0) * np.array([low / 100, 1, 1.1])
    value[2] = np.nan
    return xr.Dataset(
        {
            "value": (("group", "time", "quantile"), value),
            "expected": (("group", "time"), np.where(np.isnan(value[..., 1]), np.nan, 101.5)),
            "steps": ("time", [18, 24, 23]),
        },
        {"group": ["", "Halles", "Muet"], "time": utc, "quantile": [0.1, 0.5, 0.9]},
        {
            "timezone": inputs.ZONE,
            "step_seconds": 3600,
            "cutoff": "2025-03-28T06:00:00",
            "model": "boosting",
        },
    )


def ahead_of() -> xr.Dataset:
    return xr.Dataset(
        coords={
            "sensor": ["a", "b", "c"],
            "place": ("sensor", ["Halles", "Halles", "Muet"]),
            "model": ("sensor", ["boosting", "none", "none"]),
        }
    )


def test_whole_days_of_places_are_announced() -> None:
    found = promises.promises(days_of(), ahead_of())
    assert list(found.columns) == list(promises.COLUMNS)
    assert found.to_numpy().tolist() == [
        ["2025-03-28 06:00", "Halles", "2025-03-29", 90, 102, 110, 1, "boosting"],
        ["2025-03-28 06:00", "Halles", "2025-03-30", 90, 102, 110, 1, "boosting"],
    ]


def test_what_was_announced_is_never_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "ville" / promises.FILE
    assert promises.read(path).empty
    first = promises.promises(days_of(), ahead_of())
    assert promises.record(path, first) == 2
    before = path.read_bytes()
    assert promises.record(path, first) == 0
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match=r"announced 90 \(low\) for Halles on 2025-03-29"):
        promises.record(path, promises.promises(days_of(low=80.0), ahead_of()))
    assert path.read_bytes() == before
    later = days_of()
    later.attrs["cutoff"] = "2025-03-29T06:00:00"
    assert promises.record(path, promises.promises(later, ahead_of())) == 2
    assert path.read_bytes().startswith(before)
    pd.testing.assert_frame_equal(promises.read(path)[:2], first)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / promises.FILE
    path.write_text("made,place\n2025,Halles\n", "utf-8")
    with pytest.raises(ResultError, match="not a file of promises"):
        promises.read(path)


def announced(**changes: object) -> pd.DataFrame:
    """The week up to 3 November of the first place of the made-up town: a1 and a2."""
    days = pd.date_range("2025-10-28", "2025-11-03").strftime("%Y-%m-%d")
    row = {
        "made": "2025-10-27 06:00",
        "place": "Rue des Febvres",
        "low": 5000,
        "expected": 6100,
        "high": 6500,
        "sensors": 2,
        "model": "boosting",
    }
    return pd.DataFrame([{**row, "day": day, **changes} for day in days])


def score(table: pd.DataFrame, minimum: int = 11) -> Kept | None:
    members = {"Rue des Febvres": ("a1", "a2"), "Place Saint-Martin": ("b1",)}
    return kept_of(table, clock(inputs.cube_of()), members, minimum=minimum)


def counted(day: str) -> float:
    """Passages of a day by hand: size x weekday x hour, 5 % more from 2025 on."""
    hours = [2, 6, 12, 15, 20, 30, 40, 35, 30, 32, 38, 45, 40, 20, 10, 6, 4, 2]
    weight = [10, 10, 11, 10, 12, 16, 5][pd.Timestamp(day).day_of_week] / 10
    return float(sum(np.round(size * h * weight * 1.05) for size in (10.0, 4.0) for h in hours))


def test_days_are_scored_by_hand() -> None:
    table = announced()
    truth = np.array([counted(day) for day in table["day"]])
    found = score(table)
    assert found is not None
    assert (found.days, found.inside) == (7, int(((truth >= 5000) & (truth <= 6500)).sum()))
    assert 0 < found.inside < 7
    assert found.error == pytest.approx(np.abs(truth - 6100).sum() / truth.sum(), rel=1e-12)


def test_the_rival_copies_the_last_such_day_that_had_ended() -> None:
    made = pd.Timestamp("2025-10-27 06:00")  # a Monday
    for day, copied in (("2025-10-28", "2025-10-21"), ("2025-11-02", "2025-10-26"),
                        ("2025-11-03", "2025-10-20"), ("2025-11-10", "2025-10-20")):  # fmt: skip
        assert _same_before(pd.Timestamp(day), made) == pd.Timestamp(copied)
    found = score(announced())
    assert found is not None
    assert found.naive == 0  # every week of the town is like the one before
    cube = inputs.silence(inputs.cube_of(), "a2", "2025-10-20 03:00", "2025-10-20 04:00")
    members = {"Rue des Febvres": ("a1", "a2")}
    gone = kept_of(announced(), clock(cube), members, minimum=11)
    assert gone is not None
    assert np.isnan(gone.naive)  # the day to copy was not counted whole
    assert (gone.inside, gone.error) == (found.inside, found.error)


def test_the_last_edition_before_a_day_counts() -> None:
    both = pd.concat([announced(), announced(made="2025-11-02 06:00", low=100, high=200)])
    found = score(both)
    assert found is not None
    assert (found.days, found.inside) == (7, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "2025-11-05"},  # the data end within this day
        {"day": "2025-09-01"},  # longer ago than the scorecard tells
        {"sensors": 3},  # the place was another one
        {"place": "Ailleurs"},
        {"low": 3},  # would tell of fewer than the minimum
    ],
)
def test_days_that_cannot_be_scored_are_left_out(changes: dict[str, object]) -> None:
    assert score(announced(**changes)) is None


def test_fewer_than_seven_days_are_not_told() -> None:
    assert score(announced()[1:]) is None


def test_a_day_with_a_silent_hour_is_not_counted() -> None:
    cube = inputs.silence(inputs.cube_of(), "a2", "2025-11-03 03:00", "2025-11-03 04:00")
    members = {"Rue des Febvres": ("a1", "a2")}
    assert kept_of(announced(), clock(cube), members, minimum=11) is None


def test_the_page_of_a_place_tells_how_the_last_forecasts_did(
    whole_report: Mapping[str, str | bytes],
) -> None:
    pages = build(**inputs.everything(), announced=announced())
    told = "Ces 30 derniers jours, 7 jours annoncés ici ont été comptés"
    page = str(pages["lieux/rue-des-febvres.html"]).replace("\u00a0", " ")
    assert told in page
    assert "En recopiant la semaine passée, l’erreur aurait été de 0" in page
    assert "essais sur le passé, 75" in page  # trials stand beside it
    assert "annoncés ici" not in str(pages["lieux/place-saint-martin.html"])
    assert "7 totaux de jours annoncés" in str(pages["index.html"]).replace("\u00a0", " ")
    assert "annoncés ici" not in str(whole_report["lieux/rue-des-febvres.html"])
