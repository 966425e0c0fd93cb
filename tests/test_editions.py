"""Publishing: a whole edition or none, earlier ones kept, nothing else touched."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import xarray as xr

import report_inputs as inputs
from _transparent_town import FULL
from mining import cli, writers
from mining import cube as cubes
from mining.editions import publish
from mining.errors import OutputError, ResultError
from mining.provenance import file_sha256
from mining.report import build

TOWN = """\
name: Pays d'essai
timezone: Europe/Paris
source: {name: tables, files: counts.csv, format: long}
licence: MIT
attribution: Ville d'essai
"""
LINK = re.compile(r'(?:href|src)="([^"]+)"')


def made(folder: Path, end: str) -> Path:
    """Write the report of data that end at `end`."""
    given = inputs.everything(inputs.cube_of(start="2025-06-02", end=end))

    def fill(draft: Path) -> None:
        for address, content in build(**given).items():
            if isinstance(content, str):
                writers.text(draft / address, content)
            else:
                writers.binary(draft / address, content)

    return writers.directory(folder, fill)


@pytest.fixture(scope="module")
def reports(made_once: Callable[..., Path]) -> list[Path]:
    """Three editions of a report, a week apart."""
    ends = ("2025-10-20", "2025-10-27", "2025-11-03")
    root = made_once("editions", lambda folder: [made(folder / end, end) for end in ends])
    return [root / end for end in ends]


def whole(folder: Path) -> None:
    """Check that every file is what its manifest says, and that every link has its target."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, expected in manifest["files"].items():
        assert file_sha256(folder / name) == expected, name
    for page in folder.rglob("*.html"):
        for link in LINK.findall(page.read_text("utf-8")):
            parts = urlsplit(link)
            if parts.scheme in ("data", "mailto", "https", "http"):
                assert parts.scheme in ("data", "mailto") or "<a" in page.read_text("utf-8")
                continue
            if parts.path:
                assert (page.parent / unquote(parts.path)).is_file(), (page.name, link)


