"""Bad input from end to end: one clear sentence and exit code 2, or a degradation that is told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from mining import writers
from mining.cli import run
from mining.errors import OutputError
from mining.sources import tables

TERRITORY = """\
name: Essai
timezone: Europe/Paris
country: FR
kind: pedestrian
step: 1h
source: {name: tables, format: long, files: counts.csv}
licence: MIT
attribution: personne
"""
PLACES = "place,sensor\nRue Haute,a\nRue Haute,b\nMarché,c\n"
CHANNELS = "channel_id,channel_provider_id,site_id,started_at,ended_at\n"
SITES = "site_id,site_name,xlong,ylat\nS,Rue,6.8,47.5\n"
CHAIN = (
    *("acquire", "acquire_shops", "acquire_weather", "clean", "evaluate", "forecast", "opening"),
    *("detect", "impact", "trial", "cluster", "shops", "weather", "summarize", "report"),
)
SMALL = {
    ("evaluate", "origins"): 1,
    ("evaluate", "slow_origins"): 1,
    ("evaluate", "models"): ["seasonal_naive", "window_average"],
    ("cluster", "bootstraps"): 3,
}

Make = Callable[..., Path]
Said = Callable[[], str]


def counts(days: int = 28, sensors: str | list[str] = "abc", step: str = "1h") -> str:
    """Return a long table of counts with a rhythm, the same each time."""
    times = pd.date_range(
        "2026-01-05", periods=int(pd.Timedelta(days=days) / pd.Timedelta(step)), freq=step
    )
    random = np.random.default_rng(1)
    level = 5 + 90 * np.exp(-(((times.hour.to_numpy() - 13) / 4.0) ** 2))
    if step == "1D":
        level = np.where(times.day_of_week < 5, 900.0, 400.0)
    parts = [
        pd.DataFrame({"sensor": s, "time": times, "value": random.poisson(level)}) for s in sensors
    ]
    table = pd.concat(parts)
    table["time"] = table["time"].dt.strftime("%Y-%m-%d" if step == "1D" else "%Y-%m-%dT%H:%MZ")
    return table.to_csv(index=False, lineterminator="\n")


GOOD = counts()
ROWS = GOOD.splitlines()


@pytest.fixture
def make(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a maker of workspaces: a good territory `t`, but for the files given by name."""
    monkeypatch.setattr("mining.compute._map.os.cpu_count", lambda: 1)  # no pool for a toy

    def write(files: dict[str, str | bytes | None] | None = None) -> Path:
        folder = tmp_path / "w"
        town = folder / "data" / "territories" / "t"
        town.mkdir(parents=True)
        params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
        for (section, key), value in SMALL.items():
            params[section][key] = value
        good = {
            "params.yaml": yaml.safe_dump(params),
            "territory.yaml": TERRITORY,
            "counts.csv": GOOD,
            "places.csv": PLACES,
        }
        (folder / "dvc.yaml").write_text("", encoding="utf-8")
        shutil.copytree(root / "data" / "reference", folder / "data" / "reference")
        for name, content in {**good, **(files or {})}.items():
            if content is not None:
                where = folder if name == "params.yaml" else town
                raw = content if isinstance(content, bytes) else content.encode()
                (where / name).write_bytes(raw)
        monkeypatch.setenv("FORAGE_ROOT", str(folder))
        return folder

    return write


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return the reader of the one sentence on standard error."""

    def last() -> str:
        lines = [x for x in capsys.readouterr().err.splitlines() if x.startswith("mining: ")]
        assert len(lines) == 1, lines
        return lines[0]

    return last


def stages(*names: str) -> int:
    """Run stages up to the first that fails; return its exit code."""
    return next((code for n in names if (code := run(["stage", n, "t"]))), 0)


def leftovers(folder: Path) -> list[Path]:
    return [p for p in folder.rglob(".*") if p.suffix in (".part", ".old")]


def edit(old: str, new: str) -> str:
    assert TERRITORY.count(old) == 1
    return TERRITORY.replace(old, new)


def with_row(row: str) -> str:
    return GOOD + row + "\n"


FILES: dict[str, tuple[dict[str, str | bytes | None], str]] = {
    "missing": ({"counts.csv": None}, r"source file 'counts.csv': no such file"),
    "empty": ({"counts.csv": ""}, r"counts.csv: the file is empty"),
    "header only": ({"counts.csv": ROWS[0] + "\n"}, r"counts.csv: only a header"),
    "truncated": ({"counts.csv": GOOD[:-9]}, r"counts.csv, line 2017: found 2 cells, expected 3"),
    "not utf-8": (
        {"counts.csv": GOOD.replace("\nb,", "\né,").encode("cp1252")},
        r"counts.csv, line 674: byte 0xe9 is not utf-8, declare the encoding",
    ),
    "delimiter": (
        {"counts.csv": GOOD.replace(",", ";")},
        r"counts.csv, line 1: .* separated by ',' \(it looks separated by ';'\)",
    ),
    "header": (
        {"counts.csv": GOOD.replace("sensor,time,value", "capteur,quand,nombre")},
        r"counts.csv, line 1: found \['capteur', .*\], expected the columns sensor, time, value",
    ),
    "mixed formats": (
        {"counts.csv": with_row("a,05/02/2026 10:00,4")},
        r"counts.csv, line 2018, column 'time': found '05/02/2026 10:00', expected an ISO 8601",
    ),
    "mixed offsets": (
        {"counts.csv": with_row("a,2026-02-05 10:00,4")},
        r"counts.csv, line 2018, column 'time': .* expected a time with an offset",
    ),
    "stray year": (
        {"counts.csv": with_row("a,2062-02-05T10:00Z,4")},
        r"counts.csv, line 2018, sensor 'a', time 2062.* 36 years without a row",
    ),
    "time zone": (
        {"territory.yaml": edit("Europe/Paris", "Europe/Pariss")},
        r"territory.yaml, line 2, column 'timezone': unknown time zone 'Europe/Pariss'",
    ),
    "time format": (
        {"territory.yaml": edit("counts.csv}", "counts.csv, time_format: '%Q'}")},
        r"time_format '%Q' is not a strptime format",
    ),
    "pattern": (
        {"territory.yaml": edit("counts.csv}", "'a**b.csv'}")},
        r"source file 'a\*\*b.csv': '\*\*' stands for folders",
    ),
    "option": (
        {"territory.yaml": edit("files:", "path:")},
        r"territory.yaml, column 'source.path': expected no such key \(known: name, format",
    ),
    "tabulation": (
        {"territory.yaml": edit("kind:", "\tkind:")},
        r"territory.yaml, line 4: not YAML, found character '\\t'",
    ),
    "open list": ({"territory.yaml": TERRITORY + "x: [1,\n"}, r"territory.yaml, line 10: not YAML"),
    "bare date": (
        {"territory.yaml": edit("Essai", "2026-01-01")},
        r"column 'name': found '2026-01-01', expected a valid string: write it between quotes",
    ),
    "step": (
        {"territory.yaml": edit("1h", "2h")},
        r"territory.yaml, line 5, column 'step': found '2h', .* an hour, a part of it or a day",
    ),
    "unknown sensor": (
        {"places.csv": PLACES + "Gare,zz\n"},
        r"places.csv, line 5, column 'sensor': found 'zz', expected a sensor of the source",
    ),
    "sensor in two places": (
        {"places.csv": PLACES + "Gare,a\n"},
        r"places.csv, line 5, column 'sensor': found 'a', expected a sensor in one place",
    ),
    "overlapping channels": (
        {
            "sites.csv": SITES,
            "channels.csv": CHANNELS
            + "a,X,S,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z\nb,X,S,2025-06-01T00:00:00Z,\n"
            + "c,Y,S,2025-06-01T00:00:00Z,\n",
        },
        r"channels.csv, line 3, column 'started_at': .* starts after 'a', the same counter, has",
    ),
    "duplicated channel": (
        {"sites.csv": SITES, "channels.csv": CHANNELS + 2 * "a,,S,2025-01-01T00:00:00Z,\n"},
        r"channels.csv, line 3, column 'channel_id': found 'a', expected each channel_id once",
    ),
    "journal": (
        {"journal.csv": "id,type,title,start,end\n1,works,x,2026-03-05,2026-03-01\n"},
        r"journal.csv, line 2, column 'end': found '2026-03-01', expected a time after the start",
    ),
    "journal sensor": (
        {"journal.csv": "id,type,title,start,sensors\n1,works,x,2026-03-05,zz\n"},
        r"journal.csv, line 2, column 'sensors': found 'zz', expected a sensor of the source",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_people_write(make: Make, said: Said, case: str) -> None:
    files, sentence = FILES[case]
    folder = make(files)
    assert stages("acquire", "clean") == 2
    assert re.search(sentence, said())
    assert not leftovers(folder)
    assert not (folder / "data" / "cube").exists()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "seed:",
            "sead:",
            r"params.yaml, line \d+: found 'the key sead', expected 'seed', perhaps",
        ),
        ("origins: 1", "origins: deux", r"line \d+, column 'evaluate.origins': found 'deux'"),
        ("origins: 1", "origins: yes", r"column 'evaluate.origins': found True, expected a valid"),
        ("  impute_max_gap: 3h", "", r"params.yaml, line \d+: the key 'clean' is missing or empty"),
        ("  impute", "\timpute", r"params.yaml, line \d+: not YAML, found character '\\t'"),
    ],
)
def test_parameters(make: Make, said: Said, old: str, new: str, sentence: str) -> None:
    folder = make()
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert stages("acquire", "clean") == 2
    assert re.search(sentence, said())


def test_options_of_the_source_are_checked_without_reading(make: Make, said: Said) -> None:
    make({"territory.yaml": edit("files:", "path:")})
    assert run(["check", "t"]) == 2
    assert "source.path" in said()


@pytest.mark.parametrize("name", ["../territories/t", "", ".", "..", "a/b", "t\n"])
def test_a_territory_is_a_name_and_not_a_path(make: Make, said: Said, name: str) -> None:
    make()
    assert run(["stage", "acquire", name]) == 2
    assert "is not the name of a territory" in said()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (counts(7), r"the data hold 6.9 days .* needs at least 14"),
        (counts(1), r"the data hold 0.9 days .* needs at least 14"),
        (re.sub(r",\d+$", ",", GOOD, flags=re.MULTILINE), "no trusted value"),
    ],
)
def test_too_little_to_analyse(make: Make, said: Said, table: str, sentence: str) -> None:
    make({"counts.csv": table})
    assert stages("acquire", "clean") == 0
    assert stages("evaluate") == 2
    assert re.search(sentence, said())


def test_a_failure_leaves_the_last_good_output(make: Make, said: Said) -> None:
    folder = make()
    assert stages("acquire", "clean") == 0
    cube = folder / "data" / "cube" / "t.nc"
    before = cube.read_bytes()
    (folder / "data" / "territories" / "t" / "counts.csv").write_text("x", encoding="utf-8")
    assert stages("acquire", "clean") == 2
    assert "counts.csv, line 1" in said()
    assert cube.read_bytes() == before
    (folder / "data" / "territories" / "t" / "counts.csv").unlink()
    assert stages("acquire") == 2
    assert (folder / "data" / "raw" / "t" / "counts.csv").read_text() == "x"
    assert not leftovers(folder)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("data/cube", "data/cube/t.nc: cannot be written (File exists)"),
        ("data/results/t", "data/results/t/quality.csv: cannot be written (File exists)"),
    ],
)
def test_an_output_folder_that_is_a_file(
    make: Make, said: Said, output: str, sentence: str
) -> None:
    folder = make()
    (folder / output).parent.mkdir(parents=True, exist_ok=True)
    (folder / output).write_text("mine", encoding="utf-8")
    assert stages("acquire", "clean") == 2
    assert sentence in said()
    assert (folder / output).read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    writers.text(tmp_path / "a.csv", "old")
    (tmp_path / ".a.csv.part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"a.csv: cannot be written \(No space left on device\)"):
        writers.text(tmp_path / "a.csv", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_keeps_the_old_cube(tmp_path: Path) -> None:
    data = xr.Dataset({"x": ("t", np.arange(5.0))})
    whole = writers.netcdf(tmp_path / "a.nc", data, {}).read_bytes()
    (tmp_path / ".a.nc.part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"a.nc: cannot be written \(No space left on device\)"):
        writers.netcdf(tmp_path / "a.nc", data + 1, {})
    assert (tmp_path / "a.nc").read_bytes() == whole
    assert writers.netcdf(tmp_path / "b.nc", data, {}).read_bytes() == whole


def test_a_folder_that_cannot_be_filled_keeps_the_old_one(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "page").write_text("new")
        raise PermissionError(13, "Permission denied", "page")

    writers.directory(
        tmp_path / "site", lambda folder: writers.text(folder / "page", "old") and None
    )
    with pytest.raises(OutputError, match=r"site: cannot be written \(Permission denied\)"):
        writers.directory(tmp_path / "site", fill)
    assert (tmp_path / "site" / "page").read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_an_interrupted_stage_leaves_nothing(
    make: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make()

    def interrupt(_: Path, __: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "_copy", interrupt)
    assert stages("acquire") == 130
    assert "nothing half-written" in capsys.readouterr().err
    assert not leftovers(folder)
    assert not (folder / "data" / "raw" / "t").exists()


# --- what still works, and what the report then says ----------------------------------------------


def page(folder: Path, name: str = "index.html") -> str:
    text = (folder / "reports" / "t" / name).read_text(encoding="utf-8")
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("’", "'")


def opening_rows(folder: Path) -> int:
    """Return how many rows the tables of opening hours hold in all."""
    names = ("opening_doors", "opening_week", "extra_hours", "quiet_hours")
    return sum(len(pd.read_csv(folder / f"data/results/t/{name}.csv")) for name in names)


def test_sensors_that_do_not_count_have_no_place(make: Make) -> None:
    folder = make(
        {"territory.yaml": edit("pedestrian", "noise"), "places.csv": "place,sensor\nP,a\n"}
    )
    assert stages(*CHAIN) == 0
    index = page(folder)
    assert "n'a aucun compteur de passages : 0 lieu" in index
    assert "suivis sur la page de qualité : 3." in index
    assert "La tendance" not in index
    with xr.open_dataset(folder / "data/results/t/forecast.nc", engine="h5netcdf") as made:
        assert made.sizes["sensor"] == 3
    for name in ("forecast_places", "scenarios_places", "activity_places", "seasons"):
        with xr.open_dataset(folder / f"data/results/t/{name}.nc", engine="h5netcdf") as made:
            assert made.sizes["sensor"] == 0, name
    assert opening_rows(folder) == 0


def test_one_daily_sensor_with_a_number_for_a_name(make: Make) -> None:
    folder = make(
        {
            "territory.yaml": edit("1h", "1D"),
            "counts.csv": counts(60, ["007"], step="1D"),
            "places.csv": "place,sensor\n<script>alert('é')</script>,007\n",
            "opening_hours.csv": "place,weekday,opens,closes\n"
            "<script>alert('é')</script>,monday,09:00,19:00\n",
        }
    )
    assert stages(*CHAIN) == 0
    assert opening_rows(folder) == 0
    (place,) = (folder / "reports" / "t" / "lieux").iterdir()
    text = page(folder, f"lieux/{place.name}")
    assert "les heures ne sont pas connues" in text
    assert "Passages attendus par jour, avec la fourchette à 80 %" in text
    assert "8 jours sur 10" in text
    assert "Le rythme habituel est celui des heures" in text
    assert "<script" not in text
    assert "Un seul lieu est suivi" in page(folder)


@pytest.fixture
def finished(make: Make) -> Path:
    """Return a workspace in which every stage ran; sensor c never counted, b has no place."""
    table = re.sub(r"^(c,.*),\d+$", r"\1,", GOOD, flags=re.MULTILINE)
    folder = make({"counts.csv": table, "places.csv": "place,sensor\n../../etc,a\nMarché,c\n"})
    assert stages(*CHAIN) == 0
    return folder


def test_dead_sensors_and_damaged_results(finished: Path, said: Said) -> None:
    assert sorted(p.name for p in (finished / "reports/t/lieux").iterdir()) == [
        "etc.html",
        "marche.html",
    ]
    assert "Le seul compteur du lieu (1) n'a pas assez compté" in page(
        finished, "lieux/marche.html"
    )
    assert "3 compteurs sont suivis" in page(finished, "qualite.html")
    results = finished / "data" / "results" / "t"
    said_first = page(finished)
    for path, stage in (
        (finished / "data" / "cube" / "t.nc", "detect"),
        (results / "scores.csv", "forecast"),
        (results / "summary.csv", "summarize"),
        (results / "incidents.csv", "report"),
        (results / "forecast_places.nc", "report"),
        (results / "activity.nc", "summarize"),
    ):
        whole = path.read_bytes()
        for damage in (b"", b"\x00\xff" * 500, whole[: len(whole) - 7]):
            path.write_bytes(damage)
            assert stages(stage) == 2, (path, damage[:20])
            assert f"{path}: not a readable" in said()
        path.unlink()
        assert stages(stage) == 2
        assert "run 'dvc repro'" in said()
        path.write_bytes(whole)
    shutil.copy(results / "forecast.nc", finished / "data" / "cube" / "t.nc")
    assert stages("detect") == 2
    assert "t.nc: not a cube: expected the variable 'value'" in said()
    assert page(finished) == said_first
    assert not leftovers(finished)
