"""Establishments from the stock file of Sirene, as the law and the file want them."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from _establishments import (
    ELSEWHERE,
    HEADER,
    HIDDEN,
    LOST,
    NEVER,
    OPEN,
    SHUT,
    Town,
    read,
    stock,
    stocked,
)
from mining.errors import ConfigError, SourceError
from mining.sources import sirene
from mining.sources._lambert import to_degrees


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., Town]:
    """Return a maker of territories."""
    return partial(stocked, tmp_path)


def test_law_and_coordinates(town: Callable[..., Town]) -> None:
    rows = read(town(stock(LOST, SHUT, NEVER, ELSEWHERE, HIDDEN, OPEN)))
    assert rows["id"].tolist() == ["00012345600011", "00012345600029", "00012345600060"]
    assert rows["partial"].tolist() == [False, True, False]
    assert rows["naf"].tolist() == ["10.71C", "96.02A", "10.71C"]
    assert rows["commune"].tolist() == ["01004"] * 3
    first = rows.iloc[0]
    assert (first["nomenclature"], first["naf25"], first["staff"]) == ("NAFRev2", "10.71G", "02")
    assert first["latitude"] == pytest.approx(48.850244, abs=2e-6)
    assert first["longitude"] == pytest.approx(2.308310, abs=2e-6)
    assert rows.loc[1:, ["latitude", "longitude"]].isna().to_numpy().all()
    assert rows.attrs["left_out"] == {"closed": 1, "not_diffused": 1, "repeated": 0}
    assert "PAIN" not in rows.to_csv()  # names are not read at all


def test_a_point_that_the_law_hides_is_dropped_even_if_the_file_has_it(
    town: Callable[..., Town],
) -> None:
    told = {**OPEN, "statutDiffusionEtablissement": "P"}
    assert read(town(stock(told)))[["latitude", "longitude"]].isna().to_numpy().all()


def test_every_form_of_the_file_gives_the_same(town: Callable[..., Town], tmp_path: Path) -> None:
    text = stock(OPEN, HIDDEN, ELSEWHERE)
    expected = read(town(text))
    assert (tmp_path / "raw" / "stock.csv").read_bytes() == text.encode()
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("StockEtablissement_utf8.csv", text)
    table = pd.read_csv(tmp_path / "stock.csv", dtype=str)
    table.sample(frac=1.0, axis=1, random_state=1).to_parquet(tmp_path / "p.parquet")
    forms = {"s.zip": None, "p.parquet": None, "s.csv.gz": gzip.compress(text.encode(), mtime=0)}
    for name, content in forms.items():
        data = (tmp_path / name).read_bytes() if content is None else content
        pd.testing.assert_frame_equal(read(town(data, name)), expected)
    shuffled = stock(ELSEWHERE, HIDDEN, OPEN, header=HEADER[::-1])
    pd.testing.assert_frame_equal(read(town(shuffled, files="stock.csv")), expected)


def test_a_file_before_naf_2025_and_a_row_twice(town: Callable[..., Town]) -> None:
    rows = read(town(stock(OPEN, OPEN, header=HEADER[:-1])))
    assert rows["naf25"].tolist() == [""]
    assert rows.attrs["left_out"]["repeated"] == 1


def test_overseas_projections_and_points_outside_france() -> None:
    # UTM 20 N by hand: 155 km east of 63 W, where a degree has 111.3 x cos(16.2) km, and 1795 km
    # north of the equator, where a degree has 110.6 km. A Lambert-93 of zeros is nowhere.
    found = to_degrees(
        pd.Series([655_000.0, 0.0, np.nan, 649_242.57]),
        pd.Series([1_795_000.0, 0.0, 1.0, 6_861_355.85]),
        pd.Series(["97105", "25388", "25388", "98818"]),
    )
    assert found.loc[0, "latitude"] == pytest.approx(16.23, abs=0.01)
    assert found.loc[0, "longitude"] == pytest.approx(-61.55, abs=0.01)
    assert found.loc[1:].isna().to_numpy().all()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"siret": "12345600011"},
            (
                "stock.csv, line 3, column 'id': found '12345600011', expected a siret of 14"
                " digits; a spreadsheet drops leading zeros, take the file as published"
            ),
        ),
        (
            {"codeCommuneEtablissement": "1004"},
            (
                "stock.csv, line 3, column 'commune': found '1004', expected an INSEE code of five"
                " characters; a spreadsheet drops leading zeros, take the file as published"
            ),
        ),
    ],
)
def test_codes_without_their_zero(
    town: Callable[..., Town], row: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SourceError) as error:
        read(town(stock(OPEN, {**OPEN, **row})))
    assert str(error.value) == sentence


def test_damaged_files_are_told(town: Callable[..., Town], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected a column 'siret' of the stock file"):
        read(town("siren;nic\n1;2\n"))
    with pytest.raises(SourceError, match=r"stock\.csv: damaged, acquire it again"):
        read(town(""))
    with pytest.raises(SourceError, match=r"stock\.csv: not a UTF-8 CSV file"):
        read(town(stock(OPEN).encode() + b"1,2,\xe9\xff\n"))
    with pytest.raises(SourceError, match=r"x\.zip: not a UTF-8 CSV file"):
        read(town(b"PK nothing", "x.zip"))
    with pytest.raises(SourceError, match=r"x\.parquet: not a parquet file"):
        read(town(b"PAR1 nothing", "x.parquet"))
    pd.DataFrame([{**dict.fromkeys(HEADER, ""), **OPEN, "siret": 12345600011}]).to_parquet(
        tmp_path / "n.parquet"
    )
    with pytest.raises(SourceError, match="column 'siret': found 'int64', expected text"):
        read(town((tmp_path / "n.parquet").read_bytes(), "n.parquet"))
    with pytest.raises(SourceError, match="no establishment at all in the commune 25388"):
        read(town(stock(OPEN), communes=["01004", "25388"]))
    with pytest.raises(SourceError, match=r"source file 'absent\.csv': no such file"):
        read(town(files="absent.csv"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"communes": [1004]},
            (
                "territory.yaml, column 'shops.communes': found 1004, expected INSEE codes of"
                " five characters in quotes, such as '01004'"
            ),
        ),
        (
            {"communes": ["1004"]},
            (
                "territory.yaml, column 'shops.communes': found '1004', expected INSEE codes of"
                " five characters in quotes, such as '01004'"
            ),
        ),
        ({"files": None}, "territory.yaml, column 'shops': expected either `files` or `url`"),
        (
            {"comunes": []},
            (
                "territory.yaml, column 'shops.comunes': expected no such key (known: files, url,"
                " communes, radius, name)"
            ),
        ),
        (
            {"communes": None},
            "territory.yaml, column 'shops.communes': expected a value, found none",
        ),
    ],
)
def test_options_that_cannot_be(
    town: Callable[..., Town], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError) as error:
        sirene.check(town(**options))
    assert str(error.value) == sentence