def test_editions_are_kept_and_linked(reports: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    assert publish(reports[0], target).earlier == ()
    assert "Aucune édition plus ancienne" in (target / "editions.html").read_text("utf-8")
    first = (target / "index.html").read_bytes()
    assert publish(reports[1], target).earlier == ("2025-10-20",)
    found = publish(reports[2], target)
    assert found.earlier == ("2025-10-27", "2025-10-20")
    assert (target / "index.html").read_bytes() == (reports[2] / "index.html").read_bytes()
    assert (target / "editions" / "2025-10-20" / "index.html").read_bytes() == first
    whole(target)
    whole(target / "editions" / "2025-10-27")
    listed = LINK.findall((target / "editions.html").read_text("utf-8"))
    assert [a for a in listed if a.startswith("editions/")] == [
        "editions/2025-10-27/index.html",
        "editions/2025-10-20/index.html",
    ]
    old = (target / "editions" / "2025-10-20" / "editions.html").read_text("utf-8")
    assert '<a href="../../index.html">L’édition la plus récente</a>' in old


def test_the_same_edition_stands_there_once(reports: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(reports[0], target)
    publish(reports[1], target)
    before = {p: p.read_bytes() for p in target.rglob("*") if p.is_file()}
    assert publish(reports[1], target).earlier == ("2025-10-20",)
    assert {p: p.read_bytes() for p in target.rglob("*") if p.is_file()} == before


def test_two_editions_of_one_day_have_two_folders(reports: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    other = shutil.copytree(reports[0], tmp_path / "again")
    page = (other / "index.html").read_text("utf-8") + "<!-- corrected -->\n"
    (other / "index.html").write_text(page, "utf-8")
    manifest = json.loads((other / "manifest.json").read_text("utf-8"))
    manifest["files"]["index.html"] = file_sha256(other / "index.html")
    writers.json_file(other / "manifest.json", manifest)
    publish(reports[0], target)
    publish(other, target)
    assert publish(reports[1], target).earlier == ("2025-10-20-2", "2025-10-20")


def test_a_report_that_was_changed_is_refused(reports: list[Path], tmp_path: Path) -> None:
    report = shutil.copytree(reports[0], tmp_path / "report")
    page = report / "qualite.html"
    page.write_text(page.read_text("utf-8").replace("100", "101", 1), "utf-8")
    with pytest.raises(ResultError, match=r"qualite\.html: was changed after it was made"):
        publish(report, tmp_path / "site")
    page.unlink()
    with pytest.raises(ResultError, match=r"qualite\.html: is missing"):
        publish(report, tmp_path / "site")
    with pytest.raises(ResultError, match="no report here; run 'dvc repro'"):
        publish(tmp_path / "nowhere", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_other_folders_are_left_alone(reports: list[Path], tmp_path: Path) -> None:
    own = tmp_path / "photos"
    own.mkdir()
    (own / "mairie.txt").write_text("à garder", "utf-8")
    with pytest.raises(OutputError, match=r"photos: found other files, expected an empty folder"):
        publish(reports[0], own)
    assert (own / "mairie.txt").read_text("utf-8") == "à garder"
    elsewhere = shutil.copytree(reports[0], tmp_path / "other")
    manifest = json.loads((elsewhere / "manifest.json").read_text("utf-8"))
    assert manifest["territory"] == "Pays d’essai"
    writers.json_file(elsewhere / "manifest.json", manifest | {"territory": "Autre ville"})
    publish(elsewhere, tmp_path / "site")
    with pytest.raises(OutputError, match="found the report of Autre ville"):
        publish(reports[0], tmp_path / "site")
    for inside in (reports[0], reports[0] / "site", reports[0].parent):
        with pytest.raises(OutputError):
            publish(reports[0], inside)
    whole(reports[0])


def test_a_reader_never_sees_half_an_edition(reports: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(reports[0], target)
    known = {(r / "manifest.json").read_bytes() for r in reports}
    seen: set[bytes] = set()
    stop = threading.Event()
    failures: list[str] = []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add((target / "manifest.json").read_bytes())
            except OSError as error:
                failures.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for report in (*reports, *reports):
        publish(report, target)
    stop.set()
    reader.join()
    assert failures == []
    assert seen <= known
    assert len(seen) >= 2


def test_a_full_disk_leaves_the_old_edition(
    reports: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "site"
    publish(reports[0], target)
    before = (target / "manifest.json").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mining.editions.shutil.copyfile", full)
    with pytest.raises(OutputError, match="No space left on device"):
        publish(reports[1], target)
    monkeypatch.undo()
    assert (target / "manifest.json").read_bytes() == before
    whole(target)
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_the_command_publishes(
    root: Path,
    reports: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", "utf-8")
    (tmp_path / "params.yaml").write_text("territories: [essai]\n", "utf-8")
    shutil.copytree(reports[0], tmp_path / "reports" / "essai")
    results = tmp_path / "data" / "results" / "essai"
    cube = inputs.cube_of(start="2025-06-02", end="2025-10-20")
    writers.netcdf(tmp_path / "data" / "cube" / "essai.nc", cube, cubes.encoding())
    shutil.copytree(root / "data" / "reference", tmp_path / "data" / "reference")
    town = tmp_path / "data" / "territories" / "essai" / "territory.yaml"
    writers.text(town, TOWN)
    days = inputs.everything(cube)["days"]
    days.attrs |= {"timezone": inputs.ZONE, "cutoff": "2025-10-20T00:00:00"}
    served = xr.Dataset(coords={"model": ("sensor", ["boosting"] * 4), "place": cube["place"]})
    for name, table in {"totals_days.nc": days, "forecast.nc": served}.items():
        writers.netcdf(results / name, table, {})
    monkeypatch.chdir(tmp_path)
    assert cli.run(["publish", "essai", "--to", "public"]) == 2
    assert "no section 'transparency', which says who counts" in capsys.readouterr().err
    assert not (tmp_path / "public").exists()
    writers.text(town, TOWN + FULL)
    assert cli.run(["publish", "essai", "--to", "public"]) == 0
    whole(tmp_path / "public")
    kept = tmp_path / "data" / "published" / "essai" / "promises.csv"
    before = kept.read_bytes()
    assert len(before.splitlines()) > 2
    assert cli.run(["publish", "essai", "--to", "public"]) == 0
    assert kept.read_bytes() == before
    assert cli.run(["publish", "ailleurs", "--to", "public"]) == 2
