"""What the documentation shows is run: README, docstrings, notebooks; and nothing private leaks."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

import mining
from mining.sources._options import TablesOptions, parse
from mining.sources.tables import REPAIRS
from mining.territory import load_territory

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def _modules() -> list[str]:
    found = [m.name for m in pkgutil.walk_packages(mining.__path__, "mining.")]
    return ["mining", *(name for name in found if name != "mining.__main__")]


def test_examples_in_docstrings() -> None:
    run = 0
    for name in _modules():
        result = doctest.testmod(importlib.import_module(name))
        assert result.failed == 0, name
        run += result.attempted
    assert run > 20


def test_every_public_name_is_documented() -> None:
    for name in mining.__all__:
        assert (getattr(mining, name).__doc__ or "").strip(), name
    assert sorted(mining.__all__) == mining.__all__


def test_python_of_the_readme(root: Path, auckland: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    # The same lines on the last two years and four sensors, with models that take seconds.
    quick = code.replace("origins=8", 'origins=2, models=["seasonal_naive", "window_average"]')
    quick = quick.replace('horizon="14D"', 'horizon="14D", model="window_average"')
    assert quick.count("window_average") == 2
    lines = quick.splitlines()
    after = next(i for i, line in enumerate(lines) if line.startswith("cube = ")) + 1
    lines.insert(after, 'cube = cube.isel(sensor=slice(4)).sel(time=slice("2024", None))')
    monkeypatch.setenv("FORAGE_ROOT", str(auckland))
    names: dict[str, object] = {}
    exec("\n".join(lines), names)  # noqa: S102 - our own README
    assert {"scores", "forecast", "incidents", "activity"} <= set(names)


def test_yaml_and_tables_of_the_page_on_territories(root: Path, tmp_path: Path) -> None:
    text = (root / "docs" / "territory.md").read_text(encoding="utf-8")
    declaration, *sources = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    tables = re.findall(r"```csv\n(.*?)```", text, flags=re.DOTALL)
    names = ("sites", "channels", "places", "journal", "corrections", "opening_hours")
    (tmp_path / "territory.yaml").write_text(declaration, encoding="utf-8")
    for name, table in zip(names, tables, strict=True):
        (tmp_path / f"{name}.csv").write_text(table, encoding="utf-8")
    town = load_territory(tmp_path)
    assert list(town.sensor_table()["place"]) == ["Rue de la Gare", "Cimetière"]
    assert len(town.journal) == len(town.opening_hours) == 1
    assert len(sources) == 4
    for source in sources:
        assert parse(yaml.safe_load(source)["source"]).name == "tables"
    for name in (*TablesOptions.model_fields, *REPAIRS):
        assert name in text


def test_python_of_the_api_page(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) > 5
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - our own page
    assert "horizon: found 7, expected a duration" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


#: What a notebook asks of us, and what takes less: fewer trees, fewer draws. All else is as it is.
LESS = {
    "01_previsions": {
        "import mining": "import mining\nfrom mining.forecast.boosting import Boosting",
        '"boosting"],': "Boosting(trees=20)],",
    },
    "03_rythmes": {
        "cluster(cube)": "cluster(cube, bootstraps=10)",
        "bootstraps=20": "bootstraps=4",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path: Path, auckland: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(path, as_version=4)
    for asked, less in LESS.get(path.stem, {}).items():
        found = [cell for cell in notebook.cells if asked in cell.source]
        assert found, asked
        for cell in found:
            cell.source = cell.source.replace(asked, less)
    monkeypatch.setenv("FORAGE_ROOT", str(auckland))
    client = NotebookClient(notebook, timeout=280, resources={"metadata": {"path": path.parent}})
    client.execute()
    assert any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert all(not c.get("outputs") and not c.get("execution_count") for c in cells)


def test_links_of_the_documents_lead_somewhere(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_no_machine_path_and_no_index_address_is_tracked(root: Path) -> None:
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    banned = "/" + "root/|/" + "tmp/|/" + 'work/|https?://[^ "]*/' + "simple"
    found = subprocess.run(
        ["git", "grep", "-nIE", banned, "--", "."],
        cwd=root, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert found == ""
