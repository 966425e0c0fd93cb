"""Stage report: the pages that people read."""

from __future__ import annotations

from pathlib import Path

from mining import cube as data_model
from mining import promises, report, transparency, writers
from mining.params import load_params
from mining.secrecy import Record
from mining.stages._commerce import read_commerce, read_weather
from mining.stages._results import read_dataset, read_impacts, read_incidents, read_table
from mining.stages._workspace import Workspace, step
from mining.territory import load_territory


def _before(path: Path) -> Record:
    """Return what the editions published so far have hidden; nothing before the first one."""
    if not path.exists():
        return Record()
    return Record.from_json(path.read_text(encoding="utf-8"), str(path))


def run(root: Path, territory: str) -> None:
    """Write ``reports/<territory>/``, all of it or nothing."""
    files = Workspace(root, territory)
    cube = data_model.read(files.cube)
    ahead = read_dataset(files, "forecast.nc")
    served = zip(ahead["sensor"].to_numpy(), ahead["model"].to_numpy(), strict=True)
    described = load_territory(files.folder)
    minimum = load_params(files.params).report.minimum_count
    with step(f"write the report of {territory}"):
        pages = report.build(
            described,
            cube,
            data_model.by_place(cube),
            forecast=read_dataset(files, "forecast_places.nc"),
            days=read_dataset(files, "totals_days.nc"),
            weeks=read_dataset(files, "totals_weeks.nc"),
            served={str(sensor): str(model) for sensor, model in served},
            scores=read_table(files, "scores.csv"),
            summary=read_table(files, "summary.csv"),
            coverage=read_table(files, "coverage.csv"),
            announced=promises.read(files.published / promises.FILE),
            incidents=read_incidents(files, cube),
            windows=read_dataset(files, "incident_windows.nc"),
            impacts=read_impacts(files, cube),
            unmatched=read_table(files, "corrections_unmatched.csv"),
            activity=read_dataset(files, "activity_places.nc"),
            commerce=read_commerce(files, described.language),
            weather=read_weather(files),
            transparency=transparency.sheets(
                described, cube, root / "data" / "reference", minimum_count=minimum
            ),
            minimum_count=minimum,
            sensitive=described.sensitive,
            before=_before(files.published / report.RECORD),
        )

    def fill(folder: Path) -> None:
        for name, content in sorted(pages.items()):
            if isinstance(content, str):
                writers.text(folder / name, content)
            else:
                writers.binary(folder / name, content)

    writers.directory(files.reports, fill)
