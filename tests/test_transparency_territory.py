"""Transparency of the territory that is shipped, of the skeleton and of the documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from _transparent_town import FULL, HEAD, cube_of, sensors, without
from mining.cli import run
from mining.scaffold import new_territory
from mining.territory import load_territory
from mining.transparency import (
    analyses,
    check,
    devices,
    sensors_of,
)


def test_auckland_is_complete_and_claims_no_more_than_is_known(root: Path, reference: Any) -> None:
    town = load_territory(root / "data" / "territories" / "auckland")
    check(town, town.sensor_table(), reference)
    found = devices(town, town.sensor_table(), minimum_count=11)
    assert len(found) == 21
    for device in found:
        assert device.stated.technology == ("video_camera", "person_detection")
        assert (device.stated.storage, device.stated.retention) == (("unknown",), "unknown")
        assert device.hidden_below == 0  # the source publishes small counts too
    assert analyses(town).accountable != found[0].stated.accountable


def test_check_names_what_publishing_will_ask_for(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setenv("FORAGE_ROOT", str(tmp_path))
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reference").symlink_to(root / "data" / "reference")
    folder = tmp_path / "data" / "territories" / "ville"
    folder.mkdir(parents=True)
    (folder / "counts.csv").write_text(
        "sensor,time,value\na,2025-01-01T00:00Z,1\n", encoding="utf-8"
    )
    (folder / "places.csv").write_text("place,sensor\nRue,a\n", encoding="utf-8")
    declared = folder / "territory.yaml"
    declared.write_text(HEAD + without("retention"), encoding="utf-8")
    with caplog.at_level("INFO"):
        assert run(["check", "ville"]) == 0
    assert "before publishing, state retention of the sensor 'a'" in caplog.text
    declared.write_text(
        HEAD + FULL.replace("[commerce", "[comerce").replace("g, commerce]", "g, comerce]"),
        encoding="utf-8",
    )
    assert run(["check", "ville"]) == 2
    assert "found 'comerce', expected 'commerce', perhaps?" in capsys.readouterr().err


def test_the_example_of_the_page_is_complete(root: Path, tmp_path: Path, reference: Any) -> None:
    text = (root / "docs" / "transparency.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (table,) = re.findall(r"```csv\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "territory.yaml").write_text(HEAD + section, encoding="utf-8")
    (tmp_path / "transparency.csv").write_text(table, encoding="utf-8")
    check(load_territory(tmp_path), sensors(("C1", "pedestrian")), reference)


def test_sensors_of_a_cube() -> None:
    table = sensors_of(cube_of(("b", "Deux"), ("a", "Un")))
    assert table.to_dict("index") == {
        "a": {"name": "Un", "kind": "pedestrian"}, "b": {"name": "Deux", "kind": "pedestrian"},
    }  # fmt: skip


def test_the_example_of_the_skeleton_is_complete(tmp_path: Path, reference: Any) -> None:
    folder = new_territory("lure", tmp_path)
    declared = folder / "territory.yaml"
    text = declared.read_text(encoding="utf-8")
    head, _, rest = text.partition("transparency:\n")
    example, _, tail = rest.partition("\n\n")
    section = "\n".join(line.removeprefix("#") for line in example.splitlines())
    declared.write_text(f"{head}transparency:\n{section}\n\n{tail}", encoding="utf-8")
    check(load_territory(folder), sensors(("C1", "pedestrian")), reference)
